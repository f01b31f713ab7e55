#include "tests/sim/checkers/promises.h"

#include <assert.h>
#include <stdlib.h>

#include "tests/sim/checkers/pairs.h"

// A node's latest process.
struct process {
    int64_t life;     // 0: nothing is known of it
    int64_t started;  // as promises.now
    bool ended;
};

struct promise {
    int64_t asked;   // when first, as promises.now; 0: never
    int64_t trader;  // the only one that was asked; NOBODY: several were
    bool again;      // it was sent again before anything was promised
    int64_t life;    // of the process that promised
    int64_t units;   // 0: nothing is promised
};

struct promises {
    int64_t now;     // counts what is taken in, so that it can be told what came first
    pairs_t *nodes;  // (node, 0)
    struct process *processes;
    size_t process_size;
    struct promise *promises;
    size_t promise_size;
};

enum { NOBODY = -1 };

promises_t *promises_new (void)
{
    promises_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->nodes = pairs_new ();
    return self;
}

void promises_destroy (promises_t **self_p)
{
    assert (self_p);
    promises_t *self = *self_p;
    if (!self) {
        return;
    }
    pairs_destroy (&self->nodes);
    free (self->processes);
    free (self->promises);
    free (self);
    *self_p = NULL;
}

static struct process *process_of (promises_t *self, int64_t node)
{
    size_t place = pairs_place (self->nodes, node, 0);
    self->processes =
        array_room (self->processes, &self->process_size, place + 1, sizeof *self->processes);
    return &self->processes[place];
}

static struct promise *promise_at (promises_t *self, size_t place)
{
    self->promises =
        array_room (self->promises, &self->promise_size, place + 1, sizeof *self->promises);
    return &self->promises[place];
}

void promises_process (promises_t *self, const struct fact *fact)
{
    struct process *process = process_of (self, fact->node);
    self->now++;
    if (fact->type == FACT_STARTED) {
        *process = (struct process){.life = fact->life, .started = self->now};
    } else if (!process->life || process->life == fact->life) {
        process->life = fact->life;
        process->ended = true;
    }
}

void promises_asked (promises_t *self, size_t place, const struct fact *fact)
{
    const struct message *message = fact->message;
    struct promise *promise = promise_at (self, place);
    int64_t attempt =
        message->type == MESSAGE_BUY ? message->buy.attempt : message->restock.attempt;
    self->now++;
    if (!promise->asked) {
        promise->asked = self->now;
        promise->trader = fact->peer;
    } else if (promise->trader != fact->peer) {
        promise->trader = NOBODY;
        promise->units = 0;
    }
    promise->again = promise->again || attempt > 1;
}

int64_t promises_said (promises_t *self, size_t place, const struct fact *fact, bool alone)
{
    int64_t units = fact->message->receipt.units;
    struct promise *promise = promise_at (self, place);
    const struct process *process = process_of (self, fact->node);
    if (promise->trader != fact->node || (process->life && process->life != fact->life)) {
        return units;
    }
    if (promise->units && promise->life == fact->life) {
        return promise->units;
    }
    if (alone && !promise->again && promise->asked > process->started) {
        promise->life = fact->life;
        promise->units = units;
    }
    return units;
}

void promises_drop (promises_t *self, size_t place)
{
    promise_at (self, place)->units = 0;
}

// Once the process is gone, the next one may have been asked, and the warehouse itself by that.
int64_t promises_units (const promises_t *self, size_t place)
{
    if (place >= self->promise_size || !self->promises[place].units) {
        return 0;
    }
    const struct promise *promise = &self->promises[place];
    size_t node = pairs_find (self->nodes, promise->trader, 0);
    assert (node != PAIRS_NONE);
    const struct process *process = &self->processes[node];
    bool lives = !process->life || (process->life == promise->life && !process->ended);
    return lives ? promise->units : 0;
}
