#include "actors/bench/load_shell.h"

#include "actors/bench/load_state.h"

enum {
    BUFFER_BYTES = 1024,
    BACKOFF_US = 2000,  // after "busy", times the attempts
    BACKOFFS_MAX = 10,
    ARENA_BLOCK = 64 * 1024,
};

bool load_fail (load_t *self, const char *format, const char *detail)
{
    snprintf (self->error, self->error_size, format, detail);
    self->failed = true;
    return false;
}

bool load_connect (load_t *self, struct buyer *buyer, size_t name, size_t endpoint)
{
    snprintf (buyer->name.bytes, sizeof buyer->name.bytes, "%04x", (unsigned) name);
    zmq_setsockopt (self->socket, ZMQ_CONNECT_ROUTING_ID, buyer->name.bytes, NAME_BYTES);
    return wire_attach (self->router, WIRE_CONNECT, self->config.endpoints[endpoint], self->error,
                        self->error_size);
}

static bool connect_buyer (load_t *self, size_t index)
{
    struct buyer *buyer = &self->buyers[index];
    const struct load_config *config = &self->config;
    buyer->node = config->first_node + (int64_t) index;
    buyer->window = (struct window){
        .orders = self->orders + index * (size_t) config->window,
        .size = (size_t) config->window,
    };
    if (buyer == load_seller (self)) {
        buyer->window = (struct window){.orders = self->lots, .size = LOTS_OPEN_MAX};
    }
    return load_connect (self, buyer, index, index % config->endpoint_count);
}

load_t *load_new (const struct load_config *config, char *error, size_t error_size)
{
    load_t *self = calloc (1, sizeof *self);
    size_t count = (size_t) config->clients + 1;  // The last one is the seller.
    if (!self || !(self->buyers = calloc (count, sizeof *self->buyers))
        || !(self->orders = calloc (count * (size_t) config->window, sizeof *self->orders))) {
        abort ();
    }
    self->config = *config;
    self->error = error;
    self->error_size = error_size;
    self->arena = arena_new (ARENA_BLOCK);
    self->router =
        wire_socket (ZMQ_ROUTER, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, error_size);
    self->socket = self->router ? zsock_resolve (self->router) : NULL;
    bool fine = self->router;
    for (size_t i = 0; i < count && fine; i++) {
        fine = connect_buyer (self, i);
    }
    if (!fine) {
        load_destroy (&self);
        return NULL;
    }
    poller_add (&self->poller, self->router);
    return self;
}

void load_destroy (load_t **self_p)
{
    load_t *self = *self_p;
    if (!self) {
        return;
    }
    zsock_destroy (&self->router);
    arena_destroy (&self->arena);
    free (self->orders);
    free (self->buyers);
    free (self);
    *self_p = NULL;
}

bool load_send (load_t *self, struct buyer *buyer, struct message *message)
{
    char buffer[BUFFER_BYTES];
    message->from = buyer->node;
    message->clock = ++buyer->clock;
    message->market = self->market;
    size_t size = message_encode (message, buffer, sizeof buffer);
    poller_sent (&self->poller, 0);
    return (zmq_send (self->socket, buyer->name.bytes, NAME_BYTES, ZMQ_DONTWAIT | ZMQ_SNDMORE) != -1
            && zmq_send (self->socket, buffer, size, ZMQ_DONTWAIT) != -1)
           || load_fail (self, "an order could not be sent: %s", zmq_strerror (zmq_errno ()));
}

bool load_send_order (load_t *self, struct buyer *buyer, struct order *order, int64_t now_us)
{
    struct message message = {
        .type = MESSAGE_BUY,
        .buy = {.number = order->number,
                .attempt = order->attempt,
                .product = self->config.product,
                .quantity = 1,
                .first = order->number <= buyer->past ? buyer->past_first : buyer->first},
    };
    order->state = ORDER_OPEN;
    order->again_us = now_us + RESEND_US;
    return load_send (self, buyer, &message);
}

// The client's next order, due at `due_us`. Returns false when its window is full.
bool load_open (load_t *self, struct buyer *buyer, int64_t due_us, int64_t now_us)
{
    struct order *order = window_open (&buyer->window, due_us);
    if (!order) {
        return false;
    }
    self->issued++;
    return load_send_order (self, buyer, order, now_us);
}

static void close_order (load_t *self, struct buyer *buyer, struct order *order, int64_t now_us)
{
    histogram_add (&self->result->latency, now_us - order->due_us);
    window_close (&buyer->window, order);
    self->answered++;
    self->answered_us = now_us;
    self->heard_us = now_us;
}

// A final answer to an order that was accepted and is no longer counted as open.
static void settle (load_t *self, struct buyer *buyer, const struct receipt *receipt)
{
    enum status status = receipt->status;
    if (!status_is_final (status) || buyer->promised == 0 || receipt->number <= buyer->past) {
        return;  // An order that was sent again was answered twice, or is not waited for.
    }
    buyer->promised--;
    self->promised--;
    self->heard_us = wire_now_us ();
    self->bought -= receipt->missing;
    self->result->oversold += status == STATUS_OVERSOLD;
}

static void take_receipt (load_t *self, struct buyer *buyer, const struct receipt *receipt,
                          int64_t now_us)
{
    struct order *order = window_find (&buyer->window, receipt->number);
    if (!order) {
        settle (self, buyer, receipt);
        return;
    }
    close_order (self, buyer, order, now_us);
    buyer->promised += receipt->status == STATUS_ACCEPTED;
    self->promised += receipt->status == STATUS_ACCEPTED;
    self->bought += receipt->units;
    self->result->sold += receipt->units > 0;
    self->result->refused += receipt->units == 0;
    self->result->oversold += receipt->status == STATUS_OVERSOLD;
}

static void take_error (load_t *self, struct buyer *buyer, const struct error *error,
                        int64_t now_us)
{
    struct order *order = window_find (&buyer->window, error->number);
    bool later = error->reason == REASON_BUSY || error->reason == REASON_UNAVAILABLE
                 || error->reason == REASON_PENDING;
    snprintf (self->told, sizeof self->told, "%s", error->text);
    if (!later) {
        load_fail (self, "an order was refused: %s", error->text);
    } else if (order) {
        self->result->busy++;
        order->state = ORDER_BUSY;
        order->again_us = now_us
                          + (order->attempt < BACKOFFS_MAX ? order->attempt : BACKOFFS_MAX)
                                * (int64_t) BACKOFF_US;
    }  // Else it was answered meanwhile, sent twice.
}

static void take_answer (load_t *self, struct buyer *buyer, zmq_msg_t *frame, int64_t now_us)
{
    struct message message;
    struct decode_error error;
    if (self->config.echo) {
        struct order *order = window_first (&buyer->window);  // It answers in turn.
        if (order) {
            close_order (self, buyer, order, now_us);
        }
        return;
    }
    if (!message_decode (zmq_msg_data (frame), zmq_msg_size (frame), LIMIT_MESSAGE_BYTES,
                         self->arena, &message, &error)) {
        load_fail (self, "an answer cannot be read: %s", error.text);
        return;
    }
    buyer->clock = message.clock > buyer->clock ? message.clock : buyer->clock;
    switch (message.type) {
    case MESSAGE_RECEIPT:
    case MESSAGE_OVERSOLD:
        take_receipt (self, buyer, &message.receipt, now_us);
        break;
    case MESSAGE_ERROR:
        take_error (self, buyer, &message.error, now_us);
        break;
    case MESSAGE_RESTOCKED:
        load_take_restocked (self, message.restocked.number);
        break;
    case MESSAGE_PONG:
        self->market = message.market;
        buyer->first = (struct first){.trader = message.from, .epoch = message.pong.epoch};
        break;
    default:
        break;  // The seller is told what it sold.
    }
    arena_reset (self->arena);
}

// As many orders as its window and the phase have room for.
void load_top_up (load_t *self, struct buyer *buyer, int64_t now_us)
{
    while (self->issued < self->wanted && !self->failed
           && load_open (self, buyer, now_us, now_us)) {
    }
}

// Takes one answer, if one waits. In a closed loop it makes room for the client's next order.
static bool take_one (load_t *self, zmq_msg_t *id, zmq_msg_t *frame)
{
    if (zmq_msg_recv (id, self->socket, ZMQ_DONTWAIT) == -1
        || zmq_msg_recv (frame, self->socket, ZMQ_DONTWAIT) == -1) {
        return false;
    }
    char name[NAME_BYTES + 1] = "";
    memcpy (name, zmq_msg_data (id), NAME_BYTES);
    struct buyer *buyer = &self->buyers[strtoul (name, NULL, 16) % NAME_AGAIN];
    int64_t now_us = wire_now_us ();
    take_answer (self, buyer, frame, now_us);
    if (self->config.rate == 0 && buyer != load_seller (self)) {
        load_top_up (self, buyer, now_us);
    }
    load_bring (self, now_us);
    return !self->failed;
}

// When the next order of an open loop is due.
int64_t load_next_due (const load_t *self)
{
    return self->begun_us + self->issued * 1000000 / self->config.rate;
}

void load_poll (load_t *self)
{
    int64_t wake_us = wire_now_us () + LOOK_US;
    if (self->config.rate > 0 && self->issued < self->wanted && load_next_due (self) < wake_us) {
        wake_us = load_next_due (self);
    }
    poller_wait (&self->poller, wake_us);
    zmq_msg_t id;
    zmq_msg_t frame;
    zmq_msg_init (&id);
    zmq_msg_init (&frame);
    int taken = 0;
    while (taken < LIMIT_DRAIN && take_one (self, &id, &frame)) {
        taken++;
    }
    if (taken == 0) {
        poller_drained (&self->poller, 0);  // Nothing came, and so nothing was sent for it.
    }
    zmq_msg_close (&frame);
    zmq_msg_close (&id);
}
