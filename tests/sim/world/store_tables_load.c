// Handing over, as a load must.
#include <assert.h>
#include <stdlib.h>

#include "tests/sim/world/store_rows.h"
#include "tests/sim/world/store_tables.h"

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

static bool load_seats (struct load *load)
{
    const struct record *seats = &load->tables->seats;
    return seats->type != RECORD_SEATS || hand_over (load, seats, "seating");
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

// What came of each product and what was missing of it, by product; the caller frees it.
static struct record_product *sum_products (const struct tables *self)
{
    struct record_product *sums = calloc (self->products.size + 1, sizeof *sums);
    if (!sums) {
        abort ();
    }
    for (size_t i = 0; i < self->lots.size; i++) {
        const struct record *row = &self->lots.rows[i];
        if (row->type == RECORD_LOT && row->lot.product < (int64_t) self->products.size) {
            sums[row->lot.product].stocked += row->lot.quantity;
        }
    }
    for (size_t i = 0; i < self->arrival_count; i++) {
        const struct arrival *arrival = &self->arrivals[i];
        const struct record_order *order =
            &tables_order (self, arrival->buyer, arrival->number)->order;
        if (order->product < (int64_t) self->products.size) {
            sums[order->product].oversold += order->missing;
        }
    }
    return sums;
}

static bool load_products (struct load *load)
{
    const struct table *products = &load->tables->products;
    struct record_product *sums = sum_products (load->tables);
    for (size_t i = 0; i < products->size && !load->refused; i++) {
        struct record record = products->rows[i];
        if (record.type == RECORD_PRODUCT) {
            record.product.stocked = sums[i].stocked;
            record.product.oversold = sums[i].oversold;
            hand_over (load, &record, "products");
        }
    }
    free (sums);
    return !load->refused;
}

static bool load_pairs (struct load *load, const struct pairs *pairs, const char *what)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (!hand_over (load, &pairs->rows[i], what)) {
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
    int64_t place = row->order.units > 0 ? row->first_fill : NO_FILL;
    while (place != NO_FILL) {
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
            && !load_order (load, tables_order (tables, arrival->buyer, arrival->number))) {
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
    bool loaded = load_warehouse (&load) && load_seats (&load) && load_products (&load)
                  && load_lots (&load) && load_table (&load, &self->accounts, "accounts")
                  && load_table (&load, &self->traders, "traders")
                  && load_table (&load, &self->views, "views")
                  && load_pairs (&load, &self->leases, "leases")
                  && load_pairs (&load, &self->lease_states, "lease_states") && load_orders (&load);
    assert (loaded == !load.refused);
    return loaded ? tables_load_skipped (self, answers_kept, visit, context) : load.refused;
}
