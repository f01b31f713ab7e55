// Where the money of a sale goes, and what the warehouse refuses at its bounds.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/warehouse_fixture.h"
#include "tests/kit/warehouse_store.h"

// SAM's lot 1, salt at 15 each.
static void bring_salt (int64_t quantity)
{
    wh_begin ();
    ck_assert_int_eq (wh_one (wh_restock (SAM, 1, "salt", quantity, 15)).kind, RESULT_RESTOCKED);
}

START_TEST (test_warehouse_rounds_the_commission_down_once_a_fill)
{
    wh.config.commission_percent = 15;
    wh_begin ();
    const struct item restocks[] = {
        wh_restock (SAM, 1, "salt", 1, 33),
        wh_restock (SUE, 1, "salt", 3, 13),
        wh_restock (SAM, 2, "salt", 1, 6),
        wh_restock (SAM, 3, "salt", 1, 100),
    };
    (void) wh_commit (TRADER, restocks, 4);
    (void) wh_one (wh_buy (ALICE, 1, "salt", 6));
    // 15 % of 33, 39, 6 and 100: 4.95, 5.85, 0.9 and 15.
    ck_assert_int_eq (wh_store_balance (wh.store, TRADER), 4 + 5 + 0 + 15);
    ck_assert_int_eq (wh_store_balance (wh.store, SAM), 29 + 6 + 85);
    ck_assert_int_eq (wh_store_balance (wh.store, SUE), 34);
    ck_assert_int_eq (wh_store_balance (wh.store, ALICE), -178);
}
END_TEST

static const int64_t percents[] = {0, 20, 100};

START_TEST (test_warehouse_gives_the_commission_that_is_set)
{
    wh.config.commission_percent = percents[_i];
    bring_salt (3);
    (void) wh_one_by (OTHER_TRADER, wh_buy (ALICE, 1, "salt", 1));
    ck_assert_int_eq (wh_store_balance (wh.store, OTHER_TRADER), 15 * percents[_i] / 100);
    ck_assert_int_eq (wh_store_balance (wh.store, SAM), 15 - 15 * percents[_i] / 100);
    ck_assert_int_eq (wh_store_balance (wh.store, ALICE), -15);
    ck_assert_int_eq (wh_store_balance (wh.store, TRADER), 0);
    // Balances survive, and go on from where they were.
    wh_restart ();
    (void) wh_one_by (OTHER_TRADER, wh_buy (ALICE, 2, "salt", 1));
    ck_assert_int_eq (wh_store_balance (wh.store, ALICE), -30);
    ck_assert_int_eq (wh_store_balance (wh.store, OTHER_TRADER), 2 * (15 * percents[_i] / 100));
}
END_TEST

START_TEST (test_warehouse_lets_a_node_trade_with_itself)
{
    wh_begin ();
    (void) wh_one (wh_restock (TRADER, 1, "salt", 2, 50));
    (void) wh_one (wh_restock (SAM, 1, "salt", 2, 50));
    wh_is_receipt (wh_one (wh_buy (TRADER, 2, "salt", 3)), STATUS_SOLD, 3, 0, 150);
    ck_assert_int_eq (wh_store_balance (wh.store, TRADER), -40);
    ck_assert_int_eq (wh_store_balance (wh.store, SAM), 40);
}
END_TEST

START_TEST (test_warehouse_refuses_a_sale_that_no_account_can_bear)
{
    wh_begin ();
    // The dearest sale of all moves 10^15 cents: a buyer can pay nine of them.
    for (int64_t number = 1; number <= 10; number++) {
        (void) wh_one (wh_restock (SAM + number, 1, "gold", LIMIT_QUANTITY, LIMIT_PRICE_CENTS));
    }
    for (int64_t number = 1; number <= 9; number++) {
        struct item item = wh_buy (ALICE, number, "gold", LIMIT_QUANTITY);
        wh_is_receipt (wh_one (item), STATUS_SOLD, LIMIT_QUANTITY, 0, INT64_C (1000000000000000));
    }
    int64_t version = wh_version ();
    for (int round = 0; round < 2; round++) {
        struct item item = wh_promised (wh_buy (ALICE, 10, "gold", LIMIT_QUANTITY), LIMIT_QUANTITY);
        wh_is_error (wh_one (item), REASON_LIMIT);
        wh_is_error (wh_one (wh_buy (ALICE, 10, "gold", LIMIT_QUANTITY)), REASON_LIMIT);
        ck_assert_int_eq (wh_version (), version);
        ck_assert_int_eq (wh_available ("gold"), LIMIT_QUANTITY);
        wh_restart ();
    }
    // Nothing was kept under the number: a smaller order may have it.
    wh_is_receipt (wh_one (wh_buy (ALICE, 10, "gold", 1)), STATUS_SOLD, 1, 0, LIMIT_PRICE_CENTS);
    wh_is_receipt (wh_one (wh_buy (BOB, 1, "gold", 1)), STATUS_SOLD, 1, 0, LIMIT_PRICE_CENTS);
}
END_TEST

// All of the money goes to the one seller, or to the one trader.
START_TEST (test_warehouse_refuses_a_sale_that_nobody_can_be_paid_for)
{
    wh.config.commission_percent = _i ? 100 : 0;
    wh_begin ();
    for (int64_t number = 1; number <= 10; number++) {
        (void) wh_one (wh_restock (SAM, number, "gold", LIMIT_QUANTITY, LIMIT_PRICE_CENTS));
    }
    for (int64_t i = 1; i <= 9; i++) {
        struct result result = wh_one (wh_buy (ALICE + 20 + i, 1, "gold", LIMIT_QUANTITY));
        ck_assert_int_eq (result.kind, RESULT_RECEIPT);
    }
    wh_is_error (wh_one (wh_buy (ALICE, 1, "gold", LIMIT_QUANTITY)), REASON_LIMIT);
    ck_assert_int_eq (wh_available ("gold"), LIMIT_QUANTITY);
    ck_assert_int_eq (wh_store_balance (wh.store, _i ? TRADER : SAM), INT64_C (9000000000000000));
    ck_assert_int_eq (wh_store_balance (wh.store, ALICE), 0);
}
END_TEST

START_TEST (test_warehouse_refuses_a_product_beyond_the_limit)
{
    wh.unchecked = true;
    wh_begin ();
    char name[LIMIT_PRODUCT_NAME + 1];
    for (int64_t i = 1; i <= LIMIT_PRODUCTS; i++) {
        snprintf (name, sizeof name, "p%d", (int) i);
        ck_assert_int_eq (wh_one (wh_restock (SAM, i, name, 1, 1)).kind, RESULT_RESTOCKED);
    }
    for (int round = 0; round < 2; round++) {
        struct item item = wh_behind (wh_restock (SUE, 1, "one-more", 1, 1));
        const struct committed *committed = wh_commit (TRADER, &item, 1);
        wh_is_error (committed->results[0], REASON_LIMIT);
        ck_assert_uint_eq (wh_snapshot ()->stock_count, LIMIT_PRODUCTS);
        wh_restart ();
    }
    ck_assert_int_eq (wh_one (wh_restock (SUE, 1, "p7", 1, 1)).kind, RESULT_RESTOCKED);
    wh_is_receipt (wh_one (wh_buy (ALICE, 1, "p1024", 1)), STATUS_SOLD, 1, 0, 1);
}
END_TEST

START_TEST (test_warehouse_refuses_a_client_beyond_the_limit)
{
    wh.unchecked = true;
    wh_begin ();
    enum { FIRST = 100 };
    static struct item items[LIMIT_BATCH];
    for (int64_t client = 0; client < LIMIT_CLIENTS; client += LIMIT_BATCH) {
        for (int64_t i = 0; i < LIMIT_BATCH; i++) {
            items[i] = wh_buy (FIRST + client + i, 1, "salt", 1);
        }
        const struct committed *committed = wh_commit (TRADER, items, LIMIT_BATCH);
        wh_is_receipt (committed->results[LIMIT_BATCH - 1], STATUS_OUT_OF_STOCK, 0, 0, 0);
    }
    wh_is_error (wh_one (wh_restock (SAM, 1, "salt", 1, 1)), REASON_LIMIT);
    wh_is_error (wh_one (wh_buy (ALICE, 1, "salt", 1)), REASON_LIMIT);
    wh_is_receipt (wh_one (wh_order_status (ALICE, 1)), STATUS_UNKNOWN, 0, 0, 0);
    ck_assert_uint_eq (wh_snapshot ()->stock_count, 0);
    // Those who are known go on.
    ck_assert_int_eq (wh_one (wh_restock (FIRST, 2, "salt", 1, 1)).kind, RESULT_RESTOCKED);
    wh_is_receipt (wh_one (wh_buy (FIRST + 1, 2, "salt", 1)), STATUS_SOLD, 1, 0, 1);
}
END_TEST

START_TEST (test_warehouse_refuses_a_lot_beyond_the_limit_and_makes_no_product_for_it)
{
    wh.unchecked = true;
    wh.losing = true;  // A million lots need no store.
    wh.config.publish = false;
    wh.warehouse = warehouse_new (&wh.config, 1);
    (void) wh_join (TRADER, 1);
    static struct item items[LIMIT_BATCH];
    for (int64_t lot = 0; lot < LIMIT_LOTS; lot += LIMIT_BATCH) {
        for (int64_t i = 0; i < LIMIT_BATCH; i++) {
            items[i] = wh_restock (SAM, lot + i + 1, "salt", 1, 1);
        }
        const struct committed *committed = wh_commit (TRADER, items, LIMIT_BATCH);
        ck_assert_int_eq (committed->results[LIMIT_BATCH - 1].kind, RESULT_RESTOCKED);
    }
    const struct item more[] = {wh_restock (SUE, 1, "salt", 1, 1),
                                wh_restock (SUE, 2, "oil", 1, 1)};
    const struct committed *committed = wh_commit (TRADER, more, 2);
    wh_is_error (committed->results[0], REASON_LIMIT);
    wh_is_error (committed->results[1], REASON_LIMIT);
    ck_assert_uint_eq (wh_snapshot ()->stock_count, 1);
    ck_assert_int_eq (wh_available ("salt"), LIMIT_LOTS);
    // A lot that is sold out makes room for another.
    wh_is_receipt (wh_one (wh_buy (ALICE, 1, "salt", 1)), STATUS_SOLD, 1, 0, 1);
    ck_assert_int_eq (wh_one (wh_restock (SUE, 2, "oil", 1, 1)).kind, RESULT_RESTOCKED);
}
END_TEST

START_TEST (test_warehouse_takes_as_many_traders_as_the_limit)
{
    wh.unchecked = true;
    wh_restart ();
    for (int64_t trader = LIMIT_TRADERS; trader >= 1; trader--) {
        ck_assert_int_eq (wh_join (trader, trader), 1);
    }
    for (int round = 0; round < 2; round++) {
        struct message request = {.type = MESSAGE_JOIN, .from = LIMIT_TRADERS + 1};
        (void) wh_refused (&request, REASON_LIMIT);
        ck_assert_uint_eq (wh.out.record_count, 0);
        const struct stock *stock = wh_snapshot ();
        ck_assert_uint_eq (stock->trader_count, LIMIT_TRADERS);
        for (int64_t i = 0; i < LIMIT_TRADERS; i++) {
            ck_assert_int_eq (stock->traders[i].trader, i + 1);
        }
        wh_restart ();
    }
    ck_assert_int_eq (wh_join (LIMIT_TRADERS, 9999), 2);
}
END_TEST

// AddressSanitizer counts for itself, where it is linked in.
size_t __sanitizer_get_current_allocated_bytes (void) __attribute__ ((weak));

static size_t heap_bytes (void)
{
    return __sanitizer_get_current_allocated_bytes ? __sanitizer_get_current_allocated_bytes ()
                                                   : mallinfo2 ().uordblks;
}

START_TEST (test_warehouse_needs_no_more_memory_in_a_steady_market)
{
    wh.unchecked = true;
    wh.losing = true;
    wh.config.answers_kept = 64;
    wh.warehouse = warehouse_new (&wh.config, 1);
    (void) wh_join (TRADER, 1);
    size_t warm = 0;
    for (int64_t number = 1; number <= 20000; number++) {
        const struct item items[] = {
            wh_restock (SAM, number, "salt", 1, 5),
            wh_restock (SUE, number, "salt", 2, 5),
            wh_promised (wh_buy (ALICE, number, "salt", 4), 4),
            wh_buy (BOB, number, "oil", 1),
        };
        (void) wh_commit (TRADER, items, 4);
        if (number == 1000) {
            warm = heap_bytes ();
        }
    }
    ck_assert_uint_gt (warm, 0);
    ck_assert_uint_le (heap_bytes (), warm);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_bounds");
    TCase *money = wh_tcase (suite, "money");
    tcase_add_test (money, test_warehouse_rounds_the_commission_down_once_a_fill);
    tcase_add_loop_test (money, test_warehouse_gives_the_commission_that_is_set, 0,
                         (int) (sizeof percents / sizeof percents[0]));
    tcase_add_test (money, test_warehouse_lets_a_node_trade_with_itself);
    tcase_add_test (money, test_warehouse_refuses_a_sale_that_no_account_can_bear);
    tcase_add_loop_test (money, test_warehouse_refuses_a_sale_that_nobody_can_be_paid_for, 0, 2);
    TCase *bounds = wh_tcase (suite, "bounds");
    tcase_set_timeout (bounds, 120);
    tcase_add_test (bounds, test_warehouse_refuses_a_product_beyond_the_limit);
    tcase_add_test (bounds, test_warehouse_refuses_a_client_beyond_the_limit);
    tcase_add_test (bounds,
                    test_warehouse_refuses_a_lot_beyond_the_limit_and_makes_no_product_for_it);
    tcase_add_test (bounds, test_warehouse_needs_no_more_memory_in_a_steady_market);
    tcase_add_test (bounds, test_warehouse_takes_as_many_traders_as_the_limit);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
