// Orders that the warehouse cannot decide while units are being recalled: they wait, and try again.
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

enum { RETRY_US = 5000 };

// Alice's order was passed on, and the warehouse recalls units of others for it.
static void recalling (void)
{
    fix_escrow ();
    fix_order (ALICE, 1, 5);
    fix_leases ("fish", 1, 0, NULL, 0);
    fix_passes (1, ALICE, 1);
    fix_settle (1, fix_error (REASON_RECALLING));
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert_int_eq (trader_counters (fix.trader)->recall_waits, 1);
}

START_TEST (test_an_order_that_waits_for_a_recall_tries_again_by_itself)
{
    recalling ();
    for (int64_t batch = 2; batch < 5; batch++) {
        ck_assert_int_eq (fix_due_in (), RETRY_US);
        fix_wait (RETRY_US - 1);
        fix_nothing ();
        fix_wait (1);
        (void) fix_alone (MESSAGE_COMMIT);
        fix_passes (batch, ALICE, 1);
        fix_settle (batch, fix_error (REASON_RECALLING));
        fix_step (EVENT_DRAINED);
        fix_nothing ();
    }
    fix_wait (RETRY_US);
    fix_settle (5, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (ALICE, 1, STATUS_OUT_OF_STOCK, 0);
    ck_assert_int_eq (trader_counters (fix.trader)->recall_waits, 1);
}
END_TEST

START_TEST (test_an_order_that_waits_for_a_recall_tries_again_at_news_of_stock)
{
    recalling ();
    fix_stock ("fish", 0);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_stock ("salt", 5);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_stock ("fish", 5);
    fix_step (EVENT_DRAINED);
    fix_passes (2, ALICE, 1);
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 5));
    fix_receipts (ALICE, 1, STATUS_SOLD, 5);
}
END_TEST

START_TEST (test_an_order_that_waits_for_a_recall_is_unavailable_at_its_bound)
{
    fix.config.recall_wait_us = 3 * RETRY_US;
    recalling ();
    for (int64_t batch = 2; batch < 4; batch++) {
        fix_wait (RETRY_US);
        fix_settle (batch, fix_error (REASON_RECALLING));
        fix_step (EVENT_DRAINED);
    }
    fix_wait (RETRY_US);
    fix_refuses (ALICE, REASON_UNAVAILABLE, 1);
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

// Asked anew, it begins to wait anew.
START_TEST (test_an_order_that_was_unavailable_can_be_asked_again)
{
    fix.config.recall_wait_us = 0;
    recalling ();
    fix_wait (RETRY_US);
    fix_refuses (ALICE, REASON_UNAVAILABLE, 1);
    struct message again = fix_buy (ALICE, 1, "fish", 5);
    again.buy.attempt = 2;
    fix_ask (again);
    fix_passes (2, ALICE, 1);
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 5));
    fix_receipts (ALICE, 1, STATUS_SOLD, 5);
}
END_TEST

// Only an order can wait for units. Nothing else is ever answered so, but by a mistake.
START_TEST (test_what_is_no_order_does_not_wait_for_a_recall)
{
    fix_escrow ();
    fix_ask (_i == 0 ? fix_restock (SAM, 1, "fish", 5)
                     : fix_question (MESSAGE_ORDER_STATUS, SAM, 1));
    fix_settle (1, fix_error (REASON_RECALLING));
    fix_refuses (SAM, REASON_UNAVAILABLE, 1);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert (trader_idle (fix.trader));
}
END_TEST

// Bob's order may have been decided before; what is held in the meantime is not for it.
START_TEST (test_an_order_that_is_passed_on_is_passed_on_again)
{
    fix_escrow ();
    struct message message = fix_buy (BOB, 1, "fish", 5);
    message.buy.attempt = 2;
    fix_ask (message);
    fix_passes (1, BOB, 1);
    fix_settle (1, fix_error (REASON_RECALLING));
    fix_step (EVENT_DRAINED);
    fix_asks_for (1, 0);
    fix_tell (1, 0, 0);
    fix_order (ALICE, 1, 1);
    fix_tell (2, 0, FIX_TARGET + 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_wait (RETRY_US);
    fix_gives_back (3, FIX_TARGET);
    fix_commits (2, (const int64_t[]){1, 1, 0});
    ck_assert_int_eq (fix_commit (2)->items[1].client, BOB);
    ck_assert (!fix_commit (2)->items[1].behind);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader recalling");
    TCase *recalling = tcase_create ("recalling");
    tcase_add_checked_fixture (recalling, fix_set_up, fix_tear_down);
    tcase_add_test (recalling, test_an_order_that_waits_for_a_recall_tries_again_by_itself);
    tcase_add_test (recalling, test_an_order_that_waits_for_a_recall_tries_again_at_news_of_stock);
    tcase_add_test (recalling, test_an_order_that_waits_for_a_recall_is_unavailable_at_its_bound);
    tcase_add_test (recalling, test_an_order_that_was_unavailable_can_be_asked_again);
    tcase_add_loop_test (recalling, test_what_is_no_order_does_not_wait_for_a_recall, 0, 2);
    tcase_add_test (recalling, test_an_order_that_is_passed_on_is_passed_on_again);
    suite_add_tcase (suite, recalling);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
