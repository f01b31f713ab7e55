#include "actors/store/verify.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/store/store_reader.h"
#include "actors/store/verify_rules.h"
#include "actors/store/verify_work.h"

enum { ARENA_BYTES = 64 * 1024, PROBLEM_BYTES = 512 };

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
    const struct verify_budgets *budgets;
    arena_t *arena;
    struct verdict *verdict;
};

static bool judge (void *context, sqlite3 *db, bool at_rest)
{
    const struct inquiry *asked = context;
    struct verify self = {.db = db, .arena = asked->arena, .verdict = asked->verdict};
    *asked->verdict = (struct verdict){.at_rest = at_rest};
    look_through (&self, asked->budgets);
    return true;
}

bool verify_store (const char *path, const struct verify_budgets *budgets, arena_t *arena,
                   struct verdict *verdict, char *error, size_t error_size)
{
    assert (path && arena && verdict && error && error_size > 0);
    const struct verify_budgets none = {0};
    struct inquiry asked = {budgets ? budgets : &none, arena, verdict};
    return store_reader_look (path, judge, &asked, error, error_size);
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
