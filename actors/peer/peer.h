// The peer of an elected market: a buyer or a seller that may become a trader. It is made of the
// cores of both, and of the election, which decides: while the peer holds a seat it trades for the
// others, and neither buys nor sells; what it had asked for before is answered, by itself if need
// be.
//
// It may fall sick. Then it finishes what it has accepted, or keeps that for its successor, gives
// up its seat, and takes no part until it is well again.
//
// An elected market is sold in `sync`: all that counts is at the warehouse, so whoever is elected
// next has it, and a peer keeps no journal.
//
// One node, one Lamport clock: the peer stamps all letters of its cores.
//
// Ports: PORT_CLIENTS (its ROUTER: requests, elections), PORT_TRADER (its DEALERs to all peers,
// itself among them, and their replies), PORT_WAREHOUSE, PORT_NEWS (in: of peers and of the
// warehouse; out: its trader's).
#ifndef SOUK_PEER_H
#define SOUK_PEER_H

#include "actors/clients/buyer.h"
#include "actors/clients/seller.h"
#include "broker/election/election.h"
#include "broker/trader/trader.h"

enum on_sick {
    SICK_DRAIN,     // finish what is accepted, then resign
    SICK_HANDOVER,  // finish what is under way, resign, and give the rest to the successor
};

struct sickness {
    int64_t per_million;  // chance of each sale that it makes as a trader
    int64_t at_us;        // from its start; -1: not at a given time
    bool from_start;
    enum on_sick on_sick;
    int64_t recover_after_us;  // from when it resigned; 0: never
};

struct peer_config {
    struct election_config election;
    struct trader_config
        trader;  // that it may become; `elected` and sync, its id that of the election
    bool sells;  // a seller; else a buyer
    struct buyer_config buyer;  // with all peers, itself among them, as its traders
    struct seller_config seller;
    struct sickness sickness;
};

enum peer_role {
    PEER_CLIENT,   // buys or sells
    PEER_TRADER,   // holds a seat; it may still be joining
    PEER_LEAVING,  // sick, or told to stop: its trader finishes
    PEER_HOLDING,  // sick and resigned, and waits for a successor to give requests to
    PEER_SICK,     // out
};

// What happened, for whoever tells it; what the election tells is apart.
enum peer_news {
    PEER_NEWS_SICK,      // as a trader or not
    PEER_NEWS_RESIGNED,  // it has given up the seat; `count` requests wait for its successor
    PEER_NEWS_HANDED,    // `count` requests went to `peer`
    PEER_NEWS_WELL,      // it stands again
    PEER_NEWS_UNSEATED,  // the warehouse refused what it did as a trader: others were elected
};

struct peer_note {
    enum peer_news news;
    int64_t peer;
    int64_t count;
};

struct peer_counters {
    int64_t seated;    // times that it became a trader
    int64_t sick;      // times that it fell sick
    int64_t sales;     // that it made as a trader
    int64_t handed;    // requests that it gave to a successor
    int64_t turned;    // requests that came while it was no trader
    int64_t unseated;  // times that others were elected while it traded
};

typedef struct peer peer_t;

// The caller owns the result and must destroy it. `seed` makes its choices and its sickness.
peer_t *peer_new (const struct peer_config *config, uint64_t seed);
void peer_destroy (peer_t **self_p);

void peer_step (peer_t *self, const struct event *event, struct outbox *out);
int64_t peer_deadline (const peer_t *self);

enum peer_role peer_role (const peer_t *self);
const char *peer_role_name (enum peer_role role);

// Told to stop, it has no open request and holds no seat any more.
bool peer_done (const peer_t *self);
// All that it wanted as a buyer or a seller is answered; it may be a trader all the same.
bool peer_content (const peer_t *self);

// Its parts. Borrowed; NULL where it has none.
const trader_t *peer_trader (const peer_t *self);
buyer_t *peer_buyer (peer_t *self);
seller_t *peer_seller (peer_t *self);
const election_t *peer_election (const peer_t *self);

int64_t peer_market (const peer_t *self);  // 0: not known yet
int64_t peer_tick (peer_t *self);          // the clock for a message that its shell sends by itself

// Take the next of what has happened; false: nothing more.
bool peer_next_election_note (peer_t *self, struct election_note *note);
bool peer_next_note (peer_t *self, struct peer_note *note);

const struct peer_counters *peer_counters (const peer_t *self);
struct trader_counters peer_trader_counters (const peer_t *self);  // of all traders that it was

#endif
