// The trader's inside, shared by its files alone:
//   trader.c           the verbs and the dispatch
//   trader_make.c      its settings and its memory
//   trader_counters.c  its figures, summed
//   trader_state.c     what all the others stand on: requests, lists, clients, letters, queues
//   trader_join.c      joining the warehouse, snapshots, news: what the trader itself asks for
//   trader_peers.c     the other traders, as the warehouse and its news tell of them
//   trader_writes.c    what was decided here: recorded, told, settled, taken back from the journal
//   trader_backup.c    the trader that keeps a copy of that, and what the warehouse knows of it
//   trader_copy.c, trader_takeover.c   the other side: a backup of others (trader_copy.h)
//   trader_admit.c     requests come in: checked, known ones found, queued
//   trader_handover.c  elected traders: what one that resigns leaves to the next, and lost seats
//   trader_commit.c    batches go to the warehouse and come back
//   trader_reply.c     everything that is told to clients
//   trader_decide.c    requests are decided by their product's policy, or wait
//   policy_sync.c, policy_cached.c, policy_escrow.c   what each policy makes of them
//   trader_lease.c     units that the warehouse leases to this trader (trader_lease.h)
//
// The way of a request: admitted → queued → decided. A policy decides by passing it to the
// warehouse, by answering it at once and writing it behind, or by letting it wait for what
// causally precedes it. Then it is in a batch, and when that is committed, settled and gone.
//
// What is decided here has the number of its write, and goes two ways at once: to the warehouse,
// behind, and into the journal and to the backup. Its client is told of the promise when the second
// way is done, or of the outcome when the first one is, whichever comes first.
#ifndef SOUK_TRADER_STATE_H
#define SOUK_TRADER_STATE_H

#include <uthash.h>

#include "broker/cache.h"
#include "broker/clocks.h"
#include "broker/liveness.h"
#include "broker/queue.h"
#include "broker/seen.h"
#include "broker/trader/trader.h"

enum {
    NOTHING = -1,           // no request
    NEWS_WAIT_US = 100000,  // for the news of a batch that is committed
    IN_FLIGHT_LIMIT = 16,   // commits under way, at most
    JOIN_RETRY_US = 500000,
    JOIN_PAUSE_US = 50000,  // between joins while the place is not free yet
    SNAPSHOT_RETRY_US = 500000,
    SNAPSHOT_PAUSE_US = 2000,  // between snapshots while requests wait
    DRY_US = 50000,            // before units are asked for again where there were none
    UNITS_FIRST_US = 100000,   // for so long what is written behind lets a `lease` go first
    RECALL_RETRY_US = 5000,    // between tries of what waits for the end of a recall
};

enum request_state {
    REQUEST_FREE,
    REQUEST_QUEUED,   // not decided
    REQUEST_WAITING,  // for what causally precedes it, or for units
    REQUEST_BEHIND,   // decided here, to be written behind
    REQUEST_BATCHED,  // in a batch under way
};

// What names a request among the pending ones. A question about a request is not that request.
struct request_key {
    int64_t client;
    int64_t number;
    int64_t question;  // ITEM_ORDER_STATUS or ITEM_LOT_STATUS; 0: none
};

struct request {
    struct request_key key;
    enum request_state state;
    enum item_kind kind;
    enum mode mode;      // of its product
    struct route route;  // where the latest attempt came from
    int64_t attempt;     // that was queued; later ones only move the route
    int64_t clock;       // Lamport, of the request
    struct rank rank;    // in the queue's order
    char product[LIMIT_PRODUCT_NAME + 1];
    int64_t quantity;
    int64_t price_cents;
    bool all_or_nothing;
    bool behind;            // decided here
    int64_t promised;       // units, where a buy was decided here; 0: refused
    int64_t write;          // count of the cached write; of what is passed on: of the one before it
    bool passes;            // it waits to be passed on, not to be decided
    struct first first;     // to whom its client sent it first
    int32_t token;          // of a waiting request: index of its causal token
    int64_t wait_until_us;  // how long it may wait; 0: it has not begun to
    uint8_t taken_count;    // decided here, from a lease: of trader_units
    struct supply *supply;  // of a buy that waits for units, or was promised some; else NULL
    int32_t next;           // in the list that it is in
    UT_hash_handle hh;      // of pending requests, by key
};

struct list {
    int32_t first;
    int32_t last;
    size_t count;
};

struct batch {
    int64_t number;
    int64_t sent_us;
    size_t count;
    int32_t requests[LIMIT_BATCH];
};

// What the trader remembers of a client between requests.
struct client_entry {
    int64_t node;
    struct route route;    // where it was heard last
    int64_t highest;       // number of what may be decided here: no lower one is, it comes late
    bool unsure;           // others were forgotten before it was heard: it may be one of them
    int64_t oversell_seq;  // messages published as oversell.<node>
    int64_t sale_highest;  // number of its orders whose sale was published as `clock`, and which of
    uint64_t sales_below;  // the 64 below it were, the nearest one in the lowest bit
    UT_hash_handle hh;     // by node, the longest unheard first
};

// Another trader, as the warehouse tells of it.
struct peer {
    int64_t id;
    int64_t epoch;
    enum member_state state;
    char router[LIMIT_ENDPOINT + 1];
    int64_t member_seq;  // messages published about it since this trader joined, or before that
    UT_hash_handle hh;   // by id, ascending
};

enum backing {
    BACKING_NONE,       // nobody keeps a copy
    BACKING_COPYING,    // a candidate is brought up to date
    BACKING_CLAIMING,   // the warehouse was asked to make it the backup
    BACKING_BACKED,     // and has
    BACKING_RELEASING,  // the warehouse was asked to let this trader go on alone
};

// The trader that keeps a copy of what is decided here, or is to.
struct backup {
    enum backing state;
    bool guarded;     // it may be the backup by now, for all that is known: no promise is told
                      // that it has not acknowledged
    int64_t trader;   // 0: none
    int64_t view;     // that its copy is for
    int64_t sent;     // writes up to this one were sent to it
    int64_t acked;    // it holds all up to this one, durably
    bool heard;       // it has acknowledged anything
    int64_t holder;   // names its journal; 0: it has not said yet
    bool begun;       // it was sent the beginning of the copy
    int64_t settled;  // that it was told last
    struct liveness life;
    int64_t progress_us;  // since then nothing was acknowledged of what was sent
    int64_t due_us;       // to search, or to ask the warehouse again
    int64_t tried;        // the candidate before this one
};

struct policy_entry {
    char product[LIMIT_PRODUCT_NAME + 1];
    struct policy policy;
    UT_hash_handle hh;
};

struct trader {
    struct trader_config config;
    struct trader_counters counters;
    struct policy_entry *policies;  // uthash, by product
    bool decides;                   // some product's policy decides here
    bool caches;                    // by the cached stock
    bool leases;                    // by what it holds of leases
    int64_t expiry_us;              // the shortest of a batched product; 0: there is none
    int64_t now_us;                 // of the event at hand
    int64_t clock;                  // Lamport
    struct clock_vector vector;
    int64_t arrivals;  // requests admitted, the rank of arrival

    int64_t market;        // 0: not known yet
    int64_t nonce;         // of this process's join
    int64_t epoch;         // granted; 0: not joined
    int64_t epoch_before;  // of the process before this one, as far as it is known
    int64_t nonce_before;  // of that process
    int64_t join_due_us;
    int64_t place_refusals;       // since the warehouse told of another process
    struct view_told place_view;  // why it refuses, without the members
    bool fenced;
    bool taken;    // over, by another trader
    bool foreign;  // its journal is of another market than its warehouse
    bool stopping;
    bool unseated;      // others were elected
    bool yields;        // decides nothing more, and keeps what waits for its successor,
    bool handed;        // who has it
    int64_t clock_seq;  // messages published as `clock`

    int64_t view;           // number of its view at the warehouse
    int64_t hold_until_us;  // no promise is told before a backup is found, or this time
    int64_t leave_due_us;   // to ask again; 0: it does not leave
    bool left;
    struct backup backup;
    struct peer *peers;   // uthash, by id
    int64_t member_seq;   // messages published about this trader itself, as with peers
    struct copy *copies;  // uthash, by trader: see trader_copy.h

    // What was decided here. Writes count from 1 since the epoch `began`.
    int32_t *decided;          // the request of each that is not settled, at write % queue_max
    int64_t began;             // 0: nothing was taken from a journal, and it has not joined
    int64_t settled;           // the warehouse has all writes up to this one
    int64_t recorded;          // in the journal, or on the way there in this round
    int64_t told;              // promises up to this write were told
    int64_t settled_recorded;  // as far as the journal tells
    int64_t recorded_then;     // as of the end of the last round
    int64_t settled_recorded_then;
    int64_t told_then;
    bool joined_recorded;
    bool joined_recorded_then;
    bool stocked;         // a snapshot has come since it joined
    bool void_first;      // what the journal holds is void, and it must say so
    int64_t room_due_us;  // the journal had no room: try again then; 0: it has

    cache_t *cache;
    int64_t snapshot_due_us;   // the next one, not before; later while one is under way
    int64_t snapshot_us;       // when the latest one that came was asked for,
    int64_t snapshot_sent_us;  // and the one that is under way, for the first time
    bool snapshot_asked;       // one is under way
    int64_t committed;         // version of the latest commit
    int64_t news_version;      // which the news should bring, as of some commit,
    int64_t news_due_us;       // and by when; DEADLINE_NONE: they have

    struct supply *supplies;  // uthash, by product: see trader_lease.h
    bool wants_units;         // it has asked for some, and waits
    int64_t supply_due_us;    // when one of them is to be looked at

    struct request *requests;    // queue_max of them
    struct leased_units *units;  // LIMIT_FILLS for each of them: what it was sold from a lease
    int32_t unused;              // list of free ones
    struct request *pending;     // uthash, by key
    size_t pending_count;
    queue_t *to_decide;  // by a policy that decides here
    queue_t *to_pass;    // to the warehouse
    struct list waiting;
    struct list behind;         // in the order of their writes
    bool flush_waits;           // all of them are from leases: they may let a `lease` go first
    int64_t flush_due_us;       // when they are to leave; DEADLINE_NONE: there are none
    struct seen_token *tokens;  // LIMIT_WAITING of them
    int32_t token_unused[LIMIT_WAITING];
    int32_t token_unused_count;

    struct batch *batches;  // a ring of IN_FLIGHT_LIMIT
    int64_t batch_first;    // number of the oldest one under way
    int64_t batch_next;     // number of the next one

    struct client_entry *clients;      // uthash
    struct client_entry *client_pool;  // LIMIT_CLIENTS of them, taken as needed
    size_t client_count;
    bool forgot_clients;  // there were too many of them
};

// trader_state.c: its letters carry the trader's id and clock. Those to the warehouse and to other
// traders are early, all of them, so that clocks rise on each connection.
struct letter *trader_letter (trader_t *self, struct outbox *out, enum port port, int64_t to,
                              enum message_type type);
struct client_entry *trader_client (trader_t *self, int64_t node);  // NULL: not heard of
const struct policy *trader_policy_of (const trader_t *self, const char *product);
// Makes it pending, in a place of the pool; NULL: there is none, or its key is pending already.
struct request *trader_make_pending (trader_t *self, const struct request *request);
struct request *trader_find_pending (const trader_t *self, const struct request_key *key);
struct request *trader_request (const trader_t *self, int32_t index);
int32_t trader_index (const trader_t *self, const struct request *request);
struct leased_units *trader_units (const trader_t *self, const struct request *request);
void trader_forget (trader_t *self, struct request *request);  // it is answered and done with
void list_append (trader_t *self, struct list *list, struct request *request);
struct request *list_take (trader_t *self, struct list *list);  // the first; NULL: empty
void trader_pass (trader_t *self, struct request *request);     // on, to the warehouse

// trader_peers.c
void peers_member (trader_t *self, const struct message *message, struct outbox *out);
void peers_learn (trader_t *self, const struct view_told *view);
void peers_joined (trader_t *self);  // what it publishes from now on counts anew
int64_t peers_next (const trader_t *self, int64_t before);  // a live one, in the ring; 0: none
bool peers_any (const trader_t *self);
// This trader and those that it knows to be live, ascending: at most LIMIT_TRADERS, from `arena`.
const int64_t *peers_remaining (const trader_t *self, arena_t *arena, size_t *count);
// Tells the clients how another trader's view stands now, as the warehouse has told this one.
void peers_publish (trader_t *self, const struct view_told *view, struct outbox *out);
void peers_free (trader_t *self);

// trader_writes.c
void writes_add (trader_t *self, struct request *request);  // it has its write
void writes_begin_round (trader_t *self);
void writes_unwritten (trader_t *self);
// Records that it has joined; false: there is no room for that yet.
bool writes_joined (trader_t *self, struct outbox *out);
void writes_record (trader_t *self, struct outbox *out);  // what is not recorded yet
void writes_tell (trader_t *self, struct outbox *out);    // what may be told
void writes_settled (trader_t *self, int64_t write);      // up to this one
void writes_granted (trader_t *self, const struct view_told *view);
// Whether decisions may be committed and copied while they are being recorded: a crash then leaves
// the warehouse, or the backup, with more than this journal, which harms nobody, for nobody is told
// before both have it. Under an epoch that the journal does not know of yet nothing may leave.
bool writes_may_leave_early (const trader_t *self);
bool writes_full (const trader_t *self);
bool writes_told (const trader_t *self, const struct request *request);
struct item writes_item (const trader_t *self, const struct request *request);
const struct request *writes_request (const trader_t *self, int64_t write);  // of an open one
int64_t writes_due (const trader_t *self);

// trader_backup.c
void backup_proceed (trader_t *self, struct outbox *out);
void backup_heard (trader_t *self, int64_t trader);
void backup_journaled (trader_t *self, int64_t from, const struct journaled *journaled);
void backup_view (trader_t *self, const struct view_told *view);  // its own, granted or changed
void backup_joined (trader_t *self);
int64_t backup_may_tell (const trader_t *self);  // promises up to this write
void backup_resend (trader_t *self);             // its letters of the last round are lost
int64_t backup_due (const trader_t *self);
bool backup_leaving (
    const trader_t *self);  // nothing keeps it: it tells the warehouse that it leaves

// trader_join.c
void trader_start (trader_t *self, struct outbox *out);
void trader_view (trader_t *self, const struct message *message, struct outbox *out);
void trader_stock (trader_t *self, const struct message *message);
void trader_news (trader_t *self, const struct message *message, struct outbox *out);
void trader_await_news (trader_t *self, int64_t version);
void trader_ask (trader_t *self, struct outbox *out);  // again, or a snapshot, where it is time
int64_t trader_ask_due (const trader_t *self);

// trader_admit.c
void trader_admit (trader_t *self, const struct event *event, struct outbox *out);
void trader_malformed (trader_t *self, const struct event *event, struct outbox *out);

// Takes note of where a client was heard; a route of size 0 is not known, and changes none.
struct client_entry *trader_hear (trader_t *self, int64_t node, const struct route *route);
// Where the request stands in the queue's order; `sum` is that of its vector clock.
struct rank trader_rank (trader_t *self, const struct request *request, int64_t sum);
// Makes it pending, or answers `busy`. Its product's mode and its rank are set.
void trader_enqueue (trader_t *self, const struct request *request, const struct seen *token,
                     struct client_entry *client, struct outbox *out);

// trader_commit.c
void trader_send_batches (trader_t *self, struct outbox *out);
void trader_committed (trader_t *self, const struct message *message, struct outbox *out);
void trader_commit_refused (trader_t *self, const struct message *message, struct outbox *out);
int64_t trader_commit_due (const trader_t *self);

// trader_reply.c
void reply_receipt (trader_t *self, const struct request *request, const struct result *result,
                    struct seen seen, struct outbox *out);
void reply_restocked (trader_t *self, const struct request *request, struct seen seen,
                      struct outbox *out);
void reply_lot (trader_t *self, const struct request *request, const struct result *result,
                struct outbox *out);
// Whether a receipt can be told at all: an order is oversold by a unit or more.
bool reply_can_tell (const struct result *receipt);
void reply_oversold (trader_t *self, const struct request *request, const struct result *result,
                     struct seen seen, struct outbox *out);
void reply_error (trader_t *self, int64_t to, const struct route *route, enum reason reason,
                  int64_t number, const char *text, struct outbox *out);
void reply_failed (trader_t *self, const struct request *request, enum reason reason,
                   struct outbox *out);  // with the reason's own text
// What the trader itself knows of an order that it sold from its lease: the receipt that the
// warehouse will give it. Its product and list are taken from the arena of `out`.
struct result sold_result (const char *product, const struct leased_units *taken, size_t count,
                           struct outbox *out);
void notify_sellers (trader_t *self, const struct request *request, const struct result *result,
                     struct outbox *out);

// policy_sync.c: the warehouse decides, and its answer is passed on.
void sync_settle (trader_t *self, const struct request *request, const struct result *result,
                  const struct committed *committed, struct outbox *out);

// trader_decide.c
void decide_all (trader_t *self, struct outbox *out);
int64_t decide_due (const trader_t *self);
// The request is decided here: a write, which changes the cached stock by so many units.
void decide_write (trader_t *self, struct request *request, int64_t units);
// Whether a decision could not be recorded: its client is told so, and the request forgotten.
bool decide_refused_for_room (trader_t *self, struct request *request, struct outbox *out);
void decide_promise (trader_t *self, const struct request *request, struct outbox *out);
void decide_repeat (trader_t *self, const struct request *request, struct outbox *out);
// What the warehouse made of the request. Returns false when it is not done with: it waits.
bool decide_settle (trader_t *self, struct request *request, const struct result *result,
                    const struct committed *committed, struct outbox *out);
// It has waited too long for what its client may ask for again.
void decide_unavailable (trader_t *self, struct request *request, const char *text,
                         struct outbox *out);

// policy_cached.c: decided here from the cached stock, written behind. Also `batched`.
bool cached_ready (const trader_t *self, const struct request *request);  // the cache can decide it
void cached_decide (trader_t *self, struct request *request, struct outbox *out);
void cached_promise (trader_t *self, const struct request *request, struct outbox *out);
void cached_settle (trader_t *self, const struct request *request, const struct result *result,
                    struct outbox *out);
// It is batched, and the cache too old to decide anything.
bool cached_expired (const trader_t *self, const struct request *request);

// policy_escrow.c: decided here from leased units, written behind.
void escrow_admit (trader_t *self, struct request *request, struct outbox *out);
void escrow_retry (trader_t *self, struct outbox *out);  // those that wait for units
void escrow_recalling (trader_t *self, struct request *request, struct outbox *out);
void escrow_promise (trader_t *self, const struct request *request, struct outbox *out);
void escrow_settle (trader_t *self, const struct request *request, const struct result *result,
                    struct outbox *out);

#endif
