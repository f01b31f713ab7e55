// The stock of the market: products, and for each its lots in the order in which they sell. A lot
// is what one restock brought. Some of its units may be leased to traders (leases.h says to whom);
// the others are free. Orders are filled from the free units of the first lots; a lot of which
// nothing is left is forgotten once its last change was told.
//
// Lots sell by rank, the least first: in the order of their arrival where they have none (0), else
// those of the same rank by seller, and then in the order of their arrival.
//
// Per product, always: available = the sum of the free units of its lots.
#ifndef SOUK_LOTS_H
#define SOUK_LOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "schemas/message.h"

struct lot {
    int64_t id;  // 1, 2, 3 … over all products
    int64_t seller;
    int64_t number;  // the seller's own
    int64_t price_cents;
    int64_t quantity;  // that came
    int64_t left;      // that is unsold, of which
    int64_t leased;    // so many are leased: the others are free
    int64_t rank;      // 0: none
    struct product *product;
    struct lot *next;  // the next to sell with free units; or the next unused one
    struct lot *prev;
    struct lot *changed_next;
    bool changed;       // in the list of changed lots
    UT_hash_handle hh;  // by id
};

struct product {
    int64_t id;  // 1, 2, 3 … in order of arrival
    char name[LIMIT_PRODUCT_NAME + 1];
    int64_t available;   // units that are free
    int64_t stocked;     // that ever came
    int64_t oversold;    // that were promised and not there, ever
    int64_t stock_seq;   // messages published as stock.<name>
    int64_t sale_seq;    // as sale.<name>
    int64_t recall_seq;  // and as recall.<name>
    bool touched;        // written in the batch at hand
    bool recalling;      // leased units are wanted back: no more are leased for now
    bool recalled;       // the batch at hand asks for them
    struct lot *first;   // the next to sell, with free units
    struct lot *last;
    struct lot *freed;         // with free units again, the last that was put back; or NULL
    struct sold_units *sales;  // of the batch at hand, borrowed from the outbox's arena
    size_t sale_count;
    size_t sale_room;
    UT_hash_handle hh;  // by name
};

// From which lots an order would be filled.
struct plan {
    enum status status;    // STATUS_SOLD, OUT_OF_STOCK or TOO_MANY_LOTS
    int64_t units;         // that the order gets
    int64_t amount_cents;  // that they cost
    size_t count;          // of the lots below
    struct lot *lots[LIMIT_FILLS];
    int64_t taken[LIMIT_FILLS];  // units of each
};

typedef struct lots lots_t;

// The caller owns the result and must destroy it.
lots_t *lots_new (void);
void lots_destroy (lots_t **self_p);

// Products. lots_add_product returns NULL at LIMIT_PRODUCTS; the name must be valid and new.
struct product *lots_find_product (const lots_t *self, const char *name);
struct product *lots_product (const lots_t *self, int64_t id);
struct product *lots_add_product (lots_t *self, const char *name);
size_t lots_product_count (const lots_t *self);

// Adds a lot to its product at the place of its rank, all of it free. Of `came` count id, seller,
// number, price_cents, quantity, left and rank. An id of 0 takes the next one; a restored lot
// brings its own, which must be above all before it. Returns the lot, which is the table's own, or
// NULL at LIMIT_LOTS.
struct lot *lots_add (lots_t *self, struct product *product, const struct lot *came);

// Whether LIMIT_LOTS of them have unsold units.
bool lots_full (const lots_t *self);

// The lot of this id, or NULL when it is sold out or never came.
struct lot *lots_find (const lots_t *self, int64_t id);

// The highest id given so far. A restored store may know of later lots that are sold out.
int64_t lots_last_id (const lots_t *self);
void lots_skip_to (lots_t *self, int64_t id);

// The units of a lot that are neither sold nor leased.
int64_t lots_free_units (const struct lot *lot);

// Units that are free become leased; leased ones become free, or are sold. There must be as many.
// A lot keeps its place in the order, whatever becomes free when.
void lots_lease (struct lot *lot, int64_t units);
void lots_free (struct lot *lot, int64_t units);
void lots_sell_leased (lots_t *self, struct lot *lot, int64_t units);

// Plans the sale of up to `quantity` units (all of them, or none, where all_or_nothing) from the
// free units of the first lots, at most LIMIT_FILLS of them. Changes nothing.
struct plan lots_plan (const struct product *product, int64_t quantity, bool all_or_nothing);

// Carries the plan out. Nothing must have changed since it was made.
void lots_sell (lots_t *self, const struct plan *plan);

// Tells each lot that was sold from since the last call, and forgets those that are sold out.
typedef void lots_changed_fn (void *context, const struct lot *lot);
void lots_tell_changed (lots_t *self, lots_changed_fn *tell, void *context);

#endif
