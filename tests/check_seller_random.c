#include <check.h>

#include "actors/clients/random.h"
#include "actors/clients/seller.h"
#include "tests/kit/client_kit.h"

static const int64_t TRADERS[] = {1, 2, 3};
static const char *const PRODUCTS[] = {"fish", "menhir", "potion"};
static struct seller_config config;
static seller_t *seller;
static struct outbox out;
static int64_t now_us;

static void set_up (void)
{
    outbox_init (&out);
    now_us = 7 * KIT_S;
    config = seller_config_default ();
    config.client.id = 20;
    config.client.traders = TRADERS;
    config.client.trader_count = 3;
    config.client.ping_every_us = 0;
    config.products = PRODUCTS;
    config.product_count = 3;
    config.product = "menhir";
}

static void tear_down (void)
{
    seller_destroy (&seller);
    outbox_free (&out);
}

static void step (struct event event)
{
    outbox_clear (&out);
    seller_step (seller, &event, &out);
    const struct seller_book *book = seller_book (seller);
    ck_assert_int_eq (book->requests, book->restocked + book->failed + book->gave_up + book->open);
    ck_assert_int_eq (book->units, book->restocked * config.quantity);
}

static void begin (void)
{
    seller = seller_new (&config, 1);
    step (kit_event (EVENT_START, now_us));
}

static void tell (struct message message)
{
    step (kit_receive (PORT_TRADER, &message, now_us));
}

static struct message sold (int64_t lot, int64_t order, const char *product, int64_t units)
{
    return (struct message){
        .type = MESSAGE_SOLD,
        .from = 2,
        .clock = 1,
        .market = KIT_MARKET,
        .sold = {.buyer = 10,
                 .order = order,
                 .lot = lot,
                 .product = product,
                 .units = units,
                 .price_cents = 100},
    };
}

static struct message lot (int64_t number, const char *product, int64_t left)
{
    return (struct message){
        .type = MESSAGE_LOT,
        .from = 2,
        .clock = 1,
        .market = KIT_MARKET,
        .lot =
            {.number = number, .product = product, .quantity = 5, .left = left, .price_cents = 100},
    };
}

static struct message any_message (struct random *random)
{
    int64_t last = seller_book (seller)->requests;
    int64_t number = random_between (random, last > 3 ? last - 3 : 0, last + 1);
    const char *product = PRODUCTS[random_between (random, 0, 2)];
    switch (random_between (random, 0, 5)) {
    case 0:
        return kit_error (random_between (random, 1, 4), number,
                          (enum reason) random_between (random, 0, REASON_COUNT - 1));
    case 1:
        return lot (number, product, random_between (random, 0, 6));
    case 2:
    case 3:
        return sold (number, random_between (random, 1, 20), product,
                     random_between (random, 1, 6));
    default:
        return kit_restocked (random_between (random, 1, 4), number, product);
    }
}

START_TEST (test_seller_keeps_its_book_whatever_comes_when)
{
    static const enum restock_what whats[] = {RESTOCK_SAME, RESTOCK_EACH, RESTOCK_RANDOM};
    struct random random = random_seeded ((uint64_t) _i);
    config.what = whats[_i % 3];
    config.when = _i % 2 ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
    config.client.answers_kept = random_between (&random, 1, 40);
    config.client.bound = _i % 5 == 0;
    config.restocks = _i % 7 ? 0 : 30;
    begin ();
    int64_t sold_units = 0;
    for (int i = 0; i < 4000; i++) {
        now_us += random_between (&random, 0, 400 * KIT_MS);
        if (random_between (&random, 0, 3)) {
            tell (any_message (&random));
        }
        if (seller_deadline (seller) <= now_us) {
            step (kit_event (EVENT_DEADLINE, now_us));
        }
        const struct seller_book *book = seller_book (seller);
        ck_assert_int_gt (seller_deadline (seller), now_us);
        ck_assert_int_ge (book->sold_units, sold_units);
        ck_assert_int_le (book->sold_units, book->requests * config.quantity);
        ck_assert_int_eq (book->revenue_cents, book->sold_units * 100);
        sold_units = book->sold_units;
    }
    ck_assert_int_gt (sold_units, 0);
    ck_assert_int_ge (seller_book (seller)->requests, 5);
    step (kit_event (EVENT_STOP, now_us));
    int64_t end_us = now_us + config.client.give_up_us;
    while (!seller_done (seller)) {
        ck_assert_int_gt (seller_deadline (seller), now_us);
        now_us = seller_deadline (seller);
        step (kit_event (EVENT_DEADLINE, now_us));
        ck_assert_int_le (now_us, end_us);
    }
    ck_assert_int_eq (seller_deadline (seller), DEADLINE_NONE);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("seller_random");
    TCase *seeds = tcase_create ("seeds");
    tcase_add_checked_fixture (seeds, set_up, tear_down);
    tcase_add_loop_test (seeds, test_seller_keeps_its_book_whatever_comes_when, 0, 40);
    suite_add_tcase (suite, seeds);
    return kit_run (suite);
}
