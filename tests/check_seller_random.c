#include <check.h>

#include "actors/clients/random.h"
#include "tests/kit/stall.h"

static struct message any_message (struct random *random)
{
    int64_t last = seller_book (stall.seller)->requests;
    int64_t number = random_between (random, last > 3 ? last - 3 : 0, last + 1);
    const char *product = stall_products[random_between (random, 0, 2)];
    switch (random_between (random, 0, 5)) {
    case 0:
        return kit_error (random_between (random, 1, 4), number,
                          (enum reason) random_between (random, 0, REASON_COUNT - 1));
    case 1:
        return stall_lot (number, product, random_between (random, 0, 6));
    case 2:
    case 3:
        return stall_sold (number, random_between (random, 1, 20), product,
                           random_between (random, 1, 6));
    default:
        return kit_restocked (random_between (random, 1, 4), number, product);
    }
}

START_TEST (test_seller_keeps_its_book_whatever_comes_when)
{
    static const enum restock_what whats[] = {RESTOCK_SAME, RESTOCK_EACH, RESTOCK_RANDOM};
    struct random random = random_seeded ((uint64_t) _i);
    stall.config.what = whats[_i % 3];
    stall.config.when = _i % 2 ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
    stall.config.client.answers_kept = random_between (&random, 1, 40);
    stall.config.client.bound = _i % 5 == 0;
    stall.config.restocks = _i % 7 ? 0 : 30;
    stall_begin ();
    int64_t sold_units = 0;
    for (int i = 0; i < 4000; i++) {
        stall.now_us += random_between (&random, 0, 400 * KIT_MS);
        if (random_between (&random, 0, 3)) {
            stall_tell (any_message (&random));
        }
        if (seller_deadline (stall.seller) <= stall.now_us) {
            stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
        }
        const struct seller_book *book = seller_book (stall.seller);
        ck_assert_int_gt (seller_deadline (stall.seller), stall.now_us);
        ck_assert_int_ge (book->sold_units, sold_units);
        ck_assert_int_le (book->sold_units, book->requests * stall.config.quantity_max);
        ck_assert_int_eq (book->revenue_cents, book->sold_units * 100);
        sold_units = book->sold_units;
    }
    ck_assert_int_gt (sold_units, 0);
    ck_assert_int_ge (seller_book (stall.seller)->requests, 5);
    stall_step (kit_event (EVENT_STOP, stall.now_us));
    int64_t end_us = stall.now_us + stall.config.client.give_up_us;
    while (!seller_done (stall.seller)) {
        ck_assert_int_gt (seller_deadline (stall.seller), stall.now_us);
        stall.now_us = seller_deadline (stall.seller);
        stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
        ck_assert_int_le (stall.now_us, end_us);
    }
    ck_assert_int_eq (seller_deadline (stall.seller), DEADLINE_NONE);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("seller_random");
    TCase *seeds = tcase_create ("seeds");
    tcase_add_checked_fixture (seeds, stall_set_up, stall_tear_down);
    tcase_add_loop_test (seeds, test_seller_keeps_its_book_whatever_comes_when, 0, 40);
    suite_add_tcase (suite, seeds);
    return kit_run (suite);
}
