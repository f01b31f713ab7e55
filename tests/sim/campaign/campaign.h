// One seed or many: runs them, counts, and tells what came of it on stdout. What fails is told
// with the words that run it again and with the last that happened before.
#ifndef SOUK_SIM_CAMPAIGN_H
#define SOUK_SIM_CAMPAIGN_H

#include "tests/sim/campaign/many.h"

struct campaign {
    const char *program;  // as it was called
    struct many many;
    bool keep_going;  // beyond the first failure
    bool hashes;      // only `seed hash` lines on stdout, in order; the rest on stderr
    bool sometimes;   // print the counters, and fail where one is zero that must not be
};

enum { HASHES_MAX = 1000 * 1000 };  // seeds of a campaign with `hashes`

// Returns the program's exit status: 0; 1 when something failed; 128 + the signal that ended it.
int campaign_run (const struct campaign *self);

// The line of one run, as `campaign_run` prints it where there is only one.
void campaign_print_run (const struct options *options, const struct run_result *result);

#endif
