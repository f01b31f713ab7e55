// The leases that are durable at the warehouse: FACT_STORED, record by record, put together again,
// and held against I1: of each lot no more is leased than is unsold. What is unsold and not leased
// is free, and what is leased to a trader comes back through the warehouse alone.
#ifndef SOUK_LEASE_BOOK_H
#define SOUK_LEASE_BOOK_H

#include "tests/sim/checkers/history.h"

struct lease_lot {
    int64_t product;
    int64_t seller;
    int64_t number;  // the seller's own
    int64_t price_cents;
    int64_t left;    // unsold units,
    int64_t leased;  // and those of them that traders hold
};

struct lease_product {
    int64_t product;   // id
    const char *name;  // "" where no record has named it
    int64_t stocked;   // units that ever came,
    int64_t left;      // that are unsold,
    int64_t leased;    // of these, that traders hold,
    int64_t budget;    // that traders hold although they are not there,
    int64_t oversold;  // and that were promised and not there
};

// What a trader holds of a product.
struct lease_holder {
    int64_t trader;
    int64_t product;  // id
    int64_t units;
    int64_t budget;
};

typedef struct lease_book lease_book_t;

// The caller owns the result and must destroy it. The rules are borrowed.
lease_book_t *lease_book_new (const struct rules *rules);
void lease_book_destroy (lease_book_t **self_p);

// Takes in a FACT_STORED. Returns false and complains in `text` (of CHECKER_TEXT bytes) when more is
// leased than there is, or less than nothing, or of a product that is not sold from leases.
bool lease_book_stored (lease_book_t *self, const struct fact *fact, char *text);

// All of these are valid until the next lease_book_stored. NULL: there is none.
const struct lease_lot *lease_book_lot (const lease_book_t *self, int64_t lot);
const struct lease_product *lease_book_product (const lease_book_t *self, int64_t product);
const struct lease_product *lease_book_named (const lease_book_t *self, const char *name);
const struct lease_holder *lease_book_of (const lease_book_t *self, int64_t trader,
                                          int64_t product);

// Units of the lot that the trader holds.
int64_t lease_book_units (const lease_book_t *self, int64_t trader, int64_t lot);

// The holders and the products, by place, 0, 1, 2 ... as they were heard of first. NULL: no more.
const struct lease_holder *lease_book_holder_at (const lease_book_t *self, size_t place);
const struct lease_product *lease_book_product_at (const lease_book_t *self, size_t place);

#endif
