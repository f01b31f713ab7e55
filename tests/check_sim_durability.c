// The checker of durability, on histories by hand.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "silk", .mode = MODE_CACHED}};
static const struct rules rules = {.answers_kept = 4, .products = products, .product_count = 2};

// Seller 9 has a lot of five salt; buyer 5 got two of them, in a batch of its own.
#define LOT STORED (of_product (1, "salt"), of_product (2, "silk"), of_lot (1, 9, 1, 1, 5, 100))
#define BOUGHT                                                                                    \
    LOT, STORED (of_order (5, 1, 1, 2, STATUS_SOLD, 2, 200), of_fill (5, 1, 1, 9, 1, 2, 100, 40), \
                 of_left (1, 3))

static const struct fill two[] = {{9, 1, 2, 100}};

static struct message bought (void)
{
    struct message message = receipt (1, 1, STATUS_SOLD, "salt", 2, 200);
    message.receipt.fills = two;
    message.receipt.fill_count = 1;
    return message;
}

static struct message lot_of (const char *product, int64_t quantity, int64_t left,
                              int64_t price_cents)
{
    return (struct message){
        .type = MESSAGE_LOT,
        .from = 1,
        .lot = {.number = 1,
                .product = product,
                .quantity = quantity,
                .left = left,
                .price_cents = price_cents},
    };
}

static struct message sold_notice (int64_t order, int64_t lot, int64_t units, int64_t price_cents)
{
    return (struct message){
        .type = MESSAGE_SOLD,
        .from = 1,
        .sold = {.buyer = 5,
                 .order = order,
                 .lot = lot,
                 .product = "salt",
                 .units = units,
                 .price_cents = price_cents},
    };
}

static struct record oversold_order (int64_t product)
{
    struct record record = of_order (5, 1, product, 2, STATUS_OVERSOLD, 0, 0);
    record.order.missing = 2;
    return record;
}

static struct message short_of (int64_t missing)
{
    return (struct message){
        .type = MESSAGE_OVERSELL,
        .from = 1,
        .oversell = {.trader = 1, .buyer = 5, .number = 1, .product = "silk", .missing = missing},
    };
}

START_TEST (test_a_final_answer_is_stored_before_it_is_said)
{
    is_fine (FACTS (BOUGHT, said (1, 1, 5, bought ()), said (2, 1, 5, bought ()), over ()));
    is_wrong ("client 5 of its number 1: sold, 2 of salt for 200 cents, 0 missing, 2 from 9/1 at "
              "100; stored is: nothing",
              FACTS (LOT, said (1, 1, 5, bought ())));
    is_wrong ("stored is: nothing", FACTS (BOUGHT, said (1, 1, 6, bought ())));
    is_wrong ("stored is: nothing",
              FACTS (LOT, said (1, 1, 5, receipt (1, 1, STATUS_OUT_OF_STOCK, "salt", 0, 0))));
    is_wrong ("stored is: nothing", FACTS (LOT, said (1, 1, 5, oversold (1, 1, "silk", 0, 2, 0))));
    is_wrong ("stored is: nothing", FACTS (LOT, said (1, 1, 5, short_of (2))));
}
END_TEST

START_TEST (test_a_final_answer_is_stored_exactly_so)
{
    struct message other = bought ();
    other.receipt.fill_count = 0;
    is_wrong ("2 from 9/1 at 100", FACTS (BOUGHT, said (1, 1, 5, other)));
    other = bought ();
    other.receipt.product = "silk";
    is_wrong ("stored is: sold, 2 of salt", FACTS (BOUGHT, said (1, 1, 5, other)));
    other = bought ();
    other.receipt.amount_cents++;
    is_wrong ("stored is: sold, 2 of salt", FACTS (BOUGHT, said (1, 1, 5, other)));
    is_wrong ("stored is: oversold, 0 of silk for 0 cents, 2 missing",
              FACTS (LOT, STORED (oversold_order (2)), said (1, 1, 5, short_of (1))));
    is_fine (FACTS (LOT, STORED (oversold_order (2)), said (1, 1, 5, short_of (2))));
    // There is no name to compare where nothing was ever offered.
    is_fine (FACTS (STORED (of_order (5, 1, 0, 2, STATUS_OUT_OF_STOCK, 0, 0)),
                    said (1, 1, 5, receipt (1, 1, STATUS_OUT_OF_STOCK, "pearls", 0, 0))));
}
END_TEST

START_TEST (test_what_is_stored_outlives_the_warehouse)
{
    is_fine (FACTS (BOUGHT, ended (0, 1), started (0, 2), said (1, 1, 5, bought ()),
                    said (1, 1, 9, lot_of ("salt", 5, 3, 100)), over ()));
    is_wrong ("out_of_stock, 0 of salt for 0 cents, 0 missing; stored is: sold, 2 of salt",
              FACTS (BOUGHT, said (1, 1, 5, bought ()), ended (0, 1), started (0, 2),
                     said (1, 1, 5, receipt (1, 1, STATUS_OUT_OF_STOCK, "salt", 0, 0))));
}
END_TEST

START_TEST (test_a_lot_sold_in_sync_is_stored_before_it_is_confirmed)
{
    is_fine (FACTS (LOT, said (1, 1, 9, restocked (1, 1, "salt", 5, 100)), over ()));
    is_wrong ("restocked, 5 of salt at 100 cents; stored is: nothing",
              FACTS (LOT, said (1, 1, 9, restocked (1, 2, "salt", 5, 100))));
    is_wrong ("stored is: restocked, 5 of salt at 100 cents",
              FACTS (LOT, said (1, 1, 9, restocked (1, 1, "salt", 4, 100))));
    is_wrong ("stored is: sold, 2 of salt",
              FACTS (BOUGHT, said (1, 1, 5, restocked (1, 1, "salt", 2, 100))));
}
END_TEST

START_TEST (test_a_cached_lot_is_stored_before_it_is_confirmed_too)
{
    struct fact confirmed = said (1, 1, 9, restocked (1, 2, "silk", 5, 100));
    is_fine (FACTS (LOT, STORED (of_lot (2, 9, 2, 2, 5, 100)), confirmed, over ()));
    is_wrong ("stored is: nothing", FACTS (LOT, confirmed));
    is_wrong ("stored is: restocked, 4 of silk",
              FACTS (LOT, STORED (of_lot (2, 9, 2, 2, 4, 100)), confirmed));
}
END_TEST

START_TEST (test_a_lot_has_left_what_it_once_had)
{
    is_fine (FACTS (LOT, said (1, 1, 9, lot_of ("salt", 5, 5, 100))));
    is_fine (FACTS (BOUGHT, said (1, 1, 9, lot_of ("salt", 5, 3, 100)),
                    said (2, 1, 9, lot_of ("salt", 5, 5, 100))));
    // Between two orders of one batch.
    is_fine (FACTS (
        LOT,
        STORED (of_order (5, 1, 1, 2, STATUS_SOLD, 2, 200), of_fill (5, 1, 1, 9, 1, 2, 100, 40),
                of_order (5, 2, 1, 3, STATUS_SOLD, 3, 300), of_fill (5, 2, 1, 9, 1, 3, 100, 60),
                of_left (1, 0)),
        said (1, 1, 9, lot_of ("salt", 5, 3, 100)), said (1, 1, 9, lot_of ("salt", 5, 0, 100))));
    is_fine (FACTS (LOT, STORED (of_left (1, 1)), said (1, 1, 9, lot_of ("salt", 5, 1, 100))));
    is_wrong ("seller 9 that its lot 1 has 3 of 5 left at 100 cents; stored is: restocked, 5 of "
              "salt at 100 cents, 5 left",
              FACTS (LOT, said (1, 1, 9, lot_of ("salt", 5, 3, 100))));
    is_wrong ("has 4 of 5 left", FACTS (BOUGHT, said (1, 1, 9, lot_of ("salt", 5, 4, 100))));
    is_wrong ("has 6 of 5 left", FACTS (BOUGHT, said (1, 1, 9, lot_of ("salt", 5, 6, 100))));
    is_wrong ("has -1 of 5 left", FACTS (BOUGHT, STORED (of_left (1, -1)),
                                         said (1, 1, 9, lot_of ("salt", 5, -1, 100))));
}
END_TEST

START_TEST (test_a_lot_is_told_as_it_is_stored)
{
    is_wrong ("5 of 6 left at 100", FACTS (LOT, said (1, 1, 9, lot_of ("salt", 6, 5, 100))));
    is_wrong ("5 of 5 left at 101", FACTS (LOT, said (1, 1, 9, lot_of ("salt", 5, 5, 101))));
    is_wrong ("stored is: restocked, 5 of salt",
              FACTS (LOT, said (1, 1, 9, lot_of ("silk", 5, 5, 100))));
    is_wrong ("stored is: nothing", FACTS (LOT, said (1, 1, 8, lot_of ("salt", 5, 5, 100))));
}
END_TEST

START_TEST (test_a_seller_is_told_of_sales_that_are_stored)
{
    is_fine (FACTS (BOUGHT, said (1, 1, 9, sold_notice (1, 1, 2, 100))));
    is_wrong ("seller 9 that 2 of its lot 1 went to order 1 of buyer 5 at 100 cents; stored is: "
              "nothing",
              FACTS (LOT, said (1, 1, 9, sold_notice (1, 1, 2, 100))));
    is_wrong ("seller 8", FACTS (BOUGHT, said (1, 1, 8, sold_notice (1, 1, 2, 100))));
    is_wrong ("order 2 of", FACTS (BOUGHT, said (1, 1, 9, sold_notice (2, 1, 2, 100))));
    is_wrong ("its lot 2", FACTS (BOUGHT, said (1, 1, 9, sold_notice (1, 2, 2, 100))));
    is_wrong ("that 1 of", FACTS (BOUGHT, said (1, 1, 9, sold_notice (1, 1, 1, 100))));
    is_wrong ("at 99 cents", FACTS (BOUGHT, said (1, 1, 9, sold_notice (1, 1, 2, 99))));
}
END_TEST

int main (void)
{
    judge_by (&durability_checker, &rules);
    Suite *suite = suite_create ("sim_durability");
    TCase *answers = tcase_create ("answers");
    tcase_add_test (answers, test_a_final_answer_is_stored_before_it_is_said);
    tcase_add_test (answers, test_a_final_answer_is_stored_exactly_so);
    tcase_add_test (answers, test_what_is_stored_outlives_the_warehouse);
    tcase_add_test (answers, test_a_lot_sold_in_sync_is_stored_before_it_is_confirmed);
    tcase_add_test (answers, test_a_cached_lot_is_stored_before_it_is_confirmed_too);
    suite_add_tcase (suite, answers);

    TCase *sellers = tcase_create ("sellers");
    tcase_add_test (sellers, test_a_lot_has_left_what_it_once_had);
    tcase_add_test (sellers, test_a_lot_is_told_as_it_is_stored);
    tcase_add_test (sellers, test_a_seller_is_told_of_sales_that_are_stored);
    suite_add_tcase (suite, sellers);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
