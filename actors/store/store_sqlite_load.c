// Loading what a warehouse is rebuilt from. All orders are never read: each client's last ones
// are found through the keys, one client after the other.
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/store/store_sqlite.h"

// What is under way: where the records go, and how far back the answers do.
struct load {
    struct store_sqlite *store;
    int64_t answers_kept;
    store_visit_fn *visit;
    void *context;
    sqlite3_stmt *fills;  // of one order
};

// Makes a record of a row and hands it over. Returns false when the row is none, or refused.
typedef bool row_fn (struct load *load, sqlite3_stmt *row);

static const char warehouse_sql[] = "SELECT epoch, version FROM warehouse";

static const char products_sql[] = "SELECT id, name FROM products ORDER BY id";

// `sellers` skips from one seller to the next through the key (seller, number).
static const char lots_sql[] =
    "WITH RECURSIVE sellers (node) AS ("
    "  SELECT min (seller) FROM lots"
    "  UNION ALL"
    "  SELECT (SELECT min (seller) FROM lots WHERE seller > node) FROM sellers"
    "  WHERE node IS NOT NULL)"
    "SELECT id, seller, number, trader, product, price_cents, quantity, unsold FROM lots"
    " WHERE id IN ("
    "  SELECT id FROM lots WHERE unsold > 0"
    "  UNION ALL"
    "  SELECT max (id) FROM lots"
    "  UNION ALL"
    "  SELECT lots.id FROM sellers CROSS JOIN lots ON seller = node AND number >"
    "   (SELECT max (number) FROM lots AS last WHERE last.seller = node) - ?1)"
    " ORDER BY id";

static const char accounts_sql[] = "SELECT node, balance_cents FROM accounts ORDER BY node";

static const char traders_sql[] =
    "SELECT id, epoch, nonce, batch, applied FROM traders ORDER BY id";

static const char next_buyer_sql[] = "SELECT min (buyer) FROM orders WHERE buyer > ?1";

static const char orders_sql[] =
    "SELECT buyer, number, trader, product, quantity, all_or_nothing, units, missing,"
    " amount_cents, status FROM orders"
    " WHERE buyer = ?1"
    "  AND number > (SELECT max (number) FROM orders WHERE buyer = ?1) - ?2"
    " ORDER BY number";

// In the order in which they were sold. A fill whose lot is gone comes with a NULL.
static const char fills_sql[] =
    "SELECT buyer, fills.number, lot, fills.seller, lots.number, fills.trader, units,"
    " fills.price_cents, commission_cents"
    " FROM fills LEFT JOIN lots ON lots.id = lot"
    " WHERE buyer = ?1 AND fills.number = ?2 ORDER BY fills.id";

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
        [RECORD_WAREHOUSE] = "warehouse", [RECORD_PRODUCT] = "products", [RECORD_LOT] = "lots",
        [RECORD_LOT_LEFT] = "lots",       [RECORD_ORDER] = "orders",     [RECORD_FILL] = "fills",
        [RECORD_ACCOUNT] = "accounts",    [RECORD_TRADER] = "traders",
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
                                              .version = sqlite3_column_int64 (row, 1)},
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
                                .product = {.product = sqlite3_column_int64 (row, 0), .name = name},
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
                                        .left = sqlite3_column_int64 (row, 7)},
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

static bool load_fill (struct load *load, sqlite3_stmt *row)
{
    if (sqlite3_column_type (row, 4) == SQLITE_NULL) {
        return fail (load, "a fill is of a lot that is not there");
    }
    return hand_over (load, &(struct record){
                                .type = RECORD_FILL,
                                .fill = {.buyer = sqlite3_column_int64 (row, 0),
                                         .number = sqlite3_column_int64 (row, 1),
                                         .lot = sqlite3_column_int64 (row, 2),
                                         .seller = sqlite3_column_int64 (row, 3),
                                         .seller_number = sqlite3_column_int64 (row, 4),
                                         .trader = sqlite3_column_int64 (row, 5),
                                         .units = sqlite3_column_int64 (row, 6),
                                         .price_cents = sqlite3_column_int64 (row, 7),
                                         .commission_cents = sqlite3_column_int64 (row, 8)},
                            });
}

static bool read_status (sqlite3_stmt *row, int column, enum status *status)
{
    static const enum status final[] = {STATUS_SOLD, STATUS_OVERSOLD, STATUS_OUT_OF_STOCK,
                                        STATUS_TOO_MANY_LOTS};
    const char *text = (const char *) sqlite3_column_text (row, column);
    for (size_t i = 0; text && i < sizeof final / sizeof *final; i++) {
        if (strcmp (text, status_name (final[i])) == 0) {
            *status = final[i];
            return true;
        }
    }
    return false;
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

static bool load_order (struct load *load, sqlite3_stmt *row)
{
    struct record record = {
        .type = RECORD_ORDER,
        .order = {.buyer = sqlite3_column_int64 (row, 0),
                  .number = sqlite3_column_int64 (row, 1),
                  .trader = sqlite3_column_int64 (row, 2),
                  .product = sqlite3_column_int64 (row, 3),
                  .quantity = sqlite3_column_int64 (row, 4),
                  .all_or_nothing = sqlite3_column_int64 (row, 5) != 0,
                  .units = sqlite3_column_int64 (row, 6),
                  .missing = sqlite3_column_int64 (row, 7),
                  .amount_cents = sqlite3_column_int64 (row, 8)},
    };
    if (!read_status (row, 9, &record.order.status)) {
        return fail (load, "an order has an unknown status");
    }
    if (!hand_over (load, &record)) {
        return false;
    }
    if (record.order.units == 0) {
        return true;
    }
    sqlite3_reset (load->fills);
    sqlite3_bind_int64 (load->fills, 1, record.order.buyer);
    sqlite3_bind_int64 (load->fills, 2, record.order.number);
    return each_row (load, load->fills, load_fill);
}

static bool prepare (struct load *load, const char *sql, sqlite3_stmt **statement)
{
    *statement = NULL;
    return sqlite3_prepare_v2 (load->store->db, sql, -1, statement, NULL) == SQLITE_OK
               ? true
               : fail_sqlite (load);
}

static bool load_table (struct load *load, const char *sql, row_fn *row)
{
    sqlite3_stmt *statement;
    bool loaded = prepare (load, sql, &statement);
    if (loaded) {
        if (sqlite3_bind_parameter_count (statement) == 1) {
            sqlite3_bind_int64 (statement, 1, load->answers_kept);
        }
        loaded = each_row (load, statement, row);
    }
    sqlite3_finalize (statement);
    return loaded;
}

static bool load_buyer (struct load *load, sqlite3_stmt *orders, int64_t buyer)
{
    sqlite3_reset (orders);
    sqlite3_bind_int64 (orders, 1, buyer);
    sqlite3_bind_int64 (orders, 2, load->answers_kept);
    return each_row (load, orders, load_order);
}

static bool load_buyers (struct load *load, sqlite3_stmt *next, sqlite3_stmt *orders)
{
    int64_t buyer = -1;  // Node ids begin with 0.
    for (;;) {
        sqlite3_reset (next);
        sqlite3_bind_int64 (next, 1, buyer);
        if (sqlite3_step (next) != SQLITE_ROW) {
            return fail_sqlite (load);
        }
        if (sqlite3_column_type (next, 0) == SQLITE_NULL) {
            return true;
        }
        buyer = sqlite3_column_int64 (next, 0);
        if (!load_buyer (load, orders, buyer)) {
            return false;
        }
    }
}

static bool load_orders (struct load *load)
{
    sqlite3_stmt *next = NULL, *orders = NULL;
    bool loaded = prepare (load, next_buyer_sql, &next) && prepare (load, orders_sql, &orders)
                  && prepare (load, fills_sql, &load->fills) && load_buyers (load, next, orders);
    sqlite3_finalize (next);
    sqlite3_finalize (orders);
    sqlite3_finalize (load->fills);
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
    bool loaded = load_table (&load, warehouse_sql, load_warehouse)
                  && load_table (&load, products_sql, load_product)
                  && load_table (&load, lots_sql, load_lot)
                  && load_table (&load, accounts_sql, load_account)
                  && load_table (&load, traders_sql, load_trader) && load_orders (&load);
    return loaded ? STORE_OK : STORE_FAILED;
}
