#include <check.h>
#include <string.h>

#include "actors/clients/buyer.h"
#include "tests/kit/client_kit.h"

static const int64_t TRADERS[] = {1, 2, 3};
static const char *const PRODUCTS[] = {"fish", "menhir", "potion"};
static struct buyer_config config;
static buyer_t *buyer;
static struct outbox out;
static int64_t now_us;

static void set_up (void)
{
    outbox_init (&out);
    now_us = 5 * KIT_S;
    config = buyer_config_default ();
    config.client.id = 10;
    config.client.traders = TRADERS;
    config.client.trader_count = 3;
    config.client.ping_every_us = 0;
    config.products = PRODUCTS;
    config.product_count = 3;
}

static void tear_down (void)
{
    buyer_destroy (&buyer);
    outbox_free (&out);
}

static void check_book (void)
{
    const struct buyer_book *book = buyer_book (buyer);
    ck_assert_int_eq (book->requests, book->sold + book->refused + book->oversold + book->failed
                                          + book->gave_up + book->open);
    ck_assert_int_ge (book->units, book->sold);
}

static void step (struct event event)
{
    outbox_clear (&out);
    buyer_step (buyer, &event, &out);
    check_book ();
}

static void begin (void)
{
    buyer = buyer_new (&config, 1);
    step (kit_event (EVENT_START, now_us));
}

static void tell (struct message message)
{
    step (kit_receive (PORT_TRADER, &message, now_us));
}

static const struct buy *the_buy (void)
{
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 1);
    return &kit_letter (&out, MESSAGE_BUY, 0)->message.buy;
}

// Steps from deadline to deadline until letters of the type leave.
static void run_to (enum message_type type)
{
    do {
        ck_assert_int_ne (buyer_deadline (buyer), DEADLINE_NONE);
        ck_assert_int_ge (buyer_deadline (buyer), now_us);
        now_us = buyer_deadline (buyer);
        step (kit_event (EVENT_DEADLINE, now_us));
    } while (!kit_count (&out, type));
}

START_TEST (test_buyer_thinks_from_an_answer_to_the_next_order)
{
    config.think_time_us = 10 * KIT_S;
    int64_t start_us = now_us;
    begin ();
    if (!kit_count (&out, MESSAGE_BUY)) {
        run_to (MESSAGE_BUY);
    }
    ck_assert_int_le (now_us, start_us + 10 * KIT_S);
    now_us += 300 * KIT_MS;
    tell (kit_receipt (1, the_buy ()->number, STATUS_SOLD, 1, 0, 40));
    ck_assert_uint_eq (out.letter_count, 0);
    int64_t answered_us = now_us;
    run_to (MESSAGE_BUY);
    ck_assert_int_eq (now_us, answered_us + 10 * KIT_S);
    ck_assert_int_eq (the_buy ()->number, 2);
}
END_TEST

START_TEST (test_buyers_that_start_together_do_not_march_in_step)
{
    config.think_time_us = 10 * KIT_S;
    int64_t start_us = now_us;
    int64_t first_us[8];
    for (uint64_t seed = 0; seed < 8; seed++) {
        buyer = buyer_new (&config, seed);
        now_us = start_us;
        step (kit_event (EVENT_START, now_us));
        first_us[seed] = buyer_deadline (buyer);
        ck_assert_int_le (first_us[seed], start_us + 10 * KIT_S);
        ck_assert (!seed || first_us[seed] != first_us[seed - 1]);
        buyer_destroy (&buyer);
    }
}
END_TEST

START_TEST (test_buyer_makes_its_orders_and_is_done)
{
    config.orders = 3;
    begin ();
    for (int64_t number = 1; number <= 3; number++) {
        ck_assert (!buyer_done (buyer));
        ck_assert_int_eq (the_buy ()->number, number);
        tell (kit_receipt (1, number, STATUS_SOLD, 1, 0, 40));
    }
    ck_assert_uint_eq (out.letter_count, 0);
    ck_assert (buyer_done (buyer));
    ck_assert_int_eq (buyer_deadline (buyer), DEADLINE_NONE);
    ck_assert_int_eq (buyer_book (buyer)->sold, 3);
    ck_assert_int_eq (buyer_book (buyer)->units, 3);
    ck_assert_int_eq (buyer_book (buyer)->spent_cents, 120);
}
END_TEST

START_TEST (test_buyer_is_not_done_before_all_is_settled)
{
    config.orders = 1;
    begin ();
    tell (kit_receipt (1, 1, STATUS_ACCEPTED, 1, 0, 0));
    ck_assert (!buyer_done (buyer));
    ck_assert_int_eq (buyer_book (buyer)->open, 1);
    ck_assert_int_eq (buyer_book (buyer)->units, 0);
    tell (kit_receipt (1, 1, STATUS_SOLD, 1, 0, 40));
    ck_assert (buyer_done (buyer));
    ck_assert_int_eq (buyer_book (buyer)->units, 1);
}
END_TEST

START_TEST (test_buyer_goes_on_after_an_accepted_order_and_enters_its_oversell_once)
{
    config.quantity_min = 3;
    config.quantity_max = 3;
    begin ();
    tell (kit_receipt (1, 1, STATUS_ACCEPTED, 3, 0, 0));
    ck_assert_int_eq (the_buy ()->number, 2);
    tell (kit_oversold (1, 1, 1, 2, 15));
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 0);
    struct message notice = kit_oversell (1, 10, 1, 1, 2, 15);
    step (kit_receive (PORT_NEWS, &notice, now_us));
    tell (kit_receipt (1, 1, STATUS_OVERSOLD, 1, 2, 15));
    const struct buyer_book *book = buyer_book (buyer);
    ck_assert_int_eq (book->oversold, 1);
    ck_assert_int_eq (book->missing_units, 2);
    ck_assert_int_eq (book->units, 1);
    ck_assert_int_eq (book->spent_cents, 15);
    ck_assert_int_eq (book->open, 1);
}
END_TEST

START_TEST (test_buyer_draws_its_quantity_from_the_range)
{
    config.quantity_min = 1;
    config.quantity_max = 5;
    config.all_or_nothing = true;
    begin ();
    bool drawn[6] = {false};
    for (int i = 0; i < 100; i++) {
        const struct buy *buy = the_buy ();
        ck_assert (buy->all_or_nothing);
        ck_assert (buy->quantity >= 1 && buy->quantity <= 5);
        drawn[buy->quantity] = true;
        tell (kit_receipt (1, buy->number, STATUS_OUT_OF_STOCK, 0, 0, 0));
    }
    ck_assert (drawn[1] && drawn[2] && drawn[3] && drawn[4] && drawn[5]);
    ck_assert_int_eq (buyer_book (buyer)->refused, 100);
}
END_TEST

START_TEST (test_buyer_keeps_asking_for_its_product)
{
    config.product = "menhir";
    begin ();
    for (int i = 0; i < 20; i++) {
        ck_assert_str_eq (the_buy ()->product, "menhir");
        tell (kit_receipt (1, the_buy ()->number, i % 2 ? STATUS_SOLD : STATUS_OUT_OF_STOCK, i % 2,
                           0, i % 2));
    }
}
END_TEST

START_TEST (test_buyer_switches_to_another_product_on_a_refusal_and_stays_with_it)
{
    config.product = "menhir";
    config.switch_on_refusal = true;
    begin ();
    for (int i = 0; i < 20; i++) {
        const char *refused = the_buy ()->product;
        tell (kit_receipt (1, the_buy ()->number, STATUS_OUT_OF_STOCK, 0, 0, 0));
        const char *other = the_buy ()->product;
        ck_assert_str_ne (other, refused);
        tell (kit_receipt (1, the_buy ()->number, STATUS_SOLD, 1, 0, 4));
        ck_assert_str_eq (the_buy ()->product, other);
    }
}
END_TEST

START_TEST (test_buyer_of_anything_draws_each_time_but_asks_again_for_what_it_did_not_get)
{
    begin ();
    int changes = 0;
    for (int i = 0; i < 60; i++) {
        const char *product = the_buy ()->product;
        tell (kit_receipt (1, the_buy ()->number, STATUS_OUT_OF_STOCK, 0, 0, 0));
        ck_assert_str_eq (the_buy ()->product, product);
        tell (kit_receipt (1, the_buy ()->number, STATUS_SOLD, 1, 0, 4));
        changes += strcmp (the_buy ()->product, product) != 0;
    }
    ck_assert_int_gt (changes, 20);
    ck_assert_int_lt (changes, 60);
}
END_TEST

START_TEST (test_buyer_may_order_a_product_that_the_list_does_not_name)
{
    config.product = "harp";
    config.product_count = 0;
    begin ();
    ck_assert_str_eq (the_buy ()->product, "harp");
}
END_TEST

START_TEST (test_buyer_keeps_its_window_full_and_each_slot_thinks_for_itself)
{
    config.window = 4;
    begin ();
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 4);
    tell (kit_receipt (1, 3, STATUS_SOLD, 1, 0, 4));
    ck_assert_int_eq (the_buy ()->number, 5);
    tell (kit_receipt (1, 3, STATUS_SOLD, 1, 0, 4));
    ck_assert_uint_eq (out.letter_count, 0);
    tell (kit_receipt (1, 1, STATUS_ACCEPTED, 1, 0, 0));
    ck_assert_int_eq (the_buy ()->number, 6);
    tell (kit_receipt (1, 1, STATUS_SOLD, 1, 0, 4));
    ck_assert_uint_eq (out.letter_count, 0);
    ck_assert_int_eq (buyer_book (buyer)->open, 4);
}
END_TEST

START_TEST (test_buyer_waits_for_the_oldest_order_at_the_end_of_the_answers_kept)
{
    config.client.answers_kept = 8;
    begin ();
    for (int64_t number = 1; number <= 8; number++) {
        ck_assert_int_eq (the_buy ()->number, number);
        tell (kit_receipt (1, number, STATUS_ACCEPTED, 1, 0, 0));
    }
    ck_assert_uint_eq (out.letter_count, 0);
    ck_assert_int_gt (buyer_deadline (buyer), now_us);
    tell (kit_receipt (1, 1, STATUS_SOLD, 1, 0, 4));
    ck_assert_int_eq (the_buy ()->number, 9);
}
END_TEST

START_TEST (test_buyer_does_not_hurry_after_a_refusal_for_good)
{
    begin ();
    tell (kit_error (1, 1, REASON_LIMIT));
    ck_assert_uint_eq (out.letter_count, 0);
    int64_t failed_us = now_us;
    run_to (MESSAGE_BUY);
    ck_assert_int_eq (now_us - failed_us, config.client.timeout_us);
    ck_assert_int_eq (buyer_book (buyer)->failed, 1);
}
END_TEST

START_TEST (test_buyer_lets_no_slot_wait_for_one_that_thinks_longer)
{
    config.window = 2;
    begin ();
    tell (kit_error (1, 1, REASON_LIMIT));
    ck_assert_uint_eq (out.letter_count, 0);
    tell (kit_receipt (1, 2, STATUS_SOLD, 1, 0, 4));
    ck_assert_int_eq (the_buy ()->number, 3);
}
END_TEST

START_TEST (test_buyer_stops_when_it_is_told_to)
{
    config.window = 2;
    begin ();
    step (kit_event (EVENT_STOP, now_us));
    ck_assert (!buyer_done (buyer));
    tell (kit_receipt (1, 1, STATUS_SOLD, 1, 0, 4));
    ck_assert_uint_eq (out.letter_count, 0);
    now_us += config.client.give_up_us;
    step (kit_event (EVENT_DEADLINE, now_us));
    ck_assert (buyer_done (buyer));
    ck_assert_int_eq (buyer_book (buyer)->gave_up, 1);
    ck_assert_int_eq (buyer_deadline (buyer), DEADLINE_NONE);
}
END_TEST

START_TEST (test_buyer_that_is_held_orders_nothing_until_it_is_let_go)
{
    begin ();
    client_hold (buyer_client (buyer), true);
    tell (kit_receipt (1, 1, STATUS_SOLD, 1, 0, 4));
    ck_assert_uint_eq (out.letter_count, 0);
    ck_assert_int_eq (buyer_deadline (buyer), DEADLINE_NONE);
    ck_assert (!buyer_done (buyer));
    client_hold (buyer_client (buyer), false);
    run_to (MESSAGE_BUY);
    ck_assert_int_eq (the_buy ()->number, 2);
}
END_TEST

START_TEST (test_buyer_waits_with_its_orders_until_somebody_takes_a_seat)
{
    static const int64_t SEAT = 3;
    config.client.elected = true;
    config.window = 4;
    begin ();
    int64_t start_us = now_us;
    ck_assert_uint_eq (out.letter_count, 0);
    ck_assert_int_eq (buyer_book (buyer)->open, 4);
    now_us += 2 * KIT_S;
    step (kit_event (EVENT_DEADLINE, now_us));
    ck_assert_uint_eq (out.letter_count, 0);
    client_seats (buyer_client (buyer), &SEAT, 1, now_us, &out);
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 4);
    tell (kit_receipt (SEAT, 4, STATUS_SOLD, 1, 0, 4));
    ck_assert_int_eq (buyer_latency (buyer)->max_us, now_us - start_us);
    ck_assert_int_eq (the_buy ()->number, 5);
    ck_assert_int_eq (buyer_book (buyer)->resent, 0);
}
END_TEST

START_TEST (test_buyer_measures_from_the_order_to_its_first_answer)
{
    begin ();
    int64_t start_us = now_us;
    run_to (MESSAGE_BUY);
    ck_assert_int_eq (the_buy ()->attempt, 2);
    now_us += 10 * KIT_MS;
    int64_t latency_us = now_us - start_us;
    tell (kit_receipt (1, 1, STATUS_ACCEPTED, 1, 0, 0));
    now_us += 70 * KIT_MS;
    tell (kit_receipt (1, 1, STATUS_SOLD, 1, 0, 4));
    ck_assert_int_eq (buyer_latency (buyer)->count, 1);
    ck_assert_int_eq (buyer_latency (buyer)->max_us, latency_us);
    ck_assert_int_eq (buyer_book (buyer)->resent, 1);
}
END_TEST

static void add_orders (Suite *suite)
{
    TCase *orders = tcase_create ("orders");
    tcase_add_checked_fixture (orders, set_up, tear_down);
    tcase_add_test (orders, test_buyer_thinks_from_an_answer_to_the_next_order);
    tcase_add_test (orders, test_buyers_that_start_together_do_not_march_in_step);
    tcase_add_test (orders, test_buyer_makes_its_orders_and_is_done);
    tcase_add_test (orders, test_buyer_draws_its_quantity_from_the_range);
    tcase_add_test (orders, test_buyer_keeps_asking_for_its_product);
    tcase_add_test (orders, test_buyer_switches_to_another_product_on_a_refusal_and_stays_with_it);
    tcase_add_test (orders,
                    test_buyer_of_anything_draws_each_time_but_asks_again_for_what_it_did_not_get);
    tcase_add_test (orders, test_buyer_may_order_a_product_that_the_list_does_not_name);
    tcase_add_test (orders, test_buyer_keeps_its_window_full_and_each_slot_thinks_for_itself);
    tcase_add_test (orders, test_buyer_waits_for_the_oldest_order_at_the_end_of_the_answers_kept);
    tcase_add_test (orders, test_buyer_does_not_hurry_after_a_refusal_for_good);
    tcase_add_test (orders, test_buyer_lets_no_slot_wait_for_one_that_thinks_longer);
    tcase_add_test (orders, test_buyer_stops_when_it_is_told_to);
    tcase_add_test (orders, test_buyer_that_is_held_orders_nothing_until_it_is_let_go);
    tcase_add_test (orders, test_buyer_waits_with_its_orders_until_somebody_takes_a_seat);
    suite_add_tcase (suite, orders);
}

static void add_book (Suite *suite)
{
    TCase *book = tcase_create ("book");
    tcase_add_checked_fixture (book, set_up, tear_down);
    tcase_add_test (book, test_buyer_is_not_done_before_all_is_settled);
    tcase_add_test (book, test_buyer_goes_on_after_an_accepted_order_and_enters_its_oversell_once);
    tcase_add_test (book, test_buyer_measures_from_the_order_to_its_first_answer);
    suite_add_tcase (suite, book);
}

int main (void)
{
    Suite *suite = suite_create ("buyer");
    add_orders (suite);
    add_book (suite);
    return kit_run (suite);
}
