#include <check.h>

#include "tests/kit/client_fixture.h"

static int64_t other_than (int64_t trader)
{
    return trader % 3 + 1;
}

START_TEST (test_client_goes_back_to_a_silent_first_trader_that_returns)
{
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    int64_t next = to;
    while (next == to) {
        next = run_without (to, MESSAGE_BUY);
    }
    tell (kit_error (next, 1, REASON_PENDING));
    tell (kit_pong (to, 1));
    // It has its journal still, so nobody else may decide.
    ck_assert_int_eq (run_without (0, MESSAGE_BUY), to);
}
END_TEST

START_TEST (test_client_sends_again_at_once_to_a_trader_that_was_started_again)
{
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    if (_i) {
        publish (kit_news (other_than (to), to, 2, 2, MEMBER_LIVE));
    } else {
        tell (kit_pong (to, 2));
    }
    const struct letter *letter = only_letter (MESSAGE_BUY);
    ck_assert_int_eq (letter->to, to);
    ck_assert_int_eq (letter->message.buy.first.epoch, 1);
}
END_TEST

START_TEST (test_client_uses_a_trader_again_that_has_returned)
{
    begin_known ();
    publish (kit_news (2, 1, 2, 5, MEMBER_FAILED));
    tell (kit_pong (1, 1));  // a process that does not know that it was taken over
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, 1);
    }
    if (_i) {
        publish (kit_news (2, 1, 3, 6, MEMBER_LIVE));
    } else {
        tell (kit_pong (1, 3));
    }
    publish (kit_news (3, 1, 2, 5, MEMBER_FAILED));  // late
    bool chosen = false;
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        const struct letter *letter = only_letter (MESSAGE_BUY);
        chosen = chosen || letter->to == 1;
        ck_assert_int_eq (letter->message.buy.first.epoch, letter->to == 1 ? 3 : 1);
    }
    ck_assert (chosen);
}
END_TEST

START_TEST (test_client_avoids_a_trader_that_its_backup_suspects_until_it_answers)
{
    begin_known ();
    publish (kit_news (2, 1, 1, 0, MEMBER_SUSPECTED));
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, 1);
    }
    tell (kit_pong (1, 1));
    bool chosen = false;
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        chosen = chosen || only_letter (MESSAGE_BUY)->to == 1;
    }
    ck_assert (chosen);
}
END_TEST

// It pings nobody, so no PONG will tell that the suspicion was wrong.
START_TEST (test_client_that_pings_nobody_forgets_a_suspicion_after_a_while)
{
    config.ping_every_us = 0;
    begin_known ();
    publish (kit_news (2, 1, 1, 0, MEMBER_SUSPECTED));
    (void) buy (1);
    ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, 1);
    now_us += 60 * (int64_t) KIT_S;
    bool chosen = false;
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        chosen = chosen || only_letter (MESSAGE_BUY)->to == 1;
    }
    ck_assert (chosen);
}
END_TEST

START_TEST (test_client_was_away_and_suspects_nobody)
{
    begin_known ();
    now_us += 3600 * (int64_t) KIT_S;
    step (kit_event (EVENT_DEADLINE, now_us));
    bool chosen[4] = {false};
    for (int i = 0; i < 40; i++) {
        (void) buy (1);
        chosen[only_letter (MESSAGE_BUY)->to] = true;
    }
    ck_assert (chosen[1] && chosen[2] && chosen[3]);
}
END_TEST

static void tell_foreign (int64_t from, int64_t number, int64_t market)
{
    struct message message = kit_error (from, number, REASON_FOREIGN);
    message.market = market;
    tell (message);
}

START_TEST (test_client_leaves_a_trader_of_another_market_alone)
{
    begin_known ();
    ck_assert_int_eq (client_market (client), KIT_MARKET);
    int64_t number = buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell_foreign (to, number, KIT_MARKET + 1);
    no_answer ();
    ck_assert_int_eq (client_open (client), 1);
    ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.first.trader, to);
    ck_assert_int_eq (client_next_foreign (client), to);
    ck_assert_int_eq (client_next_foreign (client), 0);
    tell_foreign (to, number, KIT_MARKET + 1);
    ck_assert_int_eq (client_next_foreign (client), 0);  // Once is enough.
    for (int i = 0; i < 20; i++) {
        (void) buy (1);
        ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    }
    tell (kit_pong (to, 1));  // It was started again, for this one.
    bool chosen = false;
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        chosen = chosen || only_letter (MESSAGE_BUY)->to == to;
    }
    ck_assert (chosen);
}
END_TEST

START_TEST (test_client_believes_nothing_that_comes_from_another_market)
{
    begin_known ();
    int64_t number = buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    struct message message = kit_news (to, to, 2, 5, MEMBER_FAILED);
    message.market = KIT_MARKET + 1;
    publish (message);
    ck_assert_uint_eq (out.letter_count, 0);
    message = kit_receipt (to, number, STATUS_SOLD, 1, 0, 5);
    message.market = KIT_MARKET + 1;
    tell (message);
    no_answer ();
    ck_assert_int_eq (client_next_foreign (client), to);
    message.market = 0;  // It has not joined, or is no trader: whoever listens there now.
    tell (message);
    no_answer ();
    message.market = KIT_MARKET;
    tell (message);
    ck_assert_int_eq (the_answer ().number, number);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("client_returns");
    TCase *returns = tcase_create ("returns");
    tcase_add_checked_fixture (returns, set_up_bound, tear_down);
    tcase_add_test (returns, test_client_goes_back_to_a_silent_first_trader_that_returns);
    tcase_add_loop_test (returns,
                         test_client_sends_again_at_once_to_a_trader_that_was_started_again, 0, 2);
    tcase_add_loop_test (returns, test_client_uses_a_trader_again_that_has_returned, 0, 2);
    tcase_add_test (returns, test_client_avoids_a_trader_that_its_backup_suspects_until_it_answers);
    tcase_add_test (returns, test_client_that_pings_nobody_forgets_a_suspicion_after_a_while);
    tcase_add_test (returns, test_client_was_away_and_suspects_nobody);
    suite_add_tcase (suite, returns);
    TCase *markets = tcase_create ("markets");
    tcase_add_checked_fixture (markets, set_up_bound, tear_down);
    tcase_add_test (markets, test_client_leaves_a_trader_of_another_market_alone);
    tcase_add_test (markets, test_client_believes_nothing_that_comes_from_another_market);
    suite_add_tcase (suite, markets);
    return kit_run (suite);
}
