#include "broker/trader_shell.h"

#include "broker/poller_shell.h"
#include "broker/report.h"
#include "broker/socket_shell.h"
#include "broker/topics_shell.h"

enum {
    STOP_BOUND_US = 3000000,
    REPORT_ERROR = 256,
    WAITING_MAX = 64,  // messages kept for a warehouse that is away: the core sends them again
};

// The sockets in the poller.
enum { PIPE, CLIENTS, WAREHOUSE, NEWS_IN, NEWS_OUT };

struct shell {
    const struct trader_shell_config *config;
    zsock_t *pipe;
    zsock_t *clients;    // ROUTER
    zsock_t *warehouse;  // DEALER
    zsock_t *news_in;    // SUB
    zsock_t *news_out;   // XPUB
    struct poller poller;
    struct topics topics;
    struct watch watch;
    struct wire wire;
    trader_t *trader;
    bool ready;          // and told so
    int64_t stop_by_us;  // 0: not stopping
    bool ended;
};

static bool open_warehouse (struct shell *self, char *error, size_t size)
{
    self->warehouse = wire_socket (ZMQ_DEALER, WIRE_CONNECT, NULL, LIMIT_BATCH_BYTES, error, size);
    if (!self->warehouse) {
        return false;
    }
    zsock_set_sndhwm (self->warehouse, WAITING_MAX);
    return wire_attach (self->warehouse, WIRE_CONNECT, self->config->warehouse, error, size);
}

static bool open_sockets (struct shell *self, char *error, size_t size)
{
    const struct trader_shell_config *config = self->config;
    if (!open_warehouse (self, error, size)) {
        return false;
    }
    self->clients =
        wire_socket (ZMQ_ROUTER, WIRE_BIND, config->router, LIMIT_MESSAGE_BYTES, error, size);
    self->news_out = wire_socket (ZMQ_XPUB, WIRE_BIND, config->pub, TOPIC_BYTES, error, size);
    self->news_in = wire_socket (ZMQ_SUB, WIRE_CONNECT, config->warehouse_pub, LIMIT_MESSAGE_BYTES,
                                 error, size);
    if (!self->clients || !self->news_out || !self->news_in) {
        return false;
    }
    watch_add (&self->watch, SOCKET_ROUTER, self->clients);
    watch_add (&self->watch, SOCKET_DEALER, self->warehouse);
    watch_add (&self->watch, SOCKET_PUB, self->news_out);
    watch_add (&self->watch, SOCKET_SUB, self->news_in);
    if (trader_follows (self->trader)) {
        zsock_set_subscribe (self->news_in, "stock.");
    }
    return true;
}

static void step (struct shell *self, enum event_type type)
{
    struct event event = {.type = type, .now_us = wire_now_us ()};
    trader_step (self->trader, &event, &self->wire.out);
}

// Hands what waits at a socket to the core, at most LIMIT_DRAIN of it. The message stands behind
// the routing id, the delimiter or the topic.
static void drain (struct shell *self, size_t index, zsock_t *socket, enum port port,
                   size_t bytes_max)
{
    if (!poller_ready (&self->poller, index)) {
        return;
    }
    int64_t now_us = wire_now_us ();
    for (int i = 0; i < LIMIT_DRAIN; i++) {
        struct frames frames;
        struct decode_error error;
        struct event event = {.port = port, .now_us = now_us};
        if (!wire_receive (socket, &frames)) {
            poller_drained (&self->poller, index);
            return;
        }
        size_t id_size = zmq_msg_size (&frames.frame[0]);
        if (port == PORT_CLIENTS && id_size > LIMIT_ROUTE) {
            wire_log (&self->wire, "a client with a routing id of its own was ignored");
            wire_close (&frames);
            continue;
        }
        if (port == PORT_CLIENTS) {
            event.route.size = (uint8_t) id_size;
            memcpy (event.route.bytes, zmq_msg_data (&frames.frame[0]), id_size);
        }
        wire_decode (&self->wire, &frames, 1, bytes_max, &event, &error);
        if (event.type == EVENT_RECEIVE) {
            wire_log_message (&self->wire, event.message, self->config->trader.id);
        }
        trader_step (self->trader, &event, &self->wire.out);
        wire_close (&frames);
    }
}

static void send_letter (struct shell *self, const struct letter *letter)
{
    bool sent = true;
    switch (letter->port) {
    case PORT_CLIENTS:
        sent = wire_send (&self->wire, self->clients, WIRE_ROUTED, letter);
        poller_sent (&self->poller, CLIENTS);
        break;
    case PORT_WAREHOUSE:
        sent = wire_send (&self->wire, self->warehouse, WIRE_DELIMITED, letter);
        poller_sent (&self->poller, WAREHOUSE);
        break;
    case PORT_NEWS:
        if (topics_want (&self->topics, letter)) {
            sent = wire_send (&self->wire, self->news_out, WIRE_PUBLISHED, letter);
            poller_sent (&self->poller, NEWS_OUT);
        }
        break;
    case PORT_TRADER:
        break;
    }
    if (sent) {
        wire_log_message (&self->wire, &letter->message, letter->to);
    } else if (letter->port == PORT_CLIENTS) {  // Else it is lost, as on any wire.
        struct event event = {
            .type = EVENT_UNDELIVERABLE,
            .port = letter->port,
            .now_us = wire_now_us (),
            .route = letter->route,
            .message = &letter->message,
        };
        struct outbox nothing = {0};
        trader_step (self->trader, &event, &nothing);
    }
}

static void tell (struct shell *self, const char *command, const char *line)
{
    zstr_sendx (self->pipe, command, line, NULL);
    poller_sent (&self->poller, PIPE);
}

static void tell_ready (struct shell *self)
{
    struct report report;
    report_begin (&report, self->config->json, "ready", self->config->trader.id, "trader");
    report_open (&report, "endpoints");
    report_text (&report, "router", wire_endpoint (self->clients));
    report_text (&report, "pub", wire_endpoint (self->news_out));
    report_close (&report);
    tell (self, "READY", report_end (&report));
    self->ready = true;
}

static void tell_summary (struct shell *self)
{
    const struct trader_counters *counters = trader_counters (self->trader);
    struct report report;
    report_begin (&report, self->config->json, "summary", self->config->trader.id, "trader");
    report_number (&report, "requests", counters->requests);
    report_number (&report, "busy", counters->busy);
    report_number (&report, "refused_input", counters->refused_input);
    report_number (&report, "batches", counters->batches);
    report_number (&report, "resent", counters->resent);
    report_number (&report, "accepted", counters->accepted);
    report_number (&report, "oversold", counters->oversold);
    report_number (&report, "causal_waits", counters->causal_waits);
    report_number (&report, "gaps", counters->gaps);
    report_number (&report, "snapshots", counters->snapshots);
    report_number (&report, "undeliverable", counters->undeliverable);
    tell (self, "SUMMARY", report_end (&report));
}

static void flush (struct shell *self)
{
    for (size_t i = 0; i < self->wire.out.letter_count; i++) {
        send_letter (self, &self->wire.out.letters[i]);
    }
    wire_round (&self->wire);
    if (!self->ready && trader_ready (self->trader)) {
        tell_ready (self);
    }
    if (trader_fenced (self->trader)) {
        tell (self, "FAILED", "another process has joined as this trader: this one ends");
        self->ended = true;
    }
    bool stopped =
        self->stop_by_us && (trader_idle (self->trader) || wire_now_us () >= self->stop_by_us);
    self->ended = self->ended || stopped;
}

static void obey (struct shell *self)
{
    enum wire_order order = wire_order (self->pipe);
    poller_drained (&self->poller, PIPE);
    if (order == WIRE_STOP) {
        step (self, EVENT_STOP);
        self->stop_by_us = wire_now_us () + STOP_BOUND_US;
    }
    self->ended = self->ended || order == WIRE_END;
}

static int64_t next_wake (const struct shell *self)
{
    int64_t deadline = watch_wake (&self->watch, trader_deadline (self->trader));
    return self->stop_by_us && self->stop_by_us < deadline ? self->stop_by_us : deadline;
}

static void watch_sockets (struct shell *self)
{
    zsock_t *const sockets[] = {
        [PIPE] = self->pipe,       [CLIENTS] = self->clients,   [WAREHOUSE] = self->warehouse,
        [NEWS_IN] = self->news_in, [NEWS_OUT] = self->news_out,
    };
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
        poller_add (&self->poller, sockets[i]);
    }
}

static void serve (struct shell *self)
{
    watch_sockets (self);
    step (self, EVENT_START);
    flush (self);
    while (!self->ended) {
        poller_wait (&self->poller, next_wake (self));
        if (poller_ready (&self->poller, PIPE)) {
            obey (self);
        }
        if (watch_tell (&self->watch, trader_epoch (self->trader), &self->wire, self->news_out)) {
            poller_sent (&self->poller, NEWS_OUT);
        }
        if (poller_ready (&self->poller, NEWS_OUT)
            && watch_follow (&self->watch, &self->topics, self->news_out)) {
            poller_drained (&self->poller, NEWS_OUT);
        }
        drain (self, NEWS_IN, self->news_in, PORT_NEWS, LIMIT_MESSAGE_BYTES);
        drain (self, WAREHOUSE, self->warehouse, PORT_WAREHOUSE, LIMIT_BATCH_BYTES);
        drain (self, CLIENTS, self->clients, PORT_CLIENTS, LIMIT_MESSAGE_BYTES);
        step (self, EVENT_DRAINED);  // Looks at what is due, too.
        flush (self);
    }
}

static int64_t tick (void *shell)
{
    return trader_tick (((struct shell *) shell)->trader);
}

void trader_shell (zsock_t *pipe, void *config)
{
    struct shell self = {.config = config, .pipe = pipe};
    char error[REPORT_ERROR] = "";
    zsock_signal (pipe, 0);
    topics_init (&self.topics);
    wire_init (&self.wire, self.config->log);
    watch_init (&self.watch, self.config->trader.id, tick, &self);
    self.trader = trader_new (&self.config->trader, self.config->seed);
    if (open_sockets (&self, error, sizeof error)) {
        serve (&self);
        tell_summary (&self);
    } else {
        tell (&self, "FAILED", error);
    }
    bool open = self.stop_by_us && !trader_idle (self.trader);  // Asked again, it will be answered.
    trader_destroy (&self.trader);
    watch_end (&self.watch);
    wire_free (&self.wire);
    topics_free (&self.topics);
    wire_unbind (&self.clients);
    wire_unbind (&self.news_out);
    zsock_destroy (&self.warehouse);
    zsock_destroy (&self.news_in);
    tell (&self, "DONE", open ? "open" : "");
}
