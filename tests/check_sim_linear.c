#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

// Traders are 1 and 2, buyers 5 and 6, the seller is 9. Salt is sold in sync, gold from caches.
static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "gold", .mode = MODE_CACHED}};
static const struct rules rules = {.products = products, .product_count = 2};

static const struct fill one_of_lot_1[] = {{.seller = 9, .lot = 1, .units = 1, .price_cents = 100}};
static const struct fill two_of_lot_1[] = {{.seller = 9, .lot = 1, .units = 2, .price_cents = 100}};
static const struct fill one_of_lot_2[] = {{.seller = 9, .lot = 2, .units = 1, .price_cents = 90}};

static struct fact facts[256];
static size_t fact_count;

static void add (struct fact fact)
{
    facts[fact_count++] = fact;
}

// The history is over. Returns the complaint, NULL: none; the next history begins.
static const char *complaint (void)
{
    add (over ());
    const char *text = complaint_of (&linear_checker, &rules, facts, fact_count);
    fact_count = 0;
    return text;
}

static void seller_brings (int64_t lot, int64_t units, int64_t price_cents)
{
    add (asked (9, 1, restock (9, lot, "salt", units, price_cents)));
    add (told (9, 1, restocked (1, lot, "salt", units, price_cents)));
}

static void buyer_asks (int64_t buyer, int64_t number, int64_t quantity)
{
    add (asked (buyer, 1, buy (buyer, number, "salt", quantity)));
}

static struct message sold_receipt (int64_t number, const struct fill *fill)
{
    struct message message =
        receipt (1, number, STATUS_SOLD, "salt", fill->units, fill->units * fill->price_cents);
    message.receipt.fills = fill;
    message.receipt.fill_count = 1;
    return message;
}

static void buyer_gets (int64_t buyer, int64_t number, const struct fill *fill)
{
    add (told (buyer, 1, sold_receipt (number, fill)));
}

static void buyer_is_refused (int64_t buyer, int64_t number)
{
    add (told (buyer, 1, receipt (1, number, STATUS_OUT_OF_STOCK, "salt", 0, 0)));
}

// The product and the order have become durable; what was stored before is not valid any more.
static void warehouse_stores (struct record order)
{
    static struct record records[2];
    records[0] = of_product (1, "salt");
    records[1] = order;
    add (stored (records, 2));
}

static void assert_good (void)
{
    verdict_is (complaint (), NULL);
}

static void assert_bad (const char *words)
{
    verdict_is (complaint (), words);
}

static void assert_verdict (bool good, const char *words)
{
    verdict_is (complaint (), good ? NULL : words);
}

START_TEST (test_two_orders_at_once_may_come_in_either_order)
{
    for (int64_t winner = 5; winner <= 6; winner++) {
        seller_brings (1, 1, 100);
        buyer_asks (5, 1, 1);
        buyer_asks (6, 1, 1);
        buyer_is_refused (11 - winner, 1);
        buyer_gets (winner, 1, one_of_lot_1);
        assert_good ();
    }
}
END_TEST

START_TEST (test_a_unit_is_sold_once)
{
    for (int64_t units = 1; units <= 2; units++) {
        seller_brings (1, units, 100);
        buyer_asks (5, 1, 1);
        buyer_asks (6, 1, 1);
        buyer_gets (5, 1, one_of_lot_1);
        buyer_gets (6, 1, one_of_lot_1);
        assert_verdict (units == 2, "for order 1 of 1 units buyer 6 was told sold, 1 units");
    }
}
END_TEST

START_TEST (test_a_refusal_needs_an_empty_stock_at_some_time)
{
    for (int bad = 0; bad <= 1; bad++) {
        if (bad) {
            seller_brings (1, 1, 100);
        }
        buyer_asks (5, 1, 1);
        seller_brings (2, 1, 90);
        buyer_is_refused (5, 1);
        assert_verdict (!bad, "there are 2 units, and it would be sold, 1 units for 100 cents");
    }
}
END_TEST

START_TEST (test_nobody_buys_what_comes_later)
{
    for (int bad = 0; bad <= 1; bad++) {
        buyer_asks (5, 1, 1);
        if (bad) {
            buyer_gets (5, 1, one_of_lot_1);
        }
        seller_brings (1, 1, 100);
        buyer_gets (5, 1, one_of_lot_1);
        assert_verdict (!bad, "order 1 of 1 units buyer 5 was told sold");
    }
}
END_TEST

START_TEST (test_the_older_lot_is_sold_first)
{
    add (asked (9, 1, restock (9, 1, "salt", 1, 100)));
    add (asked (9, 1, restock (9, 2, "salt", 1, 90)));
    buyer_asks (5, 1, 1);
    buyer_gets (5, 1, one_of_lot_2);
    add (told (9, 1, restocked (1, 1, "salt", 1, 100)));
    assert_good ();

    seller_brings (1, 1, 100);
    seller_brings (2, 1, 90);
    buyer_asks (5, 1, 1);
    buyer_gets (5, 1, one_of_lot_2);
    assert_bad ("buyer 5 was told sold, 1 units for 90 cents from 1 lots");
}
END_TEST

START_TEST (test_no_lot_is_passed_over)
{
    for (int bad = 0; bad <= 1; bad++) {
        const struct fill fills[] = {one_of_lot_1[0], one_of_lot_2[0]};
        struct message message = sold_receipt (1, fills);
        message.receipt.units = 2;
        message.receipt.amount_cents = 190;
        message.receipt.fill_count = 2;
        seller_brings (1, 1, 100);
        seller_brings (bad ? 3 : 2, 1, 90);
        seller_brings (bad ? 2 : 3, 1, 90);
        buyer_asks (5, 1, 2);
        add (told (5, 1, message));
        assert_verdict (!bad, "seller 9 was told that its lot 3 of 1 units is in, but no order");
    }
}
END_TEST

START_TEST (test_a_receipt_is_right_to_the_last_figure)
{
    for (int wrong = 0; wrong <= 6; wrong++) {
        struct fill fill = two_of_lot_1[0];
        struct message message = sold_receipt (1, &fill);
        message.receipt.status = wrong == 1 ? STATUS_OVERSOLD : STATUS_SOLD;
        message.receipt.amount_cents += wrong == 2;
        message.receipt.missing = wrong == 3;
        fill.price_cents += wrong == 4;
        fill.seller -= wrong == 5;
        message.receipt.units -= wrong == 6;
        seller_brings (1, 5, 100);
        buyer_asks (5, 1, 2);
        add (told (5, 1, message));
        assert_verdict (wrong == 0, "it would be sold, 2 units for 200 cents");
    }
}
END_TEST

START_TEST (test_an_order_gets_all_there_is_unless_it_wants_all_or_nothing)
{
    for (int bad = 0; bad <= 1; bad++) {
        seller_brings (1, 2, 100);
        buyer_asks (5, 1, 3);
        buyer_gets (5, 1, bad ? one_of_lot_1 : two_of_lot_1);
        assert_verdict (!bad, "it would be sold, 2 units for 200 cents");

        struct message message = buy (5, 1, "salt", bad ? 2 : 3);
        message.buy.all_or_nothing = true;
        seller_brings (1, 2, 100);
        add (asked (5, 1, message));
        buyer_is_refused (5, 1);
        assert_verdict (!bad, "buyer 5 was told out_of_stock");
    }
}
END_TEST

START_TEST (test_too_many_lots_are_more_than_a_receipt_holds)
{
    for (int64_t lots = LIMIT_FILLS; lots <= LIMIT_FILLS + 1; lots++) {
        for (int64_t lot = 1; lot <= lots; lot++) {
            seller_brings (lot, 1, 100);
        }
        struct message message = buy (5, 1, "salt", lots);
        message.buy.all_or_nothing = true;
        add (asked (5, 1, message));
        add (told (5, 1, receipt (1, 1, STATUS_TOO_MANY_LOTS, "salt", 0, 0)));
        assert_verdict (lots > LIMIT_FILLS, "buyer 5 was told too_many_lots");
    }
}
END_TEST

// An order that nobody was told of stands for the units that are missing.
START_TEST (test_what_nobody_was_told_of_may_have_happened)
{
    for (int asked_by_6 = 0; asked_by_6 <= 1; asked_by_6++) {
        seller_brings (1, 1, 100);
        if (asked_by_6) {
            buyer_asks (6, 1, 1);
        }
        buyer_asks (5, 1, 1);
        buyer_is_refused (5, 1);
        assert_verdict (asked_by_6, "buyer 5 was told out_of_stock");
    }
}
END_TEST

START_TEST (test_what_was_refused_for_good_did_not_happen)
{
    const enum reason reasons[] = {REASON_CONFLICT, REASON_LIMIT,       REASON_BAD_REQUEST,
                                   REASON_BUSY,     REASON_UNAVAILABLE, REASON_EXPIRED};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        seller_brings (1, 1, 100);
        buyer_asks (6, 1, 1);
        add (told (6, 1, refusal (1, 1, reasons[i])));
        buyer_asks (5, 1, 1);
        buyer_is_refused (5, 1);
        assert_verdict (i >= 3, "buyer 5 was told out_of_stock");
    }
}
END_TEST

// The first attempt was refused, and what the warehouse stored is another one.
START_TEST (test_what_is_stored_may_have_happened_after_a_refusal)
{
    seller_brings (1, 1, 100);
    buyer_asks (6, 1, 1);
    add (told (6, 1, refusal (1, 1, REASON_LIMIT)));
    warehouse_stores (of_order (6, 1, 1, 1, STATUS_SOLD, 1, 100));
    buyer_asks (5, 1, 1);
    buyer_is_refused (5, 1);
    assert_good ();
}
END_TEST

START_TEST (test_the_answer_to_a_question_ends_an_order_too)
{
    for (int bad = 0; bad <= 1; bad++) {
        buyer_asks (5, 1, 1);
        if (bad) {
            add (asked (5, 2, order_status (5, 1)));
            buyer_is_refused (5, 1);
        }
        seller_brings (1, 1, 100);
        add (told (5, 1, receipt (1, 1, STATUS_UNKNOWN, "", 0, 0)));
        buyer_gets (5, 1, one_of_lot_1);
        buyer_asks (6, 1, 1);
        buyer_is_refused (6, 1);
        assert_verdict (!bad, "buyer 6 was told out_of_stock");
    }
}
END_TEST

// Buyer 5 uses its number 1 for one unit and for two. What is stored is what happened.
START_TEST (test_a_number_stands_for_the_body_that_was_stored)
{
    const struct fill *fills[] = {NULL, one_of_lot_1, two_of_lot_1};
    for (int64_t units = 0; units <= 2; units++) {
        for (int64_t left = 1; left <= 2; left++) {
            seller_brings (1, 2, 100);
            buyer_asks (5, 1, 1);
            buyer_asks (5, 1, 2);
            if (units > 0) {
                warehouse_stores (of_order (5, 1, 1, units, STATUS_SOLD, units, 100 * units));
                buyer_gets (5, 1, fills[units]);
            }
            buyer_asks (6, 1, 2);
            buyer_gets (6, 1, fills[left]);
            assert_verdict (units + left == 2, "buyer 6 was told sold");
        }
    }
}
END_TEST

// An order for what nobody ever brought is kept without its product's name: under its number any
// product is refused.
START_TEST (test_a_refusal_without_a_product_is_for_any)
{
    for (int bad = 0; bad <= 1; bad++) {
        add (asked (5, 1, buy (5, 1, "myrrh", bad ? 2 : 1)));
        warehouse_stores (of_order (5, 1, 0, 1, STATUS_OUT_OF_STOCK, 0, 0));
        seller_brings (1, 1, 100);
        buyer_asks (5, 1, 1);
        buyer_is_refused (5, 1);
        assert_verdict (!bad, "buyer 5 was told out_of_stock");
    }
}
END_TEST

START_TEST (test_nothing_is_promised_of_a_product_in_sync)
{
    seller_brings (1, 1, 100);
    buyer_asks (5, 1, 1);
    add (told (5, 1, receipt (1, 1, STATUS_ACCEPTED, "salt", 1, 0)));
    assert_bad ("salt is sold in sync, but trader 1 promised buyer 5 1 units for order 1");
}
END_TEST

START_TEST (test_caches_are_not_held_to_it)
{
    add (asked (5, 1, buy (5, 1, "gold", 1)));
    add (told (5, 1, receipt (1, 1, STATUS_ACCEPTED, "gold", 1, 0)));
    add (told (5, 1, oversold (1, 1, "gold", 0, 1, 0)));
    assert_good ();
}
END_TEST

START_TEST (test_products_do_not_disturb_each_other)
{
    for (int bad = 0; bad <= 1; bad++) {
        seller_brings (1, 1, 100);
        add (asked (5, 1, buy (5, 1, "myrrh", 1)));
        buyer_asks (5, 1, 1);
        add (STORED (of_product (1, "salt"), of_product (2, "myrrh"),
                     of_order (5, 1, bad ? 2 : 1, 1, STATUS_SOLD, 1, 100)));
        buyer_asks (6, 1, 1);
        buyer_is_refused (6, 1);
        assert_verdict (!bad, "buyer 6 was told out_of_stock");
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_linear");
    TCase *orders = tcase_create ("orders");
    tcase_add_test (orders, test_two_orders_at_once_may_come_in_either_order);
    tcase_add_test (orders, test_a_unit_is_sold_once);
    tcase_add_test (orders, test_a_refusal_needs_an_empty_stock_at_some_time);
    tcase_add_test (orders, test_nobody_buys_what_comes_later);
    tcase_add_test (orders, test_the_older_lot_is_sold_first);
    tcase_add_test (orders, test_no_lot_is_passed_over);
    tcase_add_test (orders, test_a_receipt_is_right_to_the_last_figure);
    tcase_add_test (orders, test_an_order_gets_all_there_is_unless_it_wants_all_or_nothing);
    tcase_add_test (orders, test_too_many_lots_are_more_than_a_receipt_holds);
    suite_add_tcase (suite, orders);

    TCase *requests = tcase_create ("requests");
    tcase_add_test (requests, test_what_nobody_was_told_of_may_have_happened);
    tcase_add_test (requests, test_what_was_refused_for_good_did_not_happen);
    tcase_add_test (requests, test_what_is_stored_may_have_happened_after_a_refusal);
    tcase_add_test (requests, test_the_answer_to_a_question_ends_an_order_too);
    tcase_add_test (requests, test_a_number_stands_for_the_body_that_was_stored);
    tcase_add_test (requests, test_a_refusal_without_a_product_is_for_any);
    suite_add_tcase (suite, requests);

    TCase *modes = tcase_create ("modes");
    tcase_add_test (modes, test_nothing_is_promised_of_a_product_in_sync);
    tcase_add_test (modes, test_caches_are_not_held_to_it);
    tcase_add_test (modes, test_products_do_not_disturb_each_other);
    suite_add_tcase (suite, modes);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
