// What the trader itself asks the warehouse for: its epoch, and snapshots for its cache.
#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_handover.h"
#include "broker/trader/trader_lease.h"

void trader_start (trader_t *self, struct outbox *out)
{
    self->join_due_us = self->now_us;
    trader_ask (self, out);
}

// Another process has this trader's place. The first time that is the one before this process, to
// be replaced; later it is one that has come since, and this process gives way. It may have to
// wait: while the backup of the one before it is at work, or nobody but the backup knows what that
// one had decided.
static void find_place (trader_t *self, const struct view_told *view)
{
    if (view->epoch < self->epoch_before) {
        return;  // An older answer that comes late.
    }
    if (self->nonce_before > 0 && self->nonce_before != view->nonce) {
        self->fenced = true;
        return;
    }
    bool is_news = view->epoch > self->epoch_before;
    self->place_refusals = is_news ? 0 : self->place_refusals + 1;
    self->place_view = *view;
    self->place_view.members = NULL;  // They live as long as the message.
    self->place_view.member_count = 0;
    self->nonce_before = view->nonce;
    self->epoch_before = view->epoch;
    self->join_due_us = self->now_us + (is_news ? 0 : JOIN_PAUSE_US);
}

const char *trader_why_waiting (const trader_t *self)
{
    const struct view_told *view = &self->place_view;
    bool is_free = view->state == MEMBER_FAILED || view->state == MEMBER_LEFT;
    // One refusal may be the answer to a join that was sent twice.
    if (self->epoch > 0 || self->place_refusals < 2 || is_free) {
        return NULL;
    }
    if (view->state == MEMBER_TAKING || view->backup > 0) {
        return "it waits for its place: another trader, its backup, has a copy of what it had "
               "decided, and takes that over first";
    }
    return "it waits for its place: units are leased to it, and what it has sold of them stands in "
           "its journal alone, which is not here. Bring the journal back, or start it under "
           "another --id, or with --abandon, which gives up what it had decided and the warehouse "
           "does not have";
}

static void begin (trader_t *self, const struct message *message)
{
    const struct view_told *view = &message->view;
    self->epoch = view->epoch;
    self->view = view->view;
    self->market = message->market;
    self->news_due_us = DEADLINE_NONE;
    self->batch_first = 1;
    self->batch_next = 1;
    writes_granted (self, view);
    self->snapshot_due_us = self->now_us;
    peers_joined (self);
    backup_joined (self);
}

// The view of this trader changes only as it asks for it, or when it is taken over.
static void change (trader_t *self, const struct view_told *view)
{
    if (view->nonce != self->nonce) {
        self->fenced = self->fenced || view->epoch > self->epoch;
    } else if (self->config.elected && view->state == MEMBER_FAILED) {
        handover_removed (self);
    } else if (view->epoch > self->epoch) {
        self->taken = true;
    } else {
        backup_view (self, view);
    }
}

void trader_view (trader_t *self, const struct message *message, struct outbox *out)
{
    const struct view_told *view = &message->view;
    peers_learn (self, view);
    if (view->trader != self->config.id) {
        copies_view (self, view, out);
    } else if (self->epoch > 0) {
        change (self, view);
    } else if (view->nonce != self->nonce) {
        find_place (self, view);
    } else if (self->yields) {
        return;  // It had left before it could join: its place is given up when others are elected.
    } else if (view->state == MEMBER_LIVE) {
        begin (self, message);
    } else if (self->config.elected) {
        handover_removed (self);
    } else {
        self->taken = true;  // Granted, and taken over before the answer came.
    }
}

// Whoever counts writes of this trader in a later epoch has heard of the process that replaced it.
static bool is_replaced (const trader_t *self, const struct trader_seen *traders, size_t count)
{
    struct seen seen = {.traders = traders, .count = count};
    return seen_of (&seen, self->config.id).epoch > self->began;
}

void trader_stock (trader_t *self, const struct message *message)
{
    const struct stock *stock = &message->stock;
    self->snapshot_due_us = self->now_us + SNAPSHOT_PAUSE_US;
    self->snapshot_asked = false;
    if (!self->caches || self->epoch == 0) {
        return;
    }
    if (is_replaced (self, stock->traders, stock->trader_count)) {
        self->fenced = true;
        return;
    }
    if (stock->version >= self->committed) {  // Else it would undo what is known to be committed.
        cache_snapshot (self->cache, stock);
        self->stocked = true;
        self->snapshot_us = self->snapshot_sent_us;
    }
}

// The cache learns by news; else news of stock only wake those who wait for it.
static bool follows_stock (const trader_t *self)
{
    return self->caches && self->config.invalidation;
}

void trader_news (trader_t *self, const struct message *message, struct outbox *out)
{
    const struct invalidation *news = &message->invalidation;
    if (message->type == MESSAGE_MEMBER) {
        peers_member (self, message, out);
        return;
    }
    if (message->type == MESSAGE_RECALL && self->epoch > 0) {
        lease_recalled (self, &message->recall);
    }
    if (message->type != MESSAGE_INVALIDATION || !trader_follows (self) || self->epoch == 0) {
        return;
    }
    if (is_replaced (self, news->traders, news->trader_count)) {
        self->fenced = true;
        return;
    }
    lease_news (self, news);
    if (!follows_stock (self)) {
        return;
    }
    bool was_stale = cache_stale (self->cache);
    if (!cache_news (self->cache, news) && !was_stale) {
        self->counters.gaps++;
    }
}

// A batch is committed: the news of it must come soon, or they are lost, and perhaps no others
// follow that would show it. One batch is awaited at a time, so that news which are on their way
// are not taken for lost because others are behind them.
void trader_await_news (trader_t *self, int64_t version)
{
    if (version > self->committed) {
        self->committed = version;
    }
    if (follows_stock (self) && self->news_due_us == DEADLINE_NONE
        && self->committed > cache_version (self->cache)) {
        self->news_version = self->committed;
        self->news_due_us = self->now_us + NEWS_WAIT_US;
    }
}

static void look_for_news (trader_t *self)
{
    if (self->news_due_us == DEADLINE_NONE) {
        return;
    }
    if (cache_version (self->cache) >= self->news_version) {
        self->news_due_us = DEADLINE_NONE;
        trader_await_news (self, self->committed);
    } else if (self->now_us >= self->news_due_us) {
        self->news_due_us = DEADLINE_NONE;
        self->counters.gaps += !cache_stale (self->cache);
        cache_expire (self->cache);
    }
}

// Whether a snapshot is wanted at once: nothing can be decided, or something waits for a newer
// cache.
static bool wants_snapshot (const trader_t *self)
{
    return cache_stale (self->cache) || self->waiting.count > 0;
}

// A cache that expires is fetched anew, whether or not anybody asks for it just now.
static int64_t snapshot_due (const trader_t *self)
{
    if (!self->caches || self->epoch == 0) {
        return DEADLINE_NONE;
    }
    if (wants_snapshot (self)) {
        return self->snapshot_due_us;
    }
    int64_t expires_us = self->snapshot_us + self->expiry_us;
    int64_t not_before_us = expires_us > self->snapshot_due_us ? expires_us : self->snapshot_due_us;
    return self->expiry_us > 0 ? not_before_us : DEADLINE_NONE;
}

// Whoever yields before it has joined has nothing to leave.
static int64_t join_due (const trader_t *self)
{
    return self->yields ? DEADLINE_NONE : self->join_due_us;
}

void trader_ask (trader_t *self, struct outbox *out)
{
    if (self->epoch == 0) {
        if (self->now_us >= join_due (self)) {
            struct letter *letter =
                trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_JOIN);
            letter->message.join = (struct join){
                .nonce = self->nonce,
                .epoch = self->epoch_before,
                .began = self->began,
                .router = self->config.router,
                .abandon = self->config.abandon,
            };
            self->join_due_us = self->now_us + JOIN_RETRY_US;
        }
        return;
    }
    look_for_news (self);
    if (self->now_us >= snapshot_due (self)) {
        (void) trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_SNAPSHOT);
        self->snapshot_due_us = self->now_us + SNAPSHOT_RETRY_US;
        // What comes may answer the first of several questions, and be as old as that.
        self->snapshot_sent_us = self->snapshot_asked ? self->snapshot_sent_us : self->now_us;
        self->snapshot_asked = true;
        self->counters.snapshots++;
    }
}

int64_t trader_ask_due (const trader_t *self)
{
    if (self->epoch == 0) {
        return join_due (self);
    }
    int64_t snapshot_us = snapshot_due (self);
    return self->news_due_us < snapshot_us ? self->news_due_us : snapshot_us;
}
