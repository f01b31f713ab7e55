// How many units a trader would like to hold: so many as sell within the horizon, at the pace at
// which it sold what it was granted last.
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

enum {
    DRY_US = 50000,
    HORIZON_US = 250000,  // A grant that lasts so long, or up to twice, leaves the target be.
};

// Too few for the target, and yet no reason to ask before half of them are sold.
START_TEST (test_half_of_what_came_last_is_sold_before_more_is_asked_for)
{
    fix_escrow ();
    fix_stocked ("fish", 9);
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, 4);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    fix_order (BOB, 2, 1);
    fix_asks_for (2, FIX_TARGET - 3);
}
END_TEST

START_TEST (test_nothing_is_asked_for_while_the_target_is_held)
{
    fix_escrow ();
    fix_stocked ("fish", 41);
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, 40 - FIX_TARGET);  // So that fewer than half of them are left.
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    fix_order (BOB, 2, 1);
    fix_asks_for (2, 1);
}
END_TEST

// Ten units of a grant were sold until fewer than half of it were held, which are seven then.
START_TEST (test_the_target_follows_the_pace_of_sales)
{
    const struct {
        int64_t lasted_us;
        int64_t target;
    } cases[] = {{0, 1250},
                 {2000, 1250},  // Less time would tell no pace.
                 {2001, 1249},
                 {100000, 25},
                 {HORIZON_US - 1, FIX_TARGET},
                 {HORIZON_US, FIX_TARGET},
                 {2 * HORIZON_US, FIX_TARGET},
                 {2 * HORIZON_US + 1, FIX_TARGET / 2}};
    fix_sells ();
    fix.now_us += cases[_i].lasted_us;
    fix_order (BOB, 1, 9);
    fix_asks_for (2, cases[_i].target - 7);
}
END_TEST

START_TEST (test_the_target_is_no_more_than_can_be_asked_for)
{
    fix_escrow ();
    fix_stocked ("fish", LIMIT_QUANTITY);
    fix_order (BOB, 1, LIMIT_QUANTITY / 2);
    fix_asks_for (2, LIMIT_QUANTITY / 2 + 1);
}
END_TEST

// One unit is held each time, and the order is for two.
START_TEST (test_slow_sales_leave_a_few_units_to_be_wanted)
{
    const int64_t targets[] = {FIX_TARGET / 2, FIX_TARGET / 4, FIX_TARGET / 4};
    fix_escrow ();
    fix_stocked ("fish", 2);
    for (int64_t i = 0; i < 3; i++) {
        fix.now_us += 2 * HORIZON_US + 1;
        fix_order (BOB, i + 1, 2);
        fix_asks_for (i + 2, 2 + targets[i] - 1);
        fix_tell (i + 2, 0, 2 * (i + 2));
        ck_assert_int_eq (trader_held (fix.trader, "fish"), 1);
    }
}
END_TEST

// From the grant on, nine of sixteen units lasted for 100 ms.
START_TEST (test_the_time_that_the_warehouse_takes_to_answer_tells_no_pace)
{
    const int64_t answered_us[] = {0, HORIZON_US, 3 * HORIZON_US};
    fix_sells ();
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, 9);
    fix_asks_for (2, 9);
    fix.now_us += answered_us[_i];
    fix_tell (2, 0, FIX_TARGET + 1 + 9);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    fix.now_us += 100000;
    fix_order (BOB, 2, 9);
    fix_asks_for (3, 9 * HORIZON_US / 100000 - 7);
}
END_TEST

// One unit was sold in all the time that it had them.
START_TEST (test_units_that_went_back_were_not_sold)
{
    fix_sells ();
    fix.now_us += 100000;
    fix_recall ("fish");
    fix_gives_back (2, FIX_TARGET);
    fix_tell (2, 0, 1);
    fix.now_us += DRY_US;
    fix_order (BOB, 1, 1);
    fix_asks_for (3, FIX_TARGET + 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader target");
    TCase *target = tcase_create ("target");
    tcase_add_checked_fixture (target, fix_set_up, fix_tear_down);
    tcase_add_test (target, test_half_of_what_came_last_is_sold_before_more_is_asked_for);
    tcase_add_test (target, test_nothing_is_asked_for_while_the_target_is_held);
    tcase_add_loop_test (target, test_the_target_follows_the_pace_of_sales, 0, 8);
    tcase_add_test (target, test_the_target_is_no_more_than_can_be_asked_for);
    tcase_add_test (target, test_slow_sales_leave_a_few_units_to_be_wanted);
    tcase_add_loop_test (target, test_the_time_that_the_warehouse_takes_to_answer_tells_no_pace, 0,
                         3);
    tcase_add_test (target, test_units_that_went_back_were_not_sold);
    suite_add_tcase (suite, target);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
