// Rebuilding a warehouse from the records of its earlier life, in the order of store_load.
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

#define MARKET_MAX INT64_C (0xFFFFFFFF)

// A store may have been written to by others: what is out of bounds here is refused, and cannot
// harm the tables that nodes and numbers lead into.
static bool within (int64_t value, int64_t min, int64_t max)
{
    return value >= min && value <= max;
}

static bool is_node (int64_t node)
{
    return within (node, 1, LIMIT_NODE);
}

static bool is_number (int64_t number)
{
    return within (number, 1, LIMIT_INTEGER);
}

static bool is_count (int64_t count)
{
    return within (count, 0, LIMIT_INTEGER);
}

static bool restore_warehouse (warehouse_t *self, const struct record_warehouse *record)
{
    if (!is_count (record->epoch) || !is_count (record->version)
        || !within (record->market, 1, MARKET_MAX)) {
        return false;
    }
    self->market = record->market;
    self->epoch = record->epoch;
    self->version = record->version;
    return true;
}

// The latest one alone is stored.
static bool restore_seats (warehouse_t *self, const struct seating *seating)
{
    if (self->term != 0 || !warehouse_is_seating (seating)) {
        return false;
    }
    if (!PLANTED (71)) {
        warehouse_take_seating (self, seating);
    }
    return true;
}

static bool restore_product (warehouse_t *self, const struct record_product *record)
{
    if (!product_name_valid (record->name) || lots_find_product (self->lots, record->name)) {
        return false;
    }
    struct product *product = lots_add_product (self->lots, record->name);
    if (!product || product->id != record->product || !is_count (record->stocked)
        || !is_count (record->oversold)) {
        return false;
    }
    product->stocked = record->stocked;
    product->oversold = record->oversold;
    return true;
}

static bool is_lot (const struct record_lot *record)
{
    return is_number (record->lot) && is_node (record->seller) && is_number (record->number)
           && within (record->price_cents, 1, LIMIT_PRICE_CENTS)
           && within (record->quantity, 1, LIMIT_QUANTITY)
           && within (record->left, 0, record->quantity) && is_count (record->rank);
}

// A lot is stock while units are left, and the answer to the restock that brought it.
static bool restore_lot (warehouse_t *self, const struct record_lot *record)
{
    struct product *product = lots_product (self->lots, record->product);
    if (!product || !is_lot (record) || record->lot <= lots_last_id (self->lots)) {
        return false;
    }
    if (record->left > 0
        && !lots_add (self->lots, product,
                      &(struct lot){
                          .id = record->lot,
                          .seller = record->seller,
                          .number = record->number,
                          .price_cents = record->price_cents,
                          .quantity = record->quantity,
                          .left = record->left,
                          .rank = record->rank,
                      })) {
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
        return answers_restore (self->answers, record->seller, &answer);
    case ANSWER_EXPIRED:
        return true;  // An old lot that still has units.
    default:
        return false;
    }
}

static bool is_order (const struct record_order *record)
{
    bool outcome = record->status == STATUS_SOLD || record->status == STATUS_OVERSOLD
                   || record->status == STATUS_OUT_OF_STOCK
                   || record->status == STATUS_TOO_MANY_LOTS;
    return outcome && is_node (record->buyer) && is_number (record->number)
           && within (record->quantity, 1, LIMIT_QUANTITY)
           && within (record->units, 0, record->product ? record->quantity : 0)
           && within (record->missing, 0, record->quantity - record->units)
           && is_count (record->amount_cents);
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
    if (!is_order (record)
        || (record->product != 0 && !lots_product (self->lots, record->product))) {
        return false;
    }
    switch (answers_find (self->answers, record->buyer, record->number, &known)) {
    case ANSWER_NEW:
        return answers_restore (self->answers, record->buyer, &answer);
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
    if (!is_node (record->seller) || !is_number (record->seller_number)
        || !is_number (record->number) || !within (record->units, 1, LIMIT_QUANTITY)
        || !within (record->price_cents, 1, LIMIT_PRICE_CENTS)) {
        return false;
    }
    if (answers_find (self->answers, record->buyer, record->number, &known) == ANSWER_EXPIRED) {
        return true;
    }
    return answers_add_fill (self->answers, record->buyer, record->number, &fill);
}

// Behind all orders.
static bool restore_skipped (warehouse_t *self, const struct record_skipped *record)
{
    return is_node (record->client) && is_number (record->first) && is_number (record->last)
           && answers_restore_skipped (self->answers, record->client, record->first, record->last);
}

static bool restore_account (warehouse_t *self, const struct record_account *record)
{
    if (!is_node (record->node) || !within (record->balance_cents, -LIMIT_INTEGER, LIMIT_INTEGER)) {
        return false;
    }
    ledger_restore (self->ledger, record->node, PLANTED (19) ? 0 : record->balance_cents);
    return true;
}

static bool restore_trader (warehouse_t *self, const struct record_trader *record)
{
    if (!is_node (record->trader) || !is_number (record->epoch) || !is_count (record->nonce)
        || !is_count (record->batch) || !is_count (record->applied)) {
        return false;
    }
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
    view->began = record->epoch;  // Until its view follows.
    return true;
}

static bool is_other_or_none (const struct record_view *record, int64_t node)
{
    return within (node, 0, LIMIT_NODE) && node != record->trader;
}

// A backup is there for a live trader alone, and a taker while it takes over.
static bool is_view (const struct record_view *record, const struct view *trader)
{
    bool state = record->state == MEMBER_LIVE || record->state == MEMBER_TAKING
                 || record->state == MEMBER_FAILED || record->state == MEMBER_LEFT;
    return state && is_number (record->view) && within (record->began, 1, trader->epoch)
           && within (record->closed, 0, trader->epoch + 1)
           && is_other_or_none (record, record->backup) && is_other_or_none (record, record->taker)
           && (record->backup == 0 || record->state == MEMBER_LIVE)
           && (record->taker != 0) == (record->state == MEMBER_TAKING)
           && strlen (record->router) <= LIMIT_ENDPOINT;
}

// The rest of a trader's view, behind all traders.
static bool restore_view (warehouse_t *self, const struct record_view *record)
{
    struct view *view = warehouse_view (self, record->trader);
    if (!view || !is_view (record, view)) {
        return false;
    }
    view->view = record->view;
    view->began = record->began;
    view->state = record->state;
    view->backup = record->backup;
    view->taker = record->taker;
    view->closed = record->closed;
    memcpy (view->router, record->router, strlen (record->router) + 1);
    return true;
}

// Whoever has left, or was taken over, holds nothing.
static bool may_hold (const struct view *view)
{
    return view && (view->state == MEMBER_LIVE || view->state == MEMBER_TAKING);
}

// Behind all lots and views. Units of 0 are a lease that came to its end.
static bool restore_lease (warehouse_t *self, const struct record_lease *record)
{
    const struct view *view = warehouse_view (self, record->trader);
    if (!view || !is_number (record->lot) || !within (record->units, 0, LIMIT_QUANTITY)
        || record->lot > lots_last_id (self->lots)) {
        return false;
    }
    if (record->units == 0 || PLANTED (59)) {
        return true;
    }
    struct lot *lot = lots_find (self->lots, record->lot);
    if (!lot || !may_hold (view) || record->units > lots_free_units (lot)) {
        return false;
    }
    struct lease_entry *entry = leases_entry (self->leases, record->trader, lot->product);
    if (leases_lot (entry, record->lot) || leases_room (entry) == 0) {
        return false;
    }
    leases_restore (entry, lot, record->units);
    return true;
}

// An entry has its epoch from here alone, once.
static bool restore_lease_state (warehouse_t *self, const struct record_lease_state *record)
{
    const struct view *view = warehouse_view (self, record->trader);
    struct product *product = lots_product (self->lots, record->product);
    if (!view || !product || !within (record->epoch, 1, view->epoch) || !is_number (record->number)
        || !is_count (record->budget) || (record->budget > 0 && !may_hold (view))) {
        return false;
    }
    struct lease_entry *entry = leases_entry (self->leases, record->trader, product);
    if (entry->epoch != 0 || (record->budget > 0 && leases_room (entry) == 0)) {
        return false;
    }
    entry->epoch = record->epoch;
    entry->number = record->number;
    entry->clean = record->clean;
    entry->budget = record->budget;
    return true;
}

bool warehouse_restore (warehouse_t *self, const struct record *record)
{
    if (PLANTED (2)
        && (record->type == RECORD_ORDER || record->type == RECORD_FILL
            || record->type == RECORD_SKIPPED)) {
        return true;
    }
    switch (record->type) {
    case RECORD_WAREHOUSE:
        return restore_warehouse (self, &record->warehouse);
    case RECORD_SEATS:
        return restore_seats (self, &record->seats.seating);
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
        return restore_account (self, &record->account);
    case RECORD_TRADER:
        return restore_trader (self, &record->trader);
    case RECORD_VIEW:
        return restore_view (self, &record->view);
    case RECORD_LEASE:
        return restore_lease (self, &record->lease);
    case RECORD_LEASE_STATE:
        return restore_lease_state (self, &record->lease_state);
    case RECORD_SKIPPED:
        return restore_skipped (self, &record->skipped);
    default:
        break;  // Those of a trader's journal are not for a warehouse.
    }
    return false;
}
