#include "tests/sim/experiment/experiment_market.h"

#include <stdlib.h>

enum {
    PRICE_CENTS = 1000,
    SETTLE_TIMEOUTS = 2,
    GIVE_UP_TIMEOUTS = 60,
    STOCKED_WITHIN_US = 5 * WORLD_SECOND,
};

static void *zeroed (size_t count, size_t size)
{
    void *memory = calloc (count, size);
    if (!memory) {
        abort ();
    }
    return memory;
}

static void name_all (struct experiment_market *self, const struct experiment *experiment)
{
    size_t traders = (size_t) experiment->traders;
    size_t products = (size_t) experiment->products;
    self->trader_ids = zeroed (2 * traders, sizeof *self->trader_ids);
    for (size_t i = 0; i < 2 * traders; i++) {
        self->trader_ids[i] = (int64_t) (i % traders) + 1;
    }
    self->names = zeroed (products, sizeof *self->names);
    self->products = zeroed (products, sizeof *self->products);
    for (size_t i = 0; i < products; i++) {
        snprintf (self->names[i], sizeof self->names[i], "goods-%zu", i + 1);
        self->products[i] = self->names[i];
    }
    self->first_buyer = experiment->traders + 1;
    self->first_seller = self->first_buyer + experiment->buyers;
}

static struct world_config world_config_of (const struct experiment *experiment)
{
    struct world_config config = world_config_default ();
    config.seed = (uint64_t) experiment->seed;
    config.delay_min_us = experiment->client_latency_us.min;
    config.delay_max_us = experiment->client_latency_us.max;
    config.warehouse_delay_min_us = experiment->warehouse_latency_us.min;
    config.warehouse_delay_max_us = experiment->warehouse_latency_us.max;
    config.message_us = experiment->message_cost_us;
    config.item_us = experiment->item_cost_us;
    config.fsync_min_us = experiment->fsync_us.min;
    config.fsync_max_us = experiment->fsync_us.max;
    config.warehouse.policy = policy_default ((enum mode) experiment->mode);
    config.warehouse.commission_percent = experiment->commission;
    config.bare = true;
    return config;
}

static void add_traders (struct experiment_market *self, const struct experiment *experiment)
{
    for (int64_t i = 0; i < experiment->traders; i++) {
        struct trader_config trader = trader_config_default ();
        trader.id = i + 1;
        trader.policy = policy_default ((enum mode) experiment->mode);
        trader.invalidation = experiment->invalidation;
        trader.queue_max = experiment->queue_max;
        trader.batch_max = experiment->batch_max;
        trader.in_flight_max = experiment->in_flight_max;
        world_add_trader (self->world, &trader);
    }
}

// The `index`-th client knows the next traders in turn, so that each trader has as many clients.
static struct client_config client_of (const struct experiment_market *self,
                                       const struct experiment *experiment, int64_t index)
{
    int64_t each = experiment->traders_each;
    each = each == 0 || each > experiment->traders ? experiment->traders : each;
    struct client_config client = client_config_default ();
    client.id = self->first_buyer + index;
    client.traders = self->trader_ids + index * each % experiment->traders;
    client.trader_count = (size_t) each;
    client.choice = (enum trader_choice) experiment->choice;
    client.bound = experiment->mode != MODE_SYNC;
    client.timeout_us = experiment->timeout_us;
    client.settle_timeout_us = SETTLE_TIMEOUTS * experiment->timeout_us;
    client.give_up_us = GIVE_UP_TIMEOUTS * experiment->timeout_us;
    client.ping_every_us = experiment->ping_every_us;
    return client;
}

// Buyers come one after the other in the first half of the warm-up, since all of them at once would
// be a flood of connections.
static void add_buyers (struct experiment_market *self, const struct experiment *experiment)
{
    for (int64_t i = 0; i < experiment->buyers; i++) {
        struct buyer_config buyer = buyer_config_default ();
        buyer.client = client_of (self, experiment, i);
        buyer.products = self->products;
        buyer.product_count = (size_t) experiment->products;
        buyer.switch_on_refusal = experiment->on_refusal;
        buyer.quantity_min = experiment->quantity.min;
        buyer.quantity_max = experiment->quantity.max;
        buyer.think_time_us = experiment->think_time_us;
        buyer.window = experiment->window;
        world_add_buyer (self->world, &buyer);
        world_set_begin (self->world, buyer.client.id,
                         self->stocked_us + experiment->warm_up_us / 2 * i / experiment->buyers);
    }
}

// Each seller brings its first lot when it begins and the next ones at its intervals. They begin
// one after the other, so that goods come evenly.
static void add_sellers (struct experiment_market *self, const struct experiment *experiment)
{
    for (int64_t i = 0; i < experiment->sellers; i++) {
        struct seller_config seller = seller_config_default ();
        seller.client = client_of (self, experiment, experiment->buyers + i);
        seller.products = self->products;
        seller.product_count = (size_t) experiment->products;
        seller.product = self->products[i % experiment->products];
        seller.quantity_min = experiment->restock;
        seller.quantity_max = experiment->restock;
        seller.price_cents_min = PRICE_CENTS;
        seller.price_cents_max = PRICE_CENTS;
        seller.every_us = experiment->restock_every_us;
        world_add_seller (self->world, &seller);
        world_set_begin (self->world, seller.client.id,
                         self->stocked_us + experiment->restock_every_us * i / experiment->sellers);
    }
}

// What there is before anybody buys comes from one hand, through the first trader.
static void bring_stock (struct experiment_market *self, const struct experiment *experiment)
{
    int64_t hand = self->first_seller + experiment->sellers;
    for (int64_t i = 0; i < experiment->products; i++) {
        struct message lot = {.type = MESSAGE_RESTOCK, .from = hand, .clock = i + 1};
        lot.restock = (struct restock){
            .number = i + 1,
            .attempt = 1,
            .product = self->products[i],
            .quantity = experiment->stock,
            .price_cents = PRICE_CENTS,
        };
        world_say (self->world, hand, 1, &lot);
    }
}

void experiment_market_open (struct experiment_market *self, const struct experiment *experiment,
                             world_witness_fn *witness, void *context)
{
    const struct world_config config = world_config_of (experiment);
    *self = (struct experiment_market){0};
    name_all (self, experiment);
    self->world = world_new (&config, witness, context);
    self->stocked_us = experiment->stock > 0 ? STOCKED_WITHIN_US : 0;
    add_traders (self, experiment);
    add_buyers (self, experiment);
    add_sellers (self, experiment);
    if (experiment->stock > 0) {
        world_add_hand (self->world, self->first_seller + experiment->sellers);
        bring_stock (self, experiment);
        (void) world_run (self->world, self->stocked_us, INT64_MAX / 2);
    }
}

void experiment_market_close (struct experiment_market *self)
{
    world_destroy (&self->world);
    free (self->trader_ids);
    free (self->names);
    free (self->products);
    *self = (struct experiment_market){0};
}
