// A node's reports to whoever started it: one line each, as JSON for programs or as words for
// people. "ready" when it serves, "progress" now and then, "summary" at its end.
#ifndef SOUK_REPORT_H
#define SOUK_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REPORT_BYTES = 64 * 1024 };

struct report {
    bool json;
    size_t length;
    char text[REPORT_BYTES];  // cut off at the end, never beyond
};

void report_begin (struct report *self, bool json, const char *event, int64_t node,
                   const char *role);
void report_number (struct report *self, const char *name, int64_t value);
void report_flag (struct report *self, const char *name, bool value);
void report_text (struct report *self, const char *name, const char *value);

// A group of pairs under one name, and its end. Pairs of a list are [first, second].
void report_open (struct report *self, const char *name);
void report_close (struct report *self);
void report_pairs (struct report *self, const char *name);
void report_pair (struct report *self, int64_t first, int64_t second);
void report_pairs_end (struct report *self);

// Ends the report; its text is one line, without the newline.
const char *report_end (struct report *self);

#endif
