// What the tables of a store in memory are made of. Shared by store_tables.c, which fills them, and
// store_tables_load.c and store_tables_skipped.c, which hand them over. Private to them.
#ifndef SOUK_STORE_ROWS_H
#define SOUK_STORE_ROWS_H

#include "actors/store/store.h"

enum { NO_FILL = -1 };  // place of a fill that there is not

// Rows of one record type, by their key. A row that is not there is zero, and so is its type.
struct table {
    struct record *rows;
    size_t size;
};

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

// Rows of one record type whose key has two parts, ascending by them.
struct pairs {
    struct record *rows;
    size_t count;
    size_t size;
};

struct tables {
    bool has_warehouse;
    struct record_warehouse warehouse;
    struct record seats;  // of type RECORD_WAREHOUSE: nobody was ever elected
    struct table products;
    struct table lots;
    struct table accounts;
    struct table traders;
    struct table views;
    struct pairs leases;        // by trader and lot
    struct pairs lease_states;  // by trader and product
    struct buyer *buyers;       // by node id
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

// Hands over which numbers were skipped, as the last part of a load. Returns what tables_load does.
const char *tables_load_skipped (const struct tables *self, int64_t answers_kept,
                                 store_visit_fn *visit, void *context);

// The order of this buyer and number, which is there.
struct order_row *tables_order (const struct tables *self, int64_t buyer, int64_t number);

#endif
