#include "tests/kit/bazaar.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "schemas/message_text.h"
#include "tests/kit/bazaar_post.h"
#include "tests/kit/bazaar_warehouse.h"

enum { NODES_MAX = POST_NODES_MAX, TELL_BYTES = 64 * 1024, SCENE_US = 5000 };

enum kind { KIND_WAREHOUSE, KIND_TRADER, KIND_BUYER, KIND_SELLER, KIND_HAND };

struct node {
    enum kind kind;
    int64_t id;
    trader_t *trader;
    bool follows;  // a trader that is subscribed to stock
    buyer_t *buyer;
    seller_t *seller;
    arena_t *arena;        // of what it has received in this round, a hand's of what it heard
    struct message heard;  // a hand's
    bool has_heard;
};

struct bazaar {
    struct bazaar_config config;
    struct random random;
    int64_t now_us;
    bool started;
    struct node nodes[NODES_MAX];
    size_t node_count;
    struct bazaar_warehouse warehouse;
    post_t *post;
    struct outbox out;
    char *told;
    size_t told_length;
    int64_t told_us;  // the time of its last line
};

struct bazaar_config bazaar_config_default (void)
{
    return (struct bazaar_config){
        .delay_min_us = BAZAAR_MS,
        .delay_max_us = BAZAAR_MS,
        .answers_kept = LIMIT_ANSWERS,
    };
}

static struct node *add_node (bazaar_t *self, enum kind kind, int64_t id)
{
    ck_assert (!self->started);
    ck_assert_uint_lt (self->node_count, NODES_MAX);
    struct node *node = &self->nodes[self->node_count++];
    *node = (struct node){.kind = kind, .id = id, .arena = arena_new (64 * 1024)};
    return node;
}

bazaar_t *bazaar_new (const struct bazaar_config *config)
{
    bazaar_t *self = calloc (1, sizeof *self);
    ck_assert_ptr_nonnull (self);
    self->config = *config;
    self->random = random_seeded (config->seed);
    bazaar_warehouse_init (&self->warehouse, random_next (&self->random), config->answers_kept,
                           config->crashes);
    self->post = post_new (random_next (&self->random), config->delay_min_us, config->delay_max_us,
                           config->loss);
    self->told = calloc (1, TELL_BYTES);
    ck_assert_ptr_nonnull (self->told);
    outbox_init (&self->out);
    (void) add_node (self, KIND_WAREHOUSE, WAREHOUSE_NODE);
    return self;
}

void bazaar_destroy (bazaar_t **self_p)
{
    bazaar_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < self->node_count; i++) {
        struct node *node = &self->nodes[i];
        trader_destroy (&node->trader);
        buyer_destroy (&node->buyer);
        seller_destroy (&node->seller);
        arena_destroy (&node->arena);
    }
    post_destroy (&self->post);
    bazaar_warehouse_free (&self->warehouse);
    outbox_free (&self->out);
    free (self->told);
    free (self);
    *self_p = NULL;
}

void bazaar_add_trader (bazaar_t *self, const struct trader_config *config)
{
    struct node *node = add_node (self, KIND_TRADER, config->id);
    node->trader = trader_new (config, random_next (&self->random));
    node->follows = config->invalidation;
}

void bazaar_add_buyer (bazaar_t *self, const struct buyer_config *config)
{
    add_node (self, KIND_BUYER, config->client.id)->buyer =
        buyer_new (config, random_next (&self->random));
}

void bazaar_add_seller (bazaar_t *self, const struct seller_config *config)
{
    add_node (self, KIND_SELLER, config->client.id)->seller =
        seller_new (config, random_next (&self->random));
}

void bazaar_add_hand (bazaar_t *self, int64_t id)
{
    (void) add_node (self, KIND_HAND, id);
}

static size_t index_of (const bazaar_t *self, int64_t id)
{
    for (size_t i = 0; i < self->node_count; i++) {
        if (self->nodes[i].id == id) {
            return i;
        }
    }
    ck_abort_msg ("no node %" PRId64, id);
}

void bazaar_set_delay (bazaar_t *self, int64_t from, int64_t to, int64_t delay_us)
{
    post_set_delay (self->post, index_of (self, from), index_of (self, to), delay_us);
}

void bazaar_set_loss (bazaar_t *self, int64_t loss)
{
    post_set_loss (self->post, loss);
}

static void tell (bazaar_t *self, const char *to, const struct message *message, int64_t to_id)
{
    char text[MESSAGE_TEXT_BYTES];
    if (!self->config.told) {
        return;
    }
    (void) message_text (message, to_id, text, sizeof text);
    bool scene = self->told_length > 0 && self->now_us - self->told_us > SCENE_US;
    self->told_us = self->now_us;
    int length = snprintf (self->told + self->told_length, TELL_BYTES - self->told_length,
                           "%s%4" PRId64 " ms  %2" PRId64 " -> %-3s  %s\n", scene ? "\n" : "",
                           self->now_us / BAZAAR_MS, message->from, to, text);
    self->told_length += (size_t) length;
    ck_assert_uint_lt (self->told_length, TELL_BYTES);
}

static void send_to (bazaar_t *self, size_t from, int64_t to, enum port port,
                     const struct message *message)
{
    char name[24];
    snprintf (name, sizeof name, "%" PRId64, to);
    tell (self, name, message, to);
    post_send (self->post, from, index_of (self, to), port, message, self->now_us);
}

// A route names the client that it leads to, as a ROUTER's frame would.
static struct route route_of (int64_t id)
{
    struct route route = {.size = sizeof id};
    memcpy (route.bytes, &id, sizeof id);
    return route;
}

static void publish (bazaar_t *self, size_t from, const struct letter *letter)
{
    const struct message *message = &letter->message;
    if (message->type == MESSAGE_OVERSELL && self->nodes[from].kind == KIND_TRADER) {
        send_to (self, from, letter->to, PORT_NEWS, message);
        return;
    }
    if (message->type != MESSAGE_INVALIDATION) {
        return;  // Nobody here listens.
    }
    bool told = false;
    for (size_t i = 0; i < self->node_count; i++) {
        if (self->nodes[i].follows) {
            if (!told) {
                tell (self, "all", message, 0);
                told = true;
            }
            post_send (self->post, from, i, PORT_NEWS, message, self->now_us);
        }
    }
}

static void send_letters (bazaar_t *self, size_t from)
{
    for (size_t i = 0; i < self->out.letter_count; i++) {
        const struct letter *letter = &self->out.letters[i];
        int64_t to = letter->to;
        switch (letter->port) {
        case PORT_NEWS:
            publish (self, from, letter);
            break;
        case PORT_CLIENTS:
            ck_assert_uint_eq (letter->route.size, sizeof to);
            memcpy (&to, letter->route.bytes, sizeof to);
            ck_assert_int_eq (to, letter->to);
            send_to (self, from, to, PORT_TRADER, &letter->message);
            break;
        case PORT_TRADER:
            send_to (self, from, to, PORT_CLIENTS, &letter->message);
            break;
        case PORT_WAREHOUSE:
            send_to (self, from, to, PORT_WAREHOUSE, &letter->message);
            break;
        }
    }
    outbox_clear (&self->out);
}

static void step (bazaar_t *self, size_t at, const struct event *event)
{
    struct node *node = &self->nodes[at];
    switch (node->kind) {
    case KIND_WAREHOUSE:
        bazaar_warehouse_step (&self->warehouse, event, &self->out);
        break;
    case KIND_TRADER:
        trader_step (node->trader, event, &self->out);
        break;
    case KIND_BUYER:
        buyer_step (node->buyer, event, &self->out);
        break;
    case KIND_SELLER:
        seller_step (node->seller, event, &self->out);
        break;
    case KIND_HAND:
        if (event->type == EVENT_RECEIVE) {
            node->heard = *event->message;
            node->has_heard = true;
        }
        break;
    }
}

static int64_t deadline_of (const bazaar_t *self, size_t at)
{
    const struct node *node = &self->nodes[at];
    switch (node->kind) {
    case KIND_TRADER:
        return trader_deadline (node->trader);
    case KIND_BUYER:
        return buyer_deadline (node->buyer);
    case KIND_SELLER:
        return seller_deadline (node->seller);
    default:
        return DEADLINE_NONE;
    }
}

static void deliver (bazaar_t *self, const struct parcel *parcel)
{
    struct message message;
    struct decode_error error;
    arena_t *arena = self->nodes[parcel->to].arena;
    if (self->nodes[parcel->to].kind == KIND_HAND) {
        arena_reset (arena);  // The last one is what it has heard.
    }
    bool valid =
        message_decode (parcel->bytes, parcel->size, LIMIT_BATCH_BYTES, arena, &message, &error);
    ck_assert_msg (valid, "%s", error.text);
    struct event event = {
        .type = EVENT_RECEIVE,
        .port = parcel->port,
        .now_us = self->now_us,
        .route = route_of (self->nodes[parcel->from].id),
        .message = &message,
    };
    step (self, parcel->to, &event);
}

// What came is known, and what is due may be done.
static void finish_round (bazaar_t *self, size_t at, bool woken)
{
    struct event event = {.type = EVENT_DRAINED, .now_us = self->now_us};
    if (woken) {
        step (self, at, &event);
    }
    event.type = EVENT_DEADLINE;
    if (deadline_of (self, at) <= self->now_us) {
        step (self, at, &event);
    }
    send_letters (self, at);
    if (self->nodes[at].kind != KIND_HAND) {
        arena_reset (self->nodes[at].arena);
    }
}

// Hands over what has arrived by now, then lets each node send what it gathered.
static void deliver_arrived (bazaar_t *self)
{
    bool woken[NODES_MAX] = {false};
    struct parcel parcel;
    while (post_take (self->post, self->now_us, &parcel)) {
        deliver (self, &parcel);
        send_letters (self, parcel.to);
        woken[parcel.to] = true;
        free (parcel.bytes);
    }
    for (size_t i = 0; i < self->node_count; i++) {
        finish_round (self, i, woken[i]);
    }
}

static void start (bazaar_t *self)
{
    self->started = true;
    bazaar_warehouse_start (&self->warehouse, self->now_us, &self->out);
    send_letters (self, 0);
    for (size_t i = 1; i < self->node_count; i++) {
        struct event event = {.type = EVENT_START, .now_us = self->now_us};
        step (self, i, &event);
        send_letters (self, i);
    }
}

static int64_t next_us (const bazaar_t *self)
{
    int64_t next = post_next_us (self->post);
    for (size_t i = 0; i < self->node_count; i++) {
        int64_t due = deadline_of (self, i);
        next = due < next ? due : next;
    }
    return next;
}

bool bazaar_run (bazaar_t *self, int64_t time_us)
{
    int64_t until_us = self->now_us + time_us;
    if (!self->started) {
        start (self);
    }
    for (;;) {
        int64_t next = next_us (self);
        if (next > until_us) {
            self->now_us = until_us;
            return next == DEADLINE_NONE;
        }
        self->now_us = next > self->now_us ? next : self->now_us;
        deliver_arrived (self);
    }
}

void bazaar_say (bazaar_t *self, int64_t from, int64_t to, const struct message *message)
{
    if (!self->started) {
        start (self);
    }
    send_to (self, index_of (self, from), to, PORT_CLIENTS, message);
}

const struct message *bazaar_heard (const bazaar_t *self, int64_t hand)
{
    const struct node *node = &self->nodes[index_of (self, hand)];
    return node->has_heard ? &node->heard : NULL;
}

const trader_t *bazaar_trader (const bazaar_t *self, int64_t id)
{
    return self->nodes[index_of (self, id)].trader;
}

const struct buyer_book *bazaar_buyer_book (const bazaar_t *self, int64_t id)
{
    return buyer_book (self->nodes[index_of (self, id)].buyer);
}

const struct seller_book *bazaar_seller_book (const bazaar_t *self, int64_t id)
{
    return seller_book (self->nodes[index_of (self, id)].seller);
}

struct wh_store *bazaar_store (const bazaar_t *self)
{
    return self->warehouse.store;
}

int64_t bazaar_version (const bazaar_t *self)
{
    return self->warehouse.version;
}

int64_t bazaar_crashes (const bazaar_t *self)
{
    return self->warehouse.crashes;
}

int64_t bazaar_lost (const bazaar_t *self)
{
    return post_lost (self->post);
}

const char *bazaar_transcript (const bazaar_t *self)
{
    return self->told;
}
