// Changes of a message's bytes: blanks between its marks, other values in the place of its own, and
// whatever a seed draws. Knows JSON's marks and no more, so that what it makes is seldom valid.
#ifndef SOUK_TEXT_CHANGES_H
#define SOUK_TEXT_CHANGES_H

#include "tests/kit/message_cases.h"

enum { TEXT_ROOM = LIMIT_BATCH_BYTES + LIMIT_MESSAGE_BYTES };

struct text {
    size_t size;
    char bytes[TEXT_ROOM];
};

// Writes behind what is there.
void text_put (struct text *self, const char *bytes, size_t size);

// Makes `to` the text with other bytes in the place of those from `begin` to `end`.
void text_replace (const struct text *self, size_t begin, size_t end, const char *bytes,
                   size_t size, struct text *to);

// Makes `to` the text with blanks around every mark that is in no string. It must have no escapes.
void text_spread (const struct text *self, const char *before, const char *behind, struct text *to);

// Makes `to` the text with one number or string changed, for each of them and for each thing that
// it may become: the bounds of limits.h and what is beyond them, every word of the protocol, names
// and texts of all kinds, and other JSON. Calls `visit` each time.
void text_each_value (const struct text *self, struct text *to,
                      void (*visit) (const struct text *));

// Makes `to` the text with the array that begins at `at` written twice, the first time with 1 as
// its first number, if it begins with one.
void text_double_array (const struct text *self, size_t at, struct text *to);

// Changes something: a byte, a few, or a part between two commas. The text must not be empty, and
// may be afterwards.
void text_change (struct text *self, struct draw *draw);

#endif
