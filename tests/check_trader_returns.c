// Units that a trader gives back: recalled, or because nobody wants them.
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

enum {
    FLUSH_US = 5000,
    DRY_US = 50000,
    ROOM_RETRY_US = 100000,
    HORIZON_US = 250000,  // A grant that lasts so long leaves the target as it is.
};

START_TEST (test_units_that_go_back_are_the_same_when_it_is_said_again)
{
    fix.config.commit_timeout_us = 20000;
    fix_sells ();
    fix_recall ("fish");
    fix_gives_back (2, FIX_TARGET);
    fix_wait (FLUSH_US);
    fix_settle (1, fix_settled ());
    fix_wait (fix.config.commit_timeout_us - FLUSH_US);
    fix_gives_back (2, FIX_TARGET);
    ck_assert_int_eq (trader_counters (fix.trader)->returned, FIX_TARGET);
}
END_TEST

START_TEST (test_what_is_recalled_is_sold_no_more)
{
    fix_sells ();
    fix_client (fix_buy (BOB, 1, "fish", 3));
    fix_recall ("fish");
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    ck_assert_uint_eq (fix_commit (1)->item_count, 2);
    ck_assert (fix_commit (1)->items[0].behind && !fix_commit (1)->items[1].behind);
    fix_gives_back (2, FIX_TARGET);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
    fix_tell (2, 0, 1);  // What it has sold, and has not told yet.
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
    ck_assert_int_eq (trader_counters (fix.trader)->recalls, 1);
    fix_recall ("fish");
    fix_silent ();  // All has gone back, and the warehouse knows it.
}
END_TEST

// It got nothing more at last, and sells in the same round that has it give the rest back.
static void sell_and_give_up (void)
{
    fix_sells ();
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, 9);
    fix_asks_for (2, 9);
    fix_tell (2, 0, FIX_TARGET + 1);
    fix_client (fix_buy (BOB, 2, "fish", 3));
    fix_client (fix_buy (CAROL, 1, "fish", 40));
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 1);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET - 9 - 3);
}

START_TEST (test_all_has_gone_back_when_what_was_sold_is_in_the_journal)
{
    sell_and_give_up ();
    fix_receipts (BOB, 2, STATUS_SOLD, 3);
    ck_assert_int_eq (fix_due_in (), 0);
    fix_wait (0);
    (void) fix_alone (MESSAGE_LEASE);
    fix_gives_back (3, FIX_TARGET - 9 - 3);
    ck_assert_int_gt (fix_due_in (), 0);
}
END_TEST

START_TEST (test_all_has_not_gone_back_while_the_journal_has_no_room)
{
    sell_and_give_up ();
    fix_step (EVENT_UNWRITTEN);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert_int_gt (fix_due_in (), 0);
    fix_wait (ROOM_RETRY_US);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 1);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    ck_assert_int_eq (fix_due_in (), 0);
    fix_wait (0);
    fix_gives_back (3, FIX_TARGET - 9 - 3);
}
END_TEST

START_TEST (test_units_that_nobody_wants_wait_for_the_journal_too)
{
    fix.config.lease_idle_us = 1000;
    fix_sells ();
    fix_order (BOB, 1, 1);
    fix_step (EVENT_UNWRITTEN);
    fix_wait (fix.config.lease_idle_us);
    fix_nothing ();
    fix_wait (ROOM_RETRY_US - fix.config.lease_idle_us);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 1);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    ck_assert_int_eq (fix_due_in (), 0);
    fix_wait (0);
    fix_gives_back (2, FIX_TARGET - 1);
}
END_TEST

START_TEST (test_nothing_is_asked_for_behind_a_recall)
{
    fix_sells ();
    fix.now_us += HORIZON_US;
    fix_recall ("fish");
    ck_assert (fix_commit (1)->items[0].behind);
    fix_order (BOB, 1, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    fix_passes (2, BOB, 1);
    fix_tell (2, 0, 1);
    fix_silent ();
    fix.now_us += DRY_US;
    fix_order (CAROL, 1, 1);
    fix_asks_for (3, FIX_TARGET + 1);
}
END_TEST

START_TEST (test_a_recall_waits_for_units_that_are_on_their_way)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_recall ("fish");
    fix_silent ();
    fix_tell (1, 0, FIX_TARGET + 1);
    fix_passes (1, ALICE, 1);  // What waits is sold none of them either.
    fix_gives_back (2, FIX_TARGET + 1);
}
END_TEST

START_TEST (test_a_recall_of_what_it_never_had_is_answered_once)
{
    fix_escrow ();
    fix_recall ("fish");
    fix_asks_for (1, 0);
    fix_tell (1, 0, 0);
    fix_silent ();
    fix_recall ("fish");
    fix_silent ();
    ck_assert_int_eq (fix_due_in (), -1);
    fix_order (ALICE, 1, 1);  // Which does not keep it from asking for some.
    fix_asks_for (2, FIX_TARGET + 1);
}
END_TEST

START_TEST (test_a_recall_of_what_nobody_had_offered_is_answered_after_asking)
{
    fix_escrow ();
    fix_recall ("fish");
    fix_asks_for (1, 0);
    fix_tell (0, 0, 0);
    fix_silent ();
    ck_assert_int_eq (trader_counters (fix.trader)->recalls, 0);
    fix_recall ("fish");
    fix_asks_for (1, 0);  // The number is not used up, and what it holds not known.
    fix_tell (1, 0, 5);
    fix_gives_back (2, 5);
}
END_TEST

START_TEST (test_units_that_nobody_wants_go_back)
{
    fix_sells ();
    fix_wait (FLUSH_US);
    fix_settle (1, fix_settled ());
    fix_step (EVENT_DRAINED);
    fix_order (BOB, 1, 1);  // A sale puts it off.
    fix_wait (FLUSH_US);
    fix_settle (2, fix_settled ());
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_due_in (), (int) fix.config.lease_idle_us - FLUSH_US);
    fix_wait (fix.config.lease_idle_us - FLUSH_US - 1);
    fix_silent ();
    fix_wait (1);
    (void) fix_alone (MESSAGE_LEASE);
    fix_gives_back (2, FIX_TARGET - 1);
    fix_tell (2, 2, 0);
    fix_silent ();
    ck_assert_int_eq (fix_due_in (), -1);
    ck_assert_int_eq (trader_counters (fix.trader)->recalls, 0);
}
END_TEST

START_TEST (test_a_restarted_trader_asks_what_it_holds_before_it_answers_a_recall)
{
    fix_resumes ();
    fix_recall ("fish");
    (void) fix_alone (MESSAGE_LEASE);
    fix_asks_for (1, 0);
    fix_tell (1, 0, FIX_TARGET + 1);
    fix_gives_back (2, FIX_TARGET + 1 - 4);
    fix_tell (2, 0, 4);
    fix_recall ("fish");
    fix_silent ();
}
END_TEST

// What it holds goes with it.
START_TEST (test_a_trader_that_leaves_gives_nothing_back_by_itself)
{
    fix_sells ();
    fix_step (EVENT_STOP);
    fix_step (EVENT_DRAINED);
    fix_settle (1, fix_settled ());
    fix_step (EVENT_DRAINED);
    ck_assert (fix_only (MESSAGE_CLAIM)->message.claim.leaves);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader returns");
    TCase *returning = tcase_create ("returning");
    tcase_add_checked_fixture (returning, fix_set_up, fix_tear_down);
    tcase_add_test (returning, test_units_that_go_back_are_the_same_when_it_is_said_again);
    tcase_add_test (returning, test_what_is_recalled_is_sold_no_more);
    tcase_add_test (returning, test_all_has_gone_back_when_what_was_sold_is_in_the_journal);
    tcase_add_test (returning, test_all_has_not_gone_back_while_the_journal_has_no_room);
    tcase_add_test (returning, test_nothing_is_asked_for_behind_a_recall);
    tcase_add_test (returning, test_a_recall_waits_for_units_that_are_on_their_way);
    tcase_add_test (returning, test_a_recall_of_what_it_never_had_is_answered_once);
    tcase_add_test (returning,
                    test_a_restarted_trader_asks_what_it_holds_before_it_answers_a_recall);
    tcase_add_test (returning, test_a_recall_of_what_nobody_had_offered_is_answered_after_asking);
    tcase_add_test (returning, test_units_that_nobody_wants_go_back);
    tcase_add_test (returning, test_units_that_nobody_wants_wait_for_the_journal_too);
    tcase_add_test (returning, test_a_trader_that_leaves_gives_nothing_back_by_itself);
    suite_add_tcase (suite, returning);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
