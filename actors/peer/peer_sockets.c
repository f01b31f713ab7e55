#include "actors/peer/peer_sockets.h"

enum {
    WAREHOUSE_WAITING =
        64,               // messages kept for a warehouse that is away: the core sends them again
    PEER_WAITING = 1000,  // and for a peer that is there and does not read
    RECONNECT_MS = 50,    // a peer that is back is to be heard in the next election
    LINGER_MS = 100,      // nothing depends on the last messages to a peer
};

static bool open_warehouse (struct peer_sockets *self, const struct peer_shell_config *config,
                            char *error, size_t size)
{
    self->warehouse = wire_socket (ZMQ_DEALER, WIRE_CONNECT, NULL, LIMIT_BATCH_BYTES, error, size);
    if (!self->warehouse) {
        return false;
    }
    zsock_set_sndhwm (self->warehouse, WAREHOUSE_WAITING);
    zsock_set_linger (self->warehouse, LINGER_MS);
    return wire_attach (self->warehouse, WIRE_CONNECT, config->warehouse, error, size);
}

// With ZMQ_IMMEDIATE there is no queue to a peer that is not connected, and the one to a peer that
// has gone is dropped with its connection (zmq_setsockopt(3)): it would be old when that one is
// back.
static bool open_peer (struct peer_sockets *self, const struct client_trader *peer, char *error,
                       size_t size)
{
    zsock_t *socket =
        wire_socket (ZMQ_DEALER, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, size);
    if (!socket) {
        return false;
    }
    self->peers[self->peer_count++] = socket;
    zsock_set_immediate (socket, 1);
    zsock_set_reconnect_ivl (socket, RECONNECT_MS);
    zsock_set_sndhwm (socket, PEER_WAITING);
    zsock_set_linger (socket, LINGER_MS);
    return wire_attach (socket, WIRE_CONNECT, peer->router, error, size);
}

// What it publishes itself it knows.
static bool listen_to (struct peer_sockets *self, const struct peer_shell_config *config,
                       char *error, size_t size)
{
    char topic[TOPIC_BYTES];
    snprintf (topic, sizeof topic, "oversell.%lld", (long long) config->id);
    zsock_set_reconnect_ivl (self->news_in, RECONNECT_MS);
    // Subscriptions that wait for a peer that has gone would hold up the end of this one.
    zsock_set_linger (self->news_in, 0);
    zsock_set_subscribe (self->news_in, "member.");
    zsock_set_subscribe (self->news_in, "clock");
    zsock_set_subscribe (self->news_in, topic);
    for (size_t i = 0; i < config->peer_count; i++) {
        if (config->peers[i].id != config->id
            && !wire_attach (self->news_in, WIRE_CONNECT, config->peers[i].pub, error, size)) {
            return false;
        }
    }
    return wire_attach (self->news_in, WIRE_CONNECT, config->warehouse_pub, error, size);
}

bool peer_sockets_open (struct peer_sockets *self, const struct peer_shell_config *config,
                        char *error, size_t error_size)
{
    // What is handed over may be longer than any client's message.
    self->router =
        wire_socket (ZMQ_ROUTER, WIRE_BIND, config->router, LIMIT_BATCH_BYTES, error, error_size);
    if (!self->router) {
        return false;
    }
    self->news_out = wire_socket (ZMQ_XPUB, WIRE_BIND, config->pub, TOPIC_BYTES, error, error_size);
    if (!self->news_out || !open_warehouse (self, config, error, error_size)) {
        return false;
    }
    self->news_in =
        wire_socket (ZMQ_SUB, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, error_size);
    if (!self->news_in || !listen_to (self, config, error, error_size)) {
        return false;
    }
    for (size_t i = 0; i < config->peer_count; i++) {
        if (!open_peer (self, &config->peers[i], error, error_size)) {
            return false;
        }
    }
    return true;
}

void peer_sockets_close (struct peer_sockets *self)
{
    for (size_t i = 0; i < self->peer_count; i++) {
        zsock_destroy (&self->peers[i]);
    }
    wire_unbind (&self->router);
    wire_unbind (&self->news_out);
    zsock_destroy (&self->warehouse);
    zsock_destroy (&self->news_in);
}
