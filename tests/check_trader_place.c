// A trader's place: how it joins, and how it finds out that another process has its place.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/trader_fixture.h"

enum { LATER = 7 };  // An epoch after the fixture's.

START_TEST (test_trader_joins_under_its_nonce)
{
    fix_begin ();
    const struct letter *letter = fix_alone (MESSAGE_JOIN);
    ck_assert_int_eq (letter->port, PORT_WAREHOUSE);
    ck_assert_int_eq (letter->to, WAREHOUSE_NODE);
    ck_assert_int_eq (letter->message.from, FIX_TRADER);
    ck_assert_int_eq (letter->message.join.nonce, FIX_SEED);
    ck_assert (!trader_ready (fix.trader));
    ck_assert_int_eq (letter->message.join.epoch, 0);
    fix_warehouse (fix_view (FIX_SEED + 1, 7));  // Another process has its place.
    ck_assert (!trader_ready (fix.trader));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.epoch, 7);
    fix_warehouse (fix_view (FIX_SEED, 8));
    fix_nothing ();
    ck_assert (trader_ready (fix.trader));
    fix_step (EVENT_DRAINED);
    fix_silent ();
    ck_assert_uint_eq (fix.out.record_count, 1);
    ck_assert_int_eq (fix.out.records[0].type, RECORD_JOINED);
    ck_assert_int_eq (fix.out.records[0].joined.epoch, 8);
    ck_assert_int_eq (fix.out.records[0].joined.market, FIX_MARKET);
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_trader_asks_to_join_again_until_it_has)
{
    fix_begin ();
    for (int i = 0; i < 3; i++) {
        int wait = fix_due_in ();
        ck_assert_int_gt (wait, 0);
        fix_step (EVENT_DRAINED);
        fix_nothing ();  // Not before its time.
        fix_wait (wait);
        ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.nonce, FIX_SEED);
    }
    fix_warehouse (fix_view (FIX_SEED, 3));
    fix_step (EVENT_DRAINED);
    fix_silent ();
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

// The warehouse's answer to a join that was lost and asked again may come twice, and an older one,
// from before this process had the place, may come late.
START_TEST (test_trader_keeps_to_the_view_that_it_took)
{
    fix_join ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_commits (1, (int64_t[]){1, 0});
    fix_warehouse (fix_view (_i == 0 ? FIX_SEED : FIX_SEED + 1, 1));
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_ask (fix_buy (BOB, 2, "fish", 1));
    fix_commits (2, (int64_t[]){2, 0});
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_receipts (BOB, 2, STATUS_SOLD, 1);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_that_is_told_of_another_process_asks_for_its_place)
{
    fix_begin ();
    fix_warehouse (fix_view (FIX_SEED + 1, LATER));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.epoch, LATER);
    fix_warehouse (fix_view (FIX_SEED + 1, LATER));  // The answer to a join that was sent twice.
    fix_step (EVENT_DRAINED);
    fix_nothing ();  // The place is not free yet: it asks again, but not at once.
    fix_wait (fix_due_in ());
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.epoch, LATER);
    ck_assert (!trader_fenced (fix.trader));
    ck_assert (!trader_ready (fix.trader));
}
END_TEST

static void fix_refuse_place (int64_t backup, enum member_state state)
{
    struct message view = fix_view (FIX_SEED + 1, LATER);
    view.view.state = state;
    view.view.backup = backup;
    fix_warehouse (view);
    fix_step (EVENT_DRAINED);
}

static const struct {
    int64_t backup;
    enum member_state state;
    const char *says;
} REFUSALS[] = {
    {0, MEMBER_LIVE, "--abandon"},
    {FIX_OTHER, MEMBER_LIVE, "takes that over first"},
    {0, MEMBER_TAKING, "takes that over first"},
    {0, MEMBER_FAILED, NULL},  // The place is free: its next join takes it.
    {0, MEMBER_LEFT, NULL},
};

START_TEST (test_trader_that_must_wait_for_its_place_says_why_and_what_can_be_done)
{
    fix_begin ();
    ck_assert_ptr_null (trader_why_waiting (fix.trader));
    // It hears of the other process, and then perhaps the same again.
    fix_refuse_place (REFUSALS[_i].backup, REFUSALS[_i].state);
    fix_refuse_place (REFUSALS[_i].backup, REFUSALS[_i].state);
    ck_assert_ptr_null (trader_why_waiting (fix.trader));
    fix_refuse_place (REFUSALS[_i].backup, REFUSALS[_i].state);
    const char *why = trader_why_waiting (fix.trader);
    ck_assert_int_eq (why != NULL, REFUSALS[_i].says != NULL);
    ck_assert (!why || strstr (why, REFUSALS[_i].says));
    fix_refuse_place (REFUSALS[_i].backup, REFUSALS[_i].state);
    ck_assert_ptr_eq (trader_why_waiting (fix.trader), why);
    fix_warehouse (fix_view (FIX_SEED, LATER + 1));
    ck_assert_ptr_null (trader_why_waiting (fix.trader));
}
END_TEST

START_TEST (test_trader_gives_up_what_it_had_decided_only_when_it_is_told_to)
{
    fix.config.abandon = _i;
    fix_begin ();
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.abandon, _i);
}
END_TEST

// Its journal may be an older one, that does not count: the warehouse knows, by `began`.
START_TEST (test_trader_that_has_a_journal_may_have_lost_the_one_that_counts)
{
    fix.config.abandon = true;
    fix_cached ();
    fix_restart ();
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.began, 1);
    ck_assert (fix_alone (MESSAGE_JOIN)->message.join.abandon);
    fix_warehouse (fix_view (FIX_SEED - 1, LATER));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.epoch, LATER);
    ck_assert (fix_alone (MESSAGE_JOIN)->message.join.abandon);
}
END_TEST

START_TEST (test_trader_gives_way_to_a_process_that_came_while_it_was_joining)
{
    fix_begin ();
    fix_warehouse (fix_view (FIX_SEED + 1, LATER));
    fix_step (EVENT_DRAINED);
    fix_warehouse (fix_view (FIX_SEED + 2, LATER + 1));
    ck_assert (trader_fenced (fix.trader));
    fix_step (EVENT_DRAINED);
    fix_nothing ();
}
END_TEST

// What the process did under its earlier nonce may be refused when it has begun again.
START_TEST (test_trader_that_has_nothing_under_way_is_not_taken_over_by_a_refusal)
{
    if (_i == 0) {
        fix_begin ();
    } else {
        fix_join ();
    }
    fix_warehouse (fix_refused (REASON_TAKEN, 1));
    ck_assert (!trader_taken (fix.trader));
    if (_i == 0) {
        fix_warehouse (fix_view (FIX_SEED, 1));
        fix.epoch = 1;
    }
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    (void) fix_commit (1);
    struct message late = fix_refused (REASON_TAKEN, 1);
    late.error.epoch = 7;
    fix_warehouse (late);
    ck_assert (!trader_taken (fix.trader));
    fix_warehouse (fix_refused (REASON_TAKEN, 1));
    ck_assert (trader_taken (fix.trader));
}
END_TEST

// Its own epoch, and another trader's later one, are nothing to it.
START_TEST (test_trader_is_fenced_by_whoever_knows_of_a_later_process)
{
    const struct trader_seen known[] = {{FIX_TRADER, _i < 2 ? 1 : 2, 3}, {FIX_OTHER, 9, 3}};
    const struct level level = {"fish", 4};
    fix_cached ();
    fix.version = 1;
    fix_warehouse (fix_snapshot (&level, 1));
    fix.version = 2;
    if (_i % 2) {
        fix_news (fix_with_traders (fix_news_of ("fish", 3), known, 2));
    } else {
        fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), known, 2));
    }
    ck_assert_int_eq (trader_fenced (fix.trader), _i >= 2);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader place");
    TCase *join = tcase_create ("join");
    tcase_add_checked_fixture (join, fix_set_up, fix_tear_down);
    tcase_add_test (join, test_trader_joins_under_its_nonce);
    tcase_add_test (join, test_trader_asks_to_join_again_until_it_has);
    tcase_add_loop_test (join, test_trader_keeps_to_the_view_that_it_took, 0, 2);
    tcase_add_test (join, test_trader_that_is_told_of_another_process_asks_for_its_place);
    tcase_add_loop_test (join,
                         test_trader_that_must_wait_for_its_place_says_why_and_what_can_be_done, 0,
                         sizeof REFUSALS / sizeof REFUSALS[0]);
    tcase_add_loop_test (join, test_trader_gives_up_what_it_had_decided_only_when_it_is_told_to, 0,
                         2);
    tcase_add_test (join, test_trader_that_has_a_journal_may_have_lost_the_one_that_counts);
    suite_add_tcase (suite, join);
    TCase *lost = tcase_create ("lost");
    tcase_add_checked_fixture (lost, fix_set_up, fix_tear_down);
    tcase_add_test (lost, test_trader_gives_way_to_a_process_that_came_while_it_was_joining);
    tcase_add_loop_test (
        lost, test_trader_that_has_nothing_under_way_is_not_taken_over_by_a_refusal, 0, 2);
    tcase_add_loop_test (lost, test_trader_is_fenced_by_whoever_knows_of_a_later_process, 0, 4);
    suite_add_tcase (suite, lost);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
