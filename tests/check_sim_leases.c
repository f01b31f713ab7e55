// The checker of conservation, on what the modes let happen and on leases, in histories by hand.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum {
    BUYER = 5,
    SELLER = 9,
    SALT = 1,
    TEA = 2,
    SILK = 3,
    SALT_LOT = 1,
    TEA_LOT = 2,
    SILK_LOT = 3,
    LOT_UNITS = 40
};

static const struct product_rule products[] = {
    {.product = "salt"},
    {.product = "tea", .mode = MODE_CACHED},
    {.product = "silk", .mode = MODE_ESCROW},
    {.product = "jade", .mode = MODE_ESCROW, .budget_units = 5}};
static const struct rules rules = {.products = products, .product_count = 4};

// A market with a lot of salt, sold in sync, and one of tea, sold from caches; then the records.
static const char *after_market (const struct record *records, size_t count)
{
    struct fact facts[] = {
        STORED (of_warehouse (1, 0)),
        STORED (of_product (SALT, "salt"), of_lot (SALT_LOT, SELLER, 1, SALT, LOT_UNITS, 100),
                of_product (TEA, "tea"), of_lot (TEA_LOT, SELLER, 2, TEA, LOT_UNITS, 100),
                of_trader (1, 1, 77, 1, 0), of_warehouse (1, 2)),
        stored (records, count),
    };
    return complaint_of (&conservation_checker, &rules, facts, sizeof facts / sizeof facts[0]);
}

#define AFTER(...)                                      \
    after_market ((const struct record[]){__VA_ARGS__}, \
                  sizeof ((const struct record[]){__VA_ARGS__}) / sizeof (struct record))

static struct record sold (int64_t number, int64_t product, int64_t units)
{
    return of_order (BUYER, number, product, units, STATUS_SOLD, units, units * 100);
}

static struct record from_tea (int64_t number, int64_t units)
{
    return of_fill (BUYER, number, TEA_LOT, SELLER, 2, units, 100, 0);
}

START_TEST (test_conservation_wants_nothing_oversold_in_sync)
{
    struct record oversold = of_order (BUYER, 1, TEA, 5, STATUS_OVERSOLD, 0, 0);
    oversold.order.missing = 5;
    ck_assert_ptr_null (
        AFTER (sold (9, TEA, LOT_UNITS), from_tea (9, LOT_UNITS), oversold, of_left (TEA_LOT, 0)));
    oversold.order.product = SALT;
    ck_assert_str_eq (AFTER (oversold), "order 1 of buyer 5 is oversold, and its product is "
                                        "neither sold from caches nor has a budget");
}
END_TEST

// What is promised and there is not missing. All or nothing: too little may be there.
START_TEST (test_conservation_wants_nothing_missing_that_is_there)
{
    struct record oversold = of_order (BUYER, 1, TEA, 5, STATUS_OVERSOLD, 0, 0);
    oversold.order.missing = 5;
    struct record others = sold (9, TEA, LOT_UNITS - 4);
    struct record fill = from_tea (9, LOT_UNITS - 4);
    const char *while_four = "order 1 of buyer 5 is 5 units short, while 4 are unsold";
    ck_assert_str_eq (AFTER (others, fill, oversold, of_left (TEA_LOT, 4)), while_four);
    oversold.order.all_or_nothing = true;
    ck_assert_ptr_null (AFTER (others, fill, oversold, of_left (TEA_LOT, 4)));
    oversold.order.quantity = 4;
    oversold.order.missing = 4;
    ck_assert_str_eq (AFTER (others, fill, oversold, of_left (TEA_LOT, 4)),
                      "order 1 of buyer 5 is 4 units short, while 4 are unsold");
    // An order that would take from more lots than one may.
    oversold.order.quantity = LIMIT_FILLS + 1;
    oversold.order.missing = LIMIT_FILLS + 1;
    ck_assert_ptr_null (AFTER (oversold));
}
END_TEST

START_TEST (test_conservation_lets_what_never_came_be_oversold_where_there_are_caches)
{
    struct record oversold = of_order (BUYER, 1, 0, 5, STATUS_OVERSOLD, 0, 0);
    oversold.order.missing = 5;
    struct fact fact = stored (&oversold, 1);
    struct rules sync = {.products = products, .product_count = 1};
    struct rules cached = {.mode = MODE_CACHED, .products = products, .product_count = 1};
    ck_assert_ptr_null (complaint_of (&conservation_checker, &rules, &fact, 1));
    ck_assert_ptr_null (complaint_of (&conservation_checker, &cached, &fact, 1));
    ck_assert_str_eq (complaint_of (&conservation_checker, &sync, &fact, 1),
                      "order 1 of buyer 5 is oversold, and its product is neither sold from caches "
                      "nor has a budget");
}
END_TEST

// A lot of silk, sold from leases, of which two traders hold some.
static struct record silk (void)
{
    return of_product (SILK, "silk");
}

static struct record silk_lot (void)
{
    return of_lot (SILK_LOT, SELLER, 3, SILK, LOT_UNITS, 100);
}

START_TEST (test_conservation_wants_no_more_leased_than_is_unsold)
{
    ck_assert_ptr_null (AFTER (silk (), silk_lot (), of_lease (1, SILK_LOT, LOT_UNITS - 1),
                               of_lease (2, SILK_LOT, 1)));
    ck_assert_str_eq (AFTER (silk (), silk_lot (), of_lease (1, SILK_LOT, LOT_UNITS - 1),
                             of_lease (2, SILK_LOT, 2)),
                      "of lot 3, 40 units are left and 41 are leased");
}
END_TEST

START_TEST (test_conservation_counts_a_lease_as_it_stands)
{
    ck_assert_ptr_null (AFTER (silk (), silk_lot (), of_lease (1, SILK_LOT, LOT_UNITS),
                               of_lease (1, SILK_LOT, 0), of_lease (2, SILK_LOT, LOT_UNITS)));
    ck_assert_str_eq (AFTER (silk (), silk_lot (), of_lease (1, SILK_LOT, -1)),
                      "-1 units of lot 3 are leased to trader 1");
    ck_assert_str_eq (AFTER (silk (), silk_lot (), of_lease_state (2, SILK, 1, -3)),
                      "-3 units of a budget are leased to trader 2");
}
END_TEST

START_TEST (test_conservation_wants_what_is_sold_to_leave_the_lease)
{
    struct record sale = of_order (BUYER, 1, SILK, 4, STATUS_SOLD, 4, 400);
    struct record fill = of_fill (BUYER, 1, SILK_LOT, SELLER, 3, 4, 100, 0);
    ck_assert_ptr_null (AFTER (silk (), silk_lot (), of_lease (1, SILK_LOT, LOT_UNITS), sale, fill,
                               of_left (SILK_LOT, LOT_UNITS - 4),
                               of_lease (1, SILK_LOT, LOT_UNITS - 4)));
    ck_assert_str_eq (AFTER (silk (), silk_lot (), of_lease (1, SILK_LOT, LOT_UNITS), sale, fill,
                             of_left (SILK_LOT, LOT_UNITS - 4)),
                      "of lot 3, 36 units are left and 40 are leased");
}
END_TEST

START_TEST (test_conservation_wants_leases_of_what_is_sold_from_them)
{
    ck_assert_str_eq (AFTER (of_lease (1, TEA_LOT, 1)),
                      "units of lot 2 are leased, which is not sold from leases");
    ck_assert_str_eq (AFTER (of_lease (1, 77, 1)),
                      "units of lot 77 are leased, which is not sold from leases");
}
END_TEST

START_TEST (test_conservation_lets_leases_be_oversold_where_there_is_a_budget)
{
    struct record oversold = of_order (BUYER, 1, SILK, 5, STATUS_OVERSOLD, 0, 0);
    oversold.order.missing = 5;
    ck_assert_str_eq (AFTER (silk (), silk_lot (), oversold),
                      "order 1 of buyer 5 is oversold, and its product is neither sold from caches "
                      "nor has a budget");
    ck_assert_ptr_null (AFTER (of_product (SILK, "jade"), silk_lot (), oversold));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_leases");
    TCase *modes = tcase_create ("modes");
    tcase_add_test (modes, test_conservation_wants_nothing_oversold_in_sync);
    tcase_add_test (modes, test_conservation_wants_nothing_missing_that_is_there);
    tcase_add_test (modes,
                    test_conservation_lets_what_never_came_be_oversold_where_there_are_caches);
    tcase_add_test (modes, test_conservation_lets_leases_be_oversold_where_there_is_a_budget);
    suite_add_tcase (suite, modes);

    TCase *leases = tcase_create ("leases");
    tcase_add_test (leases, test_conservation_wants_no_more_leased_than_is_unsold);
    tcase_add_test (leases, test_conservation_counts_a_lease_as_it_stands);
    tcase_add_test (leases, test_conservation_wants_what_is_sold_to_leave_the_lease);
    tcase_add_test (leases, test_conservation_wants_leases_of_what_is_sold_from_them);
    suite_add_tcase (suite, leases);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
