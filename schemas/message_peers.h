// What the peers of an elected market tell each other and the warehouse: the Bully algorithm
// (Garcia-Molina 1982), and what a trader that resigns leaves to its successor. For message.h,
// which says what holds for all of them.
#ifndef SOUK_MESSAGE_PEERS_H
#define SOUK_MESSAGE_PEERS_H

#include "schemas/message_warehouse.h"

// `election`: whoever gets it and is well is to answer, and to stand itself, for its id is higher.
// `answer`: its sender lives, and takes it from here. `resign`: its sender gives up its seat, and
// does not stand until it is heard to be well again.
struct election {
    int64_t term;  // the latest that the sender knows of
};

// A candidate asks for the next term.
struct campaign {
    int64_t term;          // that it takes for the current one: granted only where that is so
    const int64_t *seats;  // that it proposes, itself among them, ascending
    size_t seat_count;     // 1 to LIMIT_VECTOR
};

// The warehouse tells who holds the seats: it answers `campaign`, granted or not (who asked
// compares), and is published as `seats` when a term is granted.
struct seats {
    int64_t epoch;  // of the warehouse: how often it was started
    int64_t seq;    // of this topic
    struct seating seating;
};

// The leader tells its peers that the term is granted and that it serves.
struct coordinator {
    struct seating seating;
    int64_t took_us;   // from when it stood until it served; 0: it repeats what is known
    int64_t messages;  // that it sent for that, this round of them not included
};

// Requests that a trader had accepted and not decided, for the trader that comes after it. Each
// counts as if its client had sent it there.
struct handover {
    int64_t term;              // in which the successor holds its seat
    const struct item *items;  // without outcome: nothing in them is `behind`
    size_t item_count;         // at most LIMIT_BATCH
};

// Published as `clock`: a trader has sold to a buyer, and everybody's clock is to know of it.
struct clock_news {
    int64_t epoch;  // of the trader
    int64_t seq;    // of this topic
    int64_t buyer;
    int64_t number;        // of its order
    struct vector vector;  // of the trader; empty unless the market orders by vector clocks
};

#endif
