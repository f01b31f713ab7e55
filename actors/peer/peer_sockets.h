// A peer's sockets: a ROUTER and an XPUB that it binds, a DEALER to the warehouse and one to each
// peer, itself among them, and a SUB to all of their news.
#ifndef SOUK_PEER_SOCKETS_H
#define SOUK_PEER_SOCKETS_H

#include "actors/peer/peer_shell.h"
#include "broker/shells/poller_shell.h"

struct peer_sockets {
    zsock_t *router;
    zsock_t *warehouse;
    zsock_t *news_in;
    zsock_t *news_out;
    zsock_t *peers[LIMIT_VECTOR];  // in the order of the configuration
    size_t peer_count;
};

// Opens all of them. Returns false with the reason in `error`; what was opened until then is for
// peer_sockets_close, too.
bool peer_sockets_open (struct peer_sockets *self, const struct peer_shell_config *config,
                        char *error, size_t error_size);

void peer_sockets_close (struct peer_sockets *self);

#endif
