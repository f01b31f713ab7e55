// What a trader has decided and the warehouse hears so late that the client is far ahead already.
#include <stdlib.h>

#include "tests/kit/lease_fixture.h"
#include "tests/kit/warehouse_store.h"

// SAM's lots 1 and 2: salt at 15 each, oil at 10. Four numbers of each client are kept.
static void begin (void)
{
    wh.config.answers_kept = 4;
    wh_begin ();
    (void) wh_one (wh_restock (SAM, 1, "salt", 100, 15));
    (void) wh_one (wh_restock (SAM, 2, "oil", 10, 10));
}

// ALICE buys one unit each under these numbers, through another trader.
static void buy_ahead (int64_t first, int64_t last)
{
    for (int64_t number = first; number <= last; number++) {
        wh_is_receipt (wh_one_by (OTHER_TRADER, wh_buy (ALICE, number, "salt", 1)), STATUS_SOLD, 1,
                       0, 15);
    }
}

static struct item late_buy (int64_t number, int64_t quantity)
{
    return wh_promised (wh_buy (ALICE, number, "salt", quantity), quantity);
}

// Kills the warehouse, where the loop says so.
static void perhaps_restart (int loop)
{
    if (loop) {
        wh_restart ();
    }
}

START_TEST (test_warehouse_settles_once_what_comes_late)
{
    begin ();
    buy_ahead (3, 10);
    perhaps_restart (_i);
    const struct item items[] = {late_buy (1, 5), late_buy (2, 7), late_buy (1, 5)};
    const struct committed *committed = wh_commit (TRADER, items, 3);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 5, 0, 75);
    wh_is_fill (committed->results[0], 0, (struct fill){SAM, 1, 5, 15});
    wh_is_receipt (committed->results[1], STATUS_SOLD, 7, 0, 105);
    wh_is_error (committed->results[2], REASON_EXPIRED);
    ck_assert_int_eq (committed->applied, 3);
    ck_assert_int_eq (wh_available ("salt"), 100 - 8 - 12);
    // Through whomever, and whenever, it comes again: its answer was told and is not kept.
    for (int round = 0; round < 2; round++) {
        wh_is_error (wh_one_by (OTHER_TRADER, late_buy (1, 5)), REASON_EXPIRED);
        wh_is_error (wh_one (wh_buy (ALICE, 2, "salt", 7)), REASON_EXPIRED);
        wh_is_error (wh_one (wh_order_status (ALICE, 1)), REASON_EXPIRED);
        ck_assert_int_eq (wh_available ("salt"), 100 - 8 - 12);
        wh_restart ();
    }
}
END_TEST

START_TEST (test_warehouse_refuses_late_what_nobody_has_decided)
{
    begin ();
    buy_ahead (3, 10);
    perhaps_restart (_i);
    wh_is_error (wh_one (wh_buy (ALICE, 1, "salt", 1)), REASON_EXPIRED);
    wh_is_error (wh_one (wh_restock (ALICE, 2, "salt", 1, 1)), REASON_EXPIRED);
    wh_is_error (wh_one (wh_order_status (ALICE, 1)), REASON_EXPIRED);
    wh_is_error (wh_one (wh_lot_status (ALICE, 1)), REASON_EXPIRED);
    // It is skipped all the same: who has decided it may still say so.
    wh_is_receipt (wh_one (late_buy (1, 1)), STATUS_SOLD, 1, 0, 15);
}
END_TEST

START_TEST (test_warehouse_refuses_late_what_was_answered)
{
    begin ();
    buy_ahead (1, 10);
    perhaps_restart (_i);
    for (int64_t number = 1; number <= 6; number++) {
        wh_is_error (wh_one (late_buy (number, 1)), REASON_EXPIRED);
    }
    ck_assert_int_eq (wh_available ("salt"), 90);
    wh_is_receipt (wh_one (late_buy (7, 1)), STATUS_SOLD, 1, 0, 15);  // known
    ck_assert_int_eq (wh_available ("salt"), 90);
}
END_TEST

START_TEST (test_warehouse_counts_orders_and_lots_of_a_client_together)
{
    begin ();
    (void) wh_one (wh_restock (ALICE, 1, "fish", 1, 1));
    (void) wh_one (wh_restock (ALICE, 5, "fish", 1, 1));
    buy_ahead (4, 4);
    (void) wh_one (wh_restock (ALICE, 12, "fish", 1, 1));
    perhaps_restart (_i);
    static const bool skipped[] = {false, true, true, false, false, true, true, true};
    for (int64_t number = 1; number <= 8; number++) {
        struct result result = wh_one (late_buy (number, 1));
        if (skipped[number - 1]) {
            wh_is_receipt (result, STATUS_SOLD, 1, 0, 15);
        } else {
            wh_is_error (result, REASON_EXPIRED);
        }
    }
    ck_assert_int_eq (wh_available ("salt"), 100 - 1 - 5);
}
END_TEST

START_TEST (test_warehouse_takes_restocks_that_come_late)
{
    begin ();
    (void) wh_one_by (OTHER_TRADER, wh_restock (SAM, 20, "salt", 1, 15));
    perhaps_restart (_i);
    const struct item item = wh_behind (wh_restock (SAM, 9, "oil", 5, 20));
    ck_assert_int_eq (wh_one (item).kind, RESULT_RESTOCKED);
    wh_is_error (wh_one (item), REASON_EXPIRED);
    ck_assert_int_eq (wh_available ("oil"), 15);
    perhaps_restart (_i);
    wh_is_error (wh_one (item), REASON_EXPIRED);
    ck_assert_int_eq (wh_available ("oil"), 15);
    wh_is_receipt (wh_one (wh_buy (BOB, 1, "oil", 12)), STATUS_SOLD, 12, 0, 140);
}
END_TEST

START_TEST (test_warehouse_tells_an_oversell_that_comes_late)
{
    begin ();
    buy_ahead (3, 10);
    perhaps_restart (_i);
    struct item item = late_buy (1, 95);
    const struct committed *committed = wh_commit (TRADER, &item, 1);
    wh_is_receipt (committed->results[0], STATUS_OVERSOLD, 92, 3, 92 * 15);
    ck_assert_uint_eq (committed->stock_count, 1);
    ck_assert_int_eq (wh_letter (MESSAGE_OVERSELL, 0)->message.oversell.missing, 3);
    // A refusal is nothing but kept.
    wh_is_receipt (wh_one (wh_promised (wh_buy (ALICE, 2, "salt", 1), 0)), STATUS_OUT_OF_STOCK, 0,
                   0, 0);
    wh_is_error (wh_one (wh_promised (wh_buy (ALICE, 2, "salt", 1), 0)), REASON_EXPIRED);
}
END_TEST

// The answers were lost with their letter: they are not kept, but what the trader took of its lease
// it knows by itself.
START_TEST (test_warehouse_repeats_a_batch_that_came_late)
{
    begin ();
    buy_ahead (4, 10);
    const struct leased_units lot[] = {{1, SAM, 1, 1, 15}};
    const struct leased_units budget[] = {{1, SAM, 1, 1, 15}, {.id = 0, .units = 1}};
    struct item items[] = {late_buy (1, 1), late_buy (2, 2), late_buy (3, 1)};
    (void) wh_commit (TRADER, items, 3);
    items[0].taken = lot;
    items[0].taken_count = 1;
    items[1].taken = budget;
    items[1].taken_count = 2;
    perhaps_restart (_i);
    const struct committed *committed = wh_commit_as (TRADER, wh.streams[TRADER].batch, items, 3);
    ck_assert_int_eq (committed->results[0].kind, RESULT_SETTLED);
    ck_assert_str_eq (committed->results[0].product, "salt");
    wh_is_error (committed->results[1], REASON_EXPIRED);
    wh_is_error (committed->results[2], REASON_EXPIRED);
    ck_assert_int_eq (committed->applied, 3);
    ck_assert_int_eq (wh_available ("salt"), 100 - 7 - 4);
}
END_TEST

START_TEST (test_warehouse_decides_nothing_late_in_a_batch_that_is_repeated)
{
    begin ();
    buy_ahead (3, 10);
    struct item item = wh_order_status (ALICE, 9);
    (void) wh_commit (TRADER, &item, 1);
    perhaps_restart (_i);
    item = late_buy (1, 1);
    const struct committed *committed = wh_commit_as (TRADER, wh.streams[TRADER].batch, &item, 1);
    wh_is_error (committed->results[0], REASON_UNAVAILABLE);
    ck_assert_int_eq (wh_available ("salt"), 92);
    wh_is_receipt (wh_one (item), STATUS_SOLD, 1, 0, 15);
}
END_TEST

// The records of a late decision are lost with the warehouse: it was not made.
START_TEST (test_warehouse_forgets_a_late_decision_that_was_not_written)
{
    begin ();
    buy_ahead (3, 10);
    wh.losing = true;
    wh_is_receipt (wh_one (late_buy (1, 5)), STATUS_SOLD, 5, 0, 75);
    wh.losing = false;
    wh_restart ();
    ck_assert_int_eq (wh_available ("salt"), 92);
    wh.streams[TRADER].batch--;
    wh_is_receipt (wh_one (late_buy (1, 5)), STATUS_SOLD, 5, 0, 75);
    ck_assert_int_eq (wh_available ("salt"), 87);
}
END_TEST

START_TEST (test_warehouse_cannot_tell_what_is_far_too_old)
{
    begin ();
    buy_ahead (LIMIT_SKIPPED_BACK + 5, LIMIT_SKIPPED_BACK + 5);
    perhaps_restart (_i);
    wh_is_error (wh_one (late_buy (5, 1)), REASON_EXPIRED);
    wh_is_receipt (wh_one (late_buy (6, 1)), STATUS_SOLD, 1, 0, 15);
    ck_assert_int_eq (wh_available ("salt"), 98);
}
END_TEST

// Its trader has told it as sold.
START_TEST (test_warehouse_settles_late_what_was_sold_from_a_lease)
{
    wh.config.answers_kept = 4;
    lf_begin (2, 10);
    (void) lf_lease (TRADER, 10);
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_buy (ALICE, 50, "salt", 1)), STATUS_SOLD, 1, 0, 20);
    perhaps_restart (_i);
    const struct leased_units three = lf_units (1, 3);
    const struct item item = lf_sold (wh_buy (ALICE, 7, "salt", 3), &three, 1);
    const struct committed *committed = wh_commit (TRADER, &item, 1);
    ck_assert_int_eq (committed->results[0].kind, RESULT_SETTLED);
    ck_assert_int_eq (wh_store_sold (wh.store, 1), 4);
    ck_assert_int_eq (wh_store_balance (wh.store, SAM), 40);
    // The reply was lost.
    perhaps_restart (_i);
    committed = wh_commit_as (TRADER, wh.streams[TRADER].batch, &item, 1);
    ck_assert_int_eq (committed->results[0].kind, RESULT_SETTLED);
    ck_assert_int_eq (wh_store_sold (wh.store, 1), 4);
    ck_assert_int_eq (lf_held (TRADER), 7);
    // Another promise of it is one too many: its units are free again.
    wh_is_error (wh_one (item), REASON_EXPIRED);
    ck_assert_int_eq (wh_store_sold (wh.store, 1), 4);
    ck_assert_int_eq (lf_held (TRADER), 4);
}
END_TEST

START_TEST (test_warehouse_tells_late_what_the_budget_came_to)
{
    wh.config.answers_kept = 4;
    lf_budget (5, 0);
    lf_begin (1, 2);
    (void) lf_lease (TRADER, 5);
    const struct leased_units taken[] = {lf_units (1, 1), lf_units (0, 2)};
    (void) wh_one_by (OTHER_TRADER, wh_buy (BOB, 1, "salt", 1));
    (void) wh_one_by (OTHER_TRADER, wh_restock (ALICE, 50, "oil", 1, 1));
    perhaps_restart (_i);
    const struct item item = lf_sold (wh_buy (ALICE, 7, "salt", 3), taken, 2);
    struct result result = wh_one (item);
    wh_is_receipt (result, STATUS_OVERSOLD, 1, 2, 10);
    wh_is_fill (result, 0, (struct fill){SAM, 1, 1, 10});
    perhaps_restart (_i);
    const struct committed *committed = wh_commit_as (TRADER, wh.streams[TRADER].batch, &item, 1);
    wh_is_error (committed->results[0], REASON_EXPIRED);
    ck_assert_int_eq (wh_store_oversold (wh.store, 1), 2);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_late");
    TCase *late = wh_tcase (suite, "late");
    tcase_add_loop_test (late, test_warehouse_settles_once_what_comes_late, 0, 2);
    tcase_add_loop_test (late, test_warehouse_refuses_late_what_nobody_has_decided, 0, 2);
    tcase_add_loop_test (late, test_warehouse_refuses_late_what_was_answered, 0, 2);
    tcase_add_loop_test (late, test_warehouse_counts_orders_and_lots_of_a_client_together, 0, 2);
    tcase_add_loop_test (late, test_warehouse_takes_restocks_that_come_late, 0, 2);
    tcase_add_loop_test (late, test_warehouse_tells_an_oversell_that_comes_late, 0, 2);
    tcase_add_loop_test (late, test_warehouse_repeats_a_batch_that_came_late, 0, 2);
    tcase_add_loop_test (late, test_warehouse_decides_nothing_late_in_a_batch_that_is_repeated, 0,
                         2);
    tcase_add_test (late, test_warehouse_forgets_a_late_decision_that_was_not_written);
    tcase_add_loop_test (late, test_warehouse_cannot_tell_what_is_far_too_old, 0, 2);
    TCase *leases = wh_tcase (suite, "leases");
    tcase_add_loop_test (leases, test_warehouse_settles_late_what_was_sold_from_a_lease, 0, 2);
    tcase_add_loop_test (leases, test_warehouse_tells_late_what_the_budget_came_to, 0, 2);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
