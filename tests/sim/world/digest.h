// What a message says, as a number: two runs with the same digests said the same.
#ifndef SOUK_WORLD_DIGEST_H
#define SOUK_WORLD_DIGEST_H

#include "schemas/message.h"

// A hash over everything that the message says on the wire, mixed into `hash`: header, fields,
// strings by content. The same on every machine and compiler.
uint64_t message_digest (uint64_t hash, const struct message *message);

#endif
