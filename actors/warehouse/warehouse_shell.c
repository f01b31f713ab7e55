#include "actors/warehouse/warehouse_shell.h"

#include "actors/store/store.h"
#include "actors/warehouse/economy.h"
#include "broker/shells/poller_shell.h"
#include "broker/shells/report.h"
#include "broker/shells/socket_shell.h"
#include "broker/shells/topics_shell.h"

enum { REPORT_ERROR = 512 };

// The sockets in the poller.
enum { PIPE, REQUESTS, NEWS };

struct shell {
    const struct warehouse_shell_config *config;
    zsock_t *pipe;
    zsock_t *requests;  // REP
    zsock_t *news;      // XPUB
    struct poller poller;
    struct topics topics;
    struct watch watch;
    struct wire wire;
    store_t *store;
    warehouse_t *warehouse;
    struct crash crash;
    int64_t asked;  // requests that came, readable or not
    bool outdated;  // the core is not what is stored: it must be rebuilt
    char error[REPORT_ERROR];
    bool failed;
    bool ended;
};

static bool restore (void *context, const struct record *record)
{
    return warehouse_restore (context, record);
}

static void fail (struct shell *self, const char *what)
{
    snprintf (self->error, sizeof self->error, "%s: %s", what, store_error (self->store));
    self->failed = true;
    self->ended = true;
}

// Makes the core anew from what is stored, and starts it. Without room for that it is to be tried
// again.
static enum store_status rebuild (struct shell *self)
{
    struct event start = {.type = EVENT_START, .now_us = wire_now_us ()};
    warehouse_destroy (&self->warehouse);
    outbox_clear (&self->wire.out);
    self->warehouse = warehouse_new (&self->config->warehouse, self->config->seed);
    if (store_load (self->store, self->config->warehouse.answers_kept, restore, self->warehouse)
        != STORE_OK) {
        fail (self, "the store cannot be read");
        return STORE_FAILED;
    }
    warehouse_step (self->warehouse, &start, &self->wire.out);
    enum store_status status =
        store_write (self->store, self->wire.out.records, self->wire.out.record_count);
    if (status == STORE_FAILED) {
        fail (self, "the store cannot be written");
    }
    self->outdated = status != STORE_OK;
    outbox_clear (&self->wire.out);
    return status;
}

static bool open_all (struct shell *self)
{
    const struct warehouse_shell_config *config = self->config;
    if (!wire_trace (&self->wire, config->trace, WAREHOUSE_NODE, "warehouse", self->error,
                     sizeof self->error)) {
        return false;
    }
    self->store = store_open (config->store, self->error, sizeof self->error);
    if (!self->store) {
        return false;
    }
    self->requests = wire_socket (ZMQ_REP, WIRE_BIND, config->rep, LIMIT_BATCH_BYTES, self->error,
                                  sizeof self->error);
    if (!self->requests) {
        return false;
    }
    self->news = wire_socket (ZMQ_XPUB, WIRE_BIND, config->pub, TOPIC_BYTES, self->error,
                              sizeof self->error);
    if (!self->news) {
        return false;
    }
    watch_add (&self->watch, SOCKET_REP, self->requests);
    watch_add (&self->watch, SOCKET_PUB, self->news);
    return true;
}

static void send_letters (struct shell *self)
{
    for (size_t i = 0; i < self->wire.out.letter_count; i++) {
        const struct letter *letter = &self->wire.out.letters[i];
        if (letter->port == PORT_WAREHOUSE) {
            (void) wire_send (&self->wire, self->requests, WIRE_PLAIN, letter);
            poller_sent (&self->poller, REQUESTS);
        } else if (topics_want (&self->topics, letter)) {
            (void) wire_send (&self->wire, self->news, WIRE_PUBLISHED, letter);
            poller_sent (&self->poller, NEWS);
        }
        wire_log_letter (&self->wire, letter);
    }
}

// What the sales of the batch did to the accounts.
static void log_accounts (const struct shell *self)
{
    char text[ECONOMY_TEXT_BYTES];
    if (self->wire.log != LOG_QUIET
        && economy_text (self->wire.out.records, self->wire.out.record_count, text)) {
        wire_log (&self->wire, "accounts: %s", text);
    }
}

// Nothing of the batch was stored: the core must forget it too, before the next request.
static void refuse_for_room (struct shell *self, const struct event *event)
{
    wire_log (&self->wire, "refused: the store has no room (%s)", store_error (self->store));
    warehouse_refuse (self->warehouse, event, &self->wire.out);
    send_letters (self);
    self->outdated = true;
}

// Steps the core and stores what comes of it; the letters wait in the outbox.
static enum store_status decide (struct shell *self, const struct event *event)
{
    enum store_status status = self->outdated ? rebuild (self) : STORE_OK;
    if (status != STORE_OK) {
        return status;
    }
    struct event drained = {.type = EVENT_DRAINED, .now_us = event->now_us};
    warehouse_step (self->warehouse, event, &self->wire.out);
    warehouse_step (self->warehouse, &drained, &self->wire.out);
    if (self->wire.out.record_count == 0) {
        return STORE_OK;
    }
    bool commit = event->type == EVENT_RECEIVE && event->message->type == MESSAGE_COMMIT;
    if (commit) {
        crash_at (&self->crash, CRASH_BEFORE_COMMIT);
    }
    status = store_write (self->store, self->wire.out.records, self->wire.out.record_count);
    if (commit && status == STORE_OK) {
        crash_at (&self->crash, CRASH_AFTER_COMMIT);
    }
    return status;
}

static void serve_request (struct shell *self, struct frames *frames)
{
    struct decode_error error;
    struct event event = {.port = PORT_WAREHOUSE, .now_us = wire_now_us ()};
    self->asked++;
    wire_decode (&self->wire, frames, 0, LIMIT_BATCH_BYTES, &event, &error);
    if (event.type == EVENT_RECEIVE) {
        wire_log_message (&self->wire, event.message, WAREHOUSE_NODE);
    }
    switch (decide (self, &event)) {
    case STORE_OK:
        log_accounts (self);
        send_letters (self);
        break;
    case STORE_FULL:
        refuse_for_room (self, &event);
        break;
    case STORE_FAILED:
        fail (self, "the store failed, nothing of the last batch was acknowledged");
        break;
    }
    wire_round (&self->wire);
}

static void tell (struct shell *self, const char *command, const char *line)
{
    zstr_sendx (self->pipe, command, line, NULL);
}

static void tell_ready (struct shell *self)
{
    struct report report;
    report_begin (&report, self->config->json, "ready", WAREHOUSE_NODE, "warehouse");
    report_number (&report, "market", warehouse_market (self->warehouse));
    report_open (&report, "endpoints");
    report_text (&report, "rep", wire_endpoint (self->requests));
    report_text (&report, "pub", wire_endpoint (self->news));
    report_close (&report);
    tell (self, "READY", report_end (&report));
}

static void tell_summary (struct shell *self)
{
    const struct warehouse_counters *counters = warehouse_counters (self->warehouse);
    struct report report;
    report_begin (&report, self->config->json, "summary", WAREHOUSE_NODE, "warehouse");
    report_number (&report, "requests", self->asked);
    report_number (&report, "batches", counters->batches);
    report_number (&report, "orders", counters->orders);
    report_number (&report, "units_sold", counters->units_sold);
    report_number (&report, "restocks", counters->restocks);
    report_number (&report, "oversold", counters->oversold);
    report_number (&report, "repeated", counters->repeated);
    report_number (&report, "refused_input", counters->refused_input);
    report_number (&report, "fenced", counters->fenced);
    report_number (&report, "takeovers", counters->takeovers);
    report_number (&report, "resumed", counters->resumed);
    report_number (&report, "terms", counters->terms);
    report_number (&report, "unseated", counters->unseated);
    tell (self, "SUMMARY", report_end (&report));
}

// Serves what waits, at most LIMIT_DRAIN of it.
static void serve_requests (struct shell *self)
{
    struct frames frames;
    for (int i = 0; i < LIMIT_DRAIN && !self->ended; i++) {
        if (!wire_receive (self->requests, &frames)) {
            poller_drained (&self->poller, REQUESTS);
            return;
        }
        serve_request (self, &frames);
        wire_close (&frames);
    }
}

// Whatever it is told, it is to end: nothing is half done between two requests.
static void obey (struct shell *self)
{
    self->ended = self->ended || wire_order (self->pipe) != WIRE_NO_ORDER;
    poller_drained (&self->poller, PIPE);
}

static void serve (struct shell *self)
{
    self->watch.market = warehouse_market (self->warehouse);
    poller_add (&self->poller, self->pipe);
    poller_add (&self->poller, self->requests);
    poller_add (&self->poller, self->news);
    while (!self->ended) {
        poller_wait (&self->poller, watch_wake (&self->watch, DEADLINE_NONE));
        if (watch_tell (&self->watch, warehouse_epoch (self->warehouse), &self->wire, self->news)) {
            poller_sent (&self->poller, NEWS);
        }
        if (poller_ready (&self->poller, NEWS)
            && watch_follow (&self->watch, &self->topics, self->news)) {
            poller_drained (&self->poller, NEWS);
        }
        if (poller_ready (&self->poller, REQUESTS)) {
            serve_requests (self);
        }
        if (poller_ready (&self->poller, PIPE)) {
            obey (self);
        }
    }
}

static int64_t tick (void *shell)
{
    return warehouse_tick (((struct shell *) shell)->warehouse);
}

void warehouse_shell (zsock_t *pipe, void *config)
{
    struct shell self = {.config = config, .pipe = pipe};
    self.crash = self.config->crash;
    zsock_signal (pipe, 0);
    topics_init (&self.topics);
    wire_init (&self.wire, self.config->log);
    watch_init (&self.watch, WAREHOUSE_NODE, tick, &self);
    if (!open_all (&self)) {
        self.failed = true;
    } else if (rebuild (&self) == STORE_FULL) {
        fail (&self, "the store has no room");
    }
    if (!self.failed) {
        tell_ready (&self);
        serve (&self);
    }
    if (self.failed) {
        tell (&self, "FAILED", self.error);
    } else {
        tell_summary (&self);
    }
    watch_end (&self.watch);
    warehouse_destroy (&self.warehouse);
    store_close (&self.store);
    wire_free (&self.wire);
    topics_free (&self.topics);
    wire_unbind (&self.requests);
    wire_unbind (&self.news);
    tell (&self, "DONE", "");
}
