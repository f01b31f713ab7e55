// How much of each product the warehouse has had, batch by batch: FACT_STORED, put together to the
// stretches over which a product's stock stayed the same.
#ifndef SOUK_STOCK_LEVELS_H
#define SOUK_STOCK_LEVELS_H

#include "tests/sim/checkers/history.h"

// What is stored counts as another state with each FACT_STORED, from state 0 on: nothing.
struct stretch {
    int64_t first;    // state
    int64_t last;     // state
    int64_t version;  // of the warehouse, with the batch that the stretch begins with
    int64_t level;    // units that are left
};

typedef struct stock_levels stock_levels_t;

// The caller owns the result and must destroy it.
stock_levels_t *stock_levels_new (void);
void stock_levels_destroy (stock_levels_t **self_p);

// Takes in a FACT_STORED: one state more.
void stock_levels_stored (stock_levels_t *self, const struct fact *fact);

int64_t stock_levels_state (const stock_levels_t *self);  // the latest one

// The stretches of a product, the latest one at `back` 0, the first one of nothing at all. Returns
// false beyond that.
bool stock_levels_back (const stock_levels_t *self, const char *product, size_t back,
                        struct stretch *stretch);

#endif
