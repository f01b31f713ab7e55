// Leases as naive as can be, to hold the warehouse against: one product, its lots in a plain list,
// what each trader holds of each. No code is shared with what it checks. It foretells what each
// request does and asserts, at any time, that units are conserved and budgets kept.
#ifndef SOUK_LEASE_MODEL_H
#define SOUK_LEASE_MODEL_H

#include "actors/clients/random.h"
#include "tests/kit/lease_fixture.h"

enum { LM_TRADERS = 4, LM_LOTS = 400 };  // trader ids below

struct lm_lot {
    int64_t left;
    int64_t leased[LM_TRADERS];
};

struct lm_trader {
    enum member_state state;
    int64_t taker;
    int64_t budget;
    bool clean;
    bool known;  // a lease of its was applied: the next ones are counted
};

// Assignment makes a copy to come back to. The lot of id n is SAM's n-th, at 10 × n.
struct lm {
    int64_t budget_units;
    int64_t budget_percent;
    struct lm_lot lots[LM_LOTS];
    size_t lot_count;
    int64_t stocked;
    int64_t sold;
    int64_t oversold;
    bool recalling;
    struct lm_trader traders[LM_TRADERS];
};

// What an order gets.
struct lm_outcome {
    bool recalling;
    enum status status;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
};

int64_t lm_available (const struct lm *self);
int64_t lm_held (const struct lm *self, int64_t trader);  // units of lots
bool lm_holds (const struct lm *self, int64_t trader);    // the budget included

void lm_restock (struct lm *self, int64_t units);

// A lease of a live trader that is applied for the first time.
void lm_lease (struct lm *self, int64_t trader, const struct lease *lease);

// An order that is not behind; one that was sold from a lease; and units that are leased no more
// without being sold.
struct lm_outcome lm_buy (struct lm *self, const struct item *item);
struct lm_outcome lm_sell (struct lm *self, int64_t trader, const struct item *item);
void lm_free_taken (struct lm *self, int64_t trader, const struct item *item);
void lm_free_all (struct lm *self, int64_t trader);

// Asserts that the answer tells what the trader holds.
void lm_is_held (const struct lm *self, int64_t trader, const struct leased *leased);

// Asserts that units are conserved, that no budget is exceeded, and that the warehouse and its store
// say the same.
void lm_compare (const struct lm *self);

// A trader in the state, at random; 0: there is none.
int64_t lm_trader_in (const struct lm *self, struct random *dice, enum member_state state);

// Some of what the trader holds, at most `max` entries: of the lots, ascending, and of the budget,
// before them or behind. Returns how many entries.
size_t lm_pick (const struct lm *self, struct random *dice, int64_t trader,
                struct leased_units *units, size_t max, bool budget_first);

// The result of a batch of one item for the trader: by itself, or by whoever takes it over.
struct result lm_commit_for (const struct lm *self, int64_t trader, const struct item *item);

#endif
