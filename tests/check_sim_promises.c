// The checker of one outcome a number, on histories by hand: promises that a trader makes alone.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

static const struct rules rules = {.answers_kept = 4, .cached = true};

// Seller 9 has a lot of silk, and trader 1 runs.
#define SHOP                                                      \
    started (1, 1), asked (9, 1, restock (9, 1, "silk", 9, 100)), \
        STORED (of_product (1, "silk"), of_lot (1, 9, 1, 1, 9, 100))

static struct fact ask (int64_t trader, int64_t attempt)
{
    struct message message = buy (5, 1, "silk", 4);
    message.buy.attempt = attempt;
    return asked (5, trader, message);
}

static struct fact promise (int64_t trader, int64_t life, int64_t units)
{
    return said (trader, life, 5, receipt (trader, 1, STATUS_ACCEPTED, "silk", units, 0));
}

static struct record outcome_of (enum status status, int64_t units, int64_t missing)
{
    struct record record = of_order (5, 1, 1, 4, status, units, 100 * units);
    record.order.missing = missing;
    return record;
}

START_TEST (test_what_was_promised_is_given_or_missing)
{
    is_fine (FACTS (SHOP, ask (1, 1), promise (1, 1, 3), promise (1, 1, 3),
                    STORED (outcome_of (STATUS_SOLD, 3, 0)), promise (1, 1, 3)));
    is_fine (FACTS (SHOP, ask (1, 1), promise (1, 1, 3), ask (1, 2),
                    STORED (outcome_of (STATUS_OVERSOLD, 1, 2))));
    is_wrong ("client 5 was promised 3 units under its number 1; stored is: sold, 2 of silk",
              FACTS (SHOP, ask (1, 1), promise (1, 1, 3), STORED (outcome_of (STATUS_SOLD, 2, 0))));
    is_wrong ("stored is: oversold, 1 of silk for 100 cents, 1 missing",
              FACTS (SHOP, ask (1, 1), promise (1, 1, 3), ask (1, 2),
                     STORED (outcome_of (STATUS_OVERSOLD, 1, 1))));
    is_wrong ("stored is: out_of_stock",
              FACTS (SHOP, ask (1, 1), promise (1, 1, 3), ended (2, 1), started (2, 2),
                     STORED (outcome_of (STATUS_OUT_OF_STOCK, 0, 0))));
    // Whether it is known that the trader has started, or not.
    is_wrong ("was promised 3 units",
              FACTS (asked (9, 1, restock (9, 1, "silk", 9, 100)), STORED (of_product (1, "silk")),
                     ask (1, 1), promise (1, 1, 3), STORED (outcome_of (STATUS_SOLD, 4, 0))));
}
END_TEST

START_TEST (test_a_process_promises_one_thing)
{
    is_wrong ("trader 1 promises client 5 2 units under its number 1, and has promised 3 before",
              FACTS (SHOP, ask (1, 1), promise (1, 1, 3), promise (1, 1, 2)));
    is_wrong ("and has promised 3 before",
              FACTS (SHOP, ask (1, 1), promise (1, 1, 3), STORED (outcome_of (STATUS_SOLD, 3, 0)),
                     promise (1, 1, 4)));
    is_fine (FACTS (SHOP, ask (1, 1), promise (1, 1, 3), ended (1, 1), started (1, 2),
                    promise (1, 2, 2)));
}
END_TEST

// A fact that changes nothing, where there is none: a story may be shorter than others.
static struct fact or_healed (struct fact fact)
{
    return fact.node ? fact : healed ();
}

// The order may have been decided otherwise, or the promise is void: each story but for its last
// fact, which is an outcome that does not keep the promise.
START_TEST (test_a_promise_binds_only_who_alone_can_have_decided)
{
    struct fact other = asked (5, 1, buy (5, 1, "silk", 3));
    struct fact stories[][4] = {
        {ask (1, 1), promise (1, 1, 3), ended (1, 1)},
        {ask (1, 1), promise (1, 1, 3), ended (1, 1), started (1, 2)},
        {ask (1, 1), promise (1, 1, 3), started (1, 2)},  // Replaced, and not ended yet.
        {ask (1, 1), started (1, 2), promise (1, 1, 3)},
        {ask (1, 1), started (1, 2), promise (1, 2, 3)},
        {ask (1, 1), ask (1, 2), promise (1, 1, 3)},
        {ask (1, 2), promise (1, 1, 3)},
        {ask (1, 1), ask (2, 1), promise (1, 1, 3)},
        {ask (1, 1), promise (1, 1, 3), ask (2, 2)},
        {ask (2, 1), promise (1, 1, 3)},
        {ask (1, 1), other, promise (1, 1, 3)},
        {ask (1, 1), promise (1, 1, 3), said (1, 1, 5, refusal (1, 1, REASON_LIMIT))},
    };
    enum { STORIES = sizeof stories / sizeof stories[0] };
    ck_assert_int_eq (STORIES, 12);
    const struct fact *story = stories[_i];
    is_fine (FACTS (SHOP, story[0], story[1], or_healed (story[2]), or_healed (story[3]),
                    STORED (outcome_of (STATUS_SOLD, 4, 0))));
    is_wrong ("was promised 3 units", FACTS (SHOP, ask (1, 1), promise (1, 1, 3), healed (),
                                             STORED (outcome_of (STATUS_SOLD, 4, 0))));
}
END_TEST

START_TEST (test_a_promise_of_a_process_that_is_not_the_latest_is_not_compared)
{
    is_fine (FACTS (SHOP, ask (1, 1), promise (1, 1, 3), started (1, 2), promise (1, 1, 2)));
    is_fine (FACTS (asked (9, 1, restock (9, 1, "silk", 9, 100)), STORED (of_product (1, "silk")),
                    ask (1, 1), promise (1, 1, 3), ended (1, 1),
                    STORED (outcome_of (STATUS_SOLD, 4, 0))));
    is_fine (FACTS (SHOP, ask (1, 1), STORED (outcome_of (STATUS_SOLD, 4, 0)), promise (1, 1, 3),
                    promise (1, 1, 2)));
}
END_TEST

int main (void)
{
    judge_by (&outcome_checker, &rules);
    Suite *suite = suite_create ("sim_promises");
    TCase *promises = tcase_create ("promises");
    tcase_add_test (promises, test_what_was_promised_is_given_or_missing);
    tcase_add_test (promises, test_a_process_promises_one_thing);
    tcase_add_loop_test (promises, test_a_promise_binds_only_who_alone_can_have_decided, 0, 12);
    tcase_add_test (promises, test_a_promise_of_a_process_that_is_not_the_latest_is_not_compared);
    suite_add_tcase (suite, promises);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
