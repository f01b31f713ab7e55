// A small random number generator (splitmix64: Steele, Lea and Flood 2014): the same seed gives
// the same numbers. For choices and jitter; it keeps no secret.
#ifndef SOUK_RANDOM_H
#define SOUK_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state;
};

struct random random_seeded (uint64_t seed);

uint64_t random_next (struct random *self);

// A number from `min` to `max`, both included; `min` when `max` is not above it. The span must be
// small against 2^64, so that the slight unevenness of the remainder does not matter.
int64_t random_between (struct random *self, int64_t min, int64_t max);

#endif
