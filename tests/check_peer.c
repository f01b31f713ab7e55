#include <check.h>
#include <stdlib.h>

#include "tests/kit/bazaar.h"

static void open (size_t count)
{
    bazaar_open (count);
}

// Everybody is there, and the highest one serves.
static void open_served (size_t count)
{
    open (count);
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (peer_role (bazaar_peer ((int64_t) count)), PEER_TRADER);
    ck_assert (trader_ready (peer_trader (bazaar_peer ((int64_t) count))));
}

static const struct error *refusal (int64_t from, int64_t to)
{
    const struct said *said = bazaar_last (from, to, MESSAGE_ERROR);
    ck_assert_ptr_nonnull (said);
    return &said->message->error;
}

static const struct pong *pong_of (int64_t from, int64_t to)
{
    bazaar_say (to, from, (struct message){.type = MESSAGE_PING});
    bazaar_run (BAZAAR_MS);
    const struct said *said = bazaar_last (from, to, MESSAGE_PONG);
    return said ? &said->message->pong : NULL;
}

static int64_t ticks_of (const struct vector *vector, int64_t node)
{
    for (size_t i = 0; i < vector->count; i++) {
        if (vector->ticks[i].node == node) {
            return vector->ticks[i].count;
        }
    }
    return 0;
}

START_TEST (test_a_buy_to_a_peer_without_a_seat_is_unavailable)
{
    open_served (2);
    bazaar_buy (ALICE, 1, 7, 1);
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (refusal (1, ALICE)->reason, REASON_UNAVAILABLE);
    ck_assert_int_eq (refusal (1, ALICE)->number, 7);
    ck_assert_int_eq (peer_counters (bazaar_peer (1))->turned, 1);
    bazaar_buy (ALICE, 2, 7, 1);
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (bazaar_outcome (ALICE, 7), STATUS_SOLD);
}
END_TEST

START_TEST (test_a_peer_without_a_seat_ignores_a_handover)
{
    const struct item item = {
        .kind = ITEM_BUY, .client = ALICE, .number = 7, .product = "fish", .quantity = 1};
    open_served (2);
    int64_t before = bazaar_count (1, 2, MESSAGE_ERROR);
    bazaar_say (2, 1,
                (struct message){.type = MESSAGE_HANDOVER,
                                 .handover = {.term = 1, .items = &item, .item_count = 1}});
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (bazaar_count (1, 2, MESSAGE_ERROR), before);
    ck_assert_int_eq (peer_counters (bazaar_peer (1))->turned, 0);
}
END_TEST

START_TEST (test_whoever_is_of_another_market_is_refused_and_teaches_nothing)
{
    enum { FAR = 1000000 };
    open_served (2);
    int64_t market = peer_market (bazaar_peer (2));
    struct message buy = {.type = MESSAGE_BUY, .clock = FAR, .market = market + 1};
    buy.buy = (struct buy){.number = 7, .attempt = 1, .product = "fish", .quantity = 1};
    bazaar_say (ALICE, 2, buy);
    bazaar_run (BAZAAR_MS);
    ck_assert_int_gt (market, 0);
    ck_assert_int_eq (refusal (2, ALICE)->reason, REASON_FOREIGN);
    ck_assert_int_eq (bazaar_outcome (ALICE, 7), STATUS_UNKNOWN);
    ck_assert_int_lt (peer_tick (bazaar_peer (2)), FAR);
    // A coordinator of another market is no leader of this one.
    const int64_t seats[] = {1};
    const struct seating seating = {.term = 9, .leader = 1, .seats = seats, .seat_count = 1};
    bazaar_say (1, 2,
                (struct message){.type = MESSAGE_COORDINATOR,
                                 .market = market + 1,
                                 .coordinator = {.seating = seating}});
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (election_seating (peer_election (bazaar_peer (2))).term, 1);
}
END_TEST

START_TEST (test_an_answer_at_its_router_is_not_answered)
{
    open_served (2);
    bazaar_say (ALICE, 1, (struct message){.type = MESSAGE_PONG, .market = 99});
    bazaar_say (ALICE, 1, (struct message){.type = MESSAGE_PONG});
    bazaar_say (ALICE, 1, (struct message){.type = MESSAGE_ANSWER});
    struct error error = {.reason = REASON_UNAVAILABLE, .text = ""};
    bazaar_say (ALICE, 1, (struct message){.type = MESSAGE_ERROR, .error = error});
    bazaar_say (ALICE, 1, (struct message){.type = MESSAGE_ERROR, .market = 99, .error = error});
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (bazaar_count (1, ALICE, MESSAGE_ERROR), 0);
    ck_assert_int_eq (bazaar_count (1, ALICE, MESSAGE_PONG), 0);
}
END_TEST

START_TEST (test_a_frame_that_is_no_message_is_answered_by_what_was_wrong)
{
    const struct decode_error wrong = {.text = "buy: no quantity", .from = ALICE, .number = 5};
    struct event event = {.type = EVENT_MALFORMED,
                          .port = PORT_CLIENTS,
                          .route = {.size = 1, .bytes = {ALICE}},
                          .error = &wrong};
    open_served (1);
    bazaar_step (1, event);
    event.port = PORT_TRADER;
    bazaar_step (1, event);
    bazaar_send (1);
    ck_assert_int_eq (bazaar_count (1, ALICE, MESSAGE_ERROR), 1);
    ck_assert_int_eq (refusal (1, ALICE)->reason, REASON_BAD_REQUEST);
    ck_assert_int_eq (refusal (1, ALICE)->number, 5);
    ck_assert_str_eq (refusal (1, ALICE)->text, wrong.text);
}
END_TEST

START_TEST (test_a_ping_is_answered_by_who_holds_the_seats_and_in_which_epoch)
{
    open_served (3);
    for (int64_t id = 1; id <= 3; id++) {
        const struct pong *pong = pong_of (id, ALICE);
        ck_assert_ptr_nonnull (pong);
        ck_assert_int_eq (pong->seating.term, 1);
        ck_assert_int_eq (pong->seating.leader, 3);
        ck_assert_uint_eq (pong->seating.seat_count, 1);
        ck_assert_int_eq (pong->seating.seats[0], 3);
        ck_assert_int_eq (pong->epoch, id == 3 ? 1 : 0);
        ck_assert_int_eq (bazaar_last (id, ALICE, MESSAGE_PONG)->message->market,
                          peer_market (bazaar_peer (3)));
    }
}
END_TEST

START_TEST (test_a_peer_that_only_knows_that_it_lost_its_seat_names_nobody)
{
    open_served (2);
    const int64_t others[] = {1};
    bazaar_kill (1);
    bazaar_campaign (1, 1, others, 1);
    bazaar_run (BAZAAR_MS / 2);
    bazaar_buy (ALICE, 2, 7, 1);
    bazaar_run (2 * BAZAAR_MS);
    ck_assert_ptr_null (peer_trader (bazaar_peer (2)));
    const struct pong *pong = pong_of (2, ALICE);
    ck_assert_ptr_nonnull (pong);
    ck_assert_int_eq (pong->seating.term, 0);
    ck_assert_uint_eq (pong->seating.seat_count, 0);
}
END_TEST

START_TEST (test_a_market_of_one_elects_itself_and_answers_its_own_order)
{
    open (1);
    bazaar_buys (1, 1, 1);
    bazaar_start_all ();
    bazaar_run (20 * BAZAAR_MS);
    ck_assert (election_leads (peer_election (bazaar_peer (1))));
    ck_assert_int_ge (bazaar_count (1, 1, MESSAGE_BUY), 1);
    ck_assert_int_eq (bazaar_outcome (1, 1), STATUS_OUT_OF_STOCK);
    const struct buyer_book *book = buyer_book (peer_buyer (bazaar_peer (1)));
    ck_assert_int_eq (book->requests, 1);
    ck_assert_int_eq (book->refused, 1);
    ck_assert (peer_content (bazaar_peer (1)));
}
END_TEST

START_TEST (test_a_trader_asks_nothing_new_and_what_it_had_open_is_answered)
{
    open (2);
    bazaar_buys (2, 0, 3);
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    const struct buyer_book *book = buyer_book (peer_buyer (bazaar_peer (2)));
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_TRADER);
    ck_assert_int_eq (book->requests, 3);
    ck_assert_int_eq (book->open, 0);
    bazaar_kill (2);
    bazaar_config (2)->election.reclaim = false;
    bazaar_config (2)->buyer.client.first_number = 100;
    bazaar_run (BAZAAR_SECOND);
    bazaar_start (2);  // As a client, whose trader is the other one: it goes on asking.
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_CLIENT);
    ck_assert_int_gt (buyer_book (peer_buyer (bazaar_peer (2)))->requests, 10);
}
END_TEST

START_TEST (test_each_message_goes_to_the_core_that_it_is_for)
{
    open (2);
    bazaar_buys (1, 0, 1);
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    // To the election: by `election` at the ROUTER, and by what the warehouse says of seats.
    bazaar_say (1, 2, (struct message){.type = MESSAGE_ELECTION, .election = {.term = 1}});
    bazaar_run (BAZAAR_MS);
    ck_assert_ptr_nonnull (bazaar_last (2, 1, MESSAGE_ANSWER));
    ck_assert_ptr_nonnull (bazaar_last (WAREHOUSE_NODE, 2, MESSAGE_SEATS));
    ck_assert (election_leads (peer_election (bazaar_peer (2))));
    // To the trader: requests, and all else of the warehouse.
    ck_assert_int_gt (trader_counters (peer_trader (bazaar_peer (2)))->requests, 1);
    ck_assert_int_eq (trader_unsettled (peer_trader (bazaar_peer (2))), 0);
    // To the client: replies, and not to the trader of the same node.
    ck_assert_int_gt (buyer_book (peer_buyer (bazaar_peer (1)))->units, 1);
    ck_assert_int_eq (trader_counters (peer_trader (bazaar_peer (2)))->refused_input, 0);
}
END_TEST

static bool loses_all_but_news (const struct said *said)
{
    return said->to == 2;
}

START_TEST (test_its_trader_hears_the_news_of_the_warehouse_and_its_client_those_of_peers)
{
    const int64_t others[] = {1};
    const struct tick seen[] = {{.node = 1, .count = 77}};
    open (2);
    bazaar_config (2)->seller.client.vector_clock = true;
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    const struct message sold = {
        .type = MESSAGE_CLOCK,
        .from = 1,
        .clock = 1,
        .market = peer_market (bazaar_peer (2)),
        .tick = {.epoch = 1, .seq = 1, .buyer = ALICE, .number = 1, .vector = {seen, 1}},
    };
    bazaar_step (2, (struct event){.type = EVENT_RECEIVE, .port = PORT_NEWS, .message = &sold});
    bazaar_send (2);
    struct vector vector = client_vector (seller_client (peer_seller (bazaar_peer (2))));
    ck_assert_int_eq (ticks_of (&vector, 1), 77);
    bazaar.loses = loses_all_but_news;
    bazaar_campaign (1, 1, others, 1);
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_CLIENT);
    ck_assert_int_eq (peer_counters (bazaar_peer (2))->unseated, 1);
}
END_TEST

START_TEST (test_its_client_learns_of_a_successor_without_being_told_by_a_trader)
{
    open (3);
    bazaar_buys (1, 0, 1);
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    bazaar_kill (3);
    bazaar_run (BAZAAR_SECOND);
    const struct buyer_book *book = buyer_book (peer_buyer (bazaar_peer (1)));
    int64_t before = book->requests;
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_gt (book->requests, before + 10);
    ck_assert_int_eq (book->gave_up + book->failed, 0);
    ck_assert_int_gt (bazaar_count (1, 2, MESSAGE_BUY), 10);
}
END_TEST

// The kit holds each letter of each peer against the one before it.
START_TEST (test_a_peer_has_one_clock_for_all_that_it_is)
{
    open (2);
    bazaar_buys (1, 0, 2);
    bazaar_start_all ();
    bazaar_run (100 * BAZAAR_MS);
    bazaar_say (ALICE, 2, (struct message){.type = MESSAGE_PING, .clock = 500000});
    bazaar_run (100 * BAZAAR_MS);
    // What came to its trader counts for its election, its client and what its shell says.
    bazaar_say (1, 2, (struct message){.type = MESSAGE_ELECTION});
    bazaar_run (BAZAAR_MS);
    ck_assert_int_gt (bazaar_last (2, 1, MESSAGE_ANSWER)->message->clock, 500000);
    ck_assert_int_gt (peer_tick (bazaar_peer (2)), 500000);
    int64_t ticked = peer_tick (bazaar_peer (2));
    (void) pong_of (2, ALICE);
    ck_assert_int_gt (bazaar_last (2, ALICE, MESSAGE_PONG)->message->clock, ticked);
    ck_assert_int_eq (bazaar_last (2, ALICE, MESSAGE_PONG)->message->market,
                      peer_market (bazaar_peer (2)));
}
END_TEST

static void order_by_vector (int64_t id)
{
    struct peer_config *config = bazaar_config (id);
    config->trader.order_by = ORDER_VECTOR;
    config->buyer.client.vector_clock = config->seller.client.vector_clock = true;
}

START_TEST (test_a_peer_has_one_vector_clock_for_all_that_it_is)
{
    open (3);
    for (int64_t id = 1; id <= 3; id++) {
        order_by_vector (id);
        bazaar_buys (id, id == 3 ? 20 : 0, 1);  // All of 3 are answered before it is a trader.
    }
    bazaar_config (3)->sickness.at_us = 2 * BAZAAR_SECOND;
    bazaar_start (1);
    bazaar_start (2);
    bazaar_run (BAZAAR_SECOND);
    bazaar_kill (2);  // So 3 will have bought from 1 before it trades itself.
    bazaar_run (2 * BAZAAR_SECOND);
    bazaar_config (3)->election.reclaim = false;
    bazaar_start (3);
    bazaar_run (BAZAAR_SECOND);
    int64_t bought = ticks_of (&bazaar_last (3, 1, MESSAGE_BUY)->message->buy.vector, 3);
    ck_assert_int_ge (bought, 20);
    bazaar_kill (1);
    bazaar_run (900 * BAZAAR_MS);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_TRADER);
    bazaar_buy (ALICE, 3, 1, 1);
    bazaar_run (10 * BAZAAR_MS);
    int64_t traded =
        ticks_of (&bazaar_last (3, ALICE, MESSAGE_RECEIPT)->message->receipt.vector, 3);
    ck_assert_int_gt (traded, bought);
    struct vector vector = client_vector (buyer_client (peer_buyer (bazaar_peer (3))));
    ck_assert_int_lt (ticks_of (&vector, 3), traded);
    bazaar_run (BAZAAR_SECOND);  // It falls sick: what it did as a trader its client has done.
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_SICK);
    vector = client_vector (buyer_client (peer_buyer (bazaar_peer (3))));
    ck_assert_int_ge (ticks_of (&vector, 3), traded);
}
END_TEST

static Suite *suite (void)
{
    Suite *suite = suite_create ("peer");
    TCase *messages = tcase_create ("messages");
    tcase_add_checked_fixture (messages, NULL, bazaar_close);
    tcase_add_test (messages, test_a_buy_to_a_peer_without_a_seat_is_unavailable);
    tcase_add_test (messages, test_a_peer_without_a_seat_ignores_a_handover);
    tcase_add_test (messages, test_whoever_is_of_another_market_is_refused_and_teaches_nothing);
    tcase_add_test (messages, test_an_answer_at_its_router_is_not_answered);
    tcase_add_test (messages, test_a_frame_that_is_no_message_is_answered_by_what_was_wrong);
    tcase_add_test (messages, test_a_ping_is_answered_by_who_holds_the_seats_and_in_which_epoch);
    tcase_add_test (messages, test_a_peer_that_only_knows_that_it_lost_its_seat_names_nobody);
    tcase_add_test (messages, test_each_message_goes_to_the_core_that_it_is_for);
    tcase_add_test (messages,
                    test_its_trader_hears_the_news_of_the_warehouse_and_its_client_those_of_peers);
    suite_add_tcase (suite, messages);
    TCase *client = tcase_create ("client");
    tcase_add_checked_fixture (client, NULL, bazaar_close);
    tcase_add_test (client, test_a_market_of_one_elects_itself_and_answers_its_own_order);
    tcase_add_test (client, test_a_trader_asks_nothing_new_and_what_it_had_open_is_answered);
    tcase_add_test (client, test_its_client_learns_of_a_successor_without_being_told_by_a_trader);
    suite_add_tcase (suite, client);
    TCase *clocks = tcase_create ("clocks");
    tcase_add_checked_fixture (clocks, NULL, bazaar_close);
    tcase_add_test (clocks, test_a_peer_has_one_clock_for_all_that_it_is);
    tcase_add_test (clocks, test_a_peer_has_one_vector_clock_for_all_that_it_is);
    suite_add_tcase (suite, clocks);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
