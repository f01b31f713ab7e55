// Is what clients saw of one product linearizable (Herlihy & Wing 1990)? That is: can every
// operation be given one moment between its beginning and its end, so that all of them, one after
// the other, did what their clients were told? The search is that of Wing & Gong (1993), with the
// memo of Lowe (2017): what was placed, and the stock it led to, is never tried from twice.
//
// The product is a queue of lots in order of arrival. A restock appends its lot. An order takes
// from the oldest lots, LIMIT_FILLS of them at most:
//   all or nothing, and fewer units there than it wants: out_of_stock
//   a part will do, and nothing is there: out_of_stock
//   all or nothing, and LIMIT_FILLS lots do not fill it: too_many_lots
//   else sold, with what these lots gave.
#ifndef SOUK_LINEAR_SEARCH_H
#define SOUK_LINEAR_SEARCH_H

#include "schemas/message.h"

enum linear_kind { LINEAR_BUY, LINEAR_RESTOCK };

struct linear_operation {
    int64_t begin;  // no two of all beginnings and ends are the same
    int64_t end;    // INT64_MAX: nobody was told, it may have taken effect or not
    int64_t hint;   // lesser ones are tried first; decides how long it takes, and nothing else
    enum linear_kind kind;
    int64_t client;
    int64_t number;  // (client, number) of a restock names its lot
    int64_t quantity;
    int64_t price_cents;  // restock
    int64_t rank;         // restock: by which its lot sells (linear_replay.h); here all have none
    bool all_or_nothing;  // buy
    // What the buyer was told, where there is an end.
    enum status status;
    int64_t units;
    int64_t missing;
    int64_t amount_cents;
    const struct fill *fills;
    size_t fill_count;
};

enum linear_verdict {
    LINEAR_YES,
    LINEAR_NO,
    LINEAR_UNDECIDED,  // steps_max did not suffice
};

struct linear_result {
    enum linear_verdict verdict;
    int64_t steps;  // operations that were tried somewhere
    // Where it is not linearizable: the longest order that was found.
    size_t placed;       // operations with an end in it
    size_t blocked;      // index of the operation that had to be next and did not fit
    int64_t available;   // units that were there for it
    enum status status;  // what it would have been told there
    int64_t units;
    int64_t amount_cents;
};

// Units and prices keep to limits.h. The operations are borrowed, in any order.
struct linear_result linear_search (const struct linear_operation *operations, size_t count,
                                    int64_t steps_max);

#endif
