#include <stdlib.h>

#include "tests/kit/cache_fixture.h"

START_TEST (test_cache_is_stale_until_its_first_snapshot)
{
    ck_assert (cache_stale (cf_cache));
    ck_assert_int_eq (cf_fish (), 0);
    ck_assert (!cf_dominates (0, 0, 0, 0));
    ck_assert (!cf_news (1, "fish", 4, 0));
    ck_assert (cache_stale (cf_cache));
    cf_snapshot (1, 4, 0, 0);
    ck_assert (!cache_stale (cf_cache));
    ck_assert_int_eq (cf_fish (), 4);
    ck_assert_int_eq ((int) cache_available (cf_cache, "pepper"), 0);
}
END_TEST

START_TEST (test_cache_counts_its_own_writes_at_once)
{
    cf_snapshot (1, 4, 0, 0);
    ck_assert_int_eq ((int) cache_write (cf_cache, "fish", -3), 1);
    ck_assert_int_eq (cf_fish (), 1);
    ck_assert_int_eq ((int) cache_write (cf_cache, "pepper", 7), 2);
    ck_assert_int_eq ((int) cache_available (cf_cache, "pepper"), 7);
    ck_assert_int_eq ((int) cache_write (cf_cache, "garum", 0), 3);
    ck_assert_int_eq ((int) cache_available (cf_cache, "garum"), 0);
}
END_TEST

START_TEST (test_cache_keeps_its_writes_on_top_of_figures_that_lack_them)
{
    cf_snapshot (1, 4, 0, 0);
    cache_write (cf_cache, "fish", -1);
    cache_write (cf_cache, "fish", -1);
    ck_assert (cf_news (2, "fish", 9, 0));  // Somebody else restocked 5.
    ck_assert_int_eq (cf_fish (), 7);
    ck_assert (cf_news (3, "fish", 8, 1));  // The first write is in.
    ck_assert_int_eq (cf_fish (), 7);
    cf_snapshot (4, 7, 0, 2);  // And the second.
    ck_assert_int_eq (cf_fish (), 7);
    cache_settle (cf_cache, 1, 0);
    cache_settle (cf_cache, 2, 0);
    ck_assert_int_eq (cf_fish (), 7);
}
END_TEST

START_TEST (test_cache_takes_a_snapshot_that_lacks_its_writes)
{
    cf_snapshot (1, 4, 0, 0);
    cache_write (cf_cache, "fish", -3);
    cf_snapshot (1, 4, 0, 0);
    ck_assert_int_eq (cf_fish (), 1);
    cf_snapshot (2, 1, 0, 1);
    ck_assert_int_eq (cf_fish (), 1);
}
END_TEST

START_TEST (test_cache_is_never_below_nothing)
{
    cf_snapshot (1, 1, 0, 0);
    cache_write (cf_cache, "fish", -1);
    ck_assert (cf_news (2, "fish", 0, 0));  // Somebody else had the last one first.
    ck_assert_int_eq (cf_fish (), 0);
    ck_assert (cf_news (3, "fish", 2, 0));
    ck_assert_int_eq (cf_fish (), 1);
}
END_TEST

// A write of which the warehouse had nothing: settled by its commit, or by news that come first.
START_TEST (test_cache_takes_back_what_was_oversold)
{
    cf_snapshot (1, 2, 0, 0);
    cache_write (cf_cache, "fish", -2);
    if (_i == 0) {
        cache_settle (cf_cache, 1, 2);
        ck_assert_int_eq (cf_fish (), 2);  // Not known better until the figure below comes.
        cf_correct (5, 0, 1);
        ck_assert_int_eq (cf_fish (), 0);
        ck_assert (!cf_news (5, "fish", 0, 1));  // 2, 3 and 4 are missing.
    } else {
        ck_assert (cf_news (2, "fish", 0, 0));
        ck_assert (cf_news (3, "fish", 0, 1));
        cache_settle (cf_cache, 1, 2);
        cf_correct (3, 0, 1);
    }
    ck_assert_int_eq (cf_fish (), 0);
}
END_TEST

// A figure may hold what was oversold before the commit tells of it, while an older write of
// another product is still on top of an older figure.
START_TEST (test_cache_takes_nothing_back_that_a_figure_holds)
{
    cf_snapshot (1, 2, 5, 0);
    cache_write (cf_cache, "salt", -1);
    cache_write (cf_cache, "fish", -2);
    ck_assert (cf_news (2, "fish", 0, 2));
    cache_settle (cf_cache, 1, 0);
    cache_settle (cf_cache, 2, 2);
    ck_assert_int_eq (cf_fish (), 0);
    ck_assert_int_eq (cf_salt (), 4);
    ck_assert (cf_news (3, "salt", 4, 2));
    ck_assert_int_eq (cf_salt (), 4);
}
END_TEST

START_TEST (test_cache_corrects_only_what_is_older)
{
    cf_snapshot (1, 2, 0, 0);
    cache_write (cf_cache, "fish", -2);
    ck_assert (cf_news (2, "fish", 0, 1));
    ck_assert (cf_news (3, "fish", 6, 1));
    cf_correct (2, 0, 1);
    ck_assert_int_eq (cf_fish (), 6);
    cf_correct (4, 1, 1);
    ck_assert_int_eq (cf_fish (), 1);
}
END_TEST

START_TEST (test_cache_ignores_doubled_and_old_news)
{
    cf_snapshot (5, 4, 1, 0);
    ck_assert (cf_news (6, "fish", 3, 0));
    ck_assert (cf_news (6, "fish", 3, 0));
    ck_assert (cf_news (4, "salt", 9, 0));
    ck_assert (cf_news (5, "fish", 9, 0));
    ck_assert_int_eq (cf_fish (), 3);
    ck_assert_int_eq (cf_salt (), 1);
    ck_assert (cf_news (7, "salt", 2, 0));
    ck_assert_int_eq (cf_salt (), 2);
}
END_TEST

START_TEST (test_cache_is_stale_after_a_gap_until_a_snapshot_covers_it)
{
    cf_snapshot (5, 4, 1, 0);
    ck_assert (!cf_news (7, "fish", 3, 0));
    ck_assert (cache_stale (cf_cache));
    ck_assert (!cf_dominates (0, 0, 0, 0));
    ck_assert (
        !cf_news (8, "fish", 2, 0));  // No step of more than one, but the gap is still there.
    cf_snapshot (5, 4, 1, 0);         // Taken before the lost news: of no use.
    ck_assert (cache_stale (cf_cache));
    ck_assert_int_eq (cf_fish (), 2);
    cf_snapshot (6, 4, 0, 0);  // What was lost is in this one, what came since is known.
    ck_assert (!cache_stale (cf_cache));
    ck_assert_int_eq (cf_fish (), 2);
    ck_assert_int_eq (cf_salt (), 0);
    ck_assert (cf_dominates (8, 0, 0, 0));
    ck_assert (!cf_dominates (9, 0, 0, 0));
    ck_assert (cf_news (9, "salt", 1, 0));
}
END_TEST

START_TEST (test_cache_joins_a_snapshot_only_to_an_unbroken_run_of_news)
{
    ck_assert (!cf_news (7, "fish", 3, 0));
    ck_assert (!cf_news (9, "fish", 1, 0));  // 8 is missing.
    cf_snapshot (7, 3, 0, 0);
    ck_assert (cache_stale (cf_cache));
    cf_snapshot (8, 2, 0, 0);
    ck_assert (!cache_stale (cf_cache));
    ck_assert (cf_dominates (9, 0, 0, 0));
    ck_assert_int_eq (cf_fish (), 1);
}
END_TEST

START_TEST (test_cache_is_stale_when_the_warehouse_was_restarted)
{
    cf_snapshot (5, 4, 1, 0);
    ck_assert (!cf_news_of_epoch (2, 6, "fish", 3, 0));
    ck_assert (cache_stale (cf_cache));
    const struct stock stock = {.epoch = 2, .version = 6};
    cache_snapshot (cf_cache, &stock);
    ck_assert (!cache_stale (cf_cache));
    ck_assert (cf_news_of_epoch (1, 7, "fish", 9, 0));  // Late, from the life before.
    ck_assert_int_eq (cf_fish (), 3);
    ck_assert (cf_news_of_epoch (2, 7, "fish", 2, 0));
    ck_assert_int_eq (cf_fish (), 2);
}
END_TEST

START_TEST (test_cache_dominates_what_it_has_seen_and_no_more)
{
    cf_snapshot (5, 4, 1, 0);
    ck_assert (cf_dominates (5, 0, 0, 0));
    ck_assert (!cf_dominates (6, 0, 0, 0));
    ck_assert (!cf_dominates (0, OTHER, 1, 1));
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
    ck_assert (cache_news (cf_cache, &other));
    ck_assert (cf_dominates (6, OTHER, 2, 7));
    ck_assert (cf_dominates (6, OTHER, 1, 99));  // A higher epoch is more than any count.
    ck_assert (!cf_dominates (6, OTHER, 2, 8));
    ck_assert (!cf_dominates (6, OTHER, 3, 0));
    ck_assert (cf_dominates (6, OTHER, 0, 0));
}
END_TEST

START_TEST (test_cache_has_seen_its_own_writes_of_this_epoch)
{
    cf_snapshot (5, 4, 1, 0);
    cache_write (cf_cache, "fish", -1);
    cache_write (cf_cache, "fish", -1);
    ck_assert (cf_dominates (5, ME, 1, 2));
    ck_assert (!cf_dominates (5, ME, 1, 3));
    ck_assert (!cf_dominates (5, ME, 2, 1));
    cache_begin (cf_cache, 2, 0);
    cf_snapshot (6, 2, 1, 2);  // The warehouse still tells the count of the epoch before.
    ck_assert (cf_dominates (6, ME, 1, 2));
    ck_assert (!cf_dominates (6, ME, 2, 1));
    ck_assert_int_eq ((int) cache_write (cf_cache, "fish", -1), 1);
    ck_assert (cf_dominates (6, ME, 2, 1));
    ck_assert_int_eq (cf_fish (), 1);
}
END_TEST

// Both messages of a batch count another trader's writes, but the cache has them when it has both.
START_TEST (test_cache_has_seen_a_batch_when_it_has_heard_all_of_it)
{
    const struct trader_seen traders[] = {{OTHER, 1, 2}};
    struct invalidation news = {.epoch = 1,
                                .version = 1,
                                .product = "fish",
                                .available = 1,
                                .traders = traders,
                                .trader_count = 1,
                                .more = true};
    cf_snapshot (0, 0, 0, 0);
    ck_assert (cache_news (cf_cache, &news));
    ck_assert (cf_dominates (1, 0, 0, 0));
    ck_assert (!cf_dominates (0, OTHER, 1, 2));
    news.version = 2;
    news.product = "salt";
    news.more = false;
    ck_assert (cache_news (cf_cache, &news));
    ck_assert (cf_dominates (2, OTHER, 1, 2));
    ck_assert_int_eq (cf_salt (), 1);
}
END_TEST

// The same, where the news came before the snapshot that they go on from.
START_TEST (test_cache_joins_half_a_batch_without_its_traders)
{
    const struct trader_seen traders[] = {{OTHER, 1, 2}};
    const struct invalidation news = {.epoch = 1,
                                      .version = 1,
                                      .product = "fish",
                                      .available = 1,
                                      .traders = traders,
                                      .trader_count = 1,
                                      .more = true};
    ck_assert (!cache_news (cf_cache, &news));
    cf_snapshot (0, 0, 0, 0);
    ck_assert (!cache_stale (cf_cache));
    ck_assert (cf_dominates (1, 0, 0, 0));
    ck_assert (!cf_dominates (0, OTHER, 1, 2));
}
END_TEST

START_TEST (test_cache_tells_what_it_has_seen_in_order_of_traders)
{
    const struct trader_seen traders[] = {{1, 1, 4}, {ME, 1, 1}, {OTHER, 2, 7}};
    const struct stock stock = {.epoch = 1, .version = 9, .traders = traders, .trader_count = 3};
    cache_write (cf_cache, "fish", 1);
    cache_write (cf_cache, "fish", 1);
    cache_snapshot (cf_cache, &stock);
    struct seen seen = cache_seen (cf_cache, cache_writes (cf_cache), cf_arena);
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

int main (void)
{
    Suite *suite = suite_create ("cache");
    TCase *figures = tcase_create ("figures");
    tcase_add_checked_fixture (figures, cf_set_up, cf_tear_down);
    tcase_add_test (figures, test_cache_is_stale_until_its_first_snapshot);
    tcase_add_test (figures, test_cache_counts_its_own_writes_at_once);
    tcase_add_test (figures, test_cache_keeps_its_writes_on_top_of_figures_that_lack_them);
    tcase_add_test (figures, test_cache_takes_a_snapshot_that_lacks_its_writes);
    tcase_add_test (figures, test_cache_is_never_below_nothing);
    tcase_add_loop_test (figures, test_cache_takes_back_what_was_oversold, 0, 2);
    tcase_add_test (figures, test_cache_takes_nothing_back_that_a_figure_holds);
    tcase_add_test (figures, test_cache_corrects_only_what_is_older);
    suite_add_tcase (suite, figures);
    TCase *gaps = tcase_create ("gaps");
    tcase_add_checked_fixture (gaps, cf_set_up, cf_tear_down);
    tcase_add_test (gaps, test_cache_ignores_doubled_and_old_news);
    tcase_add_test (gaps, test_cache_is_stale_after_a_gap_until_a_snapshot_covers_it);
    tcase_add_test (gaps, test_cache_joins_a_snapshot_only_to_an_unbroken_run_of_news);
    tcase_add_test (gaps, test_cache_is_stale_when_the_warehouse_was_restarted);
    suite_add_tcase (suite, gaps);
    TCase *tokens = tcase_create ("tokens");
    tcase_add_checked_fixture (tokens, cf_set_up, cf_tear_down);
    tcase_add_test (tokens, test_cache_dominates_what_it_has_seen_and_no_more);
    tcase_add_test (tokens, test_cache_has_seen_its_own_writes_of_this_epoch);
    tcase_add_test (tokens, test_cache_has_seen_a_batch_when_it_has_heard_all_of_it);
    tcase_add_test (tokens, test_cache_joins_half_a_batch_without_its_traders);
    tcase_add_test (tokens, test_cache_tells_what_it_has_seen_in_order_of_traders);
    suite_add_tcase (suite, tokens);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
