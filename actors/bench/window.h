// The orders that one client of a bench has outstanding: a window of fixed size.
#ifndef SOUK_WINDOW_H
#define SOUK_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum order_state {
    ORDER_FREE,  // the place holds none
    ORDER_OPEN,  // sent
    ORDER_BUSY,  // turned away for now
};

struct order {
    enum order_state state;
    int64_t number;
    int64_t attempt;
    int64_t due_us;    // when it was to be sent: its latency begins
    int64_t again_us;  // when to send it again
};

// From the oldest order outstanding to the newest: a market keeps a client's last 1024 answers, and
// an older number is expired.
enum { WINDOW_SPAN_MAX = 1000 };

struct window {
    struct order *orders;  // `size` of them, zeroed at first; the caller's
    size_t size;
    size_t open;     // how many places are taken
    size_t first;    // a place that is taken, unless none is
    int64_t number;  // of the last order
    int64_t oldest;  // no order outstanding has a lower one
};

// Takes a place for the next order; NULL: all are taken, or an old order is still outstanding.
struct order *window_open (struct window *self, int64_t due_us);

// The order with this number; NULL: it is not outstanding.
struct order *window_find (struct window *self, int64_t number);

// The oldest order, where all are closed in turn; NULL: none is outstanding.
struct order *window_first (struct window *self);

// Frees the order's place.
void window_close (struct window *self, struct order *order);

#endif
