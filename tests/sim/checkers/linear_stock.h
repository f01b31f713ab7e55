// A product's stock by the specification (linear_search.h): the queue of its lots, which can be
// sold from and brought to, and where each such change can be taken back, the last one first.
#ifndef SOUK_LINEAR_STOCK_H
#define SOUK_LINEAR_STOCK_H

#include "tests/sim/checkers/digest.h"
#include "tests/sim/checkers/linear_search.h"

struct linear_lot {
    int32_t restock;  // index of the operation that brought it
    int64_t left;
};

struct linear_stock {
    const struct linear_operation *operations;
    struct linear_lot *lots;  // all that came, in order of arrival
    size_t first;             // the oldest with units left
    size_t count;
    int64_t available;
    int64_t *taken;  // units from each lot, by all orders that were sold to, one after the other
    size_t taken_count;
    struct digest digest;  // of the lots with units left, and their order
};

// What an order would get now.
struct linear_plan {
    enum status status;
    int64_t units;
    int64_t amount_cents;
    size_t lots;  // that it takes from, the oldest on
};

// The operations are borrowed as long as it lives. It must be freed.
void linear_stock_init (struct linear_stock *self, const struct linear_operation *operations,
                        size_t count);
void linear_stock_free (struct linear_stock *self);

// A plan is valid until the next one is made, or the stock changes.
struct linear_plan linear_stock_plan (struct linear_stock *self,
                                      const struct linear_operation *buy);

// Whether the plan is exactly what the buyer was told.
bool linear_stock_was_told (const struct linear_stock *self, const struct linear_operation *buy,
                            const struct linear_plan *plan);

// Sells by the plan, or brings the lot of a restock; and the undoing of the last such change. An
// order's undoing needs its number of lots, and what was `first` before.
void linear_stock_sell (struct linear_stock *self, const struct linear_plan *plan);
void linear_stock_unsell (struct linear_stock *self, size_t lots, size_t first);
void linear_stock_bring (struct linear_stock *self, int32_t restock);
void linear_stock_unbring (struct linear_stock *self);

#endif
