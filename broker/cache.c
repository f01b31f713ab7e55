#include "broker/cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "schemas/planted.h"

struct cached {
    char name[LIMIT_PRODUCT_NAME + 1];
    int64_t version;    // of the warehouse's figure
    int64_t included;   // own writes up to this count are in the figure
    int64_t available;  // the figure, plus own writes that it does not include
    UT_hash_handle hh;  // by name
};

struct own_write {
    struct cached *product;  // NULL: of an unknown product, a refusal
    int64_t units;
};

struct cache {
    int64_t trader;
    int64_t epoch;  // of this trader: in which its writes began to count
    bool follows;
    bool stale;
    int64_t warehouse_epoch;
    struct seen_token known;  // everything up to here is included, over all products
    struct seen_token run;    // what the latest unbroken run of invalidations says
    int64_t run_first;        // version of its first one
    struct cached *products;  // LIMIT_PRODUCTS of them
    size_t product_count;
    struct cached *by_name;    // uthash
    struct own_write *writes;  // write n stands at n % writes_max
    int64_t writes_max;
    int64_t first;    // the oldest write that a figure may lack
    int64_t next;     // count of the next write
    int64_t settled;  // count of the latest write that the warehouse is known to have applied
};

cache_t *cache_new (int64_t trader, size_t writes_max, bool follows)
{
    cache_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->trader = trader;
    self->writes_max = (int64_t) writes_max;
    self->follows = follows;
    self->products = calloc (LIMIT_PRODUCTS, sizeof *self->products);
    self->writes = calloc (writes_max, sizeof *self->writes);
    if (!self->products || !self->writes) {
        abort ();
    }
    cache_begin (self, 0, 0);
    return self;
}

void cache_destroy (cache_t **self_p)
{
    assert (self_p);
    cache_t *self = *self_p;
    if (!self) {
        return;
    }
    HASH_CLEAR (hh, self->by_name);
    free (self->products);
    free (self->writes);
    free (self);
    *self_p = NULL;
}

void cache_begin (cache_t *self, int64_t epoch, int64_t settled)
{
    self->epoch = epoch;
    self->stale = true;
    self->warehouse_epoch = 0;
    seen_init (&self->known);
    seen_init (&self->run);
    self->run_first = 0;
    HASH_CLEAR (hh, self->by_name);
    self->product_count = 0;
    self->first = settled + 1;
    self->next = settled + 1;
    self->settled = settled;
}

static struct cached *find (const cache_t *self, const char *name)
{
    struct cached *product;
    HASH_FIND_STR (self->by_name, name, product);
    return product;
}

// The product's entry; NULL when there are too many.
static struct cached *find_or_add (cache_t *self, const char *name)
{
    struct cached *product = find (self, name);
    if (!product && self->product_count < LIMIT_PRODUCTS) {
        product = &self->products[self->product_count++];
        *product = (struct cached){0};
        memcpy (product->name, name, strlen (name) + 1);
        HASH_ADD_STR (self->by_name, name, product);
    }
    return product;
}

static struct own_write *write_of (const cache_t *self, int64_t count)
{
    return &self->writes[count % self->writes_max];
}

bool cache_stale (const cache_t *self)
{
    return self->stale;
}

void cache_expire (cache_t *self)
{
    self->stale = true;
}

int64_t cache_version (const cache_t *self)
{
    return self->known.version;
}

int64_t cache_writes (const cache_t *self)
{
    return self->next - 1;
}

struct seen cache_seen (const cache_t *self, int64_t write, arena_t *arena)
{
    const struct seen_token *known = &self->known;
    struct trader_seen *traders = arena_take (arena, known->count + 1, sizeof *traders);
    size_t count = 0;
    size_t i = 0;
    while (i < known->count && known->traders[i].trader < self->trader) {
        traders[count++] = known->traders[i++];
    }
    traders[count++] = (struct trader_seen){
        .trader = self->trader,
        .epoch = self->epoch,
        .count = write,
    };
    if (i < known->count && known->traders[i].trader == self->trader) {
        i++;  // What the warehouse has of this trader's writes is behind its own count.
    }
    while (i < known->count && count < LIMIT_TRADERS) {
        traders[count++] = known->traders[i++];
    }
    return (struct seen){.version = known->version, .traders = traders, .count = count};
}

bool cache_dominates (const cache_t *self, const struct seen *seen)
{
    if (self->stale || self->known.version < seen->version) {
        return false;
    }
    struct seen known = seen_view (&self->known);
    for (size_t i = 0; i < seen->count; i++) {
        const struct trader_seen *theirs = &seen->traders[i];
        struct trader_seen ours = seen_of (&known, theirs->trader);
        if (theirs->trader == self->trader && self->epoch >= ours.epoch) {
            ours = (struct trader_seen){.epoch = self->epoch, .count = self->next - 1};
        }
        if (ours.epoch < theirs->epoch
            || (ours.epoch == theirs->epoch && ours.count < theirs->count)) {
            return false;
        }
    }
    return true;
}

int64_t cache_available (const cache_t *self, const char *name)
{
    const struct cached *product = find (self, name);
    return product && product->available > 0 ? product->available : 0;
}

bool cache_has_room (const cache_t *self, const char *name, int64_t units)
{
    return self->next - self->first < self->writes_max
           && (units <= 0 || self->product_count < LIMIT_PRODUCTS || find (self, name));
}

int64_t cache_write (cache_t *self, const char *name, int64_t units)
{
    assert (cache_has_room (self, name, units));
    struct cached *product = units != 0 ? find_or_add (self, name) : find (self, name);
    assert (product || units == 0);
    *write_of (self, self->next) = (struct own_write){.product = product, .units = units};
    if (product) {
        product->available += units;
    }
    return self->next++;
}

// Forgets the oldest writes that every figure includes.
static void forget_included (cache_t *self)
{
    while (self->first < self->next) {
        const struct own_write *write = write_of (self, self->first);
        if (write->product && write->units != 0 && write->product->included < self->first) {
            return;
        }
        self->first++;
    }
}

void cache_settle (cache_t *self, int64_t count, int64_t short_by)
{
    self->settled = count;
    if (count < self->first) {
        return;  // A figure that is newer than the commit came first.
    }
    struct own_write *write = write_of (self, count);
    struct cached *product = write->product;
    if (product && product->included < count) {
        write->units += short_by;
        product->available += short_by;
        if (!self->follows) {
            product->included = count;
        }
    }
    forget_included (self);
}

// Takes a figure over: what the warehouse has of a product, with own writes up to `included`.
static void rebase (cache_t *self, const char *name, int64_t version, int64_t included,
                    int64_t available)
{
    struct cached *product = find_or_add (self, name);
    if (!product || (version < product->version && !PLANTED (17))) {
        return;
    }
    product->version = version;
    product->included = included;
    product->available = available;
    int64_t from = included + 1 > self->first ? included + 1 : self->first;
    for (int64_t count = from; count < self->next; count++) {
        const struct own_write *write = write_of (self, count);
        if (write->product == product && !PLANTED (26)) {
            product->available += write->units;
        }
    }
}

// How many of this trader's writes, in its present epoch, a list of traders includes.
static int64_t own_included (const cache_t *self, const struct trader_seen *traders, size_t count)
{
    struct seen seen = {.traders = traders, .count = count};
    struct trader_seen own = seen_of (&seen, self->trader);
    return own.epoch == self->epoch ? own.count : 0;
}

void cache_snapshot (cache_t *self, const struct stock *stock)
{
    int64_t included = own_included (self, stock->traders, stock->trader_count);
    if (!self->follows && included < self->settled) {
        return;  // It is from before a commit whose writes are forgotten: it would undo them.
    }
    for (size_t i = 0; i < stock->stock_count; i++) {
        rebase (self, stock->stock[i].product, stock->version, included, stock->stock[i].available);
    }
    struct seen seen = {
        .version = stock->version,
        .traders = stock->traders,
        .count = stock->trader_count,
    };
    (void) seen_merge (&self->known, &seen);
    if (self->run.version > stock->version && self->run_first <= stock->version + 1) {
        struct seen run = seen_view (&self->run);
        (void) seen_merge (&self->known, &run);
    }
    self->warehouse_epoch = stock->epoch;
    self->stale = self->run.version > self->known.version;
    forget_included (self);
}

bool cache_news (cache_t *self, const struct invalidation *news)
{
    if (news->epoch < self->warehouse_epoch) {
        return !self->stale;
    }
    if (news->epoch > self->warehouse_epoch) {
        self->warehouse_epoch = news->epoch;
        self->stale = true;
    }
    struct seen seen = {
        .version = news->version,
        .traders = news->traders,
        .count = news->more ? 0 : news->trader_count,  // They count the whole batch.
    };
    if (news->version > self->run.version) {
        if (news->version > self->run.version + 1) {
            seen_init (&self->run);
            self->run_first = news->version;
        }
        (void) seen_merge (&self->run, &seen);
    }
    int64_t included = own_included (self, news->traders, news->trader_count);
    rebase (self, news->product, news->version, included, news->available);
    if (!PLANTED (4) && news->version > self->known.version + 1) {
        self->stale = true;
    }
    if (!self->stale) {
        (void) seen_merge (&self->known, &seen);
    }
    forget_included (self);
    return !self->stale;
}

void cache_correct (cache_t *self, const struct committed *committed)
{
    for (size_t i = 0; i < committed->stock_count; i++) {
        rebase (self, committed->stock[i].product, committed->version, committed->applied,
                committed->stock[i].available);
    }
    forget_included (self);
}
