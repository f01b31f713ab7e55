// The monitor's shell: an actor with a SUB to all who publish, which writes a line for each message
// that comes, and for each that it has missed. It never holds anybody up: what it cannot take in
// time is lost to it, and it says so.
//
// Told by its pipe: STOP or $TERM (end). It tells: READY with a line for a person, more than once;
// FAILED with the reason; DONE.
#ifndef SOUK_MONITOR_SHELL_H
#define SOUK_MONITOR_SHELL_H

#include <czmq.h>

#include "actors/monitor/endpoints.h"
#include "actors/monitor/monitor_line.h"

struct monitor_shell_config {
    struct endpoints endpoints;  // named, or to be looked for in a run's folder
    const char **topics;         // prefixes of what is subscribed to
    size_t topic_count;          // 0: everything
    struct line_style style;
    int output;      // descriptor that lines are written to
    int64_t for_us;  // how long; 0: until it is told to end
    int64_t count;   // messages; 0: until it is told to end
};

// For zactor_new, with a `struct monitor_shell_config *` that outlives the actor. Ends by itself
// when `for_us` is over, `count` messages were written, or nobody reads `output` any more.
void monitor_shell (zsock_t *pipe, void *config);

#endif
