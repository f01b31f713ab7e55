// Transcripts: a market that is moved by hand, and what it says must be what is written in
// tests/golden, word by word. There is one at a time. It has a warehouse, the traders that a test
// adds, and three clients without a core.
#ifndef SOUK_TRANSCRIPT_H
#define SOUK_TRANSCRIPT_H

#include "tests/sim/world/world.h"

enum { ALICE = 11, BOB = 12, SAM = 21 };

// Opens a market in which nobody is but the warehouse, ALICE, BOB and SAM. Whoever opens it must
// close it.
void transcript_open (void);
void transcript_close (void);

// The world of the market, to be hurt. Borrowed until it is closed.
world_t *transcript_world (void);

// One that looks for no backup where `ping_every_us` is 0.
void transcript_add_trader (int64_t id, enum mode mode, int64_t ping_every_us);

// Lets so much time pass.
void transcript_run (int64_t time_us);

// Lets what was said before come to an end, for which it has 10 ms.
void transcript_quiet (void);

// What a hand says, all of it about fish. Of the order, the product is filled in.
void transcript_buy (int64_t buyer, int64_t trader, struct buy order);
void transcript_restock (int64_t seller, int64_t trader, int64_t number, int64_t quantity);

// A trader as `first`, in the epoch that it has.
struct first transcript_first (int64_t trader);

// The story begins here: what was said before is left out.
void transcript_begin (void);

// The story, under this heading, is what stands in tests/golden/<name>.txt. With SOUK_GOLDEN=write
// in the environment it is written there instead.
void transcript_must_be (const char *name, const char *heading);

#endif
