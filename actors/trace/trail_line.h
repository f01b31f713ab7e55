// Lines of a node's trace (trace_shell.h), as steps of one request's way.
#ifndef SOUK_TRAIL_LINE_H
#define SOUK_TRAIL_LINE_H

#include "actors/trace/trail.h"
#include "schemas/arena.h"

enum trail_line {
    LINE_OTHER,    // it has nothing to do with the request
    LINE_HEADING,  // of a node: it was added
    LINE_ENDED,    // the trace ends here: noted
    LINE_STEP,     // a step, in `step`
    LINE_BAD,      // it cannot be read
};

// What to look for in the lines of a trace, so that most of them need not be read any further.
// Traces are read twice: first for what names the request, then for what answers that.
struct trail_filter {
    char request[48];  // "[5,17]"
    bool answers;      // the second time
};

void trail_filter_init (struct trail_filter *self, const struct trail *trail);

// Whether the line is to be read with trail_line_read.
bool trail_filter_wants (const struct trail_filter *self, const struct trail *trail,
                         const char *line);

// Reads a line of `length` bytes that the filter wants. Words are taken from the arena.
enum trail_line trail_line_read (const struct trail_filter *filter, struct trail *trail,
                                 const char *line, size_t length, arena_t *arena,
                                 struct step *step);

#endif
