#include "broker/trader/trader.h"

#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_lease.h"

// What the warehouse answers.
static void receive_warehouse (trader_t *self, const struct message *message, struct outbox *out)
{
    switch (message->type) {
    case MESSAGE_COMMITTED:
        if (message->committed.trader > 0) {
            copies_committed (self, &message->committed, out);
        } else {
            trader_committed (self, message, out);
        }
        break;
    case MESSAGE_VIEW:
        trader_view (self, message, out);
        break;
    case MESSAGE_STOCK:
        trader_stock (self, message);
        break;
    case MESSAGE_LEASED:
        lease_told (self, &message->leased);
        break;
    case MESSAGE_ERROR:
        if (message->error.trader > 0) {
            copies_refused (self, &message->error, out);
        } else {
            trader_commit_refused (self, message, out);
        }
        break;
    default:
        self->counters.refused_input++;
        break;
    }
}

// What another trader answers.
static void receive_trader (trader_t *self, const struct message *message)
{
    if (message->type == MESSAGE_JOURNALED) {
        backup_journaled (self, message->from, &message->journaled);
    } else if (message->type != MESSAGE_PONG) {
        self->counters.refused_input++;
    }
}

// Another market's node, which listens where one of this market did. Its requests are answered; all
// else is as if it had not come.
static void refuse_foreign (trader_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    self->counters.refused_input++;
    bool answers = message->type == MESSAGE_PONG || message->type == MESSAGE_ERROR;
    if (event->port == PORT_CLIENTS && !answers) {
        reply_error (self, message->from, &event->route, REASON_FOREIGN, message_number (message),
                     "this trader belongs to another market: look up where yours is", out);
    }
}

// A client may not know its market; whoever else this trader deals with does, or has not joined
// yet.
static bool is_foreign (const trader_t *self, const struct event *event)
{
    int64_t market = event->message->market;
    bool tells = market > 0 || event->port != PORT_CLIENTS;
    return tells && self->market > 0 && market != self->market;
}

static void receive (trader_t *self, const struct event *event, struct outbox *out)
{
    if (self->unseated && event->port != PORT_CLIENTS) {
        return;  // What was under way is its successor's to find out.
    }
    if (is_foreign (self, event)
        && !(event->port == PORT_WAREHOUSE && event->message->type == MESSAGE_ERROR)) {
        refuse_foreign (self, event, out);
        return;
    }
    lamport_receive (&self->clock, event->message->clock);
    // Who answers and has not joined is another process: of the one that had the place it is no
    // sign.
    bool lives = event->message->type != MESSAGE_PONG || event->message->pong.epoch > 0;
    if (lives && (event->port == PORT_CLIENTS || event->port == PORT_TRADER)) {
        copies_heard (self, event->message->from);
        backup_heard (self, event->message->from);
    }
    switch (event->port) {
    case PORT_CLIENTS:
        trader_admit (self, event, out);
        break;
    case PORT_WAREHOUSE:
        receive_warehouse (self, event->message, out);
        break;
    case PORT_NEWS:
        trader_news (self, event->message, out);
        break;
    case PORT_TRADER:
        receive_trader (self, event->message);
        break;
    }
}

// It does nothing more of its own accord.
static bool has_ended (const trader_t *self)
{
    return self->fenced || self->taken || self->foreign || self->unseated;
}

// Decides what waits and sends what was decided: once all that has arrived is known.
static void proceed (trader_t *self, struct outbox *out)
{
    if (has_ended (self)) {
        return;
    }
    trader_ask (self, out);
    if (self->epoch > 0 && writes_joined (self, out)) {
        decide_all (self, out);
        trader_ask (self, out);  // Deciding may have found that a snapshot is needed.
        writes_record (self, out);
        lease_proceed (self, out);
        backup_proceed (self, out);
        writes_tell (self, out);
        trader_send_batches (self, out);
    }
    copies_proceed (self, out);
}

void trader_step (trader_t *self, const struct event *event, struct outbox *out)
{
    self->now_us = event->now_us;
    if (out->record_count == 0 && event->type != EVENT_UNWRITTEN) {
        // What came before this round is durable.
        writes_begin_round (self);
        copies_begin_round (self);
    }
    switch (event->type) {
    case EVENT_START:
        trader_start (self, out);
        break;
    case EVENT_RECEIVE:
        receive (self, event, out);
        break;
    case EVENT_MALFORMED:
        trader_malformed (self, event, out);
        break;
    case EVENT_DRAINED:
    case EVENT_DEADLINE:
        proceed (self, out);
        break;
    case EVENT_UNDELIVERABLE:
        self->counters.undeliverable++;  // Its client will ask again when it is back.
        break;
    case EVENT_UNWRITTEN:
        writes_unwritten (self);
        backup_resend (self);
        copies_unwritten (self);
        break;
    case EVENT_STOP:
        self->stopping = true;
        break;
    }
}

static int64_t earlier (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t trader_deadline (const trader_t *self)
{
    if (has_ended (self)) {
        return DEADLINE_NONE;
    }
    int64_t due_us = earlier (trader_ask_due (self), copies_due (self));
    if (self->epoch > 0 && !self->joined_recorded) {
        return earlier (due_us, writes_due (self));
    }
    if (self->epoch > 0) {
        due_us = earlier (due_us, earlier (trader_commit_due (self), decide_due (self)));
        due_us = earlier (due_us, earlier (writes_due (self), backup_due (self)));
        due_us = earlier (due_us, self->supply_due_us);
    }
    return due_us;
}

bool trader_ready (const trader_t *self)
{
    return self->epoch > 0 && (!self->caches || !cache_stale (self->cache));
}

bool trader_fenced (const trader_t *self)
{
    return self->fenced || self->foreign;
}

const char *trader_why_fenced (const trader_t *self)
{
    return self->foreign
               ? "its journal is of another market than its warehouse: look where both are, or "
                 "name another --journal"
               : "another process has joined as this trader, and this one gives way";
}

bool trader_taken (const trader_t *self)
{
    return self->taken;
}

bool trader_idle (const trader_t *self)
{
    return self->pending_count == 0;
}

bool trader_done (const trader_t *self)
{
    return self->stopping && self->pending_count == 0 && (self->epoch == 0 || self->left)
           && !copies_busy (self);
}

int64_t trader_available (const trader_t *self, const char *product)
{
    return cache_available (self->cache, product);
}

int64_t trader_held (const trader_t *self, const char *product)
{
    const struct supply *supply = lease_find (self, product);
    return supply ? supply->held.units : 0;
}

int64_t trader_held_budget (const trader_t *self, const char *product)
{
    const struct supply *supply = lease_find (self, product);
    return supply ? supply->held.budget : 0;
}

int64_t trader_unsettled (const trader_t *self)
{
    int64_t count = 0;
    for (const struct request *request = self->pending; request; request = request->hh.next) {
        count += request->behind;
    }
    return count;
}

int64_t trader_backup (const trader_t *self)
{
    return self->backup.state == BACKING_BACKED ? self->backup.trader : 0;
}

int64_t trader_market (const trader_t *self)
{
    return self->market;
}

int64_t trader_epoch (const trader_t *self)
{
    return self->epoch;
}

struct vector trader_vector (const trader_t *self)
{
    return self->config.order_by == ORDER_VECTOR ? clock_view (&self->vector) : (struct vector){0};
}

void trader_saw (trader_t *self, const struct vector *vector)
{
    if (self->config.order_by == ORDER_VECTOR) {
        (void) clock_merge (&self->vector, vector);
    }
}

int64_t trader_tick (trader_t *self)
{
    return lamport_send (&self->clock);
}

const struct trader_counters *trader_counters (const trader_t *self)
{
    return &self->counters;
}
