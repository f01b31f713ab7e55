#include "tests/sim/checkers/digest.h"

#include <stdlib.h>

enum { SIZE_FIRST = 1024 };

// One round of splitmix64 (Steele et al. 2014).
static uint64_t mix (uint64_t value)
{
    value += UINT64_C (0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C (0x94d049bb133111eb);
    return value ^ (value >> 31);
}

struct digest digest_of (uint64_t a, uint64_t b, uint64_t c)
{
    return (struct digest){
        .high = mix (mix (mix (a) ^ b) ^ c),
        .low = mix (mix (mix (~c) ^ b) ^ a),
    };
}

void digest_add (struct digest *self, struct digest part)
{
    self->high += part.high;
    self->low += part.low;
}

void digest_subtract (struct digest *self, struct digest part)
{
    self->high -= part.high;
    self->low -= part.low;
}

static bool put (struct digest *slots, size_t size, struct digest digest)
{
    for (size_t at = (size_t) digest.low & (size - 1);; at = (at + 1) & (size - 1)) {
        if (slots[at].high == 0 && slots[at].low == 0) {
            slots[at] = digest;
            return true;
        }
        if (slots[at].high == digest.high && slots[at].low == digest.low) {
            return false;
        }
    }
}

static void grow (struct digest_set *self)
{
    size_t size = self->size ? 2 * self->size : SIZE_FIRST;
    struct digest *slots = calloc (size, sizeof *slots);
    if (!slots) {
        abort ();
    }
    for (size_t i = 0; i < self->size; i++) {
        if (self->slots[i].high != 0 || self->slots[i].low != 0) {
            (void) put (slots, size, self->slots[i]);
        }
    }
    free (self->slots);
    self->slots = slots;
    self->size = size;
}

bool digest_set_add (struct digest_set *self, struct digest digest)
{
    if (2 * self->count >= self->size) {
        grow (self);
    }
    if (digest.high == 0 && digest.low == 0) {
        digest.low = 1;  // Zeros mark what is empty.
    }
    bool added = put (self->slots, self->size, digest);
    self->count += added;
    return added;
}

void digest_set_free (struct digest_set *self)
{
    free (self->slots);
    *self = (struct digest_set){0};
}
