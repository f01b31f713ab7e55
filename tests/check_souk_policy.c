// How products are sold, as a topology and the options of a command say it.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/souk_policy.h"
#include "tests/kit/topology_case.h"

static struct policies policies;

// Of the product, as a core finds it: its own, or the rest's.
static const struct policy *policy_for (const char *product)
{
    for (size_t i = 0; i < policies.count; i++) {
        if (strcmp (policies.products[i].product, product) == 0) {
            return &policies.products[i].policy;
        }
    }
    return &policies.rest;
}

static void is_policy (const struct policy *policy, struct policy wanted)
{
    ck_assert (policy_valid (policy));
    ck_assert_int_eq (policy->mode, wanted.mode);
    ck_assert_int_eq (policy->flush_count, wanted.flush_count);
    ck_assert_int_eq (policy->flush_us, wanted.flush_us);
    ck_assert_int_eq (policy->expiry_us, wanted.expiry_us);
    ck_assert_int_eq (policy->budget_units, wanted.budget_units);
    ck_assert_int_eq (policy->budget_percent, wanted.budget_percent);
}

// Begins with the smallest market that has these lines before its warehouse.
static void begin (const char *settings, const char *products)
{
    char text[1024];
    snprintf (text, sizeof text,
              "{'version': 1, %s 'warehouse': {'rep': 'ipc://a', 'pub': 'ipc://b'},"
              " 'products': [%s], 'traders': [{'id': 1, 'router': 'ipc://c', 'pub': 'ipc://d'}],"
              " 'buyers': [], 'sellers': []}",
              settings, products);
    ck_assert_msg (read_text (text), "%s", loaded.error);
    policies_begin (&policies, "trader", &loaded.topology);
}

static void give_product (const char *text)
{
    // The name stays where it is for as long as the program runs.
    policies_product (&policies, "trader", arena_string (loaded.arena, text, strlen (text)));
}

START_TEST (test_policies_are_sync_where_nothing_is_said)
{
    policies_begin (&policies, "trader", NULL);
    ck_assert_uint_eq (policies.count, 0);
    is_policy (&policies.rest, policy_default (MODE_SYNC));
    begin ("", "{'name': 'salt'}");
    ck_assert_uint_eq (policies.count, 0);
    is_policy (&policies.rest, policy_default (MODE_SYNC));
}
END_TEST

START_TEST (test_policies_take_the_settings_of_each_product_from_the_file)
{
    begin ("'mode': 'cached', 'flush_count': 2, 'flush_ms': 3,",
           "{'name': 'salt', 'mode': 'sync'}, {'name': 'fish', 'mode': 'escrow',"
           " 'flush_count': 7, 'flush_ms': 9, 'oversell_budget': 10}, {'name': 'boar',"
           " 'mode': 'batched', 'expiry_ms': 250}, {'name': 'beer', 'mode': 'escrow',"
           " 'oversell_budget': '5%'}, {'name': 'bread'}, {'name': 'honey', 'flush_ms': 0}");
    is_policy (policy_for ("salt"), policy_default (MODE_SYNC));
    is_policy (policy_for ("fish"), (struct policy){MODE_ESCROW, 7, 9000, 500000, 10, 0});
    is_policy (policy_for ("boar"), (struct policy){MODE_BATCHED, 5, 100000, 250000, 0, 0});
    is_policy (policy_for ("beer"), (struct policy){MODE_ESCROW, 128, 5000, 500000, 0, 5});
    // Those that name no mode have the market's, with its settings.
    is_policy (policy_for ("bread"), (struct policy){MODE_CACHED, 2, 3000, 500000, 0, 0});
    is_policy (policy_for ("honey"), (struct policy){MODE_CACHED, 2, 0, 500000, 0, 0});
}
END_TEST

START_TEST (test_policies_replace_the_budget_of_the_rest_whole)
{
    begin ("'mode': 'escrow', 'oversell_budget': 10,",
           "{'name': 'salt', 'oversell_budget': '5%'}, {'name': 'fish', 'oversell_budget': 0}");
    ck_assert_int_eq (policies.rest.budget_units, 10);
    ck_assert_int_eq (policy_for ("salt")->budget_units, 0);
    ck_assert_int_eq (policy_for ("salt")->budget_percent, 5);
    ck_assert_int_eq (policy_for ("fish")->budget_units, 0);
}
END_TEST

START_TEST (test_policies_of_options_go_over_the_file)
{
    begin ("'mode': 'cached',",
           "{'name': 'salt', 'mode': 'sync'}, {'name': 'fish', 'mode': 'sync'}, {'name': 'boar'}");
    give_product ("fish=escrow:budget=3");
    is_policy (policy_for ("salt"), policy_default (MODE_SYNC));
    is_policy (policy_for ("fish"), (struct policy){MODE_ESCROW, 128, 5000, 500000, 3, 0});
    is_policy (policy_for ("boar"), policy_default (MODE_CACHED));
}
END_TEST

// Whichever stands first on the command line.
START_TEST (test_policies_of_the_mode_option_are_of_all_products_but_those_of_options)
{
    begin ("'mode': 'cached',", "{'name': 'salt', 'mode': 'sync'}, {'name': 'fish'}");
    if (_i == 0) {
        policies_mode (&policies, "trader", "batched:flush=9");
    }
    give_product ("fish=escrow");
    if (_i == 1) {
        policies_mode (&policies, "trader", "batched:flush=9");
    }
    is_policy (policy_for ("salt"), (struct policy){MODE_BATCHED, 9, 100000, 500000, 0, 0});
    is_policy (policy_for ("fish"), policy_default (MODE_ESCROW));
    ck_assert_uint_eq (policies.count, 1);
}
END_TEST

static const struct {
    const char *text;
    struct policy policy;
} WORDS[] = {
    {"sync", {MODE_SYNC, 1, 0, 500000, 0, 0}},
    {"cached:flush-time=1.5ms", {MODE_CACHED, 1, 1500, 500000, 0, 0}},
    {"batched:flush=1:flush-time=0s:expiry=1ms", {MODE_BATCHED, 1, 0, 1000, 0, 0}},
    {"batched:expiry=1m", {MODE_BATCHED, 5, 100000, 60000000, 0, 0}},
    {"escrow:flush=512:flush-time=60s", {MODE_ESCROW, 512, 60000000, 500000, 0, 0}},
    {"escrow:budget=1000000", {MODE_ESCROW, 128, 5000, 500000, 1000000, 0}},
    {"escrow:budget=100%", {MODE_ESCROW, 128, 5000, 500000, 0, 100}},
    {"escrow:budget=7:budget=0%", {MODE_ESCROW, 128, 5000, 500000, 0, 0}},
};

START_TEST (test_policy_is_read_from_words)
{
    struct policy policy = parse_policy ("trader", "mode", WORDS[_i].text);
    is_policy (&policy, WORDS[_i].policy);
}
END_TEST

static const char *const WRONG[] = {
    "",
    "quick",
    "sync:",
    "sync:flush=5",
    "sync:budget=1",
    "cached:expiry=1s",
    "cached:budget=1",
    "batched:budget=1",
    "escrow:expiry=1s",
    "escrow:flush",
    "escrow:flush=",
    "escrow:flush=0",
    "escrow:flush=513",
    "escrow:flush=5x",
    "escrow:flush-time=5",
    "escrow:flush-time=61s",
    "batched:expiry=0s",
    "batched:expiry=61s",
    "escrow:budget=1000001",
    "escrow:budget=-1",
    "escrow:budget=101%",
    "escrow:budget=5%%",
    "escrow:budget=%",
    "escrow:budget=05",
    "escrow:budget=1.5",
    "escrow:colour=5",
    "escrow:=5",
    "escrow::budget=5",
    "escrow:flush=00000000000000000000000000000000001",
};

// These end the program with EXIT_USAGE.
START_TEST (test_policy_that_is_none_is_a_wrong_call)
{
    (void) parse_policy ("trader", "mode", WRONG[_i]);
}
END_TEST

static const char *const WRONG_PRODUCTS[] = {"salt",        "=sync", "Salt=sync",
                                             "random=sync", "salt=", "boar=sync"};

START_TEST (test_policy_of_what_is_no_product_is_a_wrong_call)
{
    begin ("", "{'name': 'salt'}");
    give_product (WRONG_PRODUCTS[_i]);
}
END_TEST

START_TEST (test_policy_of_a_product_that_is_given_twice_is_a_wrong_call)
{
    policies_begin (&policies, "trader", NULL);
    give_product ("salt=sync");
    give_product ("salt=cached");
}
END_TEST

static const struct {
    const char *settings;
    const char *products;
} CONTRADICTIONS[] = {
    {"'flush_count': 5,", "{'name': 'salt'}"},
    {"'mode': 'sync', 'flush_ms': 5,", "{'name': 'salt'}"},
    {"'mode': 'escrow', 'expiry_ms': 5,", "{'name': 'salt'}"},
    {"'mode': 'batched', 'oversell_budget': 0,", "{'name': 'salt'}"},
    {"", "{'name': 'salt', 'oversell_budget': '5%'}"},
    {"'mode': 'escrow',", "{'name': 'salt', 'mode': 'cached', 'oversell_budget': 5}"},
};

START_TEST (test_policy_with_a_setting_of_another_mode_is_a_wrong_call)
{
    begin (CONTRADICTIONS[_i].settings, CONTRADICTIONS[_i].products);
}
END_TEST

static Suite *policy_suite (void)
{
    Suite *suite = suite_create ("souk policy");
    TCase *file = tcase_create ("file and options");
    tcase_add_checked_fixture (file, topology_case_begin, topology_case_end);
    tcase_add_test (file, test_policies_are_sync_where_nothing_is_said);
    tcase_add_test (file, test_policies_take_the_settings_of_each_product_from_the_file);
    tcase_add_test (file, test_policies_replace_the_budget_of_the_rest_whole);
    tcase_add_test (file, test_policies_of_options_go_over_the_file);
    tcase_add_loop_test (
        file, test_policies_of_the_mode_option_are_of_all_products_but_those_of_options, 0, 2);
    suite_add_tcase (suite, file);

    TCase *words = tcase_create ("words");
    tcase_add_loop_test (words, test_policy_is_read_from_words, 0, sizeof WORDS / sizeof WORDS[0]);
    tcase_add_loop_exit_test (words, test_policy_that_is_none_is_a_wrong_call, EXIT_USAGE, 0,
                              sizeof WRONG / sizeof WRONG[0]);
    suite_add_tcase (suite, words);

    TCase *wrong = tcase_create ("wrong calls");
    tcase_add_checked_fixture (wrong, topology_case_begin, NULL);
    tcase_add_loop_exit_test (wrong, test_policy_of_what_is_no_product_is_a_wrong_call, EXIT_USAGE,
                              0, sizeof WRONG_PRODUCTS / sizeof WRONG_PRODUCTS[0]);
    tcase_add_exit_test (wrong, test_policy_of_a_product_that_is_given_twice_is_a_wrong_call,
                         EXIT_USAGE);
    tcase_add_loop_exit_test (wrong, test_policy_with_a_setting_of_another_mode_is_a_wrong_call,
                              EXIT_USAGE, 0, sizeof CONTRADICTIONS / sizeof CONTRADICTIONS[0]);
    suite_add_tcase (suite, wrong);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (policy_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
