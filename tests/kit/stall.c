#include "tests/kit/stall.h"

static const int64_t TRADERS[] = {1, 2, 3};
const char *const stall_products[STALL_PRODUCTS] = {"fish", "menhir", "potion"};
struct stall stall;

void stall_set_up (void)
{
    outbox_init (&stall.out);
    stall.now_us = 7 * KIT_S;
    stall.config = seller_config_default ();
    stall.config.client.id = 20;
    stall.config.client.traders = TRADERS;
    stall.config.client.trader_count = 3;
    stall.config.client.ping_every_us = 0;
    stall.config.products = stall_products;
    stall.config.product_count = STALL_PRODUCTS;
    stall.config.product = "menhir";
}

void stall_tear_down (void)
{
    seller_destroy (&stall.seller);
    outbox_free (&stall.out);
}

void stall_step (struct event event)
{
    outbox_clear (&stall.out);
    seller_step (stall.seller, &event, &stall.out);
    const struct seller_book *book = seller_book (stall.seller);
    ck_assert_int_eq (book->requests, book->restocked + book->failed + book->gave_up + book->open);
    ck_assert_int_ge (book->units, book->restocked * stall.config.quantity_min);
    ck_assert_int_le (book->units, book->restocked * stall.config.quantity_max);
}

void stall_begin (void)
{
    stall.seller = seller_new (&stall.config, 1);
    stall_step (kit_event (EVENT_START, stall.now_us));
}

void stall_tell (struct message message)
{
    stall_step (kit_receive (PORT_TRADER, &message, stall.now_us));
}

const struct restock *the_restock (void)
{
    ck_assert_uint_eq (kit_count (&stall.out, MESSAGE_RESTOCK), 1);
    return &kit_letter (&stall.out, MESSAGE_RESTOCK, 0)->message.restock;
}

void stall_run_to (enum message_type type)
{
    do {
        ck_assert_int_ne (seller_deadline (stall.seller), DEADLINE_NONE);
        ck_assert_int_ge (seller_deadline (stall.seller), stall.now_us);
        stall.now_us = seller_deadline (stall.seller);
        stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
    } while (!kit_count (&stall.out, type));
}

struct message stall_sold (int64_t lot, int64_t order, const char *product, int64_t units)
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

struct message stall_lot (int64_t number, const char *product, int64_t left)
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
