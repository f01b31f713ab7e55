// Words of a line, one behind the other, for message_text.c and message_traders.c alone.
#ifndef SOUK_MESSAGE_WORDS_H
#define SOUK_MESSAGE_WORDS_H

#include "schemas/message.h"

struct line {
    char *text;
    size_t size;
    size_t length;  // always less than size
};

// Adds to the line; what it has no room for is cut off.
void words_say (struct line *self, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

// Says what a message between traders and the warehouse, or between traders, is. Returns false,
// and says nothing, where it is of another type.
bool words_of_traders (struct line *line, const struct message *message, int64_t to);

// Says what a `member` tells node `to` (0: whoever looks on). `epoch_before` is as for member_text.
void words_of_member (struct line *line, const struct message *message, int64_t to,
                      int64_t epoch_before);

#endif
