// The checker of one outcome a number, on histories by hand.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "silk", .mode = MODE_CACHED}};
static const struct rules rules = {.answers_kept = 4, .products = products, .product_count = 2};

// Seller 9 has two lots of salt and one of silk; buyer 5 got 6 units of salt, of both lots.
#define LOTS                                                                                    \
    asked (9, 1, restock (9, 1, "salt", 5, 100)), asked (9, 1, restock (9, 2, "salt", 5, 110)), \
        asked (9, 1, restock (9, 3, "silk", 3, 900)),                                           \
        STORED (of_product (1, "salt"), of_product (2, "silk"), of_lot (1, 9, 1, 1, 5, 100),    \
                of_lot (2, 9, 2, 1, 5, 110), of_lot (13, 9, 3, 2, 3, 900))
#define BOUGHT                                                                                     \
    LOTS, asked (5, 1, buy (5, 1, "salt", 6)),                                                     \
        STORED (of_order (5, 1, 1, 6, STATUS_SOLD, 6, 610), of_fill (5, 1, 11, 9, 1, 5, 100, 100), \
                of_fill (5, 1, 12, 9, 2, 1, 110, 22), of_left (11, 0), of_left (12, 4))

static const struct fill both_lots[] = {{9, 1, 5, 100}, {9, 2, 1, 110}};

static struct message filled (struct message message, const struct fill *fills, size_t count)
{
    message.receipt.fills = fills;
    message.receipt.fill_count = count;
    return message;
}

static struct message bought (void)
{
    return filled (receipt (1, 1, STATUS_SOLD, "salt", 6, 610), both_lots, 2);
}

static struct message whole (struct message message)
{
    message.buy.all_or_nothing = true;
    return message;
}

static struct message short_of (int64_t number, int64_t units, int64_t missing)
{
    return (struct message){
        .type = MESSAGE_OVERSELL,
        .from = 1,
        .oversell = {.trader = 1,
                     .buyer = 5,
                     .number = number,
                     .product = "silk",
                     .units = units,
                     .missing = missing,
                     .amount_cents = units * 900},
    };
}

static struct record oversold_order (int64_t number, int64_t units, int64_t missing)
{
    struct record record = of_order (5, number, 2, units + missing, STATUS_OVERSOLD, units, 0);
    record.order.missing = missing;
    record.order.amount_cents = units * 900;
    return record;
}

START_TEST (test_the_answer_that_is_stored_may_be_told_again_and_again)
{
    struct message later = bought ();
    later.clock = 77;
    later.receipt.seen.version = 12;
    is_fine (FACTS (BOUGHT, said (1, 1, 5, bought ()), told (5, 1, bought ()),
                    asked (5, 2, order_status (5, 1)), said (2, 1, 5, later), told (5, 2, later)));
}
END_TEST

static const struct fill swapped[] = {{9, 2, 1, 110}, {9, 1, 5, 100}};
static const struct fill other_seller[] = {{8, 1, 5, 100}, {9, 2, 1, 110}};
static const struct fill other_lot[] = {{9, 3, 5, 100}, {9, 2, 1, 110}};
static const struct fill fewer_units[] = {{9, 1, 4, 100}, {9, 2, 1, 110}};
static const struct fill dearer[] = {{9, 1, 5, 100}, {9, 2, 1, 111}};

// Answers to order 1 that differ from bought() in one thing each.
static const struct receipt others[] = {
    {.units = 6, .amount_cents = 610, .fills = swapped, .fill_count = 2},
    {.units = 6, .amount_cents = 610, .fills = other_seller, .fill_count = 2},
    {.units = 6, .amount_cents = 610, .fills = other_lot, .fill_count = 2},
    {.units = 6, .amount_cents = 610, .fills = fewer_units, .fill_count = 2},
    {.units = 6, .amount_cents = 610, .fills = dearer, .fill_count = 2},
    {.units = 6, .amount_cents = 610, .fills = both_lots, .fill_count = 1},
    {.units = 5, .amount_cents = 610, .fills = both_lots, .fill_count = 2},
    {.units = 6, .amount_cents = 611, .fills = both_lots, .fill_count = 2},
    {.units = 6, .amount_cents = 610, .fills = both_lots, .fill_count = 2, .missing = 1},
    {.units = 6, .amount_cents = 610, .fills = both_lots, .fill_count = 2, .product = "silk"},
    {.units = 6,
     .amount_cents = 610,
     .fills = both_lots,
     .fill_count = 2,
     .status = STATUS_TOO_MANY_LOTS},
};
enum { OTHERS = sizeof others / sizeof others[0] };

static struct message other (int which)
{
    struct message message = {.type = MESSAGE_RECEIPT, .from = 2, .receipt = others[which]};
    message.receipt.number = 1;
    message.receipt.product = message.receipt.product ? message.receipt.product : "salt";
    return message;
}

START_TEST (test_an_answer_that_differs_from_the_stored_one_is_seen_whatever_differs)
{
    struct fact both = asked (5, 1, buy (5, 1, "silk", 6));
    is_wrong ("stored is: sold, 6 of salt for 610 cents, 0 missing, 5 from 9/1 at 100",
              FACTS (both, BOUGHT, said (1, 1, 5, other (_i))));
    is_wrong ("stored is: sold, 6 of salt", FACTS (both, BOUGHT, told (5, 1, other (_i))));
}
END_TEST

START_TEST (test_an_answer_that_differs_from_one_before_is_seen_whatever_differs)
{
    is_wrong ("told before: sold, 6 of salt for 610 cents, 0 missing, 5 from 9/1 at 100",
              FACTS (LOTS, asked (5, 1, buy (5, 1, "salt", 6)), asked (5, 1, buy (5, 1, "silk", 6)),
                     said (1, 1, 5, bought ()), told (5, 1, bought ()),
                     said (2, 1, 5, other (_i))));
}
END_TEST

START_TEST (test_two_confirmations_of_a_lot_differ_before_it_is_stored)
{
    struct fact confirmed = said (1, 1, 9, restocked (1, 1, "salt", 5, 100));
    struct fact asks[] = {
        asked (9, 1, restock (9, 1, "salt", 5, 101)),
        asked (9, 1, restock (9, 1, "salt", 6, 100)),
        asked (9, 1, restock (9, 1, "tea", 5, 100)),
    };
    const struct restock *body = &asks[_i].message->restock;
    is_wrong (
        "told before: restocked, 5 of salt at 100 cents",
        FACTS (asked (9, 1, restock (9, 1, "salt", 5, 100)), asks[_i], confirmed, confirmed,
               said (1, 1, 9, restocked (1, 1, body->product, body->quantity, body->price_cents))));
    is_wrong ("told before: sold, 0 of salt",
              FACTS (asked (9, 1, restock (9, 1, "salt", 5, 100)),
                     asked (9, 1, buy (9, 1, "salt", 5)),
                     said (1, 1, 9, receipt (1, 1, STATUS_SOLD, "salt", 0, 0)), confirmed));
}
END_TEST

START_TEST (test_what_is_stored_differs_from_what_was_told_before)
{
    struct fact story[] = {
        LOTS,
        asked (5, 1, buy (5, 1, "salt", 6)),
        said (1, 1, 5, bought ()),
        STORED (of_order (5, 1, 1, 6, STATUS_SOLD, 6, 610), of_fill (5, 1, 11, 9, 1, 5, 100, 100),
                of_fill (5, 1, 12, 9, 2, 1, 110, 22)),
    };
    size_t count = sizeof story / sizeof story[0];
    is_fine (story, count);
    story[count - 1] =
        STORED (of_order (5, 1, 1, 6, STATUS_SOLD, 6, 610), of_fill (5, 1, 11, 9, 1, 5, 100, 100));
    is_wrong ("1 from 9/2 at 110; stored is: sold, 6 of salt", story, count);
    is_wrong ("restocked, 5 of salt at 100 cents; stored is: restocked, 4 of salt at 100 cents",
              FACTS (asked (9, 1, restock (9, 1, "salt", 5, 100)),
                     asked (9, 1, restock (9, 1, "salt", 4, 100)),
                     said (1, 1, 9, restocked (1, 1, "salt", 5, 100)),
                     STORED (of_product (1, "salt"), of_lot (1, 9, 1, 1, 4, 100))));
}
END_TEST

START_TEST (test_a_receipt_and_both_notices_of_an_oversold_order_are_one_answer)
{
    struct message answer = receipt (1, 1, STATUS_OVERSOLD, "silk", 1, 900);
    static const struct fill fill[] = {{9, 3, 1, 900}};
    answer.receipt.missing = 1;
    answer = filled (answer, fill, 1);
    struct message notice = filled (oversold (1, 1, "silk", 1, 1, 900), fill, 1);
    struct message accepted = receipt (1, 1, STATUS_ACCEPTED, "silk", 2, 0);
    is_fine (FACTS (LOTS, asked (5, 1, buy (5, 1, "silk", 2)), said (1, 1, 5, accepted),
                    told (5, 1, accepted),
                    STORED (oversold_order (1, 1, 1), of_fill (5, 1, 13, 9, 3, 1, 900, 180)),
                    said (1, 1, 5, notice), told (5, 1, notice), told (5, 1, short_of (1, 1, 1)),
                    said (1, 1, 5, answer), told (5, 1, accepted)));
    is_wrong ("oversold, 0 of silk for 0 cents, 2 missing; stored is: oversold, 1 of silk",
              FACTS (LOTS, asked (5, 1, buy (5, 1, "silk", 2)),
                     STORED (oversold_order (1, 1, 1), of_fill (5, 1, 13, 9, 3, 1, 900, 180)),
                     told (5, 1, short_of (1, 0, 2))));
}
END_TEST

START_TEST (test_a_lot_is_confirmed_as_it_is_stored)
{
    is_fine (FACTS (LOTS, said (1, 1, 9, restocked (1, 1, "salt", 5, 100)),
                    told (9, 1, restocked (1, 2, "salt", 5, 110)),
                    said (2, 1, 9, restocked (2, 3, "silk", 3, 900))));
    is_wrong ("stored is: restocked, 5 of salt at 100 cents",
              FACTS (LOTS, asked (9, 1, restock (9, 1, "salt", 7, 100)),
                     said (1, 1, 9, restocked (1, 1, "salt", 7, 100))));
    is_wrong ("stored is: restocked, 5 of salt at 100 cents",
              FACTS (LOTS, asked (9, 1, restock (9, 1, "salt", 5, 99)),
                     said (1, 1, 9, restocked (1, 1, "salt", 5, 99))));
}
END_TEST

START_TEST (test_a_cached_lot_is_confirmed_as_it_was_asked_for)
{
    // Two lots under one number, at two traders: only one of them is confirmed.
    is_wrong ("told before: restocked, 5 of silk",
              FACTS (asked (9, 1, restock (9, 1, "silk", 5, 100)),
                     asked (9, 2, restock (9, 1, "silk", 6, 100)),
                     said (1, 1, 9, restocked (1, 1, "silk", 5, 100)),
                     said (2, 1, 9, restocked (2, 1, "silk", 6, 100))));
    is_wrong ("never asked for it: restocked, 6 of silk",
              FACTS (asked (9, 1, restock (9, 1, "silk", 5, 100)),
                     said (1, 1, 9, restocked (1, 1, "silk", 6, 100))));
    is_wrong ("never asked for it: restocked, 5 of silk at 99 cents",
              FACTS (asked (9, 1, restock (9, 1, "silk", 5, 100)),
                     said (1, 1, 9, restocked (1, 1, "silk", 5, 99))));
    is_wrong ("never asked for it: restocked, 5 of silk",
              FACTS (asked (9, 1, buy (9, 1, "silk", 5)),
                     said (1, 1, 9, restocked (1, 1, "silk", 5, 0))));
    is_wrong ("never asked for it: restocked, 5 of silk",
              FACTS (asked (9, 1, restock (9, 1, "salt", 5, 100)),
                     said (1, 1, 9, restocked (1, 1, "silk", 5, 100))));
    is_wrong ("never asked for it: out_of_stock, 0 of silk",
              FACTS (asked (9, 1, restock (9, 1, "silk", 5, 100)),
                     said (1, 1, 9, receipt (1, 1, STATUS_OUT_OF_STOCK, "silk", 0, 0))));
}
END_TEST

START_TEST (test_a_number_is_stored_once)
{
    is_wrong ("lot 1 of client 5 is stored, and the number was stored before",
              FACTS (BOUGHT, asked (5, 1, restock (5, 1, "salt", 6, 1)),
                     STORED (of_lot (14, 5, 1, 1, 6, 1))));
    is_wrong ("order 1 of client 5 is stored, and the number was stored before",
              FACTS (BOUGHT, STORED (of_order (5, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0))));
    is_wrong ("lot 1 of client 9 is stored, and the number was stored before",
              FACTS (LOTS, STORED (of_lot (14, 9, 1, 1, 5, 100))));
    is_wrong ("order 1 of client 9 is stored, and the number was stored before",
              FACTS (LOTS, asked (9, 1, buy (9, 1, "salt", 2)),
                     STORED (of_order (9, 1, 1, 2, STATUS_SOLD, 2, 200))));
    is_fine (FACTS (BOUGHT, asked (5, 1, buy (5, 2, "salt", 6)),
                    asked (6, 1, buy (6, 1, "salt", 6)),
                    STORED (of_order (5, 2, 1, 6, STATUS_OUT_OF_STOCK, 0, 0),
                            of_order (6, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0))));
}
END_TEST

START_TEST (test_an_order_is_stored_as_it_was_asked_for)
{
    struct record order = of_order (5, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0);
    struct fact asks[] = {
        asked (5, 1, buy (5, 1, "salt", 5)),         asked (5, 1, buy (5, 1, "silk", 6)),
        asked (5, 1, buy (5, 2, "salt", 6)),         asked (6, 1, buy (6, 1, "salt", 6)),
        asked (5, 1, whole (buy (5, 1, "salt", 6))), asked (5, 1, restock (5, 1, "salt", 6, 0)),
        asked (5, 1, order_status (5, 1)),
    };
    is_wrong ("order 1 of client 5 is stored, of another body than any that was asked for",
              FACTS (LOTS, asks[_i], STORED (order)));
    is_fine (FACTS (LOTS, asks[_i], asked (5, 2, buy (5, 1, "salt", 6)), STORED (order)));
}
END_TEST

START_TEST (test_a_lot_is_stored_as_it_was_asked_for)
{
    struct record lot = of_lot (14, 9, 4, 1, 5, 100);
    struct fact asks[] = {
        asked (9, 1, restock (9, 4, "salt", 6, 100)), asked (9, 1, restock (9, 4, "salt", 5, 99)),
        asked (9, 1, restock (9, 4, "silk", 5, 100)), asked (9, 1, restock (9, 5, "salt", 5, 100)),
        asked (9, 1, buy (9, 4, "salt", 5)),
    };
    is_wrong ("lot 4 of client 9 is stored, of another body than any that was asked for",
              FACTS (LOTS, asks[_i], STORED (lot)));
    is_fine (FACTS (LOTS, asks[_i], asked (9, 2, restock (9, 4, "salt", 5, 100)), STORED (lot)));
}
END_TEST

START_TEST (test_an_order_for_what_was_never_offered_is_kept_without_a_product)
{
    struct record order = of_order (5, 1, 0, 6, STATUS_OUT_OF_STOCK, 0, 0);
    struct message refused = receipt (1, 1, STATUS_OUT_OF_STOCK, "pearls", 0, 0);
    struct message nameless = receipt (1, 1, STATUS_OUT_OF_STOCK, "", 0, 0);
    struct message amber = receipt (1, 1, STATUS_OUT_OF_STOCK, "amber", 0, 0);
    is_fine (FACTS (
        LOTS, asked (5, 1, buy (5, 1, "pearls", 6)), STORED (order), said (1, 1, 5, refused),
        said (1, 1, 5, nameless), asked (9, 1, restock (9, 4, "pearls", 2, 5)),
        STORED (of_product (3, "pearls"), of_lot (14, 9, 4, 3, 2, 5)), said (1, 1, 5, refused),
        asked (5, 1, buy (5, 1, "amber", 6)), said (1, 1, 5, amber)));
    is_wrong ("another body", FACTS (LOTS, asked (5, 1, buy (5, 1, "salt", 6)), STORED (order)));
    is_wrong ("another body", FACTS (LOTS, asked (5, 1, buy (5, 1, "pearls", 5)), STORED (order)));
    is_wrong ("another body",
              FACTS (LOTS, asked (5, 1, whole (buy (5, 1, "pearls", 6))), STORED (order)));
    is_wrong (
        "never asked for it: out_of_stock, 0 of amber",
        FACTS (LOTS, asked (5, 1, buy (5, 1, "pearls", 6)), STORED (order), said (1, 1, 5, amber)));
    is_wrong ("stored is: out_of_stock, 0 of salt",
              FACTS (LOTS, asked (5, 1, buy (5, 1, "salt", 6)),
                     STORED (of_order (5, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0)),
                     said (1, 1, 5, nameless)));
}
END_TEST

int main (void)
{
    judge_by (&outcome_checker, &rules);
    Suite *suite = suite_create ("sim_outcome");
    TCase *answers = tcase_create ("answers");
    tcase_add_test (answers, test_the_answer_that_is_stored_may_be_told_again_and_again);
    tcase_add_loop_test (answers,
                         test_an_answer_that_differs_from_the_stored_one_is_seen_whatever_differs,
                         0, OTHERS);
    tcase_add_loop_test (
        answers, test_an_answer_that_differs_from_one_before_is_seen_whatever_differs, 0, OTHERS);
    tcase_add_loop_test (answers, test_two_confirmations_of_a_lot_differ_before_it_is_stored, 0, 3);
    tcase_add_test (answers, test_what_is_stored_differs_from_what_was_told_before);
    tcase_add_test (answers, test_a_receipt_and_both_notices_of_an_oversold_order_are_one_answer);
    tcase_add_test (answers, test_a_lot_is_confirmed_as_it_is_stored);
    tcase_add_test (answers, test_a_cached_lot_is_confirmed_as_it_was_asked_for);
    suite_add_tcase (suite, answers);

    TCase *store = tcase_create ("store");
    tcase_add_test (store, test_a_number_is_stored_once);
    tcase_add_loop_test (store, test_an_order_is_stored_as_it_was_asked_for, 0, 7);
    tcase_add_loop_test (store, test_a_lot_is_stored_as_it_was_asked_for, 0, 5);
    tcase_add_test (store, test_an_order_for_what_was_never_offered_is_kept_without_a_product);
    suite_add_tcase (suite, store);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
