// A store without a disk, for the simulator: another `struct store_class` with the contract of
// store.h, as an append-only log that a load folds. What was written outlives the process that
// wrote it, as a disk would, until the store is closed.
#ifndef SOUK_STORE_MEMORY_H
#define SOUK_STORE_MEMORY_H

#include "actors/store/store_class.h"

extern const struct store_class store_memory;

// The caller owns the result and must close it, by store_close.
store_t *store_memory_open (void);

#endif
