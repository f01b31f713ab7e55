// Letters that leave a round: to whom they go, and which facts they are.
#include <assert.h>
#include <string.h>

#include "tests/sim/world/world_state.h"

static bool is_question (enum message_type type)
{
    return type == MESSAGE_BUY || type == MESSAGE_RESTOCK || type == MESSAGE_ORDER_STATUS
           || type == MESSAGE_LOT_STATUS;
}

// What a trader answers to a client. Peers say it to each other, and much else; what they hear of
// each other's news is no answer.
static bool is_for_client (const struct message *message)
{
    if (!message) {
        return false;
    }
    switch (message->type) {
    case MESSAGE_RECEIPT:
    case MESSAGE_OVERSOLD:
    case MESSAGE_RESTOCKED:
    case MESSAGE_LOT:
    case MESSAGE_SOLD:
    case MESSAGE_ERROR:
        return true;
    default:
        return false;
    }
}

static void note (world_t *self, enum fact_type type, const struct node *node, int64_t peer,
                  const struct message *message)
{
    world_fact (
        self,
        (struct fact){
            .type = type, .node = node->id, .life = node->life, .peer = peer, .message = message});
}

static void count_answer (world_t *self, const struct message *message)
{
    int64_t *count = self->sometimes.count;
    if (message->type == MESSAGE_ERROR) {
        enum reason reason = message->error.reason;
        count[SOMETIMES_CONFLICT] += reason == REASON_CONFLICT;
        count[SOMETIMES_EXPIRED] += reason == REASON_EXPIRED;
        count[SOMETIMES_UNAVAILABLE] += reason == REASON_UNAVAILABLE;
        count[SOMETIMES_GAP_BATCH] += reason == REASON_GAP;
        count[SOMETIMES_PENDING] += reason == REASON_PENDING;
    } else if (message->type == MESSAGE_RECEIPT) {
        count[SOMETIMES_FORGOTTEN] += message->receipt.status == STATUS_UNKNOWN;
    }
}

void post_told (world_t *self, const struct mail *mail)
{
    bool by_peer = mail->from->role == ROLE_PEER && is_for_client (mail->opened);
    if ((mail->from->role == ROLE_TRADER || by_peer) && mail->opened) {
        note (self, FACT_TOLD, mail->to, mail->from->id, mail->opened);
    }
}

static void send_to_trader (world_t *self, struct node *from, const struct letter *letter)
{
    struct node *to = world_node (self, letter->to);
    const struct message *message = &letter->message;
    if (from->role == ROLE_TRADER) {
        tally_letter (self, from, message);
    }
    if (from->role == ROLE_STRANGER && message->type == MESSAGE_ERROR) {
        const char *garbage = stranger_garbage (message);
        story_garbage (self, from, to, garbage);
        (void) network_send (self, from, to, PORT_CLIENTS, 0, NULL, garbage);
        return;
    }
    if (is_question (message->type)) {
        int64_t number = message_number (message);
        from->last_number = number > from->last_number ? number : from->last_number;
        self->sometimes.count[SOMETIMES_SETTLED_LATE] +=
            from->role == ROLE_BUYER && message->type == MESSAGE_ORDER_STATUS;
        note (self, FACT_ASKED, from, to->id, message);
    }
    enum passage passage = network_send (self, from, to, PORT_CLIENTS, 0, message, NULL);
    story_letter (self, from, to, message, passage);
}

// By the route of its request: to a client, or to another trader that has asked.
static void send_by_route (world_t *self, struct node *from, const struct letter *letter)
{
    struct route_bytes bytes;
    if (letter->route.size == 0) {
        return;  // To whom it has no route.
    }
    assert (letter->route.size == sizeof bytes);
    memcpy (&bytes, letter->route.bytes, sizeof bytes);
    assert (bytes.index < self->node_count);
    struct node *to = self->nodes[bytes.index];
    bool is_client =
        node_is_client (to) || (to->role == ROLE_PEER && is_for_client (&letter->message));
    if (is_client) {
        note (self, FACT_SAID, from, to->id, &letter->message);
        count_answer (self, &letter->message);
    }
    enum passage passage = PASSAGE_NOWHERE;
    if (!is_client || !from->aside) {
        passage =
            network_send (self, from, to, PORT_TRADER, bytes.incarnation, &letter->message, NULL);
    }
    story_letter (self, from, to, &letter->message, passage);
    if (passage == PASSAGE_NOWHERE) {
        struct outbox nothing = {0};
        struct event event = {
            .type = EVENT_UNDELIVERABLE,
            .port = PORT_CLIENTS,
            .now_us = self->now_us,
            .route = letter->route,
            .message = &letter->message,
        };
        self->steps++;
        from->class->step (from->core, &event, &nothing);
    }
}

static void send_to_warehouse (world_t *self, struct node *from, const struct letter *letter)
{
    struct node *to = self->nodes[0];
    tally_letter (self, from, &letter->message);
    enum passage passage = network_send (self, from, to, PORT_WAREHOUSE, 0, &letter->message, NULL);
    story_letter (self, from, to, &letter->message, passage);
}

// A REP answers whoever it took the request from, by that connection.
static void answer_from_warehouse (world_t *self, struct node *from, const struct letter *letter)
{
    const struct mail *mail = from->round.first;
    assert (mail);
    note (self, FACT_ANSWERED, from, letter->to, &letter->message);
    tally_answer (self, from, mail, &letter->message);
    count_answer (self, &letter->message);
    enum passage passage = network_send (self, from, mail->from, PORT_WAREHOUSE, mail->incarnation,
                                         &letter->message, NULL);
    story_letter (self, from, mail->from, &letter->message, passage);
}

static bool subscribes (const struct node *from, const struct node *node, enum message_type type)
{
    if (!node->core || node->state == NODE_DOWN || node->gone) {
        return false;
    }
    if (node->role == ROLE_PEER) {
        return node != from;
    }
    if (from->role == ROLE_WAREHOUSE) {
        return node->role == ROLE_TRADER
               && (type != MESSAGE_INVALIDATION || trader_follows (node->core));
    }
    return node->role == ROLE_BUYER || node->role == ROLE_SELLER;
}

static void publish_to (world_t *self, struct node *from, const struct message *message,
                        struct node *const *nodes, size_t count)
{
    bool told = false;
    for (size_t i = 0; i < count; i++) {
        struct node *to = nodes[i];
        if (!subscribes (from, to, message->type)) {
            continue;
        }
        if (!told) {
            story_news (self, from, message);
            told = true;
        }
        tally_recalled (to, message);
        story_heard (self, to, network_send (self, from, to, PORT_NEWS, 0, message, NULL));
    }
}

// Of what the warehouse publishes, the traders listen for the stock, for recalls of their leases
// and for each other; of what a trader publishes, the clients for what befell the traders, and a
// buyer for its own orders. Peers listen for who holds the seats, and for each other.
static void publish (world_t *self, struct node *from, const struct letter *letter)
{
    const struct message *message = &letter->message;
    bool member = message->type == MESSAGE_MEMBER;
    bool for_traders =
        member || message->type == MESSAGE_INVALIDATION || message->type == MESSAGE_RECALL;
    bool for_peers =
        member || message->type == MESSAGE_SEATS || (message->type == MESSAGE_CLOCK && from->id);
    if (self->peer_count > 0 && for_peers) {
        publish_to (self, from, message, self->nodes, self->node_count);
    } else if (from->role == ROLE_WAREHOUSE && for_traders) {
        publish_to (self, from, message, self->traders, self->trader_count);
    } else if (from->role == ROLE_TRADER && member && !from->aside) {
        publish_to (self, from, message, self->nodes, self->node_count);
    } else if (from->role == ROLE_TRADER && message->type == MESSAGE_OVERSELL
               && self->by_id[letter->to] && !from->aside) {
        struct node *to = self->by_id[letter->to];
        enum passage passage = network_send (self, from, to, PORT_NEWS, 0, message, NULL);
        story_letter (self, from, to, message, passage);
    }
}

static void post (world_t *self, struct node *from, const struct letter *letter)
{
    switch (letter->port) {
    case PORT_NEWS:
        publish (self, from, letter);
        break;
    case PORT_CLIENTS:
        send_by_route (self, from, letter);
        break;
    case PORT_TRADER:
        send_to_trader (self, from, letter);
        break;
    case PORT_WAREHOUSE:
        if (from->role == ROLE_WAREHOUSE) {
            answer_from_warehouse (self, from, letter);
        } else {
            send_to_warehouse (self, from, letter);
        }
        break;
    }
}

void post_letters (world_t *self, struct node *from, size_t count)
{
    for (size_t i = 0; i < count && !self->halted; i++) {
        post (self, from, &from->out->letters[i]);
    }
}

void post_early (world_t *self, struct node *from)
{
    struct outbox *out = from->out;
    size_t kept = 0;
    for (size_t i = 0; i < out->letter_count && !self->halted; i++) {
        if (out->letters[i].early) {
            post (self, from, &out->letters[i]);
        } else {
            out->letters[kept++] = out->letters[i];
        }
    }
    out->letter_count = kept;
}
