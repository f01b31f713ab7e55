#include <check.h>
#include <stdlib.h>

#include "broker/liveness.h"

enum { MS = 1000, EVERY = 250 * MS, START = 7000 * MS };

static struct liveness node;

static void set_up (void)
{
    liveness_begin (&node, EVERY, START);
}

// What is known so long after the last sign of life, when it was looked at all the time.
struct quiet_case {
    int64_t quiet_us;
    bool wants_ping;
    bool suspects;
};

static const struct quiet_case QUIET[] = {
    {0, false, false},
    {1, false, false},
    {EVERY - 1, false, false},
    {EVERY, true, false},
    {2 * EVERY, true, false},
    {LIVENESS_MISSED * EVERY - 1, true, false},
    {LIVENESS_MISSED * EVERY, true, true},
    {1000 * EVERY, true, true},
};

static void look_until (int64_t until_us)
{
    for (int64_t now_us = node.looked_us; now_us < until_us; now_us += 10 * MS) {
        liveness_look (&node, now_us);
    }
    liveness_look (&node, until_us);
}

START_TEST (test_liveness_goes_by_how_long_a_node_was_quiet)
{
    const struct quiet_case *expected = &QUIET[_i];
    int64_t now_us = START + expected->quiet_us;
    look_until (now_us);
    ck_assert (liveness_wants_ping (&node, now_us) == expected->wants_ping);
    ck_assert (liveness_suspects (&node, now_us) == expected->suspects);
    liveness_heard (&node, now_us);
    ck_assert (!liveness_wants_ping (&node, now_us));
    ck_assert (!liveness_suspects (&node, now_us));
}
END_TEST

START_TEST (test_liveness_pings_a_quiet_node_once_an_interval)
{
    int pings = 0;
    for (int64_t now_us = START; now_us <= START + 10 * EVERY; now_us += MS) {
        liveness_look (&node, now_us);
        if (liveness_wants_ping (&node, now_us)) {
            liveness_sent (&node, now_us);
            pings++;
        }
    }
    ck_assert_int_eq (pings, 10);
}
END_TEST

START_TEST (test_liveness_sends_no_ping_to_a_node_that_is_heard_or_was_written_to)
{
    for (int64_t now_us = START; now_us <= START + 10 * EVERY; now_us += MS) {
        bool heard = _i == 0;
        if (now_us % (200 * MS) == 0) {
            heard ? liveness_heard (&node, now_us) : liveness_sent (&node, now_us);
        }
        liveness_look (&node, now_us);
        ck_assert (!liveness_wants_ping (&node, now_us));
        ck_assert (liveness_suspects (&node, now_us)
                   == (!heard && now_us >= START + LIVENESS_MISSED * EVERY));
    }
}
END_TEST

// Other nodes keep the socket so busy that no deadline is ever waited for.
START_TEST (test_liveness_suspects_a_silent_node_on_a_socket_that_is_never_idle)
{
    struct liveness other;
    int64_t now_us = START;
    liveness_begin (&other, EVERY, START);
    while (!liveness_suspects (&node, now_us)) {
        now_us += MS / 10;
        ck_assert_int_le (now_us, START + LIVENESS_MISSED * EVERY);
        liveness_heard (&other, now_us);
        liveness_look (&other, now_us);
        liveness_look (&node, now_us);
    }
    ck_assert_int_eq (now_us, START + LIVENESS_MISSED * EVERY);
    ck_assert (!liveness_suspects (&other, now_us));
}
END_TEST

START_TEST (test_liveness_suspects_nobody_because_the_process_was_away)
{
    int64_t now_us = START + EVERY / 2;
    liveness_look (&node, now_us);
    now_us += 3600 * 1000 * (int64_t) MS;
    liveness_look (&node, now_us);
    ck_assert (!liveness_suspects (&node, now_us));
    // An interval and a half counts so far.
    int64_t suspected_us = now_us + 3 * EVERY / 2;
    look_until (suspected_us - 1);
    ck_assert (!liveness_suspects (&node, suspected_us - 1));
    liveness_look (&node, suspected_us);
    ck_assert (liveness_suspects (&node, suspected_us));
}
END_TEST

START_TEST (test_liveness_hears_what_waited_while_the_process_was_away)
{
    int64_t now_us = START + 100 * EVERY;
    liveness_heard (&node, now_us);
    liveness_look (&node, now_us + MS);
    ck_assert (!liveness_wants_ping (&node, now_us + MS));
    ck_assert_int_le (node.heard_us, now_us + MS);
    look_until (now_us + LIVENESS_MISSED * EVERY + MS);
    ck_assert (liveness_suspects (&node, now_us + LIVENESS_MISSED * EVERY + MS));
}
END_TEST

// A process that is always late looks less often than it should. It still notices.
START_TEST (test_liveness_suspects_in_the_end_however_seldom_it_is_looked)
{
    int64_t now_us = START;
    for (int looks = 1; looks <= LIVENESS_MISSED; looks++) {
        ck_assert (!liveness_suspects (&node, now_us));
        now_us += EVERY + (int64_t) _i * EVERY;
        liveness_look (&node, now_us);
    }
    ck_assert (liveness_suspects (&node, now_us));
}
END_TEST

// Whoever wakes at each deadline alone, and perhaps ignores what it is told, wakes at the moments
// that matter and not more than twice an interval.
START_TEST (test_liveness_deadline_is_never_in_the_past)
{
    bool pings = _i % 2;
    bool hears = _i / 2;
    int wakes = 0;
    int64_t now_us = START;
    int64_t suspected_us = 0;
    while (now_us < START + 20 * EVERY) {
        ck_assert_int_gt (liveness_deadline (&node), now_us);
        ck_assert_int_le (liveness_deadline (&node), now_us + EVERY);
        now_us = liveness_deadline (&node);
        liveness_look (&node, now_us);
        wakes++;
        if (!suspected_us && liveness_suspects (&node, now_us)) {
            suspected_us = now_us;
        }
        if (pings && liveness_wants_ping (&node, now_us)) {
            liveness_sent (&node, now_us);
        }
        if (hears) {
            liveness_heard (&node, now_us);
        }
    }
    ck_assert_int_le (wakes, 40);
    ck_assert_int_eq (suspected_us, hears ? 0 : START + LIVENESS_MISSED * EVERY);
}
END_TEST

START_TEST (test_liveness_without_an_interval_watches_nobody)
{
    liveness_begin (&node, -_i, START);
    ck_assert_int_eq (liveness_deadline (&node), INT64_MAX);
    liveness_look (&node, START + 1000 * EVERY);
    ck_assert (!liveness_wants_ping (&node, START + 1000 * EVERY));
    ck_assert (!liveness_suspects (&node, START + 1000 * EVERY));
}
END_TEST

START_TEST (test_liveness_takes_no_harm_from_times_that_come_late)
{
    liveness_heard (&node, START + EVERY);
    liveness_heard (&node, START);
    liveness_sent (&node, START - EVERY);
    liveness_look (&node, START + EVERY);
    liveness_look (&node, START);
    ck_assert_int_eq (node.heard_us, START + EVERY);
    ck_assert_int_eq (node.pinged_us, START);
    ck_assert_int_eq (node.looked_us, START + EVERY);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("liveness");
    TCase *quiet = tcase_create ("quiet");
    tcase_add_checked_fixture (quiet, set_up, NULL);
    tcase_add_loop_test (quiet, test_liveness_goes_by_how_long_a_node_was_quiet, 0,
                         (int) (sizeof QUIET / sizeof QUIET[0]));
    tcase_add_test (quiet, test_liveness_pings_a_quiet_node_once_an_interval);
    tcase_add_loop_test (
        quiet, test_liveness_sends_no_ping_to_a_node_that_is_heard_or_was_written_to, 0, 2);
    tcase_add_test (quiet, test_liveness_suspects_a_silent_node_on_a_socket_that_is_never_idle);
    tcase_add_loop_test (quiet, test_liveness_without_an_interval_watches_nobody, 0, 2);
    suite_add_tcase (suite, quiet);
    TCase *away = tcase_create ("away");
    tcase_add_checked_fixture (away, set_up, NULL);
    tcase_add_test (away, test_liveness_suspects_nobody_because_the_process_was_away);
    tcase_add_test (away, test_liveness_hears_what_waited_while_the_process_was_away);
    tcase_add_loop_test (away, test_liveness_suspects_in_the_end_however_seldom_it_is_looked, 0, 4);
    tcase_add_loop_test (away, test_liveness_deadline_is_never_in_the_past, 0, 4);
    tcase_add_test (away, test_liveness_takes_no_harm_from_times_that_come_late);
    suite_add_tcase (suite, away);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
