// The buyer: orders a product, thinks, orders again. Keeps its own book of what it was told,
// which agrees with the warehouse's ledger in the end.
#ifndef SOUK_BUYER_H
#define SOUK_BUYER_H

#include "actors/clients/client.h"
#include "actors/clients/histogram.h"

struct buyer_config {
    struct client_config client;
    const char *const *products;  // the market's; copied
    size_t product_count;
    const char *product;     // NULL: one at random each time
    bool switch_on_refusal;  // refused: take another product; else keep asking
    int64_t quantity_min;    // units of an order, drawn evenly from
    int64_t quantity_max;    // quantity_min to quantity_max
    bool all_or_nothing;
    int64_t think_time_us;  // from an answer to the next order
    int64_t orders;         // how many, 0: until stopped
    int64_t window;         // orders waiting for an answer at once, 1 to 1024
};

// What a buyer was told: its book. Every order is in one of `sold`, `refused`, `oversold`,
// `failed`, `gave_up` and `open`, so these sum to `requests`.
struct buyer_book {
    int64_t requests;  // orders made
    int64_t sold;      // orders that got all they were promised
    int64_t units;     // bought, by oversold orders too
    int64_t spent_cents;
    int64_t refused;        // out_of_stock, too_many_lots
    int64_t oversold;       // orders accepted and then found short
    int64_t missing_units;  // promised and not there
    int64_t failed;         // refused for good: conflict, expired, bad_request
    int64_t gave_up;        // without an answer: what became of them is unknown
    int64_t open;           // no final answer yet
    int64_t resent;         // messages sent again
    int64_t moved;          // final answers by another trader than the one asked first
};

// An order with its final answer.
struct buyer_entry {
    int64_t number;
    const char *product;  // the buyer's
    int64_t quantity;     // ordered
    enum client_outcome outcome;
    enum status status;  // where it was decided
    int64_t units;       // bought
    int64_t missing;     // promised and not there
    int64_t amount_cents;
    int64_t first_trader;  // that it was sent to first; 0: to none
};

// One unit of any product, keep asking, no think time, window 1, until stopped. The client's
// traders and id, and the products, are the caller's to set.
struct buyer_config buyer_config_default (void);

typedef struct buyer buyer_t;

// The caller owns the result and must destroy it. Asserts that the configuration names a trader
// and a product. `product` need not be among `products`, and may be without any.
buyer_t *buyer_new (const struct buyer_config *config, uint64_t seed);
void buyer_destroy (buyer_t **self_p);

// Total: what is not for a buyer is ignored. Letters are added to `out`; their products are the
// buyer's and live as long as it does.
void buyer_step (buyer_t *self, const struct event *event, struct outbox *out);
int64_t buyer_deadline (const buyer_t *self);

bool buyer_done (const buyer_t *self);  // made its orders (or was stopped), none is open
const struct buyer_book *buyer_book (const buyer_t *self);

// Takes the next of the orders that the last step closed; call it until it returns false.
bool buyer_next_entry (buyer_t *self, struct buyer_entry *entry);

// Its client, for client_seats and client_hold. Borrowed.
client_t *buyer_client (buyer_t *self);

// Takes the next trader that turned out to be of another market, 0: none.
int64_t buyer_next_foreign (buyer_t *self);

// From when each order was made to its first answer, accepted or final.
const struct histogram *buyer_latency (const buyer_t *self);

#endif
