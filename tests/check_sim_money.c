#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { TRADER = 1, BUYER = 5, SELLER = 9, SALT = 1 };

static const struct rules rules = {.commission_percent = 20};

#define COUNT(facts) (sizeof (facts) / sizeof (facts)[0])
#define COMPLAINT(facts) complaint_of (&money_checker, &rules, facts, COUNT (facts))

// Lot 1 is 9 units at 99 cents, the seller's number 4; then the records.
static const char *after_lot (const struct record *records, size_t count)
{
    struct fact facts[] = {
        STORED (of_product (SALT, "salt"), of_lot (1, SELLER, 4, SALT, 9, 99)),
        stored (records, count),
    };
    return COMPLAINT (facts);
}

#define AFTER(...)                                   \
    after_lot ((const struct record[]){__VA_ARGS__}, \
               sizeof ((const struct record[]){__VA_ARGS__}) / sizeof (struct record))

// Order 1 got 2 units for 198 cents, of which the trader gets 39 and the seller 159.
static struct record order_of_two (void)
{
    return of_order (BUYER, 1, SALT, 2, STATUS_SOLD, 2, 198);
}

static struct record fill_of_two (void)
{
    return of_fill (BUYER, 1, 1, SELLER, 4, 2, 99, 39);
}

START_TEST (test_money_is_content_with_accounts_that_add_up)
{
    struct fact facts[] = {
        STORED (of_lot (1, SELLER, 1, SALT, 5, 99), of_lot (2, SELLER + 1, 1, SALT, 5, 3)),
        STORED (of_order (BUYER, 1, SALT, 7, STATUS_SOLD, 7, 501),
                of_fill (BUYER, 1, 1, SELLER, 1, 5, 99, 99),
                of_fill (BUYER, 1, 2, SELLER + 1, 1, 2, 3, 1), of_account (BUYER, -501),
                of_account (SELLER, 396), of_account (SELLER + 1, 5), of_account (TRADER, 100)),
        // Two batches that became durable together: the trader's account is stored twice.
        STORED (of_order (BUYER, 2, SALT, 2, STATUS_SOLD, 2, 6),
                of_fill (BUYER, 2, 2, SELLER + 1, 1, 2, 3, 1), of_account (BUYER, -507),
                of_account (SELLER + 1, 10), of_account (TRADER, 101),
                of_order (BUYER + 1, 1, SALT, 2, STATUS_SOLD, 1, 3),
                of_fill (BUYER + 1, 1, 2, SELLER + 1, 1, 1, 3, 0), of_account (BUYER + 1, -3),
                of_account (SELLER + 1, 13)),
        STORED (of_order (BUYER, 3, SALT, 2, STATUS_OUT_OF_STOCK, 0, 0), of_account (BUYER, -507)),
        over (),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
}
END_TEST

START_TEST (test_money_wants_every_account_stored_with_its_batch)
{
    struct record buyer = of_account (BUYER, -198);
    struct record seller = of_account (SELLER, 159);
    struct record trader = of_account (TRADER, 39);
    ck_assert_ptr_null (AFTER (order_of_two (), fill_of_two (), buyer, seller, trader));
    ck_assert_ptr_null (AFTER (order_of_two (), fill_of_two (), trader, buyer, seller));
    ck_assert_str_eq (AFTER (order_of_two (), fill_of_two (), seller, trader),
                      "account 5 is stored with 0 cents, its sales make -198");
    ck_assert_str_eq (AFTER (order_of_two (), fill_of_two (), buyer, trader),
                      "account 9 is stored with 0 cents, its sales make 159");
    ck_assert_str_eq (AFTER (order_of_two (), fill_of_two (), buyer, seller),
                      "account 1 is stored with 0 cents, its sales make 39");
    ck_assert_str_eq (
        AFTER (order_of_two (), fill_of_two (), buyer, seller, trader, of_account (TRADER, 40)),
        "account 1 is stored with 40 cents, its sales make 39");
}
END_TEST

START_TEST (test_money_wants_no_other_account_changed)
{
    ck_assert_ptr_null (AFTER (of_account (7, 0)));
    ck_assert_str_eq (AFTER (of_account (7, 1)),
                      "account 7 is stored with 1 cents, its sales make 0");
    ck_assert_str_eq (
        AFTER (of_order (BUYER, 1, SALT, 2, STATUS_OUT_OF_STOCK, 0, 0), of_account (BUYER, -198)),
        "account 5 is stored with -198 cents, its sales make 0");
}
END_TEST

START_TEST (test_money_does_not_wait_for_the_next_batch)
{
    struct fact facts[] = {
        STORED (of_lot (1, SELLER, 4, SALT, 9, 99)),
        STORED (order_of_two (), fill_of_two (), of_account (BUYER, -198),
                of_account (SELLER, 159)),
        STORED (of_account (TRADER, 39)),
    };
    ck_assert_str_eq (COMPLAINT (facts), "account 1 is stored with 0 cents, its sales make 39");
}
END_TEST

START_TEST (test_money_knows_a_seller_that_buys_its_own)
{
    struct record order = of_order (SELLER, 5, SALT, 2, STATUS_SOLD, 2, 198);
    struct record fill = of_fill (SELLER, 5, 1, SELLER, 4, 2, 99, 39);
    ck_assert_ptr_null (AFTER (order, fill, of_account (SELLER, -39), of_account (TRADER, 39)));
    ck_assert_str_eq (AFTER (order, fill, of_account (SELLER, 159), of_account (TRADER, 39)),
                      "account 9 is stored with 159 cents, its sales make -39");
}
END_TEST

START_TEST (test_money_wants_an_order_to_cost_what_its_fills_do)
{
    struct record order = of_order (BUYER, 1, SALT, 2, STATUS_SOLD, 2, 199);
    ck_assert_str_eq (AFTER (order, fill_of_two (), of_account (BUYER, -198)),
                      "order 1 of buyer 5 costs 199 cents, its fills 198");
    ck_assert_str_eq (AFTER (order_of_two ()), "order 1 of buyer 5 costs 198 cents, its fills 0");
    ck_assert_str_eq (AFTER (of_order (BUYER, 1, SALT, 2, STATUS_OUT_OF_STOCK, 0, 1),
                             of_order (BUYER, 2, SALT, 2, STATUS_OUT_OF_STOCK, 0, 0)),
                      "order 1 of buyer 5 costs 1 cents, its fills 0");
}
END_TEST

// Commission of one fill of so many units at 99 cents, and the percentage.
static const struct share {
    int64_t percent;
    int64_t units;
    int64_t commission_cents;
} shares[] = {
    {20, 1, 19}, {20, 2, 39}, {20, 5, 99}, {0, 3, 0}, {100, 3, 297}, {1, 1, 0}, {99, 1, 98},
};

START_TEST (test_money_wants_commission_rounded_down_once_a_fill)
{
    const struct share *share = &shares[_i];
    struct rules others = rules;
    others.commission_percent = share->percent;
    for (int64_t off = -1; off <= 1; off++) {
        int64_t amount = share->units * 99;
        int64_t commission = share->commission_cents + off;
        struct fact facts[] = {
            STORED (of_lot (1, SELLER, 4, SALT, 9, 99)),
            STORED (of_order (BUYER, 1, SALT, share->units, STATUS_SOLD, share->units, amount),
                    of_fill (BUYER, 1, 1, SELLER, 4, share->units, 99, commission),
                    of_account (BUYER, -amount), of_account (SELLER, amount - commission),
                    of_account (TRADER, commission)),
        };
        const char *complaint = complaint_of (&money_checker, &others, facts, COUNT (facts));
        char text[CHECKER_TEXT];
        snprintf (text, sizeof text,
                  "order 1 of buyer 5 brings its trader %d cents for lot 1, it should %d",
                  (int) commission, (int) share->commission_cents);
        if (off == 0) {
            ck_assert_ptr_null (complaint);
        } else {
            ck_assert_str_eq (complaint, text);
        }
    }
}
END_TEST

START_TEST (test_money_wants_the_price_of_the_lot)
{
    ck_assert_str_eq (AFTER (of_order (BUYER, 1, SALT, 2, STATUS_SOLD, 2, 196),
                             of_fill (BUYER, 1, 1, SELLER, 4, 2, 98, 39)),
                      "order 1 of buyer 5 pays 98 cents a unit of lot 1, which costs 99");
}
END_TEST

START_TEST (test_money_wants_the_lots_seller_paid)
{
    ck_assert_str_eq (
        AFTER (order_of_two (), of_fill (BUYER, 1, 1, SELLER + 1, 4, 2, 99, 39)),
        "order 1 of buyer 5 pays seller 10 for lot 1 as its number 4, which is not so");
    ck_assert_str_eq (
        AFTER (order_of_two (), of_fill (BUYER, 1, 1, SELLER, 3, 2, 99, 39)),
        "order 1 of buyer 5 pays seller 9 for lot 1 as its number 3, which is not so");
    ck_assert_str_eq (
        AFTER (order_of_two (), of_fill (BUYER, 1, 2, SELLER, 4, 2, 99, 39)),
        "order 1 of buyer 5 pays seller 9 for lot 2 as its number 4, which is not so");
}
END_TEST

START_TEST (test_money_wants_fills_behind_an_order_of_the_same_trader)
{
    const char *by_one = "a fill of order 1 of buyer 5 by trader 1 does not follow such an order";
    ck_assert_str_eq (AFTER (fill_of_two ()), by_one);
    ck_assert_str_eq (AFTER (of_order (BUYER, 2, SALT, 2, STATUS_SOLD, 2, 198), fill_of_two ()),
                      by_one);
    ck_assert_str_eq (AFTER (of_order (6, 1, SALT, 2, STATUS_SOLD, 2, 198), fill_of_two ()),
                      by_one);
    ck_assert_str_eq (AFTER (of_order (BUYER, 1, SALT, 2, STATUS_OUT_OF_STOCK, 0, 0),
                             of_account (BUYER, 0), fill_of_two ()),
                      by_one);
    struct record by_two = fill_of_two ();
    by_two.fill.trader = 2;
    ck_assert_str_eq (AFTER (order_of_two (), by_two),
                      "a fill of order 1 of buyer 5 by trader 2 does not follow such an order");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_money");
    TCase *accounts = tcase_create ("accounts");
    tcase_add_test (accounts, test_money_is_content_with_accounts_that_add_up);
    tcase_add_test (accounts, test_money_wants_every_account_stored_with_its_batch);
    tcase_add_test (accounts, test_money_wants_no_other_account_changed);
    tcase_add_test (accounts, test_money_does_not_wait_for_the_next_batch);
    tcase_add_test (accounts, test_money_knows_a_seller_that_buys_its_own);
    suite_add_tcase (suite, accounts);

    TCase *fills = tcase_create ("fills");
    tcase_add_test (fills, test_money_wants_an_order_to_cost_what_its_fills_do);
    tcase_add_loop_test (fills, test_money_wants_commission_rounded_down_once_a_fill, 0,
                         (int) COUNT (shares));
    tcase_add_test (fills, test_money_wants_the_price_of_the_lot);
    tcase_add_test (fills, test_money_wants_the_lots_seller_paid);
    tcase_add_test (fills, test_money_wants_fills_behind_an_order_of_the_same_trader);
    suite_add_tcase (suite, fills);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
