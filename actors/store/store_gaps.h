// Which numbers clients have skipped, found from all that they have used. Private to the store.
#ifndef SOUK_STORE_GAPS_H
#define SOUK_STORE_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "actors/store/store.h"

struct gaps;

// `answers_kept` as in store_load. Returns NULL without memory. The caller owns the result and must
// destroy it.
struct gaps *gaps_new (int64_t answers_kept);
void gaps_destroy (struct gaps **self_p);

// Notes a number that has an answer. They come descending, those of all clients mixed. What can be
// no client or number is passed over. Returns false without memory.
bool gaps_note (struct gaps *self, int64_t client, int64_t number)
    __attribute__ ((warn_unused_result));

// Ends the noting, and hands over all gaps, at most LIMIT_SKIPPED of them, ascending by client and
// number. Returns false with a reason when one is refused, or without memory.
bool gaps_load (struct gaps *self, store_visit_fn *visit, void *context, const char **error)
    __attribute__ ((warn_unused_result));

#endif
