// What must happen sometimes: the rare cases that a simulator exists to reach. Counted in every
// run and summed over all; one at zero after many runs is a failure of the test.
#ifndef SOUK_SOMETIMES_H
#define SOUK_SOMETIMES_H

#include <stdbool.h>
#include <stdint.h>

// In which markets it must not be zero after many runs: where traders are fixed, where peers elect
// them, or in both.
enum sometimes_must { NOWHERE, FIXED = 1, ELECTED = 2, BOTH = FIXED | ELECTED };

// Name, where it must not be zero, and what it counts.
#define SOMETIMES(X)                                                                            \
    X (ORDERS, BOTH, "orders decided by the warehouse")                                         \
    X (REFUSED, BOTH, "orders refused")                                                         \
    X (PARTIAL, BOTH, "orders that got a part of what they wanted")                             \
    X (OVERSOLD, FIXED, "orders oversold by a cache")                                           \
    X (OVERSOLD_PARTLY, FIXED, "of these, some units were there")                               \
    X (TOO_MANY_LOTS, FIXED, "orders refused since they would take from too many lots")         \
    X (SEVERAL_LOTS, BOTH, "orders filled from more than one lot")                              \
    X (RESTOCKS, BOTH, "lots that came")                                                        \
    X (REPEATED, BOTH, "requests answered from the table")                                      \
    X (CONFLICT, BOTH, "numbers used again with another body, refused")                         \
    X (EXPIRED, BOTH, "numbers older than the answers that are kept, refused")                  \
    X (BUSY, BOTH, "requests turned away by a full queue")                                      \
    X (UNAVAILABLE, BOTH, "requests put off")                                                   \
    X (MALFORMED, BOTH, "frames that were no message")                                          \
    X (RESENT, BOTH, "batches sent again")                                                      \
    X (GAP_BATCH, BOTH, "batches refused since one before them was missing")                    \
    X (GAP_NEWS, FIXED, "gaps seen in the invalidations")                                       \
    X (SNAPSHOT, FIXED, "snapshots fetched")                                                    \
    X (CAUSAL_WAIT, FIXED, "requests that waited for what precedes them")                       \
    X (SETTLED_LATE, FIXED, "accepted orders whose buyer had to ask what became of them")       \
    X (FORGOTTEN, BOTH, "orders asked about that the trader asked did not know")                \
    X (UNDELIVERABLE, BOTH, "replies that had nowhere to go")                                   \
    X (LOST, BOTH, "letters lost")                                                              \
    X (DOUBLED, BOTH, "letters doubled")                                                        \
    X (OVERTAKEN, BOTH, "letters that overtook another")                                        \
    X (CUT, BOTH, "letters held back by a partition")                                           \
    X (QUEUE_LOST, BOTH, "letters lost with their connection")                                  \
    X (NEWS_MISSED, BOTH, "published letters that a subscriber missed")                         \
    X (CRASH_IDLE, BOTH, "processes that died between two rounds")                              \
    X (CRASH_UNWRITTEN, BOTH, "processes that died before a batch was durable")                 \
    X (CRASH_UNSAID, BOTH, "warehouses that died after a batch was durable, before its reply")  \
    X (CRASH_HALF_SAID, BOTH, "processes that died with a part of their letters sent")          \
    X (CRASH_DECIDED, FIXED, "cached traders that died with decisions not yet passed on")       \
    X (RESTORED, BOTH, "warehouses rebuilt from a store with orders in it")                     \
    X (PAUSED, BOTH, "processes that were stopped and went on")                                 \
    X (FENCED, FIXED, "processes fenced by a later one")                                        \
    X (REPLACED, FIXED, "processes without a journal that were let in beside another one")      \
    X (NOT_LET_IN, FIXED, "processes without a journal that were not let in")                   \
    X (BACKED, FIXED, "backups granted")                                                        \
    X (BACKUP_REPLACED, FIXED, "of these, in the place of another trader")                      \
    X (CAUGHT_UP, FIXED, "decisions copied before a backup was granted")                        \
    X (COPIED, FIXED, "decisions acknowledged by a backup")                                     \
    X (ALONE, FIXED, "traders that went on without the backup that they had")                   \
    X (TAKEOVER_BEGUN, FIXED, "takeovers begun")                                                \
    X (TAKEOVER_COMMIT, FIXED, "of these, with a batch of the dead trader under way")           \
    X (TAKEOVER_DONE, FIXED, "takeovers completed")                                             \
    X (TAKEOVER_CANCELLED, FIXED, "takeovers cancelled by the return of their trader")          \
    X (FORWARDED, FIXED, "decisions settled by a backup")                                       \
    X (VOID, FIXED, "decisions that were told to nobody, and are void")                         \
    X (RECOVERED, FIXED, "decisions that a trader took from its journal")                       \
    X (RESUMED, FIXED, "traders that came back with their journal")                             \
    X (FRESH, BOTH, "traders that came back when all of theirs was settled or void")            \
    X (TAKEN, FIXED, "processes that were taken over and began anew")                           \
    X (ZOMBIE_REFUSED, FIXED, "requests refused of traders that were stopped, then taken over") \
    X (TABLE_ANSWER, FIXED, "answers from the table to what a dead trader had decided")         \
    X (PENDING, BOTH, "requests put off since their first trader may have decided them")        \
    X (UNWRITTEN, FIXED, "rounds of traders that found no room in the journal")                 \
    X (TORN, FIXED, "batches of a journal of which a crash left a part")                        \
    X (JOURNAL_ANEW, FIXED, "journals that began anew")                                         \
    X (FENCED_BATCH, BOTH, "batches of an older epoch refused")                                 \
    X (DISK_FULL, BOTH, "batches refused for want of room")                                     \
    X (FSYNC_FAILED, BOTH, "fsyncs that failed")                                                \
    X (FSYNC_LOST, BOTH, "of these, the batch was gone")                                        \
    X (FSYNC_KEPT, BOTH, "of these, the batch was durable all the same")                        \
    X (RECALL_FOUND, FIXED, "recalls that found units at a trader")                             \
    X (RECALL_FOUND_NONE, FIXED, "recalls that found none")                                     \
    X (LEASE_RESENT, FIXED, "leases that were asked for again")                                 \
    X (LEASE_TAKEN, FIXED, "leases that came back by a takeover")                               \
    X (LEASE_PASSED, FIXED, "orders passed on for want of a lease")                             \
    X (IDLE_RETURNED, FIXED, "idle leases given back")                                          \
    X (RESUMED_LEASED, FIXED, "traders that came back with leases that they did not know")      \
    X (BUDGET_LEASED, FIXED, "units of oversell budgets leased")                                \
    X (BUDGET_SHORT, FIXED, "leases that such a budget did not suffice for")                    \
    X (ABANDONED, FIXED, "processes that gave up the leases of the one before them")            \
    X (ELECTION, ELECTED, "elections begun")                                                    \
    X (MEANWHILE, ELECTED, "elections during an election")                                      \
    X (TERM, ELECTED, "terms granted")                                                          \
    X (TWO_CANDIDATES, ELECTED, "candidates who were second: the term was another one's")       \
    X (UNSEATED, ELECTED, "traders told that they hold no seat: fenced")                        \
    X (SICK, ELECTED, "peers that fell sick")                                                   \
    X (SICK_LEADER, ELECTED, "of these, the leader")                                            \
    X (ORDER_HELD, ELECTED, "requests that waited until somebody was elected")                  \
    X (HANDED, ELECTED, "requests handed over to a successor")                                  \
    X (INHERITED, ELECTED, "requests taken from the trader before")                             \
    X (TURNED, ELECTED, "requests that reached a peer without a seat")                          \
    X (SQLITE, BOTH, "runs on the real store")                                                  \
    X (CODEC, BOTH, "runs through the real codec")

#define SOMETIMES_ENUM(name, must, text) SOMETIMES_##name,
enum { SOMETIMES (SOMETIMES_ENUM) SOMETIMES_COUNT };
#undef SOMETIMES_ENUM

struct sometimes {
    int64_t count[SOMETIMES_COUNT];
};

void sometimes_add (struct sometimes *self, const struct sometimes *other);

// Prints all to stdout, a line each. Returns false when one is zero that must not be in such
// markets, and marks it. NOWHERE: any may be.
bool sometimes_print (const struct sometimes *self, enum sometimes_must must);

#endif
