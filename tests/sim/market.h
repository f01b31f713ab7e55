// The market of a run: everything that options leave open is drawn from the seed here, and nothing
// is left to chance after that. One seed is split into streams, so that what is drawn for one
// thing does not move what is drawn for another.
#ifndef SOUK_SIM_MARKET_H
#define SOUK_SIM_MARKET_H

#include "tests/sim/options.h"
#include "tests/sim/world/world.h"

enum {
    MARKET_PRODUCTS = 4,
    MARKET_TRADERS = 8,
    MARKET_PEERS = MARKET_TRADERS,
    MARKET_CLIENTS = 32,  // of each role
    FIRST_BUYER = 101,
    FIRST_SELLER = 201,
    FIRST_STRANGER = 301,
    CLOSING_HAND = 401,  // speaks when all is over
};

struct market {
    struct world_config world;
    struct rules rules;
    int64_t faults;  // classes at work, bits
    bool deadly;     // made for deaths and takeovers: few other faults, and short intervals
    bool abandons;   // who comes without a journal gives up what the one before it has leased
    size_t product_count;
    const char *products[MARKET_PRODUCTS];
    struct product_rule product_rules[MARKET_PRODUCTS];
    struct product_policy policies[MARKET_PRODUCTS];
    struct policy rest;  // of products that are not listed
    size_t trader_count;
    int64_t trader_ids[MARKET_TRADERS];
    struct trader_config traders[MARKET_TRADERS];
    size_t peer_count;  // 0: the traders are fixed; else each of their ids is a peer's
    struct peer_config peers[MARKET_PEERS];
    int64_t begin_us[MARKET_PEERS];  // of each
    int64_t watch_us;                // how often those who watch each other ask
    size_t buyer_count;
    struct buyer_config buyers[MARKET_CLIENTS];
    size_t seller_count;
    struct seller_config sellers[MARKET_CLIENTS];
    size_t stranger_count;
    struct stranger_config strangers[MARKET_CLIENTS];
    int64_t gap_us;  // between planned faults, on average
    uint64_t plan_seed;
    int64_t
        journal_loser;    // the one trader that another process may come for, without its journal:
                          // of two, a copy may be lost with both of those that had it
    int64_t unlucky;      // the trader that most planned faults befall; 0: none more than others
    int64_t healthy_us;   // for so long trading goes on when nothing fails any more
    const char *closing;  // the product of the last restock
};

// Fills in `self`, which points into itself: do not copy it.
void market_draw (struct market *self, const struct options *options);

// The world of this market, with all that take part. The market must outlive it.
world_t *market_open (const struct market *self, world_witness_fn *witness, void *context,
                      FILE *story);

#endif
