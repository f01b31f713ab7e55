// One request's way in words, as JSON, and as a space-time diagram for Graphviz.
#ifndef SOUK_TRAIL_PRINT_H
#define SOUK_TRAIL_PRINT_H

#include <stdio.h>

#include "actors/trace/trail.h"

// Each is of a trail that was joined and has steps.
void trail_print_text (const struct trail *trail, FILE *file);
void trail_print_json (const struct trail *trail, FILE *file);  // an object a step, one a line
void trail_print_dot (const struct trail *trail, FILE *file);

enum { TRAIL_NAME_BYTES = 32 };

// "trader 6", "the warehouse", "node 7" where its role is not known.
const char *trail_name (const struct trail *trail, int64_t node, char name[TRAIL_NAME_BYTES]);

#endif
