// Loading what a warehouse is rebuilt from. Of the orders, the key is read whole, which is a small
// part of them: it tells each buyer's highest number, and from which order on they are to be read;
// together with that of the lots, which numbers were skipped.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "actors/store/store_gaps.h"
#include "actors/store/store_schema.h"
#include "actors/store/store_sqlite.h"

// What is under way: where the records go, and how far back the answers do.
struct load {
    struct store_sqlite *store;
    int64_t answers_kept;
    store_visit_fn *visit;
    void *context;
    int64_t *highest;  // number of each node's orders, 0 for none
    int64_t first;     // the first order in time to be handed over
    struct gaps *gaps;
    sqlite3_stmt *fills;  // of one order, but for the first
};

// Makes a record of a row and hands it over. Returns false when the row is none, or refused.
typedef bool row_fn (struct load *load, sqlite3_stmt *row);

static const char warehouse_sql[] = "SELECT epoch, version, market FROM warehouse";

static const char products_sql[] =
    "SELECT id, name, ifnull (came, 0), ifnull (missed, 0) FROM products"
    " LEFT JOIN (SELECT product, sum (quantity) AS came FROM lots GROUP BY product) AS stocked"
    "  ON stocked.product = id"
    " LEFT JOIN (SELECT product, sum (missing) AS missed FROM orders WHERE missing > 0"
    "  GROUP BY product) AS short ON short.product = id"
    " ORDER BY id";

static const char lots_sql[] =
    "WITH sellers (node, highest) AS MATERIALIZED ("
    "  SELECT seller, max (number) FROM lots GROUP BY seller)"
    "SELECT id, seller, number, trader, product, price_cents, quantity, unsold, rank"
    " FROM lots CROSS JOIN sellers ON node = seller"
    " WHERE unsold > 0 OR number > highest - ?1 OR id = (SELECT max (id) FROM lots)"
    " ORDER BY id";

static const char accounts_sql[] = "SELECT node, balance_cents FROM accounts ORDER BY node";

static const char traders_sql[] =
    "SELECT id, epoch, nonce, batch, applied FROM traders ORDER BY id";

static const char views_sql[] =
    "SELECT trader, view, began, backup, taker, closed, state, router FROM views ORDER BY trader";

static const char leases_sql[] = "SELECT trader, lot, units FROM leases ORDER BY trader, lot";

static const char lease_states_sql[] =
    "SELECT trader, product, epoch, number, budget, clean FROM lease_states"
    " ORDER BY trader, product";

// Each client's highest number comes first. A lot has no id here. Both keys are read in their
// order, so that nothing is sorted.
static const char numbers_sql[] =
    "SELECT buyer AS client, number, id FROM orders"
    " UNION ALL SELECT seller, number, 0 FROM lots ORDER BY number DESC, client DESC";

// In order of arrival, with the first fill. Where its lot is gone there is a NULL.
static const char orders_sql[] =
    "SELECT buyer, orders.number, orders.trader, orders.product, orders.quantity, all_or_nothing,"
    " units, missing, amount_cents, outcome, orders.id,"
    " lot, orders.seller, lots.number, lot_units, orders.price_cents, commission_cents"
    " FROM orders LEFT JOIN lots ON lots.id = lot"
    " WHERE orders.id >= ?1 ORDER BY orders.id";

enum { ORDER_ID = 10, ORDER_FILL = 11, ORDER_FILL_UNITS = 14 };  // columns

static const char fills_sql[] =
    "SELECT lot, fill.seller, lots.number, units, fill.price_cents, commission_cents"
    " FROM further_fills AS fill LEFT JOIN lots ON lots.id = lot"
    " WHERE fill.id BETWEEN ?1 * 16 + 1 AND ?1 * 16 + 15 ORDER BY fill.id";

static bool fail (struct load *load, const char *reason)
{
    struct store *base = &load->store->base;
    snprintf (base->error, sizeof base->error, "loading the store: %s", reason);
    return false;
}

static bool fail_sqlite (struct load *load)
{
    return fail (load, sqlite3_errmsg (load->store->db));
}

static bool hand_over (struct load *load, const struct record *record)
{
    static const char *const names[] = {
        [RECORD_WAREHOUSE] = "warehouse",
        [RECORD_PRODUCT] = "products",
        [RECORD_LOT] = "lots",
        [RECORD_LOT_LEFT] = "lots",
        [RECORD_ORDER] = "orders",
        [RECORD_FILL] = "fills",
        [RECORD_ACCOUNT] = "accounts",
        [RECORD_TRADER] = "traders",
        [RECORD_VIEW] = "views",
        [RECORD_LEASE] = "leases",
        [RECORD_LEASE_STATE] = "lease_states",
    };
    if (load->visit (load->context, record)) {
        return true;
    }
    char reason[128];
    snprintf (reason, sizeof reason, "a row of the table %s contradicts those before it",
              names[record->type]);
    return fail (load, reason);
}

static bool load_warehouse (struct load *load, sqlite3_stmt *row)
{
    return hand_over (load, &(struct record){
                                .type = RECORD_WAREHOUSE,
                                .warehouse = {.epoch = sqlite3_column_int64 (row, 0),
                                              .version = sqlite3_column_int64 (row, 1),
                                              .market = sqlite3_column_int64 (row, 2)},
                            });
}

static bool load_product (struct load *load, sqlite3_stmt *row)
{
    const char *name = (const char *) sqlite3_column_text (row, 1);
    if (!name) {
        return fail_sqlite (load);
    }
    return hand_over (load, &(struct record){
                                .type = RECORD_PRODUCT,
                                .product = {.product = sqlite3_column_int64 (row, 0),
                                            .name = name,
                                            .stocked = sqlite3_column_int64 (row, 2),
                                            .oversold = sqlite3_column_int64 (row, 3)},
                            });
}

static bool load_lot (struct load *load, sqlite3_stmt *row)
{
    return hand_over (load, &(struct record){
                                .type = RECORD_LOT,
                                .lot = {.lot = sqlite3_column_int64 (row, 0),
                                        .seller = sqlite3_column_int64 (row, 1),
                                        .number = sqlite3_column_int64 (row, 2),
                                        .trader = sqlite3_column_int64 (row, 3),
                                        .product = sqlite3_column_int64 (row, 4),
                                        .price_cents = sqlite3_column_int64 (row, 5),
                                        .quantity = sqlite3_column_int64 (row, 6),
                                        .left = sqlite3_column_int64 (row, 7),
                                        .rank = sqlite3_column_int64 (row, 8)},
                            });
}

static bool load_account (struct load *load, sqlite3_stmt *row)
{
    return hand_over (load, &(struct record){
                                .type = RECORD_ACCOUNT,
                                .account = {.node = sqlite3_column_int64 (row, 0),
                                            .balance_cents = sqlite3_column_int64 (row, 1)},
                            });
}

static bool load_trader (struct load *load, sqlite3_stmt *row)
{
    return hand_over (load, &(struct record){
                                .type = RECORD_TRADER,
                                .trader = {.trader = sqlite3_column_int64 (row, 0),
                                           .epoch = sqlite3_column_int64 (row, 1),
                                           .nonce = sqlite3_column_int64 (row, 2),
                                           .batch = sqlite3_column_int64 (row, 3),
                                           .applied = sqlite3_column_int64 (row, 4)},
                            });
}

static bool load_view (struct load *load, sqlite3_stmt *row)
{
    const char *state = (const char *) sqlite3_column_text (row, 6);
    const char *router = (const char *) sqlite3_column_text (row, 7);
    if (!state || !router) {
        return fail_sqlite (load);
    }
    struct record record = {
        .type = RECORD_VIEW,
        .view = {.trader = sqlite3_column_int64 (row, 0),
                 .view = sqlite3_column_int64 (row, 1),
                 .began = sqlite3_column_int64 (row, 2),
                 .backup = sqlite3_column_int64 (row, 3),
                 .taker = sqlite3_column_int64 (row, 4),
                 .closed = sqlite3_column_int64 (row, 5),
                 .router = router},
    };
    if (!store_schema_state (state, &record.view.state)) {
        return fail (load, "a view is in an unknown state");
    }
    return hand_over (load, &record);
}

static bool load_lease (struct load *load, sqlite3_stmt *row)
{
    return hand_over (load, &(struct record){
                                .type = RECORD_LEASE,
                                .lease = {.trader = sqlite3_column_int64 (row, 0),
                                          .lot = sqlite3_column_int64 (row, 1),
                                          .units = sqlite3_column_int64 (row, 2)},
                            });
}

static bool load_lease_state (struct load *load, sqlite3_stmt *row)
{
    return hand_over (load, &(struct record){
                                .type = RECORD_LEASE_STATE,
                                .lease_state = {.trader = sqlite3_column_int64 (row, 0),
                                                .product = sqlite3_column_int64 (row, 1),
                                                .epoch = sqlite3_column_int64 (row, 2),
                                                .number = sqlite3_column_int64 (row, 3),
                                                .budget = sqlite3_column_int64 (row, 4),
                                                .clean = sqlite3_column_int64 (row, 5) != 0},
                            });
}

// The columns from `first` on are a fill.
static bool load_fill (struct load *load, sqlite3_stmt *row, int first,
                       const struct record_order *order)
{
    if (sqlite3_column_type (row, first + 2) == SQLITE_NULL) {
        return fail (load, "a fill is of a lot that is not there");
    }
    return hand_over (load, &(struct record){
                                .type = RECORD_FILL,
                                .fill = {.buyer = order->buyer,
                                         .number = order->number,
                                         .lot = sqlite3_column_int64 (row, first),
                                         .seller = sqlite3_column_int64 (row, first + 1),
                                         .seller_number = sqlite3_column_int64 (row, first + 2),
                                         .trader = order->trader,
                                         .units = sqlite3_column_int64 (row, first + 3),
                                         .price_cents = sqlite3_column_int64 (row, first + 4),
                                         .commission_cents = sqlite3_column_int64 (row, first + 5)},
                            });
}

static bool each_row (struct load *load, sqlite3_stmt *statement, row_fn *row)
{
    int rc;
    while ((rc = sqlite3_step (statement)) == SQLITE_ROW) {
        if (!row (load, statement)) {
            return false;
        }
    }
    return rc == SQLITE_DONE ? true : fail_sqlite (load);
}

static bool load_further_fills (struct load *load, int64_t id, const struct record_order *order)
{
    int rc;
    sqlite3_reset (load->fills);
    sqlite3_bind_int64 (load->fills, 1, id);
    while ((rc = sqlite3_step (load->fills)) == SQLITE_ROW) {
        if (!load_fill (load, load->fills, 0, order)) {
            return false;
        }
    }
    return rc == SQLITE_DONE ? true : fail_sqlite (load);
}

static bool load_fills (struct load *load, sqlite3_stmt *row, const struct record_order *order)
{
    if (order->units == 0 || sqlite3_column_type (row, ORDER_FILL) == SQLITE_NULL) {
        return true;
    }
    return load_fill (load, row, ORDER_FILL, order)
           && (sqlite3_column_int64 (row, ORDER_FILL_UNITS) == order->units
               || load_further_fills (load, sqlite3_column_int64 (row, ORDER_ID), order));
}

static bool is_node (int64_t node)
{
    return node >= 0 && node <= LIMIT_NODE;
}

// Whether the number is among the buyer's last ones. What is no node is for the warehouse to
// refuse.
static bool is_kept (const struct load *load, int64_t buyer, int64_t number)
{
    return !is_node (buyer) || number > load->highest[buyer] - load->answers_kept;
}

static bool load_number (struct load *load, sqlite3_stmt *row)
{
    int64_t buyer = sqlite3_column_int64 (row, 0);
    int64_t number = sqlite3_column_int64 (row, 1);
    int64_t id = sqlite3_column_int64 (row, 2);
    if (!gaps_note (load->gaps, buyer, number)) {
        return fail (load, "out of memory");
    }
    if (id == 0) {
        return true;
    }
    if (is_node (buyer) && number > load->highest[buyer]) {
        load->highest[buyer] = number;
    }
    if (id < load->first && is_kept (load, buyer, number)) {
        load->first = id;
    }
    return true;
}

static bool load_order (struct load *load, sqlite3_stmt *row)
{
    struct record record = {
        .type = RECORD_ORDER,
        .order = {.buyer = sqlite3_column_int64 (row, 0), .number = sqlite3_column_int64 (row, 1)},
    };
    struct record_order *order = &record.order;
    if (!is_kept (load, order->buyer, order->number)) {
        return true;
    }
    order->trader = sqlite3_column_int64 (row, 2);
    order->product = sqlite3_column_int64 (row, 3);
    order->quantity = sqlite3_column_int64 (row, 4);
    order->all_or_nothing = sqlite3_column_int64 (row, 5) != 0;
    order->units = sqlite3_column_int64 (row, 6);
    order->missing = sqlite3_column_int64 (row, 7);
    order->amount_cents = sqlite3_column_int64 (row, 8);
    if (!store_schema_status (sqlite3_column_int64 (row, 9), &order->status)) {
        return fail (load, "an order has an unknown status");
    }
    return hand_over (load, &record) && load_fills (load, row, order);
}

static bool prepare (struct load *load, const char *sql, sqlite3_stmt **statement)
{
    *statement = NULL;
    return sqlite3_prepare_v2 (load->store->db, sql, -1, statement, NULL) == SQLITE_OK
               ? true
               : fail_sqlite (load);
}

// Each row of a question, whose one parameter is `value` where it has one.
static bool load_rows (struct load *load, const char *sql, int64_t value, row_fn *row)
{
    sqlite3_stmt *statement;
    bool loaded = prepare (load, sql, &statement);
    if (loaded) {
        if (sqlite3_bind_parameter_count (statement) == 1) {
            sqlite3_bind_int64 (statement, 1, value);
        }
        loaded = each_row (load, statement, row);
    }
    sqlite3_finalize (statement);
    return loaded;
}

static bool load_table (struct load *load, const char *sql, row_fn *row)
{
    return load_rows (load, sql, load->answers_kept, row);
}

static bool load_orders (struct load *load)
{
    load->first = INT64_MAX;
    load->highest = calloc (LIMIT_NODE + 1, sizeof *load->highest);
    load->gaps = gaps_new (load->answers_kept);
    const char *error = "out of memory";
    bool loaded =
        load->highest && load->gaps ? prepare (load, fills_sql, &load->fills) : fail (load, error);
    loaded = loaded && load_rows (load, numbers_sql, 0, load_number)
             && load_rows (load, orders_sql, load->first, load_order)
             && (gaps_load (load->gaps, load->visit, load->context, &error) || fail (load, error));
    sqlite3_finalize (load->fills);
    gaps_destroy (&load->gaps);
    free (load->highest);
    return loaded;
}

enum store_status store_sqlite_load (store_t *store, int64_t answers_kept, store_visit_fn *visit,
                                     void *context)
{
    assert (answers_kept > 0);
    struct load load = {
        .store = (struct store_sqlite *) store,
        .answers_kept = answers_kept,
        .visit = visit,
        .context = context,
    };
    bool loaded =
        load_table (&load, warehouse_sql, load_warehouse)
        && store_sqlite_load_seats (load.store, visit, context)
        && load_table (&load, products_sql, load_product) && load_table (&load, lots_sql, load_lot)
        && load_table (&load, accounts_sql, load_account)
        && load_table (&load, traders_sql, load_trader) && load_table (&load, views_sql, load_view)
        && load_table (&load, leases_sql, load_lease)
        && load_table (&load, lease_states_sql, load_lease_state) && load_orders (&load);
    return loaded ? STORE_OK : STORE_FAILED;
}
