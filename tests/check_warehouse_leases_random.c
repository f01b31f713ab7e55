// Leases against a naive model, in random order: leases that are new, come again or are made up,
// orders from free units and from leases, known ones, oversell budgets, traders that leave, resume,
// are taken over or have lost their journals, restarts, and crashes that lose what the last request
// changed. After each step units must be conserved and budgets kept; a failure names its seed.
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/kit/lease_model.h"
#include "tests/kit/warehouse_store.h"

enum { STEPS = 400, SEEDS = 24, THIRD_TRADER = 3 };

static struct lm model;
static struct random dice;
static int64_t number;                 // of ALICE's last order
static struct lease last[LM_TRADERS];  // that each trader has sent in its epoch
static struct leased_units returned[LM_TRADERS][LM_LOTS + 1];  // what they gave back

struct reached {
    int64_t granted;
    int64_t again;
    int64_t recalled;
    int64_t refused;  // for good, while nothing is idle
    int64_t settled;
    int64_t filled;    // from the budget, with units that were free
    int64_t oversold;  // and those that were not
    int64_t nothing;   // all or nothing, where some was missing
    int64_t known;
    int64_t taken_over;
    int64_t abandoned;
    int64_t lost;
};

static struct reached reached;

static int64_t draw (int64_t min, int64_t max)
{
    return random_between (&dice, min, max);
}

static bool one_in (int64_t chances)
{
    return draw (1, chances) == 1;
}

static void lease (int64_t trader)
{
    struct message request = lf_message (trader, lf_numbers[trader] + 1, draw (0, 12));
    if (one_in (3)) {
        request.lease.returned = returned[trader];
        request.lease.returned_count =
            lm_pick (&model, &dice, trader, returned[trader], LIMIT_LEASED_LOTS, true);
        request.lease.all = one_in (2);
    }
    int64_t before = lm_held (&model, trader);
    lm_lease (&model, trader, &request.lease);
    reached.granted += lm_held (&model, trader) > before;
    last[trader] = request.lease;
    lm_is_held (&model, trader, lf_ask (&request));
}

// The same message as before, which may say nothing that is true any more.
static void lease_again (int64_t trader)
{
    struct message request = lf_message (trader, 0, 0);
    request.lease = last[trader];
    if (request.lease.number > 0) {
        reached.again++;
        lm_is_held (&model, trader, lf_ask (&request));
        ck_assert_uint_eq (wh.out.record_count, 0);
    }
}

static void made_up_lease (int64_t trader)
{
    struct message request = lf_message (trader, lf_numbers[trader] + 1, draw (0, 9));
    struct leased_units units = lf_units (draw (1, (int64_t) model.lot_count), 1);
    if (one_in (2) && model.traders[trader].known) {
        request.lease.number += draw (1, 3);
        (void) wh_refused (&request, REASON_GAP);
    } else if (one_in (2)) {
        request.lease.epoch += one_in (2) ? 1 : -1;
        (void) wh_refused (&request, REASON_FENCED);
    } else {
        units.units += model.lots[units.id - 1].leased[trader];
        request.lease.returned = &units;
        request.lease.returned_count = 1;
        (void) wh_refused (&request, REASON_BAD_REQUEST);
    }
}

static void is_outcome (struct result result, struct lm_outcome outcome)
{
    wh_is_receipt (result, outcome.status, outcome.units, outcome.missing, outcome.amount_cents);
}

static void buy (int64_t trader)
{
    struct item item = wh_buy (ALICE, ++number, "salt", draw (1, 15));
    item.all_or_nothing = one_in (2);
    struct lm_outcome outcome = lm_buy (&model, &item);
    struct result result = wh_one_by (trader, item);
    if (outcome.recalling) {
        reached.recalled++;
        wh_is_error (result, REASON_RECALLING);
        ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 1);
    } else {
        reached.refused += outcome.units == 0;
        is_outcome (result, outcome);
        ck_assert_uint_eq (wh_letters (MESSAGE_RECALL), 0);
    }
}

static void sell (int64_t trader)
{
    struct leased_units taken[LIMIT_FILLS];
    size_t count = lm_pick (&model, &dice, trader, taken, LIMIT_FILLS, false);
    if (count == 0) {
        return;
    }
    struct item item = lf_sold (wh_buy (ALICE, ++number, "salt", 1), taken, count);
    item.all_or_nothing = one_in (2);
    item.quantity = item.promised + (item.all_or_nothing ? 0 : draw (0, 2));
    bool budget = taken[count - 1].id == 0;
    if (one_in (8)) {
        // Known already: what is taken becomes free, and nothing more is sold.
        struct item order = item;
        order.behind = false;
        order.taken_count = 0;
        struct lm_outcome known = lm_buy (&model, &order);
        struct result first = wh_one_by (lm_trader_in (&model, &dice, MEMBER_LIVE), order);
        if (!known.recalling) {
            is_outcome (first, known);
            lm_free_taken (&model, trader, &item);
            is_outcome (lm_commit_for (&model, trader, &item), known);
            reached.known++;
            return;
        }
    }
    struct lm_outcome outcome = lm_sell (&model, trader, &item);
    struct result result = lm_commit_for (&model, trader, &item);
    if (budget) {
        is_outcome (result, outcome);
    } else {
        ck_assert_int_eq (result.kind, RESULT_SETTLED);
    }
    reached.settled += !budget;
    reached.filled += budget && outcome.missing == 0;
    reached.oversold += outcome.missing > 0;
    reached.nothing += outcome.missing > 0 && item.all_or_nothing;
}

static void made_up_sale (int64_t trader)
{
    struct leased_units taken = lf_units (draw (0, (int64_t) model.lot_count), 1);
    taken.units +=
        taken.id == 0 ? model.traders[trader].budget : model.lots[taken.id - 1].leased[trader];
    struct item item = lf_sold (wh_buy (ALICE, ++number, "salt", taken.units), &taken, 1);
    wh_is_error (lm_commit_for (&model, trader, &item), REASON_BAD_REQUEST);
}

static void joined (int64_t trader)
{
    model.traders[trader].state = MEMBER_LIVE;
    last[trader] = (struct lease){0};
}

static void resume (int64_t trader)
{
    ck_assert (lf_join_again (trader, true, false));
    joined (trader);
    model.traders[trader].clean = false;
}

static void join_without_journal (int64_t trader)
{
    bool abandon = one_in (3);
    bool held = lm_holds (&model, trader);
    if (lf_join_again (trader, false, abandon)) {
        ck_assert (!held || abandon);
        reached.abandoned += held;
        lm_free_all (&model, trader);
        joined (trader);
    } else {
        ck_assert (held && !abandon);
    }
}

static void begin_takeover (int64_t trader, int64_t taker)
{
    lf_backed_by (trader, taker);
    lf_take_over (trader, taker, false);
    model.traders[trader].state = MEMBER_TAKING;
    model.traders[trader].taker = taker;
}

static void end_takeover (int64_t trader)
{
    lf_take_over (trader, model.traders[trader].taker, true);
    model.traders[trader].state = MEMBER_FAILED;
    reached.taken_over += lm_holds (&model, trader);
    lm_free_all (&model, trader);
}

static void leave (int64_t trader)
{
    lf_leave (trader);
    model.traders[trader].state = MEMBER_LEFT;
    lm_free_all (&model, trader);
}

static void change_views (void)
{
    int64_t live = lm_trader_in (&model, &dice, MEMBER_LIVE);
    int64_t other = lm_trader_in (&model, &dice, MEMBER_LIVE);
    int64_t taking = lm_trader_in (&model, &dice, MEMBER_TAKING);
    int64_t gone = lm_trader_in (&model, &dice, one_in (2) ? MEMBER_FAILED : MEMBER_LEFT);
    if (gone != 0) {
        ck_assert (lf_join_again (gone, false, false));
        joined (gone);
    } else if (taking != 0) {
        if (one_in (3)) {
            resume (taking);
        } else {
            end_takeover (taking);
        }
    } else if (live == 0) {
        return;  // The next time, one that has left is drawn.
    } else if (live != other && one_in (2)) {
        begin_takeover (live, other);
    } else if (one_in (3)) {
        leave (live);
    } else if (one_in (2)) {
        resume (live);
    } else {
        join_without_journal (live);
    }
}

static void request (void)
{
    int64_t trader = lm_trader_in (&model, &dice, MEMBER_LIVE);
    int64_t seller = one_in (3) ? lm_trader_in (&model, &dice, MEMBER_TAKING) : trader;
    if (trader == 0) {
        return;
    }
    switch (draw (0, 9)) {
    case 0:
    case 1:
    case 2:
        lease (trader);
        break;
    case 3:
        lease_again (trader);
        break;
    case 4:
        buy (trader);
        break;
    case 5:
    case 6:
    case 7:
        sell (seller ? seller : trader);
        break;
    case 8:
        made_up_sale (seller ? seller : trader);
        break;
    default:
        made_up_lease (trader);
        break;
    }
}

static void restock (void)
{
    int64_t trader = lm_trader_in (&model, &dice, MEMBER_LIVE);
    if (trader == 0 || model.lot_count == LM_LOTS) {
        return;
    }
    int64_t id = (int64_t) model.lot_count + 1;
    int64_t units = draw (1, 10);
    ck_assert_int_eq (wh_one_by (trader, wh_restock (SAM, id, "salt", units, 10 * id)).kind,
                      RESULT_RESTOCKED);
    lm_restock (&model, units);
}

static void restart (void)
{
    wh_restart ();
    model.recalling = false;
}

// What the request changed is lost with the process that had not written it.
static void lose_a_request (void)
{
    static struct lm before;
    before = model;
    struct wh_stream streams[WH_TRADERS];
    int64_t numbers[WH_TRADERS];
    struct lease leases[LM_TRADERS];
    memcpy (streams, wh.streams, sizeof streams);
    memcpy (numbers, lf_numbers, sizeof numbers);
    memcpy (leases, last, sizeof leases);
    wh.losing = true;
    request ();
    model = before;
    memcpy (wh.streams, streams, sizeof streams);
    memcpy (lf_numbers, numbers, sizeof numbers);
    memcpy (last, leases, sizeof leases);
    restart ();
    reached.lost++;
}

static void step (void)
{
    if (one_in (12)) {
        restock ();
    } else if (one_in (25)) {
        change_views ();
    } else if (one_in (40)) {
        restart ();
    } else if (one_in (40)) {
        lose_a_request ();
    } else {
        request ();
    }
    if (one_in (10)) {
        wh_store_check (wh.store);
    }
    lm_compare (&model);
}

static void run (uint64_t seed)
{
    dice = random_seeded (seed);
    number = 0;
    memset (last, 0, sizeof last);
    model = (struct lm){.budget_units = draw (0, 1) * draw (0, 6),
                        .budget_percent = draw (0, 1) * draw (0, 30)};
    for (size_t i = 1; i < LM_TRADERS; i++) {
        model.traders[i].state = MEMBER_LIVE;
    }
    lf_budget (model.budget_units, model.budget_percent);
    wh.unchecked = true;
    lf_begin (0, 0);
    (void) wh_join (THIRD_TRADER, 1);
    restock ();
    for (int i = 0; i < STEPS; i++) {
        step ();
    }
}

START_TEST (test_warehouse_leases_as_the_model_does)
{
    run ((uint64_t) _i);
}
END_TEST

START_TEST (test_warehouse_is_led_everywhere)
{
    for (uint64_t seed = 0; seed < 10; seed++) {
        run (seed);
        wh_tear_down ();
        wh_set_up ();
    }
    ck_assert_int_gt (reached.granted, 50);
    ck_assert_int_gt (reached.again, 50);
    ck_assert_int_gt (reached.recalled, 20);
    ck_assert_int_gt (reached.refused, 20);
    ck_assert_int_gt (reached.settled, 50);
    ck_assert_int_gt (reached.filled, 5);
    ck_assert_int_gt (reached.oversold, 5);
    ck_assert_int_gt (reached.nothing, 1);
    ck_assert_int_gt (reached.known, 5);
    ck_assert_int_gt (reached.taken_over, 5);
    ck_assert_int_gt (reached.abandoned, 1);
    ck_assert_int_gt (reached.lost, 20);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_leases_random");
    TCase *random = wh_tcase (suite, "random");
    tcase_set_timeout (random, 60);
    tcase_add_loop_test (random, test_warehouse_leases_as_the_model_does, 0, SEEDS);
    tcase_add_test (random, test_warehouse_is_led_everywhere);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
