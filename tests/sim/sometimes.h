// What must happen sometimes: the rare cases that a simulator exists to reach. Counted in every
// run and summed over all; one at zero after many runs is a failure of the test.
#ifndef SOUK_SOMETIMES_H
#define SOUK_SOMETIMES_H

#include <stdbool.h>
#include <stdint.h>

// Name, whether it must not be zero after many runs, and what it counts.
#define SOMETIMES(X)                                                                           \
    X (ORDERS, true, "orders decided by the warehouse")                                        \
    X (REFUSED, true, "orders refused")                                                        \
    X (PARTIAL, true, "orders that got a part of what they wanted")                            \
    X (OVERSOLD, true, "orders oversold by a cache")                                           \
    X (OVERSOLD_PARTLY, true, "of these, some units were there")                               \
    X (TOO_MANY_LOTS, true, "orders refused since they would take from too many lots")         \
    X (SEVERAL_LOTS, true, "orders filled from more than one lot")                             \
    X (RESTOCKS, true, "lots that came")                                                       \
    X (REPEATED, true, "requests answered from the table")                                     \
    X (CONFLICT, true, "numbers used again with another body, refused")                        \
    X (EXPIRED, true, "numbers older than the answers that are kept, refused")                 \
    X (BUSY, true, "requests turned away by a full queue")                                     \
    X (UNAVAILABLE, true, "requests put off")                                                  \
    X (MALFORMED, true, "frames that were no message")                                         \
    X (RESENT, true, "batches sent again")                                                     \
    X (GAP_BATCH, true, "batches refused since one before them was missing")                   \
    X (GAP_NEWS, true, "gaps seen in the invalidations")                                       \
    X (SNAPSHOT, true, "snapshots fetched")                                                    \
    X (CAUSAL_WAIT, true, "requests that waited for what precedes them")                       \
    X (SETTLED_LATE, true, "accepted orders whose buyer had to ask what became of them")       \
    X (FORGOTTEN, true, "orders asked about that the trader asked did not know")               \
    X (UNDELIVERABLE, true, "replies that had nowhere to go")                                  \
    X (LOST, true, "letters lost")                                                             \
    X (DOUBLED, true, "letters doubled")                                                       \
    X (OVERTAKEN, true, "letters that overtook another")                                       \
    X (CUT, true, "letters held back by a partition")                                          \
    X (QUEUE_LOST, true, "letters lost with their connection")                                 \
    X (NEWS_MISSED, true, "published letters that a subscriber missed")                        \
    X (CRASH_IDLE, true, "processes that died between two rounds")                             \
    X (CRASH_UNWRITTEN, true, "processes that died before a batch was durable")                \
    X (CRASH_UNSAID, true, "warehouses that died after a batch was durable, before its reply") \
    X (CRASH_HALF_SAID, true, "processes that died with a part of their letters sent")         \
    X (CRASH_DECIDED, true, "cached traders that died with decisions not yet passed on")       \
    X (RESTORED, true, "warehouses rebuilt from a store with orders in it")                    \
    X (PAUSED, true, "processes that were stopped and went on")                                \
    X (FENCED, true, "processes fenced by a later one")                                        \
    X (REPLACED, true, "processes without a journal that were let in beside another one")      \
    X (NOT_LET_IN, true, "processes without a journal that were not let in")                   \
    X (BACKED, true, "backups granted")                                                        \
    X (BACKUP_REPLACED, true, "of these, in the place of another trader")                      \
    X (CAUGHT_UP, true, "decisions copied before a backup was granted")                        \
    X (COPIED, true, "decisions acknowledged by a backup")                                     \
    X (ALONE, true, "traders that went on without the backup that they had")                   \
    X (TAKEOVER_BEGUN, true, "takeovers begun")                                                \
    X (TAKEOVER_COMMIT, true, "of these, with a batch of the dead trader under way")           \
    X (TAKEOVER_DONE, true, "takeovers completed")                                             \
    X (TAKEOVER_CANCELLED, true, "takeovers cancelled by the return of their trader")          \
    X (FORWARDED, true, "decisions settled by a backup")                                       \
    X (VOID, true, "decisions that were told to nobody, and are void")                         \
    X (RECOVERED, true, "decisions that a trader took from its journal")                       \
    X (RESUMED, true, "traders that came back with their journal")                             \
    X (FRESH, true, "traders that came back when all of theirs was settled or void")           \
    X (TAKEN, true, "processes that were taken over and began anew")                           \
    X (ZOMBIE_REFUSED, true, "requests refused of traders that were stopped, then taken over") \
    X (TABLE_ANSWER, true, "answers from the table to what a dead trader had decided")         \
    X (PENDING, true, "requests put off since their first trader may have decided them")       \
    X (UNWRITTEN, true, "rounds of traders that found no room in the journal")                 \
    X (TORN, true, "batches of a journal of which a crash left a part")                        \
    X (JOURNAL_ANEW, true, "journals that began anew")                                         \
    X (FENCED_BATCH, true, "batches of an older epoch refused")                                \
    X (DISK_FULL, true, "batches refused for want of room")                                    \
    X (FSYNC_FAILED, true, "fsyncs that failed")                                               \
    X (FSYNC_LOST, true, "of these, the batch was gone")                                       \
    X (FSYNC_KEPT, true, "of these, the batch was durable all the same")                       \
    X (RECALL_FOUND, true, "recalls that found units at a trader")                             \
    X (RECALL_FOUND_NONE, true, "recalls that found none")                                     \
    X (LEASE_RESENT, true, "leases that were asked for again")                                 \
    X (LEASE_TAKEN, true, "leases that came back by a takeover")                               \
    X (LEASE_PASSED, true, "orders passed on for want of a lease")                             \
    X (IDLE_RETURNED, true, "idle leases given back")                                          \
    X (RESUMED_LEASED, true, "traders that came back with leases that they did not know")      \
    X (BUDGET_LEASED, true, "units of oversell budgets leased")                                \
    X (BUDGET_SHORT, true, "leases that such a budget did not suffice for")                    \
    X (ABANDONED, true, "processes that gave up the leases of the one before them")            \
    X (SQLITE, true, "runs on the real store")                                                 \
    X (CODEC, true, "runs through the real codec")

#define SOMETIMES_ENUM(name, must, text) SOMETIMES_##name,
enum { SOMETIMES (SOMETIMES_ENUM) SOMETIMES_COUNT };
#undef SOMETIMES_ENUM

struct sometimes {
    int64_t count[SOMETIMES_COUNT];
};

void sometimes_add (struct sometimes *self, const struct sometimes *other);

// Prints all to stdout, a line each. With `must`, returns false when one that must not be zero is,
// and marks it.
bool sometimes_print (const struct sometimes *self, bool must);

#endif
