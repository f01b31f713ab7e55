// Whose commits the warehouse takes for a trader that is taken over, which requests it decides for
// whom, and of which market.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/takeover_kit.h"

enum { THIRD_TRADER = 3, NONCE = 90 };

static struct item first_at (struct item item, int64_t trader, int64_t epoch)
{
    item.first = (struct first){.trader = trader, .epoch = epoch};
    return item;
}

// A takeover with 10 of SAM's salt in stock, which OTHER_TRADER brought.
static void take_with_salt (void)
{
    tk_take ();
    (void) wh_one_by (OTHER_TRADER, wh_restock (SAM, 1, "salt", 10, 15));
}

static void is_pending (struct item item)
{
    size_t records = 2;  // of every batch: the trader's progress, and the warehouse
    wh_is_error (wh_one_by (OTHER_TRADER, item), REASON_PENDING);
    ck_assert_uint_eq (wh.out.record_count, records);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION) + wh_letters (MESSAGE_SALE), 0);
}

START_TEST (test_warehouse_settles_a_copy_as_its_traders)
{
    take_with_salt ();
    struct item item = wh_promised (wh_buy (ALICE, 1, "salt", 2), 2);
    struct message request = tk_batch (2, 1, &item, 1);
    const struct committed *committed = &wh_ask (&request)->committed;
    ck_assert_int_eq (committed->trader, TRADER);
    ck_assert_int_eq (committed->epoch, 2);
    ck_assert_int_eq (committed->batch, 1);
    ck_assert_int_eq (committed->applied, 1);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 2, 0, 30);
    ck_assert_int_eq (wh_letter (MESSAGE_SALE, 0)->message.sale.trader, TRADER);
    ck_assert_str_eq (
        wh_records (),
        "order 11/1 trader 1 product 1 quantity 2 part sold units 2 missing 0 amount 30\n"
        "fill 11/1 lot 1 seller 21/1 trader 1 units 2 price 15 commission 6\n"
        "lot 1 left 8\n"
        "account 11 -30\n"
        "account 21 24\n"
        "account 1 6\n"  // who decided it earns the commission
        "trader 1 epoch 2 nonce 1 batch 1 applied 1\n"
        "warehouse epoch 1 version 2 market 2433363436\n");
    // Sent again it changes nothing, and one behind a missing one is refused.
    ck_assert_int_eq (wh_ask (&request)->committed.applied, 1);
    ck_assert_uint_eq (wh.out.record_count, 0);
    request.commit.batch = 3;
    const struct error *error = wh_refused (&request, REASON_GAP);
    ck_assert_int_eq (error->number, 2);
    ck_assert_int_eq (error->trader, TRADER);
    // Its own batches are another stream.
    ck_assert_int_eq (wh_commit (OTHER_TRADER, NULL, 0)->applied, 0);
}
END_TEST

START_TEST (test_warehouse_tells_of_an_oversell_of_a_copy_as_its_traders)
{
    take_with_salt ();
    struct item item = wh_promised (wh_buy (ALICE, 1, "salt", 12), 12);
    struct message request = tk_batch (2, 1, &item, 1);
    wh_is_receipt (wh_ask (&request)->committed.results[0], STATUS_OVERSOLD, 10, 2, 150);
    const struct letter *letter = wh_letter (MESSAGE_OVERSELL, 0);
    ck_assert_int_eq (letter->to, TRADER);
    ck_assert_int_eq (letter->message.oversell.trader, TRADER);
    ck_assert_int_eq (letter->message.oversell.seq, 1);
}
END_TEST

START_TEST (test_warehouse_takes_a_copy_from_its_taker_alone)
{
    tk_begin ();
    (void) tk_join (THIRD_TRADER, 1, 0, 0);
    struct message request = tk_batch (1, 1, NULL, 0);
    (void) wh_refused (&request, REASON_FENCED);  // it is the backup, and has not taken over
    request.commit.epoch = 2;
    (void) wh_refused (&request, REASON_FENCED);
    (void) tk_takeover (OTHER_TRADER, TRADER, 2, false);
    request.commit.epoch = 1;
    ck_assert_int_eq (wh_refused (&request, REASON_TAKEN)->trader, TRADER);
    request.commit.epoch = 3;
    (void) wh_refused (&request, REASON_FENCED);
    request.commit.epoch = 2;
    request.from = THIRD_TRADER;
    (void) wh_refused (&request, REASON_FENCED);
    request.from = OTHER_TRADER;
    ck_assert_int_eq (wh_ask (&request)->type, MESSAGE_COMMITTED);
    (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
    (void) wh_refused (&request, REASON_FENCED);  // it is at its end
    request.commit.trader = 9;
    (void) wh_refused (&request, REASON_FENCED);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->fenced, 7);
}
END_TEST

START_TEST (test_warehouse_says_for_whom_a_batch_was_that_found_no_room)
{
    tk_take ();
    struct message request = tk_batch (2, 1, NULL, 0);
    struct event event = {.type = EVENT_RECEIVE, .port = PORT_WAREHOUSE, .message = &request};
    wh.losing = true;
    wh_step (&event);
    warehouse_refuse (wh.warehouse, &event, &wh.out);
    ck_assert_uint_eq (wh.out.letter_count, 1);
    ck_assert_uint_eq (wh.out.record_count, 0);
    const struct letter *letter = wh_letter (MESSAGE_ERROR, 0);
    ck_assert_int_eq (letter->to, OTHER_TRADER);
    ck_assert_int_eq (letter->message.error.reason, REASON_UNAVAILABLE);
    ck_assert_int_eq (letter->message.error.number, 1);
    ck_assert_int_eq (letter->message.error.trader, TRADER);
}
END_TEST

START_TEST (test_warehouse_tells_a_trader_that_it_was_taken_over)
{
    tk_take ();
    struct item item = wh_promised (wh_buy (ALICE, 1, "salt", 1), 1);
    for (int round = 0; round < 4; round++) {
        for (int64_t epoch = 1; epoch <= 2; epoch++) {
            struct message request = wh_batch (TRADER, epoch, 1, &item, 1);
            const struct error *error = wh_refused (&request, REASON_TAKEN);
            ck_assert_int_eq (error->number, 1);
            ck_assert_int_eq (error->trader, 0);
            ck_assert_uint_eq (wh.out.record_count, 0);
        }
        if (round == 1) {
            (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
        }
        wh_restart ();
    }
    // Another process has its place by now: the one that was taken over must end.
    (void) tk_join (TRADER, NONCE, 2, 0);
    struct message request = wh_batch (TRADER, 1, 1, &item, 1);
    (void) wh_refused (&request, REASON_FENCED);
    ck_assert_int_eq (wh_available ("salt"), -1);
}
END_TEST

START_TEST (test_warehouse_decides_what_another_trader_may_have_decided_when_that_is_closed)
{
    take_with_salt ();
    struct item order = first_at (wh_buy (ALICE, 1, "salt", 1), TRADER, 1);
    struct item restock = first_at (wh_restock (SUE, 1, "oil", 1, 5), TRADER, 1);
    is_pending (order);
    is_pending (restock);
    ck_assert_int_eq (wh_available ("oil"), -1);
    (void) tk_takeover (OTHER_TRADER, TRADER, 3, true);
    is_pending (first_at (order, TRADER, 3));  // that it may be granted next
    is_pending (first_at (order, TRADER, 7));
    wh_restart ();
    wh_is_receipt (wh_one_by (OTHER_TRADER, order), STATUS_SOLD, 1, 0, 15);
    ck_assert_int_eq (wh_one_by (OTHER_TRADER, restock).kind, RESULT_RESTOCKED);
}
END_TEST

START_TEST (test_warehouse_decides_what_a_trader_decided_that_has_left)
{
    wh_begin ();
    (void) wh_one_by (OTHER_TRADER, wh_restock (SAM, 1, "salt", 10, 15));
    struct item order = first_at (wh_buy (ALICE, 1, "salt", 1), TRADER, 1);
    is_pending (order);
    (void) tk_leave (TRADER, 1, 1);
    wh_is_receipt (wh_one_by (OTHER_TRADER, order), STATUS_SOLD, 1, 0, 15);
    // What it decides when it is back is not closed.
    (void) tk_join (TRADER, NONCE, 1, 0);
    is_pending (first_at (wh_buy (ALICE, 2, "salt", 1), TRADER, 2));
}
END_TEST

START_TEST (test_warehouse_closes_nothing_by_a_join)
{
    tk_take ();
    (void) wh_one_by (OTHER_TRADER, wh_restock (SAM, 1, "salt", 10, 15));
    struct item order = first_at (wh_buy (ALICE, 1, "salt", 1), TRADER, 1);
    (void) tk_join (TRADER, NONCE, 2, 1);  // it goes on, and will settle it itself
    is_pending (order);
    (void) tk_join (TRADER, NONCE + 1, 3, 0);  // its journal is lost: nobody knows
    is_pending (order);
}
END_TEST

START_TEST (test_warehouse_decides_for_the_first_trader_itself)
{
    wh_begin ();
    (void) wh_one (wh_restock (SAM, 1, "salt", 10, 15));
    for (int64_t epoch = 0; epoch < 3; epoch++) {  // in whatever epoch that was
        struct item order = first_at (wh_buy (ALICE, epoch + 1, "salt", 1), TRADER, epoch);
        wh_is_receipt (wh_one (order), STATUS_SOLD, 1, 0, 15);
    }
    is_pending (first_at (wh_buy (BOB, 1, "salt", 1), 9, 0));  // one that never joined
    wh_is_receipt (wh_one (wh_buy (BOB, 1, "salt", 1)), STATUS_SOLD, 1, 0, 15);  // bound to none
}
END_TEST

START_TEST (test_warehouse_decides_nothing_for_a_trader_by_its_taker)
{
    take_with_salt ();
    const struct item items[] = {
        first_at (wh_buy (ALICE, 1, "salt", 1), TRADER, 1),                   // not in the copy
        first_at (wh_promised (wh_buy (ALICE, 2, "salt", 1), 1), TRADER, 1),  // decided
    };
    struct message request = tk_batch (2, 1, items, 2);
    const struct committed *committed = &wh_ask (&request)->committed;
    wh_is_error (committed->results[0], REASON_PENDING);
    wh_is_receipt (committed->results[1], STATUS_SOLD, 1, 0, 15);
}
END_TEST

START_TEST (test_warehouse_answers_what_it_knows_whoever_was_first)
{
    take_with_salt ();
    struct item order = wh_promised (wh_buy (ALICE, 1, "salt", 2), 2);
    struct message request = tk_batch (2, 1, &order, 1);
    (void) wh_ask (&request);
    struct item asked = first_at (wh_buy (ALICE, 1, "salt", 2), TRADER, 1);
    wh_is_receipt (wh_one_by (OTHER_TRADER, asked), STATUS_SOLD, 2, 0, 30);
    asked.quantity = 3;
    wh_is_error (wh_one_by (OTHER_TRADER, asked), REASON_CONFLICT);
    // What a trader has decided is decided, whoever was asked first.
    order = first_at (wh_promised (wh_buy (BOB, 1, "salt", 1), 1), TRADER, 1);
    wh_is_receipt (wh_one_by (OTHER_TRADER, order), STATUS_SOLD, 1, 0, 15);
}
END_TEST

START_TEST (test_warehouse_says_pending_in_a_repeated_batch_too)
{
    wh_begin ();
    struct item order = first_at (wh_buy (ALICE, 1, "salt", 1), TRADER, 1);
    for (int round = 0; round < 2; round++) {
        wh_is_error (wh_commit_as (OTHER_TRADER, 1, &order, 1)->results[0], REASON_PENDING);
    }
    (void) tk_leave (TRADER, 1, 1);
    wh_is_error (wh_commit_as (OTHER_TRADER, 1, &order, 1)->results[0], REASON_UNAVAILABLE);
}
END_TEST

START_TEST (test_warehouse_draws_its_market_once)
{
    warehouse_destroy (&wh.warehouse);
    wh.warehouse = warehouse_new (&wh.config, 7);
    ck_assert_int_eq (warehouse_market (wh.warehouse), 0);
    wh_step (&(struct event){.type = EVENT_START});
    int64_t market = warehouse_market (wh.warehouse);
    ck_assert_int_ge (market, 1);
    ck_assert_int_le (market, UINT32_MAX);
    wh_restart ();  // with another seed
    ck_assert_int_eq (warehouse_market (wh.warehouse), market);
    warehouse_t *other = warehouse_new (&wh.config, 8);
    outbox_clear (&wh.out);
    warehouse_step (other, &(struct event){.type = EVENT_START}, &wh.out);
    ck_assert_int_ne (warehouse_market (other), market);
    warehouse_destroy (&other);
}
END_TEST

START_TEST (test_warehouse_serves_nobody_of_another_market)
{
    tk_begin ();
    int64_t own = warehouse_market (wh.warehouse);
    struct item item = wh_restock (SAM, 1, "salt", 1, 1);
    struct message requests[] = {
        wh_batch (TRADER, 1, 1, &item, 1),
        {.type = MESSAGE_SNAPSHOT, .from = TRADER},
        {.type = MESSAGE_JOIN, .from = TRADER, .join = {.nonce = NONCE, .epoch = 1, .began = 1}},
        {.type = MESSAGE_CLAIM, .from = TRADER, .claim = {.epoch = 1, .view = 2}},
        {.type = MESSAGE_TAKEOVER, .from = OTHER_TRADER, .takeover = {TRADER, 2, false}},
    };
    static const enum message_type answers[] = {MESSAGE_COMMITTED, MESSAGE_STOCK, MESSAGE_VIEW,
                                                MESSAGE_VIEW, MESSAGE_VIEW};
    for (size_t i = 0; i < 5; i++) {
        requests[i].market = own + 1;
        requests[i].clock = 1000000;
        outbox_clear (&wh.out);
        struct event event = {
            .type = EVENT_RECEIVE, .port = PORT_WAREHOUSE, .message = &requests[i]};
        warehouse_step (wh.warehouse, &event, &wh.out);
        ck_assert_uint_eq (wh.out.letter_count, 1);
        ck_assert_uint_eq (wh.out.record_count, 0);
        const struct message *answer = &wh.out.letters[0].message;
        ck_assert_int_eq (answer->type, MESSAGE_ERROR);
        ck_assert_int_eq (answer->error.reason, REASON_FOREIGN);
        ck_assert_int_eq (answer->market, own);
        ck_assert_int_lt (answer->clock, 1000);  // not even its clock is taken over
        ck_assert_int_eq (warehouse_counters (wh.warehouse)->refused_input, (int64_t) i + 1);
    }
    for (size_t i = 0; i < 5; i++) {
        requests[i].market = own;
        ck_assert_int_eq (wh_ask (&requests[i])->type, answers[i]);
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_takeover");
    TCase *commits = wh_tcase (suite, "commits");
    tcase_add_test (commits, test_warehouse_settles_a_copy_as_its_traders);
    tcase_add_test (commits, test_warehouse_tells_of_an_oversell_of_a_copy_as_its_traders);
    tcase_add_test (commits, test_warehouse_takes_a_copy_from_its_taker_alone);
    tcase_add_test (commits, test_warehouse_says_for_whom_a_batch_was_that_found_no_room);
    tcase_add_test (commits, test_warehouse_tells_a_trader_that_it_was_taken_over);
    TCase *first = wh_tcase (suite, "first");
    tcase_add_test (
        first, test_warehouse_decides_what_another_trader_may_have_decided_when_that_is_closed);
    tcase_add_test (first, test_warehouse_decides_what_a_trader_decided_that_has_left);
    tcase_add_test (first, test_warehouse_closes_nothing_by_a_join);
    tcase_add_test (first, test_warehouse_decides_for_the_first_trader_itself);
    tcase_add_test (first, test_warehouse_decides_nothing_for_a_trader_by_its_taker);
    tcase_add_test (first, test_warehouse_answers_what_it_knows_whoever_was_first);
    tcase_add_test (first, test_warehouse_says_pending_in_a_repeated_batch_too);
    TCase *market = wh_tcase (suite, "market");
    tcase_add_test (market, test_warehouse_draws_its_market_once);
    tcase_add_test (market, test_warehouse_serves_nobody_of_another_market);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
