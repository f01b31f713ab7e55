// Requests come in: checked, held against the pending ones, queued.
#include <string.h>

#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_handover.h"
#include "schemas/planted.h"

// Notes where a client was heard. With too many clients, the longest unheard is forgotten: it
// loses its notices until it is heard again, and a late copy of an old order of its may be promised
// once more; the warehouse knows it.
struct client_entry *trader_hear (trader_t *self, int64_t node, const struct route *route)
{
    struct client_entry *client = trader_client (self, node);
    if (client) {
        client->route = route->size > 0 ? *route : client->route;
        if (self->client_count == LIMIT_CLIENTS) {  // The order matters only then.
            HASH_DEL (self->clients, client);
            HASH_ADD (hh, self->clients, node, sizeof client->node, client);
        }
        return client;
    }
    if (self->client_count < LIMIT_CLIENTS) {
        client = &self->client_pool[self->client_count++];
    } else {
        client = self->clients;
        HASH_DEL (self->clients, client);
        self->forgot_clients = true;
    }
    *client = (struct client_entry){.node = node, .route = *route, .unsure = self->forgot_clients};
    HASH_ADD (hh, self->clients, node, sizeof client->node, client);
    return client;
}

struct rank trader_rank (trader_t *self, const struct request *request, int64_t sum)
{
    struct rank rank = {.node = request->key.client, .number = request->key.number};
    self->arrivals++;
    switch (self->config.order_by) {
    case ORDER_LAMPORT:
        rank.first = request->clock;
        break;
    case ORDER_VECTOR:
        rank.first = sum < LIMIT_INTEGER ? sum : LIMIT_INTEGER;  // Others are told of it.
        break;
    case ORDER_ARRIVAL:
    case ORDER_COUNT:
        rank.first = self->arrivals;
        break;
    }
    return rank;
}

// The request that a message makes; false for a type that makes none.
static bool read_request (const struct message *message, struct request *request,
                          struct vector *vector, struct seen *seen)
{
    const char *product = "";
    *request = (struct request){
        .key = {.client = message->from, .number = message_number (message)},
        .clock = message->clock,
        .attempt = 1,
        .state = REQUEST_QUEUED,
        .token = NOTHING,
        .next = NOTHING,
    };
    switch (message->type) {
    case MESSAGE_BUY:
        request->kind = ITEM_BUY;
        request->attempt = message->buy.attempt;
        request->quantity = message->buy.quantity;
        request->all_or_nothing = message->buy.all_or_nothing;
        product = message->buy.product;
        request->first = message->buy.first;
        *vector = message->buy.vector;
        *seen = message->buy.seen;
        break;
    case MESSAGE_RESTOCK:
        request->kind = ITEM_RESTOCK;
        request->attempt = message->restock.attempt;
        request->quantity = message->restock.quantity;
        request->price_cents = message->restock.price_cents;
        product = message->restock.product;
        request->first = message->restock.first;
        *vector = message->restock.vector;
        *seen = message->restock.seen;
        break;
    case MESSAGE_ORDER_STATUS:
    case MESSAGE_LOT_STATUS:
        request->kind = message->type == MESSAGE_ORDER_STATUS ? ITEM_ORDER_STATUS : ITEM_LOT_STATUS;
        request->key.question = request->kind;
        break;
    default:
        return false;
    }
    memcpy (request->product, product, strlen (product) + 1);
    return true;
}

static bool same_body (const struct request *a, const struct request *b)
{
    return a->kind == b->kind && a->quantity == b->quantity && a->price_cents == b->price_cents
           && a->all_or_nothing == b->all_or_nothing && strcmp (a->product, b->product) == 0;
}

// The request is pending already: its answer will go to where it came from last.
static void repeat (trader_t *self, struct request *pending, const struct request *request,
                    struct outbox *out)
{
    if (!same_body (pending, request)) {
        reply_error (self, request->key.client, &request->route, REASON_CONFLICT,
                     request->key.number,
                     "this number names another request already: use a new one", out);
        return;
    }
    pending->route = request->route;
    if (pending->behind) {
        decide_repeat (self, pending, out);
    }
}

// An order that was answered here and is not settled: the warehouse may not know of it yet.
static bool answer_status_here (trader_t *self, const struct request *request, struct outbox *out)
{
    struct request_key key = request->key;
    key.question = 0;
    struct request *asked = trader_find_pending (self, &key);
    if (request->kind != ITEM_ORDER_STATUS || !asked || !asked->behind || asked->kind != ITEM_BUY
        || asked->promised == 0 || !writes_told (self, asked)) {
        return false;
    }
    struct route route = asked->route;
    asked->route = request->route;
    decide_repeat (self, asked, out);
    asked->route = route;
    return true;
}

// By a lease only a buy is decided, and so that nothing takes it back; for a client that may have
// been forgotten it might be the second time.
static bool may_escrow (const struct request *request, const struct client_entry *client)
{
    return request->mode != MODE_ESCROW || (request->kind == ITEM_BUY && !client->unsure);
}

// Whether this trader may decide the request by itself. One that may have been decided before,
// here or in an earlier life of this trader, goes to the warehouse, which remembers; and one that
// another trader may decide, or that this one may have been asked for in another epoch, goes there
// because the warehouse knows whether that is still possible.
static bool decided_here (const trader_t *self, const struct request *request,
                          const struct client_entry *client)
{
    bool is_first = request->first.trader == self->config.id && self->epoch > 0
                    && (request->first.epoch == self->epoch || PLANTED (40));
    is_first = is_first || (PLANTED (67) && request->mode == MODE_ESCROW);
    return !request->key.question && (request->mode != MODE_SYNC || PLANTED (24)) && is_first
           && may_escrow (request, client) && request->attempt == 1
           && request->key.number > client->highest;
}

// Whether the request must wait for a cache that has seen more.
static bool must_wait (const trader_t *self, const struct request *request, const struct seen *seen)
{
    return !PLANTED (6) && request->mode == MODE_CACHED && !request->key.question
           && (seen->count > 0 || seen->version > 0) && !cache_dominates (self->cache, seen);
}

// What must have been seen before the request is decided here, or passed on: the warehouse knows
// all of its own versions, but perhaps not yet what the traders write behind.
static struct seen needed (const struct seen *token, bool here)
{
    struct seen needed = *token;
    needed.version = here ? token->version : 0;
    return needed;
}

void trader_enqueue (trader_t *self, const struct request *request, const struct seen *token,
                     struct client_entry *client, struct outbox *out)
{
    bool here = decided_here (self, request, client);
    struct seen seen = needed (token, here);
    bool waits = must_wait (self, request, &seen);
    if (self->unused == NOTHING || (waits && self->token_unused_count == 0)) {
        self->counters.busy++;
        reply_error (self, request->key.client, &request->route, REASON_BUSY, request->key.number,
                     "the trader's queue is full: send the same request again later", out);
        return;
    }
    struct request *pending = trader_make_pending (self, request);
    self->counters.requests++;
    if (!request->key.question && request->key.number > client->highest) {
        client->highest = request->key.number;
    }
    if (waits) {
        pending->token = self->token_unused[--self->token_unused_count];
        seen_init (&self->tokens[pending->token]);
        (void) seen_merge (&self->tokens[pending->token], &seen);
    }
    pending->passes = !here;
    if (here || waits) {
        queue_push (self->to_decide, pending->rank, trader_index (self, pending));
    } else {
        trader_pass (self, pending);
    }
}

// It is ending: what it has not accepted yet is for others.
static bool takes_nothing (const trader_t *self)
{
    return self->stopping || self->fenced || self->taken || self->unseated || self->handed;
}

static void admit_request (trader_t *self, const struct event *event, struct outbox *out)
{
    struct request request;
    struct vector vector = {0};
    struct seen seen = {0};
    if (!read_request (event->message, &request, &vector, &seen)) {
        self->counters.refused_input++;
        reply_error (self, event->message->from, &event->route, REASON_BAD_REQUEST,
                     message_number (event->message), "not for a trader", out);
        return;
    }
    request.route = event->route;
    request.mode = trader_policy_of (self, request.product)->mode;
    bool by_vector = self->config.order_by == ORDER_VECTOR;
    request.rank = trader_rank (self, &request, by_vector ? clock_sum (&vector) : 0);
    if (by_vector) {
        (void) clock_merge (&self->vector, &vector);
        (void) clock_tick (&self->vector, self->config.id);
    }
    struct client_entry *client = trader_hear (self, request.key.client, &event->route);
    struct request *pending = trader_find_pending (self, &request.key);
    if (pending) {
        repeat (self, pending, &request, out);
    } else if (takes_nothing (self)) {
        reply_error (self, request.key.client, &request.route, REASON_UNAVAILABLE,
                     request.key.number, "this trader is ending: ask another one", out);
    } else if (!answer_status_here (self, &request, out)) {
        trader_enqueue (self, &request, &seen, client, out);
    }
}

// A node never sends itself anything, unless it was elected, and has asked for something before.
static bool is_impossible (const trader_t *self, int64_t from)
{
    return from == WAREHOUSE_NODE || (from == self->config.id && !self->config.elected);
}

void trader_admit (trader_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    if (is_impossible (self, message->from)) {
        self->counters.refused_input++;
        reply_error (self, message->from, &event->route, REASON_BAD_REQUEST,
                     message_number (message), "from: must be the sender's own node id", out);
    } else if (message->type == MESSAGE_PING) {
        (void) trader_hear (self, message->from, &event->route);
        struct letter *letter =
            trader_letter (self, out, PORT_CLIENTS, message->from, MESSAGE_PONG);
        letter->route = event->route;
        letter->message.pong.epoch = self->epoch;
    } else if (message->type == MESSAGE_JOURNAL) {
        copies_append (self, event, out);
    } else if (message->type == MESSAGE_HANDOVER && self->config.elected) {
        if (takes_nothing (self)) {
            return;  // Their clients will ask whoever serves.
        }
        handover_receive (self, &message->handover, out);
    } else if (message->type == MESSAGE_PONG || message->type == MESSAGE_ERROR) {
        self->counters.refused_input++;  // Answering an answer could go on for ever.
    } else {
        admit_request (self, event, out);
    }
}

void trader_malformed (trader_t *self, const struct event *event, struct outbox *out)
{
    self->counters.refused_input++;
    if (event->port == PORT_CLIENTS) {
        reply_error (
            self, event->error->from, &event->route, REASON_BAD_REQUEST, event->error->number,
            arena_string (out->arena, event->error->text, strlen (event->error->text)), out);
    }
}
