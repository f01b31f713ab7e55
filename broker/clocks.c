#include "broker/clocks.h"

#include <string.h>

int64_t lamport_send (int64_t *clock)
{
    if (*clock < LIMIT_INTEGER) {
        (*clock)++;
    }
    return *clock;
}

void lamport_receive (int64_t *clock, int64_t received)
{
    if (*clock < received) {
        *clock = received < LIMIT_INTEGER ? received : LIMIT_INTEGER;
    }
    (void) lamport_send (clock);
}

void clock_init (struct clock_vector *self)
{
    self->count = 0;
}

// The count of `node`, made when it is missing; NULL when there is no room for it.
static int64_t *component (struct clock_vector *self, int64_t node)
{
    size_t low = 0;
    size_t high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->ticks[middle].node < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == self->count || self->ticks[low].node != node) {
        if (self->count == LIMIT_VECTOR) {
            return NULL;
        }
        memmove (&self->ticks[low + 1], &self->ticks[low],
                 (self->count - low) * sizeof self->ticks[0]);
        self->ticks[low] = (struct tick){.node = node, .count = 0};
        self->count++;
    }
    return &self->ticks[low].count;
}

bool clock_tick (struct clock_vector *self, int64_t node)
{
    int64_t *count = component (self, node);
    if (!count) {
        return false;
    }
    (void) lamport_send (count);
    return true;
}

bool clock_merge (struct clock_vector *self, const struct vector *other)
{
    bool whole = true;
    for (size_t i = 0; i < other->count; i++) {
        if (other->ticks[i].count <= 0) {
            continue;
        }
        int64_t *count = component (self, other->ticks[i].node);
        if (!count) {
            whole = false;
        } else if (*count < other->ticks[i].count) {
            int64_t theirs = other->ticks[i].count;
            *count = theirs < LIMIT_INTEGER ? theirs : LIMIT_INTEGER;
        }
    }
    return whole;
}

enum clock_order clock_compare (const struct vector *a, const struct vector *b)
{
    bool less = false;     // somewhere a knows less than b
    bool greater = false;  // somewhere a knows more than b
    size_t i = 0;
    size_t j = 0;
    while (i < a->count || j < b->count) {
        int64_t of_a = 0;
        int64_t of_b = 0;
        if (j == b->count || (i < a->count && a->ticks[i].node < b->ticks[j].node)) {
            of_a = a->ticks[i++].count;
        } else if (i == a->count || b->ticks[j].node < a->ticks[i].node) {
            of_b = b->ticks[j++].count;
        } else {
            of_a = a->ticks[i++].count;
            of_b = b->ticks[j++].count;
        }
        less = less || of_a < of_b;
        greater = greater || of_a > of_b;
    }
    if (less && greater) {
        return CLOCK_CONCURRENT;
    }
    if (less) {
        return CLOCK_BEFORE;
    }
    return greater ? CLOCK_AFTER : CLOCK_EQUAL;
}

int64_t clock_sum (const struct vector *self)
{
    // 64 components of at most 2^53 each stay below 2^63.
    int64_t sum = 0;
    for (size_t i = 0; i < self->count && i < LIMIT_VECTOR; i++) {
        int64_t count = self->ticks[i].count;
        if (count > 0) {
            sum += count < LIMIT_INTEGER ? count : LIMIT_INTEGER;
        }
    }
    return sum;
}

int clock_rank (const struct vector *a, int64_t node_a, const struct vector *b, int64_t node_b)
{
    int64_t sum_a = clock_sum (a);
    int64_t sum_b = clock_sum (b);
    if (sum_a != sum_b) {
        return sum_a < sum_b ? -1 : 1;
    }
    if (node_a != node_b) {
        return node_a < node_b ? -1 : 1;
    }
    return 0;
}

struct vector clock_view (const struct clock_vector *self)
{
    return (struct vector){.ticks = self->ticks, .count = self->count};
}
