// How leases may change: by a numbered letter of the trader, each once and under its own epoch, by
// its writes, and when it is gone for good. A trader is clean when it has given back all that it had
// not sold, and no order is refused while one that holds something is not.
#ifndef SOUK_LEASE_STEPS_H
#define SOUK_LEASE_STEPS_H

#include "tests/sim/checkers/lease_book.h"
#include "tests/sim/checkers/lease_sales.h"

typedef struct lease_steps lease_steps_t;

// The caller owns the result and must destroy it. Book and sales are borrowed.
lease_steps_t *lease_steps_new (const lease_book_t *book, const lease_sales_t *sales);
void lease_steps_destroy (lease_steps_t **self_p);

// Takes in a FACT_STORED, behind book and sales. Returns false and complains in `text` (of CHECKER_TEXT
// bytes).
bool lease_steps_stored (lease_steps_t *self, const struct fact *fact, char *text);

// Units of the product that traders hold who are not clean.
int64_t lease_steps_unclean (const lease_steps_t *self, int64_t product);

#endif
