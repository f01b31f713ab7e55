#include "broker/shells/socket_shell.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum {
    PEERS_MAX = 4096,  // descriptors whose peers are remembered; of others the endpoint is told
    ERROR_BYTES = 128,
};

// What of libzmq's events is told, and as what.
static const struct {
    int event;
    enum happening happening;
} told[] = {
    {ZMQ_EVENT_ACCEPTED, HAPPENING_ACCEPTED},
    {ZMQ_EVENT_ACCEPT_FAILED, HAPPENING_ACCEPT_FAILED},
    {ZMQ_EVENT_CONNECTED, HAPPENING_CONNECTED},
    {ZMQ_EVENT_CONNECT_RETRIED, HAPPENING_CONNECT_RETRIED},
    {ZMQ_EVENT_HANDSHAKE_SUCCEEDED, HAPPENING_HANDSHAKE_SUCCEEDED},
    {ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, HAPPENING_HANDSHAKE_FAILED},
    {ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL, HAPPENING_HANDSHAKE_FAILED},
    {ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, HAPPENING_HANDSHAKE_FAILED},
    {ZMQ_EVENT_DISCONNECTED, HAPPENING_DISCONNECTED},
};
enum { TOLD_COUNT = sizeof told / sizeof told[0] };

// One of libzmq's events, as it comes through a PAIR: two frames.
struct raw_event {
    uint16_t event;
    int32_t value;  // a descriptor, an errno, a code: as the event has it
    char address[LIMIT_TEXT + 1];
};

void watch_init (struct watch *self, int64_t node, watch_tick_fn *tick, void *context)
{
    *self = (struct watch){.node = node, .tick = tick, .context = context};
}

void watch_add (struct watch *self, enum socket_name name, zsock_t *socket)
{
    assert (self->count < WATCH_SOCKETS);
    self->sockets[self->count++] = (struct watched){.name = name, .socket = socket};
}

// Remembers who is at the other end of a descriptor, while it is open; nobody where that is no tcp.
static void remember (struct watch *self, int descriptor)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    char host[INET6_ADDRSTRLEN];
    if (descriptor < 0 || descriptor >= self->peer_count) {
        return;
    }
    char *address = self->peers[descriptor];
    address[0] = 0;
    if (getpeername (descriptor, (struct sockaddr *) &peer, &size) == -1) {
        return;
    }
    if (peer.ss_family == AF_INET) {
        const struct sockaddr_in *in = (const void *) &peer;
        inet_ntop (AF_INET, &in->sin_addr, host, sizeof host);
        snprintf (address, WATCH_ADDRESS_BYTES, "tcp://%s:%d", host, ntohs (in->sin_port));
    } else if (peer.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *) &peer;
        inet_ntop (AF_INET6, &in->sin6_addr, host, sizeof host);
        snprintf (address, WATCH_ADDRESS_BYTES, "tcp://[%s]:%d", host, ntohs (in->sin6_port));
    }
}

// Those who are connected already, so that it can be told of them, too, that they have gone.
static void remember_all (struct watch *self)
{
    struct rlimit limit = {.rlim_cur = PEERS_MAX};
    (void) getrlimit (RLIMIT_NOFILE, &limit);
    self->peer_count = limit.rlim_cur < PEERS_MAX ? (int) limit.rlim_cur : PEERS_MAX;
    self->peers = calloc ((size_t) self->peer_count, sizeof *self->peers);
    if (!self->peers) {
        self->peer_count = 0;
    }
    for (int i = 0; i < self->peer_count; i++) {
        remember (self, i);
    }
}

// The PAIR has no high-water mark: at one, libzmq's own thread would wait for this one, for ever
// if it has ended. What waits there is taken every WATCH_LOOK_US.
static bool open_events (struct watched *self)
{
    static _Atomic unsigned serial;  // Names are free again some time after the PAIR has gone.
    char name[64];
    int events = 0;
    for (int i = 0; i < TOLD_COUNT; i++) {
        events |= told[i].event;
    }
    snprintf (name, sizeof name, "inproc://souk-watch-%u", serial++);
    if (zmq_socket_monitor (zsock_resolve (self->socket), name, events) == -1) {
        return false;
    }
    self->events = zsock_new (ZMQ_PAIR);
    if (self->events) {
        zsock_set_rcvhwm (self->events, 0);
        zsock_set_linger (self->events, 0);
    }
    return self->events && zsock_connect (self->events, "%s", name) == 0;
}

static void stop (struct watch *self)
{
    for (size_t i = 0; i < self->count; i++) {
        struct watched *watched = &self->sockets[i];
        (void) zmq_socket_monitor (zsock_resolve (watched->socket), NULL, 0);
        zsock_destroy (&watched->events);
    }
    free (self->peers);
    self->peers = NULL;
    self->peer_count = 0;
    self->on = false;
}

static void start (struct watch *self)
{
    self->on = true;
    for (size_t i = 0; i < self->count; i++) {
        if (!open_events (&self->sockets[i])) {
            stop (self);  // No sockets are left: the market goes on unwatched.
            return;
        }
    }
    remember_all (self);
}

bool watch_follow (struct watch *self, struct topics *topics, zsock_t *xpub)
{
    bool all = topics_update (topics, xpub);
    if (topics->changes == self->changes) {
        return all;
    }
    self->changes = topics->changes;
    struct letter letter = {
        .port = PORT_NEWS,
        .message = {.type = MESSAGE_SOCKET, .from = self->node},
    };
    bool wanted = topics_want (topics, &letter);
    if (wanted && !self->on) {
        start (self);
    } else if (!wanted && self->on) {
        stop (self);
    }
    return all;
}

int64_t watch_wake (const struct watch *self, int64_t deadline_us)
{
    return self->on && self->look_us < deadline_us ? self->look_us : deadline_us;
}

static bool receive (zsock_t *events, struct raw_event *event)
{
    struct frames frames;
    if (!wire_receive (events, &frames)) {
        return false;
    }
    assert (frames.count == 2 && zmq_msg_size (&frames.frame[0]) == 6);
    const char *head = zmq_msg_data (&frames.frame[0]);
    memcpy (&event->event, head, sizeof event->event);
    memcpy (&event->value, head + sizeof event->event, sizeof event->value);
    snprintf (event->address, sizeof event->address, "%.*s", (int) zmq_msg_size (&frames.frame[1]),
              (char *) zmq_msg_data (&frames.frame[1]));
    wire_close (&frames);
    return true;
}

// Why it failed, in words; "" where nothing did.
static void explain (const struct raw_event *event, char error[ERROR_BYTES])
{
    error[0] = 0;
    switch (event->event) {
    case ZMQ_EVENT_ACCEPT_FAILED:
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        snprintf (error, ERROR_BYTES, "%s",
                  event->value ? zmq_strerror (event->value) : "the connection has ended");
        return;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        if (event->value == ZMQ_PROTOCOL_ERROR_ZMTP_INVALID_METADATA) {
            snprintf (error, ERROR_BYTES, "the peer's socket is of another type");
        } else {
            snprintf (error, ERROR_BYTES, "protocol error 0x%x", (unsigned) event->value);
        }
        return;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        snprintf (error, ERROR_BYTES, "not authenticated (%d)", event->value);
        return;
    default:
        return;
    }
}

static bool publish (struct watch *self, const struct watched *watched, struct raw_event *event,
                     struct wire *wire, zsock_t *xpub)
{
    char error[ERROR_BYTES];
    int i = 0;
    while (i < TOLD_COUNT && told[i].event != event->event) {
        i++;
    }
    if (i == TOLD_COUNT) {
        return false;
    }
    bool accepted = event->event == ZMQ_EVENT_ACCEPTED;
    bool disconnected = event->event == ZMQ_EVENT_DISCONNECTED;
    if (accepted) {
        remember (self, event->value);
    }
    bool known = event->value >= 0 && event->value < self->peer_count;
    char *peer = (accepted || disconnected) && known ? self->peers[event->value] : NULL;
    explain (event, error);
    struct letter letter = {
        .port = PORT_NEWS,
        .message = {.type = MESSAGE_SOCKET,
                    .from = self->node,
                    .clock = self->tick (self->context),
                    .market = self->market,
                    .socket = {.epoch = self->epoch,
                               .seq = ++self->seq,
                               .socket = watched->name,
                               .event = told[i].happening,
                               .address = peer && peer[0] ? peer : event->address,
                               .error = error}},
    };
    (void) wire_send (wire, xpub, WIRE_PUBLISHED, &letter);
    if (disconnected && peer) {
        peer[0] = 0;
    }
    return true;
}

// Takes what has happened to one socket, at most LIMIT_DRAIN of it. Returns how much that was.
static int tell_of (struct watch *self, const struct watched *watched, struct wire *wire,
                    zsock_t *xpub, bool *sent)
{
    struct raw_event event;
    int taken = 0;
    while (taken < LIMIT_DRAIN && receive (watched->events, &event)) {
        *sent = publish (self, watched, &event, wire, xpub) || *sent;
        taken++;
    }
    return taken;
}

bool watch_tell (struct watch *self, int64_t epoch, struct wire *wire, zsock_t *xpub)
{
    bool sent = false;
    int64_t now_us = wire_now_us ();
    if (!self->on || now_us < self->look_us) {
        return false;
    }
    if (epoch != self->epoch) {
        self->epoch = epoch;
        self->seq = 0;
    }
    self->look_us = now_us + WATCH_LOOK_US;
    for (size_t i = 0; i < self->count; i++) {
        if (tell_of (self, &self->sockets[i], wire, xpub, &sent) == LIMIT_DRAIN) {
            self->look_us = now_us;  // A flood: what is not taken waits in memory.
        }
    }
    return sent;
}

void watch_end (struct watch *self)
{
    if (self->on) {
        stop (self);
    }
}
