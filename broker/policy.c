#include "broker/policy.h"

#include <assert.h>
#include <string.h>

#include "schemas/limits.h"

enum { FLUSH_US_MAX = 60 * 1000 * 1000, EXPIRY_US_MAX = 60 * 1000 * 1000 };

static const char *const mode_names[] = {"sync", "cached", "batched", "escrow"};

const char *mode_name (enum mode mode)
{
    assert (mode < MODE_COUNT);
    return mode_names[mode];
}

bool mode_parse (const char *name, enum mode *mode)
{
    for (int i = 0; i < MODE_COUNT; i++) {
        if (strcmp (name, mode_names[i]) == 0) {
            *mode = (enum mode) i;
            return true;
        }
    }
    return false;
}

// A cached decision is written behind at once: the sooner, the fewer are oversold. One that rests
// on a lease can wait: nobody else can sell those units.
struct policy policy_default (enum mode mode)
{
    struct policy policy = {.mode = mode, .flush_count = 1, .expiry_us = 500000};
    if (mode == MODE_BATCHED) {
        policy.flush_count = 5;
        policy.flush_us = 100000;
    } else if (mode == MODE_ESCROW) {
        policy.flush_count = 128;
        policy.flush_us = 5000;
    }
    return policy;
}

static bool within (int64_t value, int64_t min, int64_t max)
{
    return value >= min && value <= max;
}

bool policy_valid (const struct policy *policy)
{
    return within (policy->mode, 0, MODE_COUNT - 1) && within (policy->flush_count, 1, LIMIT_BATCH)
           && within (policy->flush_us, 0, FLUSH_US_MAX)
           && within (policy->expiry_us, 1000, EXPIRY_US_MAX)
           && within (policy->budget_units, 0, LIMIT_QUANTITY)
           && within (policy->budget_percent, 0, 100);
}
