#include "actors/store/store_schema.h"

#include <stdio.h>
#include <string.h>

// What is written for every order is kept short: its row goes to the end of one table, and holds
// its first fill, which nearly always is its only one; further fills stand in a table of their own.
// The keys begin with the number and not with the node: clients count up alike, so that a batch of
// many clients changes the last pages of an index and not one page for each of them.
//
// An order for something that nobody ever offered has product 0. Times are milliseconds since 1970
// on the wall clock, for people alone: nothing is ordered by them.
const char *const store_schema_tables_sql =
    "CREATE TABLE warehouse ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  epoch INTEGER NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  market INTEGER NOT NULL"
    ") STRICT;"

    // Of an elected market: who holds the seats of the latest term, as a JSON array, ascending.
    "CREATE TABLE seating ("
    "  id INTEGER PRIMARY KEY CHECK (id = 1),"
    "  term INTEGER NOT NULL CHECK (term > 0),"
    "  leader INTEGER NOT NULL,"
    "  seats TEXT NOT NULL"
    ") STRICT;"

    "CREATE TABLE products ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE"
    ") STRICT;"

    // In order of arrival. They sell in the order of their rank, where they have one: 0 for none.
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
    "  rank INTEGER NOT NULL,"
    "  UNIQUE (number, seller)"
    ") STRICT;"

    // In order of arrival. `status` is the outcome in words. The last columns are the first fill;
    // without one they are NULL.
    "CREATE TABLE orders ("
    "  id INTEGER PRIMARY KEY,"
    "  buyer INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  trader INTEGER NOT NULL,"
    "  product INTEGER NOT NULL,"
    "  quantity INTEGER NOT NULL,"
    "  all_or_nothing INTEGER NOT NULL,"
    "  outcome INTEGER NOT NULL CHECK (outcome BETWEEN 1 AND 4),"
    "  status TEXT AS (CASE outcome WHEN 1 THEN 'sold' WHEN 2 THEN 'oversold'"
    "    WHEN 3 THEN 'out_of_stock' WHEN 4 THEN 'too_many_lots' ELSE 'unknown' END) VIRTUAL,"
    "  units INTEGER NOT NULL,"
    "  missing INTEGER NOT NULL,"
    "  amount_cents INTEGER NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  lot INTEGER,"
    "  seller INTEGER,"
    "  lot_units INTEGER CHECK (lot_units > 0),"
    "  price_cents INTEGER,"
    "  commission_cents INTEGER,"
    "  UNIQUE (number, buyer)"
    ") STRICT;"

    // What was oversold of each product is summed at every start, and hardly any order was.
    "CREATE INDEX oversold ON orders (product, missing) WHERE missing > 0;"

    // The id of a fill is 16 times the id of its order, and its place in the order: from 1 on, for
    // place 0 is in the order's own row.
    "CREATE TABLE further_fills ("
    "  id INTEGER PRIMARY KEY CHECK (id % 16 > 0),"
    "  lot INTEGER NOT NULL,"
    "  seller INTEGER NOT NULL,"
    "  units INTEGER NOT NULL CHECK (units > 0),"
    "  price_cents INTEGER NOT NULL,"
    "  commission_cents INTEGER NOT NULL"
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

    // Who backs a trader up, and who takes it over; 0 for nobody. It stands apart from the traders
    // because it changes seldom, and they with every batch.
    "CREATE TABLE views ("
    "  trader INTEGER PRIMARY KEY,"
    "  view INTEGER NOT NULL,"
    "  began INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN ('live', 'taking', 'failed', 'left')),"
    "  backup INTEGER NOT NULL,"
    "  taker INTEGER NOT NULL,"
    "  closed INTEGER NOT NULL,"
    "  router TEXT NOT NULL"
    ") STRICT;"

    // Unsold units of a lot that a trader alone may sell.
    "CREATE TABLE leases ("
    "  trader INTEGER NOT NULL,"
    "  lot INTEGER NOT NULL,"
    "  units INTEGER NOT NULL CHECK (units > 0),"
    "  PRIMARY KEY (trader, lot)"
    ") STRICT, WITHOUT ROWID;"

    // How a trader stands with the leases of a product: the latest request that was applied, what
    // it holds of the product's oversell budget, and whether it has given back all that it had.
    "CREATE TABLE lease_states ("
    "  trader INTEGER NOT NULL,"
    "  product INTEGER NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  budget INTEGER NOT NULL CHECK (budget >= 0),"
    "  clean INTEGER NOT NULL CHECK (clean IN (0, 1)),"
    "  PRIMARY KEY (trader, product)"
    ") STRICT, WITHOUT ROWID;";

const char *const store_schema_views_sql =
    // Which units of which lot went to which order.
    "CREATE VIEW fills"
    " (id, buyer, number, lot, seller, trader, units, price_cents, commission_cents) AS"
    "  SELECT id * 16, buyer, number, lot, seller, trader, lot_units, price_cents,"
    "    commission_cents FROM orders WHERE lot IS NOT NULL"
    "  UNION ALL SELECT more.id, buyer, number, more.lot, more.seller, trader, more.units,"
    "    more.price_cents, more.commission_cents"
    "  FROM further_fills AS more JOIN orders ON orders.id = more.id / 16;"

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
    "  JOIN products ON products.id = lots.product;"

    // What became of all that came of each product: restocked = sold + leased + available.
    "CREATE VIEW stock (product, restocked, sold, leased, available) AS"
    "  SELECT name, ifnull (sum (quantity), 0), ifnull (sum (quantity - unsold), 0),"
    "    ifnull (sum (units), 0), ifnull (sum (unsold - ifnull (units, 0)), 0)"
    "  FROM products LEFT JOIN lots ON lots.product = products.id"
    "  LEFT JOIN (SELECT lot, sum (units) AS units FROM leases GROUP BY lot) ON lot = lots.id"
    "  GROUP BY products.id;";

// By outcome, as the table's column `status` names them.
static const enum status outcomes[] = {
    [1] = STATUS_SOLD,
    [2] = STATUS_OVERSOLD,
    [3] = STATUS_OUT_OF_STOCK,
    [4] = STATUS_TOO_MANY_LOTS,
};

enum { OUTCOME_FIRST = 1, OUTCOME_LAST = sizeof outcomes / sizeof *outcomes - 1 };

int64_t store_schema_outcome (enum status status)
{
    for (int64_t outcome = OUTCOME_FIRST; outcome <= OUTCOME_LAST; outcome++) {
        if (outcomes[outcome] == status) {
            return outcome;
        }
    }
    return 0;
}

bool store_schema_status (int64_t outcome, enum status *status)
{
    if (outcome < OUTCOME_FIRST || outcome > OUTCOME_LAST) {
        return false;
    }
    *status = outcomes[outcome];
    return true;
}

// A suspicion is the backup's own affair: no view is in that state.
const char *store_schema_state_name (enum member_state state)
{
    return state == MEMBER_SUSPECTED || state >= MEMBER_STATE_COUNT ? NULL
                                                                    : member_state_name (state);
}

bool store_schema_state (const char *name, enum member_state *state)
{
    for (int i = 0; i < MEMBER_STATE_COUNT; i++) {
        const char *known = store_schema_state_name ((enum member_state) i);
        if (known && strcmp (known, name) == 0) {
            *state = (enum member_state) i;
            return true;
        }
    }
    return false;
}

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
