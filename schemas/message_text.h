// A message in words, on one line that a person can follow: for logs, the monitor and the
// transcripts of the tests. Nodes are named by their ids. Not for machines: the words may change.
#ifndef SOUK_MESSAGE_TEXT_H
#define SOUK_MESSAGE_TEXT_H

#include "schemas/message.h"

// Room enough for every message; longer lists are summed up.
enum { MESSAGE_TEXT_BYTES = 2048 };

// Writes what `message` says to node `to` (ignored where the message names everybody itself):
// "buyer 5 asks for 2 salt (order 17)". Returns the length of the text, which is cut off where
// `size` ends and always has a NUL behind it; `size` is at least 1. Money is in whole units, with
// two digits for cents.
size_t message_text (const struct message *message, int64_t to, char *text, size_t size);

// What member_text takes for the epoch of a trader that was not told of before.
enum { MEMBER_EPOCH_UNKNOWN = -1 };

// The same of a `member`, for whoever looks on and remembers in which epoch its publisher told of
// that trader before: a trader that is back then differs from one that goes on without a backup.
size_t member_text (const struct message *message, int64_t epoch_before, char *text, size_t size);

#endif
