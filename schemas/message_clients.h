// What clients and traders tell each other: one struct a type, from `buy` to `error`, and the parts
// that they are made of. For message.h, which says what holds for all of them.
#ifndef SOUK_MESSAGE_CLIENTS_H
#define SOUK_MESSAGE_CLIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/limits.h"
#include "schemas/message_types.h"

// One component of a vector clock (Mattern 1989, Fidge 1988).
struct tick {
    int64_t node;   // whose events
    int64_t count;  // how many of them are known
};

struct vector {
    const struct tick *ticks;  // ascending by node, at most LIMIT_VECTOR
    size_t count;
};

// How many of a trader's write-behinds are known, in one epoch of that trader.
struct trader_seen {
    int64_t trader;
    int64_t epoch;
    int64_t count;
};

// A causal token: all that its holder has seen (protocol.md, "Causal tokens").
struct seen {
    int64_t version;                    // of the warehouse
    const struct trader_seen *traders;  // ascending by trader, at most LIMIT_TRADERS
    size_t count;
};

// Units that an order got from one lot. (seller, lot) names the lot: the seller's own number
// for the restock that brought it.
struct fill {
    int64_t seller;
    int64_t lot;
    int64_t units;
    int64_t price_cents;  // of one unit
};

// To which trader a request went first, and in which of that trader's epochs, as far as its client
// knew. That trader alone decides it by itself, and in that epoch alone (protocol.md, "The first
// trader"). Trader 0: none, so that the warehouse decides.
struct first {
    int64_t trader;
    int64_t epoch;
};

struct buy {
    int64_t number;   // the buyer's own, names the order for ever
    int64_t attempt;  // 1, and one more each time that it is sent again
    const char *product;
    int64_t quantity;     // units wanted
    bool all_or_nothing;  // else a part will do
    struct first first;
    struct seen seen;
    struct vector vector;  // empty unless the market orders by vector clocks
};

struct number_only {  // order_status, lot_status
    int64_t number;
};

struct receipt {  // receipt, oversold
    int64_t number;
    enum status status;    // of an `oversold`: always STATUS_OVERSOLD, and not on the wire
    const char *product;   // "" where the order or the product is unknown
    int64_t units;         // that the buyer has, or is promised (accepted)
    int64_t missing;       // promised, but not there (oversold)
    int64_t amount_cents;  // paid for `units`; 0 while accepted
    const struct fill *fills;
    size_t fill_count;  // at most LIMIT_FILLS
    struct seen seen;
    struct vector vector;
};

struct restock {
    int64_t number;
    int64_t attempt;
    const char *product;
    int64_t quantity;
    int64_t price_cents;
    struct first first;
    struct seen seen;
    struct vector vector;
};

struct restocked {
    int64_t number;
    const char *product;
    int64_t quantity;
    int64_t price_cents;
    struct seen seen;
    struct vector vector;
};

struct lot_state {  // lot
    int64_t number;
    const char *product;
    int64_t quantity;  // that came
    int64_t left;      // that is unsold
    int64_t price_cents;
};

struct sold {
    int64_t buyer;
    int64_t order;  // the buyer's number
    int64_t lot;    // the seller's number
    const char *product;
    int64_t units;
    int64_t price_cents;
};

// Who holds the seats of an elected market (protocol.md, "Elections"). Terms count from 1: each is
// granted by the warehouse to one leader, and ends when the next one is granted.
struct seating {
    int64_t term;          // 0: nobody was ever elected, or the sender does not know
    int64_t leader;        // who won it; 0 in term 0
    const int64_t *seats;  // the traders of the term, the leader among them, ascending
    size_t seat_count;     // at most LIMIT_VECTOR
};

struct pong {
    int64_t epoch;           // of the trader; 0: it has not joined, or is none
    struct seating seating;  // as far as a peer knows; of any other trader empty, not on the wire
};

struct error {
    enum reason reason;
    int64_t number;    // of the request, 0 when unknown; for `gap` the batch that is expected
    int64_t trader;    // of a commit by a backup: for whom it was; else 0
    int64_t epoch;     // that a refused commit was under; else 0
    const char *text;  // what was wrong and what to do, for a person
};

#endif
