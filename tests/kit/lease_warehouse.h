// A warehouse of few lines that keeps the leases of one trader by the rules, for random tests of
// that trader. It asserts that the trader never gives back or sells what it was not leased, and that
// it decides nothing twice. What its messages borrow stays until it has served the next one.
#ifndef SOUK_LEASE_WAREHOUSE_H
#define SOUK_LEASE_WAREHOUSE_H

#include "tests/kit/trader_fixture.h"

enum {
    LW_PRODUCTS = 2,
    LW_LOTS = 400,     // of each product
    LW_CLIENTS = 5,    // from node 100 on
    LW_NUMBERS = 300,  // of each client
    LW_ITEMS = 12,     // of a batch
    LW_LINE = 64,      // letters on their way to it; one more is lost
    LW_FIRST_CLIENT = 100,
};

struct lw_lot {
    int64_t free;
    int64_t leased;
};

struct lw_product {
    const char *name;
    struct lw_lot lots[LW_LOTS + 1];  // by id, from 1 on
    int64_t lot_count;
    int64_t stocked;
    int64_t sold;       // by the trader, or through it
    int64_t elsewhere;  // by others
    int64_t budget;     // that there is at all,
    int64_t budget_leased;
    int64_t oversold;
    int64_t number;  // of the latest lease applied in this epoch
    bool clean;
    bool recalling;
    bool publishes;  // a recall is to be published
};

struct lw_order {
    bool decided;
    enum status status;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
    struct fill fills[LIMIT_FILLS];
    size_t fill_count;
};

struct lw_counters {
    int64_t settled;
    int64_t granted;
    int64_t returned;
    int64_t recalls;
    int64_t repeated;  // leases that came again
};

struct lease_warehouse {
    struct lw_product products[LW_PRODUCTS];
    struct lw_order orders[LW_CLIENTS][LW_NUMBERS + 1];
    struct lw_counters counters;
    int64_t traders;  // live ones, among whom it shares
    int64_t epoch;    // of the trader
    int64_t batch;
    int64_t applied;
};

extern struct lease_warehouse lw;

void lw_begin (int64_t traders, int64_t budget);
void lw_restock (struct lw_product *product, int64_t units);
void lw_sell_elsewhere (struct lw_product *product, int64_t units);  // as far as there are any
int64_t lw_available (const struct lw_product *product);
int64_t lw_leased (const struct lw_product *product);  // units of lots

void lw_post (const struct message *message);  // a letter to it, copied
bool lw_waits (void);                          // some letter is not served yet
bool lw_serve (struct message *answer);        // the oldest; false: it has no answer

#endif
