// How a product is sold: with how much consistency, and what of that its operator chose. One
// meaning for the traders, who decide by it, and for the warehouse, who leases and sorts by it.
#ifndef SOUK_POLICY_H
#define SOUK_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How much consistency a product is sold with.
enum mode {
    MODE_SYNC,     // answered when the warehouse has committed: never oversells
    MODE_CACHED,   // promised from the cached stock, written behind: may oversell, and says so
    MODE_BATCHED,  // as cached, written behind a few at a time: the stalest, the fewest messages
    MODE_ESCROW,   // sold from units that the warehouse has leased: final at once, never oversells
                   // by more than the budget
    MODE_COUNT
};

struct policy {
    enum mode mode;
    int64_t flush_count;     // decisions that are written behind together, 1 to LIMIT_BATCH;
    int64_t flush_us;        // fewer than that, when the first of them is so old, or somewhat later
                             // while the trader has asked for units to be leased
    int64_t expiry_us;       // batched: a cache that is older decides nothing
    int64_t budget_units;    // escrow: units that may be leased though they are not there,
    int64_t budget_percent;  // and so many percent of all that was ever stocked; both 0: none
};

struct product_policy {
    const char *product;
    struct policy policy;
};

// The settings that a mode comes with.
struct policy policy_default (enum mode mode);

// Whether every setting is within its bounds.
bool policy_valid (const struct policy *policy);

const char *mode_name (enum mode mode);

// Returns false when no mode has this name.
bool mode_parse (const char *name, enum mode *mode);

#endif
