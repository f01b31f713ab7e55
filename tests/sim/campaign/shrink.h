// Makes a failing run smaller: fewer kinds of faults, fewer faults, fewer clients, fewer steps, as
// long as it still fails. After Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing
// Input, 2002. It runs nothing by itself: what fails is for the caller to say.
#ifndef SOUK_SIM_SHRINK_H
#define SOUK_SIM_SHRINK_H

#include "tests/sim/options.h"

struct shrink_task {
    // Whether it fails as the first one did.
    bool (*still_fails) (void *context, const struct options *options);
    // How many faults the plan has, of the last that still failed.
    int64_t (*planned) (void *context);
    // Says in some words what is tried next; NULL: nobody wants to know.
    void (*tell) (void *context, const char *what);
    void *context;
};

// Returns the smallest that it has found to fail, where leaving out one more thing (a class of
// faults, a planned fault, a client, a step) makes it pass. `start` fails; `drawn` is the same with
// all that it leaves to the seed filled in, as far as that is known.
struct options shrink (const struct options *start, const struct options *drawn,
                       const struct shrink_task *task);

#endif
