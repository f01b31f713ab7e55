#include <check.h>

#include "tests/kit/client_fixture.h"

// The client is one of them.
static const int64_t PEERS[] = {1, 2, 3, 10};

static void set_up_elected (void)
{
    set_up ();
    config.traders = PEERS;
    config.trader_count = 4;
    config.elected = true;
}

static void seat (const int64_t *seats, size_t count)
{
    outbox_clear (&out);
    client_seats (client, seats, count, now_us, &out);
}

static void seat_nobody (void)
{
    seat (NULL, 0);
}

static void seat_one (int64_t peer)
{
    seat (&peer, 1);
}

static void assert_silent (void)
{
    ck_assert_uint_eq (out.letter_count, 0);
}

static const struct letter *the_only (enum message_type type)
{
    ck_assert_uint_eq (kit_count (&out, type), 1);
    return kit_letter (&out, type, 0);
}

START_TEST (test_client_soon_sends_again_what_could_not_leave)
{
    begin ();
    seat_one (2);
    int64_t number = buy (1);
    client_undelivered (client, number, now_us);
    ck_assert_int_lt (client_deadline (client), now_us + config.timeout_us / 4);
    now_us = client_deadline (client);
    outbox_clear (&out);
    step (kit_event (EVENT_DEADLINE, now_us));
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.number, number);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.attempt, 2);
    tell (kit_receipt (2, number, STATUS_SOLD, 1, 0, 5));
    client_undelivered (client, number, now_us);  // It is answered.
    client_undelivered (client, number + 1, now_us);
    ck_assert_int_eq (client_open (client), 0);
}
END_TEST

START_TEST (test_client_sends_a_request_once_when_somebody_takes_a_seat)
{
    begin ();
    assert_silent ();
    int64_t asked_us = now_us;
    int64_t number = buy (1);
    ck_assert_int_eq (number, 1);
    assert_silent ();
    ck_assert_int_eq (client_open (client), 1);
    ck_assert_int_eq (client_deadline (client), asked_us + config.give_up_us);
    now_us += 30 * KIT_S;
    step (kit_event (EVENT_DEADLINE, now_us));
    assert_silent ();
    seat_one (2);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->to, 2);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.attempt, 1);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.number, number);
    seat_one (2);
    assert_silent ();
    tell (kit_receipt (2, number, STATUS_SOLD, 1, 0, 5));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.outcome, CLIENT_DECIDED);
    ck_assert_int_eq (answer.latency_us, 30 * (int64_t) KIT_S);
    ck_assert_int_eq (answer.first_trader, 2);
    ck_assert_int_eq (answer.moved_from, 0);
    ck_assert_int_eq (client_resent (client), 0);
}
END_TEST

START_TEST (test_client_moves_a_request_at_once_when_its_trader_loses_its_seat)
{
    begin ();
    seat_one (1);
    int64_t number = buy (1);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, 1);
    if (_i) {
        tell (kit_error (1, number, REASON_UNAVAILABLE));
        assert_silent ();
    }
    seat_one (3);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->to, 3);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.number, number);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.attempt, 2);
    tell (kit_receipt (3, number, STATUS_SOLD, 1, 0, 5));
    ck_assert_int_eq (the_answer ().moved_from, 1);
    tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 5));
    no_answer ();
    ck_assert_int_eq (client_open (client), 0);
}
END_TEST

START_TEST (test_client_leaves_a_request_with_a_trader_that_keeps_its_seat)
{
    static const int64_t BEFORE[] = {1, 2};
    begin ();
    seat (BEFORE, 2);
    (void) buy (1);
    const int64_t after[] = {only_letter (MESSAGE_BUY)->to, 3};
    seat (after, 2);
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 0);
}
END_TEST

START_TEST (test_client_holds_what_waits_when_nobody_has_a_seat_any_more)
{
    begin ();
    seat_one (1);
    int64_t number = buy (1);
    seat_nobody ();
    assert_silent ();
    now_us += 50 * KIT_S;
    step (kit_event (EVENT_DEADLINE, now_us));
    assert_silent ();
    if (_i) {
        // It was on its way before the seat was lost.
        tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 5));
        ck_assert_int_eq (the_answer ().outcome, CLIENT_DECIDED);
        seat_one (3);
        ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 0);
    } else {
        tell (kit_error (1, number, REASON_UNAVAILABLE));
        assert_silent ();
        seat_one (3);
        ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.attempt, 2);
    }
}
END_TEST

START_TEST (test_client_gives_up_a_request_that_it_could_send_to_nobody)
{
    begin ();
    int64_t end_us = now_us + config.give_up_us;
    (void) buy (1);
    run_to_deadline ();
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (now_us, end_us);
    ck_assert_int_eq (answer.outcome, CLIENT_GAVE_UP);
    ck_assert_int_eq (answer.first_trader, 0);
    ck_assert_int_eq (answer.moved_from, 0);
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
    seat_one (1);
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 0);
}
END_TEST

START_TEST (test_client_takes_no_answer_to_what_it_never_sent)
{
    begin ();
    int64_t number = buy (1);
    tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 5));
    no_answer ();
    tell (kit_error (1, number, REASON_CONFLICT));
    no_answer ();
    publish (kit_oversell (1, 10, number, 1, 0, 5));
    no_answer ();
    seat_one (1);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.number, number);
}
END_TEST

START_TEST (test_client_may_be_its_own_trader)
{
    begin ();
    seat_one (10);
    int64_t number = buy (1);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, 10);
    tell (kit_receipt (10, number, STATUS_SOLD, 1, 0, 5));
    ck_assert_int_eq (the_answer ().first_trader, 10);
}
END_TEST

START_TEST (test_client_leaves_ids_out_that_it_does_not_know)
{
    static const int64_t SEATS[] = {7, 3};
    begin ();
    (void) buy (1);
    seat_one (7);
    assert_silent ();
    seat (SEATS, 2);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->to, 3);
}
END_TEST

START_TEST (test_client_asks_about_an_accepted_order_where_there_is_a_seat)
{
    begin ();
    seat_one (1);
    int64_t number = buy (2);
    tell (kit_receipt (1, number, STATUS_ACCEPTED, 2, 0, 0));
    seat_one (2);
    ck_assert_int_eq (the_only (MESSAGE_ORDER_STATUS)->to, 2);
    seat_nobody ();
    assert_silent ();
    seat_one (3);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->to, 3);
    tell (kit_receipt (3, number, STATUS_SOLD, 2, 0, 9));
    struct client_answer answer = the_answer ();
    ck_assert_int_eq (answer.units, 2);
    ck_assert (!answer.first);
}
END_TEST

START_TEST (test_client_that_is_elected_for_binds_nothing_to_a_trader)
{
    config.bound = true;
    begin ();
    seat_one (1);
    (void) buy (1);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.first.trader, 0);
    seat_one (2);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->to, 2);
}
END_TEST

START_TEST (test_client_of_fixed_traders_knows_no_seats)
{
    config.elected = false;
    begin ();
    seat_nobody ();
    (void) buy (1);
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 1);
}
END_TEST

START_TEST (test_client_pings_those_alone_that_have_seats)
{
    config.ping_every_us = KIT_S;
    begin ();
    assert_silent ();
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
    seat_one (2);
    ck_assert_int_eq (only_letter (MESSAGE_PING)->to, 2);
    for (int i = 0; i < 20; i++) {
        run_to_deadline ();
        ck_assert_int_eq (only_letter (MESSAGE_PING)->to, 2);
    }
    seat_nobody ();
    assert_silent ();
    now_us += 5 * KIT_S;
    step (kit_event (EVENT_DEADLINE, now_us));
    assert_silent ();
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
}
END_TEST

START_TEST (test_client_pings_those_at_its_start_that_had_seats_before)
{
    client = client_new (&config, 1);
    seat_one (3);
    assert_silent ();
    step (kit_event (EVENT_START, now_us));
    ck_assert_int_eq (only_letter (MESSAGE_PING)->to, 3);
}
END_TEST

// It was slow in an earlier term, which says nothing of this one.
START_TEST (test_client_forgets_a_suspicion_when_a_trader_takes_its_seat_anew)
{
    static const int64_t SEATS[] = {1, 2};
    config.ping_every_us = _i ? KIT_S : 0;
    begin ();
    seat_one (1);
    (void) buy (1);
    for (int i = 0; i < 8; i++) {
        run_to_deadline ();
    }
    seat_one (2);
    seat (SEATS, 2);
    bool asked = false;
    for (int i = 0; i < 40; i++) {
        (void) buy (1);
        asked = asked || only_letter (MESSAGE_BUY)->to == 1;
    }
    ck_assert (asked);
}
END_TEST

START_TEST (test_client_asks_for_a_lot_only_where_there_is_a_seat)
{
    begin ();
    outbox_clear (&out);
    client_ask_lot (client, 1, now_us, &out);
    assert_silent ();
    seat_one (2);
    outbox_clear (&out);
    client_ask_lot (client, 1, now_us, &out);
    ck_assert_int_eq (only_letter (MESSAGE_LOT_STATUS)->to, 2);
}
END_TEST

START_TEST (test_client_that_is_held_asks_nothing_new_and_goes_on_with_what_is_open)
{
    begin ();
    seat_one (2);
    int64_t number = buy (1);
    client_hold (client, true);
    ck_assert (!client_can_ask (client));
    ck_assert_int_eq (buy (1), 0);
    assert_silent ();
    run_to_deadline ();
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.attempt, 2);
    seat_one (3);
    ck_assert_int_eq (the_only (MESSAGE_BUY)->message.buy.attempt, 3);
    tell (kit_receipt (3, number, STATUS_SOLD, 1, 0, 5));
    ck_assert_int_eq (the_answer ().number, number);
    client_hold (client, false);
    ck_assert_int_eq (buy (1), number + 1);
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, 3);
}
END_TEST

// Of any peer: whoever sold may have lost its seat by the time that this is heard.
START_TEST (test_client_learns_the_clocks_that_a_trader_publishes)
{
    static const struct tick TICKS[] = {{.node = 5, .count = 4}, {.node = 9, .count = 2}};
    config.vector_clock = _i;
    begin ();
    seat_one (2);
    publish ((struct message){
        .type = MESSAGE_CLOCK,
        .from = 3,
        .clock = 70,
        .market = KIT_MARKET,
        .tick = {.epoch = 1, .seq = 1, .buyer = 5, .number = 1, .vector = {TICKS, 2}},
    });
    assert_silent ();
    (void) buy (1);
    const struct message *message = &only_letter (MESSAGE_BUY)->message;
    ck_assert_int_gt (message->clock, 70);
    ck_assert_uint_eq (message->buy.vector.count, _i ? 3 : 0);
    if (_i) {
        ck_assert_int_eq (message->buy.vector.ticks[0].node, 5);
        ck_assert_int_eq (message->buy.vector.ticks[0].count, 4);
        ck_assert_int_eq (message->buy.vector.ticks[1].node, 9);
        ck_assert_int_eq (message->buy.vector.ticks[2].node, 10);
        ck_assert_int_eq (message->buy.vector.ticks[2].count, 1);
    }
}
END_TEST

static void add_waiting (Suite *suite)
{
    TCase *waiting = tcase_create ("waiting");
    tcase_add_checked_fixture (waiting, set_up_elected, tear_down);
    tcase_add_test (waiting, test_client_soon_sends_again_what_could_not_leave);
    tcase_add_test (waiting, test_client_sends_a_request_once_when_somebody_takes_a_seat);
    tcase_add_loop_test (waiting,
                         test_client_moves_a_request_at_once_when_its_trader_loses_its_seat, 0, 2);
    tcase_add_test (waiting, test_client_leaves_a_request_with_a_trader_that_keeps_its_seat);
    tcase_add_loop_test (waiting, test_client_holds_what_waits_when_nobody_has_a_seat_any_more, 0,
                         2);
    tcase_add_test (waiting, test_client_gives_up_a_request_that_it_could_send_to_nobody);
    tcase_add_test (waiting, test_client_takes_no_answer_to_what_it_never_sent);
    tcase_add_test (waiting, test_client_may_be_its_own_trader);
    tcase_add_test (waiting, test_client_leaves_ids_out_that_it_does_not_know);
    tcase_add_test (waiting, test_client_asks_about_an_accepted_order_where_there_is_a_seat);
    tcase_add_test (waiting, test_client_that_is_elected_for_binds_nothing_to_a_trader);
    tcase_add_test (waiting, test_client_of_fixed_traders_knows_no_seats);
    suite_add_tcase (suite, waiting);
}

static void add_others (Suite *suite)
{
    TCase *others = tcase_create ("others");
    tcase_add_checked_fixture (others, set_up_elected, tear_down);
    tcase_add_test (others, test_client_pings_those_alone_that_have_seats);
    tcase_add_test (others, test_client_pings_those_at_its_start_that_had_seats_before);
    tcase_add_loop_test (others, test_client_forgets_a_suspicion_when_a_trader_takes_its_seat_anew,
                         0, 2);
    tcase_add_test (others, test_client_asks_for_a_lot_only_where_there_is_a_seat);
    tcase_add_test (others,
                    test_client_that_is_held_asks_nothing_new_and_goes_on_with_what_is_open);
    tcase_add_loop_test (others, test_client_learns_the_clocks_that_a_trader_publishes, 0, 2);
    suite_add_tcase (suite, others);
}

int main (void)
{
    Suite *suite = suite_create ("client_seats");
    add_waiting (suite);
    add_others (suite);
    return kit_run (suite);
}
