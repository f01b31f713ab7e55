// Whether another node is alive, from when it was heard (a failure detector by time-outs:
// Chandra & Toueg 1996; it may be wrong, which costs time and nothing else).
//
// Anything that comes from the node is a sign of life. After one quiet interval it is due a PING;
// after three it is suspected, until it is heard again. A process that was itself away (stopped by
// a signal, a machine asleep) has heard nobody for that long, and suspects nobody for that: of the
// time since the last look, no more than one interval counts.
//
// Times are monotonic microseconds, those of event.now_us.
#ifndef SOUK_LIVENESS_H
#define SOUK_LIVENESS_H

#include <stdbool.h>
#include <stdint.h>

enum { LIVENESS_MISSED = 3 };  // quiet intervals until a node is suspected

struct liveness {
    int64_t interval_us;  // 0: nobody is watched, nobody is ever suspected
    int64_t heard_us;     // last sign of life
    int64_t pinged_us;    // last PING, or whatever else was sent to it
    int64_t looked_us;    // last look at the time
};

// Begins to watch, as if the node had been heard just now.
void liveness_begin (struct liveness *self, int64_t interval_us, int64_t now_us);

void liveness_heard (struct liveness *self, int64_t now_us);
void liveness_sent (struct liveness *self, int64_t now_us);

// To be called before the questions below, in every round: finds out whether this process was away.
void liveness_look (struct liveness *self, int64_t now_us);

// Whether it is time for a PING: nothing was heard for an interval, and nothing sent for one.
bool liveness_wants_ping (const struct liveness *self, int64_t now_us);

// Whether nothing was heard for LIVENESS_MISSED intervals.
bool liveness_suspects (const struct liveness *self, int64_t now_us);

// When one of the answers may change, at the latest an interval from the last look: always behind
// that look. INT64_MAX where nobody is watched.
int64_t liveness_deadline (const struct liveness *self);

#endif
