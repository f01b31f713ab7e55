// Messages of an elected market to test with, for message_cases.c and message_equal.c alone.
#ifndef SOUK_PEER_CASES_H
#define SOUK_PEER_CASES_H

#include "tests/kit/message_parts.h"

// Who holds the seats of term 0, or of another one.
struct seating part_seating (struct maker *self, int64_t term_least);

// Makes the body of a message between peers, or of `seats` or `clock`.
void make_peers (struct maker *self, struct message *message);

bool seatings_equal (const struct seating *a, const struct seating *b);

// Whether two of the same type, which make_peers makes, have the same body. `handover` is not for
// it.
bool peers_equal (const struct message *a, const struct message *b);

#endif
