#include <check.h>

#include "tests/kit/client_fixture.h"

START_TEST (test_client_sends_the_same_number_to_another_trader_after_a_time_out)
{
    begin ();
    int64_t number = buy (3);
    struct letter first = *only_letter (MESSAGE_BUY);
    run_to_deadline ();
    const struct letter *again = only_letter (MESSAGE_BUY);
    ck_assert_int_ne (again->to, first.to);
    ck_assert_int_eq (again->message.buy.number, number);
    ck_assert_int_eq (again->message.buy.quantity, 3);
    ck_assert_str_eq (again->message.buy.product, "fish");
    ck_assert_int_eq (first.message.buy.attempt, 1);
    ck_assert_int_eq (again->message.buy.attempt, 2);
    ck_assert_int_eq (client_resent (client), 1);
    ck_assert_int_eq (client_next_number (client), 2);
}
END_TEST

START_TEST (test_client_sends_to_the_same_trader_when_bound)
{
    config.bound = true;
    begin ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    for (int i = 0; i < 5; i++) {
        run_to_deadline ();
        ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, to);
    }
    // Another order avoids the trader that does not answer.
    for (int i = 0; i < 10; i++) {
        (void) buy (1);
        ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    }
    // A sign of life is not enough, but once it gets things done it is asked again.
    tell ((struct message){.type = MESSAGE_PONG, .from = to, .clock = 1});
    (void) buy (1);
    ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    tell ((struct message){.type = MESSAGE_SOLD, .from = to, .clock = 2, .sold.product = "salt"});
    bool chosen = false;
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        chosen = chosen || only_letter (MESSAGE_BUY)->to == to;
    }
    ck_assert (chosen);
}
END_TEST

START_TEST (test_client_waits_twice_as_long_each_time_up_to_eight_fold)
{
    begin ();
    (void) buy (1);
    int64_t last_us = now_us;
    for (int i = 0; i < 6; i++) {
        run_to_deadline ();
        int64_t base_us = KIT_S * (int64_t) (i < 3 ? 1 << i : 8);
        ck_assert_int_ge (now_us - last_us, base_us);
        ck_assert_int_le (now_us - last_us, base_us + base_us / 4);
        last_us = now_us;
    }
}
END_TEST

START_TEST (test_client_gives_up_after_the_bound_and_says_so)
{
    begin ();
    int64_t start_us = now_us;
    int64_t number = buy (1);
    while (client_open (client)) {
        no_answer ();
        run_to_deadline ();
    }
    ck_assert_int_eq (now_us - start_us, config.give_up_us);
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_GAVE_UP);
    ck_assert_int_eq (answer.number, number);
    ck_assert_int_eq (answer.tag, 77);
    ck_assert (answer.first);
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
    tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 5));
    no_answer ();
}
END_TEST

START_TEST (test_client_backs_off_from_a_busy_trader_and_asks_again)
{
    static const enum reason reasons[] = {REASON_BUSY, REASON_UNAVAILABLE};
    config.bound = true;
    begin ();
    int64_t number = buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_error (to, number, reasons[_i]));
    no_answer ();
    ck_assert_uint_eq (out.letter_count, 0);
    int64_t due_us = client_deadline (client);
    ck_assert_int_gt (due_us, now_us);
    ck_assert_int_lt (due_us, now_us + config.timeout_us);
    tell (kit_error (to, number, reasons[_i]));
    ck_assert_int_eq (client_deadline (client), due_us);
    run_to_deadline ();
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.number, number);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, to);
    tell (kit_receipt (to, number, STATUS_OUT_OF_STOCK, 0, 0, 0));
    ck_assert_int_eq (the_answer ().status, STATUS_OUT_OF_STOCK);
}
END_TEST

START_TEST (test_client_takes_a_refusal_for_good_as_final)
{
    static const enum reason reasons[] = {REASON_CONFLICT, REASON_EXPIRED, REASON_BAD_REQUEST,
                                          REASON_LIMIT};
    begin ();
    int64_t number = buy (1);
    tell (kit_error (1, number, reasons[_i]));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_FAILED);
    ck_assert_int_eq (answer.reason, reasons[_i]);
    ck_assert_int_eq (client_open (client), 0);
    tell (kit_error (1, number, reasons[_i]));
    no_answer ();
}
END_TEST

START_TEST (test_client_answers_once_and_ignores_what_is_late_doubled_or_foreign)
{
    begin ();
    int64_t number = buy (2);
    tell (kit_receipt (4, number, STATUS_SOLD, 2, 0, 10));  // 4 is no trader
    no_answer ();
    tell (kit_receipt (1, number + 1, STATUS_SOLD, 2, 0, 10));  // never asked
    no_answer ();
    tell (kit_receipt (1, number, STATUS_SOLD, 3, 0, 10));  // more than was ordered
    no_answer ();
    tell (kit_restocked (1, number, "fish"));  // not what was asked
    no_answer ();
    tell (kit_receipt (1, number, STATUS_UNKNOWN, 0, 0, 0));  // answers no question
    no_answer ();
    ck_assert_int_eq (client_open (client), 1);
    now_us += 40 * KIT_MS;
    tell (kit_receipt (1, number, STATUS_SOLD, 2, 0, 10));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_DECIDED);
    ck_assert_int_eq (answer.status, STATUS_SOLD);
    ck_assert_int_eq (answer.units, 2);
    ck_assert_int_eq (answer.amount_cents, 10);
    ck_assert_int_eq (answer.latency_us, 40 * KIT_MS);
    ck_assert (answer.first);
    tell (kit_receipt (1, number, STATUS_SOLD, 2, 0, 10));
    no_answer ();
}
END_TEST

START_TEST (test_client_tells_of_an_accepted_order_and_then_of_its_settling)
{
    begin ();
    int64_t number = buy (2);
    tell (kit_receipt (2, number, STATUS_ACCEPTED, 2, 0, 0));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_ACCEPTED);
    ck_assert (answer.first);
    ck_assert_int_eq (answer.units, 2);
    tell (kit_receipt (2, number, STATUS_ACCEPTED, 2, 0, 0));
    no_answer ();
    ck_assert_int_eq (client_open (client), 1);
    tell (kit_receipt (2, number, STATUS_SOLD, 2, 0, 30));
    answer = the_answer ();
    ck_assert_int_eq (answer.status, STATUS_SOLD);
    ck_assert (!answer.first);
    ck_assert_int_eq (client_open (client), 0);
}
END_TEST

// By which of the three ways the news of an oversell comes, in which order.
static void oversell_by (int way, int64_t number)
{
    if (way == 0) {
        tell (kit_oversold (2, number, 1, 2, 15));
    } else if (way == 1) {
        publish (kit_oversell (2, 10, number, 1, 2, 15));
    } else {
        tell (kit_receipt (2, number, STATUS_OVERSOLD, 1, 2, 15));
    }
}

START_TEST (test_client_counts_an_oversell_once_by_whichever_way_it_comes)
{
    begin ();
    int64_t number = buy (3);
    tell (kit_receipt (2, number, STATUS_ACCEPTED, 3, 0, 0));
    (void) the_answer ();
    publish (kit_oversell (2, 11, number, 1, 2, 15));  // another buyer's
    no_answer ();
    publish (kit_oversell (9, 10, number, 1, 2, 15));  // no trader's
    no_answer ();
    oversell_by (_i % 3, number);
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_DECIDED);
    ck_assert_int_eq (answer.status, STATUS_OVERSOLD);
    ck_assert_int_eq (answer.units, 1);
    ck_assert_int_eq (answer.missing, 2);
    ck_assert_int_eq (answer.amount_cents, 15);
    for (int way = 0; way < 3; way++) {
        oversell_by (way, number);
        no_answer ();
    }
}
END_TEST

START_TEST (test_client_asks_the_same_trader_what_became_of_an_accepted_order)
{
    config.bound = true;
    begin ();
    int64_t number = buy (2);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
    (void) the_answer ();
    int64_t accepted_us = now_us;
    run_to_deadline ();
    ck_assert_int_ge (now_us - accepted_us, config.settle_timeout_us);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq (only_letter (MESSAGE_ORDER_STATUS)->to, to);
        ck_assert_int_eq (out.letters[0].message.order_status.number, number);
        tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
        tell (kit_error (to, number, REASON_BUSY));
        run_to_deadline ();
    }
    tell (kit_receipt (to, number, STATUS_SOLD, 2, 0, 9));
    ck_assert_int_eq (the_answer ().status, STATUS_SOLD);
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
}
END_TEST

START_TEST (test_client_asks_any_trader_about_it_when_not_bound)
{
    begin ();
    int64_t number = buy (2);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
    run_to_deadline ();
    ck_assert_int_eq (only_letter (MESSAGE_ORDER_STATUS)->to, to);
    run_to_deadline ();
    ck_assert_int_ne (only_letter (MESSAGE_ORDER_STATUS)->to, to);
}
END_TEST

START_TEST (test_client_orders_again_what_was_accepted_and_then_forgotten)
{
    config.bound = true;
    begin ();
    int64_t number = buy (2);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
    (void) the_answer ();
    run_to_deadline ();
    tell (kit_receipt (to, number, STATUS_UNKNOWN, 0, 0, 0));
    no_answer ();
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, to);
    ck_assert_int_eq (out.letters[0].message.buy.number, number);
    ck_assert_int_eq (out.letters[0].message.buy.quantity, 2);
    tell (kit_receipt (to, number, STATUS_UNKNOWN, 0, 0, 0));  // doubled
    ck_assert_uint_eq (out.letter_count, 0);
    tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
    no_answer ();
    tell (kit_receipt (to, number, STATUS_SOLD, 2, 0, 9));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.status, STATUS_SOLD);
    ck_assert (!answer.first);
}
END_TEST

START_TEST (test_client_gives_up_an_unsettled_order_counted_from_its_acceptance)
{
    begin ();
    int64_t number = buy (2);
    now_us += KIT_S / 2;
    int64_t accepted_us = now_us;
    tell (kit_receipt (1, number, STATUS_ACCEPTED, 2, 0, 0));
    (void) the_answer ();
    while (client_open (client)) {
        run_to_deadline ();
    }
    ck_assert_int_eq (now_us - accepted_us, config.give_up_us);
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_GAVE_UP);
    ck_assert (!answer.first);
}
END_TEST

static void add_retry_tests (Suite *suite)
{
    TCase *retry = tcase_create ("retry");
    tcase_add_checked_fixture (retry, set_up, tear_down);
    tcase_add_test (retry, test_client_sends_the_same_number_to_another_trader_after_a_time_out);
    tcase_add_test (retry, test_client_sends_to_the_same_trader_when_bound);
    tcase_add_test (retry, test_client_waits_twice_as_long_each_time_up_to_eight_fold);
    tcase_add_test (retry, test_client_gives_up_after_the_bound_and_says_so);
    tcase_add_loop_test (retry, test_client_backs_off_from_a_busy_trader_and_asks_again, 0, 2);
    suite_add_tcase (suite, retry);
}

static void add_answer_tests (Suite *suite)
{
    TCase *answers = tcase_create ("answers");
    tcase_add_checked_fixture (answers, set_up, tear_down);
    tcase_add_test (answers, test_client_answers_once_and_ignores_what_is_late_doubled_or_foreign);
    tcase_add_loop_test (answers, test_client_takes_a_refusal_for_good_as_final, 0, 4);
    tcase_add_test (answers, test_client_tells_of_an_accepted_order_and_then_of_its_settling);
    tcase_add_loop_test (answers, test_client_counts_an_oversell_once_by_whichever_way_it_comes, 0,
                         3);
    tcase_add_test (answers, test_client_asks_the_same_trader_what_became_of_an_accepted_order);
    tcase_add_test (answers, test_client_asks_any_trader_about_it_when_not_bound);
    tcase_add_test (answers, test_client_orders_again_what_was_accepted_and_then_forgotten);
    tcase_add_test (answers, test_client_gives_up_an_unsettled_order_counted_from_its_acceptance);
    suite_add_tcase (suite, answers);
}

int main (void)
{
    Suite *suite = suite_create ("client");
    add_retry_tests (suite);
    add_answer_tests (suite);
    return kit_run (suite);
}
