// What was sold from leases, until the warehouse has it; and what was sold from the oversell budget.
#include <stdlib.h>

#include "tests/kit/escrow_fixture.h"

enum {
    FLUSH_US = 5000,
    UNITS_FIRST_US = 100000,  // So long what is written behind waits for units that are asked for.
};

START_TEST (test_sales_are_written_behind_when_the_oldest_is_due)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix.now_us += 1000;
    fix_order (BOB, 1, 3);
    ck_assert_int_eq (fix_due_in (), FLUSH_US - 1000);
    fix_wait (FLUSH_US - 1001);
    fix_silent ();
    fix_wait (1);
    (void) fix_alone (MESSAGE_COMMIT);
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 2);
    const struct item *item = &commit->items[1];
    ck_assert_int_eq (item->kind, ITEM_BUY);
    ck_assert_int_eq (item->client, BOB);
    ck_assert (item->behind);
    ck_assert_int_eq (item->promised, 3);
    ck_assert_uint_eq (item->taken_count, 1);
    fix_took (item, 0, 1, 3);
}
END_TEST

START_TEST (test_sales_are_written_behind_when_there_are_enough)
{
    struct policy policy = policy_default (MODE_ESCROW);
    policy.flush_count = 3;
    fix_sell_fish_by (policy);
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_order (BOB, 1, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    fix_order (BOB, 2, 1);
    ck_assert_uint_eq (fix_commit (1)->item_count, 3);
}
END_TEST

START_TEST (test_sales_leave_with_what_is_passed_on)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_ask (fix_restock (SAM, 1, "salt", 5));
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 2);
    ck_assert (commit->items[0].behind);
    ck_assert (!commit->items[1].behind);
}
END_TEST

START_TEST (test_a_settled_sale_is_told_to_its_seller_and_not_again_to_its_buyer)
{
    fix_escrow ();
    fix_client (fix_plain (MESSAGE_PING, SAM));
    fix_stocked ("fish", 30);
    fix_wait (FLUSH_US);
    ck_assert_int_eq (trader_unsettled (fix.trader), 1);
    fix_settle (1, fix_settled ());
    const struct letter *letter = fix_alone (MESSAGE_SOLD);
    ck_assert_int_eq (letter->to, SAM);
    const struct sold *sold = &letter->message.sold;
    ck_assert_int_eq (sold->buyer, ALICE);
    ck_assert_int_eq (sold->order, 1);
    ck_assert_int_eq (sold->lot, 1);
    ck_assert_str_eq (sold->product, "fish");
    ck_assert_int_eq (sold->units, 1);
    ck_assert_int_eq (sold->price_cents, 101);
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 29);
}
END_TEST

// Fish by leases, beside what is cached, with a backup that has acknowledged nothing yet.
static void sell_with_backup (void)
{
    const struct leased_units held = fix_units (1, 30);
    fix_sell_fish_by (policy_default (MODE_ESCROW));
    fix_backed ();
    fix_order (ALICE, 1, 1);
    fix_leases ("fish", 1, 0, &held, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    const struct journal *journal = &fix_only (MESSAGE_JOURNAL)->message.journal;
    ck_assert_uint_eq (journal->item_count, 1);
    fix_took (&journal->items[0], 0, 1, 1);
}

START_TEST (test_a_sale_is_told_when_the_backup_has_it)
{
    sell_with_backup ();
    fix_acknowledge (2, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_wait (FLUSH_US);
    (void) fix_commit (1);
    fix_settle (1, fix_settled ());
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
}
END_TEST

START_TEST (test_a_sale_is_told_when_the_warehouse_has_it_before_the_backup)
{
    sell_with_backup ();
    fix_wait (FLUSH_US);
    (void) fix_commit (1);
    fix_settle (1, fix_settled ());
    const struct receipt *receipt = fix_receipt_to (ALICE, 1);
    ck_assert_int_eq (receipt->status, STATUS_SOLD);
    ck_assert_str_eq (receipt->product, "fish");
    fix_filled (receipt, 0, 1, 1);
    fix_acknowledge (2, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
}
END_TEST

// Of anything else the trader does not know the receipt.
START_TEST (test_only_a_sale_from_a_lease_can_be_settled_without_a_receipt)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_leases ("fish", 1, 0, NULL, 0);
    fix_passes (1, ALICE, 1);
    fix_settle (1, fix_settled ());
    fix_nothing ();
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
}
END_TEST

// One unit of lot 1 and some of the budget; Alice's first order took the former.
static void lend_budget (void)
{
    const struct leased_units held[] = {fix_units (0, 9), fix_units (1, 2)};
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_leases ("fish", 1, 0, held, 2);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
}

START_TEST (test_units_of_the_budget_are_accepted_first)
{
    lend_budget ();
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 1);
    ck_assert_int_eq (trader_held_budget (fix.trader, "fish"), 9);
    fix_order (BOB, 1, 3);
    const struct receipt *receipt = fix_receipt_to (BOB, 1);
    ck_assert_int_eq (receipt->status, STATUS_ACCEPTED);
    ck_assert_int_eq (receipt->units, 3);
    ck_assert_int_eq (receipt->amount_cents, 0);
    ck_assert_uint_eq (receipt->fill_count, 0);
    ck_assert_int_eq (trader_held_budget (fix.trader, "fish"), 7);
    ck_assert_int_eq (trader_counters (fix.trader)->budgeted, 2);
    fix_wait (FLUSH_US);
    const struct item *item = &fix_commit (1)->items[1];
    ck_assert_uint_eq (item->taken_count, 2);
    fix_took (item, 0, 1, 1);
    ck_assert_int_eq (item->taken[1].id, 0);
    ck_assert_int_eq (item->taken[1].units, 2);
}
END_TEST

START_TEST (test_units_of_the_budget_that_were_there_are_sold_in_the_end)
{
    lend_budget ();
    fix_order (BOB, 1, 3);
    fix_wait (FLUSH_US);
    const struct result results[] = {fix_settled (), fix_receipt (STATUS_SOLD, "fish", 3)};
    fix_warehouse (fix_committed (1, results, 2));
    ck_assert_int_eq (fix_receipt_to (BOB, 1)->status, STATUS_SOLD);
    ck_assert_int_eq (trader_counters (fix.trader)->oversold, 0);
}
END_TEST

START_TEST (test_units_of_the_budget_that_were_not_there_are_oversold)
{
    lend_budget ();
    fix_order (BOB, 1, 3);
    fix_wait (FLUSH_US);
    struct result results[] = {fix_settled (), fix_receipt (STATUS_OVERSOLD, "fish", 1)};
    results[1].missing = 2;
    fix_warehouse (fix_committed (1, results, 2));
    ck_assert_uint_eq (fix.out.letter_count, 2);
    const struct letter *letter = fix_only (MESSAGE_OVERSOLD);
    ck_assert_int_eq (letter->to, BOB);
    ck_assert_int_eq (letter->message.oversold.units, 1);
    ck_assert_int_eq (letter->message.oversold.missing, 2);
    ck_assert_int_eq (fix_only (MESSAGE_OVERSELL)->message.oversell.buyer, BOB);
    ck_assert_int_eq (trader_counters (fix.trader)->oversold, 1);
}
END_TEST

START_TEST (test_a_restarted_trader_writes_behind_what_was_open)
{
    fix_escrow ();
    fix_stocked ("fish", 30);
    fix_restart ();
    struct message view = fix_view_of (2, 2, 0);
    fix.epoch = 2;
    fix_warehouse (view);
    fix_step (EVENT_DRAINED);
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 1);
    fix_took (&commit->items[0], 0, 1, 1);
    struct message again = fix_buy (ALICE, 1, "fish", 1);
    again.buy.attempt = 2;
    again.buy.first.epoch = 1;
    fix_ask (again);
    const struct receipt *receipt = fix_receipt_to (ALICE, 1);
    ck_assert_int_eq (receipt->status, STATUS_SOLD);
    fix_filled (receipt, 0, 1, 1);
    fix_settle (1, fix_settled ());
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

// Fish by leases, beside boar from the cache, of which there are nine.
static void sell_both (void)
{
    const struct level levels[] = {{"boar", 9}, {"fish", 10}};
    fix_sell_fish_by (policy_default (MODE_ESCROW));
    fix.config.policy = policy_default (MODE_CACHED);
    fix_join ();
    fix_warehouse (fix_snapshot (levels, 2));
    fix_order (ALICE, 1, 1);
}

// What it had leased is not in the figures of the stock.
START_TEST (test_a_restarted_trader_takes_nothing_off_its_cache_for_what_was_leased)
{
    const struct leased_units held = fix_units (1, 17);
    const struct level level = {"fish", 10};
    sell_both ();
    fix_leases ("fish", 1, 0, &held, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    ck_assert_int_eq (trader_available (fix.trader, "fish"), 10);
    fix_restart ();
    struct message view = fix_view_of (2, 2, 0);
    fix.epoch = 2;
    fix_warehouse (view);
    fix_step (EVENT_DRAINED);
    fix_warehouse (fix_snapshot (&level, 1));
    ck_assert_int_eq (trader_available (fix.trader, "fish"), 10);
}
END_TEST

// A write from the cache stays open in it for want of news, until there is no room behind it.
START_TEST (test_what_there_is_no_room_to_write_behind_is_passed_on)
{
    const struct leased_units held = fix_units (1, LIMIT_QUANTITY);
    int64_t writes = 2 * 2 + LIMIT_BATCH - 2;  // One less than fit behind that of the boar.
    int64_t number = 1;
    fix.config.queue_max = 2;
    sell_both ();
    fix_ask (fix_buy (BOB, 1, "boar", 1));
    ck_assert_int_eq (fix_commit (1)->items[0].client, BOB);
    fix_settle (1, fix_receipt (STATUS_SOLD, "boar", 1));
    fix_leases ("fish", 1, 1, &held, 1);
    for (; number <= writes; number++) {
        fix_receipts (ALICE, number, STATUS_SOLD, 1);
        fix_wait (FLUSH_US);
        fix_settle (number + 1, fix_settled ());
        if (number < writes) {
            fix_order (ALICE, number + 1, 1);
        }
    }
    fix_recall ("fish");
    fix_leases ("fish", 2, writes + 1, NULL, 0);
    fix.now_us += 50000;
    fix_order (ALICE, number, 1);
    fix_order (CAROL, 1, 1);
    fix_leases ("fish", 3, writes + 1, &held, 1);
    fix_receipts (ALICE, number, STATUS_SOLD, 1);
    const struct commit *commit = fix_commit (number + 1);
    ck_assert_uint_eq (commit->item_count, 2);
    ck_assert_int_eq (commit->items[1].client, CAROL);
    ck_assert (!commit->items[1].behind);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader settled");
    TCase *settled = tcase_create ("settled");
    tcase_add_checked_fixture (settled, fix_set_up, fix_tear_down);
    tcase_add_test (settled, test_sales_are_written_behind_when_the_oldest_is_due);
    tcase_add_test (settled, test_sales_are_written_behind_when_there_are_enough);
    tcase_add_test (settled, test_sales_leave_with_what_is_passed_on);
    tcase_add_test (settled, test_a_settled_sale_is_told_to_its_seller_and_not_again_to_its_buyer);
    tcase_add_test (settled, test_a_sale_is_told_when_the_backup_has_it);
    tcase_add_test (settled, test_a_sale_is_told_when_the_warehouse_has_it_before_the_backup);
    tcase_add_test (settled, test_a_restarted_trader_writes_behind_what_was_open);
    tcase_add_test (settled,
                    test_a_restarted_trader_takes_nothing_off_its_cache_for_what_was_leased);
    tcase_add_test (settled, test_what_there_is_no_room_to_write_behind_is_passed_on);
    tcase_add_test (settled, test_only_a_sale_from_a_lease_can_be_settled_without_a_receipt);
    suite_add_tcase (suite, settled);

    TCase *budget = tcase_create ("budget");
    tcase_add_checked_fixture (budget, fix_set_up, fix_tear_down);
    tcase_add_test (budget, test_units_of_the_budget_are_accepted_first);
    tcase_add_test (budget, test_units_of_the_budget_that_were_there_are_sold_in_the_end);
    tcase_add_test (budget, test_units_of_the_budget_that_were_not_there_are_oversold);
    suite_add_tcase (suite, budget);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
