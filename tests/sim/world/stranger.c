#include "tests/sim/world/stranger.h"

#include <stdlib.h>

#include "actors/clients/random.h"

enum { REMEMBERED = 16, QUANTITY_MAX = 6, PRICE_MAX = 500 };

struct stranger {
    struct stranger_config config;
    struct random random;
    int64_t clock;
    int64_t number;                         // the highest that it used
    struct message remembered[REMEMBERED];  // what it sent under its latest numbers
    struct first heard;                     // of a trader, with a PONG
    int64_t due_us;
    bool stopped;
};

static const char *const garbage[] = {
    "",
    "{",
    "[]",
    "{\"type\":\"buy\",\"v\":1,\"from\":5,\"clock\":1,\"number\":1}",
    "{\"type\":\"buy\",\"v\":2,\"from\":5,\"clock\":1,\"number\":1,\"product\":\"a\",\"quantity\":"
    "1}",
    "{\"type\":\"buy\",\"v\":1,\"from\":5,\"clock\":1,\"number\":1,\"product\":\"a\",\"quantity\":-"
    "1}",
    "{\"type\":\"robbery\",\"v\":1,\"from\":5,\"clock\":1}",
    "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1e400}",
    "{\"type\":\"ping\",\"v\":1,\"v\":1,\"from\":5,\"clock\":1}",
    "\xff\xfe",
};

enum { GARBAGE_COUNT = sizeof garbage / sizeof garbage[0] };

const char *stranger_garbage (const struct message *message)
{
    return garbage[(uint64_t) message->error.number % GARBAGE_COUNT];
}

stranger_t *stranger_new (const struct stranger_config *config, uint64_t seed)
{
    stranger_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->config = *config;
    self->random = random_seeded (seed);
    return self;
}

void stranger_destroy (stranger_t **self_p)
{
    free (*self_p);
    *self_p = NULL;
}

static int64_t draw (stranger_t *self, int64_t min, int64_t max)
{
    return random_between (&self->random, min, max);
}

// The trader that it knows best, where it does not keep that to itself.
static struct first first_of (stranger_t *self)
{
    return draw (self, 0, 3) ? self->heard : (struct first){0};
}

static struct message fresh (stranger_t *self)
{
    const char *product =
        self->config.products[draw (self, 0, (int64_t) self->config.product_count - 1)];
    struct message message = {.type = draw (self, 0, 3) ? MESSAGE_BUY : MESSAGE_RESTOCK};
    if (message.type == MESSAGE_BUY) {
        message.buy = (struct buy){
            .number = ++self->number,
            .attempt = 1,
            .product = draw (self, 0, 15) ? product : "unheard-of",
            .quantity = draw (self, 1, QUANTITY_MAX),
            .all_or_nothing = draw (self, 0, 1),
            .first = first_of (self),
            .seen = {.version = draw (self, 0, 15) ? 0 : draw (self, 1, 1000)},
        };
    } else {
        message.restock = (struct restock){
            .number = ++self->number,
            .attempt = 1,
            .product = product,
            .quantity = draw (self, 1, QUANTITY_MAX),
            .price_cents = draw (self, 1, PRICE_MAX),
            .first = first_of (self),
        };
    }
    self->remembered[self->number % REMEMBERED] = message;
    return message;
}

// One of its latest requests, once more: as it was, or with another body under the same number.
static struct message again (stranger_t *self)
{
    int64_t back = draw (self, 0, self->number < REMEMBERED ? self->number - 1 : REMEMBERED - 1);
    struct message *sent = &self->remembered[(self->number - back) % REMEMBERED];
    bool other = draw (self, 0, 3) == 0;
    if (sent->type == MESSAGE_BUY) {
        sent->buy.attempt++;
    } else {
        sent->restock.attempt++;
    }
    struct message message = *sent;
    if (other && message.type == MESSAGE_BUY) {
        message.buy.quantity++;
    } else if (other) {
        message.restock.price_cents++;
    }
    return message;
}

static struct message question (stranger_t *self)
{
    int64_t number = draw (self, 1, self->number + 2);
    struct message message = {.type =
                                  draw (self, 0, 1) ? MESSAGE_ORDER_STATUS : MESSAGE_LOT_STATUS};
    message.order_status.number = number;
    if (message.type == MESSAGE_LOT_STATUS) {
        message.lot_status.number = number;
    }
    return message;
}

// What is not for a trader, or no message at all.
static struct message nonsense (stranger_t *self)
{
    struct message message = {.type = draw (self, 0, 1) ? MESSAGE_ERROR : MESSAGE_PONG};
    if (message.type == MESSAGE_ERROR) {
        message.error.number = draw (self, 0, GARBAGE_COUNT - 1);
        message.error.text = "";
    } else if (draw (self, 0, 1)) {
        message.type = MESSAGE_JOIN;
        message.join.nonce = draw (self, 0, 9);
        message.join.router = "";
    }
    return message;
}

static struct message think (stranger_t *self)
{
    int64_t idea = draw (self, 0, 15);
    if (idea == 0) {
        return nonsense (self);
    }
    if (idea == 1) {
        return (struct message){.type = MESSAGE_PING};
    }
    if (self->number > 0 && idea <= 4) {
        return question (self);
    }
    return self->number > 0 && idea <= 9 ? again (self) : fresh (self);
}

static void speak (stranger_t *self, int64_t now_us, struct outbox *out)
{
    size_t last = self->config.trader_count - 1;
    int64_t trader = self->config.traders[draw (self, 0, (int64_t) last)];
    struct message message = think (self);
    if (message.type == MESSAGE_BUY && message.buy.first.trader && draw (self, 0, 7)) {
        trader = message.buy.first.trader;  // No other one decides at once.
    }
    struct letter *letter = outbox_letter (out, PORT_TRADER, trader, message.type);
    letter->message = message;
    letter->message.from = self->config.id;
    letter->message.clock = ++self->clock;
    self->due_us = now_us + draw (self, 1, 2 * self->config.every_us);
}

void stranger_step (stranger_t *self, const struct event *event, struct outbox *out)
{
    switch (event->type) {
    case EVENT_START:
        self->due_us = event->now_us + draw (self, 1, self->config.every_us);
        break;
    case EVENT_DEADLINE:
        if (!self->stopped && event->now_us >= self->due_us) {
            speak (self, event->now_us, out);
        }
        break;
    case EVENT_RECEIVE:
        if (event->message->type == MESSAGE_PONG) {
            self->heard = (struct first){event->message->from, event->message->pong.epoch};
        }
        break;  // To anything else it does not listen.
    case EVENT_STOP:
        self->stopped = true;
        break;
    default:
        break;
    }
}

int64_t stranger_deadline (const stranger_t *self)
{
    return self->stopped ? DEADLINE_NONE : self->due_us;
}

bool stranger_done (const stranger_t *self)
{
    return self->stopped;
}
