// Bugs that are planted on purpose: each leaves out, in one place of a core, what a rule of the
// market needs. They show that the simulator finds what it is for (tests/sim/planted.py): a build
// with -DPLANTED_BUG=n has bug n, and the simulator must catch it within so many seeds. Any other
// build has none of them, not even as code that is never reached.
#ifndef SOUK_PLANTED_H
#define SOUK_PLANTED_H

#ifdef PLANTED_BUG
#define PLANTED(n) (PLANTED_BUG == (n))
#else
#define PLANTED(n) 0
#endif

// Number, name, the checkers that may catch it (tests/sim/checkers/checker.h; `crash`: an assert),
// the seeds within which one of them must, and what is wrong. Those from 69 on are looked for in
// elected markets.
#define PLANTED_BUGS(X)                                                                            \
    X (1, "told-before-durable", "durability", 20,                                                 \
       "a sync trader confirms a restock when its batch is sent, not when it is committed")        \
    X (2, "answers-forgotten", "conservation outcome", 20,                                         \
       "a restarted warehouse does not know which orders it has answered")                         \
    X (3, "old-epoch-accepted", "owner liveness", 60,                                              \
       "the warehouse takes batches of a process that another one has replaced")                   \
    X (4, "gap-unseen", "convergence stock", 120,                                                  \
       "a cache does not notice that an invalidation was lost")                                    \
    X (5, "token-not-merged", "session", 10, "a client forgets the causal tokens that it is told") \
    X (6, "token-ignored", "session stock", 20,                                                    \
       "a trader decides before its cache has seen what the client has")                           \
    X (7, "commission-rounded-up", "money", 10, "a started cent of commission counts whole")       \
    X (8, "partial-counts-wanted", "conservation money", 20,                                       \
       "an order that gets a part is told that it got all it wanted")                              \
    X (9, "restock-credited-twice", "conservation crash", 20,                                      \
       "a restock that comes again brings another lot")                                            \
    X (10, "batch-applied-twice", "owner", 20,                                                     \
       "a batch that comes again counts the trader's writes again")                                \
    X (11, "batch-gap-ignored", "owner", 20,                                                       \
       "the warehouse goes on with a batch although the one before it is missing")                 \
    X (12, "oversell-not-told", "promise outcome", 40,                                             \
       "an accepted order that was not there is settled as if it had not been promised")           \
    X (13, "conflict-unseen", "outcome durability", 60,                                            \
       "a restock under a used number is taken for the same, whatever its price")                  \
    X (14, "batch-not-resent", "liveness owner", 20,                                               \
       "a batch that is not answered is not sent again")                                           \
    X (15, "last-units-unrecorded", "conservation", 20,                                            \
       "the sale of a lot's last units is not recorded")                                           \
    X (16, "join-keeps-epoch", "owner", 20, "another process gets the epoch of the one before it") \
    X (17, "older-figure-replaces", "stock convergence", 60,                                       \
       "a snapshot or an invalidation that comes late replaces newer figures of a cache")          \
    X (18, "refusal-told-early", "outcome durability", 20,                                         \
       "a cached refusal is told before the warehouse has it")                                     \
    X (19, "accounts-forgotten", "money", 20, "a restarted warehouse begins with empty accounts")  \
    X (20, "fenced-goes-on", "liveness", 500, "a trader that was replaced does not end")           \
    X (21, "unknown-not-ordered-again", "liveness", 300,                                           \
       "a buyer only asks on about an order that nobody remembers")                                \
    X (22, "restock-unpublished", "convergence", 20, "caches are not told of a new lot")           \
    X (23, "oldest-lot-alone", "linear conservation", 60,                                          \
       "an order that is all or nothing is refused unless the oldest lot has all of it")           \
    X (24, "sync-decided-here", "linear session conservation", 40,                                 \
       "a trader decides by its cache what only the warehouse may")                                \
    X (25, "own-sales-not-counted", "stock", 30, "a cache goes on as if it had sold nothing")      \
    X (26, "own-writes-forgotten", "stock", 30,                                                    \
       "a cache takes a figure over without its own writes that are not in it")                    \
    X (29, "acknowledged-unrecorded", "promise liveness", 500,                                     \
       "a backup acknowledges decisions that its journal does not have")                           \
    X (30, "complete-before-settled", "promise", 60,                                               \
       "a takeover is reported as complete before the copy is settled")                            \
    X (31, "copy-skips-first", "promise", 60, "the first open decision of a copy is not settled")  \
    X (32, "settled-under-old-epoch", "liveness", 200,                                             \
       "a backup settles its copy under the epoch from before the takeover")                       \
    X (34, "copies-forgotten", "liveness", 500,                                                    \
       "a restarted backup does not know what it has copied")                                      \
    X (35, "zombie-copied", "crash", 60,                                                           \
       "a copy is begun for a process that was taken over long ago")                               \
    X (37, "void-written", "promise stock crash", 60,                                              \
       "what was not resumed is not void: it is written behind all the same")                      \
    X (38, "told-before-backed", "promise", 120,                                                   \
       "a decision is told that the backup does not have")                                         \
    X (39, "claimed-too-early", "liveness promise", 300,                                           \
       "a backup is claimed before it has begun its copy, and has what was told")                  \
    X (40, "decided-in-any-epoch", "promise liveness outcome", 400,                                \
       "a trader decides what was first sent to it in another epoch")                              \
    X (43, "taken-by-anybody", "owner", 60,                                                        \
       "a trader is taken over by another one than its backup")                                    \
    X (45, "failed-resumes", "owner", 20, "a trader that was taken over goes on from its journal") \
    X (46, "pending-decided", "promise outcome", 600,                                              \
       "an order is decided while its first trader may have decided it")                           \
    X (47, "late-taker-commits", "owner", 500,                                                     \
       "commits for another trader are taken from anybody, whatever its view")                     \
    X (49, "never-closed", "owner liveness", 20,                                                   \
       "what was sent to a trader that was taken over stays pending for ever")                     \
    X (50, "copy-forsaken", "owner", 20,                                                           \
       "a process without a journal is let in while a backup has a copy")                          \
    X (51, "lease-granted-twice", "escrow", 120,                                                   \
       "a lease that is asked for again is granted again")                                         \
    X (52, "return-credited-twice", "escrow conservation", 120,                                    \
       "what a lease gives back is credited again when that comes again")                          \
    X (53, "freed-before-settled", "escrow conservation money", 120,                               \
       "a takeover frees the leases when it begins, before what was sold is settled")              \
    X (54, "resumed-stays-clean", "escrow conservation", 120,                                      \
       "what a resumed trader may hold again is not counted as idle")                              \
    X (55, "refused-without-recall", "escrow conservation", 120,                                   \
       "an order is refused while units are idle at a trader")                                     \
    X (56, "budget-without-end", "escrow conservation", 120,                                       \
       "what was oversold does not count against the budget")                                      \
    X (58, "leases-forsaken", "owner escrow conservation", 120,                                    \
       "a process without a journal is let in while leases are out")                               \
    X (59, "leases-forgotten", "escrow conservation", 120,                                         \
       "a restarted warehouse does not know what it has leased")                                   \
    X (60, "old-epoch-leases", "escrow conservation", 120,                                         \
       "a lease under an old epoch is granted")                                                    \
    X (61, "sold-beyond-lease", "escrow liveness", 20,                                             \
       "a trader sells from a lease as if it had not sold from it before")                         \
    X (62, "recall-keeps-a-unit", "escrow liveness", 60,                                           \
       "a trader says that it gives all of a lease back, and keeps a unit")                        \
    X (63, "own-sales-in-lease", "escrow liveness", 20,                                            \
       "a trader takes what it is leased for what it holds, and has sold some of it")              \
    X (64, "returned-units-sold", "escrow", 60, "a trader goes on selling what it has given back") \
    X (65, "recalling-refused", "escrow outcome durability liveness", 60,                          \
       "an order is refused while units are being recalled for it")                                \
    X (66, "recall-answered-blindly", "escrow liveness", 300,                                      \
       "a trader that is back answers a recall before it knows what it holds")                     \
    X (67, "leased-to-any-order", "promise outcome", 120,                                          \
       "a trader sells from its lease to an order that was first sent to another one")             \
    X (68, "late-decision-expired", "escrow promise outcome money", 300,                           \
       "what was decided is refused when its client is far ahead already")                         \
    X (69, "unseated-commits", "seats", 60,                                                        \
       "the warehouse takes batches of traders that hold no seat")                                 \
    X (70, "term-granted-twice", "seats", 60,                                                      \
       "a campaign of an older term is granted as if it were of the latest one")                   \
    X (71, "seats-forgotten", "seats", 60, "a restarted warehouse does not know who was elected")  \
    X (72, "stays-unseated", "liveness", 120,                                                      \
       "a request stays with the peer that it first went to, though that has no seat any more")    \
    X (73, "handed-over-confirmed", "durability", 120,                                             \
       "a trader confirms the restocks that it hands over to its successor")                       \
    X (74, "unseated-refuses", "durability outcome", 300,                                          \
       "a trader that lost its seat tells the buyers who wait that there was nothing")             \
    X (75, "inherited-as-own", "outcome money", 120,                                               \
       "a trader takes what it is handed over for requests of its own node")                       \
    X (76, "winner-never-missed", "seats liveness", 20,                                            \
       "a peer waits for ever for whoever answered it to win")                                     \
    X (77, "campaign-not-repeated", "seats liveness", 20,                                          \
       "a candidate does not ask the warehouse again")                                             \
    X (79, "seats-told-once", "seats liveness", 60,                                                \
       "a client stays with the first traders that were elected")

#endif
