// Units that the warehouse leases to this trader: asked for ahead of demand, given back when they
// idle, or when somebody else is in want of them.
//
// One `lease` a product is under way at once, and it is sent again until it is answered. The answer is
// all that this trader has as the warehouse knows it, so that nothing is ever added up wrong: less
// what was sold since, it is what the trader holds.
#include <stdlib.h>
#include <string.h>

#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_lease.h"
#include "schemas/planted.h"

enum {
    SOLD_OUT_US = 500000,  // as DRY_US, where news said so, and the next news will say otherwise
    TARGET_FIRST = 16,
    TARGET_LEAST = 4,
    HORIZON_US = 250000,   // for so long the units that are held should last
    PACE_LEAST_US = 2000,  // a shorter time tells no pace
};

struct supply *lease_find (const trader_t *self, const char *product)
{
    struct supply *supply = NULL;
    if (product) {
        HASH_FIND_STR (self->supplies, product, supply);
    }
    return supply;
}

bool lease_under_way (const trader_t *self)
{
    for (const struct supply *supply = self->supplies; supply; supply = supply->hh.next) {
        if (supply->asked) {
            return true;
        }
    }
    return false;
}

struct supply *lease_supply (trader_t *self, const char *product)
{
    struct supply *supply = lease_find (self, product);
    if (supply || !product || HASH_COUNT (self->supplies) == LIMIT_PRODUCTS) {
        return supply;
    }
    supply = calloc (1, sizeof *supply);
    if (!supply) {
        abort ();
    }
    memcpy (supply->product, product, strlen (product) + 1);
    supply->waiting = (struct list){.first = NOTHING, .last = NOTHING};
    supply->recalling = supply->waiting;
    supply->target = TARGET_FIRST;
    HASH_ADD_STR (self->supplies, product, supply);
    return supply;
}

static void forget (trader_t *self, struct supply *supply)
{
    HASH_DEL (self->supplies, supply);
    holding_free (&supply->held);
    holding_free (&supply->returned);
    free (supply);
}

void lease_free (trader_t *self)
{
    struct supply *supply;
    struct supply *next;
    HASH_ITER (hh, self->supplies, supply, next) {
        forget (self, supply);
    }
}

bool lease_is_dry (const trader_t *self, const struct supply *supply)
{
    return self->now_us < supply->dry_until_us;
}

static int64_t lesser (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater (int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// The list of what goes back stays as it is until the answer has come.
static void send (trader_t *self, struct supply *supply, struct outbox *out)
{
    size_t count;
    const struct leased_units *returned = holding_list (&supply->returned, &count);
    struct letter *letter =
        trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_LEASE);
    letter->message.lease = (struct lease){
        .epoch = self->epoch,
        .number = supply->number,
        .product = supply->product,
        .wanted = supply->wanted,
        .all = supply->all,
        .returned = returned,
        .returned_count = count,
    };
    supply->asked = true;
    supply->asked_us = self->now_us;
}

static void ask (trader_t *self, struct supply *supply, int64_t wanted, struct outbox *out)
{
    supply->number++;
    supply->wanted = lesser (wanted, LIMIT_QUANTITY);
    supply->all = false;
    supply->sold = false;
    holding_set (&supply->returned, NULL, 0);
    send (self, supply, out);
}

// Wanted are so many units as sell within HORIZON_US at the pace at which the last grant was used up.
// How long the warehouse takes to answer does not count.
static void adapt (const trader_t *self, struct supply *supply)
{
    if (!supply->granted) {
        return;
    }
    supply->granted = false;
    int64_t lasted_us = greater (self->now_us - supply->granted_us, PACE_LEAST_US);
    int64_t sold = supply->level - holding_total (&supply->held);
    if (lasted_us < HORIZON_US) {
        int64_t pace = sold * HORIZON_US / lasted_us;
        supply->target = lesser (greater (supply->target, pace), LIMIT_QUANTITY);
    } else if (lasted_us > 2 * HORIZON_US && supply->target > TARGET_LEAST) {
        supply->target /= 2;
    }
}

static void give_up (trader_t *self, struct supply *supply, struct outbox *out)
{
    adapt (self, supply);  // Before: what goes back was not sold.
    supply->number++;
    supply->wanted = 0;
    supply->all = true;
    supply->sold = false;
    self->counters.recalls += supply->recalled;
    supply->recalled = false;
    supply->dry_until_us = self->now_us + DRY_US;
    self->counters.returned += holding_give_up (&supply->held, &supply->returned);
    if (PLANTED (62)) {
        holding_set (&supply->returned, NULL, 0);
    } else if (PLANTED (64)) {
        size_t count;
        const struct leased_units *returned = holding_list (&supply->returned, &count);
        holding_set (&supply->held, returned, count);
    }
    send (self, supply, out);
}

static int64_t waiting_units (const trader_t *self, const struct supply *supply)
{
    int64_t units = 0;
    for (const struct request *request = trader_request (self, supply->waiting.first); request;
         request = trader_request (self, request->next)) {
        units = lesser (units + request->quantity, LIMIT_QUANTITY);
    }
    return units;
}

// What is held goes down, and more should come before it is sold.
static bool runs_low (const trader_t *self, const struct supply *supply)
{
    return supply->known && supply->sold && !lease_is_dry (self, supply)
           && holding_total (&supply->held) < supply->level / 2;
}

static int64_t to_target (const struct supply *supply)
{
    int64_t units = supply->target - holding_total (&supply->held);
    return units > 0 ? units : 0;
}

static int64_t idle_us (const trader_t *self, const struct supply *supply)
{
    if (holding_total (&supply->held) == 0) {
        return DEADLINE_NONE;
    }
    int64_t since_us =
        supply->taken_us > supply->granted_us ? supply->taken_us : supply->granted_us;
    return since_us + self->config.lease_idle_us;
}

// A warehouse that is told that nothing is left refuses others: so it is told when what was sold is in
// the journal, and not before.
static bool may_give_up (const trader_t *self, const struct supply *supply)
{
    return supply->write <= self->recorded_then;
}

static void look (trader_t *self, struct supply *supply, struct outbox *out)
{
    supply->recalled = supply->recalled && !supply->clean;
    if (supply->asked) {
        if (self->now_us >= supply->asked_us + self->config.commit_timeout_us) {
            send (self, supply, out);
        }
    } else if (supply->recalled && (supply->known || PLANTED (66))) {
        if (may_give_up (self, supply)) {
            give_up (self, supply, out);
        }
    } else if (supply->waiting.count > 0) {
        adapt (self, supply);
        ask (self, supply, waiting_units (self, supply) + to_target (supply), out);
    } else if (supply->recalled) {
        ask (self, supply, 0, out);
    } else if (self->now_us >= idle_us (self, supply) && may_give_up (self, supply)) {
        give_up (self, supply, out);
    } else if (runs_low (self, supply)) {
        adapt (self, supply);
        if (to_target (supply) > 0) {
            ask (self, supply, to_target (supply), out);
        }
    }
}

static int64_t due_of (const trader_t *self, const struct supply *supply)
{
    int64_t due_us = supply->recalling.count > 0 ? supply->retry_us : DEADLINE_NONE;
    if (supply->asked) {
        return lesser (due_us, supply->asked_us + self->config.commit_timeout_us);
    }
    bool gives_up = supply->recalled || self->now_us >= idle_us (self, supply);
    if (gives_up && !may_give_up (self, supply)) {
        // In the next round; or when there is room, which writes_due knows.
        return writes_full (self) ? due_us : self->now_us;
    }
    return lesser (due_us, idle_us (self, supply));
}

// A name that buyers made up is kept no longer than what was told of it is worth, or they could use
// up the places of products that there are. It has used no number up, so that it may begin anew.
static bool is_made_up (const trader_t *self, const struct supply *supply)
{
    return supply->unknown && supply->number == 0 && !supply->asked && !supply->recalled
           && !lease_is_dry (self, supply) && supply->waiting.count == 0
           && supply->recalling.count == 0;
}

void lease_proceed (trader_t *self, struct outbox *out)
{
    self->supply_due_us = DEADLINE_NONE;
    self->wants_units = false;
    if (self->stopping && self->pending_count == 0 && !copies_busy (self)) {
        return;  // It leaves, and all that it holds with it.
    }
    struct supply *supply;
    struct supply *next;
    HASH_ITER (hh, self->supplies, supply, next) {
        look (self, supply, out);
        if (is_made_up (self, supply)) {
            forget (self, supply);
        } else {
            self->supply_due_us = lesser (self->supply_due_us, due_of (self, supply));
            self->wants_units = self->wants_units || (supply->asked && supply->wanted > 0);
        }
    }
}

// What this trader has sold, and the warehouse did not know of when it told.
static void deduct_open (trader_t *self, struct supply *supply, int64_t applied)
{
    for (int64_t write = applied + 1; write <= cache_writes (self->cache); write++) {
        const struct request *request = writes_request (self, write);
        if (request->supply == supply && request->taken_count > 0 && !PLANTED (63)) {
            holding_deduct (&supply->held, trader_units (self, request), request->taken_count);
        }
    }
}

static void granted (trader_t *self, struct supply *supply, int64_t units)
{
    supply->granted = true;
    supply->granted_us = self->now_us;
    supply->level = holding_total (&supply->held);
    self->counters.leased += units;
}

// Nobody has ever brought the product. Before anything is said of it, it must be asked for again: a
// copy of the `lease` that comes late may be granted when somebody has.
static void not_offered (trader_t *self, struct supply *supply)
{
    supply->number--;
    supply->unknown = true;
    supply->asked = false;
    supply->recalled = false;
    supply->dry_until_us = self->now_us + DRY_US;
    self->counters.leases++;
}

void lease_told (trader_t *self, const struct leased *leased)
{
    struct supply *supply = lease_find (self, leased->product);
    if (!supply || !supply->asked || leased->epoch != self->epoch) {
        return;
    }
    if (leased->number == 0 && leased->held_count == 0) {
        not_offered (self, supply);
        return;
    }
    if (leased->number != supply->number) {
        return;
    }
    if (leased->applied < self->settled) {
        supply->asked_us = self->now_us - self->config.commit_timeout_us;
        return;  // It is from before a commit whose writes are forgotten: ask again.
    }
    int64_t before = holding_total (&supply->held);
    holding_set (&supply->held, leased->held, leased->held_count);
    deduct_open (self, supply, leased->applied);
    int64_t units = holding_total (&supply->held) - before;
    supply->full = supply->wanted > 0 && units >= supply->wanted;
    if (units > 0) {
        granted (self, supply, units);
    } else if (supply->wanted > 0) {
        supply->dry_until_us = self->now_us + DRY_US;
    }
    supply->clean = leased->held_count == 0 || (supply->all && units == 0);
    supply->known = true;
    supply->unknown = false;
    supply->asked = false;
    self->counters.leases++;
}

void lease_recalled (trader_t *self, const struct recall *recall)
{
    struct supply *supply = lease_supply (self, recall->product);
    if (supply) {
        supply->recalled = true;
    }
}

void lease_news (trader_t *self, const struct invalidation *news)
{
    struct supply *supply = lease_find (self, news->product);
    if (!supply) {
        return;
    }
    if (news->available == 0) {
        supply->dry_until_us = self->now_us + SOLD_OUT_US;
        return;
    }
    supply->retry_us = self->now_us;
    if (news->available > (int64_t) HASH_COUNT (self->peers)) {
        supply->dry_until_us = self->now_us;  // There is a share for everybody again.
    }
}
