#include "broker/seen.h"

#include <string.h>

void seen_init (struct seen_token *self)
{
    self->version = 0;
    self->count = 0;
}

// Index of the first component whose trader is not below `trader`.
static size_t find (const struct trader_seen *traders, size_t count, int64_t trader)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (traders[middle].trader < trader) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool less (const struct trader_seen *a, int64_t epoch, int64_t count)
{
    return a->epoch < epoch || (a->epoch == epoch && a->count < count);
}

static void raise_to (struct trader_seen *self, int64_t epoch, int64_t count)
{
    if (less (self, epoch, count)) {
        self->epoch = epoch;
        self->count = count;
    }
}

bool seen_merge_trader (struct seen_token *self, int64_t trader, int64_t epoch, int64_t count)
{
    size_t at = find (self->traders, self->count, trader);
    if (at == self->count || self->traders[at].trader != trader) {
        const struct trader_seen nothing = {.trader = trader, .epoch = 0, .count = 0};
        if (!less (&nothing, epoch, count)) {
            return true;
        }
        if (self->count == LIMIT_TRADERS) {
            return false;
        }
        memmove (&self->traders[at + 1], &self->traders[at],
                 (self->count - at) * sizeof self->traders[0]);
        self->traders[at] = nothing;
        self->count++;
    }
    raise_to (&self->traders[at], epoch, count);
    return true;
}

void seen_merge_version (struct seen_token *self, int64_t version)
{
    if (self->version < version) {
        self->version = version;
    }
}

bool seen_merge (struct seen_token *self, const struct seen *other)
{
    seen_merge_version (self, other->version);
    bool whole = true;
    size_t at = 0;  // Mostly both name the same traders: then it is there and need not be sought.
    for (size_t i = 0; i < other->count; i++) {
        const struct trader_seen *theirs = &other->traders[i];
        if (at < self->count && self->traders[at].trader == theirs->trader) {
            raise_to (&self->traders[at], theirs->epoch, theirs->count);
        } else if (!seen_merge_trader (self, theirs->trader, theirs->epoch, theirs->count)) {
            whole = false;
        }
        at++;
    }
    return whole;
}

struct trader_seen seen_of (const struct seen *self, int64_t trader)
{
    size_t at = find (self->traders, self->count, trader);
    if (at < self->count && self->traders[at].trader == trader) {
        return self->traders[at];
    }
    return (struct trader_seen){.trader = trader, .epoch = 0, .count = 0};
}

bool seen_dominates (const struct seen *self, const struct seen *other)
{
    if (self->version < other->version) {
        return false;
    }
    for (size_t i = 0; i < other->count; i++) {
        const struct trader_seen *theirs = &other->traders[i];
        struct trader_seen ours = seen_of (self, theirs->trader);
        if (less (&ours, theirs->epoch, theirs->count)) {
            return false;
        }
    }
    return true;
}

struct seen seen_view (const struct seen_token *self)
{
    return (struct seen){.version = self->version, .traders = self->traders, .count = self->count};
}
