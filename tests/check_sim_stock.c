// The checker of what is promised from caches, on histories by hand.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

// Traders 1 and 2, the buyer is 5, the sellers 8 and 9. Salt is sold in sync.
static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "silk", .mode = MODE_CACHED},
                                               {.product = "tea", .mode = MODE_CACHED}};
static const struct rules rules = {
    .invalidation = true, .mode = MODE_CACHED, .products = products, .product_count = 3};

// Tokens of trader 1: with the warehouse's version, its epoch and the count of its own writes.
static struct seen token (int64_t version, int64_t epoch, int64_t count)
{
    static struct trader_seen traders[256];
    static size_t next;
    struct trader_seen *own = &traders[next++ % 256];
    *own = (struct trader_seen){.trader = 1, .epoch = epoch, .count = count};
    return (struct seen){.version = version, .traders = own, .count = 1};
}

// Trader 1 says in its first life that it has seen this version,
static struct fact has_seen (int64_t version)
{
    struct message message = receipt (1, 999, STATUS_SOLD, "silk", 1, 100);
    message.receipt.seen = token (version, 3, 0);
    return said (1, 1, 6, message);
}

// and promises silk as this write.
#define PROMISE(number, units, version, write) PROMISE_OF ("silk", number, units, version, write)
#define PROMISE_OF(product, number, units, version, write) \
    has_seen (version), RECORDED (1, 1, of_decided (write, 5, number, product, units))
#define BROUGHT(product, write, units) RECORDED (1, 1, of_brought (write, 8, 1, product, units))

// Version 1: ten of silk. Version 2: six of tea.
#define SHOP                                                                       \
    STORED (of_product (1, "salt"), of_product (2, "silk"), of_product (3, "tea"), \
            of_lot (1, 9, 1, 2, 10, 100), of_warehouse (1, 1)),                    \
        STORED (of_lot (2, 9, 2, 3, 6, 50), of_warehouse (1, 2)),                  \
        STORED (of_trader (1, 3, 7, 0, 0), of_warehouse (1, 2))

// Version 3: order 1, of four units, is there, as write 1 of trader 1.
#define FOUR_ARE_SOLD                                                                        \
    STORED (of_order (5, 1, 2, 4, STATUS_SOLD, 4, 400), of_fill (5, 1, 1, 9, 1, 4, 100, 60), \
            of_left (1, 6), of_trader (1, 3, 7, 1, 1), of_warehouse (1, 3))

// And version 4: five more are gone, by another trader.
#define NINE_ARE_SOLD FOUR_ARE_SOLD, STORED (of_left (1, 1), of_warehouse (1, 4))

START_TEST (test_what_is_there_may_be_promised)
{
    is_fine (FACTS (SHOP, PROMISE (1, 10, 2, 1)));
    is_fine (FACTS (SHOP, PROMISE_OF ("tea", 1, 6, 2, 1)));
    is_wrong ("trader 1 promises client 5, for its request 1, 11 units of silk: by what it can "
              "have known from version 2 on, and its own writes before number 1 since epoch 0, "
              "there were at most 10",
              FACTS (SHOP, PROMISE (1, 11, 2, 1)));
    is_wrong ("there were at most 6", FACTS (SHOP, PROMISE_OF ("tea", 1, 7, 2, 1)));
}
END_TEST

START_TEST (test_nothing_may_be_promised_of_what_nobody_brought)
{
    is_wrong ("there were at most 0", FACTS (SHOP, PROMISE_OF ("pearls", 1, 1, 2, 1)));
    is_wrong ("there were at most 0", FACTS (PROMISE (1, 1, 0, 1)));
}
END_TEST

START_TEST (test_own_promises_are_taken_off)
{
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1), PROMISE (2, 6, 2, 2)));
    is_wrong ("there were at most 6", FACTS (SHOP, PROMISE (1, 4, 2, 1), PROMISE (2, 7, 2, 2)));
    is_wrong ("there were at most 0",
              FACTS (SHOP, PROMISE (1, 4, 2, 1), PROMISE (2, 6, 2, 2), PROMISE (3, 1, 2, 4)));
}
END_TEST

START_TEST (test_promises_of_other_products_are_not)
{
    is_fine (FACTS (SHOP, PROMISE_OF ("tea", 1, 6, 2, 1), PROMISE (2, 10, 2, 2)));
}
END_TEST

START_TEST (test_promises_of_other_traders_are_not)
{
    is_fine (FACTS (SHOP, RECORDED (2, 1, of_decided (1, 5, 1, "silk", 9)), PROMISE (2, 10, 2, 1)));
}
END_TEST

START_TEST (test_promises_of_a_life_before_are_where_the_journal_goes_on)
{
    struct fact first = RECORDED (1, 1, of_joined (1, 1), of_decided (1, 5, 1, "silk", 4));
    is_fine (
        FACTS (SHOP, first, RECORDED (1, 2, of_joined (2, 1), of_decided (2, 5, 2, "silk", 6))));
    is_wrong (
        "since epoch 1, there were at most 6",
        FACTS (SHOP, first, RECORDED (1, 2, of_joined (2, 1), of_decided (2, 5, 2, "silk", 7))));
    is_fine (
        FACTS (SHOP, first, RECORDED (1, 2, of_joined (2, 2), of_decided (1, 5, 2, "silk", 10))));
}
END_TEST

START_TEST (test_what_found_no_room_was_decided_by_what_was_known_then)
{
    is_fine (FACTS (SHOP, has_seen (2), unrecorded (1, 1),
                    STORED (of_left (1, 1), of_warehouse (1, 3)), PROMISE (1, 10, 3, 1)));
    is_wrong ("there were at most 1",
              FACTS (SHOP, has_seen (2), STORED (of_left (1, 1), of_warehouse (1, 3)),
                     PROMISE (1, 10, 3, 1)));
}
END_TEST
START_TEST (test_what_the_stock_includes_is_not_taken_off_again)
{
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1), FOUR_ARE_SOLD, PROMISE (2, 6, 3, 2)));
    is_wrong ("there were at most 6",
              FACTS (SHOP, PROMISE (1, 4, 2, 1), FOUR_ARE_SOLD, PROMISE (2, 7, 3, 2)));
}
END_TEST

START_TEST (test_what_others_sold_may_not_be_known_yet)
{
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1), NINE_ARE_SOLD, PROMISE (2, 6, 2, 2)));
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1), NINE_ARE_SOLD, PROMISE (2, 6, 3, 2)));
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1), NINE_ARE_SOLD, PROMISE (2, 1, 4, 2)));
    is_wrong ("from version 4 on, and its own writes before number 2 since epoch 0, "
              "there were at most 1",
              FACTS (SHOP, PROMISE (1, 4, 2, 1), NINE_ARE_SOLD, PROMISE (2, 6, 4, 2)));
}
END_TEST

START_TEST (test_a_token_amid_a_batch_has_not_seen_all_of_it)
{
    struct fact both = STORED (of_left (2, 1), of_left (1, 2), of_warehouse (1, 4));
    is_fine (FACTS (SHOP, both, PROMISE (1, 10, 3, 1)));
    is_wrong ("there were at most 2", FACTS (SHOP, both, PROMISE (1, 10, 4, 1)));
}
END_TEST

START_TEST (test_an_oversold_promise_counts_with_what_came_of_it)
{
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1),
                    STORED (of_order (5, 1, 2, 4, STATUS_OVERSOLD, 1, 100),
                            of_trader (1, 3, 7, 0, 0), of_warehouse (1, 2)),
                    PROMISE (2, 9, 2, 2)));
    is_wrong ("there were at most 9",
              FACTS (SHOP, PROMISE (1, 4, 2, 1),
                     STORED (of_order (5, 1, 2, 4, STATUS_OVERSOLD, 1, 100),
                             of_trader (1, 3, 7, 0, 0), of_warehouse (1, 2)),
                     PROMISE (2, 10, 2, 2)));
}
END_TEST

START_TEST (test_a_promise_that_failed_is_taken_back)
{
    is_fine (FACTS (SHOP, PROMISE (1, 4, 2, 1), said (1, 1, 5, refusal (1, 1, REASON_LIMIT)),
                    PROMISE (2, 10, 2, 2)));
    is_wrong ("there were at most 6",
              FACTS (SHOP, PROMISE (1, 4, 2, 1), said (1, 1, 5, refusal (1, 2, REASON_LIMIT)),
                     PROMISE (3, 10, 2, 2)));
}
END_TEST

START_TEST (test_own_restocks_may_be_sold_at_once)
{
    is_fine (FACTS (SHOP, BROUGHT ("silk", 1, 5), PROMISE (1, 15, 2, 2)));
    is_wrong ("there were at most 15", FACTS (SHOP, BROUGHT ("silk", 1, 5), PROMISE (1, 16, 2, 2)));
    is_wrong ("there were at most 10", FACTS (SHOP, BROUGHT ("tea", 1, 5), PROMISE (1, 15, 2, 2)));
    is_wrong (
        "there were at most 10",
        FACTS (SHOP, RECORDED (2, 1, of_brought (1, 8, 1, "silk", 5)), PROMISE (1, 15, 2, 2)));
}
END_TEST
START_TEST (test_a_restock_counts_once)
{
    struct fact lot =
        STORED (of_lot (3, 8, 1, 2, 5, 100), of_trader (1, 3, 7, 1, 1), of_warehouse (1, 3));
    is_fine (FACTS (SHOP, BROUGHT ("silk", 1, 5), lot, PROMISE (1, 15, 3, 2)));
    is_wrong ("there were at most 15",
              FACTS (SHOP, BROUGHT ("silk", 1, 5), lot, PROMISE (1, 16, 3, 2)));
}
END_TEST
START_TEST (test_without_news_a_commit_must_not_be_forgotten_either)
{
    struct rules deaf = rules;
    deaf.invalidation = false;
    judge_by (&stock_checker, &deaf);
    is_wrong ("there were at most 6",
              FACTS (SHOP, PROMISE (1, 4, 2, 1), FOUR_ARE_SOLD, PROMISE (2, 10, 2, 2)));
}
END_TEST

START_TEST (test_a_part_is_all_that_there_is)
{
    struct fact twelve = asked (5, 1, buy (5, 2, "silk", 12));
    is_fine (FACTS (SHOP, twelve, PROMISE (2, 10, 2, 1)));
    is_wrong ("9 units of silk: by what it can have known from version 2 on, and its own writes "
              "before number 1 since epoch 0, there were at least 10",
              FACTS (SHOP, twelve, PROMISE (2, 9, 2, 1)));
    is_fine (FACTS (SHOP, twelve, PROMISE (1, 4, 2, 1), PROMISE (2, 6, 2, 2)));
    is_wrong ("there were at least 6",
              FACTS (SHOP, twelve, PROMISE (1, 4, 2, 1), PROMISE (2, 5, 2, 2)));
    is_fine (FACTS (SHOP, twelve, PROMISE (1, 4, 2, 1), NINE_ARE_SOLD, PROMISE (2, 2, 2, 2)));
    is_fine (FACTS (SHOP, twelve, PROMISE (1, 4, 2, 1), FOUR_ARE_SOLD, PROMISE (2, 6, 3, 2)));
    is_wrong ("there were at least 6",
              FACTS (SHOP, twelve, PROMISE (1, 4, 2, 1), FOUR_ARE_SOLD, PROMISE (2, 5, 3, 2)));
}
END_TEST

START_TEST (test_who_gets_all_that_was_wanted_gets_no_part)
{
    struct message whole = buy (5, 2, "silk", 12);
    whole.buy.all_or_nothing = true;
    is_fine (FACTS (SHOP, asked (5, 1, buy (5, 2, "silk", 9)), PROMISE (2, 9, 2, 1)));
    is_fine (FACTS (SHOP, asked (5, 1, buy (5, 2, "silk", 12)), asked (5, 1, buy (5, 2, "silk", 9)),
                    PROMISE (2, 9, 2, 1)));
    is_fine (FACTS (SHOP, asked (5, 1, whole), PROMISE (2, 9, 2, 1)));
}
END_TEST

START_TEST (test_nothing_else_is_a_promise_of_a_cache)
{
    is_fine (FACTS (SHOP, said (1, 1, 5, receipt (1, 2, STATUS_SOLD, "silk", 99, 990)),
                    said (1, 1, 5, oversold (1, 4, "silk", 99, 1, 990)),
                    RECORDED (1, 1, of_decided (1, 5, 5, "silk", 0))));
}
END_TEST
static void judge (void)
{
    judge_by (&stock_checker, &rules);
}

int main (void)
{
    Suite *suite = suite_create ("sim_stock");
    TCase *levels = tcase_create ("what the warehouse had");
    tcase_add_checked_fixture (levels, judge, NULL);
    tcase_add_test (levels, test_what_is_there_may_be_promised);
    tcase_add_test (levels, test_nothing_may_be_promised_of_what_nobody_brought);
    tcase_add_test (levels, test_what_others_sold_may_not_be_known_yet);
    tcase_add_test (levels, test_a_token_amid_a_batch_has_not_seen_all_of_it);
    tcase_add_test (levels, test_a_part_is_all_that_there_is);
    tcase_add_test (levels, test_who_gets_all_that_was_wanted_gets_no_part);
    tcase_add_test (levels, test_nothing_else_is_a_promise_of_a_cache);
    suite_add_tcase (suite, levels);
    TCase *promises = tcase_create ("what the trader has promised");
    tcase_add_checked_fixture (promises, judge, NULL);
    tcase_add_test (promises, test_own_promises_are_taken_off);
    tcase_add_test (promises, test_promises_of_other_products_are_not);
    tcase_add_test (promises, test_promises_of_other_traders_are_not);
    tcase_add_test (promises, test_promises_of_a_life_before_are_where_the_journal_goes_on);
    tcase_add_test (promises, test_what_found_no_room_was_decided_by_what_was_known_then);
    tcase_add_test (promises, test_what_the_stock_includes_is_not_taken_off_again);
    tcase_add_test (promises, test_an_oversold_promise_counts_with_what_came_of_it);
    tcase_add_test (promises, test_a_promise_that_failed_is_taken_back);
    tcase_add_test (promises, test_without_news_a_commit_must_not_be_forgotten_either);
    suite_add_tcase (suite, promises);
    TCase *restocks = tcase_create ("what was brought to the trader");
    tcase_add_checked_fixture (restocks, judge, NULL);
    tcase_add_test (restocks, test_own_restocks_may_be_sold_at_once);
    tcase_add_test (restocks, test_a_restock_counts_once);
    suite_add_tcase (suite, restocks);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
