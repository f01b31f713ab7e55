// The shell of buyers and sellers: a zactor with a DEALER and a SUB for each trader around a
// client's core. It drains what waits into the core, sends what comes out, watches the time, and
// reports its progress.
//
// Told by its pipe: STOP (begin nothing new, end when nothing is open), $TERM (end). It tells:
// READY or FAILED with a line to show, PROGRESS about twice a second, and soon after another trader
// than the first answered for one that failed; at the end SUMMARY and DONE ("open" where something
// stayed unanswered). FAILED after READY: the book could not be written, and it ends.
#ifndef SOUK_CLIENT_SHELL_H
#define SOUK_CLIENT_SHELL_H

#include "actors/clients/book_shell.h"
#include "broker/shells/report.h"
#include "broker/shells/wire_shell.h"

// A kind of client: its core's verbs, and what it reports.
struct client_class {
    const char *role;
    void (*step) (void *core, const struct event *event, struct outbox *out);
    int64_t (*deadline) (const void *core);
    bool (*done) (const void *core);
    bool (*settled) (const void *core);    // nothing is without a final answer
    int64_t (*moved) (const void *core);   // answers by another trader than the first
    int64_t (*next_foreign) (void *core);  // as client_next_foreign
    bool (*next_entry) (void *core, struct buyer_entry *entry);  // NULL: it keeps no book
    void (*progress) (const void *core, struct report *report);
    void (*summary) (const void *core, struct report *report);
};

extern const struct client_class buyer_class;
extern const struct client_class seller_class;

struct client_trader {
    int64_t id;
    const char *router;  // endpoint
    const char *pub;     // endpoint; NULL where it is not listened to
};

struct client_shell_config {
    const struct client_class *class;
    void *core;  // a buyer_t or seller_t, owned by the caller
    int64_t id;
    const struct client_trader *traders;
    size_t trader_count;
    const char *book;   // a file to write the book to, that is not there yet; NULL: none
    const char *trace;  // a file for its trace; NULL: none
    enum log_level log;
    bool json;
};

// For zactor_new, with a `struct client_shell_config *` that outlives the actor.
void client_shell (zsock_t *pipe, void *config);

#endif
