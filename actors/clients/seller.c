#include "actors/clients/seller.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/catalog.h"
#include "actors/clients/random.h"
#include "actors/clients/seller_lots.h"

enum {
    EVERY_MIN_US = 1000,  // an interval of nothing would never let time pass
};

struct seller {
    struct seller_config config;  // its strings are not read, `product` may be NULL or not
    struct catalog catalog;
    client_t *client;
    struct random random;
    int64_t first_product;  // that it began with
    int64_t last_product;   // that it brought last
    bool *sold_any;         // by product: has it sold any of it
    struct seller_lots lots;
    int64_t restock_us;  // not before then; each interval: exactly then
    int64_t look_us;     // sold out: when to ask for the oldest unsold lot
    struct seller_book book;
    bool started;
};

struct seller_config seller_config_default (void)
{
    return (struct seller_config){
        .client = client_config_default (),
        .when = RESTOCK_EVERY,
        .what = RESTOCK_SAME,
        .quantity_min = 5,
        .quantity_max = 5,
        .price_cents_min = 100,
        .price_cents_max = 100,
        .every_us = 5 * 1000 * 1000,
    };
}

seller_t *seller_new (const struct seller_config *config, uint64_t seed)
{
    seller_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->config = *config;
    if (self->config.every_us < EVERY_MIN_US) {
        self->config.every_us = EVERY_MIN_US;
    }
    self->catalog = catalog_new (config->products, config->product_count, config->product);
    self->sold_any = calloc ((size_t) self->catalog.count, sizeof *self->sold_any);
    if (!self->sold_any) {
        abort ();
    }
    self->random = random_seeded (seed);
    self->client = client_new (&config->client, random_next (&self->random));
    self->first_product = catalog_first (&self->catalog, &self->random);
    self->last_product = self->first_product;
    self->lots = seller_lots_new (config->client.first_number, config->client.answers_kept);
    return self;
}

void seller_destroy (seller_t **self_p)
{
    assert (self_p);
    seller_t *self = *self_p;
    if (!self) {
        return;
    }
    client_destroy (&self->client);
    catalog_free (&self->catalog);
    seller_lots_free (&self->lots);
    free (self->sold_any);
    free (self);
    *self_p = NULL;
}

static bool more_to_restock (const seller_t *self)
{
    return !client_stopped (self->client)
           && (!self->config.restocks || self->book.requests < self->config.restocks);
}

static void restock (seller_t *self, int64_t product, int64_t now_us, struct outbox *out)
{
    if (!more_to_restock (self) || !client_can_ask (self->client)) {
        return;
    }
    const struct seller_config *config = &self->config;
    // Drawn one after the other: within one initializer the order would be the compiler's.
    int64_t quantity = random_between (&self->random, config->quantity_min, config->quantity_max);
    int64_t price_cents =
        random_between (&self->random, config->price_cents_min, config->price_cents_max);
    const struct client_request request = {
        .type = MESSAGE_RESTOCK,
        .product = self->catalog.names[product],
        .quantity = quantity,
        .price_cents = price_cents,
        .tag = product,
    };
    int64_t number = client_ask (self->client, &request, now_us, out);
    const struct seller_lot lot = {
        .number = number,
        .state = LOT_ASKED,
        .product = product,
        .quantity = request.quantity,
        .price_cents = request.price_cents,
    };
    seller_lots_add (&self->lots, &lot);
    self->last_product = product;
    self->book.requests++;
}

// Another product than the last, or the one to begin with.
static int64_t another (seller_t *self)
{
    return self->book.requests ? catalog_other (&self->catalog, &self->random, self->last_product)
                               : self->first_product;
}

// A seller that may bring anything tries another product each time until one sells.
static void restock_each (seller_t *self, int64_t now_us, struct outbox *out)
{
    bool any = false;
    for (int64_t product = 0; product < self->catalog.count; product++) {
        if (self->sold_any[product]) {
            restock (self, product, now_us, out);
            any = true;
        }
    }
    if (!any) {
        restock (self, self->config.product ? self->first_product : another (self), now_us, out);
    }
}

static void restock_now (seller_t *self, int64_t now_us, struct outbox *out)
{
    switch (self->config.what) {
    case RESTOCK_EACH:
        restock_each (self, now_us, out);
        break;
    case RESTOCK_RANDOM:
        restock (self, another (self), now_us, out);
        break;
    case RESTOCK_SAME:
        restock (self, self->first_product, now_us, out);
        break;
    }
}

// Writes in the book that the market has the lot, or no longer that it has.
static void set_state (seller_t *self, struct seller_lot *lot, enum lot_state_believed state)
{
    struct seller_book *book = &self->book;
    int64_t *const counted[] = {
        [LOT_ASKED] = NULL,  // the client counts these, as open
        [LOT_IN] = &book->restocked,
        [LOT_LOST] = &book->gave_up,
        [LOT_REFUSED] = &book->failed,
    };
    if (counted[lot->state]) {
        (*counted[lot->state])--;
    }
    if (counted[state]) {
        (*counted[state])++;
    }
    book->units -= lot->state == LOT_IN ? lot->quantity : 0;
    book->units += state == LOT_IN ? lot->quantity : 0;
    seller_lots_set_state (&self->lots, lot, state);
}

static void take_answer (seller_t *self, const struct client_answer *answer, int64_t now_us)
{
    struct seller_lot *lot = seller_lots_find (&self->lots, answer->number);
    assert (lot);  // The client asks for no more numbers than are remembered here.
    switch (answer->outcome) {
    case CLIENT_DECIDED:
        self->book.moved += answer->moved_from != 0;
        set_state (self, lot, LOT_IN);
        self->look_us = client_later (now_us, self->config.every_us);
        return;
    case CLIENT_FAILED:
        set_state (self, lot, LOT_REFUSED);
        break;
    case CLIENT_GAVE_UP:
        set_state (self, lot, LOT_LOST);
        break;
    case CLIENT_ACCEPTED:
        return;
    }
    if (self->config.when == RESTOCK_SOLD_OUT) {
        // Whoever was refused would be refused again at once, and so for ever.
        self->restock_us = client_later (now_us, self->config.every_us);
    }
}

static void enter_sold (seller_t *self, struct seller_lot *lot, int64_t units)
{
    if (lot->state == LOT_LOST) {
        set_state (self, lot, LOT_IN);
    }
    self->book.sold_units += units;
    self->book.revenue_cents += units * lot->price_cents;
    if (seller_lot_sold (lot) > 0) {
        self->sold_any[lot->product] = true;
    }
}

static bool same_goods (const seller_t *self, const struct seller_lot *lot, const char *product,
                        int64_t price_cents)
{
    return lot->price_cents == price_cents
           && strcmp (self->catalog.names[lot->product], product) == 0;
}

static void receive_sold (seller_t *self, const struct sold *sold)
{
    struct seller_lot *lot = seller_lots_find (&self->lots, sold->lot);
    if (lot && lot->state != LOT_REFUSED
        && same_goods (self, lot, sold->product, sold->price_cents)) {
        enter_sold (self, lot, seller_lots_notice (&self->lots, lot, sold));
    }
}

static void receive_lot (seller_t *self, const struct lot_state *state)
{
    struct seller_lot *lot = seller_lots_find (&self->lots, state->number);
    if (lot && lot->state != LOT_REFUSED && lot->quantity == state->quantity
        && same_goods (self, lot, state->product, state->price_cents)) {
        enter_sold (self, lot, seller_lots_report (&self->lots, lot, state->left));
    }
}

static void receive (seller_t *self, const struct message *message)
{
    switch (message->type) {
    case MESSAGE_SOLD:
        receive_sold (self, &message->sold);
        break;
    case MESSAGE_LOT:
        receive_lot (self, &message->lot);
        break;
    default:
        break;  // An error too: a lot that is in stays in, whatever nobody can say of it just now.
    }
}

static void run_every (seller_t *self, int64_t now_us, struct outbox *out)
{
    if (self->restock_us > now_us) {
        return;
    }
    restock_now (self, now_us, out);
    self->restock_us = client_later (self->restock_us, self->config.every_us);
    if (self->restock_us <= now_us) {
        // Whole intervals were missed: no burst makes up for them.
        self->restock_us = client_later (now_us, self->config.every_us);
    }
}

static bool looks_sold_out (const seller_t *self)
{
    return !self->lots.unsold && !client_open (self->client);
}

static void run_sold_out (seller_t *self, int64_t now_us, struct outbox *out)
{
    if (looks_sold_out (self)) {
        if (self->restock_us <= now_us && client_can_ask (self->client)) {
            restock_now (self, now_us, out);
        }
        return;
    }
    if (self->look_us > now_us || client_stopped (self->client)) {
        return;
    }
    self->look_us = client_later (now_us, self->config.every_us);
    struct seller_lot *lot = seller_lots_oldest_unsold (&self->lots);
    if (lot) {
        client_ask_lot (self->client, lot->number, now_us, out);
    }
}

void seller_step (seller_t *self, const struct event *event, struct outbox *out)
{
    if (event->type == EVENT_START && !self->started) {
        self->started = true;
        self->restock_us = event->now_us;
        self->look_us = client_later (event->now_us, self->config.every_us);
    }
    bool told = client_step (self->client, event, out);
    bool answered = false;
    struct client_answer answer;
    while (client_next (self->client, &answer)) {
        take_answer (self, &answer, event->now_us);
        answered = true;
    }
    if (told && !answered) {
        receive (self, event->message);
    }
    if (self->started && self->config.when == RESTOCK_EVERY) {
        run_every (self, event->now_us, out);
    } else if (self->started) {
        run_sold_out (self, event->now_us, out);
    }
    self->book.open = client_open (self->client);
    self->book.resent = client_resent (self->client);
}

int64_t seller_deadline (const seller_t *self)
{
    int64_t due_us = client_deadline (self->client);
    int64_t own_us = DEADLINE_NONE;
    if (!self->started || client_stopped (self->client)) {
        return due_us;
    }
    if (self->config.when == RESTOCK_SOLD_OUT && self->lots.unsold) {
        own_us = self->look_us;
    } else if (more_to_restock (self)
               && (self->config.when == RESTOCK_EVERY
                   || (looks_sold_out (self) && client_can_ask (self->client)))) {
        own_us = self->restock_us;
    }
    return own_us < due_us ? own_us : due_us;
}

bool seller_done (const seller_t *self)
{
    return !more_to_restock (self) && !client_open (self->client);
}

const struct seller_book *seller_book (const seller_t *self)
{
    return &self->book;
}

client_t *seller_client (seller_t *self)
{
    return self->client;
}

int64_t seller_next_foreign (seller_t *self)
{
    return client_next_foreign (self->client);
}
