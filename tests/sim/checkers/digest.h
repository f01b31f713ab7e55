// Digests of 128 bits stand for states that are too large to be kept, and a set of them says which
// were seen before. Two different states have the same digest by an accident that nobody will
// live to see; it would hide a state, and show none that is not there.
#ifndef SOUK_DIGEST_H
#define SOUK_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
    uint64_t high;
    uint64_t low;
};

// Of three values, their order included.
struct digest digest_of (uint64_t a, uint64_t b, uint64_t c);

// A state's digest is the sum of those of its parts, in any order; a part that is changed is
// subtracted and added anew.
void digest_add (struct digest *self, struct digest part);
void digest_subtract (struct digest *self, struct digest part);

struct digest_set {
    struct digest *slots;
    size_t size;  // a power of two, or 0
    size_t count;
};

// Adds it to a set, which is all zeros at first. Returns false when it is in there already.
bool digest_set_add (struct digest_set *self, struct digest digest);
void digest_set_free (struct digest_set *self);

#endif
