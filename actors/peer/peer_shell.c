#include "actors/peer/peer_shell.h"

#include "actors/peer/peer_report.h"
#include "actors/peer/peer_sockets.h"
#include "broker/shells/heard_shell.h"
#include "broker/shells/poller_shell.h"
#include "broker/shells/socket_shell.h"
#include "broker/shells/topics_shell.h"

enum {
    STOP_BOUND_US = 5000000,
    PROGRESS_US = 500000,
    RECOVERED_US = 50000,  // between two reports of answers that moved, at least
    REPORT_ERROR = 512,
};

// The sockets in the poller; those to the peers are from PEERS on.
enum { PIPE, ROUTER, WAREHOUSE, NEWS_IN, NEWS_OUT, PEERS };

struct shell {
    const struct peer_shell_config *config;
    peer_t *peer;
    struct peer_teller teller;
    zsock_t *pipe;
    struct peer_sockets sockets;
    struct poller poller;
    struct topics topics;
    struct watch watch;
    struct wire wire;
    struct heard heard;  // of traders, and in the log
    struct book book;
    struct report line;
    enum peer_role role;       // that was reported last
    bool content;              // and whether it was
    int64_t moved;             // answers that were reported to have moved
    int64_t recovered_due_us;  // no report of more before then
    int64_t progress_due_us;
    int64_t stop_by_us;  // 0: not stopping
    bool ended;
};

static void tell (struct shell *self, const char *command, const char *line)
{
    zstr_sendx (self->pipe, command, line, NULL);
    poller_sent (&self->poller, PIPE);
}

static void tell_what_happened (struct shell *self)
{
    struct election_note election;
    struct peer_note news;
    char text[PEER_TEXT_BYTES];
    while (peer_next_election_note (self->peer, &election)) {
        peer_election_text (self->config->id, &election, text);
        wire_log (&self->wire, "%s", text);
        tell (self, "PROGRESS", report_peer_election (&self->line, &self->teller, &election));
    }
    while (peer_next_note (self->peer, &news)) {
        peer_news_text (self->config->id, &news, text);
        wire_log (&self->wire, "%s", text);
        tell (self, "PROGRESS", report_peer_news (&self->line, &self->teller, &news));
    }
}

static void step_with (struct shell *self, const struct event *event)
{
    const struct peer_teller *teller = &self->teller;
    struct buyer_entry entry;
    peer_step (self->peer, event, &self->wire.out);
    while (teller->class->next_entry && teller->class->next_entry (teller->client, &entry)) {
        book_add (&self->book, &entry);
    }
    for (int64_t id; (id = teller->class->next_foreign (teller->client)) != 0;) {
        wire_log (&self->wire, "peer %lld is of another market: it is left alone", (long long) id);
    }
}

static void step (struct shell *self, enum event_type type)
{
    step_with (self, &(struct event){.type = type, .now_us = wire_now_us ()});
}

// A topic is a prefix, so "oversell.1" brings what is meant for 10, too; and what the warehouse
// tells the trader of that id.
static bool is_meant_for (const struct shell *self, const struct event *event)
{
    const struct message *message = event->message;
    if (event->port != PORT_NEWS || event->type != EVENT_RECEIVE
        || message->type != MESSAGE_OVERSELL) {
        return true;
    }
    bool by_warehouse = message->from == WAREHOUSE_NODE;
    return (by_warehouse ? message->oversell.trader : message->oversell.buyer) == self->config->id;
}

// How long a message may be.
static size_t bytes_max_at (enum port port)
{
    return port == PORT_WAREHOUSE ? LIMIT_BATCH_BYTES : LIMIT_MESSAGE_BYTES;
}

// Hands one message to the core. It stands behind the routing id, the delimiter or the topic; a
// peer's reply stands alone.
static void take (struct shell *self, const struct frames *frames, enum port port, int64_t now_us)
{
    struct decode_error error;
    struct event event = {.port = port, .now_us = now_us};
    if (port == PORT_CLIENTS && !wire_route (frames, &event.route)) {
        wire_log (&self->wire, "a client with a routing id of its own was ignored");
        return;
    }
    wire_decode (&self->wire, frames, port == PORT_TRADER ? 0 : 1, bytes_max_at (port), &event,
                 &error);
    if (!is_meant_for (self, &event)) {
        return;
    }
    if (event.type == EVENT_RECEIVE && heard_first (&self->heard, event.message)) {
        wire_log_message (&self->wire, event.message, self->config->id);
    }
    step_with (self, &event);
}

static void drain (struct shell *self, size_t index, zsock_t *socket, enum port port)
{
    if (!poller_ready (&self->poller, index)) {
        return;
    }
    int64_t now_us = wire_now_us ();
    for (int i = 0; i < LIMIT_DRAIN; i++) {
        struct frames frames;
        if (!wire_receive (socket, &frames)) {
            poller_drained (&self->poller, index);
            return;
        }
        take (self, &frames, port, now_us);
        wire_close (&frames);
    }
}

static void drain_all (struct shell *self)
{
    struct peer_sockets *sockets = &self->sockets;
    drain (self, NEWS_IN, sockets->news_in, PORT_NEWS);
    drain (self, WAREHOUSE, sockets->warehouse, PORT_WAREHOUSE);
    for (size_t i = 0; i < sockets->peer_count; i++) {
        drain (self, PEERS + i, sockets->peers[i], PORT_TRADER);
    }
    drain (self, ROUTER, sockets->router, PORT_CLIENTS);
}

static bool send_to_peer (struct shell *self, const struct letter *letter)
{
    for (size_t i = 0; i < self->sockets.peer_count; i++) {
        if (self->config->peers[i].id == letter->to) {
            poller_sent (&self->poller, PEERS + i);
            return wire_send (&self->wire, self->sockets.peers[i], WIRE_PLAIN, letter);
        }
    }
    return false;
}

static bool send_by_port (struct shell *self, const struct letter *letter)
{
    switch (letter->port) {
    case PORT_CLIENTS:
        poller_sent (&self->poller, ROUTER);
        return wire_send (&self->wire, self->sockets.router, WIRE_ROUTED, letter);
    case PORT_WAREHOUSE:
        poller_sent (&self->poller, WAREHOUSE);
        return wire_send (&self->wire, self->sockets.warehouse, WIRE_DELIMITED, letter);
    case PORT_NEWS:
        if (!topics_want (&self->topics, letter)) {
            return true;
        }
        poller_sent (&self->poller, NEWS_OUT);
        return wire_send (&self->wire, self->sockets.news_out, WIRE_PUBLISHED, letter);
    case PORT_TRADER:
        return send_to_peer (self, letter);
    }
    return false;
}

// What cannot go is lost, as on any wire; of what was for a peer the core is told. What it makes of
// that joins the letters of the round, which may move them.
static void send_letter (struct shell *self, const struct letter *letter)
{
    if (letter->port == PORT_CLIENTS && letter->route.size == 0) {
        return;  // Nobody knows where this client is: it will ask.
    }
    if (send_by_port (self, letter)) {
        wire_log_letter (&self->wire, letter);
    } else if (letter->port == PORT_CLIENTS || letter->port == PORT_TRADER) {
        struct message message = letter->message;
        struct event event = {
            .type = EVENT_UNDELIVERABLE,
            .port = letter->port,
            .now_us = wire_now_us (),
            .route = letter->route,
            .message = &message,
        };
        step_with (self, &event);
    }
}

static void write_book (struct shell *self, bool (*write) (struct book *, char *, size_t))
{
    char error[REPORT_ERROR];
    if (!write (&self->book, error, sizeof error)) {
        tell (self, "FAILED", error);
        self->ended = true;
    }
}

// That requests got through although their trader did not: at once, for whoever times a failure.
static void tell_recovered (struct shell *self, int64_t now_us)
{
    int64_t moved = self->teller.class->moved (self->teller.client);
    if (moved != self->moved && now_us >= self->recovered_due_us) {
        tell (self, "PROGRESS", report_peer_recovered (&self->line, &self->teller, moved));
        self->moved = moved;
        self->recovered_due_us = now_us + RECOVERED_US;
    }
}

static void tell_progress (struct shell *self, int64_t now_us)
{
    enum peer_role role = peer_role (self->peer);
    bool content = peer_content (self->peer);
    if (role != self->role || content != self->content || now_us >= self->progress_due_us) {
        tell (self, "PROGRESS", report_peer_progress (&self->line, &self->teller));
        self->role = role;
        self->content = content;
        self->progress_due_us = now_us + PROGRESS_US;
        write_book (self, book_flush);
    }
}

// A peer keeps no journal, so there are no records: nothing has to be durable before a letter
// leaves.
static void flush (struct shell *self)
{
    int64_t now_us = wire_now_us ();
    tell_what_happened (self);
    for (size_t i = 0; i < self->wire.out.letter_count; i++) {
        send_letter (self, &self->wire.out.letters[i]);
    }
    wire_round (&self->wire);
    tell_recovered (self, now_us);
    tell_progress (self, now_us);
    self->ended =
        self->ended || peer_done (self->peer) || (self->stop_by_us && now_us >= self->stop_by_us);
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

static int64_t earlier (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_wake (const struct shell *self)
{
    int64_t wake = earlier (peer_deadline (self->peer), self->progress_due_us);
    if (self->teller.class->moved (self->teller.client) != self->moved) {
        wake = earlier (wake, self->recovered_due_us);
    }
    wake = self->stop_by_us ? earlier (wake, self->stop_by_us) : wake;
    return watch_wake (&self->watch, wake);
}

static void watch_sockets (struct shell *self)
{
    struct peer_sockets *sockets = &self->sockets;
    zsock_t *const first[] = {
        [PIPE] = self->pipe,
        [ROUTER] = sockets->router,
        [WAREHOUSE] = sockets->warehouse,
        [NEWS_IN] = sockets->news_in,
        [NEWS_OUT] = sockets->news_out,
    };
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        poller_add (&self->poller, first[i]);
    }
    for (size_t i = 0; i < sockets->peer_count; i++) {
        poller_add (&self->poller, sockets->peers[i]);
    }
    watch_add (&self->watch, SOCKET_ROUTER, sockets->router);
    watch_add (&self->watch, SOCKET_DEALER, sockets->warehouse);
    watch_add (&self->watch, SOCKET_PUB, sockets->news_out);
    watch_add (&self->watch, SOCKET_SUB, sockets->news_in);
}

static void follow_topics (struct shell *self)
{
    const trader_t *trader = peer_trader (self->peer);
    self->watch.market = peer_market (self->peer);
    if (watch_tell (&self->watch, trader ? trader_epoch (trader) : 0, &self->wire,
                    self->sockets.news_out)) {
        poller_sent (&self->poller, NEWS_OUT);
    }
    if (poller_ready (&self->poller, NEWS_OUT)
        && watch_follow (&self->watch, &self->topics, self->sockets.news_out)) {
        poller_drained (&self->poller, NEWS_OUT);
    }
}

static void serve (struct shell *self)
{
    watch_sockets (self);
    tell (self, "READY",
          report_peer_ready (&self->line, &self->teller, wire_endpoint (self->sockets.router),
                             wire_endpoint (self->sockets.news_out)));
    step (self, EVENT_START);
    flush (self);
    while (!self->ended) {
        poller_wait (&self->poller, next_wake (self));
        if (poller_ready (&self->poller, PIPE)) {
            obey (self);
        }
        follow_topics (self);
        drain_all (self);
        step (self, EVENT_DRAINED);  // Looks at what is due, too.
        flush (self);
    }
}

static int64_t tick (void *shell)
{
    return peer_tick (((struct shell *) shell)->peer);
}

static void begin (struct shell *self, zsock_t *pipe, const struct peer_shell_config *config)
{
    bool buys = peer_buyer (config->peer) != NULL;
    self->config = config;
    self->pipe = pipe;
    self->peer = config->peer;
    self->role = peer_role (config->peer);
    self->teller = (struct peer_teller){
        .peer = config->peer,
        .id = config->id,
        .class = buys ? &buyer_class : &seller_class,
        .client = buys ? (void *) peer_buyer (config->peer) : (void *) peer_seller (config->peer),
        .json = config->json,
    };
    topics_init (&self->topics);
    wire_init (&self->wire, config->log);
    self->wire.order = config->order;
    watch_init (&self->watch, config->id, tick, self);
}

static void end (struct shell *self)
{
    watch_end (&self->watch);
    peer_sockets_close (&self->sockets);
    wire_free (&self->wire);
    topics_free (&self->topics);
}

void peer_shell (zsock_t *pipe, void *config)
{
    struct shell *self = calloc (1, sizeof *self);
    char error[REPORT_ERROR] = "";
    zsock_signal (pipe, 0);
    if (!self) {
        abort ();
    }
    begin (self, pipe, config);
    if (wire_trace (&self->wire, self->config->trace, self->config->id, "peer", error, sizeof error)
        && peer_sockets_open (&self->sockets, config, error, sizeof error)
        && book_open (&self->book, self->config->book, error, sizeof error)) {
        serve (self);
        write_book (self, book_close);
        tell (self, "SUMMARY", report_peer_summary (&self->line, &self->teller));
    } else {
        zstr_sendx (pipe, "FAILED", error, NULL);
    }
    bool settled = self->teller.class->settled (self->teller.client);
    end (self);
    free (self);
    zstr_sendx (pipe, "DONE", settled ? "" : "open", NULL);
}
