// What clients have asked for: the bodies of their buys and restocks, each once, by number.
#ifndef SOUK_ASKED_H
#define SOUK_ASKED_H

#include "tests/sim/checkers/final_answer.h"

typedef struct asked asked_t;

// The caller owns the result and must destroy it.
asked_t *asked_new (void);
void asked_destroy (asked_t **self_p);

// Takes in a FACT_ASKED whose client and number have this place, counted from 0 by the caller.
// Whatever is no buy or restock is left out.
void asked_add (asked_t *self, size_t place, const struct fact *fact);

// Whether two different things were asked for under the number at `place`.
bool asked_twice (const asked_t *self, size_t place);

// Whether what is stored there was asked for. An order without a product is one for something that
// nobody has offered so far.
bool asked_for_entry (const asked_t *self, size_t place, const durable_t *durable,
                      const struct entry *entry);

// Whether an answer tells of something that was asked for there. Of an order that got nothing the
// product may be left out.
bool asked_for_answer (const asked_t *self, size_t place, const struct final_answer *answer);

// The highest number that the client has asked under; 0: none.
int64_t asked_highest (const asked_t *self, int64_t client);

#endif
