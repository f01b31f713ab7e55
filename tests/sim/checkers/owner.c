// I4, one owner: at any time the warehouse knows one process that commits for a trader. It is the
// one that was granted the latest epoch, or, while that one is taken over, its backup. A view is
// changed by steps that are allowed (views.h), and batches are applied in order, each once. Only
// what the warehouse itself says and stores is looked at, since letters may be late.
#include <inttypes.h>
#include <stdlib.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/shelf.h"
#include "tests/sim/checkers/views.h"

struct trader {
    int64_t id;
    struct view stored;  // last
    struct view next;    // with what the records of one transaction change
    bool forsaken;
    UT_hash_handle hh;
};

struct owner {
    struct shelf shelf;
    struct trader *traders;
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

static bool same_view (const struct view_told *told, const struct view *stored)
{
    const struct record_trader *trader = &stored->trader;
    const struct record_view *view = &stored->view;
    return told->nonce == trader->nonce && told->epoch == trader->epoch
           && told->batch == trader->batch && told->applied == trader->applied
           && told->view == view->view && told->state == view->state && told->backup == view->backup
           && told->taker == view->taker && told->began == view->began;
}

static bool see_view (struct owner *self, int64_t peer, const struct view_told *told, char *text)
{
    char stored[VIEW_TEXT];
    const struct view *view = &trader_of (self, told->trader)->stored;
    if (!same_view (told, view)) {
        views_print (view, stored);
        return complain (text,
                         "trader %" PRId64 " is told of trader %" PRId64 " epoch %" PRId64
                         ", view %" PRId64 ", nonce %" PRId64 "; stored is: %s",
                         peer, told->trader, told->epoch, told->view, told->nonce, stored);
    }
    for (size_t i = 0; i < told->member_count; i++) {
        const struct member *member = &told->members[i];
        view = &trader_of (self, member->trader)->stored;
        if (member->epoch != view->trader.epoch || member->state != view->view.state) {
            views_print (view, stored);
            return complain (text,
                             "trader %" PRId64 " is told that trader %" PRId64
                             " is a member of epoch %" PRId64 "; stored is: %s",
                             peer, member->trader, member->epoch, stored);
        }
    }
    return true;
}

static bool see_committed (struct owner *self, int64_t peer, const struct committed *committed,
                           char *text)
{
    char stored[VIEW_TEXT];
    int64_t id = committed->trader ? committed->trader : peer;
    const struct view *view = &trader_of (self, id)->stored;
    bool own = view->view.state == MEMBER_LIVE && peer == id;
    bool takes = view->view.state == MEMBER_TAKING && peer == view->view.taker;
    if (committed->epoch >= 1 && committed->epoch == view->trader.epoch && (own || takes)
        && committed->batch >= 1 && committed->batch <= view->trader.batch) {
        return true;
    }
    views_print (view, stored);
    return complain (text,
                     "batch %" PRId64 " of epoch %" PRId64 " of trader %" PRId64
                     " is committed to trader %" PRId64 "; stored is: %s",
                     committed->batch, committed->epoch, id, peer, stored);
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

// Whether the transaction elects others than this trader.
static bool is_unseated (const struct fact *fact, int64_t trader)
{
    bool unseated = false;
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct seating *seating = &fact->records[i].seats.seating;
        if (fact->records[i].type != RECORD_SEATS) {
            continue;
        }
        unseated = true;
        for (size_t j = 0; j < seating->seat_count; j++) {
            unseated = unseated && seating->seats[j] != trader;
        }
    }
    return unseated;
}

static bool take_step (struct trader *trader, bool unseated, char *text)
{
    char last[VIEW_TEXT];
    char next[VIEW_TEXT];
    const char *wrong = views_wrong (&trader->stored, &trader->next, trader->forsaken, unseated);
    if (!wrong) {
        trader->stored = trader->next;
        trader->stored.view.router = NULL;  // The record's, which goes.
        return true;
    }
    views_print (&trader->stored, last);
    views_print (&trader->next, next);
    return complain (text, "trader %" PRId64 " is stored as %s after %s: %s", trader->id, next,
                     last, wrong);
}

// The records of a trader say together how its view stands.
static bool see_stored (struct owner *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_TRADER) {
            trader_of (self, record->trader.trader)->next.trader = record->trader;
        } else if (record->type == RECORD_VIEW) {
            trader_of (self, record->view.trader)->next.view = record->view;
        } else if (record->type == RECORD_WAREHOUSE
                   && !see_warehouse (self, &record->warehouse, text)) {
            return false;
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        bool about = record->type == RECORD_TRADER || record->type == RECORD_VIEW;
        int64_t id = record->type == RECORD_TRADER ? record->trader.trader : record->view.trader;
        if (about && !take_step (trader_of (self, id), is_unseated (fact, id), text)) {
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
    case FACT_FORSAKEN:
        trader_of (self, fact->node)->forsaken = true;
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
    .about = "I4: one process commits for each trader, and its view changes by the rules",
    .make = owner_make,
    .see = owner_see,
    .destroy = owner_destroy,
};
