#include "broker/shells/wire_shell.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    LINGER_MS = 1000,
    HIGH_WATER = 8192,
    HIGH_WATER_NEWS = 2048,  // a subscriber that has stopped costs as many messages
    DECODED_BLOCK = 256 * 1024,
};

void wire_init (struct wire *self, enum log_level log)
{
    *self = (struct wire){.log = log};
    outbox_init (&self->out);
    self->decoded = arena_new (DECODED_BLOCK);
    self->buffer = malloc (LIMIT_BATCH_BYTES);
    if (!self->buffer) {
        abort ();
    }
}

void wire_free (struct wire *self)
{
    outbox_free (&self->out);
    arena_destroy (&self->decoded);
    free (self->buffer);
    self->buffer = NULL;
    trace_destroy (&self->trace);
}

bool wire_trace (struct wire *self, const char *path, int64_t node, const char *role, char *error,
                 size_t error_size)
{
    self->trace = path ? trace_new (path, node, role, error, error_size) : NULL;
    return !path || self->trace;
}

int64_t wire_now_us (void)
{
    return zclock_usecs ();
}

// The file of an ipc endpoint, NULL where there is none.
static const char *ipc_file (const char *endpoint)
{
    static const char scheme[] = "ipc://";
    const char *path = endpoint + sizeof scheme - 1;
    bool is_ipc = strncmp (endpoint, scheme, sizeof scheme - 1) == 0;
    return is_ipc && *path != '@' && *path != '*' ? path : NULL;
}

// Whether a living process listens at this ipc endpoint: libzmq would take the file away from it
// without a word.
static bool ipc_in_use (const char *endpoint)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = ipc_file (endpoint);
    if (!path || strlen (path) >= sizeof address.sun_path) {
        return false;  // Too long a path is refused by bind itself.
    }
    strcpy (address.sun_path, path);
    int probe = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe == -1) {
        return false;
    }
    int rc = connect (probe, (const struct sockaddr *) &address, sizeof address);
    bool in_use = rc == 0 || errno == EAGAIN;  // EAGAIN: it listens, and many wait for it.
    close (probe);
    return in_use;
}

// Whether a tcp endpoint has a port that cannot be: libzmq would take another one for it.
static bool port_impossible (const char *endpoint)
{
    const char *colon = strrchr (endpoint, ':');
    long long port = colon ? strtoll (colon + 1, NULL, 10) : 0;
    return strncmp (endpoint, "tcp://", 6) == 0 && (port < 0 || port > 65535);
}

// As zsock_bind and zsock_connect.
static int attach (zsock_t *socket, enum wire_way way, const char *endpoint)
{
    if (port_impossible (endpoint)) {
        errno = EINVAL;
        return -1;
    }
    if (way == WIRE_CONNECT) {
        return zsock_connect (socket, "%s", endpoint);
    }
    if (ipc_in_use (endpoint)) {
        errno = EADDRINUSE;
        return -1;
    }
    return zsock_bind (socket, "%s", endpoint);
}

bool wire_attach (zsock_t *socket, enum wire_way way, const char *endpoint, char *error,
                  size_t error_size)
{
    if (attach (socket, way, endpoint) == -1) {
        snprintf (error, error_size, "cannot %s %s: %s", way == WIRE_BIND ? "bind" : "connect to",
                  endpoint, zmq_strerror (zmq_errno ()));
        return false;
    }
    return true;
}

zsock_t *wire_socket (int type, enum wire_way way, const char *endpoint, int bytes_max, char *error,
                      size_t error_size)
{
    zsock_t *socket = zsock_new (type);
    if (!socket) {
        snprintf (error, error_size, "no more sockets: %s", zmq_strerror (zmq_errno ()));
        return NULL;
    }
    zsock_set_linger (socket, LINGER_MS);
    zsock_set_maxmsgsize (socket, bytes_max);
    zsock_set_sndhwm (socket, type == ZMQ_XPUB ? HIGH_WATER_NEWS : HIGH_WATER);
    zsock_set_rcvhwm (socket, HIGH_WATER);
    if (type == ZMQ_ROUTER) {
        zsock_set_router_mandatory (socket, 1);
    }
    if (endpoint && !wire_attach (socket, way, endpoint, error, error_size)) {
        zsock_destroy (&socket);
    }
    return socket;
}

const char *wire_endpoint (zsock_t *socket)
{
    return zsock_endpoint (socket);
}

void wire_unbind (zsock_t **socket_p)
{
    const char *file = *socket_p ? ipc_file (wire_endpoint (*socket_p)) : NULL;
    if (file) {
        unlink (file);
    }
    zsock_destroy (socket_p);
}

bool wire_receive (zsock_t *socket, struct frames *frames)
{
    void *handle = zsock_resolve (socket);
    frames->count = 0;
    frames->too_many = false;
    bool more = true;
    while (more) {
        zmq_msg_t surplus;
        frames->too_many = frames->count == LIMIT_FRAMES;
        zmq_msg_t *frame = frames->too_many ? &surplus : &frames->frame[frames->count];
        zmq_msg_init (frame);
        if (zmq_msg_recv (frame, handle, ZMQ_DONTWAIT) == -1) {
            zmq_msg_close (frame);
            wire_close (frames);
            return false;
        }
        more = zmq_msg_more (frame);
        if (frames->too_many) {
            zmq_msg_close (frame);
        } else {
            frames->count++;
        }
    }
    return true;
}

void wire_close (struct frames *frames)
{
    for (size_t i = 0; i < frames->count; i++) {
        zmq_msg_close (&frames->frame[i]);
    }
    frames->count = 0;
}

bool wire_route (const struct frames *frames, struct route *route)
{
    zmq_msg_t *id = (zmq_msg_t *) &frames->frame[0];  // It is only read.
    size_t size = zmq_msg_size (id);
    if (size > LIMIT_ROUTE) {
        return false;
    }
    route->size = (uint8_t) size;
    memcpy (route->bytes, zmq_msg_data (id), size);
    return true;
}

bool wire_begins (const struct frames *frames, enum message_type type)
{
    char start[64];
    zmq_msg_t *last = (zmq_msg_t *) &frames->frame[frames->count - 1];  // It is only read.
    size_t size =
        (size_t) snprintf (start, sizeof start, "{\"type\":\"%s\",", message_type_name (type));
    return zmq_msg_size (last) >= size && memcmp (zmq_msg_data (last), start, size) == 0;
}

void wire_decode (struct wire *self, const struct frames *frames, size_t index, size_t bytes_max,
                  struct event *event, struct decode_error *error)
{
    event->type = EVENT_MALFORMED;
    event->error = error;
    if (frames->too_many || frames->count != index + 1) {
        *error = (struct decode_error){0};
        snprintf (error->text, sizeof error->text,
                  "a message is one frame here, not %zu%s: see protocol.md",
                  frames->count > index ? frames->count - index : 0,
                  frames->too_many ? " or more" : "");
        return;
    }
    // zmq_msg_data takes no const, though it only reads.
    zmq_msg_t *frame = (zmq_msg_t *) &frames->frame[index];
    struct message *message = arena_take (self->decoded, 1, sizeof *message);
    if (message_decode (zmq_msg_data (frame), zmq_msg_size (frame), bytes_max, self->decoded,
                        message, error)) {
        event->type = EVENT_RECEIVE;
        event->message = message;
        event->error = NULL;
        if (self->trace) {
            trace_received (self->trace, event->port, message);
        }
    }
}

static bool send_frame (void *handle, const void *data, size_t size, int flags)
{
    return zmq_send (handle, data, size, flags | ZMQ_DONTWAIT) != -1;
}

static bool send_message (struct wire *self, zsock_t *socket, enum wire_form form,
                          const struct letter *letter)
{
    void *handle = zsock_resolve (socket);
    char topic[TOPIC_BYTES];
    size_t size = message_encode (&letter->message, self->buffer, LIMIT_BATCH_BYTES);
    switch (form) {
    case WIRE_ROUTED:
        if (!send_frame (handle, letter->route.bytes, letter->route.size, ZMQ_SNDMORE)) {
            return false;
        }
        break;
    case WIRE_DELIMITED:
        if (!send_frame (handle, "", 0, ZMQ_SNDMORE)) {
            return false;
        }
        break;
    case WIRE_PUBLISHED:
        if (!send_frame (handle, topic, message_topic (&letter->message, letter->to, topic),
                         ZMQ_SNDMORE)) {
            return false;
        }
        break;
    case WIRE_PLAIN:
        break;
    }
    return send_frame (handle, self->buffer, size, 0);
}

bool wire_send (struct wire *self, zsock_t *socket, enum wire_form form,
                const struct letter *letter)
{
    if (self->trace) {
        trace_leaves (self->trace);
    }
    bool sent = send_message (self, socket, form, letter);
    if (self->trace) {
        trace_sent (self->trace, letter, !sent);
    }
    return sent;
}

enum wire_order wire_order (zsock_t *pipe)
{
    enum wire_order order = WIRE_NO_ORDER;
    while (order != WIRE_END && zsock_events (pipe) & ZMQ_POLLIN) {
        char *command = zstr_recv (pipe);
        order = command && streq (command, "STOP") ? WIRE_STOP : WIRE_END;
        zstr_free (&command);
    }
    return order;
}

void wire_round (struct wire *self)
{
    const char *ended = self->trace ? trace_flush (self->trace) : NULL;
    if (ended) {
        wire_log (self, "the trace ends here: %s", ended);
    }
    outbox_clear (&self->out);
    arena_reset (self->decoded);
}

int wire_timeout_ms (int64_t deadline_us)
{
    if (deadline_us == DEADLINE_NONE) {
        return -1;
    }
    int64_t left_us = deadline_us - wire_now_us ();
    int64_t left_ms = left_us <= 0 ? 0 : (left_us + 999) / 1000;
    return left_ms < INT_MAX ? (int) left_ms : INT_MAX;
}
