// What verify tells of units that are leased, and of budgets.
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kit/verify_case.h"

static const char *path;

static void setup (void)
{
    path = verify_case_begin ();
}

static void write_more (const struct record *records, size_t count)
{
    store_t *store = must_open (path);
    must_write (store, records, count);
    store_close (&store);
}

static void expect_told (const char *line)
{
    const char *text = verify_text (path, NULL, false, 0);
    ck_assert_msg (strstr (text, line) != NULL, "not told: %s\ntold: %s", line, text);
}

START_TEST (test_verify_tells_what_is_stranded_with_a_trader_that_has_not_left)
{
    expect_told (
        "\nstranded: trader 2 has not left: 2 apple (with 1 beyond the stock) are leased to"
        " it, until it comes back with its journal, is taken over, or is abandoned\n"
        "conserved: yes\n");
}
END_TEST

START_TEST (test_verify_tells_each_product_that_is_stranded)
{
    const struct record more[] = {
        {.type = RECORD_PRODUCT, .product = {3, "plum", 0, 0}},
        {.type = RECORD_LOT, .lot = {4, 10, 2, 1, 2, 5, 100, 100, 0}},
        {.type = RECORD_LOT, .lot = {5, 10, 3, 1, 3, 5, 9, 9, 0}},
        {.type = RECORD_LOT, .lot = {6, 10, 4, 1, 3, 5, 9, 9, 0}},
        {.type = RECORD_LEASE, .lease = {1, 4, 1}},
        {.type = RECORD_LEASE, .lease = {2, 4, 60}},
        {.type = RECORD_LEASE, .lease = {2, 5, 9}},
        {.type = RECORD_LEASE, .lease = {2, 6, 2}},
        {.type = RECORD_LEASE_STATE, .lease_state = {2, 2, 1, 1, 0, false}},
        {.type = RECORD_LEASE_STATE, .lease_state = {2, 3, 1, 1, 0, false}},
        {.type = RECORD_LEASE_STATE, .lease_state = {2, 1, 1, 7, 0, false}},
    };
    write_more (more, sizeof more / sizeof *more);
    expect_told ("\nstranded: trader 1 has not left: 1 pear is leased to it, until");
    expect_told ("\nstranded: trader 2 has not left: 2 apple, 60 pear and 11 plum are leased to it,"
                 " until");
    const struct verdict verdict = must_verify (path, NULL);
    ck_assert_int_eq (verdict.leased_units, 74);
    ck_assert_int_eq (verdict.stranded_units, 74);
    ck_assert_int_eq (verdict.products[2].leased, 11);
}
END_TEST

START_TEST (test_verify_tells_of_nothing_stranded_when_all_was_given_back)
{
    const struct record more[] = {
        {.type = RECORD_LEASE, .lease = {2, 2, 0}},
        {.type = RECORD_LEASE_STATE, .lease_state = {2, 1, 1, 7, 0, true}},
    };
    write_more (more, 2);
    const char *text = verify_text (path, NULL, false, 0);
    ck_assert_ptr_null (strstr (text, "stranded"));
    ck_assert_ptr_null (strstr (text, "leased:"));
    ck_assert_uint_eq (must_verify (path, NULL).leased_count, 0);
}
END_TEST

START_TEST (test_verify_tells_a_lease_that_is_taken_over_with_the_takeover)
{
    const struct record more[] = {
        {.type = RECORD_TRADER, .trader = {2, 2, 22, 0, 3}},
        {.type = RECORD_VIEW, .view = {2, 2, 1, MEMBER_TAKING, 0, 1, 0, ""}},
    };
    write_more (more, 2);
    expect_told (
        "\nstranded: trader 2, until trader 1 has taken it over (epoch 2, 3 of its decisions"
        " are in); 2 apple (with 1 beyond the stock) are leased to it\nconserved: yes\n");
}
END_TEST

// Whoever runs may give it back at any time; but what is taken over is stranded until that is done.
START_TEST (test_verify_tells_of_nothing_stranded_while_a_market_runs)
{
    store_t *store = must_open (path);
    const struct record more = {.type = RECORD_LEASE, .lease = {2, 2, 1}};
    must_write (store, &more, 1);
    expect_told ("\nleased: to trader 2: 1 apple (with 1 beyond the stock) is its own to sell\n"
                 "conserved: yes\n");
    const struct verdict verdict = must_verify (path, NULL);
    ck_assert (!verdict.at_rest);
    ck_assert_int_eq (verdict.leased_units, 1);
    ck_assert_int_eq (verdict.stranded_units, 0);
    store_close (&store);
    ck_assert (must_verify (path, NULL).at_rest);
}
END_TEST

START_TEST (test_verify_tells_what_is_stranded_when_the_warehouse_was_killed)
{
    pid_t child = fork ();
    if (child == 0) {
        const struct record more = {.type = RECORD_LEASE, .lease = {2, 2, 1}};
        must_write (must_open (path), &more, 1);
        _exit (0);
    }
    ck_assert_int_eq (waitpid (child, NULL, 0), child);
    const struct verdict verdict = must_verify (path, NULL);
    ck_assert (verdict.at_rest);
    ck_assert_int_eq (verdict.stranded_units, 1);
}
END_TEST

START_TEST (test_verify_prints_leases_as_json)
{
    json_t *report = json_loads (verify_text (path, NULL, true, 0), JSON_REJECT_DUPLICATES, NULL);
    ck_assert (json_is_true (json_object_get (report, "at_rest")));
    ck_assert_int_eq (json_integer_value (json_object_get (report, "stranded_units")), 2);
    const json_t *leased = json_object_get (report, "leased");
    json_t *expected = json_pack ("[{s:i,s:s,s:s,s:i,s:i,s:b}]", "trader", 2, "state", "live",
                                  "product", "apple", "units", 2, "budget", 1, "stranded", 1);
    ck_assert (json_equal (leased, expected));
    json_decref (expected);
    json_decref (report);
}
END_TEST

// 4 apples were oversold, and 1 is leased beyond the 15 that came.
static const struct {
    struct verify_budget budget;
    const char *problem;  // NULL: none
} budgets[] = {
    {{"apple", 5, 0}, NULL},
    {{"apple", 4, 0},
     "product apple: 1 units beyond the stock are leased and 4 were oversold, and its budget is 4"},
    {{"apple", 0, 34}, NULL},
    {{"apple", 0, 33},
     "product apple: 1 units beyond the stock are leased and 4 were oversold, and its budget is 4"},
    {{"apple", 4, 7}, NULL},
    {{"apple", 0, 0},
     "product apple: 1 units beyond the stock are leased and 4 were oversold, and its budget is 0"},
    {{"pear", 0, 0}, NULL},
    {{"apple", LIMIT_INTEGER, 0}, NULL},
    {{"plum", 0, 0}, NULL},  // that never came
};

START_TEST (test_verify_holds_a_product_to_its_budget)
{
    const struct verify_budgets given = {&budgets[_i].budget, 1, NULL};
    const struct verdict verdict = must_verify (path, &given);
    ck_assert_int_eq (verdict.conserved, !budgets[_i].problem);
    ck_assert_msg (!budgets[_i].problem || tells (&verdict, budgets[_i].problem), "told:%s",
                   all_problems (&verdict));
}
END_TEST

START_TEST (test_verify_tells_each_product_beyond_its_budget)
{
    run_sql (path, "UPDATE lease_states SET budget = 2 WHERE trader = 1");
    const struct verify_budget list[] = {{"apple", 1, 0}, {"pear", 1, 20}};
    const struct verdict verdict = must_verify (path, &(struct verify_budgets){list, 2, NULL});
    ck_assert_uint_eq (verdict.problem_count, 2);
    ck_assert (tells (&verdict, "product pear: 2 units beyond the stock are leased and 0 were"
                                " oversold, and its budget is 1"));
    verify_text (path, &(struct verify_budgets){list, 2, NULL}, false, 1);
}
END_TEST

START_TEST (test_verify_holds_the_other_products_to_the_budget_of_the_rest)
{
    run_sql (path, "UPDATE lease_states SET budget = 2 WHERE trader = 1");
    const struct verify_budget apple = {"apple", LIMIT_INTEGER, 0}, rest = {NULL, 1, 0};
    struct verdict verdict = must_verify (path, &(struct verify_budgets){&apple, 1, &rest});
    ck_assert_uint_eq (verdict.problem_count, 1);
    ck_assert (tells (&verdict, "product pear: 2 units beyond the stock are leased and 0 were"
                                " oversold, and its budget is 1"));
    verdict = must_verify (path, &(struct verify_budgets){NULL, 0, &rest});
    ck_assert_uint_eq (verdict.problem_count, 1);
    ck_assert (tells (&verdict, "product apple: 1 units beyond the stock are leased and 4 were"
                                " oversold, and its budget is 1"));
    const struct verify_budget enough = {NULL, 5, 0};
    ck_assert (must_verify (path, &(struct verify_budgets){NULL, 0, &enough}).conserved);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("verify_leases");
    TCase *leases = tcase_create ("leases");
    tcase_add_checked_fixture (leases, setup, verify_case_end);
    tcase_set_timeout (leases, 60);
    tcase_add_test (leases, test_verify_tells_what_is_stranded_with_a_trader_that_has_not_left);
    tcase_add_test (leases, test_verify_tells_each_product_that_is_stranded);
    tcase_add_test (leases, test_verify_tells_of_nothing_stranded_when_all_was_given_back);
    tcase_add_test (leases, test_verify_tells_a_lease_that_is_taken_over_with_the_takeover);
    tcase_add_test (leases, test_verify_tells_of_nothing_stranded_while_a_market_runs);
    tcase_add_test (leases, test_verify_tells_what_is_stranded_when_the_warehouse_was_killed);
    tcase_add_test (leases, test_verify_prints_leases_as_json);
    suite_add_tcase (suite, leases);
    TCase *within = tcase_create ("budgets");
    tcase_add_checked_fixture (within, setup, verify_case_end);
    tcase_set_timeout (within, 60);
    tcase_add_loop_test (within, test_verify_holds_a_product_to_its_budget, 0,
                         sizeof budgets / sizeof *budgets);
    tcase_add_test (within, test_verify_tells_each_product_beyond_its_budget);
    tcase_add_test (within, test_verify_holds_the_other_products_to_the_budget_of_the_rest);
    suite_add_tcase (suite, within);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
