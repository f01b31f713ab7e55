#include "tests/sim/world/store_tables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_MAX = 16 * 1024 * 1024,  // of a table
    NONE = -1,
};

// Rows of one record type, by their key. A row that is not there is zero, and so is its type.
struct table {
    struct record *rows;
    size_t size;
};
static_assert (RECORD_WAREHOUSE == 0, "a zero row must have none of the tables' types");

// A fill and, in an array of all, the place of the next one of the same order.
struct fill_row {
    struct record_fill fill;
    int64_t next;
};

struct order_row {
    struct record_order order;
    int64_t first_fill;
    int64_t last_fill;
};

struct buyer {
    struct order_row *orders;  // ascending by number
    size_t count;
    size_t size;
};

struct seller {
    int64_t number_max;  // of its lots
};

struct arrival {
    int64_t buyer;
    int64_t number;
};

struct tables {
    bool has_warehouse;
    struct record_warehouse warehouse;
    struct table products;
    struct table lots;
    struct table accounts;
    struct table traders;
    struct table views;
    struct buyer *buyers;  // by node id
    size_t buyer_size;
    struct arrival *arrivals;  // of orders
    size_t arrival_count;
    size_t arrival_size;
    struct seller *sellers;  // by node id
    size_t seller_size;
    struct fill_row *fills;  // in the order in which they were sold
    size_t fill_count;
    size_t fill_size;
};

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

// Folding.

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
        buyer->orders[place] = (struct order_row){.first_fill = NONE, .last_fill = NONE};
        buyer->count++;
        note_arrival (self, order);
    }
    buyer->orders[place].order = *order;
}

static struct order_row *find_order (const struct tables *self, int64_t buyer, int64_t number)
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
    struct order_row *order = find_order (self, fill->buyer, fill->number);
    for (int64_t i = order->first_fill; i != NONE; i = self->fills[i].next) {
        if (self->fills[i].fill.lot == fill->lot) {
            self->fills[i].fill = *fill;
            return;
        }
    }
    int64_t place = (int64_t) self->fill_count++;
    self->fills = tables_grown (self->fills, &self->fill_size, (size_t) place, sizeof *self->fills);
    self->fills[place] = (struct fill_row){.fill = *fill, .next = NONE};
    if (order->last_fill == NONE) {
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
    default:
        break;
    }
    assert (false);  // A warehouse has no other type.
}

// Handing over.

struct load {
    const struct tables *tables;
    int64_t answers_kept;
    store_visit_fn *visit;
    void *context;
    const char *refused;  // what the record was about; NULL: none was
};

static bool hand_over (struct load *load, const struct record *record, const char *what)
{
    if (!load->visit (load->context, record)) {
        load->refused = what;
    }
    return !load->refused;
}

static bool load_warehouse (struct load *load)
{
    const struct record record = {.type = RECORD_WAREHOUSE, .warehouse = load->tables->warehouse};
    return !load->tables->has_warehouse || hand_over (load, &record, "warehouse");
}

// Rows in the order of their keys.
static bool load_table (struct load *load, const struct table *table, const char *what)
{
    for (size_t i = 0; i < table->size; i++) {
        if (table->rows[i].type != RECORD_WAREHOUSE && !hand_over (load, &table->rows[i], what)) {
            return false;
        }
    }
    return true;
}

static bool load_lots (struct load *load)
{
    const struct table *lots = &load->tables->lots;
    size_t end = lots->size;
    while (end > 0 && lots->rows[end - 1].type != RECORD_LOT) {
        end--;
    }
    for (size_t i = 0; i < end; i++) {
        const struct record *row = &lots->rows[i];
        if (row->type != RECORD_LOT) {
            continue;
        }
        int64_t last = load->tables->sellers[row->lot.seller].number_max;
        bool wanted =
            row->lot.left > 0 || i + 1 == end || row->lot.number > last - load->answers_kept;
        if (wanted && !hand_over (load, row, "lots")) {
            return false;
        }
    }
    return true;
}

static bool load_order (struct load *load, const struct order_row *row)
{
    struct record record = {.type = RECORD_ORDER, .order = row->order};
    if (!hand_over (load, &record, "orders")) {
        return false;
    }
    int64_t place = row->order.units > 0 ? row->first_fill : NONE;
    while (place != NONE) {
        const struct fill_row *fill = &load->tables->fills[place];
        record = (struct record){.type = RECORD_FILL, .fill = fill->fill};
        if (!hand_over (load, &record, "fills")) {
            return false;
        }
        place = fill->next;
    }
    return true;
}

static bool load_orders (struct load *load)
{
    const struct tables *tables = load->tables;
    for (size_t i = 0; i < tables->arrival_count; i++) {
        const struct arrival *arrival = &tables->arrivals[i];
        const struct buyer *buyer = &tables->buyers[arrival->buyer];
        int64_t last = buyer->orders[buyer->count - 1].order.number;
        if (arrival->number > last - load->answers_kept
            && !load_order (load, find_order (tables, arrival->buyer, arrival->number))) {
            return false;
        }
    }
    return true;
}

const char *tables_load (const struct tables *self, int64_t answers_kept, store_visit_fn *visit,
                         void *context)
{
    assert (answers_kept > 0);
    struct load load = {self, answers_kept, visit, context, NULL};
    bool loaded = load_warehouse (&load) && load_table (&load, &self->products, "products")
                  && load_lots (&load) && load_table (&load, &self->accounts, "accounts")
                  && load_table (&load, &self->traders, "traders")
                  && load_table (&load, &self->views, "views") && load_orders (&load);
    assert (loaded == !load.refused);
    return load.refused;
}
