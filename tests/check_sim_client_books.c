#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { TRADER = 1, BUYER = 5, SELLER = 9, SALT = 1, TEA = 2 };

static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "tea", .mode = MODE_CACHED}};
static const struct rules rules = {
    .commission_percent = 20,
    .products = products,
    .product_count = 2,
};

#define COUNT(facts) (sizeof (facts) / sizeof (facts)[0])
#define COMPLAINT(facts) complaint_of (&money_checker, &rules, facts, COUNT (facts))

// What the buyer has booked after orders 1 to 3 of tea, from its number 2 on, where the ledger has
// 3 units for 297 cents and 4 missing.
static const struct buyer_case {
    struct book_fact book;
    bool good;
} buyer_cases[] = {
    {{.first = 2, .units = 3, .amount_cents = 297, .missing = 4}, true},
    {{.first = 2, .units = 3, .amount_cents = 297, .missing = 4, .open = 1}, true},
    {{.first = 2, .units = 2, .amount_cents = 198, .missing = 0, .open = 1}, true},
    {{.first = 2, .units = 0, .amount_cents = 0, .missing = 0, .open = 2}, true},
    {{.first = 4}, true},
    {{.first = 1, .units = 5, .amount_cents = 495, .missing = 4}, true},
    {{.first = 2, .units = 2, .amount_cents = 297, .missing = 4}, false},
    {{.first = 2, .units = 3, .amount_cents = 296, .missing = 4}, false},
    {{.first = 2, .units = 3, .amount_cents = 297, .missing = 3}, false},
    {{.first = 2, .units = 4, .amount_cents = 297, .missing = 4}, false},
    {{.first = 2, .units = 3, .amount_cents = 298, .missing = 4}, false},
    {{.first = 2, .units = 3, .amount_cents = 297, .missing = 5}, false},
    {{.first = 2, .units = 4, .amount_cents = 297, .missing = 4, .open = 1}, false},
    {{.first = 2, .units = 3, .amount_cents = 298, .missing = 4, .open = 1}, false},
    {{.first = 2, .units = 3, .amount_cents = 297, .missing = 5, .open = 1}, false},
};

START_TEST (test_books_wants_a_buyers_book_to_be_the_ledgers)
{
    const struct book_fact *book = &buyer_cases[_i].book;
    struct record short_one = of_order (BUYER, 3, TEA, 5, STATUS_OVERSOLD, 1, 99);
    short_one.order.missing = 4;
    struct fact facts[] = {
        STORED (of_lot (1, SELLER, 4, TEA, 9, 99), of_order (BUYER, 1, TEA, 2, STATUS_SOLD, 2, 198),
                of_fill (BUYER, 1, 1, SELLER, 4, 2, 99, 39), short_one,
                of_fill (BUYER, 3, 1, SELLER, 4, 1, 99, 19),
                of_order (BUYER, 2, TEA, 2, STATUS_SOLD, 2, 198),
                of_fill (BUYER, 2, 1, SELLER, 4, 2, 99, 39),
                of_order (6, 2, TEA, 1, STATUS_SOLD, 1, 99),
                of_fill (6, 2, 1, SELLER, 4, 1, 99, 19), of_account (6, -99),
                of_account (BUYER, -495), of_account (SELLER, 478), of_account (TRADER, 116)),
        booked (BUYER, *book),
    };
    if (buyer_cases[_i].good) {
        ck_assert_ptr_null (COMPLAINT (facts));
        return;
    }
    char text[CHECKER_TEXT];
    snprintf (text, sizeof text,
              "buyer 5 has booked %d units for %d cents and %d missing, %d open; the ledger 3 for "
              "297 and 4 missing",
              (int) book->units, (int) book->amount_cents, (int) book->missing, (int) book->open);
    ck_assert_str_eq (COMPLAINT (facts), text);
}
END_TEST

START_TEST (test_books_wants_a_buyer_unknown_to_the_ledger_to_have_nothing)
{
    struct fact good = booked (BUYER, (struct book_fact){.first = 1});
    struct fact bad = booked (BUYER, (struct book_fact){.first = 1, .units = 1, .open = 1});
    ck_assert_ptr_null (complaint_of (&money_checker, &rules, &good, 1));
    ck_assert_str_eq (complaint_of (&money_checker, &rules, &bad, 1),
                      "buyer 5 has booked 1 units for 0 cents and 0 missing, 1 open; the ledger 0 "
                      "for 0 and 0 missing");
}
END_TEST

static struct fact seller_booked (int64_t units, int64_t open)
{
    struct book_fact book = {.seller = true, .first = 2, .units = units, .open = open};
    return booked (SELLER, book);
}

START_TEST (test_books_wants_a_sellers_book_to_be_the_ledgers)
{
    struct fact facts[] = {
        STORED (of_lot (1, SELLER, 1, SALT, 9, 99), of_lot (2, SELLER, 3, SALT, 4, 99)),
        STORED (of_lot (3, SELLER, 2, TEA, 2, 99), of_lot (4, SELLER + 1, 2, TEA, 7, 99)),
        seller_booked (6, 0),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[2] = seller_booked (6, 1);
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[2] = seller_booked (2, 1);
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[2] = seller_booked (5, 0);
    ck_assert_str_eq (COMPLAINT (facts), "seller 9 has booked 5 units, 0 open; the ledger 6");
    facts[2] = seller_booked (7, 0);
    ck_assert_str_eq (COMPLAINT (facts), "seller 9 has booked 7 units, 0 open; the ledger 6");
    facts[2] = seller_booked (7, 1);
    ck_assert_str_eq (COMPLAINT (facts), "seller 9 has booked 7 units, 1 open; the ledger 6");
}
END_TEST

// What it was told is not enough, whatever became of the trader that told it.
START_TEST (test_books_wants_a_confirmed_restock_to_be_stored)
{
    struct fact facts[] = {
        said (TRADER, 1, SELLER, restocked (TRADER, 3, "tea", 5, 99)),
        ended (TRADER, 1),
        seller_booked (5, 0),
    };
    ck_assert_str_eq (COMPLAINT (facts), "seller 9 has booked 5 units, 0 open; the ledger 0");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_client_books");
    TCase *buyers = tcase_create ("buyers");
    tcase_add_loop_test (buyers, test_books_wants_a_buyers_book_to_be_the_ledgers, 0,
                         (int) COUNT (buyer_cases));
    tcase_add_test (buyers, test_books_wants_a_buyer_unknown_to_the_ledger_to_have_nothing);
    suite_add_tcase (suite, buyers);

    TCase *sellers = tcase_create ("sellers");
    tcase_add_test (sellers, test_books_wants_a_sellers_book_to_be_the_ledgers);
    tcase_add_test (sellers, test_books_wants_a_confirmed_restock_to_be_stored);
    suite_add_tcase (suite, sellers);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
