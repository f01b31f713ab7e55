// What the warehouse makes durable, and how it is rebuilt from that.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/warehouse_fixture.h"
#include "tests/kit/warehouse_store.h"

START_TEST (test_warehouse_records_a_batch_in_order)
{
    wh_begin ();
    const struct item items[] = {
        wh_restock (SAM, 4, "salt", 2, 10),
        wh_restock (SUE, 9, "salt", 5, 7),
        wh_buy (ALICE, 1, "salt", 3),
        wh_restock (SAM, 5, "oil", 1, 3),
        wh_promised (wh_buy_all (BOB, 6, "salt", 5), 5),
        wh_buy (BOB, 8, "ghost", 1),
        wh_buy (ALICE, 1, "salt", 3),
        wh_buy (BOB, 7, "salt", 1),
    };
    (void) wh_commit (TRADER, items, 8);
    ck_assert_str_eq (
        wh_records (),
        "product 1 salt\n"
        "lot 1 seller 21/4 trader 1 product 1 price 10 quantity 2 left 2\n"
        "lot 2 seller 22/9 trader 1 product 1 price 7 quantity 5 left 5\n"
        "order 11/1 trader 1 product 1 quantity 3 part sold units 3 missing 0 amount 27\n"
        "fill 11/1 lot 1 seller 21/4 trader 1 units 2 price 10 commission 4\n"
        "fill 11/1 lot 2 seller 22/9 trader 1 units 1 price 7 commission 1\n"
        "product 2 oil\n"
        "lot 3 seller 21/5 trader 1 product 2 price 3 quantity 1 left 1\n"
        "order 12/6 trader 1 product 1 quantity 5 all oversold units 0 missing 5 amount 0\n"
        "order 12/8 trader 1 product 0 quantity 1 part out_of_stock units 0 missing 0 amount 0\n"
        "order 12/7 trader 1 product 1 quantity 1 part sold units 1 missing 0 amount 7\n"
        "fill 12/7 lot 2 seller 22/9 trader 1 units 1 price 7 commission 1\n"
        "lot 2 left 3\n"
        "lot 1 left 0\n"
        "account 11 -27\n"
        "account 21 16\n"
        "account 1 6\n"
        "account 22 12\n"
        "account 12 -7\n"
        "trader 1 epoch 1 nonce 1 batch 1 applied 1\n"
        "warehouse epoch 1 version 2 market 2433363436\n");
    struct item item = wh_buy (BOB, 9, "salt", 1);
    (void) wh_commit (OTHER_TRADER, &item, 1);
    ck_assert_str_eq (
        wh_records (),
        "order 12/9 trader 2 product 1 quantity 1 part sold units 1 missing 0 amount 7\n"
        "fill 12/9 lot 2 seller 22/9 trader 2 units 1 price 7 commission 1\n"
        "lot 2 left 2\n"
        "account 12 -14\n"
        "account 22 18\n"
        "account 2 1\n"
        "trader 2 epoch 1 nonce 1 batch 1 applied 0\n"
        "warehouse epoch 1 version 3 market 2433363436\n");
}
END_TEST

START_TEST (test_warehouse_records_each_of_its_lives)
{
    wh_restart ();
    ck_assert_str_eq (wh_records (), "warehouse epoch 1 version 0 market 2433363436\n");
    (void) wh_join (TRADER, 1);
    (void) wh_one (wh_restock (SAM, 1, "salt", 1, 1));
    wh_restart ();
    ck_assert_str_eq (wh_records (), "warehouse epoch 2 version 1 market 2433363436\n");
}
END_TEST

START_TEST (test_warehouse_knows_nothing_of_a_batch_that_was_not_written)
{
    wh_begin ();
    (void) wh_one (wh_restock (SAM, 1, "salt", 5, 10));
    const struct item items[] = {wh_promised (wh_buy (ALICE, 1, "salt", 2), 2),
                                 wh_restock (SUE, 1, "oil", 3, 1), wh_buy (BOB, 1, "oil", 1)};
    wh.losing = true;
    ck_assert_int_eq (wh_commit_as (TRADER, 2, items, 3)->applied, 1);
    wh_restart ();
    ck_assert_int_eq (wh_available ("salt"), 5);
    ck_assert_int_eq (wh_available ("oil"), -1);
    ck_assert_int_eq (wh_version (), 1);
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_order_status (ALICE, 1)), STATUS_UNKNOWN, 0, 0, 0);
    // It is expected still, and applied as if for the first time.
    struct message next = wh_batch (TRADER, 1, 3, items, 3);
    ck_assert_int_eq (wh_refused (&next, REASON_GAP)->number, 2);
    const struct committed *committed = wh_commit_as (TRADER, 2, items, 3);
    ck_assert_int_eq (committed->applied, 1);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 2, 0, 20);
    wh_is_receipt (committed->results[2], STATUS_SOLD, 1, 0, 1);
    ck_assert_int_eq (wh_available ("salt"), 3);
}
END_TEST

START_TEST (test_warehouse_sells_on_from_where_it_was_killed)
{
    wh_begin ();
    const struct item restocks[] = {wh_restock (SAM, 1, "salt", 3, 10),
                                    wh_restock (SUE, 1, "salt", 4, 20)};
    (void) wh_commit (TRADER, restocks, 2);
    (void) wh_one (wh_buy (ALICE, 1, "salt", 1));
    wh_restart ();
    (void) wh_one (wh_restock (SAM, 2, "salt", 2, 30));
    struct result result = wh_one (wh_buy (BOB, 1, "salt", 7));
    wh_is_receipt (result, STATUS_SOLD, 7, 0, 2 * 10 + 4 * 20 + 30);
    wh_is_fill (result, 0, (struct fill){.seller = SAM, .lot = 1, .units = 2, .price_cents = 10});
    wh_is_fill (result, 1, (struct fill){.seller = SUE, .lot = 1, .units = 4, .price_cents = 20});
    wh_is_fill (result, 2, (struct fill){.seller = SAM, .lot = 2, .units = 1, .price_cents = 30});
    ck_assert_int_eq (wh_store_restocked (wh.store, 1), 9);
    ck_assert_int_eq (wh_store_sold (wh.store, 1), 8);
    ck_assert_int_eq (wh_store_left (wh.store, 1), 1);
}
END_TEST

enum { GONE = 3 };  // a trader that has left

static char long_router[LIMIT_ENDPOINT + 2];

// Behind a product, a lot of SAM's that TRADER has a unit of, TRADER in epoch 3 and an order of
// ALICE's.
static const struct record bad[] = {
    {.type = RECORD_PRODUCT, .product = {3, "oil", 0, 0}},  // the second is missing
    {.type = RECORD_PRODUCT, .product = {2, "salt", 0, 0}},
    {.type = RECORD_PRODUCT, .product = {2, "Salt & oil", 0, 0}},
    {.type = RECORD_LOT, .lot = {2, SUE, 1, 1, 1, 10, 5, 5, 0}},  // not after the one before
    {.type = RECORD_LOT, .lot = {3, SAM, 1, 1, 1, 10, 5, 5, 0}},  // the seller's number again
    {.type = RECORD_LOT, .lot = {3, SUE, 1, 1, 2, 10, 5, 5, 0}},  // of no product
    {.type = RECORD_LOT, .lot = {3, SUE, 1, 1, 1, 10, 5, 6, 0}},
    {.type = RECORD_LOT, .lot = {3, SUE, 1, 1, 1, 10, 5, -1, 0}},
    {.type = RECORD_LOT, .lot = {3, SUE, 0, 1, 1, 10, 5, 5, 0}},
    {.type = RECORD_LOT, .lot = {3, SUE, -7, 1, 1, 10, 5, 5, 0}},
    {.type = RECORD_LOT, .lot = {3, -1, 1, 1, 1, 10, 5, 5, 0}},
    {.type = RECORD_LOT, .lot = {3, LIMIT_NODE + 1, 1, 1, 1, 10, 5, 5, 0}},
    {.type = RECORD_LOT, .lot = {3, SUE, 1, 1, 1, 0, 5, 5, 0}},
    {.type = RECORD_LOT, .lot = {3, SUE, 1, 1, 1, 10, LIMIT_QUANTITY + 1, 5, 0}},
    {.type = RECORD_LOT_LEFT, .lot_left = {2, 5}},
    {.type = RECORD_ORDER, .order = {ALICE, 1, 1, 1, 1, false, STATUS_SOLD, 1, 0, 10}},
    {.type = RECORD_ORDER, .order = {ALICE, 2, 1, 2, 1, false, STATUS_SOLD, 1, 0, 10}},
    {.type = RECORD_ORDER, .order = {ALICE, 0, 1, 1, 1, false, STATUS_SOLD, 1, 0, 10}},
    {.type = RECORD_ORDER, .order = {ALICE, -3, 1, 1, 1, false, STATUS_SOLD, 1, 0, 10}},
    {.type = RECORD_ORDER, .order = {-1, 2, 1, 1, 1, false, STATUS_SOLD, 1, 0, 10}},
    {.type = RECORD_ORDER, .order = {ALICE, 2, 1, 1, 1, false, STATUS_ACCEPTED, 1, 0, 10}},
    {.type = RECORD_ORDER, .order = {ALICE, 2, 1, 1, 1, false, STATUS_SOLD, -1, 0, 10}},
    {.type = RECORD_ORDER, .order = {ALICE, 2, 1, 1, 1, false, STATUS_SOLD, 2, 0, 10}},
    {.type = RECORD_ORDER, .order = {SAM, 1, 1, 1, 5, false, STATUS_SOLD, 1, 0, 10}},
    {.type = RECORD_FILL, .fill = {BOB, 1, 2, SAM, 1, 1, 1, 10, 2}},  // of no order
    {.type = RECORD_FILL, .fill = {ALICE, 0, 2, SAM, 1, 1, 1, 10, 2}},
    {.type = RECORD_FILL, .fill = {ALICE, 1, 2, SAM, 1, 1, 0, 10, 2}},
    {.type = RECORD_FILL, .fill = {ALICE, 1, 2, LIMIT_NODE + 1, 1, 1, 1, 10, 2}},
    {.type = RECORD_ACCOUNT, .account = {-1, 5}},
    {.type = RECORD_ACCOUNT, .account = {LIMIT_NODE + 1, 5}},
    {.type = RECORD_ACCOUNT, .account = {SAM, LIMIT_INTEGER + 1}},
    {.type = RECORD_TRADER, .trader = {0, 1, 1, 1, 1}},
    {.type = RECORD_TRADER, .trader = {LIMIT_NODE + 1, 1, 1, 1, 1}},
    {.type = RECORD_TRADER, .trader = {TRADER, 0, 1, 1, 1}},
    {.type = RECORD_TRADER, .trader = {TRADER, 1, 1, -1, 1}},
    {.type = RECORD_TRADER, .trader = {TRADER, 1, 1, 1, -1}},
    {.type = RECORD_WAREHOUSE, .warehouse = {-1, 1, 1}},
    {.type = RECORD_WAREHOUSE, .warehouse = {1, -1, 1}},
    {.type = RECORD_WAREHOUSE, .warehouse = {1, 1, 0}},
    {.type = RECORD_WAREHOUSE, .warehouse = {1, 1, INT64_C (1) << 32}},
    {.type = RECORD_VIEW, .view = {OTHER_TRADER, 3, 2, MEMBER_LIVE, 0, 0, 2, ""}},  // of no trader
    {.type = RECORD_VIEW, .view = {TRADER, 0, 2, MEMBER_LIVE, 0, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 0, MEMBER_LIVE, 0, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 4, MEMBER_LIVE, 0, 0, 2, ""}},  // after its epoch
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, 0, 0, 5, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, 0, 0, -1, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_SUSPECTED, 0, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, (enum member_state) 9, 0, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, TRADER, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, LIMIT_NODE + 1, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_FAILED, OTHER_TRADER, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, 0, OTHER_TRADER, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_TAKING, 0, 0, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_TAKING, 0, TRADER, 2, ""}},
    {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, 0, 0, 2, long_router}},
    {.type = RECORD_PRODUCT, .product = {2, "oil", -1, 0}},
    {.type = RECORD_PRODUCT, .product = {2, "oil", 5, -1}},
    {.type = RECORD_LEASE, .lease = {OTHER_TRADER, 2, 1}},  // of no trader
    {.type = RECORD_LEASE, .lease = {TRADER, 1, 1}},        // nothing is left of it
    {.type = RECORD_LEASE, .lease = {TRADER, 3, 1}},
    {.type = RECORD_LEASE, .lease = {TRADER, 3, 0}},
    {.type = RECORD_LEASE, .lease = {TRADER, 0, 1}},
    {.type = RECORD_LEASE, .lease = {TRADER, 2, 5}},  // more than is free
    {.type = RECORD_LEASE, .lease = {TRADER, 2, -1}},
    {.type = RECORD_LEASE, .lease = {TRADER, 2, 1}},  // once more
    {.type = RECORD_LEASE, .lease = {GONE, 2, 1}},
    {.type = RECORD_LEASE_STATE, .lease_state = {OTHER_TRADER, 1, 1, 1, 0, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {TRADER, 2, 1, 1, 0, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {TRADER, 1, 0, 1, 0, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {TRADER, 1, 4, 1, 0, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {TRADER, 1, 3, 0, 0, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {TRADER, 1, 3, 1, -1, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {GONE, 1, 1, 1, 1, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {GONE, 3, 1, 1, 0, false}},
    {.type = RECORD_SETTLED, .write = {TRADER, 1}},  // of a trader's journal
    {.type = (enum record_type) 99},
};

// A state is told once: another one of the same trader and product is not this market's.
START_TEST (test_warehouse_takes_leases_back_as_they_were)
{
    static const struct record records[] = {
        {.type = RECORD_WAREHOUSE, .warehouse = {1, 1, 7}},
        {.type = RECORD_PRODUCT, .product = {1, "salt", 5, 1}},
        {.type = RECORD_LOT, .lot = {2, SAM, 1, 1, 1, 10, 5, 5, 0}},
        {.type = RECORD_TRADER, .trader = {TRADER, 3, 1, 1, 4}},
        {.type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, 0, 0, 2, ""}},
        {.type = RECORD_LEASE, .lease = {TRADER, 2, 3}},
        {.type = RECORD_LEASE, .lease = {TRADER, 1, 0}},
        {.type = RECORD_LEASE_STATE, .lease_state = {TRADER, 1, 3, 8, 2, false}},
    };
    wh.warehouse = warehouse_new (&wh.config, 1);
    size_t count = sizeof records / sizeof records[0];
    for (size_t i = 0; i < count; i++) {
        ck_assert (warehouse_restore (wh.warehouse, &records[i]));
    }
    ck_assert (!warehouse_restore (wh.warehouse, &records[count - 1]));
    wh_step (&(struct event){.type = EVENT_START});
    struct message request = {.type = MESSAGE_LEASE,
                              .from = TRADER,
                              .lease = {.epoch = 3, .number = 8, .product = "salt", .wanted = 1}};
    const struct leased *leased = &wh_ask (&request)->leased;
    ck_assert_int_eq (leased->applied, 4);
    ck_assert_uint_eq (leased->held_count, 2);
    ck_assert_int_eq (leased->held[0].units, 2);
    ck_assert_int_eq (leased->held[1].id, 2);
    ck_assert_int_eq (leased->held[1].units, 3);
    ck_assert_int_eq (wh_available ("salt"), 2);
    request.lease.number = 10;
    (void) wh_refused (&request, REASON_GAP);
}
END_TEST

START_TEST (test_warehouse_refuses_records_that_are_no_markets)
{
    static const struct record product = {.type = RECORD_PRODUCT, .product = {1, "salt", 5, 0}};
    static const struct record lot = {.type = RECORD_LOT, .lot = {2, SAM, 1, 1, 1, 10, 5, 5, 0}};
    static const struct record order = {.type = RECORD_ORDER,
                                        .order = {ALICE, 1, 1, 1, 1, false, STATUS_SOLD, 1, 0, 10}};
    static const struct record trader = {.type = RECORD_TRADER, .trader = {TRADER, 3, 1, 1, 1}};
    static const struct record view = {
        .type = RECORD_VIEW, .view = {TRADER, 3, 2, MEMBER_LIVE, OTHER_TRADER, 0, 4, "ipc://one"}};
    static const struct record gone = {.type = RECORD_TRADER, .trader = {GONE, 1, 1, 1, 1}};
    static const struct record left = {.type = RECORD_VIEW,
                                       .view = {GONE, 3, 1, MEMBER_LEFT, 0, 0, 2, ""}};
    static const struct record lease = {.type = RECORD_LEASE, .lease = {TRADER, 2, 1}};
    memset (long_router, 'x', sizeof long_router - 1);
    wh.warehouse = warehouse_new (&wh.config, 1);
    ck_assert (warehouse_restore (wh.warehouse, &product));
    ck_assert (warehouse_restore (wh.warehouse, &lot));
    ck_assert (warehouse_restore (wh.warehouse, &trader));
    ck_assert (warehouse_restore (wh.warehouse, &view));
    ck_assert (warehouse_restore (wh.warehouse, &gone));
    ck_assert (warehouse_restore (wh.warehouse, &left));
    ck_assert (warehouse_restore (wh.warehouse, &lease));
    ck_assert (warehouse_restore (wh.warehouse, &order));
    ck_assert (!warehouse_restore (wh.warehouse, &bad[_i]));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_records");
    TCase *records = wh_tcase (suite, "records");
    tcase_add_test (records, test_warehouse_records_a_batch_in_order);
    tcase_add_test (records, test_warehouse_records_each_of_its_lives);
    tcase_add_test (records, test_warehouse_knows_nothing_of_a_batch_that_was_not_written);
    tcase_add_test (records, test_warehouse_sells_on_from_where_it_was_killed);
    tcase_add_test (records, test_warehouse_takes_leases_back_as_they_were);
    tcase_add_loop_test (records, test_warehouse_refuses_records_that_are_no_markets, 0,
                         (int) (sizeof bad / sizeof bad[0]));

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
