// A trader's disk: the journal that outlives its processes. What was written and synced is durable.
// Of what was written and not synced a crash of the machine keeps a prefix, a crash of the process
// alone all. The disk can be full, and an fsync can fail.
#ifndef SOUK_TRADER_DISK_H
#define SOUK_TRADER_DISK_H

#include "actors/clients/random.h"
#include "actors/store/store.h"
#include "schemas/arena.h"

struct trader_disk {
    struct record *records;
    size_t count;   // written
    size_t synced;  // of these
    size_t size;
    size_t anew_at;  // so many records, and the journal begins anew
    arena_t *lent;   // strings and lists that records borrow
    struct random random;
    bool full;
    bool fsync_fails;  // the next one
    bool bare;         // writes come to nothing
};

void trader_disk_init (struct trader_disk *self, bool bare, uint64_t seed);
void trader_disk_free (struct trader_disk *self);

// Whether some of the records must be durable before a letter leaves; the others may wait for one
// that must.
bool trader_disk_must_sync (const struct record *records, size_t count);

// Appends the records of a round, and says in `kept` how many of them stand in the journal then:
// all or none, but some of them after STORE_FAILED, which the writer cannot know.
enum store_status trader_disk_write (struct trader_disk *self, const struct record *records,
                                     size_t count, size_t *kept)
    __attribute__ ((warn_unused_result));

// A crash in the middle of such a write, which no letter has followed: a prefix of it stays.
// Returns how many records that is.
size_t trader_disk_tear (struct trader_disk *self, const struct record *records, size_t count);

// The process is gone; or the machine is, with what was not synced, but for a prefix of it.
void trader_disk_crash (struct trader_disk *self);

// A process begins to use it. As it stands it may be too long already: what it began with when it
// last began anew does not count any more.
void trader_disk_reopen (struct trader_disk *self);

// Whether the journal has grown so long that it is to begin anew.
bool trader_disk_is_long (const struct trader_disk *self);

// Has the journal begin anew with these records. Nothing happens to a disk that is full.
void trader_disk_begin_anew (struct trader_disk *self, const struct record *records, size_t count);

#endif
