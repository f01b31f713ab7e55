// The planned faults of a run: what happens when, to whom, and for how long. Each is drawn from
// the seed and its own place in the plan, so that leaving one out changes nothing of the others.
#ifndef SOUK_SIM_PLAN_H
#define SOUK_SIM_PLAN_H

#include "tests/sim/market.h"

typedef struct plan plan_t;

// The caller owns the result and must destroy it. `skip` lists places that are left out.
plan_t *plan_new (const struct market *market, const struct options *options);
void plan_destroy (plan_t **self_p);

// When the next thing of the plan is due: a fault, or the end of one. DEADLINE_NONE: never.
int64_t plan_due (const plan_t *self);

// Does what is due by now.
void plan_act (plan_t *self, world_t *world);

int64_t plan_count (const plan_t *self);  // faults so far, those left out included

#endif
