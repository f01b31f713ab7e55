#include "actors/store/verify.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "actors/store/store_schema.h"
#include "actors/store/verify_rules.h"

enum { ARENA_BYTES = 64 * 1024, PROBLEM_BYTES = 512, BUSY_TIMEOUT_MS = 2000 };

// What is under way.
struct verify {
    sqlite3 *db;
    arena_t *arena;
    struct verdict *verdict;
};

static void add_problem (struct verify *self, const char *text)
{
    self->verdict->problems[self->verdict->problem_count++] =
        arena_string (self->arena, text, strlen (text));
}

static void add_unreadable (struct verify *self, const char *what)
{
    char text[PROBLEM_BYTES];
    snprintf (text, sizeof text, "%s: cannot be told: %s", what, sqlite3_errmsg (self->db));
    add_problem (self, text);
}

// Prepares a question. A store without the tables that it needs is as unreadable as a damaged one.
static sqlite3_stmt *ask (struct verify *self, const char *what, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        add_unreadable (self, what);
    }
    return statement;
}

static void bind_limits (sqlite3_stmt *statement)
{
    for (size_t i = 0; i < verify_limit_count; i++) {
        int place = sqlite3_bind_parameter_index (statement, verify_limits[i].name);
        if (place > 0) {
            sqlite3_bind_int64 (statement, place, verify_limits[i].value);
        }
    }
}

static void apply_rule (struct verify *self, const struct verify_rule *rule)
{
    sqlite3_stmt *statement = ask (self, rule->name, rule->sql);
    if (!statement) {
        return;
    }
    bind_limits (statement);
    int rc = sqlite3_step (statement);
    if (rc == SQLITE_ROW) {
        const char *text = (const char *) sqlite3_column_text (statement, 0);
        add_problem (self, text ? text : rule->name);
    } else if (rc != SQLITE_DONE) {
        add_unreadable (self, rule->name);
    }
    sqlite3_finalize (statement);
}

typedef void row_fn (struct verify *self, void *list, size_t index, sqlite3_stmt *row);

// Reads the rows of a question into a list of its own, whose length the first column tells.
static const void *read_list (struct verify *self, const char *what, const char *sql, size_t size,
                              row_fn *read, size_t *count)
{
    *count = 0;
    sqlite3_stmt *statement = ask (self, what, sql);
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
        add_unreadable (self, what);
    }
    sqlite3_finalize (statement);
    return list;
}

static void read_product (struct verify *self, void *list, size_t index, sqlite3_stmt *row)
{
    const char *name = (const char *) sqlite3_column_text (row, 1);
    ((struct verdict_product *) list)[index] = (struct verdict_product){
        .name = name ? arena_string (self->arena, name, strlen (name)) : "",
        .restocked = sqlite3_column_int64 (row, 2),
        .sold = sqlite3_column_int64 (row, 3),
        .unsold = sqlite3_column_int64 (row, 4),
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

static void read_lists (struct verify *self)
{
    struct verdict *verdict = self->verdict;
    verdict->products = read_list (
        self, "the products",
        "SELECT count (*) OVER (), name, ifnull (came, 0), ifnull (units, 0), ifnull (unsold, 0)"
        " FROM products"
        " LEFT JOIN (SELECT product, sum (quantity) AS came, sum (unsold) AS unsold FROM lots"
        "  GROUP BY product) AS stock ON stock.product = products.id"
        " LEFT JOIN (SELECT lots.product AS product, sum (units) AS units FROM " FILLS " AS fills"
        "  JOIN lots ON lots.id = fills.lot GROUP BY lots.product) AS sales"
        "  ON sales.product = products.id"
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
    sqlite3_stmt *statement = ask (
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
        add_unreadable (self, "the totals");
    }
    sqlite3_finalize (statement);
}

static bool exists (const char *path, const char *suffix)
{
    char *name = sqlite3_mprintf ("%s%s", path, suffix);
    struct stat status;
    bool there = name && stat (name, &status) == 0;
    sqlite3_free (name);
    return there;
}

// An absolute path as an URI, with '%', '?' and '#' escaped (RFC 3986, section 2.1).
static char *still_uri (const char *path)
{
    sqlite3_str *uri = sqlite3_str_new (NULL);
    sqlite3_str_appendall (uri, "file://");
    for (; *path; path++) {
        if (strchr ("%?#", *path)) {
            sqlite3_str_appendf (uri, "%%%02X", (unsigned) *path);
        } else {
            sqlite3_str_appendchar (uri, 1, *path);
        }
    }
    sqlite3_str_appendall (uri, "?immutable=1");
    return sqlite3_str_finish (uri);
}

// A store that nobody has open has no WAL. It is read as an immutable file, which needs no right
// to write beside it and leaves nothing there. Any other is read as SQLite's readers do.
static bool open_store (const char *path, bool still, sqlite3 **db)
{
    char *uri = still ? still_uri (path) : NULL;
    int rc = still && !uri
                 ? SQLITE_NOMEM
                 : sqlite3_open_v2 (still ? uri : path, db,
                                    SQLITE_OPEN_READONLY | (still ? SQLITE_OPEN_URI : 0), NULL);
    sqlite3_free (uri);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout (*db, BUSY_TIMEOUT_MS);
        // A file from elsewhere runs nothing but what is asked here.
        sqlite3_db_config (*db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    }
    return rc == SQLITE_OK;
}

static bool judge (const char *path, bool still, arena_t *arena, struct verdict *verdict,
                   char *error, size_t error_size)
{
    struct verify self = {.arena = arena, .verdict = verdict};
    // Each rule has one problem at most, and so has each of the five readings besides.
    const char **problems = arena_take (arena, verify_rule_count + 5, sizeof *problems);
    *verdict = (struct verdict){.problems = problems};
    bool judged = false;
    if (!open_store (path, still, &self.db)
        || sqlite3_exec (self.db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        snprintf (error, error_size, "cannot read %s: %s", path, sqlite3_errmsg (self.db));
        goto close;
    }
    enum store_kind kind = store_schema_look (self.db, path, error, error_size);
    if (kind == STORE_KIND_EMPTY) {
        snprintf (error, error_size, "%s is no store: it is empty", path);
    }
    if (kind != STORE_KIND_OURS) {
        goto close;
    }
    for (size_t i = 0; i < verify_rule_count; i++) {
        apply_rule (&self, &verify_rules[i]);
    }
    read_lists (&self);
    read_totals (&self);
    verdict->conserved = verdict->problem_count == 0;
    judged = true;
close:
    sqlite3_close (self.db);
    return judged;
}

static bool same_file (const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size
           && a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static bool verify_file (const char *path, arena_t *arena, struct verdict *verdict, char *error,
                         size_t error_size)
{
    struct stat before, after;
    bool still = stat (path, &before) == 0 && !exists (path, "-wal") && !exists (path, "-journal");
    bool judged = judge (path, still, arena, verdict, error, error_size);
    if (still
        && (exists (path, "-wal") || stat (path, &after) != 0 || !same_file (&before, &after))) {
        // A warehouse started meanwhile: it was not still, and what was read may not fit together.
        judged = judge (path, false, arena, verdict, error, error_size);
    }
    return judged;
}

bool verify_store (const char *path, arena_t *arena, struct verdict *verdict, char *error,
                   size_t error_size)
{
    assert (path && arena && verdict && error && error_size > 0);
    char *file = realpath (path, NULL);  // The WAL is beside the file, not beside a link to it.
    if (!file) {
        snprintf (error, error_size, "cannot read %s: %s", path, strerror (errno));
        return false;
    }
    bool judged = verify_file (file, arena, verdict, error, error_size);
    free (file);
    return judged;
}

int verify_run (const char *path, bool json, FILE *out)
{
    char error[PROBLEM_BYTES];
    struct verdict verdict;
    arena_t *arena = arena_new (ARENA_BYTES);
    bool judged = verify_store (path, arena, &verdict, error, sizeof error);
    if (!judged) {
        fprintf (stderr, "souk verify: %s\n", error);
    } else if (json) {
        verify_print_json (&verdict, out);
    } else {
        verify_print_text (&verdict, out);
    }
    int status = judged && verdict.conserved ? 0 : 1;
    arena_destroy (&arena);
    return status;
}
