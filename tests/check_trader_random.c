// Traders of any setting under thousands of random events: whatever comes, none aborts; whatever
// is lost, every request is answered in the end and every place in the pool is free again.
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/kit/message_cases.h"
#include "tests/kit/trader_fixture.h"

enum {
    CLIENTS = 6,
    NUMBERS = 400,
    ROUNDS = 1200,
    ITEMS = 12,       // of a batch, at most
    LINE = 256,       // messages under way between the trader and the warehouse
    REMEMBERED = 64,  // batches whose answers the warehouse keeps
    FIRST_CLIENT = 100,
};

enum told { NOT_ASKED, ASKED, ACCEPTED, ANSWERED };

static const char *const names[] = {"fish", "garum", "salt"};

// A warehouse that decides by dice, but keeps to the protocol: batches once and in order, items
// of a batch answered alike for ever.
static struct {
    int64_t batch;
    int64_t applied;
    struct message line[LINE];  // letters to it; items are copied to `items`
    struct item items[LINE][ITEMS];
    size_t first;
    size_t next;
    struct result results[REMEMBERED][ITEMS];  // by batch
    size_t counts[REMEMBERED];
} warehouse;

static struct random dice;
static enum told told[CLIENTS][NUMBERS + 1];
static int64_t numbers[CLIENTS];  // the highest that each client has used
static int64_t loss;              // of 100 messages

static bool chance (int64_t of_hundred)
{
    return random_between (&dice, 0, 99) < of_hundred;
}

static const char *any_product (int64_t number)
{
    return names[number % 3];
}

static void post (const struct message *message)
{
    if (chance (loss) || warehouse.next - warehouse.first == LINE) {
        return;
    }
    size_t at = warehouse.next++ % LINE;
    warehouse.line[at] = *message;
    if (message->type == MESSAGE_COMMIT) {
        memcpy (warehouse.items[at], message->commit.items,
                message->commit.item_count * sizeof (struct item));
        warehouse.line[at].commit.items = warehouse.items[at];
    }
}

static void note (int64_t client, int64_t number, enum told what)
{
    ck_assert_int_ge (client, FIRST_CLIENT);
    ck_assert_int_lt (client, FIRST_CLIENT + CLIENTS);
    if (number < 1) {
        return;
    }
    enum told *state = &told[client - FIRST_CLIENT][number];
    ck_assert_int_ne (*state, NOT_ASKED);
    if (*state != ANSWERED) {
        *state = what;
    }
}

// What the trader says to clients and to the warehouse.
static void look_at_letters (void)
{
    for (size_t i = 0; i < fix.out.letter_count; i++) {
        const struct letter *letter = &fix.out.letters[i];
        const struct message *message = &letter->message;
        ck_assert_int_eq (message->from, FIX_TRADER);
        if (letter->port == PORT_WAREHOUSE) {
            post (message);
        } else if (letter->port == PORT_CLIENTS && message->type != MESSAGE_SOLD) {
            struct route route = fix_route (letter->to, 0);
            ck_assert (fix_same_route (&letter->route, &route));
            bool promised =
                message->type == MESSAGE_RECEIPT && message->receipt.status == STATUS_ACCEPTED;
            note (letter->to, message_number (message), promised ? ACCEPTED : ANSWERED);
        }
    }
}

static struct result decide (const struct item *item)
{
    if (chance (4)) {
        return fix_error (REASON_LIMIT);
    }
    switch (item->kind) {
    case ITEM_RESTOCK:
        return fix_restocked (item->product, item->quantity);
    case ITEM_LOT_STATUS:
        return (struct result){.kind = RESULT_LOT, .product = "fish", .quantity = 1};
    case ITEM_ORDER_STATUS:
        return fix_receipt (STATUS_UNKNOWN, "", 0);
    default:
        break;
    }
    if (item->behind && item->promised == 0) {
        return fix_receipt (STATUS_OUT_OF_STOCK, item->product, 0);
    }
    if (item->behind && chance (20)) {
        struct result oversold = fix_receipt (STATUS_OVERSOLD, item->product,
                                              random_between (&dice, 0, item->promised - 1));
        oversold.missing = item->promised - oversold.units;
        return oversold;
    }
    return fix_receipt (STATUS_SOLD, item->product, item->behind ? item->promised : item->quantity);
}

static void reply (const struct message *message)
{
    for (int i = chance (loss) ? 2 : 1; i > 0; i--) {
        if (!chance (loss)) {
            fix_warehouse (*message);
            look_at_letters ();
        }
    }
}

static void serve_commit (const struct commit *commit)
{
    struct level level = {names[random_between (&dice, 0, 2)], random_between (&dice, 0, 9)};
    if (commit->batch <= warehouse.batch - REMEMBERED) {
        return;  // Sent so often that it was answered long ago.
    }
    if (chance (loss) || commit->batch > warehouse.batch + 1) {
        struct message refused = fix_refused (
            commit->batch > warehouse.batch + 1 ? REASON_GAP : REASON_UNAVAILABLE, commit->batch);
        reply (&refused);
        return;
    }
    struct result *results = warehouse.results[commit->batch % REMEMBERED];
    if (commit->batch == warehouse.batch + 1) {
        warehouse.batch++;
        warehouse.counts[commit->batch % REMEMBERED] = commit->item_count;
        for (size_t i = 0; i < commit->item_count; i++) {
            results[i] = decide (&commit->items[i]);
            warehouse.applied += commit->items[i].behind;
        }
        fix.version += random_between (&dice, 0, 2);
    }
    ck_assert_uint_eq (commit->item_count, warehouse.counts[commit->batch % REMEMBERED]);
    struct message answer = fix_committed (commit->batch, results, commit->item_count);
    answer.committed.applied = warehouse.applied;
    answer.committed.stock = &level;
    answer.committed.stock_count = chance (30);
    reply (&answer);
}

static void serve (void)
{
    if (warehouse.first == warehouse.next) {
        return;
    }
    size_t at = warehouse.first++ % LINE;
    const struct message *message = &warehouse.line[at];
    struct message answer = fix_view (FIX_SEED, 1);
    if (message->type == MESSAGE_COMMIT) {
        serve_commit (&message->commit);
        return;
    }
    if (message->type == MESSAGE_SNAPSHOT) {
        struct level levels[3];
        const struct trader_seen seen[] = {{FIX_TRADER, 1, warehouse.applied},
                                           {FIX_OTHER, 1, random_between (&dice, 0, 9)}};
        for (int i = 0; i < 3; i++) {
            levels[i] = (struct level){names[i], random_between (&dice, 0, 20)};
        }
        answer = fix_with_traders (fix_snapshot (levels, 3), seen, 2);
        reply (&answer);
        return;
    }
    reply (&answer);
}

static void publish (void)
{
    const struct trader_seen seen[] = {{FIX_TRADER, 1, warehouse.applied}};
    fix.version++;
    fix.warehouse_epoch += chance (2);
    struct message news = fix_with_traders (
        fix_news_of (names[random_between (&dice, 0, 2)], random_between (&dice, 0, 9)), seen, 1);
    for (int i = chance (loss) ? 2 : 1; i > 0; i--) {
        if (!chance (loss)) {
            fix_news (news);
            look_at_letters ();
        }
    }
}

// The body is a function of the number, so that a repetition is one, but for the odd conflict.
static struct message request_of (int64_t client, int64_t number, int64_t attempt)
{
    static struct trader_seen seen;
    static struct tick tick;
    struct message message = number % 5
                                 ? fix_buy (client, number, any_product (number), 1 + number % 4)
                                 : fix_restock (client, number, any_product (number), 3);
    struct seen token = {.version = chance (20) ? fix.version + random_between (&dice, 0, 1) : 0};
    seen = (struct trader_seen){FIX_OTHER, 1, random_between (&dice, 0, 9)};
    tick = (struct tick){client, number};
    if (chance (10)) {
        token.traders = &seen;
        token.count = 1;
    }
    if (message.type == MESSAGE_BUY) {
        message.buy.attempt = attempt;
        message.buy.seen = token;
        message.buy.vector = (struct vector){.ticks = &tick, .count = (size_t) chance (50)};
        message.buy.all_or_nothing = number % 3 == 0 && !chance (1);
    } else {
        message.restock.attempt = attempt;
        message.restock.seen = token;
    }
    message.clock = random_between (&dice, 1, 50);
    return message;
}

static void ask (void)
{
    int64_t at = random_between (&dice, 0, CLIENTS - 1);
    int64_t attempt = 1;
    int64_t number = numbers[at];
    if (number == 0 || (chance (75) && number < NUMBERS)) {
        number = ++numbers[at];
    } else {
        number = chance (50) ? number : random_between (&dice, 1, number);
        attempt = random_between (&dice, 2, 4);
    }
    struct message message = request_of (FIRST_CLIENT + at, number, attempt);
    if (chance (10)) {
        message = fix_question (chance (50) ? MESSAGE_ORDER_STATUS : MESSAGE_LOT_STATUS,
                                FIRST_CLIENT + at, number);
    } else if (told[at][number] == NOT_ASKED || attempt > 1) {
        told[at][number] = told[at][number] == ANSWERED ? ANSWERED : ASKED;
    }
    if (told[at][number] == NOT_ASKED) {
        told[at][number] = ANSWERED;  // A question alone: any answer will do.
    }
    fix_client (message);
    look_at_letters ();
}

static void drain (void)
{
    fix_step (chance (80) ? EVENT_DRAINED : EVENT_DEADLINE);
    look_at_letters ();
    int64_t due_us = trader_deadline (fix.trader);
    ck_assert (due_us > fix.now_us || (fix.config.causal_wait_us == 0 && due_us == fix.now_us));
}

static void settings (int seed)
{
    static struct product_policy policies[] = {{.product = "salt"}, {.product = "garum"}};
    policies[0].policy = policy_default (MODE_SYNC);
    policies[1].policy = policy_default (MODE_CACHED);
    dice = random_seeded ((uint64_t) seed);
    memset (&warehouse, 0, sizeof warehouse);
    memset (told, 0, sizeof told);
    memset (numbers, 0, sizeof numbers);
    loss = seed % 3 * 10;
    fix.config.policy = policy_default (seed % 4 ? MODE_CACHED : MODE_SYNC);
    fix.config.products = policies;
    fix.config.product_count = (size_t) random_between (&dice, 0, 2);
    fix.config.order_by = (enum queue_order) random_between (&dice, 0, ORDER_COUNT - 1);
    fix.config.invalidation = chance (70);
    fix.config.queue_max = random_between (&dice, 1, 40);
    fix.config.batch_max = random_between (&dice, 1, ITEMS);
    fix.config.in_flight_max = random_between (&dice, 1, 16);
    fix.config.commit_timeout_us = random_between (&dice, 1, 60) * 1000;
    fix.config.causal_wait_us = chance (10) ? 0 : random_between (&dice, 1, 50) * 1000;
    fix.epoch = 1;
    fix.version = 1;
    fix.now_us = random_between (&dice, 0, 1);
}

static void come_to_rest (void)
{
    loss = 0;
    for (int i = 0; i < 3000 && !trader_idle (fix.trader); i++) {
        while (warehouse.first < warehouse.next) {
            serve ();
        }
        drain ();
        int64_t due_us = trader_deadline (fix.trader);
        if (warehouse.first == warehouse.next && due_us != DEADLINE_NONE) {
            fix.now_us = due_us;
            drain ();
        }
    }
    ck_assert (trader_idle (fix.trader));
    for (int64_t client = 0; client < CLIENTS; client++) {
        for (int64_t number = 1; number <= numbers[client]; number++) {
            ck_assert_msg (told[client][number] == ANSWERED, "order %d of %d: %d", (int) number,
                           (int) client, told[client][number]);
        }
    }
}

// Every place in the queue is free: it takes as many as ever, and one more is too many.
static void fill_the_queue (void)
{
    int64_t busy = trader_counters (fix.trader)->busy;
    for (int64_t i = 0; i < fix.config.queue_max; i++) {
        fix_client (fix_question (MESSAGE_ORDER_STATUS, FIRST_CLIENT, NUMBERS + 1 + i));
        fix_nothing ();
    }
    ck_assert_int_eq (trader_counters (fix.trader)->busy, busy);
    fix_client (fix_question (MESSAGE_ORDER_STATUS, FIRST_CLIENT, 2 * NUMBERS));
    fix_refuses (FIRST_CLIENT, REASON_BUSY, 2 * NUMBERS);
}

START_TEST (test_trader_answers_everything_in_the_end_and_loses_no_place)
{
    settings (_i);
    fix_begin ();
    look_at_letters ();
    for (int i = 0; i < ROUNDS; i++) {
        for (int64_t n = random_between (&dice, 0, 5); n > 0; n--) {
            ask ();
        }
        for (int64_t n = random_between (&dice, 0, 3); n > 0; n--) {
            serve ();
        }
        if (chance (30)) {
            publish ();
        }
        drain ();
        fix.now_us += random_between (&dice, 0, 9000);
    }
    come_to_rest ();
    fill_the_queue ();
    ck_assert_int_gt (trader_counters (fix.trader)->requests, 50);
}
END_TEST

// Any valid message, from anybody, at any port.
START_TEST (test_trader_survives_whatever_comes)
{
    static const enum port ports[] = {PORT_CLIENTS, PORT_WAREHOUSE, PORT_NEWS, PORT_TRADER};
    struct draw draw = {(uint64_t) _i};
    arena_t *arena = arena_new (64 * 1024);
    int ended = 0;
    settings (_i);
    fix.config.policy = policy_default ((enum mode) (_i % MODE_COUNT));
    fix.config.elected = fix.config.policy.mode == MODE_SYNC;
    fix.config.product_count = fix.config.elected ? 0 : fix.config.product_count;
    fix_begin ();
    fix_warehouse (fix_view (FIX_SEED, 1));
    for (int i = 0; i < 4 * ROUNDS; i++) {
        struct message message;
        arena_reset (arena);
        message_case ((enum message_type) draw_between (&draw, 0, MESSAGE_TYPE_COUNT - 1), CASE_ANY,
                      &draw, arena, &message);
        if (chance (30)) {
            message.from = random_between (&dice, 0, 3);
        }
        if (message.type == MESSAGE_COMMITTED && chance (70)) {
            message.committed.epoch = 1;
            message.committed.batch = random_between (&dice, 1, 9);
        }
        message.market = chance (90) ? FIX_MARKET : message.market;
        struct event event = fix_received (ports[random_between (&dice, 0, 3)], &message);
        event.route = fix_route (message.from, 0);
        outbox_clear (&fix.out);
        trader_step (fix.trader, &event, &fix.out);
        if (chance (30)) {
            fix_step (chance (50) ? EVENT_DRAINED : EVENT_DEADLINE);
            ck_assert (trader_deadline (fix.trader) >= fix.now_us);
            fix.now_us += random_between (&dice, 0, 100000);
        }
        if (fix.config.elected && chance (1)) {
            trader_yield (fix.trader);
        }
        bool yielded = fix.config.elected && trader_yielded (fix.trader) && chance (10);
        if (yielded) {
            trader_hand_over (fix.trader, FIX_OTHER, 1, &fix.out);
        }
        if (yielded || trader_fenced (fix.trader) || trader_taken (fix.trader)
            || trader_unseated (fix.trader)) {
            ended++;
            trader_destroy (&fix.trader);
            fix_begin ();
            fix_warehouse (fix_view (FIX_SEED, 1));
        }
    }
    ck_assert_int_gt (ended, 0);
    arena_destroy (&arena);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader random");
    TCase *random = tcase_create ("random");
    tcase_add_checked_fixture (random, fix_set_up, fix_tear_down);
    tcase_set_timeout (random, 120);
    tcase_add_loop_test (random, test_trader_answers_everything_in_the_end_and_loses_no_place, 0,
                         30);
    tcase_add_loop_test (random, test_trader_survives_whatever_comes, 0, 8);
    suite_add_tcase (suite, random);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
