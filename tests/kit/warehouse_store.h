// A store in memory, for the tests of the warehouse: keeps each record by its key, as the real
// one keeps rows, and hands them over in the order of store_load. It refuses what contradicts
// what it holds, as the real one does.
#ifndef SOUK_WAREHOUSE_STORE_H
#define SOUK_WAREHOUSE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "actors/store/store.h"
#include "schemas/record.h"

struct wh_store;

// The caller owns the result and must destroy it.
struct wh_store *wh_store_new (void);
void wh_store_destroy (struct wh_store **self_p);

// Takes one record over. Asserts, by Check, that it does not contradict those before it.
void wh_store_put (struct wh_store *self, const struct record *record);

// Hands all over that a warehouse is rebuilt from, as store_load. Returns false when it is refused.
bool wh_store_load (struct wh_store *self, int64_t answers_kept, store_visit_fn *visit,
                    void *context);

// Asserts, by Check, that units are conserved per lot, order and product, and that each account
// is what the fills make of it, so that all of them sum to zero.
void wh_store_check (struct wh_store *self);

// Sums over what is stored.
int64_t wh_store_restocked (const struct wh_store *self, int64_t product);
int64_t wh_store_left (const struct wh_store *self, int64_t product);
int64_t wh_store_sold (const struct wh_store *self, int64_t product);
int64_t wh_store_oversold (const struct wh_store *self, int64_t product);
int64_t wh_store_leased (const struct wh_store *self, int64_t product);  // units of lots
int64_t wh_store_balance (const struct wh_store *self, int64_t node);

#endif
