#include "actors/clients/histogram.h"

#include <string.h>

enum { PER_DOUBLING = 1 << HISTOGRAM_LINEAR_BITS };

static const int64_t VALUE_MAX = (INT64_C (1) << HISTOGRAM_TOP_BITS) - 1;

static size_t bucket_of (int64_t value)
{
    unsigned shift = 0;  // by how much the value must shrink to be below 2 × PER_DOUBLING
    while ((value >> shift) >= 2 * PER_DOUBLING) {
        shift++;
    }
    return (size_t) shift * PER_DOUBLING + (size_t) (value >> shift);
}

static struct histogram_bucket bounds (size_t at)
{
    size_t shift = at < 2 * PER_DOUBLING ? 0 : at / PER_DOUBLING - 1;
    int64_t low = (int64_t) (at - shift * PER_DOUBLING) << shift;
    return (struct histogram_bucket){
        .low_us = low, .high_us = low + (INT64_C (1) << shift) - 1, .count = 0};
}

void histogram_clear (struct histogram *self)
{
    memset (self, 0, sizeof *self);
}

void histogram_add (struct histogram *self, int64_t value_us)
{
    int64_t value = value_us < 0 ? 0 : value_us;
    value = value > VALUE_MAX ? VALUE_MAX : value;
    if (!self->count || value < self->min_us) {
        self->min_us = value;
    }
    if (value > self->max_us) {
        self->max_us = value;
    }
    self->count++;
    self->sum_us += value;
    self->buckets[bucket_of (value)]++;
}

void histogram_merge (struct histogram *self, const struct histogram *other)
{
    if (!other->count) {
        return;
    }
    if (!self->count || other->min_us < self->min_us) {
        self->min_us = other->min_us;
    }
    if (other->max_us > self->max_us) {
        self->max_us = other->max_us;
    }
    self->count += other->count;
    self->sum_us += other->sum_us;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        self->buckets[i] += other->buckets[i];
    }
}

int64_t histogram_percentile (const struct histogram *self, int64_t parts)
{
    int64_t share = parts < 0 ? 0 : parts > 10000 ? 10000 : parts;
    // Rounded up, and in two steps, so that no count of values can overflow.
    int64_t rank = self->count / 10000 * share + (self->count % 10000 * share + 9999) / 10000;
    int64_t passed = 0;
    struct histogram_bucket bucket;
    for (size_t at = 0; histogram_next (self, &at, &bucket);) {
        passed += bucket.count;
        if (passed >= rank) {
            return bucket.high_us < self->max_us ? bucket.high_us : self->max_us;
        }
    }
    return self->max_us;
}

bool histogram_next (const struct histogram *self, size_t *at, struct histogram_bucket *bucket)
{
    while (*at < HISTOGRAM_BUCKETS) {
        size_t i = (*at)++;
        if (self->buckets[i]) {
            *bucket = bounds (i);
            bucket->count = self->buckets[i];
            return true;
        }
    }
    return false;
}
