// The cache of one trader against a naive one that remembers everything, fed by a small
// warehouse whose replies come in order and whose news may be lost, doubled and late.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/cache_world.h"

static void take_figure (struct world *self, int product, struct figure figure)
{
    if (figure.version >= self->figures[product].version) {
        self->figures[product] = figure;
    }
}

static void write_something (struct world *self)
{
    int product = world_product (self);
    int64_t available = cache_available (self->cache, world_names[product]);
    int64_t units = random_between (&self->random, -available, 4);
    if (cache_stale (self->cache) || !cache_has_room (self->cache, world_names[product], units)) {
        return;
    }
    ck_assert_int_eq (cache_write (self->cache, world_names[product], units), ++self->written);
    self->writes[self->written] = (struct write){.product = product, .units = units};
}

static size_t levels_of (const struct reply *reply, struct level *levels)
{
    size_t count = 0;
    for (int i = 0; i < PRODUCTS; i++) {
        if (reply->told[i]) {
            levels[count++] = (struct level){world_names[i], reply->available[i]};
        }
    }
    return count;
}

static void settle (struct world *self, const struct reply *reply)
{
    struct level levels[PRODUCTS];
    for (size_t i = 0; i < reply->count; i++) {
        int64_t count = reply->first + (int64_t) i;
        cache_settle (self->cache, count, reply->short_by[i]);
        self->writes[count].short_by = reply->short_by[i];
        self->writes[count].settled = true;
    }
    struct committed committed = {
        .version = reply->version,
        .applied = reply->applied,
        .stock = levels,
        .stock_count = levels_of (reply, levels),
    };
    cache_correct (self->cache, &committed);
}

static void take_snapshot (struct world *self, const struct reply *reply)
{
    struct level levels[PRODUCTS];
    const struct trader_seen traders[] = {{ME, 1, reply->applied}, {OTHER, 1, reply->other}};
    const struct stock stock = {
        .epoch = reply->epoch,
        .version = reply->version,
        .stock = levels,
        .stock_count = levels_of (reply, levels),
        .traders = traders,
        .trader_count = 2,
    };
    cache_snapshot (self->cache, &stock);
    self->snapshot_version = reply->version;
    self->epoch_seen = reply->epoch;
    self->restarted = false;
}

static void deliver_reply (struct world *self)
{
    if (self->reply_first == self->reply_next) {
        return;
    }
    const struct reply *reply = &self->replies[self->reply_first++];
    if (reply->snapshot) {
        take_snapshot (self, reply);
    } else {
        settle (self, reply);
    }
    for (int i = 0; i < PRODUCTS; i++) {
        if (reply->told[i]) {
            take_figure (self, i,
                         (struct figure){reply->version, reply->applied, reply->available[i]});
        }
    }
}

static bool naive_stale (const struct world *self)
{
    for (int64_t version = self->snapshot_version + 1; version <= self->heard_version; version++) {
        if (!self->heard[version]) {
            return true;
        }
    }
    return self->restarted || self->snapshot_version == 0;
}

static void tell_news (struct world *self, const struct news *news)
{
    const struct trader_seen traders[] = {{ME, 1, news->applied}, {OTHER, 1, news->other}};
    const struct invalidation invalidation = {
        .epoch = news->epoch,
        .version = news->version,
        .product = world_names[news->product],
        .available = news->available,
        .traders = traders,
        .trader_count = 2,
    };
    if (news->epoch >= self->epoch_seen) {
        self->restarted = self->restarted || news->epoch > self->epoch_seen;
        self->epoch_seen = news->epoch;
        self->heard[news->version] = true;
        self->heard_version = news->version;
        take_figure (self, news->product,
                     (struct figure){news->version, news->applied, news->available});
    }
    ck_assert_int_eq (cache_news (self->cache, &invalidation), !naive_stale (self));
}

static void deliver_news (struct world *self)
{
    if (self->news_first == self->news_next) {
        return;
    }
    const struct news *news = &self->news[self->news_first++];
    int64_t fate = random_between (&self->random, 0, 99);
    if (!self->follows || fate < 5) {
        return;  // lost
    }
    tell_news (self, news);
    if (fate < 15) {
        tell_news (self, news);
    }
}

static void compare (struct world *self)
{
    for (int i = 0; i < PRODUCTS; i++) {
        int64_t available = self->figures[i].available;
        for (int64_t n = self->figures[i].included + 1; n <= self->written; n++) {
            const struct write *write = &self->writes[n];
            if (write->product == i) {
                available += write->units + (write->settled ? write->short_by : 0);
            }
        }
        ck_assert_int_eq (cache_available (self->cache, world_names[i]),
                          available < 0 ? 0 : available);
    }
    bool stale = naive_stale (self);
    self->stale_seen += stale;
    ck_assert_int_eq (cache_stale (self->cache), stale);
    if (stale) {
        return;
    }
    int64_t version =
        self->heard_version > self->snapshot_version ? self->heard_version : self->snapshot_version;
    arena_reset (self->arena);
    struct seen seen = cache_seen (self->cache, cache_writes (self->cache), self->arena);
    ck_assert_int_eq (seen.version, version);
    ck_assert (cache_dominates (self->cache, &seen));
    seen.version++;
    ck_assert (!cache_dominates (self->cache, &seen));
}

static void step (struct world *self)
{
    int64_t what = random_between (&self->random, 0, 99);
    if (what < 30) {
        write_something (self);
    } else if (what < 45) {
        world_commit (self);
    } else if (what < 55) {
        world_others_write (self);
    } else if (what < 75) {
        deliver_news (self);
    } else if (what < 93) {
        deliver_reply (self);
    } else if (what < 99) {
        world_snapshot (self);
    } else {
        world_restart (self);
    }
}

// When all is quiet and a snapshot came, the cache is what the warehouse is.
static void come_to_rest (struct world *self)
{
    while (self->applied < self->written) {
        world_commit (self);
    }
    while (self->news_first < self->news_next) {
        deliver_news (self);
    }
    world_snapshot (self);
    while (self->reply_first < self->reply_next) {
        deliver_reply (self);
        compare (self);
    }
    for (int i = 0; i < PRODUCTS; i++) {
        ck_assert_int_eq (cache_available (self->cache, world_names[i]), self->available[i]);
        ck_assert (cache_has_room (self->cache, world_names[i], WRITES));
    }
}

static struct world world;

static void run (uint64_t seed, bool follows)
{
    memset (&world, 0, sizeof world);
    world.random = random_seeded (seed);
    world.follows = follows;
    world.epoch = 1;
    world.cache = cache_new (ME, WRITES, follows);
    world.arena = arena_new (1024);
    cache_begin (world.cache, 1, 0);
    world_others_write (&world);
    world_snapshot (&world);
    for (int i = 0; i < STEPS; i++) {
        step (&world);
        compare (&world);
    }
    come_to_rest (&world);
    ck_assert_int_gt (world.written, STEPS / 20);
    ck_assert (!follows || world.stale_seen > STEPS / 50);
    cache_destroy (&world.cache);
    arena_destroy (&world.arena);
}

START_TEST (test_cache_agrees_with_a_naive_one_that_hears_the_news)
{
    run ((uint64_t) _i, true);
}
END_TEST

START_TEST (test_cache_agrees_with_a_naive_one_that_hears_no_news)
{
    run ((uint64_t) _i, false);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("cache random");
    TCase *random = tcase_create ("random");
    tcase_set_timeout (random, 60);
    tcase_add_loop_test (random, test_cache_agrees_with_a_naive_one_that_hears_the_news, 0, 15);
    tcase_add_loop_test (random, test_cache_agrees_with_a_naive_one_that_hears_no_news, 0, 10);
    suite_add_tcase (suite, random);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
