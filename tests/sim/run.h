// One run: a market drawn from its seed, broken for a while, healed, and held against the
// invariants all the time. The same options give the same run, to the last letter.
#ifndef SOUK_SIM_RUN_H
#define SOUK_SIM_RUN_H

#include <stdio.h>

#include "tests/sim/options.h"
#include "tests/sim/sometimes.h"

enum { RUN_TEXT = 1024 };

// Who takes part, besides the warehouse. Of an elected market the traders are the peers, and buyers
// and sellers DRAWN.
struct market_size {
    int64_t traders;
    int64_t buyers;
    int64_t sellers;
    int64_t strangers;
};

struct run_result {
    bool failed;
    char checker[32];           // that complained: "conservation", ...
    char text[RUN_TEXT];        // its complaint
    int64_t steps;              // core events in all
    int64_t virtual_us;         // how long the market lasted
    uint64_t hash;              // over all that happened
    int64_t faults;             // classes that were at work, bits
    int64_t planned;            // faults in the plan
    struct market_size market;  // as it was drawn, or asked for
    struct sometimes sometimes;
};

// Runs it. With `story`, every letter and every fault is told there as it happens, a line each.
// What was drawn (`faults`, `market`, and `planned` as it comes) is in the result while it runs, so
// that it is known of a run that kills its process too.
void run (const struct options *options, FILE *story, struct run_result *result);

#endif
