#include <check.h>
#include <stdlib.h>

#include "actors/clients/seller_lots.h"

static struct seller_lots lots;

static struct seller_lot *add (int64_t number)
{
    const struct seller_lot lot = {
        .number = number, .state = LOT_ASKED, .quantity = 5, .price_cents = 100};
    seller_lots_add (&lots, &lot);
    struct seller_lot *mine = seller_lots_find (&lots, number);
    ck_assert_ptr_nonnull (mine);
    return mine;
}

static int64_t notice (struct seller_lot *lot, int64_t buyer, int64_t order, int64_t units)
{
    const struct sold sold = {
        .buyer = buyer, .order = order, .lot = lot->number, .product = "", .units = units};
    return seller_lots_notice (&lots, lot, &sold);
}

static void set_up (void)
{
    lots = seller_lots_new (100, 3);
}

static void tear_down (void)
{
    seller_lots_free (&lots);
}

START_TEST (test_seller_lots_count_a_notice_once)
{
    struct seller_lot *lot = add (100);
    ck_assert_int_eq (notice (lot, 10, 1, 1), 1);
    ck_assert_int_eq (notice (lot, 10, 1, 1), 0);
    ck_assert_int_eq (notice (lot, 10, 2, 1), 1);
    ck_assert_int_eq (notice (lot, 11, 1, 1), 1);
    ck_assert_int_eq (notice (add (101), 10, 1, 1), 1);
    ck_assert_int_eq (notice (lot, 10, 1, 1), 0);
    ck_assert_int_eq (seller_lot_sold (lot), 3);
}
END_TEST

START_TEST (test_seller_lots_believe_the_greater_of_notices_and_word)
{
    struct seller_lot *lot = add (100);
    ck_assert_int_eq (notice (lot, 10, 1, 2), 2);
    ck_assert_int_eq (seller_lots_report (&lots, lot, 1), 2);
    ck_assert_int_eq (notice (lot, 10, 2, 2), 0);
    ck_assert_int_eq (notice (lot, 10, 3, 1), 1);
    ck_assert_int_eq (notice (lot, 10, 4, 1), 0);
    ck_assert_int_eq (seller_lots_report (&lots, lot, 3), 0);
    ck_assert_int_eq (seller_lots_report (&lots, lot, -1), 0);
    ck_assert_int_eq (seller_lot_sold (lot), 5);
}
END_TEST

START_TEST (test_seller_lots_know_the_oldest_that_is_in_and_unsold)
{
    struct seller_lot *first = add (100);
    struct seller_lot *second = add (101);
    ck_assert_ptr_null (seller_lots_oldest_unsold (&lots));
    seller_lots_set_state (&lots, second, LOT_IN);
    ck_assert_ptr_eq (seller_lots_oldest_unsold (&lots), second);
    seller_lots_set_state (&lots, first, LOT_IN);
    ck_assert_ptr_eq (seller_lots_oldest_unsold (&lots), first);
    ck_assert_int_eq (lots.unsold, 2);
    ck_assert_int_eq (notice (first, 10, 1, 5), 5);
    ck_assert_ptr_eq (seller_lots_oldest_unsold (&lots), second);
    ck_assert_int_eq (seller_lots_report (&lots, second, 0), 5);
    ck_assert_ptr_null (seller_lots_oldest_unsold (&lots));
    ck_assert_int_eq (lots.unsold, 0);
}
END_TEST

START_TEST (test_seller_lots_forget_the_oldest)
{
    for (int64_t number = 100; number < 110; number++) {
        seller_lots_set_state (&lots, add (number), LOT_IN);
    }
    ck_assert_int_eq (lots.unsold, 3);
    ck_assert_ptr_null (seller_lots_find (&lots, 106));
    ck_assert_ptr_null (seller_lots_find (&lots, 99));
    ck_assert_ptr_null (seller_lots_find (&lots, 110));
    ck_assert_int_eq (seller_lots_oldest_unsold (&lots)->number, 107);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("seller_lots");
    TCase *beliefs = tcase_create ("beliefs");
    tcase_add_checked_fixture (beliefs, set_up, tear_down);
    tcase_add_test (beliefs, test_seller_lots_count_a_notice_once);
    tcase_add_test (beliefs, test_seller_lots_believe_the_greater_of_notices_and_word);
    tcase_add_test (beliefs, test_seller_lots_know_the_oldest_that_is_in_and_unsold);
    tcase_add_test (beliefs, test_seller_lots_forget_the_oldest);
    suite_add_tcase (suite, beliefs);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
