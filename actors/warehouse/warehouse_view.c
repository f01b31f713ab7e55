// The traders' views: who may commit for a trader, who backs it up, who takes it over. A view
// changes by compare-and-swap alone: who wants to change it says what it takes it to be, and the
// answer tells what it is, granted or not. So a request that comes again changes nothing more, and
// one that comes late changes nothing at all.
#include <string.h>

#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

static const struct member *members (const warehouse_t *self, struct outbox *out, size_t *count)
{
    size_t i = 0;
    *count = HASH_COUNT (self->views);
    struct member *list = arena_take (out->arena, *count, sizeof *list);
    for (const struct view *view = self->views; view; view = view->hh.next) {
        list[i++] = (struct member){
            .trader = view->trader,
            .epoch = view->epoch,
            .state = view->state,
            .router = view->router,
        };
    }
    return list;
}

// Tells the trader's view as it stands: all zero of one that never joined.
static void tell (warehouse_t *self, struct outbox *out, int64_t to, int64_t trader)
{
    static const struct view none = {.state = MEMBER_LEFT};
    const struct view *known = warehouse_view (self, trader);
    const struct view *view = known ? known : &none;
    size_t count;
    const struct member *list = members (self, out, &count);
    warehouse_letter (self, out, PORT_WAREHOUSE, to, MESSAGE_VIEW)->view = (struct view_told){
        .trader = trader,
        .nonce = view->nonce,
        .epoch = view->epoch,
        .view = view->view,
        .state = view->state,
        .backup = view->backup,
        .taker = view->taker,
        .began = view->began,
        .applied = view->applied,
        .batch = view->batch,
        .members = list,
        .member_count = count,
    };
}

void warehouse_change_view (warehouse_t *self, struct view *view, struct outbox *out)
{
    view->view++;
    warehouse_record_trader (view, out);
    warehouse_record_view (view, out);
    warehouse_publish_member (self, view, out);
    warehouse_tell_leases (self, out);
}

// A router too long for a view is none that a trader could have bound.
static void take_router (struct view *view, const char *router)
{
    size_t length = router ? strnlen (router, LIMIT_ENDPOINT) : 0;
    memcpy (view->router, router ? router : "", length);
    view->router[length] = 0;
}

// How a join is granted: not at all; with nothing of an earlier life; or going on from it.
enum grant { GRANT_NOTHING, GRANT_FRESH, GRANT_RESUME };

// A join is granted to whoever knows the epoch before: one that comes late, from a process that was
// replaced meanwhile, takes nobody's place. A trader with its journal goes on where it was, even
// out of a takeover, since the journal holds all that the trader has told. Without it, the backup
// alone knows that, and must settle it first; and without a backup nobody knows what it has sold of
// its leases, unless whoever runs it gives that up.
static enum grant decide_join (const warehouse_t *self, const struct view *view,
                               const struct join *join)
{
    if (!view) {
        return join->epoch == 0 ? GRANT_FRESH : GRANT_NOTHING;
    }
    if (view->epoch != join->epoch) {
        return GRANT_NOTHING;
    }
    if ((view->state == MEMBER_FAILED && !PLANTED (45)) || view->state == MEMBER_LEFT) {
        return GRANT_FRESH;
    }
    if (join->began != 0 && join->began == view->began) {
        return GRANT_RESUME;
    }
    bool alone = view->backup == 0 || PLANTED (50);
    if (view->state != MEMBER_LIVE || !alone) {
        return GRANT_NOTHING;
    }
    bool lost = join->abandon || PLANTED (58) || !warehouse_holds_leases (self, view->trader);
    return lost ? GRANT_FRESH : GRANT_NOTHING;
}

// What a process without a journal leaves of the one before it: what that had sold of its leases
// and not recorded counts no more, so that others may sell it and decide who was waiting.
static void abandon (warehouse_t *self, struct view *view)
{
    if (warehouse_holds_leases (self, view->trader)) {
        warehouse_free_leases (self, view->trader);
        view->closed = view->epoch;
        self->counters.abandoned++;
    }
}

// `fresh`: its writes count anew, from the epoch that it is granted.
static void grant_join (warehouse_t *self, struct view *view, const struct join *join, bool fresh,
                        struct outbox *out)
{
    if (!PLANTED (16) || view->epoch == 0) {
        view->epoch++;
    }
    view->nonce = join->nonce;
    view->batch = 0;
    if (fresh) {
        view->began = view->epoch;
        view->applied = 0;
        abandon (self, view);
    } else {
        self->counters.resumed++;
        warehouse_resume_leases (self, view->trader);
    }
    view->state = MEMBER_LIVE;
    view->backup = 0;
    view->taker = 0;
    take_router (view, join->router);
    warehouse_change_view (self, view, out);
}

// The same process asks again, and may be reached elsewhere by now.
static void join_again (warehouse_t *self, struct view *view, const struct join *join,
                        struct outbox *out)
{
    char before[sizeof view->router];
    memcpy (before, view->router, sizeof before);
    take_router (view, join->router);
    if (strcmp (before, view->router) != 0) {
        warehouse_record_view (view, out);
        warehouse_publish_member (self, view, out);
    }
}

void warehouse_join (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct join *join = &message->join;
    if (warehouse_unseated (self, message->from)) {
        warehouse_refuse_unseated (self, message, out);
        return;
    }
    struct view *view = warehouse_view (self, message->from);
    if (view && view->nonce == join->nonce) {
        join_again (self, view, join, out);
        tell (self, out, message->from, message->from);
        return;
    }
    enum grant grant = decide_join (self, view, join);
    if (!view && grant != GRANT_NOTHING) {
        view = warehouse_add_view (self, message->from);
        if (!view) {
            warehouse_error (self, out, message->from, REASON_LIMIT, 0,
                             "no room for another trader: use the id of one that has ended");
            return;
        }
    }
    if (grant != GRANT_NOTHING) {
        grant_join (self, view, join, grant == GRANT_FRESH, out);
    }
    tell (self, out, message->from, message->from);
}

// A backup is a trader that could take over: another one, which is live.
static bool may_back_up (const warehouse_t *self, const struct view *view, int64_t backup)
{
    const struct view *other = warehouse_view (self, backup);
    return backup == 0 || (other && other->trader != view->trader && other->state == MEMBER_LIVE);
}

void warehouse_claim (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct claim *claim = &message->claim;
    struct view *view = warehouse_view (self, message->from);
    if (view && view->state == MEMBER_LIVE && claim->epoch == view->epoch
        && claim->view == view->view
        && (claim->leaves || may_back_up (self, view, claim->backup))) {
        view->backup = claim->leaves ? 0 : claim->backup;
        if (claim->leaves) {
            view->state = MEMBER_LEFT;
            view->closed = view->epoch + 1;
            warehouse_free_leases (self, view->trader);
        }
        warehouse_change_view (self, view, out);
    }
    tell (self, out, message->from, message->from);
}

// From here on the trader itself commits nothing more, and what its backup commits for it counts as
// its own.
static void begin_takeover (warehouse_t *self, struct view *view, int64_t taker, struct outbox *out)
{
    view->epoch++;
    view->batch = 0;
    view->state = MEMBER_TAKING;
    view->taker = taker;
    view->backup = 0;
    if (PLANTED (53)) {
        warehouse_free_leases (self, view->trader);
    }
    warehouse_change_view (self, view, out);
}

// All that the trader had told is settled; what it had not told counts no more.
static void complete_takeover (warehouse_t *self, struct view *view, struct outbox *out)
{
    view->state = MEMBER_FAILED;
    view->taker = 0;
    if (!PLANTED (49)) {
        view->closed = view->epoch + 1;  // Nor will it ever decide in the taker's epoch.
    }
    self->counters.takeovers++;
    warehouse_free_leases (self, view->trader);
    warehouse_change_view (self, view, out);
}

void warehouse_takeover (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct takeover *takeover = &message->takeover;
    struct view *view = warehouse_view (self, takeover->trader);
    bool current = view && view->view == takeover->view;
    if (current && !takeover->complete && view->state == MEMBER_LIVE
        && (view->backup == message->from || PLANTED (43))) {
        begin_takeover (self, view, message->from, out);
    } else if (current && takeover->complete && view->state == MEMBER_TAKING
               && view->taker == message->from) {
        complete_takeover (self, view, out);
    }
    tell (self, out, message->from, takeover->trader);
}
