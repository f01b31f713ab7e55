// Messages to bytes and back: one JSON object in one frame, as protocol.md says. The only place
// that knows JSON of the wire. Decoding is strict: what a schema does not allow is refused, with
// a text that says what was wrong; no input makes it abort or ask for unbounded memory.
#ifndef SOUK_CODEC_H
#define SOUK_CODEC_H

#include <stddef.h>

#include "schemas/arena.h"
#include "schemas/message.h"

// What was wrong with a frame, and as much of its header as could be read, for the reply.
struct decode_error {
    char text[LIMIT_TEXT + 1];  // "buy: quantity must be an integer from 1 to 1000000, not \"two\""
    int64_t from;               // 0 when unreadable
    int64_t number;             // 0 when unreadable
};

// Writes `message` to `buffer`. Returns the number of bytes, or 0 when `size` is too small; a
// buffer of LIMIT_BATCH_BYTES is always enough, one of LIMIT_MESSAGE_BYTES for every type but
// commit, committed, stock, view, journal and handover. Asserts that the message keeps to its
// schema, and that who leads holds a seat (codec_seating_wrong).
size_t message_encode (const struct message *message, char *buffer, size_t size);

// Reads the message in `data`. Returns false and fills `error` when it is not a valid one or
// longer than `size_max` (LIMIT_MESSAGE_BYTES or LIMIT_BATCH_BYTES). Strings and lists of
// `message` are borrowed from `arena`.
bool message_decode (const char *data, size_t size, size_t size_max, arena_t *arena,
                     struct message *message, struct decode_error *error);

#endif
