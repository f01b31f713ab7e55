// Runs of the simulator: whatever makes no difference makes none, to the last letter.
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/plan.h"
#include "tests/sim/run.h"

enum { SEEDS = 10, STEPS = 1500, PLANNED_MAX = 200, LEFT_OUT = 3 };

static struct options options_of (int seed)
{
    struct options options = options_default ();
    options.seed = (uint64_t) seed;
    options.steps = STEPS;
    options.codec = 0;
    options.store = STORE_IN_MEMORY;
    return options;
}

// Two runs that are the same in all that can be seen. How often something happened is compared too,
// but for what says which codec and which store were used.
static void must_be_same (const struct run_result *a, const struct run_result *b)
{
    ck_assert_uint_eq (a->hash, b->hash);
    ck_assert_int_eq (a->steps, b->steps);
    ck_assert_int_eq (a->virtual_us, b->virtual_us);
    ck_assert_int_eq (a->failed, b->failed);
    ck_assert_str_eq (a->checker, b->checker);
    ck_assert_str_eq (a->text, b->text);
    ck_assert_mem_eq (&a->market, &b->market, sizeof a->market);
    for (int i = 0; i < SOMETIMES_COUNT; i++) {
        ck_assert_msg (i >= SOMETIMES_SQLITE || a->sometimes.count[i] == b->sometimes.count[i],
                       "sometimes %d: %" PRId64 " and %" PRId64, i, a->sometimes.count[i],
                       b->sometimes.count[i]);
    }
}

START_TEST (test_run_is_the_same_again_whatever_ran_in_between)
{
    struct run_result results[3];
    struct options options = options_of (_i);
    struct options other = options_of (_i + 1);
    run (&options, NULL, &results[0]);
    run (&other, NULL, &results[1]);
    run (&options, NULL, &results[2]);
    must_be_same (&results[0], &results[2]);
    ck_assert_int_eq (results[0].planned, results[2].planned);
    ck_assert_int_eq (results[0].faults, results[2].faults);
    ck_assert_uint_ne (results[0].hash, results[1].hash);
    ck_assert_int_ge (results[0].steps, STEPS);
}
END_TEST

START_TEST (test_run_is_the_same_when_it_is_told)
{
    struct run_result results[2];
    struct options options = options_of (_i);
    char *told;
    size_t size;
    FILE *story = open_memstream (&told, &size);
    ck_assert_ptr_nonnull (story);
    run (&options, NULL, &results[0]);
    run (&options, story, &results[1]);
    ck_assert_int_eq (fclose (story), 0);
    must_be_same (&results[0], &results[1]);
    ck_assert_ptr_nonnull (strstr (told, "asks to join"));
    ck_assert_ptr_nonnull (strstr (told, "all is well from now on"));
    free (told);
}
END_TEST

START_TEST (test_run_is_the_same_through_the_real_codec)
{
    struct run_result results[2];
    struct options options = options_of (_i);
    run (&options, NULL, &results[0]);
    options.codec = 1;
    run (&options, NULL, &results[1]);
    must_be_same (&results[0], &results[1]);
    ck_assert_int_eq (results[0].sometimes.count[SOMETIMES_CODEC], 0);
    ck_assert_int_eq (results[1].sometimes.count[SOMETIMES_CODEC], 1);
}
END_TEST

START_TEST (test_run_is_the_same_on_the_real_store)
{
    struct run_result results[2];
    struct options options = options_of (_i);
    options.faults = ALL_FAULTS;  // Crashes make it load what it has.
    run (&options, NULL, &results[0]);
    options.store = STORE_SQLITE;
    run (&options, NULL, &results[1]);
    must_be_same (&results[0], &results[1]);
    ck_assert_int_eq (results[0].sometimes.count[SOMETIMES_SQLITE], 0);
    ck_assert_int_eq (results[1].sometimes.count[SOMETIMES_SQLITE], 1);
}
END_TEST

START_TEST (test_run_without_its_planned_faults_is_one_that_has_none)
{
    struct run_result results[2];
    struct options options = options_of (_i);
    options.steps = STEPS;
    options.faults = ALL_FAULTS;
    options.skip_count = SKIP_MAX;
    for (size_t i = 0; i < SKIP_MAX; i++) {
        options.skip[i] = (int64_t) i;
    }
    run (&options, NULL, &results[0]);
    options.faults = (1 << FAULT_PARTITION) - 1;  // All that are not planned.
    run (&options, NULL, &results[1]);
    ck_assert_int_gt (results[0].planned, 0);
    ck_assert_int_le (results[0].planned, SKIP_MAX);
    ck_assert_int_eq (results[1].planned, 0);
    must_be_same (&results[0], &results[1]);
}
END_TEST

START_TEST (test_run_of_a_market_without_clients_comes_to_its_end)
{
    struct run_result result;
    struct options options = options_of (_i);
    options.faults = 0;
    options.buyers = options.sellers = options.strangers = 0;
    run (&options, NULL, &result);
    ck_assert_msg (!result.failed, "%s: %s", result.checker, result.text);
    ck_assert_int_eq (result.sometimes.count[SOMETIMES_ORDERS], 0);
    ck_assert_int_gt (result.sometimes.count[SOMETIMES_RESTOCKS], 0);  // When it is closed.
}
END_TEST

// When each of the first faults of a plan comes, and what the world says of it and of its end. The
// market has no clients: nothing but the plan makes it speak of connections and disks.
struct planning {
    int64_t at_us[PLANNED_MAX];
    int64_t count;
    char *told;
    size_t size;
};

static void plan_out (struct planning *self, const struct options *options)
{
    struct market *market = malloc (sizeof *market);
    ck_assert_ptr_nonnull (market);
    market_draw (market, options);
    for (size_t i = 0; i < market->trader_count; i++) {
        market->traders[i].ping_every_us = 0;  // Nor do traders watch each other.
    }
    FILE *story = open_memstream (&self->told, &self->size);
    ck_assert_ptr_nonnull (story);
    world_t *world = market_open (market, NULL, NULL, story);
    plan_t *plan = plan_new (market, options);
    self->count = 0;
    while (plan_count (plan) < PLANNED_MAX) {
        ck_assert_int_ne (world_run (world, plan_due (plan), INT32_MAX), WORLD_STEPS);
        plan_act (plan, world);
        if (plan_count (plan) > self->count) {
            ck_assert_int_eq (plan_count (plan), self->count + 1);
            self->at_us[self->count++] = world_now_us (world);
        }
    }
    plan_destroy (&plan);
    world_destroy (&world);
    free (market);
    ck_assert_int_eq (fclose (story), 0);
}

// The next line of a story that tells of a fault, and its length; NULL: there is none.
static const char *next_fault (const char **story, size_t *length)
{
    while (**story) {
        const char *line = *story;
        *length = strcspn (line, "\n");
        *story += *length + (line[*length] == '\n');
        const char *fault = strstr (line, "ms            ");
        bool own = fault && strncmp (strchr (fault, ' ') + 12, "the journal", 11) == 0;
        if (fault && fault < line + *length && !own) {  // What comes of one is no other one.
            return line;
        }
    }
    return NULL;
}

// How many faults one story tells that the other leaves out, which tells no others.
static int64_t left_out (const char *whole, const char *part)
{
    int64_t count = 0;
    size_t part_length = 0;
    size_t length;
    const char *next = next_fault (&part, &part_length);
    for (const char *line; (line = next_fault (&whole, &length));) {
        if (next && length == part_length && strncmp (line, next, length) == 0) {
            next = next_fault (&part, &part_length);
        } else {
            count++;
        }
    }
    ck_assert_msg (next == NULL, "told anew: %.*s", (int) part_length, next);
    return count;
}

START_TEST (test_plan_leaves_the_others_alone_when_some_are_skipped)
{
    struct planning whole;
    struct planning part;
    struct options options = options_of (_i);
    options.faults = 1 << FAULT_PARTITION | 1 << FAULT_DISCONNECT | 1 << FAULT_DISK_FULL;
    options.buyers = options.sellers = options.strangers = 0;
    options.traders = 4;
    plan_out (&whole, &options);
    options.skip_count = LEFT_OUT;
    for (int64_t i = 0; i < LEFT_OUT; i++) {
        options.skip[i] = 10 + 7 * i + _i;
    }
    plan_out (&part, &options);
    ck_assert_int_eq (whole.count, PLANNED_MAX);
    ck_assert_mem_eq (whole.at_us, part.at_us, sizeof whole.at_us);
    // Each of them is told in one line at least, and in sixteen at most: a trader that is cut from
    // three others and the warehouse, two ways, begin and end.
    int64_t lines = left_out (whole.told, part.told);
    ck_assert_int_ge (lines, LEFT_OUT);
    ck_assert_int_le (lines, 16 * LEFT_OUT);
    free (whole.told);
    free (part.told);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_run");
    TCase *runs = tcase_create ("runs");
    tcase_set_timeout (runs, 60);
    tcase_add_loop_test (runs, test_run_is_the_same_again_whatever_ran_in_between, 0, SEEDS);
    tcase_add_loop_test (runs, test_run_is_the_same_when_it_is_told, 0, SEEDS);
    tcase_add_loop_test (runs, test_run_is_the_same_through_the_real_codec, 0, SEEDS);
    tcase_add_loop_test (runs, test_run_is_the_same_on_the_real_store, 0, SEEDS);
    tcase_add_loop_test (runs, test_run_without_its_planned_faults_is_one_that_has_none, 0, SEEDS);
    tcase_add_loop_test (runs, test_run_of_a_market_without_clients_comes_to_its_end, 0, SEEDS);
    suite_add_tcase (suite, runs);

    TCase *plans = tcase_create ("plans");
    tcase_add_loop_test (plans, test_plan_leaves_the_others_alone_when_some_are_skipped, 0, SEEDS);
    suite_add_tcase (suite, plans);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
