// The warehouse's shell: a zactor with REP and XPUB around the core, and the store behind it. For
// each request: the core decides, the records go to the store in one transaction, and only then
// the reply and the news leave.
//
// When the store has no room, the request is answered `unavailable`, and so are those after it
// until there is room again; the core is rebuilt from what is stored. When the store fails, the
// actor ends without an answer, since nobody knows what is on the disk.
//
// Told by its pipe: STOP or $TERM (end). It tells: READY or FAILED with a line to show, at the
// end SUMMARY with one, and DONE.
#ifndef SOUK_WAREHOUSE_SHELL_H
#define SOUK_WAREHOUSE_SHELL_H

#include "actors/warehouse/warehouse.h"
#include "broker/shells/crash_shell.h"
#include "broker/shells/wire_shell.h"

struct warehouse_shell_config {
    struct warehouse_config warehouse;
    const char *rep;    // endpoint to bind, for traders
    const char *pub;    // endpoint to bind, for news
    const char *store;  // path of the store's file
    uint64_t seed;
    struct crash crash;
    const char *trace;  // a file for its trace; NULL: none
    enum log_level log;
    bool json;  // reports as JSON
};

// For zactor_new, with a `struct warehouse_shell_config *` that outlives the actor.
void warehouse_shell (zsock_t *pipe, void *config);

#endif
