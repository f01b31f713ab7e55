#include <check.h>
#include <string.h>

#include "tests/kit/stall.h"

START_TEST (test_seller_draws_its_price_from_the_range)
{
    stall.config.price_cents_min = 10;
    stall.config.price_cents_max = 14;
    stall_begin ();
    bool drawn[15] = {false};
    for (int64_t number = 1; number < 100; number++) {
        int64_t price_cents = the_restock ()->price_cents;
        ck_assert (price_cents >= 10 && price_cents <= 14);
        drawn[price_cents] = true;
        stall_tell (kit_restocked (1, number, "menhir"));
        stall_run_to (MESSAGE_RESTOCK);
    }
    ck_assert (drawn[10] && drawn[11] && drawn[12] && drawn[13] && drawn[14]);
}
END_TEST

START_TEST (test_seller_draws_its_quantity_from_the_range)
{
    stall.config.quantity_min = 3;
    stall.config.quantity_max = 5;
    stall_begin ();
    bool drawn[6] = {false};
    int64_t units = 0;
    for (int64_t number = 1; number < 60; number++) {
        int64_t quantity = the_restock ()->quantity;
        ck_assert (quantity >= 3 && quantity <= 5);
        drawn[quantity] = true;
        units += quantity;
        stall_tell (kit_restocked (1, number, "menhir"));
        ck_assert_int_eq (seller_book (stall.seller)->units, units);
        stall_run_to (MESSAGE_RESTOCK);
    }
    ck_assert (drawn[3] && drawn[4] && drawn[5]);
}
END_TEST

START_TEST (test_seller_brings_another_product_each_time_when_it_is_random)
{
    stall.config.what = RESTOCK_RANDOM;
    stall_begin ();
    const char *last = the_restock ()->product;
    ck_assert_str_eq (last, "menhir");
    for (int64_t number = 1; number < 30; number++) {
        stall_tell (kit_restocked (1, number, last));
        stall_run_to (MESSAGE_RESTOCK);
        ck_assert_str_ne (the_restock ()->product, last);
        last = the_restock ()->product;
    }
}
END_TEST

START_TEST (test_seller_brings_each_product_that_it_has_sold)
{
    stall.config.what = RESTOCK_EACH;
    stall.config.product = NULL;
    stall_begin ();
    const char *first = the_restock ()->product;
    stall_tell (kit_restocked (1, 1, first));
    stall_run_to (MESSAGE_RESTOCK);
    const char *second = the_restock ()->product;
    ck_assert_str_ne (second, first);
    stall_tell (kit_restocked (1, 2, second));
    stall_tell (stall_sold (1, 1, first, 1));
    stall_tell (stall_sold (2, 1, second, 1));
    stall_run_to (MESSAGE_RESTOCK);
    ck_assert_uint_eq (kit_count (&stall.out, MESSAGE_RESTOCK), 2);
    for (size_t i = 0; i < 2; i++) {
        const char *product = kit_letter (&stall.out, MESSAGE_RESTOCK, i)->message.restock.product;
        ck_assert (strcmp (product, first) == 0 || strcmp (product, second) == 0);
    }
}
END_TEST

START_TEST (test_seller_brings_what_it_began_with_while_nothing_is_sold)
{
    stall.config.what = RESTOCK_EACH;
    stall_begin ();
    for (int64_t number = 1; number < 10; number++) {
        ck_assert_str_eq (the_restock ()->product, "menhir");
        stall_tell (kit_restocked (1, number, "menhir"));
        stall_run_to (MESSAGE_RESTOCK);
    }
}
END_TEST

START_TEST (test_seller_that_sold_out_brings_another_product_and_draws_its_quantity_anew)
{
    stall.config.when = RESTOCK_SOLD_OUT;
    stall.config.what = RESTOCK_RANDOM;
    stall.config.quantity_min = 1;
    stall.config.quantity_max = 4;
    stall_begin ();
    bool drawn[5] = {false};
    bool brought[3] = {false};
    for (int64_t number = 1; number < 60; number++) {
        const struct restock lot_now = *the_restock ();
        drawn[lot_now.quantity] = true;
        for (size_t i = 0; i < 3; i++) {
            brought[i] = brought[i] || strcmp (lot_now.product, stall_products[i]) == 0;
        }
        stall_tell (kit_restocked (1, number, lot_now.product));
        ck_assert_uint_eq (stall.out.letter_count, 0);
        stall_tell (stall_sold (number, 1, lot_now.product, lot_now.quantity));
        ck_assert_str_ne (the_restock ()->product, lot_now.product);
    }
    ck_assert (drawn[1] && drawn[2] && drawn[3] && drawn[4]);
    ck_assert (brought[0] && brought[1] && brought[2]);
}
END_TEST

START_TEST (test_seller_that_is_held_brings_nothing_until_it_is_let_go)
{
    stall.config.when = _i ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_tell (kit_restocked (1, 1, "menhir"));
    client_hold (seller_client (stall.seller), true);
    stall_tell (stall_sold (1, 1, "menhir", 5));
    ck_assert_uint_eq (stall.out.letter_count, 0);
    for (int i = 0; i < 20; i++) {
        stall.now_us += stall.config.every_us;
        stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
        ck_assert_uint_eq (stall.out.letter_count, 0);
        ck_assert_int_gt (seller_deadline (stall.seller),
                          stall.now_us);  // It does not wake for nothing.
    }
    client_hold (seller_client (stall.seller), false);
    stall.now_us += _i ? stall.config.every_us : 0;
    ck_assert_int_le (seller_deadline (stall.seller), stall.now_us);
    stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
    ck_assert_int_eq (the_restock ()->number, 2);
}
END_TEST

START_TEST (test_seller_brings_what_it_has_once_somebody_takes_a_seat)
{
    static const int64_t SEAT = 3;
    stall.config.client.elected = true;
    stall.config.restocks = 1;
    stall_begin ();
    ck_assert_uint_eq (stall.out.letter_count, 0);
    ck_assert_int_eq (seller_book (stall.seller)->open, 1);
    ck_assert (!seller_done (stall.seller));
    client_seats (seller_client (stall.seller), &SEAT, 1, stall.now_us, &stall.out);
    ck_assert_int_eq (the_restock ()->number, 1);
    stall_tell (kit_restocked (SEAT, 1, "menhir"));
    ck_assert_int_eq (seller_book (stall.seller)->restocked, 1);
    ck_assert (seller_done (stall.seller));
}
END_TEST

static void add_goods (Suite *suite)
{
    TCase *goods = tcase_create ("goods");
    tcase_add_checked_fixture (goods, stall_set_up, stall_tear_down);
    tcase_add_test (goods, test_seller_draws_its_price_from_the_range);
    tcase_add_test (goods, test_seller_draws_its_quantity_from_the_range);
    tcase_add_test (goods, test_seller_brings_another_product_each_time_when_it_is_random);
    tcase_add_test (goods, test_seller_brings_each_product_that_it_has_sold);
    tcase_add_test (goods, test_seller_brings_what_it_began_with_while_nothing_is_sold);
    tcase_add_test (goods,
                    test_seller_that_sold_out_brings_another_product_and_draws_its_quantity_anew);
    suite_add_tcase (suite, goods);
}

static void add_seats (Suite *suite)
{
    TCase *seats = tcase_create ("seats");
    tcase_add_checked_fixture (seats, stall_set_up, stall_tear_down);
    tcase_add_loop_test (seats, test_seller_that_is_held_brings_nothing_until_it_is_let_go, 0, 2);
    tcase_add_test (seats, test_seller_brings_what_it_has_once_somebody_takes_a_seat);
    suite_add_tcase (suite, seats);
}

int main (void)
{
    Suite *suite = suite_create ("seller_goods");
    add_goods (suite);
    add_seats (suite);
    return kit_run (suite);
}
