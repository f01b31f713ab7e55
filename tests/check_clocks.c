#include <check.h>
#include <stdlib.h>

#include "actors/clients/random.h"
#include "broker/clocks.h"

static struct clock_vector draw (struct random *random)
{
    struct clock_vector clock;
    clock_init (&clock);
    for (int64_t i = random_between (random, 0, 6); i > 0; i--) {
        ck_assert (clock_tick (&clock, random_between (random, 1, 4)));
    }
    return clock;
}

static enum clock_order compare (const struct clock_vector *a, const struct clock_vector *b)
{
    struct vector view_a = clock_view (a);
    struct vector view_b = clock_view (b);
    return clock_compare (&view_a, &view_b);
}

static bool at_most (const struct clock_vector *a, const struct clock_vector *b)
{
    enum clock_order order = compare (a, b);
    return order == CLOCK_EQUAL || order == CLOCK_BEFORE;
}

static struct clock_vector merged (const struct clock_vector *a, const struct clock_vector *b)
{
    struct clock_vector result = *a;
    struct vector view = clock_view (b);
    ck_assert (clock_merge (&result, &view));
    return result;
}

// Of the same ticks, which is more than that neither is before the other.
static bool is_same (const struct clock_vector *a, const struct clock_vector *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        same = a->ticks[i].node == b->ticks[i].node && a->ticks[i].count == b->ticks[i].count;
    }
    return same;
}

static int rank (const struct clock_vector *a, int64_t node_a, const struct clock_vector *b,
                 int64_t node_b)
{
    struct vector view_a = clock_view (a);
    struct vector view_b = clock_view (b);
    return clock_rank (&view_a, node_a, &view_b, node_b);
}

START_TEST (test_clocks_are_a_partial_order)
{
    struct random random = random_seeded ((uint64_t) _i);
    for (int i = 0; i < 500; i++) {
        struct clock_vector a = draw (&random);
        struct clock_vector b = draw (&random);
        struct clock_vector c = draw (&random);
        ck_assert_int_eq (compare (&a, &a), CLOCK_EQUAL);
        ck_assert_int_eq (at_most (&a, &b) && at_most (&b, &a), is_same (&a, &b));
        ck_assert (!at_most (&a, &b) || !at_most (&b, &c) || at_most (&a, &c));
        enum clock_order order = compare (&a, &b);
        enum clock_order back = compare (&b, &a);
        ck_assert_int_eq (order == CLOCK_BEFORE, back == CLOCK_AFTER);
        ck_assert_int_eq (order == CLOCK_EQUAL, back == CLOCK_EQUAL);
        ck_assert_int_eq (order == CLOCK_CONCURRENT, back == CLOCK_CONCURRENT);
    }
}
END_TEST

START_TEST (test_clocks_merge_to_the_least_upper_bound)
{
    struct random random = random_seeded ((uint64_t) _i);
    for (int i = 0; i < 500; i++) {
        struct clock_vector a = draw (&random);
        struct clock_vector b = draw (&random);
        struct clock_vector c = draw (&random);
        struct clock_vector up = merged (&a, &b);
        struct clock_vector other_way = merged (&b, &a);
        ck_assert (is_same (&up, &other_way));
        ck_assert (at_most (&a, &up) && at_most (&b, &up));
        ck_assert (!(at_most (&a, &c) && at_most (&b, &c)) || at_most (&up, &c));
        ck_assert (clock_tick (&up, 2));
        ck_assert_int_eq (compare (&a, &up), CLOCK_BEFORE);
    }
}
END_TEST

START_TEST (test_clocks_merge_alike_in_any_grouping_and_however_often)
{
    struct random random = random_seeded ((uint64_t) _i);
    for (int i = 0; i < 500; i++) {
        struct clock_vector a = draw (&random);
        struct clock_vector b = draw (&random);
        struct clock_vector c = draw (&random);
        struct clock_vector ab = merged (&a, &b);
        struct clock_vector bc = merged (&b, &c);
        struct clock_vector left = merged (&ab, &c);
        struct clock_vector right = merged (&a, &bc);
        ck_assert (is_same (&left, &right));
        struct clock_vector again = merged (&ab, &b);
        struct clock_vector itself = merged (&a, &a);
        ck_assert (is_same (&again, &ab) && is_same (&itself, &a));
        ck_assert_int_eq (at_most (&a, &b), is_same (&ab, &b));
    }
}
END_TEST

// Nodes do things, and now and then learn by a message what another one had done. Beside each
// event's clock stands the set of all that led to it: the clocks must tell the same.
START_TEST (test_clocks_tell_what_led_to_what_and_nothing_else)
{
    enum { NODES = 4, EVENTS = 60 };
    struct random random = random_seeded ((uint64_t) _i);
    struct clock_vector clocks[EVENTS];
    int64_t nodes[EVENTS];
    uint64_t causes[EVENTS];  // of each event, itself among them: a bit an event
    struct clock_vector now[NODES + 1] = {{0}};
    uint64_t known[NODES + 1] = {0};
    for (int i = 0; i < EVENTS; i++) {
        int64_t node = random_between (&random, 1, NODES);
        int64_t of =
            i > 0 && random_between (&random, 0, 1) ? random_between (&random, 0, i - 1) : i;
        if (of < i) {
            now[node] = merged (&now[node], &clocks[of]);
            known[node] |= causes[of];
        }
        ck_assert (clock_tick (&now[node], node));
        known[node] |= UINT64_C (1) << i;
        clocks[i] = now[node];
        causes[i] = known[node];
        nodes[i] = node;
    }
    for (int i = 0; i < EVENTS; i++) {
        for (int j = 0; j < EVENTS; j++) {
            bool led = i != j && (causes[j] >> i & 1);
            ck_assert_int_eq (compare (&clocks[i], &clocks[j]) == CLOCK_BEFORE, led);
            int ranked = rank (&clocks[i], nodes[i], &clocks[j], nodes[j]);
            ck_assert (!led || ranked < 0);
            ck_assert_int_eq (ranked == 0, i == j);  // Total: no two of these events tie.
        }
    }
}
END_TEST

START_TEST (test_clocks_rank_totally_and_never_an_effect_before_its_cause)
{
    struct random random = random_seeded ((uint64_t) _i);
    for (int i = 0; i < 500; i++) {
        struct clock_vector a = draw (&random);
        struct clock_vector b = draw (&random);
        int64_t node_a = random_between (&random, 1, 4);
        int64_t node_b = random_between (&random, 1, 4);
        struct clock_vector c = draw (&random);
        int64_t node_c = random_between (&random, 1, 4);
        int ranked = rank (&a, node_a, &b, node_b);
        bool chain = ranked <= 0 && rank (&b, node_b, &c, node_c) <= 0;
        ck_assert (!chain || rank (&a, node_a, &c, node_c) <= 0);
        ck_assert_int_eq (ranked, -rank (&b, node_b, &a, node_a));
        ck_assert (node_a == node_b || ranked != 0);
        if (compare (&a, &b) == CLOCK_BEFORE) {
            ck_assert_int_lt (ranked, 0);
        }
    }
}
END_TEST

START_TEST (test_clocks_break_a_tie_of_concurrent_events_by_node)
{
    struct clock_vector a;
    struct clock_vector b;
    clock_init (&a);
    clock_init (&b);
    ck_assert (clock_tick (&a, 8));
    ck_assert (clock_tick (&b, 5));
    ck_assert_int_eq (compare (&a, &b), CLOCK_CONCURRENT);
    ck_assert_int_gt (rank (&a, 8, &b, 5), 0);
    ck_assert (clock_tick (&b, 5));
    ck_assert_int_lt (rank (&a, 8, &b, 5), 0);
}
END_TEST

START_TEST (test_clocks_stay_ascending_and_bounded)
{
    struct clock_vector clock;
    clock_init (&clock);
    for (int64_t node = LIMIT_VECTOR; node >= 1; node--) {
        ck_assert (clock_tick (&clock, node * 2));
    }
    ck_assert (!clock_tick (&clock, 3));
    ck_assert (clock_tick (&clock, 4));
    const struct tick ticks[] = {{.node = 6, .count = 9}, {.node = 7, .count = 1}};
    const struct vector other = {.ticks = ticks, .count = 2};
    ck_assert (!clock_merge (&clock, &other));
    struct vector view = clock_view (&clock);
    ck_assert_uint_eq (view.count, LIMIT_VECTOR);
    for (size_t i = 0; i < view.count; i++) {
        ck_assert_int_eq (view.ticks[i].node, (int64_t) (i + 1) * 2);
    }
    ck_assert_int_eq (view.ticks[1].count, 2);
    ck_assert_int_eq (view.ticks[2].count, 9);
    ck_assert_int_eq (clock_sum (&view), LIMIT_VECTOR + 1 + 8);
}
END_TEST

START_TEST (test_clocks_do_not_overflow_on_hostile_values)
{
    int64_t lamport = 0;
    lamport_receive (&lamport, INT64_MAX);
    ck_assert_int_eq (lamport, LIMIT_INTEGER);
    ck_assert_int_eq (lamport_send (&lamport), LIMIT_INTEGER);
    struct tick ticks[LIMIT_VECTOR];
    for (int64_t i = 0; i < LIMIT_VECTOR; i++) {
        ticks[i] = (struct tick){.node = i, .count = i % 2 ? INT64_MAX : INT64_MIN};
    }
    const struct vector hostile = {.ticks = ticks, .count = LIMIT_VECTOR};
    ck_assert_int_eq (clock_sum (&hostile), LIMIT_INTEGER * (LIMIT_VECTOR / 2));
    struct clock_vector clock;
    clock_init (&clock);
    ck_assert (clock_merge (&clock, &hostile));
    ck_assert (clock_tick (&clock, 1));
    struct vector view = clock_view (&clock);
    ck_assert_uint_eq (view.count, LIMIT_VECTOR / 2);
    ck_assert_int_eq (view.ticks[0].count, LIMIT_INTEGER);
}
END_TEST

START_TEST (test_clocks_of_lamport_pass_what_they_receive)
{
    int64_t clock = 0;
    ck_assert_int_eq (lamport_send (&clock), 1);
    lamport_receive (&clock, 10);
    ck_assert_int_eq (clock, 11);
    lamport_receive (&clock, 3);
    ck_assert_int_eq (clock, 12);
    ck_assert_int_eq (lamport_send (&clock), 13);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("clocks");
    TCase *order = tcase_create ("order");
    tcase_add_loop_test (order, test_clocks_are_a_partial_order, 0, 10);
    tcase_add_loop_test (order, test_clocks_merge_to_the_least_upper_bound, 0, 10);
    tcase_add_loop_test (order, test_clocks_merge_alike_in_any_grouping_and_however_often, 0, 10);
    tcase_add_loop_test (order, test_clocks_tell_what_led_to_what_and_nothing_else, 0, 25);
    tcase_add_loop_test (order, test_clocks_rank_totally_and_never_an_effect_before_its_cause, 0,
                         20);
    tcase_add_test (order, test_clocks_break_a_tie_of_concurrent_events_by_node);
    suite_add_tcase (suite, order);
    TCase *bounds = tcase_create ("bounds");
    tcase_add_test (bounds, test_clocks_stay_ascending_and_bounded);
    tcase_add_test (bounds, test_clocks_do_not_overflow_on_hostile_values);
    suite_add_tcase (suite, bounds);
    TCase *lamport = tcase_create ("lamport");
    tcase_add_test (lamport, test_clocks_of_lamport_pass_what_they_receive);
    suite_add_tcase (suite, lamport);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
