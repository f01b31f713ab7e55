// Which core a message is for: by its port and its type alone.
#include <string.h>

#include "actors/peer/peer_state.h"
#include "broker/clocks.h"
#include "schemas/seating.h"

// Another market's node, or one that does not know its own yet.
static bool is_foreign (const peer_t *self, const struct message *message)
{
    return message->market > 0 && self->market > 0 && message->market != self->market;
}

static void refuse (peer_t *self, const struct event *event, enum reason reason, const char *text,
                    struct outbox *out)
{
    struct letter *letter = outbox_letter (out, PORT_CLIENTS, event->message->from, MESSAGE_ERROR);
    letter->route = event->route;
    letter->message.from = self->config.election.id;
    letter->message.error = (struct error){
        .reason = reason,
        .number = message_number (event->message),
        .text = text,
    };
}

static struct seating copy_seating (const peer_t *self, struct outbox *out)
{
    const struct seating seating = election_seating (self->election);
    return seating_copy (&seating, out->arena);
}

// A PING is answered with all that this peer knows of the seats. Its trader hears it, too, for that
// is how it knows where a seller is.
static void answer_ping (peer_t *self, const struct event *event, struct outbox *out)
{
    size_t before = out->letter_count;
    if (self->health == ILL || self->health == HOLDING) {
        return;
    }
    if (self->trader) {
        trader_step (self->trader, event, out);
    } else {
        struct letter *letter =
            outbox_letter (out, PORT_CLIENTS, event->message->from, MESSAGE_PONG);
        letter->route = event->route;
        letter->message.from = self->config.election.id;
    }
    for (size_t i = before; i < out->letter_count; i++) {
        if (out->letters[i].message.type == MESSAGE_PONG) {
            out->letters[i].message.pong.seating = copy_seating (self, out);
        }
    }
}

// What comes to its ROUTER: of the election, or for its trader.
static void receive_router (peer_t *self, const struct event *event, struct outbox *out)
{
    switch (event->message->type) {
    case MESSAGE_PING:
        election_step (self->election, event, out);
        answer_ping (self, event, out);
        break;
    case MESSAGE_ELECTION:
    case MESSAGE_COORDINATOR:
    case MESSAGE_RESIGN:
        election_step (self->election, event, out);
        break;
    case MESSAGE_PONG:
    case MESSAGE_ERROR:
    case MESSAGE_ANSWER:
        break;  // Answering an answer could go on for ever.
    case MESSAGE_HANDOVER:
        if (self->trader && election_knows (self->election, event->message->from)) {
            trader_step (self->trader, event, out);
        }
        break;
    default:
        if (self->trader) {
            trader_step (self->trader, event, out);
        } else {
            self->counters.turned++;
            refuse (self, event, REASON_UNAVAILABLE,
                    "this peer is no trader now: a PING tells who is", out);
        }
    }
}

static void receive_reply (peer_t *self, const struct event *event, struct outbox *out)
{
    enum message_type type = event->message->type;
    if (type == MESSAGE_ANSWER || type == MESSAGE_PONG || type == MESSAGE_COORDINATOR) {
        election_step (self->election, event, out);
    }
    if (type != MESSAGE_ANSWER && type != MESSAGE_COORDINATOR) {
        peer_step_client (self, event, out);
    }
}

void peer_receive (peer_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    if (is_foreign (self, message)) {
        if (event->port == PORT_CLIENTS && message->type != MESSAGE_ERROR
            && message->type != MESSAGE_PONG) {
            refuse (self, event, REASON_FOREIGN,
                    "this peer belongs to another market: look up where yours is", out);
        }
        return;
    }
    lamport_receive (&self->clock, message->clock);
    self->market = self->market > 0 ? self->market : message->market;
    switch (event->port) {
    case PORT_CLIENTS:
        receive_router (self, event, out);
        break;
    case PORT_TRADER:
        receive_reply (self, event, out);
        break;
    case PORT_WAREHOUSE:
        if (message->type == MESSAGE_SEATS) {
            election_step (self->election, event, out);
        } else if (self->trader) {
            trader_step (self->trader, event, out);
        }
        break;
    case PORT_NEWS:
        if (message->from != WAREHOUSE_NODE) {
            peer_step_client (self, event, out);
            if (self->trader && message->type == MESSAGE_CLOCK) {
                trader_saw (self->trader, &message->tick.vector);
            }
        } else if (self->trader) {
            trader_step (self->trader, event, out);
        }
        break;
    }
}

void peer_malformed (peer_t *self, const struct event *event, struct outbox *out)
{
    if (event->port != PORT_CLIENTS) {
        return;
    }
    struct letter *letter = outbox_letter (out, PORT_CLIENTS, event->error->from, MESSAGE_ERROR);
    letter->route = event->route;
    letter->message.from = self->config.election.id;
    letter->message.error = (struct error){
        .reason = REASON_BAD_REQUEST,
        .number = event->error->number,
        .text = arena_string (out->arena, event->error->text, strlen (event->error->text)),
    };
}
