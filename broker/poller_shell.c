#include "broker/poller_shell.h"

#include <assert.h>

#include "broker/wire_shell.h"

size_t poller_add (struct poller *self, zsock_t *socket)
{
    assert (self->count < POLLER_MAX);
    size_t index = self->count++;
    self->fds[index] = (struct pollfd){.fd = zsock_fd (socket), .events = POLLIN};
    self->ready[index] = true;
    return index;
}

void poller_wait (struct poller *self, int64_t deadline_us)
{
    bool waits = true;
    for (size_t i = 0; i < self->count; i++) {
        waits = waits && !self->ready[i];
    }
    // What is ready does not keep the others from being looked at.
    int fired = poll (self->fds, self->count, waits ? wire_timeout_ms (deadline_us) : 0);
    for (size_t i = 0; i < self->count && fired > 0; i++) {
        self->ready[i] = self->ready[i] || self->fds[i].revents;
    }
}

bool poller_ready (const struct poller *self, size_t index)
{
    return self->ready[index];
}

void poller_drained (struct poller *self, size_t index)
{
    self->ready[index] = false;
}

void poller_sent (struct poller *self, size_t index)
{
    self->ready[index] = true;
}
