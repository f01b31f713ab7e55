// What a new order gets: from units that are free, or from those that are leased to its trader.
#include <assert.h>
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

struct result warehouse_item_error (enum reason reason)
{
    return (struct result){.kind = RESULT_ERROR, .reason = reason};
}

static struct result receipt (const char *product, const struct answer *answer,
                              const struct fill *fills)
{
    return (struct result){
        .kind = RESULT_RECEIPT,
        .status = (enum status) answer->status,
        .product = product,
        .units = answer->units,
        .missing = answer->missing,
        .amount_cents = answer->amount_cents,
        .fills = fills,
        .fill_count = answer->fill_count,
    };
}

struct result warehouse_receipt (warehouse_t *self, const struct item *item,
                                 const struct answer *answer, struct outbox *out)
{
    struct fill *fills = arena_take (out->arena, answer->fill_count, sizeof *fills);
    answers_fills (self->answers, answer, fills);
    return receipt (item->kind == ITEM_BUY ? item->product
                                           : warehouse_product_name (self, answer->product),
                    answer, fills);
}

void warehouse_note_figure (struct batch *batch, const char *product)
{
    for (size_t i = 0; i < batch->figure_count; i++) {
        if (strcmp (batch->figures[i], product) == 0) {
            return;
        }
    }
    batch->figures[batch->figure_count++] = product;
}

static bool accounts_bear (const warehouse_t *self, const struct view *view,
                           const struct item *item, const struct plan *plan)
{
    bool borne = ledger_bears (self->ledger, item->client, -plan->amount_cents)
                 && ledger_bears (self->ledger, view->trader, plan->amount_cents);
    for (size_t i = 0; i < plan->count; i++) {
        borne = borne && ledger_bears (self->ledger, plan->lots[i]->seller, plan->amount_cents);
    }
    return borne;
}

static void record_order (const struct view *view, const struct item *item,
                          const struct answer *answer, struct outbox *out)
{
    outbox_record (out, RECORD_ORDER)->order = (struct record_order){
        .buyer = item->client,
        .number = item->number,
        .trader = view->trader,
        .product = answer->product,
        .quantity = answer->quantity,
        .all_or_nothing = answer->all_or_nothing,
        .status = (enum status) answer->status,
        .units = answer->units,
        .missing = answer->missing,
        .amount_cents = answer->amount_cents,
    };
}

// Moves the money of each fill and records it. `fills` gets what the receipt tells.
static void settle (warehouse_t *self, const struct view *view, const struct item *item,
                    const struct plan *plan, struct fill *fills, struct outbox *out)
{
    for (size_t i = 0; i < plan->count; i++) {
        const struct lot *lot = plan->lots[i];
        int64_t amount = plan->taken[i] * lot->price_cents;
        int64_t commission = ledger_commission (amount, self->config.commission_percent);
        ledger_move (self->ledger, item->client, lot->seller, amount - commission);
        ledger_move (self->ledger, item->client, view->trader, commission);
        fills[i] = (struct fill){
            .seller = lot->seller,
            .lot = lot->number,
            .units = plan->taken[i],
            .price_cents = lot->price_cents,
        };
        outbox_record (out, RECORD_FILL)->fill = (struct record_fill){
            .buyer = item->client,
            .number = item->number,
            .lot = lot->id,
            .seller = lot->seller,
            .seller_number = lot->number,
            .trader = view->trader,
            .units = plan->taken[i],
            .price_cents = lot->price_cents,
            .commission_cents = commission,
        };
    }
}

static struct answer answer_to (const struct item *item, const struct product *product,
                                const struct plan *plan, int64_t missing)
{
    return (struct answer){
        .number = item->number,
        .kind = ITEM_BUY,
        .product = (uint16_t) (product ? product->id : 0),
        .quantity = (uint32_t) item->quantity,
        .all_or_nothing = item->all_or_nothing,
        .status = (uint8_t) (missing > 0 ? STATUS_OVERSOLD : plan->status),
        .units = (uint32_t) plan->units,
        .missing = (uint32_t) missing,
        .amount_cents = plan->amount_cents,
        .fill_count = (uint8_t) plan->count,
    };
}

// Keeps what was decided for ever, and tells of it. Returns what becomes of the order.
static struct result keep (warehouse_t *self, struct batch *batch, const struct item *item,
                           struct product *product, const struct plan *plan,
                           const struct answer *answer)
{
    struct outbox *out = batch->out;
    struct fill *fills = arena_take (out->arena, plan->count, sizeof *fills);
    record_order (batch->view, item, answer, out);
    settle (self, batch->view, item, plan, fills, out);
    warehouse_gather_sales (self, item, plan, out);
    bool kept = answers_add (self->answers, item->client, answer, fills);
    assert (kept);
    self->counters.orders++;
    self->counters.units_sold += plan->units;
    if (answer->status == STATUS_OVERSOLD) {
        if (product) {
            product->oversold += answer->missing;
        }
        self->counters.oversold++;
        warehouse_note_figure (batch, item->product);
        warehouse_publish_oversell (self, batch->view, item, answer, out);
    }
    return receipt (item->product, answer, fills);
}

bool warehouse_must_recall (const warehouse_t *self, const struct item *item)
{
    const struct product *product = lots_find_product (self->lots, item->product);
    if (item->behind || !product || product->available >= item->quantity) {
        return false;
    }
    int64_t idle = leases_idle (self->leases, product);
    return idle > 0 && (!item->all_or_nothing || product->available + idle >= item->quantity)
           && !PLANTED (55);
}

// A write-behind was promised units by its trader (none: it was refused); what is not there any
// more is oversold.
static struct plan plan_free (const struct product *product, const struct item *item)
{
    struct plan plan = {.status = STATUS_OUT_OF_STOCK};
    int64_t wanted = item->behind ? item->promised : item->quantity;
    if (wanted > 0 && product) {
        plan = lots_plan (product, wanted, item->all_or_nothing);
    }
    return plan;
}

// Whether a write-behind gets less than was asked for while units are leased. A product that is
// sold from caches has none leased, unless its mode was changed: then nobody else would want them
// back.
static bool misses_leased (const warehouse_t *self, const struct product *product,
                           const struct item *item, const struct plan *plan)
{
    return item->behind && product && plan->units < item->quantity
           && leases_idle (self->leases, product) > 0;
}

struct result warehouse_sell (warehouse_t *self, struct batch *batch, const struct item *item)
{
    struct product *product = lots_find_product (self->lots, item->product);
    if (warehouse_must_recall (self, item)) {
        warehouse_recall (self, product);
        return warehouse_item_error (REASON_RECALLING);
    }
    struct plan plan = plan_free (product, item);
    if (misses_leased (self, product, item, &plan)) {
        warehouse_recall (self, product);
    }
    int64_t missing = item->behind && !PLANTED (12) ? item->promised - plan.units : 0;
    struct answer answer = answer_to (item, product, &plan, missing);
    if (PLANTED (8) && plan.units > 0) {
        answer.units = (uint32_t) (item->behind ? item->promised : item->quantity);
    }
    if (!accounts_bear (self, batch->view, item, &plan)) {
        return warehouse_item_error (REASON_LIMIT);
    }
    struct result result = keep (self, batch, item, product, &plan, &answer);
    lots_sell (self->lots, &plan);
    if (product && (answer.units > 0 || answer.missing > 0)) {
        warehouse_touch (self, product);
    }
    if (product && !item->behind) {
        product->recalling = false;
    }
    return result;
}

bool warehouse_covers (const struct lease_entry *entry, const struct item *item)
{
    int64_t before = 0;
    int64_t sum = 0;
    for (size_t i = 0; entry && i < item->taken_count; i++) {
        const struct leased_units *taken = &item->taken[i];
        if (taken->units < 1 || taken->units > leases_held (entry, taken->id)) {
            return false;
        }
        const struct lot *lot = leases_lot (entry, taken->id);
        bool in_order = lot ? taken->id > before : i + 1 == item->taken_count;
        if (!in_order
            || (lot
                && (lot->seller != taken->seller || lot->number != taken->lot
                    || lot->price_cents != taken->price_cents))) {
            return false;
        }
        before = taken->id;
        sum += taken->units;
    }
    return entry && item->taken_count <= LIMIT_FILLS && sum == item->promised;
}

void warehouse_free_taken (warehouse_t *self, struct lease_entry *entry, const struct item *item)
{
    int64_t before = entry->product->available;
    for (size_t i = 0; i < item->taken_count; i++) {
        leases_free (self->leases, entry, item->taken[i].id, item->taken[i].units);
    }
    self->counters.returned += entry->product->available - before;
    if (entry->product->available != before) {
        warehouse_touch (self, entry->product);
    }
}

// An order from a lease: from which lots it is filled in all, and what of that is free units that
// stand in for the budget.
struct leased_sale {
    struct plan whole;
    struct plan free;
    int64_t budget;   // units of it that it was promised
    int64_t missing;  // of these
};

static void add_fill (struct plan *plan, struct lot *lot, int64_t units)
{
    plan->lots[plan->count] = lot;
    plan->taken[plan->count++] = units;
    plan->units += units;
    plan->amount_cents += units * lot->price_cents;
}

// Adds free units to what is taken from leases: of a lot that is sold from already, or of another
// one while there is room. The free ones are cut where that ends.
static void add_free (struct plan *whole, struct plan *free)
{
    const struct plan wanted = *free;
    *free = (struct plan){.status = STATUS_SOLD};
    for (size_t i = 0; i < wanted.count; i++) {
        struct lot *lot = wanted.lots[i];
        size_t at = 0;
        while (at < whole->count && whole->lots[at] != lot) {
            at++;
        }
        if (at == LIMIT_FILLS) {
            return;
        }
        add_fill (free, lot, wanted.taken[i]);
        if (at == whole->count) {
            add_fill (whole, lot, wanted.taken[i]);
        } else {
            whole->taken[at] += wanted.taken[i];
            whole->units += wanted.taken[i];
            whole->amount_cents += wanted.taken[i] * lot->price_cents;
        }
    }
}

static struct leased_sale plan_leased (const struct lease_entry *entry, const struct item *item)
{
    struct leased_sale sale = {.whole = {.status = STATUS_SOLD}};
    for (size_t i = 0; i < item->taken_count; i++) {
        const struct leased_units *taken = &item->taken[i];
        if (taken->id == 0) {
            sale.budget = taken->units;
        } else {
            add_fill (&sale.whole, leases_lot (entry, taken->id), taken->units);
        }
    }
    if (sale.budget > 0) {
        sale.free = lots_plan (entry->product, sale.budget, false);
        add_free (&sale.whole, &sale.free);
        sale.missing = sale.budget - sale.free.units;
    }
    if (sale.missing > 0 && item->all_or_nothing) {
        sale.whole = (struct plan){.status = STATUS_OUT_OF_STOCK};
        sale.free = sale.whole;
    }
    return sale;
}

static void take_leased (warehouse_t *self, struct lease_entry *entry, const struct item *item)
{
    for (size_t i = 0; i < item->taken_count; i++) {
        const struct leased_units *taken = &item->taken[i];
        if (taken->id == 0) {
            leases_free (self->leases, entry, 0, taken->units);
        } else {
            leases_sell (self->leases, entry, self->lots, taken->id, taken->units);
        }
    }
}

struct result warehouse_sell_leased (warehouse_t *self, struct batch *batch,
                                     const struct item *item, struct lease_entry *entry)
{
    struct product *product = entry->product;
    struct leased_sale sale = plan_leased (entry, item);
    if (!accounts_bear (self, batch->view, item, &sale.whole)) {
        warehouse_free_taken (self, entry, item);
        return warehouse_item_error (REASON_LIMIT);
    }
    struct answer answer = answer_to (item, product, &sale.whole, sale.missing);
    struct result result = keep (self, batch, item, product, &sale.whole, &answer);
    if (sale.missing > 0 && item->all_or_nothing) {
        warehouse_free_taken (self, entry, item);
    } else {
        take_leased (self, entry, item);
        lots_sell (self->lots, &sale.free);
    }
    if (sale.free.units > 0) {
        warehouse_touch (self, product);
    }
    if (sale.budget > 0) {
        return result;
    }
    return (struct result){.kind = RESULT_SETTLED, .product = item->product};
}
