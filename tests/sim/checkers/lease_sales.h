// What traders sell from their leases, as they tell it and as their journals have it: no more than
// there is, or than the budget allows, and no more than the warehouse has leased to each.
#ifndef SOUK_LEASE_SALES_H
#define SOUK_LEASE_SALES_H

#include "tests/sim/checkers/lease_book.h"

typedef struct lease_sales lease_sales_t;

// The caller owns the result and must destroy it. Rules and leases are borrowed.
lease_sales_t *lease_sales_new (const struct rules *rules, const lease_book_t *leases);
void lease_sales_destroy (lease_sales_t **self_p);

// Takes in every fact, behind the leases. Returns false and complains in `text` (of CHECKER_TEXT
// bytes).
bool lease_sales_see (lease_sales_t *self, const struct fact *fact, char *text);

// Whether the trader's process that is up has joined under the epoch that the warehouse knows, and
// is not taken over.
bool lease_sales_is_live (const lease_sales_t *self, int64_t trader);

// Units of the product (id), those of the budget apart, that the trader has sold and the warehouse
// has not settled, as its journal has it.
int64_t lease_sales_open (const lease_sales_t *self, int64_t trader, int64_t product);

// The trader's writes that are applied.
int64_t lease_sales_applied (const lease_sales_t *self, int64_t trader);

#endif
