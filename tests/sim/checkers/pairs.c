#include "tests/sim/checkers/pairs.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 256, ROOM_FIRST = 64 };

struct pair {
    int64_t first;
    int64_t second;
};

// Open addressing: a slot holds a place and one more, or 0. At most half of the slots are taken.
struct pairs {
    struct pair *pairs;  // by place
    size_t count;
    size_t size;
    uint32_t *slots;
    size_t slot_count;  // a power of two
};

void *array_room (void *items, size_t *size, size_t needed, size_t item_size)
{
    if (needed <= *size) {
        return items;
    }
    size_t old = *size;
    size_t grown = old ? old : ROOM_FIRST;
    while (grown < needed) {
        grown *= 2;
    }
    char *room = realloc (items, grown * item_size);
    if (!room) {
        abort ();
    }
    memset (room + old * item_size, 0, (grown - old) * item_size);
    *size = grown;
    return room;
}

pairs_t *pairs_new (void)
{
    pairs_t *self = calloc (1, sizeof *self);
    uint32_t *slots = calloc (SLOTS_FIRST, sizeof *slots);
    if (!self || !slots) {
        abort ();
    }
    self->slots = slots;
    self->slot_count = SLOTS_FIRST;
    return self;
}

void pairs_destroy (pairs_t **self_p)
{
    assert (self_p);
    pairs_t *self = *self_p;
    if (!self) {
        return;
    }
    free (self->pairs);
    free (self->slots);
    free (self);
    *self_p = NULL;
}

static uint64_t mixed (int64_t first, int64_t second)
{
    uint64_t hash = (uint64_t) first * UINT64_C (0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 32)) + (uint64_t) second;
    hash *= UINT64_C (0xbf58476d1ce4e5b9);
    return hash ^ (hash >> 29);
}

// The slot where the pair is, or the free one where it would be.
static uint32_t *slot_of (const pairs_t *self, int64_t first, int64_t second)
{
    size_t mask = self->slot_count - 1;
    for (size_t i = (size_t) mixed (first, second) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &self->slots[i];
        if (*slot == 0) {
            return slot;
        }
        const struct pair *pair = &self->pairs[*slot - 1];
        if (pair->first == first && pair->second == second) {
            return slot;
        }
    }
}

static void grow (pairs_t *self)
{
    free (self->slots);
    self->slot_count *= 2;
    self->slots = calloc (self->slot_count, sizeof *self->slots);
    if (!self->slots) {
        abort ();
    }
    for (size_t i = 0; i < self->count; i++) {
        *slot_of (self, self->pairs[i].first, self->pairs[i].second) = (uint32_t) (i + 1);
    }
}

size_t pairs_place (pairs_t *self, int64_t first, int64_t second)
{
    uint32_t *slot = slot_of (self, first, second);
    if (*slot != 0) {
        return *slot - 1;
    }
    if (2 * (self->count + 1) > self->slot_count) {
        grow (self);
        slot = slot_of (self, first, second);
    }
    assert (self->count < UINT32_MAX);
    size_t place = self->count++;
    self->pairs = array_room (self->pairs, &self->size, self->count, sizeof *self->pairs);
    self->pairs[place] = (struct pair){.first = first, .second = second};
    *slot = (uint32_t) self->count;
    return place;
}

size_t pairs_find (const pairs_t *self, int64_t first, int64_t second)
{
    const uint32_t *slot = slot_of (self, first, second);
    return *slot ? *slot - 1 : PAIRS_NONE;
}

size_t pairs_count (const pairs_t *self)
{
    return self->count;
}

int64_t pairs_first (const pairs_t *self, size_t place)
{
    assert (place < self->count);
    return self->pairs[place].first;
}

int64_t pairs_second (const pairs_t *self, size_t place)
{
    assert (place < self->count);
    return self->pairs[place].second;
}
