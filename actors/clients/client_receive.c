#include "actors/clients/client_state.h"
#include "schemas/planted.h"

// What a trader said of an order, whichever message it came in.
struct verdict {
    enum status status;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
};

static void take_accepted (client_t *self, struct request *request, const struct verdict *verdict,
                           size_t trader, int64_t now_us)
{
    if (request->phase == PHASE_UNSETTLED) {
        return;
    }
    if (!request->answered) {
        struct client_answer *answer =
            client_answer_add (self, request, CLIENT_ACCEPTED, trader, now_us);
        answer->status = STATUS_ACCEPTED;
        answer->units = verdict->units;
        request->answered = true;
        request->give_up_us = client_later (now_us, self->config.give_up_us);
    }
    request->trader = trader;
    request->asked = 0;
    client_wait_for_settling (self, request, now_us);
}

// Whether an order can have come to this at all. The sums of a book rest on it.
static bool plausible (const struct request *request, const struct verdict *verdict)
{
    int64_t quantity = request->body.quantity;
    return verdict->units >= 0 && verdict->units <= quantity && verdict->missing >= 0
           && verdict->missing <= quantity && verdict->amount_cents >= 0
           && verdict->amount_cents <= verdict->units * LIMIT_PRICE_CENTS;
}

static void take_verdict (client_t *self, struct request *request, const struct verdict *verdict,
                          size_t trader, int64_t now_us, struct outbox *out)
{
    if (!plausible (request, verdict)) {
        return;
    }
    if (verdict->status == STATUS_ACCEPTED) {
        take_accepted (self, request, verdict, trader, now_us);
    } else if (verdict->status == STATUS_UNKNOWN && !PLANTED (21)) {
        // Nobody remembers an order that was accepted: its trader lost it before the warehouse
        // had it. Ordering it again under its number does no harm if that is wrong.
        if (request->phase == PHASE_UNSETTLED && request->asked) {
            client_submit (self, request, now_us, out);
        }
    } else if (status_is_final (verdict->status)) {
        struct client_answer *answer =
            client_answer_add (self, request, CLIENT_DECIDED, trader, now_us);
        answer->status = verdict->status;
        answer->units = verdict->units;
        answer->missing = verdict->missing;
        answer->amount_cents = verdict->amount_cents;
        client_close (self, request);
    }
}

static void learn (client_t *self, const struct seen *seen, const struct vector *vector)
{
    // What no longer fits is left out: a token then asks for less than was seen, which costs
    // freshness and never correctness.
    if (!PLANTED (5)) {
        (void) seen_merge (&self->seen, seen);
    }
    if (self->config.vector_clock) {
        (void) clock_merge (&self->vector, vector);
    }
}

// The request that a reply is for; NULL where it was never sent, so that this cannot be its answer.
static struct request *sent_request (client_t *self, int64_t number)
{
    struct request *request = client_request_of (self, number);
    return request && request->attempt ? request : NULL;
}

static void receive_receipt (client_t *self, const struct receipt *receipt, enum status status,
                             size_t trader, int64_t now_us, struct outbox *out)
{
    struct request *request = sent_request (self, receipt->number);
    if (!request || request->body.type != MESSAGE_BUY) {
        return;
    }
    learn (self, &receipt->seen, &receipt->vector);
    const struct verdict verdict = {
        .status = status,
        .units = receipt->units,
        .missing = receipt->missing,
        .amount_cents = receipt->amount_cents,
    };
    take_verdict (self, request, &verdict, trader, now_us, out);
}

static void receive_oversell (client_t *self, const struct oversell *oversell, size_t trader,
                              int64_t now_us, struct outbox *out)
{
    struct request *request = sent_request (self, oversell->number);
    if (oversell->buyer != self->config.id || !request || request->body.type != MESSAGE_BUY) {
        return;
    }
    const struct verdict verdict = {
        .status = STATUS_OVERSOLD,
        .units = oversell->units,
        .missing = oversell->missing,
        .amount_cents = oversell->amount_cents,
    };
    take_verdict (self, request, &verdict, trader, now_us, out);
}

static void receive_restocked (client_t *self, const struct restocked *restocked, size_t trader,
                               int64_t now_us)
{
    struct request *request = sent_request (self, restocked->number);
    if (!request || request->body.type != MESSAGE_RESTOCK) {
        return;
    }
    learn (self, &restocked->seen, &restocked->vector);
    (void) client_answer_add (self, request, CLIENT_DECIDED, trader, now_us);
    client_close (self, request);
}

void client_undelivered (client_t *self, int64_t number, int64_t now_us)
{
    struct request *request = sent_request (self, number);
    if (request && request->phase == PHASE_WAITING) {
        client_back_off (self, request, now_us);
    }
}

static void receive_error (client_t *self, const struct error *error, size_t trader, int64_t now_us,
                           struct outbox *out)
{
    if (error->reason == REASON_FOREIGN) {
        client_leave_foreign (self, trader, now_us, out);
        return;
    }
    struct request *request = sent_request (self, error->number);
    if (!request) {
        return;
    }
    switch (error->reason) {
    case REASON_BAD_REQUEST:
    case REASON_CONFLICT:
    case REASON_EXPIRED:
    case REASON_LIMIT:
        client_answer_add (self, request, CLIENT_FAILED, trader, now_us)->reason = error->reason;
        client_close (self, request);
        return;
    default:
        // Not decided, and nothing changed. One that backs off, or waits to be settled, has a
        // time to try again already.
        if (request->phase == PHASE_WAITING) {
            client_back_off (self, request, now_us);
        }
    }
}

static void receive_news (client_t *self, const struct event *event, size_t trader,
                          struct outbox *out)
{
    const struct message *message = event->message;
    if (message->type == MESSAGE_OVERSELL) {
        receive_oversell (self, &message->oversell, trader, event->now_us, out);
    } else if (message->type == MESSAGE_MEMBER) {
        client_take_news (self, &message->member, event->now_us, out);
    } else if (message->type == MESSAGE_CLOCK && self->config.vector_clock) {
        // The Lamport clock learns from every message.
        (void) clock_merge (&self->vector, &message->tick.vector);
    }
}

bool client_receive (client_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    size_t trader = 0;
    if ((event->port != PORT_TRADER && event->port != PORT_NEWS)
        || !client_find_trader (self, message->from, &trader)
        || !client_same_market (self, trader, event, out)) {
        return false;
    }
    lamport_receive (&self->lamport, message->clock);
    client_heard (self, trader, event->now_us);
    if (message->type != MESSAGE_PONG && message->type != MESSAGE_ERROR
        && message->type != MESSAGE_MEMBER) {
        self->traders[trader].suspect_until_us = 0;  // It gets things done, not merely lives.
    }
    if (event->port == PORT_NEWS) {
        receive_news (self, event, trader, out);
        return false;
    }
    switch (message->type) {
    case MESSAGE_RECEIPT:
        receive_receipt (self, &message->receipt, message->receipt.status, trader, event->now_us,
                         out);
        break;
    case MESSAGE_OVERSOLD:
        receive_receipt (self, &message->oversold, STATUS_OVERSOLD, trader, event->now_us, out);
        break;
    case MESSAGE_RESTOCKED:
        receive_restocked (self, &message->restocked, trader, event->now_us);
        break;
    case MESSAGE_ERROR:
        receive_error (self, &message->error, trader, event->now_us, out);
        break;
    case MESSAGE_PONG:
        client_take_pong (self, trader, message->pong.epoch, event->now_us, out);
        break;
    default:
        break;  // `sold` and `lot` are the seller's.
    }
    return true;
}
