#include <check.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { NONCE = 77, SECOND = 1000 * 1000, EVERY_SEAT = LIMIT_VECTOR };

static const struct rules elected = {.elected = true, .commission_percent = 20};
static const struct rules appointed = {.elected = false};

static struct fact serves (int64_t peer, bool now)
{
    return (struct fact){.type = FACT_SERVES, .node = peer, .life = 1, .units = now};
}

static struct fact stands (int64_t peer, bool now)
{
    return (struct fact){.type = FACT_STANDS, .node = peer, .life = 1, .units = now};
}

static struct record of_seats (int64_t term, int64_t leader, const int64_t *seats, size_t count)
{
    return (struct record){.type = RECORD_SEATS,
                           .seats = {.seating = {term, leader, seats, count}}};
}

static struct message told_seats (int64_t term, int64_t leader, const int64_t *seats, size_t count)
{
    return (struct message){.type = MESSAGE_SEATS,
                            .seats = {.seating = {term, leader, seats, count}}};
}

static const int64_t three[] = {3};
static const int64_t two[] = {2};
static const int64_t both[] = {2, 3};

// Peer 3, or 2, or 3 with 2 beside it, is elected.
#define THIRD(term) STORED (of_seats (term, 3, three, 1))
#define SECOND_PEER(term) STORED (of_seats (term, 2, two, 1))
#define BOTH(term) STORED (of_seats (term, 3, both, 2))

#define JOINED(peer) \
    STORED (of_trader (peer, 1, NONCE, 0, 0), of_view (peer, 1, 1, MEMBER_LIVE, 0, 0, 0))
#define BATCH(peer, number) STORED (of_trader (peer, 1, NONCE, number, 0))
#define LOST(peer) of_view (peer, 2, 1, MEMBER_FAILED, 0, 0, 2)

static struct record order_by (int64_t trader)
{
    struct record record = of_order (5, 1, 1, 1, STATUS_OUT_OF_STOCK, 0, 0);
    record.order.trader = trader;
    return record;
}

static struct record lot_by (int64_t trader, int64_t lot)
{
    struct record record = of_lot (lot, 4, lot, 1, 5, 100);
    record.lot.trader = trader;
    return record;
}

static void judge_elected (void)
{
    judge_by (&seats_checker, &elected);
}

START_TEST (test_seats_are_content_with_terms_that_follow_each_other)
{
    is_fine (
        FACTS (started (3, 1), started (2, 1), THIRD (1), JOINED (3), serves (3, true),
               BATCH (3, 1), STORED (order_by (3), lot_by (3, 1)), answered (3, committed (1, 1)),
               said (3, 1, 5, receipt (3, 1, STATUS_OUT_OF_STOCK, "salt", 0, 0)),
               STORED (of_seats (2, 2, two, 1), LOST (3)), answered (2, told_seats (2, 2, two, 1)),
               JOINED (2), BATCH (2, 1), STORED (order_by (2), lot_by (2, 2)), over ()));
    is_fine (
        FACTS (BOTH (1), JOINED (2), JOINED (3), STORED (order_by (2)), STORED (order_by (3))));
}
END_TEST

START_TEST (test_seats_leave_a_market_alone_where_nobody_is_elected)
{
    judge_by (&seats_checker, &appointed);
    is_fine (FACTS (JOINED (1), BATCH (1, 1), STORED (order_by (1)), healed (), stands (1, true),
                    at (60 * (int64_t) SECOND, over ())));
}
END_TEST

START_TEST (test_seats_want_terms_to_count_by_one)
{
    is_wrong ("term 2 is stored after term 0", FACTS (THIRD (2)));
    is_wrong ("term 1 is stored after term 1", FACTS (THIRD (1), SECOND_PEER (1)));
    is_wrong ("term 3 is stored after term 1", FACTS (THIRD (1), SECOND_PEER (3)));
}
END_TEST

// Proposals that no warehouse may grant.
static const int64_t backwards[] = {3, 2};
static const int64_t doubled[] = {3, 3};
static const int64_t nobody[] = {0, 3};
static int64_t many[EVERY_SEAT + 1];
static const struct proposal {
    int64_t leader;
    const int64_t *seats;
    size_t count;
} proposals[] = {
    {3, backwards, 2}, {3, doubled, 2},           {3, nobody, 2}, {1, both, 2}, {3, three, 0},
    {0, three, 1},     {3, many, EVERY_SEAT + 1},
};

START_TEST (test_seats_want_a_leader_among_seats_in_order)
{
    const struct proposal *proposal = &proposals[_i];
    for (int i = 0; i <= EVERY_SEAT; i++) {
        many[i] = i + 1;
    }
    is_wrong ("not in order, or without its leader",
              FACTS (STORED (of_seats (1, proposal->leader, proposal->seats, proposal->count))));
}
END_TEST

START_TEST (test_seats_may_all_be_taken)
{
    for (int i = 0; i < EVERY_SEAT; i++) {
        many[i] = i + 1;
    }
    is_fine (FACTS (STORED (of_seats (1, 64, many, EVERY_SEAT))));
}
END_TEST

START_TEST (test_seats_want_orders_and_lots_of_those_who_hold_one)
{
    is_wrong ("an order, number 1 is stored for peer 2, which holds no seat in term 1 of 3",
              FACTS (THIRD (1), STORED (order_by (2))));
    is_wrong ("lot 1 is stored for peer 2", FACTS (THIRD (1), STORED (lot_by (2, 1))));
    is_wrong ("term 0 of 0", FACTS (STORED (order_by (3))));
    is_wrong ("is stored for peer 3, which holds no seat in term 2 of 2",
              FACTS (THIRD (1), JOINED (3), STORED (of_seats (2, 2, two, 1), LOST (3)),
                     STORED (order_by (3))));
    is_fine (FACTS (THIRD (1), STORED (lot_by (3, 1)), SECOND_PEER (2), STORED (lot_by (3, 1))));
}
END_TEST

START_TEST (test_seats_want_nobody_to_join_or_commit_without_one)
{
    is_wrong ("epoch 1 is stored for peer 2", FACTS (THIRD (1), JOINED (2)));
    is_wrong (
        "batch 1 is stored for peer 3",
        FACTS (THIRD (1), JOINED (3), STORED (of_seats (2, 2, two, 1), LOST (3)), BATCH (3, 1)));
    is_wrong ("batch 1 is committed to peer 3, which holds no seat in term 2 of 2",
              FACTS (THIRD (1), JOINED (3), BATCH (3, 1),
                     STORED (of_seats (2, 2, two, 1), LOST (3)), answered (3, committed (1, 1))));
}
END_TEST

START_TEST (test_seats_want_whoever_loses_one_to_have_failed)
{
    is_wrong ("the view of peer 3 is live in term 2 of 2",
              FACTS (THIRD (1), JOINED (3), SECOND_PEER (2)));
    is_fine (FACTS (THIRD (1), JOINED (3), BOTH (2)));
}
END_TEST

START_TEST (test_seats_want_the_warehouse_to_tell_what_it_has_stored)
{
    is_fine (FACTS (answered (2, told_seats (0, 0, NULL, 0)), BOTH (1),
                    answered (2, told_seats (1, 3, both, 2))));
    is_wrong ("peer 2 is told of term 2 of 3; stored is term 1 of 3",
              FACTS (BOTH (1), answered (2, told_seats (2, 3, both, 2))));
    is_wrong ("is told of", FACTS (BOTH (1), answered (2, told_seats (1, 2, both, 2))));
    is_wrong ("is told of", FACTS (BOTH (1), answered (2, told_seats (1, 3, three, 1))));
    is_wrong ("is told of", FACTS (BOTH (1), answered (2, told_seats (0, 0, NULL, 0))));
}
END_TEST

START_TEST (test_seats_want_outcomes_told_by_those_who_held_one_in_their_life)
{
    const struct fact answer = said (2, 1, 5, receipt (2, 1, STATUS_OUT_OF_STOCK, "salt", 0, 0));
    is_wrong ("peer 2 tells client 5 what became of its number 1",
              FACTS (started (2, 1), THIRD (1), answer));
    is_fine (FACTS (started (2, 1), SECOND_PEER (1), THIRD (2), answer));
    is_wrong ("has held no seat since it began", FACTS (started (2, 1), SECOND_PEER (1), THIRD (2),
                                                        ended (2, 1), started (2, 2), answer));
    is_fine (FACTS (started (2, 1), SECOND_PEER (1), ended (2, 1), started (2, 2), answer));
    is_fine (FACTS (started (2, 1), THIRD (1), said (2, 1, 5, refusal (2, 1, REASON_UNAVAILABLE))));
}
END_TEST

START_TEST (test_seats_want_somebody_to_trade_once_nothing_fails)
{
    const struct fact late = at (11 * (int64_t) SECOND, over ());
    const char *words = "us nobody trades who holds a seat in term 1 of 3";
    is_wrong (words, FACTS (THIRD (1), stands (2, true), healed (), late));
    is_wrong (words, FACTS (THIRD (1), stands (2, true), serves (2, true), healed (), late));
    is_wrong (words, FACTS (THIRD (1), serves (3, true), stands (2, true), healed (),
                            serves (3, false), late));
    is_wrong (words,
              FACTS (THIRD (1), serves (3, true), stands (2, true), healed (), ended (3, 1), late));
    is_fine (FACTS (THIRD (1), stands (2, true), healed (), serves (3, true), late));
    is_fine (FACTS (THIRD (1), stands (2, true), late));
    is_fine (FACTS (THIRD (1), stands (2, true), healed (), at (9 * (int64_t) SECOND, over ())));
}
END_TEST

START_TEST (test_seats_wait_for_nobody_where_all_are_sick)
{
    const struct fact late = at (11 * (int64_t) SECOND, stands (3, true));
    is_fine (FACTS (stands (3, false), healed (), late));
    is_fine (FACTS (stands (3, true), stands (3, false), healed (), late));
    is_fine (FACTS (stands (3, false), healed (), late, at (20 * (int64_t) SECOND, over ())));
    is_wrong ("for 11000000 us nobody trades",
              FACTS (stands (3, false), healed (), late, at (22 * (int64_t) SECOND, over ())));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_seats");
    TCase *terms = tcase_create ("terms");
    tcase_add_checked_fixture (terms, judge_elected, NULL);
    tcase_add_test (terms, test_seats_are_content_with_terms_that_follow_each_other);
    tcase_add_test (terms, test_seats_leave_a_market_alone_where_nobody_is_elected);
    tcase_add_test (terms, test_seats_want_terms_to_count_by_one);
    tcase_add_loop_test (terms, test_seats_want_a_leader_among_seats_in_order, 0,
                         sizeof proposals / sizeof proposals[0]);
    tcase_add_test (terms, test_seats_may_all_be_taken);
    suite_add_tcase (suite, terms);
    TCase *ledger = tcase_create ("ledger");
    tcase_add_checked_fixture (ledger, judge_elected, NULL);
    tcase_add_test (ledger, test_seats_want_orders_and_lots_of_those_who_hold_one);
    tcase_add_test (ledger, test_seats_want_nobody_to_join_or_commit_without_one);
    tcase_add_test (ledger, test_seats_want_whoever_loses_one_to_have_failed);
    suite_add_tcase (suite, ledger);
    TCase *words = tcase_create ("words");
    tcase_add_checked_fixture (words, judge_elected, NULL);
    tcase_add_test (words, test_seats_want_the_warehouse_to_tell_what_it_has_stored);
    tcase_add_test (words, test_seats_want_outcomes_told_by_those_who_held_one_in_their_life);
    suite_add_tcase (suite, words);
    TCase *service = tcase_create ("service");
    tcase_add_checked_fixture (service, judge_elected, NULL);
    tcase_add_test (service, test_seats_want_somebody_to_trade_once_nothing_fails);
    tcase_add_test (service, test_seats_wait_for_nobody_where_all_are_sick);
    suite_add_tcase (suite, service);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
