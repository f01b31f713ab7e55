#include "tests/kit/bazaar.h"

#include <check.h>
#include <stdlib.h>

enum { LATENCY_US = 100, SAID_MAX = 100000 };

static const char *const products[] = {"fish"};

struct bazaar bazaar;

static struct bazaar_place *place_of (int64_t id)
{
    ck_assert (id >= 1 && id <= (int64_t) bazaar.count);
    return &bazaar.places[id - 1];
}

static struct client_config client_of (int64_t id)
{
    struct client_config config = client_config_default ();
    config.id = id;
    config.traders = bazaar.ids;
    config.trader_count = bazaar.count;
    config.elected = true;
    config.timeout_us = 200 * BAZAAR_MS;
    return config;
}

static void configure (int64_t id)
{
    struct peer_config *config = bazaar_config (id);
    *config = (struct peer_config){
        .election = election_config_default (bazaar.ids, bazaar.count),
        .trader = trader_config_default (),
        .sells = true,
        .buyer = buyer_config_default (),
        .seller = seller_config_default (),
        .sickness = {.at_us = -1},
    };
    config->election.id = id;
    config->trader.id = id;
    config->trader.elected = true;
    config->trader.ping_every_us = 0;
    config->buyer.client = config->seller.client = client_of (id);
    config->buyer.products = config->seller.products = products;
    config->buyer.product_count = config->seller.product_count = 1;
    config->buyer.product = config->seller.product = products[0];
    config->seller.quantity_min = config->seller.quantity_max = 10;
    config->seller.restocks = 1;
}

static void step_warehouse (const struct event *event)
{
    warehouse_step (bazaar.warehouse, event, &bazaar.out);
}

void bazaar_open (size_t count)
{
    struct warehouse_config config = warehouse_config_default ();
    config.elected = true;
    bazaar = (struct bazaar){.count = count, .warehouse = warehouse_new (&config, 1)};
    outbox_init (&bazaar.out);
    step_warehouse (&(struct event){.type = EVENT_START});
    outbox_clear (&bazaar.out);
    for (size_t i = 0; i < count; i++) {
        bazaar.ids[i] = (int64_t) i + 1;
        outbox_init (&bazaar.places[i].out);
    }
    for (size_t i = 0; i < count; i++) {
        configure (bazaar.ids[i]);
    }
}

void bazaar_close (void)
{
    for (size_t i = 0; i < bazaar.count; i++) {
        peer_destroy (&bazaar.places[i].peer);
        outbox_free (&bazaar.places[i].out);
    }
    for (size_t i = 0; i < bazaar.said_count; i++) {
        parcel_free (bazaar.said[i].parcel);
    }
    parcel_pool_empty ();
    warehouse_destroy (&bazaar.warehouse);
    outbox_free (&bazaar.out);
    free (bazaar.said);
    bazaar = (struct bazaar){0};
}

struct peer_config *bazaar_config (int64_t id)
{
    return &place_of (id)->config;
}

void bazaar_buys (int64_t id, int64_t orders, int64_t window)
{
    struct peer_config *config = bazaar_config (id);
    config->sells = false;
    config->buyer.orders = orders;
    config->buyer.window = window;
}

peer_t *bazaar_peer (int64_t id)
{
    return place_of (id)->peer;
}

static void note (int64_t from, int64_t to, enum port port, const struct message *message)
{
    if (bazaar.said_count == bazaar.said_size) {
        bazaar.said_size = bazaar.said_size ? 2 * bazaar.said_size : 1024;
        bazaar.said = realloc (bazaar.said, bazaar.said_size * sizeof *bazaar.said);
        ck_assert_ptr_nonnull (bazaar.said);
    }
    ck_assert_uint_lt (bazaar.said_count, SAID_MAX);
    struct decode_error error;
    struct said *said = &bazaar.said[bazaar.said_count++];
    *said = (struct said){
        .at_us = bazaar.now_us + LATENCY_US,
        .from = from,
        .to = to,
        .port = port,
        .parcel = parcel_new (message, true),
    };
    said->message = parcel_open (said->parcel, &error);
    ck_assert_msg (said->message, "%s", error.text);
    bool cut = from >= 1 && from <= (int64_t) bazaar.count && place_of (from)->cut;
    said->done = cut || (bazaar.loses && bazaar.loses (said));
}

// A ROUTER knows by the route alone whom it answers.
static void post (int64_t from, const struct letter *letter)
{
    const struct message *message = &letter->message;
    switch (letter->port) {
    case PORT_CLIENTS:
        if (letter->route.size > 0) {
            note (from, letter->route.bytes[0], PORT_TRADER, message);
        }
        break;
    case PORT_TRADER:
        note (from, letter->to, PORT_CLIENTS, message);
        break;
    case PORT_WAREHOUSE:
        note (from, from == WAREHOUSE_NODE ? letter->to : WAREHOUSE_NODE, PORT_WAREHOUSE, message);
        break;
    case PORT_NEWS:
        note (from, BAZAAR_ALL, PORT_NEWS, message);
        break;
    }
}

void bazaar_send (int64_t id)
{
    struct bazaar_place *place = place_of (id);
    for (size_t i = 0; i < place->out.letter_count; i++) {
        const struct letter *letter = &place->out.letters[i];
        ck_assert_int_eq (letter->message.from, id);
        ck_assert_int_gt (letter->message.clock, place->clock);
        place->clock = letter->message.clock;
        post (id, letter);
    }
    outbox_clear (&place->out);
}

void bazaar_step (int64_t id, struct event event)
{
    struct bazaar_place *place = place_of (id);
    event.now_us = bazaar.now_us;
    peer_step (place->peer, &event, &place->out);
}

// What a shell does in a round.
static void play_round (int64_t id, struct event event)
{
    bazaar_step (id, event);
    bazaar_step (id, (struct event){.type = EVENT_DRAINED});
    if (bazaar.now_us >= peer_deadline (bazaar_peer (id))) {
        bazaar_step (id, (struct event){.type = EVENT_DEADLINE});
    }
    bazaar_send (id);
}

void bazaar_start (int64_t id)
{
    struct bazaar_place *place = place_of (id);
    ck_assert (!place->peer);
    place->peer = peer_new (&place->config, (uint64_t) id);
    place->clock = 0;
    play_round (id, (struct event){.type = EVENT_START});
}

void bazaar_start_all (void)
{
    for (size_t i = 0; i < bazaar.count; i++) {
        bazaar_start (bazaar.ids[i]);
    }
}

void bazaar_kill (int64_t id)
{
    peer_destroy (&place_of (id)->peer);
    outbox_clear (&place_of (id)->out);
}

static void reach_warehouse (const struct message *message)
{
    step_warehouse (&(struct event){.type = EVENT_RECEIVE,
                                    .port = PORT_WAREHOUSE,
                                    .now_us = bazaar.now_us,
                                    .message = message});
    step_warehouse (&(struct event){.type = EVENT_DRAINED, .now_us = bazaar.now_us});
    for (size_t i = 0; i < bazaar.out.letter_count; i++) {
        post (WAREHOUSE_NODE, &bazaar.out.letters[i]);
    }
    outbox_clear (&bazaar.out);
}

static void reach_peer (int64_t id, const struct said *said)
{
    struct bazaar_place *place = place_of (id);
    if (place->peer && !place->cut) {
        play_round (id, (struct event){.type = EVENT_RECEIVE,
                                       .port = said->port,
                                       .route = {.size = 1, .bytes = {(uint8_t) said->from}},
                                       .message = said->message});
    }
}

// To whom a topic is news: a peer hears what all others publish, and what its shell has subscribed
// to.
static void publish (const struct said *said)
{
    enum message_type type = said->message->type;
    for (size_t i = 0; i < bazaar.count; i++) {
        if (bazaar.ids[i] != said->from && (type == MESSAGE_MEMBER || type == MESSAGE_CLOCK)) {
            reach_peer (bazaar.ids[i], said);
        }
    }
}

static void arrive (size_t index)
{
    bazaar.said[index].done = true;
    struct said said = bazaar.said[index];  // What is said now may move it.
    if (said.to == WAREHOUSE_NODE) {
        reach_warehouse (said.message);
    } else if (said.to == BAZAAR_ALL) {
        publish (&said);
    } else if (said.to <= (int64_t) bazaar.count) {
        reach_peer (said.to, &said);
    }
}

// The peer that is due first; 0: none is up.
static int64_t next_due (int64_t *due_us)
{
    int64_t id = 0;
    *due_us = DEADLINE_NONE;
    for (size_t i = 0; i < bazaar.count; i++) {
        const struct bazaar_place *place = &bazaar.places[i];
        if (place->peer && peer_deadline (place->peer) < *due_us) {
            *due_us = peer_deadline (place->peer);
            id = bazaar.ids[i];
        }
    }
    return id;
}

void bazaar_run (int64_t for_us)
{
    int64_t end_us = bazaar.now_us + for_us;
    for (;;) {
        int64_t due_us;
        int64_t id = next_due (&due_us);
        while (bazaar.next < bazaar.said_count && bazaar.said[bazaar.next].done) {
            bazaar.next++;
        }
        bool waits = bazaar.next < bazaar.said_count;
        int64_t said_us = waits ? bazaar.said[bazaar.next].at_us : DEADLINE_NONE;
        int64_t next_us = said_us <= due_us ? said_us : due_us;
        if (next_us > end_us) {
            bazaar.now_us = end_us;
            return;
        }
        bazaar.now_us = next_us > bazaar.now_us ? next_us : bazaar.now_us;
        if (said_us <= due_us) {
            arrive (bazaar.next);
        } else {
            play_round (id, (struct event){.type = EVENT_DEADLINE});
        }
    }
}

void bazaar_say (int64_t from, int64_t to, struct message message)
{
    message.from = from;
    message.clock = message.clock ? message.clock : 1;
    note (from, to, to == WAREHOUSE_NODE ? PORT_WAREHOUSE : PORT_CLIENTS, &message);
}

void bazaar_buy (int64_t from, int64_t to, int64_t number, int64_t quantity)
{
    bazaar_say (
        from, to,
        (struct message){
            .type = MESSAGE_BUY,
            .buy = {.number = number, .attempt = 1, .product = products[0], .quantity = quantity}});
}

void bazaar_restock (int64_t from, int64_t to, int64_t number, int64_t quantity)
{
    bazaar_say (from, to,
                (struct message){.type = MESSAGE_RESTOCK,
                                 .restock = {.number = number,
                                             .attempt = 1,
                                             .product = products[0],
                                             .quantity = quantity,
                                             .price_cents = 100}});
}

void bazaar_campaign (int64_t from, int64_t term, const int64_t *seats, size_t count)
{
    bazaar_say (from, WAREHOUSE_NODE,
                (struct message){.type = MESSAGE_CAMPAIGN,
                                 .campaign = {.term = term, .seats = seats, .seat_count = count}});
}

static bool is_sought (const struct said *said, int64_t from, int64_t to, enum message_type type)
{
    return (from == BAZAAR_ALL || said->from == from) && (to == BAZAAR_ALL || said->to == to)
           && said->message->type == type;
}

int64_t bazaar_count (int64_t from, int64_t to, enum message_type type)
{
    int64_t count = 0;
    for (size_t i = 0; i < bazaar.said_count; i++) {
        count += is_sought (&bazaar.said[i], from, to, type);
    }
    return count;
}

const struct said *bazaar_last (int64_t from, int64_t to, enum message_type type)
{
    for (size_t i = bazaar.said_count; i > 0; i--) {
        if (is_sought (&bazaar.said[i - 1], from, to, type)) {
            return &bazaar.said[i - 1];
        }
    }
    return NULL;
}

enum status bazaar_outcome (int64_t client, int64_t number)
{
    for (size_t i = bazaar.said_count; i > 0; i--) {
        const struct said *said = &bazaar.said[i - 1];
        if (is_sought (said, BAZAAR_ALL, client, MESSAGE_RECEIPT)
            && said->message->receipt.number == number) {
            return said->message->receipt.status;
        }
    }
    return STATUS_UNKNOWN;
}
