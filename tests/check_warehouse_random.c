// The warehouse against a naive model, in random markets: batches that are new, repeated, too
// early or fenced, joins, restarts, and crashes that lose the last batch. Each answer, each piece
// of news and each record is held against the model; a failure names its seed.
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/kit/warehouse_model.h"
#include "tests/kit/warehouse_store.h"

enum { STEPS = 150, ITEMS_MAX = 12, HISTORY = 4, BOTH = 31, SEEDS = 40, SEEDS_TOGETHER = 8 };

// Batches that a trader may send again.
struct history {
    struct item items[HISTORY][ITEMS_MAX];
    size_t counts[HISTORY];
};

// What the markets came to, so that nobody is reassured by tests that reached nothing.
struct reached {
    int64_t statuses[STATUS_COUNT];
    int64_t reasons[REASON_COUNT];
    int64_t parts;     // orders filled from more than one lot
    int64_t repeated;  // batches
    int64_t restarts;
    int64_t lost_batches;  // that were applied, and whose records were lost
    int64_t late;          // decisions that came when their numbers were old
};

static struct model model;
static struct model before;  // the batch whose records are lost
static struct history histories[MODEL_TRADERS];
static struct reached reached;
static struct random dice;
static bool glut;  // more comes than is sold, so that many lots wait

static int64_t draw (int64_t min, int64_t max)
{
    return random_between (&dice, min, max);
}

static bool one_in (int64_t chances)
{
    return draw (1, chances) == 1;
}

// Clients that only buy, only sell, and one that does both; now and then anybody does anything.
static int64_t draw_client (enum item_kind kind)
{
    if (one_in (15)) {
        return one_in (2) ? BOTH : draw (11, 24);
    }
    return kind == ITEM_BUY || kind == ITEM_ORDER_STATUS ? draw (11, 14) : draw (21, 24);
}

static struct item draw_item (void)
{
    static const enum item_kind kinds[] = {
        ITEM_BUY,     ITEM_BUY,     ITEM_BUY,     ITEM_BUY,          ITEM_BUY,
        ITEM_RESTOCK, ITEM_RESTOCK, ITEM_RESTOCK, ITEM_ORDER_STATUS, ITEM_LOT_STATUS};
    struct item item = {.kind = kinds[glut ? draw (4, 9) : draw (0, 9)]};
    item.client = draw_client (item.kind);
    int64_t back = model.kept < 8 ? model.kept + 4 : 8;
    int64_t ahead = one_in (60) ? 3 * model.kept : 2;
    item.number = model.highest[item.client] + draw (one_in (3) ? -back : 1, ahead);
    item.number = item.number < 1 ? 1 : item.number;
    if (item.kind == ITEM_ORDER_STATUS || item.kind == ITEM_LOT_STATUS) {
        return item;
    }
    const struct model_request *known = model_find (&model, item.client, item.number);
    if (known && !one_in (5)) {
        return known->item;
    }
    bool ghost = one_in (item.kind == ITEM_BUY ? 12 : 150);
    item.product = model_products[ghost ? 3 : draw (0, 2)];
    item.behind = draw (1, 100) <= 40;
    if (item.kind == ITEM_RESTOCK) {
        item.quantity = glut || one_in (2) ? 1 : draw (1, 9);
        item.price_cents = draw (1, 300);
        return item;
    }
    item.quantity = one_in (4) ? draw (1, 30) : draw (1, glut ? 1 : 6);
    item.all_or_nothing = draw (1, 100) <= (glut ? 75 : 33);
    if (item.behind) {
        int64_t all = one_in (4) ? 0 : item.quantity;
        item.promised = item.all_or_nothing || one_in (2) ? all : draw (0, item.quantity);
    }
    return item;
}

static void note (const struct committed *committed)
{
    for (size_t i = 0; i < committed->result_count; i++) {
        const struct result *result = &committed->results[i];
        if (result->kind == RESULT_ERROR) {
            reached.reasons[result->reason]++;
        } else if (result->kind == RESULT_RECEIPT) {
            reached.statuses[result->status]++;
            reached.parts += result->fill_count > 1;
        }
    }
}

static void forget_history (int64_t trader)
{
    memset (&histories[trader], 0, sizeof histories[trader]);
}

static void send_new (int64_t trader, bool losing)
{
    struct history *history = &histories[trader];
    int64_t batch = model.traders[trader].batch + 1;
    struct item *items = history->items[batch % HISTORY];
    size_t count = (size_t) draw (0, ITEMS_MAX);
    for (size_t i = 0; i < count; i++) {
        items[i] = i > 0 && one_in (12) ? items[i - 1] : draw_item ();
    }
    history->counts[batch % HISTORY] = count;
    if (losing) {
        before = model;
        wh.losing = true;
    }
    const struct committed *committed = wh_commit_as (trader, batch, items, count);
    note (committed);
    model_commit (&model, trader, items, committed, false);
    if (losing) {
        // Its trader heard nothing, and will send the very same again, or something else.
        wh_restart ();
        model = before;
        model_start (&model);
        history->counts[batch % HISTORY] = 0;
        reached.lost_batches++;
    }
}

static void send_again (int64_t trader)
{
    int64_t newest = model.traders[trader].batch;
    int64_t batch = newest - draw (0, HISTORY - 2);
    if (batch < 1) {
        return;
    }
    const struct item *items = histories[trader].items[batch % HISTORY];
    size_t count = histories[trader].counts[batch % HISTORY];
    struct item other = draw_item ();
    if (one_in (4)) {
        items = &other;  // It should be the same batch, and is not.
        count = 1;
    }
    const struct committed *committed = wh_commit_as (trader, batch, items, count);
    ck_assert_uint_eq (wh.out.record_count, 0);
    note (committed);
    model_commit (&model, trader, items, committed, true);
    reached.repeated++;
}

static void send_out_of_turn (int64_t trader)
{
    struct item item = draw_item ();
    int64_t expected = model.traders[trader].batch + 1;
    int64_t epoch = model.traders[trader].epoch;
    struct message early = wh_batch (trader, epoch, expected + draw (1, 3), &item, 1);
    ck_assert_int_eq (wh_refused (&early, REASON_GAP)->number, expected);
    struct message old = wh_batch (trader, epoch - draw (1, epoch), expected, &item, 1);
    (void) wh_refused (&old, REASON_FENCED);
    ck_assert_uint_eq (wh.out.record_count, 0);
    reached.reasons[REASON_GAP]++;
    reached.reasons[REASON_FENCED]++;
}

static void join (int64_t trader)
{
    int64_t nonce = one_in (2) ? model.traders[trader].nonce : draw (0, 1000);
    bool same = nonce == model.traders[trader].nonce && model.traders[trader].epoch > 0;
    model_join (&model, trader, nonce);
    ck_assert_int_eq (wh_join (trader, nonce), model.traders[trader].epoch);
    if (!same) {
        forget_history (trader);
    }
}

static void restart (void)
{
    wh_restart ();
    model_start (&model);
    reached.restarts++;
}

static void step (void)
{
    int64_t trader = draw (1, MODEL_TRADERS - 1);
    int64_t dice_100 = draw (1, 100);
    if (model.traders[trader].epoch == 0 || dice_100 <= 4) {
        join (trader);
    } else if (dice_100 <= 10) {
        restart ();
    } else if (dice_100 <= 16) {
        send_new (trader, true);
    } else if (dice_100 <= 26) {
        send_again (trader);
    } else if (dice_100 <= 30) {
        send_out_of_turn (trader);
    } else {
        send_new (trader, false);
    }
}

static void run_market (uint64_t seed)
{
    dice = random_seeded (seed);
    memset (&model, 0, sizeof model);
    memset (histories, 0, sizeof histories);
    glut = seed % 2 == 1;
    static const int64_t kept[] = {1, 2, 5, 8, 20, LIMIT_ANSWERS};
    wh.config.answers_kept = model.kept = kept[draw (0, 5)];
    wh.config.commission_percent = model.percent = one_in (2) ? 20 : draw (0, 100);
    wh.unchecked = true;
    restart ();
    for (int i = 0; i < STEPS; i++) {
        step ();
        if (i % 4 == 0) {
            model_compare (&model);
        }
        if (i % 25 == 0) {
            wh_store_check (wh.store);
        }
    }
    restart ();
    model_compare (&model);
    wh_store_check (wh.store);
    reached.late += model.late;
}

START_TEST (test_warehouse_agrees_with_a_naive_one)
{
    run_market ((uint64_t) _i);
}
END_TEST

START_TEST (test_warehouse_markets_come_to_everything)
{
    for (uint64_t seed = 0; seed < SEEDS_TOGETHER; seed++) {
        wh_tear_down ();
        wh_set_up ();
        run_market (1000 + seed);
    }
    static const enum status statuses[] = {STATUS_SOLD, STATUS_OVERSOLD, STATUS_OUT_OF_STOCK,
                                           STATUS_TOO_MANY_LOTS, STATUS_UNKNOWN};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        ck_assert_msg (reached.statuses[statuses[i]] > 0, "no %s", status_name (statuses[i]));
    }
    static const enum reason reasons[] = {REASON_CONFLICT, REASON_EXPIRED, REASON_UNAVAILABLE,
                                          REASON_FENCED, REASON_GAP};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        ck_assert_msg (reached.reasons[reasons[i]] > 0, "no %s", reason_name (reasons[i]));
    }
    ck_assert_int_gt (reached.parts, 0);
    ck_assert_int_gt (reached.repeated, 0);
    ck_assert_int_gt (reached.restarts, SEEDS_TOGETHER);
    ck_assert_int_gt (reached.lost_batches, 0);
    ck_assert_int_gt (reached.late, 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_random");
    TCase *markets = wh_tcase (suite, "markets");
    tcase_set_timeout (markets, 120);
    tcase_add_loop_test (markets, test_warehouse_agrees_with_a_naive_one, 0, SEEDS);
    tcase_add_test (markets, test_warehouse_markets_come_to_everything);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
