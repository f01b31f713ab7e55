// What is durable at the warehouse: FACT_STORED, record by record, put together again. Nothing
// that was stored is ever taken back, whoever dies.
#ifndef SOUK_DURABLE_H
#define SOUK_DURABLE_H

#include "tests/sim/checkers/history.h"

enum durable_kind { DURABLE_NOTHING, DURABLE_ORDER, DURABLE_LOT };

// What is stored under one number of a client.
struct entry {
    int64_t client;
    int64_t number;
    enum durable_kind kind;  // DURABLE_NOTHING: nothing is, and all below is 0
    int64_t product;         // id; 0: an order for something never offered
    int64_t quantity;
    bool all_or_nothing;  // of an order, as far as amount_cents
    enum status status;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
    uint32_t fill_first;  // see durable_next_fill
    uint32_t fill_last;
    size_t fill_count;
    int64_t price_cents;  // of a lot, like all below
    int64_t left;         // as its records say it
    int64_t unsold;       // the same, and within a batch as its fills say it
    uint32_t lefts;       // all that `unsold` ever was, see durable_was_left
};

typedef struct durable durable_t;

// The caller owns the result and must destroy it.
durable_t *durable_new (void);
void durable_destroy (durable_t **self_p);

// Takes in one record. Returns false, and changes nothing, when it is an order or a lot under a
// number that is taken already.
bool durable_add (durable_t *self, const struct record *record);

// The place of a client's number: 0, 1, 2 ... in the order in which durable_place or durable_add
// heard of them first, durable_count in all.
size_t durable_place (durable_t *self, int64_t client, int64_t number);
size_t durable_count (const durable_t *self);

// What is stored there. Valid until the next durable_add or durable_place.
const struct entry *durable_at (const durable_t *self, size_t place);

// A product's name; "" for one that has none.
const char *durable_product (const durable_t *self, int64_t product);

// Whether there is a product of this name, and how many units of its lots are left: 0 if not.
bool durable_offered (const durable_t *self, const char *name);
int64_t durable_left (const durable_t *self, const char *name);

// The fills of an order, one a call, in their order; `at` begins as its `fill_first`. Returns
// false after the last one.
bool durable_next_fill (const durable_t *self, uint32_t *at, struct fill *fill);

// Whether a lot ever had so many units left, be it within a batch.
bool durable_was_left (const durable_t *self, const struct entry *lot, int64_t left);

#endif
