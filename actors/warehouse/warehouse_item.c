// What becomes of one item of a batch: it is decided once and its answer kept; an item that comes
// again is answered from the table.
#include <assert.h>
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

static struct result restocked_result (warehouse_t *self, const struct answer *answer)
{
    return (struct result){
        .kind = RESULT_RESTOCKED,
        .product = warehouse_product_name (self, answer->product),
        .quantity = answer->quantity,
        .price_cents = answer->price_cents,
    };
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
            && strcmp (warehouse_product_name (self, answer->product), item->product) != 0)
        || (item->kind == ITEM_BUY && answer->all_or_nothing != item->all_or_nothing)
        || (item->kind == ITEM_RESTOCK && answer->price_cents != item->price_cents
            && !PLANTED (13))) {
        return warehouse_item_error (REASON_CONFLICT);
    }
    bool oversold = answer->kind == ITEM_BUY && answer->status == STATUS_OVERSOLD;
    if (item->behind && (oversold || lots_find_product (self->lots, item->product))) {
        warehouse_note_figure (batch, item->product);
    }
    return item->kind == ITEM_BUY ? warehouse_receipt (self, item, answer, batch->out)
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

static struct result restock (warehouse_t *self, struct batch *batch, const struct item *item)
{
    struct product *product =
        lots_full (self->lots) ? NULL : product_for (self, item->product, batch->out);
    const struct lot came = {
        .seller = item->client,
        .number = item->number,
        .price_cents = item->price_cents,
        .quantity = item->quantity,
        .left = item->quantity,
        .rank = item->rank,
    };
    struct lot *lot = product ? lots_add (self->lots, product, &came) : NULL;
    if (!lot) {
        return warehouse_item_error (REASON_LIMIT);
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
        .rank = lot->rank,
    };
    product->stocked += lot->quantity;
    if (!PLANTED (22)) {
        warehouse_touch (self, product);
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
    return warehouse_receipt (self, item, answer, out);
}

// A lot that is not known may still be under way, written behind by another trader.
static struct result lot_status (warehouse_t *self, const struct answer *answer)
{
    if (!answer || answer->kind != ITEM_RESTOCK) {
        return warehouse_item_error (REASON_UNAVAILABLE);
    }
    const struct lot *lot = lots_find (self->lots, answer->lot);
    return (struct result){
        .kind = RESULT_LOT,
        .product = warehouse_product_name (self, answer->product),
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

// Whether the order has got just what its item says was taken from a lease.
static bool is_as_taken (const warehouse_t *self, const struct item *item,
                         const struct answer *answer)
{
    struct fill fills[LIMIT_FILLS];
    if (item->taken_count == 0 || answer->kind != ITEM_BUY || answer->status != STATUS_SOLD
        || answer->quantity != item->quantity || answer->fill_count != item->taken_count) {
        return false;
    }
    answers_fills (self->answers, answer, fills);
    for (size_t i = 0; i < item->taken_count; i++) {
        const struct leased_units *taken = &item->taken[i];
        if (taken->id == 0 || fills[i].seller != taken->seller || fills[i].lot != taken->lot
            || fills[i].units != taken->units || fills[i].price_cents != taken->price_cents) {
            return false;
        }
    }
    return true;
}

// A buy that its trader has sold from a lease. Whatever becomes of it, what it takes is leased no
// more.
static struct result from_lease (warehouse_t *self, struct batch *batch, const struct item *item,
                                 enum answer_state state, const struct answer *answer)
{
    const struct product *product = lots_find_product (self->lots, item->product);
    struct lease_entry *entry =
        product ? leases_find (self->leases, batch->view->trader, product) : NULL;
    if (item->kind != ITEM_BUY || !item->behind || promise_is_odd (item)
        || !warehouse_covers (entry, item)) {
        return warehouse_item_error (REASON_BAD_REQUEST);
    }
    if (state == ANSWER_NEW) {
        return warehouse_sell_leased (self, batch, item, entry);
    }
    warehouse_free_taken (self, entry, item);
    if (state == ANSWER_KNOWN) {
        return known_result (self, batch, item, answer);
    }
    return warehouse_item_error (state == ANSWER_EXPIRED ? REASON_EXPIRED : REASON_LIMIT);
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
    if (item->taken_count > 0 && !batch->again) {
        return from_lease (self, batch, item, state, answer);
    }
    if (state == ANSWER_EXPIRED && batch->again && is_told_by_lease (item)) {
        return (struct result){.kind = RESULT_SETTLED, .product = item->product};
    }
    if (state == ANSWER_EXPIRED) {
        return warehouse_item_error (REASON_EXPIRED);
    }
    if (item->kind == ITEM_ORDER_STATUS) {
        return order_status (self, item, answer, batch->out);
    }
    if (item->kind == ITEM_LOT_STATUS) {
        return lot_status (self, answer);
    }
    if (promise_is_odd (item)) {
        return warehouse_item_error (REASON_BAD_REQUEST);
    }
    if (state == ANSWER_KNOWN) {
        return is_as_taken (self, item, answer)
                   ? (struct result){.kind = RESULT_SETTLED, .product = item->product}
                   : known_result (self, batch, item, answer);
    }
    if (is_pending (self, batch, item)) {
        return warehouse_item_error (REASON_PENDING);
    }
    if (batch->again) {
        bool recall = item->kind == ITEM_BUY && warehouse_must_recall (self, item);
        return warehouse_item_error (recall ? REASON_RECALLING : REASON_UNAVAILABLE);
    }
    if (state == ANSWER_NO_ROOM) {
        return warehouse_item_error (REASON_LIMIT);
    }
    return item->kind == ITEM_BUY ? warehouse_sell (self, batch, item)
                                  : restock (self, batch, item);
}
