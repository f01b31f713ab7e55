// A whole market in one thread and in virtual time: real cores as processes that take their time,
// letters on connections that can fail, and a disk for the warehouse and for each trader. It knows
// no invariant and draws no plan; whoever runs it does (run.h), or a test moves it by hand.
#ifndef SOUK_WORLD_H
#define SOUK_WORLD_H

#include <stdio.h>

#include "actors/clients/buyer.h"
#include "actors/clients/seller.h"
#include "actors/peer/peer.h"
#include "actors/warehouse/warehouse.h"
#include "broker/trader/trader.h"
#include "tests/sim/checkers/history.h"
#include "tests/sim/options.h"
#include "tests/sim/sometimes.h"
#include "tests/sim/world/stranger.h"

enum { WORLD_MS = 1000, WORLD_SECOND = 1000 * 1000 };

// How long things take, and how often a letter is struck (of 1000). Times are in microseconds and
// drawn evenly from min to max.
struct world_config {
    uint64_t seed;
    int64_t delay_min_us;  // of a letter
    int64_t delay_max_us;
    int64_t warehouse_delay_min_us;  // of one to or from the warehouse; 0 and 0: as of any other
    int64_t warehouse_delay_max_us;
    int64_t message_us;  // work on one message: of traders and the warehouse
    int64_t item_us;     // more for each item of a batch, at the warehouse
    int64_t fsync_min_us;
    int64_t fsync_max_us;
    int64_t faults;     // classes at work on letters, bits
    int64_t per_mille;  // of letters that each such class strikes
    bool encoded;       // letters travel as bytes
    bool sqlite;        // the store is SQLite's, in memory; else store_memory
    bool bare;          // no story, no hash, and a disk that keeps nothing: for markets in which
                        // nobody fails, and which are too large for all that
    struct warehouse_config warehouse;
    FILE *story;  // where each letter is told; NULL: nowhere
};

// 1 ms on every link, all else takes no time, nothing fails.
struct world_config world_config_default (void);

typedef struct world world_t;

// Is shown each fact as it happens (history.h); returns false to end the run.
typedef bool world_witness_fn (void *context, const struct fact *fact);

// The caller owns the result and must destroy it. A warehouse is in it already.
world_t *world_new (const struct world_config *config, world_witness_fn *witness, void *context);
void world_destroy (world_t **self_p);

// Who takes part, to be added before the first run. Ids must be new. A hand is a client without a
// core: it says what world_say is told to. A stranger is one that says what comes to its mind, of
// what the protocol allows and of what it does not.
// Lists within a configuration are borrowed as long as the world lives.
void world_add_trader (world_t *self, const struct trader_config *config);
void world_add_buyer (world_t *self, const struct buyer_config *config);
void world_add_seller (world_t *self, const struct seller_config *config);
void world_add_peer (world_t *self, const struct peer_config *config);
void world_add_hand (world_t *self, int64_t id);
void world_add_stranger (world_t *self, const struct stranger_config *config);

// This node's process begins at this time and not at once.
void world_set_begin (world_t *self, int64_t id, int64_t begin_us);

// All letters from one node to another take this long from now on.
void world_set_delay (world_t *self, int64_t from, int64_t to, int64_t delay_us);

// A hand sends a message to a trader, now. Strings and lists are borrowed for the call.
void world_say (world_t *self, int64_t from, int64_t to, const struct message *message);

// What a hand has heard last from anybody; NULL: nothing. Valid until it hears again.
const struct message *world_heard (const world_t *self, int64_t hand);

// A line of the story that is no letter.
void world_note (world_t *self, const char *text);

// Runs until this time (DEADLINE_NONE: while there is anything to do), or until so many core events
// more are done. WORLD_QUIET: nothing is under way then, and nothing will happen by itself but
// that traders hear whether each other is alive.
enum world_end { WORLD_TIME, WORLD_STEPS, WORLD_QUIET, WORLD_ENDED_BY_WITNESS };
enum world_end world_run (world_t *self, int64_t until_us, int64_t steps);

int64_t world_now_us (const world_t *self);
int64_t world_last_us (const world_t *self);  // when something happened last
int64_t world_steps (const world_t *self);    // core events so far

// Messages sent so far to arrive at such a port: of what is published, each subscriber's copy.
int64_t world_sent (const world_t *self, enum port port);

// How long this node has worked so far; a round of work counts when it begins.
int64_t world_worked_us (const world_t *self, int64_t id);

uint64_t world_hash (const world_t *self);  // over all letters, records and faults so far
void world_count (const world_t *self, struct sometimes *sometimes);  // what happened so far

// Faults. A node that is down or paused stays so until it is started or resumed.
void world_crash (world_t *self, int64_t id);
void world_doom (world_t *self, int64_t id);   // dies at work, and is started again
void world_start (world_t *self, int64_t id);  // what is down; else nothing
void world_pause (world_t *self, int64_t id);
void world_resume (world_t *self, int64_t id);
void world_replace (world_t *self, int64_t trader, bool abandon);  // see below
void world_withdraw (world_t *self, int64_t trader);  // ends the other process if it is not let in
void world_cut (world_t *self, int64_t from, int64_t to, bool cut);  // one way
void world_disconnect (world_t *self, int64_t a, int64_t b);
void world_fill_disk (world_t *self, int64_t id, bool full);  // the warehouse's, or a trader's
void world_fail_fsync (world_t *self, int64_t id);            // the next one of such a disk
void world_heal (world_t *self);       // all of these, and letters are struck no more,
void world_heal_news (world_t *self);  // but for news, which are from now on heard by all

void world_stop_clients (world_t *self);        // they finish what is open
bool world_clients_done (const world_t *self);  // and have

// In an elected market they trade for each other: as long as somebody serves who goes on, those
// without a seat finish what is open, and are done; with `all`, the traders among them are told to
// stop, too. Returns whether anybody was told.
bool world_stop_peers (world_t *self, bool all);

// Who leads in the latest term that the warehouse has stored; 0: nobody was ever elected.
int64_t world_leader (const world_t *self);
int64_t
world_serving (const world_t *self);  // one who trades now, the leader if it does; 0: nobody

// To replace is to start another process under a trader's id, on another machine and so without its
// journal. Nobody reaches it until the warehouse lets it in, and then nobody else reaches the one
// before it; but where that one is dead, it never comes back. There are no more than two at a time.
// With `abandon` it gives up what the one before it has leased, so that it is let in all the same.

// Tells FACT_BELIEVED of every trader and product; FACT_BOOK of every client's core.
void world_tell_caches (world_t *self, const char *const *products, size_t count);
void world_tell_books (world_t *self);

// The parts, to be looked at. The world owns them; NULL while the node is down.
const trader_t *world_trader (const world_t *self, int64_t id);
const buyer_t *world_buyer (const world_t *self, int64_t id);
const seller_t *world_seller (const world_t *self, int64_t id);
peer_t *world_peer (const world_t *self, int64_t id);

#endif
