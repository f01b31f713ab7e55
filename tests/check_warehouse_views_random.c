// The traders' views against a naive model, in random order: joins, claims, takeovers and commits
// whose epochs and views are right, stale or made up, restarts, and crashes that lose what the last
// request changed. Each answer is held against the model; a failure names its seed.
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/kit/takeover_kit.h"
#include "tests/kit/warehouse_store.h"

enum { STEPS = 400, SEEDS = 60, SEEDS_TOGETHER = 6, TRADERS = 4 };  // trader ids below

struct seat {
    int64_t epoch;  // 0: never joined
    int64_t nonce;
    int64_t batch;
    int64_t applied;
    int64_t view;
    int64_t began;
    enum member_state state;
    int64_t backup;
    int64_t taker;
    int64_t closed;
};

struct reached {
    int64_t resumed;
    int64_t cancelled;  // takeovers, by the trader's return
    int64_t returned;   // after a takeover
    int64_t waits;      // joins that a backup or a taker keeps out
    int64_t completed;
    int64_t left;
    int64_t taken;
    int64_t fenced;
    int64_t behalf;   // commits by a taker
    int64_t pending;  // requests
    int64_t closed;   // decided since their first trader's epoch is closed
    int64_t lost;     // changes, by a crash
};

static struct seat seats[TRADERS];
static struct reached reached;
static struct random dice;
static int64_t number;  // of ALICE's last request

static int64_t draw (int64_t min, int64_t max)
{
    return random_between (&dice, min, max);
}

static bool one_in (int64_t chances)
{
    return draw (1, chances) == 1;
}

// Mostly the right one.
static int64_t near (int64_t value)
{
    int64_t off = one_in (6) ? draw (-2, 2) : 0;
    return value + off < 0 ? 0 : value + off;
}

static bool is_away (const struct seat *seat)
{
    return seat->epoch == 0 || seat->state == MEMBER_FAILED || seat->state == MEMBER_LEFT;
}

static void foretell_join (struct seat *seat, const struct join *join)
{
    bool has_journal = join->began != 0 && join->began == seat->began && !is_away (seat);
    if ((seat->epoch > 0 && seat->nonce == join->nonce) || seat->epoch != join->epoch) {
        return;
    }
    if (!is_away (seat) && !has_journal && (seat->backup != 0 || seat->taker != 0)) {
        reached.waits++;
        return;
    }
    reached.resumed += has_journal;
    reached.cancelled += seat->taker != 0;
    reached.returned += seat->epoch > 0 && seat->state == MEMBER_FAILED;
    seat->epoch++;
    seat->view++;
    seat->nonce = join->nonce;
    seat->batch = seat->backup = seat->taker = 0;
    seat->state = MEMBER_LIVE;
    if (!has_journal) {
        seat->began = seat->epoch;
        seat->applied = 0;
    }
}

static bool can_back_up (int64_t trader, int64_t backup)
{
    bool lives = backup < TRADERS && seats[backup].epoch > 0 && seats[backup].state == MEMBER_LIVE;
    return backup == 0 || (lives && backup != trader);
}

static void foretell_claim (int64_t trader, const struct claim *claim)
{
    struct seat *seat = &seats[trader];
    bool current = claim->epoch == seat->epoch && claim->view == seat->view && !is_away (seat)
                   && seat->taker == 0;
    if (current && claim->leaves) {
        seat->state = MEMBER_LEFT;
        seat->backup = 0;
        seat->closed = seat->epoch + 1;
        seat->view++;
        reached.left++;
    } else if (current && can_back_up (trader, claim->backup)) {
        seat->backup = claim->backup;
        seat->view++;
    }
}

static void foretell_takeover (int64_t from, const struct takeover *takeover)
{
    struct seat *seat = &seats[takeover->trader];
    if (seat->view != takeover->view || seat->epoch == 0) {
        return;
    }
    if (!takeover->complete && seat->backup == from) {
        seat->state = MEMBER_TAKING;
        seat->taker = from;
        seat->backup = seat->batch = 0;
        seat->epoch++;
        seat->view++;
    } else if (takeover->complete && seat->taker == from) {
        seat->state = MEMBER_FAILED;
        seat->taker = 0;
        seat->closed = seat->epoch + 1;
        seat->view++;
        reached.completed++;
    }
}

static void compare_members (const struct view_told *told)
{
    size_t count = 0;
    for (int64_t trader = 1; trader < TRADERS; trader++) {
        if (seats[trader].epoch > 0) {
            ck_assert_uint_lt (count, told->member_count);
            const struct member *member = &told->members[count++];
            ck_assert_int_eq (member->trader, trader);
            ck_assert_int_eq (member->epoch, seats[trader].epoch);
            ck_assert_int_eq (member->state, seats[trader].state);
        }
    }
    ck_assert_uint_eq (told->member_count, count);
}

static void compare (const struct view_told *told, int64_t trader)
{
    const struct seat *seat = &seats[trader];
    ck_assert_int_eq (told->trader, trader);
    ck_assert_int_eq (told->epoch, seat->epoch);
    ck_assert_int_eq (told->nonce, seat->nonce);
    ck_assert_int_eq (told->view, seat->view);
    ck_assert_int_eq (told->began, seat->began);
    ck_assert_int_eq (told->batch, seat->batch);
    ck_assert_int_eq (told->applied, seat->applied);
    ck_assert_int_eq (told->state, seat->epoch == 0 ? MEMBER_LEFT : seat->state);
    ck_assert_int_eq (told->backup, seat->backup);
    ck_assert_int_eq (told->taker, seat->taker);
    compare_members (told);
}

// Asks, and holds the answer, and whether anything was changed, against the model.
static void ask_view (const struct message *request, int64_t trader, int64_t view_before)
{
    const struct message *answer = wh_ask (request);
    bool changed = seats[trader].view != view_before;
    ck_assert_int_eq (answer->type, MESSAGE_VIEW);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), changed ? 1 : 0);
    ck_assert_uint_eq (wh.out.record_count, changed ? 2 : 0);
    compare (&answer->view, trader);
}

static void join (int64_t trader)
{
    struct seat *seat = &seats[trader];
    int64_t before = seat->view;
    int64_t began = one_in (2) ? near (seat->began) : 0;
    struct message request = {
        .type = MESSAGE_JOIN,
        .from = trader,
        .join = {.nonce = draw (1, 1000), .epoch = near (seat->epoch), .began = began}};
    foretell_join (seat, &request.join);
    ask_view (&request, trader, before);
}

static void claim (int64_t trader)
{
    int64_t before = seats[trader].view;
    struct message request = {.type = MESSAGE_CLAIM, .from = trader};
    request.claim = (struct claim){.epoch = near (seats[trader].epoch),
                                   .view = near (before),
                                   .backup = draw (0, TRADERS),
                                   .leaves = one_in (8)};
    foretell_claim (trader, &request.claim);
    ask_view (&request, trader, before);
}

static void takeover (int64_t trader)
{
    const struct seat *seat = &seats[trader];
    int64_t before = seat->view;
    int64_t entitled = seat->backup + seat->taker;
    struct message request = {.type = MESSAGE_TAKEOVER,
                              .from = entitled && !one_in (4) ? entitled : draw (1, TRADERS - 1)};
    request.takeover = (struct takeover){.trader = trader,
                                         .view = near (before),
                                         .complete = seat->taker ? !one_in (4) : one_in (4)};
    foretell_takeover (request.from, &request.takeover);
    ask_view (&request, trader, before);
}

static struct item draw_item (void)
{
    struct item item = wh_restock (ALICE, ++number, "salt", 1, 1);
    item.behind = one_in (3);
    if (!one_in (3)) {
        int64_t trader = draw (1, TRADERS - 1);
        item.first = (struct first){.trader = trader, .epoch = near (seats[trader].epoch)};
    }
    return item;
}

static bool is_decided (int64_t from, int64_t trader, const struct item *item)
{
    const struct first *first = &item->first;
    bool own = first->trader == from && first->trader == trader;
    bool closed = seats[first->trader].closed > first->epoch;
    if (item->behind || first->trader == 0 || own) {
        return true;
    }
    reached.closed += closed;
    reached.pending += !closed;
    return closed;
}

static void check_commit (const struct message *request, bool decided, bool behind)
{
    const struct commit *commit = &request->commit;
    struct seat *seat = &seats[commit->trader ? commit->trader : request->from];
    seat->batch++;
    seat->applied += behind;
    const struct message *answer = wh_ask (request);
    ck_assert_int_eq (answer->type, MESSAGE_COMMITTED);
    ck_assert_int_eq (answer->committed.trader, commit->trader);
    ck_assert_int_eq (answer->committed.applied, seat->applied);
    ck_assert_int_eq (answer->committed.results[0].kind, decided ? RESULT_RESTOCKED : RESULT_ERROR);
    if (!decided) {
        wh_is_error (answer->committed.results[0], REASON_PENDING);
    }
}

// A trader's own batch, or one that another trader sends for it.
static void commit (int64_t trader, bool behalf)
{
    const struct seat *seat = &seats[trader];
    int64_t from = !behalf ? trader : seat->taker ? seat->taker : trader % (TRADERS - 1) + 1;
    struct item item = draw_item ();
    struct message request = wh_batch (from, near (seat->epoch), seat->batch + 1, &item, 1);
    request.commit.trader = behalf ? trader : 0;
    bool live = seat->epoch > 0 && seat->state == MEMBER_LIVE;
    bool entitled = behalf ? seat->taker == from : live;
    if (entitled && request.commit.epoch == seat->epoch) {
        reached.behalf += behalf;
        check_commit (&request, is_decided (from, trader, &item), item.behind);
        return;
    }
    bool over = seat->state == MEMBER_TAKING || seat->state == MEMBER_FAILED;
    bool taken =
        seat->epoch > 0 && ((over && request.commit.epoch < seat->epoch) || (!behalf && !live));
    reached.taken += taken;
    reached.fenced += !taken;
    const struct error *error = wh_refused (&request, taken ? REASON_TAKEN : REASON_FENCED);
    ck_assert_int_eq (error->trader, request.commit.trader);
    ck_assert_uint_eq (wh.out.record_count, 0);
}

static void act (void)
{
    int64_t trader = draw (1, TRADERS - 1);
    int64_t what = draw (1, 100);
    if (what <= 20) {
        join (trader);
    } else if (what <= 40) {
        claim (trader);
    } else if (what <= 60) {
        takeover (trader);
    } else {
        commit (trader, what <= 75);
    }
}

static void step (void)
{
    struct seat before[TRADERS];
    memcpy (before, seats, sizeof before);
    bool losing = one_in (20);
    wh.losing = losing;
    act ();
    if (losing) {
        reached.lost += wh.out.record_count > 0;
        memcpy (seats, before, sizeof before);
    }
    if (losing || one_in (20)) {
        wh_restart ();
    }
}

static void run (uint64_t seed)
{
    dice = random_seeded (seed);
    memset (seats, 0, sizeof seats);
    number = 0;
    wh.unchecked = true;
    wh_restart ();
    for (int i = 0; i < STEPS; i++) {
        step ();
    }
    wh_restart ();
    wh_store_check (wh.store);
    const struct stock *stock = wh_snapshot ();
    for (size_t i = 0; i < stock->trader_count; i++) {
        ck_assert_int_eq (stock->traders[i].epoch, seats[stock->traders[i].trader].began);
        ck_assert_int_eq (stock->traders[i].count, seats[stock->traders[i].trader].applied);
    }
}

START_TEST (test_warehouse_changes_views_as_a_naive_one)
{
    run ((uint64_t) _i);
}
END_TEST

START_TEST (test_warehouse_views_come_to_everything)
{
    for (uint64_t seed = 0; seed < SEEDS_TOGETHER; seed++) {
        wh_tear_down ();
        wh_set_up ();
        run (1000 + seed);
    }
    const int64_t *counts = (const int64_t *) &reached;
    for (size_t i = 0; i < sizeof reached / sizeof *counts; i++) {
        ck_assert_msg (counts[i] > 0, "count %zu of what must be reached is 0", i);
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_views_random");
    TCase *views = wh_tcase (suite, "views");
    tcase_set_timeout (views, 120);
    tcase_add_loop_test (views, test_warehouse_changes_views_as_a_naive_one, 0, SEEDS);
    tcase_add_test (views, test_warehouse_views_come_to_everything);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
