// What receipts tell of the order in which lots arrived, so that a search need not find out by
// trying: lots are sold in that order. All of it is necessary, none of it is enough.
#ifndef SOUK_LINEAR_ORDER_H
#define SOUK_LINEAR_ORDER_H

#include "tests/sim/checkers/linear_search.h"

// Of a restock: when its lot was sold from, as far as buyers were told.
struct linear_order {
    int32_t after;       // index of the restock right before it; -1: not known
    int32_t before;      // and of the one right after it
    int64_t first_end;   // of the orders that got units of it; INT64_MAX: none
    int64_t last_begin;  // of the same; INT64_MIN: none; INT64_MAX: it outlasts all others
};

// Whether `other` must have come before `self`.
static inline bool linear_order_follows (const struct linear_order *self,
                                         const struct linear_order *other)
{
    return other->first_end < self->last_begin;
}

// Fills in one for each operation; those of buys mean nothing.
void linear_order_find (const struct linear_operation *operations, size_t count,
                        struct linear_order *orders);

#endif
