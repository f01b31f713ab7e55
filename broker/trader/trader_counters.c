#include <assert.h>

#include "broker/trader/trader.h"

static_assert (sizeof (struct trader_counters) % sizeof (int64_t) == 0, "all are counts");

void trader_counters_add (struct trader_counters *self, const struct trader_counters *other)
{
    int64_t *sums = (int64_t *) (void *) self;
    const int64_t *added = (const int64_t *) (const void *) other;
    for (size_t i = 0; i < sizeof *self / sizeof *sums; i++) {
        sums[i] += added[i];
    }
}
