// A histogram of durations in microseconds, of fixed size. Buckets are log-linear: one a
// microsecond up to 64, then 32 to each doubling, so that a value is known to one part in 32
// (about 3 %) from a microsecond to twelve days. Longer ones count as the longest.
//
// A plain value: zeroed memory is an empty histogram.
#ifndef SOUK_HISTOGRAM_H
#define SOUK_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_LINEAR_BITS = 5,  // 32 buckets to each doubling
    HISTOGRAM_TOP_BITS = 40,    // values stay below 2^40 µs
    HISTOGRAM_BUCKETS = (HISTOGRAM_TOP_BITS - HISTOGRAM_LINEAR_BITS + 1) << HISTOGRAM_LINEAR_BITS,
};

struct histogram {
    int64_t count;   // of values
    int64_t sum_us;  // of all values, exact
    int64_t min_us;  // exact; 0 when empty
    int64_t max_us;  // exact; 0 when empty
    int64_t buckets[HISTOGRAM_BUCKETS];
};

// Values from `low_us` to `high_us`, both included.
struct histogram_bucket {
    int64_t low_us;
    int64_t high_us;
    int64_t count;
};

void histogram_clear (struct histogram *self);

// Counts a value. A negative one counts as 0.
void histogram_add (struct histogram *self, int64_t value_us);

// Counts all that `other` has counted.
void histogram_merge (struct histogram *self, const struct histogram *other);

// The least bound that at least `parts` in 10,000 of the values do not pass: 5000 is the median,
// 9990 the 99.9th percentile. It is the upper end of a bucket, or the greatest value when that is
// less; never below the true percentile, and above it by one part in 32 at most. 0 when empty.
int64_t histogram_percentile (const struct histogram *self, int64_t parts);

// Walks over the buckets that are not empty, in ascending order. Start with `*at` = 0. Returns
// false when there are no more.
bool histogram_next (const struct histogram *self, size_t *at, struct histogram_bucket *bucket);

#endif
