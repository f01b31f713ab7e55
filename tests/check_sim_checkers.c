#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

static const struct rules rules = {.commission_percent = 20, .answers_kept = 8};

START_TEST (test_panel_asks_checkers_that_each_have_a_name)
{
    size_t count = 0;
    for (; all_checkers[count]; count++) {
        ck_assert_uint_gt (strlen (all_checkers[count]->name), 0);
        ck_assert_uint_gt (strlen (all_checkers[count]->about), 0);
        for (size_t i = 0; i < count; i++) {
            ck_assert_str_ne (all_checkers[i]->name, all_checkers[count]->name);
        }
    }
    ck_assert_uint_eq (count, 13);
}
END_TEST

START_TEST (test_panel_names_the_checker_that_complains)
{
    panel_t *panel = panel_new (&rules);
    struct fact first = STORED (of_warehouse (1, 0));
    struct fact fallen = STORED (of_warehouse (0, 0));
    struct fact rich = STORED (of_account (5, 1));
    ck_assert_ptr_null (panel_see (panel, &first));
    ck_assert_ptr_eq (panel_see (panel, &rich), &money_checker);
    ck_assert_str_eq (panel_text (panel), "account 5 is stored with 1 cents, its sales make 0");
    ck_assert_ptr_eq (panel_see (panel, &fallen), &money_checker);
    ck_assert_str_eq (panel_text (panel), "account 5 is stored with 1 cents, its sales make 0");
    panel_destroy (&panel);
    ck_assert_ptr_null (panel);
    panel_destroy (&panel);
}
END_TEST

START_TEST (test_panel_is_content_with_a_market_where_nothing_happens)
{
    panel_t *panel = panel_new (&rules);
    struct fact facts[] = {STORED (of_warehouse (1, 0)), started (1, 1), healed (), over ()};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        ck_assert_ptr_null (panel_see (panel, &facts[i]));
    }
    panel_destroy (&panel);
}
END_TEST

START_TEST (test_rules_name_the_mode_of_each_product_and_of_all_others)
{
    const struct product_rule products[] = {{.product = "salt"},
                                            {.product = "tea", .mode = MODE_CACHED}};
    struct rules two = {.products = products, .product_count = 2};
    ck_assert (!rules_cached (&two, "salt"));
    ck_assert (rules_cached (&two, "tea"));
    ck_assert (!rules_cached (&two, "oil"));
    two.mode = MODE_CACHED;
    ck_assert (!rules_cached (&two, "salt"));
    ck_assert (rules_cached (&two, "oil"));
}
END_TEST

START_TEST (test_rules_name_the_budget_of_a_product)
{
    const struct product_rule products[] = {
        {.product = "salt", .mode = MODE_ESCROW, .budget_units = 3},
        {.product = "tea", .mode = MODE_ESCROW, .budget_percent = 25},
        {.product = "oil", .mode = MODE_BATCHED},
        {.product = "silk", .mode = MODE_ESCROW},
    };
    const struct rules four = {.products = products, .product_count = 4};
    ck_assert_int_eq (rules_budget (&four, "salt", 1000), 3);
    ck_assert_int_eq (rules_budget (&four, "tea", 39), 9);
    ck_assert_int_eq (rules_budget (&four, "fish", 1000), 0);
    ck_assert (rules_may_oversell (&four, "tea"));
    ck_assert (rules_may_oversell (&four, "oil"));
    ck_assert (!rules_may_oversell (&four, "silk"));
    ck_assert (rules_any (&four, MODE_SYNC));
    ck_assert (rules_any (&four, MODE_BATCHED));
    ck_assert (!rules_any (&four, MODE_CACHED));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_checkers");
    TCase *panel = tcase_create ("panel");
    tcase_add_test (panel, test_panel_asks_checkers_that_each_have_a_name);
    tcase_add_test (panel, test_panel_names_the_checker_that_complains);
    tcase_add_test (panel, test_panel_is_content_with_a_market_where_nothing_happens);
    suite_add_tcase (suite, panel);

    TCase *modes = tcase_create ("modes");
    tcase_add_test (modes, test_rules_name_the_budget_of_a_product);
    tcase_add_test (modes, test_rules_name_the_mode_of_each_product_and_of_all_others);
    suite_add_tcase (suite, modes);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
