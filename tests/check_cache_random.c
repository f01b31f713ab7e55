// The cache of one trader against a naive one that remembers everything, fed by a small
// warehouse whose replies come in order and whose news may be lost, doubled and late.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "actors/random.h"
#include "broker/cache.h"

enum {
    ME = 3,
    OTHER = 5,
    PRODUCTS = 4,
    STEPS = 2000,
    WRITES = 64,       // that the cache holds unconfirmed
    BATCH = 6,
    REPLIES = 2 * STEPS,
    NEWS = 8 * STEPS,
};

static const char *const names[PRODUCTS] = {"fish", "garum", "menhir", "salt"};

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
    int64_t other;                // writes of the other trader
    int64_t first;                // of the commit's writes
    int64_t short_by[BATCH];
    size_t count;
    bool told[PRODUCTS];          // which levels it carries
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
    int64_t applied;              // writes of ME
    int64_t other;                // writes of OTHER
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
    bool restarted;               // news of a new epoch came, and no snapshot since
    struct figure figures[PRODUCTS];
    bool heard[NEWS];             // versions that came as news
    int64_t snapshot_version;
    int64_t heard_version;
    int64_t other_seen;
    int stale_seen;
};

static int any_product (struct world *self)
{
    return (int) random_between (&self->random, 0, PRODUCTS - 1);
}

static void publish (struct world *self, const bool *touched)
{
    for (int i = 0; i < PRODUCTS; i++) {
        if (touched[i]) {
            self->version++;
            ck_assert_uint_lt (self->news_next, NEWS);
            self->news[self->news_next++] = (struct news){
                .epoch = self->epoch,
                .version = self->version,
                .applied = self->applied,
                .other = self->other,
                .product = i,
                .available = self->available[i],
            };
        }
    }
}

static struct reply *add_reply (struct world *self)
{
    ck_assert_uint_lt (self->reply_next, REPLIES);
    struct reply *reply = &self->replies[self->reply_next++];
    memset (reply, 0, sizeof *reply);
    return reply;
}

static void stamp (struct world *self, struct reply *reply)
{
    reply->epoch = self->epoch;
    reply->version = self->version;
    reply->applied = self->applied;
    reply->other = self->other;
    memcpy (reply->available, self->available, sizeof reply->available);
}

// The warehouse applies the next writes of this trader.
static void commit (struct world *self)
{
    bool touched[PRODUCTS] = {false};
    if (self->applied == self->written) {
        return;
    }
    struct reply *reply = add_reply (self);
    reply->first = self->applied + 1;
    for (int i = 0; i < BATCH && self->applied < self->written; i++) {
        const struct write *write = &self->writes[++self->applied];
        int64_t after = self->available[write->product] + write->units;
        reply->short_by[reply->count++] = after < 0 ? -after : 0;
        reply->told[write->product] = reply->told[write->product] || after < 0;
        self->available[write->product] = after < 0 ? 0 : after;
        touched[write->product] = touched[write->product] || write->units != 0;
    }
    publish (self, touched);
    stamp (self, reply);
}

static void somebody_else_writes (struct world *self)
{
    bool touched[PRODUCTS] = {false};
    for (int64_t i = random_between (&self->random, 1, 3); i > 0; i--) {
        int product = any_product (self);
        int64_t after = self->available[product] + random_between (&self->random, -4, 3);
        self->available[product] = after < 0 ? 0 : after;
        touched[product] = true;
        self->other++;
    }
    publish (self, touched);
}

static void ask_for_snapshot (struct world *self)
{
    struct reply *reply = add_reply (self);
    reply->snapshot = true;
    stamp (self, reply);
    memset (reply->told, true, sizeof reply->told);
}

// What was on its way is lost, but for what the trader has to ask for again.
static void restart (struct world *self)
{
    self->epoch++;
    self->news_first += (size_t) random_between (&self->random, 0,
                                                 (int64_t) (self->news_next - self->news_first));
}

static void take_figure (struct world *self, int product, struct figure figure)
{
    if (figure.version >= self->figures[product].version) {
        self->figures[product] = figure;
    }
}

static void write_something (struct world *self)
{
    int product = any_product (self);
    int64_t available = cache_available (self->cache, names[product]);
    int64_t units = random_between (&self->random, -available, 4);
    if (cache_stale (self->cache) || !cache_has_room (self->cache, names[product], units)) {
        return;
    }
    ck_assert_int_eq (cache_write (self->cache, names[product], units), ++self->written);
    self->writes[self->written] = (struct write){.product = product, .units = units};
}

static size_t levels_of (const struct reply *reply, struct level *levels)
{
    size_t count = 0;
    for (int i = 0; i < PRODUCTS; i++) {
        if (reply->told[i]) {
            levels[count++] = (struct level){names[i], reply->available[i]};
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
    self->other_seen = reply->other > self->other_seen ? reply->other : self->other_seen;
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
        .product = names[news->product],
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
        ck_assert_int_eq (cache_available (self->cache, names[i]), available < 0 ? 0 : available);
    }
    bool stale = naive_stale (self);
    self->stale_seen += stale;
    ck_assert_int_eq (cache_stale (self->cache), stale);
    if (stale) {
        return;
    }
    int64_t version = self->heard_version > self->snapshot_version ? self->heard_version
                                                                   : self->snapshot_version;
    arena_reset (self->arena);
    struct seen seen = cache_seen (self->cache, self->arena);
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
        commit (self);
    } else if (what < 55) {
        somebody_else_writes (self);
    } else if (what < 75) {
        deliver_news (self);
    } else if (what < 93) {
        deliver_reply (self);
    } else if (what < 99) {
        ask_for_snapshot (self);
    } else {
        restart (self);
    }
}

// When all is quiet and a snapshot came, the cache is what the warehouse is.
static void come_to_rest (struct world *self)
{
    while (self->applied < self->written) {
        commit (self);
    }
    while (self->news_first < self->news_next) {
        deliver_news (self);
    }
    ask_for_snapshot (self);
    while (self->reply_first < self->reply_next) {
        deliver_reply (self);
        compare (self);
    }
    for (int i = 0; i < PRODUCTS; i++) {
        ck_assert_int_eq (cache_available (self->cache, names[i]), self->available[i]);
        ck_assert (cache_has_room (self->cache, names[i], WRITES));
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
    cache_begin (world.cache, 1);
    somebody_else_writes (&world);
    ask_for_snapshot (&world);
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
