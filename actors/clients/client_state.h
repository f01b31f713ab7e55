// What the parts of the client core share: client_state.c (the open requests), client_traders.c
// (which trader is asked), client_seats.c (who holds a seat), client_send.c (letters),
// client_retry.c (time), client_receive.c (what traders say), client_news.c (what is heard of them)
// and client.c (the verbs). For nobody else.
#ifndef SOUK_CLIENT_STATE_H
#define SOUK_CLIENT_STATE_H

#include "actors/clients/client.h"
#include "actors/clients/random.h"
#include "broker/clocks.h"
#include "broker/liveness.h"
#include "broker/seen.h"

enum phase {
    PHASE_WAITING,    // sent; at due_us it has timed out
    PHASE_BACKOFF,    // turned away for now; at due_us it is sent again
    PHASE_UNSETTLED,  // accepted; at due_us the client asks what became of it
    PHASE_HELD,       // nobody holds a seat: sent by client_seats; at due_us it is given up
};

struct request {
    int64_t number;  // 0: this slot is free
    struct client_request body;
    enum phase phase;
    bool answered;       // accepted at least once
    size_t trader;       // index of the trader that it was last sent to, if it was
    size_t first_at;     // index of the trader that it was first sent to, if it was
    struct first first;  // what the traders are told of that: the same for ever
    int64_t attempt;     // how often the request itself was sent; 0: never, there was nobody
    int64_t refusals;    // how often a trader was busy or could not decide
    int64_t asked;       // order_status sent since it was accepted last
    int64_t asked_us;    // when it was asked for
    int64_t due_us;      // when something has to happen, give_up_us at the latest
    int64_t give_up_us;  // when it is given up
};

struct trader_state {
    int64_t id;
    int64_t epoch;             // the latest that is known of it, 0: none
    int64_t view;              // of the latest news of it
    int64_t closed;            // what it decided in epochs before this one is settled or void
    enum member_state state;   // by the news; live until they say otherwise
    bool seated;               // may be asked: always, unless traders are elected
    bool silent;               // suspected when it was last looked at
    bool foreign;              // of another market
    bool foreign_new;          // and nobody has been told yet
    struct liveness liveness;  // begun at EVENT_START
    int64_t asked_us;          // last PING
    int64_t suspect_until_us;  // it let a request time out: avoided until then
};

struct client {
    struct client_config config;  // its `traders` is not used
    struct trader_state *traders;
    size_t trader_count;
    size_t seated;      // how many of them may be asked
    size_t cursor;      // round robin: the next one
    int64_t market;     // that it belongs to, 0: nobody told it yet
    bool foreign_news;  // some trader has foreign_new
    struct random random;
    int64_t lamport;
    struct clock_vector vector;
    struct seen_token seen;
    struct request *ring;           // by number modulo ring_size
    size_t ring_size;               // a power of two
    struct client_answer *answers;  // of the last step, room for ring_size + 1
    size_t answer_count;
    size_t answer_at;  // the next one to hand out
    int64_t oldest;    // no number below it is open
    int64_t next;      // number of the next request
    int64_t open;
    int64_t resent;
    int64_t due_us;    // no open request is due before it
    int64_t watch_us;  // no trader is due to be looked at before it
    bool started;
    bool stopped;
    bool held;  // asks nothing new
};

// client_state.c
void *client_checked (void *memory);  // aborts where the heap had none
struct request *client_request_of (client_t *self, int64_t number);  // NULL when it is not open
struct request *client_request_new (client_t *self);                 // cleared, of the next number
struct client_answer *client_answer_add (client_t *self, const struct request *request,
                                         enum client_outcome outcome, size_t trader,
                                         int64_t now_us);
void client_close (client_t *self, struct request *request);

// client_receive.c
bool client_receive (client_t *self, const struct event *event, struct outbox *out);

// client_retry.c: when things are due, and what is done then.
void client_wait_for_answer (client_t *self, struct request *request, int64_t now_us);
void client_wait_for_settling (client_t *self, struct request *request, int64_t now_us);
void client_back_off (client_t *self, struct request *request, int64_t now_us);
void client_suspect (client_t *self, size_t trader, int64_t now_us);  // avoided for a while
void client_run_due (client_t *self, int64_t now_us, struct outbox *out);
// Sends a request, the first time or again, or asks what became of an accepted order, without
// waiting for its time. Where nobody holds a seat the request is held instead.
void client_submit (client_t *self, struct request *request, int64_t now_us, struct outbox *out);
void client_ask_status (client_t *self, struct request *request, int64_t now_us,
                        struct outbox *out);

// client_traders.c
bool client_find_trader (const client_t *self, int64_t id, size_t *at);
size_t client_choose (client_t *self, int64_t now_us, size_t avoid);  // avoid: SIZE_MAX for none
// Whom to send a request, and whom to ask what became of an accepted order, where somebody holds a
// seat.
size_t client_next_trader (client_t *self, const struct request *request, int64_t now_us);
size_t client_status_trader (client_t *self, const struct request *request, int64_t now_us);
// PINGs them all; from when it took its seat: this one.
void client_watch_begin (client_t *self, int64_t now_us, struct outbox *out);
void client_watch_seated (client_t *self, size_t trader, int64_t now_us, struct outbox *out);
// Looks at those that are due: which are silent, which are to get a PING.
void client_watch (client_t *self, int64_t now_us, struct outbox *out);
void client_heard (client_t *self, size_t trader, int64_t now_us);

// client_news.c
void client_take_pong (client_t *self, size_t trader, int64_t epoch, int64_t now_us,
                       struct outbox *out);
void client_take_news (client_t *self, const struct membership *news, int64_t now_us,
                       struct outbox *out);
// Whether the message in `event` is of the client's market, or of none yet. A trader that answers
// from another one is left alone from then on, until it is of this one.
bool client_same_market (client_t *self, size_t trader, const struct event *event,
                         struct outbox *out);
void client_leave_foreign (client_t *self, size_t trader, int64_t now_us, struct outbox *out);

// client_send.c
void client_send_request (client_t *self, struct request *request, int64_t now_us,
                          struct outbox *out);
void client_send_ping (client_t *self, size_t trader, int64_t now_us, struct outbox *out);
void client_send_number (client_t *self, enum message_type type, int64_t number, size_t trader,
                         int64_t now_us, struct outbox *out);

#endif
