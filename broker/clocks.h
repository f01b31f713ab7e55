// Logical clocks: Lamport's (1978), one number that every message carries, and vector clocks
// (Mattern 1989, Fidge 1988), one count a node, which tell causal order from concurrency.
//
// Clocks come from the wire too, so no value of them can overflow: they stop at LIMIT_INTEGER.
#ifndef SOUK_CLOCKS_H
#define SOUK_CLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/message.h"

// Advances the clock for a message to be sent, and returns what that message carries.
int64_t lamport_send (int64_t *clock);

// Advances the clock past that of a message which came.
void lamport_receive (int64_t *clock, int64_t received);

// An owned vector clock; `struct vector` (message.h) is the borrowed form that messages carry.
struct clock_vector {
    size_t count;
    struct tick ticks[LIMIT_VECTOR];  // ascending by node
};

enum clock_order {
    CLOCK_EQUAL,
    CLOCK_BEFORE,      // the first causally precedes the second
    CLOCK_AFTER,       // the second causally precedes the first
    CLOCK_CONCURRENT,  // neither knows of the other
};

// A clock that knows of no event.
void clock_init (struct clock_vector *self);

// Counts one more event of `node`. Returns false, and changes nothing, when LIMIT_VECTOR other
// nodes are known already. Whoever ticks before it merges anything is always counted.
bool clock_tick (struct clock_vector *self, int64_t node);

// Raises the clock to the least one that is not before either. Takes any order of `other`'s ticks.
// Returns false when nodes had to be left out because LIMIT_VECTOR others are known already;
// everything else was merged.
bool clock_merge (struct clock_vector *self, const struct vector *other);

// How the two are related; a node that a clock does not name stands at 0. Both must be ascending
// by node.
enum clock_order clock_compare (const struct vector *a, const struct vector *b);

// The sum of all ticks. Since a before b implies sum (a) < sum (b), sorting by it puts causes in
// front of their effects.
int64_t clock_sum (const struct vector *self);

// A total order of events that extends the causal one, for qsort and heaps: by sum, then by the
// node where the event was. Negative, zero or positive, like strcmp; zero only for the same sum
// at the same node.
int clock_rank (const struct vector *a, int64_t node_a, const struct vector *b, int64_t node_b);

// The clock as messages carry it: borrowed, valid until the clock changes.
struct vector clock_view (const struct clock_vector *self);

#endif
