// A binary heap (Williams 1964).
#include "broker/queue.h"

#include <assert.h>
#include <stdlib.h>

struct queue {
    size_t size;
    size_t size_max;
    struct queued heap[];  // the children of i are 2i + 1 and 2i + 2, neither less than i
};

queue_t *queue_new (size_t size_max)
{
    queue_t *self = calloc (1, sizeof *self + size_max * sizeof *self->heap);
    if (!self) {
        abort ();
    }
    self->size_max = size_max;
    return self;
}

void queue_destroy (queue_t **self_p)
{
    assert (self_p);
    free (*self_p);
    *self_p = NULL;
}

size_t queue_size (const queue_t *self)
{
    return self->size;
}

static int order (int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

int rank_compare (const struct rank *a, const struct rank *b)
{
    if (a->first != b->first) {
        return order (a->first, b->first);
    }
    if (a->node != b->node) {
        return order (a->node, b->node);
    }
    return order (a->number, b->number);
}

void queue_push (queue_t *self, struct rank rank, int32_t request)
{
    assert (self->size < self->size_max);
    size_t i = self->size++;
    while (i > 0) {
        size_t parent = (i - 1) / 2;
        if (rank_compare (&self->heap[parent].rank, &rank) <= 0) {
            break;
        }
        self->heap[i] = self->heap[parent];
        i = parent;
    }
    self->heap[i] = (struct queued){.rank = rank, .request = request};
}

int32_t queue_pop (queue_t *self)
{
    assert (self->size > 0);
    int32_t request = self->heap[0].request;
    struct queued last = self->heap[--self->size];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= self->size) {
            break;
        }
        if (child + 1 < self->size
            && rank_compare (&self->heap[child + 1].rank, &self->heap[child].rank) < 0) {
            child++;
        }
        if (rank_compare (&last.rank, &self->heap[child].rank) <= 0) {
            break;
        }
        self->heap[i] = self->heap[child];
        i = child;
    }
    self->heap[i] = last;
    return request;
}
