#include "tests/sim/world/digest.h"

#include <assert.h>
#include <string.h>

#include "schemas/codec.h"

// Eight bytes as a number, the first one lowest; compilers make one load of it.
static uint64_t word_at (const unsigned char *bytes)
{
    return (uint64_t) bytes[0] | (uint64_t) bytes[1] << 8 | (uint64_t) bytes[2] << 16
           | (uint64_t) bytes[3] << 24 | (uint64_t) bytes[4] << 32 | (uint64_t) bytes[5] << 40
           | (uint64_t) bytes[6] << 48 | (uint64_t) bytes[7] << 56;
}

static uint64_t mix (uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C (0xbf58476d1ce4e5b9);
    return hash ^ (hash >> 32);
}

uint64_t message_digest (uint64_t hash, const struct message *message)
{
    static char wire[LIMIT_BATCH_BYTES];
    assert (message);
    size_t size = message_encode (message, wire, sizeof wire);
    assert (size > 0);
    hash = mix (hash + UINT64_C (0x9e3779b97f4a7c15), size);
    const unsigned char *at = (const unsigned char *) wire;
    for (; size >= 8; size -= 8, at += 8) {
        hash = mix (hash, word_at (at));
    }
    unsigned char last[8] = {0};
    memcpy (last, at, size);
    hash = mix (hash, word_at (last));
    return (hash ^ (hash >> 27)) * UINT64_C (0x94d049bb133111eb);
}
