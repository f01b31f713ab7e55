#include "actors/clients/client.h"

#include <assert.h>
#include <stdlib.h>

#include "actors/clients/client_state.h"

enum { RING_FIRST = 16 };

struct client_config client_config_default (void)
{
    return (struct client_config){
        .choice = CHOICE_RANDOM,
        .first_number = 1,
        .answers_kept = LIMIT_ANSWERS,
        .timeout_us = 1000 * 1000,
        .settle_timeout_us = 2 * 1000 * 1000,
        .give_up_us = 60 * 1000 * 1000,
        .ping_every_us = 1000 * 1000,
    };
}

client_t *client_new (const struct client_config *config, uint64_t seed)
{
    assert (config->traders && config->trader_count > 0);
    assert (config->trader_count <= LIMIT_TRADERS);
    assert (config->first_number >= 1 && config->answers_kept >= 1);
    client_t *self = client_checked (calloc (1, sizeof *self));
    self->config = *config;
    self->config.traders = NULL;
    self->config.bound = config->bound && !config->elected;
    self->trader_count = config->trader_count;
    self->traders = client_checked (calloc (self->trader_count, sizeof *self->traders));
    for (size_t i = 0; i < self->trader_count; i++) {
        self->traders[i] = (struct trader_state){
            .id = config->traders[i], .state = MEMBER_LIVE, .seated = !config->elected};
    }
    self->seated = config->elected ? 0 : self->trader_count;
    self->random = random_seeded (seed);
    // Clients that go round robin do not all begin at the same trader.
    self->cursor = (size_t) random_between (&self->random, 0, (int64_t) self->trader_count - 1);
    clock_init (&self->vector);
    seen_init (&self->seen);
    self->ring_size = RING_FIRST;
    self->ring = client_checked (calloc (self->ring_size, sizeof *self->ring));
    self->answers = client_checked (calloc (self->ring_size + 1, sizeof *self->answers));
    self->oldest = config->first_number;
    self->next = config->first_number;
    self->due_us = DEADLINE_NONE;
    self->watch_us = DEADLINE_NONE;
    return self;
}

void client_destroy (client_t **self_p)
{
    assert (self_p);
    client_t *self = *self_p;
    if (!self) {
        return;
    }
    free (self->traders);
    free (self->ring);
    free (self->answers);
    free (self);
    *self_p = NULL;
}

static void watch (client_t *self, int64_t now_us, struct outbox *out)
{
    if (self->started && (!self->stopped || self->open)) {
        client_watch (self, now_us, out);
    }
}

bool client_step (client_t *self, const struct event *event, struct outbox *out)
{
    self->answer_count = 0;
    self->answer_at = 0;
    switch (event->type) {
    case EVENT_START:
        self->started = true;
        client_watch_begin (self, event->now_us, out);
        return false;
    case EVENT_RECEIVE:
        return client_receive (self, event, out);
    case EVENT_DRAINED:
        // All that waited has been heard, on a socket that is never idle, too.
        watch (self, event->now_us, out);
        return false;
    case EVENT_DEADLINE:
        watch (self, event->now_us, out);
        client_run_due (self, event->now_us, out);
        return false;
    case EVENT_STOP:
        self->stopped = true;
        return false;
    default:
        // A frame that is no message answers nothing; the time-out deals with it, and with what
        // could not be delivered.
        return false;
    }
}

bool client_next (client_t *self, struct client_answer *answer)
{
    if (self->answer_at == self->answer_count) {
        return false;
    }
    *answer = self->answers[self->answer_at++];
    return true;
}

int64_t client_deadline (const client_t *self)
{
    if (!self->started || (self->stopped && !self->open)) {
        return DEADLINE_NONE;
    }
    return self->due_us < self->watch_us ? self->due_us : self->watch_us;
}

bool client_can_ask (const client_t *self)
{
    return self->started && !self->stopped && !self->held && self->next <= LIMIT_INTEGER
           && self->next - self->oldest < self->config.answers_kept;
}

int64_t client_ask (client_t *self, const struct client_request *body, int64_t now_us,
                    struct outbox *out)
{
    assert (body->type == MESSAGE_BUY || body->type == MESSAGE_RESTOCK);
    if (!client_can_ask (self)) {
        return 0;
    }
    if (self->config.vector_clock) {
        (void) clock_tick (&self->vector, self->config.id);
    }
    struct request *request = client_request_new (self);
    request->body = *body;
    request->asked_us = now_us;
    request->give_up_us = client_later (now_us, self->config.give_up_us);
    client_submit (self, request, now_us, out);
    return request->number;
}

struct vector client_vector (const client_t *self)
{
    return self->config.vector_clock ? clock_view (&self->vector) : (struct vector){0};
}

void client_saw (client_t *self, const struct vector *vector)
{
    if (self->config.vector_clock) {
        (void) clock_merge (&self->vector, vector);
    }
}

void client_ask_lot (client_t *self, int64_t number, int64_t now_us, struct outbox *out)
{
    if (self->seated) {
        client_send_number (self, MESSAGE_LOT_STATUS, number,
                            client_choose (self, now_us, SIZE_MAX), now_us, out);
    }
}

void client_hold (client_t *self, bool hold)
{
    self->held = hold;
}

const struct client_answer *client_answers (const client_t *self, size_t *count)
{
    *count = self->answer_count;
    return self->answers;
}

int64_t client_next_foreign (client_t *self)
{
    for (size_t i = 0; self->foreign_news && i < self->trader_count; i++) {
        if (self->traders[i].foreign_new) {
            self->traders[i].foreign_new = false;
            return self->traders[i].id;
        }
    }
    self->foreign_news = false;
    return 0;
}

int64_t client_market (const client_t *self)
{
    return self->market;
}

int64_t client_next_number (const client_t *self)
{
    return self->next;
}

int64_t client_open (const client_t *self)
{
    return self->open;
}

int64_t client_resent (const client_t *self)
{
    return self->resent;
}

bool client_stopped (const client_t *self)
{
    return self->stopped;
}
