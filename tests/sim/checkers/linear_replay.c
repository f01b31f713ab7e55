#include "tests/sim/checkers/linear_replay.h"

#include <stdlib.h>
#include <string.h>

struct lot {
    const struct linear_operation *restock;
    int64_t left;
};

struct replay {
    struct lot *lots;  // with units left, in the order in which they sell
    size_t count;
    int64_t available;
    struct fill fills[LIMIT_FILLS];  // of the latest order
    size_t fill_count;
};

static int compare_hints (const void *a, const void *b)
{
    const struct linear_operation *one = a;
    const struct linear_operation *other = b;
    return (one->hint > other->hint) - (one->hint < other->hint);
}

// Of two that are the same in all this the one that came first sells first.
static bool sells_before (const struct linear_operation *lot, const struct linear_operation *other)
{
    if (lot->rank != other->rank) {
        return lot->rank < other->rank;
    }
    return lot->rank > 0 && lot->client < other->client;
}

static void bring (struct replay *self, const struct linear_operation *restock)
{
    size_t at = self->count++;
    while (at > 0 && sells_before (restock, self->lots[at - 1].restock)) {
        self->lots[at] = self->lots[at - 1];
        at--;
    }
    self->lots[at] = (struct lot){.restock = restock, .left = restock->quantity};
    self->available += restock->quantity;
}

// What the order would get now, as `result` and `fills`.
static void plan (struct replay *self, const struct linear_operation *buy,
                  struct linear_result *result)
{
    int64_t wanted = buy->quantity;
    self->fill_count = 0;
    result->status = STATUS_OUT_OF_STOCK;
    result->units = result->amount_cents = 0;
    if (self->available < (buy->all_or_nothing ? wanted : 1)) {
        return;
    }
    for (size_t i = 0; i < self->count && wanted > 0 && self->fill_count < LIMIT_FILLS; i++) {
        const struct lot *lot = &self->lots[i];
        int64_t units = lot->left < wanted ? lot->left : wanted;
        self->fills[self->fill_count++] = (struct fill){
            .seller = lot->restock->client,
            .lot = lot->restock->number,
            .units = units,
            .price_cents = lot->restock->price_cents,
        };
        wanted -= units;
        result->units += units;
        result->amount_cents += units * lot->restock->price_cents;
    }
    result->status = STATUS_SOLD;
    if (buy->all_or_nothing && wanted > 0) {
        result->status = STATUS_TOO_MANY_LOTS;
        result->units = result->amount_cents = 0;
        self->fill_count = 0;
    }
}

static void sell (struct replay *self)
{
    size_t empty = 0;
    for (size_t i = 0; i < self->fill_count; i++) {
        self->lots[i].left -= self->fills[i].units;
        self->available -= self->fills[i].units;
        empty += self->lots[i].left == 0;
    }
    self->count -= empty;
    memmove (self->lots, self->lots + empty, self->count * sizeof *self->lots);
}

static bool was_told (const struct replay *self, const struct linear_operation *buy,
                      const struct linear_result *result)
{
    bool same = buy->status == result->status && buy->units == result->units && buy->missing == 0
                && buy->amount_cents == result->amount_cents && buy->fill_count == self->fill_count;
    for (size_t i = 0; same && i < self->fill_count; i++) {
        const struct fill *told = &buy->fills[i];
        const struct fill *fill = &self->fills[i];
        same = told->seller == fill->seller && told->lot == fill->lot && told->units == fill->units
               && told->price_cents == fill->price_cents;
    }
    return same;
}

// Takes effect where it was stored. Returns false when its client was told otherwise.
static bool take_effect (struct replay *self, const struct linear_operation *operation,
                         struct linear_result *result)
{
    if (operation->kind == LINEAR_RESTOCK) {
        bring (self, operation);
        return true;
    }
    result->available = self->available;
    plan (self, operation, result);
    if (operation->end != INT64_MAX && !was_told (self, operation, result)) {
        return false;
    }
    sell (self);
    return true;
}

struct linear_result linear_replay (struct linear_operation *operations, size_t count)
{
    struct linear_result result = {.verdict = LINEAR_YES};
    struct replay self = {.lots = calloc (count + 1, sizeof *self.lots)};
    int64_t latest = INT64_MIN;  // beginning of those before
    if (!self.lots) {
        abort ();
    }
    qsort (operations, count, sizeof *operations, compare_hints);
    for (size_t i = 0; i < count && operations[i].hint != INT64_MAX; i++) {
        latest = operations[i].begin > latest ? operations[i].begin : latest;
        if (operations[i].end < latest || !take_effect (&self, &operations[i], &result)) {
            result.verdict = LINEAR_NO;
            result.blocked = i;
            break;
        }
        result.placed += operations[i].end != INT64_MAX;
    }
    result.steps = (int64_t) count;
    free (self.lots);
    return result;
}
