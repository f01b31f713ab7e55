// Which numbers of one client went by without ever being answered: ranges, ascending and apart from
// each other. It costs nothing while there are none, and what one range more would cost beyond a
// bound is forgotten from the lowest on: nobody may take a number for skipped that is not.
#ifndef SOUK_SKIPPED_H
#define SOUK_SKIPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct skipped_range {
    int64_t first;
    int64_t last;
};

// Zero is an empty one.
struct skipped {
    struct skipped_range *ranges;
    size_t begin;  // place of the lowest one
    size_t count;
    size_t size;  // places
};

// `room`, here and below: how many ranges more all that share it may have. It is kept up to date.
void skipped_clear (struct skipped *self, size_t *room);

bool skipped_has (const struct skipped *self, int64_t number);

// The highest number; 0 where it has none.
int64_t skipped_last (const struct skipped *self);

// Adds the numbers from `first` to `last`, which are above all that it has. Without room its lowest
// range is given up for them; where it has none, they are.
void skipped_add (struct skipped *self, int64_t first, int64_t last, size_t *room);

// Takes one number out. Returns false where it is not there. Without room to part a range in two,
// the lower part is forgotten.
bool skipped_take (struct skipped *self, int64_t number, size_t *room);

// Forgets what is below `least`.
void skipped_trim (struct skipped *self, int64_t least, size_t *room);

#endif
