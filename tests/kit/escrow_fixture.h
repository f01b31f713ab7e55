// What the tests of a trader that sells from leases share: the warehouse's side of leases by hand, on
// the fixture of the trader.
#ifndef SOUK_ESCROW_FIXTURE_H
#define SOUK_ESCROW_FIXTURE_H

#include "tests/kit/trader_fixture.h"

enum { FIX_TARGET = 16 };  // units that a trader would like to hold, at first

void fix_escrow (void);  // as fix_join, all products by leases; nothing is asked for yet

// Units of a lot of Sam's as the warehouse leases them, at 100 + its id a unit; lot 0: of the budget.
struct leased_units fix_units (int64_t lot, int64_t units);

// The warehouse answers the latest `lease` for the product: this is all that it has leased to the
// trader, with its writes up to `applied` taken off. Then DRAINED.
void fix_leases (const char *product, int64_t number, int64_t applied,
                 const struct leased_units *held, size_t count);

// Alice's first order has the trader ask; it is granted so many units of lot 1, and she gets one.
void fix_stocked (const char *product, int64_t units);

// The one `lease` of the last step, which has this number.
const struct lease *fix_lease (int64_t number);
void fix_recall (const char *product);  // then DRAINED
struct result fix_settled (void);       // of a buy from a lease

void fix_order (int64_t from, int64_t number, int64_t quantity);  // for fish, and then DRAINED
void fix_sell_fish_by (struct policy policy);                     // before the trader is made

// The one receipt of the last step is this; a fill of it; what a decision took. Units as fix_units.
const struct receipt *fix_receipt_to (int64_t to, int64_t number);
void fix_filled (const struct receipt *receipt, size_t at, int64_t lot, int64_t units);
void fix_took (const struct item *item, size_t at, int64_t lot, int64_t units);

// The last step passed on this order alone, for the warehouse to decide.
void fix_passes (int64_t batch, int64_t from, int64_t number);

// Of fish: Alice's first order took one of as many units of lot 1 as the trader wanted.
void fix_sells (void);
// The next process goes on in epoch 2 with what the warehouse has not: two sales, of 4 units.
void fix_resumes (void);
// The warehouse tells that it has leased so many units of lot 1, with writes up to `applied` off.
void fix_tell (int64_t number, int64_t applied, int64_t units);
// The one `lease` of the last step wants so many units; or gives all back, which is so many of lot 1.
void fix_asks_for (int64_t number, int64_t wanted);
void fix_gives_back (int64_t number, int64_t units);

#endif
