// Who holds the seats of an elected market (message_clients.h), as a value: what its owners ask of it.
#ifndef SOUK_SEATING_H
#define SOUK_SEATING_H

#include "schemas/arena.h"
#include "schemas/message.h"

bool seating_has (const struct seating *self, int64_t trader);

// The same with a list of its own, from the arena: a later term must not change what was told.
struct seating seating_copy (const struct seating *self, arena_t *arena);

#endif
