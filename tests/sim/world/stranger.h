// A client without a core of the market: it says what the protocol allows, and what it does not.
// It uses numbers again, with the same body and with another one, asks about orders of long ago,
// sends messages that are for others, tokens that nobody gave out, and bytes that are no message.
// It obeys the two rules without which nothing can be promised to it: its id is its own, and what
// it says of a number's first trader it never takes back.
#ifndef SOUK_STRANGER_H
#define SOUK_STRANGER_H

#include "broker/core.h"

struct stranger_config {
    int64_t id;
    const int64_t *traders;  // borrowed, like all lists here
    size_t trader_count;
    const char *const *products;
    size_t product_count;
    int64_t every_us;  // between two messages, on average
};

typedef struct stranger stranger_t;

stranger_t *stranger_new (const struct stranger_config *config, uint64_t seed);
void stranger_destroy (stranger_t **self_p);
void stranger_step (stranger_t *self, const struct event *event, struct outbox *out);
int64_t stranger_deadline (const stranger_t *self);
bool stranger_done (const stranger_t *self);  // it was stopped

// Bytes that are no message: what a letter of type MESSAGE_ERROR from a stranger stands for (it has
// no other use for one). Returns a string that lives for ever.
const char *stranger_garbage (const struct message *message);

#endif
