#include "actors/clients/catalog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static char *copy (const char *name)
{
    size_t size = strlen (name) + 1;
    char *mine = malloc (size);
    if (!mine) {
        abort ();
    }
    memcpy (mine, name, size);
    return mine;
}

struct catalog catalog_new (const char *const *names, size_t count, const char *fixed)
{
    assert (count > 0 || fixed);
    struct catalog self = {.fixed = -1};
    self.names = calloc (count + 1, sizeof *self.names);
    if (!self.names) {
        abort ();
    }
    for (size_t i = 0; i < count; i++) {
        self.names[self.count] = copy (names[i]);
        if (fixed && strcmp (names[i], fixed) == 0) {
            self.fixed = self.count;
        }
        self.count++;
    }
    if (fixed && self.fixed < 0) {
        self.fixed = self.count;
        self.names[self.count++] = copy (fixed);
    }
    return self;
}

void catalog_free (struct catalog *self)
{
    for (int64_t i = 0; i < self->count; i++) {
        free (self->names[i]);
    }
    free (self->names);
    *self = (struct catalog){.fixed = -1};
}

int64_t catalog_first (const struct catalog *self, struct random *random)
{
    return self->fixed >= 0 ? self->fixed : random_between (random, 0, self->count - 1);
}

int64_t catalog_other (const struct catalog *self, struct random *random, int64_t index)
{
    if (self->count == 1) {
        return 0;
    }
    int64_t other = random_between (random, 0, self->count - 2);
    return other < index ? other : other + 1;
}
