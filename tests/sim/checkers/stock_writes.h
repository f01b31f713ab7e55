// What the traders' processes have decided by themselves, as far as it can be seen from outside:
// their promises one by one, and the restocks that they may have counted in. A process is one
// (trader, life); what it writes behind counts 1, 2, 3 ... in an epoch that it alone has.
#ifndef SOUK_STOCK_WRITES_H
#define SOUK_STOCK_WRITES_H

#include "tests/sim/checkers/history.h"

typedef struct stock_writes stock_writes_t;

// The caller owns the result and must destroy it.
stock_writes_t *stock_writes_new (void);
void stock_writes_destroy (stock_writes_t **self_p);

// Each takes in facts of one type: all that there are of it.
void stock_writes_started (stock_writes_t *self, const struct fact *fact);
void stock_writes_ended (stock_writes_t *self, const struct fact *fact);
void stock_writes_asked (stock_writes_t *self, const struct fact *fact);
void stock_writes_said (stock_writes_t *self, const struct fact *fact);
void stock_writes_stored (stock_writes_t *self, const struct fact *fact, int64_t state);

// A promise that a process makes, and where it stands among what the process has written.
struct promise {
    int64_t trader;
    int64_t life;
    int64_t epoch;
    int64_t count;
    int64_t client;
    int64_t number;
    const char *product;
    int64_t units;
};

// Adds the promise of a FACT_SAID. Returns false, and adds nothing, for one that the process has
// made before.
bool stock_writes_promise (stock_writes_t *self, const struct promise *promise);

// Whether no order of that number, as far as any was asked for, could do with so few units unless
// there are no more.
bool stock_writes_part (const stock_writes_t *self, const struct promise *promise);

// A walk back over what the process had promised before its latest promise.
struct writes_walk {
    bool most;         // each counts with the most that it can have been, or else with the least
    size_t next;       // one more than the place of the next promise to be looked at
    size_t known;      // as many entries of what was applied may count
    int64_t promised;  // units of those looked at
};
struct writes_walk stock_writes_walk (const stock_writes_t *self, const struct promise *latest,
                                      bool most);

// Units of the product that the process had promised then, and that the warehouse has not applied
// by this state: each counts with what was promised or with what came of it, whichever is more or
// less. The states of one walk must not rise.
int64_t stock_writes_promised (const stock_writes_t *self, const struct promise *latest,
                               int64_t state, struct writes_walk *walk);

// The most units of the product that the process may have counted in, of restocks that the
// warehouse has not applied by this state.
int64_t stock_writes_restocked (const stock_writes_t *self, const struct promise *latest,
                                int64_t state);

#endif
