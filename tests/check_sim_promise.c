// The checker of promises, on histories by hand.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

// Traders 1 and 2, the buyer is 5, the seller 9.
static const struct rules rules = {.mode = MODE_CACHED, .answers_kept = 8};

static struct message accepted (int64_t trader, int64_t units)
{
    static struct trader_seen own[2] = {{.trader = 1, .epoch = 1}, {.trader = 2, .epoch = 1}};
    struct message message = receipt (trader, 1, STATUS_ACCEPTED, "silk", units, 0);
    message.receipt.seen = (struct seen){.version = 1, .traders = &own[trader - 1], .count = 1};
    return message;
}

static struct message first_at (int64_t trader, struct message message)
{
    message.buy.first = (struct first){.trader = trader, .epoch = 1};
    return message;
}

// Five of silk are there, and trader 1 has promised two of them.
#define SHOP                                                                                \
    STORED (of_product (2, "silk"), of_lot (1, 9, 1, 2, 5, 100), of_trader (1, 1, 7, 0, 0), \
            of_view (1, 1, 1, MEMBER_LIVE, 0, 0, 0)),                                       \
        asked (5, 1, first_at (1, buy (5, 1, "silk", 2)))
#define DECIDED RECORDED (1, 1, of_joined (1, 1), of_decided (1, 5, 1, "silk", 2))
#define PROMISED SHOP, DECIDED, said (1, 1, 5, accepted (1, 2))

static struct record order_of (enum status status, int64_t units, int64_t missing)
{
    struct record record = of_order (5, 1, 2, 2, status, units, 100 * units);
    record.order.missing = missing;
    record.order.trader = 1;
    return record;
}

START_TEST (test_a_promise_is_sold_or_oversold_in_the_end)
{
    is_fine (FACTS (PROMISED, STORED (order_of (STATUS_SOLD, 2, 0)), over ()));
    is_fine (FACTS (PROMISED, STORED (order_of (STATUS_OVERSOLD, 0, 2)), over ()));
    is_fine (FACTS (PROMISED, STORED (order_of (STATUS_OVERSOLD, 1, 1)), over ()));
    is_wrong ("trader 1 promised client 5 2 units under its number 1; stored is: nothing",
              FACTS (PROMISED, over ()));
    is_wrong ("stored is: sold, 1 of silk",
              FACTS (PROMISED, STORED (order_of (STATUS_SOLD, 1, 0))));
    is_wrong ("stored is: out_of_stock",
              FACTS (PROMISED, STORED (order_of (STATUS_OUT_OF_STOCK, 0, 0))));
    is_wrong ("stored is: oversold", FACTS (PROMISED, STORED (order_of (STATUS_OVERSOLD, 1, 0))));
}
END_TEST

START_TEST (test_a_promise_is_settled_for_the_trader_that_made_it)
{
    struct record order = order_of (STATUS_SOLD, 2, 0);
    order.order.trader = 2;
    is_wrong (", for trader 2", FACTS (PROMISED, STORED (order)));
}
END_TEST

START_TEST (test_a_promise_is_not_told_again_once_it_is_void)
{
    const struct record void_all = {.type = RECORD_VOID, .write.trader = 1};
    is_wrong ("and its journal has 0",
              FACTS (SHOP, DECIDED, RECORDED (1, 2, void_all), said (1, 2, 5, accepted (1, 2))));
    is_fine (FACTS (SHOP, DECIDED, RECORDED (1, 2, void_all), DECIDED,
                    said (1, 2, 5, accepted (1, 2)), STORED (order_of (STATUS_SOLD, 2, 0)),
                    over ()));
}
END_TEST

START_TEST (test_a_promise_outlives_whoever_made_it)
{
    is_wrong ("stored is: nothing", FACTS (PROMISED, ended (1, 1), over ()));
    is_wrong ("stored is: nothing", FACTS (PROMISED, ended (1, 1), started (1, 2), over ()));
    is_wrong ("stored is: nothing",
              FACTS (PROMISED, said (1, 1, 5, refusal (1, 1, REASON_LIMIT)), over ()));
}
END_TEST

START_TEST (test_a_promise_stands_in_the_journal_before_it_is_told)
{
    is_wrong ("and its journal has 0", FACTS (SHOP, said (1, 1, 5, accepted (1, 2))));
    is_wrong ("3 units under its number 1, and its journal has 2",
              FACTS (SHOP, DECIDED, said (1, 1, 5, accepted (1, 3))));
    is_wrong ("trader 2 promises client 5 2 units under its number 1, and its journal has 0",
              FACTS (SHOP, DECIDED, said (2, 1, 5, accepted (2, 2))));
}
END_TEST

START_TEST (test_a_number_is_promised_once)
{
    struct fact other = RECORDED (2, 1, of_joined (1, 1), of_decided (1, 5, 1, "silk", 1));
    is_fine (FACTS (PROMISED, said (1, 1, 5, accepted (1, 2))));
    is_wrong ("1 units under its number 1, and 2 were promised before",
              FACTS (PROMISED, other, said (2, 1, 5, accepted (2, 1))));
    // The client itself has asked two traders to decide at once.
    is_fine (FACTS (PROMISED, asked (5, 2, first_at (2, buy (5, 1, "silk", 2))), other,
                    said (2, 1, 5, accepted (2, 1)), over ()));
}
END_TEST

START_TEST (test_what_was_stored_before_is_promised_as_it_is_stored)
{
    is_fine (FACTS (SHOP, DECIDED, STORED (order_of (STATUS_SOLD, 2, 0)),
                    said (1, 1, 5, accepted (1, 2)), over ()));
    is_wrong ("stored is: out_of_stock",
              FACTS (SHOP, DECIDED, STORED (order_of (STATUS_OUT_OF_STOCK, 0, 0)),
                     said (1, 1, 5, accepted (1, 2))));
}
END_TEST

// From a live view: nobody had a copy, and the new process has no journal.
START_TEST (test_who_comes_without_a_journal_forsakes_what_was_promised)
{
    struct fact fresh = STORED (of_trader (1, 2, 8, 0, 0), of_view (1, 2, 2, MEMBER_LIVE, 0, 0, 0));
    struct fact resumed =
        STORED (of_trader (1, 2, 8, 0, 0), of_view (1, 2, 1, MEMBER_LIVE, 0, 0, 0));
    is_fine (FACTS (PROMISED, fresh, over ()));
    is_wrong ("stored is: nothing", FACTS (PROMISED, resumed, over ()));
}
END_TEST

START_TEST (test_who_was_taken_over_forsakes_nothing)
{
    is_wrong ("stored is: nothing",
              FACTS (PROMISED, STORED (of_view (1, 2, 1, MEMBER_LIVE, 2, 0, 0)),
                     STORED (of_trader (1, 2, 7, 0, 0), of_view (1, 3, 1, MEMBER_TAKING, 0, 2, 0)),
                     STORED (of_view (1, 4, 1, MEMBER_FAILED, 0, 0, 2)),
                     STORED (of_trader (1, 3, 8, 0, 0), of_view (1, 5, 3, MEMBER_LIVE, 0, 0, 2)),
                     over ()));
}
END_TEST

// Not as soon as answers are kept no more, but when nobody knows which numbers had one.
START_TEST (test_a_number_may_grow_too_old_for_its_promise)
{
    struct message ahead = buy (5, LIMIT_SKIPPED_BACK, "silk", 1);
    is_wrong ("stored is: nothing", FACTS (PROMISED, asked (5, 1, ahead), over ()));
    ahead = buy (5, LIMIT_SKIPPED_BACK + 1, "silk", 1);
    is_fine (FACTS (PROMISED, asked (5, 1, ahead), over ()));
}
END_TEST

int main (void)
{
    judge_by (&promise_checker, &rules);
    Suite *suite = suite_create ("sim_promise");
    TCase *kept = tcase_create ("kept");
    tcase_add_test (kept, test_a_promise_is_sold_or_oversold_in_the_end);
    tcase_add_test (kept, test_a_promise_is_settled_for_the_trader_that_made_it);
    tcase_add_test (kept, test_a_promise_is_not_told_again_once_it_is_void);
    tcase_add_test (kept, test_a_promise_outlives_whoever_made_it);
    tcase_add_test (kept, test_a_promise_stands_in_the_journal_before_it_is_told);
    tcase_add_test (kept, test_a_number_is_promised_once);
    tcase_add_test (kept, test_what_was_stored_before_is_promised_as_it_is_stored);
    suite_add_tcase (suite, kept);

    TCase *excused = tcase_create ("excused");
    tcase_add_test (excused, test_who_comes_without_a_journal_forsakes_what_was_promised);
    tcase_add_test (excused, test_who_was_taken_over_forsakes_nothing);
    tcase_add_test (excused, test_a_number_may_grow_too_old_for_its_promise);
    suite_add_tcase (suite, excused);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
