#include "tests/sim/world/agenda.h"

#include <assert.h>
#include <stdlib.h>

enum { ENTRIES_FIRST = 256 };

void agenda_free (struct agenda *self)
{
    free (self->entries);
    *self = (struct agenda){0};
}

static bool before (const struct entry *a, const struct entry *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->sequence < b->sequence;
}

void agenda_add (struct agenda *self, int64_t at_us, enum entry_kind kind, void *what, int64_t life)
{
    if (self->count == self->size) {
        self->size = self->size ? 2 * self->size : ENTRIES_FIRST;
        self->entries = realloc (self->entries, self->size * sizeof *self->entries);
        if (!self->entries) {
            abort ();
        }
    }
    struct entry entry = {
        .at_us = at_us, .sequence = self->sequence++, .kind = kind, .life = life, .what = what};
    size_t i = self->count++;
    for (; i > 0 && before (&entry, &self->entries[(i - 1) / 2]); i = (i - 1) / 2) {
        self->entries[i] = self->entries[(i - 1) / 2];
    }
    self->entries[i] = entry;
}

const struct entry *agenda_first (const struct agenda *self)
{
    return self->count > 0 ? &self->entries[0] : NULL;
}

struct entry agenda_take (struct agenda *self)
{
    assert (self->count > 0);
    struct entry first = self->entries[0];
    struct entry last = self->entries[--self->count];
    size_t i = 0;
    for (size_t child = 1; child < self->count; child = 2 * i + 1) {
        if (child + 1 < self->count && before (&self->entries[child + 1], &self->entries[child])) {
            child++;
        }
        if (!before (&self->entries[child], &last)) {
            break;
        }
        self->entries[i] = self->entries[child];
        i = child;
    }
    self->entries[i] = last;
    return first;
}
