// A trader is made, with all the memory that it needs, and destroyed.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_lease.h"

static const char *const order_names[] = {"arrival", "lamport", "vector"};

const char *queue_order_name (enum queue_order order)
{
    assert (order < ORDER_COUNT);
    return order_names[order];
}

bool queue_order_parse (const char *name, enum queue_order *order)
{
    for (int i = 0; i < ORDER_COUNT; i++) {
        if (strcmp (name, order_names[i]) == 0) {
            *order = (enum queue_order) i;
            return true;
        }
    }
    return false;
}

struct trader_config trader_config_default (void)
{
    return (struct trader_config){
        .id = 1,
        .policy = policy_default (MODE_SYNC),
        .order_by = ORDER_ARRIVAL,
        .invalidation = true,
        .queue_max = 8192,
        .batch_max = LIMIT_BATCH,
        .in_flight_max = 2,
        .commit_timeout_us = 1000000,
        .causal_wait_us = 200000,
        .recall_wait_us = 200000,
        .lease_idle_us = 1000000,
        .ping_every_us = 250000,
        .router = "",
    };
}

static void check (const struct trader_config *config)
{
    assert (config->id >= 1 && config->id <= LIMIT_NODE);
    assert (config->queue_max >= 1 && config->queue_max <= LIMIT_QUEUE);
    assert (config->batch_max >= 1 && config->batch_max <= LIMIT_BATCH);
    assert (config->in_flight_max >= 1 && config->in_flight_max <= IN_FLIGHT_LIMIT);
    assert (config->commit_timeout_us > 0 && config->causal_wait_us >= 0);
    assert (config->recall_wait_us >= 0 && config->lease_idle_us > 0);
    assert (policy_valid (&config->policy));
    assert (config->ping_every_us >= 0 && strlen (config->router) <= LIMIT_ENDPOINT);
}

static void *zeroed (size_t count, size_t size)
{
    void *memory = calloc (count, size);
    if (!memory) {
        abort ();
    }
    return memory;
}

static void use_policy (trader_t *self, const struct policy *policy)
{
    self->decides = self->decides || policy->mode != MODE_SYNC;
    self->leases = self->leases || policy->mode == MODE_ESCROW;
    self->caches = self->caches || policy->mode == MODE_CACHED || policy->mode == MODE_BATCHED;
    if (policy->mode == MODE_BATCHED
        && (self->expiry_us == 0 || policy->expiry_us < self->expiry_us)) {
        self->expiry_us = policy->expiry_us;
    }
}

static void add_policy (trader_t *self, const struct product_policy *product)
{
    struct policy_entry *entry = zeroed (1, sizeof *entry);
    assert (product_name_valid (product->product) && policy_valid (&product->policy));
    memcpy (entry->product, product->product, strlen (product->product) + 1);
    entry->policy = product->policy;
    HASH_ADD_STR (self->policies, product, entry);
    use_policy (self, &entry->policy);
}

static void make_pools (trader_t *self)
{
    size_t size = (size_t) self->config.queue_max;
    self->requests = zeroed (size, sizeof *self->requests);
    self->unused = NOTHING;
    for (size_t i = size; i-- > 0;) {
        self->requests[i].next = self->unused;
        self->unused = (int32_t) i;
    }
    self->units = zeroed (size * LIMIT_FILLS, sizeof *self->units);
    self->tokens = zeroed (LIMIT_WAITING, sizeof *self->tokens);
    for (int32_t i = 0; i < LIMIT_WAITING; i++) {
        self->token_unused[self->token_unused_count++] = i;
    }
    self->to_decide = queue_new (size);
    self->to_pass = queue_new (size);
    self->waiting = (struct list){.first = NOTHING, .last = NOTHING};
    self->behind = (struct list){.first = NOTHING, .last = NOTHING};
    self->decided = zeroed (size, sizeof *self->decided);
    self->batches = zeroed (IN_FLIGHT_LIMIT, sizeof *self->batches);
    self->batch_first = 1;
    self->batch_next = 1;
    self->flush_due_us = DEADLINE_NONE;
    self->supply_due_us = DEADLINE_NONE;
    self->client_pool = zeroed (LIMIT_CLIENTS, sizeof *self->client_pool);
}

trader_t *trader_new (const struct trader_config *config, uint64_t seed)
{
    check (config);
    trader_t *self = zeroed (1, sizeof *self);
    self->config = *config;
    self->config.products = NULL;  // The caller's list is copied below.
    self->nonce = (int64_t) (seed & (uint64_t) LIMIT_INTEGER);
    use_policy (self, &config->policy);
    for (size_t i = 0; i < config->product_count; i++) {
        add_policy (self, &config->products[i]);
    }
    // An elected trader keeps no journal: nothing may count that the warehouse does not have.
    assert (!config->elected || !self->decides);
    clock_init (&self->vector);
    if (config->order_by == ORDER_VECTOR) {
        (void) clock_tick (&self->vector, config->id);  // It has a place, whatever clients know.
    }
    make_pools (self);
    self->cache =
        cache_new (config->id, 2 * (size_t) config->queue_max + LIMIT_BATCH, config->invalidation);
    return self;
}

void trader_destroy (trader_t **self_p)
{
    assert (self_p);
    trader_t *self = *self_p;
    if (!self) {
        return;
    }
    struct policy_entry *policy;
    struct policy_entry *next;
    HASH_ITER (hh, self->policies, policy, next) {
        HASH_DEL (self->policies, policy);
        free (policy);
    }
    HASH_CLEAR (hh, self->pending);
    HASH_CLEAR (hh, self->clients);
    cache_destroy (&self->cache);
    queue_destroy (&self->to_decide);
    queue_destroy (&self->to_pass);
    peers_free (self);
    copies_free (self);
    lease_free (self);
    free (self->units);
    free (self->decided);
    free (self->client_pool);
    free (self->batches);
    free (self->tokens);
    free (self->requests);
    free (self);
    *self_p = NULL;
}
