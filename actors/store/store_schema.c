#include "actors/store/store_schema.h"

#include <stdbool.h>
#include <stdio.h>

// `lots_unsold` and the keys of `lots`, `orders` and `fills` are what a load reads by. An order
// for something that nobody ever offered has product 0. Times are milliseconds since 1970 on the
// wall clock, for people alone: nothing is ordered by them.
const char *const store_schema_sql =
    "CREATE TABLE warehouse ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  epoch INTEGER NOT NULL,"
    "  version INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE products ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE"
    ") STRICT;"

    "CREATE TABLE lots ("
    "  id INTEGER PRIMARY KEY,"
    "  seller INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  trader INTEGER NOT NULL,"
    "  product INTEGER NOT NULL,"
    "  price_cents INTEGER NOT NULL,"
    "  quantity INTEGER NOT NULL,"
    "  unsold INTEGER NOT NULL CHECK (unsold BETWEEN 0 AND quantity),"
    "  at_ms INTEGER NOT NULL,"
    "  UNIQUE (seller, number)"
    ") STRICT;"
    "CREATE INDEX lots_unsold ON lots (product, id) WHERE unsold > 0;"

    "CREATE TABLE orders ("
    "  buyer INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  trader INTEGER NOT NULL,"
    "  product INTEGER NOT NULL,"
    "  quantity INTEGER NOT NULL,"
    "  all_or_nothing INTEGER NOT NULL,"
    "  status TEXT NOT NULL"
    "    CHECK (status IN ('sold', 'oversold', 'out_of_stock', 'too_many_lots')),"
    "  units INTEGER NOT NULL,"
    "  missing INTEGER NOT NULL,"
    "  amount_cents INTEGER NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (buyer, number)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE fills ("
    "  id INTEGER PRIMARY KEY,"
    "  buyer INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  lot INTEGER NOT NULL,"
    "  seller INTEGER NOT NULL,"
    "  trader INTEGER NOT NULL,"
    "  units INTEGER NOT NULL CHECK (units > 0),"
    "  price_cents INTEGER NOT NULL,"
    "  commission_cents INTEGER NOT NULL,"
    "  UNIQUE (buyer, number, lot)"
    ") STRICT;"

    "CREATE TABLE accounts ("
    "  node INTEGER PRIMARY KEY,"
    "  balance_cents INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE traders ("
    "  id INTEGER PRIMARY KEY,"
    "  epoch INTEGER NOT NULL,"
    "  nonce INTEGER NOT NULL,"
    "  batch INTEGER NOT NULL,"
    "  applied INTEGER NOT NULL"
    ") STRICT;"

    // Double entry: three legs for each fill, which sum to zero.
    "CREATE VIEW ledger (entry, account, amount_cents) AS"
    "  SELECT id, buyer, -units * price_cents FROM fills"
    "  UNION ALL SELECT id, seller, units * price_cents - commission_cents FROM fills"
    "  UNION ALL SELECT id, trader, commission_cents FROM fills;"

    // Who bought what from whom, through which trader, at what price and when.
    "CREATE VIEW sales AS"
    "  SELECT fills.id AS entry,"
    "    strftime ('%Y-%m-%dT%H:%M:%SZ', orders.at_ms / 1000, 'unixepoch') AS at,"
    "    products.name AS product, fills.buyer AS buyer, fills.number AS order_number,"
    "    fills.seller AS seller, lots.number AS restock_number, fills.trader AS trader,"
    "    fills.units AS units, fills.price_cents AS price_cents,"
    "    fills.units * fills.price_cents AS amount_cents,"
    "    fills.commission_cents AS commission_cents"
    "  FROM fills"
    "  JOIN orders ON orders.buyer = fills.buyer AND orders.number = fills.number"
    "  JOIN lots ON lots.id = fills.lot"
    "  JOIN products ON products.id = lots.product;";

// Reads one integer. Returns SQLite's result code, SQLITE_OK when there was one.
static int read_integer (sqlite3 *db, const char *sql, sqlite3_int64 *value)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2 (db, sql, -1, &statement, NULL);
    if (rc == SQLITE_OK) {
        rc = sqlite3_step (statement);
        *value = rc == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
    }
    int finalized = sqlite3_finalize (statement);
    return rc == SQLITE_ROW ? SQLITE_OK : finalized;
}

enum store_kind store_schema_look (sqlite3 *db, const char *path, char *error, size_t error_size)
{
    sqlite3_int64 application, version, tables;
    if (read_integer (db, "PRAGMA application_id", &application) != SQLITE_OK
        || read_integer (db, "PRAGMA user_version", &version) != SQLITE_OK
        || read_integer (db, "SELECT count (*) FROM sqlite_schema", &tables) != SQLITE_OK) {
        snprintf (error, error_size, "%s is no store: %s", path, sqlite3_errmsg (db));
        return STORE_KIND_OTHER;
    }
    if (application == 0 && version == 0 && tables == 0) {
        return STORE_KIND_EMPTY;
    }
    if (application != STORE_APPLICATION_ID) {
        snprintf (error, error_size, "%s is no store: it is a database of another program", path);
        return STORE_KIND_OTHER;
    }
    if (version != STORE_VERSION) {
        snprintf (error, error_size,
                  "%s is a store of version %lld, and this program knows version %d alone", path,
                  (long long) version, STORE_VERSION);
        return STORE_KIND_OTHER;
    }
    return STORE_KIND_OURS;
}
