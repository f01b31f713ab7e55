// What traders and the warehouse tell each other, from `join` to `leased`; what a trader and its
// backup do, `journal` and `journaled`; and what is published. One struct a type, for message.h,
// which says what holds for all of them.
#ifndef SOUK_MESSAGE_WAREHOUSE_H
#define SOUK_MESSAGE_WAREHOUSE_H

#include "schemas/message_clients.h"

struct join {
    int64_t nonce;  // drawn anew by each process: a join sent twice is one join
    int64_t epoch;  // the latest one that it knows of its id, 0 at first
    int64_t began;  // the epoch in which the writes of its journal began to count; 0: it has none
    const char *router;  // where other traders reach it
    bool abandon;        // its journal is lost for good: what only that held is given up
};

// A trader wants its view changed: by compare-and-swap, from `view` to the next one.
struct claim {
    int64_t epoch;
    int64_t view;    // that it has
    int64_t backup;  // that it wants; 0: none
    bool leaves;     // it ends, with everything settled
};

// A backup wants to take its primary over; or it has settled all of the copy, and says so.
struct takeover {
    int64_t trader;  // the primary
    int64_t view;    // that the copy is for
    bool complete;
};

struct member {
    int64_t trader;
    int64_t epoch;
    enum member_state state;
    const char *router;
};

// How a trader's view stands. It answers join, claim and takeover, granted or not: who asked
// compares.
struct view_told {
    int64_t trader;  // whose view it is
    int64_t nonce;   // of the process that was granted the epoch
    int64_t epoch;   // under which commits for this trader are taken
    int64_t view;    // counts the changes of this view, over all epochs
    enum member_state state;
    int64_t backup;                // 0: none
    int64_t taker;                 // who commits for it: while `taking`, else 0
    int64_t began;                 // the epoch in which its writes began to count
    int64_t applied;               // of its writes, since then
    int64_t batch;                 // the last one applied in this epoch
    const struct member *members;  // all traders that ever joined, ascending
    size_t member_count;
};

// Units of one lot that the warehouse has leased to a trader: what it holds, gives back, or has
// sold.
struct leased_units {
    int64_t id;      // of the lot, at the warehouse; 0: units of the oversell budget
    int64_t seller;  // the rest is as in a fill; of the budget 0, but for the units
    int64_t lot;
    int64_t units;
    int64_t price_cents;
};

enum item_kind { ITEM_BUY, ITEM_RESTOCK, ITEM_ORDER_STATUS, ITEM_LOT_STATUS, ITEM_KIND_COUNT };

// One request in a batch. The fields behind `number` are those of a buy or a restock.
struct item {
    enum item_kind kind;
    int64_t client;
    int64_t number;
    int64_t clock;  // Lamport clock of the request
    const char *product;
    int64_t quantity;
    int64_t price_cents;  // restock
    bool all_or_nothing;  // buy
    bool behind;          // already decided from the cache: counts as a write of this trader
    int64_t promised;     // buy, behind: units that the buyer was promised; 0: it was refused
    struct first first;   // buy, restock
    int64_t rank;         // of a restock: its lot sells after those of lesser ranks, and among
                          // those of its own rank by seller; the sum of its vector clock where the
                          // market orders by these, else 0, and lots sell as they came. Of a
                          // request that is handed over: its place in the queue
    const struct leased_units *taken;  // buy, behind: what it was promised from a lease, in the
    size_t taken_count;                // order of the lots, the budget last; at most LIMIT_FILLS
};

struct commit {
    int64_t trader;  // for whom it is, by its backup; 0: for the sender
    int64_t epoch;   // of that trader
    int64_t batch;   // 1, 2, 3 … within the epoch
    const struct item *items;
    size_t item_count;  // at most LIMIT_BATCH
};

enum result_kind {
    RESULT_RECEIPT,
    RESULT_RESTOCKED,
    RESULT_LOT,
    RESULT_ERROR,
    RESULT_SETTLED,  // a buy from a lease: sold, as its item says
    RESULT_KIND_COUNT
};

struct result {
    enum result_kind kind;
    enum status status;        // receipt
    enum reason reason;        // error
    const char *product;       // all but error; "" where the order or the product is unknown
    int64_t units;             // receipt
    int64_t missing;           // receipt
    int64_t amount_cents;      // receipt
    const struct fill *fills;  // receipt
    size_t fill_count;
    int64_t quantity;     // restocked, lot
    int64_t price_cents;  // restocked, lot
    int64_t left;         // lot
};

// A product's stock, as far as the warehouse knows.
struct level {
    const char *product;
    int64_t available;
};

struct committed {
    int64_t trader;  // as in the commit
    int64_t epoch;
    int64_t batch;
    int64_t version;               // of the warehouse, this batch included
    int64_t applied;               // this trader's write-behinds, this batch included
    const struct result *results;  // one an item, in their order
    size_t result_count;
    const struct level *stock;  // of products that were oversold, or written behind twice
    size_t stock_count;
};

struct stock {
    int64_t epoch;  // of the warehouse: how often it was started
    int64_t version;
    const struct level *stock;  // every product
    size_t stock_count;
    const struct trader_seen *traders;  // whose write-behinds are included
    size_t trader_count;
};

// A trader gives units back, and wants others: of one product. It numbers these for each product
// from 1 within its epoch, and begins the next when the one before is answered; sent again, one
// changes nothing more.
struct lease {
    int64_t epoch;
    int64_t number;
    const char *product;
    int64_t wanted;  // units; 0: none
    bool all;  // what it sold of the product is in its journal, and it holds no more of it but
               // what `returned` gives back
    const struct leased_units *returned;  // ascending by id
    size_t returned_count;                // at most LIMIT_LEASED_LOTS
};

// What a trader holds of one product, as the warehouse knows it: what it has sold behind `applied`
// is still in it. Number 0: the product is not known there, and the lease's number not used up;
// `held` says nothing.
struct leased {
    int64_t epoch;
    int64_t number;
    const char *product;
    int64_t applied;                  // of the trader's writes
    const struct leased_units *held;  // ascending by id
    size_t held_count;                // at most LIMIT_LEASED_LOTS
};

// Decisions of a trader for the copy at its backup, in the order of their writes.
struct journal {
    int64_t view;     // that the copy is for: one that was granted, or the next one, to be claimed
    int64_t holder;   // in which the backup's own writes began, as it said: names the journal that
                      // holds the copy; 0: it has not said yet
    int64_t began;    // the epoch in which the trader's writes began to count
    int64_t settled;  // the warehouse has all writes up to this one: they need no copy
    int64_t write;    // of the first item; without items: the next one
    const struct item *items;  // all `behind`
    size_t item_count;         // at most LIMIT_COPIES
};

struct journaled {
    int64_t view;
    int64_t holder;  // in which the backup's own writes began
    int64_t write;   // the copy holds all up to this one, durably
    bool begun;      // there is a copy for that view
    bool sealed;     // it takes nothing more: the backup has begun to take over
};

// Published as stock.<product>. Versions count by one over all products, so whoever subscribes
// to all of them sees a lost message as a step of more than one.
struct invalidation {
    int64_t epoch;
    int64_t seq;  // of this topic
    int64_t version;
    const char *product;
    int64_t available;
    const struct trader_seen *traders;  // as of the whole batch
    size_t trader_count;
    bool more;  // the batch changed other products too, which follow
};

// Published by the warehouse as oversell.<trader>, by a trader as oversell.<buyer>.
struct oversell {
    int64_t epoch;
    int64_t seq;
    int64_t trader;
    int64_t buyer;
    int64_t number;
    const char *product;
    int64_t units;  // that the buyer got all the same
    int64_t missing;
    int64_t amount_cents;
};

// Units of one lot that went to one order.
struct sold_units {
    int64_t buyer;
    int64_t number;  // the buyer's, of the order
    int64_t seller;
    int64_t lot;  // the seller's number
    int64_t units;
    int64_t price_cents;  // of one unit
};

// Published by the warehouse as sale.<product>: what one batch has sold of it, or a part of that.
struct sale {
    int64_t epoch;
    int64_t seq;
    int64_t trader;
    const char *product;
    const struct sold_units *sales;  // in the order in which they were decided
    size_t sale_count;               // 1 to LIMIT_SALES
};

// Published as recall.<product>: somebody wants units, and there are none but leased ones. They are
// to be given back, and none to be sold before.
struct recall {
    int64_t epoch;
    int64_t seq;
    const char *product;
};

// Published as member.<trader>: by the warehouse when a trader's view changes; by a trader what it
// heard of that, and when it suspects its primary.
struct membership {
    int64_t epoch;  // of the publisher
    int64_t seq;
    int64_t trader;  // whose view it is
    int64_t trader_epoch;
    int64_t view;
    enum member_state state;
    int64_t backup;  // 0: none
    int64_t taker;   // 0: none
    const char *router;
    const int64_t *remaining;  // traders that are live or suspected, ascending
    size_t remaining_count;    // at most LIMIT_TRADERS
};

// Published as socket.<node>, by the node itself.
struct socket_event {
    int64_t epoch;
    int64_t seq;
    enum socket_name socket;
    enum happening event;
    const char *address;  // of the peer where it is known, else of the endpoint
    const char *error;    // in words; "" where nothing failed
};

#endif
