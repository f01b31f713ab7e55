// The checker of what is sold from leases, on histories by hand.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { BUYER = 5, OTHER = 6, SELLER = 9, FISH = 1, JADE = 2, FISH_LOT = 1, JADE_LOT = 2 };

// Fish is never oversold, of jade up to 3 units may be.
static const struct product_rule products[] = {
    {.product = "fish", .mode = MODE_ESCROW},
    {.product = "jade", .mode = MODE_ESCROW, .budget_units = 3},
    {.product = "salt"},
};
static const struct rules rules = {.answers_kept = 100, .products = products, .product_count = 3};

// A lot of 10 fish and one of 10 jade. Trader 1 has joined.
#define SHOP                                                                                      \
    STORED (of_trader (1, 1, 77, 0, 0), of_view (1, 1, 1, MEMBER_LIVE, 0, 0, 0)), started (1, 1), \
        RECORDED (1, 1, of_joined (1, 1)),                                                        \
        STORED (of_product (FISH, "fish"), of_lot (FISH_LOT, SELLER, 1, FISH, 10, 100),           \
                of_product (JADE, "jade"), of_lot (JADE_LOT, SELLER, 2, JADE, 10, 100))

// Of which the trader holds some fish.
#define HOLDS(units)                                                        \
    STORED (of_lease (1, FISH_LOT, units), of_lease_state (1, FISH, 1, 0)), \
        held (1, 1, "fish", units, 0)

// All of which is sold and settled.
#define GONE STORED (of_lease (1, FISH_LOT, 0), of_left (FISH_LOT, 0), of_trader (1, 1, 77, 1, 1))

static struct message sold (int64_t number, const char *product, int64_t units)
{
    return receipt (1, number, STATUS_SOLD, product, units, units * 100);
}

static struct record refused (int64_t number, int64_t quantity)
{
    return of_order (BUYER, number, FISH, quantity, STATUS_OUT_OF_STOCK, 0, 0);
}

static struct record refused_whole (int64_t number, int64_t quantity)
{
    struct record record = refused (number, quantity);
    record.order.all_or_nothing = true;
    return record;
}

static struct record short_of (int64_t number, int64_t product, int64_t missing)
{
    struct record record = of_order (BUYER, number, product, missing, STATUS_OVERSOLD, 0, 0);
    record.order.missing = missing;
    return record;
}

START_TEST (test_no_more_is_told_as_sold_than_there_was)
{
    is_fine (FACTS (SHOP, said (1, 1, BUYER, sold (1, "fish", 10))));
    is_wrong ("of fish, 0 units are sold and 11 more are told as sold: there were 10",
              FACTS (SHOP, said (1, 1, BUYER, sold (1, "fish", 10)),
                     said (1, 1, OTHER, sold (1, "fish", 1))));
    // A number counts once, and once more when it is stored.
    is_fine (FACTS (SHOP, said (1, 1, BUYER, sold (1, "fish", 10)),
                    said (1, 1, BUYER, sold (1, "fish", 10)),
                    STORED (of_order (BUYER, 1, FISH, 10, STATUS_SOLD, 10, 1000)),
                    said (1, 1, BUYER, sold (1, "fish", 10))));
    is_wrong ("of fish, 10 units are sold and 1 more are told as sold: there were 10",
              FACTS (SHOP, STORED (of_order (BUYER, 1, FISH, 10, STATUS_SOLD, 10, 1000)),
                     said (1, 1, BUYER, sold (1, "fish", 10)),
                     said (1, 1, OTHER, sold (1, "fish", 1))));
}
END_TEST

START_TEST (test_what_no_trader_could_keep_is_not_counted)
{
    struct message first = buy (BUYER, 1, "fish", 10);
    struct message second = first;
    first.buy.first = (struct first){1, 1};
    second.buy.first = (struct first){2, 1};
    is_fine (FACTS (SHOP, asked (BUYER, 1, first), asked (BUYER, 2, second),
                    said (1, 1, BUYER, sold (1, "fish", 10)),
                    said (1, 1, OTHER, sold (1, "fish", 10))));
    is_fine (FACTS (SHOP, said (1, 1, BUYER, sold (1, "fish", 10)),
                    STORED (of_trader (1, 2, 78, 0, 0), of_view (1, 2, 2, MEMBER_LIVE, 0, 0, 2)),
                    said (2, 1, OTHER, sold (1, "fish", 10))));
}
END_TEST

START_TEST (test_a_budget_is_never_passed)
{
    is_fine (FACTS (SHOP, said (1, 1, BUYER, sold (1, "jade", 10)),
                    said (1, 1, OTHER, receipt (1, 1, STATUS_ACCEPTED, "jade", 3, 0))));
    is_wrong ("of jade, 0 units are sold and 14 more are told as sold: there were 13",
              FACTS (SHOP, said (1, 1, BUYER, sold (1, "jade", 10)),
                     said (1, 1, OTHER, receipt (1, 1, STATUS_ACCEPTED, "jade", 4, 0))));
    is_fine (FACTS (SHOP, STORED (short_of (1, JADE, 1), of_lease_state (1, JADE, 1, 2))));
    is_wrong ("of jade, 1 units are oversold and 3 more are leased that are not there: the budget "
              "is 3",
              FACTS (SHOP, STORED (short_of (1, JADE, 1), of_lease_state (1, JADE, 1, 3))));
    is_wrong ("of jade, 4 units are oversold", FACTS (SHOP, STORED (short_of (1, JADE, 4))));
    is_wrong ("of fish, 1 units are oversold", FACTS (SHOP, STORED (short_of (1, FISH, 1))));
}
END_TEST

START_TEST (test_a_trader_sells_no_more_than_it_is_leased)
{
    static const struct leased_units three[] = {{FISH_LOT, SELLER, 1, 3, 100}};
    static const struct leased_units one[] = {{FISH_LOT, SELLER, 1, 1, 100}};
    is_fine (FACTS (SHOP, HOLDS (4), RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three)),
                    RECORDED (1, 1, of_taken (2, BUYER, 2, "fish", one))));
    is_wrong ("trader 1 has sold 6 units of lot 1 that the warehouse has not settled: it is leased "
              "4",
              FACTS (SHOP, HOLDS (4), RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three)),
                     RECORDED (1, 1, of_taken (2, BUYER, 2, "fish", three))));
    // What the warehouse has settled is in its lease no more.
    is_fine (FACTS (SHOP, HOLDS (4), RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three)),
                    STORED (of_lease (1, FISH_LOT, 1), of_trader (1, 1, 77, 1, 1)),
                    RECORDED (1, 1, of_taken (2, BUYER, 2, "fish", one))));
    is_wrong ("trader 1 has sold 3 units of lot 1 that the warehouse has not settled: it is leased "
              "1",
              FACTS (SHOP, HOLDS (4), RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three)),
                     STORED (of_lease (1, FISH_LOT, 1))));
}
END_TEST

START_TEST (test_a_trader_sells_no_more_of_a_budget_than_it_is_leased)
{
    static const struct leased_units two[] = {{0, 0, 0, 2, 0}};
    is_fine (FACTS (SHOP, STORED (of_lease_state (1, JADE, 1, 2)),
                    RECORDED (1, 1, of_taken (1, BUYER, 1, "jade", two))));
    is_wrong ("trader 1 has sold 2 units of the budget of product 2",
              FACTS (SHOP, STORED (of_lease_state (1, JADE, 1, 1)),
                     RECORDED (1, 1, of_taken (1, BUYER, 1, "jade", two))));
}
END_TEST

START_TEST (test_who_lost_its_place_may_sell_what_is_void)
{
    static const struct leased_units three[] = {{FISH_LOT, SELLER, 1, 3, 100}};
    is_fine (FACTS (SHOP, HOLDS (4),
                    STORED (of_trader (1, 2, 77, 0, 0), of_view (1, 2, 1, MEMBER_TAKING, 0, 2, 0)),
                    STORED (of_view (1, 3, 1, MEMBER_FAILED, 0, 0, 3), of_lease (1, FISH_LOT, 0)),
                    RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three))));
}
END_TEST

START_TEST (test_nobody_is_refused_what_somebody_had_all_the_time)
{
    struct message wish = buy (BUYER, 1, "fish", 2);
    // Free at the warehouse.
    is_wrong (
        "order 1 of buyer 5 for 2 units of fish gets 0, while 10 were idle all the time since "
        "it was asked for",
        FACTS (SHOP, asked (BUYER, 1, wish), STORED (refused (1, 2))));
    // With a trader.
    is_wrong ("while 10 were idle", FACTS (SHOP, HOLDS (10), asked (BUYER, 1, wish),
                                           held (1, 1, "fish", 10, 0), STORED (refused (1, 2))));
    is_wrong ("while 1 were idle",
              FACTS (SHOP, HOLDS (10), asked (BUYER, 1, wish), held (1, 1, "fish", 1, 0),
                     held (1, 1, "fish", 6, 0), STORED (refused (1, 2))));
    // A part is short of what was idle, too.
    is_wrong ("for 5 units of fish gets 2, while 10 were idle",
              FACTS (SHOP, HOLDS (10), asked (BUYER, 1, buy (BUYER, 1, "fish", 5)),
                     STORED (of_order (BUYER, 1, FISH, 5, STATUS_SOLD, 2, 200))));
}
END_TEST

START_TEST (test_a_refusal_is_right_when_nothing_was_idle_all_the_time)
{
    struct message wish = buy (BUYER, 1, "fish", 2);
    // It was sold, and units came back before the refusal.
    is_fine (FACTS (SHOP, HOLDS (10), asked (BUYER, 1, wish), held (1, 1, "fish", 0, 0),
                    held (1, 1, "fish", 6, 0), GONE, STORED (refused (1, 2))));
    // It had none when it was asked.
    is_fine (FACTS (SHOP, HOLDS (10), held (1, 1, "fish", 0, 0), asked (BUYER, 1, wish),
                    held (1, 1, "fish", 6, 0), GONE, STORED (refused (1, 2))));
    // Who died cannot sell, nor can who only believes that it holds something.
    is_fine (FACTS (SHOP, HOLDS (10), ended (1, 1), asked (BUYER, 1, wish), GONE,
                    STORED (refused (1, 2))));
    is_fine (FACTS (
        SHOP, HOLDS (10),
        STORED (of_left (FISH_LOT, 0), of_lease (1, FISH_LOT, 0), of_trader (1, 1, 77, 1, 1)),
        asked (BUYER, 1, wish), GONE, STORED (refused (1, 2))));
    // The same batch has sold them to somebody else.
    is_fine (FACTS (SHOP, asked (BUYER, 1, wish),
                    STORED (of_order (OTHER, 1, FISH, 10, STATUS_SOLD, 10, 1000),
                            of_fill (OTHER, 1, FISH_LOT, SELLER, 1, 10, 100, 0), refused (1, 2),
                            of_left (FISH_LOT, 0))));
}
END_TEST

START_TEST (test_all_or_nothing_is_refused_when_less_was_idle)
{
    struct message wish = buy (BUYER, 1, "fish", 8);
    is_fine (FACTS (SHOP, HOLDS (10), asked (BUYER, 1, wish), held (1, 1, "fish", 7, 0), GONE,
                    STORED (refused_whole (1, 8))));
    is_wrong ("for 8 units of fish or nothing gets 0, while 8 were idle",
              FACTS (SHOP, HOLDS (6), asked (BUYER, 1, wish), held (1, 1, "fish", 4, 0),
                     STORED (refused_whole (1, 8))));
}
END_TEST

static struct record state (int64_t epoch, int64_t number, bool clean)
{
    struct record record = of_lease_state (1, FISH, number, 0);
    record.lease_state.epoch = epoch;
    record.lease_state.clean = clean;
    return record;
}

START_TEST (test_a_lease_changes_by_a_new_letter_or_by_sales)
{
    is_wrong (
        "the lease of trader 1 of product 1 goes from 4 units to 6, and nothing new has asked "
        "for that",
        FACTS (SHOP, HOLDS (4), STORED (of_lease (1, FISH_LOT, 6))));
    is_wrong ("goes from 4 units to 6",
              FACTS (SHOP, HOLDS (4), STORED (of_lease (1, FISH_LOT, 6), state (1, 1, false))));
    is_fine (FACTS (SHOP, HOLDS (4), STORED (of_lease (1, FISH_LOT, 6), state (1, 2, false))));
    is_wrong ("goes from 4 units to 2",
              FACTS (SHOP, HOLDS (4), STORED (of_lease (1, FISH_LOT, 2))));
    is_fine (
        FACTS (SHOP, HOLDS (4), STORED (of_lease (1, FISH_LOT, 2), of_trader (1, 1, 77, 1, 1))));
    is_wrong ("is taken under epoch 2, and the warehouse knows epoch 1",
              FACTS (SHOP, HOLDS (4), STORED (state (2, 1, false))));
}
END_TEST

START_TEST (test_leases_stay_until_a_takeover_is_complete)
{
    is_wrong ("goes from 4 units to 0",
              FACTS (SHOP, HOLDS (4),
                     STORED (of_trader (1, 2, 77, 0, 0), of_view (1, 2, 1, MEMBER_TAKING, 0, 2, 0),
                             of_lease (1, FISH_LOT, 0))));
    is_fine (FACTS (SHOP, HOLDS (4),
                    STORED (of_trader (1, 2, 77, 0, 0), of_view (1, 2, 1, MEMBER_TAKING, 0, 2, 0)),
                    STORED (of_view (1, 3, 1, MEMBER_FAILED, 0, 0, 3), of_lease (1, FISH_LOT, 0))));
}
END_TEST

START_TEST (test_who_is_clean_has_sold_all_that_is_leased_to_it)
{
    static const struct leased_units three[] = {{FISH_LOT, SELLER, 1, 3, 100}};
    is_fine (FACTS (SHOP, HOLDS (4), RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three)),
                    STORED (of_lease (1, FISH_LOT, 3), state (1, 2, true))));
    is_wrong (
        "trader 1 has given back all of product 1 that it says it had, is leased 4 units, and "
        "has sold 3",
        FACTS (SHOP, HOLDS (4), RECORDED (1, 1, of_taken (1, BUYER, 1, "fish", three)),
               STORED (state (1, 2, true))));
}
END_TEST

START_TEST (test_nobody_is_refused_before_leases_are_recalled)
{
    is_wrong ("order 1 of buyer 5 gets 0 units, while 10 are leased that nobody has recalled",
              FACTS (SHOP, HOLDS (10), held (1, 1, "fish", 0, 0),
                     asked (BUYER, 1, buy (BUYER, 1, "fish", 2)), STORED (refused (1, 2))));
}
END_TEST

START_TEST (test_a_trader_is_told_what_is_leased_to_it)
{
    static const struct leased_units four[] = {{FISH_LOT, SELLER, 1, 4, 100}};
    static const struct leased_units five[] = {{FISH_LOT, SELLER, 1, 5, 100}};
    static const struct leased_units dear[] = {{FISH_LOT, SELLER, 1, 4, 101}};
    static const struct leased_units twice[] = {{FISH_LOT, SELLER, 1, 4, 100},
                                                {FISH_LOT, SELLER, 1, 4, 100}};
    is_fine (FACTS (SHOP, HOLDS (4), answered (1, leased ("fish", 0, four, 1)),
                    answered (1, leased ("jade", 0, NULL, 0))));
    is_wrong ("trader 1 is told that it holds 5 units of fish and 0 of the budget, after 0 writes; "
              "stored are 4, 0 and 0",
              FACTS (SHOP, HOLDS (4), answered (1, leased ("fish", 0, five, 1))));
    is_wrong ("trader 1 is told",
              FACTS (SHOP, HOLDS (4), answered (1, leased ("fish", 0, dear, 1))));
    is_wrong ("trader 1 is told",
              FACTS (SHOP, HOLDS (4), answered (1, leased ("fish", 0, twice, 2))));
    is_wrong ("trader 1 is told",
              FACTS (SHOP, HOLDS (4), answered (1, leased ("fish", 0, NULL, 0))));
    is_wrong ("after 1 writes", FACTS (SHOP, HOLDS (4), answered (1, leased ("fish", 1, four, 1))));
}
END_TEST

static struct record of_lease_state_of_two (void)
{
    struct record record = state (1, 1, false);
    record.lease_state.trader = 2;
    return record;
}

START_TEST (test_nothing_idles_in_the_end_where_nobody_can_get_it)
{
    is_fine (FACTS (SHOP, HOLDS (4), held (1, 1, "fish", 0, 0), over ()));
    is_wrong ("trader 1 has kept 4 idle units of fish, and 0 of the budget, to the end",
              FACTS (SHOP, HOLDS (4), over ()));
    is_wrong (
        "4 units of fish, and 0 of the budget, are leased to trader 1 to the end, which is not "
        "there",
        FACTS (SHOP, HOLDS (4), ended (1, 1), over ()));
    is_wrong ("are leased to trader 2 to the end, which is not there",
              FACTS (SHOP,
                     STORED (of_trader (2, 1, 78, 0, 0), of_lease (2, FISH_LOT, 1),
                             of_lease_state_of_two ()),
                     over ()));
}
END_TEST

START_TEST (test_what_is_sold_otherwise_is_not_looked_at)
{
    is_fine (FACTS (SHOP, STORED (of_product (3, "salt"), of_lot (3, SELLER, 3, 3, 5, 100)),
                    asked (BUYER, 1, buy (BUYER, 1, "salt", 2)),
                    STORED (of_order (BUYER, 1, 3, 2, STATUS_OUT_OF_STOCK, 0, 0)),
                    said (1, 1, BUYER, sold (2, "salt", 99))));
}
END_TEST

int main (void)
{
    judge_by (&escrow_checker, &rules);
    Suite *suite = suite_create ("sim_escrow");
    TCase *sales = tcase_create ("sales");
    tcase_add_test (sales, test_no_more_is_told_as_sold_than_there_was);
    tcase_add_test (sales, test_what_no_trader_could_keep_is_not_counted);
    tcase_add_test (sales, test_a_budget_is_never_passed);
    tcase_add_test (sales, test_a_trader_sells_no_more_than_it_is_leased);
    tcase_add_test (sales, test_a_trader_sells_no_more_of_a_budget_than_it_is_leased);
    tcase_add_test (sales, test_who_lost_its_place_may_sell_what_is_void);
    tcase_add_test (sales, test_what_is_sold_otherwise_is_not_looked_at);
    suite_add_tcase (suite, sales);

    TCase *refusals = tcase_create ("refusals");
    tcase_add_test (refusals, test_nobody_is_refused_what_somebody_had_all_the_time);
    tcase_add_test (refusals, test_a_refusal_is_right_when_nothing_was_idle_all_the_time);
    tcase_add_test (refusals, test_all_or_nothing_is_refused_when_less_was_idle);
    suite_add_tcase (suite, refusals);

    TCase *leases = tcase_create ("leases");
    tcase_add_test (leases, test_a_lease_changes_by_a_new_letter_or_by_sales);
    tcase_add_test (leases, test_leases_stay_until_a_takeover_is_complete);
    tcase_add_test (leases, test_who_is_clean_has_sold_all_that_is_leased_to_it);
    tcase_add_test (leases, test_nobody_is_refused_before_leases_are_recalled);
    tcase_add_test (leases, test_a_trader_is_told_what_is_leased_to_it);
    tcase_add_test (leases, test_nothing_idles_in_the_end_where_nobody_can_get_it);
    suite_add_tcase (suite, leases);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
