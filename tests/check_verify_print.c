// A verdict in words, and as JSON.
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

START_TEST (test_verify_prints_its_verdict_last)
{
    const char *text = verify_text (path, NULL, false, 0);
    ck_assert_str_eq (strrchr (text, ':') - strlen ("conserved"), "conserved: yes\n");
    ck_assert_ptr_nonnull (strstr (text, "apple                              15           12"
                                         "            3            2\n"));
    run_sql (path, "UPDATE accounts SET balance_cents = -1240 WHERE node = 7");
    text = verify_text (path, NULL, false, 1);
    ck_assert_str_eq (strrchr (text, ':') - strlen ("conserved"), "conserved: NO\n");
    ck_assert_ptr_nonnull (strstr (text, "problem: the accounts sum to 1 cents\n"));
}
END_TEST

static int64_t member (const json_t *object, const char *name)
{
    const json_t *value = json_object_get (object, name);
    ck_assert_msg (json_is_integer (value), "%s", name);
    return json_integer_value (value);
}

static void check_json_lists (const json_t *report)
{
    const json_t *product = json_array_get (json_object_get (report, "products"), 1);
    ck_assert_str_eq (json_string_value (json_object_get (product, "name")), "pear");
    ck_assert_int_eq (member (product, "restocked"), member (product, "sold"));
    ck_assert_int_eq (member (product, "unsold"), 0);
    ck_assert_int_eq (member (product, "leased"), 0);
    const json_t *account = json_array_get (json_object_get (report, "accounts"), 2);
    ck_assert_int_eq (member (account, "node"), 7);
    ck_assert_int_eq (member (account, "balance_cents"), -1241);
    const json_t *books = json_object_get (report, "books");
    ck_assert_uint_eq (json_array_size (books), 2);
    const json_t *book = json_array_get (books, 0);
    ck_assert_int_eq (member (book, "node"), 7);
    ck_assert_int_eq (member (book, "orders"), 2);
    ck_assert_int_eq (member (book, "sold"), 2);
    ck_assert_int_eq (member (book, "units"), 15);
    ck_assert_int_eq (member (book, "spent_cents"), 1241);
    book = json_array_get (books, 1);
    ck_assert_int_eq (member (book, "refused"), 3);
    ck_assert_int_eq (member (book, "oversold"), 1);
    ck_assert_int_eq (member (book, "missing_units"), 4);
}

START_TEST (test_verify_prints_json)
{
    const char *text = verify_text (path, NULL, true, 0);
    json_t *report = json_loads (text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg (report != NULL, "%s", text);
    ck_assert (json_is_true (json_object_get (report, "conserved")));
    ck_assert_uint_eq (json_array_size (json_object_get (report, "problems")), 0);
    ck_assert_int_eq (member (report, "restocked_units"), 18);
    ck_assert_int_eq (member (report, "sold_units"), 15);
    ck_assert_int_eq (member (report, "left_units"), 3);
    ck_assert_int_eq (member (report, "leased_units"), 2);
    ck_assert_int_eq (member (report, "orders"), 6);
    ck_assert_int_eq (member (report, "refused"), 3);
    ck_assert_int_eq (member (report, "oversold"), 1);
    ck_assert_int_eq (member (report, "missing_units"), 4);
    check_json_lists (report);
    json_decref (report);
}
END_TEST

START_TEST (test_verify_escapes_what_json_must)
{
    run_sql (path, "UPDATE products SET name = 'a\"b\\' || char (10, 233) WHERE id = 1;"
                   "UPDATE lots SET unsold = 4 WHERE id = 2");
    const char *text = verify_text (path, NULL, true, 1);
    json_t *report = json_loads (text, 0, NULL);
    ck_assert_msg (report != NULL, "%s", text);
    ck_assert (json_is_false (json_object_get (report, "conserved")));
    const json_t *product = json_array_get (json_object_get (report, "products"), 0);
    ck_assert_str_eq (json_string_value (json_object_get (product, "name")), "a\"b\\\n??");
    const json_t *problem = json_array_get (json_object_get (report, "problems"), 0);
    ck_assert_ptr_nonnull (strstr (json_string_value (problem), "15 units came"));
    json_decref (report);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("verify_print");
    TCase *output = tcase_create ("output");
    tcase_add_checked_fixture (output, setup, verify_case_end);
    tcase_set_timeout (output, 60);
    tcase_add_test (output, test_verify_prints_its_verdict_last);
    tcase_add_test (output, test_verify_prints_json);
    tcase_add_test (output, test_verify_escapes_what_json_must);
    suite_add_tcase (suite, output);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
