// What happens to a node's sockets (zmq_socket_monitor), published as socket.<node>: see
// protocol.md, "socket". Sockets are watched while somebody subscribes to that topic; until then
// nothing of it costs a thing, and a message never does.
#ifndef SOUK_SOCKET_SHELL_H
#define SOUK_SOCKET_SHELL_H

#include "broker/shells/topics_shell.h"

enum { WATCH_SOCKETS = 4, WATCH_ADDRESS_BYTES = 64, WATCH_LOOK_US = 20000 };

// The Lamport clock of the node for one more message.
typedef int64_t watch_tick_fn (void *context);

struct watch {
    int64_t node;
    watch_tick_fn *tick;
    void *context;
    int64_t market;  // that the node belongs to, for its owner to set; 0: it does not know yet
    int64_t epoch;   // that `seq` counts in
    int64_t seq;
    size_t count;
    struct watched {
        enum socket_name name;
        zsock_t *socket;  // borrowed
        zsock_t *events;  // PAIR; NULL while nobody wants to know
    } sockets[WATCH_SOCKETS];
    bool on;
    int64_t changes;  // of the topics, that were followed
    int64_t look_us;  // when to look next: in each round would cost more than the round
    char (*peers)[WATCH_ADDRESS_BYTES];  // by descriptor: whose connection it is, "" unknown
    int peer_count;
};

void watch_init (struct watch *self, int64_t node, watch_tick_fn *tick, void *context);

// Adds one of the node's sockets, at most WATCH_SOCKETS of them. It must outlive the watch.
void watch_add (struct watch *self, enum socket_name name, zsock_t *socket);

// Takes in what the XPUB's subscribers say (topics_update, whose result it returns), and begins or
// ends to watch by it.
bool watch_follow (struct watch *self, struct topics *topics, zsock_t *xpub);

// When to wake for it, `deadline_us` at the latest.
int64_t watch_wake (const struct watch *self, int64_t deadline_us);

// Publishes what has happened, when it is time to look. `epoch` is the core's. Returns whether it
// sent anything through the XPUB, which the poller is to be told.
bool watch_tell (struct watch *self, int64_t epoch, struct wire *wire, zsock_t *xpub);

// Before the sockets are closed.
void watch_end (struct watch *self);

#endif
