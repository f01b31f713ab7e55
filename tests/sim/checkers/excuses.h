// What excuses a trader that has promised something which another answer takes back, since no trader
// can keep it: a client that asks for different things under one number, or names different first
// traders, is promised different things; a number may be so old, when its promise comes to the
// warehouse, that nobody knows whether it was answered; and a process that comes without its journal
// where nobody holds a copy, forsakes what the one before it had promised.
#ifndef SOUK_EXCUSES_H
#define SOUK_EXCUSES_H

#include "tests/sim/checkers/history.h"

typedef struct excuses excuses_t;

// The caller owns the result and must destroy it. The rules are borrowed.
excuses_t *excuses_new (const struct rules *rules);
void excuses_destroy (excuses_t **self_p);

// Takes in every fact, before anything is asked about it.
void excuses_see (excuses_t *self, const struct fact *fact);

// The epoch in which the writes of a trader's process began to count, as its journal says; 0: it has
// not said yet.
int64_t excuses_began (const excuses_t *self, int64_t trader, int64_t life);

// Whether a promise under this number may be broken, by a trader whose writes began in this epoch; 0:
// in whichever.
bool excuses_promise (const excuses_t *self, int64_t client, int64_t number, int64_t trader,
                      int64_t began);

// Whether the fact tells a buyer that units of a product that is sold from leases are sold to it:
// what a trader may say before it is stored, and `excuses_promise` may excuse.
bool excuses_early (const excuses_t *self, const struct fact *fact);

#endif
