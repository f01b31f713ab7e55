// Crash points: where a process kills itself when it is asked to, so that what follows can be
// watched. Off unless asked for.
#ifndef SOUK_CRASH_SHELL_H
#define SOUK_CRASH_SHELL_H

#include <stdbool.h>
#include <stdint.h>

enum crash_point {
    CRASH_NOWHERE,
    CRASH_BEFORE_PROCESSING,  // a trader: the buy has arrived, and the core has not heard of it
    CRASH_AFTER_PROCESSING,   // a trader: all is done but for the first answer to the buy
    CRASH_BEFORE_COMMIT,      // the warehouse: the batch is decided, and not stored
    CRASH_AFTER_COMMIT,       // the warehouse: it is stored, and not answered
};

struct crash {
    enum crash_point point;
    int64_t count;  // it crashes when the point is reached for the count-th time
    int64_t buyer;  // after processing: whose buy was the count-th; 0: it has not come
    int64_t number;
};

// Reads "before-processing@N" and the like, N from 1. Returns false when it is none.
bool crash_parse (const char *text, struct crash *crash);

// The process is at this point, once more: kills it by SIGKILL, if it is time to.
void crash_at (struct crash *self, enum crash_point point);

// A buy has come to a trader, and: a buy is about to be answered.
void crash_at_buy (struct crash *self, int64_t buyer, int64_t number);
void crash_at_answer (const struct crash *self, int64_t buyer, int64_t number);

#endif
