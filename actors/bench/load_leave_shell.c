// What the clients do when they hear that their trader has failed.
#include "actors/bench/load_state.h"

// All that is open is asked again, in a moment.
static void ask_again (load_t *self, struct buyer *buyer)
{
    for (size_t i = 0; i < buyer->window.size; i++) {
        buyer->window.orders[i].again_us = 0;
    }
    self->look_us = 0;
}

// What the trader had promised is not waited for: its taker need not know where this client is.
static void turn (load_t *self, struct buyer *buyer, size_t name, size_t endpoint)
{
    buyer->past = buyer->window.number;
    buyer->past_first = buyer->first;
    buyer->first = self->buyers[endpoint].first;
    self->promised -= buyer->promised;
    buyer->promised = 0;
    ask_again (self, buyer);
    (void) load_connect (self, buyer, name, endpoint);
}

void load_leave (load_t *self, size_t endpoint)
{
    size_t clients = (size_t) self->config.clients + 1;  // The last one is the seller.
    size_t count = self->config.endpoint_count < clients ? self->config.endpoint_count : clients;
    size_t next = endpoint;
    for (size_t i = endpoint; i < clients && !self->failed; i += self->config.endpoint_count) {
        next = (next + 1) % count == endpoint ? (endpoint + 1) % count : (next + 1) % count;
        turn (self, &self->buyers[i], i + NAME_AGAIN, next);
    }
}
