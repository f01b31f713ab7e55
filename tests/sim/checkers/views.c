#include "tests/sim/checkers/views.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const states[] = {
    [MEMBER_LIVE] = "live",     [MEMBER_SUSPECTED] = "suspected", [MEMBER_TAKING] = "taking",
    [MEMBER_FAILED] = "failed", [MEMBER_LEFT] = "left",
};

static bool same_owner (const struct view *a, const struct view *b)
{
    return a->trader.epoch == b->trader.epoch && a->trader.nonce == b->trader.nonce;
}

static bool same_writes (const struct view *a, const struct view *b)
{
    return a->view.began == b->view.began && a->trader.applied == b->trader.applied;
}

static bool is_alone (const struct view *view)
{
    return view->view.backup == 0 && view->view.taker == 0;
}

// Nothing of the view but a batch more.
static const char *same_view_wrong (const struct view *last, const struct view *next)
{
    const struct record_view *a = &last->view;
    const struct record_view *b = &next->view;
    int64_t batches = next->trader.batch - last->trader.batch;
    if (!same_owner (last, next) || a->began != b->began || a->state != b->state
        || a->backup != b->backup || a->taker != b->taker || a->closed != b->closed) {
        return "a view that changes counts its change";
    }
    if (batches != 0 && batches != 1) {
        return "batches are applied one by one";
    }
    if (next->trader.applied < last->trader.applied
        || (batches == 0 && next->trader.applied > last->trader.applied)) {
        return "writes are applied by batches, and stay applied";
    }
    bool commits = b->state == MEMBER_LIVE || b->state == MEMBER_TAKING;
    return batches == 0 || commits ? NULL : "nobody commits for a trader that is gone";
}

// A process has joined.
static const char *grant_wrong (const struct view *last, const struct view *next, bool forsaken)
{
    bool first = last->trader.epoch == 0;
    bool over = last->view.state == MEMBER_FAILED || last->view.state == MEMBER_LEFT;
    bool alone = last->view.state == MEMBER_LIVE && last->view.backup == 0;
    if (next->trader.epoch != last->trader.epoch + 1 || next->trader.batch != 0
        || !is_alone (next)) {
        return "a process that joins has the next epoch, no batch and no backup";
    }
    bool fresh = next->view.began == next->trader.epoch;
    bool gives_up = forsaken && alone && fresh && next->view.closed == next->trader.epoch;
    if (next->view.closed != last->view.closed && !gives_up) {
        return "a join closes nothing";
    }
    if (fresh) {
        return next->trader.applied != 0 ? "a fresh start has no writes"
               : first || over || alone  ? NULL
                                         : "a fresh start waits until all is settled";
    }
    return same_writes (last, next) && !over && !first ? NULL : "who resumes goes on where it was";
}

static const char *claim_wrong (const struct view *last, const struct view *next)
{
    bool leaves = next->view.state == MEMBER_LEFT;
    if (last->view.state != MEMBER_LIVE || !same_owner (last, next)
        || next->trader.batch != last->trader.batch || !same_writes (last, next)
        || next->view.taker != 0) {
        return "a claim changes a live view's backup, or ends it";
    }
    if (leaves) {
        return next->view.backup == 0 && next->view.closed == next->trader.epoch + 1
                   ? NULL
                   : "who leaves has no backup, and its epoch is closed";
    }
    if (next->view.closed != last->view.closed) {
        return "a claim closes nothing";
    }
    return next->view.backup == next->trader.trader ? "nobody is a backup of its own" : NULL;
}

static const char *takeover_wrong (const struct view *last, const struct view *next)
{
    if (last->view.state != MEMBER_LIVE || last->view.backup == 0
        || next->view.taker != last->view.backup) {
        return "none but the backup of a live trader takes it over";
    }
    return next->trader.epoch == last->trader.epoch + 1 && next->trader.batch == 0
                   && next->view.backup == 0 && same_writes (last, next)
                   && next->view.closed == last->view.closed
               ? NULL
               : "a takeover raises the epoch, and keeps what is applied";
}

static const char *completion_wrong (const struct view *last, const struct view *next)
{
    return last->view.state == MEMBER_TAKING && next->trader.epoch == last->trader.epoch
                   && is_alone (next) && same_writes (last, next)
                   && next->view.closed == next->trader.epoch + 1
               ? NULL
               : "a takeover that is complete closes the epochs before its own";
}

// Others were elected. In an elected market nothing is ever open that a trader has decided by
// itself.
static const char *unseated_wrong (const struct view *last, const struct view *next)
{
    return last->view.state == MEMBER_LIVE && next->view.state == MEMBER_FAILED
                   && same_owner (last, next) && same_writes (last, next) && is_alone (next)
                   && next->trader.batch == last->trader.batch
                   && next->view.closed == next->trader.epoch + 1
               ? NULL
               : "who loses its seat has failed, and its epoch is closed";
}

const char *views_wrong (const struct view *last, const struct view *next, bool forsaken,
                         bool unseated)
{
    if (next->view.view == last->view.view) {
        return same_view_wrong (last, next);
    }
    if (next->view.view != last->view.view + 1) {
        return "views count by one";
    }
    if (unseated) {
        return unseated_wrong (last, next);
    }
    switch (next->view.state) {
    case MEMBER_LIVE:
        return next->trader.nonce != last->trader.nonce || last->trader.epoch == 0
                   ? grant_wrong (last, next, forsaken)
                   : claim_wrong (last, next);
    case MEMBER_LEFT:
        return claim_wrong (last, next);
    case MEMBER_TAKING:
        return takeover_wrong (last, next);
    case MEMBER_FAILED:
        return completion_wrong (last, next);
    default:
        return "no view is stored in such a state";
    }
}

bool views_forsakes (const struct view *last, const struct view *next)
{
    return last->view.state == MEMBER_LIVE && last->trader.epoch > 0
           && next->view.state == MEMBER_LIVE && next->view.began > last->view.began;
}

void views_print (const struct view *view, char text[VIEW_TEXT])
{
    snprintf (text, VIEW_TEXT,
              "epoch %" PRId64 ", view %" PRId64 ", %s, began %" PRId64 ", batch %" PRId64
              ", applied %" PRId64 ", backup %" PRId64 ", taker %" PRId64 ", closed %" PRId64
              ", nonce %" PRId64,
              view->trader.epoch, view->view.view, states[view->view.state], view->view.began,
              view->trader.batch, view->trader.applied, view->view.backup, view->view.taker,
              view->view.closed, view->trader.nonce);
}
