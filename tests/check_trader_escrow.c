// The trader that sells from leases: what it holds is sold at once and for good, all else is the
// warehouse's.
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

enum {
    FLUSH_US = 5000,
    UNITS_FIRST_US = 100000,  // So long what is written behind waits for units that are asked for.
};

START_TEST (test_an_order_is_sold_at_once_from_what_is_held)
{
    const struct leased_units held[] = {fix_units (1, 3), fix_units (2, 30)};
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_leases ("fish", 1, 0, held, 2);
    fix_order (BOB, 1, 4);
    (void) fix_alone (MESSAGE_RECEIPT);
    const struct receipt *receipt = fix_receipt_to (BOB, 1);
    ck_assert_int_eq (receipt->status, STATUS_SOLD);
    ck_assert_str_eq (receipt->product, "fish");
    ck_assert_int_eq (receipt->units, 4);
    ck_assert_int_eq (receipt->amount_cents, 2 * 101 + 2 * 102);
    ck_assert_uint_eq (receipt->fill_count, 2);
    fix_filled (receipt, 0, 1, 2);
    fix_filled (receipt, 1, 2, 2);
    ck_assert_uint_eq (receipt->seen.count, 0);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 28);
}
END_TEST

START_TEST (test_a_sale_is_in_the_journal_with_what_was_taken)
{
    fix_escrow ();
    fix_stocked ("fish", 20);
    fix_order (BOB, 1, 4);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 1);
    const struct record_decided *decided = &fix_record (RECORD_DECIDED, 0)->decided;
    ck_assert_int_eq (decided->write, 2);
    ck_assert_int_eq (decided->item.promised, 4);
    ck_assert_uint_eq (decided->item.taken_count, 1);
    fix_took (&decided->item, 0, 1, 4);
}
END_TEST

START_TEST (test_nothing_is_told_until_units_have_come)
{
    const struct leased_units held = fix_units (1, 17);
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    (void) fix_alone (MESSAGE_LEASE);
    const struct lease *lease = fix_lease (1);
    ck_assert_str_eq (lease->product, "fish");
    ck_assert_int_eq (lease->wanted, 17);
    ck_assert (!lease->all);
    ck_assert_uint_eq (lease->returned_count, 0);
    fix_order (BOB, 1, 2);
    fix_silent ();
    fix_leases ("fish", 1, 0, &held, 1);
    ck_assert_uint_eq (fix.out.letter_count, 2);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_receipts (BOB, 1, STATUS_SOLD, 2);
}
END_TEST

// The warehouse may sell what is given back together with what it has.
START_TEST (test_what_does_not_suffice_goes_back_before_the_order_is_passed_on)
{
    const struct leased_units held = fix_units (1, 2);
    fix_escrow ();
    fix_order (ALICE, 1, 5);
    fix_leases ("fish", 1, 0, &held, 1);
    ck_assert_uint_eq (fix.out.letter_count, 2);
    ck_assert_int_eq (fix.out.letters[0].message.type, MESSAGE_LEASE);
    ck_assert_int_eq (fix.out.letters[1].message.type, MESSAGE_COMMIT);
    const struct lease *lease = fix_lease (2);
    ck_assert_int_eq (lease->wanted, 0);
    ck_assert (lease->all);
    ck_assert_uint_eq (lease->returned_count, 1);
    ck_assert_int_eq (lease->returned[0].id, 1);
    ck_assert_int_eq (lease->returned[0].units, 2);
    fix_passes (1, ALICE, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
}
END_TEST

START_TEST (test_the_answer_to_what_was_passed_on_is_told)
{
    static const enum status statuses[] = {STATUS_SOLD, STATUS_OUT_OF_STOCK, STATUS_TOO_MANY_LOTS};
    fix_escrow ();
    fix_order (ALICE, 1, 5);
    fix_leases ("fish", 1, 0, NULL, 0);
    (void) fix_alone (MESSAGE_COMMIT);
    fix_passes (1, ALICE, 1);
    int64_t units = statuses[_i] == STATUS_SOLD ? 3 : 0;
    fix_settle (1, fix_receipt (statuses[_i], "fish", units));
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (ALICE, 1, statuses[_i], units);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_a_sale_that_is_asked_for_again_is_told_again)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    struct message again = fix_buy (ALICE, 1, "fish", 1);
    again.buy.attempt = 2;
    fix_ask (again);
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    const struct receipt *receipt = fix_receipt_to (ALICE, 1);
    ck_assert_int_eq (receipt->status, STATUS_SOLD);
    fix_filled (receipt, 0, 1, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 29);
}
END_TEST

START_TEST (test_a_restock_is_the_warehouses)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_wait (FLUSH_US);
    fix_settle (1, fix_settled ());
    fix_ask (fix_restock (SAM, 1, "fish", 5));
    (void) fix_alone (MESSAGE_COMMIT);
    fix_passes (2, SAM, 1);
    ck_assert_uint_eq (fix.out.record_count, 1);  // That the first sale is settled.
    fix_settle (2, fix_restocked ("fish", 5));
    ck_assert_int_eq (fix_alone (MESSAGE_RESTOCKED)->to, SAM);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 29);
}
END_TEST

// It may have been decided already, or still be.
START_TEST (test_an_order_that_others_may_know_is_passed_on)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_wait (FLUSH_US);
    fix_settle (1, fix_settled ());
    struct message message = fix_buy (BOB, 1, "fish", 1);
    if (_i == 0) {
        message.buy.attempt = 2;
    } else if (_i == 1) {
        message.buy.first.trader = FIX_OTHER;
    } else if (_i == 2) {
        message.buy.first.epoch = fix.epoch + 1;
    } else {
        message.buy.first = (struct first){0};
    }
    fix_ask (message);
    (void) fix_alone (MESSAGE_COMMIT);
    fix_passes (2, BOB, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 29);
}
END_TEST

START_TEST (test_an_order_of_a_client_that_may_have_been_forgotten_is_passed_on)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_wait (FLUSH_US);
    fix_settle (1, fix_settled ());
    for (int64_t client = 1000; client < 1000 + LIMIT_CLIENTS; client++) {
        fix_client (fix_plain (MESSAGE_PING, client));
    }
    fix_order (ALICE, 1, 1);
    fix_passes (2, ALICE, 1);
    fix_order (1001, 1, 1);  // Whoever was heard before any was forgotten is sold to.
    fix_receipts (1001, 1, STATUS_SOLD, 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 28);
}
END_TEST

START_TEST (test_a_journal_without_room_takes_nothing)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_step (EVENT_UNWRITTEN);
    fix_order (BOB, 1, 3);
    fix_refuses (BOB, REASON_UNAVAILABLE, 1);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 0);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 29);
    fix_wait (100000);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 1);  // Of the first one, once more.
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    struct message again = fix_buy (BOB, 2, "fish", 3);
    fix_ask (again);
    fix_receipts (BOB, 2, STATUS_SOLD, 3);
}
END_TEST

// What is held comes from so many lots that no receipt could name them, and more would not help.
START_TEST (test_an_order_from_too_many_lots_is_passed_on)
{
    struct leased_units held[3 * LIMIT_FILLS];
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    for (int i = 0; i < 3 * LIMIT_FILLS; i++) {
        held[i] = fix_units (i + 1, 1);
    }
    fix_leases ("fish", 1, 0, held, 3 * LIMIT_FILLS);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_order (BOB, 1, LIMIT_FILLS);
    fix_receipts (BOB, 1, STATUS_SOLD, LIMIT_FILLS);
    fix_order (CAROL, 1, LIMIT_FILLS + 1);
    const struct lease *lease = fix_lease (2);
    ck_assert (lease->all);
    ck_assert_int_eq (lease->wanted, 0);
    ck_assert_uint_eq (lease->returned_count, 2 * LIMIT_FILLS - 1);
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 3);
    ck_assert_int_eq (commit->items[2].client, CAROL);
    ck_assert (!commit->items[2].behind);
}
END_TEST

// What was written and settled must leave room for what comes.
START_TEST (test_sales_go_on_for_ever)
{
    fix.config.queue_max = 2;
    fix_escrow ();
    fix_stocked ("fish", LIMIT_QUANTITY);
    for (int64_t number = 2; number < 2000; number++) {
        fix_wait (FLUSH_US);
        fix_settle (number - 1, fix_settled ());
        fix_order (ALICE, number, 1);
        (void) fix_alone (MESSAGE_RECEIPT);
        fix_receipts (ALICE, number, STATUS_SOLD, 1);
    }
}
END_TEST

// Alice's order is to be written behind, and the units for Bob's are on their way.
static void ask_for_more (void)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_order (BOB, 1, 40);
    (void) fix_alone (MESSAGE_LEASE);
    ck_assert_int_ge (fix_lease (2)->wanted, 40);
}

START_TEST (test_sales_wait_a_while_for_units_before_they_are_written_behind)
{
    ask_for_more ();
    ck_assert_int_eq (fix_due_in (), FLUSH_US + UNITS_FIRST_US);
    fix_wait (FLUSH_US + UNITS_FIRST_US - 1);
    fix_silent ();
    fix_wait (1);
    (void) fix_alone (MESSAGE_COMMIT);
    ck_assert_uint_eq (fix_commit (1)->item_count, 1);
    ck_assert_int_eq (fix_commit (1)->items[0].client, ALICE);
}
END_TEST

START_TEST (test_sales_that_are_due_are_written_behind_when_the_units_have_come)
{
    const struct leased_units held = fix_units (1, 100);
    ask_for_more ();
    fix_wait (FLUSH_US);
    fix_silent ();
    fix_leases ("fish", 2, 0, &held, 1);
    fix_receipts (BOB, 1, STATUS_SOLD, 40);
    ck_assert_uint_eq (fix_commit (1)->item_count, 2);
}
END_TEST

START_TEST (test_sales_leave_with_what_is_passed_on_though_units_are_asked_for)
{
    ask_for_more ();
    fix_ask (fix_restock (SAM, 1, "salt", 5));
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 2);
    ck_assert (commit->items[0].behind && !commit->items[1].behind);
}
END_TEST

START_TEST (test_a_trader_that_stops_writes_its_sales_behind_though_units_are_asked_for)
{
    ask_for_more ();
    fix_step (EVENT_STOP);
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_commit (1)->item_count, 1);
    ck_assert (fix_commit (1)->items[0].behind);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader escrow");
    TCase *sales = tcase_create ("sales");
    tcase_add_checked_fixture (sales, fix_set_up, fix_tear_down);
    tcase_add_test (sales, test_an_order_is_sold_at_once_from_what_is_held);
    tcase_add_test (sales, test_a_sale_is_in_the_journal_with_what_was_taken);
    tcase_add_test (sales, test_nothing_is_told_until_units_have_come);
    tcase_add_test (sales, test_a_sale_that_is_asked_for_again_is_told_again);
    tcase_add_test (sales, test_a_journal_without_room_takes_nothing);
    tcase_add_test (sales, test_sales_go_on_for_ever);
    suite_add_tcase (suite, sales);

    TCase *passed_on = tcase_create ("passed on");
    tcase_add_checked_fixture (passed_on, fix_set_up, fix_tear_down);
    tcase_add_test (passed_on, test_what_does_not_suffice_goes_back_before_the_order_is_passed_on);
    tcase_add_loop_test (passed_on, test_the_answer_to_what_was_passed_on_is_told, 0, 3);
    tcase_add_test (passed_on, test_a_restock_is_the_warehouses);
    tcase_add_loop_test (passed_on, test_an_order_that_others_may_know_is_passed_on, 0, 4);
    tcase_add_test (passed_on, test_an_order_of_a_client_that_may_have_been_forgotten_is_passed_on);
    tcase_add_test (passed_on, test_an_order_from_too_many_lots_is_passed_on);
    suite_add_tcase (suite, passed_on);

    TCase *units_first = tcase_create ("units first");
    tcase_add_checked_fixture (units_first, fix_set_up, fix_tear_down);
    tcase_add_test (units_first, test_sales_wait_a_while_for_units_before_they_are_written_behind);
    tcase_add_test (units_first,
                    test_sales_that_are_due_are_written_behind_when_the_units_have_come);
    tcase_add_test (units_first,
                    test_sales_leave_with_what_is_passed_on_though_units_are_asked_for);
    tcase_add_test (units_first,
                    test_a_trader_that_stops_writes_its_sales_behind_though_units_are_asked_for);
    suite_add_tcase (suite, units_first);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
