// Where a market publishes: endpoints that were named, or those of a run's topology, which may
// still change while the market opens, or when the next one runs in the same folder.
#ifndef SOUK_MONITOR_ENDPOINTS_H
#define SOUK_MONITOR_ENDPOINTS_H

#include <sys/stat.h>

#include "schemas/arena.h"
#include "schemas/topology.h"

enum { ENDPOINTS_MAX = LIMIT_TRADERS + 1, ENDPOINTS_ERROR = 512 };

struct endpoints {
    arena_t *arena;
    const char *list[ENDPOINTS_MAX];  // borrowed from the arena, or from whoever named them
    size_t count;
    arena_t *before_arena;
    const char *before[ENDPOINTS_MAX];  // what `list` was, before it was read anew
    size_t before_count;
    const char *run_dir;  // NULL: they were named
    struct stat read;     // the topology, as it was when it was read
    char error[ENDPOINTS_ERROR];
};

enum endpoints_status {
    ENDPOINTS_SAME,     // nothing new
    ENDPOINTS_NEW,      // `list` is; `before` is what it was
    ENDPOINTS_ENDED,    // the run has ended: it has a summary that is no older than its topology
    ENDPOINTS_MISSING,  // there is no topology, or not even the folder
    ENDPOINTS_OPENING,  // the topology has nodes that do not listen yet
    ENDPOINTS_FAILED,   // the topology cannot be read, or is none: `error` says why
};

// With a run's folder, which is borrowed, or with none. `list` is empty.
void endpoints_init (struct endpoints *self, const char *run_dir);
void endpoints_free (struct endpoints *self);

// Reads the topology, where it is another one than last time and its run has not ended.
enum endpoints_status endpoints_look (struct endpoints *self);

// Whether `list` has it, and whether `before` had it.
bool endpoints_have (const struct endpoints *self, const char *endpoint);
bool endpoints_had (const struct endpoints *self, const char *endpoint);

#endif
