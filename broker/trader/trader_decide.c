// Requests are decided by their product's policy, or wait for what must come first; and when the
// warehouse has them, settled by the same policy.
#include "broker/trader/trader_state.h"
#include "schemas/planted.h"

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

void decide_unavailable (trader_t *self, struct request *request, const char *text,
                         struct outbox *out)
{
    reply_error (self, request->key.client, &request->route, REASON_UNAVAILABLE,
                 request->key.number, text, out);
    trader_forget (self, request);
}

bool decide_refused_for_room (trader_t *self, struct request *request, struct outbox *out)
{
    if (!writes_full (self)) {
        return false;
    }
    decide_unavailable (
        self, request, "this trader's journal has no room: send the same request again later", out);
    return true;
}

void decide_write (trader_t *self, struct request *request, int64_t units)
{
    request->write = cache_write (self->cache, request->product, units);
    request->behind = true;
    request->state = REQUEST_BEHIND;
    self->flush_waits = request->taken_count > 0 && (self->flush_waits || self->behind.count == 0);
    list_append (self, &self->behind, request);
    writes_add (self, request);
    const struct policy *policy = trader_policy_of (self, request->product);
    bool many = self->behind.count >= (size_t) policy->flush_count;
    int64_t due_us = self->now_us + (many ? 0 : policy->flush_us);
    self->flush_due_us = due_us < self->flush_due_us ? due_us : self->flush_due_us;
}

// Decides the request, or passes it on, if that is possible now. Returns false when it must wait.
static bool try_to_decide (trader_t *self, struct request *request, struct outbox *out)
{
    if (request->mode == MODE_ESCROW) {
        escrow_admit (self, request, out);
        return true;
    }
    bool expired = !request->passes && cached_expired (self, request);
    if (!expired && !cached_ready (self, request)) {
        return false;
    }
    if (request->passes || expired) {
        pass_on (self, request);
    } else if (!decide_refused_for_room (self, request, out)) {
        drop_token (self, request);
        cached_decide (self, request, out);
    }
    return true;
}

static void give_up_waiting (trader_t *self, struct request *request, struct outbox *out)
{
    const char *text =
        request->token == NOTHING
            ? "this trader's stock is out of date: send the same request again later"
            : "what you have seen has not reached this trader yet: send the same request again";
    decide_unavailable (self, request, text, out);
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

void decide_all (trader_t *self, struct outbox *out)
{
    decide_waiting (self, out);
    escrow_retry (self, out);
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

int64_t decide_due (const trader_t *self)
{
    const struct request *oldest = trader_request (self, self->waiting.first);
    return oldest ? oldest->wait_until_us : DEADLINE_NONE;
}

void decide_promise (trader_t *self, const struct request *request, struct outbox *out)
{
    if (request->taken_count > 0) {
        escrow_promise (self, request, out);
    } else {
        cached_promise (self, request, out);
    }
}

void decide_repeat (trader_t *self, const struct request *request, struct outbox *out)
{
    if (writes_told (self, request)) {
        decide_promise (self, request, out);
    }
}

bool decide_settle (trader_t *self, struct request *request, const struct result *result,
                    const struct committed *committed, struct outbox *out)
{
    if (request->taken_count > 0) {
        escrow_settle (self, request, result, out);
    } else if (request->behind) {
        cached_settle (self, request, result, out);
    } else if (result->kind == RESULT_ERROR && result->reason == REASON_RECALLING) {
        escrow_recalling (self, request, out);
        return false;
    } else {
        sync_settle (self, request, result, committed, out);
    }
    return true;
}
