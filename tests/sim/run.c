#include "tests/sim/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/market.h"
#include "tests/sim/plan.h"

enum {
    QUIET_WITHIN_US = 600 * WORLD_SECOND,  // then everything must come to an end
    CLOSING_US = 30 * WORLD_SECOND,        // and the last word be heard by all
    STEPS_TO_QUIET = 400000,
    PEERS_LOOKED_AT_US = 50 * WORLD_MS,  // whether they can be told to stop
    CLOSING_PRICE = 100,
    CLOSING_ATTEMPTS = 5,
    CLOSING_ATTEMPTS_OF_PEERS = 200,  // who may be about to elect somebody
};

// What peers are told while the market comes to rest.
enum closing {
    CLOSING_NOBODY,
    CLOSING_PEERS,  // to stop, but for those that hold a seat
    CLOSING_ALL,
};

struct show {
    struct market market;
    struct run_result *result;
    panel_t *panel;
    world_t *world;
    enum closing closing;
};

static void complain (struct run_result *result, const char *checker, const char *text)
{
    if (result->failed) {
        return;
    }
    result->failed = true;
    snprintf (result->checker, sizeof result->checker, "%s", checker);
    snprintf (result->text, sizeof result->text, "%s", text);
}

static bool witness (void *context, const struct fact *fact)
{
    struct show *self = context;
    const struct checker_class *unhappy = panel_see (self->panel, fact);
    if (unhappy) {
        complain (self->result, unhappy->name, panel_text (self->panel));
    }
    return !unhappy;
}

// Faults come as planned until so many core events are done.
static bool break_it (struct show *self, const struct options *options)
{
    plan_t *plan = plan_new (&self->market, options);
    int64_t steps = options->steps;
    enum world_end end = WORLD_TIME;
    while (end == WORLD_TIME && steps > 0) {
        int64_t before = world_steps (self->world);
        end = world_run (self->world, plan_due (plan), steps);
        steps -= world_steps (self->world) - before;
        if (end == WORLD_TIME || end == WORLD_QUIET) {
            end = plan_due (plan) == DEADLINE_NONE ? end : WORLD_TIME;
            plan_act (plan, self->world);
            steps -= self->market.peer_count > 0;  // One peer alone does next to nothing.
            self->result->planned = plan_count (plan);
        }
    }
    plan_destroy (&plan);
    return end != WORLD_ENDED_BY_WITNESS;
}

// Whoever trades for the others may sell, too, and looks after its lots as long as it does: there
// is no rest before it leaves.
static bool is_at_rest (const struct show *self, enum world_end end)
{
    return end == WORLD_QUIET
           || (self->closing == CLOSING_PEERS && self->market.peer_count > 0
               && world_clients_done (self->world));
}

// Runs until nothing is left to happen; false when that takes longer than this.
static bool come_to_rest (struct show *self, int64_t within_us)
{
    int64_t until_us = world_now_us (self->world) + within_us;
    int64_t last_step = world_steps (self->world) + STEPS_TO_QUIET;
    enum world_end end = WORLD_TIME;
    bool rest = false;
    int64_t slice_us = self->market.peer_count > 0 ? PEERS_LOOKED_AT_US : WORLD_SECOND;
    while (!rest && end != WORLD_STEPS && end != WORLD_ENDED_BY_WITNESS
           && world_now_us (self->world) < until_us) {
        int64_t steps = last_step - world_steps (self->world);
        bool told = self->closing != CLOSING_NOBODY
                    && world_stop_peers (self->world, self->closing == CLOSING_ALL);
        end = world_run (self->world, world_now_us (self->world) + slice_us, steps);
        rest = !told && is_at_rest (self, end);
    }
    return rest;
}

// Nothing fails from now on: whatever is open must be answered, and then nothing is left to do.
static bool heal_it (struct show *self)
{
    world_heal (self->world);
    int64_t until_us = world_now_us (self->world) + self->market.healthy_us;
    (void) world_run (self->world, until_us, STEPS_TO_QUIET);
    world_stop_clients (self->world);
    self->closing = CLOSING_PEERS;
    bool rests = come_to_rest (self, QUIET_WITHIN_US);
    if (!world_clients_done (self->world)) {
        complain (self->result, "liveness",
                  "no fault has happened for long, and yet not every client is done");
    } else if (!rests) {
        complain (self->result, "liveness",
                  "all clients are done, and yet the market does not come to rest");
    }
    return !self->result->failed;
}

static int64_t closing_trader (const struct show *self)
{
    int64_t serving = world_serving (self->world);
    return serving ? serving : self->market.trader_ids[0];
}

// Says it until it is taken: a trader that was replaced finds out only when it asks something of
// the warehouse, and the next one under its id must come first.
static bool say_to_the_end (struct show *self, const struct message *message)
{
    struct message attempt = *message;
    int64_t attempts = self->market.peer_count > 0 ? CLOSING_ATTEMPTS_OF_PEERS : CLOSING_ATTEMPTS;
    for (attempt.restock.attempt = 1; attempt.restock.attempt <= attempts;
         attempt.restock.attempt++) {
        world_say (self->world, CLOSING_HAND, closing_trader (self), &attempt);
        if (!come_to_rest (self, CLOSING_US)) {
            complain (self->result, "liveness", "the market does not rest after its last restock");
            return false;
        }
        const struct message *heard = world_heard (self->world, CLOSING_HAND);
        if (heard && heard->type == MESSAGE_RESTOCKED
            && heard->restocked.number == message->restock.number) {
            return true;
        }
    }
    complain (self->result, "liveness", "the last restock was not taken");
    return false;
}

static void tell_caches (struct show *self)
{
    world_tell_caches (self->world, self->market.products, self->market.product_count);
}

// The last traders among the peers leave, too.
static bool leave (struct show *self)
{
    self->closing = CLOSING_ALL;
    if (self->market.peer_count > 0
        && (!come_to_rest (self, QUIET_WITHIN_US) || !world_clients_done (self->world))) {
        complain (self->result, "liveness", "all is over, and yet not every peer has left");
    }
    return !self->result->failed;
}

// A publisher promises nothing as long as there is trade. One lot more, of any product, shows every
// cache whether it has missed some news, of this product or of another.
static bool close_it (struct show *self)
{
    bool alone =
        self->market.trader_count == 1 && !(self->market.faults & (INT64_C (1) << FAULT_REPLACE));
    if (alone) {
        tell_caches (self);  // It knows of all commits, and must have found its news missing.
    }
    world_note (self->world, "one lot more shows every cache what it has missed");
    world_heal_news (self->world);
    struct message lot = {.type = MESSAGE_RESTOCK, .from = CLOSING_HAND, .clock = 1};
    lot.restock = (struct restock){
        .number = 1,
        .product = self->market.closing,
        .quantity = 1,
        .price_cents = CLOSING_PRICE,
    };
    return !self->result->failed && say_to_the_end (self, &lot) && leave (self);
}

static void finish (struct show *self)
{
    struct fact over = {.type = FACT_OVER, .now_us = world_now_us (self->world)};
    tell_caches (self);
    world_tell_books (self->world);
    if (!self->result->failed) {
        (void) witness (self, &over);
    }
}

static void tell_ids (FILE *story, const char *who, int64_t first, size_t count)
{
    if (count > 0) {
        fprintf (story, "%s%s %" PRId64, who, count > 1 ? "s" : "", first);
    }
    if (count > 1) {
        fprintf (story, " to %" PRId64, first + (int64_t) count - 1);
    }
    fputs (count > 0 ? ", " : "", story);
}

// Who takes part, and what will strike them.
static void tell_cast (const struct market *market, FILE *story)
{
    fputs ("warehouse 0, ", story);
    tell_ids (story, market->peer_count > 0 ? "peer" : "trader", 1, market->trader_count);
    tell_ids (story, "buyer", FIRST_BUYER, market->buyer_count);
    tell_ids (story, "seller", FIRST_SELLER, market->seller_count);
    tell_ids (story, "stranger", FIRST_STRANGER, market->stranger_count);
    fprintf (story, "%d has the last word\nsold:", CLOSING_HAND);
    for (size_t i = 0; i < market->product_count; i++) {
        fprintf (story, " %s %s", market->products[i], mode_name (market->product_rules[i].mode));
    }
    fputs ("\nfaults:", story);
    for (int class = 0; class < FAULT_COUNT; class ++) {
        if (market->faults & (INT64_C (1) << class)) {
            fprintf (story, " %s", fault_name ((enum fault_class) class));
        }
    }
    fprintf (story, "%s\n\n", market->faults ? "" : " none");
}

static void sum_up (struct show *self)
{
    struct run_result *result = self->result;
    const struct market *market = &self->market;
    world_count (self->world, &result->sometimes);
    result->sometimes.count[SOMETIMES_SQLITE] = market->world.sqlite;
    result->sometimes.count[SOMETIMES_CODEC] = market->world.encoded;
    result->steps = world_steps (self->world);
    result->virtual_us = world_last_us (self->world);
    result->hash = world_hash (self->world);
}

// Told at once: a run that kills its process has told who took part.
static void tell_market (const struct market *market, struct run_result *result)
{
    result->faults = market->faults;
    result->market = (struct market_size){
        .traders = (int64_t) market->trader_count,
        .buyers = market->peer_count > 0 ? DRAWN : (int64_t) market->buyer_count,
        .sellers = market->peer_count > 0 ? DRAWN : (int64_t) market->seller_count,
        .strangers = (int64_t) market->stranger_count,
    };
}

void run (const struct options *options, FILE *story, struct run_result *result)
{
    struct show *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    *result = (struct run_result){.failed = false};
    self->result = result;
    market_draw (&self->market, options);
    tell_market (&self->market, result);
    if (story) {
        tell_cast (&self->market, story);
    }
    self->panel = panel_new (&self->market.rules);
    self->world = market_open (&self->market, witness, self, story);
    if (break_it (self, options) && heal_it (self) && close_it (self)) {
        finish (self);
    }
    sum_up (self);
    world_destroy (&self->world);
    panel_destroy (&self->panel);
    free (self);
}
