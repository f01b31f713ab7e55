// What the shells share: sockets with the options that ZeroMQ needs to be safe, frames in and
// out, the node's log. Nothing here knows a rule of the market.
#ifndef SOUK_WIRE_SHELL_H
#define SOUK_WIRE_SHELL_H

#include <czmq.h>
#include <stdio.h>

#include "broker/core.h"
#include "broker/shells/trace_shell.h"

// How much of what a node does goes to its log, on stderr.
enum log_level { LOG_QUIET, LOG_EVENTS, LOG_MESSAGES };

// A line of the log that need not be told again before `again_us`.
struct told {
    int64_t again_us;
    char text[128];
};

// A shell's working memory: the outbox, the messages of the round, a buffer to encode into.
struct wire {
    struct outbox out;
    struct told campaign;  // that was logged last
    struct told seats;
    arena_t *decoded;  // messages of the round
    char *buffer;      // LIMIT_BATCH_BYTES
    enum log_level log;
    const char *order;  // whose clocks requests are decided by, so that the order of each batch is
                        // logged, too: "lamport", "vector"; NULL: by nobody's
    trace_t *trace;     // NULL: nothing is traced
    struct told told[2];  // of JOIN, of VIEW
};

void wire_init (struct wire *self, enum log_level log);
void wire_free (struct wire *self);

// Traces to this file what comes and goes from now on: wire_decode and wire_send do. NULL for
// `path`: no trace, and nothing fails. Returns false with the reason in `error` where it cannot be.
bool wire_trace (struct wire *self, const char *path, int64_t node, const char *role, char *error,
                 size_t error_size);

// Monotonic time for events.
int64_t wire_now_us (void);

// A socket of the type, bound or connected to `endpoint` (NULL: not yet), or NULL and the reason
// in `error`. `bytes_max` bounds a frame that comes in. The caller owns the result.
enum wire_way { WIRE_BIND, WIRE_CONNECT };
zsock_t *wire_socket (int type, enum wire_way way, const char *endpoint, int bytes_max, char *error,
                      size_t error_size);

// Binds or connects a socket. Returns false and the reason in `error` when it cannot be.
bool wire_attach (zsock_t *socket, enum wire_way way, const char *endpoint, char *error,
                  size_t error_size);

// Where a bound socket really listens: `tcp://127.0.0.1:*` got a port. Borrowed from the socket.
const char *wire_endpoint (zsock_t *socket);

// Destroys a bound socket, if there is one. The file of an ipc endpoint goes first, while nobody
// else can have taken the endpoint.
void wire_unbind (zsock_t **socket_p);

// One message as it came. `count` frames; those beyond LIMIT_FRAMES were dropped, `too_many`.
struct frames {
    zmq_msg_t frame[LIMIT_FRAMES];
    size_t count;
    bool too_many;
};

// Takes what waits at the socket, without blocking. Returns false when nothing does. The caller
// must close the frames.
bool wire_receive (zsock_t *socket, struct frames *frames);
void wire_close (struct frames *frames);

// Takes the routing id that a ROUTER puts in front of a message. Returns false where the peer chose
// one of its own that is longer than LIMIT_ROUTE.
bool wire_route (const struct frames *frames, struct route *route);

// Whether the last frame is a message of this type, before it is decoded. Every node of this
// program tells the type first, and of others it is not asked.
bool wire_begins (const struct frames *frames, enum message_type type);

// Decodes frame `index`, which must be the last, into `event`: RECEIVE, or MALFORMED with
// `error` filled. The message lives until wire_round.
void wire_decode (struct wire *self, const struct frames *frames, size_t index, size_t bytes_max,
                  struct event *event, struct decode_error *error);

// Sends a letter: to a ROUTER's client, with an empty delimiter, plain, or under its topic.
// Never blocks. Returns false when it could not go.
enum wire_form { WIRE_ROUTED, WIRE_DELIMITED, WIRE_PLAIN, WIRE_PUBLISHED };
bool wire_send (struct wire *self, zsock_t *socket, enum wire_form form,
                const struct letter *letter);

// Logs a message that came or goes, where the level asks for it.
void wire_log_message (struct wire *self, const struct message *message, int64_t to);
void wire_log_letter (struct wire *self, const struct letter *letter);  // that goes
void wire_log (const struct wire *self, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

// What whoever runs the shell's actor has told it by now: STOP is to finish what is accepted, END
// (czmq's $TERM, or anything else) to end at once. Unless it is END, nothing waits behind it.
enum wire_order { WIRE_NO_ORDER, WIRE_STOP, WIRE_END };
enum wire_order wire_order (zsock_t *pipe);

// Ends a round: letters and messages of it are gone.
void wire_round (struct wire *self);

// Milliseconds for poll until `deadline_us`: rounded up, so that it has come when the poll ends; -1
// where there is none.
int wire_timeout_ms (int64_t deadline_us);

#endif
