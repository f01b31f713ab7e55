// A bazaar's warehouse: a core and its store in memory, stepped as its shell would do it, that can
// crash on the way and start again from what was written.
#ifndef SOUK_BAZAAR_WAREHOUSE_H
#define SOUK_BAZAAR_WAREHOUSE_H

#include "actors/clients/random.h"
#include "actors/warehouse/warehouse.h"

struct wh_store;

struct bazaar_warehouse {
    struct random random;
    int64_t crash_per_mille;  // of requests
    int64_t answers_kept;
    warehouse_t *core;
    struct wh_store *store;
    int64_t version;  // as stored
    int64_t crashes;
};

void bazaar_warehouse_init (struct bazaar_warehouse *self, uint64_t seed, int64_t answers_kept,
                            int64_t crash_per_mille);
void bazaar_warehouse_free (struct bazaar_warehouse *self);

// Starts it, or starts it again. Letters are left in `out`, its records are stored.
void bazaar_warehouse_start (struct bazaar_warehouse *self, int64_t now_us, struct outbox *out);

// As a step of the core, but a crash loses the letters, and perhaps the records too.
void bazaar_warehouse_step (struct bazaar_warehouse *self, const struct event *event,
                            struct outbox *out);

#endif
