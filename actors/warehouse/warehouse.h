// The warehouse: the authority over stock, orders and money. It decides in memory and emits
// records; its shell makes each batch of records durable before the reply leaves. It answers
// every request once and alike for ever: (client, number) names the request.
//
// Ports: PORT_WAREHOUSE (traders' requests, one reply each, at once), PORT_NEWS (out).
//
// An elected market: the warehouse grants terms, and says who holds the seats of each. From the
// first one on it takes commits and joins from these alone; what a winner of an election believes
// counts for nothing before.
//
// Conservation, per product, at every instant: restocked = available + leased and unsold + sold.
// Money: a sale moves its amount from the buyer, the commission to the trader and the rest to the
// seller, so that accounts always sum to zero.
#ifndef SOUK_WAREHOUSE_H
#define SOUK_WAREHOUSE_H

#include "broker/core.h"
#include "broker/policy.h"

struct warehouse_config {
    bool elected;                // its traders are elected by their peers: it grants terms
    int64_t commission_percent;  // of each sale, to the trader; 0 to 100
    int64_t answers_kept;        // answers kept for each client; 1 to 65536
    bool publish;                // false: nothing on PORT_NEWS
    struct policy policy;        // of products not listed below
    const struct product_policy *products;  // copied by warehouse_new
    size_t product_count;
};

struct warehouse_counters {
    int64_t batches;  // commits applied
    int64_t orders;   // decided
    int64_t units_sold;
    int64_t restocks;       // lots that came
    int64_t oversold;       // orders that were promised more than there was
    int64_t repeated;       // answered from the table
    int64_t refused_input;  // malformed, or not for a warehouse
    int64_t fenced;         // commits of an older epoch, or by a trader that was taken over
    int64_t takeovers;      // that are complete
    int64_t resumed;        // joins of traders that went on from their journals
    int64_t leased;         // units
    int64_t returned;       // units of leases that came back
    int64_t recalls;        // published
    int64_t budgeted;       // units leased that were not there
    int64_t abandoned;      // joins that gave up what a lost journal held
    int64_t campaigns;      // for the next term, granted or not
    int64_t terms;          // granted
    int64_t unseated;       // commits and joins of traders that hold no seat
};

struct warehouse_config warehouse_config_default (void);

typedef struct warehouse warehouse_t;

// The caller owns the result and must destroy it. `seed` makes the id of the market, should this be
// its first start.
warehouse_t *warehouse_new (const struct warehouse_config *config, uint64_t seed);
void warehouse_destroy (warehouse_t **self_p);

// Before EVENT_START: takes back one record that an earlier life emitted. In the store's order
// (store.h). Returns false when it contradicts those before it: the store is not a market's.
bool warehouse_restore (warehouse_t *self, const struct record *record);

void warehouse_step (warehouse_t *self, const struct event *event, struct outbox *out);

// The store had no room for what the last step made of `event`. Leaves in `out` nothing but the
// refusal of it. The core now knows more than what is stored: destroy it, and restore another one
// before the next event.
void warehouse_refuse (warehouse_t *self, const struct event *event, struct outbox *out);

int64_t warehouse_deadline (const warehouse_t *self);

// How often it was started.
int64_t warehouse_epoch (const warehouse_t *self);

// The id of the market: drawn at its first start, and the store's for ever; 0 before EVENT_START.
int64_t warehouse_market (const warehouse_t *self);

// The Lamport clock for a message that its shell sends of its own accord: counts it as sent.
int64_t warehouse_tick (warehouse_t *self);

const struct warehouse_counters *warehouse_counters (const warehouse_t *self);

#endif
