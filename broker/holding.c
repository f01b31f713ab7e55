#include "broker/holding.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/planted.h"

void holding_free (struct holding *self)
{
    free (self->lots);
    *self = (struct holding){0};
}

static void make_room (struct holding *self, size_t count)
{
    if (count <= self->size) {
        return;
    }
    free (self->lots);
    self->size = count;
    self->lots = calloc (count, sizeof *self->lots);
    if (!self->lots) {
        abort ();
    }
}

void holding_set (struct holding *self, const struct leased_units *held, size_t count)
{
    make_room (self, count);
    self->first = 0;
    self->end = 0;
    self->units = 0;
    self->budget = 0;
    for (size_t i = 0; i < count; i++) {
        if (held[i].id == 0) {
            self->budget += held[i].units;
        } else {
            self->lots[self->end++] = held[i];
            self->units += held[i].units;
        }
    }
}

// Lots that are empty leave at the front, where nearly all of them are; one that a deduction
// emptied further back waits there for its turn.
static void drop_empty (struct holding *self)
{
    while (self->first < self->end && self->lots[self->first].units == 0) {
        self->first++;
    }
}

static int64_t lesser (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void deduct_one (struct holding *self, const struct leased_units *taken)
{
    if (taken->id == 0) {
        self->budget -= lesser (taken->units, self->budget);
        return;
    }
    for (size_t i = self->first; i < self->end && self->lots[i].id <= taken->id; i++) {
        if (self->lots[i].id == taken->id) {
            int64_t units = lesser (taken->units, self->lots[i].units);
            self->lots[i].units -= units;
            self->units -= units;
        }
    }
}

void holding_deduct (struct holding *self, const struct leased_units *taken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        deduct_one (self, &taken[i]);
    }
    drop_empty (self);
}

int64_t holding_total (const struct holding *self)
{
    return self->units + self->budget;
}

// Which lots the units would come from; 0: from too many.
static size_t plan (const struct holding *self, int64_t quantity,
                    struct leased_units taken[LIMIT_FILLS])
{
    size_t count = 0;
    for (size_t i = self->first; i < self->end && quantity > 0; i++) {
        if (self->lots[i].units == 0) {
            continue;
        }
        if (count == LIMIT_FILLS) {
            return 0;
        }
        taken[count] = self->lots[i];
        taken[count].units = lesser (quantity, self->lots[i].units);
        quantity -= taken[count++].units;
    }
    if (quantity > 0) {
        if (count == LIMIT_FILLS) {
            return 0;
        }
        taken[count++] = (struct leased_units){.units = quantity};
    }
    return count;
}

size_t holding_take (struct holding *self, int64_t quantity, struct leased_units taken[LIMIT_FILLS])
{
    assert (quantity >= 1);
    if (holding_total (self) < quantity) {
        return 0;
    }
    size_t count = plan (self, quantity, taken);
    if (!PLANTED (61)) {
        holding_deduct (self, taken, count);
    }
    return count;
}

// The budget stands in the place before the first lot.
int64_t holding_give_up (struct holding *self, struct holding *returned)
{
    int64_t total = holding_total (self);
    size_t count = self->end - self->first;
    make_room (returned, count + 1);
    size_t at = 0;
    if (self->budget > 0) {
        returned->lots[at++] = (struct leased_units){.units = self->budget};
    }
    for (size_t i = self->first; i < self->end; i++) {
        if (self->lots[i].units > 0) {
            returned->lots[at++] = self->lots[i];
        }
    }
    returned->first = 0;
    returned->end = at;
    self->first = self->end = 0;
    self->units = 0;
    self->budget = 0;
    return total;
}

const struct leased_units *holding_list (const struct holding *self, size_t *count)
{
    *count = self->end - self->first;
    return *count > 0 ? self->lots + self->first : NULL;
}
