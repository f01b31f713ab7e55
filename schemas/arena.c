#include "schemas/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;  // the block to use when this one is full
    size_t size;         // bytes of data
    size_t used;         // bytes handed out
    max_align_t data[];  // what is handed out
};

struct arena {
    struct block *first;    // all blocks, in the order of their making
    struct block *current;  // the one to take from
    size_t block_bytes;     // size of an ordinary block
};

static struct block *block_new (size_t size)
{
    struct block *block = malloc (sizeof *block + size);
    if (!block) {
        abort ();  // The machine's fault; a node without memory cannot answer for anything.
    }
    *block = (struct block){.size = size};
    return block;
}

arena_t *arena_new (size_t block_bytes)
{
    arena_t *self = malloc (sizeof *self);
    if (!self) {
        abort ();
    }
    *self = (arena_t){.first = block_new (block_bytes), .block_bytes = block_bytes};
    self->current = self->first;
    return self;
}

void arena_destroy (arena_t **self_p)
{
    assert (self_p);
    arena_t *self = *self_p;
    if (!self) {
        return;
    }
    for (struct block *block = self->first; block;) {
        struct block *next = block->next;
        free (block);
        block = next;
    }
    free (self);
    *self_p = NULL;
}

void *arena_take (arena_t *self, size_t count, size_t size)
{
    const size_t align = sizeof (max_align_t);
    assert (size == 0 || count <= (SIZE_MAX / 2) / size);
    size_t bytes = (count * size + align - 1) / align * align;
    while (self->current->size - self->current->used < bytes) {
        struct block *next = self->current->next;
        if (!next || next->size < bytes) {
            struct block *fresh = block_new (bytes > self->block_bytes ? bytes : self->block_bytes);
            fresh->next = next;
            self->current->next = fresh;
            next = fresh;
        }
        self->current = next;
        self->current->used = 0;
    }
    void *memory = (char *) self->current->data + self->current->used;
    self->current->used += bytes;
    return memory;
}

char *arena_string (arena_t *self, const char *bytes, size_t length)
{
    char *copy = arena_take (self, length + 1, 1);
    memcpy (copy, bytes, length);
    copy[length] = 0;
    return copy;
}

void arena_reset (arena_t *self)
{
    self->current = self->first;
    self->current->used = 0;
}
