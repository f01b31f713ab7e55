#include "broker/trader/peers_shell.h"

enum {
    WAITING_MAX = 256,  // messages kept for a trader that is away: the core sends them again
    LINGER_MS = 100,    // nothing depends on the last of them
    ERROR_BYTES = 256,
};

static zsock_t *connect_to (const char *endpoint)
{
    char error[ERROR_BYTES];
    zsock_t *socket =
        wire_socket (ZMQ_DEALER, WIRE_CONNECT, NULL, LIMIT_MESSAGE_BYTES, error, sizeof error);
    if (!socket) {
        return NULL;
    }
    zsock_set_sndhwm (socket, WAITING_MAX);
    zsock_set_linger (socket, LINGER_MS);
    if (!wire_attach (socket, WIRE_CONNECT, endpoint, error, sizeof error)) {
        zsock_destroy (&socket);
    }
    return socket;
}

// The entry of this trader, added where there is none; NULL: there are too many.
static struct peer_socket *find (struct peers *self, int64_t id)
{
    for (size_t i = 0; i < self->count; i++) {
        if (self->sockets[i].id == id) {
            return &self->sockets[i];
        }
    }
    return self->count < LIMIT_TRADERS ? &self->sockets[self->count] : NULL;
}

// What another endpoint had waiting for it is no use to the new one: the core sends it again.
static bool open_at (struct peers *self, struct peer_socket *peer, struct poller *poller,
                     int64_t id, const char *endpoint)
{
    zsock_t *socket = strlen (endpoint) <= LIMIT_ENDPOINT ? connect_to (endpoint) : NULL;
    if (!socket) {
        return false;
    }
    if (peer == &self->sockets[self->count]) {
        peer->id = id;
        peer->index = poller_add (poller, socket);
        self->count++;
    } else {
        poller_replace (poller, peer->index, socket);
        zsock_destroy (&peer->socket);
    }
    peer->socket = socket;
    strcpy (peer->endpoint, endpoint);
    return true;
}

bool peers_send (struct peers *self, struct poller *poller, struct wire *wire, const char *endpoint,
                 const struct letter *letter)
{
    struct peer_socket *peer = endpoint && *endpoint ? find (self, letter->to) : NULL;
    if (!peer) {
        return false;
    }
    bool known = peer != &self->sockets[self->count] && strcmp (peer->endpoint, endpoint) == 0;
    if (!known && !open_at (self, peer, poller, letter->to, endpoint)) {
        return false;
    }
    poller_sent (poller, peer->index);
    return wire_send (wire, peer->socket, WIRE_PLAIN, letter);
}

void peers_close (struct peers *self)
{
    for (size_t i = 0; i < self->count; i++) {
        zsock_destroy (&self->sockets[i].socket);
    }
    self->count = 0;
}
