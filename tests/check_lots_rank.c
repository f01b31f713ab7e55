// The order in which the lots of a product sell where they have ranks.
#include <check.h>
#include <stdlib.h>

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
}

static struct lot *add_ranked (struct product *product, int64_t seller, int64_t rank)
{
    return lots_add (
        lots, product,
        &(struct lot){.seller = seller, .price_cents = 10, .quantity = 1, .left = 1, .rank = rank});
}

static void expect_order (const struct product *product, const int64_t *ids, size_t count)
{
    const struct lot *lot = product->first;
    for (size_t i = 0; i < count; i++, lot = lot->next) {
        ck_assert_ptr_nonnull (lot);
        ck_assert_int_eq (lot->id, ids[i]);
        ck_assert_ptr_eq (lot->next ? lot->next->prev : product->last, lot);
    }
    ck_assert_ptr_null (lot);
}

// Ids are 1, 2, 3 ... in the order of arrival.
START_TEST (test_lots_sell_by_rank_then_by_seller_then_as_they_came)
{
    static const struct {
        int64_t seller;
        int64_t rank;
    } came[] = {{9, 5}, {8, 5}, {9, 2}, {9, 0}, {8, 0}, {8, 5}, {7, 9}, {1, 2}};
    struct product *salt = lots_add_product (lots, "salt");
    for (size_t i = 0; i < sizeof came / sizeof *came; i++) {
        (void) add_ranked (salt, came[i].seller, came[i].rank);
    }
    expect_order (salt, (const int64_t[]){4, 5, 8, 3, 2, 6, 1, 7}, 8);
    struct plan plan = lots_plan (salt, 3, true);
    ck_assert_int_eq (plan.lots[0]->id, 4);
    ck_assert_int_eq (plan.lots[1]->id, 5);
    ck_assert_int_eq (plan.lots[2]->id, 8);
}
END_TEST

static bool sells_before (const struct lot *a, const struct lot *b)
{
    if (a->rank != b->rank) {
        return a->rank < b->rank;
    }
    if (a->rank > 0 && a->seller != b->seller) {
        return a->seller < b->seller;
    }
    return a->id < b->id;
}

// Whatever comes, is leased and comes back, in whatever order.
START_TEST (test_lots_of_any_ranks_keep_their_order)
{
    enum { LOTS = 60 };
    struct random random = random_seeded ((uint64_t) _i + 1);
    struct product *salt = lots_add_product (lots, "salt");
    struct lot *all[LOTS];
    for (size_t i = 0; i < LOTS; i++) {
        all[i] =
            add_ranked (salt, random_between (&random, 1, 4), random_between (&random, 0, _i % 8));
    }
    for (int step = 0; step < 300; step++) {
        struct lot *lot = all[random_between (&random, 0, LOTS - 1)];
        if (lot->leased > 0) {
            lots_free (lot, 1);
        } else {
            lots_lease (lot, 1);
        }
        int64_t seen = 0;
        for (lot = salt->first; lot; lot = lot->next, seen++) {
            ck_assert (!lot->next || sells_before (lot, lot->next));
            ck_assert_ptr_eq (lot->next ? lot->next->prev : salt->last, lot);
        }
        ck_assert_int_eq (seen, salt->available);
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("lots_rank");
    TCase *order = tcase_create ("order");
    tcase_add_checked_fixture (order, set_up, tear_down);
    tcase_add_test (order, test_lots_sell_by_rank_then_by_seller_then_as_they_came);
    tcase_add_loop_test (order, test_lots_of_any_ranks_keep_their_order, 0, 16);
    suite_add_tcase (suite, order);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
