// Pairs of numbers, such as (client, number) or (node, life), each with a place of its own: 0, 1,
// 2 ... in order of arrival. A checker keeps what it knows of each in an array by these places.
#ifndef SOUK_PAIRS_H
#define SOUK_PAIRS_H

#include <stddef.h>
#include <stdint.h>

#define PAIRS_NONE SIZE_MAX

typedef struct pairs pairs_t;

// The caller owns the result and must destroy it.
pairs_t *pairs_new (void);
void pairs_destroy (pairs_t **self_p);

// The pair's place; one that was not there is added.
size_t pairs_place (pairs_t *self, int64_t first, int64_t second);

// The pair's place, or PAIRS_NONE.
size_t pairs_find (const pairs_t *self, int64_t first, int64_t second);

size_t pairs_count (const pairs_t *self);
int64_t pairs_first (const pairs_t *self, size_t place);
int64_t pairs_second (const pairs_t *self, size_t place);

// An array with room for `needed` items of `item_size` bytes at least: `items` itself, or one in
// its stead, the new items zero. `size` is how many it has room for. Ends the process when there is
// no memory. The caller owns the array and must free it.
void *array_room (void *items, size_t *size, size_t needed, size_t item_size);

#endif
