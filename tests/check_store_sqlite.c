// What the store in SQLite does beyond the contract of every store (check_store.c): what people
// find in its tables, and that it refuses what contradicts itself.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/store/store_schema.h"
#include "tests/kit/store_case.h"

static const char *path;

static void setup (void)
{
    path = store_case_begin ();
}

static struct record order_record (int64_t buyer, int64_t number)
{
    return (struct record){
        .type = RECORD_ORDER,
        .order = {.buyer = buyer,
                  .number = number,
                  .trader = 1,
                  .product = 1,
                  .quantity = 1,
                  .status = STATUS_OUT_OF_STOCK},
    };
}

START_TEST (test_store_is_empty_when_its_file_is_new)
{
    ck_assert_str_eq (load_file (path, 16), "");
    ck_assert_str_eq (load_file (path, 16), "");
}
END_TEST

START_TEST (test_store_hands_back_every_record_after_it_was_closed)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    store_close (&store);
    ck_assert_ptr_null (store);
    ck_assert_str_eq (load_file (path, 16), market_text);
}
END_TEST

START_TEST (test_store_keeps_a_market_in_memory)
{
    store_t *store = must_open (":memory:");
    must_write (store, market, market_count);
    ck_assert_str_eq (load_text (store, 16), market_text);
    store_close (&store);
}
END_TEST

START_TEST (test_store_keeps_the_time_when_a_batch_comes_twice)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    run_sql (path, "UPDATE orders SET at_ms = 5; UPDATE lots SET at_ms = 6");
    must_write (store, market, market_count);
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM fills"), 3);
    ck_assert_int_eq (ask_sql (path, "SELECT max (at_ms) FROM orders"), 5);
    ck_assert_int_eq (ask_sql (path, "SELECT max (at_ms) FROM lots"), 6);
    store_close (&store);
}
END_TEST

static const int64_t one_seat[] = {2};
static const int64_t many_seats[LIMIT_VECTOR + 1] = {2};

// Each contradicts the market.
static const struct record contradictions[] = {
    {.type = RECORD_PRODUCT, .product = {1, "plum", 0, 0}},
    {.type = RECORD_PRODUCT, .product = {3, "apple", 0, 0}},
    {.type = RECORD_LOT, .lot = {1, 9, 1, 1, 1, 100, 11, 10, 0}},
    {.type = RECORD_LOT, .lot = {4, 9, 1, 1, 1, 100, 10, 10, 0}},
    {.type = RECORD_LOT_LEFT, .lot_left = {4, 1}},
    {.type = RECORD_LOT_LEFT, .lot_left = {2, -1}},
    {.type = RECORD_ORDER, .order = {7, 2, 2, 2, 5, false, STATUS_SOLD, 2, 0, 14}},
    {.type = RECORD_ORDER, .order = {8, 1, 1, 2, 1, false, STATUS_TOO_MANY_LOTS, 0, 0, 0}},
    {.type = RECORD_ORDER, .order = {8, 5, 1, 2, 1, false, STATUS_ACCEPTED, 1, 0, 0}},
    {.type = RECORD_FILL, .fill = {7, 2, 3, 9, 2, 2, 2, 7, 4}},
    {.type = RECORD_WAREHOUSE, .warehouse = {4, 9, 78}},
    {.type = RECORD_VIEW, .view = {1, 5, 2, MEMBER_SUSPECTED, 0, 0, 2, ""}},
    {.type = RECORD_LEASE, .lease = {1, 4, 1}},
    {.type = RECORD_LEASE, .lease = {1, 2, -1}},
    {.type = RECORD_LEASE_STATE, .lease_state = {1, 1, 2, 4, -1, false}},
    {.type = RECORD_LOT, .lot = {2, 10, 1, 2, 1, 110, 5, 5, 11}},
    {.type = RECORD_SEATS, .seats = {{2, 2, one_seat, 1}}},  // an older term
    {.type = RECORD_SEATS, .seats = {{3, 2, one_seat, 1}}},  // the same, to others
    {.type = RECORD_SEATS, .seats = {{0, 2, one_seat, 1}}},
    {.type = RECORD_SEATS, .seats = {{4, 2, many_seats, LIMIT_VECTOR + 1}}},
    {.type = RECORD_SETTLED, .write = {1, 5}},       // of a trader's journal
    {.type = RECORD_SKIPPED, .skipped = {7, 1, 1}},  // is found in what is stored
};

START_TEST (test_store_refuses_a_contradiction_and_its_whole_batch)
{
    const struct record batch[] = {order_record (5, 1), contradictions[_i], order_record (5, 2)};
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    ck_assert_int_eq (store_write (store, batch, 3), STORE_FAILED);
    ck_assert_str_ne (store_error (store), "");
    ck_assert_int_eq (store_write (store, batch, 1), STORE_FAILED);
    store_close (&store);
    ck_assert_str_eq (load_file (path, 16), market_text);
}
END_TEST

// An order of the market that has two fills, each time with others.
START_TEST (test_store_refuses_an_order_with_other_fills)
{
    enum { NONE, OTHER_FIRST, OTHER_FURTHER, MORE };
    struct record batch[] = {
        {.type = RECORD_ORDER, .order = {7, 1, 1, 1, 12, true, STATUS_SOLD, 12, 0, 1220}},
        {.type = RECORD_FILL, .fill = {7, 1, 1, 9, 1, 1, 10, 100, 200}},
        {.type = RECORD_FILL, .fill = {7, 1, 2, 10, 1, 1, 2, 110, 44}},
        {.type = RECORD_FILL, .fill = {7, 1, 3, 9, 2, 1, 1, 7, 1}},
    };
    if (_i == OTHER_FIRST) {
        batch[1].fill.commission_cents = 201;
    } else if (_i == OTHER_FURTHER) {
        batch[2].fill.units = 1;
    }
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    enum store_status status = store_write (store, batch, _i == NONE ? 1 : _i == MORE ? 4 : 3);
    ck_assert_int_eq (status, STORE_FAILED);
    ck_assert_ptr_nonnull (strstr (store_error (store), "contradicts"));
    store_close (&store);
    ck_assert_str_eq (load_file (path, 16), market_text);
}
END_TEST

START_TEST (test_store_refuses_a_fill_that_is_not_behind_its_order)
{
    const struct record batch[] = {
        order_record (5, 1),
        {.type = RECORD_FILL, .fill = {5, 2, 2, 10, 1, 1, 1, 110, 22}},
    };
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    ck_assert_int_eq (store_write (store, batch, 2), STORE_FAILED);
    ck_assert_ptr_nonnull (strstr (store_error (store), "not behind its order"));
    store_close (&store);
    ck_assert_str_eq (load_file (path, 16), market_text);
}
END_TEST

// The largest order, and one fill more than any order may have.
START_TEST (test_store_keeps_as_many_fills_as_an_order_may_have)
{
    struct record batch[LIMIT_FILLS + 2] = {order_record (5, 1)};
    batch[0].order.units = batch[0].order.quantity = LIMIT_FILLS;
    for (int64_t i = 0; i <= LIMIT_FILLS; i++) {
        batch[1 + i] =
            (struct record){.type = RECORD_FILL, .fill = {5, 1, 1 + i % 3, 9, 1, 1, 1, 100, i}};
    }
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    must_write (store, batch, LIMIT_FILLS + 1);
    const struct record next = order_record (5, 2);
    must_write (store, &next, 1);
    const char *text = strstr (load_text (store, 16), "order 5/1 ");
    ck_assert_ptr_nonnull (text);
    for (int i = 0; i < LIMIT_FILLS; i++) {
        char end[32];
        text = strchr (text, '\n') + 1;
        snprintf (end, sizeof end, "commission %d\n", i);
        ck_assert_int_eq (strncmp (text, "fill 5/1 ", 9), 0);
        ck_assert_ptr_eq (strstr (text, end) + strlen (end), strchr (text, '\n') + 1);
    }
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM fills WHERE buyer = 5"), LIMIT_FILLS);
    batch[0].order.number = 3;
    for (int64_t i = 0; i <= LIMIT_FILLS; i++) {
        batch[1 + i].fill.number = 3;
    }
    ck_assert_int_eq (store_write (store, batch, LIMIT_FILLS + 2), STORE_FAILED);
    store_close (&store);
}
END_TEST

START_TEST (test_store_names_each_outcome_in_words)
{
    static const char *const counts[] = {
        "SELECT count (*) = 2 FROM orders WHERE status = 'sold'",
        "SELECT count (*) = 1 FROM orders WHERE status = 'oversold'",
        "SELECT count (*) = 2 FROM orders WHERE status = 'out_of_stock'",
        "SELECT count (*) = 1 FROM orders WHERE status = 'too_many_lots'",
    };
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    ck_assert_int_eq (ask_sql (path, counts[_i]), 1);
    store_close (&store);
}
END_TEST

static bool take_all (void *context, const struct record *record)
{
    (void) context;
    (void) record;
    return true;
}

START_TEST (test_store_stops_loading_at_what_it_cannot_tell)
{
    static const char *const breaks[][2] = {
        {"DELETE FROM lots WHERE id = 2", "a lot that is not there"},
        {"UPDATE views SET state = 'suspected' WHERE trader = 2", "a view is in an unknown state"},
        {"UPDATE seating SET seats = '[1,2'", "malformed JSON"},
        {"WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 65)"
         " UPDATE seating SET seats = (SELECT json_group_array (i) FROM n)",
         "no seating"},
    };
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    run_sql (path, breaks[_i][0]);
    ck_assert_int_eq (store_load (store, 16, take_all, NULL), STORE_FAILED);
    ck_assert_ptr_nonnull (strstr (store_error (store), breaks[_i][1]));
    store_close (&store);
}
END_TEST

START_TEST (test_store_shows_people_the_sales_and_the_ledger)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM ledger"), 9);
    ck_assert_int_eq (ask_sql (path, "SELECT sum (amount_cents) FROM ledger"), 0);
    ck_assert_int_eq (ask_sql (path, "SELECT sum (amount_cents) FROM ledger WHERE account = 7"),
                      -1241);
    ck_assert_int_eq (ask_sql (path, "SELECT amount_cents FROM sales WHERE product = 'apple'"
                                     " AND buyer = 7 AND order_number = 1 AND seller = 10"
                                     " AND restock_number = 1 AND trader = 1"
                                     " AND at BETWEEN '2020' AND '9999'"),
                      220);
    store_close (&store);
}
END_TEST

START_TEST (test_store_shows_people_the_stock)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    const struct record more[] = {
        {.type = RECORD_PRODUCT, .product = {3, "plum", 0, 0}},
        {.type = RECORD_LEASE, .lease = {1, 2, 1}},
    };
    must_write (store, more, 2);
    ck_assert_int_eq (ask_sql (path, "SELECT (restocked, sold, leased, available) = (15, 12, 3, 0)"
                                     " FROM stock WHERE product = 'apple'"),
                      1);
    ck_assert_int_eq (ask_sql (path, "SELECT (restocked, sold, leased, available) = (3, 3, 0, 0)"
                                     " FROM stock WHERE product = 'pear'"),
                      1);
    ck_assert_int_eq (ask_sql (path, "SELECT (restocked, sold, leased, available) = (0, 0, 0, 0)"
                                     " FROM stock WHERE product = 'plum'"),
                      1);
    store_close (&store);
}
END_TEST

// They are summed over all that ever came, and not over what is handed over.
START_TEST (test_store_sums_what_was_stocked_and_oversold_long_ago)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    for (int64_t number = 10; number < 20; number++) {
        const struct record more[] = {
            {.type = RECORD_LOT, .lot = {number, 9, number, 1, 1, 100, 10, 0, 0}},
            order_record (8, number),
        };
        must_write (store, more, 2);
    }
    const char *text = load_text (store, 1);
    ck_assert_ptr_null (strstr (text, "order 8/2 "));
    ck_assert_ptr_nonnull (strstr (text, "product 1 apple stocked 115 oversold 4\n"));
    store_close (&store);
}
END_TEST

static Suite *store_sqlite_suite (void)
{
    Suite *suite = suite_create ("store_sqlite");
    TCase *records = tcase_create ("records");
    tcase_add_checked_fixture (records, setup, store_case_end);
    tcase_set_timeout (records, 60);
    tcase_add_test (records, test_store_is_empty_when_its_file_is_new);
    tcase_add_test (records, test_store_hands_back_every_record_after_it_was_closed);
    tcase_add_test (records, test_store_keeps_a_market_in_memory);
    tcase_add_test (records, test_store_keeps_the_time_when_a_batch_comes_twice);
    tcase_add_loop_test (records, test_store_refuses_a_contradiction_and_its_whole_batch, 0,
                         sizeof contradictions / sizeof *contradictions);
    tcase_add_loop_test (records, test_store_refuses_an_order_with_other_fills, 0, 4);
    tcase_add_test (records, test_store_refuses_a_fill_that_is_not_behind_its_order);
    tcase_add_test (records, test_store_keeps_as_many_fills_as_an_order_may_have);
    tcase_add_loop_test (records, test_store_names_each_outcome_in_words, 0, 4);
    tcase_add_loop_test (records, test_store_stops_loading_at_what_it_cannot_tell, 0, 4);
    tcase_add_test (records, test_store_shows_people_the_sales_and_the_ledger);
    tcase_add_test (records, test_store_shows_people_the_stock);
    tcase_add_test (records, test_store_sums_what_was_stocked_and_oversold_long_ago);
    suite_add_tcase (suite, records);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (store_sqlite_suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
