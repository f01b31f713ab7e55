// Proves from a store's file alone that a market was kept: that no unit was sold twice or lost,
// that every order has one outcome, and that the money adds up. It shares no code with the
// warehouse, only reads, and may run while the market does: it sees the store as it stood at one
// instant, between two batches.
#ifndef SOUK_VERIFY_H
#define SOUK_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "schemas/arena.h"

// What came, what went and what is there, in units.
struct verdict_product {
    const char *name;
    int64_t restocked;
    int64_t sold;
    int64_t unsold;
    int64_t leased;  // of the unsold; the rest is available
};

struct verdict_account {
    int64_t node;
    int64_t balance_cents;
};

// A buyer's book as the store has it, to be held against the buyer's own.
struct verdict_book {
    int64_t node;
    int64_t orders;
    int64_t sold;  // orders that got what was promised
    int64_t units;
    int64_t spent_cents;
    int64_t refused;  // out_of_stock, too_many_lots
    int64_t oversold;
    int64_t missing_units;
};

// A trader whose backup has begun to take it over, and not come to the end: what else it had
// decided is settled by that one, or by itself from its own journal.
struct verdict_stranded {
    int64_t trader;
    int64_t taker;
    int64_t epoch;    // that the takeover was granted
    int64_t applied;  // of its decisions, which the store has
};

// What a trader holds of a product as far as the store knows, which hears of a sale later.
struct verdict_leased {
    int64_t trader;
    const char *state;    // of its view; "" for none
    const char *product;  // its name
    int64_t units;        // of lots
    int64_t budget;       // that are not there: of the product's oversell budget
    bool stranded;        // until the trader comes back with its journal, or is taken over
};

struct verdict {
    bool conserved;         // there is no problem
    bool at_rest;           // no warehouse has the store open
    const char **problems;  // in words, one for each rule that is broken
    size_t problem_count;
    const struct verdict_product *products;  // in order of arrival
    size_t product_count;
    const struct verdict_account *accounts;  // ascending by node
    size_t account_count;
    const struct verdict_book *books;  // ascending by node
    size_t book_count;
    const struct verdict_stranded *stranded;  // ascending by trader: no problem, but not the end
    size_t stranded_count;
    const struct verdict_leased *leased;  // ascending by trader, then by product's arrival
    size_t leased_count;
    int64_t restocked_units;
    int64_t sold_units;
    int64_t left_units;
    int64_t leased_units;    // of those left
    int64_t stranded_units;  // of those leased
    int64_t orders;
    int64_t sold_orders;    // that got what was promised
    int64_t out_of_stock;   // refused
    int64_t too_many_lots;  // refused
    int64_t oversold;       // that got less than was promised, or nothing
    int64_t missing_units;
    int64_t spent_cents;
};

// How far a product may be oversold. That is its operator's choice and stands in no store.
struct verify_budget {
    const char *product;
    int64_t units;    // LIMIT_INTEGER: it may be oversold without a bound
    int64_t percent;  // and so many of a hundred that were ever stocked, 0 to 100
};

struct verify_budgets {
    const struct verify_budget *list;  // one a product
    size_t count;
    const struct verify_budget *rest;  // of any other product, whatever it names; NULL: no bound
};

// Reads the store at `path` and judges it, by the budgets where they are not NULL. All lists and
// strings are borrowed from `arena`. Returns false, with the reason in `error`, when the file is
// missing or is no store of this version. A store that is damaged inside is judged: the damage is a
// problem.
bool verify_store (const char *path, const struct verify_budgets *budgets, arena_t *arena,
                   struct verdict *verdict, char *error, size_t error_size);

// For people; its last line is "conserved: yes" or "conserved: NO".
void verify_print_text (const struct verdict *verdict, FILE *out);

// One JSON object on one line.
void verify_print_json (const struct verdict *verdict, FILE *out);

// All of it, for the program: prints the verdict to `out`, or on stderr why there is none. Returns
// the exit status: 0 when the store is conserved, 1 when it is not or cannot be read.
int verify_run (const char *path, const struct verify_budgets *budgets, bool json, FILE *out);

#endif
