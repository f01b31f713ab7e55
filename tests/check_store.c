// The contract of store.h, to which each store is held; at random in check_store_random.c. What
// SQLite's does beyond it is in check_store_sqlite.c and check_store_files.c.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/store_case.h"
#include "tests/sim/world/store_memory.h"

static const char *path;

static void setup (void)
{
    path = store_case_begin ();
}

// Each test is run for each of them.
enum { SQLITE, MEMORY, STORE_COUNT };

static store_t *open_store (int which)
{
    return which == SQLITE ? must_open (path) : store_memory_open ();
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

static struct record lot_record (int64_t lot, int64_t seller, int64_t number, int64_t left)
{
    return (struct record){
        .type = RECORD_LOT,
        .lot = {.lot = lot,
                .seller = seller,
                .number = number,
                .trader = 1,
                .product = 1,
                .price_cents = 5,
                .quantity = 2,
                .left = left},
    };
}

static size_t count_lines (const char *text, const char *begin)
{
    size_t count = 0;
    for (const char *line = text; *line; line = strchr (line, '\n') + 1) {
        count += strncmp (line, begin, strlen (begin)) == 0;
    }
    return count;
}

START_TEST (test_store_is_empty_when_it_is_new)
{
    store_t *store = open_store (_i);
    ck_assert_str_eq (load_text (store, 16), "");
    must_write (store, NULL, 0);
    ck_assert_str_eq (load_text (store, 16), "");
    ck_assert_str_eq (store_error (store), "");
    store_close (&store);
    ck_assert_ptr_null (store);
}
END_TEST

START_TEST (test_store_hands_back_every_record_in_order)
{
    store_t *store = open_store (_i);
    must_write (store, market, market_count);
    ck_assert_str_eq (load_text (store, 16), market_text);
    ck_assert_str_eq (load_text (store, 16), market_text);
    store_close (&store);
}
END_TEST

START_TEST (test_store_changes_nothing_when_a_batch_comes_twice)
{
    store_t *store = open_store (_i);
    must_write (store, market, market_count);
    must_write (store, market, market_count);
    ck_assert_str_eq (load_text (store, 16), market_text);
    must_write (store, market, market_count);
    ck_assert_str_eq (load_text (store, 16), market_text);
    store_close (&store);
}
END_TEST

START_TEST (test_store_keeps_strings_of_its_own)
{
    char name[] = "apple";
    const struct record record = {.type = RECORD_PRODUCT, .product = {1, name, 0, 0}};
    store_t *store = open_store (_i);
    must_write (store, &record, 1);
    memset (name, 'x', sizeof name - 1);
    ck_assert_str_eq (load_text (store, 16), "product 1 apple stocked 0 oversold 0\n");
    store_close (&store);
}
END_TEST

START_TEST (test_store_keeps_as_many_seats_as_there_may_be)
{
    int64_t seats[LIMIT_VECTOR];
    char expected[LIMIT_VECTOR * 8] = "term 1 leader 65535 seats";
    for (int64_t i = 0; i < LIMIT_VECTOR; i++) {
        seats[i] = LIMIT_NODE - LIMIT_VECTOR + 1 + i;
        size_t used = strlen (expected);
        snprintf (expected + used, sizeof expected - used, " %d", (int) seats[i]);
    }
    strcat (expected, "\n");
    const struct record record = {.type = RECORD_SEATS,
                                  .seats = {{1, LIMIT_NODE, seats, LIMIT_VECTOR}}};
    store_t *store = open_store (_i);
    must_write (store, &record, 1);
    memset (seats, 0, sizeof seats);  // What was written is the store's own.
    ck_assert_str_eq (load_text (store, 16), expected);
    store_close (&store);
}
END_TEST

START_TEST (test_store_takes_the_largest_batch)
{
    enum { MANY = 2000 };
    static struct record batch[MANY];
    store_t *store = open_store (_i);
    for (int64_t i = 0; i < MANY; i++) {
        batch[i] = order_record (i % 7 + 1, i + 1);
    }
    must_write (store, batch, MANY / 2 + 1);
    must_write (store, batch, MANY);
    ck_assert_uint_eq (count_lines (load_text (store, MANY), "order "), MANY);
    store_close (&store);
}
END_TEST

START_TEST (test_store_takes_new_states_over_old_ones)
{
    const struct record later[] = {
        {.type = RECORD_WAREHOUSE, .warehouse = {4, 10, 77}},
        {.type = RECORD_LOT_LEFT, .lot_left = {2, 1}},
        {.type = RECORD_ACCOUNT, .account = {1, 300}},
        {.type = RECORD_TRADER, .trader = {1, 3, 12, 1, 1}},
        {.type = RECORD_VIEW, .view = {1, 9, 3, MEMBER_FAILED, 0, 0, 4, "ipc://else"}},
        {.type = RECORD_LEASE, .lease = {2, 2, 1}},
        {.type = RECORD_LEASE_STATE, .lease_state = {2, 1, 2, 1, 0, true}},
        {.type = RECORD_SEATS, .seats = {{4, 9, (const int64_t[]){2, 9, 65535}, 3}}},
    };
    store_t *store = open_store (_i);
    must_write (store, market, market_count);
    must_write (store, later, sizeof later / sizeof *later);
    const char *text = load_text (store, 16);
    ck_assert_int_eq (strncmp (text, "warehouse epoch 4 version 10 market 77\n", 39), 0);
    ck_assert_ptr_nonnull (strstr (text, "price 110 quantity 5 left 1 rank 12\n"));
    ck_assert_ptr_nonnull (strstr (text, "\nterm 4 leader 9 seats 2 9 65535\n"));
    ck_assert_ptr_nonnull (strstr (text, "account 1 300\n"));
    ck_assert_ptr_nonnull (strstr (text, "trader 1 epoch 3 nonce 12 batch 1 applied 1\n"));
    ck_assert_ptr_nonnull (
        strstr (text, "view 9 of 1 failed began 3 backup 0 taker 0 closed 4 at ipc://else\n"));
    ck_assert_ptr_nonnull (strstr (text, "\nlease of trader 2 lot 2 units 1\n"));
    ck_assert_ptr_nonnull (
        strstr (text, "leases of trader 2 product 1 epoch 2 number 1 budget 0 clean 1\n"));
    store_close (&store);
}
END_TEST

START_TEST (test_store_loads_each_buyers_last_answers)
{
    store_t *store = open_store (_i);
    for (int64_t number = 1; number <= 9; number++) {
        const struct record orders[] = {order_record (65535, number), order_record (3, number * 2)};
        must_write (store, orders, 2);
    }
    const struct record rare = order_record (4, 1);
    must_write (store, &rare, 1);
    const char *text = load_text (store, 3);
    ck_assert_uint_eq (count_lines (text, "order "), 3 + 2 + 1);
    ck_assert_uint_eq (count_lines (text, "order 65535/7 "), 1);
    ck_assert_uint_eq (count_lines (text, "order 3/16 "), 1);  // 18, 17 (unused) and 16
    ck_assert_uint_eq (count_lines (text, "order 4/1 "), 1);
    store_close (&store);
}
END_TEST

START_TEST (test_store_loads_live_lots_and_each_sellers_last_ones)
{
    store_t *store = open_store (_i);
    for (int64_t number = 1; number <= 5; number++) {
        const struct record lots[] = {
            lot_record (2 * number - 1, 20, number, number == 1 ? 1 : 0),
            lot_record (2 * number, 21, number, 0),
        };
        must_write (store, lots, 2);
    }
    const char *text = load_text (store, 2);
    ck_assert_uint_eq (count_lines (text, "lot "), 1 + 2 + 2);
    ck_assert_uint_eq (count_lines (text, "lot 1 seller 20/1 "), 1);
    ck_assert_uint_eq (count_lines (text, "lot 7 seller 20/4 "), 1);
    ck_assert_uint_eq (count_lines (text, "lot 10 seller 21/5 "), 1);
    ck_assert_ptr_nonnull (strstr (strstr (text, "lot 7 "), "lot 8 "));
    store_close (&store);
}
END_TEST

// Else its id would be given again: a seller may number its restocks out of order.
START_TEST (test_store_loads_the_last_lot_even_when_it_is_old_and_sold)
{
    store_t *store = open_store (_i);
    const struct record lots[] = {
        lot_record (1, 20, 9, 0),
        lot_record (2, 20, 3, 0),
    };
    must_write (store, lots, 2);
    const char *text = load_text (store, 2);
    ck_assert_uint_eq (count_lines (text, "lot "), 2);
    ck_assert_uint_eq (count_lines (text, "lot 2 seller 20/3 "), 1);
    store_close (&store);
}
END_TEST

// Node 5 has used 2, 3, 6 and 20 for orders, and 9 and 10 for lots; node 4 has begun far above 1;
// node 3 has left nothing out, and node 6 only what may still come in time.
START_TEST (test_store_tells_which_numbers_were_skipped)
{
    store_t *store = open_store (_i);
    const struct record batch[] = {
        order_record (5, 20),        order_record (5, 2),       lot_record (1, 5, 10, 0),
        order_record (5, 6),         order_record (5, 3),       lot_record (2, 5, 9, 1),
        order_record (4, 100000000), lot_record (3, 4, 500, 1), order_record (3, 1),
        order_record (3, 2),         order_record (3, 3),       order_record (6, 1),
        order_record (6, 4),
    };
    must_write (store, batch, sizeof batch / sizeof *batch);
    const char *text = load_text (store, 3);
    const char *skipped = strstr (text, "skipped ");
    ck_assert_ptr_nonnull (skipped);
    ck_assert_str_eq (skipped, "skipped 4 from 99934465 to 99999997\n"
                               "skipped 5 from 1 to 1\n"
                               "skipped 5 from 4 to 5\n"
                               "skipped 5 from 7 to 8\n"
                               "skipped 5 from 11 to 17\n");
    ck_assert_uint_eq (count_lines (text, "skipped "), 5);
    ck_assert_uint_eq (count_lines (load_text (store, LIMIT_SKIPPED_BACK), "skipped "), 0);
    // One that comes late parts a range.
    const struct record late = order_record (5, 13);
    must_write (store, &late, 1);
    skipped = strstr (load_text (store, 3), "skipped 5 from 11 ");
    ck_assert_ptr_nonnull (skipped);
    ck_assert_str_eq (skipped, "skipped 5 from 11 to 12\nskipped 5 from 14 to 17\n");
    store_close (&store);
}
END_TEST

static bool refuse_skipped (void *context, const struct record *record)
{
    ++*(int *) context;
    return record->type != RECORD_SKIPPED;
}

START_TEST (test_store_stops_loading_when_a_skipped_number_is_refused)
{
    int seen = 0;
    store_t *store = open_store (_i);
    const struct record orders[] = {order_record (5, 7), order_record (5, 4)};
    must_write (store, orders, 2);
    ck_assert_int_eq (store_load (store, 1, refuse_skipped, &seen), STORE_FAILED);
    ck_assert_int_eq (seen, 1 + 1);
    ck_assert_ptr_nonnull (strstr (store_error (store), "skipped"));
    store_close (&store);
}
END_TEST

static bool refuse_accounts (void *context, const struct record *record)
{
    ++*(int *) context;
    return record->type != RECORD_ACCOUNT;
}

START_TEST (test_store_stops_loading_when_a_record_is_refused)
{
    int seen = 0;
    store_t *store = open_store (_i);
    must_write (store, market, market_count);
    ck_assert_int_eq (store_load (store, 16, refuse_accounts, &seen), STORE_FAILED);
    ck_assert_int_eq (seen, 1 + 1 + 2 + 3 + 1);
    ck_assert_ptr_nonnull (strstr (store_error (store), "accounts"));
    ck_assert_int_eq (store_write (store, market, 1), STORE_FAILED);
    store_close (&store);
}
END_TEST

static Suite *store_suite (void)
{
    Suite *suite = suite_create ("store");
    TCase *records = tcase_create ("records");
    tcase_add_checked_fixture (records, setup, store_case_end);
    tcase_set_timeout (records, 60);
    tcase_add_loop_test (records, test_store_is_empty_when_it_is_new, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_hands_back_every_record_in_order, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_changes_nothing_when_a_batch_comes_twice, 0,
                         STORE_COUNT);
    tcase_add_loop_test (records, test_store_keeps_strings_of_its_own, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_keeps_as_many_seats_as_there_may_be, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_takes_the_largest_batch, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_takes_new_states_over_old_ones, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_loads_each_buyers_last_answers, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_loads_live_lots_and_each_sellers_last_ones, 0,
                         STORE_COUNT);
    tcase_add_loop_test (records, test_store_loads_the_last_lot_even_when_it_is_old_and_sold, 0,
                         STORE_COUNT);
    tcase_add_loop_test (records, test_store_tells_which_numbers_were_skipped, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_stops_loading_when_a_skipped_number_is_refused, 0,
                         STORE_COUNT);
    tcase_add_loop_test (records, test_store_stops_loading_when_a_record_is_refused, 0,
                         STORE_COUNT);
    suite_add_tcase (suite, records);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (store_suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
