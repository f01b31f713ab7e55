#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/clients/random.h"
#include "tests/sim/market.h"
#include "tests/sim/options.h"
#include "tests/sim/sometimes.h"

enum { TEXT_SIZE = 2048 };

static void assert_same (const struct options *a, const struct options *b)
{
    ck_assert_uint_eq (a->seed, b->seed);
    ck_assert_int_eq (a->steps, b->steps);
    ck_assert_int_eq (a->faults, b->faults);
    ck_assert_int_eq (a->mode, b->mode);
    ck_assert_int_eq (a->store, b->store);
    ck_assert_int_eq (a->codec, b->codec);
    ck_assert_int_eq (a->elect, b->elect);
    ck_assert_int_eq (a->traders, b->traders);
    ck_assert_int_eq (a->buyers, b->buyers);
    ck_assert_int_eq (a->sellers, b->sellers);
    ck_assert_int_eq (a->strangers, b->strangers);
    ck_assert_uint_eq (a->skip_count, b->skip_count);
    for (size_t i = 0; i < a->skip_count; i++) {
        ck_assert_int_eq (a->skip[i], b->skip[i]);
    }
}

// Reads a command line of words and values.
static struct options read_line (const char *line)
{
    char copy[TEXT_SIZE];
    char error[256] = "";
    struct options options = options_default ();
    snprintf (copy, sizeof copy, "%s", line);
    for (char *word = strtok (copy, " "); word; word = strtok (NULL, " ")) {
        const char *value = strtok (NULL, " ");
        ck_assert_msg (options_take (&options, word, value, error, sizeof error) == 1, "%s", error);
    }
    return options;
}

static void assert_printed (const char *line, const char *expected)
{
    char text[TEXT_SIZE];
    struct options options = read_line (line);
    options_print (&options, text, sizeof text);
    ck_assert_str_eq (text, expected);
}

START_TEST (test_options_leave_what_is_drawn_to_the_seed)
{
    struct options options = options_default ();
    char text[TEXT_SIZE];
    ck_assert_int_gt (options.steps, 0);
    ck_assert_int_eq (options.faults, DRAWN);
    ck_assert_int_eq (options.mode, MARKET_DRAWN);
    ck_assert_int_eq (options.store, STORE_DRAWN);
    ck_assert_int_eq (options.traders, DRAWN);
    options.steps = 20000;
    options_print (&options, text, sizeof text);
    ck_assert_str_eq (text, "--seed 0 --steps 20000");
}
END_TEST

START_TEST (test_options_are_printed_as_they_are_read)
{
    static const char *const lines[] = {
        "--seed 18446744073709551615 --steps 1",
        "--seed 7 --steps 20000 --faults loss,pause,fsync",
        "--seed 7 --steps 20000 --faults all --mode sync --store memory",
        "--seed 7 --steps 20000 --faults none --mode cached --store sqlite",
        "--seed 7 --steps 20000 --mode mixed",
        "--seed 7 --steps 20000 --codec 0 --traders 2 --buyers 4 --sellers 3 --strangers 0",
        "--seed 7 --steps 20000 --codec 1 --skip 0",
        "--seed 7 --steps 20000 --elect 1 --traders 8",
        "--seed 7 --steps 20000 --skip 3,5,6,8..10,9999",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_printed (lines[i], lines[i]);
    }
}
END_TEST

START_TEST (test_options_keep_skipped_places_in_order_and_once)
{
    assert_printed ("--seed 7 --steps 9 --skip 8,3..5,4,1,2,8", "--seed 7 --steps 9 --skip 1..5,8");
}
END_TEST

START_TEST (test_options_know_every_class_of_faults_by_its_name)
{
    const char *name = fault_name ((enum fault_class) _i);
    char error[256];
    struct options options = options_default ();
    ck_assert_int_eq (options_take (&options, "--faults", name, error, sizeof error), 1);
    ck_assert_int_eq (options.faults, INT64_C (1) << _i);
}
END_TEST

START_TEST (test_options_refuse_a_bad_value_and_say_what_would_do)
{
    static const struct {
        const char *word;
        const char *value;
        const char *says;
    } bad[] = {
        {"--seed", "", "whole number"},
        {"--seed", "-1", "whole number"},
        {"--seed", " 1", "whole number"},
        {"--seed", "1x", "whole number"},
        {"--seed", "18446744073709551616", "2^64 - 1"},
        {"--seed", NULL, "wants a value"},
        {"--steps", "0", "from 1"},
        {"--steps", "1e3", "whole number"},
        {"--steps", NULL, "wants a value"},
        {"--faults", "", "all, none"},
        {"--faults", "loss,,pause", "all, none"},
        {"--faults", "loss,", "all, none"},
        {"--faults", "loss,sun", "'sun'"},
        {"--faults", "los", "'los'"},
        {"--faults", "losses", "'losses'"},
        {"--faults", "loss,all", "'all'"},
        {"--mode", "", "sync, cached, batched, escrow or mixed"},
        {"--mode", "fast", "sync, cached, batched, escrow or mixed"},
        {"--store", "paper", "memory or sqlite"},
        {"--codec", "2", "from 0 to 1"},
        {"--codec", "-1", "from 0 to 1"},
        {"--traders", "0", "from 1"},
        {"--traders", "9", "to 8"},
        {"--buyers", "33", "to 32"},
        {"--sellers", "33", "to 32"},
        {"--strangers", "33", "to 32"},
        {"--skip", "", "places"},
        {"--skip", "3,", "places"},
        {"--skip", ",3", "places"},
        {"--skip", "5..3", "places"},
        {"--skip", "3..", "places"},
        {"--skip", "..3", "places"},
        {"--skip", "3.5", "places"},
        {"--skip", "10000", "places"},
        {"--skip", "0..256", "no more than 256"},
    };
    struct options before = read_line ("--seed 3 --steps 8 --faults loss --skip 2 --traders 2");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char error[256] = "";
        struct options options = before;
        int taken = options_take (&options, bad[i].word, bad[i].value, error, sizeof error);
        ck_assert_int_eq (taken, -1);
        assert_same (&options, &before);
        ck_assert_msg (strstr (error, bad[i].says), "'%s' for %s: %s", bad[i].value, bad[i].word,
                       error);
        ck_assert_msg (strstr (error, bad[i].word) == error, "%s", error);
    }
}
END_TEST

START_TEST (test_options_leave_other_words_alone)
{
    static const char *const words[] = {"--seeds", "--see", "seed", "-seed", "--", "", "--jobs"};
    const struct options before = options_default ();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char error[256] = "";
        struct options options = before;
        ck_assert_int_eq (options_take (&options, words[i], "7", error, sizeof error), 0);
        ck_assert_int_eq (options_take (&options, words[i], NULL, error, sizeof error), 0);
        ck_assert_str_eq (error, "");
        assert_same (&options, &before);
    }
}
END_TEST

static struct options draw_options (struct random *random)
{
    struct options options = options_default ();
    options.seed = random_next (random);
    options.steps = random_between (random, 1, INT64_C (1) << 39);
    options.faults = random_between (random, DRAWN, ALL_FAULTS);
    options.mode = (enum market_mode) random_between (random, MARKET_DRAWN, MARKET_MIXED);
    options.store = (enum market_store) random_between (random, STORE_DRAWN, STORE_SQLITE);
    options.codec = random_between (random, DRAWN, 1);
    options.traders = random_next (random) % 2 ? DRAWN : random_between (random, 1, MARKET_TRADERS);
    options.buyers = random_next (random) % 2 ? DRAWN : random_between (random, 1, MARKET_CLIENTS);
    options.sellers = random_next (random) % 2 ? DRAWN : random_between (random, 1, MARKET_CLIENTS);
    options.strangers = random_between (random, DRAWN, MARKET_CLIENTS);
    int64_t spread = random_next (random) % 2 ? 2 : 30;
    int64_t place = random_between (random, 0, 3);
    int64_t count = random_between (random, 0, SKIP_MAX);
    for (int64_t i = 0; i < count; i++, place += random_between (random, 1, spread)) {
        options.skip[options.skip_count++] = place;
    }
    return options;
}

START_TEST (test_options_of_a_failure_run_it_again)
{
    struct random random = random_seeded ((uint64_t) _i);
    for (int i = 0; i < 200; i++) {
        char text[TEXT_SIZE];
        struct options options = draw_options (&random);
        options_print (&options, text, sizeof text);
        struct options again = read_line (text);
        assert_same (&options, &again);
    }
}
END_TEST

START_TEST (test_options_of_the_longest_kind_fit)
{
    char text[TEXT_SIZE];
    struct options options = read_line (
        "--seed 18446744073709551615 --steps 1000000000000 --mode cached --store sqlite --codec 1 "
        "--elect 1 --traders 8 --buyers 32 --sellers 32 --strangers 32");
    options.faults = ALL_FAULTS - (1 << FAULT_LOSS);
    for (int64_t place = 9999 - 2 * SKIP_MAX; options.skip_count < SKIP_MAX; place += 2) {
        options.skip[options.skip_count++] = place;
    }
    options_print (&options, text, sizeof text);
    struct options again = read_line (text);
    assert_same (&options, &again);
}
END_TEST

// What is printed is not wanted here.
static bool print_quietly (const struct sometimes *sometimes, enum sometimes_must must)
{
    fflush (stdout);
    int kept = dup (STDOUT_FILENO);
    FILE *nowhere = fopen ("/dev/null", "w");
    ck_assert_ptr_nonnull (nowhere);
    dup2 (fileno (nowhere), STDOUT_FILENO);
    bool all = sometimes_print (sometimes, must);
    fflush (stdout);
    dup2 (kept, STDOUT_FILENO);
    close (kept);
    fclose (nowhere);
    return all;
}

START_TEST (test_sometimes_are_added_one_by_one)
{
    struct sometimes sum = {.count = {[SOMETIMES_LOST] = 3}};
    const struct sometimes other = {.count = {[SOMETIMES_LOST] = 4, [SOMETIMES_CODEC] = 1}};
    sometimes_add (&sum, &other);
    for (int i = 0; i < SOMETIMES_COUNT; i++) {
        ck_assert_int_eq (sum.count[i], i == SOMETIMES_LOST ? 7 : i == SOMETIMES_CODEC);
    }
}
END_TEST

START_TEST (test_sometimes_are_missed_where_one_is_zero_that_must_not_be)
{
#define SOMETIMES_MUST(name, must, text) must,
    static const enum sometimes_must musts[] = {SOMETIMES (SOMETIMES_MUST)};
#undef SOMETIMES_MUST
    struct sometimes sometimes;
    for (int i = 0; i < SOMETIMES_COUNT; i++) {
        sometimes.count[i] = 1;
    }
    ck_assert (print_quietly (&sometimes, BOTH));
    sometimes.count[_i] = 0;
    ck_assert (print_quietly (&sometimes, FIXED) == !(musts[_i] & FIXED));
    ck_assert (print_quietly (&sometimes, ELECTED) == !(musts[_i] & ELECTED));
    ck_assert (print_quietly (&sometimes, NOWHERE));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_options");
    TCase *options = tcase_create ("options");
    tcase_add_test (options, test_options_leave_what_is_drawn_to_the_seed);
    tcase_add_test (options, test_options_are_printed_as_they_are_read);
    tcase_add_test (options, test_options_keep_skipped_places_in_order_and_once);
    tcase_add_loop_test (options, test_options_know_every_class_of_faults_by_its_name, 0,
                         FAULT_COUNT);
    tcase_add_test (options, test_options_refuse_a_bad_value_and_say_what_would_do);
    tcase_add_test (options, test_options_leave_other_words_alone);
    tcase_add_loop_test (options, test_options_of_a_failure_run_it_again, 0, 10);
    tcase_add_test (options, test_options_of_the_longest_kind_fit);
    suite_add_tcase (suite, options);
    TCase *sometimes = tcase_create ("sometimes");
    tcase_add_test (sometimes, test_sometimes_are_added_one_by_one);
    tcase_add_loop_test (sometimes, test_sometimes_are_missed_where_one_is_zero_that_must_not_be, 0,
                         SOMETIMES_COUNT);
    suite_add_tcase (suite, sometimes);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
