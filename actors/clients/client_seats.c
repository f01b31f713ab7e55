// Who of the client's traders holds a seat, and what that means for the requests that are open.
#include "actors/clients/client_state.h"

static bool among (int64_t id, const int64_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (ids[i] == id) {
            return true;
        }
    }
    return false;
}

static void seat (client_t *self, const int64_t *seats, size_t count, int64_t now_us,
                  struct outbox *out)
{
    self->seated = 0;
    for (size_t i = 0; i < self->trader_count; i++) {
        struct trader_state *trader = &self->traders[i];
        bool was_seated = trader->seated;
        trader->seated = among (trader->id, seats, count);
        self->seated += trader->seated;
        if (trader->seated && !was_seated && self->started) {
            client_watch_seated (self, i, now_us, out);
        }
    }
}

// Those that wait with somebody who has a seat have their time; the others go where there is one.
static void move_unseated (client_t *self, int64_t now_us, struct outbox *out)
{
    for (int64_t number = self->oldest; number < self->next; number++) {
        struct request *request = client_request_of (self, number);
        if (!request || (request->phase != PHASE_HELD && self->traders[request->trader].seated)) {
            continue;
        }
        request->refusals = 0;
        if (request->phase == PHASE_UNSETTLED) {
            client_ask_status (self, request, now_us, out);
        } else {
            client_submit (self, request, now_us, out);
        }
    }
}

void client_seats (client_t *self, const int64_t *seats, size_t count, int64_t now_us,
                   struct outbox *out)
{
    if (self->config.elected) {
        seat (self, seats, count, now_us, out);
        move_unseated (self, now_us, out);
    }
}
