// What the tests of the trader share: one trader, stepped by hand as its shell would do it, and
// the messages that clients and the warehouse send to it. Each step clears the outbox first, so
// that `fix.out` holds what that step alone left behind.
#ifndef SOUK_TRADER_FIXTURE_H
#define SOUK_TRADER_FIXTURE_H

#include <check.h>

#include "broker/trader/trader.h"

enum {
    FIX_TRADER = 1,
    FIX_OTHER = 2,  // another trader
    FIX_SEED = 4711,
    FIX_MARKET = 99,
    FIX_HOLDER = 6,  // began, of the other trader
    ALICE = 11,      // buyers
    BOB = 12,
    CAROL = 13,
    SAM = 21,  // sellers
    SUE = 22,
};

struct fixture {
    struct trader_config config;  // to be changed before fix_begin or fix_join
    trader_t *trader;
    struct outbox out;
    struct outbox journal;  // records of all steps so far; fix_restart takes them
    int64_t now_us;
    int64_t lives;    // processes before this one
    int64_t epoch;    // that the trader was granted
    int64_t version;  // of the warehouse, in the messages below
    int64_t warehouse_epoch;
};

extern struct fixture fix;

// For a checked fixture of Check.
void fix_set_up (void);
void fix_tear_down (void);

void fix_begin (void);      // made and started
void fix_join (void);       // and joined, in epoch 1; what decides by itself has no stock yet
void fix_cached (void);     // as fix_join, all products cached, with an empty snapshot taken
void fix_among_two (void);  // as fix_cached, and FIX_OTHER is there, too: its copy was begun
void fix_backed (void);     // and made the backup: view 2

// The process ends, and the next one, which has the records that came out so far, is started.
void fix_restart (void);

// Events as a shell makes them, now. A message is borrowed.
struct event fix_event (enum event_type type);
struct event fix_received (enum port port, const struct message *message);

// One step. A message is borrowed for the step; a client is heard from where its node id says.
void fix_step (enum event_type type);
void fix_client (struct message message);
void fix_client_at (struct message message, struct route route);
void fix_warehouse (struct message message);
void fix_news (struct message message);
void fix_trader (struct message message);            // another trader answers
void fix_acknowledge (int64_t view, int64_t write);  // FIX_OTHER does, and then DRAINED
void fix_wait (int64_t us);                          // lets time pass, then a deadline
int fix_due_in (void);                               // microseconds to the deadline, -1 for none

// The step of a client's message and then DRAINED; the outbox holds what both left behind.
void fix_ask (struct message message);

struct route fix_route (int64_t node, uint8_t connection);  // connection 0: fix_client's
bool fix_same_route (const struct route *a, const struct route *b);

// What clients send. Clock 1, first attempt, nothing seen.
struct message fix_buy (int64_t from, int64_t number, const char *product, int64_t quantity);
struct message fix_restock (int64_t from, int64_t number, const char *product, int64_t quantity);
struct message fix_question (enum message_type type, int64_t from, int64_t number);
struct message fix_plain (enum message_type type, int64_t from);  // no body, or a cleared one

// What the warehouse sends. Results, levels and tokens are borrowed.
struct message fix_view (int64_t nonce, int64_t epoch);
struct message fix_view_of (int64_t epoch, int64_t view, int64_t backup);  // as the trader has it
struct message fix_committed (int64_t batch, const struct result *results, size_t count);
struct message fix_refused (enum reason reason, int64_t batch);
struct message fix_snapshot (const struct level *stock, size_t count);
struct message fix_news_of (const char *product, int64_t available);  // fix.version
struct message fix_with_traders (struct message message, const struct trader_seen *traders,
                                 size_t count);

struct result fix_receipt (enum status status, const char *product, int64_t units);
struct result fix_restocked (const char *product, int64_t quantity);
struct result fix_error (enum reason reason);

// The warehouse commits the oldest batch, which holds one item, with this result.
void fix_settle (int64_t batch, struct result result);

// Records of the last step: how many of a type, the n-th of them from 0, NULL: none.
size_t fix_records (enum record_type type);
const struct record *fix_record (enum record_type type, size_t n);

// Letters of the last step: how many of a type, the n-th of them from 0, the only one.
size_t fix_count (enum message_type type);
const struct letter *fix_letter (enum message_type type, size_t n);
const struct letter *fix_only (enum message_type type);
void fix_nothing (void);                                  // the step left nothing behind
void fix_silent (void);                                   // it sent nothing: it may have recorded
const struct letter *fix_alone (enum message_type type);  // the only letter at all

// The last step sent just this error to a client.
void fix_refuses (int64_t to, enum reason reason, int64_t number);
// The last step sent a receipt, perhaps among others, with this.
void fix_receipts (int64_t to, int64_t number, enum status status, int64_t units);

// The warehouse publishes what is left of a product, as its next version.
void fix_stock (const char *product, int64_t available);
// Alice's next order for fish is promised this many units, which tells what the cache holds.
void fix_promises (int64_t number, int64_t quantity, int64_t units);

// The one commit of the last step, and that it holds these numbers in this order (0 ends them).
const struct commit *fix_commit (int64_t batch);
void fix_commits (int64_t batch, const int64_t *numbers);

// The last step only wrote this order's refusal behind, alone in its batch: nobody was told.
void fix_refuses_behind (int64_t batch, int64_t from, int64_t number);
// The warehouse commits it, and that alone tells the buyer, once.
void fix_refused_by_commit (int64_t batch, int64_t to, int64_t number);

#endif
