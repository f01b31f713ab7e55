// A cached trader decides by itself, and may promise what another one sells at the same time. But
// it sells by what it knows: the stock that the warehouse had at some time, no older than what it
// had said before to have seen, less its own sales that this stock does not include yet, and more by
// its own restocks. What it promises beyond all of that, nobody gave it reason to believe in. And
// whoever is promised a part gets all that there is. A promise is judged when it is recorded, which
// is when it is made.
//
// Which state of the warehouse a cache has heard of last is not seen from outside, so every state
// from that version on may be it. Versions rise within a batch, product by product: of one whose end
// was not reached, the state before it counts too.
//
// What a client has seen is what the cache has seen where that waits for it, and not in a batched
// product. What is sold from leases is none of a cache.
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/shelf.h"
#include "tests/sim/checkers/stock_levels.h"
#include "tests/sim/checkers/stock_writes.h"

struct stock_check {
    stock_levels_t *levels;
    stock_writes_t *writes;
};

static void *make (const struct rules *rules)
{
    struct stock_check *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->levels = stock_levels_new ();
    self->writes = stock_writes_new (rules);
    return self;
}

static void destroy (void *context)
{
    struct stock_check *self = context;
    stock_levels_destroy (&self->levels);
    stock_writes_destroy (&self->writes);
    free (self);
}

// The most units that the trader may have taken for available when it promised these, having seen
// this version; less where it is shown soon that there were enough.
static int64_t most_believed (const struct stock_check *self, const struct promise *promise)
{
    int64_t version = promise->version;
    struct writes_walk walk = stock_writes_walk (self->writes, promise, false);
    struct stretch stretch = {.version = version + 1};
    int64_t most = 0;
    for (size_t back = 0; stretch.version > version && most < promise->units; back++) {
        if (!stock_levels_back (self->levels, promise->product, back, &stretch)) {
            break;
        }
        int64_t units =
            stretch.level - stock_writes_promised (self->writes, promise, stretch.last, &walk);
        if (units < promise->units) {
            units += stock_writes_restocked (self->writes, promise, stretch.first);
        }
        most = units > most ? units : most;
    }
    return most;
}

// The least units, likewise; more where it is shown soon that there may have been so few.
static int64_t least_believed (const struct stock_check *self, const struct promise *promise)
{
    int64_t version = promise->version;
    struct writes_walk walk = stock_writes_walk (self->writes, promise, true);
    struct stretch stretch = {.version = version + 1};
    int64_t least = INT64_MAX;
    for (size_t back = 0; stretch.version > version && least > promise->units; back++) {
        if (!stock_levels_back (self->levels, promise->product, back, &stretch)) {
            break;
        }
        int64_t units =
            stretch.level - stock_writes_promised (self->writes, promise, stretch.first, &walk);
        least = units < least ? units : least;
        if (!walk.whole) {
            return 0;
        }
    }
    return least;
}

static bool say_wrong (const struct promise *promise, int64_t units, const char *bound, char *text)
{
    return complain (text,
                     "trader %lld promises client %lld, for its request %lld, %lld units of %s: by "
                     "what it can have known from version %lld on, and its own writes before "
                     "number %lld since epoch %lld, there were at %s %lld",
                     (long long) promise->trader, (long long) promise->client,
                     (long long) promise->number, (long long) promise->units, promise->product,
                     (long long) promise->version, (long long) promise->write,
                     (long long) promise->began, bound, (long long) units);
}

static bool check_promise (const struct stock_check *self, const struct promise *promise,
                           char *text)
{
    int64_t most = most_believed (self, promise);
    if (promise->units > most) {
        return say_wrong (promise, most, "most", text);
    }
    if (!stock_writes_part (self->writes, promise)) {
        return true;
    }
    int64_t least = least_believed (self, promise);
    return promise->units >= least || say_wrong (promise, least, "least", text);
}

static bool see_recorded (const struct stock_check *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        struct promise promise;
        if (stock_writes_recorded (self->writes, fact, &fact->records[i], &promise)
            && !check_promise (self, &promise, text)) {
            return false;
        }
    }
    stock_writes_roomy (self->writes, fact);
    return true;
}

static bool see (void *context, const struct fact *fact, char *text)
{
    struct stock_check *self = context;
    switch (fact->type) {
    case FACT_ASKED:
        stock_writes_asked (self->writes, fact);
        return true;
    case FACT_STORED:
        stock_levels_stored (self->levels, fact);
        stock_writes_stored (self->writes, fact, stock_levels_state (self->levels));
        return true;
    case FACT_SAID:
        stock_writes_said (self->writes, fact);
        return true;
    case FACT_UNRECORDED:
        stock_writes_crowded (self->writes, fact);
        return true;
    case FACT_RECORDED:
        return see_recorded (self, fact, text);
    default:
        return true;
    }
}

const struct checker_class stock_checker = {
    .name = "stock",
    .about = "cached: nothing is promised that its trader had no reason to believe in",
    .make = make,
    .see = see,
    .destroy = destroy,
};
