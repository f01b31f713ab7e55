#include <check.h>
#include <stdlib.h>

#include "actors/clients/random.h"
#include "broker/seen.h"

// Small random tokens, so that the same traders, epochs and counts meet often.
static void draw (struct random *random, struct seen_token *token)
{
    seen_init (token);
    seen_merge_version (token, random_between (random, 0, 3));
    for (int64_t i = random_between (random, 0, 4); i > 0; i--) {
        ck_assert (seen_merge_trader (token, random_between (random, 1, 4),
                                      random_between (random, 0, 3),
                                      random_between (random, 0, 3)));
    }
}

static bool dominates (const struct seen_token *a, const struct seen_token *b)
{
    struct seen view_a = seen_view (a);
    struct seen view_b = seen_view (b);
    return seen_dominates (&view_a, &view_b);
}

static bool same (const struct seen_token *a, const struct seen_token *b)
{
    return dominates (a, b) && dominates (b, a);
}

static struct seen_token merged (const struct seen_token *a, const struct seen_token *b)
{
    struct seen_token result = *a;
    struct seen view = seen_view (b);
    ck_assert (seen_merge (&result, &view));
    return result;
}

START_TEST (test_seen_is_a_partial_order_with_merge_as_least_upper_bound)
{
    struct random random = random_seeded ((uint64_t) _i);
    for (int i = 0; i < 500; i++) {
        static struct seen_token a;
        static struct seen_token b;
        static struct seen_token c;
        draw (&random, &a);
        draw (&random, &b);
        draw (&random, &c);
        ck_assert (dominates (&a, &a));
        ck_assert (!dominates (&a, &b) || !dominates (&b, &c) || dominates (&a, &c));
        struct seen_token up = merged (&a, &b);
        struct seen_token other_way = merged (&b, &a);
        ck_assert (dominates (&up, &a) && dominates (&up, &b));
        ck_assert (same (&up, &other_way));
        // Whatever is above both is above their merge.
        ck_assert (!(dominates (&c, &a) && dominates (&c, &b)) || dominates (&c, &up));
        ck_assert (!dominates (&a, &b) || same (&up, &a));
    }
}
END_TEST

START_TEST (test_seen_keeps_traders_ascending_and_once)
{
    static struct seen_token token;
    static const struct trader_seen mixed[] = {{.trader = 9, .epoch = 1, .count = 2},
                                               {.trader = 3, .epoch = 1, .count = 1},
                                               {.trader = 9, .epoch = 1, .count = 1},
                                               {.trader = 5, .epoch = 2, .count = 0},
                                               {.trader = 7, .epoch = 0, .count = 0}};
    const struct seen other = {.version = 4, .traders = mixed, .count = 5};
    seen_init (&token);
    ck_assert (seen_merge (&token, &other));
    struct seen view = seen_view (&token);
    ck_assert_int_eq (view.version, 4);
    ck_assert_uint_eq (view.count, 3);
    ck_assert_int_eq (view.traders[0].trader, 3);
    ck_assert_int_eq (view.traders[1].trader, 5);
    ck_assert_int_eq (view.traders[2].trader, 9);
    ck_assert_int_eq (view.traders[2].count, 2);
}
END_TEST

START_TEST (test_seen_takes_a_higher_epoch_over_any_count)
{
    static struct seen_token token;
    seen_init (&token);
    ck_assert (seen_merge_trader (&token, 2, 1, 1000));
    ck_assert (seen_merge_trader (&token, 2, 2, 1));
    ck_assert (seen_merge_trader (&token, 2, 1, 2000));
    struct seen view = seen_view (&token);
    ck_assert_int_eq (seen_of (&view, 2).epoch, 2);
    ck_assert_int_eq (seen_of (&view, 2).count, 1);
    ck_assert_int_eq (seen_of (&view, 3).epoch, 0);
}
END_TEST

START_TEST (test_seen_asks_for_the_version_too)
{
    const struct seen older = {.version = 4};
    const struct seen newer = {.version = 5};
    ck_assert (seen_dominates (&newer, &older));
    ck_assert (!seen_dominates (&older, &newer));
}
END_TEST

START_TEST (test_seen_says_so_when_a_trader_does_not_fit)
{
    static struct seen_token token;
    seen_init (&token);
    for (int64_t trader = 1; trader <= LIMIT_TRADERS; trader++) {
        ck_assert (seen_merge_trader (&token, trader * 2, 1, 1));
    }
    ck_assert (!seen_merge_trader (&token, 3, 1, 1));
    ck_assert (seen_merge_trader (&token, 4, 1, 7));
    const struct trader_seen pair[] = {{.trader = 5, .epoch = 1, .count = 1},
                                       {.trader = 6, .epoch = 1, .count = 9}};
    const struct seen other = {.version = 2, .traders = pair, .count = 2};
    ck_assert (!seen_merge (&token, &other));
    struct seen view = seen_view (&token);
    ck_assert_uint_eq (view.count, LIMIT_TRADERS);
    ck_assert_int_eq (view.version, 2);
    ck_assert_int_eq (seen_of (&view, 4).count, 7);
    ck_assert_int_eq (seen_of (&view, 6).count, 9);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("seen");
    TCase *order = tcase_create ("order");
    tcase_add_loop_test (order, test_seen_is_a_partial_order_with_merge_as_least_upper_bound, 0,
                         20);
    tcase_add_test (order, test_seen_takes_a_higher_epoch_over_any_count);
    tcase_add_test (order, test_seen_asks_for_the_version_too);
    suite_add_tcase (suite, order);
    TCase *bounds = tcase_create ("bounds");
    tcase_add_test (bounds, test_seen_keeps_traders_ascending_and_once);
    tcase_add_test (bounds, test_seen_says_so_when_a_trader_does_not_fit);
    suite_add_tcase (suite, bounds);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
