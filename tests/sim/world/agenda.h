// What is to happen, in the order of (time, sequence): of two things at the same time, the one
// that was planned first comes first.
#ifndef SOUK_AGENDA_H
#define SOUK_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum entry_kind {
    ENTRY_ARRIVAL,    // of a mail
    ENTRY_WAKE,       // a node's deadline has come
    ENTRY_ROUND_END,  // a node's work is done: what it made may leave
    ENTRY_RELEASE,    // a connection is there again: what was held back goes on
    ENTRY_RESTART,    // a process that ended by itself is started again
};

struct entry {
    int64_t at_us;
    int64_t sequence;
    enum entry_kind kind;
    int64_t life;  // of the node's process that it is meant for
    void *what;    // a mail, a node, a line
};

struct agenda {
    struct entry *entries;  // a heap, the first to happen on top
    size_t count;
    size_t size;
    int64_t sequence;
};

void agenda_free (struct agenda *self);
void agenda_add (struct agenda *self, int64_t at_us, enum entry_kind kind, void *what,
                 int64_t life);
const struct entry *agenda_first (const struct agenda *self);  // NULL: nothing is planned
struct entry agenda_take (struct agenda *self);                // the first; there must be one

#endif
