#include "tests/sim/checkers/linear_stock.h"

#include <stdlib.h>

void linear_stock_init (struct linear_stock *self, const struct linear_operation *operations,
                        size_t count)
{
    *self = (struct linear_stock){
        .operations = operations,
        .lots = calloc (count + 1, sizeof *self->lots),
        // Each fill but the last of an order empties a lot, so there are no more than operations.
        .taken = calloc (count + LIMIT_FILLS, sizeof *self->taken),
    };
    if (!self->lots || !self->taken) {
        abort ();
    }
}

void linear_stock_free (struct linear_stock *self)
{
    free (self->lots);
    free (self->taken);
}

// Changes what is left of a lot. One without units is not part of the state.
static void set_left (struct linear_stock *self, size_t at, int64_t left)
{
    struct linear_lot *lot = &self->lots[at];
    if (lot->left > 0) {
        digest_subtract (&self->digest,
                         digest_of (at + 1, (uint64_t) lot->restock, (uint64_t) lot->left));
    }
    if (left > 0) {
        digest_add (&self->digest, digest_of (at + 1, (uint64_t) lot->restock, (uint64_t) left));
    }
    self->available += left - lot->left;
    lot->left = left;
}

struct linear_plan linear_stock_plan (struct linear_stock *self, const struct linear_operation *buy)
{
    int64_t *taken = &self->taken[self->taken_count];
    struct linear_plan plan = {.status = STATUS_SOLD};
    if (self->available < (buy->all_or_nothing ? buy->quantity : 1)) {
        plan.status = STATUS_OUT_OF_STOCK;
        return plan;
    }
    for (size_t at = self->first; at < self->count && plan.lots < LIMIT_FILLS; at++) {
        const struct linear_lot *lot = &self->lots[at];
        int64_t wanted = buy->quantity - plan.units;
        int64_t units = lot->left < wanted ? lot->left : wanted;
        taken[plan.lots++] = units;
        plan.units += units;
        plan.amount_cents += units * self->operations[lot->restock].price_cents;
        if (plan.units == buy->quantity) {
            return plan;
        }
    }
    if (buy->all_or_nothing) {
        return (struct linear_plan){.status = STATUS_TOO_MANY_LOTS};
    }
    return plan;
}

bool linear_stock_was_told (const struct linear_stock *self, const struct linear_operation *buy,
                            const struct linear_plan *plan)
{
    if (buy->status != plan->status || buy->units != plan->units || buy->missing != 0
        || buy->amount_cents != plan->amount_cents || buy->fill_count != plan->lots) {
        return false;
    }
    const int64_t *taken = &self->taken[self->taken_count];
    for (size_t i = 0; i < plan->lots; i++) {
        int32_t restock = self->lots[self->first + i].restock;
        const struct linear_operation *lot = &self->operations[restock];
        const struct fill *fill = &buy->fills[i];
        if (fill->seller != lot->client || fill->lot != lot->number || fill->units != taken[i]
            || fill->price_cents != lot->price_cents) {
            return false;
        }
    }
    return true;
}

void linear_stock_sell (struct linear_stock *self, const struct linear_plan *plan)
{
    for (size_t i = 0; i < plan->lots; i++) {
        size_t at = self->first + i;
        set_left (self, at, self->lots[at].left - self->taken[self->taken_count + i]);
    }
    self->taken_count += plan->lots;
    while (self->first < self->count && self->lots[self->first].left == 0) {
        self->first++;
    }
}

void linear_stock_unsell (struct linear_stock *self, size_t lots, size_t first)
{
    self->first = first;
    self->taken_count -= lots;
    for (size_t i = 0; i < lots; i++) {
        size_t at = first + i;
        set_left (self, at, self->lots[at].left + self->taken[self->taken_count + i]);
    }
}

void linear_stock_bring (struct linear_stock *self, int32_t restock)
{
    self->lots[self->count] = (struct linear_lot){.restock = restock};
    set_left (self, self->count++, self->operations[restock].quantity);
}

void linear_stock_unbring (struct linear_stock *self)
{
    set_left (self, --self->count, 0);
}
