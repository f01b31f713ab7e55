#include "tests/sim/checkers/shelf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"

enum { SHELF_BLOCK = 64 * 1024, SHELF_PIECE_MAX = 4096 };

struct shelf_block {
    struct shelf_block *next;
    _Alignas(max_align_t) unsigned char bytes[SHELF_BLOCK];
};

void *shelf_take (struct shelf *self, size_t size)
{
    assert (size <= SHELF_PIECE_MAX);
    size_t align = _Alignof(max_align_t);
    size = (size + align - 1) / align * align;
    if (!self->blocks || self->used + size > SHELF_BLOCK) {
        struct shelf_block *block = calloc (1, sizeof *block);
        if (!block) {
            abort ();
        }
        block->next = self->blocks;
        self->blocks = block;
        self->used = 0;
    }
    void *piece = self->blocks->bytes + self->used;
    self->used += size;
    return piece;
}

void shelf_free (struct shelf *self)
{
    while (self->blocks) {
        struct shelf_block *next = self->blocks->next;
        free (self->blocks);
        self->blocks = next;
    }
    self->used = 0;
}

bool complain (char *text, const char *format, ...)
{
    va_list arguments;
    va_start (arguments, format);
    vsnprintf (text, CHECKER_TEXT, format, arguments);
    va_end (arguments);
    return false;
}
