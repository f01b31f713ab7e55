// The trader's shell: a zactor with the sockets of a trader around its core. No rule of the
// market is in it: it drains what waits into the core, sends what comes out, and watches the
// time.
//
// Told by its pipe: STOP (finish what is accepted, then end), $TERM (end). It tells: READY or
// FAILED with a line to show, at the end SUMMARY with one, and DONE.
#ifndef SOUK_TRADER_SHELL_H
#define SOUK_TRADER_SHELL_H

#include "broker/trader.h"
#include "broker/wire_shell.h"

struct trader_shell_config {
    struct trader_config trader;
    const char *router;         // endpoint to bind, for clients
    const char *pub;            // endpoint to bind, for news
    const char *warehouse;      // endpoint of the warehouse's REP
    const char *warehouse_pub;  // and of its PUB; NULL where nothing is heard of it
    uint64_t seed;
    enum log_level log;
    bool json;  // reports as JSON
};

// For zactor_new, with a `struct trader_shell_config *` that outlives the actor.
void trader_shell (zsock_t *pipe, void *config);

#endif
