// What several checkers say of final receipts from a lease, which are told before they are stored; and
// of a trader that is forsaken. On histories by hand.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

// Traders 1 and 2, the buyer is 5, the seller 9.
static const struct product_rule products[] = {
    {.product = "fish", .mode = MODE_ESCROW},
    {.product = "jade", .mode = MODE_ESCROW, .budget_units = 2},
    {.product = "salt"},
};
static const struct rules rules = {.answers_kept = 8, .products = products, .product_count = 3};

static const struct leased_units two_fish[] = {{1, 9, 1, 2, 100}};
static const struct fill two[] = {{9, 1, 2, 100}};
static const struct fill dear[] = {{9, 1, 2, 101}};

static struct message sold (const char *product, const struct fill *fills)
{
    struct message message = receipt (1, 1, STATUS_SOLD, product, 2, 2 * fills->price_cents);
    message.receipt.fills = fills;
    message.receipt.fill_count = 1;
    return message;
}

static struct message first_at (int64_t trader)
{
    struct message message = buy (5, 1, "fish", 2);
    message.buy.first = (struct first){.trader = trader, .epoch = 1};
    return message;
}

// Five of fish, salt and jade are there, and trader 1 has sold two fish from its lease.
#define SHOP                                                                                      \
    asked (9, 1, restock (9, 1, "fish", 5, 100)), asked (9, 1, restock (9, 2, "salt", 5, 100)),   \
        asked (9, 1, restock (9, 3, "jade", 5, 100)),                                             \
        STORED (of_product (1, "fish"), of_lot (1, 9, 1, 1, 5, 100), of_product (2, "salt"),      \
                of_lot (2, 9, 2, 2, 5, 100), of_product (3, "jade"), of_lot (3, 9, 3, 3, 5, 100), \
                of_trader (1, 1, 7, 0, 0), of_view (1, 1, 1, MEMBER_LIVE, 0, 0, 0)),              \
        asked (5, 1, first_at (1))
#define DECIDED RECORDED (1, 1, of_joined (1, 1), of_taken (1, 5, 1, "fish", two_fish))
#define SETTLED                                                                             \
    STORED (of_order (5, 1, 1, 2, STATUS_SOLD, 2, 200), of_fill (5, 1, 1, 9, 1, 2, 100, 0), \
            of_left (1, 3))
#define REFUSED STORED (of_order (5, 1, 1, 2, STATUS_OUT_OF_STOCK, 0, 0))

START_TEST (test_what_is_sold_from_a_lease_is_stored_in_the_end)
{
    judge_by (&promise_checker, &rules);
    is_fine (FACTS (SHOP, DECIDED, said (1, 1, 5, sold ("fish", two)), SETTLED, over ()));
    is_wrong ("trader 1 promised client 5 2 units under its number 1; stored is: nothing",
              FACTS (SHOP, DECIDED, said (1, 1, 5, sold ("fish", two)), over ()));
    is_wrong ("stored is: out_of_stock",
              FACTS (SHOP, DECIDED, said (1, 1, 5, sold ("fish", two)), REFUSED));
}
END_TEST

START_TEST (test_what_is_sold_from_a_lease_is_not_oversold)
{
    struct record oversold = of_order (5, 1, 1, 2, STATUS_OVERSOLD, 0, 0);
    oversold.order.missing = 2;
    judge_by (&promise_checker, &rules);
    is_wrong ("stored is: oversold",
              FACTS (SHOP, DECIDED, said (1, 1, 5, sold ("fish", two)), STORED (oversold)));
}
END_TEST

START_TEST (test_what_is_sold_from_a_lease_stands_in_a_journal)
{
    judge_by (&promise_checker, &rules);
    is_wrong ("2 units under its number 1, and its journal has 0",
              FACTS (SHOP, said (1, 1, 5, sold ("fish", two))));
    is_fine (FACTS (SHOP, SETTLED, said (1, 1, 5, sold ("fish", two)), over ()));
}
END_TEST

// Of a budget a unit may be missing; then a whole order gets nothing, and that unit misses of it.
START_TEST (test_a_whole_order_may_miss_a_unit_of_a_budget)
{
    struct message whole = buy (5, 2, "jade", 4);
    whole.buy.all_or_nothing = true;
    struct record missing = of_order (5, 2, 3, 4, STATUS_OVERSOLD, 0, 0);
    missing.order.all_or_nothing = true;
    missing.order.missing = 1;
    const struct fact facts[] = {SHOP,
                                 asked (5, 1, whole),
                                 RECORDED (1, 1, of_joined (1, 1), of_decided (1, 5, 2, "jade", 4)),
                                 said (1, 1, 5, receipt (1, 2, STATUS_ACCEPTED, "jade", 4, 0)),
                                 STORED (missing),
                                 over ()};
    judge_by (&promise_checker, &rules);
    is_fine (facts, sizeof facts / sizeof facts[0]);
    missing.order.missing = 5;
    missing.order.quantity = 5;
    verdict_is (
        complaint_of (&promise_checker, &rules,
                      FACTS (SHOP, asked (5, 1, whole),
                             RECORDED (1, 1, of_joined (1, 1), of_decided (1, 5, 2, "jade", 4)),
                             said (1, 1, 5, receipt (1, 2, STATUS_ACCEPTED, "jade", 4, 0)),
                             STORED (missing))),
        "stored is: oversold");
}
END_TEST

START_TEST (test_only_what_is_sold_from_a_lease_is_told_before_it_is_stored)
{
    judge_by (&durability_checker, &rules);
    is_fine (FACTS (SHOP, said (1, 1, 5, sold ("fish", two)), SETTLED,
                    said (1, 1, 5, sold ("fish", two))));
    is_wrong ("stored is: nothing", FACTS (SHOP, said (1, 1, 5, sold ("salt", two))));
    is_wrong ("stored is: nothing",
              FACTS (SHOP, said (1, 1, 5, receipt (1, 1, STATUS_OUT_OF_STOCK, "fish", 0, 0))));
    is_wrong ("stored is: sold, 2 of fish for 200 cents",
              FACTS (SHOP, SETTLED, said (1, 1, 5, sold ("fish", dear))));
}
END_TEST

START_TEST (test_what_is_sold_from_a_lease_is_stored_as_it_was_told)
{
    judge_by (&outcome_checker, &rules);
    is_fine (FACTS (SHOP, said (1, 1, 5, sold ("fish", two)), told (5, 1, sold ("fish", two)),
                    SETTLED, said (1, 1, 5, sold ("fish", two))));
    is_wrong ("told of its number 1: sold, 2 of fish for 202 cents",
              FACTS (SHOP, said (1, 1, 5, sold ("fish", dear)), SETTLED));
    is_wrong ("stored is: out_of_stock", FACTS (SHOP, said (1, 1, 5, sold ("fish", two)), REFUSED));
}
END_TEST

// A client that asks two traders first may be told two things.
START_TEST (test_who_names_two_first_traders_may_be_sold_what_is_not_stored)
{
    judge_by (&outcome_checker, &rules);
    is_fine (FACTS (SHOP, asked (5, 2, first_at (2)), said (1, 1, 5, sold ("fish", dear)), SETTLED,
                    told (5, 1, sold ("fish", dear))));
    judge_by (&promise_checker, &rules);
    is_fine (FACTS (SHOP, asked (5, 2, first_at (2)), DECIDED, said (1, 1, 5, sold ("fish", two)),
                    REFUSED, over ()));
    judge_by (&durability_checker, &rules);
    is_fine (
        FACTS (SHOP, asked (5, 2, first_at (2)), SETTLED, said (1, 1, 5, sold ("fish", dear))));
}
END_TEST

// Trader 1 is there again, without its journal and with what it had decided closed.
#define ABANDONED STORED (of_trader (1, 2, 8, 0, 0), of_view (1, 2, 2, MEMBER_LIVE, 0, 0, 2))

START_TEST (test_only_a_forsaken_trader_closes_what_it_had_decided)
{
    judge_by (&owner_checker, &rules);
    is_fine (FACTS (SHOP, forsaken (1), ABANDONED));
    is_wrong ("a join closes nothing", FACTS (SHOP, ABANDONED));
    is_wrong ("a join closes nothing", FACTS (SHOP, forsaken (2), ABANDONED));
}
END_TEST

START_TEST (test_what_a_forsaken_trader_has_sold_may_be_lost)
{
    judge_by (&promise_checker, &rules);
    is_fine (FACTS (SHOP, DECIDED, said (1, 1, 5, sold ("fish", two)), forsaken (1), ABANDONED,
                    REFUSED, over ()));
    struct book_fact book = {.first = 1, .requests = 1, .units = 2, .amount_cents = 200};
    judge_by (&money_checker, &rules);
    is_fine (FACTS (SHOP, forsaken (1), booked (5, book)));
    is_wrong ("buyer 5 has booked 2 units", FACTS (SHOP, booked (5, book)));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_final");
    TCase *leases = tcase_create ("leases");
    tcase_add_test (leases, test_what_is_sold_from_a_lease_is_stored_in_the_end);
    tcase_add_test (leases, test_what_is_sold_from_a_lease_is_not_oversold);
    tcase_add_test (leases, test_what_is_sold_from_a_lease_stands_in_a_journal);
    tcase_add_test (leases, test_a_whole_order_may_miss_a_unit_of_a_budget);
    tcase_add_test (leases, test_only_what_is_sold_from_a_lease_is_told_before_it_is_stored);
    tcase_add_test (leases, test_what_is_sold_from_a_lease_is_stored_as_it_was_told);
    suite_add_tcase (suite, leases);

    TCase *excuses = tcase_create ("excuses");
    tcase_add_test (excuses, test_who_names_two_first_traders_may_be_sold_what_is_not_stored);
    tcase_add_test (excuses, test_only_a_forsaken_trader_closes_what_it_had_decided);
    tcase_add_test (excuses, test_what_a_forsaken_trader_has_sold_may_be_lost);
    suite_add_tcase (suite, excuses);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
