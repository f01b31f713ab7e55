// What the warehouse and the traders make durable: one record a fact. The warehouse's are kept in
// its store, a trader's in its journal. Both hand them back when the core is rebuilt.
//
// The warehouse's are absolute ("lot 5 has 3 units left"), so that applying one twice changes
// nothing, and a batch of them is written whole or not at all.
#ifndef SOUK_RECORD_H
#define SOUK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/message.h"

enum record_type {
    RECORD_WAREHOUSE,    // the warehouse's own counters
    RECORD_PRODUCT,      // a product's name
    RECORD_LOT,          // a lot came, or as it stands now
    RECORD_LOT_LEFT,     // a lot's unsold units changed
    RECORD_ORDER,        // an order's outcome, for ever; its fills are right behind it
    RECORD_FILL,         // units of a lot went to the order before it
    RECORD_ACCOUNT,      // an account's balance
    RECORD_TRADER,       // a trader's epoch and how far its batches are applied
    RECORD_VIEW,         // the rest of its view: what changes seldom
    RECORD_LEASE,        // units of a lot that a trader holds; 0: none any more
    RECORD_LEASE_STATE,  // how a trader stands with the leases of a product
    RECORD_SEATS,        // who holds the seats of an elected market
    RECORD_SKIPPED,      // numbers that a client never had an answer to: loaded, and never written

    // Of a trader's journal.
    RECORD_JOINED,        // the trader was granted an epoch
    RECORD_DECIDED,       // a decision of its own, under the number of the write
    RECORD_SETTLED,       // the warehouse has all of its decisions up to a write
    RECORD_VOID,          // what was not settled was told to nobody, and does not count
    RECORD_COPY,          // a copy of another trader's decisions begins
    RECORD_COPIED,        // one of them
    RECORD_COPY_SETTLED,  // the warehouse has all of them up to a write
    RECORD_SEALED,        // the copy takes no more: its trader is suspected
    RECORD_FORWARDED,     // the warehouse has all of them up to a write, by this trader's takeover
    RECORD_COPY_END,      // the copy is not needed any more
};

struct record_warehouse {
    int64_t epoch;    // how often the warehouse was started
    int64_t version;  // counts changes of stock
    int64_t market;   // drawn when the store was made: names the market for ever
};

struct record_product {
    int64_t product;   // 1, 2, 3 … in order of arrival
    const char *name;  // borrowed, like all strings here
    int64_t stocked;   // when loaded: units that ever came,
    int64_t oversold;  // and units that were promised and not there, both summed by the store
};

struct record_lot {
    int64_t lot;  // 1, 2, 3 … in order of arrival over all products
    int64_t seller;
    int64_t number;  // the seller's own for this restock
    int64_t trader;  // that brought it
    int64_t product;
    int64_t price_cents;
    int64_t quantity;
    int64_t left;
    int64_t rank;  // as in its item
};

struct record_lot_left {
    int64_t lot;
    int64_t left;
};

struct record_order {
    int64_t buyer;
    int64_t number;    // the buyer's own for this order
    int64_t trader;    // that took it and earns the commission
    int64_t product;   // 0: one that nobody has ever offered
    int64_t quantity;  // wanted
    bool all_or_nothing;
    enum status status;  // STATUS_SOLD, OVERSOLD, OUT_OF_STOCK or TOO_MANY_LOTS
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
};

struct record_fill {
    int64_t buyer;
    int64_t number;
    int64_t lot;
    int64_t seller;
    int64_t seller_number;  // the seller's own for the lot
    int64_t trader;
    int64_t units;
    int64_t price_cents;
    int64_t commission_cents;  // of units × price_cents; the seller has the rest
};

struct record_account {
    int64_t node;
    int64_t balance_cents;
};

struct record_trader {
    int64_t trader;
    int64_t epoch;
    int64_t nonce;    // of the join that was granted this epoch
    int64_t batch;    // the last one applied in this epoch
    int64_t applied;  // write-behinds applied in this epoch
};

struct record_view {
    int64_t trader;
    int64_t view;   // counts its changes
    int64_t began;  // the epoch in which its writes began to count
    enum member_state state;
    int64_t backup;  // 0: none
    int64_t taker;   // 0: none
    int64_t closed;  // what was decided in epochs before this one is settled or void
    const char *router;
};

struct record_lease {
    int64_t trader;
    int64_t lot;
    int64_t units;
};

struct record_lease_state {
    int64_t trader;
    int64_t product;
    int64_t epoch;   // of the trader: in which the number counts
    int64_t number;  // of the latest `lease` that was applied
    int64_t budget;  // units of the oversell budget that it holds
    bool clean;      // it has given back all that it had, and got nothing since
};

struct record_seats {
    struct seating seating;
};

struct record_skipped {
    int64_t client;
    int64_t first;  // number
    int64_t last;
};

// What a trader's journal tells. Writes count from 1 since the epoch `began`.
struct record_joined {
    int64_t market;
    int64_t epoch;
    int64_t began;
    int64_t settled;  // writes that the warehouse has: the next decision is at least one above it
};

struct record_decided {  // RECORD_DECIDED, RECORD_COPIED
    int64_t trader;      // whose decision it is
    int64_t write;
    struct item item;
};

struct record_write {  // RECORD_SETTLED, VOID, COPY_SETTLED, FORWARDED
    int64_t trader;
    int64_t write;  // of VOID: not used
};

struct record_copy {  // RECORD_COPY, SEALED, COPY_END
    int64_t trader;
    int64_t view;     // that the copy is for; COPY_END: the latest one that is over
    int64_t began;    // COPY
    int64_t settled;  // COPY: it begins behind this write
};

struct record {
    enum record_type type;
    union {
        struct record_warehouse warehouse;
        struct record_product product;
        struct record_lot lot;
        struct record_lot_left lot_left;
        struct record_order order;
        struct record_fill fill;
        struct record_account account;
        struct record_trader trader;
        struct record_view view;
        struct record_lease lease;
        struct record_lease_state lease_state;
        struct record_seats seats;
        struct record_skipped skipped;
        struct record_joined joined;
        struct record_decided decided;
        struct record_write write;
        struct record_copy copy;
    };
};

#endif
