// A village of electing peers around a real warehouse's core, in virtual time: letters take a
// random time, some are lost, peers are killed, started again and cut off. No trader is in it: a
// peer that was given a seat is ready to serve two milliseconds later.
#ifndef SOUK_TESTS_VILLAGE_H
#define SOUK_TESTS_VILLAGE_H

#include "actors/warehouse/warehouse.h"
#include "broker/election/election.h"

enum {
    VILLAGE_MAX = LIMIT_VECTOR,
    VILLAGE_LETTERS = 16384,
    VILLAGE_TERMS = 4096,
    VILLAGE_MS = 1000,
};

struct village_letter {
    int64_t at_us;
    int64_t seq;
    int64_t from;
    int64_t to;
    enum port port;  // that it arrives at
    struct message message;
};

struct village_peer {
    int64_t id;
    election_t *election;  // NULL: down
    bool cut;              // hears nobody, and nobody hears it, the warehouse included
    int64_t ready_us;      // its trader is; 0: it has none
};

typedef struct village {
    struct election_config config;
    int64_t ids[VILLAGE_MAX];
    size_t count;
    struct village_peer peers[VILLAGE_MAX];
    warehouse_t *warehouse;
    bool closed;                                     // the warehouse is away
    struct village_letter letters[VILLAGE_LETTERS];  // on their way, in no order
    size_t letter_count;
    int64_t seq;
    int64_t now_us;
    uint64_t random;
    int64_t loss_per_mille;
    int64_t delay_max_us;
    arena_t *memory;  // of letters on their way
    struct outbox out;
    int64_t leaders[VILLAGE_TERMS];  // by term, as the warehouse granted them
    int64_t granted;                 // the latest term
    int64_t sent[MESSAGE_TYPE_COUNT];
} village_t;

// Peers 1 to `count`, down. The caller owns the result and must destroy it.
village_t *village_new (size_t count, int64_t seats, bool reclaim, uint64_t seed);
void village_destroy (village_t **self_p);

void village_start (village_t *self, int64_t id);
void village_start_all (village_t *self);
void village_kill (village_t *self, int64_t id);
election_t *village_peer (village_t *self, int64_t id);
void village_leave (village_t *self, int64_t id);   // it falls sick
void village_return (village_t *self, int64_t id);  // and is well again

// Somebody sends the peer a message, now.
void village_tell (village_t *self, int64_t id, enum port port, const struct message *message);

void village_run (village_t *self, int64_t for_us);

// Whom all peers that are up, not cut off and not sick take for the leader, in the same term, and
// who serves; 0: they do not agree.
int64_t village_leader (village_t *self);

int64_t village_draw (village_t *self, int64_t min, int64_t max);

#endif
