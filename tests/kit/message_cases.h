// Messages to test with: drawn from a seed, the smallest of each type, the largest of each type,
// and whether two are equal. Shares no code with the codec.
#ifndef SOUK_MESSAGE_CASES_H
#define SOUK_MESSAGE_CASES_H

#include "schemas/arena.h"
#include "schemas/message.h"

// A stream of numbers: splitmix64 (Steele, Lea, Flood 2014).
struct draw {
    uint64_t state;
};

uint64_t draw_next (struct draw *self);
int64_t draw_between (struct draw *self, int64_t min, int64_t max);  // evenly enough, both included

enum case_size { CASE_SMALLEST, CASE_ANY, CASE_LARGEST };

// A valid message of this type. Strings and lists are the arena's.
void message_case (enum message_type type, enum case_size size, struct draw *draw, arena_t *arena,
                   struct message *message);

bool messages_equal (const struct message *a, const struct message *b);

#endif
