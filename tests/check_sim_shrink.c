#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/sim/campaign/shrink.h"

enum { NEEDS_MAX = 4, TRIES_MAX = 20000 };

// What makes a run fail: all of this together.
struct needs {
    int64_t faults;
    int64_t places[NEEDS_MAX];
    size_t place_count;
    int64_t traders;
    int64_t buyers;
    int64_t sellers;
    int64_t strangers;
    int64_t steps;
};

struct lab {
    struct needs needs;
    uint64_t whim;  // not 0: whether it fails follows no rule, but is always the same
    struct options start;
    int64_t planned;
    int64_t tries;
    int64_t told;
    bool deaf;        // nothing but the start fails
    bool only_drawn;  // naming all that was drawn makes it pass
};

static bool skips (const struct options *options, int64_t place)
{
    for (size_t i = 0; i < options->skip_count; i++) {
        if (options->skip[i] == place) {
            return true;
        }
    }
    return false;
}

// Where the seed decides, it has drawn enough.
static bool enough (int64_t given, int64_t needed)
{
    return given == DRAWN || given >= needed;
}

static bool fails_by_rule (const struct needs *needs, const struct options *options)
{
    for (size_t i = 0; i < needs->place_count; i++) {
        if (skips (options, needs->places[i])) {
            return false;
        }
    }
    bool faults = options->faults == DRAWN || (options->faults & needs->faults) == needs->faults;
    return faults && enough (options->traders, needs->traders)
           && enough (options->buyers, needs->buyers) && enough (options->sellers, needs->sellers)
           && enough (options->strangers, needs->strangers) && options->steps >= needs->steps;
}

static uint64_t mixed (uint64_t hash, int64_t number)
{
    struct random random = random_seeded (hash ^ (uint64_t) number);
    return random_next (&random);
}

static bool fails_by_whim (const struct lab *self, const struct options *options)
{
    const int64_t numbers[] = {options->faults,  options->traders,   options->buyers,
                               options->sellers, options->strangers, options->steps};
    uint64_t hash = self->whim;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        hash = mixed (hash, numbers[i]);
    }
    for (size_t i = 0; i < options->skip_count; i++) {
        hash = mixed (hash, options->skip[i]);
    }
    return hash % 3 != 0;
}

static bool is_start (const struct lab *self, const struct options *options)
{
    return memcmp (&self->start, options, sizeof *options) == 0;
}

static bool fails (const struct lab *self, const struct options *options)
{
    if (self->deaf || is_start (self, options)) {
        return is_start (self, options);
    }
    if (self->only_drawn && options->faults != DRAWN && options->buyers != DRAWN) {
        return false;
    }
    return self->whim ? fails_by_whim (self, options) : fails_by_rule (&self->needs, options);
}

static bool still_fails (void *context, const struct options *options)
{
    struct lab *self = context;
    ck_assert_int_lt (self->tries++, TRIES_MAX);
    ck_assert_uint_le (options->skip_count, SKIP_MAX);
    ck_assert_int_ge (options->steps, 1);
    ck_assert (options->traders == DRAWN || options->traders >= 1);
    for (size_t i = 1; i < options->skip_count; i++) {
        ck_assert_int_lt (options->skip[i - 1], options->skip[i]);
    }
    return fails (self, options);
}

static int64_t planned (void *context)
{
    return ((struct lab *) context)->planned;
}

static void tell (void *context, const char *what)
{
    ck_assert_uint_gt (strlen (what), 0);
    ((struct lab *) context)->told++;
}

static struct options draw_start (void)
{
    struct options options;
    memset (&options, 0, sizeof options);  // The padding too, as it is compared byte by byte.
    const struct options drawn = options_default ();
    memcpy (&options, &drawn, sizeof drawn);
    options.seed = 7;
    options.steps = 20000;
    return options;
}

static struct options named (const struct options *start)
{
    struct options options = *start;
    options.faults = ALL_FAULTS & ~(1 << FAULT_DELAY);
    options.traders = 4;
    options.buyers = 6;
    options.sellers = 3;
    options.strangers = 2;
    return options;
}

static struct lab lab_new (void)
{
    return (struct lab){
        .needs = {.traders = 1, .buyers = 1, .sellers = 1, .steps = 1},
        .start = draw_start (),
        .planned = 40,
    };
}

static struct options shrink_in (struct lab *lab)
{
    const struct shrink_task task = {still_fails, planned, tell, lab};
    struct options drawn = named (&lab->start);
    struct options smallest = shrink (&lab->start, &drawn, &task);
    ck_assert (fails (lab, &smallest));
    ck_assert_int_eq (lab->told, lab->tries);
    return smallest;
}

// The options have what is needed and nothing else.
static void assert_only (const struct lab *lab, const struct options *smallest)
{
    const struct needs *needs = &lab->needs;
    ck_assert_int_eq (smallest->faults, needs->faults);
    ck_assert_int_eq (smallest->traders, needs->traders);
    ck_assert_int_eq (smallest->buyers, needs->buyers);
    ck_assert_int_eq (smallest->sellers, needs->sellers);
    ck_assert_int_eq (smallest->strangers, needs->strangers);
    ck_assert_int_eq (smallest->steps, needs->steps);
    ck_assert_int_eq ((int64_t) smallest->skip_count, lab->planned - (int64_t) needs->place_count);
    for (size_t i = 0; i < needs->place_count; i++) {
        ck_assert (!skips (smallest, needs->places[i]));
    }
    ck_assert_uint_eq (smallest->seed, 7);
}

START_TEST (test_shrink_leaves_nothing_where_nothing_is_needed)
{
    struct lab lab = lab_new ();
    struct options smallest = shrink_in (&lab);
    assert_only (&lab, &smallest);
    ck_assert_int_lt (lab.tries, 20);  // It does not take long to find out.
}
END_TEST

START_TEST (test_shrink_finds_the_one_fault_that_matters)
{
    struct lab lab = lab_new ();
    lab.needs.faults = 1 << FAULT_PAUSE;
    lab.needs.places[0] = _i;
    lab.needs.place_count = 1;
    struct options smallest = shrink_in (&lab);
    assert_only (&lab, &smallest);
    ck_assert_int_lt (lab.tries, 120);
}
END_TEST

START_TEST (test_shrink_finds_what_only_together_fails)
{
    struct random random = random_seeded ((uint64_t) _i);
    struct lab lab = lab_new ();
    lab.needs = (struct needs){
        .faults = random_between (&random, 0, ALL_FAULTS) & named (&lab.start).faults,
        .traders = random_between (&random, 1, 4),
        .buyers = random_between (&random, 1, 6),
        .sellers = random_between (&random, 1, 3),
        .strangers = random_between (&random, 0, 2),
        .steps = random_between (&random, 1, 20000),
        .place_count = (size_t) random_between (&random, 0, NEEDS_MAX),
    };
    for (size_t i = 0; i < lab.needs.place_count; i++) {
        lab.needs.places[i] = (int64_t) i * 10 + random_between (&random, 0, 9);
    }
    struct options smallest = shrink_in (&lab);
    assert_only (&lab, &smallest);
}
END_TEST

START_TEST (test_shrink_keeps_what_the_caller_has_left_out)
{
    struct lab lab = lab_new ();
    lab.needs.places[0] = 7;
    lab.needs.place_count = 1;
    lab.start.skip[0] = 5;
    lab.start.skip[1] = 100;  // Beyond the plan.
    lab.start.skip_count = 2;
    struct options smallest = shrink_in (&lab);
    ck_assert (skips (&smallest, 5) && skips (&smallest, 100) && !skips (&smallest, 7));
    ck_assert_uint_eq (smallest.skip_count, 40);
}
END_TEST

START_TEST (test_shrink_leaves_out_no_more_than_can_be_named)
{
    struct lab lab = lab_new ();
    lab.planned = 1000;
    lab.needs.places[0] = 200;
    lab.needs.place_count = 1;
    lab.start.skip[lab.start.skip_count++] = 999;
    struct options smallest = shrink_in (&lab);
    ck_assert (!skips (&smallest, 200));
    ck_assert_uint_ge (smallest.skip_count, SKIP_MAX - 1);
}
END_TEST

START_TEST (test_shrink_names_a_part_where_naming_all_makes_it_pass)
{
    struct lab lab = lab_new ();
    lab.only_drawn = true;
    lab.needs.faults = 1 << FAULT_CRASH_TRADER;
    lab.needs.traders = 2;
    struct options smallest = shrink_in (&lab);
    ck_assert_int_eq (smallest.faults, 1 << FAULT_CRASH_TRADER);
    ck_assert_int_eq (smallest.traders, 2);
    ck_assert_int_eq (smallest.buyers, DRAWN);
    ck_assert_int_eq (smallest.steps, 1);
}
END_TEST

START_TEST (test_shrink_returns_the_start_where_nothing_smaller_fails)
{
    struct lab lab = lab_new ();
    lab.deaf = true;
    struct options smallest = shrink_in (&lab);
    ck_assert (is_start (&lab, &smallest));
}
END_TEST

static void assert_passes (const struct lab *lab, const struct options *options)
{
    ck_assert (!fails (lab, options));
}

// Nothing can be left out of it by itself.
static void assert_least (const struct lab *lab, const struct options *smallest)
{
    for (int64_t bit = 1; bit <= ALL_FAULTS; bit *= 2) {
        struct options less = *smallest;
        less.faults &= ~bit;
        if (less.faults != smallest->faults) {
            assert_passes (lab, &less);
        }
    }
    for (int64_t place = 0; place < lab->planned; place++) {
        if (!skips (smallest, place)) {
            struct options less = *smallest;
            size_t at = less.skip_count++;
            for (; at > 0 && less.skip[at - 1] > place; at--) {
                less.skip[at] = less.skip[at - 1];
            }
            less.skip[at] = place;
            assert_passes (lab, &less);
        }
    }
    struct options fewer = *smallest;
    int64_t *const numbers[] = {&fewer.traders, &fewer.buyers, &fewer.sellers, &fewer.strangers,
                                &fewer.steps};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (*numbers[i] > (numbers[i] != &fewer.strangers)) {
            --*numbers[i];
            assert_passes (lab, &fewer);
            ++*numbers[i];
        }
    }
}

START_TEST (test_shrink_ends_with_what_fails_even_where_no_rule_says_why)
{
    struct lab lab = lab_new ();
    lab.start = named (&lab.start);
    lab.whim = (uint64_t) _i + 1;
    struct options smallest = shrink_in (&lab);
    assert_least (&lab, &smallest);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_shrink");
    TCase *rules = tcase_create ("rules");
    tcase_add_test (rules, test_shrink_leaves_nothing_where_nothing_is_needed);
    tcase_add_loop_test (rules, test_shrink_finds_the_one_fault_that_matters, 0, 40);
    tcase_add_loop_test (rules, test_shrink_finds_what_only_together_fails, 0, 200);
    tcase_add_test (rules, test_shrink_keeps_what_the_caller_has_left_out);
    tcase_add_test (rules, test_shrink_leaves_out_no_more_than_can_be_named);
    suite_add_tcase (suite, rules);
    TCase *whims = tcase_create ("whims");
    tcase_add_test (whims, test_shrink_names_a_part_where_naming_all_makes_it_pass);
    tcase_add_test (whims, test_shrink_returns_the_start_where_nothing_smaller_fails);
    tcase_add_loop_test (whims, test_shrink_ends_with_what_fails_even_where_no_rule_says_why, 0,
                         200);
    suite_add_tcase (suite, whims);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
