// The products that a buyer or seller knows: a copy of the market's names, by index, with the one
// that it was told to begin with.
#ifndef SOUK_CATALOG_H
#define SOUK_CATALOG_H

#include <stddef.h>
#include <stdint.h>

#include "actors/clients/random.h"

struct catalog {
    char **names;
    int64_t count;  // at least 1
    int64_t fixed;  // index of the product to begin with, -1: any
};

// Copies the names. `fixed` may be NULL, and is added when it is not among them. Asserts that
// there is a product at all. The caller owns the result and must free it.
struct catalog catalog_new (const char *const *names, size_t count, const char *fixed);
void catalog_free (struct catalog *self);

// The product to begin with.
int64_t catalog_first (const struct catalog *self, struct random *random);

// Any product but `index`; that one when there is no other.
int64_t catalog_other (const struct catalog *self, struct random *random, int64_t index);

#endif
