// The sockets of a shell, waited for together.
//
// zmq_poll asks every socket at every call, which costs system calls for each of them. This waits
// for their descriptors (ZMQ_FD) alone and has only those asked that may hold something. Such a
// descriptor tells of changes, not of states: once it has fired, its socket is to be received from
// until nothing waits; and sending through a socket may swallow what its descriptor had to tell,
// so one that was sent through counts as ready again (zmq_getsockopt(3), ZMQ_FD).
#ifndef SOUK_POLLER_SHELL_H
#define SOUK_POLLER_SHELL_H

#include <czmq.h>
#include <poll.h>

#include "schemas/limits.h"

enum { POLLER_MAX = LIMIT_TRADERS + 8 };

struct poller {
    size_t count;
    struct pollfd fds[POLLER_MAX];
    bool ready[POLLER_MAX];  // something may wait there
};

// Adds a socket, which stays the caller's. Returns its index: 0, 1, 2 and so on. It counts as ready.
size_t poller_add (struct poller *self, zsock_t *socket);

// Puts another socket in the place of one.
void poller_replace (struct poller *self, size_t index, zsock_t *socket);

// Waits until a socket may hold something or `deadline_us` has come (DEADLINE_NONE: never does);
// not at all where one is ready already.
void poller_wait (struct poller *self, int64_t deadline_us);

// Whether something may wait at a socket. It may be none.
bool poller_ready (const struct poller *self, size_t index);

// To be told: nothing waits at it any more; it was sent through.
void poller_drained (struct poller *self, size_t index);
void poller_sent (struct poller *self, size_t index);

#endif
