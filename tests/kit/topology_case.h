// What the tests of the topology reader share: a file to read, and what was read from it.
#ifndef SOUK_TOPOLOGY_CASE_H
#define SOUK_TOPOLOGY_CASE_H

#include <jansson.h>
#include <stdbool.h>

#include "schemas/topology.h"

// JSON with single quotes: every key once, with other values than a node's own; and no key that
// may be left out.
extern const char TOPOLOGY_SAMPLE[];
extern const char TOPOLOGY_SMALLEST[];
extern const char TOPOLOGY_ELECTED[];  // every key of an elected market: peers 7, a buyer, and 3

struct topology_case {
    char folder[64];  // temporary
    char path[128];   // of the file in it
    const char *sample;  // that read_with begins with: TOPOLOGY_SAMPLE unless the test sets it
    arena_t *arena;
    struct topology topology;
    char error[512];
};

extern struct topology_case loaded;

// A checked fixture.
void topology_case_begin (void);
void topology_case_end (void);

// Read what they are given as a file; the answer is that of topology_read.
bool read_bytes (const char *bytes, size_t size);
bool read_json (const json_t *root);
bool read_text (const char *text);

// Reads the sample with one value put into `section`: the market itself (""), the warehouse, the
// first element of a list, or what stands at a path, as "peers[1].seller". Takes `value`; NULL
// leaves the key out.
bool read_with (const char *section, const char *key, json_t *value);

// The caller owns the result and must decref it. Quotes are single for the sake of C.
json_t *parsed (const char *text);

// Fails the test unless `valid` is false and the error holds `where`.
void assert_refused_at (bool valid, const char *where);

#endif
