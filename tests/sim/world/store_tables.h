// The tables of a store in memory: records folded by the keys that SQLite's tables have, and handed
// over from there as a load must. Private to the store.
//
// A record is taken at its word: one that contradicts an earlier one counts in its place, and to
// find that is for the checkers. Where there is nothing that it could be about, that is asserted.
#ifndef SOUK_STORE_TABLES_H
#define SOUK_STORE_TABLES_H

#include "actors/store/store.h"

struct tables;

// The caller owns the result and must destroy it.
struct tables *tables_new (void);
void tables_destroy (struct tables **self_p);

// Takes one record over. Its strings are borrowed for as long as the tables live.
void tables_fold (struct tables *self, const struct record *record);

// Hands over as store_load. Returns NULL, or what the record was about that was refused.
const char *tables_load (const struct tables *self, int64_t answers_kept, store_visit_fn *visit,
                         void *context) __attribute__ ((warn_unused_result));

// An array with room for a thing of `each` bytes at `index`, moved and doubled until it has. What
// is new is zero. The caller owns it and must free it.
void *tables_grown (void *array, size_t *size, size_t index, size_t each);

#endif
