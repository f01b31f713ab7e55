#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { BUYER = 5, SELLER = 9, SALT = 1, TEA = 2, SALT_LOT = 1, TEA_LOT = 2, LOT_UNITS = 40 };

static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "tea", .mode = MODE_CACHED}};
static const struct rules rules = {.products = products, .product_count = 2};

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

static struct record from_salt (int64_t number, int64_t units)
{
    return of_fill (BUYER, number, SALT_LOT, SELLER, 1, units, 100, 0);
}

static struct record from_tea (int64_t number, int64_t units)
{
    return of_fill (BUYER, number, TEA_LOT, SELLER, 2, units, 100, 0);
}

START_TEST (test_conservation_is_content_with_a_market_that_adds_up)
{
    struct fact facts[] = {
        STORED (of_product (SALT, "salt"), of_lot (1, SELLER, 1, SALT, 5, 100)),
        STORED (sold (1, SALT, 2), from_salt (1, 2), of_left (1, 3), of_account (BUYER, -200),
                of_lot (4, SELLER, 2, SALT, 6, 200)),
        // Two batches of two traders that became durable together.
        STORED (sold (3, SALT, 4), from_salt (3, 3), of_fill (BUYER, 3, 4, SELLER, 2, 1, 200, 0),
                of_left (4, 5), of_left (1, 0), sold (2, SALT, 5),
                of_fill (BUYER, 2, 4, SELLER, 2, 5, 200, 0), of_left (4, 0)),
        STORED (of_order (BUYER, 4, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0)),
        STORED (of_order (BUYER, 5, 0, 1, STATUS_OUT_OF_STOCK, 0, 0)),
        over (),
    };
    ck_assert_ptr_null (
        complaint_of (&conservation_checker, &rules, facts, sizeof facts / sizeof facts[0]));
}
END_TEST

START_TEST (test_conservation_wants_products_numbered_in_a_row_and_named_once)
{
    ck_assert_ptr_null (AFTER (of_product (3, "oil")));
    ck_assert_str_eq (AFTER (of_product (4, "oil")),
                      "product oil has the id 4, the last one had 2");
    ck_assert_str_eq (AFTER (of_product (2, "oil")),
                      "product oil has the id 2, the last one had 2");
    ck_assert_str_eq (AFTER (of_product (3, "tea")), "product tea has two ids: 2 and 3");
}
END_TEST

START_TEST (test_conservation_wants_no_more_products_than_a_market_has)
{
    static char names[LIMIT_PRODUCTS + 1][16];
    static struct record records[LIMIT_PRODUCTS + 1];
    for (int i = 0; i <= LIMIT_PRODUCTS; i++) {
        snprintf (names[i], sizeof names[i], "p%d", i + 1);
        records[i] = of_product (i + 1, names[i]);
    }
    struct fact fact = stored (records, LIMIT_PRODUCTS);
    ck_assert_ptr_null (complaint_of (&conservation_checker, &rules, &fact, 1));
    fact = stored (records, LIMIT_PRODUCTS + 1);
    ck_assert_str_eq (complaint_of (&conservation_checker, &rules, &fact, 1),
                      "product p1025 has the id 1025, the last one had 1024");
}
END_TEST

START_TEST (test_conservation_wants_lots_to_ascend)
{
    ck_assert_ptr_null (AFTER (of_lot (3, SELLER, 3, SALT, 1, 100)));
    ck_assert_ptr_null (AFTER (of_lot (8, SELLER, 3, SALT, 1, 100)));
    ck_assert_str_eq (AFTER (of_lot (2, SELLER, 3, SALT, 1, 100)), "lot 2 comes behind lot 2");
    ck_assert_str_eq (AFTER (of_lot (1, SELLER, 3, SALT, 1, 100)), "lot 1 comes behind lot 2");
}
END_TEST

START_TEST (test_conservation_wants_lots_of_known_products_whole_and_not_empty)
{
    ck_assert_str_eq (AFTER (of_lot (3, SELLER, 3, 3, 1, 100)),
                      "lot 3 is of the unknown product 3");
    ck_assert_str_eq (AFTER (of_lot (3, SELLER, 3, 0, 1, 100)),
                      "lot 3 is of the unknown product 0");
    ck_assert_str_eq (AFTER (of_lot (3, SELLER, 3, SALT, 0, 100)),
                      "lot 3 comes with 0 units, 0 of them left");
    struct record sold_already = of_lot (3, SELLER, 3, SALT, 5, 100);
    sold_already.lot.left = 4;
    ck_assert_str_eq (AFTER (sold_already), "lot 3 comes with 5 units, 4 of them left");
}
END_TEST

START_TEST (test_conservation_wants_a_number_to_name_one_request)
{
    struct record refused = of_order (BUYER, 1, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0);
    struct record refused_next = of_order (BUYER, 2, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0);
    struct record of_another = of_order (BUYER + 1, 1, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0);
    ck_assert_ptr_null (AFTER (refused, refused_next, of_another));
    ck_assert_str_eq (AFTER (refused, refused_next, refused),
                      "number 1 of client 5 is stored twice: as an order and as an order");
    ck_assert_ptr_null (AFTER (of_lot (3, SELLER + 1, 2, SALT, 1, 100)));
    ck_assert_str_eq (AFTER (of_lot (3, SELLER, 2, SALT, 1, 100)),
                      "number 2 of client 9 is stored twice: as a lot and as a lot");
    ck_assert_str_eq (AFTER (of_order (SELLER, 2, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0)),
                      "number 2 of client 9 is stored twice: as a lot and as an order");
}
END_TEST

START_TEST (test_conservation_remembers_numbers_over_batches)
{
    struct fact facts[] = {
        STORED (of_order (BUYER, 1, 0, 1, STATUS_OUT_OF_STOCK, 0, 0)),
        STORED (of_order (BUYER, 2, 0, 1, STATUS_OUT_OF_STOCK, 0, 0)),
        STORED (of_order (BUYER, 1, 0, 1, STATUS_OUT_OF_STOCK, 0, 0)),
    };
    ck_assert_ptr_null (complaint_of (&conservation_checker, &rules, facts, 2));
    ck_assert_str_eq (complaint_of (&conservation_checker, &rules, facts, 3),
                      "number 1 of client 5 is stored twice: as an order and as an order");
}
END_TEST

START_TEST (test_conservation_wants_what_is_left_to_fall)
{
    ck_assert_ptr_null (AFTER (sold (1, SALT, 3), from_salt (1, 3), of_left (1, 37)));
    ck_assert_ptr_null (AFTER (of_left (1, 40)));
    ck_assert_str_eq (AFTER (of_left (3, 1)), "1 units are left of the unknown lot 3");
    ck_assert_str_eq (AFTER (of_left (1, 41)), "41 units are left of lot 1, which had 40");
    ck_assert_str_eq (AFTER (of_left (1, 37), of_left (1, 38)),
                      "38 units are left of lot 1, which had 37");
    ck_assert_str_eq (AFTER (of_left (1, -1)), "-1 units are left of lot 1, which had 40");
}
END_TEST

START_TEST (test_conservation_wants_came_to_be_left_and_sold)
{
    ck_assert_str_eq (AFTER (sold (1, SALT, 3), from_salt (1, 3)),
                      "of lot 1, 40 units came, 40 are left and 3 were sold");
    ck_assert_str_eq (AFTER (sold (1, SALT, 3), from_salt (1, 3), of_left (1, 36)),
                      "of lot 1, 40 units came, 36 are left and 3 were sold");
    ck_assert_str_eq (AFTER (of_left (1, 39)),
                      "of lot 1, 40 units came, 39 are left and 0 were sold");
    ck_assert_str_eq (AFTER (sold (1, SALT, 3), from_salt (1, 3), of_left (2, 37)),
                      "of lot 2, 40 units came, 37 are left and 0 were sold");
    ck_assert_str_eq (AFTER (sold (1, SALT, 41), from_salt (1, 41), of_left (1, 0)),
                      "of lot 1, 40 units came, 0 are left and 41 were sold");
}
END_TEST

START_TEST (test_conservation_wants_fills_to_sum_to_their_order)
{
    ck_assert_ptr_null (AFTER (sold (1, SALT, 1), from_salt (1, 1), sold (2, SALT, 2),
                               from_salt (2, 2), of_left (1, 37)));
    ck_assert_str_eq (AFTER (sold (1, SALT, 3), from_salt (1, 2), of_left (1, 38)),
                      "order 1 of buyer 5 got 3 units, its fills have 2");
    ck_assert_str_eq (AFTER (sold (1, SALT, 3), from_salt (1, 4)),
                      "order 1 of buyer 5 got 3 units, its fills have 4");
    ck_assert_str_eq (AFTER (sold (1, SALT, 1), sold (2, SALT, 2), from_salt (2, 2)),
                      "order 1 of buyer 5 got 1 units, its fills have 0");
    ck_assert_str_eq (AFTER (of_order (BUYER, 1, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0),
                             from_salt (1, 1), of_left (1, 39)),
                      "order 1 of buyer 5 got 0 units, its fills have 1");
}
END_TEST

START_TEST (test_conservation_wants_a_fill_right_behind_its_order)
{
    const char *stray = "a fill does not follow its order: 1 of buyer 5";
    ck_assert_str_eq (AFTER (from_salt (1, 1), of_left (1, 39)), stray);
    ck_assert_str_eq (AFTER (sold (2, SALT, 1), from_salt (1, 1)), stray);
    ck_assert_str_eq (
        AFTER (of_order (BUYER + 1, 1, SALT, 1, STATUS_SOLD, 1, 100), from_salt (1, 1)), stray);
    ck_assert_str_eq (AFTER (of_order (BUYER, 1, SALT, 1, STATUS_OUT_OF_STOCK, 0, 0),
                             of_left (1, 39), from_salt (1, 1)),
                      stray);
    struct fact apart[] = {
        STORED (of_order (BUYER, 1, 0, 1, STATUS_OUT_OF_STOCK, 0, 0)),
        STORED (from_salt (1, 1)),
    };
    ck_assert_str_eq (complaint_of (&conservation_checker, &rules, apart, 2), stray);
}
END_TEST

START_TEST (test_conservation_wants_units_from_lots_of_the_product)
{
    ck_assert_str_eq (AFTER (sold (1, SALT, 1), from_tea (1, 1), of_left (TEA_LOT, 39)),
                      "order 1 of buyer 5 gets units of another product's lot 2");
    ck_assert_str_eq (AFTER (sold (1, SALT, 1), of_fill (BUYER, 1, 3, SELLER, 3, 1, 100, 0)),
                      "order 1 of buyer 5 gets units of the unknown lot 3");
    ck_assert_str_eq (AFTER (sold (1, 3, 1), from_salt (1, 1)),
                      "order 1 of buyer 5 is for the unknown product 3");
    ck_assert_str_eq (AFTER (sold (1, -1, 1), from_salt (1, 1)),
                      "order 1 of buyer 5 is for the unknown product -1");
    ck_assert_str_eq (AFTER (sold (1, 0, 1), from_salt (1, 1)),
                      "order 1 of buyer 5 gets units of another product's lot 1");
}
END_TEST

START_TEST (test_conservation_wants_each_lot_once_in_order_of_arrival)
{
    struct record third = of_lot (3, SELLER, 3, SALT, 5, 100);
    struct record from_third = of_fill (BUYER, 1, 3, SELLER, 3, 1, 100, 0);
    ck_assert_ptr_null (AFTER (third, sold (1, SALT, 2), from_salt (1, 1), from_third,
                               of_left (3, 4), of_left (1, 39)));
    ck_assert_str_eq (AFTER (third, sold (1, SALT, 2), from_third, from_salt (1, 1)),
                      "order 1 of buyer 5 has an odd fill: 1 units of lot 1 after lot 3");
    ck_assert_str_eq (AFTER (sold (1, SALT, 2), from_salt (1, 1), from_salt (1, 1)),
                      "order 1 of buyer 5 has an odd fill: 1 units of lot 1 after lot 1");
    ck_assert_str_eq (AFTER (sold (1, SALT, 2), from_salt (1, 0)),
                      "order 1 of buyer 5 has an odd fill: 0 units of lot 1 after lot 0");
}
END_TEST

START_TEST (test_conservation_wants_lots_in_the_order_of_their_ranks)
{
    struct record third = of_lot (3, SELLER, 3, SALT, 5, 100);
    struct record fourth = of_lot (4, SELLER - 1, 1, SALT, 5, 100);
    struct record from_third = of_fill (BUYER, 1, 3, SELLER, 3, 1, 100, 0);
    struct record from_fourth = of_fill (BUYER, 1, 4, SELLER - 1, 1, 1, 100, 0);
    third.lot.rank = 7;
    fourth.lot.rank = 6;
    ck_assert_ptr_null (AFTER (third, fourth, sold (1, SALT, 2), from_fourth, from_third,
                               of_left (3, 4), of_left (4, 4)));
    ck_assert_str_eq (AFTER (third, fourth, sold (1, SALT, 2), from_third, from_fourth),
                      "order 1 of buyer 5 has an odd fill: 1 units of lot 4 after lot 3");
    fourth.lot.rank = 7;  // Of one rank, the lesser seller's goes first.
    ck_assert_str_eq (AFTER (third, fourth, sold (1, SALT, 2), from_third, from_fourth),
                      "order 1 of buyer 5 has an odd fill: 1 units of lot 4 after lot 3");
}
END_TEST

// An order of one unit from each of so many lots.
static const char *filled_from (int64_t lots)
{
    enum { LOTS_MAX = LIMIT_FILLS + 1 };
    struct record records[3 * LOTS_MAX + 1];
    size_t count = 0;
    for (int64_t i = 0; i < lots; i++) {
        records[count++] = of_lot (3 + i, SELLER, 3 + i, SALT, 1, 100);
    }
    records[count++] = sold (1, SALT, lots);
    for (int64_t i = 0; i < lots; i++) {
        records[count++] = of_fill (BUYER, 1, 3 + i, SELLER, 3 + i, 1, 100, 0);
    }
    for (int64_t i = 0; i < lots; i++) {
        records[count++] = of_left (3 + i, 0);
    }
    return after_market (records, count);
}

START_TEST (test_conservation_wants_an_order_filled_from_few_lots)
{
    ck_assert_ptr_null (filled_from (LIMIT_FILLS));
    ck_assert_str_eq (filled_from (LIMIT_FILLS + 1),
                      "order 1 of buyer 5 has an odd fill: 1 units of lot 19 after lot 18");
}
END_TEST

// How an order for tea, sold from caches, may end.
static const struct outcome {
    int64_t quantity;
    bool all_or_nothing;
    enum status status;
    int64_t units;
    int64_t missing;
    const char *complaint;
} outcomes[] = {
    {5, false, STATUS_SOLD, 5, 0, NULL},
    {5, false, STATUS_SOLD, 1, 0, NULL},
    {5, true, STATUS_SOLD, 5, 0, NULL},
    {5, false, STATUS_OVERSOLD, 2, 3, NULL},
    {5, false, STATUS_OVERSOLD, 2, 1, NULL},
    {5, false, STATUS_OVERSOLD, 0, 5, NULL},
    {5, true, STATUS_OVERSOLD, 0, 5, NULL},
    {5, false, STATUS_OUT_OF_STOCK, 0, 0, NULL},
    {5, true, STATUS_OUT_OF_STOCK, 0, 0, NULL},
    {17, true, STATUS_TOO_MANY_LOTS, 0, 0, NULL},
    {5, false, STATUS_SOLD, 6, 0, "for 5 ends as sold with 6 units and 0 missing"},
    {5, false, STATUS_SOLD, 0, 0, "for 5 ends as sold with 0 units and 0 missing"},
    {5, false, STATUS_SOLD, 4, 1, "for 5 ends as sold with 4 units and 1 missing"},
    {5, true, STATUS_SOLD, 4, 0, "for 5 or nothing ends as sold with 4 units and 0 missing"},
    {5, false, STATUS_OVERSOLD, 5, 0, "for 5 ends as oversold with 5 units and 0 missing"},
    {5, false, STATUS_OVERSOLD, 3, 3, "for 5 ends as oversold with 3 units and 3 missing"},
    {5, false, STATUS_OVERSOLD, 3, -1, "for 5 ends as oversold with 3 units and -1 missing"},
    {5, false, STATUS_OVERSOLD, -1, 3, "for 5 ends as oversold with -1 units and 3 missing"},
    {5, true, STATUS_OVERSOLD, 2, 3,
     "for 5 or nothing ends as oversold with 2 units and 3 missing"},
    {5, false, STATUS_OUT_OF_STOCK, 1, 0, "for 5 ends as out_of_stock with 1 units and 0 missing"},
    {5, false, STATUS_OUT_OF_STOCK, 0, 1, "for 5 ends as out_of_stock with 0 units and 1 missing"},
    {0, false, STATUS_OUT_OF_STOCK, 0, 0, "for 0 ends as out_of_stock with 0 units and 0 missing"},
    {17, true, STATUS_TOO_MANY_LOTS, 17, 0,
     "for 17 or nothing ends as too_many_lots with 17 units and 0 missing"},
    {17, true, STATUS_TOO_MANY_LOTS, 0, 1,
     "for 17 or nothing ends as too_many_lots with 0 units and 1 missing"},
    {16, true, STATUS_TOO_MANY_LOTS, 0, 0,
     "for 16 or nothing ends as too_many_lots with 0 units and 0 missing"},
    {5, false, STATUS_ACCEPTED, 5, 0, "for 5 ends as no final status with 5 units and 0 missing"},
    {5, false, STATUS_UNKNOWN, 0, 0, "for 5 ends as no final status with 0 units and 0 missing"},
};

enum { OUTCOMES = sizeof outcomes / sizeof outcomes[0] };

START_TEST (test_conservation_wants_an_outcome_that_fits_its_status)
{
    const struct outcome *outcome = &outcomes[_i];
    struct record order = of_order (BUYER, 1, TEA, outcome->quantity, outcome->status,
                                    outcome->units, outcome->units * 100);
    order.order.all_or_nothing = outcome->all_or_nothing;
    order.order.missing = outcome->missing;
    // All the rest is sold to another before, so that an order may be short.
    int64_t rest = LOT_UNITS - (outcome->units > 0 ? outcome->units : 0);
    const char *complaint =
        outcome->units > 0
            ? AFTER (sold (9, TEA, rest), from_tea (9, rest), order, from_tea (1, outcome->units),
                     of_left (TEA_LOT, 0))
            : AFTER (sold (9, TEA, rest), from_tea (9, rest), order, of_left (TEA_LOT, 0));
    if (outcome->complaint) {
        char whole[CHECKER_TEXT];
        snprintf (whole, sizeof whole, "order 1 of buyer 5 %s", outcome->complaint);
        ck_assert_str_eq (complaint, whole);
    } else {
        ck_assert_ptr_null (complaint);
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_conservation");
    TCase *lots = tcase_create ("lots");
    tcase_add_test (lots, test_conservation_is_content_with_a_market_that_adds_up);
    tcase_add_test (lots, test_conservation_wants_products_numbered_in_a_row_and_named_once);
    tcase_add_test (lots, test_conservation_wants_no_more_products_than_a_market_has);
    tcase_add_test (lots, test_conservation_wants_lots_to_ascend);
    tcase_add_test (lots, test_conservation_wants_lots_of_known_products_whole_and_not_empty);
    tcase_add_test (lots, test_conservation_wants_what_is_left_to_fall);
    tcase_add_test (lots, test_conservation_wants_came_to_be_left_and_sold);
    suite_add_tcase (suite, lots);

    TCase *orders = tcase_create ("orders");
    tcase_add_test (orders, test_conservation_wants_a_number_to_name_one_request);
    tcase_add_test (orders, test_conservation_remembers_numbers_over_batches);
    tcase_add_test (orders, test_conservation_wants_fills_to_sum_to_their_order);
    tcase_add_test (orders, test_conservation_wants_a_fill_right_behind_its_order);
    tcase_add_test (orders, test_conservation_wants_units_from_lots_of_the_product);
    tcase_add_test (orders, test_conservation_wants_each_lot_once_in_order_of_arrival);
    tcase_add_test (orders, test_conservation_wants_lots_in_the_order_of_their_ranks);
    tcase_add_test (orders, test_conservation_wants_an_order_filled_from_few_lots);
    tcase_add_loop_test (orders, test_conservation_wants_an_outcome_that_fits_its_status, 0,
                         OUTCOMES);
    suite_add_tcase (suite, orders);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
