// The two ways in which message_decode reads: fast what is written as Souk itself writes it, and
// in full everything. For codec_decode.c, and for the test that holds one against the other.
#ifndef SOUK_CODEC_DECODE_H
#define SOUK_CODEC_DECODE_H

#include "schemas/codec.h"

// Reads a message in one pass, without a tree: of ASCII alone, the header first, then the fields
// in the order of codec_fields.h, between any blanks, without escapes. Returns false for all else,
// valid or not, and says nothing about it: `message` and what was taken from `arena` are garbage
// then. What it reads is what codec_decode_full would have read.
bool codec_decode_fast (const char *data, size_t size, arena_t *arena, struct message *message);

// Reads any message of at most LIMIT_BATCH_BYTES; what it refuses is refused, and `error` filled.
bool codec_decode_full (const char *data, size_t size, arena_t *arena, struct message *message,
                        struct decode_error *error);

#endif
