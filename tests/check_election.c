#include <check.h>
#include <stdlib.h>

#include "tests/kit/village.h"

enum { SECOND = 1000 * VILLAGE_MS };

static village_t *village;

static void tear_down (void)
{
    village_destroy (&village);
}

static void open (size_t count, int64_t seats, bool reclaim)
{
    village = village_new (count, seats, reclaim, 7);
}

// All are up, and have had their first election.
static void open_elected (size_t count, int64_t seats, bool reclaim)
{
    open (count, seats, reclaim);
    village_start_all (village);
    village_run (village, SECOND);
}

static void ck_seats (int64_t id, const int64_t *ids, size_t count)
{
    struct seating seating = election_seating (village_peer (village, id));
    ck_assert_uint_eq (seating.seat_count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq (seating.seats[i], ids[i]);
    }
}

START_TEST (test_one_peer_elects_itself)
{
    open (1, 1, true);
    village_start_all (village);
    village_run (village, 10 * VILLAGE_MS);
    ck_assert_int_eq (village_leader (village), 1);
}
END_TEST

START_TEST (test_the_highest_is_elected)
{
    open_elected (6, 1, true);
    ck_assert_int_eq (village_leader (village), 6);
    ck_assert_int_eq (village->granted, 1);
}
END_TEST

START_TEST (test_the_highest_that_is_up_is_elected)
{
    open (6, 1, true);
    for (int64_t id = 1; id <= 4; id++) {
        village_start (village, id);
    }
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 4);
}
END_TEST

// When a market opens peers are not connected yet, and what they ask first is lost.
START_TEST (test_peers_whose_first_words_were_lost_elect_as_soon_as_all_are_heard)
{
    open (6, 1, true);
    village->loss_per_mille = 1000;
    village_start_all (village);
    village_run (village, 30 * VILLAGE_MS);
    village->loss_per_mille = 0;
    village_run (village, 70 * VILLAGE_MS);
    ck_assert_int_eq (village_leader (village), 6);
    ck_assert_int_eq (village->granted, 1);
}
END_TEST

START_TEST (test_a_sick_one_is_passed_over)
{
    open (5, 1, true);
    village_start_all (village);
    village_leave (village, 5);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 4);
}
END_TEST

START_TEST (test_a_dead_leader_is_followed_by_the_next)
{
    open_elected (6, 1, true);
    village_kill (village, 6);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 5);
    ck_assert_int_eq (village->granted, 2);
}
END_TEST

START_TEST (test_a_leader_that_resigns_is_followed_at_once)
{
    open_elected (6, 1, true);
    village_leave (village, 6);
    village_run (village, 10 * VILLAGE_MS);
    ck_assert_int_eq (village_leader (village), 5);
}
END_TEST

START_TEST (test_the_higher_one_takes_the_seat_back)
{
    open_elected (3, 1, true);
    village_leave (village, 3);
    village_run (village, SECOND);
    village_return (village, 3);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
}
END_TEST

START_TEST (test_without_reclaim_the_seat_stays)
{
    open_elected (3, 1, false);
    village_leave (village, 3);
    village_run (village, SECOND);
    village_return (village, 3);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 2);
    village_kill (village, 2);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
}
END_TEST

START_TEST (test_a_leader_that_is_started_again_leads_on)
{
    open_elected (4, 1, true);
    village_kill (village, 4);
    village_run (village, 50 * VILLAGE_MS);
    village_start (village, 4);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 4);
    ck_assert_int_eq (village->granted, 1);
}
END_TEST

// It stood for nothing in this life, so what it took is since it learnt that it leads.
START_TEST (test_a_leader_that_is_started_again_does_not_count_the_time_before)
{
    struct election_note note;
    int64_t took_us = -1;
    open (4, 1, true);
    village_start_all (village);
    village_run (village, 10 * SECOND);
    village_kill (village, 4);
    village_run (village, 50 * VILLAGE_MS);
    village_start (village, 4);
    village_run (village, SECOND);
    while (election_next_note (village_peer (village, 4), &note)) {
        took_us = note.news == ELECTION_NEWS_SERVES ? note.took_us : took_us;
    }
    ck_assert_int_ge (took_us, 0);
    ck_assert_int_lt (took_us, SECOND);
}
END_TEST

// The connections of a peer that begins come up later than it does.
START_TEST (test_a_peer_asks_again_who_leads_when_nobody_has_answered)
{
    open (4, 1, false);
    for (int64_t id = 1; id <= 3; id++) {
        village_start (village, id);
    }
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
    village->loss_per_mille = 1000;
    village_start (village, 4);
    village_run (village, 30 * VILLAGE_MS);
    village->loss_per_mille = 0;
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
    ck_assert_int_eq (village->granted, 1);
}
END_TEST

START_TEST (test_the_next_highest_are_appointed)
{
    const int64_t first[] = {4, 5, 6};
    const int64_t then[] = {3, 4, 6};
    open_elected (6, 3, true);
    ck_assert_int_eq (village_leader (village), 6);
    ck_seats (1, first, 3);
    village_kill (village, 5);
    village_run (village, 2 * SECOND);
    ck_assert_int_eq (village_leader (village), 6);
    ck_seats (1, then, 3);
    village_start (village, 5);
    village_run (village, 2 * SECOND);
    ck_seats (1, first, 3);
}
END_TEST

START_TEST (test_with_fewer_peers_than_seats_all_trade)
{
    const int64_t both[] = {1, 2};
    open_elected (2, 4, true);
    ck_seats (1, both, 2);
}
END_TEST

START_TEST (test_nobody_leads_while_the_warehouse_is_away)
{
    open (3, 1, true);
    village->closed = true;
    village_start_all (village);
    village_run (village, 3 * SECOND);
    ck_assert_int_eq (village_leader (village), 0);
    ck_assert_int_eq (village->granted, 0);
    village->closed = false;
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
}
END_TEST

START_TEST (test_a_leader_that_was_cut_off_finds_out)
{
    open_elected (4, 1, false);
    village->peers[3].cut = true;
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
    village->peers[3].cut = false;
    village_run (village, 3 * SECOND);
    ck_assert_int_eq (village_leader (village), 3);
    ck_assert (!election_seated (village_peer (village, 4)));
}
END_TEST

START_TEST (test_whoever_has_no_seat_asks_around)
{
    open_elected (3, 1, true);
    struct outbox out;
    outbox_init (&out);
    election_unseated (village_peer (village, 3), village->now_us, &out);
    outbox_free (&out);
    ck_assert (!election_seated (village_peer (village, 3)));
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 3);
    ck_assert_int_eq (village->granted, 2);
}
END_TEST

START_TEST (test_one_that_has_lost_its_seat_looks_around_before_it_stands_for_a_lower_one)
{
    struct message asks = {.type = MESSAGE_ELECTION, .from = 1, .election = {.term = 1}};
    struct event event = {.type = EVENT_RECEIVE, .port = PORT_CLIENTS, .message = &asks};
    const int64_t others[] = {2};
    struct outbox out;
    open (3, 1, false);
    village_start_all (village);
    village_run (village, SECOND);
    outbox_init (&out);
    event.now_us = village->now_us;
    election_unseated (village_peer (village, 3), village->now_us, &out);
    outbox_clear (&out);
    election_step (village_peer (village, 3), &event, &out);
    ck_assert_uint_eq (out.letter_count, 1);
    ck_assert_int_eq (out.letters[0].message.type, MESSAGE_ANSWER);
    ck_assert_int_eq (election_state (village_peer (village, 3)), ELECTION_SETTLING);
    // It hears of the new leader by that one itself, and leaves it the seat.
    struct message pong = {.type = MESSAGE_PONG, .from = 2};
    pong.pong.seating = (struct seating){.term = 2, .leader = 2, .seats = others, .seat_count = 1};
    event.port = PORT_TRADER;
    event.message = &pong;
    election_step (village_peer (village, 3), &event, &out);
    ck_assert_int_eq (election_state (village_peer (village, 3)), ELECTION_FOLLOWING);
    ck_seats (3, others, 1);
    outbox_free (&out);
}
END_TEST

START_TEST (test_who_stood_who_answered_and_who_won_is_told)
{
    struct election_note note;
    bool stood = false;
    bool answered = false;
    bool followed = false;
    open_elected (3, 1, true);
    while (election_next_note (village_peer (village, 1), &note)) {
        stood = stood || (note.news == ELECTION_NEWS_STANDS && note.why == ELECTION_WHY_START);
        answered = answered || (note.news == ELECTION_NEWS_ANSWERED && note.peer > 1);
        followed =
            followed || (note.news == ELECTION_NEWS_FOLLOWS && note.peer == 3 && note.term == 1);
    }
    ck_assert (stood && answered && followed);
    bool served = false;
    while (election_next_note (village_peer (village, 3), &note)) {
        served = served || note.news == ELECTION_NEWS_SERVES;
        ck_assert (note.news != ELECTION_NEWS_SERVES || (note.took_us > 0 && note.messages >= 1));
    }
    ck_assert (served);
}
END_TEST

START_TEST (test_sixty_four_elect_within_a_second)
{
    open_elected (64, 1, true);
    ck_assert_int_eq (village_leader (village), 64);
    int64_t before = village->sent[MESSAGE_ELECTION];
    village_kill (village, 64);
    village_run (village, SECOND);
    ck_assert_int_eq (village_leader (village), 63);
    // Bully's worst case: each asks all that are higher.
    ck_assert_int_le (village->sent[MESSAGE_ELECTION] - before, 64 * 63 / 2);
}
END_TEST

static Suite *suite (void)
{
    Suite *suite = suite_create ("election");
    TCase *one = tcase_create ("bully");
    tcase_set_timeout (one, 60);
    tcase_add_checked_fixture (one, NULL, tear_down);
    tcase_add_test (one, test_one_peer_elects_itself);
    tcase_add_test (one, test_the_highest_is_elected);
    tcase_add_test (one, test_the_highest_that_is_up_is_elected);
    tcase_add_test (one, test_peers_whose_first_words_were_lost_elect_as_soon_as_all_are_heard);
    tcase_add_test (one, test_a_sick_one_is_passed_over);
    tcase_add_test (one, test_a_dead_leader_is_followed_by_the_next);
    tcase_add_test (one, test_a_leader_that_resigns_is_followed_at_once);
    tcase_add_test (one, test_the_higher_one_takes_the_seat_back);
    tcase_add_test (one, test_without_reclaim_the_seat_stays);
    tcase_add_test (one, test_a_leader_that_is_started_again_leads_on);
    tcase_add_test (one, test_a_leader_that_is_started_again_does_not_count_the_time_before);
    tcase_add_test (one, test_a_peer_asks_again_who_leads_when_nobody_has_answered);
    tcase_add_test (one, test_nobody_leads_while_the_warehouse_is_away);
    tcase_add_test (one, test_a_leader_that_was_cut_off_finds_out);
    tcase_add_test (one, test_whoever_has_no_seat_asks_around);
    tcase_add_test (one,
                    test_one_that_has_lost_its_seat_looks_around_before_it_stands_for_a_lower_one);
    tcase_add_test (one, test_who_stood_who_answered_and_who_won_is_told);
    tcase_add_test (one, test_sixty_four_elect_within_a_second);
    suite_add_tcase (suite, one);
    TCase *more = tcase_create ("seats");
    tcase_add_checked_fixture (more, NULL, tear_down);
    tcase_add_test (more, test_the_next_highest_are_appointed);
    tcase_add_test (more, test_with_fewer_peers_than_seats_all_trade);
    suite_add_tcase (suite, more);
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
