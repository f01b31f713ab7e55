// The trader where the warehouse decides: answers are passed on, sellers are told, and a request
// that comes twice is answered once.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

START_TEST (test_trader_passes_a_buy_on_and_its_receipt_back)
{
    fix_join ();
    struct message buy = fix_buy (ALICE, 7, "fish", 3);
    buy.buy.all_or_nothing = _i == 1;
    buy.clock = 42;
    fix_ask (buy);
    const struct item *item = &fix_commit (1)->items[0];
    ck_assert_int_eq (item->kind, ITEM_BUY);
    ck_assert_int_eq (item->client, ALICE);
    ck_assert_int_eq (item->number, 7);
    ck_assert_int_eq (item->clock, 42);
    ck_assert_str_eq (item->product, "fish");
    ck_assert_int_eq (item->quantity, 3);
    ck_assert_int_eq (item->all_or_nothing, _i == 1);
    ck_assert (!item->behind);
    ck_assert_int_eq (item->promised, 0);

    const struct fill fills[] = {{SAM, 4, 2, 100}, {SUE, 9, 1, 110}};
    struct result sold = fix_receipt (STATUS_SOLD, "fish", 3);
    sold.amount_cents = 310;
    sold.fills = fills;
    sold.fill_count = 2;
    fix.version = 17;
    fix_settle (1, sold);
    const struct letter *letter = fix_alone (MESSAGE_RECEIPT);  // No seller was heard of.
    const struct receipt *receipt = &letter->message.receipt;
    fix_receipts (ALICE, 7, STATUS_SOLD, 3);
    ck_assert_str_eq (receipt->product, "fish");
    ck_assert_int_eq (receipt->amount_cents, 310);
    ck_assert_int_eq (receipt->missing, 0);
    ck_assert_uint_eq (receipt->fill_count, 2);
    ck_assert_int_eq (receipt->fills[1].seller, SUE);
    ck_assert_int_eq (receipt->seen.version, 17);
    ck_assert_uint_eq (receipt->seen.count, 0);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_passes_a_restock_on_and_its_answer_back)
{
    fix_join ();
    fix_ask (fix_restock (SAM, 2, "salt", 5));
    const struct item *item = &fix_commit (1)->items[0];
    ck_assert_int_eq (item->kind, ITEM_RESTOCK);
    ck_assert_int_eq (item->price_cents, 100);
    ck_assert_int_eq (item->quantity, 5);
    fix.version = 3;
    fix_settle (1, fix_restocked ("salt", 5));
    const struct letter *letter = fix_alone (MESSAGE_RESTOCKED);
    ck_assert_int_eq (letter->to, SAM);
    ck_assert_int_eq (letter->message.restocked.number, 2);
    ck_assert_str_eq (letter->message.restocked.product, "salt");
    ck_assert_int_eq (letter->message.restocked.quantity, 5);
    ck_assert_int_eq (letter->message.restocked.price_cents, 100);
    ck_assert_int_eq (letter->message.restocked.seen.version, 3);
}
END_TEST

START_TEST (test_trader_passes_every_refusal_on)
{
    const enum reason reasons[] = {REASON_CONFLICT, REASON_EXPIRED, REASON_LIMIT,
                                   REASON_UNAVAILABLE, REASON_BAD_REQUEST};
    fix_join ();
    for (int64_t i = 0; i < 5; i++) {
        fix_ask (fix_buy (ALICE, i + 1, "fish", 1));
        fix_settle (i + 1, fix_error (reasons[i]));
        fix_refuses (ALICE, reasons[i], i + 1);
    }
    fix_ask (fix_buy (ALICE, 6, "fish", 1));
    fix_settle (6, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix_receipts (ALICE, 6, STATUS_OUT_OF_STOCK, 0);
    fix_ask (fix_buy (ALICE, 7, "fish", 1));
    fix_settle (7, fix_receipt (STATUS_TOO_MANY_LOTS, "fish", 0));
    fix_receipts (ALICE, 7, STATUS_TOO_MANY_LOTS, 0);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_passes_questions_on)
{
    fix_join ();
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 5));
    ck_assert_int_eq (fix_commit (1)->items[0].kind, ITEM_ORDER_STATUS);
    ck_assert_int_eq (fix_commit (1)->items[0].number, 5);
    struct result oversold = fix_receipt (STATUS_OVERSOLD, "salt", 1);
    oversold.missing = 2;
    fix_settle (1, oversold);
    const struct receipt *receipt = &fix_alone (MESSAGE_RECEIPT)->message.receipt;
    fix_receipts (ALICE, 5, STATUS_OVERSOLD, 1);
    ck_assert_str_eq (receipt->product, "salt");
    ck_assert_int_eq (receipt->missing, 2);

    fix_ask (fix_question (MESSAGE_LOT_STATUS, SAM, 6));
    ck_assert_int_eq (fix_commit (2)->items[0].kind, ITEM_LOT_STATUS);
    struct result lot = {
        .kind = RESULT_LOT, .product = "salt", .quantity = 9, .left = 4, .price_cents = 120};
    fix_settle (2, lot);
    const struct letter *letter = fix_alone (MESSAGE_LOT);
    ck_assert_int_eq (letter->to, SAM);
    ck_assert_int_eq (letter->message.lot.number, 6);
    ck_assert_str_eq (letter->message.lot.product, "salt");
    ck_assert_int_eq (letter->message.lot.quantity, 9);
    ck_assert_int_eq (letter->message.lot.left, 4);
    ck_assert_int_eq (letter->message.lot.price_cents, 120);

    fix_ask (fix_question (MESSAGE_LOT_STATUS, SAM, 7));
    fix_settle (3, fix_error (REASON_UNAVAILABLE));
    fix_refuses (SAM, REASON_UNAVAILABLE, 7);
}
END_TEST

// The request and questions about it are different things under one number.
START_TEST (test_trader_takes_an_order_and_questions_about_its_number_together)
{
    fix_join ();
    fix_client (fix_buy (ALICE, 5, "fish", 1));
    fix_client (fix_question (MESSAGE_ORDER_STATUS, ALICE, 5));
    fix_client (fix_question (MESSAGE_LOT_STATUS, ALICE, 5));
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_commit (1)->item_count, 3);
    const struct result results[] = {
        fix_receipt (STATUS_SOLD, "fish", 1),
        fix_receipt (STATUS_SOLD, "fish", 1),
        fix_error (REASON_UNAVAILABLE),
    };
    fix_warehouse (fix_committed (1, results, 3));
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 2);
    ck_assert_uint_eq (fix_count (MESSAGE_ERROR), 1);
}
END_TEST

// A client that asks again is answered once, where it was heard last.
START_TEST (test_trader_answers_a_repeated_request_once_and_where_it_was_repeated)
{
    struct message messages[] = {
        fix_buy (ALICE, 5, "fish", 1),
        fix_restock (ALICE, 5, "fish", 1),
        fix_question (MESSAGE_ORDER_STATUS, ALICE, 5),
    };
    const struct result results[] = {
        fix_receipt (STATUS_SOLD, "fish", 1),
        fix_restocked ("fish", 1),
        fix_receipt (STATUS_UNKNOWN, "", 0),
    };
    struct message *message = &messages[_i];
    struct route moved = fix_route (ALICE, 9);
    fix_join ();
    fix_client (*message);
    if (message->type == MESSAGE_BUY) {
        message->buy.attempt = 2;
    }
    fix_client (*message);
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    fix_commits (1, (int64_t[]){5, 0});
    fix_client_at (*message, moved);  // And while it is under way.
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_settle (1, results[_i]);
    ck_assert_uint_eq (fix.out.letter_count, 1);
    ck_assert (fix_same_route (&fix.out.letters[0].route, &moved));
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (trader_counters (fix.trader)->requests, 1);
}
END_TEST

// The same number with another body, while the first is pending.
START_TEST (test_trader_sees_a_conflict_with_a_pending_request)
{
    struct message other = fix_buy (ALICE, 5, "fish", 2);
    switch (_i) {
    case 0:
        other.buy.quantity = 3;
        break;
    case 1:
        other.buy.all_or_nothing = true;
        break;
    case 2:
        other.buy.product = "salt";
        break;
    default:
        other = fix_restock (ALICE, 5, "fish", 2);
    }
    fix_join ();
    fix_client (fix_buy (ALICE, 5, "fish", 2));
    fix_client (other);
    fix_refuses (ALICE, REASON_CONFLICT, 5);
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_commit (1)->items[0].quantity, 2);
    fix_ask (other);
    fix_refuses (ALICE, REASON_CONFLICT, 5);
    fix_client (fix_buy (BOB, 5, "salt", 9));  // Somebody else's number is another one.
    fix_nothing ();
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    fix_receipts (ALICE, 5, STATUS_SOLD, 2);
}
END_TEST

START_TEST (test_trader_sees_a_restock_at_another_price_as_a_conflict)
{
    struct message other = fix_restock (SAM, 5, "fish", 2);
    other.restock.price_cents = 101;
    fix_join ();
    fix_client (fix_restock (SAM, 5, "fish", 2));
    fix_client (other);
    fix_refuses (SAM, REASON_CONFLICT, 5);
}
END_TEST

static void sell_to_alice (int64_t batch, int64_t number, int64_t attempt)
{
    static const struct fill fills[] = {{SAM, 4, 2, 100}, {SUE, 9, 1, 110}};
    struct message buy = fix_buy (ALICE, number, "fish", 3);
    struct result sold = fix_receipt (STATUS_SOLD, "fish", 3);
    buy.buy.attempt = attempt;
    sold.fills = fills;
    sold.fill_count = 2;
    fix_ask (buy);
    fix_settle (batch, sold);
}

START_TEST (test_trader_tells_the_sellers_that_it_has_heard_of)
{
    struct route moved = fix_route (SUE, 3);
    fix_join ();
    fix_client_at (fix_plain (MESSAGE_PING, SUE), fix_route (SUE, 1));
    fix_client_at (fix_plain (MESSAGE_PING, SUE), moved);
    sell_to_alice (1, 1, 1);
    const struct letter *letter = fix_only (MESSAGE_SOLD);
    ck_assert_uint_eq (fix.out.letter_count, 2);
    ck_assert_int_eq (letter->to, SUE);
    ck_assert (fix_same_route (&letter->route, &moved));
    const struct sold *sold = &letter->message.sold;
    ck_assert_int_eq (sold->buyer, ALICE);
    ck_assert_int_eq (sold->order, 1);
    ck_assert_int_eq (sold->lot, 9);
    ck_assert_str_eq (sold->product, "fish");
    ck_assert_int_eq (sold->units, 1);
    ck_assert_int_eq (sold->price_cents, 110);
    fix_ask (fix_restock (SAM, 1, "fish", 1));
    fix_settle (2, fix_restocked ("fish", 1));
    sell_to_alice (3, 2, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_SOLD), 2);
}
END_TEST

// An order that may have been sold before was told to its sellers then.
START_TEST (test_trader_tells_sellers_of_first_attempts_alone)
{
    fix_join ();
    fix_client (fix_plain (MESSAGE_PING, SUE));
    sell_to_alice (1, 1, 2);
    (void) fix_alone (MESSAGE_RECEIPT);
    static const struct fill fill = {SUE, 9, 1, 110};
    struct result known = fix_receipt (STATUS_SOLD, "fish", 1);
    known.fills = &fill;
    known.fill_count = 1;
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    fix_settle (2, known);
    (void) fix_alone (MESSAGE_RECEIPT);
}
END_TEST

// Alice lost patience before the warehouse had answered; sue must hear of the sale all the same.
START_TEST (test_trader_tells_sellers_of_a_first_attempt_that_was_repeated_meanwhile)
{
    static const struct fill fill = {SUE, 9, 1, 110};
    struct message buy = fix_buy (ALICE, 1, "fish", 1);
    struct result sold = fix_receipt (STATUS_SOLD, "fish", 1);
    sold.fills = &fill;
    sold.fill_count = 1;
    fix_join ();
    fix_client (fix_plain (MESSAGE_PING, SUE));
    fix_ask (buy);
    buy.buy.attempt = 2;
    fix_ask (buy);
    fix_nothing ();
    fix_settle (1, sold);
    (void) fix_only (MESSAGE_SOLD);
    (void) fix_only (MESSAGE_RECEIPT);
}
END_TEST

// With more clients than it can remember, the one that was not heard for the longest time goes.
START_TEST (test_trader_forgets_the_seller_that_was_not_heard_for_longest)
{
    enum { FIRST = 1000 };
    const struct fill fills[] = {
        {FIRST, 1, 1, 100}, {FIRST + 1, 1, 1, 100}, {FIRST + 2, 1, 1, 100}};
    struct result sold = fix_receipt (STATUS_SOLD, "fish", 3);
    sold.fills = fills;
    sold.fill_count = 3;
    fix_join ();
    for (int64_t client = FIRST; client < FIRST + LIMIT_CLIENTS; client++) {
        fix_client (fix_plain (MESSAGE_PING, client));
    }
    fix_client (fix_plain (MESSAGE_PING, FIRST));
    fix_ask (fix_buy (ALICE, 1, "fish", 3));  // One too many, so FIRST + 1 has to go.
    fix_settle (1, sold);
    ck_assert_uint_eq (fix_count (MESSAGE_SOLD), 2);
    ck_assert_int_eq (fix_letter (MESSAGE_SOLD, 0)->to, FIRST);
    ck_assert_int_eq (fix_letter (MESSAGE_SOLD, 1)->to, FIRST + 2);
    fix_client (fix_plain (MESSAGE_PING, FIRST + 1));
    (void) fix_alone (MESSAGE_PONG);
}
END_TEST

START_TEST (test_trader_counts_what_could_not_be_delivered_and_goes_on)
{
    fix_join ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    struct event event = fix_event (EVENT_UNDELIVERABLE);
    event.message = &fix.out.letters[0].message;
    struct outbox none;
    outbox_init (&none);
    trader_step (fix.trader, &event, &none);
    ck_assert_uint_eq (none.letter_count, 0);
    outbox_free (&none);
    ck_assert_int_eq (trader_counters (fix.trader)->undeliverable, 1);
    fix_ask (fix_buy (ALICE, 2, "fish", 1));
    fix_commits (2, (int64_t[]){2, 0});
}
END_TEST

START_TEST (test_trader_that_stops_finishes_what_it_has_and_takes_nothing_new)
{
    fix.config.in_flight_max = 1;
    fix_join ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_ask (fix_buy (BOB, 1, "fish", 1));
    fix_step (EVENT_STOP);
    fix_ask (fix_buy (CAROL, 1, "fish", 1));
    fix_refuses (CAROL, REASON_UNAVAILABLE, 1);
    fix_ask (fix_buy (BOB, 1, "fish", 1));  // Known: it has its place.
    fix_nothing ();
    ck_assert (!trader_idle (fix.trader));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_step (EVENT_DRAINED);
    fix_commits (2, (int64_t[]){1, 0});
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 1));
    ck_assert (trader_idle (fix.trader));
    fix_client (fix_plain (MESSAGE_PING, CAROL));  // It is there as long as it is.
    (void) fix_alone (MESSAGE_PONG);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader sync");
    TCase *answers = tcase_create ("answers");
    tcase_add_checked_fixture (answers, fix_set_up, fix_tear_down);
    tcase_add_loop_test (answers, test_trader_passes_a_buy_on_and_its_receipt_back, 0, 2);
    tcase_add_test (answers, test_trader_passes_a_restock_on_and_its_answer_back);
    tcase_add_test (answers, test_trader_passes_every_refusal_on);
    tcase_add_test (answers, test_trader_passes_questions_on);
    tcase_add_test (answers, test_trader_takes_an_order_and_questions_about_its_number_together);
    tcase_add_test (answers, test_trader_counts_what_could_not_be_delivered_and_goes_on);
    tcase_add_test (answers, test_trader_that_stops_finishes_what_it_has_and_takes_nothing_new);
    suite_add_tcase (suite, answers);
    TCase *twice = tcase_create ("twice");
    tcase_add_checked_fixture (twice, fix_set_up, fix_tear_down);
    tcase_add_loop_test (
        twice, test_trader_answers_a_repeated_request_once_and_where_it_was_repeated, 0, 3);
    tcase_add_loop_test (twice, test_trader_sees_a_conflict_with_a_pending_request, 0, 4);
    tcase_add_test (twice, test_trader_sees_a_restock_at_another_price_as_a_conflict);
    suite_add_tcase (suite, twice);
    TCase *sellers = tcase_create ("sellers");
    tcase_add_checked_fixture (sellers, fix_set_up, fix_tear_down);
    tcase_add_test (sellers, test_trader_tells_the_sellers_that_it_has_heard_of);
    tcase_add_test (sellers, test_trader_tells_sellers_of_first_attempts_alone);
    tcase_add_test (sellers,
                    test_trader_tells_sellers_of_a_first_attempt_that_was_repeated_meanwhile);
    tcase_add_test (sellers, test_trader_forgets_the_seller_that_was_not_heard_for_longest);
    suite_add_tcase (suite, sellers);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
