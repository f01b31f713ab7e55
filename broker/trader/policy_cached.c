// Policy `cached`: a request is decided at once, from the cached stock, and written behind. The
// cache must first have seen all that the request's client has (causal consistency: Ahamad et
// al. 1995; session guarantees: Terry et al. 1994). Two traders may sell the same unit: the
// warehouse finds out, and the buyer is told.
#include <string.h>

#include "broker/trader/trader_state.h"
#include "schemas/planted.h"

// A refusal is written behind like a sale: asked again, it must be a refusal for ever.
static void decide_buy (trader_t *self, struct request *request)
{
    int64_t available = cache_available (self->cache, request->product);
    if (available >= request->quantity) {
        request->promised = request->quantity;
    } else {
        request->promised = request->all_or_nothing ? 0 : available;
    }
    request->write =
        cache_write (self->cache, request->product, PLANTED (25) ? 0 : -request->promised);
    self->counters.accepted += request->promised > 0;
}

static void tell_accepted (trader_t *self, const struct request *request, struct outbox *out)
{
    struct result result = {.status = STATUS_ACCEPTED, .units = request->promised};
    reply_receipt (self, request, &result, cache_seen (self->cache, request->write, out->arena),
                   out);
}

// Only a promise is told at once. A refusal and a restock are final, so they are told when the
// warehouse has them: their client would never ask again for what a dead trader forgot.
static bool is_promised (const struct request *request)
{
    return request->kind == ITEM_BUY && request->promised > 0;
}

void cached_promise (trader_t *self, const struct request *request, struct outbox *out)
{
    if (is_promised (request)) {
        tell_accepted (self, request, out);
    }
}

static void decide (trader_t *self, struct request *request, struct outbox *out)
{
    if (request->kind == ITEM_BUY) {
        decide_buy (self, request);
    } else {
        request->write = cache_write (self->cache, request->product, request->quantity);
    }
    request->behind = true;
    request->state = REQUEST_BEHIND;
    list_append (self, &self->behind, request);
    writes_add (self, request);
    if (PLANTED (18) && request->kind == ITEM_BUY) {
        const struct result refusal = {.status = STATUS_OUT_OF_STOCK};
        reply_receipt (self, request, &refusal,
                       cache_seen (self->cache, request->write, out->arena), out);
    }
}

static bool has_seen_enough (const trader_t *self, const struct request *request)
{
    if (cache_stale (self->cache) || request->token == NOTHING) {
        return !cache_stale (self->cache);
    }
    struct seen seen = seen_view (&self->tokens[request->token]);
    return cache_dominates (self->cache, &seen);
}

static bool has_room (const trader_t *self, const struct request *request)
{
    int64_t units = request->kind == ITEM_BUY ? -request->quantity : request->quantity;
    return request->passes || cache_has_room (self->cache, request->product, units);
}

static void drop_token (trader_t *self, struct request *request)
{
    if (request->token != NOTHING) {
        self->token_unused[self->token_unused_count++] = request->token;
        request->token = NOTHING;
    }
}

static void pass_on (trader_t *self, struct request *request)
{
    drop_token (self, request);
    trader_pass (self, request);
}

// Decides the request, or passes it on, if the cache has seen all that the request has and can
// take another write. Returns false when it must wait.
static bool try_to_decide (trader_t *self, struct request *request, struct outbox *out)
{
    if (!has_seen_enough (self, request) || !has_room (self, request)) {
        return false;
    }
    if (!request->passes && writes_full (self)) {
        reply_error (self, request->key.client, &request->route, REASON_UNAVAILABLE,
                     request->key.number,
                     "this trader's journal has no room: send the same request again later", out);
        trader_forget (self, request);
        return true;
    }
    if (request->passes) {
        pass_on (self, request);
    } else {
        drop_token (self, request);
        decide (self, request, out);
    }
    return true;
}

static void give_up_waiting (trader_t *self, struct request *request, struct outbox *out)
{
    const char *text =
        request->token == NOTHING
            ? "this trader's stock is out of date: send the same request again later"
            : "what you have seen has not reached this trader yet: send the same request again";
    reply_error (self, request->key.client, &request->route, REASON_UNAVAILABLE,
                 request->key.number, text, out);
    trader_forget (self, request);
}

// Each waiting request is decided, waits on, or has waited too long.
static void decide_waiting (trader_t *self, struct outbox *out)
{
    struct list waiting = self->waiting;
    self->waiting = (struct list){.first = NOTHING, .last = NOTHING};
    for (struct request *request; (request = list_take (self, &waiting));) {
        if (try_to_decide (self, request, out)) {
            continue;
        }
        if (self->now_us < request->wait_until_us) {
            list_append (self, &self->waiting, request);
        } else if (request->passes) {
            pass_on (self, request);  // Whoever has written that behind may never come back.
        } else {
            give_up_waiting (self, request, out);
        }
    }
}

void cached_decide_all (trader_t *self, struct outbox *out)
{
    decide_waiting (self, out);
    while (queue_size (self->to_decide) > 0) {
        struct request *request = trader_request (self, queue_pop (self->to_decide));
        if (try_to_decide (self, request, out)) {
            continue;
        }
        self->counters.causal_waits++;
        request->state = REQUEST_WAITING;
        request->wait_until_us = self->now_us + self->config.causal_wait_us;
        list_append (self, &self->waiting, request);
    }
}

void cached_repeat (trader_t *self, const struct request *request, struct outbox *out)
{
    if (writes_told (self, request)) {
        cached_promise (self, request, out);
    }
}

// The buyer learns what became of its own write, and nothing of the others': its token need not pass
// what this cache has seen, and its next order here need not wait for a snapshot. Of what an earlier
// process has decided, and no snapshot has come since, it learns the outcome alone.
static struct seen settled_seen (const trader_t *self, const struct request *request,
                                 struct outbox *out)
{
    return self->stocked ? cache_seen (self->cache, request->write, out->arena) : (struct seen){0};
}

static void settle_buy (trader_t *self, const struct request *request, const struct result *result,
                        struct outbox *out)
{
    cache_settle (self->cache, request->write, request->promised - result->units);
    struct seen seen = settled_seen (self, request, out);
    if (result->status == STATUS_OVERSOLD) {
        self->counters.oversold++;
        reply_oversold (self, request, result, seen, out);
    } else {
        reply_receipt (self, request, result, seen, out);
    }
    notify_sellers (self, request, result, out);
}

void cached_settle (trader_t *self, const struct request *request, const struct result *result,
                    struct outbox *out)
{
    if (result->kind == RESULT_RECEIPT) {
        settle_buy (self, request, result, out);
        return;
    }
    if (result->kind == RESULT_RESTOCKED) {
        cache_settle (self->cache, request->write, 0);
        reply_restocked (self, request, settled_seen (self, request, out), out);
        return;
    }
    // The warehouse took nothing of it: what was decided here is taken back.
    int64_t units = request->kind == ITEM_BUY ? request->promised : -request->quantity;
    cache_settle (self->cache, request->write, units);
    reply_failed (self, request, result->reason, out);
}

int64_t cached_due (const trader_t *self)
{
    const struct request *oldest = trader_request (self, self->waiting.first);
    return oldest ? oldest->wait_until_us : DEADLINE_NONE;
}
