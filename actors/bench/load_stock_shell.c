// The seller of a load: what it brings, and how the last of it is sold.
#include "actors/bench/load_state.h"

enum {
    PRICE_CENTS = 1000,
    LOTS_OF_LEVEL = 8,  // so many make up the level
};

// The client behind the buyers.
struct buyer *load_seller (load_t *self)
{
    return &self->buyers[self->config.clients];
}

// Units that were brought and nobody has bought, as the answers so far say.
static int64_t left_units (const load_t *self)
{
    return self->stocked - self->bought;
}

bool load_send_lot (load_t *self, struct order *order, int64_t now_us)
{
    struct buyer *seller = load_seller (self);
    struct message message = {
        .type = MESSAGE_RESTOCK,
        .restock = {.number = order->number,
                    .attempt = order->attempt,
                    .product = self->config.product,
                    .quantity = self->quantities[order - self->lots],
                    .price_cents = PRICE_CENTS,
                    .first = order->number <= seller->past ? seller->past_first : seller->first},
    };
    order->state = ORDER_OPEN;
    order->again_us = now_us + RESEND_US;
    return load_send (self, seller, &message);
}

// Returns false when too many are under way, or it cannot be sent.
static bool open_lot (load_t *self, int64_t quantity, int64_t now_us)
{
    struct order *order = window_open (&load_seller (self)->window, now_us);
    if (!order) {
        return false;
    }
    self->quantities[order - self->lots] = quantity;
    self->stocked += quantity;
    return load_send_lot (self, order, now_us);
}

// Where more is promised than there is, some buyers are about to be told so: until then nobody
// knows how much is left, and nothing is brought.
void load_bring (load_t *self, int64_t now_us)
{
    int64_t level = self->config.level;
    int64_t lot = level / LOTS_OF_LEVEL > 0 ? level / LOTS_OF_LEVEL : 1;
    while (level > 0 && self->issued < self->wanted && left_units (self) >= 0
           && left_units (self) + lot <= level && !self->failed) {
        if (!open_lot (self, lot, now_us)) {
            return;
        }
    }
}

void load_take_restocked (load_t *self, int64_t number)
{
    struct window *window = &load_seller (self)->window;
    struct order *order = window_find (window, number);
    if (order) {
        window_close (window, order);
    }
}

bool load_restock (load_t *self, int64_t quantity, char *error, size_t error_size)
{
    struct load_result unmeasured = {0};
    load_begin (self, error, error_size);
    self->result = &unmeasured;
    bool sent = open_lot (self, quantity, self->begun_us);
    while (!self->failed && load_seller (self)->window.open > 0) {
        load_poll (self);
        (void) load_look (self);
    }
    return sent && !self->failed;
}

bool load_sell_out (load_t *self, char *error, size_t error_size)
{
    int64_t level = self->config.level;
    int64_t left = left_units (self);
    int64_t sold_us = wire_now_us ();
    bool fine = true;
    self->config.level = 0;
    while (fine && left_units (self) > 0) {
        struct load_result unmeasured = {0};
        fine = load_run (self, left_units (self), &unmeasured, error, error_size);
        if (left_units (self) != left) {
            left = left_units (self);
            sold_us = self->heard_us;
        } else if (fine && self->heard_us - sold_us > (int64_t) LOAD_PATIENCE_S * 1000000) {
            snprintf (error, error_size, "%lld units are left that nobody can buy",
                      (long long) left);
            fine = false;
        }
    }
    self->config.level = level;
    return fine;
}
