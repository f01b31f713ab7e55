#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "actors/warehouse/lots.h"

static lots_t *lots;

static void set_up (void)
{
    lots = lots_new ();
}

static void tear_down (void)
{
    lots_destroy (&lots);
    ck_assert_ptr_null (lots);
    lots_destroy (&lots);
}

static struct lot *add (struct product *product, int64_t number, int64_t units)
{
    return lots_add (
        lots, product,
        &(struct lot){
            .seller = 7, .number = number, .price_cents = 10, .quantity = units, .left = units});
}

static void count_lot (void *context, const struct lot *lot)
{
    (void) lot;
    ++*(size_t *) context;
}

// Sells, tells and forgets, as a batch does. Returns how many units went.
static int64_t sell (struct product *product, int64_t quantity)
{
    struct plan plan = lots_plan (product, quantity, false);
    size_t told = 0;
    lots_sell (lots, &plan);
    lots_tell_changed (lots, count_lot, &told);
    ck_assert_uint_eq (told, plan.count);
    return plan.units;
}

START_TEST (test_lots_number_products_in_order_of_arrival)
{
    char name[LIMIT_PRODUCT_NAME + 1];
    for (int64_t i = 1; i <= LIMIT_PRODUCTS; i++) {
        snprintf (name, sizeof name, "%d-%050d", (int) i, 0);
        ck_assert_ptr_null (lots_find_product (lots, name));
        ck_assert_int_eq (lots_add_product (lots, name)->id, i);
        ck_assert_uint_eq (lots_product_count (lots), (size_t) i);
    }
    ck_assert_ptr_null (lots_add_product (lots, "one-more"));
    ck_assert_uint_eq (lots_product_count (lots), LIMIT_PRODUCTS);
    for (int64_t i = 1; i <= LIMIT_PRODUCTS; i++) {
        snprintf (name, sizeof name, "%d-%050d", (int) i, 0);
        const struct product *product = lots_find_product (lots, name);
        ck_assert_ptr_eq (product, lots_product (lots, i));
        ck_assert_str_eq (product->name, name);
    }
    ck_assert_ptr_null (lots_product (lots, 0));
    ck_assert_ptr_null (lots_product (lots, -1));
    ck_assert_ptr_null (lots_product (lots, LIMIT_PRODUCTS + 1));
}
END_TEST

START_TEST (test_lots_take_the_longest_name)
{
    char name[LIMIT_PRODUCT_NAME + 1];
    memset (name, 'x', LIMIT_PRODUCT_NAME);
    name[LIMIT_PRODUCT_NAME] = 0;
    ck_assert_str_eq (lots_add_product (lots, name)->name, name);
    name[LIMIT_PRODUCT_NAME - 1] = 0;
    ck_assert_ptr_null (lots_find_product (lots, name));
}
END_TEST

START_TEST (test_lots_are_found_until_their_end_was_told)
{
    struct product *salt = lots_add_product (lots, "salt");
    struct lot *lot = add (salt, 4, 2);
    ck_assert_int_eq (lot->id, 1);
    ck_assert_int_eq (lots_last_id (lots), 1);
    struct plan plan = lots_plan (salt, 2, true);
    lots_sell (lots, &plan);
    ck_assert_ptr_eq (lots_find (lots, 1), lot);
    ck_assert_int_eq (lot->left, 0);
    size_t told = 0;
    lots_tell_changed (lots, count_lot, &told);
    ck_assert_uint_eq (told, 1);
    ck_assert_ptr_null (lots_find (lots, 1));
    lots_tell_changed (lots, count_lot, &told);
    ck_assert_uint_eq (told, 1);
    ck_assert_int_eq (add (salt, 5, 1)->id, 2);  // no id is given twice
}
END_TEST

START_TEST (test_lots_are_restored_under_their_own_ids)
{
    struct product *salt = lots_add_product (lots, "salt");
    const struct lot came = {
        .id = 5, .seller = 7, .number = 1, .price_cents = 10, .quantity = 9, .left = 3};
    ck_assert_int_eq (lots_add (lots, salt, &came)->left, 3);
    ck_assert_int_eq (salt->available, 3);
    ck_assert_int_eq (lots_last_id (lots), 5);
    lots_skip_to (lots, 3);
    ck_assert_int_eq (lots_last_id (lots), 5);
    lots_skip_to (lots, 8);  // one that is sold out
    ck_assert_int_eq (add (salt, 2, 1)->id, 9);
    ck_assert_ptr_null (lots_find (lots, 8));
}
END_TEST

START_TEST (test_lots_plan_changes_nothing)
{
    struct product *salt = lots_add_product (lots, "salt");
    (void) add (salt, 1, 2);
    (void) add (salt, 2, 3);
    for (int i = 0; i < 3; i++) {
        struct plan plan = lots_plan (salt, 4, true);
        ck_assert_int_eq (plan.status, STATUS_SOLD);
        ck_assert_int_eq (plan.units, 4);
        ck_assert_int_eq (plan.amount_cents, 40);
        ck_assert_uint_eq (plan.count, 2);
        ck_assert_int_eq (plan.lots[0]->number, 1);
        ck_assert_int_eq (plan.taken[0], 2);
        ck_assert_int_eq (plan.lots[1]->number, 2);
        ck_assert_int_eq (plan.taken[1], 2);
    }
    ck_assert_int_eq (salt->available, 5);
}
END_TEST

START_TEST (test_lots_plan_at_most_16)
{
    struct product *salt = lots_add_product (lots, "salt");
    for (int64_t i = 1; i <= LIMIT_FILLS + 1; i++) {
        (void) add (salt, i, 2);
    }
    struct plan plan = lots_plan (salt, 2 * LIMIT_FILLS, true);
    ck_assert_int_eq (plan.status, STATUS_SOLD);
    ck_assert_uint_eq (plan.count, LIMIT_FILLS);
    plan = lots_plan (salt, 2 * LIMIT_FILLS + 1, true);
    ck_assert_int_eq (plan.status, STATUS_TOO_MANY_LOTS);
    ck_assert_uint_eq (plan.count, 0);
    ck_assert_int_eq (plan.units + plan.amount_cents, 0);
    plan = lots_plan (salt, 2 * LIMIT_FILLS + 1, false);
    ck_assert_int_eq (plan.status, STATUS_SOLD);
    ck_assert_int_eq (plan.units, 2 * LIMIT_FILLS);
    plan = lots_plan (salt, 2 * LIMIT_FILLS + 3, true);
    ck_assert_int_eq (plan.status, STATUS_OUT_OF_STOCK);
}
END_TEST

START_TEST (test_lots_plan_the_dearest_order)
{
    struct product *gold = lots_add_product (lots, "gold");
    (void) lots_add (lots, gold,
                     &(struct lot){.seller = 7,
                                   .number = 1,
                                   .price_cents = LIMIT_PRICE_CENTS,
                                   .quantity = LIMIT_QUANTITY,
                                   .left = LIMIT_QUANTITY});
    struct plan plan = lots_plan (gold, LIMIT_QUANTITY, true);
    ck_assert_int_eq (plan.amount_cents, INT64_C (1000000) * 1000000000);
}
END_TEST

// A product's lots as two plain arrays, next to the real ones.
struct shelf {
    int64_t left[1000];
    size_t first;
    size_t count;
};

static int64_t shelf_sell (struct shelf *shelf, int64_t quantity)
{
    int64_t units = 0;
    for (int fills = 0; fills < LIMIT_FILLS && shelf->first < shelf->count && units < quantity;
         fills++) {
        int64_t wanted = quantity - units;
        int64_t taken = shelf->left[shelf->first] < wanted ? shelf->left[shelf->first] : wanted;
        units += taken;
        shelf->left[shelf->first] -= taken;
        shelf->first += shelf->left[shelf->first] == 0;
    }
    return units;
}

START_TEST (test_lots_sell_like_a_plain_shelf)
{
    static struct shelf shelves[3];
    struct product *products[3];
    struct random random = random_seeded ((uint64_t) _i);
    memset (shelves, 0, sizeof shelves);
    for (size_t i = 0; i < 3; i++) {
        char name[] = {(char) ('a' + i), 0};
        products[i] = lots_add_product (lots, name);
    }
    for (int i = 0; i < 2500; i++) {
        size_t at = (size_t) random_between (&random, 0, 2);
        struct shelf *shelf = &shelves[at];
        if (random_between (&random, 0, 2) > 0 || shelf->count == 1000) {
            int64_t quantity = random_between (&random, 1, 30);
            ck_assert_int_eq (sell (products[at], quantity), shelf_sell (shelf, quantity));
        } else {
            int64_t units = random_between (&random, 1, 20);
            shelf->left[shelf->count++] = units;
            (void) add (products[at], (int64_t) shelf->count, units);
        }
        int64_t left = 0;
        for (size_t j = shelf->first; j < shelf->count; j++) {
            left += shelf->left[j];
        }
        ck_assert_int_eq (products[at]->available, left);
        ck_assert_int_eq (products[at]->first ? products[at]->first->number : 0,
                          shelf->first < shelf->count ? (int64_t) shelf->first + 1 : 0);
    }
}
END_TEST

// The free lots as they stand, by id.
static void expect_free (const struct product *product, const int64_t *ids, size_t count)
{
    const struct lot *lot = product->first;
    const struct lot *before = NULL;
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull (lot);
        ck_assert_int_eq (lot->id, ids[i]);
        ck_assert_ptr_eq (lot->prev, before);
        before = lot;
        lot = lot->next;
    }
    ck_assert_ptr_null (lot);
    ck_assert_ptr_eq (product->last, before);
}

START_TEST (test_lots_sell_free_units_alone)
{
    struct product *salt = lots_add_product (lots, "salt");
    struct lot *first = add (salt, 1, 5);
    (void) add (salt, 2, 5);
    lots_lease (first, 3);
    ck_assert_int_eq (salt->available, 7);
    struct plan plan = lots_plan (salt, 4, true);
    ck_assert_uint_eq (plan.count, 2);
    ck_assert_int_eq (plan.taken[0], 2);
    ck_assert_int_eq (plan.taken[1], 2);
    ck_assert_int_eq (lots_plan (salt, 8, true).status, STATUS_OUT_OF_STOCK);
    ck_assert_int_eq (sell (salt, 8), 7);
    // Sold out, but for what is leased: neither to be sold nor forgotten.
    ck_assert_ptr_eq (lots_find (lots, 1), first);
    ck_assert_int_eq (first->left, 3);
    ck_assert_ptr_null (salt->first);
    lots_sell_leased (lots, first, 2);
    size_t told = 0;
    lots_tell_changed (lots, count_lot, &told);
    ck_assert_uint_eq (told, 1);
    ck_assert_ptr_eq (lots_find (lots, 1), first);
    lots_sell_leased (lots, first, 1);
    lots_tell_changed (lots, count_lot, &told);
    ck_assert_ptr_null (lots_find (lots, 1));
    ck_assert_int_eq (salt->available, 0);
}
END_TEST

START_TEST (test_lots_go_back_to_their_places)
{
    struct product *salt = lots_add_product (lots, "salt");
    struct lot *lot[7];
    for (int64_t i = 1; i <= 6; i++) {
        lot[i] = add (salt, i, 2);
    }
    lots_lease (lot[3], 2);
    lots_lease (lot[1], 2);
    lots_lease (lot[6], 2);
    lots_lease (lot[4], 2);
    lots_lease (lot[2], 1);
    expect_free (salt, (const int64_t[]){2, 5}, 2);
    lots_free (lot[4], 1);
    expect_free (salt, (const int64_t[]){2, 4, 5}, 3);
    lots_free (lot[6], 2);
    expect_free (salt, (const int64_t[]){2, 4, 5, 6}, 4);
    lots_free (lot[1], 1);
    expect_free (salt, (const int64_t[]){1, 2, 4, 5, 6}, 5);
    // The last that was put back is leased again, before another one is put back behind it.
    lots_lease (lot[1], 1);
    lots_free (lot[3], 2);
    lots_free (lot[4], 1);
    lots_free (lot[2], 1);
    expect_free (salt, (const int64_t[]){2, 3, 4, 5, 6}, 5);
    lots_free (lot[1], 2);
    expect_free (salt, (const int64_t[]){1, 2, 3, 4, 5, 6}, 6);
    ck_assert_int_eq (salt->available, 12);
    for (int64_t i = 6; i >= 1; i--) {
        lots_lease (lot[i], 2);
    }
    ck_assert_ptr_null (salt->first);
    ck_assert_ptr_null (salt->last);
    for (int64_t i = 1; i <= 6; i++) {
        lots_free (lot[i], 1);
    }
    expect_free (salt, (const int64_t[]){1, 2, 3, 4, 5, 6}, 6);
    ck_assert_int_eq (sell (salt, 10), 6);
    ck_assert_ptr_null (salt->first);
}
END_TEST

START_TEST (test_lots_are_full_at_the_limit)
{
    struct product *salt = lots_add_product (lots, "salt");
    for (int64_t i = 1; i <= LIMIT_LOTS; i++) {
        if (lots_full (lots) || !add (salt, i, 1)) {
            ck_abort_msg ("full with %d lots", (int) i - 1);
        }
    }
    ck_assert (lots_full (lots));
    ck_assert_ptr_null (add (salt, 1, 1));
    ck_assert_int_eq (lots_last_id (lots), LIMIT_LOTS);
    ck_assert_int_eq (salt->available, LIMIT_LOTS);
    ck_assert_int_eq (sell (salt, 1), 1);
    ck_assert_int_eq (add (salt, 1, 1)->id, LIMIT_LOTS + 1);
    ck_assert (lots_full (lots));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("lots");
    TCase *stock = tcase_create ("stock");
    tcase_add_checked_fixture (stock, set_up, tear_down);
    tcase_set_timeout (stock, 60);
    tcase_add_test (stock, test_lots_number_products_in_order_of_arrival);
    tcase_add_test (stock, test_lots_take_the_longest_name);
    tcase_add_test (stock, test_lots_are_found_until_their_end_was_told);
    tcase_add_test (stock, test_lots_are_restored_under_their_own_ids);
    tcase_add_test (stock, test_lots_plan_changes_nothing);
    tcase_add_test (stock, test_lots_plan_at_most_16);
    tcase_add_test (stock, test_lots_plan_the_dearest_order);
    tcase_add_loop_test (stock, test_lots_sell_like_a_plain_shelf, 0, 5);
    tcase_add_test (stock, test_lots_sell_free_units_alone);
    tcase_add_test (stock, test_lots_go_back_to_their_places);
    tcase_add_test (stock, test_lots_are_full_at_the_limit);
    suite_add_tcase (suite, stock);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
