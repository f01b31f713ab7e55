#include "tests/sim/market.h"

#include <string.h>

#include "actors/clients/random.h"
#include "tests/sim/market_peers.h"

enum { HEALTHY_US = 300 * WORLD_MS };

enum stream {
    OF_FAULTS,
    OF_TOPOLOGY,
    OF_TIMES,
    OF_TRADERS,
    OF_CLIENTS,
    OF_WORLD,
    OF_PLAN,
    OF_ELECTION,
    STREAMS
};

static const char *const names[MARKET_PRODUCTS] = {"fish", "garum", "salt", "boar"};

// Where traders say that they are reached; in a world their ids do.
static const char *const routers[MARKET_TRADERS] = {
    "tcp://10.0.0.1:1", "tcp://10.0.0.2:1", "tcp://10.0.0.3:1", "tcp://10.0.0.4:1",
    "tcp://10.0.0.5:1", "tcp://10.0.0.6:1", "tcp://10.0.0.7:1", "tcp://10.0.0.8:1",
};

static int64_t chosen (int64_t given, int64_t drawn)
{
    return given == DRAWN ? drawn : given;
}

// Half of the classes, or none at all now and then.
static int64_t swarm (struct random *random)
{
    int64_t bits = random_between (random, 0, ALL_FAULTS);
    return random_between (random, 0, 15) ? bits : 0;
}

// A takeover that matters takes much at once: a trader and its backup, decisions that the warehouse
// does not have, and a death. A third of the markets have all that, and only a few other faults.
static int64_t draw_faults (struct market *self, struct random *random)
{
    int64_t deaths = INT64_C (1) << FAULT_PARTITION | INT64_C (1) << FAULT_CRASH_TRADER;
    deaths |= random_between (random, 0, 1) << FAULT_PAUSE;
    int64_t some = swarm (random);
    int64_t fewer = some & swarm (random);
    self->deadly = random_between (random, 0, 2) == 0;
    return self->deadly ? fewer | deaths : some;
}

// Small settings, so that flushes, expiries and idle leases fit into a run.
static struct policy draw_policy (enum mode mode, struct random *random)
{
    struct policy policy = policy_default (mode);
    int64_t budget = random_between (random, 0, 7);
    if (mode == MODE_BATCHED || mode == MODE_ESCROW) {
        policy.flush_count = random_between (random, 1, 8);
        policy.flush_us = random_between (random, 1, 50) * WORLD_MS;
        policy.expiry_us = random_between (random, 20, 500) * WORLD_MS;
    }
    if (mode == MODE_ESCROW && budget == 0) {
        policy.budget_units = random_between (random, 1, 10);
    } else if (mode == MODE_ESCROW && budget == 1) {
        policy.budget_percent = random_between (random, 5, 50);
    }
    return policy;
}

static enum mode mode_drawn (enum market_mode market, struct random *random)
{
    switch (market) {
    case MARKET_CACHED:
        return MODE_CACHED;
    case MARKET_BATCHED:
        return MODE_BATCHED;
    case MARKET_ESCROW:
        return MODE_ESCROW;
    case MARKET_MIXED:
        return (enum mode) random_between (random, 0, MODE_COUNT - 1);
    default:
        return MODE_SYNC;
    }
}

static void draw_products (struct market *self, const struct options *options,
                           struct random *random)
{
    enum market_mode least = self->deadly ? MARKET_CACHED : MARKET_SYNC;
    enum market_mode drawn = (enum market_mode) random_between (random, least, MARKET_MIXED);
    enum market_mode mode = options->mode == MARKET_DRAWN ? drawn : options->mode;
    mode = self->peer_count > 0 ? MARKET_SYNC : mode;
    self->product_count = (size_t) random_between (random, 1, MARKET_PRODUCTS);
    self->rules.mode = mode_drawn (mode, random);
    self->rest = policy_default (self->rules.mode);
    for (size_t i = 0; i < self->product_count; i++) {
        struct policy policy = draw_policy (mode_drawn (mode, random), random);
        self->products[i] = names[i];
        self->policies[i] = (struct product_policy){.product = names[i], .policy = policy};
        self->product_rules[i] = (struct product_rule){
            .product = names[i],
            .mode = policy.mode,
            .budget_units = policy.budget_units,
            .budget_percent = policy.budget_percent,
        };
    }
    self->rules.products = self->product_rules;
    self->rules.product_count = self->product_count;
    self->world.warehouse.policy = self->rest;
    self->world.warehouse.products = self->policies;
    self->world.warehouse.product_count = self->product_count;
    self->abandons = rules_any (&self->rules, MODE_ESCROW) && random_between (random, 0, 7) == 0;
}

static bool all_sync (const struct market *self)
{
    bool all = true;
    for (int mode = MODE_SYNC + 1; mode < MODE_COUNT; mode++) {
        all = all && !rules_any (&self->rules, (enum mode) mode);
    }
    return all;
}

// Short ones make wrong suspicions, and fit many deaths and takeovers into a run.
static int64_t draw_ping (const struct market *self, struct random *random)
{
    int64_t longest = self->deadly || random_next (random) % 2 ? 10 : 60;
    return random_between (random, 5, longest) * WORLD_MS;
}

// In some markets one trader has most of the bad luck: cut off from the warehouse, say, so that it
// has decided much which only its journal and its backup know, it dies.
static void draw_plan (struct market *self, struct random *random)
{
    int64_t traders = (int64_t) self->trader_count;
    self->plan_seed = random_next (random);
    self->gap_us = random_between (random, 5, 200) * WORLD_MS;
    self->healthy_us = random_between (random, 0, 1) * HEALTHY_US;
    self->closing = self->products[random_between (random, 0, (int64_t) self->product_count - 1)];
    self->journal_loser = self->trader_ids[random_between (random, 0, traders - 1)];
    if (self->deadly || random_next (random) % 2) {
        self->unlucky = self->trader_ids[random_between (random, 0, traders - 1)];
        self->gap_us = random_between (random, 1, 8) * self->watch_us;
    }
}

static void draw_traders (struct market *self, const struct options *options, struct random *random)
{
    int64_t least = self->deadly ? 2 : 1;
    self->trader_count = (size_t) chosen (options->traders, random_between (random, least, 4));
    self->trader_count = self->peer_count > 0 ? self->peer_count : self->trader_count;
    enum queue_order order = (enum queue_order) random_between (random, 0, ORDER_COUNT - 1);
    int64_t ping_every_us = draw_ping (self, random);
    self->watch_us = ping_every_us;
    bool one_by_one = random_next (random) % 3 == 0;
    int64_t recall_wait_us = random_between (random, 5, 200) * WORLD_MS;
    int64_t lease_idle_us = random_between (random, 20, 1000) * WORLD_MS;
    for (size_t i = 0; i < self->trader_count; i++) {
        struct trader_config *trader = &self->traders[i];
        *trader = trader_config_default ();
        self->trader_ids[i] = (int64_t) i + 1;
        trader->id = self->trader_ids[i];
        trader->policy = self->rest;
        trader->products = self->policies;
        trader->product_count = self->product_count;
        trader->order_by = order;
        trader->invalidation = self->rules.invalidation;
        trader->queue_max = random_between (random, 2, 48);
        trader->batch_max = one_by_one ? 1 : random_between (random, 1, 16);
        trader->in_flight_max = one_by_one ? 1 : random_between (random, 1, 4);
        trader->commit_timeout_us = random_between (random, 5, 100) * WORLD_MS;
        trader->causal_wait_us = random_between (random, 1, 100) * WORLD_MS;
        trader->recall_wait_us = recall_wait_us;
        trader->lease_idle_us = lease_idle_us;
        trader->ping_every_us = ping_every_us;
        trader->router = routers[i];
    }
}

static struct client_config draw_client (struct market *self, int64_t id, struct random *random)
{
    struct client_config client = client_config_default ();
    client.id = id;
    client.traders = self->trader_ids;
    client.trader_count = self->trader_count;
    client.choice = random_next (random) % 2 ? CHOICE_RANDOM : CHOICE_ROUND_ROBIN;
    client.bound = !all_sync (self);
    client.vector_clock = self->traders[0].order_by == ORDER_VECTOR;
    client.answers_kept = self->rules.answers_kept;
    client.timeout_us = random_between (random, 10, 200) * WORLD_MS;
    client.settle_timeout_us = random_between (random, 10, 200) * WORLD_MS;
    client.give_up_us = 3600 * (int64_t) WORLD_SECOND;  // Faults end before anybody gives up.
    client.ping_every_us = random_next (random) % 4 ? 0 : 500 * WORLD_MS;
    return client;
}

static void draw_buyers (struct market *self, int64_t count, struct random *random)
{
    self->buyer_count = (size_t) count;
    int64_t pace_us = random_between (random, 0, 3) * 3 * WORLD_MS;
    for (size_t i = 0; i < self->buyer_count; i++) {
        struct buyer_config *buyer = &self->buyers[i];
        *buyer = buyer_config_default ();
        buyer->client = draw_client (self, FIRST_BUYER + (int64_t) i, random);
        buyer->products = self->products;
        buyer->product_count = self->product_count;
        buyer->product = random_next (random) % 4 ? NULL : self->products[0];
        buyer->switch_on_refusal = random_next (random) % 2;
        buyer->quantity_max = random_between (random, 1, 6);
        buyer->all_or_nothing = random_next (random) % 3 == 0;
        buyer->think_time_us = random_between (random, 0, pace_us);
        buyer->window = random_between (random, 1, 6);
    }
    if (self->buyer_count && random_next (random) % 4 == 0) {
        self->buyers[0].quantity_max = 60;  // One that takes from many lots.
    }
}

static void draw_sellers (struct market *self, int64_t count, struct random *random)
{
    enum { NEARLY_SOLD_OUT, PLENTY, STOCKS = 5 };
    int64_t stock = random_between (random, 0, STOCKS - 1);
    self->seller_count = (size_t) count;
    for (size_t i = 0; i < self->seller_count; i++) {
        struct seller_config *seller = &self->sellers[i];
        *seller = seller_config_default ();
        seller->client = draw_client (self, FIRST_SELLER + (int64_t) i, random);
        seller->products = self->products;
        seller->product_count = self->product_count;
        seller->product = random_next (random) % 2 ? NULL : self->products[0];
        seller->when = random_next (random) % 3 ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
        seller->what = (enum restock_what) random_between (random, RESTOCK_SAME, RESTOCK_RANDOM);
        seller->quantity_max = random_between (random, 1, 12);
        seller->price_cents_max = random_between (random, 100, 900);
        seller->every_us = random_between (random, 1, 30) * WORLD_MS;
        if (stock == NEARLY_SOLD_OUT) {
            seller->quantity_max = random_between (random, 1, 2);
        } else if (stock == PLENTY) {
            seller->quantity_max = random_between (random, 20, 200);
        }
        seller->quantity_min = seller->quantity_max;
    }
}

static void draw_strangers (struct market *self, int64_t count, struct random *random)
{
    self->stranger_count = (size_t) count;
    for (size_t i = 0; i < self->stranger_count; i++) {
        self->strangers[i] = (struct stranger_config){
            .id = FIRST_STRANGER + (int64_t) i,
            .traders = self->trader_ids,
            .trader_count = self->trader_count,
            .products = self->products,
            .product_count = self->product_count,
            .every_us = random_between (random, 1, 20) * WORLD_MS,
        };
    }
}

static void draw_world (struct market *self, const struct options *options, struct random *random)
{
    struct world_config *world = &self->world;
    *world = world_config_default ();
    world->delay_min_us = random_between (random, 20, 200);
    world->delay_max_us = world->delay_min_us + random_between (random, 0, 3000);
    world->message_us = random_between (random, 0, 40);
    world->item_us = random_between (random, 0, 20);
    world->fsync_min_us = random_between (random, 0, 300);
    world->fsync_max_us = world->fsync_min_us + random_between (random, 0, 2000);
    world->faults = self->faults;
    world->per_mille = random_between (random, 1, 60);
    world->encoded = chosen (options->codec, random_next (random) % 16 == 0);
    uint64_t sqlite = random_next (random) % 32;
    world->sqlite =
        options->store == STORE_SQLITE || (options->store == STORE_DRAWN && sqlite == 0);
    world->warehouse.answers_kept = INT64_C (8) << random_between (random, 0, 7);
    world->warehouse.commission_percent = random_next (random) % 2 ? 20 : 7;
    self->rules.answers_kept = world->warehouse.answers_kept;
    self->rules.commission_percent = world->warehouse.commission_percent;
    self->rules.invalidation = random_next (random) % 8 != 0;
}

void market_draw (struct market *self, const struct options *options)
{
    struct random streams[STREAMS];
    struct random seeds = random_seeded (options->seed);
    memset (self, 0, sizeof *self);
    for (int i = 0; i < STREAMS; i++) {
        streams[i] = random_seeded (random_next (&seeds));
    }
    self->faults = chosen (options->faults, draw_faults (self, &streams[OF_FAULTS]));
    draw_world (self, options, &streams[OF_TIMES]);
    if (options->elect == 1) {
        market_peers_begin (self, options, &streams[OF_ELECTION]);
    }
    draw_products (self, options, &streams[OF_TOPOLOGY]);
    draw_traders (self, options, &streams[OF_TRADERS]);
    struct random *clients = &streams[OF_CLIENTS];
    int64_t buyers = chosen (options->buyers, random_between (clients, 1, 6));
    int64_t sellers = chosen (options->sellers, random_between (clients, 1, 3));
    int64_t strangers = random_between (clients, -2, 2);
    strangers = chosen (options->strangers, strangers > 0 ? strangers : 0);
    int64_t peers = (int64_t) self->peer_count;
    draw_buyers (self, peers > 0 ? peers : buyers, clients);
    draw_sellers (self, peers > 0 ? peers : sellers, clients);
    draw_strangers (self, strangers, clients);
    if (peers > 0) {
        market_peers_end (self, &streams[OF_ELECTION]);
    }
    self->world.seed = random_next (&streams[OF_WORLD]);
    draw_plan (self, &streams[OF_PLAN]);
}

world_t *market_open (const struct market *self, world_witness_fn *witness, void *context,
                      FILE *story)
{
    struct world_config config = self->world;
    config.story = story;
    world_t *world = world_new (&config, witness, context);
    for (size_t i = 0; i < self->peer_count; i++) {
        world_add_peer (world, &self->peers[i]);
        world_set_begin (world, self->trader_ids[i], self->begin_us[i]);
    }
    for (size_t i = 0; i < self->trader_count && self->peer_count == 0; i++) {
        world_add_trader (world, &self->traders[i]);
    }
    for (size_t i = 0; i < self->buyer_count; i++) {
        world_add_buyer (world, &self->buyers[i]);
    }
    for (size_t i = 0; i < self->seller_count; i++) {
        world_add_seller (world, &self->sellers[i]);
    }
    for (size_t i = 0; i < self->stranger_count; i++) {
        world_add_stranger (world, &self->strangers[i]);
    }
    world_add_hand (world, CLOSING_HAND);
    return world;
}
