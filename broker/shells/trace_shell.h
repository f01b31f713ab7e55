// A node's trace: a file with one JSON object a line for each message that comes or goes, with the
// clocks that order them over all nodes. `souk trace` reads those of a run and tells one order's
// way.
//
// The first line of each life of a node is a heading: trace (the version of the format), node,
// role. Every other one has us (monotonic) and wall_us; node; did: "sent", "received", or "dropped"
// where it could not go; from; to, which published ones have not; port; type; clock. A received one
// has at, too: what the receiver's own Lamport clock stood at then, at least. Behind these stand
// `requests`, [client, number] of each that the message carries or answers, and what tells them
// apart.
//
// The file is bounded. At the bound, or when it cannot be written, the trace ends, and the node
// goes on without it.
#ifndef SOUK_TRACE_SHELL_H
#define SOUK_TRACE_SHELL_H

#include "broker/core.h"

enum { TRACE_VERSION = 1, TRACE_BYTES_MAX = 64 * 1024 * 1024 };

typedef struct trace trace_t;

// Opens the file, to write behind what an earlier life of the node has left there. NULL with the
// reason in `error` where it cannot be. The caller owns the result and must destroy it.
trace_t *trace_new (const char *path, int64_t node, const char *role, char *error,
                    size_t error_size);
void trace_destroy (trace_t **self_p);

// A message that came, through this port.
void trace_received (trace_t *self, enum port port, const struct message *message);
// A letter that left, or could not, since trace_leaves: whoever gets it may be faster than the
// line.
void trace_leaves (trace_t *self);
void trace_sent (trace_t *self, const struct letter *letter, bool dropped);

// Hands what was told to the kernel. Returns why the trace has ended, once, when it has; else NULL.
const char *trace_flush (trace_t *self);

#endif
