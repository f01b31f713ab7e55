// The checker of one outcome a number, on histories by hand: refusals, and what is unknown.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

static const struct product_rule products[] = {{.product = "salt"},
                                               {.product = "silk", .mode = MODE_CACHED}};
static const struct rules rules = {.answers_kept = 4, .products = products, .product_count = 2};

// Seller 9 has a lot of salt, and buyer 5 a refusal.
#define LOTS                                      \
    asked (9, 1, restock (9, 1, "salt", 5, 100)), \
        STORED (of_product (1, "salt"), of_lot (1, 9, 1, 1, 5, 100))
#define REFUSED                                \
    LOTS, asked (5, 1, buy (5, 1, "salt", 6)), \
        STORED (of_order (5, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0))

static struct message whole (struct message message)
{
    message.buy.all_or_nothing = true;
    return message;
}

START_TEST (test_a_conflict_needs_two_bodies)
{
    struct fact first = asked (5, 1, buy (5, 1, "salt", 6));
    struct fact seconds[] = {
        asked (5, 2, buy (5, 1, "salt", 7)),
        asked (5, 2, buy (5, 1, "silk", 6)),
        asked (5, 2, whole (buy (5, 1, "salt", 6))),
        asked (5, 2, restock (5, 1, "salt", 6, 0)),
    };
    struct message again = buy (5, 1, "salt", 6);
    again.clock = 9;
    again.buy.attempt = 2;
    again.buy.seen.version = 5;
    struct fact conflict = said (1, 1, 5, refusal (1, 1, REASON_CONFLICT));
    is_fine (FACTS (first, seconds[_i], conflict));
    is_wrong ("told of a conflict", FACTS (first, asked (5, 2, again), conflict));
    is_wrong ("told of a conflict", FACTS (first, asked (5, 1, buy (5, 2, "salt", 7)), conflict));
    is_wrong ("told of a conflict", FACTS (first, told (5, 1, *conflict.message)));
}
END_TEST

START_TEST (test_only_an_old_number_is_expired)
{
    struct message expired = refusal (1, 3, REASON_EXPIRED);
    is_fine (FACTS (asked (5, 1, buy (5, 3, "salt", 1)), asked (5, 1, buy (5, 7, "salt", 1)),
                    asked (5, 1, buy (5, 4, "salt", 1)), said (1, 1, 5, expired),
                    told (5, 1, expired)));
    is_wrong ("number 3 is expired, and asked under none that is 4 higher",
              FACTS (asked (5, 1, buy (5, 3, "salt", 1)), asked (5, 1, buy (5, 6, "salt", 1)),
                     asked (6, 1, buy (6, 7, "salt", 1)), asked (5, 1, order_status (5, 7)),
                     said (1, 1, 5, expired)));
    is_wrong ("number 3 is expired", FACTS (told (5, 1, expired)));
}
END_TEST

START_TEST (test_an_order_is_known_to_whoever_asks_after_it_was_stored)
{
    struct message unknown = receipt (1, 1, STATUS_UNKNOWN, "", 0, 0);
    is_wrong ("trader 1 does not know order 1 of client 5",
              FACTS (REFUSED, asked (5, 1, order_status (5, 1)), said (1, 1, 5, unknown)));
    is_fine (FACTS (LOTS, asked (5, 1, buy (5, 1, "salt", 6)), asked (5, 1, order_status (5, 1)),
                    STORED (of_order (5, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0)),
                    asked (5, 1, order_status (5, 1)), said (1, 1, 5, unknown),
                    told (5, 1, unknown)));
    is_fine (FACTS (LOTS, said (1, 1, 9, unknown)));  // That is a lot.
    is_fine (FACTS (REFUSED, told (6, 5, unknown)));  // And that another client's.
}
END_TEST

START_TEST (test_what_can_be_asked_again_changes_nothing)
{
    is_fine (FACTS (LOTS, asked (5, 1, buy (5, 1, "salt", 6)),
                    said (1, 1, 5, refusal (1, 1, REASON_LIMIT)),
                    told (5, 1, refusal (1, 1, REASON_BUSY)),
                    said (2, 1, 5, refusal (2, 1, REASON_UNAVAILABLE)),
                    STORED (of_order (5, 1, 1, 6, STATUS_OUT_OF_STOCK, 0, 0)),
                    said (1, 1, 5, receipt (1, 1, STATUS_OUT_OF_STOCK, "salt", 0, 0))));
}
END_TEST

int main (void)
{
    judge_by (&outcome_checker, &rules);
    Suite *suite = suite_create ("sim_refusals");
    TCase *refusals = tcase_create ("refusals");
    tcase_add_loop_test (refusals, test_a_conflict_needs_two_bodies, 0, 4);
    tcase_add_test (refusals, test_only_an_old_number_is_expired);
    tcase_add_test (refusals, test_an_order_is_known_to_whoever_asks_after_it_was_stored);
    tcase_add_test (refusals, test_what_can_be_asked_again_changes_nothing);
    suite_add_tcase (suite, refusals);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
