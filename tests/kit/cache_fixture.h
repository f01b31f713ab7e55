// What the tests of the cache share: one cache of trader ME, and the warehouse's figures for it.
#ifndef SOUK_CACHE_FIXTURE_H
#define SOUK_CACHE_FIXTURE_H

#include <check.h>

#include "broker/cache.h"

enum { ME = 3, OTHER = 5, WRITES = 8 };  // WRITES: that it holds unconfirmed

extern cache_t *cf_cache;
extern arena_t *cf_arena;

// For a checked fixture of Check: a cache that follows the news, in epoch 1 and stale.
void cf_set_up (void);
void cf_tear_down (void);

void cf_begin (bool follows);  // another one

// A snapshot of fish and salt, in which `included` of this trader's writes are.
void cf_snapshot (int64_t version, int64_t fish, int64_t salt, int64_t included);

// News of a product, from a warehouse in its first life or in another. Returns what the cache does.
bool cf_news (int64_t version, const char *product, int64_t available, int64_t included);
bool cf_news_of_epoch (int64_t epoch, int64_t version, const char *product, int64_t available,
                       int64_t included);

// The correction after an oversell: what there is of fish.
void cf_correct (int64_t version, int64_t fish, int64_t applied);

// Whether the cache has seen this version, and this much of a trader (0: of none).
bool cf_dominates (int64_t version, int64_t trader, int64_t epoch, int64_t count);

int cf_fish (void);  // available
int cf_salt (void);

#endif
