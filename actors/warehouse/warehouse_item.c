// What becomes of one item of a batch: it is decided once and its answer kept; an item that comes
// again is answered from the table.
#include <assert.h>
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

static struct result error_result (enum reason reason)
{
    return (struct result){.kind = RESULT_ERROR, .reason = reason};
}

static void touch (warehouse_t *self, struct product *product)
{
    if (!product->touched) {
        product->touched = true;
        self->touched[self->touched_count++] = product;
    }
}

// An order for something that nobody ever offered is kept without a product.
static const char *product_name (const warehouse_t *self, int64_t id)
{
    const struct product *product = lots_product (self->lots, id);
    return product ? product->name : "";
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

static struct result receipt_result (warehouse_t *self, const struct item *item,
                                     const struct answer *answer, struct outbox *out)
{
    struct fill *fills = arena_take (out->arena, answer->fill_count, sizeof *fills);
    answers_fills (self->answers, answer, fills);
    return receipt (item->kind == ITEM_BUY ? item->product : product_name (self, answer->product),
                    answer, fills);
}

static struct result restocked_result (warehouse_t *self, const struct answer *answer)
{
    return (struct result){
        .kind = RESULT_RESTOCKED,
        .product = product_name (self, answer->product),
        .quantity = answer->quantity,
        .price_cents = answer->price_cents,
    };
}

static void note_figure (struct batch *batch, const char *product)
{
    for (size_t i = 0; i < batch->figure_count; i++) {
        if (strcmp (batch->figures[i], product) == 0) {
            return;
        }
    }
    batch->figures[batch->figure_count++] = product;
}

// The same number names the same request for ever: another body under it is a conflict. A trader
// that wrote it behind has counted it in its cache, perhaps a second time, and takes the figure
// over; the one that went with an oversold order may be lost, too.
static struct result known_result (warehouse_t *self, struct batch *batch, const struct item *item,
                                   const struct answer *answer)
{
    self->counters.repeated++;
    if (answer->kind != item->kind || answer->quantity != item->quantity
        || (answer->product != 0
            && strcmp (product_name (self, answer->product), item->product) != 0)
        || (item->kind == ITEM_BUY && answer->all_or_nothing != item->all_or_nothing)
        || (item->kind == ITEM_RESTOCK && answer->price_cents != item->price_cents
            && !PLANTED (13))) {
        return error_result (REASON_CONFLICT);
    }
    bool oversold = answer->kind == ITEM_BUY && answer->status == STATUS_OVERSOLD;
    if (item->behind && (oversold || lots_find_product (self->lots, item->product))) {
        note_figure (batch, item->product);
    }
    return item->kind == ITEM_BUY ? receipt_result (self, item, answer, batch->out)
                                  : restocked_result (self, answer);
}

// A product's entry, made by the first restock: orders make none, or buyers could use them up.
static struct product *product_for (warehouse_t *self, const char *name, struct outbox *out)
{
    struct product *product = lots_find_product (self->lots, name);
    if (!product) {
        product = lots_add_product (self->lots, name);
        if (product) {
            outbox_record (out, RECORD_PRODUCT)->product =
                (struct record_product){.product = product->id, .name = product->name};
        }
    }
    return product;
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

// What a new order gets. A write-behind was promised units by its trader (none: it was refused);
// what is not there any more is oversold.
static struct plan decide (const struct product *product, const struct item *item,
                           struct answer *answer)
{
    struct plan plan = {.status = STATUS_OUT_OF_STOCK};
    int64_t wanted = item->behind ? item->promised : item->quantity;
    if (wanted > 0 && product) {
        plan = lots_plan (product, wanted, item->all_or_nothing);
    }
    if (item->behind && plan.units < item->promised && !PLANTED (12)) {
        plan.status = STATUS_OVERSOLD;
        answer->missing = (uint32_t) (item->promised - plan.units);
    }
    answer->status = (uint8_t) plan.status;
    answer->units = (uint32_t) (PLANTED (8) && plan.units > 0 ? wanted : plan.units);
    answer->amount_cents = plan.amount_cents;
    answer->fill_count = (uint8_t) plan.count;
    return plan;
}

static struct result buy (warehouse_t *self, struct batch *batch, const struct item *item)
{
    struct outbox *out = batch->out;
    struct product *product = lots_find_product (self->lots, item->product);
    struct answer answer = {
        .number = item->number,
        .kind = ITEM_BUY,
        .product = (uint16_t) (product ? product->id : 0),
        .quantity = (uint32_t) item->quantity,
        .all_or_nothing = item->all_or_nothing,
    };
    struct plan plan = decide (product, item, &answer);
    if (!accounts_bear (self, batch->view, item, &plan)) {
        return error_result (REASON_LIMIT);
    }
    record_order (batch->view, item, &answer, out);
    struct fill *fills = arena_take (out->arena, plan.count, sizeof *fills);
    settle (self, batch->view, item, &plan, fills, out);
    warehouse_gather_sales (self, item, &plan, out);
    lots_sell (self->lots, &plan);
    bool kept = answers_add (self->answers, item->client, &answer, fills);
    assert (kept);
    self->counters.orders++;
    self->counters.units_sold += plan.units;
    if (product && (answer.units > 0 || answer.missing > 0)) {
        touch (self, product);
    }
    if (answer.status == STATUS_OVERSOLD) {
        self->counters.oversold++;
        note_figure (batch, item->product);
        warehouse_publish_oversell (self, batch->view, item, &answer, out);
    }
    return receipt (item->product, &answer, fills);
}

static struct result restock (warehouse_t *self, struct batch *batch, const struct item *item)
{
    struct product *product =
        lots_full (self->lots) ? NULL : product_for (self, item->product, batch->out);
    struct lot *lot = product ? lots_add (self->lots, product, 0, item->client, item->number,
                                          item->price_cents, item->quantity, item->quantity)
                              : NULL;
    if (!lot) {
        return error_result (REASON_LIMIT);
    }
    struct answer answer = {
        .number = item->number,
        .kind = ITEM_RESTOCK,
        .product = (uint16_t) product->id,
        .quantity = (uint32_t) item->quantity,
        .price_cents = (uint32_t) item->price_cents,
        .lot = lot->id,
    };
    bool kept = PLANTED (9) || answers_add (self->answers, item->client, &answer, NULL);
    assert (kept);
    outbox_record (batch->out, RECORD_LOT)->lot = (struct record_lot){
        .lot = lot->id,
        .seller = lot->seller,
        .number = lot->number,
        .trader = batch->view->trader,
        .product = product->id,
        .price_cents = lot->price_cents,
        .quantity = lot->quantity,
        .left = lot->left,
    };
    if (!PLANTED (22)) {
        touch (self, product);
    }
    self->counters.restocks++;
    return restocked_result (self, &answer);
}

static struct result order_status (warehouse_t *self, const struct item *item,
                                   const struct answer *answer, struct outbox *out)
{
    if (!answer || answer->kind != ITEM_BUY) {
        return (struct result){.kind = RESULT_RECEIPT, .status = STATUS_UNKNOWN, .product = ""};
    }
    return receipt_result (self, item, answer, out);
}

// A lot that is not known may still be under way, written behind by another trader.
static struct result lot_status (warehouse_t *self, const struct answer *answer)
{
    if (!answer || answer->kind != ITEM_RESTOCK) {
        return error_result (REASON_UNAVAILABLE);
    }
    const struct lot *lot = lots_find (self->lots, answer->lot);
    return (struct result){
        .kind = RESULT_LOT,
        .product = product_name (self, answer->product),
        .quantity = answer->quantity,
        .left = lot ? lot->left : 0,
        .price_cents = answer->price_cents,
    };
}

// No policy promises more than was asked for, or a part where a part will not do.
static bool promise_is_odd (const struct item *item)
{
    bool part = item->promised > 0 && item->promised < item->quantity;
    return item->kind == ITEM_BUY && item->behind
           && (item->promised > item->quantity || (item->all_or_nothing && part));
}

// Whether the trader that the request went to first may have decided it by itself, so that nobody
// else may decide it yet. That one may have its own request decided here; else all that it decided
// in that epoch must be settled, or be known to count no more.
static bool is_pending (const warehouse_t *self, const struct batch *batch, const struct item *item)
{
    if (item->behind || item->first.trader == 0
        || (item->first.trader == batch->view->trader && !batch->behalf)) {
        return false;
    }
    const struct view *first = warehouse_view (self, item->first.trader);
    return !PLANTED (46) && (!first || first->closed <= item->first.epoch);
}

// What its trader has decided may come so late that its client is far ahead already. Where it is
// known that the number was skipped, it is as good as new, though no answer of it can be kept.
static enum answer_state look_up (const warehouse_t *self, const struct item *item,
                                  const struct answer **answer)
{
    enum answer_state state = answers_find (self->answers, item->client, item->number, answer);
    if (state != ANSWER_SKIPPED) {
        return state;
    }
    return item->behind && !PLANTED (68) ? ANSWER_NEW : ANSWER_EXPIRED;
}

// Whether the item's fills are known from what its trader took of its lease. Units of the budget
// are nobody's lot.
static bool is_told_by_lease (const struct item *item)
{
    return item->taken_count > 0 && item->taken[item->taken_count - 1].id != 0;
}

struct result warehouse_item (warehouse_t *self, struct batch *batch, const struct item *item)
{
    const struct answer *answer;
    enum answer_state state = look_up (self, item, &answer);
    if (item->behind && !batch->again) {
        batch->view->applied++;
    }
    if (state == ANSWER_EXPIRED && batch->again && is_told_by_lease (item)) {
        return (struct result){.kind = RESULT_SETTLED, .product = item->product};
    }
    if (state == ANSWER_EXPIRED) {
        return error_result (REASON_EXPIRED);
    }
    if (item->kind == ITEM_ORDER_STATUS) {
        return order_status (self, item, answer, batch->out);
    }
    if (item->kind == ITEM_LOT_STATUS) {
        return lot_status (self, answer);
    }
    if (promise_is_odd (item)) {
        return error_result (REASON_BAD_REQUEST);
    }
    if (state == ANSWER_KNOWN) {
        return known_result (self, batch, item, answer);
    }
    if (is_pending (self, batch, item)) {
        return error_result (REASON_PENDING);
    }
    if (batch->again) {
        return error_result (REASON_UNAVAILABLE);
    }
    if (state == ANSWER_NO_ROOM) {
        return error_result (REASON_LIMIT);
    }
    return item->kind == ITEM_BUY ? buy (self, batch, item) : restock (self, batch, item);
}
