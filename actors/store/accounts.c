#include "actors/store/accounts.h"

#include <string.h>

enum { FIELDS_MAX = 3 };

#define FIELD(name) offsetof (struct account, name)
#define NO_FIELD SIZE_MAX

// A question of which each row is a node and what is added to its account, and what the node is
// then.
struct reading {
    const char *sql;
    unsigned role;
    size_t fields[FIELDS_MAX];
};

static const struct reading readings[] = {
    {"SELECT buyer, count (*), sum (units), sum (amount_cents) FROM orders NOT INDEXED"
     " GROUP BY buyer",
     ACCOUNT_BUYER,
     {FIELD (orders), FIELD (bought), FIELD (spent_cents)}},
    {"SELECT DISTINCT seller FROM lots", ACCOUNT_SELLER, {NO_FIELD, NO_FIELD, NO_FIELD}},
    {"SELECT seller, sum (units), sum (units * price_cents - commission_cents) FROM fills"
     " GROUP BY seller",
     ACCOUNT_SELLER,
     {FIELD (sold), FIELD (earned_cents), NO_FIELD}},
    {"SELECT id FROM traders", ACCOUNT_TRADER, {NO_FIELD, NO_FIELD, NO_FIELD}},
    {"SELECT trader, count (*), sum (commission_cents) FROM fills GROUP BY trader",
     ACCOUNT_TRADER,
     {FIELD (sales), FIELD (commission_cents), NO_FIELD}},
    {"SELECT node, balance_cents FROM accounts", 0, {FIELD (balance_cents), NO_FIELD, NO_FIELD}},
};

static const char sales_sql[] =
    "SELECT fills.buyer, fills.number, products.name, fills.seller, fills.trader, fills.units,"
    "  fills.price_cents, fills.units * fills.price_cents, fills.commission_cents"
    " FROM fills JOIN lots ON lots.id = fills.lot JOIN products ON products.id = lots.product"
    " ORDER BY fills.id";

static bool fail (sqlite3 *db, char *error, size_t error_size)
{
    snprintf (error, error_size, "the store cannot be read: %s", sqlite3_errmsg (db));
    return false;
}

static bool add_row (struct accounts *accounts, const struct reading *reading, sqlite3_stmt *row)
{
    int64_t node = sqlite3_column_int64 (row, 0);
    if (node < 1 || node > LIMIT_NODE) {
        return false;
    }
    struct account *account = &accounts->nodes[node];
    account->roles |= reading->role;
    for (int i = 0; i < FIELDS_MAX && reading->fields[i] != NO_FIELD; i++) {
        *(int64_t *) ((char *) account + reading->fields[i]) = sqlite3_column_int64 (row, i + 1);
    }
    return true;
}

static bool read_one (sqlite3 *db, struct accounts *accounts, const struct reading *reading,
                      char *error, size_t error_size)
{
    sqlite3_stmt *statement = NULL;
    bool good = true;
    int rc = sqlite3_prepare_v2 (db, reading->sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && good && (rc = sqlite3_step (statement)) == SQLITE_ROW) {
        good = add_row (accounts, reading, statement);
        rc = SQLITE_OK;
    }
    if (!good) {
        snprintf (error, error_size,
                  "the store names node %lld, and ids are from 1 to %d: verify it",
                  (long long) sqlite3_column_int64 (statement, 0), LIMIT_NODE);
    } else if (rc != SQLITE_DONE) {
        good = fail (db, error, error_size);
    }
    sqlite3_finalize (statement);
    return good;
}

bool accounts_read (sqlite3 *db, struct accounts *accounts, char *error, size_t error_size)
{
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        if (!read_one (db, accounts, &readings[i], error, error_size)) {
            return false;
        }
    }
    return true;
}

static struct account_sale sale_of (sqlite3_stmt *row)
{
    const char *product = (const char *) sqlite3_column_text (row, 2);
    return (struct account_sale){
        .buyer = sqlite3_column_int64 (row, 0),
        .number = sqlite3_column_int64 (row, 1),
        .product = product ? product : "",
        .seller = sqlite3_column_int64 (row, 3),
        .trader = sqlite3_column_int64 (row, 4),
        .units = sqlite3_column_int64 (row, 5),
        .price_cents = sqlite3_column_int64 (row, 6),
        .amount_cents = sqlite3_column_int64 (row, 7),
        .commission_cents = sqlite3_column_int64 (row, 8),
    };
}

bool accounts_read_sales (sqlite3 *db, account_sale_fn *tell, void *context, char *error,
                          size_t error_size)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2 (db, sales_sql, -1, &statement, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step (statement)) == SQLITE_ROW) {
        const struct account_sale sale = sale_of (statement);
        tell (context, &sale);
        rc = SQLITE_OK;
    }
    bool good = rc == SQLITE_DONE || fail (db, error, error_size);
    sqlite3_finalize (statement);
    return good;
}
