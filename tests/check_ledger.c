#include <check.h>
#include <stdlib.h>

#include "actors/clients/random.h"
#include "actors/warehouse/ledger.h"
#include "schemas/limits.h"

static ledger_t *ledger;

static void set_up (void)
{
    ledger = ledger_new ();
}

static void tear_down (void)
{
    ledger_destroy (&ledger);
    ck_assert_ptr_null (ledger);
    ledger_destroy (&ledger);
}

// What was told, in order.
struct told {
    int64_t nodes[16];
    int64_t balances[16];
    size_t count;
};

static void tell (void *context, int64_t node, int64_t balance_cents)
{
    struct told *told = context;
    ck_assert_uint_lt (told->count, 16);
    told->nodes[told->count] = node;
    told->balances[told->count++] = balance_cents;
}

static const int64_t cases[][3] = {
    // amount, percent, commission
    {100, 20, 20},
    {99, 20, 19},
    {4, 20, 0},
    {5, 20, 1},
    {1, 99, 0},
    {1, 100, 1},
    {7, 0, 0},
    {0, 20, 0},
    {101, 33, 33},
    // The dearest order of all.
    {INT64_C (1000000) * 1000000000, 100, INT64_C (1000000) * 1000000000},
    {INT64_C (1000000) * 1000000000 - 1, 20, INT64_C (199999999999999)},
};

START_TEST (test_ledger_rounds_a_commission_down)
{
    const int64_t *row = cases[_i];
    ck_assert_int_eq (ledger_commission (row[0], row[1]), row[2]);
}
END_TEST

START_TEST (test_ledger_moves_money_and_makes_none)
{
    enum { NODES = 7 };
    struct random random = random_seeded (5);
    int64_t expected[NODES] = {0};
    for (int i = 0; i < 2000; i++) {
        int64_t from = random_between (&random, 0, NODES - 1);
        int64_t to = random_between (&random, 0, NODES - 1);
        int64_t amount = random_between (&random, 0, 1000);
        ledger_move (ledger, from, to, amount);
        expected[from] -= amount;
        expected[to] += amount;
        int64_t sum = 0;
        for (int64_t node = 0; node < NODES; node++) {
            int64_t balance = ledger_balance (ledger, node);
            if (balance != expected[node]) {
                ck_abort_msg ("node %d has a wrong balance", (int) node);
            }
            sum += balance;
        }
        ck_assert_int_eq (sum, 0);
    }
}
END_TEST

START_TEST (test_ledger_tells_each_changed_account_once)
{
    struct told told = {.count = 0};
    ledger_move (ledger, 9, 3, 10);
    ledger_move (ledger, 3, LIMIT_NODE, 4);
    ledger_move (ledger, 9, 5, 0);  // moves nothing
    ledger_tell_changed (ledger, tell, &told);
    ck_assert_uint_eq (told.count, 3);
    const int64_t nodes[] = {9, 3, LIMIT_NODE};
    const int64_t balances[] = {-10, 6, 4};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq (told.nodes[i], nodes[i]);
        ck_assert_int_eq (told.balances[i], balances[i]);
    }
    ledger_tell_changed (ledger, tell, &told);
    ck_assert_uint_eq (told.count, 3);
    ledger_move (ledger, 3, 9, 1);
    ledger_tell_changed (ledger, tell, &told);
    ck_assert_uint_eq (told.count, 5);
}
END_TEST

START_TEST (test_ledger_bears_what_an_integer_holds)
{
    ck_assert (ledger_bears (ledger, 1, LIMIT_INTEGER));
    ck_assert (ledger_bears (ledger, 1, -LIMIT_INTEGER));
    ledger_restore (ledger, 1, LIMIT_INTEGER - 5);
    ck_assert (ledger_bears (ledger, 1, 5));
    ck_assert (!ledger_bears (ledger, 1, 6));
    ck_assert (ledger_bears (ledger, 1, -LIMIT_INTEGER));
    ledger_restore (ledger, 1, -LIMIT_INTEGER);
    ck_assert (ledger_bears (ledger, 1, 0));
    ck_assert (!ledger_bears (ledger, 1, -1));
}
END_TEST

START_TEST (test_ledger_goes_on_from_what_was_restored)
{
    struct told told = {.count = 0};
    ledger_restore (ledger, 1, -70);
    ledger_restore (ledger, 2, 70);
    ledger_tell_changed (ledger, tell, &told);
    ck_assert_uint_eq (told.count, 0);  // it was told in an earlier life
    ledger_move (ledger, 1, 2, 5);
    ck_assert_int_eq (ledger_balance (ledger, 1), -75);
    ck_assert_int_eq (ledger_balance (ledger, 2), 75);
    ck_assert_int_eq (ledger_balance (ledger, 3), 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("ledger");
    TCase *accounts = tcase_create ("accounts");
    tcase_add_checked_fixture (accounts, set_up, tear_down);
    tcase_add_loop_test (accounts, test_ledger_rounds_a_commission_down, 0,
                         (int) (sizeof cases / sizeof cases[0]));
    tcase_add_test (accounts, test_ledger_moves_money_and_makes_none);
    tcase_add_test (accounts, test_ledger_tells_each_changed_account_once);
    tcase_add_test (accounts, test_ledger_bears_what_an_integer_holds);
    tcase_add_test (accounts, test_ledger_goes_on_from_what_was_restored);
    suite_add_tcase (suite, accounts);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
