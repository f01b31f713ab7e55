#include <check.h>
#include <stdlib.h>

#include "tests/sim/checkers/linear_replay.h"

enum { BUYER = 5, ANN = 21, BEN = 22, PRICE = 100, MANY_LOTS = LIMIT_FILLS + 1 };

// Stored as the nth, and done before the next one began.
static struct linear_operation lot (int64_t nth, int64_t seller, int64_t rank, int64_t quantity)
{
    return (struct linear_operation){.begin = 10 * nth,
                                     .end = 10 * nth + 5,
                                     .hint = nth,
                                     .kind = LINEAR_RESTOCK,
                                     .client = seller,
                                     .number = nth,
                                     .quantity = quantity,
                                     .price_cents = PRICE,
                                     .rank = rank};
}

static struct linear_operation order (int64_t nth, int64_t quantity, enum status status,
                                      const struct fill *fills, size_t count)
{
    struct linear_operation buy = {.begin = 10 * nth,
                                   .end = 10 * nth + 5,
                                   .hint = nth,
                                   .kind = LINEAR_BUY,
                                   .client = BUYER,
                                   .number = nth,
                                   .quantity = quantity,
                                   .status = status,
                                   .fills = fills,
                                   .fill_count = count};
    for (size_t i = 0; i < count; i++) {
        buy.units += fills[i].units;
        buy.amount_cents += fills[i].units * fills[i].price_cents;
    }
    return buy;
}

static enum linear_verdict verdict (struct linear_operation *operations, size_t count)
{
    return linear_replay (operations, count).verdict;
}

#define VERDICT(operations) verdict (operations, sizeof (operations) / sizeof (operations)[0])

START_TEST (test_replay_sells_the_lot_of_the_least_rank_first)
{
    const struct fill first[] = {{ANN, 2, 2, PRICE}, {BEN, 1, 1, PRICE}};
    const struct fill last[] = {{BEN, 1, 2, PRICE}};
    struct linear_operation fine[] = {lot (1, BEN, 9, 3), lot (2, ANN, 4, 2),
                                      order (3, 3, STATUS_SOLD, first, 2),
                                      order (4, 2, STATUS_SOLD, last, 1)};
    ck_assert_int_eq (VERDICT (fine), LINEAR_YES);
    const struct fill as_it_came[] = {{BEN, 1, 3, PRICE}};
    struct linear_operation wrong[] = {lot (1, BEN, 9, 3), lot (2, ANN, 4, 2),
                                       order (3, 3, STATUS_SOLD, as_it_came, 1)};
    struct linear_result result = linear_replay (wrong, 3);
    ck_assert_int_eq (result.verdict, LINEAR_NO);
    ck_assert_uint_eq (result.blocked, 2);
    ck_assert_uint_eq (result.placed, 2);
    ck_assert_int_eq (result.available, 5);
    ck_assert_int_eq (result.units, 3);
}
END_TEST

START_TEST (test_replay_sells_lots_of_one_rank_by_seller_and_then_as_they_came)
{
    const struct fill fills[] = {{ANN, 2, 1, PRICE}, {ANN, 4, 1, PRICE}, {BEN, 1, 1, PRICE}};
    struct linear_operation ranked[] = {lot (1, BEN, 4, 1), lot (2, ANN, 4, 1), lot (4, ANN, 4, 1),
                                        order (5, 3, STATUS_SOLD, fills, 3)};
    ck_assert_int_eq (VERDICT (ranked), LINEAR_YES);
    const struct fill came[] = {{BEN, 1, 1, PRICE}, {ANN, 2, 1, PRICE}};
    struct linear_operation without[] = {lot (1, BEN, 0, 1), lot (2, ANN, 0, 1),
                                         order (3, 2, STATUS_SOLD, came, 2)};
    ck_assert_int_eq (VERDICT (without), LINEAR_YES);
}
END_TEST

START_TEST (test_replay_refuses_what_is_not_there)
{
    struct linear_operation operations[] = {order (1, 1, STATUS_OUT_OF_STOCK, NULL, 0),
                                            lot (2, ANN, 4, 2),
                                            order (3, 3, STATUS_OUT_OF_STOCK, NULL, 0)};
    operations[2].all_or_nothing = true;
    ck_assert_int_eq (VERDICT (operations), LINEAR_YES);
    operations[2].all_or_nothing = false;  // A part would have done.
    ck_assert_int_eq (VERDICT (operations), LINEAR_NO);
}
END_TEST

START_TEST (test_replay_takes_from_so_many_lots_and_no_more)
{
    struct linear_operation operations[MANY_LOTS + 1];
    struct fill fills[MANY_LOTS];
    for (int i = 0; i < MANY_LOTS; i++) {
        operations[i] = lot (i + 1, ANN, MANY_LOTS - i, 1);
        fills[MANY_LOTS - 1 - i] = (struct fill){ANN, i + 1, 1, PRICE};
    }
    operations[MANY_LOTS] = order (MANY_LOTS + 1, MANY_LOTS, STATUS_SOLD, fills, LIMIT_FILLS);
    ck_assert_int_eq (VERDICT (operations), LINEAR_YES);
    operations[MANY_LOTS] = order (MANY_LOTS + 1, MANY_LOTS, STATUS_TOO_MANY_LOTS, NULL, 0);
    ck_assert_int_eq (VERDICT (operations), LINEAR_NO);
    operations[MANY_LOTS].all_or_nothing = true;
    ck_assert_int_eq (VERDICT (operations), LINEAR_YES);
}
END_TEST

START_TEST (test_replay_wants_the_stored_order_to_be_that_of_time)
{
    struct linear_operation operations[] = {order (1, 1, STATUS_OUT_OF_STOCK, NULL, 0),
                                            order (2, 1, STATUS_OUT_OF_STOCK, NULL, 0)};
    operations[0].hint = 3;
    ck_assert_int_eq (VERDICT (operations), LINEAR_NO);
    operations[0].begin = 10;
    operations[0].end = operations[1].end = 40;  // They were under way together.
    operations[1].begin = 11;
    ck_assert_int_eq (VERDICT (operations), LINEAR_YES);
}
END_TEST

START_TEST (test_replay_lets_take_effect_what_nobody_was_told_of)
{
    const struct fill fills[] = {{ANN, 1, 1, PRICE}};
    struct linear_operation operations[] = {lot (1, ANN, 4, 2),
                                            order (2, 1, STATUS_OUT_OF_STOCK, NULL, 0),
                                            order (3, 2, STATUS_SOLD, fills, 1)};
    operations[1].end = INT64_MAX;
    ck_assert_int_eq (VERDICT (operations), LINEAR_YES);
    operations[1].hint = INT64_MAX;  // It was never stored.
    ck_assert_int_eq (VERDICT (operations), LINEAR_NO);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_linear_replay");
    TCase *replay = tcase_create ("replay");
    tcase_add_test (replay, test_replay_sells_the_lot_of_the_least_rank_first);
    tcase_add_test (replay, test_replay_sells_lots_of_one_rank_by_seller_and_then_as_they_came);
    tcase_add_test (replay, test_replay_refuses_what_is_not_there);
    tcase_add_test (replay, test_replay_takes_from_so_many_lots_and_no_more);
    tcase_add_test (replay, test_replay_wants_the_stored_order_to_be_that_of_time);
    tcase_add_test (replay, test_replay_lets_take_effect_what_nobody_was_told_of);
    suite_add_tcase (suite, replay);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
