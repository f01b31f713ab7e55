// A trader's journal: the file in which it keeps, one record a line, what must outlive it. It is
// only ever appended to, can be read with `less`, and is left whole by a crash at any moment.
//
//   d0fc7db2 0 0 journal 1 trader 1
//   69d298ba 1 1 joined 811 1 1 0
//   0cc00a43 2 2 decided buy 1 1 7 1 12 salt 2 part 2 1 1
//   89e8710f 3 3 settled 1 1
//
// A line is the CRC-32 of what follows it, the number of the record in this file, the number of the
// first record that was made durable together with it, and the record in words (journal_text.h).
// By the second number a torn write is told from damage: what stands behind a bad line was durable
// only if what stands before it was.
//
// It knows nothing of what the records mean. It never writes again after a sync has failed, since
// nobody knows then what is on the disk.
#ifndef SOUK_JOURNAL_H
#define SOUK_JOURNAL_H

#include <stddef.h>

#include "schemas/record.h"

enum {
    JOURNAL_ROTATE_BYTES = 16 * 1024 * 1024,  // it begins anew beyond, unless set otherwise
    JOURNAL_KEPT = 4,                         // earlier files that are kept: <path>.1 is the latest
};

enum journal_status {
    JOURNAL_OK,
    JOURNAL_FULL,    // no room: nothing of the batch was written, and it may be tried again
    JOURNAL_FAILED,  // nobody knows what is on the disk: the process must end
};

typedef struct journal_file journal_t;

// Is told one record, whose strings and lists are valid until it returns; returns false to refuse
// it.
typedef bool journal_visit_fn (void *context, const struct record *record);

// Opens the trader's journal, or makes it where there is none, and cuts off what a crash has left
// unfinished at its end. Returns NULL and a reason in `error` when it is in use by another process,
// another trader's, damaged (the reason says where; nothing was changed), no journal, or cannot be
// opened. The caller owns the result and must close it.
journal_t *journal_open (const char *path, int64_t trader, char *error, size_t error_size);
void journal_close (journal_t **self_p);

// The size beyond which journal_grown says that it is to begin anew.
void journal_rotate_at (journal_t *self, int64_t bytes);

// Hands over all its records, in the order in which they were written. JOURNAL_FAILED where it
// cannot be read any more, or a record was refused: journal_error says which line.
enum journal_status journal_load (journal_t *self, journal_visit_fn *visit, void *context)
    __attribute__ ((warn_unused_result));

// Writes records behind all others: durable when it returns JOURNAL_OK, if one of them must be
// before it is told of (a decision, a copy, a join). What only spares work after a crash is made
// durable together with the next one that must.
enum journal_status journal_append (journal_t *self, const struct record *records, size_t count)
    __attribute__ ((warn_unused_result));

// Whether it has grown so much that it should begin anew.
bool journal_grown (const journal_t *self);

// Begins anew with these records, which must tell all that is open now. In one step: a crash
// leaves the file as it was, or the new one. The old one is kept as <path>.1. JOURNAL_FULL where
// there is no room for that: the old one goes on, and journal_grown is false for a while.
enum journal_status journal_rotate (journal_t *self, const struct record *records, size_t count)
    __attribute__ ((warn_unused_result));

int64_t journal_cut (const journal_t *self);        // bytes that were cut off when it was opened
const char *journal_error (const journal_t *self);  // the last failure, for a person

#endif
