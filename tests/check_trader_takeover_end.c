// How a takeover ends: completed, denied, cancelled, or gone on with by the next process.
#include <stdlib.h>

#include "tests/kit/copy_fixture.h"

enum { INTERVAL_US = 250000 };

// Trader 2 is taken over, with all settled, and the warehouse says so.
static void finish (void)
{
    copy_die (1);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commit (FIRST_PRIMARY, 1, 1);
    copy_warehouse (copy_view (FIRST_PRIMARY, COPY_VIEW + 2, MEMBER_FAILED, 0));
}

START_TEST (test_completion_is_reported_until_it_is_answered)
{
    copy_die (1);
    copy_grant (FIRST_PRIMARY, 0, 1);
    copy_wait (INTERVAL_US);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
    copy_grant (FIRST_PRIMARY, 0, 1);  // An answer to the question before comes late.
    fix_nothing ();
    copy_warehouse (copy_view (FIRST_PRIMARY, COPY_VIEW + 2, MEMBER_FAILED, 0));
    ck_assert_int_eq (fix_alone (MESSAGE_MEMBER)->message.member.state, MEMBER_FAILED);
    ck_assert_uint_eq (copy_records (RECORD_COPY_END), 1);
    ck_assert_int_eq (trader_counters (fix.trader)->takeovers, 1);
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

// It was told to stop, and must not leave what was granted to it half done.
START_TEST (test_a_trader_that_stops_finishes_its_takeover_first)
{
    copy_die (1);
    copy_grant (FIRST_PRIMARY, 0, 0);
    fix_step (EVENT_STOP);
    copy_drain ();
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
    copy_commit (FIRST_PRIMARY, 1, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
    copy_warehouse (copy_view (FIRST_PRIMARY, COPY_VIEW + 2, MEMBER_FAILED, 0));
    copy_drain ();
    copy_wait (INTERVAL_US);
    ck_assert (fix_only (MESSAGE_CLAIM)->message.claim.leaves);
}
END_TEST

// Nor keep from others what it may have leased.
START_TEST (test_a_trader_that_stops_answers_recalls_while_it_finishes_a_takeover)
{
    copy_die (1);
    copy_grant (FIRST_PRIMARY, 0, 0);
    fix_step (EVENT_STOP);
    struct message message = fix_plain (MESSAGE_RECALL, WAREHOUSE_NODE);
    message.recall = (struct recall){.epoch = 1, .seq = 1, .product = "fish"};
    fix_news (message);
    copy_drain ();
    ck_assert_str_eq (fix_only (MESSAGE_LEASE)->message.lease.product, "fish");
}
END_TEST

// Nobody is suspected for being silent who has said that it leaves.
START_TEST (test_a_copy_of_a_trader_that_has_left_is_not_kept)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    struct message news = fix_plain (MESSAGE_MEMBER, WAREHOUSE_NODE);
    news.member = (struct membership){.epoch = 1,
                                      .seq = 1,
                                      .trader = FIRST_PRIMARY,
                                      .trader_epoch = COPY_BEGAN,
                                      .view = COPY_VIEW + 1,
                                      .state = MEMBER_LEFT,
                                      .router = ""};
    fix_news (news);
    copy_drain ();
    ck_assert_uint_eq (copy_records (RECORD_COPY_END), 1);
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_a_zombie_begins_no_copy_under_its_old_view)
{
    finish ();
    for (int i = 0; i < 3; i++) {
        for (int64_t view = COPY_VIEW; view <= COPY_VIEW + 2; view++) {
            copy_tell (FIRST_PRIMARY, view, 1, 2, 1);
            copy_acks (FIRST_PRIMARY, view, 0, true);
            ck_assert_uint_eq (fix.out.record_count, 0);
        }
        if (i == 0) {
            copy_restart ();
        } else {
            copy_rebuild ();
        }
    }
}
END_TEST

START_TEST (test_a_trader_that_returns_is_copied_again)
{
    finish ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 4, 0, 1, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 4, 1, false);
    copy_restart ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 4, 0, 2, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 4, 2, false);
    copy_silence ();
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 4, false);
}
END_TEST

START_TEST (test_a_denied_takeover_drops_the_copy)
{
    const struct {
        int64_t view;
        enum member_state state;
        int64_t taker;
    } denials[] = {
        {COPY_VIEW, MEMBER_LIVE, 0},  // Another backup, or none.
        {COPY_VIEW, MEMBER_LEFT, 0},
        {COPY_VIEW + 1, MEMBER_LIVE, 0},    // It has joined anew.
        {COPY_VIEW + 1, MEMBER_TAKING, 3},  // By another backup.
        {COPY_VIEW + 3, MEMBER_TAKING, FIX_TRADER},
        {COPY_VIEW + 2, MEMBER_FAILED, 0},
    };
    copy_die (2);
    copy_warehouse (
        copy_view (FIRST_PRIMARY, denials[_i].view, denials[_i].state, denials[_i].taker));
    ck_assert_uint_eq (fix.out.letter_count, 0);
    ck_assert_uint_eq (copy_records (RECORD_COPY_END), 1);
    ck_assert_int_eq (fix_due_in (), -1);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 2, 3, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 0, true);
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 4, 0, 1, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 4, 1, false);
    ck_assert_int_eq (trader_counters (fix.trader)->takeovers, 0);
}
END_TEST

START_TEST (test_an_unclaimed_copy_is_kept_sealed_until_its_view_is_decided)
{
    copy_die (2);
    copy_warehouse (copy_view (FIRST_PRIMARY, COPY_VIEW - 1, MEMBER_LIVE, 0));
    fix_nothing ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 3, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 2, true);
    copy_wait (INTERVAL_US);
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commits (FIRST_PRIMARY, 1, 1, 2);
}
END_TEST

START_TEST (test_a_copy_that_is_fenced_while_it_settles_is_dropped)
{
    const enum reason reasons[] = {REASON_FENCED, REASON_TAKEN};
    copy_die (2);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_warehouse (copy_refusal (FIRST_PRIMARY, reasons[_i], 1));
    fix_nothing ();
    copy_wait (INTERVAL_US);
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    copy_warehouse (copy_view (FIRST_PRIMARY, COPY_VIEW + 2, MEMBER_LIVE, 0));
    ck_assert_uint_eq (copy_records (RECORD_COPY_END), 1);
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_a_takeover_that_is_cancelled_drops_the_copy)
{
    copy_die (2);
    copy_grant (FIRST_PRIMARY, 0, _i ? 2 : 0);  // While it settles, and while it reports the end.
    copy_warehouse (copy_view (FIRST_PRIMARY, COPY_VIEW + 2, MEMBER_LIVE, 0));
    ck_assert_uint_eq (copy_records (RECORD_COPY_END), 1);
    ck_assert_uint_eq (fix.out.letter_count, 0);
    ck_assert_int_eq (trader_counters (fix.trader)->takeovers, 0);
}
END_TEST

START_TEST (test_a_backup_that_restarts_goes_on_with_its_takeover)
{
    copy_die (LIMIT_BATCH + 4);
    copy_grant (FIRST_PRIMARY, 0, 0);
    copy_commit (FIRST_PRIMARY, 1, LIMIT_BATCH);
    copy_restart ();
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    copy_grant (FIRST_PRIMARY, 1, LIMIT_BATCH + 1);
    copy_commits (FIRST_PRIMARY, 2, LIMIT_BATCH + 2, 3);
    copy_commit (FIRST_PRIMARY, 2, 3);
    copy_restart ();
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    copy_grant (FIRST_PRIMARY, 2, LIMIT_BATCH + 4);
    copy_asks (FIRST_PRIMARY, COPY_VIEW + 1, true);
}
END_TEST

START_TEST (test_a_settled_batch_that_found_no_room_is_recorded_later)
{
    copy_die (LIMIT_BATCH + 4);
    copy_grant (FIRST_PRIMARY, 0, 0);
    struct result results[LIMIT_BATCH];
    for (int i = 0; i < LIMIT_BATCH; i++) {
        results[i] = fix_receipt (STATUS_SOLD, "fish", 2);
    }
    struct message message = fix_committed (1, results, LIMIT_BATCH);
    message.committed.trader = FIRST_PRIMARY;
    message.committed.epoch = 8;
    fix_warehouse (message);
    copy_lose ();
    copy_wait (fix_due_in ());
    ck_assert_uint_eq (copy_records (RECORD_FORWARDED), 1);
    copy_wait (fix_due_in ());
    copy_commits (FIRST_PRIMARY, 2, LIMIT_BATCH + 1, 4);
}
END_TEST

START_TEST (test_a_restarted_backup_watches_from_when_it_has_joined)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_restart ();
    copy_wait (INTERVAL_US);
    ck_assert_uint_eq (fix_count (MESSAGE_PING), 1);
    copy_wait (INTERVAL_US);
    ck_assert_uint_eq (fix_count (MESSAGE_TAKEOVER), 0);
    copy_wait (INTERVAL_US);
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader_takeover_end");
    TCase *end = tcase_create ("end");
    tcase_add_checked_fixture (end, copy_set_up, copy_tear_down);
    tcase_add_test (end, test_completion_is_reported_until_it_is_answered);
    tcase_add_test (end, test_a_trader_that_stops_finishes_its_takeover_first);
    tcase_add_test (end, test_a_trader_that_stops_answers_recalls_while_it_finishes_a_takeover);
    tcase_add_test (end, test_a_copy_of_a_trader_that_has_left_is_not_kept);
    tcase_add_test (end, test_a_zombie_begins_no_copy_under_its_old_view);
    tcase_add_test (end, test_a_trader_that_returns_is_copied_again);
    tcase_add_loop_test (end, test_a_denied_takeover_drops_the_copy, 0, 6);
    tcase_add_test (end, test_an_unclaimed_copy_is_kept_sealed_until_its_view_is_decided);
    tcase_add_loop_test (end, test_a_copy_that_is_fenced_while_it_settles_is_dropped, 0, 2);
    tcase_add_loop_test (end, test_a_takeover_that_is_cancelled_drops_the_copy, 0, 2);
    suite_add_tcase (suite, end);

    TCase *durable = tcase_create ("durable");
    tcase_add_checked_fixture (durable, copy_set_up, copy_tear_down);
    tcase_add_test (durable, test_a_backup_that_restarts_goes_on_with_its_takeover);
    tcase_add_test (durable, test_a_settled_batch_that_found_no_room_is_recorded_later);
    tcase_add_test (durable, test_a_restarted_backup_watches_from_when_it_has_joined);
    suite_add_tcase (suite, durable);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
