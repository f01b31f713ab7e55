// Policy `escrow`: a buy is sold at once from units that the warehouse has leased to this trader,
// and written behind. They are nobody else's, so its receipt is final (O'Neil 1986). Only a buy
// that wants no more than is held is decided here: all others, once more units were asked for, go
// to the warehouse, as in sync. It refuses only when nothing idles at any trader, and until it
// knows that it says `recalling`.
#include <string.h>

#include "broker/trader/trader_lease.h"
#include "schemas/planted.h"

// What is recalled is sold no more: it goes back as soon as it can. An order for all or nothing
// would lose what is there, too, should units of the budget be missing: it is sold none of those.
static bool holds_enough (const struct supply *supply, const struct request *request)
{
    int64_t units = request->all_or_nothing ? supply->held.units : holding_total (&supply->held);
    return supply->known && !supply->recalled && units >= request->quantity;
}

// Returns false where it holds too little.
static bool take (trader_t *self, struct request *request, struct outbox *out)
{
    struct supply *supply = request->supply;
    if (!holds_enough (supply, request) || !cache_has_room (self->cache, request->product, 0)) {
        return false;
    }
    if (decide_refused_for_room (self, request, out)) {
        return true;
    }
    struct leased_units *taken = trader_units (self, request);
    size_t count = holding_take (&supply->held, request->quantity, taken);
    if (count == 0) {
        return false;
    }
    request->taken_count = (uint8_t) count;
    request->promised = request->quantity;
    supply->taken_us = self->now_us;
    supply->sold = true;
    self->counters.budgeted += taken[count - 1].id == 0 ? taken[count - 1].units : 0;
    decide_write (self, request, 0);
    supply->write = request->write;
    return true;
}

static void wait_in (trader_t *self, struct list *list, struct request *request)
{
    request->state = REQUEST_WAITING;
    list_append (self, list, request);
}

// What is held and does not suffice goes back first: the warehouse may sell it together with what
// others give back.
static void pass_short (trader_t *self, struct request *request)
{
    request->supply->recalled = request->supply->recalled || request->supply->known;
    trader_pass (self, request);
}

// There are no more to be had; or those that are held must not be sold, or are of too many lots.
static bool passes_at_once (const trader_t *self, const struct supply *supply,
                            const struct request *request)
{
    return lease_is_dry (self, supply) || supply->recalled
           || holding_total (&supply->held) >= request->quantity;
}

void escrow_admit (trader_t *self, struct request *request, struct outbox *out)
{
    struct supply *supply = lease_supply (self, request->product);
    request->supply = supply;
    if (!supply || !cache_has_room (self->cache, request->product, 0)) {
        trader_pass (self, request);
    } else if (take (self, request, out)) {
        return;  // Though a larger one may wait: for that the warehouse may be out of reach.
    } else if (passes_at_once (self, supply, request)) {
        pass_short (self, request);
    } else {
        wait_in (self, &supply->waiting, request);
    }
}

static struct list take_all (struct list *list)
{
    struct list all = *list;
    *list = (struct list){.first = NOTHING, .last = NOTHING};
    return all;
}

// The answer has come: what it does not suffice for is the warehouse's to decide. But where it has
// brought all that was asked for, there may be more, and what came since waits for that.
static void retry_waiting (trader_t *self, struct supply *supply, struct outbox *out)
{
    bool more = supply->full && !supply->recalled;
    struct list waiting = take_all (&supply->waiting);
    for (struct request *request; (request = list_take (self, &waiting));) {
        if (take (self, request, out)) {
            continue;
        }
        if (more && holding_total (&supply->held) < request->quantity) {
            wait_in (self, &supply->waiting, request);
        } else {
            pass_short (self, request);
        }
    }
}

static void retry_recalling (trader_t *self, struct supply *supply, struct outbox *out)
{
    struct list recalling = take_all (&supply->recalling);
    for (struct request *request; (request = list_take (self, &recalling));) {
        if (self->now_us >= request->wait_until_us) {
            decide_unavailable (self, request,
                                "units are leased to a trader that does not answer: send the same "
                                "request again later",
                                out);
        } else if (request->passes || !take (self, request, out)) {
            pass_short (self, request);
        }
    }
}

void escrow_retry (trader_t *self, struct outbox *out)
{
    for (struct supply *supply = self->supplies; supply; supply = supply->hh.next) {
        if (supply->waiting.count > 0 && !supply->asked) {
            retry_waiting (self, supply, out);
        }
        if (supply->recalling.count > 0 && self->now_us >= supply->retry_us) {
            retry_recalling (self, supply, out);
        }
    }
}

// What is held here is wanted, too: the news of that may be lost.
void escrow_recalling (trader_t *self, struct request *request, struct outbox *out)
{
    bool waits = request->kind == ITEM_BUY;  // Nothing else is answered so, but by a mistake.
    struct supply *supply = waits ? lease_supply (self, request->product) : NULL;
    request->supply = supply;
    if (PLANTED (65)) {
        const struct result refusal = {.status = STATUS_OUT_OF_STOCK};
        reply_receipt (self, request, &refusal, (struct seen){0}, out);
        trader_forget (self, request);
        return;
    }
    if (!supply) {
        decide_unavailable (self, request, "units are being recalled: send the same request again",
                            out);
        return;
    }
    if (request->wait_until_us == 0) {
        request->wait_until_us = self->now_us + self->config.recall_wait_us;
        self->counters.recall_waits++;
    }
    if (supply->recalling.count == 0) {
        supply->retry_us = self->now_us + RECALL_RETRY_US;
    }
    supply->recalled = true;
    wait_in (self, &supply->recalling, request);
}

// Units of the budget are not there yet: what becomes of them the warehouse says.
static bool is_final (const trader_t *self, const struct request *request)
{
    return trader_units (self, request)[request->taken_count - 1].id != 0;
}

static struct result own_result (const trader_t *self, const struct request *request,
                                 struct outbox *out)
{
    if (is_final (self, request)) {
        return sold_result (request->product, trader_units (self, request), request->taken_count,
                            out);
    }
    return (struct result){.status = STATUS_ACCEPTED, .units = request->promised};
}

void escrow_promise (trader_t *self, const struct request *request, struct outbox *out)
{
    struct result result = own_result (self, request, out);
    reply_receipt (self, request, &result, (struct seen){0}, out);
}

static void settle_receipt (trader_t *self, const struct request *request,
                            const struct result *result, struct outbox *out)
{
    if (result->status == STATUS_OVERSOLD) {
        self->counters.oversold++;
        reply_oversold (self, request, result, (struct seen){0}, out);
    } else {
        reply_receipt (self, request, result, (struct seen){0}, out);
    }
    notify_sellers (self, request, result, out);
}

void escrow_settle (trader_t *self, const struct request *request, const struct result *result,
                    struct outbox *out)
{
    cache_settle (self->cache, request->write, 0);
    if (result->kind == RESULT_RECEIPT) {
        settle_receipt (self, request, result, out);
    } else if (result->kind == RESULT_SETTLED) {
        struct result own = own_result (self, request, out);
        if (!writes_told (self, request)) {
            reply_receipt (self, request, &own, (struct seen){0}, out);
        }
        notify_sellers (self, request, &own, out);
    } else {
        reply_failed (self, request, result->reason, out);
    }
}
