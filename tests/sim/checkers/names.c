#include "tests/sim/checkers/names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct name {
    UT_hash_handle hh;
    char text[];
};

struct names {
    struct name *all;
};

names_t *names_new (void)
{
    names_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    return self;
}

void names_destroy (names_t **self_p)
{
    assert (self_p);
    names_t *self = *self_p;
    if (!self) {
        return;
    }
    struct name *name;
    struct name *next;
    HASH_ITER (hh, self->all, name, next) {
        HASH_DEL (self->all, name);
        free (name);
    }
    free (self);
    *self_p = NULL;
}

const char *names_keep (names_t *self, const char *text)
{
    struct name *name;
    text = text ? text : "";
    size_t length = strlen (text);
    HASH_FIND (hh, self->all, text, length, name);
    if (name) {
        return name->text;
    }
    name = calloc (1, sizeof *name + length + 1);
    if (!name) {
        abort ();
    }
    memcpy (name->text, text, length + 1);
    HASH_ADD_KEYPTR (hh, self->all, name->text, length, name);
    return name->text;
}
