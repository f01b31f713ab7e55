// I4, one owner: at any time the warehouse knows one process of each trader, the one that it has
// granted the latest epoch, and applies its batches in order, each once. Only what the warehouse
// itself says and stores is looked at, since letters may be late.
#include <inttypes.h>
#include <stdlib.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/shelf.h"

struct reign_key {
    int64_t trader;
    int64_t epoch;
};

// How far a trader came in one of its epochs, by the records.
struct reign {
    struct reign_key key;
    int64_t batch;
    UT_hash_handle hh;
};

struct trader {
    int64_t id;
    struct record_trader stored;  // last; epoch 0: never
    struct view_granted granted;  // last; epoch 0: never
    UT_hash_handle hh;
};

struct owner {
    struct shelf shelf;
    struct trader *traders;
    struct reign *reigns;
    struct record_warehouse warehouse;  // as stored last
    bool begins;                        // its process has begun and stored nothing yet
};

static void *owner_make (const struct rules *rules)
{
    (void) rules;  // All markets are alike here.
    struct owner *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    return self;
}

static void owner_destroy (void *context)
{
    struct owner *self = context;
    HASH_CLEAR (hh, self->traders);
    HASH_CLEAR (hh, self->reigns);
    shelf_free (&self->shelf);
    free (self);
}

static struct trader *trader_of (struct owner *self, int64_t id)
{
    struct trader *trader;
    HASH_FIND (hh, self->traders, &id, sizeof id, trader);
    if (!trader) {
        trader = shelf_take (&self->shelf, sizeof *trader);
        trader->id = id;
        HASH_ADD (hh, self->traders, id, sizeof trader->id, trader);
    }
    return trader;
}

static struct reign *find_reign (const struct owner *self, int64_t trader, int64_t epoch)
{
    struct reign_key key = {trader, epoch};
    struct reign *reign;
    HASH_FIND (hh, self->reigns, &key, sizeof key, reign);
    return reign;
}

static void set_reign (struct owner *self, int64_t trader, int64_t epoch, int64_t batch)
{
    struct reign *reign = find_reign (self, trader, epoch);
    if (!reign) {
        reign = shelf_take (&self->shelf, sizeof *reign);
        reign->key = (struct reign_key){trader, epoch};
        HASH_ADD (hh, self->reigns, key, sizeof reign->key, reign);
    }
    reign->batch = batch;
}

static bool see_view (struct owner *self, int64_t id, const struct view_granted *view, char *text)
{
    struct trader *trader = trader_of (self, id);
    const struct view_granted *last = &trader->granted;
    bool same = last->epoch > 0 && last->nonce == view->nonce;
    if (same ? view->epoch != last->epoch : view->epoch <= last->epoch) {
        return complain (text,
                         "trader %" PRId64 " is granted epoch %" PRId64 " for nonce %" PRId64
                         ", after epoch %" PRId64 " for nonce %" PRId64,
                         id, view->epoch, view->nonce, last->epoch, last->nonce);
    }
    if (!find_reign (self, id, view->epoch)) {
        return complain (text,
                         "trader %" PRId64 " is granted epoch %" PRId64 ", which is not stored", id,
                         view->epoch);
    }
    trader->granted = *view;
    return true;
}

static bool see_committed (struct owner *self, int64_t id, const struct committed *committed,
                           char *text)
{
    const struct trader *trader = trader_of (self, id);
    if (committed->epoch < 1 || committed->epoch != trader->granted.epoch) {
        return complain (text,
                         "batch %" PRId64 " of trader %" PRId64 " is committed under epoch %" PRId64
                         ", the latest one granted is %" PRId64,
                         committed->batch, id, committed->epoch, trader->granted.epoch);
    }
    int64_t applied = find_reign (self, id, committed->epoch)->batch;
    if (committed->batch < 1 || committed->batch > applied + 1) {
        return complain (text,
                         "batch %" PRId64 " of trader %" PRId64 " is committed in epoch %" PRId64
                         ", the last one applied is %" PRId64,
                         committed->batch, id, committed->epoch, applied);
    }
    return true;
}

static bool see_answered (struct owner *self, const struct fact *fact, char *text)
{
    switch (fact->message->type) {
    case MESSAGE_VIEW:
        return see_view (self, fact->peer, &fact->message->view, text);
    case MESSAGE_COMMITTED:
        return see_committed (self, fact->peer, &fact->message->committed, text);
    default:
        return true;
    }
}

// What of a trader may follow what was stored of it last.
static bool trader_follows (const struct record_trader *last, const struct record_trader *next)
{
    if (last->epoch > 0
        && next->epoch == last->epoch) {  // Another batch, or the same join once more.
        return next->nonce == last->nonce
               && (next->batch == last->batch || next->batch == last->batch + 1)
               && next->applied >= last->applied;
    }
    bool anew = last->epoch == 0 || next->nonce != last->nonce;
    return next->epoch > last->epoch && anew && next->batch == 0 && next->applied == 0;
}

static bool see_trader (struct owner *self, const struct record_trader *record, char *text)
{
    struct trader *trader = trader_of (self, record->trader);
    const struct record_trader *last = &trader->stored;
    if (!trader_follows (last, record)) {
        return complain (text,
                         "trader %" PRId64 " is stored with epoch %" PRId64 ", nonce %" PRId64
                         ", batch %" PRId64 ", applied %" PRId64 " after %" PRId64 ", %" PRId64
                         ", %" PRId64 ", %" PRId64,
                         record->trader, record->epoch, record->nonce, record->batch,
                         record->applied, last->epoch, last->nonce, last->batch, last->applied);
    }
    set_reign (self, record->trader, record->epoch, record->batch);
    trader->stored = *record;
    return true;
}

static bool see_warehouse (struct owner *self, const struct record_warehouse *record, char *text)
{
    const struct record_warehouse *last = &self->warehouse;
    bool same_life = record->epoch == last->epoch && last->epoch > 0 && !self->begins;
    if ((!same_life && record->epoch != last->epoch + 1) || record->version < last->version) {
        return complain (text,
                         "the warehouse is stored with epoch %" PRId64 ", version %" PRId64
                         " after %" PRId64 ", %" PRId64,
                         record->epoch, record->version, last->epoch, last->version);
    }
    self->warehouse = *record;
    self->begins = false;
    return true;
}

static bool see_stored (struct owner *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_TRADER && !see_trader (self, &record->trader, text)) {
            return false;
        }
        if (record->type == RECORD_WAREHOUSE && !see_warehouse (self, &record->warehouse, text)) {
            return false;
        }
    }
    return true;
}

static bool owner_see (void *context, const struct fact *fact, char *text)
{
    struct owner *self = context;
    switch (fact->type) {
    case FACT_STARTED:
        self->begins = self->begins || fact->node == WAREHOUSE_NODE;
        return true;
    case FACT_ANSWERED:
        return see_answered (context, fact, text);
    case FACT_STORED:
        return see_stored (context, fact, text);
    default:
        return true;
    }
}

const struct checker_class owner_checker = {
    .name = "owner",
    .about = "I4: one process owns each trader's epoch, and epochs only rise",
    .make = owner_make,
    .see = owner_see,
    .destroy = owner_destroy,
};
