#include "actors/store/verify.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "actors/store/store_schema.h"
#include "actors/store/verify_rules.h"
#include "actors/store/verify_work.h"

enum { ARENA_BYTES = 64 * 1024, PROBLEM_BYTES = 512, BUSY_TIMEOUT_MS = 2000 };

static void add_problem (struct verify *self, const char *text)
{
    self->verdict->problems[self->verdict->problem_count++] =
        arena_string (self->arena, text, strlen (text));
}

void verify_unreadable (struct verify *self, const char *what)
{
    char text[PROBLEM_BYTES];
    snprintf (text, sizeof text, "%s: cannot be told: %s", what, sqlite3_errmsg (self->db));
    add_problem (self, text);
}

sqlite3_stmt *verify_ask (struct verify *self, const char *what, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2 (self->db, sql, -1, &statement, NULL) != SQLITE_OK) {
        verify_unreadable (self, what);
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

// Takes the answer to a question of which the first row tells a problem.
static void take_answer (struct verify *self, sqlite3_stmt *statement, const char *name)
{
    int rc = sqlite3_step (statement);
    if (rc == SQLITE_ROW) {
        const char *text = (const char *) sqlite3_column_text (statement, 0);
        add_problem (self, text ? text : name);
    } else if (rc != SQLITE_DONE) {
        verify_unreadable (self, name);
    }
    sqlite3_finalize (statement);
}

static void apply_rule (struct verify *self, const struct verify_rule *rule)
{
    sqlite3_stmt *statement = verify_ask (self, rule->name, rule->sql);
    if (statement) {
        bind_limits (statement);
        take_answer (self, statement, rule->name);
    }
}

static void apply_budget (struct verify *self, const struct verify_budget *budget)
{
    sqlite3_stmt *statement = verify_ask (self, verify_budget_rule.name, verify_budget_rule.sql);
    if (statement) {
        sqlite3_bind_text (statement, 1, budget->product, -1, SQLITE_STATIC);
        sqlite3_bind_int64 (statement, 2, budget->units);
        sqlite3_bind_int64 (statement, 3, budget->percent);
        take_answer (self, statement, verify_budget_rule.name);
    }
}

static bool exists (const char *path, const char *suffix)
{
    char *name = sqlite3_mprintf ("%s%s", path, suffix);
    struct stat status;
    bool there = name && stat (name, &status) == 0;
    sqlite3_free (name);
    return there;
}

// Whether the warehouse that had the store last still runs: the lock file names its process. A
// warehouse that was killed leaves its WAL behind, and that file.
static bool is_held (const char *path)
{
    char *name = sqlite3_mprintf ("%s-lock", path);
    FILE *lock = name ? fopen (name, "re") : NULL;
    sqlite3_free (name);
    long holder = 0;
    bool known = lock && fscanf (lock, "%ld", &holder) == 1 && holder > 0;
    if (lock) {
        fclose (lock);
    }
    return known && (kill ((pid_t) holder, 0) == 0 || errno == EPERM);
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

static bool is_listed (const struct verify_budgets *budgets, const char *product)
{
    for (size_t i = 0; i < budgets->count; i++) {
        if (strcmp (budgets->list[i].product, product) == 0) {
            return true;
        }
    }
    return false;
}

// Tells the first product beyond the budget of those that have none of their own.
static void apply_rest (struct verify *self, const struct verify_budgets *budgets)
{
    const struct verdict *verdict = self->verdict;
    size_t before = verdict->problem_count;
    for (size_t i = 0; i < verdict->product_count && verdict->problem_count == before; i++) {
        if (!is_listed (budgets, verdict->products[i].name)) {
            struct verify_budget budget = *budgets->rest;
            budget.product = verdict->products[i].name;
            apply_budget (self, &budget);
        }
    }
}

static void apply_budgets (struct verify *self, const struct verify_budgets *budgets)
{
    for (size_t i = 0; i < budgets->count; i++) {
        apply_budget (self, &budgets->list[i]);
    }
    if (budgets->rest) {
        apply_rest (self, budgets);
    }
}

// Finds all problems, and reads what else the verdict tells.
static void look_through (struct verify *self, const struct verify_budgets *budgets)
{
    // One problem at most has each rule, each reading, each budget, and the rest of the products.
    size_t most = verify_rule_count + VERIFY_READINGS + budgets->count + 1;
    self->verdict->problems = arena_take (self->arena, most, sizeof *self->verdict->problems);
    for (size_t i = 0; i < verify_rule_count; i++) {
        apply_rule (self, &verify_rules[i]);
    }
    verify_read (self);
    apply_budgets (self, budgets);
    self->verdict->conserved = self->verdict->problem_count == 0;
}

// What is asked, and where the answer goes.
struct inquiry {
    const char *path;
    const struct verify_budgets *budgets;
    arena_t *arena;
    struct verdict *verdict;
    char *error;
    size_t error_size;
};

static bool judge (const struct inquiry *asked, bool still)
{
    const char *path = asked->path;
    char *error = asked->error;
    size_t error_size = asked->error_size;
    struct verify self = {.arena = asked->arena, .verdict = asked->verdict};
    *asked->verdict = (struct verdict){.at_rest = still || !is_held (path)};
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
    look_through (&self, asked->budgets);
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

static bool judge_file (const struct inquiry *asked)
{
    const char *path = asked->path;
    struct stat before, after;
    bool still = stat (path, &before) == 0 && !exists (path, "-wal") && !exists (path, "-journal");
    bool judged = judge (asked, still);
    if (still
        && (exists (path, "-wal") || stat (path, &after) != 0 || !same_file (&before, &after))) {
        // A warehouse started meanwhile: it was not still, and what was read may not fit together.
        judged = judge (asked, false);
    }
    return judged;
}

bool verify_store (const char *path, const struct verify_budgets *budgets, arena_t *arena,
                   struct verdict *verdict, char *error, size_t error_size)
{
    assert (path && arena && verdict && error && error_size > 0);
    char *file = realpath (path, NULL);  // The WAL is beside the file, not beside a link to it.
    if (!file) {
        snprintf (error, error_size, "cannot read %s: %s", path, strerror (errno));
        return false;
    }
    const struct verify_budgets none = {0};
    const struct inquiry asked = {file,      budgets ? budgets : &none, arena, verdict, error,
                                  error_size};
    bool judged = judge_file (&asked);
    free (file);
    return judged;
}

int verify_run (const char *path, const struct verify_budgets *budgets, bool json, FILE *out)
{
    char error[PROBLEM_BYTES];
    struct verdict verdict;
    arena_t *arena = arena_new (ARENA_BYTES);
    bool judged = verify_store (path, budgets, arena, &verdict, error, sizeof error);
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
