// The trader's shell: a zactor with the sockets of a trader around its core. No rule of the
// market is in it: it drains what waits into the core, sends what comes out, and watches the
// time.
//
// What the core wants to outlive it goes to the journal before any letter of the round leaves. With
// no room there the round's letters are dropped, and the core told; when the journal fails, the
// actor ends, since nobody knows what is on the disk. A trader that was taken over is made anew
// from its journal.
//
// Told by its pipe: STOP (finish what is accepted, then end), $TERM (end). It tells: READY or
// FAILED with a line to show, WARNING with one when it has to wait for its place, PROGRESS with one
// whenever it publishes what has become of a trader, at the end SUMMARY with one, and DONE.
#ifndef SOUK_TRADER_SHELL_H
#define SOUK_TRADER_SHELL_H

#include "broker/shells/crash_shell.h"
#include "broker/shells/wire_shell.h"
#include "broker/trader/trader.h"

struct trader_shell_config {
    struct trader_config trader;
    const char *router;         // endpoint to bind, for clients and other traders
    const char *advertise;      // where other traders reach it; NULL: where it is bound
    const char *pub;            // endpoint to bind, for news
    const char *warehouse;      // endpoint of the warehouse's REP
    const char *warehouse_pub;  // and of its PUB; NULL where nothing is heard of it
    const char *journal;        // its file; NULL: none, and what it decides is lost with it
    uint64_t seed;
    struct crash crash;
    const char *trace;  // a file for its trace; NULL: none
    enum log_level log;
    bool json;  // reports as JSON
};

// For zactor_new, with a `struct trader_shell_config *` that outlives the actor.
void trader_shell (zsock_t *pipe, void *config);

#endif
