// The monitor's lines: what came, for a person or, as JSON, for a program. One line each, with its
// end, but for a `sale`, which a person reads sale by sale; never a byte that a terminal would
// obey, but for the colours.
#ifndef SOUK_MONITOR_LINE_H
#define SOUK_MONITOR_LINE_H

#include <assert.h>

#include "actors/monitor/monitor.h"

// Room enough for every message: the largest in JSON, or the lines of the most sales.
enum { LINE_BYTES = LIMIT_SALES * 512 };
static_assert (LINE_BYTES >= LIMIT_MESSAGE_BYTES + 1024, "JSON is not longer");

struct line_style {
    bool json;
    bool color;  // of lines for a person
};

// When something came: for a person, and in milliseconds of the wall clock for a program.
struct line_time {
    const char *text;
    int64_t ms;
};

// Each writes its line, or lines, to `line`, of LINE_BYTES, and returns their length. `topic` keeps
// to [a-z0-9_.-]. What the message shows of what was before it is in `notice`.
size_t line_message (struct line_style style, struct line_time when, const char *topic,
                     const struct message *message, const struct notice *notice, char *line);
// What was missed, and that a publisher began anew: 0 where there is nothing to tell.
size_t line_notice (struct line_style style, struct line_time when, const char *topic, int64_t from,
                    const struct notice *notice, char *line);
// Something that is no message: why, in printable ASCII.
size_t line_malformed (struct line_style style, struct line_time when, const char *topic,
                       const char *why, char *line);

#endif
