// The links between the nodes of a bazaar: letters travel encoded, each takes its time, and all of
// one link arrive in the order of their sending, unless they are lost. Nodes are small indices.
#ifndef SOUK_BAZAAR_POST_H
#define SOUK_BAZAAR_POST_H

#include "actors/clients/random.h"
#include "broker/core.h"

enum { POST_NODES_MAX = 32 };

struct parcel {
    int64_t at_us;     // of its arrival
    int64_t sequence;  // of its sending
    size_t from;
    size_t to;
    enum port port;  // that it arrives at
    char *bytes;
    size_t size;
};

typedef struct post post_t;

// The caller owns the result and must destroy it. Delays are drawn evenly, loss is of 1000.
post_t *post_new (uint64_t seed, int64_t delay_min_us, int64_t delay_max_us, int64_t loss);
void post_destroy (post_t **self_p);

// All letters from one node to another take this long from now on.
void post_set_delay (post_t *self, size_t from, size_t to, int64_t delay_us);
void post_set_loss (post_t *self, int64_t loss);

// Puts a copy of the message on its way. News travel on a link of their own.
void post_send (post_t *self, size_t from, size_t to, enum port port, const struct message *message,
                int64_t now_us);

int64_t post_next_us (const post_t *self);  // the next arrival; DEADLINE_NONE: nothing is under way

// Takes the first that has arrived by now. The caller owns its bytes and must free them. Returns
// false when there is none.
bool post_take (post_t *self, int64_t now_us, struct parcel *parcel);

int64_t post_lost (const post_t *self);

#endif
