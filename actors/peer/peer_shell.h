// The peer's shell: a zactor with the sockets of a trader and of a client around a peer's core. It
// drains what waits into the core, sends what comes out, watches the time, and reports.
//
// A peer reaches the others, and itself, through a DEALER each: what it asks of itself while it
// trades goes over the wire like any other request. Nothing waits for a peer that is away:
// elections are a matter of time, and requests are sent again.
//
// Told by its pipe: STOP (finish what is accepted and open, then end), $TERM (end). It tells: READY
// or FAILED with a line to show, PROGRESS with one about twice a second, at each change of its
// role, and whenever something has happened to it or in an election; at the end SUMMARY and DONE
// ("open" where something stayed unanswered). FAILED after READY: the book could not be written,
// and it ends.
#ifndef SOUK_PEER_SHELL_H
#define SOUK_PEER_SHELL_H

#include "actors/clients/client_shell.h"
#include "actors/peer/peer.h"

struct peer_shell_config {
    peer_t *peer;  // owned by the caller
    int64_t id;
    const char *router;                 // endpoint to bind, for all peers
    const char *pub;                    // endpoint to bind, for news
    const struct client_trader *peers;  // all, this one among them
    size_t peer_count;                  // at most LIMIT_VECTOR
    const char *warehouse;              // endpoint of the warehouse's REP
    const char *warehouse_pub;          // and of its PUB
    const char *book;   // of a buyer: a file to write it to, that is not there yet; NULL: none
    const char *trace;  // a file for its trace; NULL: none
    const char *order;  // by whose clocks requests are decided; NULL: as they come
    enum log_level log;
    bool json;
};

// For zactor_new, with a `struct peer_shell_config *` that outlives the actor.
void peer_shell (zsock_t *pipe, void *config);

#endif
