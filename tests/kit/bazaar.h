// A small elected market that a test moves by hand: peers 1 to `count` around a real warehouse, in
// virtual time. All that is said is kept. A letter takes a tenth of a millisecond; it is made of
// the bytes of the real codec. There is one bazaar at a time.
//
// Whatever a test does, the Lamport clocks of all that a peer sends must rise strictly: one node,
// one clock.
#ifndef SOUK_TESTS_BAZAAR_H
#define SOUK_TESTS_BAZAAR_H

#include "actors/peer/peer.h"
#include "actors/warehouse/warehouse.h"
#include "tests/sim/world/parcel.h"

enum {
    BAZAAR_PEERS = 4,
    BAZAAR_MS = 1000,
    BAZAAR_SECOND = 1000 * BAZAAR_MS,
    BAZAAR_ALL = -1,  // in place of a node
    ALICE = 40,       // not peers: what is said to them is kept, and arrives nowhere
    BOB = 41,
    SAM = 50,
};

struct said {
    int64_t at_us;
    int64_t from;
    int64_t to;      // BAZAAR_ALL: published
    enum port port;  // that it arrives at
    bool done;       // it has arrived, or is lost
    struct parcel *parcel;
    const struct message *message;  // in the parcel
};

struct bazaar_place {
    struct peer_config config;
    peer_t *peer;  // NULL: down
    bool cut;      // hears nobody, and nobody hears it
    int64_t clock;
    struct outbox out;
};

struct bazaar {
    warehouse_t *warehouse;
    struct outbox out;  // of the warehouse
    struct bazaar_place places[BAZAAR_PEERS];
    int64_t ids[BAZAAR_PEERS];
    size_t count;
    struct said *said;  // in order
    size_t said_count;
    size_t said_size;
    size_t next;  // the first that may be on its way
    int64_t now_us;
    bool (*loses) (const struct said *said);  // NULL: nothing
};

extern struct bazaar bazaar;

// Whoever opens it must close it. All peers are down, elect one trader, and will be sellers that
// bring ten fish once; bazaar_config changes that, until bazaar_start.
void bazaar_open (size_t count);
void bazaar_close (void);
struct peer_config *bazaar_config (int64_t id);
void bazaar_buys (int64_t id, int64_t orders, int64_t window);  // it will buy a fish at a time

void bazaar_start (int64_t id);
void bazaar_start_all (void);
void bazaar_kill (int64_t id);
peer_t *bazaar_peer (int64_t id);

// Lets so much time pass.
void bazaar_run (int64_t for_us);

// One step of a peer, and the letters of its steps since the last time on their way.
void bazaar_step (int64_t id, struct event event);
void bazaar_send (int64_t id);

// On its way as if `from` had sent it: to a peer's ROUTER, or to the warehouse.
void bazaar_say (int64_t from, int64_t to, struct message message);
void bazaar_buy (int64_t from, int64_t to, int64_t number, int64_t quantity);
void bazaar_restock (int64_t from, int64_t to, int64_t number, int64_t quantity);
void bazaar_campaign (int64_t from, int64_t term, const int64_t *seats, size_t count);

// How often such a thing was said so far; BAZAAR_ALL: by or to anybody.
int64_t bazaar_count (int64_t from, int64_t to, enum message_type type);
// The last of them, NULL: none. Borrowed until something is said.
const struct said *bazaar_last (int64_t from, int64_t to, enum message_type type);
// The outcome of an order as its client heard it last; STATUS_UNKNOWN: it heard none.
enum status bazaar_outcome (int64_t client, int64_t number);

#endif
