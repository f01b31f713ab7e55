// Which news of traders a node has in its log: every trader passes on what it hears of the others,
// and to read it once is enough.
#ifndef SOUK_HEARD_SHELL_H
#define SOUK_HEARD_SHELL_H

#include <stdbool.h>

#include "schemas/message.h"

struct heard {
    size_t count;
    struct heard_trader {
        int64_t id;
        int64_t news;  // its view, and whether it was suspected then
    } traders[LIMIT_TRADERS];
};

// Whether the message is worth a line: it tells of no trader's state, or one that was not told yet.
bool heard_first (struct heard *self, const struct message *message);

#endif
