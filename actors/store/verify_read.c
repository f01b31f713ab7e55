// What verify tells of a store besides its problems: lists and totals.
#include <string.h>

#include "actors/store/verify_rules.h"
#include "actors/store/verify_work.h"

typedef void row_fn (struct verify *self, void *list, size_t index, sqlite3_stmt *row);

// Reads the rows of a question into a list of its own, whose length the first column tells.
static const void *read_list (struct verify *self, const char *what, const char *sql, size_t size,
                              row_fn *read, size_t *count)
{
    *count = 0;
    sqlite3_stmt *statement = verify_ask (self, what, sql);
    if (!statement) {
        return NULL;
    }
    void *list = NULL;
    size_t length = 0;
    int rc;
    while ((rc = sqlite3_step (statement)) == SQLITE_ROW) {
        if (!list) {
            length = (size_t) sqlite3_column_int64 (statement, 0);
            list = arena_take (self->arena, length, size);
        }
        if (*count == length) {
            break;
        }
        read (self, list, (*count)++, statement);
    }
    if (rc != SQLITE_DONE) {
        verify_unreadable (self, what);
    }
    sqlite3_finalize (statement);
    return list;
}

static const char *text_of (struct verify *self, sqlite3_stmt *row, int column)
{
    const char *text = (const char *) sqlite3_column_text (row, column);
    return text ? arena_string (self->arena, text, strlen (text)) : "";
}

static void read_product (struct verify *self, void *list, size_t index, sqlite3_stmt *row)
{
    ((struct verdict_product *) list)[index] = (struct verdict_product){
        .name = text_of (self, row, 1),
        .restocked = sqlite3_column_int64 (row, 2),
        .sold = sqlite3_column_int64 (row, 3),
        .unsold = sqlite3_column_int64 (row, 4),
        .leased = sqlite3_column_int64 (row, 5),
    };
}

static void read_account (struct verify *self, void *list, size_t index, sqlite3_stmt *row)
{
    (void) self;
    ((struct verdict_account *) list)[index] = (struct verdict_account){
        .node = sqlite3_column_int64 (row, 1),
        .balance_cents = sqlite3_column_int64 (row, 2),
    };
}

static void read_book (struct verify *self, void *list, size_t index, sqlite3_stmt *row)
{
    (void) self;
    ((struct verdict_book *) list)[index] = (struct verdict_book){
        .node = sqlite3_column_int64 (row, 1),
        .orders = sqlite3_column_int64 (row, 2),
        .sold = sqlite3_column_int64 (row, 3),
        .units = sqlite3_column_int64 (row, 4),
        .spent_cents = sqlite3_column_int64 (row, 5),
        .refused = sqlite3_column_int64 (row, 6),
        .oversold = sqlite3_column_int64 (row, 7),
        .missing_units = sqlite3_column_int64 (row, 8),
    };
}

static void read_stranded (struct verify *self, void *list, size_t index, sqlite3_stmt *row)
{
    (void) self;
    ((struct verdict_stranded *) list)[index] = (struct verdict_stranded){
        .trader = sqlite3_column_int64 (row, 1),
        .taker = sqlite3_column_int64 (row, 2),
        .epoch = sqlite3_column_int64 (row, 3),
        .applied = sqlite3_column_int64 (row, 4),
    };
}

// A trader that is live in a store that nobody has open is not there to give anything back.
static void read_leased (struct verify *self, void *list, size_t index, sqlite3_stmt *row)
{
    struct verdict *verdict = self->verdict;
    struct verdict_leased *leased = &((struct verdict_leased *) list)[index];
    *leased = (struct verdict_leased){
        .trader = sqlite3_column_int64 (row, 1),
        .state = text_of (self, row, 2),
        .product = text_of (self, row, 3),
        .units = sqlite3_column_int64 (row, 4),
        .budget = sqlite3_column_int64 (row, 5),
    };
    leased->stranded = strcmp (leased->state, "taking") == 0
                       || (verdict->at_rest && strcmp (leased->state, "live") == 0);
    verdict->leased_units += leased->units;
    verdict->stranded_units += leased->stranded ? leased->units : 0;
}

static void read_lists (struct verify *self)
{
    struct verdict *verdict = self->verdict;
    verdict->products = read_list (
        self, "the products",
        "SELECT count (*) OVER (), name, ifnull (came, 0), ifnull (units, 0), ifnull (unsold, 0),"
        "  ifnull (leased, 0) FROM products"
        " LEFT JOIN (SELECT product, sum (quantity) AS came, sum (unsold) AS unsold FROM lots"
        "  GROUP BY product) AS stock ON stock.product = products.id"
        " LEFT JOIN (SELECT lots.product AS product, sum (units) AS units FROM " FILLS " AS fills"
        "  JOIN lots ON lots.id = fills.lot GROUP BY lots.product) AS sales"
        "  ON sales.product = products.id"
        " LEFT JOIN (SELECT lots.product AS product, sum (units) AS leased FROM leases"
        "  JOIN lots ON lots.id = lot GROUP BY lots.product) AS held ON held.product = products.id"
        " ORDER BY products.id",
        sizeof (struct verdict_product), read_product, &verdict->product_count);
    verdict->accounts = read_list (
        self, "the accounts",
        "SELECT (SELECT count (*) FROM accounts), node, balance_cents FROM accounts ORDER BY node",
        sizeof (struct verdict_account), read_account, &verdict->account_count);
    verdict->books =
        read_list (self, "the buyers' books",
                   "SELECT (SELECT count (DISTINCT buyer) FROM orders NOT INDEXED), buyer,"
                   "  count (*), sum (outcome = " OUTCOME_SOLD "), sum (units), sum (amount_cents),"
                   "  sum (outcome IN (" OUTCOME_OUT_OF_STOCK ", " OUTCOME_TOO_MANY_LOTS ")),"
                   "  sum (outcome = " OUTCOME_OVERSOLD "), sum (missing)"
                   " FROM orders NOT INDEXED GROUP BY buyer ORDER BY buyer",
                   sizeof (struct verdict_book), read_book, &verdict->book_count);
    verdict->stranded =
        read_list (self, "what is stranded",
                   "SELECT count (*) OVER (), trader, taker, epoch, applied"
                   " FROM views JOIN traders ON id = trader WHERE state = 'taking' ORDER BY trader",
                   sizeof (struct verdict_stranded), read_stranded, &verdict->stranded_count);
    verdict->leased = read_list (
        self, "what is leased",
        "SELECT count (*) OVER (), held.trader, state, name, units, budget"
        " FROM (SELECT trader, product, sum (units) AS units, sum (budget) AS budget"
        "  FROM (SELECT leases.trader, product, units, 0 AS budget"
        "    FROM leases JOIN lots ON lots.id = lot"
        "   UNION ALL SELECT trader, product, 0, budget FROM lease_states)"
        "  GROUP BY trader, product HAVING sum (units) <> 0 OR sum (budget) <> 0) AS held"
        " JOIN products ON products.id = product LEFT JOIN views ON views.trader = held.trader"
        " ORDER BY held.trader, product",
        sizeof (struct verdict_leased), read_leased, &verdict->leased_count);
}

static void read_totals (struct verify *self)
{
    struct verdict *verdict = self->verdict;
    int64_t *const totals[] = {
        &verdict->restocked_units, &verdict->left_units,  &verdict->sold_units,
        &verdict->orders,          &verdict->sold_orders, &verdict->out_of_stock,
        &verdict->too_many_lots,   &verdict->oversold,    &verdict->missing_units,
        &verdict->spent_cents,
    };
    sqlite3_stmt *statement = verify_ask (
        self, "the totals",
        "SELECT * FROM (SELECT ifnull (sum (quantity), 0), ifnull (sum (unsold), 0) FROM lots),"
        " (SELECT ifnull (sum (units), 0) FROM " FILLS "),"
        " (SELECT count (*), ifnull (sum (outcome = " OUTCOME_SOLD "), 0),"
        "   ifnull (sum (outcome = " OUTCOME_OUT_OF_STOCK "), 0),"
        "   ifnull (sum (outcome = " OUTCOME_TOO_MANY_LOTS "), 0),"
        "   ifnull (sum (outcome = " OUTCOME_OVERSOLD "), 0),"
        "   ifnull (sum (missing), 0), ifnull (sum (amount_cents), 0) FROM orders NOT INDEXED)");
    if (!statement) {
        return;
    }
    if (sqlite3_step (statement) == SQLITE_ROW) {
        for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
            *totals[i] = sqlite3_column_int64 (statement, (int) i);
        }
    } else {
        verify_unreadable (self, "the totals");
    }
    sqlite3_finalize (statement);
}

void verify_read (struct verify *self)
{
    read_lists (self);
    read_totals (self);
}
