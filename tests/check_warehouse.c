// What the warehouse makes of orders and restocks, and of those that come again.
#include <stdlib.h>

#include "tests/kit/warehouse_fixture.h"

// One lot of SAM's, number 1: salt at 15 each.
static void bring_salt (int64_t quantity)
{
    wh_begin ();
    ck_assert_int_eq (wh_one (wh_restock (SAM, 1, "salt", quantity, 15)).kind, RESULT_RESTOCKED);
}

// SAM's lots 1, 2, 3 … of one unit of salt each, at 1, 2, 3 …
static void bring_small_lots (int64_t count)
{
    wh_begin ();
    for (int64_t number = 1; number <= count; number++) {
        (void) wh_one (wh_restock (SAM, number, "salt", 1, number));
    }
}

START_TEST (test_warehouse_sells_what_was_restocked)
{
    wh_begin ();
    struct result result = wh_one (wh_restock (SAM, 1, "salt", 5, 15));
    ck_assert_int_eq (result.kind, RESULT_RESTOCKED);
    ck_assert_str_eq (result.product, "salt");
    ck_assert_int_eq (result.quantity, 5);
    ck_assert_int_eq (result.price_cents, 15);
    result = wh_one (wh_buy (ALICE, 1, "salt", 2));
    wh_is_receipt (result, STATUS_SOLD, 2, 0, 30);
    ck_assert_str_eq (result.product, "salt");
    ck_assert_uint_eq (result.fill_count, 1);
    wh_is_fill (result, 0, (struct fill){.seller = SAM, .lot = 1, .units = 2, .price_cents = 15});
    ck_assert_int_eq (wh_available ("salt"), 3);
    const struct warehouse_counters *counters = warehouse_counters (wh.warehouse);
    ck_assert_int_eq (counters->batches, 2);
    ck_assert_int_eq (counters->restocks, 1);
    ck_assert_int_eq (counters->orders, 1);
    ck_assert_int_eq (counters->units_sold, 2);
}
END_TEST

START_TEST (test_warehouse_fills_from_lots_in_order_of_arrival)
{
    wh_begin ();
    // Dearer lots and other sellers do not change the order, nor do other products between.
    const struct item restocks[] = {
        wh_restock (SUE, 7, "salt", 2, 90),
        wh_restock (SAM, 5, "oil", 9, 1),
        wh_restock (SAM, 4, "salt", 3, 10),
        wh_restock (SUE, 2, "salt", 4, 50),
    };
    (void) wh_commit (TRADER, restocks, 4);
    struct result result = wh_one (wh_buy (ALICE, 1, "salt", 6));
    wh_is_receipt (result, STATUS_SOLD, 6, 0, 2 * 90 + 3 * 10 + 50);
    ck_assert_uint_eq (result.fill_count, 3);
    wh_is_fill (result, 0, (struct fill){.seller = SUE, .lot = 7, .units = 2, .price_cents = 90});
    wh_is_fill (result, 1, (struct fill){.seller = SAM, .lot = 4, .units = 3, .price_cents = 10});
    wh_is_fill (result, 2, (struct fill){.seller = SUE, .lot = 2, .units = 1, .price_cents = 50});
    result = wh_one (wh_buy (BOB, 1, "salt", 3));
    wh_is_receipt (result, STATUS_SOLD, 3, 0, 150);
    wh_is_fill (result, 0, (struct fill){.seller = SUE, .lot = 2, .units = 3, .price_cents = 50});
    ck_assert_int_eq (wh_available ("salt"), 0);
    ck_assert_int_eq (wh_available ("oil"), 9);
}
END_TEST

START_TEST (test_warehouse_sells_within_a_batch_what_came_in_it)
{
    wh_begin ();
    const struct item items[] = {
        wh_buy (ALICE, 1, "salt", 1),       wh_restock (SAM, 1, "salt", 2, 10),
        wh_buy (ALICE, 2, "salt", 5),       wh_buy (BOB, 1, "salt", 1),
        wh_restock (SAM, 2, "salt", 1, 20), wh_buy (BOB, 2, "salt", 1),
    };
    const struct committed *committed = wh_commit (TRADER, items, 6);
    wh_is_receipt (committed->results[0], STATUS_OUT_OF_STOCK, 0, 0, 0);
    wh_is_receipt (committed->results[2], STATUS_SOLD, 2, 0, 20);
    wh_is_receipt (committed->results[3], STATUS_OUT_OF_STOCK, 0, 0, 0);
    wh_is_receipt (committed->results[5], STATUS_SOLD, 1, 0, 20);
    ck_assert_int_eq (wh_available ("salt"), 0);
}
END_TEST

START_TEST (test_warehouse_gives_a_part_unless_all_or_nothing)
{
    bring_salt (5);
    wh_is_receipt (wh_one (wh_buy_all (ALICE, 1, "salt", 6)), STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_int_eq (wh_available ("salt"), 5);
    wh_is_receipt (wh_one (wh_buy_all (ALICE, 2, "salt", 4)), STATUS_SOLD, 4, 0, 60);
    wh_is_receipt (wh_one (wh_buy (BOB, 1, "salt", 6)), STATUS_SOLD, 1, 0, 15);
    wh_is_receipt (wh_one (wh_buy (BOB, 2, "salt", 6)), STATUS_OUT_OF_STOCK, 0, 0, 0);
    wh_is_receipt (wh_one (wh_buy_all (BOB, 3, "salt", 1)), STATUS_OUT_OF_STOCK, 0, 0, 0);
}
END_TEST

START_TEST (test_warehouse_fills_an_order_from_16_lots_at_most)
{
    bring_small_lots (LIMIT_FILLS + 3);
    struct result result = wh_one (wh_buy_all (ALICE, 1, "salt", LIMIT_FILLS + 1));
    wh_is_receipt (result, STATUS_TOO_MANY_LOTS, 0, 0, 0);
    ck_assert_int_eq (wh_available ("salt"), LIMIT_FILLS + 3);
    result = wh_one (wh_buy (ALICE, 2, "salt", LIMIT_FILLS + 2));
    wh_is_receipt (result, STATUS_SOLD, LIMIT_FILLS, 0, LIMIT_FILLS * (LIMIT_FILLS + 1) / 2);
    ck_assert_uint_eq (result.fill_count, LIMIT_FILLS);
    ck_assert_int_eq (wh_available ("salt"), 3);
    wh_is_receipt (wh_one (wh_buy_all (ALICE, 3, "salt", 4)), STATUS_OUT_OF_STOCK, 0, 0, 0);
}
END_TEST

START_TEST (test_warehouse_sells_all_of_16_lots_to_one_order)
{
    bring_small_lots (LIMIT_FILLS);
    struct result result = wh_one (wh_buy_all (ALICE, 1, "salt", LIMIT_FILLS));
    wh_is_receipt (result, STATUS_SOLD, LIMIT_FILLS, 0, LIMIT_FILLS * (LIMIT_FILLS + 1) / 2);
    for (int64_t i = 0; i < LIMIT_FILLS; i++) {
        struct fill fill = {.seller = SAM, .lot = i + 1, .units = 1, .price_cents = i + 1};
        wh_is_fill (result, (size_t) i, fill);
    }
    ck_assert_int_eq (wh_available ("salt"), 0);
}
END_TEST

START_TEST (test_warehouse_keeps_the_refusal_of_what_nobody_offered)
{
    wh_begin ();
    struct result result = wh_one (wh_buy (ALICE, 1, "ghost", 1));
    wh_is_receipt (result, STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_str_eq (result.product, "ghost");
    ck_assert_uint_eq (wh_snapshot ()->stock_count, 0);
    // Asked again it is refused as before, though there is something to sell by now.
    (void) wh_one (wh_restock (SAM, 1, "ghost", 5, 1));
    for (int i = 0; i < 2; i++) {
        result = wh_one_by (OTHER_TRADER, wh_buy (ALICE, 1, "ghost", 1));
        wh_is_receipt (result, STATUS_OUT_OF_STOCK, 0, 0, 0);
        ck_assert_str_eq (result.product, "ghost");
        wh_is_error (wh_one (wh_buy (ALICE, 1, "ghost", 2)), REASON_CONFLICT);
        // Its name was not kept, since nobody had offered it.
        result = wh_one (wh_order_status (ALICE, 1));
        wh_is_receipt (result, STATUS_OUT_OF_STOCK, 0, 0, 0);
        ck_assert_str_eq (result.product, "");
        wh_restart ();
    }
    ck_assert_int_eq (wh_available ("ghost"), 5);
}
END_TEST

// Order 1 of each kind of outcome, to be asked for again.
static const struct item *outcomes (size_t *count)
{
    static struct item items[9];
    items[0] = wh_restock (SAM, 1, "salt", 5, 15);
    items[1] = wh_restock (SUE, 1, "salt", 3, 20);
    items[2] = wh_buy (ALICE, 1, "salt", 7);
    items[3] = wh_buy_all (ALICE, 2, "salt", 2);
    items[4] = wh_promised (wh_buy (ALICE, 3, "salt", 4), 3);
    items[5] = wh_promised (wh_buy (ALICE, 4, "salt", 4), 0);
    items[6] = wh_promised (wh_buy_all (BOB, 1, "salt", 2), 2);
    items[7] = wh_buy (BOB, 2, "ghost", 1);
    items[8] = wh_behind (wh_restock (SUE, 2, "oil", 3, 20));
    *count = 9;
    return items;
}

START_TEST (test_warehouse_answers_a_repetition_alike_for_ever)
{
    wh_begin ();
    size_t count;
    const struct item *items = outcomes (&count);
    static struct wh_kept kept[9];
    const struct committed *committed = wh_commit (TRADER, items, count);
    for (size_t i = 0; i < count; i++) {
        wh_keep (&kept[i], &committed->results[i]);
    }
    wh_is_receipt (kept[2].result, STATUS_SOLD, 7, 0, 5 * 15 + 2 * 20);
    wh_is_receipt (kept[3].result, STATUS_OUT_OF_STOCK, 0, 0, 0);
    wh_is_receipt (kept[4].result, STATUS_OVERSOLD, 1, 2, 20);
    wh_is_receipt (kept[5].result, STATUS_OUT_OF_STOCK, 0, 0, 0);
    wh_is_receipt (kept[6].result, STATUS_OVERSOLD, 0, 2, 0);
    int64_t version = wh_version ();
    for (int round = 0; round < 4; round++) {
        int64_t trader = round % 2 ? TRADER : OTHER_TRADER;
        committed = wh_commit (trader, items, count);
        for (size_t i = 0; i < count; i++) {
            wh_same_result (&committed->results[i], &kept[i].result);
        }
        ck_assert_uint_eq (wh_letters (MESSAGE_SALE) + wh_letters (MESSAGE_OVERSELL)
                               + wh_letters (MESSAGE_INVALIDATION),
                           0);
        ck_assert_int_eq (wh_version (), version);
        if (round == 1) {
            wh_restart ();
        }
    }
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->repeated, 2 * (int64_t) count);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->orders, 0);
}
END_TEST

START_TEST (test_warehouse_answers_a_repetition_in_the_same_batch)
{
    bring_salt (5);
    const struct item items[] = {wh_buy (ALICE, 1, "salt", 2), wh_buy (ALICE, 1, "salt", 2)};
    const struct committed *committed = wh_commit (TRADER, items, 2);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 2, 0, 30);
    wh_same_result (&committed->results[0], &committed->results[1]);
    ck_assert_int_eq (wh_available ("salt"), 3);
}
END_TEST

START_TEST (test_warehouse_tells_sync_and_written_behind_the_same)
{
    bring_salt (5);
    (void) wh_one (wh_promised (wh_buy (ALICE, 1, "salt", 4), 2));
    // How a request came to a trader is no part of it; what was asked for is.
    wh_is_receipt (wh_one (wh_buy (ALICE, 1, "salt", 4)), STATUS_SOLD, 2, 0, 30);
    wh_is_receipt (wh_one (wh_promised (wh_buy (ALICE, 1, "salt", 4), 4)), STATUS_SOLD, 2, 0, 30);
    ck_assert_int_eq (wh_available ("salt"), 3);
}
END_TEST

START_TEST (test_warehouse_refuses_another_body_under_a_number)
{
    bring_salt (5);
    (void) wh_one (wh_restock (SAM, 2, "oil", 5, 15));
    (void) wh_one (wh_buy (ALICE, 1, "salt", 1));
    int64_t version = wh_version ();
    const struct item conflicts[] = {
        wh_buy (ALICE, 1, "oil", 1),           // another product
        wh_buy (ALICE, 1, "ghost", 1),         // that nobody offered
        wh_buy (ALICE, 1, "salt", 2),          // another quantity
        wh_buy_all (ALICE, 1, "salt", 1),      // all or nothing
        wh_restock (ALICE, 1, "salt", 1, 15),  // a restock, not an order
        wh_restock (SAM, 1, "oil", 5, 15),    wh_restock (SAM, 1, "salt", 4, 15),
        wh_restock (SAM, 1, "salt", 5, 16),  // another price
        wh_buy (SAM, 1, "salt", 5),          // an order, not a restock
    };
    enum { COUNT = sizeof conflicts / sizeof conflicts[0] };
    for (int round = 0; round < 2; round++) {
        const struct committed *committed = wh_commit (TRADER, conflicts, COUNT);
        for (size_t i = 0; i < COUNT; i++) {
            wh_is_error (committed->results[i], REASON_CONFLICT);
        }
        ck_assert_int_eq (wh_version (), version);
        wh_is_receipt (wh_one (wh_buy (ALICE, 1, "salt", 1)), STATUS_SOLD, 1, 0, 15);
        ck_assert_int_eq (wh_available ("salt"), 4);
        wh_restart ();
    }
}
END_TEST

START_TEST (test_warehouse_tells_what_became_of_a_request)
{
    bring_salt (5);
    (void) wh_one (wh_buy (ALICE, 1, "salt", 2));
    struct result result = wh_one_by (OTHER_TRADER, wh_order_status (ALICE, 1));
    wh_is_receipt (result, STATUS_SOLD, 2, 0, 30);
    wh_is_fill (result, 0, (struct fill){.seller = SAM, .lot = 1, .units = 2, .price_cents = 15});
    result = wh_one (wh_order_status (ALICE, 2));
    wh_is_receipt (result, STATUS_UNKNOWN, 0, 0, 0);
    ck_assert_str_eq (result.product, "");
    wh_is_receipt (wh_one (wh_order_status (BOB, 1)), STATUS_UNKNOWN, 0, 0, 0);
    wh_is_receipt (wh_one (wh_order_status (SAM, 1)), STATUS_UNKNOWN, 0, 0, 0);
    // Asking makes nothing known: the numbers are still free.
    wh_is_receipt (wh_one (wh_buy (ALICE, 2, "salt", 1)), STATUS_SOLD, 1, 0, 15);
}
END_TEST

START_TEST (test_warehouse_tells_what_is_left_of_a_lot)
{
    bring_salt (5);
    (void) wh_one (wh_restock (SAM, 2, "salt", 1, 9));
    static const int64_t bought[] = {2, 3, 1};
    static const int64_t left[] = {3, 0, 0};
    for (int64_t i = 0; i < 3; i++) {
        (void) wh_one (wh_buy (ALICE, i + 1, "salt", bought[i]));
        struct result result = wh_one (wh_lot_status (SAM, 1));
        ck_assert_int_eq (result.kind, RESULT_LOT);
        ck_assert_str_eq (result.product, "salt");
        ck_assert_int_eq (result.quantity, 5);
        ck_assert_int_eq (result.price_cents, 15);
        ck_assert_int_eq (result.left, left[i]);
        wh_restart ();
        ck_assert_int_eq (wh_one (wh_lot_status (SAM, 1)).left, left[i]);
    }
    wh_is_error (wh_one (wh_lot_status (SAM, 3)), REASON_UNAVAILABLE);
    wh_is_error (wh_one (wh_lot_status (ALICE, 1)), REASON_UNAVAILABLE);
    const struct item same_batch[] = {wh_restock (SAM, 3, "salt", 2, 9),
                                      wh_buy (ALICE, 9, "salt", 2), wh_lot_status (SAM, 3)};
    ck_assert_int_eq (wh_commit (TRADER, same_batch, 3)->results[2].left, 0);
}
END_TEST

START_TEST (test_warehouse_forgets_answers_older_than_those_kept)
{
    wh.config.answers_kept = 4;
    bring_salt (100);
    const int64_t numbers[] = {1, 3, 2, 5};
    for (int i = 0; i < 4; i++) {
        wh_is_receipt (wh_one (wh_buy (ALICE, numbers[i], "salt", 1)), STATUS_SOLD, 1, 0, 15);
    }
    for (int round = 0; round < 2; round++) {
        // 5 is the highest, so 2 to 5 are kept; 4 was never used.
        wh_is_error (wh_one (wh_buy (ALICE, 1, "salt", 1)), REASON_EXPIRED);
        wh_is_error (wh_one (wh_buy (ALICE, 1, "oil", 9)), REASON_EXPIRED);
        wh_is_error (wh_one (wh_order_status (ALICE, 1)), REASON_EXPIRED);
        wh_is_error (wh_one (wh_lot_status (ALICE, 1)), REASON_EXPIRED);
        wh_is_receipt (wh_one (wh_buy (ALICE, 2, "salt", 1)), STATUS_SOLD, 1, 0, 15);
        wh_is_receipt (wh_one (wh_order_status (ALICE, 4)), STATUS_UNKNOWN, 0, 0, 0);
        ck_assert_int_eq (wh_available ("salt"), 96);
        wh_restart ();
    }
    wh_is_receipt (wh_one (wh_buy (ALICE, 4, "salt", 1)), STATUS_SOLD, 1, 0, 15);
    wh_is_receipt (wh_one (wh_buy (ALICE, LIMIT_INTEGER, "salt", 1)), STATUS_SOLD, 1, 0, 15);
    wh_is_error (wh_one (wh_buy (ALICE, LIMIT_INTEGER - 4, "salt", 1)), REASON_EXPIRED);
    wh_is_receipt (wh_one (wh_buy (ALICE, LIMIT_INTEGER - 3, "salt", 1)), STATUS_SOLD, 1, 0, 15);
}
END_TEST

START_TEST (test_warehouse_sells_old_lots_whose_answer_expired)
{
    wh.config.answers_kept = 2;
    bring_salt (3);
    for (int64_t number = 2; number <= 5; number++) {
        (void) wh_one (wh_restock (SAM, number, "oil", 1, 1));
    }
    for (int round = 0; round < 2; round++) {
        wh_is_error (wh_one (wh_lot_status (SAM, 1)), REASON_EXPIRED);
        wh_is_error (wh_one (wh_restock (SAM, 1, "salt", 3, 15)), REASON_EXPIRED);
        struct result result = wh_one (wh_buy (ALICE, round + 1, "salt", 1));
        struct fill fill = {.seller = SAM, .lot = 1, .units = 1, .price_cents = 15};
        wh_is_fill (result, 0, fill);
        wh_restart ();
    }
    ck_assert_int_eq (wh_available ("salt"), 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse");
    TCase *orders = wh_tcase (suite, "orders");
    tcase_add_test (orders, test_warehouse_sells_what_was_restocked);
    tcase_add_test (orders, test_warehouse_fills_from_lots_in_order_of_arrival);
    tcase_add_test (orders, test_warehouse_sells_within_a_batch_what_came_in_it);
    tcase_add_test (orders, test_warehouse_gives_a_part_unless_all_or_nothing);
    tcase_add_test (orders, test_warehouse_fills_an_order_from_16_lots_at_most);
    tcase_add_test (orders, test_warehouse_sells_all_of_16_lots_to_one_order);
    tcase_add_test (orders, test_warehouse_keeps_the_refusal_of_what_nobody_offered);
    TCase *numbers = wh_tcase (suite, "numbers");
    tcase_add_test (numbers, test_warehouse_answers_a_repetition_alike_for_ever);
    tcase_add_test (numbers, test_warehouse_answers_a_repetition_in_the_same_batch);
    tcase_add_test (numbers, test_warehouse_tells_sync_and_written_behind_the_same);
    tcase_add_test (numbers, test_warehouse_refuses_another_body_under_a_number);
    tcase_add_test (numbers, test_warehouse_tells_what_became_of_a_request);
    tcase_add_test (numbers, test_warehouse_tells_what_is_left_of_a_lot);
    tcase_add_test (numbers, test_warehouse_forgets_answers_older_than_those_kept);
    tcase_add_test (numbers, test_warehouse_sells_old_lots_whose_answer_expired);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
