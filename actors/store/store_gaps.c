#include "actors/store/store_gaps.h"

#include <stdlib.h>

#include "schemas/limits.h"

enum { GAPS_FIRST = 256 };

// What was noted of one client.
struct client {
    int64_t highest;  // 0: nothing
    int64_t lowest;   // so far
};

struct gaps {
    int64_t answers_kept;
    struct client *clients;  // by node id
    struct record_skipped *found;
    size_t count;
    size_t size;
};

struct gaps *gaps_new (int64_t answers_kept)
{
    struct gaps *self = calloc (1, sizeof *self);
    struct client *clients = calloc (LIMIT_NODE + 1, sizeof *clients);
    if (!self || !clients) {
        free (self);
        free (clients);
        return NULL;
    }
    self->answers_kept = answers_kept;
    self->clients = clients;
    return self;
}

void gaps_destroy (struct gaps **self_p)
{
    struct gaps *self = *self_p;
    if (!self) {
        return;
    }
    free (self->clients);
    free (self->found);
    free (self);
    *self_p = NULL;
}

static bool make_room (struct gaps *self)
{
    if (self->count < self->size) {
        return true;
    }
    size_t size = self->size ? 2 * self->size : GAPS_FIRST;
    struct record_skipped *found = realloc (self->found, size * sizeof *found);
    if (!found) {
        return false;
    }
    self->found = found;
    self->size = size;
    return true;
}

// Adds the numbers between two that were used, as far as they are below those whose answers are
// kept and not too old. Beyond the limit the lowest ones of all are left out, for they come last.
static bool add (struct gaps *self, int64_t node, int64_t below, int64_t above)
{
    int64_t highest = self->clients[node].highest;
    int64_t least = highest - LIMIT_SKIPPED_BACK + 1;
    int64_t most = highest - self->answers_kept;
    int64_t first = below + 1 > least ? below + 1 : least;
    int64_t last = above - 1 < most ? above - 1 : most;
    if (first > last || self->count == LIMIT_SKIPPED) {
        return true;
    }
    if (!make_room (self)) {
        return false;
    }
    self->found[self->count++] = (struct record_skipped){node, first, last};
    return true;
}

bool gaps_note (struct gaps *self, int64_t node, int64_t number)
{
    if (node < 1 || node > LIMIT_NODE || number < 1 || number > LIMIT_INTEGER) {
        return true;
    }
    struct client *client = &self->clients[node];
    if (client->highest == 0) {
        *client = (struct client){.highest = number, .lowest = number};
        return true;
    }
    int64_t above = client->lowest;
    client->lowest = number;
    return add (self, node, number, above);
}

static int by_client (const void *a, const void *b)
{
    const struct record_skipped *one = a;
    const struct record_skipped *other = b;
    if (one->client != other->client) {
        return one->client < other->client ? -1 : 1;
    }
    return (one->first > other->first) - (one->first < other->first);
}

bool gaps_load (struct gaps *self, store_visit_fn *visit, void *context, const char **error)
{
    for (int64_t node = 1; node <= LIMIT_NODE; node++) {
        const struct client *client = &self->clients[node];
        if (client->highest > 0 && !add (self, node, 0, client->lowest)) {
            *error = "out of memory";
            return false;
        }
    }
    if (self->count > 0) {
        qsort (self->found, self->count, sizeof *self->found, by_client);
    }
    for (size_t i = 0; i < self->count; i++) {
        if (!visit (context, &(struct record){.type = RECORD_SKIPPED, .skipped = self->found[i]})) {
            *error = "numbers that were skipped contradict the orders and lots";
            return false;
        }
    }
    return true;
}
