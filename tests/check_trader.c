// The trader: what it refuses, its bound, and in which order it takes requests.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/trader_fixture.h"

START_TEST (test_trader_names_can_be_parsed_back)
{
    for (int i = 0; i < MODE_COUNT; i++) {
        enum mode mode = MODE_COUNT;
        ck_assert (mode_parse (mode_name ((enum mode) i), &mode));
        ck_assert_int_eq ((int) mode, i);
    }
    for (int i = 0; i < ORDER_COUNT; i++) {
        enum queue_order order = ORDER_COUNT;
        ck_assert (queue_order_parse (queue_order_name ((enum queue_order) i), &order));
        ck_assert_int_eq ((int) order, i);
    }
    enum mode mode = MODE_COUNT;
    enum queue_order order = ORDER_COUNT;
    ck_assert (!mode_parse ("", &mode) && !mode_parse ("syncx", &mode));
    ck_assert (!queue_order_parse ("", &order) && !queue_order_parse ("vectors", &order));
    ck_assert_int_eq ((int) mode, MODE_COUNT);
    ck_assert_int_eq ((int) order, ORDER_COUNT);
}
END_TEST

START_TEST (test_trader_can_be_destroyed_twice_and_at_any_time)
{
    fix_begin ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    trader_destroy (&fix.trader);
    ck_assert_ptr_null (fix.trader);
    trader_destroy (&fix.trader);
}
END_TEST

START_TEST (test_trader_serves_what_came_before_it_had_joined)
{
    fix_begin ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_nothing ();
    fix_ask (fix_restock (SAM, 1, "fish", 5));
    fix_nothing ();
    fix_warehouse (fix_view (FIX_SEED, 4));
    fix.epoch = 4;
    fix_step (EVENT_DRAINED);
    const struct commit *commit = fix_commit (1);
    ck_assert_uint_eq (commit->item_count, 2);
    ck_assert_int_eq (commit->items[0].client, ALICE);
    ck_assert_int_eq (commit->items[1].client, SAM);
}
END_TEST

START_TEST (test_trader_answers_a_ping_where_it_came_from)
{
    fix_begin ();  // Not even joined.
    fix_client (fix_plain (MESSAGE_PING, ALICE));
    const struct letter *letter = fix_alone (MESSAGE_PONG);
    struct route route = fix_route (ALICE, 0);
    ck_assert_int_eq (letter->port, PORT_CLIENTS);
    ck_assert_int_eq (letter->to, ALICE);
    ck_assert_int_eq (letter->message.from, FIX_TRADER);
    ck_assert (fix_same_route (&letter->route, &route));
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_refuses_what_is_not_for_a_trader)
{
    fix_cached ();
    enum message_type type = (enum message_type) _i;
    int64_t refused = trader_counters (fix.trader)->refused_input;
    struct message message = fix_plain (type, ALICE);
    switch (type) {
    case MESSAGE_BUY:
    case MESSAGE_RESTOCK:
    case MESSAGE_ORDER_STATUS:
    case MESSAGE_LOT_STATUS:
    case MESSAGE_PING:
        return;
    case MESSAGE_PONG:
    case MESSAGE_ERROR:  // An error in answer to an error would never end.
        fix_client (message);
        fix_nothing ();
        break;
    case MESSAGE_RECEIPT:
        message.receipt.number = 17;
        fix_client (message);
        fix_refuses (ALICE, REASON_BAD_REQUEST, 17);
        break;
    default:
        fix_client (message);
        fix_refuses (ALICE, REASON_BAD_REQUEST, 0);
    }
    ck_assert_int_eq (trader_counters (fix.trader)->refused_input, refused + 1);
    ck_assert (trader_idle (fix.trader));
    fix_step (EVENT_DRAINED);
    fix_nothing ();
}
END_TEST

// `from` is all that tells who somebody is.
START_TEST (test_trader_refuses_a_client_with_a_name_that_is_taken)
{
    fix_join ();
    int64_t from = _i == 0 ? WAREHOUSE_NODE : FIX_TRADER;
    fix_client (fix_buy (from, 9, "fish", 1));
    fix_refuses (from, REASON_BAD_REQUEST, 9);
    fix_client (fix_plain (MESSAGE_PING, from));
    fix_refuses (from, REASON_BAD_REQUEST, 0);
    fix_client (fix_question (MESSAGE_LOT_STATUS, from, 3));
    fix_refuses (from, REASON_BAD_REQUEST, 3);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (trader_counters (fix.trader)->refused_input, 3);
}
END_TEST

START_TEST (test_trader_tells_who_sent_a_malformed_frame)
{
    struct decode_error error = {.text = "buy: no", .from = ALICE, .number = 4};
    struct event event = fix_event (EVENT_MALFORMED);
    fix_join ();
    event.port = PORT_CLIENTS;
    event.route = fix_route (ALICE, 0);
    event.error = &error;
    outbox_clear (&fix.out);
    trader_step (fix.trader, &event, &fix.out);
    strcpy (error.text, "gone");  // The letter must have a text of its own.
    fix_refuses (ALICE, REASON_BAD_REQUEST, 4);
    ck_assert_str_eq (fix.out.letters[0].message.error.text, "buy: no");
    event.port = _i == 0 ? PORT_WAREHOUSE : PORT_NEWS;  // Nobody waits for an answer there.
    outbox_clear (&fix.out);
    trader_step (fix.trader, &event, &fix.out);
    fix_nothing ();
    ck_assert_int_eq (trader_counters (fix.trader)->refused_input, 2);
}
END_TEST

START_TEST (test_trader_ignores_what_the_warehouse_never_says)
{
    enum message_type type = (enum message_type) _i;
    fix_cached ();
    if (type == MESSAGE_STOCK || type == MESSAGE_MEMBER) {
        return;  // A member without a name cannot be said.
    }
    fix_warehouse (fix_plain (type, WAREHOUSE_NODE));
    fix_nothing ();
    if (type != MESSAGE_INVALIDATION) {
        fix_news (fix_plain (type, WAREHOUSE_NODE));
        fix_nothing ();
    }
    struct message message = fix_plain (type, WAREHOUSE_NODE);
    outbox_clear (&fix.out);
    struct event event = fix_received (PORT_TRADER, &message);
    trader_step (fix.trader, &event, &fix.out);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert (trader_ready (fix.trader));
}
END_TEST

START_TEST (test_trader_is_busy_beyond_its_bound)
{
    fix.config.queue_max = 3;
    fix.config.in_flight_max = 1;
    fix_join ();
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    fix_client (fix_question (MESSAGE_ORDER_STATUS, BOB, 1));
    fix_client (fix_buy (ALICE, 2, "fish", 1));
    fix_nothing ();
    fix_client (fix_buy (ALICE, 3, "fish", 1));
    fix_refuses (ALICE, REASON_BUSY, 3);
    fix_client (fix_buy (ALICE, 2, "fish", 1));  // This one has its place.
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_commit (1)->item_count, 3);
    fix_client (fix_restock (SAM, 1, "fish", 1));  // Under way is not answered.
    fix_refuses (SAM, REASON_BUSY, 1);
    const struct result results[] = {
        fix_receipt (STATUS_OUT_OF_STOCK, "", 0),
        fix_receipt (STATUS_UNKNOWN, "", 0),
        fix_receipt (STATUS_OUT_OF_STOCK, "", 0),
    };
    fix_warehouse (fix_committed (1, results, 3));
    ck_assert_uint_eq (fix.out.letter_count, 3);
    fix_ask (fix_restock (SAM, 1, "fish", 1));
    fix_commits (2, (int64_t[]){1, 0});
    ck_assert_int_eq (trader_counters (fix.trader)->busy, 2);
    ck_assert_int_eq (trader_counters (fix.trader)->requests, 4);
}
END_TEST

// Requests that gather while a commit is under way: alice's two and bob's one, in an order of
// arrival that no clock agrees with.
static void gather (enum queue_order order, const struct message *messages, size_t count)
{
    fix.config.in_flight_max = 1;
    fix.config.order_by = order;
    fix_join ();
    fix_ask (fix_buy (CAROL, 1, "fish", 1));
    fix_commits (1, (int64_t[]){1, 0});
    for (size_t i = 0; i < count; i++) {
        fix_ask (messages[i]);
        fix_nothing ();
    }
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    fix_step (EVENT_DRAINED);
}

static struct message at_clock (struct message message, int64_t clock)
{
    message.clock = clock;
    return message;
}

START_TEST (test_trader_takes_requests_in_order_of_arrival)
{
    const struct message messages[] = {
        at_clock (fix_buy (BOB, 31, "fish", 1), 9),
        at_clock (fix_buy (ALICE, 32, "fish", 1), 7),
        at_clock (fix_restock (SAM, 33, "fish", 1), 5),
        at_clock (fix_question (MESSAGE_ORDER_STATUS, ALICE, 34), 8),
    };
    gather (ORDER_ARRIVAL, messages, 4);
    fix_commits (2, (int64_t[]){31, 32, 33, 34, 0});
    ck_assert_int_eq (fix_commit (2)->items[0].clock, 9);
}
END_TEST

START_TEST (test_trader_takes_the_lesser_lamport_clock_first_and_then_the_lesser_node)
{
    const struct message messages[] = {
        at_clock (fix_buy (BOB, 31, "fish", 1), 9),
        at_clock (fix_restock (SAM, 32, "fish", 1), 7),
        at_clock (fix_buy (BOB, 33, "fish", 1), 7),
        at_clock (fix_buy (ALICE, 34, "fish", 1), 7),
        at_clock (fix_question (MESSAGE_LOT_STATUS, SAM, 35), 5),
    };
    gather (ORDER_LAMPORT, messages, 5);
    fix_commits (2, (int64_t[]){35, 34, 33, 32, 31, 0});
}
END_TEST

static struct message at_vector (struct message message, const struct tick *ticks, size_t count)
{
    message.buy.vector = (struct vector){.ticks = ticks, .count = count};
    return message;
}

START_TEST (test_trader_takes_causes_before_their_effects_and_the_concurrent_by_node)
{
    const struct tick effect[] = {{ALICE, 1}, {BOB, 2}};  // Bob had heard of alice's.
    const struct tick cause[] = {{ALICE, 1}};
    const struct tick concurrent[] = {{CAROL, 1}};
    const struct tick early[] = {{BOB, 1}};
    const struct message messages[] = {
        at_clock (at_vector (fix_buy (BOB, 31, "fish", 1), effect, 2), 1),
        at_clock (at_vector (fix_buy (CAROL, 32, "fish", 1), concurrent, 1), 2),
        at_clock (at_vector (fix_buy (BOB, 33, "fish", 1), early, 1), 8),
        at_clock (at_vector (fix_buy (ALICE, 34, "fish", 1), cause, 1), 9),
    };
    gather (ORDER_VECTOR, messages, 4);
    fix_commits (2, (int64_t[]){34, 33, 32, 31, 0});
}
END_TEST

START_TEST (test_trader_tells_its_vector_clock_only_where_the_market_orders_by_them)
{
    const struct tick ticks[] = {{ALICE, 4}};
    fix.config.order_by = _i == 0 ? ORDER_VECTOR : ORDER_LAMPORT;
    fix_join ();
    fix_ask (at_vector (fix_buy (ALICE, 1, "fish", 1), ticks, 1));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    const struct vector *vector = &fix_alone (MESSAGE_RECEIPT)->message.receipt.vector;
    if (_i == 1) {
        ck_assert_uint_eq (vector->count, 0);
        return;
    }
    ck_assert_uint_eq (vector->count, 2);
    ck_assert_int_eq (vector->ticks[0].node, FIX_TRADER);
    ck_assert_int_ge (vector->ticks[0].count, 1);
    ck_assert_int_eq (vector->ticks[1].node, ALICE);
    ck_assert_int_eq (vector->ticks[1].count, 4);
}
END_TEST

START_TEST (test_trader_carries_a_lamport_clock_past_all_it_has_heard)
{
    fix_join ();
    fix_client (at_clock (fix_plain (MESSAGE_PING, ALICE), 1000));
    int64_t first = fix_alone (MESSAGE_PONG)->message.clock;
    ck_assert_int_gt (first, 1000);
    fix_client (at_clock (fix_plain (MESSAGE_PING, ALICE), 5));
    ck_assert_int_gt (fix_alone (MESSAGE_PONG)->message.clock, first);
}
END_TEST

static void add_tests (Suite *suite)
{
    TCase *life = tcase_create ("life");
    tcase_add_checked_fixture (life, fix_set_up, fix_tear_down);
    tcase_add_test (life, test_trader_names_can_be_parsed_back);
    tcase_add_test (life, test_trader_can_be_destroyed_twice_and_at_any_time);
    tcase_add_test (life, test_trader_serves_what_came_before_it_had_joined);
    suite_add_tcase (suite, life);
    TCase *input = tcase_create ("input");
    tcase_add_checked_fixture (input, fix_set_up, fix_tear_down);
    tcase_add_test (input, test_trader_answers_a_ping_where_it_came_from);
    tcase_add_loop_test (input, test_trader_refuses_what_is_not_for_a_trader, 0,
                         MESSAGE_TYPE_COUNT);
    tcase_add_loop_test (input, test_trader_refuses_a_client_with_a_name_that_is_taken, 0, 2);
    tcase_add_loop_test (input, test_trader_tells_who_sent_a_malformed_frame, 0, 2);
    tcase_add_loop_test (input, test_trader_ignores_what_the_warehouse_never_says, 0,
                         MESSAGE_TYPE_COUNT);
    suite_add_tcase (suite, input);
    TCase *queue = tcase_create ("queue");
    tcase_add_checked_fixture (queue, fix_set_up, fix_tear_down);
    tcase_add_test (queue, test_trader_is_busy_beyond_its_bound);
    tcase_add_test (queue, test_trader_takes_requests_in_order_of_arrival);
    tcase_add_test (queue,
                    test_trader_takes_the_lesser_lamport_clock_first_and_then_the_lesser_node);
    tcase_add_test (queue,
                    test_trader_takes_causes_before_their_effects_and_the_concurrent_by_node);
    tcase_add_loop_test (
        queue, test_trader_tells_its_vector_clock_only_where_the_market_orders_by_them, 0, 2);
    tcase_add_test (queue, test_trader_carries_a_lamport_clock_past_all_it_has_heard);
    suite_add_tcase (suite, queue);
}

int main (void)
{
    Suite *suite = suite_create ("trader");
    add_tests (suite);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
