// The stock of the market: products, and for each its lots in order of arrival. A lot is what
// one restock brought. Orders are filled from the oldest lots first; a lot that is sold out is
// forgotten once its last change was told.
//
// Per product, always: available = the sum of what is left in its lots.
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
    int64_t left;      // that is unsold
    struct product *product;
    struct lot *next;  // the next to sell, or the next free one
    struct lot *changed_next;
    bool changed;       // in the list of changed lots
    UT_hash_handle hh;  // by id
};

struct product {
    int64_t id;  // 1, 2, 3 … in order of arrival
    char name[LIMIT_PRODUCT_NAME + 1];
    int64_t available;  // units
    int64_t stock_seq;  // messages published as stock.<name>
    int64_t sale_seq;   // and as sale.<name>
    bool touched;       // written in the batch at hand
    struct lot *first;  // the oldest with units left
    struct lot *last;
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

// Adds a lot behind all others of its product. Returns NULL at LIMIT_LOTS. An `id` of 0 takes
// the next one; a restored lot brings its own, which must be above all before it.
struct lot *lots_add (lots_t *self, struct product *product, int64_t id, int64_t seller,
                      int64_t number, int64_t price_cents, int64_t quantity, int64_t left);

// Whether LIMIT_LOTS of them have unsold units.
bool lots_full (const lots_t *self);

// The lot of this id, or NULL when it is sold out or never came.
struct lot *lots_find (const lots_t *self, int64_t id);

// The highest id given so far. A restored store may know of later lots that are sold out.
int64_t lots_last_id (const lots_t *self);
void lots_skip_to (lots_t *self, int64_t id);

// Plans the sale of up to `quantity` units (all of them, or none, where all_or_nothing) from the
// oldest lots, at most LIMIT_FILLS of them. Changes nothing.
struct plan lots_plan (const struct product *product, int64_t quantity, bool all_or_nothing);

// Carries the plan out. It must be the newest one made.
void lots_sell (lots_t *self, const struct plan *plan);

// Tells each lot that was sold from since the last call, and forgets those that are sold out.
typedef void lots_changed_fn (void *context, const struct lot *lot);
void lots_tell_changed (lots_t *self, lots_changed_fn *tell, void *context);

#endif
