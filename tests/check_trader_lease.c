// Units that a trader leases: asked for, and answered.
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

enum {
    DRY_US = 50000,
    HORIZON_US = 250000,  // A grant that lasts so long leaves the target as it is.
};

START_TEST (test_units_are_asked_for_again_until_they_come)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    for (int i = 0; i < 3; i++) {
        fix_asks_for (1, FIX_TARGET + 1);
        ck_assert_int_eq (fix_due_in (), (int) fix.config.commit_timeout_us);
        fix_wait (fix.config.commit_timeout_us - 1);
        fix_nothing ();
        fix_wait (1);
    }
    fix_tell (1, 0, FIX_TARGET + 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    ck_assert_int_eq (trader_counters (fix.trader)->leases, 1);
}
END_TEST

START_TEST (test_what_waits_is_asked_for_together)
{
    fix_escrow ();
    fix_client (fix_buy (ALICE, 1, "fish", 3));
    fix_client (fix_buy (BOB, 1, "fish", 40));
    fix_step (EVENT_DRAINED);
    fix_asks_for (1, FIX_TARGET + 43);
}
END_TEST

// As much came as was asked for, which is no sign that the warehouse has no more. One unit was sold
// at once, which is the pace of 125 within the horizon.
START_TEST (test_what_comes_meanwhile_waits_for_the_next_lease_where_the_first_is_granted_whole)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_order (BOB, 1, 40);
    fix_tell (1, 0, FIX_TARGET + 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    fix_asks_for (2, 40 + 125 - FIX_TARGET);
    fix_tell (2, 0, 1 + 40 + 125);
    fix_receipts (BOB, 1, STATUS_SOLD, 40);
}
END_TEST

START_TEST (test_products_are_leased_apart)
{
    const struct leased_units held = fix_units (1, 17);
    fix_escrow ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    ck_assert_str_eq (fix_lease (1)->product, "fish");
    fix_ask (fix_buy (BOB, 1, "salt", 1));
    ck_assert_str_eq (fix_lease (1)->product, "salt");
    fix_leases ("salt", 1, 0, &held, 1);
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (BOB, 1, STATUS_SOLD, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
    ck_assert_int_eq (trader_held (fix.trader, "salt"), 16);
}
END_TEST

START_TEST (test_units_are_asked_for_before_they_run_out)
{
    fix_sells ();
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, FIX_TARGET / 2);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    fix_order (BOB, 2, 1);
    fix_receipts (BOB, 2, STATUS_SOLD, 1);
    fix_asks_for (2, FIX_TARGET / 2 + 1);
    fix_order (BOB, 3, 1);  // One is asked for at a time.
    fix_receipts (BOB, 3, STATUS_SOLD, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
}
END_TEST

START_TEST (test_nothing_is_asked_for_where_there_was_nothing)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_tell (1, 0, 0);
    fix_passes (1, ALICE, 1);
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix.now_us += DRY_US - 1;
    fix_order (BOB, 1, 1);
    (void) fix_alone (MESSAGE_COMMIT);
    fix_passes (2, BOB, 1);
    fix_settle (2, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix.now_us += 1;
    fix_order (CAROL, 1, 1);
    (void) fix_alone (MESSAGE_LEASE);
    fix_asks_for (2, FIX_TARGET + 1);
}
END_TEST

START_TEST (test_units_are_asked_for_at_news_of_stock)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_tell (1, 0, 0);
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix_stock ("fish", 0);
    fix_order (BOB, 1, 1);
    fix_passes (2, BOB, 1);
    fix_stock ("fish", 1);
    fix_order (CAROL, 1, 1);
    (void) fix_alone (MESSAGE_LEASE);
    fix_asks_for (2, FIX_TARGET + 1);
}
END_TEST

START_TEST (test_what_nobody_has_offered_is_asked_for_under_the_same_number)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_asks_for (1, FIX_TARGET + 1);
    fix_tell (0, 0, 0);
    fix_passes (1, ALICE, 1);
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix_order (BOB, 1, 1);
    (void) fix_alone (MESSAGE_COMMIT);  // There are none to be had for a while.
    fix_settle (2, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix.now_us += DRY_US;
    fix_order (CAROL, 1, 1);
    fix_asks_for (1, FIX_TARGET + 1);
    fix_tell (1, 0, FIX_TARGET + 1);
    fix_receipts (CAROL, 1, STATUS_SOLD, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET);
}
END_TEST

// However many of its two sales the warehouse knows of, what it holds is the same.
START_TEST (test_what_it_holds_is_less_what_the_warehouse_does_not_know_of)
{
    const int64_t told[] = {FIX_TARGET + 1 + 9, FIX_TARGET + 9, FIX_TARGET};
    fix_sells ();
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, 9);
    fix_asks_for (2, 9);
    fix_tell (2, _i, told[_i]);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET);
}
END_TEST

START_TEST (test_an_answer_from_before_what_was_settled_is_asked_for_again)
{
    fix_sells ();
    fix.now_us += HORIZON_US;
    fix_order (BOB, 1, 9);
    fix_asks_for (2, 9);
    ck_assert_uint_eq (fix_commit (1)->item_count, 2);
    const struct result results[] = {fix_settled (), fix_settled ()};
    fix_warehouse (fix_committed (1, results, 2));
    fix_tell (2, 1, FIX_TARGET + 9);
    fix_asks_for (2, 9);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET - 9);
    fix_tell (2, 2, FIX_TARGET);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET);
}
END_TEST

START_TEST (test_an_answer_to_something_else_changes_nothing)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_tell (2, 0, 5);
    fix_silent ();
    fix.epoch = 2;
    fix_tell (1, 0, 5);
    fix_silent ();
    fix.epoch = 1;
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
    fix_tell (1, 0, 17);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 16);
    fix_tell (1, 0, 40);  // It comes twice.
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 16);
    const struct leased_units held = fix_units (1, 3);
    fix_leases ("salt", 1, 0, &held, 1);  // Which was never asked for.
    ck_assert_int_eq (trader_held (fix.trader, "salt"), 0);
}
END_TEST

START_TEST (test_a_restarted_trader_learns_what_it_holds)
{
    fix_resumes ();
    fix_order (CAROL, 1, 1);
    fix_asks_for (1, FIX_TARGET + 1);
    fix_tell (1, 0, FIX_TARGET + 1);
    fix_receipts (CAROL, 1, STATUS_SOLD, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET + 1 - 4 - 1);
}
END_TEST

START_TEST (test_a_trader_that_was_replaced_learns_it_by_its_lease)
{
    fix_escrow ();
    fix_warehouse (fix_refused (REASON_FENCED, 0));  // It has asked for nothing.
    fix_warehouse (fix_refused (REASON_TAKEN, 0));
    ck_assert (!trader_fenced (fix.trader) && !trader_taken (fix.trader));
    fix_order (ALICE, 1, 1);
    fix.epoch = 7;
    fix_warehouse (fix_refused (REASON_FENCED, 0));
    fix_warehouse (fix_refused (REASON_TAKEN, 0));
    ck_assert (!trader_fenced (fix.trader) && !trader_taken (fix.trader));
    fix.epoch = 1;
    fix_warehouse (fix_refused (_i ? REASON_FENCED : REASON_TAKEN, 0));
    ck_assert (_i ? trader_fenced (fix.trader) : trader_taken (fix.trader));
}
END_TEST

START_TEST (test_a_lease_that_the_warehouse_cannot_take_now_is_asked_for_again)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_warehouse (fix_refused (REASON_UNAVAILABLE, 0));
    fix_step (EVENT_DRAINED);
    fix_silent ();
    fix_wait (fix.config.commit_timeout_us);
    fix_asks_for (1, FIX_TARGET + 1);
}
END_TEST

START_TEST (test_no_more_products_are_leased_than_there_can_be)
{
    char names[LIMIT_PRODUCTS][16];
    fix_escrow ();
    for (int i = 0; i < LIMIT_PRODUCTS; i++) {
        (void) snprintf (names[i], sizeof names[i], "p%d", i);
        fix_recall (names[i]);
        (void) fix_lease (1);
        fix_leases (names[i], 1, 0, NULL, 0);
    }
    fix_recall ("fish");
    fix_silent ();
    fix_order (ALICE, 1, 1);
    (void) fix_alone (MESSAGE_COMMIT);
    fix_passes (1, ALICE, 1);
}
END_TEST

// Nobody brought them, and so they must not take the places of products that there are.
START_TEST (test_names_that_buyers_make_up_use_no_products_up)
{
    char name[16];
    fix_escrow ();
    for (int i = 0; i < LIMIT_PRODUCTS; i++) {
        (void) snprintf (name, sizeof name, "p%d", i);
        fix_recall (name);
        (void) fix_lease (1);
        fix_leases (name, 0, 0, NULL, 0);
    }
    fix_wait (DRY_US);
    fix_silent ();
    fix_order (ALICE, 1, 1);
    fix_asks_for (1, FIX_TARGET + 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader lease");
    TCase *asking = tcase_create ("asking");
    tcase_add_checked_fixture (asking, fix_set_up, fix_tear_down);
    tcase_add_test (asking, test_units_are_asked_for_again_until_they_come);
    tcase_add_test (asking, test_what_waits_is_asked_for_together);
    tcase_add_test (
        asking,
        test_what_comes_meanwhile_waits_for_the_next_lease_where_the_first_is_granted_whole);
    tcase_add_test (asking, test_products_are_leased_apart);
    tcase_add_test (asking, test_units_are_asked_for_before_they_run_out);
    tcase_add_test (asking, test_nothing_is_asked_for_where_there_was_nothing);
    tcase_add_test (asking, test_units_are_asked_for_at_news_of_stock);
    tcase_add_test (asking, test_what_nobody_has_offered_is_asked_for_under_the_same_number);
    tcase_add_test (asking, test_a_lease_that_the_warehouse_cannot_take_now_is_asked_for_again);
    tcase_add_test (asking, test_no_more_products_are_leased_than_there_can_be);
    tcase_add_test (asking, test_names_that_buyers_make_up_use_no_products_up);
    suite_add_tcase (suite, asking);

    TCase *answers = tcase_create ("answers");
    tcase_add_checked_fixture (answers, fix_set_up, fix_tear_down);
    tcase_add_loop_test (answers, test_what_it_holds_is_less_what_the_warehouse_does_not_know_of, 0,
                         3);
    tcase_add_test (answers, test_an_answer_from_before_what_was_settled_is_asked_for_again);
    tcase_add_test (answers, test_an_answer_to_something_else_changes_nothing);
    tcase_add_loop_test (answers, test_a_trader_that_was_replaced_learns_it_by_its_lease, 0, 2);
    tcase_add_test (answers, test_a_restarted_trader_learns_what_it_holds);
    suite_add_tcase (suite, answers);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
