// Words of a line, one behind the other, for message_text.c, message_traders.c and message_peers.c
// alone.
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

// The same of a message between the peers of an elected market, or of who holds its seats.
bool words_of_peers (struct line *line, const struct message *message, int64_t to);

// Says ", peer 6 leads in term 8, the traders are 5 and 6"; nothing in term 0.
void words_of_seating (struct line *line, const struct seating *seating);

// Says what a `member` tells node `to` (0: whoever looks on). `epoch_before` is as for member_text.
void words_of_member (struct line *line, const struct message *message, int64_t to,
                      int64_t epoch_before);

#endif
