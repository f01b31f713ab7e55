// Names, each kept once, so that equal names are the same pointer.
#ifndef SOUK_NAMES_H
#define SOUK_NAMES_H

typedef struct names names_t;

// The caller owns the result and must destroy it.
names_t *names_new (void);
void names_destroy (names_t **self_p);

// The name as it is kept, valid as long as `self`. NULL counts as an empty one.
const char *names_keep (names_t *self, const char *name);

#endif
