// Where the money of a market went: per node what it spent, earned and got as a trader, and each
// sale with its three amounts. Read from a store's file alone, which may be that of a running
// market. It judges nothing: that is for verify.
#ifndef SOUK_ACCOUNTS_H
#define SOUK_ACCOUNTS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "schemas/limits.h"

// A node may be more than one of them.
enum account_role { ACCOUNT_BUYER = 1, ACCOUNT_SELLER = 2, ACCOUNT_TRADER = 4 };

struct account {
    unsigned roles;  // as far as the store tells: who ordered, restocked, joined; 0: it did nothing
    int64_t orders;  // that it made, refused ones too
    int64_t bought;  // units
    int64_t spent_cents;
    int64_t sold;  // units
    int64_t earned_cents;
    int64_t sales;  // that it made as a trader
    int64_t commission_cents;
    int64_t balance_cents;
};

// All of them, by node id.
struct accounts {
    struct account nodes[LIMIT_NODE + 1];
};

// Units of one lot that went to one buyer. The amount moved from the buyer: the commission of it to
// the trader, and the rest to the seller.
struct account_sale {
    int64_t buyer;
    int64_t number;  // of the order
    const char *product;
    int64_t seller;
    int64_t trader;
    int64_t units;
    int64_t price_cents;
    int64_t amount_cents;
    int64_t commission_cents;
};

// Adds to `accounts` what the store tells. Returns false, with the reason in `error`, where it
// cannot be read.
bool accounts_read (sqlite3 *db, struct accounts *accounts, char *error, size_t error_size);

// Tells each sale in the order in which they were made. The sale and its strings are valid until
// `tell` returns. Returns false as accounts_read does.
typedef void account_sale_fn (void *context, const struct account_sale *sale);
bool accounts_read_sales (sqlite3 *db, account_sale_fn *tell, void *context, char *error,
                          size_t error_size);

// What is to be printed.
struct accounts_wanted {
    const struct accounts
        *known;  // nodes that are told with these roles too, whatever they did; or
                 // NULL
    bool sales;  // the sales, and not the accounts
    bool json;   // one object a line
};

// All of it, for the program: prints what is wanted of the store at `path` to `out`, or on stderr
// why that cannot be. Returns the exit status.
int accounts_run (const char *path, const struct accounts_wanted *wanted, FILE *out);

#endif
