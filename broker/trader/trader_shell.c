#include "broker/trader/trader_shell.h"

#include "broker/shells/socket_shell.h"
#include "broker/shells/topics_shell.h"
#include "broker/trader/peers_shell.h"
#include "broker/trader/trader_life.h"
#include "broker/trader/trader_report.h"

enum {
    STOP_BOUND_US = 3000000,
    REPORT_ERROR = 512,
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
    struct peers peers;  // DEALERs to other traders
    struct poller poller;
    struct topics topics;
    struct watch watch;
    struct wire wire;
    struct life life;  // the core, and its journal
    struct crash crash;
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
    // A copy of many decisions may be longer than any client's message.
    self->clients =
        wire_socket (ZMQ_ROUTER, WIRE_BIND, config->router, LIMIT_BATCH_BYTES, error, size);
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
    zsock_set_subscribe (self->news_in, "member.");
    zsock_set_subscribe (self->news_in, "recall.");
    return true;
}

static bool begin (struct shell *self, char *error, size_t size)
{
    const char *advertise = self->config->advertise;
    if (!life_begin (&self->life, advertise ? advertise : wire_endpoint (self->clients),
                     &self->wire, error, size)) {
        return false;
    }
    if (trader_follows (self->life.trader)) {
        zsock_set_subscribe (self->news_in, "stock.");
    }
    return true;
}

static void step (struct shell *self, enum event_type type)
{
    struct event event = {.type = type, .now_us = wire_now_us ()};
    trader_step (self->life.trader, &event, &self->wire.out);
}

// How long a message may be: a copy of many decisions may be longer than what clients say.
static size_t bytes_max_at (const struct frames *frames, enum port port)
{
    bool is_copy = port == PORT_CLIENTS && wire_begins (frames, MESSAGE_JOURNAL);
    return is_copy || port == PORT_WAREHOUSE ? LIMIT_BATCH_BYTES : LIMIT_MESSAGE_BYTES;
}

// Hands what waits at a socket to the core, at most LIMIT_DRAIN of it. The message stands behind
// the routing id, the delimiter or the topic; another trader's reply stands alone.
static void drain (struct shell *self, size_t index, zsock_t *socket, enum port port)
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
        if (port == PORT_CLIENTS && !wire_route (&frames, &event.route)) {
            wire_log (&self->wire, "a client with a routing id of its own was ignored");
            wire_close (&frames);
            continue;
        }
        wire_decode (&self->wire, &frames, port == PORT_TRADER ? 0 : 1,
                     bytes_max_at (&frames, port), &event, &error);
        if (event.type == EVENT_RECEIVE) {
            if (port == PORT_CLIENTS && event.message->type == MESSAGE_BUY) {
                crash_at_buy (&self->crash, event.message->from, event.message->buy.number);
            }
            wire_log_message (&self->wire, event.message, self->config->trader.id);
        }
        trader_step (self->life.trader, &event, &self->wire.out);
        wire_close (&frames);
    }
}

static void drain_peers (struct shell *self)
{
    for (size_t i = 0; i < self->peers.count; i++) {
        const struct peer_socket *peer = &self->peers.sockets[i];
        drain (self, peer->index, peer->socket, PORT_TRADER);
    }
}

static void tell (struct shell *self, const char *command, const char *line)
{
    zstr_sendx (self->pipe, command, line, NULL);
    poller_sent (&self->poller, PIPE);
}

static void tell_member (struct shell *self, const struct membership *member)
{
    struct report report;
    tell (self, "PROGRESS",
          report_trader_member (&report, self->config->json, self->config->trader.id, member));
}

static bool publish (struct shell *self, const struct letter *letter)
{
    if (letter->message.type == MESSAGE_MEMBER) {
        tell_member (self, &letter->message.member);
    }
    if (!topics_want (&self->topics, letter)) {
        return true;
    }
    poller_sent (&self->poller, NEWS_OUT);
    return wire_send (&self->wire, self->news_out, WIRE_PUBLISHED, letter);
}

static void send_letter (struct shell *self, const struct letter *letter)
{
    bool sent = true;
    switch (letter->port) {
    case PORT_CLIENTS:
        if (letter->route.size == 0) {
            return;  // Nobody knows where this client is: it will ask.
        }
        if (letter->message.type == MESSAGE_RECEIPT) {
            crash_at_answer (&self->crash, letter->to, letter->message.receipt.number);
        }
        sent = wire_send (&self->wire, self->clients, WIRE_ROUTED, letter);
        poller_sent (&self->poller, CLIENTS);
        break;
    case PORT_WAREHOUSE:
        sent = wire_send (&self->wire, self->warehouse, WIRE_DELIMITED, letter);
        poller_sent (&self->poller, WAREHOUSE);
        break;
    case PORT_NEWS:
        sent = publish (self, letter);
        break;
    case PORT_TRADER:
        sent = peers_send (&self->peers, &self->poller, &self->wire,
                           trader_peer_router (self->life.trader, letter->to), letter);
        break;
    }
    if (sent) {
        wire_log_letter (&self->wire, letter);
    } else if (letter->port == PORT_CLIENTS) {  // Else it is lost, as on any wire.
        struct event event = {
            .type = EVENT_UNDELIVERABLE,
            .port = letter->port,
            .now_us = wire_now_us (),
            .route = letter->route,
            .message = &letter->message,
        };
        struct outbox nothing = {0};
        trader_step (self->life.trader, &event, &nothing);
    }
}

static void tell_ready (struct shell *self)
{
    struct report report;
    tell (self, "READY",
          report_trader_ready (&report, self->config->json, self->config->trader.id,
                               wire_endpoint (self->clients), wire_endpoint (self->news_out)));
    self->ready = true;
}

static void tell_summary (struct shell *self)
{
    struct report report;
    struct trader_counters counters = life_counters (&self->life);
    tell (self, "SUMMARY",
          report_trader_summary (&report, self->config->json, self->config->trader.id, &counters,
                                 trader_backup (self->life.trader)));
}

static void fail (struct shell *self, const char *why)
{
    tell (self, "FAILED", why);
    self->ended = true;
}

// Makes the records of the round durable. Returns false when its letters must not leave.
static bool write_records (struct shell *self)
{
    switch (life_write (&self->life, &self->wire)) {
    case JOURNAL_OK:
        return true;
    case JOURNAL_FULL:
        outbox_clear (&self->wire.out);
        step (self, EVENT_UNWRITTEN);
        return false;
    case JOURNAL_FAILED:
        break;
    }
    fail (self, journal_error (self->life.journal));
    return false;
}

static void end_where_due (struct shell *self)
{
    if (trader_fenced (self->life.trader)) {
        fail (self, trader_why_fenced (self->life.trader));
    }
    bool stopped =
        self->stop_by_us && (trader_done (self->life.trader) || wire_now_us () >= self->stop_by_us);
    self->ended = self->ended || stopped;
}

static void send_letters (struct shell *self, bool early)
{
    for (size_t i = 0; i < self->wire.out.letter_count; i++) {
        if (self->wire.out.letters[i].early == early) {
            send_letter (self, &self->wire.out.letters[i]);
        }
    }
}

// What is early is on its way while the disk works.
static void flush (struct shell *self)
{
    send_letters (self, true);
    if (write_records (self)) {
        send_letters (self, false);
        if (life_rotate (&self->life, &self->wire) == JOURNAL_FAILED) {
            fail (self, journal_error (self->life.journal));
        }
    }
    wire_round (&self->wire);
    if (!self->ready && trader_ready (self->life.trader)) {
        tell_ready (self);
    }
    const char *warning = life_warning (&self->life);
    if (warning) {
        tell (self, "WARNING", warning);
    }
    end_where_due (self);
}

// Another trader has settled what this one had decided.
static void begin_again (struct shell *self)
{
    wire_log (&self->wire, "another trader has taken this one over: it joins again");
    if (!life_again (&self->life)) {
        fail (self, journal_error (self->life.journal));
        return;
    }
    step (self, EVENT_START);
    if (self->stop_by_us) {
        step (self, EVENT_STOP);
    }
    flush (self);
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
    int64_t deadline = watch_wake (&self->watch, trader_deadline (self->life.trader));
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
        if (watch_tell (&self->watch, trader_epoch (self->life.trader), &self->wire,
                        self->news_out)) {
            poller_sent (&self->poller, NEWS_OUT);
        }
        if (poller_ready (&self->poller, NEWS_OUT)
            && watch_follow (&self->watch, &self->topics, self->news_out)) {
            poller_drained (&self->poller, NEWS_OUT);
        }
        drain (self, NEWS_IN, self->news_in, PORT_NEWS);
        drain (self, WAREHOUSE, self->warehouse, PORT_WAREHOUSE);
        drain_peers (self);
        drain (self, CLIENTS, self->clients, PORT_CLIENTS);
        step (self, EVENT_DRAINED);  // Looks at what is due, too.
        flush (self);
        if (trader_taken (self->life.trader) && !self->ended) {
            begin_again (self);
        }
        self->watch.market = trader_market (self->life.trader);
    }
}

static int64_t tick (void *shell)
{
    return trader_tick (((struct shell *) shell)->life.trader);
}

void trader_shell (zsock_t *pipe, void *config)
{
    struct shell self = {.config = config, .pipe = pipe, .life = {.config = config}};
    self.crash = self.config->crash;
    char error[REPORT_ERROR] = "";
    zsock_signal (pipe, 0);
    topics_init (&self.topics);
    wire_init (&self.wire, self.config->log);
    if (self.config->trader.order_by != ORDER_ARRIVAL) {
        self.wire.order = queue_order_name (self.config->trader.order_by);
    }
    watch_init (&self.watch, self.config->trader.id, tick, &self);
    if (wire_trace (&self.wire, self.config->trace, self.config->trader.id, "trader", error,
                    sizeof error)
        && open_sockets (&self, error, sizeof error) && begin (&self, error, sizeof error)) {
        serve (&self);
        tell_summary (&self);
    } else {
        fail (&self, error);
    }
    // Asked again, it will be answered.
    bool open = self.stop_by_us && self.life.trader && !trader_idle (self.life.trader);
    life_end (&self.life);
    peers_close (&self.peers);
    watch_end (&self.watch);
    wire_free (&self.wire);
    topics_free (&self.topics);
    wire_unbind (&self.clients);
    wire_unbind (&self.news_out);
    zsock_destroy (&self.warehouse);
    zsock_destroy (&self.news_in);
    tell (&self, "DONE", open ? "open" : "");
}
