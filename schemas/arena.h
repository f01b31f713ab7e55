// A bump allocator for what lives as long as one message or one step: everything that is taken
// from it goes at once, at arena_reset. It keeps its blocks, so that after a while it asks the
// heap for nothing. It never hands out memory twice before a reset, and never moves any.
#ifndef SOUK_ARENA_H
#define SOUK_ARENA_H

#include <stddef.h>

typedef struct arena arena_t;

// The caller owns the result and must destroy it. `block_bytes` is the size of a block.
arena_t *arena_new (size_t block_bytes);
void arena_destroy (arena_t **self_p);

// Memory for `count` things of `size` bytes, aligned for any type, not cleared. The arena owns
// it. Aborts when the heap is exhausted; callers bound what they ask for.
void *arena_take (arena_t *self, size_t count, size_t size);

// A copy of `length` bytes with a NUL behind it.
char *arena_string (arena_t *self, const char *bytes, size_t length);

// Forgets all that was taken.
void arena_reset (arena_t *self);

#endif
