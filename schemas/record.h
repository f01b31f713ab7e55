// What the warehouse makes durable: one record a fact. Records are absolute ("lot 5 has 3 units
// left"), so that applying one twice changes nothing, and a store hands the same records back
// when the warehouse is rebuilt. A batch of records is written whole or not at all.
#ifndef SOUK_RECORD_H
#define SOUK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/message.h"

enum record_type {
    RECORD_WAREHOUSE,  // the warehouse's own counters
    RECORD_PRODUCT,    // a product's name
    RECORD_LOT,        // a lot came, or as it stands now
    RECORD_LOT_LEFT,   // a lot's unsold units changed
    RECORD_ORDER,      // an order's outcome, for ever; its fills are right behind it
    RECORD_FILL,       // units of a lot went to the order before it
    RECORD_ACCOUNT,    // an account's balance
    RECORD_TRADER,     // a trader's view and how far its batches are applied
};

struct record_warehouse {
    int64_t epoch;    // how often the warehouse was started
    int64_t version;  // counts changes of stock
};

struct record_product {
    int64_t product;   // 1, 2, 3 … in order of arrival
    const char *name;  // borrowed, like all strings here
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
    };
};

#endif
