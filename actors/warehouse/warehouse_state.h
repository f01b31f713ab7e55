// The warehouse's inside, shared by its files alone: warehouse.c (verbs, dispatch, snapshots),
// warehouse_view.c (joins, backups, takeovers), warehouse_seats.c (terms and seats),
// warehouse_commit.c (batches), warehouse_item.c (what becomes of one item), warehouse_sale.c (what
// a new order gets), warehouse_lease.c (leases), warehouse_publish.c (news), warehouse_restore.c;
// and what they all stand on, warehouse_state.c.
#ifndef SOUK_WAREHOUSE_STATE_H
#define SOUK_WAREHOUSE_STATE_H

#include <uthash.h>

#include "actors/warehouse/answers.h"
#include "actors/warehouse/leases.h"
#include "actors/warehouse/ledger.h"
#include "actors/warehouse/lots.h"
#include "actors/warehouse/warehouse.h"

// A trader's view: under which epoch commits for it are taken, and from whom; who backs it up; and
// how far its stream of batches is applied.
struct view {
    int64_t trader;
    int64_t epoch;    // raised by each new join and by each takeover; older ones are refused
    int64_t nonce;    // of the join that was granted last
    int64_t batch;    // the last one applied in this epoch
    int64_t applied;  // write-behinds applied since the epoch `began`
    int64_t view;     // counts the changes of what is below, over all epochs
    int64_t began;    // the epoch in which its write-behinds began to count
    enum member_state state;
    int64_t backup;  // that holds a copy of what it decides; 0: nobody
    int64_t taker;   // that settles its copy: while MEMBER_TAKING, else 0
    int64_t closed;  // what it decided in epochs before this one is settled or void
    char router[LIMIT_ENDPOINT + 1];  // where other traders reach it
    int64_t oversell_seq;             // messages published as oversell.<trader>
    int64_t member_seq;               // messages published as member.<trader>
    UT_hash_handle hh;
};

// The settings of a product that has its own.
struct own_policy {
    char product[LIMIT_PRODUCT_NAME + 1];
    struct policy policy;
    UT_hash_handle hh;
};

struct warehouse {
    struct warehouse_config config;
    struct warehouse_counters counters;
    int64_t clock;    // Lamport
    int64_t epoch;    // how often the warehouse was started
    int64_t version;  // changes of stock, over all products
    int64_t market;   // names it for ever; 0 before its first start
    int64_t term;     // of an elected market: who was elected last; 0: nobody ever
    int64_t leader;
    int64_t seats[LIMIT_VECTOR];  // who trades in this term, ascending
    size_t seat_count;
    int64_t seats_seq;  // messages published as seats
    uint64_t seed;
    struct own_policy *policies;  // uthash
    bool batched;                 // some products are sold in MODE_BATCHED
    lots_t *lots;
    leases_t *leases;
    ledger_t *ledger;
    answers_t *answers;
    struct view *views;        // uthash, kept sorted by trader
    struct product **touched;  // written in the batch at hand, in order of first write
    size_t touched_count;
    struct product **sold;  // of which it has gathered sales, in order of the first one
    size_t sold_count;
    struct product **recalled;  // of which it asks for what is leased, in order of the first time
    size_t recalled_count;
};

// Adds a letter that carries the warehouse's id, clock and market.
struct message *warehouse_letter (warehouse_t *self, struct outbox *out, enum port port, int64_t to,
                                  enum message_type type);
void warehouse_error (warehouse_t *self, struct outbox *out, int64_t to, enum reason reason,
                      int64_t number, const char *text);

// Answers a message with an error that says for whom it was, where it was a commit, and under which
// epoch, of a lease too.
void warehouse_decline (warehouse_t *self, const struct message *message, struct outbox *out,
                        enum reason reason, int64_t number, const char *text);

// What the warehouse itself is to know again.
void warehouse_record (const warehouse_t *self, struct outbox *out);

// How the product is sold.
const struct policy *warehouse_policy (const warehouse_t *self, const char *product);

// The product's figure changes with the batch at hand: it will be published.
void warehouse_touch (warehouse_t *self, struct product *product);

// "" for 0: an order for something that nobody ever offered is kept without a product.
const char *warehouse_product_name (const warehouse_t *self, int64_t id);

struct view *warehouse_view (const warehouse_t *self, int64_t trader);
struct view *warehouse_add_view (warehouse_t *self, int64_t trader);

// What changes with each batch, and what changes with the view.
void warehouse_record_trader (const struct view *view, struct outbox *out);
void warehouse_record_view (const struct view *view, struct outbox *out);

// All views, as causal tokens name them. The list is taken from the arena of `out`.
const struct trader_seen *warehouse_traders (const warehouse_t *self, struct outbox *out,
                                             size_t *count);

// A trader wants another view of itself, or a backup one of its primary: granted or not, the answer
// is the view as it now stands (warehouse_view.c).
void warehouse_join (warehouse_t *self, const struct message *message, struct outbox *out);
void warehouse_claim (warehouse_t *self, const struct message *message, struct outbox *out);
void warehouse_takeover (warehouse_t *self, const struct message *message, struct outbox *out);

// What goes with each change of a view: records it, and publishes it (warehouse_view.c).
void warehouse_change_view (warehouse_t *self, struct view *view, struct outbox *out);

// A candidate wants the next term: granted or not, the answer is who holds the seats now
// (warehouse_seats.c).
void warehouse_campaign (warehouse_t *self, const struct message *message, struct outbox *out);

// Whether somebody was elected, and this trader holds no seat: then nothing is taken from it, and
// it is told so.
bool warehouse_unseated (const warehouse_t *self, int64_t trader);
void warehouse_refuse_unseated (warehouse_t *self, const struct message *message,
                                struct outbox *out);

// Whether it is one that could have been granted: a term, seats ascending, the leader among them.
bool warehouse_is_seating (const struct seating *seating);
void warehouse_take_seating (warehouse_t *self, const struct seating *seating);

// A trader gives units back and wants others (warehouse_lease.c). It gets no more than its share of
// all that is free or may be idle (protocol.md, "Leases").
void warehouse_lease (warehouse_t *self, const struct message *message, struct outbox *out);

// Whether any units are leased to the trader, those of budgets included.
bool warehouse_holds_leases (const warehouse_t *self, int64_t trader);

// Takes all leases of the trader back; or counts all of them as idle, for a process that goes on
// from a journal may hold again what the one before it had promised and not recorded.
void warehouse_free_leases (warehouse_t *self, int64_t trader);
void warehouse_resume_leases (warehouse_t *self, int64_t trader);

// Records the leases that have changed; and outside of batches tells the stock that has, too.
void warehouse_record_leases (warehouse_t *self, struct outbox *out);
void warehouse_tell_leases (warehouse_t *self, struct outbox *out);

// What one batch carries from item to item.
struct batch {
    struct view *view;  // of the trader whose batch it is
    bool behalf;        // its backup has sent it
    bool again;         // applied before: answer, decide nothing
    struct outbox *out;
    const char *figures[LIMIT_BATCH];  // products that the trader must take the figure of over
    size_t figure_count;
};

// Applies a batch and answers it (warehouse_commit.c).
void warehouse_commit (warehouse_t *self, const struct message *message, struct outbox *out);

// Decides an item of the batch, or answers it as before (warehouse_item.c).
struct result warehouse_item (warehouse_t *self, struct batch *batch, const struct item *item);

// What warehouse_item stands on (warehouse_sale.c): an error; the receipt of an order that has an
// answer; a product that the trader must take the figure of over.
struct result warehouse_item_error (enum reason reason);
struct result warehouse_receipt (warehouse_t *self, const struct item *item,
                                 const struct answer *answer, struct outbox *out);
void warehouse_note_figure (struct batch *batch, const char *product);

// Decides a new order: from free units, unless others may be idle at traders, which are recalled.
struct result warehouse_sell (warehouse_t *self, struct batch *batch, const struct item *item);

// Whether a buy that is not decided yet is to wait for leased units to come back.
bool warehouse_must_recall (const warehouse_t *self, const struct item *item);

// A buy that its trader has sold from its lease: whether it holds what was taken, as the item says;
// if so, the new order's decision; or only what was taken, free again.
bool warehouse_covers (const struct lease_entry *entry, const struct item *item);
struct result warehouse_sell_leased (warehouse_t *self, struct batch *batch,
                                     const struct item *item, struct lease_entry *entry);
void warehouse_free_taken (warehouse_t *self, struct lease_entry *entry, const struct item *item);

// News of a view that has changed (warehouse_publish.c).
void warehouse_publish_member (warehouse_t *self, struct view *view, struct outbox *out);

// News of a batch (warehouse_publish.c): what was sold, gathered item by item; an oversell; and, at
// the end of the batch, the sales of each product and what is left of each that was touched.
void warehouse_gather_sales (warehouse_t *self, const struct item *item, const struct plan *plan,
                             struct outbox *out);
void warehouse_publish_oversell (warehouse_t *self, struct view *view, const struct item *item,
                                 const struct answer *answer, struct outbox *out);
void warehouse_publish_sales (warehouse_t *self, const struct view *view, struct outbox *out);
void warehouse_publish_stock (warehouse_t *self, struct outbox *out);

// The product is recalled: at once no more of it is leased, and it is published at the end of the
// batch.
void warehouse_recall (warehouse_t *self, struct product *product);
void warehouse_publish_recalls (warehouse_t *self, struct outbox *out);

#endif
