// Where units were idle and since when: free at the warehouse, or held by a trader that could sell
// them. What was idle all the time from one moment to another, a buyer could have had.
#ifndef SOUK_IDLE_H
#define SOUK_IDLE_H

#include <stdint.h>

typedef struct idle idle_t;

// The caller owns the result and must destroy it.
idle_t *idle_new (void);
void idle_destroy (idle_t **self_p);

// Moments count 1, 2, 3 ...: one for each call. Returns the new one.
int64_t idle_next (idle_t *self);

// From this moment on so many units of the product (id) are idle with a trader; 0: free at the
// warehouse. Of several calls in one moment the least counts for that moment, and the last one from
// then on.
void idle_set (idle_t *self, int64_t trader, int64_t product, int64_t units);

// Units of the product that were idle in one place all the time since then, that moment included.
int64_t idle_through (const idle_t *self, int64_t product, int64_t since);

#endif
