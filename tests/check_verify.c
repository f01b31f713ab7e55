// The rules by which verify judges a store. What else it does is in check_verify_*.c.
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/store/store_sqlite.h"
#include "tests/kit/verify_breaks.h"
#include "tests/kit/verify_case.h"

static const char *path;

static void setup (void)
{
    path = verify_case_begin ();
}

// The market of store_case.h, as verify finds it.
static void expect_market (void)
{
    struct verdict verdict = must_verify (path, NULL);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_uint_eq (verdict.problem_count, 0);
    ck_assert_int_eq (verdict.restocked_units, 18);
    ck_assert_int_eq (verdict.sold_units, 15);
    ck_assert_int_eq (verdict.left_units, 3);
    ck_assert_int_eq (verdict.leased_units, 2);
    ck_assert_int_eq (verdict.orders, 6);
    ck_assert_int_eq (verdict.sold_orders, 2);
    ck_assert_int_eq (verdict.out_of_stock, 2);
    ck_assert_int_eq (verdict.too_many_lots, 1);
    ck_assert_int_eq (verdict.oversold, 1);
    ck_assert_int_eq (verdict.missing_units, 4);
    ck_assert_int_eq (verdict.spent_cents, 1241);
    ck_assert_int_eq (verdict.products[0].sold, 12);
    ck_assert_int_eq (verdict.products[1].sold, 3);
    ck_assert_int_eq (verdict.books[0].sold, 2);
    ck_assert_int_eq (verdict.books[1].refused, 3);
    ck_assert_int_eq (verdict.books[1].oversold, 1);
}

START_TEST (test_verify_finds_a_market_conserved)
{
    expect_market ();
}
END_TEST

START_TEST (test_verify_is_not_misled_by_a_view_that_was_changed)
{
    run_sql (path, "DROP VIEW fills; CREATE VIEW fills (id, lot, units) AS"
                   " SELECT id, lot, 2 * units FROM orders");
    expect_market ();
    run_sql (path, "DROP VIEW fills");
    expect_market ();
}
END_TEST

START_TEST (test_verify_is_not_misled_by_a_word_that_was_changed)
{
    run_sql (path, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
                   " replace (sql, 'THEN ''sold''', 'THEN ''oversold''') WHERE name = 'orders'");
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM orders WHERE status = 'sold'"), 0);
    expect_market ();
}
END_TEST

START_TEST (test_verify_counts_an_order_that_was_oversold_in_part_as_oversold)
{
    run_sql (path, "UPDATE orders SET outcome = 2, missing = 2"
                   " WHERE buyer = 7 AND number = 2");
    struct verdict verdict = must_verify (path, NULL);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_int_eq (verdict.sold_orders, 1);
    ck_assert_int_eq (verdict.oversold, 2);
    ck_assert_int_eq (verdict.books[0].sold, 1);
    ck_assert_int_eq (verdict.books[0].oversold, 1);
    ck_assert_int_eq (verdict.books[0].missing_units, 2);
    ck_assert_int_eq (verdict.books[0].units, 15);
}
END_TEST

START_TEST (test_verify_finds_an_empty_market_conserved)
{
    char fresh[128];
    snprintf (fresh, sizeof fresh, "%s.fresh", path);
    store_t *store = must_open (fresh);
    store_close (&store);
    struct verdict verdict = must_verify (fresh, NULL);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_int_eq (verdict.orders, 0);
}
END_TEST

START_TEST (test_verify_names_the_record_that_breaks_a_rule)
{
    run_sql (path, verify_breaks[_i].sql);
    struct verdict verdict = must_verify (path, NULL);
    ck_assert (!verdict.conserved);
    ck_assert_msg (tells (&verdict, verify_breaks[_i].problem), "not told: %s\ntold:%s",
                   verify_breaks[_i].problem, all_problems (&verdict));
}
END_TEST

START_TEST (test_verify_tells_what_it_cannot_tell)
{
    run_sql (path, "DROP VIEW sales; DROP TABLE accounts");
    struct verdict verdict = must_verify (path, NULL);
    ck_assert (!verdict.conserved);
    ck_assert (tells (&verdict, "the accounts: cannot be told: no such table: accounts"));
    ck_assert_int_eq (verdict.orders, 6);
}
END_TEST

// Overwrites the head of the page at which the orders begin.
static void damage (const char *file)
{
    static const char rubbish[512] = "rubbish";
    int64_t page = ask_sql (file, "SELECT rootpage FROM sqlite_schema WHERE name = 'orders'");
    int fd = open (file, O_RDWR);
    ssize_t written = pwrite (fd, rubbish, sizeof rubbish, (off_t) (page - 1) * PAGE_BYTES);
    ck_assert_int_eq (written, (int) sizeof rubbish);
    close (fd);
}

START_TEST (test_verify_finds_a_damaged_file)
{
    damage (path);
    struct verdict verdict = must_verify (path, NULL);
    ck_assert (!verdict.conserved);
    const char *told = all_problems (&verdict);
    ck_assert_msg (strstr (told, "the file is damaged: ") != NULL, "%s", told);
    ck_assert_msg (strstr (told, "***") == NULL, "%s", told);
}
END_TEST

static Suite *verify_suite (void)
{
    Suite *suite = suite_create ("verify");
    TCase *rules = tcase_create ("rules");
    tcase_add_checked_fixture (rules, setup, verify_case_end);
    tcase_set_timeout (rules, 60);
    tcase_add_test (rules, test_verify_finds_a_market_conserved);
    tcase_add_test (rules, test_verify_is_not_misled_by_a_view_that_was_changed);
    tcase_add_test (rules, test_verify_is_not_misled_by_a_word_that_was_changed);
    tcase_add_test (rules, test_verify_counts_an_order_that_was_oversold_in_part_as_oversold);
    tcase_add_test (rules, test_verify_finds_an_empty_market_conserved);
    tcase_add_loop_test (rules, test_verify_names_the_record_that_breaks_a_rule, 0,
                         (int) verify_break_count);
    tcase_add_test (rules, test_verify_tells_what_it_cannot_tell);
    tcase_add_test (rules, test_verify_finds_a_damaged_file);
    suite_add_tcase (suite, rules);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (verify_suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
