#include "tests/sim/sometimes.h"

#include <stdio.h>

void sometimes_add (struct sometimes *self, const struct sometimes *other)
{
    for (int i = 0; i < SOMETIMES_COUNT; i++) {
        self->count[i] += other->count[i];
    }
}

bool sometimes_print (const struct sometimes *self, enum sometimes_must must)
{
#define SOMETIMES_ROW(name, must_be, text) {must_be, text},
    static const struct {
        enum sometimes_must must;
        const char *text;
    } rows[] = {SOMETIMES (SOMETIMES_ROW)};
#undef SOMETIMES_ROW
    bool all = true;
    for (int i = 0; i < SOMETIMES_COUNT; i++) {
        bool missing = (must & rows[i].must) && self->count[i] == 0;
        printf ("%14lld  %s%s\n", (long long) self->count[i], rows[i].text,
                missing ? "  <- NEVER" : "");
        all = all && !missing;
    }
    return all;
}
