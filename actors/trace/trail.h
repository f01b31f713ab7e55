// One request's way through the nodes, put together from what their traces tell (trace_shell.h):
// each time that a message which has to do with it left a node or came to one is a step. A pure
// module: it is given the steps, and orders and joins them.
//
// The order is Lamport's (1978): by clock, then by node, then as the node told them. A message that
// came counts with the clock that its receiver had then, so it stands behind the one that was sent.
#ifndef SOUK_TRAIL_H
#define SOUK_TRAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/message.h"

enum { TRAIL_STEPS_MAX = 4096, TRAIL_NODES_MAX = LIMIT_NODE + 1, TRAIL_NOBODY = -1 };

enum did { DID_SEND, DID_RECEIVE, DID_DROP };

// What happened to a message that left a node.
enum trail_fate {
    FATE_ARRIVED,  // also of one that came: it was sent
    FATE_LOST,     // its receiver has a trace, and it is not in it
    FATE_UNKNOWN,  // its receiver has no trace, or one that has ended early, or it is published and
                   // came to nobody who has one; of one that came: nobody is known to have sent it
    FATE_DROPPED,  // it could not go
};

struct step {
    enum did did;
    enum message_type type;
    int64_t node;
    int64_t from;
    int64_t to;  // TRAIL_NOBODY: it is published
    int64_t us;  // monotonic, of this machine
    int64_t wall_us;
    int64_t clock;        // of the message
    int64_t at;           // of the node when it did this
    const char *product;  // "" where it says none; borrowed
    const char *word;     // status or reason; "" where there is none; borrowed
    int64_t attempt;      // of a buy or restock; else 0, as all that follow where they do not apply
    int64_t quantity;     // or units
    int64_t trader;       // of a commit for another trader
    int64_t epoch;
    int64_t batch;
    int64_t view;
    int64_t write;  // of this request in a journal; up to which one a journaled confirms
    int64_t term;
    size_t requests;  // that the message carries

    // Filled in by trail_join.
    enum trail_fate fate;
    bool again;     // the node has sent this before
    size_t sender;  // RECEIVE: index of the step that sent it; itself where none is known
};

// A node that has a trace.
struct trail_node {
    int64_t id;
    const char *role;  // borrowed
    bool ended;        // its trace ends before the node did
};

struct trail {
    int64_t client;
    int64_t number;
    struct trail_node *nodes;  // in the order in which they were added
    size_t node_count;
    struct step *steps;
    size_t step_count;
    size_t room;
    bool
        asked;  // the warehouse has a commit with the request before it: what it sends next to a trader
                // is its answer
    bool full;  // there were more than TRAIL_STEPS_MAX
};

// Of request `number` of node `client`.
void trail_init (struct trail *self, int64_t client, int64_t number);
void trail_free (struct trail *self);

// A node again, in another life, is the same one.
void trail_add_node (struct trail *self, int64_t id, const char *role);
void trail_node_ended (struct trail *self, int64_t id);
const struct trail_node *trail_node (const struct trail *self,
                                     int64_t id);  // NULL: it has no trace

// Adds a step, in the order of its node's trace.
void trail_add (struct trail *self, const struct step *step);

// Whether this has to do with the request although it does not name it: a `committed` or
// `journaled` that answers a step, or the warehouse's `error` that a step sent.
bool trail_answers (const struct trail *self, const struct step *step);

// Puts the steps in order and says of each what became of its message. To be called once, when all
// are there.
void trail_join (struct trail *self);

// How it ended for the client, as it heard it.
struct trail_end {
    const struct step *asked;     // its first request; NULL: it has no trace, or did not send it
    const struct step *answered;  // the first answer that came; NULL: none did
    const struct step *last;      // the first one that says otherwise; NULL: none did
    size_t again;                 // times that it asked again
    size_t lost;                  // messages that were lost, or could not go
};

struct trail_end trail_end (const struct trail *self);

#endif
