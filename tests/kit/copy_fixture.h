// What the tests of a trader as a backup share: the trader of trader_fixture.h, which keeps copies
// of what traders 2 and 3 decide, and a disk that takes its records round by round.
#ifndef SOUK_COPY_FIXTURE_H
#define SOUK_COPY_FIXTURE_H

#include "tests/kit/trader_fixture.h"

enum {
    FIRST_PRIMARY = 2,
    SECOND_PRIMARY = 3,
    COPY_VIEW = 5,   // that the copies are for
    COPY_BEGAN = 4,  // of their traders
};

// For a checked fixture of Check: joined, with an empty disk.
void copy_set_up (void);
void copy_tear_down (void);

// The trader decides `count` orders of Alice for fish, numbered as their writes are, from `write`
// on. The step alone; and the whole round, whose records are kept.
void copy_hear (int64_t trader, int64_t view, int64_t settled, int64_t write, size_t count);
void copy_tell (int64_t trader, int64_t view, int64_t settled, int64_t write, size_t count);
// The message of it; its items are the fixture's until the next one.
struct message copy_journal (int64_t trader, int64_t view, int64_t settled, int64_t write,
                             size_t count);
// Its first decision, which sold 2 units of Sam's lot 1 and one of Sue's lot 7 from a lease.
struct message copy_sale (int64_t trader, int64_t view);

void copy_drain (void);                        // ends the round; its records are kept
void copy_lose (void);                         // ends it, and they find no room
void copy_warehouse (struct message message);  // a whole round of one message from there
void copy_wait (int64_t us);                   // a round when so much time has passed
void copy_silence (void);  // and of rounds, until whoever is silent is suspected
void copy_restart (void);  // the process ends, and another one has the disk
void copy_rebuild (void);  // the same, with a disk that begins anew with a checkpoint

// Trader 2 decides this much, all of it open, and falls silent until it is suspected.
void copy_die (int64_t count);

// How the warehouse says that a view stands. The takeover of COPY_VIEW is granted like this.
struct message copy_view (int64_t trader, int64_t view, enum member_state state, int64_t taker);
void copy_grant (int64_t trader, int64_t batch, int64_t applied);
// It commits the batch, every order sold.
void copy_commit (int64_t trader, int64_t batch, size_t count);
struct message copy_refusal (int64_t trader, enum reason reason, int64_t batch);

// Of the last round: the one answer, to this trader; a batch; a question; and its records.
void copy_acks (int64_t trader, int64_t view, int64_t write, bool sealed);
void copy_commits (int64_t trader, int64_t batch, int64_t first, size_t count);
void copy_asks (int64_t trader, int64_t view, bool complete);
size_t copy_records (enum record_type type);

#endif
