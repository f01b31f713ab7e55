// A warehouse as naive as can be, to hold the real one against: plain lists that are walked from
// the beginning, no code shared with what it checks. It foretells each answer and each piece of
// news of a batch. Money bounds, and those of tables, are not part of it.
#ifndef SOUK_WAREHOUSE_MODEL_H
#define SOUK_WAREHOUSE_MODEL_H

#include "tests/kit/warehouse_fixture.h"

enum {
    MODEL_NODES = 40,
    MODEL_TRADERS = 4,  // of ids below
    MODEL_PRODUCTS = 4,
    MODEL_REQUESTS = 1000,
};

extern const char *const model_products[MODEL_PRODUCTS];

// A request that was decided. A restock is a lot too.
struct model_request {
    struct item item;
    bool offered;  // the product was known when it was decided
    enum status status;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
    struct fill fills[LIMIT_FILLS];
    size_t fill_count;
    int64_t left;  // of a lot
};

struct model_trader {
    int64_t epoch;
    int64_t nonce;
    int64_t batch;
    int64_t applied;
    int64_t oversell_seq;
};

// Assignment makes a copy to come back to.
struct model {
    int64_t kept;
    int64_t percent;
    int64_t epoch;
    int64_t version;
    struct model_request requests[MODEL_REQUESTS];  // in the order in which they were decided
    size_t request_count;
    int64_t highest[MODEL_NODES];  // number of each client
    int64_t cents[MODEL_NODES];    // each account
    struct model_trader traders[MODEL_TRADERS];
    size_t products[MODEL_PRODUCTS];  // in order of their first restock
    size_t product_count;
    int64_t stock_seq[MODEL_PRODUCTS];
    int64_t sale_seq[MODEL_PRODUCTS];
    int64_t late;  // decisions that came when their numbers were old
};

// The warehouse was started, for the first time or again.
void model_start (struct model *self);
void model_join (struct model *self, int64_t trader, int64_t nonce);

// The request that was decided under this number, NULL when there is none or it is expired.
const struct model_request *model_find (const struct model *self, int64_t client, int64_t number);

// Takes the batch over that `wh` has just applied, and asserts that `committed`, and the letters
// of the step, are what they must be. `again`: the batch was applied before.
void model_commit (struct model *self, int64_t trader, const struct item *items,
                   const struct committed *committed, bool again);

// Asserts that a snapshot, and the accounts in the store, are what they must be.
void model_compare (const struct model *self);

#endif
