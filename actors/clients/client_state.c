// What all parts of the client core stand on: its open requests, and the answers of a step.
#include "actors/clients/client_state.h"

#include <assert.h>
#include <stdlib.h>

int64_t client_later (int64_t now_us, int64_t span_us)
{
    if (span_us <= 0) {
        return now_us;
    }
    return now_us > DEADLINE_NONE - span_us ? DEADLINE_NONE : now_us + span_us;
}

void *client_checked (void *memory)
{
    if (!memory) {
        abort ();  // The machine's fault; a client without memory has nothing to go on with.
    }
    return memory;
}

static struct request *slot (client_t *self, int64_t number)
{
    return &self->ring[(uint64_t) number & (self->ring_size - 1)];
}

struct request *client_request_of (client_t *self, int64_t number)
{
    if (number < self->oldest || number >= self->next) {
        return NULL;
    }
    struct request *request = slot (self, number);
    return request->number == number ? request : NULL;
}

// Doubles the ring when the numbers from the oldest open one to the next do not fit. It grows up
// to answers_kept at most, so that a client of few open requests stays small.
static void make_room (client_t *self)
{
    if ((uint64_t) (self->next - self->oldest) < self->ring_size) {
        return;
    }
    struct request *old = self->ring;
    size_t old_size = self->ring_size;
    self->ring_size *= 2;
    self->ring = client_checked (calloc (self->ring_size, sizeof *self->ring));
    for (size_t i = 0; i < old_size; i++) {
        if (old[i].number) {
            *slot (self, old[i].number) = old[i];
        }
    }
    free (old);
    self->answers =
        client_checked (realloc (self->answers, (self->ring_size + 1) * sizeof *self->answers));
}

struct request *client_request_new (client_t *self)
{
    make_room (self);
    struct request *request = slot (self, self->next);
    *request = (struct request){.number = self->next};
    self->next++;
    self->open++;
    return request;
}

void client_close (client_t *self, struct request *request)
{
    request->number = 0;
    self->open--;
    while (self->oldest < self->next && !client_request_of (self, self->oldest)) {
        self->oldest++;
    }
    if (!self->open) {
        self->due_us = DEADLINE_NONE;
    }
}

struct client_answer *client_answer_add (client_t *self, const struct request *request,
                                         enum client_outcome outcome, size_t trader, int64_t now_us)
{
    // A step tells at most one thing of each open request.
    assert (self->answer_count <= self->ring_size);
    struct client_answer *answer = &self->answers[self->answer_count++];
    int64_t first = request->attempt ? self->traders[request->first_at].id : 0;
    *answer = (struct client_answer){
        .outcome = outcome,
        .type = request->body.type,
        .number = request->number,
        .tag = request->body.tag,
        .first = !request->answered,
        .latency_us = now_us - request->asked_us,
        .first_trader = first,
        .moved_from = trader == request->first_at ? 0 : first,
        .quantity = request->body.quantity,
    };
    return answer;
}
