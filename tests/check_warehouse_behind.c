// What the warehouse makes of orders that were promised before it decided, and what it publishes.
#include <stdlib.h>

#include "tests/kit/warehouse_fixture.h"

// SAM's lot 1, salt at 15 each.
static void bring_salt (int64_t quantity)
{
    wh_begin ();
    ck_assert_int_eq (wh_one (wh_restock (SAM, 1, "salt", quantity, 15)).kind, RESULT_RESTOCKED);
}

// The n-th `sale` of the last step.
static void expect_sale (size_t n, int64_t seq, int64_t trader, const char *product,
                         const struct sold_units *sales, size_t count)
{
    const struct sale *sale = &wh_letter (MESSAGE_SALE, n)->message.sale;
    ck_assert_int_eq (sale->seq, seq);
    ck_assert_int_eq (sale->trader, trader);
    ck_assert_str_eq (sale->product, product);
    ck_assert_uint_eq (sale->sale_count, count);
    ck_assert_mem_eq (sale->sales, sales, count * sizeof *sales);
}

START_TEST (test_warehouse_keeps_promises_while_there_is_stock)
{
    bring_salt (10);
    const struct item items[] = {
        wh_promised (wh_buy (ALICE, 1, "salt", 3), 3),
        wh_promised (wh_buy (ALICE, 2, "salt", 5), 2),  // a part was promised: no more is sold
        wh_promised (wh_buy_all (BOB, 1, "salt", 4), 4),
    };
    const struct committed *committed = wh_commit (TRADER, items, 3);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 3, 0, 45);
    wh_is_receipt (committed->results[1], STATUS_SOLD, 2, 0, 30);
    wh_is_receipt (committed->results[2], STATUS_SOLD, 4, 0, 60);
    ck_assert_int_eq (committed->applied, 3);
    ck_assert_uint_eq (committed->stock_count, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_OVERSELL), 0);
    ck_assert_int_eq (wh_available ("salt"), 1);
}
END_TEST

START_TEST (test_warehouse_refuses_for_ever_what_a_trader_refused)
{
    bring_salt (10);
    int64_t version = wh_version ();
    struct item refused = wh_promised (wh_buy (ALICE, 1, "salt", 3), 0);
    const struct committed *committed = wh_commit (TRADER, &refused, 1);
    wh_is_receipt (committed->results[0], STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_int_eq (committed->applied, 1);
    ck_assert_int_eq (committed->version, version);
    ck_assert_uint_eq (committed->stock_count, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 0);
    wh_is_receipt (wh_one (wh_buy (ALICE, 1, "salt", 3)), STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->oversold, 0);
}
END_TEST

START_TEST (test_warehouse_tells_what_was_oversold)
{
    bring_salt (5);
    (void) wh_one (wh_restock (SAM, 2, "oil", 7, 10));
    const struct item items[] = {
        wh_promised (wh_buy (ALICE, 1, "salt", 4), 4),
        wh_promised (wh_buy (ALICE, 2, "salt", 6), 3),   // 1 of 3 is there
        wh_promised (wh_buy (BOB, 1, "salt", 2), 2),     // nothing is
        wh_promised (wh_buy_all (BOB, 2, "oil", 8), 8),  // 7 are no use
        wh_promised (wh_buy_all (BOB, 3, "oil", 7), 7),
    };
    const struct committed *committed = wh_commit (TRADER, items, 5);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 4, 0, 60);
    wh_is_receipt (committed->results[1], STATUS_OVERSOLD, 1, 2, 15);
    wh_is_receipt (committed->results[2], STATUS_OVERSOLD, 0, 2, 0);
    wh_is_receipt (committed->results[3], STATUS_OVERSOLD, 0, 8, 0);
    wh_is_receipt (committed->results[4], STATUS_SOLD, 7, 0, 70);
    // The corrections say what is left when all of the batch is done, each product once.
    ck_assert_uint_eq (committed->stock_count, 2);
    ck_assert_str_eq (committed->stock[0].product, "salt");
    ck_assert_int_eq (committed->stock[0].available, 0);
    ck_assert_str_eq (committed->stock[1].product, "oil");
    ck_assert_int_eq (committed->stock[1].available, 0);
    ck_assert_int_eq (committed->applied, 5);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->oversold, 3);
}
END_TEST

START_TEST (test_warehouse_corrects_the_stock_when_nothing_was_left_to_touch)
{
    bring_salt (1);
    (void) wh_one (wh_buy (BOB, 1, "salt", 1));
    int64_t version = wh_version ();
    struct item item = wh_promised (wh_buy (ALICE, 1, "salt", 1), 1);
    const struct committed *committed = wh_commit (TRADER, &item, 1);
    ck_assert_int_eq (committed->version, version + 1);
    ck_assert_uint_eq (committed->stock_count, 1);
    ck_assert_int_eq (committed->stock[0].available, 0);
    ck_assert_int_eq (wh_letter (MESSAGE_INVALIDATION, 0)->message.invalidation.available, 0);
}
END_TEST

START_TEST (test_warehouse_tells_of_an_oversold_product_that_never_came)
{
    wh_begin ();
    struct item item = wh_promised (wh_buy (ALICE, 1, "ghost", 3), 2);
    const struct committed *committed = wh_commit (TRADER, &item, 1);
    wh_is_receipt (committed->results[0], STATUS_OVERSOLD, 0, 2, 0);
    ck_assert_uint_eq (committed->stock_count, 1);
    ck_assert_str_eq (committed->stock[0].product, "ghost");
    ck_assert_int_eq (committed->stock[0].available, 0);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->oversold, 1);
    const struct letter *letter = wh_letter (MESSAGE_OVERSELL, 0);
    ck_assert_int_eq (letter->to, TRADER);
    ck_assert_str_eq (letter->message.oversell.product, "ghost");
    ck_assert_int_eq (letter->message.oversell.missing, 2);
    ck_assert_uint_eq (wh_snapshot ()->stock_count, 0);
}
END_TEST

START_TEST (test_warehouse_corrects_the_stock_again_when_the_batch_is_repeated)
{
    bring_salt (3);
    const struct item items[] = {wh_promised (wh_buy (ALICE, 1, "salt", 4), 4),
                                 wh_promised (wh_buy (ALICE, 2, "ghost", 1), 1)};
    for (int i = 0; i < 3; i++) {
        const struct committed *committed = wh_commit_as (TRADER, 2, items, 2);
        wh_is_receipt (committed->results[0], STATUS_OVERSOLD, 3, 1, 45);
        ck_assert_uint_eq (committed->stock_count, 2);
        ck_assert_str_eq (committed->stock[0].product, "salt");
        ck_assert_int_eq (committed->stock[0].available, 0);
        ck_assert_str_eq (committed->stock[1].product, "ghost");
        if (i == 1) {
            wh_restart ();
        }
    }
}
END_TEST

// Its trader has counted it once more than the warehouse has.
START_TEST (test_warehouse_tells_the_stock_of_what_it_knows_already)
{
    bring_salt (3);
    const struct item order = wh_buy (ALICE, 1, "salt", 1);
    (void) wh_commit (TRADER, &order, 1);
    const struct item again = wh_promised (order, 1);
    const struct committed *committed = wh_commit (TRADER, &again, 1);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 1, 0, 15);
    ck_assert_uint_eq (committed->stock_count, 1);
    ck_assert_str_eq (committed->stock[0].product, "salt");
    ck_assert_int_eq (committed->stock[0].available, 2);
}
END_TEST

START_TEST (test_warehouse_refuses_a_promise_that_no_trader_can_make)
{
    bring_salt (10);
    int64_t version = wh_version ();
    const struct item items[] = {
        wh_promised (wh_buy (ALICE, 1, "salt", 3), 4),      // more than was asked for
        wh_promised (wh_buy_all (ALICE, 2, "salt", 3), 2),  // a part of all or nothing
    };
    const struct committed *committed = wh_commit (TRADER, items, 2);
    wh_is_error (committed->results[0], REASON_BAD_REQUEST);
    wh_is_error (committed->results[1], REASON_BAD_REQUEST);
    ck_assert_int_eq (committed->version, version);
    ck_assert_int_eq (committed->applied, 2);
    // Nothing was kept under these numbers.
    wh_is_receipt (wh_one (wh_order_status (ALICE, 1)), STATUS_UNKNOWN, 0, 0, 0);
    wh_is_receipt (wh_one (wh_buy (ALICE, 2, "salt", 1)), STATUS_SOLD, 1, 0, 15);
}
END_TEST

START_TEST (test_warehouse_publishes_sales_and_what_is_left)
{
    bring_salt (2);
    (void) wh_one (wh_restock (SUE, 4, "salt", 3, 20));
    const struct stock *stock = wh_snapshot ();
    int64_t version = stock->version;
    int64_t epoch = stock->epoch;
    const struct item items[] = {wh_behind (wh_restock (SAM, 2, "oil", 1, 9)),
                                 wh_buy (ALICE, 1, "salt", 4)};
    const struct committed *committed = wh_commit (OTHER_TRADER, items, 2);
    ck_assert_int_eq (committed->version, version + 2);
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 1);
    const struct letter *sold = wh_letter (MESSAGE_SALE, 0);
    ck_assert_int_eq (sold->port, PORT_NEWS);
    ck_assert_int_eq (sold->message.sale.epoch, epoch);
    const struct sold_units sales[] = {{ALICE, 1, SAM, 1, 2, 15}, {ALICE, 1, SUE, 4, 2, 20}};
    expect_sale (0, 1, OTHER_TRADER, "salt", sales, 2);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 2);
    static const char *const products[] = {"oil", "salt"};
    static const int64_t seqs[] = {1, 3};
    for (size_t i = 0; i < 2; i++) {
        const struct letter *letter = wh_letter (MESSAGE_INVALIDATION, i);
        const struct invalidation *news = &letter->message.invalidation;
        ck_assert_int_eq (letter->port, PORT_NEWS);
        ck_assert_str_eq (news->product, products[i]);
        ck_assert_int_eq (news->available, 1);
        ck_assert_int_eq (news->epoch, epoch);
        ck_assert_int_eq (news->seq, seqs[i]);
        ck_assert_int_eq (news->version, version + 1 + (int64_t) i);
        ck_assert_uint_eq (news->trader_count, 2);
        ck_assert_int_eq (news->traders[0].trader, TRADER);
        ck_assert_int_eq (news->traders[0].count, 0);
        ck_assert_int_eq (news->traders[1].trader, OTHER_TRADER);
        ck_assert_int_eq (news->traders[1].epoch, 1);
        ck_assert_int_eq (news->traders[1].count, 1);
    }
    ck_assert_uint_eq (wh.out.letter_count, 4);
}
END_TEST

START_TEST (test_warehouse_publishes_the_sales_of_a_batch_by_product)
{
    bring_salt (10);
    (void) wh_one (wh_restock (SUE, 1, "oil", 10, 20));
    const struct item items[] = {
        wh_restock (SUE, 2, "salt", 1, 20), wh_buy (BOB, 1, "oil", 3),
        wh_buy (ALICE, 1, "salt", 2),       wh_buy (BOB, 2, "oil", 1),
        wh_buy (ALICE, 1, "salt", 2),  // It comes again, and is no second sale.
        wh_buy (BOB, 3, "salt", 1),         wh_buy (BOB, 4, "fish", 1),
    };
    (void) wh_commit (TRADER, items, sizeof items / sizeof items[0]);
    // In the order of their first sale, and before the stock.
    const struct sold_units oil[] = {{BOB, 1, SUE, 1, 3, 20}, {BOB, 2, SUE, 1, 1, 20}};
    const struct sold_units salt[] = {{ALICE, 1, SAM, 1, 2, 15}, {BOB, 3, SAM, 1, 1, 15}};
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 2);
    expect_sale (0, 1, TRADER, "oil", oil, 2);
    expect_sale (1, 1, TRADER, "salt", salt, 2);
    ck_assert (wh_letter (MESSAGE_SALE, 1) < wh_letter (MESSAGE_INVALIDATION, 0));
    // A batch that is repeated sells nothing, and what was told is not told again.
    (void) wh_commit_as (TRADER, wh.streams[TRADER].batch, items, sizeof items / sizeof items[0]);
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 0);
    (void) wh_one (wh_buy (ALICE, 2, "salt", 1));
    const struct sold_units next[] = {{ALICE, 2, SAM, 1, 1, 15}};
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 1);
    expect_sale (0, 2, TRADER, "salt", next, 1);
}
END_TEST

START_TEST (test_warehouse_publishes_more_sales_than_a_message_holds_in_several)
{
    enum { ORDERS = 20, FILLS = 15, LOTS = ORDERS * FILLS };
    struct item items[LOTS];
    struct sold_units sales[LOTS];
    wh_begin ();
    for (int64_t i = 0; i < LOTS; i++) {
        items[i] = wh_restock (SAM, i + 1, "salt", 1, 15 + i);
        sales[i] = (struct sold_units){ALICE, i / FILLS + 1, SAM, i + 1, 1, 15 + i};
    }
    (void) wh_commit (TRADER, items, LOTS);
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 0);  // An empty one is never published.
    for (int64_t i = 0; i < ORDERS; i++) {
        items[i] = wh_buy (ALICE, i + 1, "salt", FILLS);
    }
    (void) wh_commit (TRADER, items, ORDERS);
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), 2);
    expect_sale (0, 1, TRADER, "salt", sales, LIMIT_SALES);
    expect_sale (1, 2, TRADER, "salt", sales + LIMIT_SALES, LOTS - LIMIT_SALES);
}
END_TEST

START_TEST (test_warehouse_publishes_oversells_to_their_trader)
{
    bring_salt (1);
    for (int64_t number = 1; number <= 3; number++) {
        int64_t trader = number == 2 ? OTHER_TRADER : TRADER;
        (void) wh_one_by (trader, wh_promised (wh_buy (ALICE, number, "salt", 5), 2));
        const struct letter *letter = wh_letter (MESSAGE_OVERSELL, 0);
        const struct oversell *oversell = &letter->message.oversell;
        ck_assert_int_eq (letter->port, PORT_NEWS);
        ck_assert_int_eq (letter->to, trader);
        ck_assert_int_eq (oversell->trader, trader);
        ck_assert_int_eq (oversell->epoch, 1);
        ck_assert_int_eq (oversell->seq, number == 3 ? 2 : 1);
        ck_assert_int_eq (oversell->buyer, ALICE);
        ck_assert_int_eq (oversell->number, number);
        ck_assert_str_eq (oversell->product, "salt");
        ck_assert_int_eq (oversell->units, number == 1 ? 1 : 0);
        ck_assert_int_eq (oversell->missing, number == 1 ? 1 : 2);
        ck_assert_int_eq (oversell->amount_cents, number == 1 ? 15 : 0);
    }
    // A new life counts from 1 again, in a new epoch.
    wh_restart ();
    (void) wh_one (wh_promised (wh_buy (ALICE, 4, "salt", 1), 1));
    ck_assert_int_eq (wh_letter (MESSAGE_OVERSELL, 0)->message.oversell.epoch, 2);
    ck_assert_int_eq (wh_letter (MESSAGE_OVERSELL, 0)->message.oversell.seq, 1);
    ck_assert_int_eq (wh_letter (MESSAGE_INVALIDATION, 0)->message.invalidation.epoch, 2);
    ck_assert_int_eq (wh_letter (MESSAGE_INVALIDATION, 0)->message.invalidation.seq, 1);
}
END_TEST

START_TEST (test_warehouse_publishes_nothing_when_told_so)
{
    wh.config.publish = false;
    bring_salt (5);
    ck_assert_int_eq (wh_version (), 1);
    const struct item items[] = {wh_buy (ALICE, 1, "salt", 1),
                                 wh_promised (wh_buy (ALICE, 2, "salt", 9), 9),
                                 wh_restock (SAM, 2, "oil", 1, 1)};
    const struct committed *committed = wh_commit (TRADER, items, 3);
    ck_assert_int_eq (committed->version, 3);
    ck_assert_uint_eq (committed->stock_count, 1);
    ck_assert_uint_eq (wh.out.letter_count, 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_behind");
    TCase *promises = wh_tcase (suite, "promises");
    tcase_add_test (promises, test_warehouse_keeps_promises_while_there_is_stock);
    tcase_add_test (promises, test_warehouse_refuses_for_ever_what_a_trader_refused);
    tcase_add_test (promises, test_warehouse_tells_what_was_oversold);
    tcase_add_test (promises, test_warehouse_corrects_the_stock_when_nothing_was_left_to_touch);
    tcase_add_test (promises, test_warehouse_tells_of_an_oversold_product_that_never_came);
    tcase_add_test (promises, test_warehouse_corrects_the_stock_again_when_the_batch_is_repeated);
    tcase_add_test (promises, test_warehouse_tells_the_stock_of_what_it_knows_already);
    tcase_add_test (promises, test_warehouse_refuses_a_promise_that_no_trader_can_make);
    TCase *news = wh_tcase (suite, "news");
    tcase_add_test (news, test_warehouse_publishes_sales_and_what_is_left);
    tcase_add_test (news, test_warehouse_publishes_the_sales_of_a_batch_by_product);
    tcase_add_test (news, test_warehouse_publishes_more_sales_than_a_message_holds_in_several);
    tcase_add_test (news, test_warehouse_publishes_oversells_to_their_trader);
    tcase_add_test (news, test_warehouse_publishes_nothing_when_told_so);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
