// The checker of convergence, on histories by hand; and what all that fold the store rest on.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"
#include "tests/sim/checkers/pairs.h"

static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "silk", .mode = MODE_CACHED},
                                               {.product = "tea", .mode = MODE_CACHED}};
static const struct rules rules = {
    .invalidation = true, .mode = MODE_CACHED, .products = products, .product_count = 3};

// Two lots of silk, of which 2 and 4 units are left, one of salt and one of tea.
#define SHOP                                                                                     \
    STORED (of_product (1, "salt"), of_product (2, "silk"), of_product (3, "tea"),               \
            of_lot (1, 9, 1, 2, 5, 100), of_lot (2, 9, 2, 1, 7, 100)),                           \
        STORED (of_lot (3, 8, 1, 2, 4, 100), of_lot (4, 8, 2, 3, 6, 50),                         \
                of_order (5, 1, 2, 3, STATUS_SOLD, 3, 300), of_fill (5, 1, 1, 9, 1, 3, 100, 60), \
                of_left (1, 2), of_left (3, 4))

START_TEST (test_a_cache_holds_what_is_left_of_all_lots)
{
    is_fine (FACTS (SHOP, believed (1, "silk", 6), believed (2, "silk", 6), believed (1, "tea", 6),
                    STORED (of_left (1, 0)), believed (1, "silk", 4), over ()));
    is_wrong ("trader 2 takes 5 units of silk for available, 6 are left of the lots that are "
              "stored",
              FACTS (SHOP, believed (1, "silk", 6), believed (2, "silk", 5)));
    is_wrong ("trader 2 takes 9 units of silk for available, 6 are left of the lots that are "
              "stored",
              FACTS (SHOP, believed (2, "silk", 9)));
}
END_TEST

START_TEST (test_nothing_is_left_of_what_nobody_brought)
{
    is_fine (FACTS (SHOP, believed (1, "pearls", 0)));
    is_wrong ("trader 1 takes 1 units of pearls for available, 0 are left of the lots that are "
              "stored",
              FACTS (SHOP, believed (1, "pearls", 1)));
    is_wrong ("trader 1 takes 1 units of tea for available, 0 are left of the lots that are "
              "stored",
              FACTS (STORED (of_product (3, "tea")), believed (1, "tea", 1)));
}
END_TEST

START_TEST (test_what_is_sold_in_sync_need_not_be_believed)
{
    is_fine (FACTS (SHOP, believed (1, "salt", 0), believed (1, "salt", 99)));
}
END_TEST

START_TEST (test_caches_that_follow_nothing_may_be_wrong)
{
    struct rules deaf = rules;
    deaf.invalidation = false;
    const struct fact facts[] = {SHOP, believed (1, "silk", 99)};
    ck_assert_ptr_null (
        complaint_of (&convergence_checker, &deaf, facts, sizeof facts / sizeof facts[0]));
    ck_assert_ptr_nonnull (
        complaint_of (&convergence_checker, &rules, facts, sizeof facts / sizeof facts[0]));
}
END_TEST

START_TEST (test_pairs_have_places_in_order_of_arrival)
{
    enum { CLIENTS = 70, NUMBERS = 50 };
    pairs_t *pairs = pairs_new ();
    for (int64_t number = 0; number < NUMBERS; number++) {
        for (int64_t client = 0; client < CLIENTS; client++) {
            ck_assert_uint_eq (pairs_find (pairs, client, number), PAIRS_NONE);
            ck_assert_uint_eq (pairs_place (pairs, client, number), pairs_count (pairs) - 1);
        }
    }
    ck_assert_uint_eq (pairs_count (pairs), CLIENTS * NUMBERS);
    for (size_t place = 0; place < CLIENTS * NUMBERS; place++) {
        int64_t client = (int64_t) place % CLIENTS;
        int64_t number = (int64_t) place / CLIENTS;
        ck_assert_int_eq (pairs_first (pairs, place), client);
        ck_assert_int_eq (pairs_second (pairs, place), number);
        ck_assert_uint_eq (pairs_place (pairs, client, number), place);
        ck_assert_uint_eq (pairs_find (pairs, client, number), place);
    }
    pairs_destroy (&pairs);
    ck_assert_ptr_null (pairs);
    pairs_destroy (&pairs);
}
END_TEST

int main (void)
{
    judge_by (&convergence_checker, &rules);
    Suite *suite = suite_create ("sim_convergence");
    TCase *caches = tcase_create ("caches");
    tcase_add_test (caches, test_a_cache_holds_what_is_left_of_all_lots);
    tcase_add_test (caches, test_nothing_is_left_of_what_nobody_brought);
    tcase_add_test (caches, test_what_is_sold_in_sync_need_not_be_believed);
    tcase_add_test (caches, test_caches_that_follow_nothing_may_be_wrong);
    suite_add_tcase (suite, caches);

    TCase *places = tcase_create ("places");
    tcase_add_test (places, test_pairs_have_places_in_order_of_arrival);
    suite_add_tcase (suite, places);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
