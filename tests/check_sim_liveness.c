// The checker of liveness, on histories by hand.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kit/history_case.h"

static const struct rules rules = {.answers_kept = 4};
static const struct book_fact closed = {.requests = 1};

static struct message short_of (int64_t buyer, int64_t number)
{
    return (struct message){
        .type = MESSAGE_OVERSELL,
        .from = 1,
        .oversell = {.trader = 1, .buyer = buyer, .number = number, .product = "salt"},
    };
}

static struct fact in_life (int64_t life, struct fact fact)
{
    fact.life = life;
    return fact;
}

START_TEST (test_a_request_ends_with_any_final_answer)
{
    struct message answers[] = {
        receipt (1, 3, STATUS_SOLD, "salt", 1, 100),
        receipt (1, 3, STATUS_OVERSOLD, "salt", 0, 0),
        receipt (1, 3, STATUS_OUT_OF_STOCK, "salt", 0, 0),
        receipt (1, 3, STATUS_TOO_MANY_LOTS, "salt", 0, 0),
        oversold (1, 3, "salt", 0, 1, 0),
        short_of (5, 3),
        restocked (1, 3, "salt", 1, 100),
        refusal (1, 3, REASON_BAD_REQUEST),
        refusal (1, 3, REASON_CONFLICT),
        refusal (1, 3, REASON_EXPIRED),
        refusal (1, 3, REASON_LIMIT),
    };
    is_fine (FACTS (asked (5, 1, buy (5, 3, "salt", 1)), told (5, 1, answers[_i]),
                    booked (5, closed), over ()));
    is_fine (FACTS (asked (5, 1, restock (5, 3, "salt", 1, 100)), told (5, 1, answers[_i]),
                    booked (5, closed), over ()));
    is_wrong ("client 5 was never told what became of its request 4",
              FACTS (asked (5, 1, buy (5, 3, "salt", 1)), asked (5, 1, buy (5, 4, "salt", 1)),
                     told (5, 1, answers[_i]), booked (5, closed), over ()));
}
END_TEST

START_TEST (test_a_request_does_not_end_with_any_other_message)
{
    struct fact others[] = {
        told (5, 1, receipt (1, 3, STATUS_ACCEPTED, "salt", 1, 0)),
        told (5, 1, receipt (1, 3, STATUS_UNKNOWN, "", 0, 0)),
        told (5, 1, refusal (1, 3, REASON_BUSY)),
        told (5, 1, refusal (1, 3, REASON_UNAVAILABLE)),
        told (5, 1, refusal (1, 4, REASON_LIMIT)),
        told (5, 1, short_of (6, 3)),
        told (6, 1, receipt (1, 3, STATUS_SOLD, "salt", 1, 100)),
        said (1, 1, 5, receipt (1, 3, STATUS_SOLD, "salt", 1, 100)),
    };
    is_wrong ("client 5 was never told what became of its request 3",
              FACTS (asked (5, 1, buy (5, 3, "salt", 1)), others[_i], booked (5, closed), over ()));
    is_wrong ("client 5 was never told what became of its request 3",
              FACTS (asked (5, 1, restock (5, 3, "salt", 1, 9)), others[_i], booked (5, closed),
                     over ()));
}
END_TEST

START_TEST (test_nothing_is_asked_by_a_question)
{
    is_fine (FACTS (asked (5, 1, order_status (5, 3)), asked (5, 1, lot_status (5, 4)),
                    booked (5, closed), over ()));
}
END_TEST

START_TEST (test_the_dead_wait_for_nothing)
{
    struct fact ask = asked (5, 1, buy (5, 3, "salt", 1));
    is_fine (FACTS (ask, ended (5, 1), booked (5, closed), over ()));
    is_fine (FACTS (ask, ended (5, 1), started (5, 2), booked (5, closed), over ()));
    is_wrong ("request 3", FACTS (ask, ended (6, 1), booked (5, closed), over ()));
    is_wrong ("request 4", FACTS (ask, ended (5, 1), started (5, 2),
                                  in_life (2, asked (5, 1, buy (5, 4, "salt", 1))),
                                  booked (5, closed), over ()));
}
END_TEST

START_TEST (test_a_client_without_a_book_waits_for_nothing)
{
    is_fine (FACTS (asked (5, 1, buy (5, 3, "salt", 1)),
                    STORED (of_order (5, 3, 1, 1, STATUS_OVERSOLD, 0, 0)), booked (6, closed),
                    over ()));
}
END_TEST

START_TEST (test_a_book_has_nothing_open)
{
    is_fine (FACTS (booked (5, closed), booked (9, (struct book_fact){.seller = true}), over ()));
    is_wrong ("buyer 5 has 2 requests without a final answer",
              FACTS (booked (9, closed), booked (5, (struct book_fact){.open = 2})));
    is_wrong ("seller 9 has 1 requests without a final answer",
              FACTS (booked (9, (struct book_fact){.seller = true, .open = 1})));
}
END_TEST

START_TEST (test_a_buyer_learns_that_an_order_is_oversold)
{
    struct fact ask = asked (5, 1, buy (5, 3, "salt", 1));
    struct fact short_order = STORED (of_order (5, 3, 1, 1, STATUS_OVERSOLD, 0, 0));
    struct message notices[] = {
        oversold (1, 3, "salt", 0, 1, 0),
        receipt (1, 3, STATUS_OVERSOLD, "salt", 0, 0),
        short_of (5, 3),
    };
    for (size_t i = 0; i < 3; i++) {
        is_fine (FACTS (ask, short_order, told (5, 1, notices[i]),
                        told (5, 1, receipt (1, 3, STATUS_SOLD, "salt", 1, 100)),
                        told (5, 1, refusal (1, 3, REASON_LIMIT)), booked (5, closed), over ()));
    }
    is_fine (FACTS (short_order, booked (5, closed), over ()));  // Of a life before the history.
    is_wrong ("client 5 was never told that its order 3 is oversold",
              FACTS (ask, short_order, told (5, 1, refusal (1, 3, REASON_LIMIT)),
                     booked (5, closed), over ()));
    is_wrong ("client 5 was never told that its order 3 is oversold",
              FACTS (ask, told (5, 1, receipt (1, 3, STATUS_SOLD, "salt", 1, 100)), short_order,
                     booked (5, closed), over ()));
    is_fine (FACTS (ask, short_order, told (5, 1, refusal (1, 3, REASON_LIMIT)), ended (5, 1),
                    booked (5, closed), over ()));
    is_fine (FACTS (ask, STORED (of_order (5, 3, 1, 1, STATUS_SOLD, 1, 100)),
                    told (5, 1, refusal (1, 3, REASON_LIMIT)), booked (5, closed), over ()));
}
END_TEST

int main (void)
{
    judge_by (&liveness_checker, &rules);
    Suite *suite = suite_create ("sim_liveness");
    TCase *answers = tcase_create ("answers");
    tcase_add_loop_test (answers, test_a_request_ends_with_any_final_answer, 0, 11);
    tcase_add_loop_test (answers, test_a_request_does_not_end_with_any_other_message, 0, 8);
    tcase_add_test (answers, test_nothing_is_asked_by_a_question);
    tcase_add_test (answers, test_a_buyer_learns_that_an_order_is_oversold);
    suite_add_tcase (suite, answers);

    TCase *clients = tcase_create ("clients");
    tcase_add_test (clients, test_the_dead_wait_for_nothing);
    tcase_add_test (clients, test_a_client_without_a_book_waits_for_nothing);
    tcase_add_test (clients, test_a_book_has_nothing_open);
    suite_add_tcase (suite, clients);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
