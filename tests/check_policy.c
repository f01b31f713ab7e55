// The settings by which a product is sold.
#include <check.h>
#include <stdlib.h>

#include "broker/policy.h"
#include "schemas/limits.h"

START_TEST (test_every_mode_has_a_name_that_is_read_back)
{
    enum mode mode;
    ck_assert (mode_parse (mode_name ((enum mode) _i), &mode));
    ck_assert_int_eq (mode, _i);
}
END_TEST

START_TEST (test_a_name_of_no_mode_is_none)
{
    static const char *const others[] = {"", "Escrow", "escrow ", "esc", "eventual"};
    enum mode mode = MODE_CACHED;
    ck_assert (!mode_parse (others[_i], &mode));
    ck_assert_int_eq (mode, MODE_CACHED);
}
END_TEST

START_TEST (test_every_mode_comes_with_valid_settings)
{
    struct policy policy = policy_default ((enum mode) _i);
    ck_assert_int_eq (policy.mode, _i);
    ck_assert (policy_valid (&policy));
    ck_assert_int_eq (policy.budget_units, 0);
    ck_assert_int_eq (policy.budget_percent, 0);
}
END_TEST

START_TEST (test_only_what_can_wait_is_gathered)
{
    ck_assert_int_eq (policy_default (MODE_CACHED).flush_count, 1);
    ck_assert_int_eq (policy_default (MODE_CACHED).flush_us, 0);
    ck_assert_int_eq (policy_default (MODE_BATCHED).flush_count, 5);
    ck_assert_int_gt (policy_default (MODE_BATCHED).flush_us, 0);
    ck_assert_int_eq (policy_default (MODE_ESCROW).flush_count, 128);
    ck_assert_int_eq (policy_default (MODE_ESCROW).flush_us, 5000);
}
END_TEST

// Each setting alone, at its bounds and beyond them.
START_TEST (test_each_setting_has_its_bounds)
{
    struct policy policy = policy_default (MODE_ESCROW);
    const struct {
        int64_t *setting;
        int64_t min;
        int64_t max;
    } cases[] = {
        {&policy.flush_count, 1, LIMIT_BATCH},
        {&policy.flush_us, 0, 60 * 1000 * 1000},
        {&policy.expiry_us, 1000, 60 * 1000 * 1000},
        {&policy.budget_units, 0, LIMIT_QUANTITY},
        {&policy.budget_percent, 0, 100},
    };
    *cases[_i].setting = cases[_i].min;
    ck_assert (policy_valid (&policy));
    *cases[_i].setting = cases[_i].max;
    ck_assert (policy_valid (&policy));
    *cases[_i].setting = cases[_i].min - 1;
    ck_assert (!policy_valid (&policy));
    *cases[_i].setting = cases[_i].max + 1;
    ck_assert (!policy_valid (&policy));
}
END_TEST

START_TEST (test_a_mode_that_is_none_is_not_valid)
{
    struct policy policy = policy_default (MODE_SYNC);
    policy.mode = MODE_COUNT;
    ck_assert (!policy_valid (&policy));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("policy");
    TCase *modes = tcase_create ("modes");
    tcase_add_loop_test (modes, test_every_mode_has_a_name_that_is_read_back, 0, MODE_COUNT);
    tcase_add_loop_test (modes, test_a_name_of_no_mode_is_none, 0, 5);
    suite_add_tcase (suite, modes);

    TCase *settings = tcase_create ("settings");
    tcase_add_loop_test (settings, test_every_mode_comes_with_valid_settings, 0, MODE_COUNT);
    tcase_add_test (settings, test_only_what_can_wait_is_gathered);
    tcase_add_loop_test (settings, test_each_setting_has_its_bounds, 0, 5);
    tcase_add_test (settings, test_a_mode_that_is_none_is_not_valid);
    suite_add_tcase (suite, settings);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
