#include "actors/clients/client_shell.h"

#include "broker/shells/heard_shell.h"
#include "broker/shells/poller_shell.h"

enum {
    STOP_BOUND_US = 5000000,
    PROGRESS_US = 500000,
    RECOVERED_US = 50000,  // between two reports of answers that moved, at least
    REPORT_ERROR = 256,
};

// The sockets in the poller; the traders' are from TRADERS on.
enum { PIPE, NEWS, TRADERS };

struct shell {
    const struct client_shell_config *config;
    zsock_t *pipe;
    zsock_t *traders[LIMIT_TRADERS];  // DEALERs, in the order of the configuration
    zsock_t *news;                    // SUB to all traders
    struct poller poller;
    struct wire wire;
    struct book book;
    struct heard heard;        // of traders, and in the log
    int64_t moved;             // answers that were reported to have moved
    int64_t recovered_due_us;  // no report of more before then
    int64_t progress_due_us;
    int64_t stop_by_us;  // 0: not stopping
    bool ended;
};

static bool open_sockets (struct shell *self, char *error, size_t size)
{
    const struct client_shell_config *config = self->config;
    char topic[TOPIC_BYTES];
    self->news = wire_socket (ZMQ_SUB, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, size);
    if (!self->news) {
        return false;
    }
    snprintf (topic, sizeof topic, "oversell.%lld", (long long) config->id);
    zsock_set_subscribe (self->news, topic);
    zsock_set_subscribe (self->news, "member.");
    for (size_t i = 0; i < config->trader_count; i++) {
        self->traders[i] = wire_socket (ZMQ_DEALER, WIRE_CONNECT, config->traders[i].router,
                                        LIMIT_MESSAGE_BYTES, error, size);
        if (!self->traders[i]) {
            return false;
        }
        if (config->traders[i].pub
            && !wire_attach (self->news, WIRE_CONNECT, config->traders[i].pub, error, size)) {
            return false;
        }
    }
    return true;
}

static void watch_sockets (struct shell *self)
{
    poller_add (&self->poller, self->pipe);
    poller_add (&self->poller, self->news);
    for (size_t i = 0; i < self->config->trader_count; i++) {
        poller_add (&self->poller, self->traders[i]);
    }
}

static void step_with (struct shell *self, const struct event *event)
{
    const struct client_class *class = self->config->class;
    struct buyer_entry entry;
    class->step (self->config->core, event, &self->wire.out);
    while (class->next_entry && class->next_entry (self->config->core, &entry)) {
        book_add (&self->book, &entry);
    }
    for (int64_t id; (id = class->next_foreign (self->config->core)) != 0;) {
        wire_log (&self->wire, "trader %lld is of another market: it is left alone, see --trader",
                  (long long) id);
    }
}

static void step (struct shell *self, enum event_type type)
{
    step_with (self, &(struct event){.type = type, .now_us = wire_now_us ()});
}

// A topic is a prefix, so "oversell.1" brings what is meant for 10, too.
static bool is_meant_for (const struct shell *self, const struct event *event)
{
    return event->port != PORT_NEWS || event->type != EVENT_RECEIVE
           || event->message->type != MESSAGE_OVERSELL
           || event->message->oversell.buyer == self->config->id;
}

// The index of this trader's socket, -1 where it has none.
static int dealer_of (const struct shell *self, int64_t trader)
{
    for (size_t i = 0; i < self->config->trader_count; i++) {
        if (self->config->traders[i].id == trader) {
            return (int) i;
        }
    }
    return -1;
}

// What is told of a trader that it does not know is none of its business.
static bool is_worth_a_line (struct shell *self, const struct message *message)
{
    bool foreign = message->type == MESSAGE_MEMBER && dealer_of (self, message->member.trader) < 0;
    return !foreign && heard_first (&self->heard, message);
}

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
        wire_decode (&self->wire, &frames, port == PORT_NEWS ? 1 : 0, LIMIT_MESSAGE_BYTES, &event,
                     &error);
        if (is_meant_for (self, &event)) {
            if (event.type == EVENT_RECEIVE && is_worth_a_line (self, event.message)) {
                wire_log_message (&self->wire, event.message, self->config->id);
            }
            step_with (self, &event);
        }
        wire_close (&frames);
    }
}

// What cannot go is lost, as on any wire: the core sends it again.
static void send_letter (struct shell *self, const struct letter *letter)
{
    int index = dealer_of (self, letter->to);
    if (index < 0) {
        return;
    }
    if (wire_send (&self->wire, self->traders[index], WIRE_PLAIN, letter)) {
        wire_log_message (&self->wire, &letter->message, letter->to);
    }
    poller_sent (&self->poller, TRADERS + (size_t) index);
}

static void report (struct shell *self, const char *command, const char *event,
                    void (*fill) (const void *, struct report *))
{
    struct report line;
    report_begin (&line, self->config->json, event, self->config->id, self->config->class->role);
    if (fill) {
        fill (self->config->core, &line);
    }
    zstr_sendx (self->pipe, command, report_end (&line), NULL);
    poller_sent (&self->poller, PIPE);
}

// That requests got through although their trader did not: at once, for whoever times a failure.
static void report_recovered (struct shell *self, int64_t now_us)
{
    int64_t moved = self->config->class->moved (self->config->core);
    if (moved == self->moved || now_us < self->recovered_due_us) {
        return;
    }
    struct report line;
    report_begin (&line, self->config->json, "recovered", self->config->id,
                  self->config->class->role);
    report_number (&line, "moved", moved);
    zstr_sendx (self->pipe, "PROGRESS", report_end (&line), NULL);
    poller_sent (&self->poller, PIPE);
    self->moved = moved;
    self->recovered_due_us = now_us + RECOVERED_US;
}

static void report_book (struct shell *self, bool (*write) (struct book *, char *, size_t))
{
    char error[REPORT_ERROR];
    if (!write (&self->book, error, sizeof error)) {
        zstr_sendx (self->pipe, "FAILED", error, NULL);
        poller_sent (&self->poller, PIPE);
        self->ended = true;
    }
}

static void flush (struct shell *self)
{
    int64_t now_us = wire_now_us ();
    for (size_t i = 0; i < self->wire.out.letter_count; i++) {
        send_letter (self, &self->wire.out.letters[i]);
    }
    wire_round (&self->wire);
    report_recovered (self, now_us);
    if (now_us >= self->progress_due_us) {
        report (self, "PROGRESS", "progress", self->config->class->progress);
        self->progress_due_us = now_us + PROGRESS_US;
        report_book (self, book_flush);
    }
    self->ended = self->ended || self->config->class->done (self->config->core)
                  || (self->stop_by_us && now_us >= self->stop_by_us);
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
    int64_t wake = self->config->class->deadline (self->config->core);
    if (self->progress_due_us < wake) {
        wake = self->progress_due_us;
    }
    if (self->config->class->moved (self->config->core) != self->moved
        && self->recovered_due_us < wake) {
        wake = self->recovered_due_us;
    }
    return self->stop_by_us && self->stop_by_us < wake ? self->stop_by_us : wake;
}

static void serve (struct shell *self)
{
    step (self, EVENT_START);
    flush (self);
    while (!self->ended) {
        poller_wait (&self->poller, next_wake (self));
        if (poller_ready (&self->poller, PIPE)) {
            obey (self);
        }
        drain (self, NEWS, self->news, PORT_NEWS);
        for (size_t i = 0; i < self->config->trader_count; i++) {
            drain (self, TRADERS + i, self->traders[i], PORT_TRADER);
        }
        step (self, EVENT_DRAINED);
        if (wire_now_us () >= self->config->class->deadline (self->config->core)) {
            step (self, EVENT_DEADLINE);
        }
        flush (self);
    }
}

void client_shell (zsock_t *pipe, void *config)
{
    struct shell *self = calloc (1, sizeof *self);
    char error[REPORT_ERROR] = "";
    zsock_signal (pipe, 0);
    if (!self) {
        abort ();
    }
    self->config = config;
    self->pipe = pipe;
    wire_init (&self->wire, self->config->log);
    if (wire_trace (&self->wire, self->config->trace, self->config->id, self->config->class->role,
                    error, sizeof error)
        && open_sockets (self, error, sizeof error)
        && book_open (&self->book, self->config->book, error, sizeof error)) {
        watch_sockets (self);
        report (self, "READY", "ready", NULL);
        serve (self);
        report_book (self, book_close);
        report (self, "SUMMARY", "summary", self->config->class->summary);
    } else {
        zstr_sendx (pipe, "FAILED", error, NULL);
    }
    for (size_t i = 0; i < self->config->trader_count; i++) {
        zsock_destroy (&self->traders[i]);
    }
    zsock_destroy (&self->news);
    wire_free (&self->wire);
    bool settled = self->config->class->settled (self->config->core);
    free (self);
    zstr_sendx (pipe, "DONE", settled ? "" : "open", NULL);
}
