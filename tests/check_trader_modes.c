// A trader that is started again with other settings: what its journal and the warehouse know of it is
// from a time when its products were sold otherwise.
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

// The next process, by this mode, goes on in epoch 2 behind so many writes.
static void go_on (enum mode mode, int64_t applied)
{
    fix.config.policy = policy_default (mode);
    fix_restart ();
    struct message view = fix_view_of (2, 2, 0);
    view.view.applied = applied;
    fix.epoch = 2;
    fix_warehouse (view);
    fix_step (EVENT_DRAINED);
}

START_TEST (test_what_is_leased_is_given_back_in_every_mode)
{
    fix_sells ();
    go_on ((enum mode) _i, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    fix_recall ("fish");
    fix_asks_for (1, 0);
    fix_tell (1, 1, FIX_TARGET);
    fix_gives_back (2, FIX_TARGET);
    fix_tell (2, 1, 0);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
}
END_TEST

START_TEST (test_what_was_sold_from_a_lease_is_settled_in_every_mode)
{
    fix_sells ();
    fix_order (BOB, 1, 3);
    go_on ((enum mode) _i, 0);
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 2);
    fix_took (&commit->items[1], 0, 1, 3);
    const struct result settled[] = {fix_settled (), fix_settled ()};
    fix_warehouse (fix_committed (1, settled, 2));
    ck_assert (trader_idle (fix.trader));
}
END_TEST

// The stock of a trader that has no product to cache is told by nobody: what it took off it once is
// not to be waited for.
START_TEST (test_what_was_promised_from_a_cache_leaves_room_for_sales)
{
    const int64_t sales = 2 * fix.config.queue_max + LIMIT_BATCH + 1;
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 2, 2);
    go_on (MODE_ESCROW, 0);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    fix_step (EVENT_DRAINED);
    fix_order (BOB, 1, 1);
    fix_tell (1, 1, 10000);
    for (int64_t i = 2; i <= sales; i++) {
        fix.now_us += 5000;
        fix_step (EVENT_DEADLINE);
        fix_settle (i, fix_settled ());
        fix_order (BOB, i, 1);
        fix_receipts (BOB, i, STATUS_SOLD, 1);
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader modes");
    TCase *changed = tcase_create ("changed");
    tcase_add_checked_fixture (changed, fix_set_up, fix_tear_down);
    tcase_add_loop_test (changed, test_what_is_leased_is_given_back_in_every_mode, 0, MODE_COUNT);
    tcase_add_loop_test (changed, test_what_was_sold_from_a_lease_is_settled_in_every_mode, 0,
                         MODE_COUNT);
    tcase_add_test (changed, test_what_was_promised_from_a_cache_leaves_room_for_sales);
    suite_add_tcase (suite, changed);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
