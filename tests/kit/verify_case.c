#include "tests/kit/verify_case.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static arena_t *arena;
static char *printed;

const char *verify_case_begin (void)
{
    const char *path = store_case_begin ();
    arena = arena_new (4096);
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    store_close (&store);
    return path;
}

void verify_case_end (void)
{
    free (printed);
    printed = NULL;
    arena_destroy (&arena);
    store_case_end ();
}

struct verdict must_verify (const char *file, const struct verify_budgets *budgets)
{
    char error[256] = "";
    struct verdict verdict;
    ck_assert_msg (verify_store (file, budgets, arena, &verdict, error, sizeof error), "%s", error);
    return verdict;
}

bool tells (const struct verdict *verdict, const char *problem)
{
    for (size_t i = 0; i < verdict->problem_count; i++) {
        if (strcmp (verdict->problems[i], problem) == 0) {
            return true;
        }
    }
    return false;
}

const char *all_problems (const struct verdict *verdict)
{
    static char text[8192];
    text[0] = 0;
    for (size_t i = 0; i < verdict->problem_count; i++) {
        size_t used = strlen (text);
        snprintf (text + used, sizeof text - used, "\n  %s", verdict->problems[i]);
    }
    return text;
}

const char *verify_text (const char *file, const struct verify_budgets *budgets, bool json,
                         int status)
{
    size_t size = 0;
    free (printed);
    FILE *out = open_memstream (&printed, &size);
    ck_assert_int_eq (verify_run (file, budgets, json, out), status);
    fclose (out);
    return printed;
}
