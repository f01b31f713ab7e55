// Batches go to the warehouse, a few under way at once, and come back. Whatever gathers while
// they are under way goes with the next one: the busier the market, the more orders share a
// commit. Batches are numbered within the trader's epoch, and one that is not answered is sent
// again with all behind it (go-back-N), so the warehouse applies each once and in order.
#include <assert.h>
#include <string.h>

#include "broker/trader/trader_handover.h"
#include "broker/trader/trader_lease.h"
#include "schemas/planted.h"

static struct batch *batch_of (const trader_t *self, int64_t number)
{
    return &self->batches[number % IN_FLIGHT_LIMIT];
}

// Where its lot stands among those of its product, in a market that orders by vector clocks.
static int64_t lot_rank (const trader_t *self, const struct request *request)
{
    bool ranks = self->config.order_by == ORDER_VECTOR && request->kind == ITEM_RESTOCK;
    return ranks ? request->rank.first : 0;
}

static void send (trader_t *self, struct batch *batch, struct outbox *out)
{
    struct item *items = arena_take (out->arena, batch->count, sizeof *items);
    for (size_t i = 0; i < batch->count; i++) {
        const struct request *request = trader_request (self, batch->requests[i]);
        items[i] = writes_item (self, request);
        items[i].rank = lot_rank (self, request);
        if (PLANTED (1) && request->kind == ITEM_RESTOCK && !request->behind) {
            reply_restocked (self, request, (struct seen){0}, out);
        }
    }
    batch->sent_us = self->now_us;
    struct letter *letter =
        trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_COMMIT);
    letter->message.commit = (struct commit){
        .epoch = self->epoch,
        .batch = batch->number,
        .items = items,
        .item_count = batch->count,
    };
}

// Takes write-behinds, in the order of their counts and up to this one, while the batch has less
// than `size_max`. Returns whether there was room for all.
static bool take_behind (trader_t *self, struct batch *batch, int64_t write, size_t size_max)
{
    while (self->behind.count > 0 && trader_request (self, self->behind.first)->write <= write) {
        if (batch->count >= size_max) {
            return false;
        }
        batch->requests[batch->count++] = trader_index (self, list_take (self, &self->behind));
    }
    return batch->count < size_max;
}

// Write-behinds first; they leave up to half of the batch to those that wait for an answer, and
// every other time the odd place too, which may be the only one.
static void fill (trader_t *self, struct batch *batch)
{
    size_t size_max = (size_t) self->config.batch_max;
    size_t half = (size_max + (batch->number % 2 == 0)) / 2;
    size_t waiting = queue_size (self->to_pass);
    (void) take_behind (self, batch, INT64_MAX, size_max - (waiting < half ? waiting : half));
    while (batch->count < size_max && queue_size (self->to_pass) > 0) {
        struct request *request = trader_request (self, queue_pop (self->to_pass));
        if (!take_behind (self, batch, request->write, size_max)) {
            queue_push (self->to_pass, request->rank, trader_index (self, request));
            break;
        }
        batch->requests[batch->count++] = trader_index (self, request);
    }
    for (size_t i = 0; i < batch->count; i++) {
        trader_request (self, batch->requests[i])->state = REQUEST_BATCHED;
    }
}

static int64_t resend_due (const trader_t *self)
{
    if (PLANTED (14) || self->batch_first == self->batch_next) {
        return DEADLINE_NONE;
    }
    return batch_of (self, self->batch_first)->sent_us + self->config.commit_timeout_us;
}

static void resend_overdue (trader_t *self, struct outbox *out)
{
    if (self->now_us < resend_due (self)) {
        return;
    }
    for (int64_t number = self->batch_first; number < self->batch_next; number++) {
        send (self, batch_of (self, number), out);
        self->counters.resent++;
    }
}

static bool has_slot (const trader_t *self)
{
    return self->batch_next - self->batch_first < self->config.in_flight_max;
}

// What nobody waits for lets a wish for units go first: at the begin of a sale the warehouse would
// settle what was sold before it leases what can be.
static int64_t flush_due (const trader_t *self)
{
    bool waits = self->wants_units && self->flush_waits && self->flush_due_us != DEADLINE_NONE;
    return self->flush_due_us + (waits ? UNITS_FIRST_US : 0);
}

// What waits for an answer leaves at once, and what was decided before it goes with it.
static bool is_due (const trader_t *self)
{
    return queue_size (self->to_pass) > 0
           || (self->behind.count > 0 && (self->stopping || self->now_us >= flush_due (self)));
}

void trader_send_batches (trader_t *self, struct outbox *out)
{
    resend_overdue (self, out);
    while (!self->yields && has_slot (self) && is_due (self)) {
        struct batch *batch = batch_of (self, self->batch_next);
        batch->number = self->batch_next++;
        batch->count = 0;
        fill (self, batch);
        if (self->behind.count == 0) {
            self->flush_due_us = DEADLINE_NONE;
        }
        send (self, batch, out);
        self->counters.batches++;
    }
}

// Whether the result can answer the request.
static bool answers (const struct result *result, const struct request *request)
{
    switch (result->kind) {
    case RESULT_RECEIPT:
        return (request->kind == ITEM_BUY || request->kind == ITEM_ORDER_STATUS)
               && reply_can_tell (result);
    case RESULT_RESTOCKED:
        return request->kind == ITEM_RESTOCK;
    case RESULT_LOT:
        return request->kind == ITEM_LOT_STATUS;
    case RESULT_SETTLED:
        return request->taken_count > 0;
    case RESULT_ERROR:
        return true;
    case RESULT_KIND_COUNT:
        break;
    }
    return false;
}

static bool well_formed (const struct batch *batch, const struct committed *committed,
                         const trader_t *self)
{
    if (committed->epoch != self->epoch || committed->batch != self->batch_first
        || self->batch_first == self->batch_next || committed->result_count != batch->count) {
        return false;
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (!answers (&committed->results[i], trader_request (self, batch->requests[i]))) {
            return false;
        }
    }
    return true;
}

// Only the oldest batch's answer is taken: the cache needs them in order, and one that was lost
// comes again.
void trader_committed (trader_t *self, const struct message *message, struct outbox *out)
{
    const struct committed *committed = &message->committed;
    struct batch *batch = batch_of (self, self->batch_first);
    if (!well_formed (batch, committed, self)) {
        return;
    }
    self->batch_first++;
    int64_t settled = 0;
    for (size_t i = 0; i < batch->count; i++) {
        struct request *request = trader_request (self, batch->requests[i]);
        assert (request->state == REQUEST_BATCHED);
        settled = request->behind ? request->write : settled;
        if (decide_settle (self, request, &committed->results[i], committed, out)) {
            trader_forget (self, request);
        }
    }
    if (settled > 0) {
        writes_settled (self, settled);
    }
    if (committed->stock_count > 0) {
        cache_correct (self->cache, committed);
    }
    trader_await_news (self, committed->version);
}

// The warehouse cannot take the oldest batch just now. It will be sent again; whoever waits for
// an answer is told that there is none yet.
static void tell_waiting (trader_t *self, struct outbox *out)
{
    const struct batch *batch = batch_of (self, self->batch_first);
    for (size_t i = 0; i < batch->count; i++) {
        const struct request *request = trader_request (self, batch->requests[i]);
        if (!request->behind || request->promised == 0) {
            reply_failed (self, request, REASON_UNAVAILABLE, out);
        }
    }
}

// What was sent under another epoch was sent before this trader began again.
void trader_commit_refused (trader_t *self, const struct message *message, struct outbox *out)
{
    const struct error *error = &message->error;
    bool committing = self->batch_first < self->batch_next;
    bool own = error->epoch == self->epoch && (committing || lease_under_way (self));
    bool oldest = own && committing && error->number == self->batch_first;
    if (error->reason == REASON_FENCED && own && !PLANTED (20)) {
        self->fenced = true;
    } else if (error->reason == REASON_TAKEN) {
        self->taken = self->taken || own;
    } else if (error->reason == REASON_FOREIGN) {
        self->foreign = true;
    } else if (error->reason == REASON_UNSEATED) {
        handover_unseated (self, error, out);
    } else if (error->reason == REASON_UNAVAILABLE && oldest) {
        tell_waiting (self, out);
    } else if (error->reason != REASON_GAP) {
        self->counters.refused_input++;  // A gap mends itself when the batches are sent again.
    }
}

int64_t trader_commit_due (const trader_t *self)
{
    int64_t again_us = resend_due (self);
    int64_t flush_us = has_slot (self) ? flush_due (self) : DEADLINE_NONE;
    return flush_us < again_us ? flush_us : again_us;
}
