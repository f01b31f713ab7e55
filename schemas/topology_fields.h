// Reads JSON objects into structs by tables: one entry a key, with its kind, its bounds and the
// place of its value. Strict: unknown keys, wrong types and numbers out of bounds are refused,
// with the path to what was wrong. It serves the readers of files; the wire has codec.h.
#ifndef SOUK_TOPOLOGY_FIELDS_H
#define SOUK_TOPOLOGY_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/arena.h"

enum { FIELD_PATH_BYTES = 128, FIELD_IPC_BYTES_MAX = 107 };

enum field_kind {
    FIELD_NONE,      // ends a table
    FIELD_INTEGER,   // int64_t from `min` to `max`; -1 when left out
    FIELD_CONSTANT,  // the integer `min` and no other; nothing keeps it
    FIELD_BOOLEAN,   // bool; `otherwise` when left out
    FIELD_WORD,      // const char *, one of `words`; NULL when left out, like all strings
    FIELD_TEXT,      // const char * of 1 to `max` bytes
    FIELD_PRODUCT,   // const char *, a product's name or "random"
    FIELD_ENDPOINT,  // const char *, where a socket listens
    FIELD_BUDGET,    // struct topology_budget: 0 to `max` units, or "0%" to "100%"
    FIELD_PART,      // an object or a list that the caller reads by itself
};

// One key of an object, and where in the struct its value goes.
struct topology_field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    bool required;
    bool otherwise;
    int64_t min;
    int64_t max;               // LIMIT_INTEGER: without a bound of its own
    const char *const *words;  // NULL behind the last
};

struct topology_reader {
    arena_t *arena;  // strings are copied to it
    char *error;     // what was wrong, once something returned false
    size_t error_size;
};

// Writes what is wrong at `path` ("" for the whole) to the reader's error. Returns false, for the
// caller to return.
bool topology_refuse (struct topology_reader *self, const char *path, const char *format, ...)
    __attribute__ ((format (printf, 3, 4)));

// Reads `object`, which stands at `path`, by its table into the struct at `target`. The strings
// are borrowed from the arena.
bool topology_read_object (struct topology_reader *self, const char *path, json_t *object,
                           const struct topology_field *fields, void *target);

#endif
