// Leases, from the trader's side: what it holds of each product that it sells from them, and what it
// asks the warehouse for. trader_lease.c keeps them, policy_escrow.c sells from them. Parts of the
// trader, for its files alone.
#ifndef SOUK_TRADER_LEASE_H
#define SOUK_TRADER_LEASE_H

#include "broker/holding.h"
#include "broker/trader/trader_state.h"

// What this trader knows of the units of one product that is sold by leases.
struct supply {
    char product[LIMIT_PRODUCT_NAME + 1];
    struct holding held;
    bool known;        // `held` is right: the warehouse has told since this trader joined
    bool unknown;      // it has told that nobody ever brought the product
    bool clean;        // all was given back, the warehouse knows it, and none came since
    bool recalled;     // somebody else is in want: none are sold, all is to be given back
    int64_t number;    // of the latest `lease`
    bool asked;        // it is not answered yet
    int64_t asked_us;  // when it was sent last
    int64_t wanted;    // what it asks for,
    bool all;          // and gives back
    struct holding returned;
    bool full;              // the last answer granted all that was asked for
    int64_t target;         // units that it would like to hold
    int64_t level;          // units that it held when it got some last,
    int64_t granted_us;     // and when that was
    bool granted;           // some came, and the pace at which they sell is not measured yet
    int64_t taken_us;       // when it sold some last
    bool sold;              // some since it asked last
    int64_t write;          // of the latest order that it was sold to: all is given back when that
                            // is in the journal
    int64_t dry_until_us;   // there are none to be had, it seems
    int64_t retry_us;       // when what waits for a recall tries again
    struct list waiting;    // for the answer to the `lease`
    struct list recalling;  // for the end of a recall
    UT_hash_handle hh;      // by product
};

struct supply *lease_supply (trader_t *self, const char *product);  // NULL: there are too many
struct supply *lease_find (const trader_t *self, const char *product);
bool lease_under_way (const trader_t *self);  // some `lease` is not answered yet
bool lease_is_dry (const trader_t *self, const struct supply *supply);
// Asks, gives back, answers recalls. All is given back when what was sold of it was recorded in an
// earlier round; till then it is due at once, so one round later.
void lease_proceed (trader_t *self, struct outbox *out);
// Number 0, of what nobody has ever offered, tells nothing of what this trader holds, and uses no
// number up.
void lease_told (trader_t *self, const struct leased *leased);
// From now on none are sold, until all was given back and others are granted. A trader that does not
// know what it holds asks first.
void lease_recalled (trader_t *self, const struct recall *recall);
void lease_news (trader_t *self, const struct invalidation *news);  // of the product's stock
void lease_free (trader_t *self);

#endif
