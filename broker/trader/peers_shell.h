// A trader's sockets to other traders: one DEALER each, made when something is to be sent there
// for the first time, and made anew when that trader is reached elsewhere.
#ifndef SOUK_PEERS_SHELL_H
#define SOUK_PEERS_SHELL_H

#include "broker/shells/poller_shell.h"
#include "broker/shells/wire_shell.h"

struct peers {
    size_t count;
    struct peer_socket {
        int64_t id;
        char endpoint[LIMIT_ENDPOINT + 1];
        zsock_t *socket;
        size_t index;  // in the poller
    } sockets[LIMIT_TRADERS];
};

// Sends a letter to the trader that it names, which is reached at `endpoint` (NULL: not known).
// Returns false where it could not go: it is lost, as on any wire.
bool peers_send (struct peers *self, struct poller *poller, struct wire *wire, const char *endpoint,
                 const struct letter *letter);

void peers_close (struct peers *self);

#endif
