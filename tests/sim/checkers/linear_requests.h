// The requests of a history as operations that linear_search takes, product by product.
//
// A request is named by (client, number). It begins when it is first asked and ends when its
// client is first told what became of it, whatever question that answers; until then it may have
// taken effect or not. What the warehouse stored tells in which order to try, and for which of
// several bodies a number stands that its client used more than once.
#ifndef SOUK_LINEAR_REQUESTS_H
#define SOUK_LINEAR_REQUESTS_H

#include <uthash.h>

#include "tests/sim/checkers/history.h"
#include "tests/sim/checkers/linear_search.h"

struct linear_product {
    char name[LIMIT_PRODUCT_NAME + 1];
    bool sync;    // else without operations
    bool ranked;  // some lot sells by a rank
    struct linear_operation *operations;
    size_t count;
    size_t size;
    UT_hash_handle hh;  // by name
};

typedef struct linear_requests linear_requests_t;

// The caller owns the result and must destroy it. The rules are borrowed as long as it lives.
linear_requests_t *linear_requests_new (const struct rules *rules);
void linear_requests_destroy (linear_requests_t **self_p);

// What a history shows of them. Messages and records that are not about requests are ignored.
void linear_requests_asked (linear_requests_t *self, int64_t client, const struct message *message);
void linear_requests_told (linear_requests_t *self, int64_t client, const struct message *message);
void linear_requests_stored (linear_requests_t *self, const struct record *record);

// To be called once, at the end. Returns the first of the products, which lead on by hh.next; NULL:
// there are none. They are valid as long as the requests.
const struct linear_product *linear_requests_collect (linear_requests_t *self);

#endif
