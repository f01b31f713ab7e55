// Policies `cached` and `batched`. A request is decided at once, from the cached stock, and written
// behind. The cache must first have seen all that the request's client has (causal consistency:
// Ahamad et al. 1995; session guarantees: Terry et al. 1994). Two traders may sell the same unit:
// the warehouse finds out, and the buyer is told.
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
    decide_write (self, request, PLANTED (25) ? 0 : -request->promised);
    self->counters.accepted += request->promised > 0;
}

// Only `cached` keeps the order of causes: a token of what is `batched` would make everybody wait
// for its flush.
static struct seen seen_for (const trader_t *self, const struct request *request,
                             struct outbox *out)
{
    return request->mode == MODE_CACHED ? cache_seen (self->cache, request->write, out->arena)
                                        : (struct seen){0};
}

static void tell_accepted (trader_t *self, const struct request *request, struct outbox *out)
{
    struct result result = {.status = STATUS_ACCEPTED, .units = request->promised};
    reply_receipt (self, request, &result, seen_for (self, request, out), out);
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

void cached_decide (trader_t *self, struct request *request, struct outbox *out)
{
    if (request->kind == ITEM_BUY) {
        decide_buy (self, request);
    } else {
        decide_write (self, request, request->quantity);
    }
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

bool cached_ready (const trader_t *self, const struct request *request)
{
    return has_seen_enough (self, request) && has_room (self, request);
}

// Of a cache that stands still nobody knows how much is wrong by now.
bool cached_expired (const trader_t *self, const struct request *request)
{
    const struct policy *policy = trader_policy_of (self, request->product);
    return policy->mode == MODE_BATCHED
           && (cache_stale (self->cache) || self->now_us >= self->snapshot_us + policy->expiry_us);
}

// The buyer learns what became of its own write, and nothing of the others': its token need not
// pass what this cache has seen, and its next order here need not wait for a snapshot. Of what an
// earlier process has decided, and no snapshot has come since, it learns the outcome alone.
static struct seen settled_seen (const trader_t *self, const struct request *request,
                                 struct outbox *out)
{
    return self->stocked ? seen_for (self, request, out) : (struct seen){0};
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
