// Folding: each record takes the place of the one before it of the same key.
#include "tests/sim/world/store_tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world/store_rows.h"

enum { KEY_MAX = 16 * 1024 * 1024 };  // of a table

static_assert (RECORD_WAREHOUSE == 0, "a zero row must have none of the tables' types");
static_assert (offsetof (struct record, lease.trader)
                   == offsetof (struct record, lease_state.trader),
               "a lease and a lease's state must begin with the trader");

struct tables *tables_new (void)
{
    struct tables *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    return self;
}

void tables_destroy (struct tables **self_p)
{
    assert (self_p);
    struct tables *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < self->buyer_size; i++) {
        free (self->buyers[i].orders);
    }
    free (self->products.rows);
    free (self->lots.rows);
    free (self->accounts.rows);
    free (self->traders.rows);
    free (self->views.rows);
    free (self->leases.rows);
    free (self->lease_states.rows);
    free (self->buyers);
    free (self->arrivals);
    free (self->sellers);
    free (self->fills);
    free (self);
    *self_p = NULL;
}

void *tables_grown (void *array, size_t *size, size_t index, size_t each)
{
    if (index < *size) {
        return array;
    }
    size_t larger = *size ? *size : 16;
    while (larger <= index) {
        larger *= 2;
    }
    char *bytes = realloc (array, larger * each);
    if (!bytes) {
        abort ();
    }
    memset (bytes + *size * each, 0, (larger - *size) * each);
    *size = larger;
    return bytes;
}

static size_t index_of (int64_t key)
{
    assert (key >= 0 && key < KEY_MAX);
    return (size_t) key;
}

static struct record *row_at (const struct table *table, enum record_type type, int64_t key)
{
    size_t index = index_of (key);
    return index < table->size && table->rows[index].type == type ? &table->rows[index] : NULL;
}

static void put_row (struct table *table, int64_t key, const struct record *record)
{
    size_t index = index_of (key);
    table->rows = tables_grown (table->rows, &table->size, index, sizeof *table->rows);
    table->rows[index] = *record;
}

static int64_t second_key (const struct record *record)
{
    return record->type == RECORD_LEASE ? record->lease.lot : record->lease_state.product;
}

// The place of this key, or of the first one above it.
static size_t pair_place (const struct pairs *pairs, int64_t trader, int64_t second)
{
    size_t low = 0;
    size_t high = pairs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct record *row = &pairs->rows[middle];
        // The trader is the first field of both records.
        if (row->lease.trader < trader
            || (row->lease.trader == trader && second_key (row) < second)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_pair_at (const struct pairs *pairs, size_t place, int64_t trader, int64_t second)
{
    return place < pairs->count && pairs->rows[place].lease.trader == trader
           && second_key (&pairs->rows[place]) == second;
}

static void put_pair (struct pairs *pairs, const struct record *record)
{
    size_t place = pair_place (pairs, record->lease.trader, second_key (record));
    if (!is_pair_at (pairs, place, record->lease.trader, second_key (record))) {
        pairs->rows = tables_grown (pairs->rows, &pairs->size, pairs->count, sizeof *pairs->rows);
        memmove (&pairs->rows[place + 1], &pairs->rows[place],
                 (pairs->count - place) * sizeof *pairs->rows);
        pairs->count++;
    }
    pairs->rows[place] = *record;
}

static void take_pair (struct pairs *pairs, int64_t trader, int64_t second)
{
    size_t place = pair_place (pairs, trader, second);
    if (is_pair_at (pairs, place, trader, second)) {
        pairs->count--;
        memmove (&pairs->rows[place], &pairs->rows[place + 1],
                 (pairs->count - place) * sizeof *pairs->rows);
    }
}

static void fold_lease (struct tables *self, const struct record *record)
{
    assert (record->lease.units >= 0 && row_at (&self->lots, RECORD_LOT, record->lease.lot));
    if (record->lease.units == 0) {
        take_pair (&self->leases, record->lease.trader, record->lease.lot);
    } else {
        put_pair (&self->leases, record);
    }
}

static void fold_lot (struct tables *self, const struct record *record)
{
    put_row (&self->lots, record->lot.lot, record);
    size_t index = index_of (record->lot.seller);
    self->sellers = tables_grown (self->sellers, &self->seller_size, index, sizeof *self->sellers);
    struct seller *seller = &self->sellers[index];
    if (record->lot.number > seller->number_max) {
        seller->number_max = record->lot.number;
    }
}

static void fold_lot_left (struct tables *self, const struct record_lot_left *record)
{
    struct record *row = row_at (&self->lots, RECORD_LOT, record->lot);
    assert (row);
    row->lot.left = record->left;
}

// The place of the buyer's first order with this number or a higher one. Most are at the end.
static size_t order_place (const struct buyer *buyer, int64_t number)
{
    size_t low = 0;
    size_t high = buyer->count;
    if (high > 0 && buyer->orders[high - 1].order.number <= number) {
        return buyer->orders[high - 1].order.number == number ? high - 1 : high;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (buyer->orders[middle].order.number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void note_arrival (struct tables *self, const struct record_order *order)
{
    size_t place = self->arrival_count++;
    self->arrivals =
        tables_grown (self->arrivals, &self->arrival_size, place, sizeof *self->arrivals);
    self->arrivals[place] = (struct arrival){.buyer = order->buyer, .number = order->number};
}

static void fold_order (struct tables *self, const struct record_order *order)
{
    size_t index = index_of (order->buyer);
    self->buyers = tables_grown (self->buyers, &self->buyer_size, index, sizeof *self->buyers);
    struct buyer *buyer = &self->buyers[index];
    size_t place = order_place (buyer, order->number);
    if (place == buyer->count || buyer->orders[place].order.number != order->number) {
        buyer->orders =
            tables_grown (buyer->orders, &buyer->size, buyer->count, sizeof *buyer->orders);
        memmove (&buyer->orders[place + 1], &buyer->orders[place],
                 (buyer->count - place) * sizeof *buyer->orders);
        buyer->orders[place] = (struct order_row){.first_fill = NO_FILL, .last_fill = NO_FILL};
        buyer->count++;
        note_arrival (self, order);
    }
    buyer->orders[place].order = *order;
}

struct order_row *tables_order (const struct tables *self, int64_t buyer, int64_t number)
{
    size_t index = index_of (buyer);
    assert (index < self->buyer_size);
    const struct buyer *found = &self->buyers[index];
    size_t place = order_place (found, number);
    assert (place < found->count && found->orders[place].order.number == number);
    return &found->orders[place];
}

// An order has one fill of a lot, which keeps its place when it comes again.
static void fold_fill (struct tables *self, const struct record_fill *fill)
{
    struct order_row *order = tables_order (self, fill->buyer, fill->number);
    for (int64_t i = order->first_fill; i != NO_FILL; i = self->fills[i].next) {
        if (self->fills[i].fill.lot == fill->lot) {
            self->fills[i].fill = *fill;
            return;
        }
    }
    int64_t place = (int64_t) self->fill_count++;
    self->fills = tables_grown (self->fills, &self->fill_size, (size_t) place, sizeof *self->fills);
    self->fills[place] = (struct fill_row){.fill = *fill, .next = NO_FILL};
    if (order->last_fill == NO_FILL) {
        order->first_fill = place;
    } else {
        self->fills[order->last_fill].next = place;
    }
    order->last_fill = place;
}

void tables_fold (struct tables *self, const struct record *record)
{
    switch (record->type) {
    case RECORD_WAREHOUSE:
        self->has_warehouse = true;
        self->warehouse = record->warehouse;
        return;
    case RECORD_SEATS:
        assert (record->seats.seating.term >= self->seats.seats.seating.term);
        self->seats = *record;
        return;
    case RECORD_PRODUCT:
        put_row (&self->products, record->product.product, record);
        return;
    case RECORD_LOT:
        fold_lot (self, record);
        return;
    case RECORD_LOT_LEFT:
        fold_lot_left (self, &record->lot_left);
        return;
    case RECORD_ORDER:
        fold_order (self, &record->order);
        return;
    case RECORD_FILL:
        fold_fill (self, &record->fill);
        return;
    case RECORD_ACCOUNT:
        put_row (&self->accounts, record->account.node, record);
        return;
    case RECORD_TRADER:
        put_row (&self->traders, record->trader.trader, record);
        return;
    case RECORD_VIEW:
        put_row (&self->views, record->view.trader, record);
        return;
    case RECORD_LEASE:
        fold_lease (self, record);
        return;
    case RECORD_LEASE_STATE:
        put_pair (&self->lease_states, record);
        return;
    default:
        break;
    }
    assert (false);  // A warehouse has no other type.
}
