// What verify tells of takeovers that have not come to their end.
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/verify_case.h"

static const char *path;

static void setup (void)
{
    path = verify_case_begin ();
}

static json_int_t number (const json_t *object, const char *name)
{
    const json_t *value = json_object_get (object, name);
    ck_assert_msg (json_is_integer (value), "%s", name);
    return json_integer_value (value);
}

// Trader 1 takes trader 2 over, as its view said. Trader 2 has leases no more.
static void take_over (enum member_state state)
{
    const struct record records[] = {
        {.type = RECORD_TRADER, .trader = {2, 2, 22, 0, 3}},
        {.type = RECORD_VIEW, .view = {2, 2, 1, state, 0, state == MEMBER_TAKING, 0, ""}},
        {.type = RECORD_LEASE, .lease = {2, 2, 0}},
        {.type = RECORD_LEASE_STATE, .lease_state = {2, 1, 1, 7, 0, true}},
    };
    store_t *store = must_open (path);
    must_write (store, records, sizeof records / sizeof *records);
    store_close (&store);
}

START_TEST (test_verify_tells_who_is_taking_whom_over)
{
    take_over (MEMBER_TAKING);
    // It is under way, and breaks no rule.
    ck_assert_ptr_nonnull (strstr (verify_text (path, NULL, false, 0),
                                   "\nstranded: trader 2, until trader 1 has taken it over (epoch"
                                   " 2, 3 of its decisions are in)\nconserved: yes\n"));
    json_t *report = json_loads (verify_text (path, NULL, true, 0), JSON_REJECT_DUPLICATES, NULL);
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
    ck_assert_ptr_null (strstr (verify_text (path, NULL, false, 0), "stranded"));
    json_t *report = json_loads (verify_text (path, NULL, true, 0), JSON_REJECT_DUPLICATES, NULL);
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
    tcase_add_checked_fixture (stranded, setup, verify_case_end);
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
