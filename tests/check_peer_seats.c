#include <check.h>
#include <stdlib.h>

#include "tests/kit/bazaar.h"

enum { LATER_MS = 100 };

// Alice, Bob and Sam ask by hand; the peers have nothing to ask for once they serve.
static void open_served (size_t count)
{
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (peer_role (bazaar_peer ((int64_t) count)), PEER_TRADER);
    bazaar_restock (SAM, (int64_t) count, 1, 1000);
    bazaar_run (10 * BAZAAR_MS);
    ck_assert_ptr_nonnull (bazaar_last ((int64_t) count, SAM, MESSAGE_RESTOCKED));
}

static bool took_note (int64_t id, enum peer_news news, struct peer_note *note)
{
    struct peer_note unused;
    note = note ? note : &unused;
    while (peer_next_note (bazaar_peer (id), note)) {
        if (note->news == news) {
            return true;
        }
    }
    return false;
}

// Whether commits get lost, so that what they carry stays open.
static bool loses_commits;

static bool loses (const struct said *said)
{
    return loses_commits && said->to == WAREHOUSE_NODE && said->message->type == MESSAGE_COMMIT;
}

static void close (void)
{
    loses_commits = false;
    bazaar_close ();
}

START_TEST (test_one_that_is_sick_from_the_start_is_passed_over)
{
    bazaar_open (3);
    bazaar_config (3)->sickness.from_start = true;
    bazaar_config (3)->sickness.recover_after_us = 2 * BAZAAR_SECOND;
    bazaar_start_all ();
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_PING), 0);
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_SICK);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_TRADER);
    ck_assert_int_eq (peer_counters (bazaar_peer (3))->sick, 1);
    ck_assert (took_note (3, PEER_NEWS_SICK, NULL));
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_RESIGN), 0);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_PONG), 0);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_ANSWER), 0);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_RESTOCK), 0);
    bazaar_run (2 * BAZAAR_SECOND);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_TRADER);
}
END_TEST

START_TEST (test_a_client_that_falls_sick_asks_nothing_until_it_is_well)
{
    bazaar_open (2);
    bazaar_buys (1, 0, 1);
    bazaar_config (1)->sickness.at_us = BAZAAR_SECOND;
    bazaar_config (1)->sickness.recover_after_us = BAZAAR_SECOND;
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND + 10 * BAZAAR_MS);
    int64_t asked = buyer_book (peer_buyer (bazaar_peer (1)))->requests;
    ck_assert_int_gt (asked, 1);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_SICK);
    bazaar_run (BAZAAR_SECOND / 2);
    ck_assert_int_eq (buyer_book (peer_buyer (bazaar_peer (1)))->requests, asked);
    ck_assert (!took_note (1, PEER_NEWS_WELL, NULL));
    bazaar_run (BAZAAR_SECOND);
    ck_assert (took_note (1, PEER_NEWS_WELL, NULL));
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_CLIENT);
    ck_assert_int_gt (buyer_book (peer_buyer (bazaar_peer (1)))->requests, asked);
}
END_TEST

START_TEST (test_a_sale_may_make_its_trader_sick)
{
    bazaar_open (2);
    bazaar_config (2)->sickness.per_million = 1000000;
    open_served (2);
    bazaar_buy (ALICE, 2, 1, 1);
    bazaar_run (10 * BAZAAR_MS);
    ck_assert_int_eq (bazaar_outcome (ALICE, 1), STATUS_SOLD);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_SICK);
    ck_assert_int_eq (peer_counters (bazaar_peer (2))->sales, 1);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_TRADER);
}
END_TEST

START_TEST (test_a_refusal_makes_nobody_sick)
{
    bazaar_open (1);
    bazaar_config (1)->sickness.per_million = 1000000;
    bazaar_buys (1, 1, 1);
    bazaar_start_all ();
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (bazaar_outcome (1, 1), STATUS_OUT_OF_STOCK);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_TRADER);
}
END_TEST

START_TEST (test_none_who_is_sick_answers_a_ping)
{
    bazaar_open (2);
    bazaar_config (2)->sickness.at_us = BAZAAR_SECOND + LATER_MS * BAZAAR_MS;
    bazaar_config (2)->sickness.on_sick = SICK_HANDOVER;
    open_served (2);
    bazaar_kill (1);  // So nobody succeeds, and it holds what it has.
    bazaar_run (2 * LATER_MS * BAZAAR_MS);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_HOLDING);
    bazaar_say (ALICE, 2, (struct message){.type = MESSAGE_PING});
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (bazaar_count (2, ALICE, MESSAGE_PONG), 0);
}
END_TEST

// Five orders, which come when it is about to fall sick; the warehouse is slow to decide them.
static void fall_sick_with_five_open (enum on_sick on_sick)
{
    bazaar_open (3);
    bazaar_config (3)->sickness.at_us = BAZAAR_SECOND + LATER_MS * BAZAAR_MS;
    bazaar_config (3)->sickness.on_sick = on_sick;
    bazaar_config (3)->trader.in_flight_max = 1;
    bazaar_config (3)->trader.batch_max = 2;
    bazaar_config (3)->trader.commit_timeout_us = 50 * BAZAAR_MS;
    bazaar.loses = loses;
    open_served (3);
    bazaar_run ((LATER_MS - 20) * BAZAAR_MS);
    loses_commits = true;
    for (int64_t number = 1; number <= 5; number++) {
        bazaar_buy (ALICE, 3, number, 1);
    }
    bazaar_run (15 * BAZAAR_MS);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_LEAVING);
    loses_commits = false;
}

START_TEST (test_one_that_drains_answers_all_that_it_accepted_and_then_resigns)
{
    fall_sick_with_five_open (SICK_DRAIN);
    bazaar_buy (BOB, 3, 1, 1);
    bazaar_run (BAZAAR_MS);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_RESIGN), 0);
    ck_assert_ptr_nonnull (bazaar_last (3, BOB, MESSAGE_ERROR));  // It takes nothing new.
    bazaar_run (LATER_MS * BAZAAR_MS);
    for (int64_t number = 1; number <= 5; number++) {
        ck_assert_int_eq (bazaar_outcome (ALICE, number), STATUS_SOLD);
    }
    ck_assert_int_eq (bazaar_count (3, ALICE, MESSAGE_RECEIPT), 5);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_RESIGN), 2);
    ck_assert_int_ge (bazaar_last (3, 1, MESSAGE_RESIGN)->at_us,
                      bazaar_last (3, ALICE, MESSAGE_RECEIPT)->at_us);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_HANDOVER), 0);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_SICK);
    ck_assert (took_note (3, PEER_NEWS_RESIGNED, NULL));
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_TRADER);
    ck_assert_int_eq (election_counters (peer_election (bazaar_peer (2)))->won, 1);
}
END_TEST

START_TEST (test_one_that_hands_over_resigns_first_and_gives_the_rest_to_its_successor)
{
    struct peer_note note;
    fall_sick_with_five_open (SICK_HANDOVER);
    bazaar_run (LATER_MS * BAZAAR_MS);
    // What was under way it has finished: the first of them.
    ck_assert_int_eq (bazaar_count (3, ALICE, MESSAGE_RECEIPT), 1);
    ck_assert_int_eq (bazaar_count (3, BAZAAR_ALL, MESSAGE_HANDOVER), 1);
    const struct said *handed = bazaar_last (3, 2, MESSAGE_HANDOVER);
    ck_assert_uint_eq (handed->message->handover.item_count, 4);
    ck_assert_int_eq (handed->message->handover.term, 2);
    ck_assert_int_gt (handed->at_us, bazaar_last (3, 1, MESSAGE_RESIGN)->at_us);
    ck_assert (took_note (3, PEER_NEWS_HANDED, &note));
    ck_assert_int_eq (note.peer, 2);
    ck_assert_int_eq (note.count, 4);
    ck_assert_int_eq (peer_counters (bazaar_peer (3))->handed, 4);
    ck_assert_int_eq (trader_counters (peer_trader (bazaar_peer (2)))->inherited, 4);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_SICK);
    ck_assert_int_eq (warehouse_counters (bazaar.warehouse)->orders, 5);
    for (int64_t number = 1; number <= 5; number++) {  // Its client asks again.
        bazaar_buy (ALICE, 2, number, 1);
    }
    bazaar_run (10 * BAZAAR_MS);
    for (int64_t number = 1; number <= 5; number++) {
        ck_assert_int_eq (bazaar_outcome (ALICE, number), STATUS_SOLD);
    }
    ck_assert_int_eq (warehouse_counters (bazaar.warehouse)->orders, 5);
}
END_TEST

START_TEST (test_one_that_is_told_to_stop_while_it_holds_requests_leaves_them_to_their_clients)
{
    fall_sick_with_five_open (SICK_HANDOVER);
    bazaar_kill (1);
    bazaar_kill (2);
    bazaar_run (2 * LATER_MS * BAZAAR_MS);
    ck_assert_int_eq (peer_role (bazaar_peer (3)), PEER_HOLDING);
    ck_assert (!peer_done (bazaar_peer (3)));
    bazaar_step (3, (struct event){.type = EVENT_STOP});
    bazaar_send (3);
    ck_assert (peer_done (bazaar_peer (3)));
}
END_TEST

START_TEST (test_one_that_is_well_again_stands_and_takes_its_seat_back)
{
    bazaar_open (2);
    bazaar_config (2)->sickness.per_million = 1000000;
    bazaar_config (2)->sickness.recover_after_us = BAZAAR_SECOND;
    open_served (2);
    bazaar_buy (ALICE, 2, 1, 1);
    bazaar_run (BAZAAR_SECOND / 2);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_SICK);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_TRADER);
    bazaar_run (BAZAAR_SECOND);
    ck_assert (took_note (2, PEER_NEWS_WELL, NULL));
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_TRADER);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_CLIENT);
    ck_assert_int_eq (peer_counters (bazaar_peer (2))->seated, 2);
}
END_TEST

START_TEST (test_a_trader_whose_seat_is_others_ends_and_its_node_asks_them)
{
    bazaar_open (2);
    bazaar_buys (2, 2, 1);
    bazaar_config (2)->election.reclaim = false;
    open_served (2);
    ck_assert_int_eq (buyer_book (peer_buyer (bazaar_peer (2)))->requests, 1);
    bazaar.places[1].cut = true;
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_TRADER);
    bazaar.places[1].cut = false;
    bazaar_buy (ALICE, 2, 1, 1);
    bazaar_run (2 * BAZAAR_MS);
    ck_assert_int_eq (peer_role (bazaar_peer (2)), PEER_CLIENT);
    ck_assert_int_eq (peer_counters (bazaar_peer (2))->unseated, 1);
    ck_assert (took_note (2, PEER_NEWS_UNSEATED, NULL));
    ck_assert_int_eq (bazaar_outcome (ALICE, 1), STATUS_UNKNOWN);
    ck_assert_int_eq (election_counters (peer_election (bazaar_peer (2)))->unseated, 1);
    bazaar_run (BAZAAR_SECOND);
    ck_assert_int_eq (election_seating (peer_election (bazaar_peer (2))).leader, 1);
    ck_assert_int_eq (buyer_book (peer_buyer (bazaar_peer (2)))->requests, 2);
    ck_assert_int_eq (buyer_book (peer_buyer (bazaar_peer (2)))->units, 1);
    ck_assert_int_ge (bazaar_count (2, 1, MESSAGE_BUY), 1);
}
END_TEST

START_TEST (test_a_trader_that_lost_its_seat_and_got_another_joins_anew)
{
    const int64_t first[] = {1};
    const int64_t both[] = {1, 2};
    bazaar_open (2);
    bazaar_config (1)->election.seats = 2;
    bazaar_config (2)->election.seats = 2;
    open_served (2);
    ck_assert_uint_eq (election_seating (peer_election (bazaar_peer (2))).seat_count, 2);
    int64_t term = election_seating (peer_election (bazaar_peer (2))).term;
    int64_t epoch = trader_epoch (peer_trader (bazaar_peer (2)));
    bazaar.places[1].cut = true;  // It hears of nothing that happens to it.
    bazaar_campaign (1, term, first, 1);
    bazaar_campaign (1, term + 1, both, 2);
    bazaar_run (BAZAAR_MS);
    bazaar.places[1].cut = false;
    struct message told = {.type = MESSAGE_COORDINATOR};
    told.coordinator.seating =
        (struct seating){.term = term + 2, .leader = 1, .seats = both, .seat_count = 2};
    bazaar_say (1, 2, told);
    bazaar_buy (ALICE, 2, 1, 1);
    bazaar_run (10 * BAZAAR_MS);
    ck_assert_int_gt (trader_epoch (peer_trader (bazaar_peer (2))), epoch);
    ck_assert (trader_ready (peer_trader (bazaar_peer (2))));
    ck_assert_int_eq (peer_counters (bazaar_peer (2))->unseated, 0);
    bazaar_buy (ALICE, 2, 1, 1);
    bazaar_run (10 * BAZAAR_MS);
    ck_assert_int_eq (bazaar_outcome (ALICE, 1), STATUS_SOLD);
}
END_TEST

// The letter borrows from the trader, whose seat is others' before it leaves.
START_TEST (test_the_letters_of_a_trader_outlive_it_by_their_round)
{
    const int64_t seats[] = {1};
    const struct message buy = {
        .type = MESSAGE_BUY,
        .from = ALICE,
        .clock = 1,
        .buy = {.number = 1, .attempt = 1, .product = "fish", .quantity = 1},
    };
    const struct seating seating = {.term = 2, .leader = 1, .seats = seats, .seat_count = 1};
    const struct message told = {.type = MESSAGE_SEATS, .clock = 1, .seats = {.seating = seating}};
    const struct event event = {.type = EVENT_RECEIVE,
                                .port = PORT_CLIENTS,
                                .route = {.size = 1, .bytes = {ALICE}},
                                .message = &buy};
    bazaar_open (2);
    bazaar_config (2)->election.reclaim = false;
    open_served (2);
    bazaar_step (2, event);
    bazaar_step (2, (struct event){.type = EVENT_DRAINED});
    bazaar_step (2,
                 (struct event){.type = EVENT_RECEIVE, .port = PORT_WAREHOUSE, .message = &told});
    bazaar_step (2, (struct event){.type = EVENT_DEADLINE});
    ck_assert_ptr_null (peer_trader (bazaar_peer (2)));
    bazaar_send (2);
    const struct said *said = bazaar_last (2, WAREHOUSE_NODE, MESSAGE_COMMIT);
    ck_assert_str_eq (said->message->commit.items[0].product, "fish");
    ck_assert_int_eq (said->message->commit.items[0].client, ALICE);
}
END_TEST

START_TEST (test_one_that_is_told_to_stop_trades_on_while_it_has_an_open_request_itself)
{
    bazaar_open (1);
    bazaar_buys (1, 1, 1);
    bazaar_config (1)->trader.commit_timeout_us = 50 * BAZAAR_MS;
    bazaar.loses = loses;
    loses_commits = true;
    bazaar_start_all ();
    bazaar_step (1,
                 (struct event){.type = EVENT_STOP});  // Before it has the seat that it asked for.
    bazaar_send (1);
    bazaar_run (20 * BAZAAR_MS);
    ck_assert (!peer_done (bazaar_peer (1)));
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_TRADER);
    loses_commits = false;
    bazaar_run (LATER_MS * BAZAAR_MS);
    ck_assert (peer_done (bazaar_peer (1)));
    ck_assert_int_eq (bazaar_outcome (1, 1), STATUS_OUT_OF_STOCK);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_CLIENT);
}
END_TEST

START_TEST (test_one_that_is_told_to_stop_resigns_and_the_next_one_is_elected)
{
    bazaar_open (2);
    open_served (2);
    bazaar_step (2, (struct event){.type = EVENT_STOP});
    bazaar_send (2);
    ck_assert (!peer_done (bazaar_peer (2)));  // It has a seat to give up.
    bazaar_run (10 * BAZAAR_MS);
    ck_assert (peer_done (bazaar_peer (2)));
    ck_assert_int_eq (bazaar_count (2, 1, MESSAGE_RESIGN), 1);
    ck_assert_int_eq (peer_role (bazaar_peer (1)), PEER_TRADER);
}
END_TEST

static Suite *suite (void)
{
    Suite *suite = suite_create ("peer_seats");
    TCase *sick = tcase_create ("sickness");
    tcase_add_checked_fixture (sick, NULL, close);
    tcase_add_test (sick, test_one_that_is_sick_from_the_start_is_passed_over);
    tcase_add_test (sick, test_a_client_that_falls_sick_asks_nothing_until_it_is_well);
    tcase_add_test (sick, test_a_sale_may_make_its_trader_sick);
    tcase_add_test (sick, test_a_refusal_makes_nobody_sick);
    tcase_add_test (sick, test_none_who_is_sick_answers_a_ping);
    tcase_add_test (sick, test_one_that_drains_answers_all_that_it_accepted_and_then_resigns);
    tcase_add_test (sick,
                    test_one_that_hands_over_resigns_first_and_gives_the_rest_to_its_successor);
    tcase_add_test (sick, test_one_that_is_well_again_stands_and_takes_its_seat_back);
    suite_add_tcase (suite, sick);
    TCase *unseated = tcase_create ("unseated");
    tcase_add_checked_fixture (unseated, NULL, close);
    tcase_add_test (unseated, test_a_trader_whose_seat_is_others_ends_and_its_node_asks_them);
    tcase_add_test (unseated, test_a_trader_that_lost_its_seat_and_got_another_joins_anew);
    tcase_add_test (unseated, test_the_letters_of_a_trader_outlive_it_by_their_round);
    suite_add_tcase (suite, unseated);
    TCase *stop = tcase_create ("stop");
    tcase_add_checked_fixture (stop, NULL, close);
    tcase_add_test (stop,
                    test_one_that_is_told_to_stop_trades_on_while_it_has_an_open_request_itself);
    tcase_add_test (stop, test_one_that_is_told_to_stop_resigns_and_the_next_one_is_elected);
    tcase_add_test (
        stop, test_one_that_is_told_to_stop_while_it_holds_requests_leaves_them_to_their_clients);
    suite_add_tcase (suite, stop);
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
