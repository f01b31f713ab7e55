// The numbers that clients have used, noted in any order, and between them those that they have
// skipped: for stores in memory.
#ifndef SOUK_USED_NUMBERS_H
#define SOUK_USED_NUMBERS_H

#include <stddef.h>

#include "actors/store/store.h"

struct used_number {
    int64_t client;
    int64_t number;
};

// Zero is an empty list.
struct used_numbers {
    struct used_number *list;
    size_t count;
    size_t size;
};

void used_add (struct used_numbers *self, int64_t client, int64_t number);
void used_clear (struct used_numbers *self);

// Hands over RECORD_SKIPPED as store_load does. Returns false when one is refused.
bool used_load_skipped (struct used_numbers *self, int64_t answers_kept, store_visit_fn *visit,
                        void *context);

#endif
