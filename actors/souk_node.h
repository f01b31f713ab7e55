// Runs one node in the foreground: its actor, the signals, its reports.
#ifndef SOUK_SOUK_NODE_H
#define SOUK_SOUK_NODE_H

#include <czmq.h>
#include <stdbool.h>

// Starts `actor` with `config` and runs it to its end. SIGTERM and SIGINT ask it to finish what is
// accepted; a second one ends it at once. No thread may run before it, since it takes the signals
// for itself. With `json` its reports go to stdout, one object a line;
// else "ready" goes to stderr, as warnings always do, progress is left out, and the summary goes to
// stdout. Returns the exit status: 0, or 1 when it failed or something stayed open.
int node_run (zactor_fn *actor, void *config, bool json);

#endif
