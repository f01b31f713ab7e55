#include <check.h>

#include "tests/kit/client_fixture.h"

START_TEST (test_client_pings_every_trader_at_the_start)
{
    begin ();
    ck_assert_uint_eq (out.letter_count, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq (out.letters[i].message.type, MESSAGE_PING);
        ck_assert_int_eq (out.letters[i].to, (int64_t) i + 1);
    }
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
}
END_TEST

START_TEST (test_client_pings_a_trader_only_after_a_quiet_interval)
{
    config.ping_every_us = KIT_S;
    begin ();
    for (int64_t trader = 1; trader <= 3; trader++) {
        tell ((struct message){.type = MESSAGE_PONG, .from = trader, .clock = 1, .pong.epoch = 1});
    }
    now_us += 600 * KIT_MS;
    ck_assert_int_eq (buy (1), 1);
    int64_t busy = only_letter (MESSAGE_BUY)->to;
    tell (kit_receipt (busy, 1, STATUS_SOLD, 1, 0, 5));
    run_to_deadline ();
    ck_assert_int_eq (now_us, 6 * KIT_S);
    ck_assert_uint_eq (out.letter_count, 2);
    ck_assert_int_ne (out.letters[0].to, busy);
    ck_assert_int_ne (out.letters[1].to, busy);
    run_to_deadline ();
    ck_assert_int_eq (now_us, 6 * KIT_S + 600 * KIT_MS);
    ck_assert_int_eq (only_letter (MESSAGE_PING)->to, busy);
}
END_TEST

START_TEST (test_client_goes_round_robin_over_all_traders)
{
    config.choice = CHOICE_ROUND_ROBIN;
    begin ();
    int64_t to[6];
    for (int i = 0; i < 6; i++) {
        ck_assert_int_eq (buy (1), i + 1);
        to[i] = only_letter (MESSAGE_BUY)->to;
    }
    ck_assert_int_eq (to[0] + to[1] + to[2], 6);
    ck_assert_int_ne (to[0], to[1]);
    ck_assert_int_ne (to[1], to[2]);
    for (int i = 3; i < 6; i++) {
        ck_assert_int_eq (to[i], to[i - 3]);
    }
}
END_TEST

START_TEST (test_client_avoids_a_trader_that_leaves_its_pings_unanswered)
{
    config.ping_every_us = KIT_S;
    begin ();
    for (int i = 0; i < 8; i++) {
        run_to_deadline ();
        tell ((struct message){.type = MESSAGE_PONG, .from = 1, .clock = 1});
    }
    for (int i = 0; i < 10; i++) {
        (void) buy (1);
        ck_assert_int_eq (only_letter (MESSAGE_BUY)->to, 1);
    }
}
END_TEST

START_TEST (test_client_never_runs_further_ahead_than_answers_are_kept)
{
    config.answers_kept = 40;
    config.first_number = 1000;
    begin ();
    for (int64_t i = 0; i < 40; i++) {
        ck_assert_int_eq (buy (1), 1000 + i);
    }
    ck_assert (!client_can_ask (client));
    ck_assert_int_eq (buy (1), 0);
    ck_assert_uint_eq (out.letter_count, 0);
    // A younger one that is answered makes no room, the oldest one does.
    tell (kit_receipt (1, 1001, STATUS_SOLD, 1, 0, 1));
    ck_assert (!client_can_ask (client));
    tell (kit_receipt (1, 1000, STATUS_SOLD, 1, 0, 1));
    ck_assert_int_eq (buy (1), 1040);
    ck_assert_int_eq (buy (1), 1041);
    ck_assert_int_eq (buy (1), 0);
    ck_assert_int_eq (client_open (client), 40);
    for (int64_t number = 1002; number < 1042; number++) {
        tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 1));
        ck_assert_int_eq (the_answer ().number, number);
    }
    ck_assert_int_eq (client_open (client), 0);
}
END_TEST

START_TEST (test_client_sends_all_that_it_has_seen_at_the_moment_of_sending)
{
    begin ();
    int64_t number = buy (1);
    ck_assert_uint_eq (out.letters[0].message.buy.seen.count, 0);
    int64_t waiting = buy (1);
    static const struct trader_seen of_two = {.trader = 2, .epoch = 1, .count = 7};
    struct message receipt = kit_receipt (2, number, STATUS_SOLD, 1, 0, 5);
    receipt.receipt.seen = (struct seen){.version = 30, .traders = &of_two, .count = 1};
    tell (receipt);
    static const struct trader_seen of_one = {.trader = 1, .epoch = 1, .count = 4};
    number = buy (1);
    receipt = kit_receipt (1, number, STATUS_SOLD, 1, 0, 5);
    receipt.receipt.seen = (struct seen){.version = 20, .traders = &of_one, .count = 1};
    tell (receipt);
    while (!kit_letter (&out, MESSAGE_BUY, 0)) {
        run_to_deadline ();
    }
    const struct buy *again = &only_letter (MESSAGE_BUY)->message.buy;
    ck_assert_int_eq (again->number, waiting);
    ck_assert_int_eq (again->seen.version, 30);
    ck_assert_uint_eq (again->seen.count, 2);
    ck_assert_int_eq (again->seen.traders[0].trader, 1);
    ck_assert_int_eq (again->seen.traders[0].count, 4);
    ck_assert_int_eq (again->seen.traders[1].trader, 2);
    ck_assert_int_eq (again->seen.traders[1].count, 7);
}
END_TEST

START_TEST (test_client_letters_stay_whole_until_the_outbox_is_cleared)
{
    begin ();
    static const struct trader_seen seen = {.trader = 2, .epoch = 1, .count = 7};
    struct message receipt = kit_receipt (2, buy (1), STATUS_SOLD, 1, 0, 5);
    receipt.receipt.seen = (struct seen){.version = 30, .traders = &seen, .count = 1};
    tell (receipt);
    int64_t number = buy (1);
    static const struct trader_seen newer = {.trader = 1, .epoch = 1, .count = 8};
    receipt = kit_receipt (2, number, STATUS_SOLD, 1, 0, 5);
    receipt.receipt.seen = (struct seen){.version = 31, .traders = &newer, .count = 1};
    struct event event = kit_receive (PORT_TRADER, &receipt, now_us);
    (void) client_step (client, &event, &out);
    const struct buy *buy_before = &only_letter (MESSAGE_BUY)->message.buy;
    ck_assert_uint_eq (buy_before->seen.count, 1);
    ck_assert_int_eq (buy_before->seen.traders[0].trader, 2);
}
END_TEST

START_TEST (test_client_counts_lamport_time)
{
    begin ();
    ck_assert_int_eq (out.letters[2].message.clock, 3);
    int64_t number = buy (1);
    ck_assert_int_eq (out.letters[0].message.clock, 4);
    struct message receipt = kit_receipt (1, number, STATUS_SOLD, 1, 0, 5);
    receipt.clock = 90;
    tell (receipt);
    (void) buy (1);
    ck_assert_int_eq (out.letters[0].message.clock, 92);
}
END_TEST

START_TEST (test_client_sends_vector_clocks_when_the_market_orders_by_them)
{
    config.vector_clock = true;
    begin ();
    int64_t number = buy (1);
    const struct vector *vector = &out.letters[0].message.buy.vector;
    ck_assert_uint_eq (vector->count, 1);
    ck_assert_int_eq (vector->ticks[0].node, 10);
    ck_assert_int_eq (vector->ticks[0].count, 1);
    static const struct tick tick = {.node = 4, .count = 6};
    struct message receipt = kit_receipt (1, number, STATUS_SOLD, 1, 0, 5);
    receipt.receipt.vector = (struct vector){.ticks = &tick, .count = 1};
    tell (receipt);
    (void) buy (1);
    vector = &out.letters[0].message.buy.vector;
    ck_assert_uint_eq (vector->count, 2);
    ck_assert_int_eq (vector->ticks[0].node, 4);
    ck_assert_int_eq (vector->ticks[0].count, 6);
    ck_assert_int_eq (vector->ticks[1].count, 2);
}
END_TEST

START_TEST (test_client_begins_nothing_new_after_a_stop_and_ends_what_is_open)
{
    begin ();
    int64_t number = buy (1);
    step (kit_event (EVENT_STOP, now_us));
    ck_assert_int_eq (buy (1), 0);
    run_to_deadline ();
    ck_assert_int_eq (only_letter (MESSAGE_BUY)->message.buy.number, number);
    tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 5));
    ck_assert_int_eq (the_answer ().number, number);
    ck_assert_int_eq (client_deadline (client), DEADLINE_NONE);
}
END_TEST

START_TEST (test_client_survives_every_event_it_does_not_know_what_to_do_with)
{
    begin ();
    int64_t number = buy (1);
    static const struct decode_error error = {.text = "no", .from = 1, .number = 1};
    struct event event = {
        .type = EVENT_MALFORMED, .port = PORT_TRADER, .now_us = now_us, .error = &error};
    step (event);
    step (kit_event (EVENT_DRAINED, now_us));
    step (kit_event (EVENT_UNDELIVERABLE, now_us));
    for (int type = 0; type < MESSAGE_TYPE_COUNT; type++) {
        for (int port = PORT_CLIENTS; port <= PORT_TRADER; port++) {
            struct message message = {.type = (enum message_type) type, .from = 1, .clock = 1};
            step (kit_receive ((enum port) port, &message, now_us));
            no_answer ();
        }
    }
    ck_assert_int_eq (client_open (client), 1);
    tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 5));
    ck_assert_int_eq (the_answer ().number, number);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("client_bounds");
    TCase *traders = tcase_create ("traders");
    tcase_add_checked_fixture (traders, set_up, tear_down);
    tcase_add_test (traders, test_client_pings_every_trader_at_the_start);
    tcase_add_test (traders, test_client_pings_a_trader_only_after_a_quiet_interval);
    tcase_add_test (traders, test_client_goes_round_robin_over_all_traders);
    tcase_add_test (traders, test_client_avoids_a_trader_that_leaves_its_pings_unanswered);
    suite_add_tcase (suite, traders);
    TCase *clocks = tcase_create ("clocks");
    tcase_add_checked_fixture (clocks, set_up, tear_down);
    tcase_add_test (clocks, test_client_sends_all_that_it_has_seen_at_the_moment_of_sending);
    tcase_add_test (clocks, test_client_letters_stay_whole_until_the_outbox_is_cleared);
    tcase_add_test (clocks, test_client_counts_lamport_time);
    tcase_add_test (clocks, test_client_sends_vector_clocks_when_the_market_orders_by_them);
    suite_add_tcase (suite, clocks);
    TCase *bounds = tcase_create ("bounds");
    tcase_add_checked_fixture (bounds, set_up, tear_down);
    tcase_add_test (bounds, test_client_never_runs_further_ahead_than_answers_are_kept);
    tcase_add_test (bounds, test_client_begins_nothing_new_after_a_stop_and_ends_what_is_open);
    tcase_add_test (bounds, test_client_survives_every_event_it_does_not_know_what_to_do_with);
    suite_add_tcase (suite, bounds);
    return kit_run (suite);
}
