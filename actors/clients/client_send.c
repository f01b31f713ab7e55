#include "actors/clients/client_state.h"

#include <string.h>

static struct message *letter_to (client_t *self, size_t trader, enum message_type type,
                                  int64_t now_us, struct outbox *out)
{
    struct trader_state *state = &self->traders[trader];
    liveness_sent (&state->liveness, now_us);
    struct letter *letter = outbox_letter (out, PORT_TRADER, state->id, type);
    letter->message.from = self->config.id;
    letter->message.clock = lamport_send (&self->lamport);
    letter->message.market = self->market;
    return &letter->message;
}

// The token as it is now, in memory that stays as it is while the letter waits.
static struct seen copy_seen (const client_t *self, struct outbox *out)
{
    struct seen seen = seen_view (&self->seen);
    if (seen.count) {
        size_t each = sizeof seen.traders[0];
        struct trader_seen *copy = arena_take (out->arena, seen.count, each);
        memcpy (copy, seen.traders, seen.count * each);
        seen.traders = copy;
    }
    return seen;
}

static struct vector copy_vector (const client_t *self, struct outbox *out)
{
    struct vector vector = clock_view (&self->vector);
    if (vector.count) {
        struct tick *copy = arena_take (out->arena, vector.count, sizeof vector.ticks[0]);
        memcpy (copy, vector.ticks, vector.count * sizeof vector.ticks[0]);
        vector.ticks = copy;
    }
    return vector;
}

void client_send_request (client_t *self, struct request *request, int64_t now_us,
                          struct outbox *out)
{
    const struct client_request *body = &request->body;
    request->attempt++;
    if (request->attempt > 1) {
        self->resent++;
    }
    struct message *message = letter_to (self, request->trader, body->type, now_us, out);
    if (body->type == MESSAGE_BUY) {
        message->buy = (struct buy){
            .number = request->number,
            .attempt = request->attempt,
            .product = body->product,
            .quantity = body->quantity,
            .all_or_nothing = body->all_or_nothing,
            .first = request->first,
            .seen = copy_seen (self, out),
            .vector = copy_vector (self, out),
        };
    } else {
        message->restock = (struct restock){
            .number = request->number,
            .attempt = request->attempt,
            .product = body->product,
            .quantity = body->quantity,
            .price_cents = body->price_cents,
            .first = request->first,
            .seen = copy_seen (self, out),
            .vector = copy_vector (self, out),
        };
    }
}

void client_send_number (client_t *self, enum message_type type, int64_t number, size_t trader,
                         int64_t now_us, struct outbox *out)
{
    struct message *message = letter_to (self, trader, type, now_us, out);
    if (type == MESSAGE_ORDER_STATUS) {
        message->order_status.number = number;
    } else {
        message->lot_status.number = number;
    }
}

void client_send_ping (client_t *self, size_t trader, int64_t now_us, struct outbox *out)
{
    self->traders[trader].asked_us = now_us;
    (void) letter_to (self, trader, MESSAGE_PING, now_us, out);
}
