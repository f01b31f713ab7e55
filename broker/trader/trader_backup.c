// The trader that keeps a copy of what is decided here. It is found among the live ones, brought up
// to date, and only then made the backup, by the warehouse; whoever was told of a promise can rely
// on it from then on. When it is lost the warehouse is asked to let this trader go on alone, and
// the search begins anew.
//
// The copy for each view is a new one. So a backup whose view has passed can neither acknowledge
// anything for this one, nor take over with a copy that is out of date.
#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_handover.h"
#include "schemas/planted.h"

enum { CLAIM_RETRY_US = 250000 };

static int64_t earlier (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// Without a claim under way this trader may tell what its journal has; else what the backup has.
int64_t backup_may_tell (const trader_t *self)
{
    const struct backup *backup = &self->backup;
    if (backup->guarded && !PLANTED (38)) {
        return earlier (backup->acked, self->recorded);
    }
    return self->now_us < self->hold_until_us ? self->told : self->recorded;
}

static void search_from (trader_t *self, int64_t due_us)
{
    self->backup.state = BACKING_NONE;
    self->backup.due_us = due_us;
}

void backup_joined (trader_t *self)
{
    self->backup = (struct backup){.tried = self->config.id};
    self->hold_until_us =
        self->now_us + (peers_any (self) ? LIVENESS_MISSED * self->config.ping_every_us : 0);
    search_from (self, self->now_us);
}

static void claim (trader_t *self, int64_t backup, bool leaves, struct outbox *out)
{
    trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_CLAIM)->message.claim =
        (struct claim){
            .epoch = self->epoch, .view = self->view, .backup = backup, .leaves = leaves};
    self->backup.due_us = self->now_us + CLAIM_RETRY_US;
}

// Before the claim was sent, nothing that the backup lacks was left to it.
static void release (trader_t *self)
{
    self->backup.guarded = self->backup.guarded && self->backup.state != BACKING_COPYING;
    self->backup.state = BACKING_RELEASING;
    self->backup.due_us = self->now_us;
}

// Sends decisions up to LIMIT_COPIES from a write on; with none left, or while the backup has not
// said which journal they would stand in, the state of things alone.
static void send_some (trader_t *self, struct outbox *out)
{
    struct backup *backup = &self->backup;
    int64_t open = backup->holder > 0 ? self->recorded - backup->sent : 0;
    size_t count = (size_t) earlier (open > 0 ? open : 0, LIMIT_COPIES);
    struct item *items = arena_take (out->arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        items[i] = writes_item (self, writes_request (self, backup->sent + 1 + (int64_t) i));
    }
    struct letter *letter = trader_letter (self, out, PORT_TRADER, backup->trader, MESSAGE_JOURNAL);
    letter->message.journal = (struct journal){
        .view = backup->view,
        .holder = backup->holder,
        .began = self->began,
        .settled = self->settled,
        .write = backup->sent + 1,
        .items = items,
        .item_count = count,
    };
    if (backup->sent <= backup->acked) {
        backup->progress_us = self->now_us;  // Nothing was under way: the wait begins here.
    }
    backup->sent += (int64_t) count;
    backup->settled = self->settled;
    liveness_sent (&backup->life, self->now_us);
}

// What the warehouse has needs no copy any more.
static void skip_settled (trader_t *self)
{
    struct backup *backup = &self->backup;
    backup->sent = backup->sent > self->settled ? backup->sent : self->settled;
    backup->acked = backup->acked > self->settled ? backup->acked : self->settled;
}

static bool awaits_answer (const struct backup *backup)
{
    return backup->sent > backup->acked || !backup->heard;
}

static void copy_on (trader_t *self, struct outbox *out)
{
    struct backup *backup = &self->backup;
    skip_settled (self);
    if (awaits_answer (backup) && self->now_us >= backup->progress_us + self->config.ping_every_us
        && self->now_us >= backup->life.pinged_us + self->config.ping_every_us) {
        backup->sent = backup->acked;  // Go back: what was sent may be lost.
        int64_t since_us = backup->progress_us;
        send_some (self, out);
        backup->progress_us = since_us;
    }
    while (backup->holder > 0 && (backup->sent < self->recorded || !backup->begun)) {
        backup->begun = true;
        send_some (self, out);
    }
    bool tells = backup->settled < self->settled
                 && self->now_us >= backup->life.pinged_us + self->config.ping_every_us;
    if (tells || liveness_wants_ping (&backup->life, self->now_us)) {
        send_some (self, out);
    }
}

// Whether it is to be given up: it is silent, or alive and acknowledges nothing.
static bool is_lost (trader_t *self)
{
    struct backup *backup = &self->backup;
    int64_t bound_us = LIVENESS_MISSED * self->config.ping_every_us;
    return liveness_suspects (&backup->life, self->now_us)
           || (awaits_answer (backup) && self->now_us >= backup->progress_us + bound_us);
}

static void search (trader_t *self, struct outbox *out)
{
    struct backup *backup = &self->backup;
    if (self->now_us < backup->due_us) {
        return;
    }
    int64_t candidate = self->config.ping_every_us > 0 ? peers_next (self, backup->tried) : 0;
    if (candidate == 0) {
        backup->due_us = DEADLINE_NONE;  // Until one is heard of.
        return;
    }
    *backup = (struct backup){
        .state = BACKING_COPYING,
        .trader = candidate,
        .view = self->view + 1,
        .sent = self->settled,
        .acked = self->settled,
        .tried = candidate,
        .progress_us = self->now_us,
    };
    liveness_begin (&backup->life, self->config.ping_every_us, self->now_us);
    send_some (self, out);
}

// First nothing more is told that the candidate lacks; then it catches up with what was told; and
// only then the claim leaves, for from then on it may be the backup.
static void claim_when_caught_up (trader_t *self, struct outbox *out)
{
    struct backup *backup = &self->backup;
    bool caught_up = backup->heard && backup->acked >= self->told;
    backup->guarded = backup->guarded || backup->heard;
    if (caught_up || PLANTED (39)) {
        backup->state = BACKING_CLAIMING;
        claim (self, backup->trader, false, out);
    }
}

static void proceed (trader_t *self, struct outbox *out)
{
    struct backup *backup = &self->backup;
    switch (backup->state) {
    case BACKING_NONE:
        search (self, out);
        break;
    case BACKING_COPYING:
        copy_on (self, out);
        if (is_lost (self)) {
            release (self);  // The next copy must be for another view than this one.
        } else {
            claim_when_caught_up (self, out);
        }
        break;
    case BACKING_CLAIMING:
    case BACKING_BACKED:
        copy_on (self, out);
        if (is_lost (self)) {
            release (self);
        } else if (backup->state == BACKING_CLAIMING && self->now_us >= backup->due_us) {
            claim (self, backup->trader, false, out);
        }
        break;
    case BACKING_RELEASING:
        break;
    }
    if (backup->state == BACKING_RELEASING && self->now_us >= backup->due_us) {
        claim (self, 0, false, out);
    }
}

// It was told to stop, or to yield, nothing is open that it must finish, nor is a takeover.
bool backup_leaving (const trader_t *self)
{
    bool finished =
        (self->stopping && self->pending_count == 0) || (self->yields && handover_settled (self));
    return finished && !copies_busy (self);
}

// It ends in peace: the warehouse is told so.
static void leave (trader_t *self, struct outbox *out)
{
    if (self->left || self->now_us < self->leave_due_us) {
        return;
    }
    claim (self, 0, true, out);
    self->leave_due_us = self->now_us + CLAIM_RETRY_US;
}

void backup_proceed (trader_t *self, struct outbox *out)
{
    if (backup_leaving (self)) {
        leave (self, out);
        return;
    }
    liveness_look (&self->backup.life, self->now_us);
    proceed (self, out);
}

void backup_heard (trader_t *self, int64_t trader)
{
    if (self->backup.trader == trader && trader > 0) {
        liveness_heard (&self->backup.life, self->now_us);
    }
}

void backup_journaled (trader_t *self, int64_t from, const struct journaled *journaled)
{
    struct backup *backup = &self->backup;
    bool active = backup->state == BACKING_COPYING || backup->state == BACKING_CLAIMING
                  || backup->state == BACKING_BACKED;
    if (!active || from != backup->trader || journaled->view != backup->view) {
        return;
    }
    if (journaled->sealed || (backup->holder > 0 && journaled->holder != backup->holder)) {
        release (self);  // It takes no more; or it has lost its journal, and the copy with it.
        return;
    }
    if (backup->holder == 0) {
        backup->holder = journaled->holder;  // Now the copy can begin.
        return;
    }
    if (!journaled->begun) {
        return;  // An answer to what was sent before the beginning.
    }
    backup->heard = true;
    if (journaled->write > backup->acked && journaled->write <= backup->sent) {
        backup->acked = journaled->write;
        backup->progress_us = self->now_us;
    }
}

void backup_view (trader_t *self, const struct view_told *view)
{
    struct backup *backup = &self->backup;
    if (view->view <= self->view) {
        return;  // An answer to what was asked before.
    }
    bool was_backed =
        backup->state == BACKING_BACKED || (backup->state == BACKING_RELEASING && backup->guarded);
    self->view = view->view;
    if (view->state == MEMBER_LEFT) {
        self->left = true;
        return;
    }
    if (view->backup == 0) {
        self->counters.alone += was_backed;
        backup->guarded = false;
        backup->trader = 0;
        search_from (self, self->now_us + self->config.ping_every_us);
    } else if (view->backup == backup->trader && view->view == backup->view) {
        self->counters.backups++;
        self->hold_until_us = self->now_us;
        backup->guarded = true;
        backup->state = backup->state == BACKING_RELEASING ? BACKING_RELEASING : BACKING_BACKED;
        backup->due_us = self->now_us;
    } else {
        release (self);
    }
}

void backup_resend (trader_t *self)
{
    self->backup.sent = self->backup.acked;
}

int64_t backup_due (const trader_t *self)
{
    const struct backup *backup = &self->backup;
    if (backup_leaving (self)) {
        return self->left ? DEADLINE_NONE : self->leave_due_us;
    }
    int64_t due_us = self->now_us < self->hold_until_us ? self->hold_until_us : DEADLINE_NONE;
    if (backup->state == BACKING_NONE || backup->state == BACKING_RELEASING) {
        return earlier (due_us, backup->due_us);
    }
    if (backup->state == BACKING_CLAIMING) {
        due_us = earlier (due_us, backup->due_us);
    }
    if (awaits_answer (backup)) {
        int64_t again_us = backup->progress_us > backup->life.pinged_us ? backup->progress_us
                                                                        : backup->life.pinged_us;
        due_us = earlier (due_us, again_us + self->config.ping_every_us);
    }
    return earlier (due_us, liveness_deadline (&backup->life));
}
