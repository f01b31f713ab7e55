// What a trader holds of one product by its leases: units of lots that the warehouse has given it
// to sell, and units of the oversell budget (O'Neil, "The Escrow Transactional Method", 1986: what
// was set aside for one is nobody else's, so it can be given away without asking).
//
// It sells the oldest lots first, as the warehouse does, and the budget last.
#ifndef SOUK_HOLDING_H
#define SOUK_HOLDING_H

#include "schemas/message.h"

struct holding {
    struct leased_units *lots;  // from `first` on, ascending by id; the first one has units
    size_t first;
    size_t end;     // behind the last one
    size_t size;    // of the memory
    int64_t units;  // of all lots
    int64_t budget;
};

void holding_free (struct holding *self);

// Takes over what the warehouse tells, and nothing of what was before. `held` is ascending by id,
// the budget (id 0) first.
void holding_set (struct holding *self, const struct leased_units *held, size_t count);

// Takes off what was sold and `held` did not know of yet. What is not there is passed over.
void holding_deduct (struct holding *self, const struct leased_units *taken, size_t count);

// Units that can be sold, of lots and of the budget.
int64_t holding_total (const struct holding *self);

// Takes the units for one order, in the order of the lots, the budget last. Returns of how many
// lots they are; 0, and takes nothing, where there are not so many, or they are of more than
// LIMIT_FILLS.
size_t holding_take (struct holding *self, int64_t quantity,
                     struct leased_units taken[LIMIT_FILLS]);

// Gives everything up: moves it to `returned`, in place of what that held, in the form of
// holding_set. Returns the number of units.
int64_t holding_give_up (struct holding *self, struct holding *returned);

// Its lots, `count` of them, borrowed until it changes; NULL: none. Of what was given up, the
// budget is among them, as in holding_set.
const struct leased_units *holding_list (const struct holding *self, size_t *count);

#endif
