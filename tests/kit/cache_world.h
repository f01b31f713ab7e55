// For the random test of the cache: a small warehouse that takes the writes of one trader and of
// another, and what it has on its way to that trader: replies in order, and news. Beside it what a
// naive cache remembers: everything.
#ifndef SOUK_CACHE_WORLD_H
#define SOUK_CACHE_WORLD_H

#include <check.h>

#include "actors/clients/random.h"
#include "broker/cache.h"

enum {
    ME = 3,
    OTHER = 5,
    PRODUCTS = 4,
    STEPS = 2000,
    WRITES = 64,  // that the cache holds unconfirmed
    BATCH = 6,
    REPLIES = 2 * STEPS,
    NEWS = 8 * STEPS,
};

struct write {
    int product;
    int64_t units;
    int64_t short_by;
    bool settled;
};

// What the cache was told of a product.
struct figure {
    int64_t version;
    int64_t included;
    int64_t available;
};

struct reply {
    bool snapshot;  // else a commit
    int64_t epoch;
    int64_t version;
    int64_t applied;
    int64_t other;  // writes of the other trader
    int64_t first;  // of the commit's writes
    int64_t short_by[BATCH];
    size_t count;
    bool told[PRODUCTS];  // which levels it carries
    int64_t available[PRODUCTS];
};

struct news {
    int64_t epoch;
    int64_t version;
    int64_t applied;
    int64_t other;
    int product;
    int64_t available;
};

struct world {
    struct random random;
    bool follows;
    cache_t *cache;
    arena_t *arena;
    // The warehouse.
    int64_t epoch;
    int64_t version;
    int64_t available[PRODUCTS];
    int64_t applied;  // writes of ME
    int64_t other;    // writes of OTHER
    // What is under way.
    struct reply replies[REPLIES];
    size_t reply_first;
    size_t reply_next;
    struct news news[NEWS];
    size_t news_first;
    size_t news_next;
    // The naive cache.
    struct write writes[STEPS + 1];
    int64_t written;
    int64_t epoch_seen;
    bool restarted;  // news of a new epoch came, and no snapshot since
    struct figure figures[PRODUCTS];
    bool heard[NEWS];  // versions that came as news
    int64_t snapshot_version;
    int64_t heard_version;
    int stale_seen;
};

extern const char *const world_names[PRODUCTS];

int world_product (struct world *self);  // any

void world_commit (struct world *self);  // of the next writes of this trader, if there are any
void world_others_write (struct world *self);  // something of anything
void world_snapshot (struct world *self);      // is asked for
void world_restart (struct world *self);       // of the warehouse; some news are lost with it

#endif
