// souk accounts on the small market of store_case.h: what it adds up, and how it prints that.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "actors/store/accounts.h"
#include "tests/kit/verify_case.h"

static const char *path;
static char *printed;

static void setup (void)
{
    path = verify_case_begin ();
}

static void teardown (void)
{
    free (printed);
    printed = NULL;
    verify_case_end ();
}

// What is printed, with this exit status.
static const char *print (const char *file, struct accounts_wanted wanted, int status)
{
    size_t size = 0;
    free (printed);
    FILE *out = open_memstream (&printed, &size);
    ck_assert_int_eq (accounts_run (file, &wanted, out), status);
    fclose (out);
    return printed;
}

START_TEST (test_accounts_are_a_table_for_people)
{
    ck_assert_str_eq (
        print (path, (struct accounts_wanted){0}, 0),
        "  node  role             orders   bought        spent     sold       earned    sales"
        "   commission       balance\n"
        "     1  trader                0        0         0.00        0         0.00        2"
        "         2.44          2.44\n"
        "     2  trader                0        0         0.00        0         0.00        1"
        "         0.04          0.04\n"
        "     7  buyer                 2       15        12.41        0         0.00        0"
        "         0.00        -12.41\n"
        "     8  buyer                 4        0         0.00        0         0.00        0"
        "         0.00          0.00\n"
        "     9  seller                0        0         0.00       13         8.17        0"
        "         0.00          8.17\n"
        "    10  seller                0        0         0.00        2         1.76        0"
        "         0.00          1.76\n"
        "   all                        6       15        12.41       15         9.93        3"
        "         2.48          0.00\n");
}
END_TEST

START_TEST (test_accounts_are_json_an_object_a_line)
{
    const char *text = print (path, (struct accounts_wanted){.json = true}, 0);
    ck_assert_ptr_nonnull (
        strstr (text, "{\"node\":7,\"roles\":[\"buyer\"],\"orders\":2,\"bought_units\":15,"
                      "\"spent_cents\":1241,\"sold_units\":0,\"earned_cents\":0,\"sales\":0,"
                      "\"commission_cents\":0,\"balance_cents\":-1241}\n"));
    ck_assert_ptr_nonnull (
        strstr (text, "\n{\"accounts\":6,\"orders\":6,\"bought_units\":15,\"spent_cents\":1241,"
                      "\"sold_units\":15,\"earned_cents\":993,\"sales\":3,"
                      "\"commission_cents\":248,\"balance_cents\":0}\n"));
}
END_TEST

START_TEST (test_accounts_tell_each_sale_and_what_all_come_to)
{
    ck_assert_str_eq (
        print (path, (struct accounts_wanted){.sales = true}, 0),
        "      1  7/1          10 apple at 1.00: 10.00 = 8.00 to seller 9 + 2.00 to trader 1;"
        " in all 10.00 = 8.00 + 2.00\n"
        "      2  7/1           2 apple at 1.10: 2.20 = 1.76 to seller 10 + 0.44 to trader 1;"
        " in all 12.20 = 9.76 + 2.44\n"
        "      3  7/2           3 pear at 0.07: 0.21 = 0.17 to seller 9 + 0.04 to trader 2;"
        " in all 12.41 = 9.93 + 2.48\n");
    const char *text = print (path, (struct accounts_wanted){.sales = true, .json = true}, 0);
    ck_assert_ptr_nonnull (
        strstr (text, "\n{\"sale\":2,\"buyer\":7,\"number\":1,\"product\":\"apple\",\"units\":2,"
                      "\"price_cents\":110,\"amount_cents\":220,\"seller\":10,"
                      "\"earned_cents\":176,\"trader\":1,\"commission_cents\":44,"
                      "\"total_amount_cents\":1220,\"total_earned_cents\":976,"
                      "\"total_commission_cents\":244}\n"));
}
END_TEST

// A peer of an elected market is what it did, and what it was set up to do.
START_TEST (test_accounts_of_a_node_have_all_that_it_was)
{
    static struct accounts known;
    memset (&known, 0, sizeof known);
    known.nodes[2].roles = ACCOUNT_SELLER;
    known.nodes[33].roles = ACCOUNT_BUYER;
    run_sql (path, "UPDATE orders SET trader = 7 WHERE id = 2");
    const char *text = print (path, (struct accounts_wanted){.known = &known, .json = true}, 0);
    ck_assert_ptr_nonnull (strstr (text, "{\"node\":2,\"roles\":[\"seller\",\"trader\"],"));
    ck_assert_ptr_nonnull (strstr (text, "{\"node\":7,\"roles\":[\"buyer\",\"trader\"],"));
    ck_assert_ptr_nonnull (strstr (text, "{\"node\":33,\"roles\":[\"buyer\"],\"orders\":0,"));
    ck_assert_ptr_nonnull (strstr (text, "\n{\"accounts\":7,"));
}
END_TEST

START_TEST (test_accounts_of_a_running_market_are_told)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    ck_assert_ptr_nonnull (strstr (print (path, (struct accounts_wanted){0}, 0), "-12.41\n"));
    store_close (&store);
}
END_TEST

START_TEST (test_accounts_are_silent_where_the_store_cannot_be_read)
{
    ck_assert_str_eq (print ("/nonexistent/souk.db", (struct accounts_wanted){0}, 1), "");
    run_sql (path, "UPDATE orders SET buyer = 65536 WHERE id = 1");
    ck_assert_str_eq (print (path, (struct accounts_wanted){0}, 1), "");
    run_sql (path, "DROP VIEW sales; DROP VIEW ledger; DROP VIEW fills");
    ck_assert_str_eq (print (path, (struct accounts_wanted){.sales = true}, 1), "");
}
END_TEST

START_TEST (test_accounts_of_a_damaged_store_are_json_all_the_same)
{
    run_sql (path, "UPDATE products SET name = 'a\"\\' || char (10, 233) WHERE id = 2");
    const char *text = print (path, (struct accounts_wanted){.sales = true, .json = true}, 0);
    ck_assert_ptr_nonnull (strstr (text, "\"product\":\"a\\\"\\\\?\?\?\","));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("accounts");
    TCase *tells = tcase_create ("tells");
    tcase_add_checked_fixture (tells, setup, teardown);
    tcase_add_test (tells, test_accounts_are_a_table_for_people);
    tcase_add_test (tells, test_accounts_are_json_an_object_a_line);
    tcase_add_test (tells, test_accounts_tell_each_sale_and_what_all_come_to);
    tcase_add_test (tells, test_accounts_of_a_node_have_all_that_it_was);
    tcase_add_test (tells, test_accounts_of_a_running_market_are_told);
    tcase_add_test (tells, test_accounts_are_silent_where_the_store_cannot_be_read);
    tcase_add_test (tells, test_accounts_of_a_damaged_store_are_json_all_the_same);
    suite_add_tcase (suite, tells);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
