// A journal's lines: one record in words, framed by its CRC and its numbers (journal.h).
//
// In words, numbers are decimal and without leading zeros, and one space stands between two of them:
//
//   journal VERSION trader TRADER                                the first line
//   joined MARKET EPOCH BEGAN SETTLED
//   decided buy TRADER WRITE CLIENT NUMBER CLOCK PRODUCT QUANTITY all|part PROMISED FIRST EPOCH
//     ID:SELLER:LOT:UNITS:PRICE …                                what it took from a lease, if it did
//   decided restock TRADER WRITE CLIENT NUMBER CLOCK PRODUCT QUANTITY PRICE FIRST EPOCH
//   copied buy …, copied restock …                               as decided
//   settled, void, copy_settled, forwarded TRADER WRITE
//   copy TRADER VIEW BEGAN SETTLED
//   sealed, copy_end TRADER VIEW
#ifndef SOUK_JOURNAL_TEXT_H
#define SOUK_JOURNAL_TEXT_H

#include <stddef.h>

#include "schemas/record.h"

enum {
    JOURNAL_VERSION = 1,
    JOURNAL_LINE_BYTES = 1280,  // no line is longer, the newline included
};

// Where a line stands: record `number` of its file, made durable with `first` and all behind that.
struct journal_place {
    int64_t number;
    int64_t first;
};

// What a record that is read may borrow from.
struct journal_room {
    char product[LIMIT_PRODUCT_NAME + 1];
    struct leased_units taken[LIMIT_FILLS];
};

// Writes the record's line, with its newline, to `at`, which has room for JOURNAL_LINE_BYTES.
// Returns its end. Asserts that it is a record of a trader's journal.
char *journal_text_line (char *at, struct journal_place place, const struct record *record);

// The same for the first line of a trader's journal.
char *journal_text_header (char *at, int64_t trader);

// Reads the frame of the line that begins at `line`, of which at most `size` bytes are there.
// Returns its length with the newline, 0 where no whole and undamaged line begins there.
size_t journal_text_frame (const char *line, size_t size, struct journal_place *place);

// Reads the record of a line that journal_text_frame has found good, and its length. A product's
// name, and what an order took from a lease, are written to `room` and borrowed from there. Returns
// false where it is no record.
bool journal_text_record (const char *line, size_t length, struct record *record,
                          struct journal_room *room);

// Whose journal this first line begins; 0: it is no first line of this version.
int64_t journal_text_trader (const char *line, size_t length);

#endif
