#include "actors/clients/client_state.h"

enum {
    DOUBLINGS_MAX = 3,      // a wait grows to eight times the first one
    BACKOFF_DIVISOR = 16,   // the first back-off, as a part of the time-out
    BACKOFF_DOUBLINGS = 7,  // the last one is eight time-outs
    SUSPECT_TIMEOUTS = 8,   // for so long a trader that did not answer in time is avoided
    JITTER_DIVISOR = 4,     // a wait is up to a quarter longer, by chance
};

// `first_us` doubled `times` times, at most `times_max`, and made a little longer by chance, so
// that clients that were turned away together do not come back together.
static int64_t span (client_t *self, int64_t first_us, int64_t times, int64_t times_max)
{
    int64_t wait = first_us > 0 ? first_us : 1;
    for (int64_t i = 0; i < times && i < times_max; i++) {
        wait = client_later (wait, wait);
    }
    return client_later (wait, random_between (&self->random, 0, wait / JITTER_DIVISOR));
}

static void due_in (client_t *self, struct request *request, int64_t now_us, int64_t span_us)
{
    int64_t due = client_later (now_us, span_us);
    request->due_us = due < request->give_up_us ? due : request->give_up_us;
    if (request->due_us < self->due_us) {
        self->due_us = request->due_us;
    }
}

void client_wait_for_answer (client_t *self, struct request *request, int64_t now_us)
{
    request->phase = PHASE_WAITING;
    due_in (self, request, now_us,
            span (self, self->config.timeout_us, request->attempt - 1, DOUBLINGS_MAX));
}

void client_wait_for_settling (client_t *self, struct request *request, int64_t now_us)
{
    request->phase = PHASE_UNSETTLED;
    due_in (self, request, now_us,
            span (self, self->config.settle_timeout_us, request->asked, DOUBLINGS_MAX));
}

void client_back_off (client_t *self, struct request *request, int64_t now_us)
{
    request->phase = PHASE_BACKOFF;
    due_in (self, request, now_us,
            span (self, self->config.timeout_us / BACKOFF_DIVISOR, request->refusals,
                  BACKOFF_DOUBLINGS));
    request->refusals++;
}

void client_suspect (client_t *self, size_t trader, int64_t now_us)
{
    self->traders[trader].suspect_until_us =
        client_later (now_us, SUSPECT_TIMEOUTS * self->config.timeout_us);
}

// What it was told before does no harm: sent again under its number it gets the same answer.
static void hold_back (client_t *self, struct request *request, int64_t now_us)
{
    request->phase = PHASE_HELD;
    due_in (self, request, now_us, DEADLINE_NONE);
}

void client_ask_status (client_t *self, struct request *request, int64_t now_us, struct outbox *out)
{
    if (!self->seated) {
        hold_back (self, request, now_us);
        return;
    }
    request->trader = client_status_trader (self, request, now_us);
    self->resent += request->asked > 0;
    request->asked++;
    client_send_number (self, MESSAGE_ORDER_STATUS, request->number, request->trader, now_us, out);
    client_wait_for_settling (self, request, now_us);
}

static void note_first_trader (const client_t *self, struct request *request)
{
    request->first_at = request->trader;
    if (self->config.bound) {
        const struct trader_state *trader = &self->traders[request->trader];
        request->first = (struct first){.trader = trader->id, .epoch = trader->epoch};
    }
}

void client_submit (client_t *self, struct request *request, int64_t now_us, struct outbox *out)
{
    if (!self->seated) {
        hold_back (self, request, now_us);
        return;
    }
    request->trader = client_next_trader (self, request, now_us);
    if (!request->attempt) {
        note_first_trader (self, request);
    }
    client_send_request (self, request, now_us, out);
    client_wait_for_answer (self, request, now_us);
}

static void run_request (client_t *self, struct request *request, int64_t now_us,
                         struct outbox *out)
{
    if (now_us >= request->give_up_us) {
        if (request->phase == PHASE_WAITING) {
            client_suspect (self, request->trader, now_us);
        }
        (void) client_answer_add (self, request, CLIENT_GAVE_UP, request->trader, now_us);
        client_close (self, request);
        return;
    }
    if (request->phase == PHASE_UNSETTLED) {
        if (request->asked) {
            client_suspect (self, request->trader, now_us);
        }
        client_ask_status (self, request, now_us, out);
        return;
    }
    if (request->phase == PHASE_WAITING) {
        client_suspect (self, request->trader, now_us);
    }
    client_submit (self, request, now_us, out);
}

void client_run_due (client_t *self, int64_t now_us, struct outbox *out)
{
    if (self->due_us > now_us) {
        return;
    }
    // Answers leave due_us where it was, so it is a bound and not the exact time: most steps get
    // by without a look at every request.
    self->due_us = DEADLINE_NONE;
    for (int64_t number = self->oldest; number < self->next; number++) {
        struct request *request = client_request_of (self, number);
        if (!request) {
            continue;
        }
        if (request->due_us <= now_us) {
            run_request (self, request, now_us, out);
        } else if (request->due_us < self->due_us) {
            self->due_us = request->due_us;
        }
    }
}
