// What the warehouse makes of orders where units are leased: those that were sold from a lease, those
// that must wait for one to come back, and what is sold from a budget. And the order of batched ones.
#include <stdlib.h>

#include "tests/kit/lease_fixture.h"
#include "tests/kit/warehouse_store.h"

#define COUNT(list) (sizeof (list) / sizeof *(list))

START_TEST (test_warehouse_settles_what_was_sold_from_a_lease)
{
    lf_begin (2, 10);
    int64_t version = wh_version ();
    (void) lf_lease (TRADER, 5);
    ck_assert_int_eq (wh_version (), ++version);
    const struct leased_units two = lf_units (1, 2);
    const struct leased_units three = lf_units (1, 3);
    const struct item items[] = {lf_sold (wh_buy (ALICE, 1, "salt", 2), &two, 1),
                                 lf_sold (wh_buy_all (BOB, 1, "salt", 3), &three, 1)};
    const struct committed *committed = wh_commit (TRADER, items, 2);
    ck_assert_int_eq (committed->results[0].kind, RESULT_SETTLED);
    ck_assert_int_eq (committed->results[1].kind, RESULT_SETTLED);
    ck_assert_int_eq (committed->applied, 2);
    ck_assert_uint_eq (committed->stock_count, 0);
    // Nobody else could have sold them, so nothing that others see has changed.
    ck_assert_int_eq (committed->version, version);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 1);
    ck_assert_str_eq (
        wh_records (),
        "order 11/1 trader 1 product 1 quantity 2 part sold units 2 missing 0 amount 20\n"
        "fill 11/1 lot 1 seller 21/1 trader 1 units 2 price 10 commission 4\n"
        "order 12/1 trader 1 product 1 quantity 3 all sold units 3 missing 0 amount 30\n"
        "fill 12/1 lot 1 seller 21/1 trader 1 units 3 price 10 commission 6\n"
        "lease of 1 lot 1 units 0\n"
        "leases of 1 product 1 epoch 1 number 1 budget 0\n"
        "lot 1 left 5\n"
        "account 11 -20\n"
        "account 21 40\n"
        "account 1 10\n"
        "account 12 -30\n"
        "trader 1 epoch 1 nonce 1 batch 3 applied 2\n"
        "warehouse epoch 1 version 3 market 2433363436\n");
    ck_assert_int_eq (wh_available ("salt"), 15);
    wh_is_receipt (wh_one (wh_order_status (BOB, 1)), STATUS_SOLD, 3, 0, 30);
    committed = wh_commit_as (TRADER, 3, items, 2);
    ck_assert_int_eq (committed->results[1].kind, RESULT_SETTLED);
}
END_TEST

START_TEST (test_warehouse_refuses_what_its_trader_does_not_hold)
{
    lf_begin (3, 10);
    (void) lf_lease (TRADER, 12);
    struct leased_units dear = lf_units (1, 1);
    dear.price_cents = 11;
    struct leased_units strange = lf_units (1, 1);
    strange.seller = SUE;
    const struct leased_units bad[][2] = {
        {lf_units (1, 1), lf_units (2, 3)}, {lf_units (2, 1), lf_units (1, 1)},
        {lf_units (1, 1), lf_units (1, 1)}, {lf_units (1, 1), lf_units (3, 1)},
        {lf_units (1, 1), lf_units (0, 1)}, {dear, lf_units (2, 1)},
        {strange, lf_units (2, 1)},         {lf_units (1, 2), lf_units (2, -1)},
    };
    for (size_t i = 0; i < COUNT (bad); i++) {
        struct item item = lf_sold (wh_buy (ALICE, 1, "salt", 9), bad[i], 2);
        wh_is_error (wh_one (item), REASON_BAD_REQUEST);
    }
    const struct leased_units one = lf_units (1, 1);
    struct item item = lf_sold (wh_buy (ALICE, 1, "salt", 2), &one, 1);
    wh_is_error (wh_one_by (OTHER_TRADER, item), REASON_BAD_REQUEST);
    item.promised = 2;
    wh_is_error (wh_one (item), REASON_BAD_REQUEST);
    item = lf_sold (wh_buy_all (ALICE, 1, "salt", 2), &one, 1);
    wh_is_error (wh_one (item), REASON_BAD_REQUEST);
    item = lf_sold (wh_buy (ALICE, 1, "salt", 2), &one, 1);
    item.behind = false;
    wh_is_error (wh_one (item), REASON_BAD_REQUEST);
    ck_assert_int_eq (lf_held (TRADER), 12);
    wh_is_receipt (wh_one (wh_order_status (ALICE, 1)), STATUS_UNKNOWN, 0, 0, 0);
}
END_TEST

START_TEST (test_warehouse_frees_what_a_known_order_has_taken)
{
    lf_begin (1, 10);
    const struct item order = wh_buy (ALICE, 1, "salt", 2);
    (void) wh_one (order);
    (void) lf_lease (TRADER, 4);
    int64_t version = wh_version ();
    const struct leased_units two = lf_units (1, 2);
    wh_is_receipt (wh_one (lf_sold (order, &two, 1)), STATUS_SOLD, 2, 0, 20);
    ck_assert_int_eq (wh_version (), version + 1);
    ck_assert_int_eq (lf_held (TRADER), 2);
    ck_assert_int_eq (wh_available ("salt"), 6);
    wh_is_error (wh_one (lf_sold (wh_buy (ALICE, 1, "salt", 3), &two, 1)), REASON_CONFLICT);
    ck_assert_int_eq (lf_held (TRADER), 0);
    ck_assert_int_eq (wh_available ("salt"), 8);
}
END_TEST

START_TEST (test_warehouse_frees_what_an_expired_order_has_taken)
{
    wh.config.answers_kept = 2;
    lf_begin (1, 10);
    (void) wh_one (wh_buy (ALICE, 9, "salt", 1));
    (void) lf_lease (TRADER, 4);
    const struct leased_units two = lf_units (1, 2);
    // Another trader has settled the order already, and its answer is not kept any more.
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_promised (wh_buy (ALICE, 1, "salt", 2), 2)),
                   STATUS_SOLD, 2, 0, 20);
    wh_is_error (wh_one (lf_sold (wh_buy (ALICE, 1, "salt", 2), &two, 1)), REASON_EXPIRED);
    ck_assert_int_eq (lf_held (TRADER), 2);
    ck_assert_int_eq (wh_available ("salt"), 5);
}
END_TEST

START_TEST (test_warehouse_recalls_before_it_refuses)
{
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 5);
    const struct item items[] = {wh_buy (ALICE, 1, "salt", 6), wh_buy_all (BOB, 1, "salt", 9),
                                 wh_buy_all (BOB, 2, "salt", 11)};
    const struct committed *committed = wh_commit (OTHER_TRADER, items, 3);
    wh_is_error (committed->results[0], REASON_RECALLING);
    wh_is_error (committed->results[1], REASON_RECALLING);
    // All of it together would not do for that one.
    wh_is_receipt (committed->results[2], STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 1);
    const struct letter *recall = wh_letter (MESSAGE_RECALL, 0);
    ck_assert_int_eq (recall->port, PORT_NEWS);
    ck_assert_str_eq (recall->message.recall.product, "salt");
    ck_assert_int_eq (recall->message.recall.seq, 1);
    ck_assert_int_eq (recall->message.recall.epoch, 1);
    wh_is_receipt (wh_one (wh_order_status (ALICE, 1)), STATUS_UNKNOWN, 0, 0, 0);
    committed = wh_commit_as (OTHER_TRADER, 1, items, 2);
    wh_is_error (committed->results[0], REASON_RECALLING);
    ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 0);
    // What is sold and on its way cannot be recalled.
    const struct leased_units back = lf_units (1, 3);
    (void) lf_return (TRADER, &back, 1, true);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 1);
    wh_is_receipt (wh_one_by (OTHER_TRADER, items[0]), STATUS_SOLD, 6, 0, 60);
    wh_is_receipt (wh_one_by (OTHER_TRADER, items[1]), STATUS_OUT_OF_STOCK, 0, 0, 0);
    const struct leased_units two = lf_units (1, 2);
    ck_assert_int_eq (wh_one (lf_sold (wh_buy (SUE, 1, "salt", 2), &two, 1)).kind, RESULT_SETTLED);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->recalls, 1);
}
END_TEST

// A product that is sold from caches now was leased in an earlier life of its traders.
START_TEST (test_warehouse_recalls_what_writes_behind_are_refused_for)
{
    const struct item full = wh_promised (wh_buy (ALICE, 1, "salt", 2), 2);
    const struct item refused = wh_promised (wh_buy (ALICE, 2, "salt", 4), 0);
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 5);
    wh_is_receipt (wh_one_by (OTHER_TRADER, full), STATUS_SOLD, 2, 0, 20);
    ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 0);
    wh_is_receipt (wh_one_by (OTHER_TRADER, refused), STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 1);
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_promised (wh_buy (BOB, 1, "salt", 4), 4)),
                   STATUS_OVERSOLD, 3, 1, 30);
    ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 1);
    (void) lf_return_all (TRADER);
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_promised (wh_buy (BOB, 2, "salt", 9), 0)),
                   STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 0);
}
END_TEST

START_TEST (test_warehouse_leases_nothing_while_it_recalls)
{
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 5);
    struct item order = wh_buy (ALICE, 1, "salt", 8);
    wh_is_error (wh_one_by (OTHER_TRADER, order), REASON_RECALLING);
    ck_assert_int_eq (lf_sum (lf_lease (OTHER_TRADER, 3)), 0);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 3)), 5);
    (void) lf_return_all (TRADER);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 3)), 0);
    wh_is_receipt (wh_one_by (OTHER_TRADER, order), STATUS_SOLD, 8, 0, 80);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 3)), 1);
    // Granted anew, it may be idle there again.
    wh_is_error (wh_one_by (OTHER_TRADER, wh_buy (BOB, 1, "salt", 2)), REASON_RECALLING);
    // A write-behind decides nothing about that.
    wh_is_receipt (wh_one (wh_promised (wh_buy (BOB, 2, "salt", 1), 1)), STATUS_SOLD, 1, 0, 10);
    ck_assert_int_eq (lf_sum (lf_lease (OTHER_TRADER, 1)), 0);
    wh_restart ();
    ck_assert_int_eq (lf_held (TRADER), 1);
    wh_is_error (wh_one_by (OTHER_TRADER, wh_buy (BOB, 1, "salt", 2)), REASON_RECALLING);
}
END_TEST

START_TEST (test_warehouse_grants_no_more_than_the_budget)
{
    lf_budget (4, 10);
    lf_begin (1, 10);
    // Five each of what is there; of 4 and a tenth of 10 units half.
    const struct leased_units held[] = {lf_units (0, 3), lf_units (1, 5)};
    lf_is_held (lf_lease (TRADER, 20), held, 2);
    ck_assert_int_eq (lf_budget_of (lf_lease (OTHER_TRADER, 2)), 0);
    const struct leased *leased = lf_lease (OTHER_TRADER, 20);
    ck_assert_int_eq (lf_sum (leased), 5);
    ck_assert_int_eq (lf_budget_of (leased), 1);
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 20)), 4);
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 20)), 4);
    ck_assert_int_eq (lf_budget_of (lf_lease (OTHER_TRADER, 20)), 1);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->budgeted, 5);
    const struct leased_units back = lf_units (0, 2);
    ck_assert_int_eq (lf_budget_of (lf_return (TRADER, &back, 1, false)), 2);
    ck_assert_int_eq (lf_budget_of (lf_lease (OTHER_TRADER, 1)), 2);
}
END_TEST

START_TEST (test_warehouse_counts_what_was_oversold_against_the_budget_for_ever)
{
    lf_budget (3, 0);
    lf_begin (1, 4);
    lf_leave (OTHER_TRADER);
    (void) lf_lease (TRADER, 4);
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 9)), 3);
    const struct leased_units taken[] = {lf_units (1, 4), lf_units (0, 2)};
    struct result result = wh_one (lf_sold (wh_buy (ALICE, 1, "salt", 6), taken, 2));
    wh_is_receipt (result, STATUS_OVERSOLD, 4, 2, 40);
    ck_assert_uint_eq (wh_letters (MESSAGE_OVERSELL), 1);
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 9)), 1);
    const struct leased_units last = lf_units (0, 1);
    wh_is_receipt (wh_one (lf_sold (wh_buy (ALICE, 2, "salt", 1), &last, 1)), STATUS_OVERSOLD, 0, 1,
                   0);
    wh_restart ();
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 9)), 0);
    (void) wh_one (wh_restock (SAM, 2, "salt", 5, 10));
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 9)), 0);
    ck_assert_int_eq (wh_store_oversold (wh.store, 1), 3);
}
END_TEST

START_TEST (test_warehouse_fills_the_budget_from_what_is_free)
{
    lf_budget (6, 0);
    lf_begin (2, 2);
    lf_leave (OTHER_TRADER);
    (void) lf_lease (TRADER, 3);
    (void) wh_one (wh_buy (BOB, 1, "salt", 1));
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 4)), 4);
    (void) wh_one (wh_restock (SAM, 3, "salt", 2, 30));
    const struct leased_units back = lf_units (2, 1);
    (void) lf_return (TRADER, &back, 1, false);
    // Lot 1 is leased; 1 of lot 2 and 2 of lot 3 are free.
    int64_t version = wh_version ();
    const struct leased_units taken[] = {lf_units (1, 2), lf_units (0, 2)};
    struct result result = wh_one (lf_sold (wh_buy (ALICE, 1, "salt", 4), taken, 2));
    wh_is_receipt (result, STATUS_SOLD, 4, 0, 20 + 20 + 30);
    ck_assert_uint_eq (result.fill_count, 3);
    ck_assert_int_eq (wh_version (), version + 1);
    ck_assert_int_eq (wh_available ("salt"), 1);
    const struct leased *leased = lf_lease (TRADER, 0);
    ck_assert_int_eq (lf_budget_of (leased), 2);
    ck_assert_int_eq (lf_sum (leased), 0);
    const struct leased_units two = lf_units (0, 2);
    result = wh_one (lf_sold (wh_buy (ALICE, 2, "salt", 2), &two, 1));
    wh_is_receipt (result, STATUS_OVERSOLD, 1, 1, 30);
    // Nothing but the one that was missing is gone.
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 9)), 5);
}
END_TEST

START_TEST (test_warehouse_fills_the_budget_from_the_lot_that_is_leased)
{
    lf_budget (3, 0);
    lf_begin (1, 4);
    lf_leave (OTHER_TRADER);
    (void) lf_lease (TRADER, 4);
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 3)), 3);
    const struct leased_units back = lf_units (1, 2);
    (void) lf_return (TRADER, &back, 1, false);
    const struct leased_units taken[] = {lf_units (1, 1), lf_units (0, 2)};
    struct result result = wh_one (lf_sold (wh_buy_all (ALICE, 1, "salt", 3), taken, 2));
    wh_is_receipt (result, STATUS_SOLD, 3, 0, 30);
    ck_assert_uint_eq (result.fill_count, 1);
    ck_assert_int_eq (lf_held (TRADER), 1);
    ck_assert_int_eq (wh_available ("salt"), 0);
}
END_TEST

START_TEST (test_warehouse_sells_nothing_of_all_or_nothing_where_some_is_missing)
{
    lf_budget (2, 0);
    lf_begin (1, 4);
    lf_leave (OTHER_TRADER);
    (void) lf_lease (TRADER, 4);
    (void) lf_lease (TRADER, 2);
    const struct leased_units taken[] = {lf_units (1, 3), lf_units (0, 2)};
    struct result result = wh_one (lf_sold (wh_buy_all (ALICE, 1, "salt", 5), taken, 2));
    // No more is oversold than the budget has lost.
    wh_is_receipt (result, STATUS_OVERSOLD, 0, 2, 0);
    ck_assert_int_eq (wh_available ("salt"), 3);
    ck_assert_int_eq (lf_held (TRADER), 1);
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 9)), 0);
}
END_TEST

START_TEST (test_warehouse_sells_batched_products_in_the_order_of_clocks)
{
    lf_policy (policy_default (MODE_BATCHED));
    wh_begin ();
    const struct item restocks[] = {wh_restock (SAM, 1, "salt", 5, 10),
                                    wh_restock (SAM, 2, "oil", 2, 10)};
    (void) wh_commit (TRADER, restocks, 2);
    struct item items[] = {
        wh_promised (wh_buy (ALICE, 1, "salt", 2), 2), wh_promised (wh_buy (ALICE, 2, "oil", 2), 2),
        wh_promised (wh_buy (BOB, 1, "salt", 3), 3),   wh_buy (SUE, 1, "salt", 1),
        wh_promised (wh_buy (BOB, 2, "oil", 1), 1),    wh_promised (wh_buy (BOB, 3, "salt", 1), 1),
        wh_promised (wh_buy (SUE, 2, "salt", 1), 1),
    };
    static const int64_t clocks[] = {9, 8, 5, 1, 1, 5, 4};
    for (size_t i = 0; i < COUNT (items); i++) {
        items[i].clock = clocks[i];
    }
    // Applied: SUE 2, ALICE's oil, BOB 1, SUE 1, BOB's oil, BOB 3, ALICE 1.
    const struct committed *committed = wh_commit (TRADER, items, COUNT (items));
    wh_is_receipt (committed->results[0], STATUS_OVERSOLD, 0, 2, 0);
    wh_is_receipt (committed->results[1], STATUS_SOLD, 2, 0, 20);
    wh_is_receipt (committed->results[2], STATUS_SOLD, 3, 0, 30);
    wh_is_receipt (committed->results[3], STATUS_SOLD, 1, 0, 10);
    wh_is_receipt (committed->results[4], STATUS_OVERSOLD, 0, 1, 0);
    wh_is_receipt (committed->results[5], STATUS_OVERSOLD, 0, 1, 0);
    wh_is_receipt (committed->results[6], STATUS_SOLD, 1, 0, 10);
    ck_assert_int_eq (committed->applied, 6);
}
END_TEST

START_TEST (test_warehouse_records_a_batch_of_one_lot_once)
{
    wh.unchecked = true;
    lf_begin (1, 2 * LIMIT_BATCH);
    (void) lf_lease (TRADER, LIMIT_BATCH);
    static struct item items[LIMIT_BATCH];
    const struct leased_units one = lf_units (1, 1);
    for (size_t i = 0; i < LIMIT_BATCH; i++) {
        items[i] = lf_sold (wh_buy (ALICE, (int64_t) i + 1, "salt", 1), &one, 1);
    }
    (void) wh_commit (TRADER, items, LIMIT_BATCH);
    size_t counts[RECORD_COPY_END + 1] = {0};
    for (size_t i = 0; i < wh.out.record_count; i++) {
        counts[wh.out.records[i].type]++;
    }
    ck_assert_uint_eq (counts[RECORD_FILL], LIMIT_BATCH);
    ck_assert_uint_eq (counts[RECORD_LEASE], 1);
    ck_assert_uint_eq (counts[RECORD_LOT_LEFT], 1);
    ck_assert_uint_eq (counts[RECORD_LEASE_STATE], 1);
    wh_store_check (wh.store);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_lease_sales");
    TCase *orders = wh_tcase (suite, "orders");
    tcase_add_test (orders, test_warehouse_settles_what_was_sold_from_a_lease);
    tcase_add_test (orders, test_warehouse_refuses_what_its_trader_does_not_hold);
    tcase_add_test (orders, test_warehouse_frees_what_a_known_order_has_taken);
    tcase_add_test (orders, test_warehouse_frees_what_an_expired_order_has_taken);
    tcase_add_test (orders, test_warehouse_recalls_before_it_refuses);
    tcase_add_test (orders, test_warehouse_recalls_what_writes_behind_are_refused_for);
    tcase_add_test (orders, test_warehouse_leases_nothing_while_it_recalls);
    tcase_add_test (orders, test_warehouse_sells_batched_products_in_the_order_of_clocks);
    tcase_add_test (orders, test_warehouse_records_a_batch_of_one_lot_once);
    TCase *budget = wh_tcase (suite, "budget");
    tcase_add_test (budget, test_warehouse_grants_no_more_than_the_budget);
    tcase_add_test (budget, test_warehouse_counts_what_was_oversold_against_the_budget_for_ever);
    tcase_add_test (budget, test_warehouse_fills_the_budget_from_what_is_free);
    tcase_add_test (budget, test_warehouse_fills_the_budget_from_the_lot_that_is_leased);
    tcase_add_test (budget, test_warehouse_sells_nothing_of_all_or_nothing_where_some_is_missing);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
