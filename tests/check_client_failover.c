#include <check.h>

#include "tests/kit/client_fixture.h"

static int64_t other_than (int64_t trader)
{
    return trader % 3 + 1;
}

START_TEST (test_client_tells_which_trader_a_request_went_to_first)
{
    begin_known ();
    tell (kit_pong (2, 7));
    for (int i = 0; i < 12; i++) {
        (void) buy (1);
        const struct letter *letter = only_letter (MESSAGE_BUY);
        ck_assert_int_eq (letter->message.buy.first.trader, letter->to);
        ck_assert_int_eq (letter->message.buy.first.epoch, letter->to == 2 ? 7 : 1);
        ck_assert_int_eq (letter->message.market, KIT_MARKET);
    }
    const struct client_request restock = {
        .type = MESSAGE_RESTOCK, .product = "fish", .quantity = 5, .price_cents = 100};
    outbox_clear (&out);
    (void) client_ask (client, &restock, now_us, &out);
    const struct letter *letter = only_letter (MESSAGE_RESTOCK);
    ck_assert_int_eq (letter->message.restock.first.trader, letter->to);
    ck_assert_int_gt (letter->message.restock.first.epoch, 0);
}
END_TEST

START_TEST (test_client_that_is_not_bound_tells_no_first_trader)
{
    config.bound = false;
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.first.trader, 0);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.first.epoch, 0);
    ck_assert_int_ne (run_without (0, MESSAGE_BUY), to);
}
END_TEST

START_TEST (test_client_tells_epoch_0_for_ever_where_it_knew_none_at_first)
{
    begin ();
    (void) buy (1);
    const struct letter *letter = only_letter (MESSAGE_BUY);
    int64_t to = letter->to;
    ck_assert_int_eq (letter->message.buy.first.trader, to);
    ck_assert_int_eq (letter->message.buy.first.epoch, 0);
    ck_assert_int_eq (letter->message.market, 0);
    tell (kit_pong (to, 3));
    run_to_deadline ();
    while (!kit_letter (&out, MESSAGE_BUY, 0)) {
        run_to_deadline ();
    }
    letter = kit_letter (&out, MESSAGE_BUY, 0);
    ck_assert_int_eq (letter->to, to);
    ck_assert_int_eq (letter->message.buy.attempt, 2);
    ck_assert_int_eq (letter->message.buy.first.epoch, 0);
    ck_assert_int_eq (letter->message.market, KIT_MARKET);
}
END_TEST

START_TEST (test_client_asks_for_the_epoch_until_it_is_told)
{
    begin ();
    for (int i = 0; i < 3; i++) {
        // A trader that has not joined says so, and is asked again however much it says.
        tell (kit_pong (1, 0));
        tell (kit_pong (2, 1));
        tell (kit_pong (3, 1));
        now_us += KIT_S;
        tell ((struct message){
            .type = MESSAGE_SOLD, .from = 1, .clock = 1, .market = KIT_MARKET, .sold.product = ""});
        tell ((struct message){
            .type = MESSAGE_SOLD, .from = 2, .clock = 1, .market = KIT_MARKET, .sold.product = ""});
        tell ((struct message){
            .type = MESSAGE_SOLD, .from = 3, .clock = 1, .market = KIT_MARKET, .sold.product = ""});
        step (kit_event (EVENT_DRAINED, now_us));
        ck_assert_int_eq (only_letter (MESSAGE_PING)->to, 1);
    }
}
END_TEST

START_TEST (test_client_asks_a_trader_that_talks_for_its_epoch_now_and_then)
{
    begin_known ();
    int pings = 0;
    for (int i = 0; i < 100; i++) {
        now_us += KIT_S / 10;
        for (int64_t trader = 1; trader <= 3; trader++) {
            tell ((struct message){.type = MESSAGE_SOLD,
                                   .from = trader,
                                   .clock = 1,
                                   .market = KIT_MARKET,
                                   .sold.product = ""});
        }
        step (kit_event (EVENT_DRAINED, now_us));
        pings += (int) kit_count (&out, MESSAGE_PING);
    }
    ck_assert_int_eq (pings, 6);
}
END_TEST

START_TEST (test_client_stays_with_a_first_trader_that_lives)
{
    config.ping_every_us = 0;
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    struct first first = only_letter (MESSAGE_BUY)->message.buy.first;
    static const enum member_state states[] = {MEMBER_TAKING, MEMBER_FAILED, MEMBER_LEFT};
    publish (kit_news (other_than (to), other_than (other_than (to)), 2, 5, states[_i]));
    ck_assert_uint_eq (out.letter_count, 0);
    for (int i = 0; i < 5; i++) {
        run_to_deadline ();
        ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, to);
        ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.first.trader, first.trader);
        ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.first.epoch, first.epoch);
    }
}
END_TEST

// The suspicion may be wrong, or the news of what came of it lost: as long as nothing is settled,
// the trader itself is asked now and then, since the others may have to put the order off for ever.
START_TEST (test_client_without_pings_does_not_forget_a_first_trader_that_may_live)
{
    static const enum member_state states[] = {MEMBER_SUSPECTED, MEMBER_TAKING};
    config.ping_every_us = 0;
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    publish (kit_news (other_than (to), to, 2, 5, states[_i]));
    int asked = 0;
    for (int sent = 0; sent < 4;) {
        run_to_deadline ();
        const struct letter *letter = kit_letter (&out, MESSAGE_BUY, 0);
        sent += letter != NULL;
        asked += letter && letter->to == to;
    }
    ck_assert_int_ge (asked, 2);
}
END_TEST

// The trader is taken over: suspected, taking, then all that it decided is settled.
START_TEST (test_client_moves_at_once_when_it_is_told_that_its_trader_has_failed)
{
    begin_known ();
    int64_t number = buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    int64_t backup = other_than (to);
    publish (kit_news (backup, to, 1, 3, MEMBER_SUSPECTED));
    ck_assert_uint_eq (out.letter_count, 0);
    publish (kit_news (backup, to, 2, 4, MEMBER_TAKING));
    ck_assert_uint_eq (out.letter_count, 0);
    publish (kit_news (backup, to, 2, 5, MEMBER_FAILED));
    const struct letter *letter = only_letter (MESSAGE_BUY);
    int64_t moved_to = letter->to;
    ck_assert_int_ne (moved_to, to);
    ck_assert_int_eq (letter->message.buy.number, number);
    ck_assert_int_eq (letter->message.buy.attempt, 2);
    ck_assert_int_eq (letter->message.buy.first.trader, to);
    ck_assert_int_eq (letter->message.buy.first.epoch, 1);
    publish (kit_news (other_than (backup), to, 2, 5, MEMBER_FAILED));  // passed on by the third
    ck_assert_uint_eq (out.letter_count, 0);
    for (int i = 0; i < 10; i++) {
        (void) buy (1);
        ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    }
    tell (kit_receipt (moved_to, number, STATUS_SOLD, 1, 0, 5));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.moved_from, to);
    ck_assert_int_eq (answer.first_trader, to);
    ck_assert_int_eq (answer.quantity, 1);
}
END_TEST

START_TEST (test_client_moves_from_a_trader_that_has_left_in_the_same_epoch)
{
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    publish (kit_news (other_than (to), to, 1, 4, MEMBER_LEFT));
    ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    publish (kit_news (other_than (other_than (to)), to, 1, 3, MEMBER_LIVE));  // late
    for (int i = 0; i < 20; i++) {
        (void) buy (1);
        ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    }
}
END_TEST

// What was bound to it is free, even when it has come back.
START_TEST (test_client_may_ask_anybody_once_the_first_trader_has_left)
{
    begin_known ();
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
    }
    publish (kit_news (2, 1, 1, 4, MEMBER_LEFT));
    publish (kit_news (2, 1, 2, 5, MEMBER_LIVE));
    for (int64_t number = 1; number <= 30; number++) {
        tell (kit_error (2, number, REASON_BUSY));
    }
    bool elsewhere = false;
    for (int i = 0; i < 30; i++) {
        run_to_deadline ();
        for (size_t k = 0; k < out.letter_count; k++) {
            const struct letter *letter = &out.letters[k];
            elsewhere = elsewhere
                        || (letter->message.type == MESSAGE_BUY && letter->to != 1
                            && letter->message.buy.first.trader == 1);
        }
    }
    ck_assert (elsewhere);
}
END_TEST

// Told late: the trader has long returned, and what was closed is closed.
START_TEST (test_client_knows_what_is_settled_from_news_that_come_late)
{
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_pong (to, 3));
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, to);  // Its new process has never seen it.
    publish (kit_news (other_than (to), to, 2, 5, MEMBER_FAILED));
    ck_assert_int_ne (only_letter (MESSAGE_BUY)->to, to);
    bool chosen = false;
    for (int i = 0; i < 30; i++) {
        (void) buy (1);
        chosen = chosen || only_letter (MESSAGE_BUY)->to == to;
    }
    ck_assert (chosen);
}
END_TEST

START_TEST (test_client_moves_from_a_silent_trader_once_the_request_has_timed_out)
{
    begin_known ();
    (void) buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    int64_t begun_us = now_us;
    int64_t next = to;
    while (next == to) {
        next = run_without (to, MESSAGE_BUY);
    }
    // After three intervals of silence, and with what waits at the moment.
    ck_assert_int_ge (now_us, begun_us + 3 * KIT_S);
    ck_assert_int_le (now_us, begun_us + 8 * KIT_S);
    ck_assert_int_ne (next, to);
    // There it must wait until the first one is taken over, and is told so at once.
    int64_t due_us = now_us;
    for (int i = 0; i < 4; i++) {
        tell (kit_error (next, 1, REASON_PENDING));
        no_answer ();
        ck_assert_uint_eq (out.letter_count, 0);
        next = run_without (to, MESSAGE_BUY);
        ck_assert_int_ne (next, to);
        ck_assert_int_ge (now_us - due_us, (config.timeout_us / 16) << i);
        due_us = now_us;
    }
    tell (kit_error (next, 1, REASON_PENDING));
    publish (kit_news (other_than (to), to, 2, 5, MEMBER_FAILED));
    const struct letter *letter = only_letter (MESSAGE_BUY);
    ck_assert_int_ne (letter->to, to);
    ck_assert_int_eq (letter->message.buy.first.trader, to);
    ck_assert_int_eq (letter->message.buy.first.epoch, 1);
}
END_TEST

START_TEST (test_client_asks_a_living_trader_about_an_order_that_a_dead_one_accepted)
{
    begin_known ();
    int64_t number = buy (2);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
    ck_assert_int_eq (the_answer ().moved_from, 0);
    publish (kit_news (other_than (to), to, 2, 5, MEMBER_FAILED));
    int64_t asked = only_letter (MESSAGE_ORDER_STATUS)->to;
    ck_assert_int_ne (asked, to);
    ck_assert_int_eq (only_letter (MESSAGE_ORDER_STATUS)->message.order_status.number, number);
    // Nobody knows of it, so it is ordered again, and that is safe with any trader.
    tell (kit_receipt (asked, number, STATUS_UNKNOWN, 0, 0, 0));
    no_answer ();
    const struct letter *letter = only_letter (MESSAGE_BUY);
    ck_assert_int_ne (letter->to, to);
    ck_assert_int_eq (letter->message.buy.first.trader, to);
    ck_assert_int_eq (letter->message.buy.first.epoch, 1);
    ck_assert_int_eq (letter->message.buy.attempt, 2);
    tell (kit_receipt (letter->to, number, STATUS_SOLD, 2, 0, 9));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.status, STATUS_SOLD);
    ck_assert_int_eq (answer.moved_from, to);
    ck_assert (!answer.first);
}
END_TEST

START_TEST (test_client_asks_another_trader_about_an_order_when_the_first_is_silent)
{
    begin_known ();
    int64_t number = buy (2);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    tell (kit_receipt (to, number, STATUS_ACCEPTED, 2, 0, 0));
    ck_assert_int_eq (run_without (to, MESSAGE_ORDER_STATUS), to);
    int64_t next = run_without (to, MESSAGE_ORDER_STATUS);
    ck_assert_int_ne (next, to);
    tell (kit_receipt (next, number, STATUS_OVERSOLD, 1, 1, 9));
    ck_assert_int_eq (the_answer ().moved_from, to);
}
END_TEST

START_TEST (test_client_that_is_not_bound_moves_at_once_too)
{
    config.bound = false;
    begin_known ();
    int64_t number = buy (1);
    int64_t to = only_letter (MESSAGE_BUY)->to;
    publish (kit_news (other_than (to), to, 2, 5, MEMBER_FAILED));
    int64_t moved_to = only_letter (MESSAGE_BUY)->to;
    ck_assert_int_ne (moved_to, to);
    tell (kit_receipt (moved_to, number, STATUS_SOLD, 1, 0, 9));
    ck_assert_int_eq (the_answer ().moved_from, to);
}
END_TEST

static void add_first_tests (Suite *suite)
{
    TCase *first = tcase_create ("first");
    tcase_add_checked_fixture (first, set_up_bound, tear_down);
    tcase_add_test (first, test_client_tells_which_trader_a_request_went_to_first);
    tcase_add_test (first, test_client_that_is_not_bound_tells_no_first_trader);
    tcase_add_test (first, test_client_tells_epoch_0_for_ever_where_it_knew_none_at_first);
    tcase_add_test (first, test_client_asks_for_the_epoch_until_it_is_told);
    tcase_add_test (first, test_client_asks_a_trader_that_talks_for_its_epoch_now_and_then);
    suite_add_tcase (suite, first);
}

static void add_move_tests (Suite *suite)
{
    TCase *moves = tcase_create ("moves");
    tcase_add_checked_fixture (moves, set_up_bound, tear_down);
    tcase_add_loop_test (moves, test_client_stays_with_a_first_trader_that_lives, 0, 3);
    tcase_add_loop_test (
        moves, test_client_without_pings_does_not_forget_a_first_trader_that_may_live, 0, 2);
    tcase_add_test (moves, test_client_moves_at_once_when_it_is_told_that_its_trader_has_failed);
    tcase_add_test (moves, test_client_moves_from_a_trader_that_has_left_in_the_same_epoch);
    tcase_add_test (moves, test_client_may_ask_anybody_once_the_first_trader_has_left);
    tcase_add_test (moves, test_client_knows_what_is_settled_from_news_that_come_late);
    tcase_add_test (moves, test_client_moves_from_a_silent_trader_once_the_request_has_timed_out);
    tcase_add_test (moves,
                    test_client_asks_a_living_trader_about_an_order_that_a_dead_one_accepted);
    tcase_add_test (moves, test_client_asks_another_trader_about_an_order_when_the_first_is_silent);
    tcase_add_test (moves, test_client_that_is_not_bound_moves_at_once_too);
    suite_add_tcase (suite, moves);
}

int main (void)
{
    Suite *suite = suite_create ("client_failover");
    add_first_tests (suite);
    add_move_tests (suite);
    return kit_run (suite);
}
