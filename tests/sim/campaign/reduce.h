// Makes the failing run of one seed as small as shrink.h can, by running it again and again.
#ifndef SOUK_SIM_REDUCE_H
#define SOUK_SIM_REDUCE_H

#include "tests/sim/campaign/many.h"

// Says on stderr what it tries, and on stdout the smallest command line and its complaint. Each
// try is a process of its own, so that a crash can be reduced too. Returns the program's exit
// status: 1 as the run fails, or 0 where the seed (`first`) passes. A signal ends the search, not
// what is printed.
int reduce_run (const char *program, const struct many *many);

#endif
