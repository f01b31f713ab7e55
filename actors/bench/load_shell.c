#include "actors/bench/load_shell.h"

#include "actors/bench/window.h"
#include "broker/poller_shell.h"
#include "broker/wire_shell.h"
#include "schemas/codec.h"

enum {
    BUFFER_BYTES = 1024,
    PATIENCE_US = LOAD_PATIENCE_S * 1000000,
    RESEND_US = 3000000,  // without an answer
    BACKOFF_US = 2000,    // after "busy"
    LOOK_US = 1000,       // how often what is to be sent again is looked for
    PROGRESS_US = 200000,
    ARENA_BLOCK = 64 * 1024,
};

enum { NAME_BYTES = 4 };

// A connection's name in our own ROUTER: what it sends to and hears from. Never begins with 0.
struct name {
    char bytes[5];
};

struct buyer {
    struct name name;
    int64_t node;
    int64_t clock;
    int64_t promised;  // its orders that were accepted, and are not settled
    struct window window;
};

struct load {
    struct load_config config;
    // One connection a client: a poll over as many sockets would cost more than all else.
    zsock_t *router;
    void *socket;  // the same, of libzmq
    struct poller poller;
    struct buyer *buyers;
    struct order *orders;
    arena_t *arena;
    int64_t restocks;

    // Of the phase that runs:
    struct load_result *result;
    int64_t wanted;
    int64_t issued;
    int64_t answered;
    int64_t promised;  // accepted, and not yet settled
    int64_t begun_us;
    int64_t answered_us;  // when the last first answer came
    int64_t heard_us;     // when the last answer of any kind came
    int64_t look_us;
    int64_t progress_us;
    size_t turn;  // whose order is next in an open loop
    char *error;
    size_t error_size;
    bool failed;
};

static bool fail (load_t *self, const char *format, const char *detail)
{
    snprintf (self->error, self->error_size, format, detail);
    self->failed = true;
    return false;
}

static bool connect_buyer (load_t *self, size_t index, char *error, size_t error_size)
{
    struct buyer *buyer = &self->buyers[index];
    const struct load_config *config = &self->config;
    snprintf (buyer->name.bytes, sizeof buyer->name.bytes, "%04x", (unsigned) index);
    zmq_setsockopt (self->socket, ZMQ_CONNECT_ROUTING_ID, buyer->name.bytes, NAME_BYTES);
    buyer->node = config->first_node + (int64_t) index;
    buyer->window = (struct window){
        .orders = self->orders + index * (size_t) config->window,
        .size = (size_t) config->window,
    };
    return wire_attach (self->router, WIRE_CONNECT,
                        config->endpoints[index % config->endpoint_count], error, error_size);
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
    self->arena = arena_new (ARENA_BLOCK);
    self->router =
        wire_socket (ZMQ_ROUTER, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, error_size);
    self->socket = self->router ? zsock_resolve (self->router) : NULL;
    bool fine = self->router;
    for (size_t i = 0; i < count && fine; i++) {
        fine = connect_buyer (self, i, error, error_size);
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

static bool send_message (load_t *self, struct buyer *buyer, struct message *message)
{
    char buffer[BUFFER_BYTES];
    message->from = buyer->node;
    message->clock = ++buyer->clock;
    size_t size = message_encode (message, buffer, sizeof buffer);
    poller_sent (&self->poller, 0);
    return (zmq_send (self->socket, buyer->name.bytes, NAME_BYTES, ZMQ_DONTWAIT | ZMQ_SNDMORE) != -1
            && zmq_send (self->socket, buffer, size, ZMQ_DONTWAIT) != -1)
           || fail (self, "an order could not be sent: %s", zmq_strerror (zmq_errno ()));
}

static bool send_order (load_t *self, struct buyer *buyer, struct order *order, int64_t now_us)
{
    struct message message = {
        .type = MESSAGE_BUY,
        .buy = {.number = order->number,
                .attempt = order->attempt,
                .product = self->config.product,
                .quantity = 1},
    };
    order->state = ORDER_OPEN;
    order->again_us = now_us + RESEND_US;
    return send_message (self, buyer, &message);
}

// The client's next order, due at `due_us`. Returns false when its window is full.
static bool open_order (load_t *self, struct buyer *buyer, int64_t due_us, int64_t now_us)
{
    struct order *order = window_open (&buyer->window, due_us);
    if (!order) {
        return false;
    }
    self->issued++;
    return send_order (self, buyer, order, now_us);
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
static void settle (load_t *self, struct buyer *buyer, enum status status)
{
    if (!status_is_final (status) || buyer->promised == 0) {
        return;  // An order that was sent again was answered twice.
    }
    buyer->promised--;
    self->promised--;
    self->heard_us = wire_now_us ();
    self->result->oversold += status == STATUS_OVERSOLD;
}

static void take_receipt (load_t *self, struct buyer *buyer, const struct receipt *receipt,
                          int64_t now_us)
{
    struct order *order = window_find (&buyer->window, receipt->number);
    if (!order) {
        settle (self, buyer, receipt->status);
        return;
    }
    close_order (self, buyer, order, now_us);
    buyer->promised += receipt->status == STATUS_ACCEPTED;
    self->promised += receipt->status == STATUS_ACCEPTED;
    self->result->sold += receipt->units > 0;
    self->result->refused += receipt->units == 0;
    self->result->oversold += receipt->status == STATUS_OVERSOLD;
}

static void take_error (load_t *self, struct buyer *buyer, const struct error *error,
                        int64_t now_us)
{
    struct order *order = window_find (&buyer->window, error->number);
    if (order && (error->reason == REASON_BUSY || error->reason == REASON_UNAVAILABLE)) {
        self->result->busy++;
        order->state = ORDER_BUSY;
        order->again_us = now_us + BACKOFF_US * order->attempt;
    } else {
        fail (self, "an order was refused: %s", error->text);
    }
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
        fail (self, "an answer cannot be read: %s", error.text);
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
        self->restocks++;
        break;
    default:
        break;  // The seller is told what it sold.
    }
    arena_reset (self->arena);
}

// As many orders as its window and the phase have room for.
static void top_up (load_t *self, struct buyer *buyer, int64_t now_us)
{
    while (self->issued < self->wanted && !self->failed
           && open_order (self, buyer, now_us, now_us)) {
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
    struct buyer *buyer = &self->buyers[strtoul (name, NULL, 16)];
    int64_t now_us = wire_now_us ();
    take_answer (self, buyer, frame, now_us);
    if (self->config.rate == 0 && buyer != &self->buyers[self->config.clients]) {
        top_up (self, buyer, now_us);
    }
    return !self->failed;
}

// When the next order of an open loop is due.
static int64_t next_due (const load_t *self)
{
    return self->begun_us + self->issued * 1000000 / self->config.rate;
}

static void poll_and_drain (load_t *self)
{
    int64_t wake_us = wire_now_us () + LOOK_US;
    if (self->config.rate > 0 && self->issued < self->wanted && next_due (self) < wake_us) {
        wake_us = next_due (self);
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

static void send_again (load_t *self, int64_t now_us)
{
    for (int64_t i = 0; i < self->config.clients && !self->failed; i++) {
        struct buyer *buyer = &self->buyers[i];
        for (size_t j = 0; buyer->window.open > 0 && j < buyer->window.size; j++) {
            struct order *order = &buyer->window.orders[j];
            if (order->state != ORDER_FREE && order->again_us <= now_us) {
                self->result->resent += order->state == ORDER_OPEN;
                order->attempt++;
                send_order (self, buyer, order, now_us);
            }
        }
    }
}

// In an open loop: sends what is due by now. An order that finds its client's window full is late,
// and its latency says so.
static void open_due (load_t *self, int64_t now_us)
{
    size_t count = (size_t) self->config.clients;
    size_t full = 0;
    while (self->issued < self->wanted && full < count && !self->failed) {
        int64_t due_us = next_due (self);
        if (due_us > now_us) {
            return;
        }
        struct buyer *buyer = &self->buyers[self->turn++ % count];
        full = open_order (self, buyer, due_us, now_us) ? 0 : full + 1;
    }
}

static void open_all (load_t *self, int64_t now_us)
{
    for (int64_t i = 0; i < self->config.clients && !self->failed; i++) {
        top_up (self, &self->buyers[i], now_us);
    }
}

static void tell_progress (load_t *self, int64_t now_us)
{
    if (self->config.progress && now_us >= self->progress_us) {
        self->progress_us = now_us + PROGRESS_US;
        fprintf (stderr, "\r%s  %3lld %%  ", self->config.echo ? "echo  " : "market",
                 (long long) (self->answered * 100 / self->wanted));
    }
}

// Looks after what answers alone do not move. Returns false when it is over.
static bool look (load_t *self)
{
    int64_t now_us = wire_now_us ();
    if (self->config.interrupted && *self->config.interrupted) {
        return fail (self, "%s", "interrupted");
    }
    if (now_us - self->heard_us > PATIENCE_US) {
        return fail (self, "%s", "no answer came for too long");
    }
    if (self->config.rate > 0) {
        open_due (self, now_us);
    }
    if (now_us >= self->look_us) {
        self->look_us = now_us + LOOK_US;
        send_again (self, now_us);
    }
    tell_progress (self, now_us);
    return !self->failed;
}

static void begin (load_t *self, char *error, size_t error_size)
{
    self->begun_us = wire_now_us ();
    self->answered_us = self->begun_us;
    self->heard_us = self->begun_us;
    self->look_us = self->begun_us + LOOK_US;
    self->error = error;
    self->error_size = error_size;
    self->failed = false;
}

bool load_run (load_t *self, int64_t orders, struct load_result *result, char *error,
               size_t error_size)
{
    begin (self, error, error_size);
    self->result = result;
    self->wanted = orders;
    self->issued = 0;
    self->answered = 0;
    if (self->config.rate == 0) {
        open_all (self, self->begun_us);
    }
    while (!self->failed && self->answered < self->wanted) {
        poll_and_drain (self);
        (void) look (self);
    }
    result->orders += self->answered;
    result->seconds += (double) (self->answered_us - self->begun_us) / 1e6;
    while (!self->failed && self->promised > 0) {
        poll_and_drain (self);
        (void) look (self);
    }
    result->settled_seconds += (double) (self->heard_us - self->begun_us) / 1e6;
    return !self->failed;
}

bool load_restock (load_t *self, int64_t quantity, char *error, size_t error_size)
{
    struct message message = {
        .type = MESSAGE_RESTOCK,
        .restock = {.number = self->restocks + 1,
                    .attempt = 1,
                    .product = self->config.product,
                    .quantity = quantity,
                    .price_cents = 1000},
    };
    int64_t wanted = self->restocks + 1;
    begin (self, error, error_size);
    if (!send_message (self, &self->buyers[self->config.clients], &message)) {
        return false;
    }
    while (!self->failed && self->restocks < wanted) {
        poll_and_drain (self);
        (void) look (self);
    }
    return !self->failed;
}
