#include "tests/kit/cache_fixture.h"

cache_t *cf_cache;
arena_t *cf_arena;

void cf_begin (bool follows)
{
    cache_destroy (&cf_cache);
    cf_cache = cache_new (ME, WRITES, follows);
    cache_begin (cf_cache, 1, 0);
}

void cf_set_up (void)
{
    cf_arena = arena_new (4096);
    cf_begin (true);
}

void cf_tear_down (void)
{
    cache_destroy (&cf_cache);
    cache_destroy (&cf_cache);
    arena_destroy (&cf_arena);
}

void cf_snapshot (int64_t version, int64_t fish, int64_t salt, int64_t included)
{
    const struct level levels[] = {{"fish", fish}, {"salt", salt}};
    const struct trader_seen traders[] = {{ME, 1, included}};
    const struct stock stock = {
        .epoch = 1,
        .version = version,
        .stock = levels,
        .stock_count = 2,
        .traders = traders,
        .trader_count = 1,
    };
    cache_snapshot (cf_cache, &stock);
}

bool cf_news_of_epoch (int64_t epoch, int64_t version, const char *product, int64_t available,
                       int64_t included)
{
    const struct trader_seen traders[] = {{ME, 1, included}};
    const struct invalidation news = {
        .epoch = epoch,
        .seq = 1,
        .version = version,
        .product = product,
        .available = available,
        .traders = traders,
        .trader_count = 1,
    };
    return cache_news (cf_cache, &news);
}

bool cf_news (int64_t version, const char *product, int64_t available, int64_t included)
{
    return cf_news_of_epoch (1, version, product, available, included);
}

void cf_correct (int64_t version, int64_t fish, int64_t applied)
{
    const struct level level = {"fish", fish};
    const struct committed committed = {
        .version = version, .applied = applied, .stock = &level, .stock_count = 1};
    cache_correct (cf_cache, &committed);
}

bool cf_dominates (int64_t version, int64_t trader, int64_t epoch, int64_t count)
{
    const struct trader_seen traders[] = {{trader, epoch, count}};
    const struct seen seen = {.version = version, .traders = traders, .count = trader ? 1 : 0};
    return cache_dominates (cf_cache, &seen);
}

int cf_fish (void)
{
    return (int) cache_available (cf_cache, "fish");
}

int cf_salt (void)
{
    return (int) cache_available (cf_cache, "salt");
}
