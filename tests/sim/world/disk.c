#include "tests/sim/world/disk.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/world/store_memory.h"

void disk_init (struct disk *self, bool sqlite, uint64_t seed)
{
    char error[256];
    *self = (struct disk){.random = random_seeded (seed)};
    self->store = sqlite ? store_open (":memory:", error, sizeof error) : store_memory_open ();
    if (!self->store) {
        fprintf (stderr, "no store in memory: %s\n", error);
        abort ();
    }
}

void disk_free (struct disk *self)
{
    store_close (&self->store);
}

enum store_status disk_write (struct disk *self, const struct record *records, size_t count,
                              bool *kept)
{
    *kept = false;
    if (self->bare) {
        *kept = true;
        return STORE_OK;
    }
    if (count > 0 && self->full) {
        return STORE_FULL;
    }
    bool fails = count > 0 && self->fsync_fails;
    if (fails) {
        self->fsync_fails = false;
        if (random_between (&self->random, 0, 1)) {
            return STORE_FAILED;
        }
    }
    enum store_status status = store_write (self->store, records, count);
    *kept = status == STORE_OK;
    return fails ? STORE_FAILED : status;
}
