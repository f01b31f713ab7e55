// The phases of a load.
#include "actors/bench/load_state.h"

enum {
    PATIENCE_US = LOAD_PATIENCE_S * 1000000,
    PROGRESS_US = 200000,
};

static void send_lots_again (load_t *self, int64_t now_us)
{
    for (size_t i = 0; i < LOTS_OPEN_MAX && !self->failed; i++) {
        struct order *order = &self->lots[i];
        if (order->state != ORDER_FREE && order->again_us <= now_us) {
            order->attempt++;
            (void) load_send_lot (self, order, now_us);
        }
    }
}

static void send_again (load_t *self, int64_t now_us)
{
    send_lots_again (self, now_us);
    for (int64_t i = 0; i < self->config.clients && !self->failed; i++) {
        struct buyer *buyer = &self->buyers[i];
        for (size_t j = 0; buyer->window.open > 0 && j < buyer->window.size; j++) {
            struct order *order = &buyer->window.orders[j];
            if (order->state != ORDER_FREE && order->again_us <= now_us) {
                self->result->resent += order->state == ORDER_OPEN;
                order->attempt++;
                load_send_order (self, buyer, order, now_us);
            }
        }
    }
}

// In an open loop: sends what is due by now. An order that finds its client's window full is late,
// and its latency says so.
static void open_due (load_t *self, int64_t now_us)
{
    size_t count = (size_t) self->config.clients;
    size_t full = 0;
    while (self->issued < self->wanted && full < count && !self->failed) {
        int64_t due_us = load_next_due (self);
        if (due_us > now_us) {
            return;
        }
        struct buyer *buyer = &self->buyers[self->turn++ % count];
        full = load_open (self, buyer, due_us, now_us) ? 0 : full + 1;
    }
}

static void open_all (load_t *self, int64_t now_us)
{
    for (int64_t i = 0; i < self->config.clients && !self->failed; i++) {
        load_top_up (self, &self->buyers[i], now_us);
    }
}

static void tell_progress (load_t *self, int64_t now_us)
{
    if (self->config.progress && self->wanted > 0 && now_us >= self->progress_us) {
        self->progress_us = now_us + PROGRESS_US;
        fprintf (stderr, "\r%s  %3lld %%  ", self->config.echo ? "echo  " : "market",
                 (long long) (self->answered * 100 / self->wanted));
    }
}

bool load_look (load_t *self)
{
    int64_t now_us = wire_now_us ();
    if (self->config.interrupted && *self->config.interrupted) {
        return load_fail (self, "%s", "interrupted");  // Or a process has ended.
    }
    if (now_us - self->heard_us > PATIENCE_US) {
        return load_fail (self,
                          self->told[0] ? "no answer came for too long; the last one said: %s"
                                        : "no answer came for too long%s",
                          self->told);
    }
    if (self->config.rate > 0) {
        open_due (self, now_us);
    }
    if (now_us >= self->look_us) {
        self->look_us = now_us + LOOK_US;
        send_again (self, now_us);
        load_bring (self, now_us);
    }
    tell_progress (self, now_us);
    if (self->attend && !self->failed) {
        self->attend (self->attend_context, self, self->answered);
    }
    return !self->failed;
}

void load_attend (load_t *self, load_attend_fn *attend, void *context)
{
    self->attend = attend;
    self->attend_context = context;
}

void load_begin (load_t *self, char *error, size_t error_size)
{
    self->begun_us = wire_now_us ();
    self->answered_us = self->begun_us;
    self->heard_us = self->begun_us;
    self->look_us = self->begun_us + LOOK_US;
    self->error = error;
    self->error_size = error_size;
    self->failed = false;
}

bool load_run (load_t *self, int64_t orders, struct load_result *result, char *error,
               size_t error_size)
{
    load_begin (self, error, error_size);
    self->result = result;
    self->wanted = orders;
    self->issued = 0;
    self->answered = 0;
    if (self->config.rate == 0) {
        open_all (self, self->begun_us);
    }
    while (!self->failed && self->answered < self->wanted) {
        load_poll (self);
        (void) load_look (self);
    }
    result->orders += self->answered;
    result->seconds += (double) (self->answered_us - self->begun_us) / 1e6;
    while (!self->failed && (self->promised > 0 || load_seller (self)->window.open > 0)) {
        load_poll (self);
        (void) load_look (self);
    }
    result->settled_seconds += (double) (self->heard_us - self->begun_us) / 1e6;
    return !self->failed;
}
