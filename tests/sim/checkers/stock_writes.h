// What the traders have decided by themselves, as their journals tell it: promises and restocks, one
// write each. Writes count 1, 2, 3 ... since an epoch, through all processes that go on from the
// same journal.
#ifndef SOUK_STOCK_WRITES_H
#define SOUK_STOCK_WRITES_H

#include "tests/sim/checkers/history.h"

typedef struct stock_writes stock_writes_t;

// The caller owns the result and must destroy it. The rules are borrowed.
stock_writes_t *stock_writes_new (const struct rules *rules);
void stock_writes_destroy (stock_writes_t **self_p);

// Each takes in facts of one type: all that there are of it.
void stock_writes_asked (stock_writes_t *self, const struct fact *fact);
void stock_writes_said (stock_writes_t *self, const struct fact *fact);
void stock_writes_stored (stock_writes_t *self, const struct fact *fact, int64_t state);
void stock_writes_crowded (stock_writes_t *self, const struct fact *fact);  // FACT_UNRECORDED

// A promise as it was decided.
struct promise {
    int64_t trader;
    int64_t began;  // the epoch since which its writes count
    int64_t write;
    int64_t client;
    int64_t number;
    const char *product;
    int64_t units;
    int64_t version;  // of the warehouse, that the trader had seen by then at least
};

// Takes in one record of a FACT_RECORDED. Returns whether it is a promise by a cache, which is then
// filled in.
// stock_writes_roomy is to be called when all of them are taken in.
bool stock_writes_recorded (stock_writes_t *self, const struct fact *fact,
                            const struct record *record, struct promise *promise);
void stock_writes_roomy (stock_writes_t *self, const struct fact *fact);

// Whether no order of that number, as far as any was asked for, could do with so few units unless
// there are no more.
bool stock_writes_part (const stock_writes_t *self, const struct promise *promise);

// A walk back over what the trader had decided before its latest promise.
struct writes_walk {
    bool most;         // each counts with the most that it can have been, or else with the least
    size_t next;       // one more than the place of the next promise to be looked at
    size_t known;      // as many entries of what was applied may count
    int64_t promised;  // units of those looked at
    bool whole;  // no write was left out, as one is that was settled before it could be recorded
};
struct writes_walk stock_writes_walk (const stock_writes_t *self, const struct promise *latest,
                                      bool most);

// Units of the product that the trader had promised then, and that the warehouse has not applied
// by this state: each counts with what was promised or with what came of it, whichever is more or
// less. The states of one walk must not rise.
int64_t stock_writes_promised (const stock_writes_t *self, const struct promise *latest,
                               int64_t state, struct writes_walk *walk);

// The units of the product that the trader has counted in, of restocks that the warehouse has not
// applied by this state.
int64_t stock_writes_restocked (const stock_writes_t *self, const struct promise *latest,
                                int64_t state);

#endif
