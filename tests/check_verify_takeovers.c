// What verify tells of takeovers that have not come to their end.
#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/store/verify.h"
#include "tests/kit/store_case.h"

static const char *path;
static char *text;

static void setup (void)
{
    path = store_case_begin ();
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    store_close (&store);
    text = NULL;
}

static void teardown (void)
{
    free (text);
    store_case_end ();
}

static const char *run_verify (bool json)
{
    size_t size = 0;
    free (text);
    FILE *out = open_memstream (&text, &size);
    ck_assert_int_eq (verify_run (path, json, out), 0);
    fclose (out);
    return text;
}

static json_int_t number (const json_t *object, const char *name)
{
    const json_t *value = json_object_get (object, name);
    ck_assert_msg (json_is_integer (value), "%s", name);
    return json_integer_value (value);
}

// Trader 1 takes trader 2 over, as its view said.
static void take_over (enum member_state state)
{
    const struct record records[] = {
        {.type = RECORD_TRADER, .trader = {2, 2, 22, 0, 3}},
        {.type = RECORD_VIEW, .view = {2, 2, 1, state, 0, state == MEMBER_TAKING, 0, ""}},
    };
    store_t *store = must_open (path);
    must_write (store, records, 2);
    store_close (&store);
}

START_TEST (test_verify_tells_who_is_taking_whom_over)
{
    take_over (MEMBER_TAKING);
    // It is under way, and breaks no rule.
    ck_assert_ptr_nonnull (strstr (run_verify (false),
                                   "\nstranded: trader 2, until trader 1 has taken it over (epoch"
                                   " 2, 3 of its decisions are in)\nconserved: yes\n"));
    json_t *report = json_loads (run_verify (true), JSON_REJECT_DUPLICATES, NULL);
    const json_t *stranded = json_object_get (report, "stranded");
    ck_assert_uint_eq (json_array_size (stranded), 1);
    const json_t *one = json_array_get (stranded, 0);
    ck_assert_int_eq (number (one, "trader"), 2);
    ck_assert_int_eq (number (one, "taker"), 1);
    ck_assert_int_eq (number (one, "epoch"), 2);
    ck_assert_int_eq (number (one, "applied"), 3);
    json_decref (report);
}
END_TEST

START_TEST (test_verify_tells_of_nothing_stranded_in_any_other_state)
{
    static const enum member_state states[] = {MEMBER_LIVE, MEMBER_FAILED, MEMBER_LEFT};
    take_over (states[_i]);
    ck_assert_ptr_null (strstr (run_verify (false), "stranded"));
    json_t *report = json_loads (run_verify (true), JSON_REJECT_DUPLICATES, NULL);
    const json_t *stranded = json_object_get (report, "stranded");
    ck_assert (json_is_array (stranded));
    ck_assert_uint_eq (json_array_size (stranded), 0);
    json_decref (report);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("verify_takeovers");
    TCase *stranded = tcase_create ("stranded");
    tcase_add_checked_fixture (stranded, setup, teardown);
    tcase_set_timeout (stranded, 60);
    tcase_add_test (stranded, test_verify_tells_who_is_taking_whom_over);
    tcase_add_loop_test (stranded, test_verify_tells_of_nothing_stranded_in_any_other_state, 0, 3);
    suite_add_tcase (suite, stranded);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
