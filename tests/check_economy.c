// What the warehouse's log tells of money.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/warehouse/economy.h"

static char text[ECONOMY_TEXT_BYTES];

static struct record fill (int64_t buyer, int64_t seller, int64_t trader, int64_t units,
                           int64_t price_cents, int64_t commission_cents)
{
    return (struct record){.type = RECORD_FILL,
                           .fill = {.buyer = buyer,
                                    .number = 1,
                                    .lot = 1,
                                    .seller = seller,
                                    .seller_number = 1,
                                    .trader = trader,
                                    .units = units,
                                    .price_cents = price_cents,
                                    .commission_cents = commission_cents}};
}

static struct record account (int64_t node, int64_t balance_cents)
{
    return (struct record){.type = RECORD_ACCOUNT, .account = {node, balance_cents}};
}

START_TEST (test_economy_tells_who_paid_whom_and_what_each_stands_at)
{
    const struct record records[] = {fill (5, 9, 6, 1, 1500, 300), account (5, -4500),
                                     account (9, 3600), account (6, 900)};
    ck_assert (economy_text (records, 4, text));
    ck_assert_str_eq (text, "buyer 5 spent 15.00 (-45.00), seller 9 earned 12.00 (36.00), "
                            "trader 6 got 3.00 (9.00)");
}
END_TEST

START_TEST (test_economy_sums_what_a_batch_moved)
{
    const struct record records[] = {fill (5, 9, 6, 2, 5, 2), fill (7, 9, 6, 1, 105, 21),
                                     account (5, -10),        account (7, -105),
                                     account (9, 92),         account (6, 23)};
    ck_assert (economy_text (records, 6, text));
    ck_assert_str_eq (text, "buyer 5 spent 0.10 (-0.10), seller 9 earned 0.92 (0.92), "
                            "trader 6 got 0.23 (0.23), buyer 7 spent 1.05 (-1.05)");
}
END_TEST

// A peer that trades today has bought yesterday.
START_TEST (test_economy_tells_a_node_as_what_it_was_in_each_sale)
{
    const struct record records[] = {fill (5, 9, 5, 1, 1000, 200), account (5, -800),
                                     account (9, 800)};
    ck_assert (economy_text (records, 3, text));
    ck_assert_str_eq (text, "buyer 5 spent 10.00 (-8.00), seller 9 earned 8.00 (8.00), "
                            "trader 5 got 2.00 (-8.00)");
}
END_TEST

START_TEST (test_economy_leaves_out_who_got_nothing)
{
    const struct record records[] = {fill (5, 9, 6, 1, 4, 0), account (5, -4), account (9, 4)};
    ck_assert (economy_text (records, 3, text));
    ck_assert_str_eq (text, "buyer 5 spent 0.04 (-0.04), seller 9 earned 0.04 (0.04)");
}
END_TEST

START_TEST (test_economy_tells_nothing_where_nothing_was_sold)
{
    const struct record records[] = {account (5, -4),
                                     {.type = RECORD_ORDER, .order = {.buyer = 5, .number = 1}}};
    ck_assert (!economy_text (records, 2, text));
    ck_assert (!economy_text (NULL, 0, text));
}
END_TEST

START_TEST (test_economy_of_a_crowd_is_cut_and_says_so)
{
    enum { CROWD = 60 };
    static struct record records[2 * CROWD];
    for (int64_t i = 0; i < CROWD; i++) {
        records[i] = fill (LIMIT_NODE - i, 9, 6, LIMIT_QUANTITY, LIMIT_PRICE_CENTS, 1);
        records[CROWD + i] = account (LIMIT_NODE - i, -LIMIT_INTEGER);
    }
    ck_assert (economy_text (records, 2 * CROWD, text));
    ck_assert_uint_lt (strlen (text), sizeof text);
    const char *end = ", and others";
    ck_assert_str_eq (text + strlen (text) - strlen (end), end);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("economy");
    TCase *words = tcase_create ("words");
    tcase_add_test (words, test_economy_tells_who_paid_whom_and_what_each_stands_at);
    tcase_add_test (words, test_economy_sums_what_a_batch_moved);
    tcase_add_test (words, test_economy_tells_a_node_as_what_it_was_in_each_sale);
    tcase_add_test (words, test_economy_leaves_out_who_got_nothing);
    tcase_add_test (words, test_economy_tells_nothing_where_nothing_was_sold);
    tcase_add_test (words, test_economy_of_a_crowd_is_cut_and_says_so);
    suite_add_tcase (suite, words);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
