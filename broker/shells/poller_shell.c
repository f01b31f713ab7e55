#include "broker/shells/poller_shell.h"

#include <assert.h>

#include "broker/shells/wire_shell.h"

size_t poller_add (struct poller *self, zsock_t *socket)
{
    assert (self->count < POLLER_MAX);
    poller_replace (self, self->count, socket);
    return self->count++;
}

void poller_replace (struct poller *self, size_t index, zsock_t *socket)
{
    self->fds[index] = (struct pollfd){.fd = zsock_fd (socket), .events = POLLIN};
    self->ready[index] = true;
}

// Until the deadline, and a microsecond more, so that it has come when the waiting ends.
static struct timespec until (int64_t deadline_us)
{
    int64_t left_us = deadline_us - wire_now_us () + 1;
    left_us = left_us < 0 ? 0 : left_us;
    return (struct timespec){.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
}

void poller_wait (struct poller *self, int64_t deadline_us)
{
    static const struct timespec at_once;
    struct timespec left;
    const struct timespec *timeout = NULL;  // for ever
    if (deadline_us != DEADLINE_NONE) {
        left = until (deadline_us);
        timeout = &left;
    }
    for (size_t i = 0; i < self->count; i++) {
        timeout = self->ready[i] ? &at_once : timeout;
    }
    // What is ready does not keep the others from being looked at.
    int fired = ppoll (self->fds, self->count, timeout, NULL);
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
