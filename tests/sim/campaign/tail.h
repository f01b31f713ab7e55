// The end of a story: a stream that keeps the last of what is written to it, in memory that a
// forked child shares. So the last words of a process are there after it has died, however long
// it spoke.
#ifndef SOUK_SIM_TAIL_H
#define SOUK_SIM_TAIL_H

#include <stddef.h>
#include <stdio.h>

typedef struct tail tail_t;

// The caller owns the result and must destroy it. NULL: no memory.
tail_t *tail_new (void);
void tail_destroy (tail_t **self_p);

// Where to write, by this process or by one that it forks; never by two at once.
FILE *tail_stream (tail_t *self);

// Prints the last `lines` whole lines that reached the memory, each behind `margin`. Empty lines
// between them are printed too, and not counted.
void tail_print (const tail_t *self, size_t lines, const char *margin, FILE *to);

#endif
