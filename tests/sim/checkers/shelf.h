// What checkers put by: memory that is never given back piece by piece, only all at once, and the
// words of a complaint.
#ifndef SOUK_SHELF_H
#define SOUK_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// (client, number) names a request for ever. No padding, so that it can be hashed as it stands.
struct request_name {
    int64_t client;
    int64_t number;
};

// Starts as {0}.
struct shelf {
    struct shelf_block *blocks;  // the one in use first
    size_t used;                 // bytes of it
};

// Returns cleared memory, aligned for everything, of at most 4096 bytes. Valid until shelf_free.
void *shelf_take (struct shelf *self, size_t size);
void shelf_free (struct shelf *self);

// Writes the complaint into `text` (of CHECKER_TEXT bytes). Returns false, which is what a checker
// returns with it.
bool complain (char *text, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

#endif
