#include "actors/bench/window.h"

static int64_t oldest (const struct window *self)
{
    int64_t number = self->number + 1;
    for (size_t i = 0; i < self->size; i++) {
        const struct order *order = &self->orders[i];
        if (order->state != ORDER_FREE && order->number < number) {
            number = order->number;
        }
    }
    return number;
}

// Whether the next number would be too far from the oldest one. That one is looked for now and then.
static bool is_stretched (struct window *self)
{
    if (self->number + 1 - self->oldest >= WINDOW_SPAN_MAX) {
        self->oldest = oldest (self);
    }
    return self->number + 1 - self->oldest >= WINDOW_SPAN_MAX;
}

struct order *window_open (struct window *self, int64_t due_us)
{
    if (self->open == self->size || is_stretched (self)) {
        return NULL;
    }
    size_t at = (self->first + self->open) % self->size;
    while (self->orders[at].state != ORDER_FREE) {
        at = (at + 1) % self->size;
    }
    self->orders[at] = (struct order){
        .state = ORDER_OPEN, .number = ++self->number, .attempt = 1, .due_us = due_us};
    self->open++;
    return &self->orders[at];
}

// Answers come nearly in order, so the one that is looked for is among the first.
struct order *window_find (struct window *self, int64_t number)
{
    for (size_t i = 0; i < self->size; i++) {
        struct order *order = &self->orders[(self->first + i) % self->size];
        if (order->state != ORDER_FREE && number == order->number) {
            return order;
        }
    }
    return NULL;
}

struct order *window_first (struct window *self)
{
    return self->open > 0 ? &self->orders[self->first] : NULL;
}

void window_close (struct window *self, struct order *order)
{
    order->state = ORDER_FREE;
    self->open--;
    while (self->open > 0 && self->orders[self->first].state == ORDER_FREE) {
        self->first = (self->first + 1) % self->size;
    }
}
