// What an experiment measures, from the facts of its world: which orders were answered, when and
// how, and how they went to the warehouse. Shown every fact; counts from meter_begin on.
//
// An order counts when its final answer comes, whenever it was made.
#ifndef SOUK_SIM_METER_H
#define SOUK_SIM_METER_H

#include "actors/clients/histogram.h"
#include "tests/sim/checkers/history.h"

struct figures {
    int64_t orders;    // answered for good: the next four are their sum
    int64_t sold;      // got what they were promised
    int64_t refused;   // out_of_stock, too_many_lots
    int64_t oversold;  // accepted, and found short
    int64_t failed;    // conflict, expired, bad_request, limit: none in a market without faults
    int64_t accepted;  // of all these, those that a trader had accepted first
    int64_t units;     // that buyers got
    int64_t missing_units;          // promised, and not there
    int64_t resent;                 // requests that a client sent again
    int64_t asked;                  // questions what became of an accepted order
    int64_t turned_away;            // answers that were none: busy, unavailable
    int64_t batches;                // committed
    int64_t batched;                // orders in these
    int64_t promised_units;         // that buyers were told of: sold or accepted,
    int64_t promised_us;            // the last of them then; 0: none yet
    int64_t settled_units;          // that the warehouse has sold,
    int64_t settled_us;             // the last of them then
    struct histogram first_answer;  // of the orders that got one, from when they were made
    struct histogram final_answer;
};

typedef struct meter meter_t;

// For buyers with node ids from `first_buyer` on. The caller owns the result and must destroy it.
meter_t *meter_new (int64_t first_buyer, int64_t buyers);
void meter_destroy (meter_t **self_p);

// Forgets all figures. Orders that are open stay so, and count when they are answered.
void meter_begin (meter_t *self);

void meter_see (meter_t *self, const struct fact *fact);

const struct figures *meter_figures (const meter_t *self);

#endif
