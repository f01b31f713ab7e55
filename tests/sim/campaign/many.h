// Runs in processes of their own, as many at once as asked for. A worker does one seed after the
// other; when it dies or hangs, the seed that was under way has failed and another worker goes on.
// No worker outlives its parent.
#ifndef SOUK_SIM_MANY_H
#define SOUK_SIM_MANY_H

#include "tests/sim/run.h"

struct many {
    struct options options;  // of every run, but for the seed
    uint64_t first;          // seeds, both included
    uint64_t last;
    int64_t jobs;         // workers, at least 1
    int64_t patience_ms;  // of real time, for one seed
    FILE *story;          // told by the runs, when jobs is 1; NULL: none
};

// One seed is done. Where the process died or hung, `checker` says how ("signal 6", "exit 1",
// "patience"), `text` has what it said on stderr, and of the rest only what was drawn is known.
// Returns false to end here; what is under way is dropped then.
typedef bool many_result_fn (void *context, uint64_t seed, const struct run_result *result);

// From now on SIGINT and SIGTERM end what many_run does, and only that; to be called once, before.
void many_catch_signals (void);

// The signal that has asked for an end, or 0.
int many_stopped (void);

// Runs all seeds, in no certain order, and returns when all are done, when `each` wants no more or
// when a signal came; no child is left then. Returns false when no process could be made.
bool many_run (const struct many *self, many_result_fn *each, void *context);

// Time that only goes forward.
int64_t many_now_ms (void);

#endif
