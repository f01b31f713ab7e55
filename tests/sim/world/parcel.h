// A message on its way. Usually it is a deep copy of the struct, made by the tables of the codec
// (so that a new message or field needs nothing here); where the world says so it is the bytes of
// the real codec, which takes longer and must make no difference.
#ifndef SOUK_PARCEL_H
#define SOUK_PARCEL_H

#include "broker/core.h"

struct parcel;

// A copy of the message, or its bytes where `encoded`. The caller owns the result and must free
// it. Memory comes from a pool that keeps what is freed.
struct parcel *parcel_new (const struct message *message, bool encoded);
void parcel_free (struct parcel *self);

// What arrives: the message, borrowed from the parcel; NULL with `error` filled where the bytes
// are none. Bytes are decoded now, strings and lists into the parcel's own memory.
const struct message *parcel_open (struct parcel *self, struct decode_error *error);

// A second one of the same.
struct parcel *parcel_double (const struct parcel *self);

// Gives the pool's memory back, for tools that look for leaks.
void parcel_pool_empty (void);

#endif
