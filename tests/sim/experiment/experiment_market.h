// The market of an experiment: who takes part, and the world that they are in. Nothing fails there.
#ifndef SOUK_SIM_EXPERIMENT_MARKET_H
#define SOUK_SIM_EXPERIMENT_MARKET_H

#include "tests/sim/experiment/experiment_options.h"
#include "tests/sim/world/world.h"

// Node ids go from the traders, from 1, over the buyers to the sellers.
struct experiment_market {
    int64_t first_buyer;
    int64_t first_seller;
    int64_t *trader_ids;    // twice over, so that those of a client are a slice
    char (*names)[32];      // of the products
    const char **products;  // the same
    int64_t stocked_us;     // when all of the first stock was there; 0: there is none
    world_t *world;
};

// Makes it, ready to run. The witness may be shown facts until experiment_market_close.
void experiment_market_open (struct experiment_market *self, const struct experiment *experiment,
                             world_witness_fn *witness, void *context);
void experiment_market_close (struct experiment_market *self);

#endif
