// The values of a message, read from the parser's tree by the tables of codec_fields.h: the inner
// half of the decoder. For codec_decode.c alone.
#ifndef SOUK_CODEC_READ_H
#define SOUK_CODEC_READ_H

#include <jansson.h>

#include "schemas/codec.h"
#include "schemas/codec_fields.h"

// Where in the message a value stands, for the text of an error: a field, or a tuple of a list.
struct place {
    const struct place *parent;  // the field that a tuple is in, the tuple that a field is in
    const char *name;            // of the field; NULL: a tuple
    size_t index;                // of the tuple in its list
};

struct reader {
    arena_t *arena;              // of strings and lists
    struct decode_error *error;  // filled by whoever returns false
    const char *type;            // of the message, "message" until it is known
};

// Fills the error's text, in one line of printable ASCII. Always returns false, to be handed on.
bool codec_refuse (struct reader *self, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

// Read one value; return false and fill the error when it is not what it must be.
bool codec_read_integer (struct reader *self, const struct place *place, const json_t *value,
                         int64_t min, int64_t max, int64_t *number);
bool codec_read_value (struct reader *self, const struct place *place, const struct field *field,
                       const json_t *value,
                       char *base);  // into `base`, the struct that has the field

#endif
