// The warehouse's disk: a store that outlives the process that writes it, and can be full or
// fail. What was written is durable; what a crash catches before is not there at all.
#ifndef SOUK_DISK_H
#define SOUK_DISK_H

#include "actors/clients/random.h"
#include "actors/store/store.h"

struct disk {
    store_t *store;
    struct random random;
    bool full;
    bool fsync_fails;  // the next one
    bool bare;         // writes come to nothing, and a load finds nothing
};

void disk_init (struct disk *self, bool sqlite, uint64_t seed);
void disk_free (struct disk *self);

// Writes the batch and says in `kept` whether it is durable, which the writer cannot know when
// STORE_FAILED comes back.
enum store_status disk_write (struct disk *self, const struct record *records, size_t count,
                              bool *kept);

#endif
