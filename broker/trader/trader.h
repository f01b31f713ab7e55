// The trader: takes orders and restocks from clients, decides each by the policy of its product,
// or asks the warehouse to, and answers. It queues at most `queue_max` requests and says `busy`
// beyond. It never invents an outcome, and holds no stock
// but what the warehouse has leased to it.
//
// What it decides by itself is a record in its journal before it is told, and, while the warehouse
// says that another trader backs it up, acknowledged by that one, too. So it can die at any time:
// its backup settles what it had decided, or it does so itself when it is started again.
//
// Ports: PORT_CLIENTS (clients and other traders), PORT_TRADER (out: to other traders; in: their
// replies), PORT_WAREHOUSE, PORT_NEWS (in: the warehouse's invalidations and memberships; out: its
// own oversell notices, memberships and, where it was elected, clocks of sales).
#ifndef SOUK_TRADER_H
#define SOUK_TRADER_H

#include "broker/core.h"
#include "broker/policy.h"

// Which of the waiting requests goes first.
enum queue_order {
    ORDER_ARRIVAL,  // first come, first served
    ORDER_LAMPORT,  // the lesser clock, then the lesser node id (Lamport 1978)
    ORDER_VECTOR,   // the causally first; concurrent ones by sum, then node id
    ORDER_COUNT
};

struct trader_config {
    int64_t id;                             // node id, 1 to LIMIT_NODE
    struct policy policy;                   // of products not listed below
    const struct product_policy *products;  // copied by trader_new
    size_t product_count;
    enum queue_order order_by;
    bool elected;               // it serves while it holds a seat: takes requests of its own node,
                                // too, and publishes `clock` for each buy that it has sold
    bool invalidation;          // false: caches learn nothing from the warehouse's PUB
    int64_t queue_max;          // requests held at once, 1 to LIMIT_QUEUE
    int64_t batch_max;          // items of one commit, 1 to LIMIT_BATCH
    int64_t in_flight_max;      // commits under way at once, 1 to 16
    int64_t commit_timeout_us;  // unanswered: sent again
    int64_t causal_wait_us;     // longest wait for what causally precedes a request
    int64_t recall_wait_us;     // longest wait of a request for a recall of leases to end
    int64_t lease_idle_us;      // a lease that nothing was sold from for so long is returned
    bool abandon;               // where the journal that counts is lost: join without it, and give
                                // up what it decided
    int64_t ping_every_us;      // of traders that back each other up, which are suspected after
                                // three; 0: it looks for no backup, and suspects nobody
    const char *router;         // where other traders reach it; borrowed, at most LIMIT_ENDPOINT
};

struct trader_counters {
    int64_t requests;       // taken into the queue
    int64_t busy;           // turned away, the queue was full
    int64_t refused_input;  // malformed, or not for a trader
    int64_t batches;        // sent to the warehouse for the first time
    int64_t resent;         // sent again
    int64_t accepted;       // buys promised units from the cache
    int64_t oversold;       // of these, found short at the warehouse
    int64_t causal_waits;   // requests that waited for what precedes them
    int64_t gaps;           // invalidations missed
    int64_t snapshots;      // asked of the warehouse
    int64_t undeliverable;  // replies whose client had gone
    int64_t copied;         // decisions of others whose copies it acknowledged
    int64_t takeovers;      // of others, completed
    int64_t forwarded;      // decisions of others that it settled
    int64_t recovered;      // decisions of an earlier life that it took from its journal
    int64_t backups;        // how often a backup was granted
    int64_t alone;          // how often it went on without one that it had
    int64_t leases;         // answers to its wish for units
    int64_t leased;         // units that it was leased
    int64_t returned;       // units that it gave back
    int64_t recalls;        // of its leases, answered
    int64_t handed_over;    // requests that it gave to its successor
    int64_t inherited;      // requests that it got from the trader before it
    int64_t recall_waits;   // requests that waited for the end of a recall
    int64_t budgeted;       // units that it promised from an oversell budget
};

// With the settings that a market starts with: sync, arrival, 8192 requests, batches of 512.
struct trader_config trader_config_default (void);

typedef struct trader trader_t;

// The caller owns the result and must destroy it. `seed` makes the nonce of its join.
trader_t *trader_new (const struct trader_config *config, uint64_t seed);
void trader_destroy (trader_t **self_p);

// Before EVENT_START: takes back one record of its journal, in the order in which they were
// emitted. Returns false when it contradicts those before it: the journal is not this trader's, or
// damaged.
bool trader_restore (trader_t *self, const struct record *record);

// Adds the records to `out` from which trader_restore makes what is open now: what a journal needs
// that begins anew. Returns false, and adds none, until it has joined and recorded that: what the
// journal holds may decide how, and must stay.
bool trader_checkpoint (trader_t *self, struct outbox *out) __attribute__ ((warn_unused_result));

// Total: bad input becomes an error reply. Letters and records are added to `out`, and borrow
// from the trader until the outbox is cleared.
void trader_step (trader_t *self, const struct event *event, struct outbox *out);

// When to step it with EVENT_DEADLINE, on the clock of event.now_us; DEADLINE_NONE: never.
int64_t trader_deadline (const trader_t *self);

bool trader_follows (const trader_t *self);  // it wants the warehouse's invalidations
bool trader_ready (const trader_t *self);    // has joined: it serves
// Another process took its place, or its journal is of another market: it must end.
bool trader_fenced (const trader_t *self);
const char *trader_why_fenced (const trader_t *self);  // in words
// What it waits for, and what can be done about that, in words, once it was refused its place; it
// asks again by itself. NULL: it does not wait. The same string for the same reason, static.
const char *trader_why_waiting (const trader_t *self);
// The warehouse says that it holds no seat: it decides nothing more, and must be destroyed. What it
// had accepted and not answered its clients will ask its successor for.
bool trader_unseated (const trader_t *self);

// From now on it accepts requests and decides none; what is under way is finished, and then it
// leaves as after EVENT_STOP; one that has not joined yet joins no more. Step it with EVENT_DRAINED
// next. For whoever resigns and hands over (trader_hand_over), and only where it was elected.
void trader_yield (trader_t *self);
// Told to yield, nothing is under way, and the warehouse knows that it left.
bool trader_yielded (const trader_t *self);
// Requests that it was asked to yield with, and keeps for its successor.
int64_t trader_kept (const trader_t *self);
// Once it has yielded: adds `handover` letters with all that waits, in the queue's order and at
// most LIMIT_COPIES each, so that no frame is too long, for the trader `successor`, which holds a
// seat in `term`, and forgets it. From now on requests are refused as `unavailable`.
void trader_hand_over (trader_t *self, int64_t successor, int64_t term, struct outbox *out);

// Another trader has taken it over: nothing of what it holds counts any more. It must be made anew
// from its journal, and join again.
bool trader_taken (const trader_t *self);
bool trader_idle (const trader_t *self);  // nothing waits, nothing is under way
bool trader_done (
    const trader_t *self);  // told to stop, it is idle, and the warehouse knows that it left

// Units of the product that its cache takes for available; 0 where it keeps none.
int64_t trader_available (const trader_t *self, const char *product);

// Units of the product that it holds by its leases and has not sold, those of the oversell budget
// apart.
int64_t trader_held (const trader_t *self, const char *product);
int64_t trader_held_budget (const trader_t *self, const char *product);

// Requests that it has decided and the warehouse is not known to have: what would be lost with it.
int64_t trader_unsettled (const trader_t *self);

// Where the trader of this id is reached, NULL: not known. Borrowed until the next step.
const char *trader_peer_router (const trader_t *self, int64_t id);

int64_t trader_backup (const trader_t *self);  // who backs it up, 0: nobody

// Its market, 0 before it has joined.
int64_t trader_market (const trader_t *self);

// Its epoch, 0 before it has joined.
int64_t trader_epoch (const trader_t *self);

// Its vector clock, empty unless the market orders by them. Borrowed until the next step.
struct vector trader_vector (const trader_t *self);

// Raises its vector clock to what its node has seen and done otherwise: before it was a trader, so
// that no two events of the node have the same count, and as a client, of what other traders
// publish.
void trader_saw (trader_t *self, const struct vector *vector);

// The Lamport clock for a message that its shell sends of its own accord: counts it as sent.
int64_t trader_tick (trader_t *self);

const struct trader_counters *trader_counters (const trader_t *self);

// Adds the figures of another life of the same trader.
void trader_counters_add (struct trader_counters *self, const struct trader_counters *other);

const char *queue_order_name (enum queue_order order);
// Returns false when no order has this name.
bool queue_order_parse (const char *name, enum queue_order *order);

#endif
