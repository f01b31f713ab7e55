// The backup watches the traders whose copies it keeps. One that is silent is suspected: its copy is
// sealed, the warehouse asked for the takeover, and when that is granted the copy is settled in the
// other one's name, batch by batch, whoever waits is told, and at last the warehouse hears that all
// is done.
//
// Every question is asked again until it is answered, and any answer that comes late or twice finds
// either the state that it is for, or one that it does not change. Where the warehouse refuses a
// batch the takeover is asked for once more: the view that comes back says how things are.
#include <string.h>

#include "broker/trader/copy_state.h"
#include "schemas/planted.h"

enum { TAKEOVER_RETRY_US = 250000 };

void copies_heard (trader_t *self, int64_t trader)
{
    struct copy *copy = copy_find (self, trader);
    if (copy && copy->watched) {
        liveness_heard (&copy->life, self->now_us);
    }
}

static void publish_suspicion (trader_t *self, const struct copy *copy, struct outbox *out)
{
    const struct view_told view = {
        .trader = copy->trader,
        .view = copy->view,
        .state = MEMBER_SUSPECTED,
        .backup = self->config.id,
    };
    peers_publish (self, &view, out);
}

// One that was taken from the journal is watched from now on.
static void watch (trader_t *self, struct copy *copy, struct outbox *out)
{
    if (!copy->watched) {
        copy->watched = true;
        liveness_begin (&copy->life, self->config.ping_every_us, self->now_us);
    }
    liveness_look (&copy->life, self->now_us);
    if (liveness_suspects (&copy->life, self->now_us)) {
        copy->state = COPY_SEALED;
        copy->due_us = self->now_us;
        publish_suspicion (self, copy, out);
    } else if (liveness_wants_ping (&copy->life, self->now_us)) {
        (void) trader_letter (self, out, PORT_TRADER, copy->trader, MESSAGE_PING);
        liveness_sent (&copy->life, self->now_us);
    }
}

// Not before the seal is on the disk. What a takeover sends comes last in a round, and none of it is
// early, so that the trader's clock rises from letter to letter.
static void ask (trader_t *self, struct copy *copy, struct outbox *out)
{
    bool complete = copy->state == COPY_COMPLETING;
    struct letter *letter =
        trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_TAKEOVER);
    letter->early = false;
    letter->message.takeover = (struct takeover){
        .trader = copy->trader,
        .view = complete ? copy->granted : copy->view,
        .complete = complete,
    };
    copy->due_us = self->now_us + TAKEOVER_RETRY_US;
}

// The next batch, or the one that is under way once more: the copy has not changed since.
static void commit (trader_t *self, struct copy *copy, struct outbox *out)
{
    int64_t open = copy->held - copy->base;
    self->counters.resent += copy->batch_count > 0;
    copy->batch_count = open < LIMIT_BATCH ? (size_t) open : LIMIT_BATCH;
    struct item *items = arena_take (out->arena, copy->batch_count, sizeof *items);
    for (size_t i = 0; i < copy->batch_count; i++) {
        items[i] = copy_item (copy, copy->base + 1 + (int64_t) i);
    }
    struct letter *letter =
        trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_COMMIT);
    letter->early = false;
    letter->message.commit = (struct commit){
        .trader = copy->trader,
        .epoch = PLANTED (32) ? copy->epoch - 1 : copy->epoch,
        .batch = copy->batch + 1,
        .items = items,
        .item_count = copy->batch_count,
    };
    copy->due_us = self->now_us + self->config.commit_timeout_us;
}

static void take_over (trader_t *self, struct copy *copy, struct outbox *out)
{
    if (copy->state == COPY_SETTLING && (copy->base == copy->held || PLANTED (30))) {
        copy->state = COPY_COMPLETING;
        copy->due_us = self->now_us;
    }
    if (copy->state < COPY_SEALED || self->now_us < copy->due_us) {
        return;
    }
    if (copy->state == COPY_SETTLING) {
        commit (self, copy, out);
    } else {
        ask (self, copy, out);
    }
}

// While the journal has no room, nothing is told that it would have to hold.
static void proceed (trader_t *self, struct copy *copy, struct outbox *out)
{
    if (self->now_us < copy->room_due_us) {
        return;
    }
    copy->room_due_us = 0;
    if (self->epoch > 0 && copy->state == COPY_OPEN) {
        watch (self, copy, out);
    }
    copy_record (copy, out);
    copy_acknowledge (self, copy, out);
    if (self->epoch > 0) {
        take_over (self, copy, out);
    }
}

void copies_proceed (trader_t *self, struct outbox *out)
{
    for (struct copy *copy = self->copies; copy; copy = copy->hh.next) {
        proceed (self, copy, out);
    }
}

static int64_t due_of (const trader_t *self, const struct copy *copy)
{
    if (copy->room_due_us > 0) {
        return copy->room_due_us;
    }
    if (self->epoch == 0 || copy->state == COPY_NONE) {
        return DEADLINE_NONE;
    }
    if (copy->state == COPY_OPEN) {
        return copy->watched ? liveness_deadline (&copy->life) : self->now_us;
    }
    return copy->due_us;
}

int64_t copies_due (const trader_t *self)
{
    int64_t due_us = DEADLINE_NONE;
    for (const struct copy *copy = self->copies; copy; copy = copy->hh.next) {
        int64_t one_us = due_of (self, copy);
        due_us = one_us < due_us ? one_us : due_us;
    }
    return due_us;
}

static bool is_granted (const trader_t *self, const struct copy *copy, const struct view_told *view)
{
    return view->state == MEMBER_TAKING && view->taker == self->config.id
           && view->view == copy->view + 1 && view->began == copy->began;
}

// What the trader had settled by itself is recorded as such, before anything is settled for it.
static void settle_from (trader_t *self, struct copy *copy, const struct view_told *view,
                         struct outbox *out)
{
    copy->granted = 0;
    copy_settled (copy, view->applied);
    copy_record (copy, out);
    copy->state = COPY_SETTLING;
    copy->granted = view->view;
    copy->epoch = view->epoch;
    copy->batch = view->batch;
    copy->batch_count = 0;
    copy->due_us = self->now_us;
    peers_publish (self, view, out);
    if (PLANTED (31) && copy->base < copy->held) {
        copy_settled (copy, copy->base + 1);
    }
}

static void sealed_view (trader_t *self, struct copy *copy, const struct view_told *view,
                         struct outbox *out)
{
    if (is_granted (self, copy, view)) {
        settle_from (self, copy, view, out);
        return;
    }
    // A view that the copy is ahead of: its trader has not claimed this backup yet, and might still,
    // relying on what was acknowledged. So the copy is kept, sealed, until that is decided.
    bool early = view->view < copy->view
                 || (view->view == copy->view && view->state == MEMBER_LIVE
                     && view->backup == self->config.id);
    if (!early) {
        copy_end (copy, view->view);
    }
}

void copies_view (trader_t *self, const struct view_told *view, struct outbox *out)
{
    struct copy *copy = copy_find (self, view->trader);
    if (!copy || copy->state < COPY_SEALED) {
        return;
    }
    if (copy->state == COPY_SEALED) {
        sealed_view (self, copy, view, out);
    } else if (view->view > copy->granted) {
        bool done = copy->state == COPY_COMPLETING && view->state == MEMBER_FAILED
                    && view->view == copy->granted + 1;
        if (done) {
            self->counters.takeovers++;
            peers_publish (self, view, out);  // The news of it may be lost.
        }
        copy_end (copy, view->view);
    }
}

void copies_left (trader_t *self, int64_t trader, int64_t view)
{
    struct copy *copy = copy_find (self, trader);
    if (copy && copy->state == COPY_OPEN && view > copy->view) {
        copy_end (copy, view);
    }
}

bool copies_busy (const trader_t *self)
{
    for (const struct copy *copy = self->copies; copy; copy = copy->hh.next) {
        if (copy->state == COPY_SETTLING || copy->state == COPY_COMPLETING) {
            return true;
        }
    }
    return false;
}

static bool fits (const struct item *item, const struct result *result)
{
    enum result_kind wanted = item->kind == ITEM_BUY ? RESULT_RECEIPT : RESULT_RESTOCKED;
    return (result->kind == wanted && reply_can_tell (result)) || result->kind == RESULT_ERROR
           || (result->kind == RESULT_SETTLED && item->taken_count > 0);
}

static bool is_awaited (const struct copy *copy, const struct committed *committed)
{
    if (copy->state != COPY_SETTLING || copy->batch_count == 0 || committed->epoch != copy->epoch
        || committed->batch != copy->batch + 1 || committed->result_count != copy->batch_count) {
        return false;
    }
    for (size_t i = 0; i < copy->batch_count; i++) {
        struct item item = copy_item (copy, copy->base + 1 + (int64_t) i);
        if (!fits (&item, &committed->results[i])) {
            return false;
        }
    }
    return true;
}

// Its client, where it was heard here, and the sellers learn what became of it. The others ask.
static void tell (trader_t *self, const struct item *item, const struct result *told,
                  int64_t version, struct outbox *out)
{
    struct result sold = *told;
    if (told->kind == RESULT_SETTLED) {
        sold = sold_result (item->product, item->taken, item->taken_count, out);
    }
    const struct result *result = &sold;
    struct request request = {
        .key = {.client = item->client, .number = item->number},
        .kind = item->kind,
        .attempt = 1,
        .quantity = item->quantity,
        .price_cents = item->price_cents,
    };
    memcpy (request.product, item->product, strlen (item->product) + 1);
    struct seen seen = {.version = version};
    const struct client_entry *client = trader_client (self, item->client);
    if (client) {
        request.route = client->route;
        if (result->kind == RESULT_ERROR) {
            reply_failed (self, &request, result->reason, out);
        } else if (item->kind == ITEM_RESTOCK) {
            reply_restocked (self, &request, seen, out);
        } else if (result->status == STATUS_OVERSOLD) {
            reply_oversold (self, &request, result, seen, out);
        } else {
            reply_receipt (self, &request, result, seen, out);
        }
    }
    if (result->kind == RESULT_RECEIPT) {
        notify_sellers (self, &request, result, out);
    }
}

void copies_committed (trader_t *self, const struct committed *committed, struct outbox *out)
{
    struct copy *copy = copy_find (self, committed->trader);
    if (!copy || !is_awaited (copy, committed)) {
        return;
    }
    for (size_t i = 0; i < copy->batch_count; i++) {
        struct item item = copy_item (copy, copy->base + 1 + (int64_t) i);
        tell (self, &item, &committed->results[i], committed->version, out);
    }
    self->counters.forwarded += (int64_t) copy->batch_count;
    copy_settled (copy, copy->base + (int64_t) copy->batch_count);
    copy->batch = committed->batch;
    copy->batch_count = 0;
    copy->due_us = self->now_us;
}

void copies_refused (trader_t *self, const struct error *error, struct outbox *out)
{
    (void) out;
    struct copy *copy = copy_find (self, error->trader);
    if (!copy || copy->state != COPY_SETTLING || error->epoch != copy->epoch) {
        return;
    }
    switch (error->reason) {
    case REASON_FENCED:
    case REASON_TAKEN:
    case REASON_GAP:
        copy->state = COPY_SEALED;
        copy->due_us = self->now_us + TAKEOVER_RETRY_US;
        break;
    case REASON_UNAVAILABLE:
        break;  // It is sent again when its time is up.
    default:
        self->counters.refused_input++;
        break;
    }
}
