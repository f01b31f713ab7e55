// What a journal's lines are made of, as tables: from which journal_text.c writes, and
// journal_text_read.c reads. For these two alone.
#ifndef SOUK_JOURNAL_LINES_H
#define SOUK_JOURNAL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/record.h"

enum {
    FRAME_BYTES = 9,  // the CRC and a space
    FIELDS_MAX = 12,  // of a record
    LINE_KINDS = 12,
    UNITS_NUMBERS = 5,  // of units from a lease
};

enum word_kind { WORD_NUMBER, WORD_PRODUCT, WORD_ALL };

// A word of a record: where its value stands in `struct record`, and what it may be.
struct word {
    enum word_kind kind;
    size_t offset;
    int64_t min;
    int64_t max;
};

struct line {
    const char *name;
    enum record_type type;
    enum item_kind item;  // of decided and copied
    size_t count;
    struct word words[FIELDS_MAX];
};

// Where two have the same type, the buy stands before the restock.
extern const struct line journal_lines[LINE_KINDS];

// The numbers of units that an order took from a lease, with a colon between two of them: where
// each stands in `struct leased_units`.
extern const struct word journal_units_words[UNITS_NUMBERS];

// Whether records of this type tell an item.
bool journal_line_has_item (enum record_type type);

// Whether such lines end with what the item took from a lease.
bool journal_line_has_taken (const struct line *line);

#endif
