#include "actors/warehouse/skipped.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RANGES_FIRST = 4 };

static struct skipped_range *at (const struct skipped *self, size_t index)
{
    return &self->ranges[self->begin + index];
}

void skipped_clear (struct skipped *self, size_t *room)
{
    *room += self->count;
    free (self->ranges);
    *self = (struct skipped){0};
}

// The first range that does not end below the number, or the count of all.
static size_t search (const struct skipped *self, int64_t number)
{
    size_t low = 0;
    size_t high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (at (self, middle)->last < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool skipped_has (const struct skipped *self, int64_t number)
{
    size_t index = search (self, number);
    return index < self->count && at (self, index)->first <= number;
}

int64_t skipped_last (const struct skipped *self)
{
    return self->count > 0 ? at (self, self->count - 1)->last : 0;
}

static void move_down (struct skipped *self)
{
    memmove (self->ranges, at (self, 0), self->count * sizeof *self->ranges);
    self->begin = 0;
}

static void resize (struct skipped *self, size_t size)
{
    struct skipped_range *ranges = realloc (self->ranges, size * sizeof *ranges);
    if (!ranges) {
        abort ();
    }
    self->ranges = ranges;
    self->size = size;
}

// The places that are not used are bounded by those that are: each client may have had many.
static void shrink (struct skipped *self)
{
    if (self->size > RANGES_FIRST && self->count < self->size / 4) {
        move_down (self);
        resize (self, self->size / 2);
    }
}

// The shorter side moves: what comes late is mostly near one end.
static void drop (struct skipped *self, size_t index, size_t *room)
{
    ++*room;
    self->count--;
    if (self->count == 0) {
        skipped_clear (self, room);
        return;
    }
    if (index <= self->count / 2) {
        memmove (at (self, 1), at (self, 0), index * sizeof *self->ranges);
        self->begin++;
    } else {
        memmove (at (self, index), at (self, index + 1),
                 (self->count - index) * sizeof *self->ranges);
    }
    shrink (self);
}

// Makes a place behind the last range: in front of the first one there may be many.
static void make_place (struct skipped *self)
{
    if (self->begin + self->count < self->size) {
        return;
    }
    if (self->begin > self->size / 2) {
        move_down (self);
    } else {
        resize (self, self->size ? 2 * self->size : RANGES_FIRST);
    }
}

static void insert (struct skipped *self, size_t index, struct skipped_range range, size_t *room)
{
    assert (*room > 0);
    make_place (self);
    memmove (at (self, index + 1), at (self, index), (self->count - index) * sizeof *self->ranges);
    *at (self, index) = range;
    self->count++;
    --*room;
}

void skipped_add (struct skipped *self, int64_t first, int64_t last, size_t *room)
{
    assert (first <= last && skipped_last (self) < first);
    if (self->count > 0 && skipped_last (self) == first - 1) {
        at (self, self->count - 1)->last = last;
        return;
    }
    if (*room == 0 && self->count > 0) {
        drop (self, 0, room);
    }
    if (*room > 0) {
        insert (self, self->count, (struct skipped_range){first, last}, room);
    }
}

bool skipped_take (struct skipped *self, int64_t number, size_t *room)
{
    size_t index = search (self, number);
    if (index == self->count || at (self, index)->first > number) {
        return false;
    }
    struct skipped_range *range = at (self, index);
    if (range->first == range->last) {
        drop (self, index, room);
    } else if (range->last == number) {
        range->last--;
    } else {
        struct skipped_range lower = {range->first, number - 1};
        range->first = number + 1;
        if (lower.first <= lower.last && *room > 0) {
            insert (self, index, lower, room);
        }
    }
    return true;
}

void skipped_trim (struct skipped *self, int64_t least, size_t *room)
{
    while (self->count > 0 && at (self, 0)->last < least) {
        drop (self, 0, room);
    }
    if (self->count > 0 && at (self, 0)->first < least) {
        at (self, 0)->first = least;
    }
}
