// A bounded priority queue of requests: whatever the market's order is, a request has a rank in
// it, and the least rank goes first. Ranks are total, so the order never depends on anything else.
#ifndef SOUK_QUEUE_H
#define SOUK_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rank {
    int64_t first;   // arrival, Lamport clock or the sum of a vector clock
    int64_t node;    // breaks ties
    int64_t number;  // and those
};

struct queued {
    struct rank rank;
    int32_t request;  // index of the request in its owner's pool
};

typedef struct queue queue_t;

// The caller owns the result and must destroy it.
queue_t *queue_new (size_t size_max);
void queue_destroy (queue_t **self_p);

size_t queue_size (const queue_t *self);

// The queue must have room.
void queue_push (queue_t *self, struct rank rank, int32_t request);

// Takes the request of the least rank out. The queue must not be empty.
int32_t queue_pop (queue_t *self);

// Negative, zero or positive, like strcmp.
int rank_compare (const struct rank *a, const struct rank *b);

#endif
