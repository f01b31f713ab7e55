// Causal tokens: what a client, a trader's cache or a message has seen, as the warehouse's
// version and, for each trader, how many of its write-behinds. Tokens are ordered component by
// component, where (epoch, count) of a trader compares epoch first: a restarted trader counts
// from zero, and a higher epoch is more than any count of a lower one. A trader that a token does
// not name stands at (0, 0).
//
// An owned token is bounded; `struct seen` (message.h) is the borrowed form that messages carry.
#ifndef SOUK_SEEN_H
#define SOUK_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/message.h"

struct seen_token {
    int64_t version;                            // of the warehouse
    size_t count;                               // of the traders below
    struct trader_seen traders[LIMIT_TRADERS];  // ascending by trader
};

// A token that has seen nothing.
void seen_init (struct seen_token *self);

// Raises the token to the least one that dominates both. Takes any order of `other`'s traders.
// Returns false when traders had to be left out because LIMIT_TRADERS others are known already;
// everything else was merged.
bool seen_merge (struct seen_token *self, const struct seen *other);

// As seen_merge, with one component of a trader, or with a version alone.
bool seen_merge_trader (struct seen_token *self, int64_t trader, int64_t epoch, int64_t count);
void seen_merge_version (struct seen_token *self, int64_t version);

// The token's component of `trader`; (trader, 0, 0) when it names none.
struct trader_seen seen_of (const struct seen *self, int64_t trader);

// Whether `self` has seen all that `other` has. Both must be ascending by trader.
bool seen_dominates (const struct seen *self, const struct seen *other);

// The token as messages carry it: borrowed, valid until the token changes.
struct seen seen_view (const struct seen_token *self);

#endif
