// A trader that sells from leases under thousands of random events: messages are lost, doubled and
// late, its journal has no room, it dies and goes on. At every step it holds no more than it was
// leased and has not sold; in the end everybody was told what is true, once, and every unit is there.
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "tests/kit/lease_warehouse.h"

enum { ROUNDS = 1000, WRITES = LW_CLIENTS * LW_NUMBERS + 1 };

enum state { NOT_ASKED, ASKED, PROMISED, ANSWERED };

static struct random dice;
static int64_t loss;  // of 100 messages

static struct asked {
    enum state state;
    int64_t attempt;
    int64_t epoch;  // of the trader when it was sent first
    enum status status;
    int64_t units;
    int64_t amount_cents;
} asked[LW_CLIENTS][LW_NUMBERS + 1];

static int64_t numbers[LW_CLIENTS];  // the highest that each client has used

// What the journal says that it has decided, by write.
static struct {
    int product;
    int64_t units;
    int64_t budget;
} decided[WRITES];
static int64_t written;
static int64_t durable;  // writes up to this one were in the journal before this round

static struct message late;  // an answer to a lease
static struct leased_units late_held[LW_LOTS + 1];
static bool has_late;

static bool chance (int64_t of_hundred)
{
    return random_between (&dice, 0, 99) < of_hundred;
}

static const char *product_of (int64_t number)
{
    return lw.products[number % 4 == 0].name;
}

static void note (int64_t to, const struct receipt *receipt, bool oversold)
{
    struct asked *order = &asked[to - LW_FIRST_CLIENT][receipt->number];
    ck_assert_int_ne (order->state, NOT_ASKED);
    if (!oversold && receipt->status == STATUS_ACCEPTED) {
        order->state = order->state == ANSWERED ? ANSWERED : PROMISED;
        return;
    }
    enum status status = oversold ? STATUS_OVERSOLD : receipt->status;
    if (order->state == ANSWERED) {
        ck_assert_int_eq (order->status, status);
        ck_assert_int_eq (order->units, receipt->units);
        ck_assert_int_eq (order->amount_cents, receipt->amount_cents);
    }
    order->state = ANSWERED;
    order->status = status;
    order->units = receipt->units;
    order->amount_cents = receipt->amount_cents;
}

// Nothing is left, says a lease: so all that was sold from it is in the journal.
static void look_at_lease (const struct lease *lease)
{
    for (int64_t write = durable + 1; lease->all && write <= written; write++) {
        ck_assert_str_ne (lw.products[decided[write].product].name, lease->product);
    }
}

static void look_at_letters (void)
{
    for (size_t i = 0; i < fix.out.letter_count; i++) {
        const struct letter *letter = &fix.out.letters[i];
        const struct message *message = &letter->message;
        if (message->type == MESSAGE_LEASE) {
            look_at_lease (&message->lease);
        }
        if (letter->port == PORT_WAREHOUSE) {
            if (!chance (loss)) {
                lw_post (message);
            }
        } else if (message->type == MESSAGE_RECEIPT) {
            note (letter->to, &message->receipt, false);
        } else if (message->type == MESSAGE_OVERSOLD) {
            note (letter->to, &message->oversold, true);
        } else if (message->type == MESSAGE_ERROR) {
            ck_assert (message->error.reason == REASON_BUSY
                       || message->error.reason == REASON_UNAVAILABLE);
        }
    }
}

static void look_at_records (void)
{
    for (size_t i = 0; i < fix_records (RECORD_DECIDED); i++) {
        const struct record_decided *record = &fix_record (RECORD_DECIDED, i)->decided;
        ck_assert_int_lt (record->write, WRITES);
        int64_t budget = 0;
        for (size_t n = 0; n < record->item.taken_count; n++) {
            budget += record->item.taken[n].id == 0 ? record->item.taken[n].units : 0;
        }
        written = record->write;
        decided[written].product = strcmp (record->item.product, lw.products[0].name) != 0;
        decided[written].units = record->item.promised - budget;
        decided[written].budget = budget;
    }
}

// Units that it holds, and those of sales that the warehouse does not know of, are leased to it.
static void look_at_units (void)
{
    for (int i = 0; i < LW_PRODUCTS; i++) {
        const struct lw_product *product = &lw.products[i];
        int64_t units = trader_held (fix.trader, product->name);
        int64_t budget = trader_held_budget (fix.trader, product->name);
        for (int64_t write = lw.applied + 1; write <= written; write++) {
            units += decided[write].product == i ? decided[write].units : 0;
            budget += decided[write].product == i ? decided[write].budget : 0;
        }
        ck_assert_int_le (units, lw_leased (product));
        ck_assert_int_le (budget, product->budget_leased);
        ck_assert_int_le (product->oversold + product->budget_leased, product->budget);
        ck_assert_int_eq (product->stocked, lw_available (product) + lw_leased (product)
                                                + product->sold + product->elsewhere);
    }
}

static void hear (const struct message *message)
{
    if (message->type == MESSAGE_VIEW) {
        fix.epoch = message->view.epoch;
    }
    fix_warehouse (*message);
    look_at_letters ();
}

// Keeps one answer to a lease for later, when it may be out of date.
static bool delay (const struct message *answer)
{
    if (has_late || answer->type != MESSAGE_LEASED || !chance (loss)) {
        return false;
    }
    late = *answer;
    if (answer->leased.held_count > 0) {
        memcpy (late_held, answer->leased.held, answer->leased.held_count * sizeof *late_held);
    }
    late.leased.held = late_held;
    has_late = true;
    return true;
}

static void serve (void)
{
    struct message answer;
    if (has_late && chance (20)) {
        hear (&late);
        has_late = false;
    }
    if (!lw_waits () || !lw_serve (&answer) || delay (&answer)) {
        return;
    }
    for (int i = chance (loss) ? 2 : 1; i > 0; i--) {
        if (!chance (loss)) {
            hear (&answer);
        }
    }
}

static void publish (struct lw_product *product)
{
    if (product->publishes && !chance (loss)) {
        struct message recall = fix_plain (MESSAGE_RECALL, WAREHOUSE_NODE);
        recall.recall = (struct recall){.epoch = 1, .seq = 1, .product = product->name};
        fix_news (recall);
        look_at_letters ();
    }
    product->publishes = false;
    if (chance (20)) {
        fix.version++;
        fix_news (fix_news_of (product->name, lw_available (product)));
        look_at_letters ();
    }
}

static void happen (struct lw_product *product)
{
    if (chance (6)) {
        lw_restock (product, random_between (&dice, 1, 40));
    }
    if (chance (6)) {
        lw_sell_elsewhere (product, random_between (&dice, 1, 20));
    }
    publish (product);
}

static void ask (int64_t at, int64_t number)
{
    struct asked *order = &asked[at][number];
    int64_t client = LW_FIRST_CLIENT + at;
    struct message message =
        fix_buy (client, number, product_of (number), number % 9 ? 1 + number % 5 : 30);
    if (order->state == NOT_ASKED) {
        order->state = ASKED;
        order->epoch = fix.epoch;
    }
    message.buy.attempt = ++order->attempt;
    message.buy.first.epoch = order->epoch;
    fix_client (message);
    look_at_letters ();
}

static void ask_any (void)
{
    int64_t at = random_between (&dice, 0, LW_CLIENTS - 1);
    bool fresh = numbers[at] == 0 || (chance (75) && numbers[at] < LW_NUMBERS);
    ask (at, fresh ? ++numbers[at] : random_between (&dice, 1, numbers[at]));
}

// The round's records may find no room: they and its letters are gone.
static void end_round (enum event_type type)
{
    size_t before = fix.journal.record_count;
    durable = written;
    fix_step (type);
    if (fix.out.record_count > 0 && chance (loss / 4)) {
        fix.journal.record_count = before;
        fix_step (EVENT_UNWRITTEN);
        return;
    }
    look_at_records ();
    look_at_letters ();
    look_at_units ();
}

// That nothing is left of a lease is said one round after the last sale: nothing else is due at once.
static void drain (void)
{
    end_round (chance (80) ? EVENT_DRAINED : EVENT_DEADLINE);
    if (trader_deadline (fix.trader) <= fix.now_us) {
        end_round (EVENT_DEADLINE);
    }
    ck_assert (trader_deadline (fix.trader) > fix.now_us);
}

static void settings (int seed)
{
    dice = random_seeded ((uint64_t) seed);
    memset (asked, 0, sizeof asked);
    memset (numbers, 0, sizeof numbers);
    memset (decided, 0, sizeof decided);
    written = 0;
    durable = 0;
    has_late = false;
    loss = seed % 3 * 10;
    lw_begin (random_between (&dice, 1, 3), seed % 2 ? 0 : random_between (&dice, 1, 30));
    fix.config.policy = policy_default (MODE_ESCROW);
    fix.config.policy.flush_count = random_between (&dice, 1, 20);
    fix.config.queue_max = random_between (&dice, 1, 40);
    fix.config.batch_max = random_between (&dice, 1, LW_ITEMS);
    fix.config.in_flight_max = random_between (&dice, 1, 4);
    fix.config.commit_timeout_us = random_between (&dice, 1, 60) * 1000;
    fix.config.recall_wait_us = random_between (&dice, 0, 50) * 1000;
    fix.config.lease_idle_us = random_between (&dice, 1, 100) * 1000;
    fix.epoch = 1;
}

static void begin (void)
{
    fix_begin ();
    look_at_letters ();
}

static void serve_all (void)
{
    while (lw_waits ()) {
        serve ();
    }
    drain ();
}

// Whether there is anything left to ask.
static bool ask_again (void)
{
    bool asks = false;
    for (int64_t at = 0; at < LW_CLIENTS; at++) {
        for (int64_t number = 1; number <= numbers[at]; number++) {
            if (asked[at][number].state != ANSWERED) {
                ask (at, number);
                drain ();
                serve_all ();
                asks = true;
            }
        }
    }
    return asks;
}

static void pass_time (void)
{
    serve_all ();
    for (int n = 0; n < LW_PRODUCTS; n++) {
        publish (&lw.products[n]);
    }
    int64_t due_us = trader_deadline (fix.trader);
    if (!lw_waits () && due_us != DEADLINE_NONE) {
        fix.now_us = due_us;
        drain ();
    }
}

// Nothing is lost any more, and all that is due is done.
static void come_to_rest (void)
{
    loss = 0;
    bool rests = false;
    for (int i = 0; i < 200 && !rests; i++) {
        for (int n = 0; n < 20; n++) {
            pass_time ();
        }
        rests = !ask_again () && !lw_waits () && trader_deadline (fix.trader) == DEADLINE_NONE;
    }
    ck_assert (rests);
    ck_assert (trader_idle (fix.trader));
}

// What was told is what the warehouse has, to the cent.
static void compare (void)
{
    for (int64_t at = 0; at < LW_CLIENTS; at++) {
        for (int64_t number = 1; number <= numbers[at]; number++) {
            const struct asked *told = &asked[at][number];
            const struct lw_order *order = &lw.orders[at][number];
            ck_assert_msg (told->state == ANSWERED, "order %d of %d: %d", (int) number, (int) at,
                           told->state);
            ck_assert (order->decided);
            ck_assert_int_eq (told->status, order->status);
            ck_assert_int_eq (told->units, order->units);
            ck_assert_int_eq (told->amount_cents, order->amount_cents);
        }
    }
}

START_TEST (test_units_are_sold_once_and_everybody_is_told_what_is_true)
{
    settings (_i);
    begin ();
    for (int i = 0; i < ROUNDS; i++) {
        for (int64_t n = random_between (&dice, 0, 3); n > 0; n--) {
            ask_any ();
        }
        for (int64_t n = random_between (&dice, 0, 4); n > 0; n--) {
            serve ();
        }
        for (int n = 0; n < LW_PRODUCTS; n++) {
            happen (&lw.products[n]);
        }
        drain ();
        if (loss > 0 && random_between (&dice, 0, 299) == 0) {
            fix_restart ();
            look_at_letters ();
        }
        fix.now_us += random_between (&dice, 0, chance (5) ? 90000 : 9000);
    }
    come_to_rest ();
    compare ();
    // Nothing idles any more: all has gone back, for nobody wants it.
    ck_assert_int_eq (lw_leased (&lw.products[0]) + lw_leased (&lw.products[1]), 0);
    ck_assert_int_gt (lw.counters.settled, 50);
    ck_assert_int_gt (lw.counters.returned, 0);
    // With one trader, or nothing lost, what it holds may always have gone back in time.
    ck_assert (lw.traders == 1 || _i % 3 == 0 || lw.counters.recalls > 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader escrow random");
    TCase *random = tcase_create ("random");
    tcase_add_checked_fixture (random, fix_set_up, fix_tear_down);
    tcase_set_timeout (random, 120);
    tcase_add_loop_test (random, test_units_are_sold_once_and_everybody_is_told_what_is_true, 0,
                         18);
    suite_add_tcase (suite, random);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
