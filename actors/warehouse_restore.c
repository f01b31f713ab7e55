// Rebuilding a warehouse from the records of its earlier life, in the order of store_load.
#include "actors/warehouse_state.h"

static bool restore_product (warehouse_t *self, const struct record_product *record)
{
    if (!product_name_valid (record->name) || lots_find_product (self->lots, record->name)) {
        return false;
    }
    const struct product *product = lots_add_product (self->lots, record->name);
    return product && product->id == record->product;
}

// A lot is stock while units are left, and the answer to the restock that brought it.
static bool restore_lot (warehouse_t *self, const struct record_lot *record)
{
    struct product *product = lots_product (self->lots, record->product);
    if (!product || record->left < 0 || record->left > record->quantity
        || record->lot <= lots_last_id (self->lots)) {
        return false;
    }
    if (record->left > 0
        && !lots_add (self->lots, product, record->lot, record->seller, record->number,
                      record->price_cents, record->quantity, record->left)) {
        return false;
    }
    lots_skip_to (self->lots, record->lot);
    struct answer answer = {
        .number = record->number,
        .kind = ITEM_RESTOCK,
        .product = (uint16_t) record->product,
        .quantity = (uint32_t) record->quantity,
        .price_cents = (uint32_t) record->price_cents,
        .lot = record->lot,
    };
    const struct answer *known;
    switch (answers_find (self->answers, record->seller, record->number, &known)) {
    case ANSWER_NEW:
        return answers_add (self->answers, record->seller, &answer, NULL);
    case ANSWER_EXPIRED:
        return true;  // An old lot that still has units.
    default:
        return false;
    }
}

static bool restore_order (warehouse_t *self, const struct record_order *record)
{
    const struct answer *known;
    struct answer answer = {
        .number = record->number,
        .kind = ITEM_BUY,
        .status = (uint8_t) record->status,
        .product = (uint16_t) record->product,
        .quantity = (uint32_t) record->quantity,
        .all_or_nothing = record->all_or_nothing,
        .units = (uint32_t) record->units,
        .missing = (uint32_t) record->missing,
        .amount_cents = record->amount_cents,
    };
    if (record->product != 0 && !lots_product (self->lots, record->product)) {
        return false;
    }
    switch (answers_find (self->answers, record->buyer, record->number, &known)) {
    case ANSWER_NEW:
        return answers_add (self->answers, record->buyer, &answer, NULL);
    case ANSWER_EXPIRED:
        return true;
    default:
        return false;
    }
}

static bool restore_fill (warehouse_t *self, const struct record_fill *record)
{
    const struct answer *known;
    struct fill fill = {
        .seller = record->seller,
        .lot = record->seller_number,
        .units = record->units,
        .price_cents = record->price_cents,
    };
    if (answers_find (self->answers, record->buyer, record->number, &known) == ANSWER_EXPIRED) {
        return true;
    }
    return answers_add_fill (self->answers, record->buyer, record->number, &fill);
}

static bool restore_trader (warehouse_t *self, const struct record_trader *record)
{
    struct view *view = warehouse_view (self, record->trader);
    if (!view) {
        view = warehouse_add_view (self, record->trader);
    }
    if (!view) {
        return false;
    }
    view->epoch = record->epoch;
    view->nonce = record->nonce;
    view->batch = record->batch;
    view->applied = record->applied;
    return true;
}

bool warehouse_restore (warehouse_t *self, const struct record *record)
{
    switch (record->type) {
    case RECORD_WAREHOUSE:
        self->epoch = record->warehouse.epoch;
        self->version = record->warehouse.version;
        return true;
    case RECORD_PRODUCT:
        return restore_product (self, &record->product);
    case RECORD_LOT:
        return restore_lot (self, &record->lot);
    case RECORD_LOT_LEFT:
        return false;  // Loaded lots come as they stand.
    case RECORD_ORDER:
        return restore_order (self, &record->order);
    case RECORD_FILL:
        return restore_fill (self, &record->fill);
    case RECORD_ACCOUNT:
        ledger_restore (self->ledger, record->account.node, record->account.balance_cents);
        return true;
    case RECORD_TRADER:
        return restore_trader (self, &record->trader);
    }
    return false;
}
