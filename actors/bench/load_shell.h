// Load: clients that order as fast as they are answered (closed loop), or at a given rate (open
// loop), each over a DEALER of its own, all from one thread. They measure; what a real client
// does besides (books, failover) is in actors/clients/.
#ifndef SOUK_LOAD_SHELL_H
#define SOUK_LOAD_SHELL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "actors/clients/histogram.h"

struct load_config {
    const char *const *endpoints;  // of the traders' ROUTERs; clients are dealt out to them
    size_t endpoint_count;
    int64_t clients;
    int64_t window;      // orders outstanding at each client, at most
    int64_t rate;        // open loop: orders a second over all clients; 0: closed loop
    int64_t level;       // while orders are opened the seller brings small lots, so that there are
                         // never more units than this; 0: it brings none by itself
    int64_t first_node;  // node id of the first client; the others follow
    const char *product;
    bool bound;  // traders may decide by themselves: they are told which one was asked first
    bool echo;   // the endpoint is an echo's: what comes back is not read
    bool progress;
    const volatile sig_atomic_t *interrupted;  // ends the load early
};

typedef struct load load_t;

// Is called now and then while orders are under way, with how many of the phase were answered. It
// may call load_leave.
typedef void load_attend_fn (void *context, load_t *load, int64_t answered);

// What was measured of one phase. Latency is from the moment that an order was due, which in an
// open loop may be before it could be sent, to its first answer.
struct load_result {
    int64_t orders;  // answered
    double seconds;  // from the first order to the last answer
    int64_t sold;    // or promised
    int64_t refused;
    int64_t oversold;
    int64_t busy;            // answers that said so; those orders were sent again
    int64_t resent;          // for want of an answer
    double settled_seconds;  // from the first order to the last final answer
    struct histogram latency;
};

// Connects the clients. The caller owns the result and must destroy it. Returns NULL with the
// reason in `error` when it cannot.
load_t *load_new (const struct load_config *config, char *error, size_t error_size);
void load_destroy (load_t **self_p);

// Learns, where it is `bound`, in which epoch each trader serves, which it tells them from then on.
// To be called before orders are to be decided by traders. Returns false with the reason in `error`
// when one does not say.
bool load_greet (load_t *self, char *error, size_t error_size);

// Has `orders` of them answered, finally, and measures it. May be called again: the first time
// may warm things up. Adds to `result`. Returns false with the reason in `error` when an order
// was refused by an error, no answer came within LOAD_PATIENCE_S, or it was interrupted.
enum { LOAD_PATIENCE_S = 10 };
bool load_run (load_t *self, int64_t orders, struct load_result *result, char *error,
               size_t error_size);

// From now on has a function called; NULL: none.
void load_attend (load_t *self, load_attend_fn *attend, void *context);

// Turns the clients of a trader that has failed, named by its place among the endpoints, to the
// others: their open orders are sent again, under the same numbers and telling who was asked first.
// There must be another one. What that trader had promised is no longer waited for: another one
// settles it. To be called once at most.
void load_leave (load_t *self, size_t endpoint);

// Brings `quantity` units of the product as one lot, and waits until it is confirmed.
bool load_restock (load_t *self, int64_t quantity, char *error, size_t error_size);

// Orders, unmeasured, until nothing is left. Returns false with the reason in `error` when what is
// left cannot be bought within LOAD_PATIENCE_S, or as load_run.
bool load_sell_out (load_t *self, char *error, size_t error_size);

#endif
