// The contract of store.h, to which each store is held. What SQLite's does beyond it is in
// check_store_sqlite.c.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/message_cases.h"
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
    const struct record record = {.type = RECORD_PRODUCT, .product = {1, name}};
    store_t *store = open_store (_i);
    must_write (store, &record, 1);
    memset (name, 'x', sizeof name - 1);
    ck_assert_str_eq (load_text (store, 16), "product 1 apple\n");
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
    };
    store_t *store = open_store (_i);
    must_write (store, market, market_count);
    must_write (store, later, 5);
    const char *text = load_text (store, 16);
    ck_assert_int_eq (strncmp (text, "warehouse epoch 4 version 10 market 77\n", 39), 0);
    ck_assert_ptr_nonnull (strstr (text, "price 110 quantity 5 left 1\n"));
    ck_assert_ptr_nonnull (strstr (text, "account 1 300\n"));
    ck_assert_ptr_nonnull (strstr (text, "trader 1 epoch 3 nonce 12 batch 1 applied 1\n"));
    ck_assert_ptr_nonnull (
        strstr (text, "view 9 of 1 failed began 3 backup 0 taker 0 closed 4 at ipc://else\n"));
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
    ck_assert_int_eq (seen, 1 + 2 + 3 + 1);
    ck_assert_ptr_nonnull (strstr (store_error (store), "accounts"));
    ck_assert_int_eq (store_write (store, market, 1), STORE_FAILED);
    store_close (&store);
}
END_TEST

// A market at random: what is in it need not add up, as long as no record contradicts another.
struct draft {
    struct draw draw;
    struct record batch[64];
    size_t count;
    int64_t lots;             // that came
    struct record lot[1000];  // by id
    int64_t products;
    bool sold[5][100];     // orders that are taken, by buyer and number
    bool brought[5][100];  // lots, by seller and number
};

static int64_t between (struct draft *self, int64_t min, int64_t max)
{
    return draw_between (&self->draw, min, max);
}

static struct record *add (struct draft *self, enum record_type type)
{
    struct record *record = &self->batch[self->count++];
    *record = (struct record){.type = type};
    return record;
}

static void add_lot (struct draft *self)
{
    int64_t seller = between (self, 0, 4), number = between (self, 1, 99);
    if (self->brought[seller][number]) {
        return;
    }
    self->brought[seller][number] = true;
    int64_t left = between (self, 0, 2);
    struct record *record = add (self, RECORD_LOT);
    record->lot = (struct record_lot){++self->lots, 100 + seller, number, 1, 1, 5, 9, left};
    self->lot[self->lots] = *record;
}

static void add_order (struct draft *self)
{
    int64_t buyer = between (self, 0, 4), number = between (self, 1, 99);
    if (self->sold[buyer][number]) {
        return;
    }
    self->sold[buyer][number] = true;
    struct record *order = add (self, RECORD_ORDER);
    *order = order_record (buyer + 1, number);
    int64_t fills = self->lots < 3 ? 0 : between (self, 0, 3);
    order->order.units = between (self, 0, 4) == 0 ? 0 : fills;
    for (int64_t i = 0; i < fills; i++) {
        const struct record_lot *lot = &self->lot[self->lots - (i * 2 + 1) % 3].lot;
        add (self, RECORD_FILL)->fill =
            (struct record_fill){buyer + 1, number, lot->lot, lot->seller, lot->number, 1, 1, 5, i};
    }
}

static void add_view (struct draft *self, int64_t value)
{
    static const enum member_state states[] = {MEMBER_LIVE, MEMBER_TAKING, MEMBER_FAILED,
                                               MEMBER_LEFT};
    static const char *const routers[] = {"", "tcp://127.0.0.1:5560", "ipc://one"};
    add (self, RECORD_VIEW)->view = (struct record_view){
        between (self, 1, 5), value, value + 1, states[value % 4], value % 3, value % 5, value + 2,
        routers[value % 3]};
}

static void add_any (struct draft *self)
{
    static const char *const names[] = {"apple", "pear", "plum"};
    int64_t value = between (self, 0, 1000);
    switch (between (self, 0, 7)) {
    case 0:
        add_lot (self);
        return;
    case 1:
        if (self->lots > 0) {
            add (self, RECORD_LOT_LEFT)->lot_left =
                (struct record_lot_left){between (self, 1, self->lots), value % 9 / 6};
        }
        return;
    case 2:
        add (self, RECORD_ACCOUNT)->account =
            (struct record_account){between (self, 0, 300), value - 500};
        return;
    case 3:
        add (self, RECORD_TRADER)->trader =
            (struct record_trader){between (self, 1, 5), value, value + 1, value + 2, value + 3};
        return;
    case 4:
        add (self, RECORD_WAREHOUSE)->warehouse = (struct record_warehouse){value, value + 1, 77};
        return;
    case 5:
        if (self->products < 3) {
            const char *name = names[self->products++];
            add (self, RECORD_PRODUCT)->product = (struct record_product){self->products, name};
        }
        return;
    case 6:
        add_view (self, value);
        return;
    default:
        add_order (self);
    }
}

// Both hand over the same, whatever they were told and however often they were asked.
START_TEST (test_stores_do_not_differ)
{
    static char text[STORE_TEXT_BYTES];
    struct draft *draft = calloc (1, sizeof *draft);
    store_t *file = must_open (":memory:");
    store_t *memory = store_memory_open ();
    draft->draw.state = (uint64_t) _i;
    for (int round = 0; round < 60; round++) {
        int64_t wanted = between (draft, 0, 12);
        draft->count = 0;
        for (int64_t i = 0; i < wanted; i++) {
            add_any (draft);
        }
        for (int64_t times = between (draft, 1, 2); times > 0; times--) {
            must_write (file, draft->batch, draft->count);
            must_write (memory, draft->batch, draft->count);
        }
        if (between (draft, 0, 9) == 0 || round == 59) {
            int64_t answers_kept = between (draft, 1, 40);
            strcpy (text, load_text (file, answers_kept));
            ck_assert_str_eq (load_text (memory, answers_kept), text);
        }
    }
    store_close (&file);
    store_close (&memory);
    free (draft);
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
    tcase_add_loop_test (records, test_store_takes_the_largest_batch, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_takes_new_states_over_old_ones, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_loads_each_buyers_last_answers, 0, STORE_COUNT);
    tcase_add_loop_test (records, test_store_loads_live_lots_and_each_sellers_last_ones, 0,
                         STORE_COUNT);
    tcase_add_loop_test (records, test_store_loads_the_last_lot_even_when_it_is_old_and_sold, 0,
                         STORE_COUNT);
    tcase_add_loop_test (records, test_store_stops_loading_when_a_record_is_refused, 0,
                         STORE_COUNT);
    suite_add_tcase (suite, records);
    TCase *random = tcase_create ("at random");
    tcase_set_timeout (random, 60);
    tcase_add_loop_test (random, test_stores_do_not_differ, 0, 40);
    suite_add_tcase (suite, random);
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
