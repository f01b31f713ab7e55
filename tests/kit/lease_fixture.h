// What the tests of leases share, on top of warehouse_fixture.h: SAM's salt in lots, leases asked
// for as a trader would, and orders sold from them.
#ifndef SOUK_LEASE_FIXTURE_H
#define SOUK_LEASE_FIXTURE_H

#include "tests/kit/warehouse_fixture.h"

// The last lease of salt that each trader has numbered, in its epoch.
extern int64_t lf_numbers[WH_TRADERS];

// Begins with `lots` lots of salt of so many units each, SAM's 1, 2, 3 …, the n-th at 10 × n.
void lf_begin (size_t lots, int64_t units);

// Sets the policy of salt, before lf_begin.
void lf_policy (struct policy policy);
void lf_budget (int64_t units, int64_t percent);

// One lease of salt under the next number, answered with `leased`.
const struct leased *lf_lease (int64_t trader, int64_t wanted);
const struct leased *lf_return (int64_t trader, const struct leased_units *units, size_t count,
                                bool all);

// The message, for what the above do not say.
struct message lf_message (int64_t trader, int64_t number, int64_t wanted);
const struct leased *lf_ask (const struct message *request);

// Gives back all that `leased` has told last, cleanly.
const struct leased *lf_return_all (int64_t trader);

// Units of one of SAM's lots, as they are held, sold or returned; of 0: the budget.
struct leased_units lf_units (int64_t lot, int64_t units);

// `buy`, sold by its trader from `taken`, which must outlive the step.
struct item lf_sold (struct item buy, const struct leased_units *taken, size_t count);

// What an answer must be.
void lf_is_held (const struct leased *leased, const struct leased_units *held, size_t count);

// The sums of an answer: of lots, and of the budget.
int64_t lf_sum (const struct leased *leased);
int64_t lf_budget_of (const struct leased *leased);

// What the warehouse has leased to the trader: asks with a lease that wants nothing.
int64_t lf_held (int64_t trader);

// A view's change, which must be granted.
void lf_backed_by (int64_t trader, int64_t backup);
void lf_leave (int64_t trader);
void lf_take_over (int64_t trader, int64_t taker, bool complete);

// The next process of the trader joins, from its journal or without it. False: it was refused.
bool lf_join_again (int64_t trader, bool journal, bool abandon);

#endif
