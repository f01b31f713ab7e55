#include "actors/clients/client_state.h"

#include <string.h>

bool client_find_trader (const client_t *self, int64_t id, size_t *at)
{
    for (size_t i = 0; i < self->trader_count; i++) {
        if (self->traders[i].id == id) {
            *at = i;
            return true;
        }
    }
    return false;
}

// A trader is avoided after it let a request time out, until anything comes from it. One that
// leaves three PINGs in a row unanswered is avoided too, before it costs anybody an order.
static bool seems_alive (const client_t *self, const struct trader_state *trader, int64_t now_us)
{
    if (trader->suspect_until_us > now_us) {
        return false;
    }
    int64_t every = self->config.ping_every_us;
    if (every <= 0) {
        return true;
    }
    int64_t quiet = client_later (client_later (trader->heard_us, every), every);
    return client_later (client_later (quiet, every), self->config.timeout_us) > now_us;
}

// Index of the next trader in the order of choice among those that pass, SIZE_MAX when none does.
static size_t pick (client_t *self, int64_t now_us, size_t avoid, bool alive)
{
    size_t passing = 0;
    for (size_t i = 0; i < self->trader_count; i++) {
        if (i != avoid && (!alive || seems_alive (self, &self->traders[i], now_us))) {
            passing++;
        }
    }
    if (!passing) {
        return SIZE_MAX;
    }
    size_t skip = 0;
    size_t at = self->cursor;
    if (self->config.choice == CHOICE_RANDOM) {
        skip = (size_t) random_between (&self->random, 0, (int64_t) passing - 1);
        at = 0;
    }
    for (;; at++) {
        size_t i = at % self->trader_count;
        if (i != avoid && (!alive || seems_alive (self, &self->traders[i], now_us))) {
            if (!skip) {
                self->cursor = (i + 1) % self->trader_count;
                return i;
            }
            skip--;
        }
    }
}

size_t client_choose (client_t *self, int64_t now_us, size_t avoid)
{
    size_t at = pick (self, now_us, avoid, true);
    if (at == SIZE_MAX && avoid != SIZE_MAX) {
        // The only one alive may be the one that the caller would rather leave.
        at = pick (self, now_us, SIZE_MAX, true);
    }
    if (at == SIZE_MAX) {
        at = pick (self, now_us, avoid, false);
    }
    return at == SIZE_MAX ? pick (self, now_us, SIZE_MAX, false) : at;
}

static struct message *letter_to (client_t *self, size_t trader, enum message_type type,
                                  int64_t now_us, struct outbox *out)
{
    struct trader_state *state = &self->traders[trader];
    state->sent_us = now_us;
    struct letter *letter = outbox_letter (out, PORT_TRADER, state->id, type);
    letter->message.from = self->config.id;
    letter->message.clock = lamport_send (&self->lamport);
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

void client_ping_all (client_t *self, int64_t now_us, struct outbox *out)
{
    for (size_t i = 0; i < self->trader_count; i++) {
        (void) letter_to (self, i, MESSAGE_PING, now_us, out);
    }
    int64_t every = self->config.ping_every_us;
    self->ping_us = every > 0 ? client_later (now_us, every) : DEADLINE_NONE;
}

void client_ping_quiet (client_t *self, int64_t now_us, struct outbox *out)
{
    if (self->ping_us > now_us) {
        return;
    }
    int64_t every = self->config.ping_every_us;
    self->ping_us = DEADLINE_NONE;
    for (size_t i = 0; i < self->trader_count; i++) {
        if (client_later (self->traders[i].sent_us, every) <= now_us) {
            (void) letter_to (self, i, MESSAGE_PING, now_us, out);
        }
        int64_t next = client_later (self->traders[i].sent_us, every);
        self->ping_us = next < self->ping_us ? next : self->ping_us;
    }
}
