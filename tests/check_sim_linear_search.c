#include <check.h>
#include <stdlib.h>

#include "actors/clients/random.h"
#include "tests/sim/checkers/linear_search.h"

enum { MANY = 2048, SMALL = 32, STEPS_MAX = 200 * 1000 };

// A history that a test makes. The fills that its operations borrow stand at the same places.
struct history {
    struct linear_operation operations[MANY];
    struct fill fills[MANY][LIMIT_FILLS];
    size_t count;
};

// A market that does one thing after the other, slowly and by the letter.
struct market {
    struct fill lots[MANY];  // in order of arrival; `units` are left
    size_t count;
};

static void copy_market (struct market *to, const struct market *from)
{
    to->count = from->count;
    for (size_t i = 0; i < from->count; i++) {
        to->lots[i] = from->lots[i];
    }
}

static int64_t units_there (const struct market *self)
{
    int64_t units = 0;
    for (size_t i = 0; i < self->count; i++) {
        units += self->lots[i].units;
    }
    return units;
}

// Takes one unit of the oldest lot that has one. Returns false when there is none, or when it
// would be of one lot too many.
static bool take_unit (struct market *self, struct linear_operation *buy, struct fill *fills)
{
    size_t at = 0;
    while (at < self->count && self->lots[at].units == 0) {
        at++;
    }
    if (at == self->count) {
        return false;
    }
    struct fill *lot = &self->lots[at];
    struct fill *fill = buy->fill_count > 0 ? &fills[buy->fill_count - 1] : NULL;
    if (!fill || fill->seller != lot->seller || fill->lot != lot->lot) {
        if (buy->fill_count == LIMIT_FILLS) {
            return false;
        }
        fill = &fills[buy->fill_count++];
        *fill = *lot;
        fill->units = 0;
    }
    fill->units++;
    lot->units--;
    buy->units++;
    buy->amount_cents += lot->price_cents;
    return true;
}

static void give_all_back (struct market *self, struct linear_operation *buy)
{
    for (size_t i = 0; i < buy->fill_count; i++) {
        for (size_t at = 0; at < self->count; at++) {
            struct fill *lot = &self->lots[at];
            if (lot->seller == buy->fills[i].seller && lot->lot == buy->fills[i].lot) {
                lot->units += buy->fills[i].units;
            }
        }
    }
    buy->units = 0;
    buy->amount_cents = 0;
    buy->fill_count = 0;
}

// Does it now, and writes down in it what its client is told.
static void perform (struct market *self, struct linear_operation *operation, struct fill *fills)
{
    if (operation->kind == LINEAR_RESTOCK) {
        self->lots[self->count++] = (struct fill){
            .seller = operation->client,
            .lot = operation->number,
            .units = operation->quantity,
            .price_cents = operation->price_cents,
        };
        return;
    }
    int64_t there = units_there (self);
    operation->units = 0;
    operation->missing = 0;
    operation->amount_cents = 0;
    operation->fill_count = 0;
    operation->fills = fills;
    while (operation->units < operation->quantity && take_unit (self, operation, fills)) {
    }
    operation->status = operation->units > 0 ? STATUS_SOLD : STATUS_OUT_OF_STOCK;
    if (operation->all_or_nothing && operation->units < operation->quantity) {
        operation->status =
            there < operation->quantity ? STATUS_OUT_OF_STOCK : STATUS_TOO_MANY_LOTS;
        give_all_back (self, operation);
    }
}

static bool same_answer (const struct linear_operation *a, const struct linear_operation *b)
{
    if (a->kind == LINEAR_RESTOCK) {
        return true;
    }
    bool same = a->status == b->status && a->units == b->units && a->missing == b->missing
                && a->amount_cents == b->amount_cents && a->fill_count == b->fill_count;
    for (size_t i = 0; same && i < a->fill_count; i++) {
        same = a->fills[i].seller == b->fills[i].seller && a->fills[i].lot == b->fills[i].lot
               && a->fills[i].units == b->fills[i].units
               && a->fills[i].price_cents == b->fills[i].price_cents;
    }
    return same;
}

// Tries every order there is, and every choice of the operations that nobody was told of. Bits of
// `placed` are the operations that stand already, `depth` of them.
static bool brute_force (const struct history *history, uint64_t placed, size_t depth)
{
    static struct market markets[SMALL + 1];
    int64_t first_end = INT64_MAX;
    for (size_t i = 0; i < history->count; i++) {
        int64_t end = history->operations[i].end;
        if (!(placed >> i & 1) && end < first_end) {
            first_end = end;
        }
    }
    bool done = first_end == INT64_MAX;
    for (size_t i = 0; !done && i < history->count; i++) {
        struct linear_operation operation = history->operations[i];
        if (placed >> i & 1 || operation.begin > first_end) {
            continue;
        }
        struct fill fills[LIMIT_FILLS];
        copy_market (&markets[depth + 1], &markets[depth]);
        perform (&markets[depth + 1], &operation, fills);
        done = (operation.end == INT64_MAX || same_answer (&operation, &history->operations[i]))
               && brute_force (history, placed | UINT64_C (1) << i, depth + 1);
    }
    return done;
}

// What the histories of a test are like.
struct taste {
    size_t lots;           // of one unit, that came before all else
    size_t count;          // operations behind them
    int64_t spread;        // how far around its effect an operation may last, in operations
    int64_t quantity_max;  // of an order
    int64_t untold;        // per mille of operations
};

// Operations take effect one after the other, each somewhere between its beginning and its end.
// No two times are the same: they differ by what remains of a division by 2 * MANY.
static void add (struct history *history, struct market *market, struct random *random,
                 const struct taste *taste)
{
    size_t at = history->count++;
    int64_t time = (int64_t) (10 * at);
    bool restock = at < taste->lots || random_between (random, 0, 9) < 4;
    int64_t spread = at < taste->lots ? 0 : 10 * taste->spread;
    int64_t quantity_max = restock ? 3 : taste->quantity_max;
    struct linear_operation *operation = &history->operations[at];
    *operation = (struct linear_operation){
        .begin = (time - random_between (random, 0, spread)) * 2 * MANY + 2 * (int64_t) at,
        .end = (time + 1 + random_between (random, 0, spread)) * 2 * MANY + 2 * (int64_t) at + 1,
        .hint = time,
        .kind = restock ? LINEAR_RESTOCK : LINEAR_BUY,
        .client = random_between (random, 1, 3),
        .number = (int64_t) at + 1,
        .quantity = at < taste->lots ? 1 : random_between (random, 1, quantity_max),
        .price_cents = restock ? random_between (random, 1, 2) : 0,
        .all_or_nothing = !restock && random_between (random, 0, 1),
    };
    bool untold = at >= taste->lots && random_between (random, 0, 999) < taste->untold;
    bool done = !untold || random_between (random, 0, 1);
    if (done) {
        perform (market, operation, history->fills[at]);
    }
    if (!done || (untold && !restock && operation->units == 0)) {
        operation->hint = INT64_MAX;  // It changed nothing.
    }
    if (untold) {
        operation->end = INT64_MAX;
    }
}

static struct history *make_history (struct random *random, const struct taste *taste)
{
    static struct history history;
    static struct market market;
    history.count = 0;
    market.count = 0;
    for (size_t i = 0; i < taste->lots + taste->count; i++) {
        add (&history, &market, random, taste);
    }
    return &history;
}

// One of the last `count` operations, of this kind where there is one.
static size_t choose (const struct history *history, struct random *random, size_t count,
                      enum linear_kind kind)
{
    size_t at = 0;
    for (int i = 0; i < 20; i++) {
        at = history->count - 1 - (size_t) random_between (random, 0, (int64_t) count - 1);
        if (history->operations[at].kind == kind) {
            return at;
        }
    }
    return at;
}

// Tells a client something else, or at another time.
static void mutate (struct history *history, struct random *random, size_t count)
{
    size_t at = choose (history, random, count, LINEAR_BUY);
    struct linear_operation *operation = &history->operations[at];
    int64_t shift = random_between (random, 1, 40) * 2 * MANY;
    switch (random_between (random, 0, 7)) {
    case 0:
        operation->units++;
        break;
    case 1:
        operation->amount_cents++;
        break;
    case 2:
        operation->missing = 1;
        break;
    case 3:
        operation->status = STATUS_OUT_OF_STOCK;
        operation->units = operation->amount_cents = 0;
        operation->fill_count = 0;
        break;
    case 4:
        history->fills[at][0].lot = random_between (random, 1, (int64_t) history->count);
        break;
    case 5:
        history->fills[at][0].units--;
        history->fills[at][1].units++;
        break;
    case 6:
        operation->begin += shift;
        if (operation->end < operation->begin) {
            operation->end += shift;
        }
        break;
    default:
        at = choose (history, random, count, LINEAR_RESTOCK);
        history->operations[at].begin += 2 * shift;
        if (history->operations[at].end < INT64_MAX) {
            history->operations[at].end += 2 * shift;
        }
        break;
    }
}

static void spoil_hints (struct history *history, struct random *random)
{
    int64_t how = random_between (random, 0, 2);
    for (size_t i = 0; i < history->count; i++) {
        if (how == 1) {
            history->operations[i].hint = INT64_MAX;
        } else if (how == 2) {
            history->operations[i].hint = random_between (random, 0, 5);
        }
    }
}

START_TEST (test_search_agrees_with_brute_force)
{
    const struct taste tastes[] = {
        {.lots = 0, .count = 6, .spread = 2, .quantity_max = 4, .untold = 200},
        {.lots = 0, .count = 7, .spread = 1, .quantity_max = 3, .untold = 400},
        {.lots = 2, .count = 6, .spread = 6, .quantity_max = 3, .untold = 100},
        {.lots = 17, .count = 6, .spread = 4, .quantity_max = 18, .untold = 200},
        {.lots = 19, .count = 6, .spread = 3, .quantity_max = 20, .untold = 100},
    };
    const struct taste *taste = &tastes[_i];
    struct random random = random_seeded ((uint64_t) _i);
    int verdicts[2] = {0};
    for (int round = 0; round < 4000; round++) {
        struct history *history = make_history (&random, taste);
        for (int64_t i = random_between (&random, 0, 2); i > 0; i--) {
            mutate (history, &random, taste->count);
        }
        spoil_hints (history, &random);
        bool linear = brute_force (history, 0, 0);
        struct linear_result result =
            linear_search (history->operations, history->count, STEPS_MAX);
        ck_assert_msg (result.verdict == (linear ? LINEAR_YES : LINEAR_NO),
                       "round %d: %d is not what brute force finds", round, (int) result.verdict);
        verdicts[linear]++;
    }
    ck_assert_int_gt (verdicts[false], 400);
    ck_assert_int_gt (verdicts[true], 400);
}
END_TEST

START_TEST (test_search_takes_a_step_for_each_operation_of_a_good_history)
{
    const struct taste taste = {
        .count = 2000, .spread = 40, .quantity_max = 4, .untold = 20 * (_i % 3)};
    struct random random = random_seeded ((uint64_t) _i);
    struct history *history = make_history (&random, &taste);
    struct linear_result result = linear_search (history->operations, history->count, STEPS_MAX);
    ck_assert_int_eq (result.verdict, LINEAR_YES);
    ck_assert_int_le (result.steps, (int64_t) (history->count + history->count / 4));
}
END_TEST

START_TEST (test_search_decides_a_long_history_that_is_wrong_at_its_end)
{
    const struct taste taste = {.count = 2000, .spread = 6, .quantity_max = 4};
    struct random random = random_seeded ((uint64_t) _i);
    struct history *history = make_history (&random, &taste);
    size_t at = choose (history, &random, 20, LINEAR_BUY);
    history->operations[at].amount_cents++;
    struct linear_result result = linear_search (history->operations, history->count, STEPS_MAX);
    ck_assert_int_eq (result.verdict, LINEAR_NO);
    ck_assert_uint_gt (result.placed, 1900);
    ck_assert_int_le (history->operations[result.blocked].end, history->operations[at].end);
    ck_assert_int_gt (history->operations[result.blocked].end, history->operations[at].begin);
}
END_TEST

START_TEST (test_search_gives_up_after_its_steps)
{
    const struct taste taste = {.count = 100, .spread = 5, .quantity_max = 4};
    struct random random = random_seeded (1);
    struct history *history = make_history (&random, &taste);
    struct linear_result result = linear_search (history->operations, history->count, 99);
    ck_assert_int_eq (result.verdict, LINEAR_UNDECIDED);
    ck_assert_int_eq (result.steps, 99);
}
END_TEST

START_TEST (test_search_finds_nothing_wrong_with_nothing)
{
    ck_assert_int_eq (linear_search (NULL, 0, 0).verdict, LINEAR_YES);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_linear_search");
    TCase *verdicts = tcase_create ("verdicts");
    tcase_add_loop_test (verdicts, test_search_agrees_with_brute_force, 0, 5);
    tcase_add_test (verdicts, test_search_finds_nothing_wrong_with_nothing);
    tcase_set_timeout (verdicts, 120);
    suite_add_tcase (suite, verdicts);

    TCase *effort = tcase_create ("effort");
    tcase_add_loop_test (effort, test_search_takes_a_step_for_each_operation_of_a_good_history, 0,
                         6);
    tcase_add_loop_test (effort, test_search_decides_a_long_history_that_is_wrong_at_its_end, 0,
                         10);
    tcase_add_test (effort, test_search_gives_up_after_its_steps);
    suite_add_tcase (suite, effort);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
