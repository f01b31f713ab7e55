#include <check.h>
#include <string.h>

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

static const struct restock *the_restock (void)
{
    ck_assert_uint_eq (kit_count (&out, MESSAGE_RESTOCK), 1);
    return &kit_letter (&out, MESSAGE_RESTOCK, 0)->message.restock;
}

static void run_to (enum message_type type)
{
    do {
        ck_assert_int_ne (seller_deadline (seller), DEADLINE_NONE);
        ck_assert_int_ge (seller_deadline (seller), now_us);
        now_us = seller_deadline (seller);
        step (kit_event (EVENT_DEADLINE, now_us));
    } while (!kit_count (&out, type));
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

START_TEST (test_seller_restocks_at_once_and_then_each_interval)
{
    begin ();
    int64_t start_us = now_us;
    ck_assert_int_eq (the_restock ()->number, 1);
    ck_assert_int_eq (the_restock ()->quantity, 5);
    ck_assert_str_eq (the_restock ()->product, "menhir");
    for (int64_t number = 2; number <= 5; number++) {
        tell (kit_restocked (1, number - 1, "menhir"));
        run_to (MESSAGE_RESTOCK);
        ck_assert_int_eq (now_us, start_us + (number - 1) * config.every_us);
        ck_assert_int_eq (the_restock ()->number, number);
        ck_assert_str_eq (the_restock ()->product, "menhir");
    }
    ck_assert_int_eq (seller_book (seller)->units, 20);
}
END_TEST

START_TEST (test_seller_restocks_while_an_older_one_is_open_up_to_the_answers_kept)
{
    config.client.answers_kept = 3;
    config.client.give_up_us = 1000 * (int64_t) KIT_S;
    begin ();
    for (int i = 0; i < 20; i++) {
        now_us += config.every_us;
        step (kit_event (EVENT_DEADLINE, now_us));
    }
    ck_assert_int_eq (seller_book (seller)->open, 3);
    tell (kit_restocked (1, 1, "menhir"));
    now_us += config.every_us;
    step (kit_event (EVENT_DEADLINE, now_us));
    ck_assert_int_eq (seller_book (seller)->requests, 4);
}
END_TEST

START_TEST (test_seller_makes_its_restocks_and_is_done)
{
    config.restocks = 2;
    begin ();
    tell (kit_restocked (1, 1, "menhir"));
    ck_assert (!seller_done (seller));
    run_to (MESSAGE_RESTOCK);
    ck_assert (!seller_done (seller));
    tell (kit_restocked (1, 2, "menhir"));
    ck_assert (seller_done (seller));
    ck_assert_int_eq (seller_deadline (seller), DEADLINE_NONE);
}
END_TEST

START_TEST (test_seller_does_not_catch_up_on_missed_intervals_in_a_burst)
{
    begin ();
    tell (kit_restocked (1, 1, "menhir"));
    now_us += 10 * config.every_us + 5;
    step (kit_event (EVENT_DEADLINE, now_us));
    ck_assert_int_eq (the_restock ()->number, 2);
    tell (kit_restocked (1, 2, "menhir"));
    ck_assert_int_eq (seller_deadline (seller), now_us + config.every_us);
}
END_TEST

START_TEST (test_seller_draws_its_price_from_the_range)
{
    config.price_cents_min = 10;
    config.price_cents_max = 14;
    begin ();
    bool drawn[15] = {false};
    for (int64_t number = 1; number < 100; number++) {
        int64_t price_cents = the_restock ()->price_cents;
        ck_assert (price_cents >= 10 && price_cents <= 14);
        drawn[price_cents] = true;
        tell (kit_restocked (1, number, "menhir"));
        run_to (MESSAGE_RESTOCK);
    }
    ck_assert (drawn[10] && drawn[11] && drawn[12] && drawn[13] && drawn[14]);
}
END_TEST

START_TEST (test_seller_brings_another_product_each_time_when_it_is_random)
{
    config.what = RESTOCK_RANDOM;
    begin ();
    const char *last = the_restock ()->product;
    ck_assert_str_eq (last, "menhir");
    for (int64_t number = 1; number < 30; number++) {
        tell (kit_restocked (1, number, last));
        run_to (MESSAGE_RESTOCK);
        ck_assert_str_ne (the_restock ()->product, last);
        last = the_restock ()->product;
    }
}
END_TEST

START_TEST (test_seller_brings_each_product_that_it_has_sold)
{
    config.what = RESTOCK_EACH;
    config.product = NULL;
    begin ();
    const char *first = the_restock ()->product;
    tell (kit_restocked (1, 1, first));
    run_to (MESSAGE_RESTOCK);
    const char *second = the_restock ()->product;
    ck_assert_str_ne (second, first);
    tell (kit_restocked (1, 2, second));
    tell (sold (1, 1, first, 1));
    tell (sold (2, 1, second, 1));
    run_to (MESSAGE_RESTOCK);
    ck_assert_uint_eq (kit_count (&out, MESSAGE_RESTOCK), 2);
    for (size_t i = 0; i < 2; i++) {
        const char *product = kit_letter (&out, MESSAGE_RESTOCK, i)->message.restock.product;
        ck_assert (strcmp (product, first) == 0 || strcmp (product, second) == 0);
    }
}
END_TEST

START_TEST (test_seller_brings_what_it_began_with_while_nothing_is_sold)
{
    config.what = RESTOCK_EACH;
    begin ();
    for (int64_t number = 1; number < 10; number++) {
        ck_assert_str_eq (the_restock ()->product, "menhir");
        tell (kit_restocked (1, number, "menhir"));
        run_to (MESSAGE_RESTOCK);
    }
}
END_TEST

START_TEST (test_seller_restocks_when_all_is_sold_and_not_before)
{
    config.when = RESTOCK_SOLD_OUT;
    begin ();
    tell (kit_restocked (1, 1, "menhir"));
    tell (sold (1, 1, "menhir", 3));
    ck_assert_uint_eq (out.letter_count, 0);
    tell (sold (1, 1, "menhir", 3));  // doubled
    ck_assert_uint_eq (out.letter_count, 0);
    tell (sold (1, 2, "menhir", 3));  // more than is left: cannot be
    ck_assert_uint_eq (out.letter_count, 0);
    tell (sold (1, 3, "fish", 2));  // not what the lot is
    ck_assert_uint_eq (out.letter_count, 0);
    tell (sold (1, 4, "menhir", 2));
    ck_assert_int_eq (the_restock ()->number, 2);
    ck_assert_int_eq (seller_book (seller)->sold_units, 5);
    ck_assert_int_eq (seller_book (seller)->revenue_cents, 500);
}
END_TEST

START_TEST (test_seller_restocks_once_what_was_sold_before_it_heard_that_it_is_in)
{
    config.when = RESTOCK_SOLD_OUT;
    begin ();
    tell (sold (1, 1, "menhir", 5));
    ck_assert_uint_eq (out.letter_count, 0);
    tell (kit_restocked (1, 1, "menhir"));
    ck_assert_int_eq (the_restock ()->number, 2);
}
END_TEST

START_TEST (test_seller_asks_for_a_lot_whose_notices_were_lost)
{
    config.when = RESTOCK_SOLD_OUT;
    begin ();
    tell (kit_restocked (1, 1, "menhir"));
    tell (sold (1, 1, "menhir", 2));
    int64_t quiet_us = now_us;
    run_to (MESSAGE_LOT_STATUS);
    ck_assert_int_eq (now_us, quiet_us + config.every_us);
    ck_assert_int_eq (kit_letter (&out, MESSAGE_LOT_STATUS, 0)->message.lot_status.number, 1);
    tell (lot (1, "menhir", 1));
    ck_assert_int_eq (seller_book (seller)->sold_units, 4);
    tell (sold (1, 2, "menhir", 2));  // a late one, which the lot's state included
    ck_assert_int_eq (seller_book (seller)->sold_units, 4);
    tell (lot (1, "menhir", 3));  // an old word on the lot
    ck_assert_int_eq (seller_book (seller)->sold_units, 4);
    run_to (MESSAGE_LOT_STATUS);
    tell (lot (1, "menhir", 0));
    ck_assert_int_eq (the_restock ()->number, 2);
    ck_assert_int_eq (seller_book (seller)->sold_units, 5);
}
END_TEST

// What was confirmed is in the warehouse, so it is asked for until a trader can say how it stands.
START_TEST (test_seller_counts_restocks_that_another_trader_confirmed)
{
    config.client.bound = true;
    begin ();
    int64_t to = out.letters[out.letter_count - 1].to;
    ck_assert_int_eq (the_restock ()->first.trader, to);
    struct message failed = kit_news (to % 3 + 1, to, 2, 5, MEMBER_FAILED);
    step (kit_receive (PORT_NEWS, &failed, now_us));
    int64_t moved_to = kit_letter (&out, MESSAGE_RESTOCK, 0)->to;
    ck_assert_int_ne (moved_to, to);
    ck_assert_int_eq (the_restock ()->first.trader, to);
    ck_assert_int_eq (seller_book (seller)->moved, 0);
    tell (kit_restocked (moved_to, 1, "menhir"));
    ck_assert_int_eq (seller_book (seller)->restocked, 1);
    ck_assert_int_eq (seller_book (seller)->moved, 1);
    run_to (MESSAGE_RESTOCK);
    tell (kit_restocked (kit_letter (&out, MESSAGE_RESTOCK, 0)->to, 2, "menhir"));
    ck_assert_int_eq (seller_book (seller)->moved, 1);
}
END_TEST

START_TEST (test_seller_keeps_a_lot_that_nobody_can_tell_of)
{
    const enum reason reasons[] = {REASON_UNAVAILABLE, REASON_BUSY, REASON_LIMIT};
    config.when = RESTOCK_SOLD_OUT;
    begin ();
    tell (kit_restocked (1, 1, "menhir"));
    for (int i = 0; i < 30; i++) {
        run_to (MESSAGE_LOT_STATUS);
        tell (kit_error (1, 1, reasons[i % 3]));
        ck_assert_uint_eq (kit_count (&out, MESSAGE_RESTOCK), 0);
    }
    ck_assert_int_eq (seller_book (seller)->restocked, 1);
    ck_assert_int_eq (seller_book (seller)->units, 5);
    ck_assert_int_eq (seller_book (seller)->gave_up + seller_book (seller)->failed, 0);
}
END_TEST

START_TEST (test_seller_takes_a_lot_back_that_it_gave_up_when_it_hears_of_a_sale)
{
    begin ();
    while (!seller_book (seller)->gave_up) {
        now_us = seller_deadline (seller);
        step ((struct event){.type = EVENT_DEADLINE, .now_us = now_us});
    }
    ck_assert_int_eq (seller_book (seller)->restocked, 0);
    tell (sold (1, 1, "menhir", 1));
    ck_assert_int_eq (seller_book (seller)->gave_up, 0);
    ck_assert_int_eq (seller_book (seller)->restocked, 1);
    ck_assert_int_eq (seller_book (seller)->sold_units, 1);
}
END_TEST

START_TEST (test_seller_does_not_hurry_after_a_refusal_for_good)
{
    config.when = RESTOCK_SOLD_OUT;
    begin ();
    tell (kit_error (1, 1, REASON_LIMIT));
    ck_assert_uint_eq (out.letter_count, 0);
    int64_t failed_us = now_us;
    run_to (MESSAGE_RESTOCK);
    ck_assert_int_eq (now_us - failed_us, config.every_us);
}
END_TEST

START_TEST (test_seller_stops_when_it_is_told_to)
{
    config.when = _i ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
    begin ();
    step (kit_event (EVENT_STOP, now_us));
    ck_assert (!seller_done (seller));
    tell (kit_restocked (1, 1, "menhir"));
    ck_assert (seller_done (seller));
    ck_assert_int_eq (seller_deadline (seller), DEADLINE_NONE);
    tell (sold (1, 1, "menhir", 5));
    ck_assert_uint_eq (out.letter_count, 0);
    ck_assert_int_eq (seller_book (seller)->sold_units, 5);
}
END_TEST

static void add_restocks (Suite *suite)
{
    TCase *restocks = tcase_create ("restocks");
    tcase_add_checked_fixture (restocks, set_up, tear_down);
    tcase_add_test (restocks, test_seller_restocks_at_once_and_then_each_interval);
    tcase_add_test (restocks,
                    test_seller_restocks_while_an_older_one_is_open_up_to_the_answers_kept);
    tcase_add_test (restocks, test_seller_makes_its_restocks_and_is_done);
    tcase_add_test (restocks, test_seller_does_not_catch_up_on_missed_intervals_in_a_burst);
    tcase_add_test (restocks, test_seller_draws_its_price_from_the_range);
    tcase_add_test (restocks, test_seller_brings_another_product_each_time_when_it_is_random);
    tcase_add_test (restocks, test_seller_brings_each_product_that_it_has_sold);
    tcase_add_test (restocks, test_seller_brings_what_it_began_with_while_nothing_is_sold);
    tcase_add_test (restocks, test_seller_does_not_hurry_after_a_refusal_for_good);
    tcase_add_loop_test (restocks, test_seller_stops_when_it_is_told_to, 0, 2);
    suite_add_tcase (suite, restocks);
}

static void add_lots (Suite *suite)
{
    TCase *lots = tcase_create ("lots");
    tcase_add_checked_fixture (lots, set_up, tear_down);
    tcase_add_test (lots, test_seller_restocks_when_all_is_sold_and_not_before);
    tcase_add_test (lots, test_seller_restocks_once_what_was_sold_before_it_heard_that_it_is_in);
    tcase_add_test (lots, test_seller_asks_for_a_lot_whose_notices_were_lost);
    tcase_add_test (lots, test_seller_counts_restocks_that_another_trader_confirmed);
    tcase_add_test (lots, test_seller_keeps_a_lot_that_nobody_can_tell_of);
    tcase_add_test (lots, test_seller_takes_a_lot_back_that_it_gave_up_when_it_hears_of_a_sale);
    suite_add_tcase (suite, lots);
}

int main (void)
{
    Suite *suite = suite_create ("seller");
    add_restocks (suite);
    add_lots (suite);
    return kit_run (suite);
}
