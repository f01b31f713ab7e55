#include <check.h>
#include <string.h>

#include "actors/clients/buyer.h"
#include "actors/clients/random.h"
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

// What the market has told, kept apart from the buyer's book.
struct ledger {
    int64_t units;
    int64_t cents;
    int64_t oversold;
};

// Gives the order one final outcome, which it gets on every further asking too.
static struct message settled (struct ledger *ledger, bool *seen, int64_t number)
{
    bool oversold = number % 3 == 0;
    int64_t units = oversold ? 1 : 2;
    if (!*seen) {
        ledger->units += units;
        ledger->cents += units * number;
        ledger->oversold += oversold;
        *seen = true;
    }
    return kit_receipt (1, number, oversold ? STATUS_OVERSOLD : STATUS_SOLD, units, 2 - units,
                        units * number);
}

START_TEST (test_buyer_agrees_with_the_ledger_whatever_is_lost_or_doubled)
{
    struct random random = random_seeded ((uint64_t) _i);
    static bool settled_once[4096];
    memset (settled_once, 0, sizeof settled_once);
    struct ledger ledger = {0};
    config.orders = 60;
    config.window = 1 + _i % 5;
    config.quantity_min = 2;
    config.quantity_max = 2;
    config.client.bound = _i % 2;
    begin ();
    // A question is lost, or answered; answers may be doubled, and all come out of order.
    struct message waiting[64];
    size_t count = 0;
    for (int i = 0; !buyer_done (buyer); i++) {
        ck_assert_int_lt (i, 100000);
        for (size_t k = 0; k < out.letter_count && count < 60; k++) {
            const struct message *letter = &out.letters[k].message;
            int64_t number = message_number (letter);
            if (letter->type == MESSAGE_BUY && random_between (&random, 0, 2)) {
                waiting[count++] = kit_receipt (1, number, STATUS_ACCEPTED, 2, 0, 0);
            }
            if (letter->type == MESSAGE_ORDER_STATUS && random_between (&random, 0, 2)) {
                waiting[count++] = settled (&ledger, &settled_once[number], number);
            }
        }
        if (count && random_between (&random, 0, 3)) {
            size_t pick = (size_t) random_between (&random, 0, (int64_t) count - 1);
            struct message message = waiting[pick];
            if (random_between (&random, 0, 3)) {
                waiting[pick] = waiting[--count];
            }
            tell (message);
        } else {
            ck_assert_int_ne (buyer_deadline (buyer), DEADLINE_NONE);
            now_us = buyer_deadline (buyer) > now_us ? buyer_deadline (buyer) : now_us;
            step (kit_event (EVENT_DEADLINE, now_us));
            ck_assert_int_gt (buyer_deadline (buyer), now_us);
        }
    }
    const struct buyer_book *book = buyer_book (buyer);
    ck_assert_int_eq (book->requests, 60);
    if (!book->gave_up) {
        ck_assert_int_eq (book->units, ledger.units);
        ck_assert_int_eq (book->spent_cents, ledger.cents);
        ck_assert_int_eq (book->oversold, ledger.oversold);
    }
    ck_assert_int_lt (book->gave_up, config.orders / 6);  // Those whose letters were all lost.
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("buyer_random");
    TCase *seeds = tcase_create ("seeds");
    tcase_add_checked_fixture (seeds, set_up, tear_down);
    tcase_add_loop_test (seeds, test_buyer_agrees_with_the_ledger_whatever_is_lost_or_doubled, 0,
                         30);
    suite_add_tcase (suite, seeds);
    return kit_run (suite);
}
