// What the cache does at its bounds, and where no news reach it.
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/cache_fixture.h"

START_TEST (test_cache_bounds_the_writes_that_are_not_confirmed)
{
    cf_snapshot (1, 100, 0, 0);
    for (int i = 0; i < WRITES; i++) {
        ck_assert (cache_has_room (cf_cache, "fish", -1));
        cache_write (cf_cache, "fish", -1);
    }
    ck_assert (!cache_has_room (cf_cache, "fish", -1));
    cache_settle (cf_cache, 1, 0);  // The commit alone does not say which figure includes it.
    ck_assert (!cache_has_room (cf_cache, "fish", -1));
    ck_assert (cf_news (2, "fish", 98, 2));
    for (int i = 0; i < 2; i++) {
        ck_assert (cache_has_room (cf_cache, "fish", -1));
        cache_write (cf_cache, "fish", -1);
    }
    ck_assert (!cache_has_room (cf_cache, "fish", -1));
    cf_snapshot (3, 90, 0, 10);
    ck_assert (cache_has_room (cf_cache, "fish", -1));
    ck_assert_int_eq (cf_fish (), 90);
}
END_TEST

START_TEST (test_cache_forgets_refusals_without_waiting_for_a_figure)
{
    cf_snapshot (1, 0, 0, 0);
    for (int i = 1; i <= 10 * WRITES; i++) {
        ck_assert (cache_has_room (cf_cache, "fish", 0));
        ck_assert_int_eq ((int) cache_write (cf_cache, "fish", 0), i);
        cache_settle (cf_cache, i, 0);
    }
}
END_TEST

START_TEST (test_cache_refuses_a_product_too_many_but_not_an_order_for_it)
{
    char name[32];
    cf_snapshot (1, 1, 1, 0);
    for (int i = 2; i < LIMIT_PRODUCTS; i++) {
        snprintf (name, sizeof name, "product-%d", i);
        ck_assert (cf_news (i, name, 1, 0));
    }
    ck_assert (!cache_has_room (cf_cache, "one-more", 5));
    ck_assert (cache_has_room (cf_cache, "fish", 5));
    // Nothing of it is there, so nothing has to be remembered.
    ck_assert (cache_has_room (cf_cache, "one-more", -5));
    ck_assert_int_eq ((int) cache_write (cf_cache, "one-more", 0), 1);
    ck_assert (cf_news (LIMIT_PRODUCTS, "one-more", 9, 0));
    ck_assert_int_eq ((int) cache_available (cf_cache, "one-more"), 0);
}
END_TEST

START_TEST (test_cache_that_does_not_follow_learns_by_its_commits)
{
    cf_begin (false);
    cf_snapshot (1, 100, 0, 0);
    for (int i = 1; i <= 5 * WRITES; i++) {
        ck_assert (cache_has_room (cf_cache, "fish", -1));
        ck_assert_int_eq ((int) cache_write (cf_cache, "fish", -2), i);
        cache_settle (cf_cache, i, i % 2);  // Every other one got one of two.
    }
    ck_assert_int_eq (cf_fish (), 100 - 5 * WRITES * 2 + 5 * WRITES / 2);
    cf_snapshot (90, 17, 0, 5 * WRITES);
    ck_assert_int_eq (cf_fish (), 17);
}
END_TEST

START_TEST (test_cache_that_does_not_follow_takes_back_what_was_oversold)
{
    cf_begin (false);
    cf_snapshot (1, 3, 0, 0);
    cache_write (cf_cache, "fish", -2);
    cache_write (cf_cache, "fish", -1);
    cache_settle (cf_cache, 1, 2);
    cf_correct (7, 0, 1);
    ck_assert_int_eq (cf_fish (), 0);
    cache_settle (cf_cache, 2, 1);
    cf_correct (8, 4, 2);
    ck_assert_int_eq (cf_fish (), 4);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("cache bounds");
    TCase *bounds = tcase_create ("bounds");
    tcase_add_checked_fixture (bounds, cf_set_up, cf_tear_down);
    tcase_add_test (bounds, test_cache_bounds_the_writes_that_are_not_confirmed);
    tcase_add_test (bounds, test_cache_forgets_refusals_without_waiting_for_a_figure);
    tcase_add_test (bounds, test_cache_refuses_a_product_too_many_but_not_an_order_for_it);
    suite_add_tcase (suite, bounds);
    TCase *alone = tcase_create ("without news");
    tcase_add_checked_fixture (alone, cf_set_up, cf_tear_down);
    tcase_add_test (alone, test_cache_that_does_not_follow_learns_by_its_commits);
    tcase_add_test (alone, test_cache_that_does_not_follow_takes_back_what_was_oversold);
    suite_add_tcase (suite, alone);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
