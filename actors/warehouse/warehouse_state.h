// The warehouse's inside, shared by its files alone: warehouse.c (verbs, dispatch, joins,
// snapshots), warehouse_commit.c (batches), warehouse_item.c (what becomes of one item),
// warehouse_publish.c (news), warehouse_restore.c; and what they all stand on, warehouse_state.c.
#ifndef SOUK_WAREHOUSE_STATE_H
#define SOUK_WAREHOUSE_STATE_H

#include <uthash.h>

#include "actors/warehouse/answers.h"
#include "actors/warehouse/ledger.h"
#include "actors/warehouse/lots.h"
#include "actors/warehouse/warehouse.h"

// A trader's view: under which epoch it may commit, and how far its stream of batches is applied.
struct view {
    int64_t trader;
    int64_t epoch;         // raised by each new join; older ones are fenced
    int64_t nonce;         // of the join that was granted it
    int64_t batch;         // the last one applied
    int64_t applied;       // write-behinds applied
    int64_t oversell_seq;  // messages published as oversell.<trader>
    UT_hash_handle hh;
};

struct warehouse {
    struct warehouse_config config;
    struct warehouse_counters counters;
    int64_t clock;    // Lamport
    int64_t epoch;    // how often the warehouse was started
    int64_t version;  // changes of stock, over all products
    lots_t *lots;
    ledger_t *ledger;
    answers_t *answers;
    struct view *views;        // uthash, kept sorted by trader
    struct product **touched;  // written in the batch at hand, in order of first write
    size_t touched_count;
    struct product **sold;  // of which it has gathered sales, in order of the first one
    size_t sold_count;
};

// Adds a letter that carries the warehouse's id and clock.
struct message *warehouse_letter (warehouse_t *self, struct outbox *out, enum port port, int64_t to,
                                  enum message_type type);
void warehouse_error (warehouse_t *self, struct outbox *out, int64_t to, enum reason reason,
                      int64_t number, const char *text);

struct view *warehouse_view (const warehouse_t *self, int64_t trader);
struct view *warehouse_add_view (warehouse_t *self, int64_t trader);
void warehouse_record_view (const struct view *view, struct outbox *out);

// All views, as causal tokens name them. The list is taken from the arena of `out`.
const struct trader_seen *warehouse_traders (const warehouse_t *self, struct outbox *out,
                                             size_t *count);

// What one batch carries from item to item.
struct batch {
    struct view *view;  // the trader's
    bool again;         // applied before: answer, decide nothing
    struct outbox *out;
    const char *figures[LIMIT_BATCH];  // products that the trader must take the figure of over
    size_t figure_count;
};

// Applies a batch and answers it (warehouse_commit.c).
void warehouse_commit (warehouse_t *self, const struct message *message, struct outbox *out);

// Decides an item of the batch, or answers it as before (warehouse_item.c).
struct result warehouse_item (warehouse_t *self, struct batch *batch, const struct item *item);

// News of a batch (warehouse_publish.c): what was sold, gathered item by item; an oversell; and, at
// the end of the batch, the sales of each product and what is left of each that was touched.
void warehouse_gather_sales (warehouse_t *self, const struct item *item, const struct plan *plan,
                             struct outbox *out);
void warehouse_publish_oversell (warehouse_t *self, struct view *view, const struct item *item,
                                 const struct answer *answer, struct outbox *out);
void warehouse_publish_sales (warehouse_t *self, const struct view *view, struct outbox *out);
void warehouse_publish_stock (warehouse_t *self, struct outbox *out);

#endif
