// The peer's inside, shared by its files alone:
//   peer.c          the verbs: makes its cores, and tells what they are
//   peer_receive.c  which core a message is for
//   peer_seat.c     it becomes a trader, serves, falls sick, resigns, comes back
#ifndef SOUK_PEER_STATE_H
#define SOUK_PEER_STATE_H

#include "actors/clients/random.h"
#include "actors/peer/peer.h"

enum { PEER_NOTES = 32 };

// Whether it is well, and if not, how far it is with what it had accepted.
enum health {
    WELL,
    FINISHING,  // sick, or told to stop: its trader takes nothing new
    HOLDING,    // it has resigned; what waits is for the successor
    ILL,        // out
};

struct peer {
    struct peer_config config;  // its lists are the caller's, and not used after peer_new
    struct random random;
    struct peer_counters counters;
    struct trader_counters before;  // of the traders that it was
    int64_t now_us;
    int64_t clock;   // Lamport
    int64_t market;  // 0: not known yet
    election_t *election;
    buyer_t *buyer;    // one of the two
    seller_t *seller;  // is NULL
    client_t *client;  // of that one
    trader_t *trader;  // NULL: it holds no seat
    trader_t *former;  // that it was, until the letters of the round have left
    enum health health;
    bool yields;  // finishing, it keeps what is not decided for the successor
    bool sick;    // since it fell sick, until it is well again
    bool stopping;
    int64_t sick_at_us;  // DEADLINE_NONE: not at a given time
    int64_t well_us;     // it is well again; DEADLINE_NONE: never
    int64_t resigned_term;
    int64_t serving[LIMIT_VECTOR];  // as its client was told last
    size_t serving_count;
    struct peer_note notes[PEER_NOTES];
    size_t note_at;
    size_t note_count;
};

// peer.c
void peer_step_client (peer_t *self, const struct event *event, struct outbox *out);
void peer_note (peer_t *self, enum peer_news news, int64_t peer, int64_t count);

// peer_receive.c
void peer_receive (peer_t *self, const struct event *event, struct outbox *out);
void peer_malformed (peer_t *self, const struct event *event, struct outbox *out);

// peer_seat.c: what follows from what came. `first` is the first letter of this step.
void peer_proceed (peer_t *self, size_t first, struct outbox *out);
void peer_fall_sick (peer_t *self, struct outbox *out);

#endif
