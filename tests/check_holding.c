// What a trader holds of one product by its leases.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "broker/holding.h"

static struct holding holding;
static struct holding returned;
static struct leased_units taken[LIMIT_FILLS];

static void set_up (void)
{
    memset (&holding, 0, sizeof holding);
    memset (&returned, 0, sizeof returned);
    memset (taken, 0, sizeof taken);
}

static void tear_down (void)
{
    holding_free (&holding);
    holding_free (&returned);
}

static struct leased_units units_of (int64_t id, int64_t units)
{
    if (id == 0) {
        return (struct leased_units){.units = units};
    }
    return (struct leased_units){
        .id = id, .seller = 20 + id, .lot = id % 3, .units = units, .price_cents = 100 * id};
}

// Three lots of 5, 2 and 4 units, and 3 units of the budget.
static void hold_some (void)
{
    const struct leased_units held[] = {units_of (0, 3), units_of (2, 5), units_of (5, 2),
                                        units_of (9, 4)};
    holding_set (&holding, held, 4);
}

static void check_taken (size_t at, int64_t id, int64_t units)
{
    struct leased_units wanted = units_of (id, units);
    ck_assert_int_eq (taken[at].id, wanted.id);
    ck_assert_int_eq (taken[at].seller, wanted.seller);
    ck_assert_int_eq (taken[at].lot, wanted.lot);
    ck_assert_int_eq (taken[at].units, wanted.units);
    ck_assert_int_eq (taken[at].price_cents, wanted.price_cents);
}

START_TEST (test_holding_counts_lots_and_budget_apart)
{
    ck_assert_int_eq (holding_total (&holding), 0);
    hold_some ();
    ck_assert_int_eq (holding.units, 11);
    ck_assert_int_eq (holding.budget, 3);
    ck_assert_int_eq (holding_total (&holding), 14);
}
END_TEST

START_TEST (test_holding_forgets_what_it_held_when_it_is_told_anew)
{
    const struct leased_units less = units_of (9, 1);
    hold_some ();
    holding_set (&holding, &less, 1);
    ck_assert_int_eq (holding_total (&holding), 1);
    ck_assert_uint_eq (holding_take (&holding, 1, taken), 1);
    check_taken (0, 9, 1);
    holding_set (&holding, NULL, 0);
    ck_assert_int_eq (holding_total (&holding), 0);
}
END_TEST

START_TEST (test_holding_takes_the_oldest_lots_first)
{
    hold_some ();
    ck_assert_uint_eq (holding_take (&holding, 3, taken), 1);
    check_taken (0, 2, 3);
    ck_assert_uint_eq (holding_take (&holding, 6, taken), 3);
    check_taken (0, 2, 2);
    check_taken (1, 5, 2);
    check_taken (2, 9, 2);
    ck_assert_int_eq (holding.units, 2);
    ck_assert_int_eq (holding.budget, 3);
}
END_TEST

START_TEST (test_holding_takes_the_budget_last)
{
    hold_some ();
    ck_assert_uint_eq (holding_take (&holding, 12, taken), 4);
    check_taken (2, 9, 4);
    check_taken (3, 0, 1);
    ck_assert_uint_eq (holding_take (&holding, 2, taken), 1);
    check_taken (0, 0, 2);
    ck_assert_int_eq (holding_total (&holding), 0);
}
END_TEST

START_TEST (test_holding_takes_nothing_where_it_has_too_little)
{
    hold_some ();
    ck_assert_uint_eq (holding_take (&holding, 15, taken), 0);
    ck_assert_int_eq (holding_total (&holding), 14);
    ck_assert_uint_eq (holding_take (&holding, 14, taken), 4);
    ck_assert_uint_eq (holding_take (&holding, 1, taken), 0);
}
END_TEST

// As many lots as an order may be filled from, and one more, each of one unit.
static void hold_many (int64_t lots, int64_t budget)
{
    struct leased_units held[LIMIT_FILLS + 2];
    size_t count = 0;
    if (budget > 0) {
        held[count++] = units_of (0, budget);
    }
    for (int64_t id = 1; id <= lots; id++) {
        held[count++] = units_of (id, 1);
    }
    holding_set (&holding, held, count);
}

START_TEST (test_holding_takes_nothing_from_too_many_lots)
{
    hold_many (LIMIT_FILLS + 1, 0);
    ck_assert_uint_eq (holding_take (&holding, LIMIT_FILLS + 1, taken), 0);
    ck_assert_int_eq (holding_total (&holding), LIMIT_FILLS + 1);
    ck_assert_uint_eq (holding_take (&holding, LIMIT_FILLS, taken), LIMIT_FILLS);
    ck_assert_int_eq (holding_total (&holding), 1);
}
END_TEST

START_TEST (test_holding_counts_the_budget_as_a_lot)
{
    hold_many (LIMIT_FILLS, 1);
    ck_assert_uint_eq (holding_take (&holding, LIMIT_FILLS + 1, taken), 0);
    ck_assert_int_eq (holding_total (&holding), LIMIT_FILLS + 1);
    hold_many (LIMIT_FILLS - 1, 4);
    ck_assert_uint_eq (holding_take (&holding, LIMIT_FILLS + 3, taken), LIMIT_FILLS);
    check_taken (LIMIT_FILLS - 1, 0, 4);
}
END_TEST

START_TEST (test_holding_takes_off_what_was_sold_in_any_order)
{
    const struct leased_units sold[] = {units_of (5, 2), units_of (9, 1), units_of (0, 2)};
    hold_some ();
    holding_deduct (&holding, sold, 3);
    ck_assert_int_eq (holding.units, 8);
    ck_assert_int_eq (holding.budget, 1);
    ck_assert_uint_eq (holding_take (&holding, 7, taken), 2);  // Nothing is left of lot 5.
    check_taken (0, 2, 5);
    check_taken (1, 9, 2);
}
END_TEST

START_TEST (test_holding_passes_over_what_is_not_there)
{
    const struct leased_units sold[] = {units_of (1, 2), units_of (2, 6), units_of (3, 1),
                                        units_of (10, 1), units_of (0, 4)};
    hold_some ();
    holding_deduct (&holding, sold, 5);
    ck_assert_int_eq (holding.units, 6);
    ck_assert_int_eq (holding.budget, 0);
}
END_TEST

START_TEST (test_holding_gives_everything_up_with_the_budget_first)
{
    const struct leased_units sold = units_of (5, 2);
    size_t count;
    hold_some ();
    holding_deduct (&holding, &sold, 1);
    holding_set (&returned, &sold, 1);  // What it was before is gone.
    ck_assert_int_eq (holding_give_up (&holding, &returned), 12);
    ck_assert_int_eq (holding_total (&holding), 0);
    const struct leased_units *list = holding_list (&returned, &count);
    ck_assert_uint_eq (count, 3);
    memcpy (taken, list, count * sizeof *list);
    check_taken (0, 0, 3);
    check_taken (1, 2, 5);
    check_taken (2, 9, 4);
}
END_TEST

START_TEST (test_holding_that_has_nothing_gives_nothing_up)
{
    size_t count;
    ck_assert_int_eq (holding_give_up (&holding, &returned), 0);
    (void) holding_list (&returned, &count);
    ck_assert_uint_eq (count, 0);
    (void) holding_list (&holding, &count);
    ck_assert_uint_eq (count, 0);
}
END_TEST

START_TEST (test_holding_lists_what_is_left)
{
    size_t count;
    hold_some ();
    ck_assert_uint_eq (holding_take (&holding, 6, taken), 2);
    const struct leased_units *list = holding_list (&holding, &count);
    ck_assert_uint_eq (count, 2);
    memcpy (taken, list, count * sizeof *list);
    check_taken (0, 5, 1);
    check_taken (1, 9, 4);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("holding");
    TCase *units = tcase_create ("units");
    tcase_add_checked_fixture (units, set_up, tear_down);
    tcase_add_test (units, test_holding_counts_lots_and_budget_apart);
    tcase_add_test (units, test_holding_forgets_what_it_held_when_it_is_told_anew);
    tcase_add_test (units, test_holding_takes_off_what_was_sold_in_any_order);
    tcase_add_test (units, test_holding_passes_over_what_is_not_there);
    tcase_add_test (units, test_holding_gives_everything_up_with_the_budget_first);
    tcase_add_test (units, test_holding_that_has_nothing_gives_nothing_up);
    tcase_add_test (units, test_holding_lists_what_is_left);
    suite_add_tcase (suite, units);

    TCase *orders = tcase_create ("orders");
    tcase_add_checked_fixture (orders, set_up, tear_down);
    tcase_add_test (orders, test_holding_takes_the_oldest_lots_first);
    tcase_add_test (orders, test_holding_takes_the_budget_last);
    tcase_add_test (orders, test_holding_takes_nothing_where_it_has_too_little);
    tcase_add_test (orders, test_holding_takes_nothing_from_too_many_lots);
    tcase_add_test (orders, test_holding_counts_the_budget_as_a_lot);
    suite_add_tcase (suite, orders);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
