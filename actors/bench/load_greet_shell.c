// The greeting of the traders: a trader decides an order by itself only where the order says that
// it was asked first, and in which of its epochs.
#include "actors/bench/load_state.h"

enum { GREET_US = 100000 };  // a trader that has not joined yet is asked again

// One client for each trader asks, until it has been told.
static void ask (load_t *self, size_t count)
{
    for (size_t i = 0; i < count && !self->failed; i++) {
        if (!self->buyers[i].first.epoch) {
            struct message ping = {.type = MESSAGE_PING};
            (void) load_send (self, &self->buyers[i], &ping);
        }
    }
}

static bool all_told (const load_t *self, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!self->buyers[i].first.epoch) {
            return false;
        }
    }
    return true;
}

bool load_greet (load_t *self, char *error, size_t error_size)
{
    size_t clients = (size_t) self->config.clients + 1;  // The last one is the seller.
    size_t traders = self->config.endpoint_count < clients ? self->config.endpoint_count : clients;
    int64_t again_us = 0;
    load_begin (self, error, error_size);
    if (self->config.echo) {
        // An echo is told as much as a trader would be, so that its messages are as long.
        self->market = UINT32_MAX;
        self->buyers[0].first = (struct first){.trader = 1, .epoch = 1};
        traders = 1;
    }
    while (self->config.bound && !self->failed && !all_told (self, traders)) {
        if (wire_now_us () >= again_us) {
            again_us = wire_now_us () + GREET_US;
            ask (self, traders);
        }
        load_poll (self);
        (void) load_look (self);
    }
    for (size_t i = traders; i < clients && self->config.bound; i++) {
        self->buyers[i].first = self->buyers[i % traders].first;
    }
    return !self->failed;
}
