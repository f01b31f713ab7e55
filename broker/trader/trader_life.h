// A trader's core in its shell, and the journal that it is made from: again, too, when another
// trader has taken it over.
#ifndef SOUK_TRADER_LIFE_H
#define SOUK_TRADER_LIFE_H

#include "broker/journal/journal.h"
#include "broker/trader/trader_shell.h"

struct life {
    const struct trader_shell_config *config;
    const char *router;  // where other traders reach it
    int64_t cores;       // how many were made
    journal_t *journal;  // NULL: it has none
    trader_t *trader;
    const char *warned;             // of what it waits for; NULL: of nothing yet
    struct trader_counters before;  // of the cores before this one
};

// Opens the journal and makes the core from it. Returns false and a reason in `error` where that
// cannot be. `router` must outlive it.
bool life_begin (struct life *self, const char *router, const struct wire *wire, char *error,
                 size_t error_size);

// Makes the core anew, with another nonce. Returns false where the journal cannot be read.
bool life_again (struct life *self);

void life_end (struct life *self);

// Makes the records of the round durable; says so in the log where they found no room.
enum journal_status life_write (struct life *self, const struct wire *wire)
    __attribute__ ((warn_unused_result));

// Lets the journal begin anew, where it has grown too much and the core has joined. For when its
// records are written and the core has made no others.
enum journal_status life_rotate (struct life *self, const struct wire *wire)
    __attribute__ ((warn_unused_result));

// What whoever runs it must be warned of, once for each reason. NULL: nothing new.
const char *life_warning (struct life *self);

// Of all its cores.
struct trader_counters life_counters (const struct life *self);

#endif
