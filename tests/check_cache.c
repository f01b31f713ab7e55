#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "broker/cache.h"

enum { ME = 3, OTHER = 5, WRITES = 8 };

static cache_t *cache;
static arena_t *arena;

static void begin (bool follows)
{
    cache = cache_new (ME, WRITES, follows);
    cache_begin (cache, 1);
}

static void set_up (void)
{
    arena = arena_new (4096);
    begin (true);
}

static void tear_down (void)
{
    cache_destroy (&cache);
    cache_destroy (&cache);
    arena_destroy (&arena);
}

// A snapshot of fish and salt, in which `included` of this trader's writes are.
static void snapshot (int64_t version, int64_t fish, int64_t salt, int64_t included)
{
    const struct level levels[] = {{"fish", fish}, {"salt", salt}};
    const struct trader_seen traders[] = {{ME, 1, included}};
    const struct stock stock = {
        .epoch = 1,
        .version = version,
        .stock = levels,
        .stock_count = 2,
        .traders = traders,
        .trader_count = 1,
    };
    cache_snapshot (cache, &stock);
}

static bool news_of_epoch (int64_t epoch, int64_t version, const char *product, int64_t available,
                           int64_t included)
{
    const struct trader_seen traders[] = {{ME, 1, included}};
    const struct invalidation news = {
        .epoch = epoch,
        .seq = 1,
        .version = version,
        .product = product,
        .available = available,
        .traders = traders,
        .trader_count = 1,
    };
    return cache_news (cache, &news);
}

static bool news (int64_t version, const char *product, int64_t available, int64_t included)
{
    return news_of_epoch (1, version, product, available, included);
}

static void correct (int64_t version, int64_t fish, int64_t applied)
{
    const struct level level = {"fish", fish};
    const struct committed committed = {
        .version = version, .applied = applied, .stock = &level, .stock_count = 1};
    cache_correct (cache, &committed);
}

static bool dominates (int64_t version, int64_t trader, int64_t epoch, int64_t count)
{
    const struct trader_seen traders[] = {{trader, epoch, count}};
    const struct seen seen = {.version = version, .traders = traders, .count = trader ? 1 : 0};
    return cache_dominates (cache, &seen);
}

static int fish (void)
{
    return (int) cache_available (cache, "fish");
}

static int salt (void)
{
    return (int) cache_available (cache, "salt");
}

START_TEST (test_cache_is_stale_until_its_first_snapshot)
{
    ck_assert (cache_stale (cache));
    ck_assert_int_eq (fish (), 0);
    ck_assert (!dominates (0, 0, 0, 0));
    ck_assert (!news (1, "fish", 4, 0));
    ck_assert (cache_stale (cache));
    snapshot (1, 4, 0, 0);
    ck_assert (!cache_stale (cache));
    ck_assert_int_eq (fish (), 4);
    ck_assert_int_eq ((int) cache_available (cache, "pepper"), 0);
}
END_TEST

START_TEST (test_cache_counts_its_own_writes_at_once)
{
    snapshot (1, 4, 0, 0);
    ck_assert_int_eq ((int) cache_write (cache, "fish", -3), 1);
    ck_assert_int_eq (fish (), 1);
    ck_assert_int_eq ((int) cache_write (cache, "pepper", 7), 2);
    ck_assert_int_eq ((int) cache_available (cache, "pepper"), 7);
    ck_assert_int_eq ((int) cache_write (cache, "garum", 0), 3);
    ck_assert_int_eq ((int) cache_available (cache, "garum"), 0);
}
END_TEST

START_TEST (test_cache_keeps_its_writes_on_top_of_figures_that_lack_them)
{
    snapshot (1, 4, 0, 0);
    cache_write (cache, "fish", -1);
    cache_write (cache, "fish", -1);
    ck_assert (news (2, "fish", 9, 0));  // Somebody else restocked 5.
    ck_assert_int_eq (fish (), 7);
    ck_assert (news (3, "fish", 8, 1));  // The first write is in.
    ck_assert_int_eq (fish (), 7);
    snapshot (4, 7, 0, 2);  // And the second.
    ck_assert_int_eq (fish (), 7);
    cache_settle (cache, 1, 0);
    cache_settle (cache, 2, 0);
    ck_assert_int_eq (fish (), 7);
}
END_TEST

START_TEST (test_cache_takes_a_snapshot_that_lacks_its_writes)
{
    snapshot (1, 4, 0, 0);
    cache_write (cache, "fish", -3);
    snapshot (1, 4, 0, 0);
    ck_assert_int_eq (fish (), 1);
    snapshot (2, 1, 0, 1);
    ck_assert_int_eq (fish (), 1);
}
END_TEST

START_TEST (test_cache_is_never_below_nothing)
{
    snapshot (1, 1, 0, 0);
    cache_write (cache, "fish", -1);
    ck_assert (news (2, "fish", 0, 0));  // Somebody else had the last one first.
    ck_assert_int_eq (fish (), 0);
    ck_assert (news (3, "fish", 2, 0));
    ck_assert_int_eq (fish (), 1);
}
END_TEST

// A write of which the warehouse had nothing: settled by its commit, or by news that come first.
START_TEST (test_cache_takes_back_what_was_oversold)
{
    snapshot (1, 2, 0, 0);
    cache_write (cache, "fish", -2);
    if (_i == 0) {
        cache_settle (cache, 1, 2);
        ck_assert_int_eq (fish (), 2);  // Not known better until the figure below comes.
        correct (5, 0, 1);
        ck_assert_int_eq (fish (), 0);
        ck_assert (!news (5, "fish", 0, 1));  // 2, 3 and 4 are missing.
    } else {
        ck_assert (news (2, "fish", 0, 0));
        ck_assert (news (3, "fish", 0, 1));
        cache_settle (cache, 1, 2);
        correct (3, 0, 1);
    }
    ck_assert_int_eq (fish (), 0);
}
END_TEST

START_TEST (test_cache_corrects_only_what_is_older)
{
    snapshot (1, 2, 0, 0);
    cache_write (cache, "fish", -2);
    ck_assert (news (2, "fish", 0, 1));
    ck_assert (news (3, "fish", 6, 1));
    correct (2, 0, 1);
    ck_assert_int_eq (fish (), 6);
    correct (4, 1, 1);
    ck_assert_int_eq (fish (), 1);
}
END_TEST

START_TEST (test_cache_ignores_doubled_and_old_news)
{
    snapshot (5, 4, 1, 0);
    ck_assert (news (6, "fish", 3, 0));
    ck_assert (news (6, "fish", 3, 0));
    ck_assert (news (4, "salt", 9, 0));
    ck_assert (news (5, "fish", 9, 0));
    ck_assert_int_eq (fish (), 3);
    ck_assert_int_eq (salt (), 1);
    ck_assert (news (7, "salt", 2, 0));
    ck_assert_int_eq (salt (), 2);
}
END_TEST

START_TEST (test_cache_is_stale_after_a_gap_until_a_snapshot_covers_it)
{
    snapshot (5, 4, 1, 0);
    ck_assert (!news (7, "fish", 3, 0));
    ck_assert (cache_stale (cache));
    ck_assert (!dominates (0, 0, 0, 0));
    ck_assert (!news (8, "fish", 2, 0));  // No step of more than one, but the gap is still there.
    snapshot (5, 4, 1, 0);                // Taken before the lost news: of no use.
    ck_assert (cache_stale (cache));
    ck_assert_int_eq (fish (), 2);
    snapshot (6, 4, 0, 0);  // What was lost is in this one, what came since is known.
    ck_assert (!cache_stale (cache));
    ck_assert_int_eq (fish (), 2);
    ck_assert_int_eq (salt (), 0);
    ck_assert (dominates (8, 0, 0, 0));
    ck_assert (!dominates (9, 0, 0, 0));
    ck_assert (news (9, "salt", 1, 0));
}
END_TEST

START_TEST (test_cache_joins_a_snapshot_only_to_an_unbroken_run_of_news)
{
    ck_assert (!news (7, "fish", 3, 0));
    ck_assert (!news (9, "fish", 1, 0));  // 8 is missing.
    snapshot (7, 3, 0, 0);
    ck_assert (cache_stale (cache));
    snapshot (8, 2, 0, 0);
    ck_assert (!cache_stale (cache));
    ck_assert (dominates (9, 0, 0, 0));
    ck_assert_int_eq (fish (), 1);
}
END_TEST

START_TEST (test_cache_is_stale_when_the_warehouse_was_restarted)
{
    snapshot (5, 4, 1, 0);
    ck_assert (!news_of_epoch (2, 6, "fish", 3, 0));
    ck_assert (cache_stale (cache));
    const struct stock stock = {.epoch = 2, .version = 6};
    cache_snapshot (cache, &stock);
    ck_assert (!cache_stale (cache));
    ck_assert (news_of_epoch (1, 7, "fish", 9, 0));  // Late, from the life before.
    ck_assert_int_eq (fish (), 3);
    ck_assert (news_of_epoch (2, 7, "fish", 2, 0));
    ck_assert_int_eq (fish (), 2);
}
END_TEST

START_TEST (test_cache_dominates_what_it_has_seen_and_no_more)
{
    snapshot (5, 4, 1, 0);
    ck_assert (dominates (5, 0, 0, 0));
    ck_assert (!dominates (6, 0, 0, 0));
    ck_assert (!dominates (0, OTHER, 1, 1));
    const struct trader_seen traders[] = {{OTHER, 2, 7}};
    struct invalidation other = {
        .epoch = 1,
        .seq = 1,
        .version = 6,
        .product = "fish",
        .available = 3,
        .traders = traders,
        .trader_count = 1,
    };
    ck_assert (cache_news (cache, &other));
    ck_assert (dominates (6, OTHER, 2, 7));
    ck_assert (dominates (6, OTHER, 1, 99));  // A higher epoch is more than any count.
    ck_assert (!dominates (6, OTHER, 2, 8));
    ck_assert (!dominates (6, OTHER, 3, 0));
    ck_assert (dominates (6, OTHER, 0, 0));
}
END_TEST

START_TEST (test_cache_has_seen_its_own_writes_of_this_epoch)
{
    snapshot (5, 4, 1, 0);
    cache_write (cache, "fish", -1);
    cache_write (cache, "fish", -1);
    ck_assert (dominates (5, ME, 1, 2));
    ck_assert (!dominates (5, ME, 1, 3));
    ck_assert (!dominates (5, ME, 2, 1));
    cache_begin (cache, 2);
    snapshot (6, 2, 1, 2);  // The warehouse still tells the count of the epoch before.
    ck_assert (dominates (6, ME, 1, 2));
    ck_assert (!dominates (6, ME, 2, 1));
    ck_assert_int_eq ((int) cache_write (cache, "fish", -1), 1);
    ck_assert (dominates (6, ME, 2, 1));
    ck_assert_int_eq (fish (), 1);
}
END_TEST

START_TEST (test_cache_tells_what_it_has_seen_in_order_of_traders)
{
    const struct trader_seen traders[] = {{1, 1, 4}, {ME, 1, 1}, {OTHER, 2, 7}};
    const struct stock stock = {.epoch = 1, .version = 9, .traders = traders, .trader_count = 3};
    cache_write (cache, "fish", 1);
    cache_write (cache, "fish", 1);
    cache_snapshot (cache, &stock);
    struct seen seen = cache_seen (cache, arena);
    ck_assert_int_eq ((int) seen.version, 9);
    ck_assert_uint_eq (seen.count, 3);
    const struct trader_seen expected[] = {{1, 1, 4}, {ME, 1, 2}, {OTHER, 2, 7}};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq (seen.traders[i].trader, expected[i].trader);
        ck_assert_int_eq (seen.traders[i].epoch, expected[i].epoch);
        ck_assert_int_eq (seen.traders[i].count, expected[i].count);
    }
}
END_TEST

START_TEST (test_cache_bounds_the_writes_that_are_not_confirmed)
{
    snapshot (1, 100, 0, 0);
    for (int i = 0; i < WRITES; i++) {
        ck_assert (cache_has_room (cache, "fish", -1));
        cache_write (cache, "fish", -1);
    }
    ck_assert (!cache_has_room (cache, "fish", -1));
    cache_settle (cache, 1, 0);  // The commit alone does not say which figure includes it.
    ck_assert (!cache_has_room (cache, "fish", -1));
    ck_assert (news (2, "fish", 98, 2));
    for (int i = 0; i < 2; i++) {
        ck_assert (cache_has_room (cache, "fish", -1));
        cache_write (cache, "fish", -1);
    }
    ck_assert (!cache_has_room (cache, "fish", -1));
    snapshot (3, 90, 0, 10);
    ck_assert (cache_has_room (cache, "fish", -1));
    ck_assert_int_eq (fish (), 90);
}
END_TEST

START_TEST (test_cache_forgets_refusals_without_waiting_for_a_figure)
{
    snapshot (1, 0, 0, 0);
    for (int i = 1; i <= 10 * WRITES; i++) {
        ck_assert (cache_has_room (cache, "fish", 0));
        ck_assert_int_eq ((int) cache_write (cache, "fish", 0), i);
        cache_settle (cache, i, 0);
    }
}
END_TEST

START_TEST (test_cache_refuses_a_product_too_many_but_not_an_order_for_it)
{
    char name[32];
    snapshot (1, 1, 1, 0);
    for (int i = 2; i < LIMIT_PRODUCTS; i++) {
        snprintf (name, sizeof name, "product-%d", i);
        ck_assert (news (i, name, 1, 0));
    }
    ck_assert (!cache_has_room (cache, "one-more", 5));
    ck_assert (cache_has_room (cache, "fish", 5));
    // Nothing of it is there, so nothing has to be remembered.
    ck_assert (cache_has_room (cache, "one-more", -5));
    ck_assert_int_eq ((int) cache_write (cache, "one-more", 0), 1);
    ck_assert (news (LIMIT_PRODUCTS, "one-more", 9, 0));
    ck_assert_int_eq ((int) cache_available (cache, "one-more"), 0);
}
END_TEST

START_TEST (test_cache_that_does_not_follow_learns_by_its_commits)
{
    cache_destroy (&cache);
    begin (false);
    snapshot (1, 100, 0, 0);
    for (int i = 1; i <= 5 * WRITES; i++) {
        ck_assert (cache_has_room (cache, "fish", -1));
        ck_assert_int_eq ((int) cache_write (cache, "fish", -2), i);
        cache_settle (cache, i, i % 2);  // Every other one got one of two.
    }
    ck_assert_int_eq (fish (), 100 - 5 * WRITES * 2 + 5 * WRITES / 2);
    snapshot (90, 17, 0, 5 * WRITES);
    ck_assert_int_eq (fish (), 17);
}
END_TEST

START_TEST (test_cache_that_does_not_follow_takes_back_what_was_oversold)
{
    cache_destroy (&cache);
    begin (false);
    snapshot (1, 3, 0, 0);
    cache_write (cache, "fish", -2);
    cache_write (cache, "fish", -1);
    cache_settle (cache, 1, 2);
    correct (7, 0, 1);
    ck_assert_int_eq (fish (), 0);
    cache_settle (cache, 2, 1);
    correct (8, 4, 2);
    ck_assert_int_eq (fish (), 4);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("cache");
    TCase *figures = tcase_create ("figures");
    tcase_add_checked_fixture (figures, set_up, tear_down);
    tcase_add_test (figures, test_cache_is_stale_until_its_first_snapshot);
    tcase_add_test (figures, test_cache_counts_its_own_writes_at_once);
    tcase_add_test (figures, test_cache_keeps_its_writes_on_top_of_figures_that_lack_them);
    tcase_add_test (figures, test_cache_takes_a_snapshot_that_lacks_its_writes);
    tcase_add_test (figures, test_cache_is_never_below_nothing);
    tcase_add_loop_test (figures, test_cache_takes_back_what_was_oversold, 0, 2);
    tcase_add_test (figures, test_cache_corrects_only_what_is_older);
    suite_add_tcase (suite, figures);
    TCase *gaps = tcase_create ("gaps");
    tcase_add_checked_fixture (gaps, set_up, tear_down);
    tcase_add_test (gaps, test_cache_ignores_doubled_and_old_news);
    tcase_add_test (gaps, test_cache_is_stale_after_a_gap_until_a_snapshot_covers_it);
    tcase_add_test (gaps, test_cache_joins_a_snapshot_only_to_an_unbroken_run_of_news);
    tcase_add_test (gaps, test_cache_is_stale_when_the_warehouse_was_restarted);
    suite_add_tcase (suite, gaps);
    TCase *tokens = tcase_create ("tokens");
    tcase_add_checked_fixture (tokens, set_up, tear_down);
    tcase_add_test (tokens, test_cache_dominates_what_it_has_seen_and_no_more);
    tcase_add_test (tokens, test_cache_has_seen_its_own_writes_of_this_epoch);
    tcase_add_test (tokens, test_cache_tells_what_it_has_seen_in_order_of_traders);
    suite_add_tcase (suite, tokens);
    TCase *bounds = tcase_create ("bounds");
    tcase_add_checked_fixture (bounds, set_up, tear_down);
    tcase_add_test (bounds, test_cache_bounds_the_writes_that_are_not_confirmed);
    tcase_add_test (bounds, test_cache_forgets_refusals_without_waiting_for_a_figure);
    tcase_add_test (bounds, test_cache_refuses_a_product_too_many_but_not_an_order_for_it);
    suite_add_tcase (suite, bounds);
    TCase *alone = tcase_create ("without news");
    tcase_add_checked_fixture (alone, set_up, tear_down);
    tcase_add_test (alone, test_cache_that_does_not_follow_learns_by_its_commits);
    tcase_add_test (alone, test_cache_that_does_not_follow_takes_back_what_was_oversold);
    suite_add_tcase (suite, alone);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
