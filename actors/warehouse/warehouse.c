#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "broker/clocks.h"

struct warehouse_config warehouse_config_default (void)
{
    return (struct warehouse_config){
        .commission_percent = 20,
        .answers_kept = LIMIT_ANSWERS,
        .publish = true,
        .policy = policy_default (MODE_SYNC),
    };
}

// Of a product that is listed twice the last word counts.
static void take_policies (warehouse_t *self, const struct warehouse_config *config)
{
    self->batched = config->policy.mode == MODE_BATCHED;
    for (size_t i = 0; i < config->product_count; i++) {
        const struct product_policy *listed = &config->products[i];
        assert (product_name_valid (listed->product) && policy_valid (&listed->policy));
        struct own_policy *own;
        HASH_FIND_STR (self->policies, listed->product, own);
        if (!own) {
            own = calloc (1, sizeof *own);
            if (!own) {
                abort ();
            }
            memcpy (own->product, listed->product, strlen (listed->product) + 1);
            HASH_ADD_STR (self->policies, product, own);
        }
        own->policy = listed->policy;
        self->batched = self->batched || listed->policy.mode == MODE_BATCHED;
    }
    self->config.products = NULL;
    self->config.product_count = 0;
}

warehouse_t *warehouse_new (const struct warehouse_config *config, uint64_t seed)
{
    assert (config->commission_percent >= 0 && config->commission_percent <= 100);
    assert (config->answers_kept >= 1 && policy_valid (&config->policy));
    warehouse_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->config = *config;
    self->seed = seed;
    take_policies (self, config);
    self->lots = lots_new ();
    self->leases = leases_new ();
    self->ledger = ledger_new ();
    self->answers = answers_new (config->answers_kept);
    self->touched = calloc (LIMIT_PRODUCTS, sizeof *self->touched);
    self->sold = calloc (LIMIT_BATCH, sizeof *self->sold);
    self->recalled = calloc (LIMIT_BATCH, sizeof *self->recalled);
    if (!self->touched || !self->sold || !self->recalled) {
        abort ();
    }
    return self;
}

void warehouse_destroy (warehouse_t **self_p)
{
    assert (self_p);
    warehouse_t *self = *self_p;
    if (!self) {
        return;
    }
    struct view *view;
    struct view *next;
    HASH_ITER (hh, self->views, view, next) {
        HASH_DEL (self->views, view);
        free (view);
    }
    struct own_policy *own;
    struct own_policy *after;
    HASH_ITER (hh, self->policies, own, after) {
        HASH_DEL (self->policies, own);
        free (own);
    }
    free (self->recalled);
    free (self->touched);
    free (self->sold);
    answers_destroy (&self->answers);
    ledger_destroy (&self->ledger);
    leases_destroy (&self->leases);
    lots_destroy (&self->lots);
    free (self);
    *self_p = NULL;
}

// An id from 1 to 2^32-1 out of the seed (splitmix64: Steele, Lea, Flood 2014), so that markets of
// seeds that are close to each other have ids that are not.
static int64_t draw_market (uint64_t seed)
{
    uint64_t z = seed + UINT64_C (0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C (0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C (0x94D049BB133111EB);
    z = (z ^ (z >> 31)) >> 32;
    return z == 0 ? 1 : (int64_t) z;
}

static void start (warehouse_t *self, struct outbox *out)
{
    self->epoch++;
    if (self->market == 0) {
        self->market = draw_market (self->seed);
    }
    warehouse_record (self, out);
}

static void snapshot (warehouse_t *self, const struct message *message, struct outbox *out)
{
    size_t count = lots_product_count (self->lots);
    struct level *levels = arena_take (out->arena, count, sizeof *levels);
    for (size_t i = 0; i < count; i++) {
        const struct product *product = lots_product (self->lots, (int64_t) i + 1);
        levels[i] = (struct level){.product = product->name, .available = product->available};
    }
    size_t trader_count;
    const struct trader_seen *traders = warehouse_traders (self, out, &trader_count);
    warehouse_letter (self, out, PORT_WAREHOUSE, message->from, MESSAGE_STOCK)->stock =
        (struct stock){
            .epoch = self->epoch,
            .version = self->version,
            .stock = levels,
            .stock_count = count,
            .traders = traders,
            .trader_count = trader_count,
        };
}

// Whoever has lost its way to another market's warehouse must not be served from this one's stock.
static bool is_foreign (const warehouse_t *self, const struct message *message)
{
    return message->market != 0 && message->market != self->market;
}

static void receive (warehouse_t *self, const struct message *message, struct outbox *out)
{
    if (is_foreign (self, message)) {
        self->counters.refused_input++;
        warehouse_decline (self, message, out, REASON_FOREIGN, message_number (message),
                           "the warehouse is of another market: look where it and its store are");
        return;
    }
    lamport_receive (&self->clock, message->clock);
    if (message->from == WAREHOUSE_NODE) {
        self->counters.refused_input++;
        warehouse_error (self, out, message->from, REASON_BAD_REQUEST, message_number (message),
                         "0 is the warehouse's own id: a trader's id begins at 1");
        return;
    }
    switch (message->type) {
    case MESSAGE_COMMIT:
        warehouse_commit (self, message, out);
        break;
    case MESSAGE_SNAPSHOT:
        snapshot (self, message, out);
        break;
    case MESSAGE_LEASE:
        warehouse_lease (self, message, out);
        break;
    case MESSAGE_JOIN:
        warehouse_join (self, message, out);
        break;
    case MESSAGE_CLAIM:
        warehouse_claim (self, message, out);
        break;
    case MESSAGE_TAKEOVER:
        warehouse_takeover (self, message, out);
        break;
    case MESSAGE_CAMPAIGN:
        warehouse_campaign (self, message, out);
        break;
    default:
        self->counters.refused_input++;
        warehouse_error (self, out, message->from, REASON_BAD_REQUEST, message_number (message),
                         "not for a warehouse: buyers and sellers talk to a trader");
        break;
    }
}

void warehouse_step (warehouse_t *self, const struct event *event, struct outbox *out)
{
    switch (event->type) {
    case EVENT_START:
        start (self, out);
        break;
    case EVENT_RECEIVE:
        receive (self, event->message, out);
        break;
    case EVENT_MALFORMED:
        self->counters.refused_input++;
        warehouse_error (
            self, out, event->error->from, REASON_BAD_REQUEST, event->error->number,
            arena_string (out->arena, event->error->text, strlen (event->error->text)));
        break;
    case EVENT_DRAINED:
    case EVENT_DEADLINE:
    case EVENT_UNDELIVERABLE:
    case EVENT_UNWRITTEN:
    case EVENT_STOP:
        break;  // Every request is answered at once, so nothing waits for these.
    }
}

void warehouse_refuse (warehouse_t *self, const struct event *event, struct outbox *out)
{
    static const char text[] = "the store has no room: send the same request again later";
    outbox_clear (out);
    if (event->type == EVENT_RECEIVE) {
        warehouse_decline (self, event->message, out, REASON_UNAVAILABLE,
                           message_number (event->message), text);
    } else {
        warehouse_error (self, out, event->error->from, REASON_UNAVAILABLE, event->error->number,
                         text);
    }
}

int64_t warehouse_deadline (const warehouse_t *self)
{
    (void) self;
    return DEADLINE_NONE;
}

int64_t warehouse_epoch (const warehouse_t *self)
{
    return self->epoch;
}

int64_t warehouse_market (const warehouse_t *self)
{
    return self->market;
}

int64_t warehouse_tick (warehouse_t *self)
{
    return lamport_send (&self->clock);
}

const struct warehouse_counters *warehouse_counters (const warehouse_t *self)
{
    return &self->counters;
}
