#include <check.h>

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

START_TEST (test_buyer_counts_answers_of_another_trader_than_the_first)
{
    config.client.bound = true;
    config.orders = 2;
    begin ();
    int64_t to = kit_letter (&out, MESSAGE_BUY, 0)->to;
    tell (kit_receipt (to, 1, STATUS_ACCEPTED, 1, 0, 0));
    ck_assert_int_eq (kit_letter (&out, MESSAGE_BUY, 0)->message.buy.number, 2);
    int64_t second_to = kit_letter (&out, MESSAGE_BUY, 0)->to;
    // The backup settles the order and tells of it by itself.
    tell (kit_receipt (to % 3 + 1, 1, STATUS_SOLD, 1, 0, 4));
    ck_assert_int_eq (buyer_book (buyer)->moved, 1);
    tell (kit_receipt (second_to, 2, STATUS_OUT_OF_STOCK, 0, 0, 0));
    ck_assert_int_eq (buyer_book (buyer)->moved, 1);
    ck_assert (buyer_done (buyer));
}
END_TEST

// The next entry must be of this order.
static struct buyer_entry the_entry (int64_t number, int64_t units, int64_t amount_cents)
{
    struct buyer_entry entry = {0};
    ck_assert (buyer_next_entry (buyer, &entry));
    ck_assert_int_eq (entry.number, number);
    ck_assert_int_eq (entry.units, units);
    ck_assert_int_eq (entry.amount_cents, amount_cents);
    ck_assert_str_eq (entry.product, "fish");
    ck_assert_int_eq (entry.quantity, 3);
    ck_assert (entry.first_trader >= 1 && entry.first_trader <= 3);
    return entry;
}

START_TEST (test_buyer_hands_out_each_order_once_with_its_final_answer)
{
    struct buyer_entry none;
    config.product = "fish";
    config.quantity_min = config.quantity_max = 3;
    config.orders = 4;
    config.window = 4;
    begin ();
    ck_assert_uint_eq (kit_count (&out, MESSAGE_BUY), 4);
    int64_t first_to = kit_letter (&out, MESSAGE_BUY, 0)->to;
    ck_assert (!buyer_next_entry (buyer, &none));
    tell (kit_receipt (1, 1, STATUS_ACCEPTED, 3, 0, 0));
    ck_assert (!buyer_next_entry (buyer, &none));
    tell (kit_receipt (1, 1, STATUS_OVERSOLD, 2, 1, 8));
    struct buyer_entry entry = the_entry (1, 2, 8);
    ck_assert_int_eq (entry.outcome, CLIENT_DECIDED);
    ck_assert_int_eq (entry.status, STATUS_OVERSOLD);
    ck_assert_int_eq (entry.missing, 1);
    ck_assert_int_eq (entry.first_trader, first_to);
    ck_assert (!buyer_next_entry (buyer, &none));
    tell (kit_receipt (2, 3, STATUS_SOLD, 3, 0, 12));
    ck_assert_int_eq (the_entry (3, 3, 12).status, STATUS_SOLD);
    tell (kit_error (2, 2, REASON_CONFLICT));
    ck_assert_int_eq (the_entry (2, 0, 0).outcome, CLIENT_FAILED);
    now_us += config.client.give_up_us;
    step (kit_event (EVENT_DEADLINE, now_us));
    ck_assert_int_eq (the_entry (4, 0, 0).outcome, CLIENT_GAVE_UP);
    ck_assert (!buyer_next_entry (buyer, &none));
}
END_TEST

START_TEST (test_buyer_hands_out_all_orders_that_one_step_closes)
{
    struct buyer_entry none;
    config.product = "fish";
    config.quantity_min = config.quantity_max = 3;
    config.window = 100;
    begin ();
    now_us += config.client.give_up_us;
    step (kit_event (EVENT_DEADLINE, now_us));
    for (int64_t number = 1; number <= 100; number++) {
        ck_assert_int_eq (the_entry (number, 0, 0).outcome, CLIENT_GAVE_UP);
    }
    ck_assert (!buyer_next_entry (buyer, &none));
    ck_assert_int_eq (buyer_book (buyer)->open, 100);  // the next ones
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("buyer_book");
    TCase *entries = tcase_create ("entries");
    tcase_add_checked_fixture (entries, set_up, tear_down);
    tcase_add_test (entries, test_buyer_counts_answers_of_another_trader_than_the_first);
    tcase_add_test (entries, test_buyer_hands_out_each_order_once_with_its_final_answer);
    tcase_add_test (entries, test_buyer_hands_out_all_orders_that_one_step_closes);
    suite_add_tcase (suite, entries);
    return kit_run (suite);
}
