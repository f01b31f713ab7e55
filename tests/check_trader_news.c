// What a trader hears of the warehouse, by news, snapshots and commits, in whatever order.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

START_TEST (test_trader_sells_on_after_a_gap_in_the_news_once_it_has_a_snapshot)
{
    const struct level level = {"fish", 7};
    fix_cached ();
    fix_stock ("fish", 5);
    fix.version = 3;
    fix_news (fix_news_of ("fish", 6));  // 2 was lost.
    ck_assert (!trader_ready (fix.trader));
    ck_assert_int_eq (trader_counters (fix.trader)->gaps, 1);
    fix_ask (fix_buy (ALICE, 1, "fish", 9));
    fix_nothing ();
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix.version = 4;
    fix_warehouse (fix_snapshot (&level, 1));
    ck_assert (trader_ready (fix.trader));
    fix_step (EVENT_DRAINED);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 7);
    ck_assert_int_eq (trader_counters (fix.trader)->gaps, 1);
}
END_TEST

// A lost invalidation is noticed by the next one, or by a commit, if there is no next one.
START_TEST (test_trader_fetches_a_snapshot_when_the_news_of_a_commit_do_not_come)
{
    fix_cached ();
    fix_stock ("fish", 5);
    fix_ask (fix_buy (BOB, 1, "fish", 1));
    fix.version = 3;
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_step (EVENT_DRAINED);
    if (_i == 0) {
        fix.version = 2;
        fix_news (fix_news_of ("fish", 4));
        fix.version = 3;
        fix_news (fix_news_of ("salt", 1));
        fix_step (EVENT_DRAINED);
        ck_assert_int_eq (fix_due_in (), -1);
        return;
    }
    ck_assert_int_gt (fix_due_in (), 0);
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    ck_assert_int_eq (trader_counters (fix.trader)->gaps, 1);
}
END_TEST

// News that come late, behind commit after commit, are not lost.
START_TEST (test_trader_takes_late_news_for_no_gap)
{
    enum { COMMITS = 40, LATE = 4, STEP_US = 20000 };
    fix_cached ();
    fix_stock ("fish", 500);
    int64_t first = fix.version + 1;
    for (int64_t i = 0; i < COMMITS; i++) {
        fix.now_us += STEP_US;
        fix_ask (fix_buy (BOB, i + 1, "fish", 1));
        fix.version = first + i;
        fix_settle (i + 1, fix_receipt (STATUS_SOLD, "fish", 1));
        fix_step (EVENT_DRAINED);
        ck_assert_uint_eq (fix_count (MESSAGE_SNAPSHOT), 0);
        if (i >= LATE) {
            fix.version = first + i - LATE;
            fix_news (fix_news_of ("fish", 500 - i + LATE));
            fix_step (EVENT_DRAINED);
        }
    }
    ck_assert_int_eq (trader_counters (fix.trader)->gaps, 0);
}
END_TEST

START_TEST (test_trader_fetches_a_snapshot_from_a_restarted_warehouse)
{
    fix_cached ();
    fix_stock ("fish", 5);
    fix.warehouse_epoch = 2;
    fix.version = 2;
    fix_news (fix_news_of ("fish", 4));
    ck_assert (!trader_ready (fix.trader));
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    const struct level level = {"fish", 4};
    fix_warehouse (fix_snapshot (&level, 1));
    fix_promises (1, 9, 4);
}
END_TEST

START_TEST (test_trader_takes_no_doubled_or_old_news)
{
    fix_cached ();
    fix_stock ("fish", 5);
    struct message old = fix_news_of ("fish", 5);
    fix_stock ("fish", 3);
    fix_news (fix_news_of ("fish", 3));
    fix_news (old);
    ck_assert (trader_ready (fix.trader));
    fix_promises (1, 9, 3);
    fix_news (fix_news_of ("fish", 3));  // Still without alice's.
    fix_ask (fix_buy (ALICE, 2, "fish", 9));
    fix_refuses_behind (2, ALICE, 2);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 3));
    fix_refused_by_commit (2, ALICE, 2);
}
END_TEST

// The news of its own write may come before the commit's answer or after it. It counts once.
START_TEST (test_trader_counts_its_own_write_once_whatever_comes_first)
{
    const struct trader_seen own[] = {{FIX_TRADER, 1, 1}};
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 2, 2);
    fix.version = 2;
    struct message news = fix_with_traders (fix_news_of ("fish", 3), own, 1);
    if (_i == 0) {
        fix_news (news);
    }
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    if (_i == 1) {
        fix_news (news);
    }
    fix_promises (2, 9, 3);
    ck_assert_int_eq (trader_counters (fix.trader)->snapshots, 1);
}
END_TEST

START_TEST (test_trader_without_news_learns_by_its_commits_and_snapshots)
{
    fix.config.invalidation = false;
    fix_cached ();
    fix.version = 1;
    fix_news (fix_news_of ("fish", 5));
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_refuses_behind (1, ALICE, 1);
    fix_refused_by_commit (1, ALICE, 1);
    const struct level level = {"fish", 5};
    const struct trader_seen first[] = {{FIX_TRADER, 1, 1}};
    fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), first, 1));
    fix_promises (2, 2, 2);
    fix.version = 2;
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 2));
    // From before that commit, and late: it would bring back what was sold.
    fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), first, 1));
    fix.version = 7;
    fix_news (fix_news_of ("fish", 99));  // Seven is far from one, and no matter.
    ck_assert (trader_ready (fix.trader));
    fix_promises (3, 9, 3);
}
END_TEST

// What the warehouse tells of a trader is passed on as the nth message of that topic, in this epoch.
static void passes_on (int64_t trader, int64_t epoch, int64_t seq)
{
    struct message news = fix_plain (MESSAGE_MEMBER, WAREHOUSE_NODE);
    news.member = (struct membership){.epoch = 1,
                                      .seq = 40,
                                      .trader = trader,
                                      .trader_epoch = 1,
                                      .view = 1,
                                      .state = MEMBER_LIVE,
                                      .router = ""};
    fix_news (news);
    const struct letter *letter = fix_alone (MESSAGE_MEMBER);
    ck_assert_int_eq (letter->to, trader);
    ck_assert_int_eq (letter->message.member.epoch, epoch);
    ck_assert_int_eq (letter->message.member.seq, seq);
}

START_TEST (test_trader_counts_what_it_passes_on_of_each_trader_apart)
{
    fix_begin ();
    passes_on (FIX_OTHER, 0, 1);
    passes_on (FIX_TRADER, 0, 1);
    passes_on (FIX_OTHER, 0, 2);
    fix_warehouse (fix_view (FIX_SEED, 1));
    passes_on (FIX_OTHER, 1, 1);
    passes_on (FIX_OTHER + 1, 1, 1);
    passes_on (FIX_TRADER, 1, 1);
    passes_on (FIX_OTHER, 1, 2);
    passes_on (FIX_TRADER, 1, 2);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader news");
    TCase *news = tcase_create ("news");
    tcase_add_checked_fixture (news, fix_set_up, fix_tear_down);
    tcase_add_test (news, test_trader_sells_on_after_a_gap_in_the_news_once_it_has_a_snapshot);
    tcase_add_loop_test (news, test_trader_fetches_a_snapshot_when_the_news_of_a_commit_do_not_come,
                         0, 2);
    tcase_add_test (news, test_trader_takes_late_news_for_no_gap);
    tcase_add_test (news, test_trader_fetches_a_snapshot_from_a_restarted_warehouse);
    tcase_add_test (news, test_trader_takes_no_doubled_or_old_news);
    tcase_add_loop_test (news, test_trader_counts_its_own_write_once_whatever_comes_first, 0, 2);
    tcase_add_test (news, test_trader_without_news_learns_by_its_commits_and_snapshots);
    tcase_add_test (news, test_trader_counts_what_it_passes_on_of_each_trader_apart);
    suite_add_tcase (suite, news);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
