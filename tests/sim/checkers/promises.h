// Units that a trader's process has promised for an order from its cache, where it alone can have
// decided the order: it was asked before any other and before the order was sent again, and after
// whoever had its id before. Such a promise binds: it is never another one, and what becomes of
// the order gives as many units or says that they are missing.
#ifndef SOUK_PROMISES_H
#define SOUK_PROMISES_H

#include "tests/sim/checkers/history.h"

typedef struct promises promises_t;

// The caller owns the result and must destroy it.
promises_t *promises_new (void);
void promises_destroy (promises_t **self_p);

// Takes in that a process starts or ends.
void promises_process (promises_t *self, const struct fact *fact);

// Takes in a FACT_ASKED of a buy or a restock; `place` is that of its client and number, as the
// caller counts them from 0.
void promises_asked (promises_t *self, size_t place, const struct fact *fact);

// Takes in a FACT_SAID of an accepted order. `alone`: nothing is stored under the number, and no
// two different things were asked for. Returns the units that the same process promised before,
// where that binds; else those that it promises now.
int64_t promises_said (promises_t *self, size_t place, const struct fact *fact, bool alone);

// A trader has refused the request for good, whatever was promised.
void promises_drop (promises_t *self, size_t place);

// The units that bind, now that the order is stored; 0: none.
int64_t promises_units (const promises_t *self, size_t place);

#endif
