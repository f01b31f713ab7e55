// A trader's cache of the warehouse's stock, for the policies that decide by themselves.
//
// What it holds of a product is the warehouse's figure as of some version, plus this trader's own
// writes that the figure does not include yet. Figures come in three ways: a snapshot, an
// invalidation, and the correction after an oversell. Versions count by one over all products, so
// a step of more than one is a lost invalidation: the cache is stale then, until a snapshot (the
// Clone pattern of the zguide: subscribe, fetch, apply what is newer).
//
// It answers two questions: how much is there to sell, and has it seen all that a request has.
#ifndef SOUK_CACHE_H
#define SOUK_CACHE_H

#include "broker/seen.h"
#include "schemas/arena.h"
#include "schemas/message.h"

typedef struct cache cache_t;

// For the trader of this id. At most `writes_max` writes can be ahead of what the warehouse is
// known to include. With `follows` the cache learns of its own writes' inclusion by invalidations
// and snapshots; without, by their commits alone. The caller owns the result and must destroy it.
cache_t *cache_new (int64_t trader, size_t writes_max, bool follows);
void cache_destroy (cache_t **self_p);

// Begins anew: this trader's writes count since its epoch `epoch`, and the warehouse has the first
// `settled` of them. Stale until a snapshot.
void cache_begin (cache_t *self, int64_t epoch, int64_t settled);

bool cache_stale (const cache_t *self);  // a snapshot is needed before anything is decided
void cache_expire (cache_t *self);       // it is known to have missed something: stale from now on

int64_t cache_version (const cache_t *self);  // of the warehouse, up to which it has seen all
int64_t cache_writes (const cache_t *self);   // count of this trader's latest write

// Whether the cache has seen all that the token has.
bool cache_dominates (const cache_t *self, const struct seen *seen);

// All that the cache has seen, of its own writes those up to `write`: what an answer to that write
// rests on. The list is taken from `arena`.
struct seen cache_seen (const cache_t *self, int64_t write, arena_t *arena);

// Units that may be sold; 0 for a product that it does not know, never negative.
int64_t cache_available (const cache_t *self, const char *product);

// Whether another write of `units` fits; not where writes_max of them are unconfirmed, or where
// a restock brings a product too many.
bool cache_has_room (const cache_t *self, const char *product, int64_t units);

// Applies a write of this trader: `units` more (a restock), less (a buy) or 0 (a refusal, which
// is a write too: the warehouse will remember it). Returns its count, 1, 2, 3 … in the epoch.
int64_t cache_write (cache_t *self, const char *product, int64_t units);

// The warehouse has applied the write of this count, `short_by` units of it not. Counts come in
// order.
void cache_settle (cache_t *self, int64_t count, int64_t short_by);

// The warehouse's figures. cache_news returns false when the cache is stale afterwards.
void cache_snapshot (cache_t *self, const struct stock *stock);
bool cache_news (cache_t *self, const struct invalidation *news);
void cache_correct (cache_t *self, const struct committed *committed);

#endif
