// The seller: starts with nothing and brings goods, at intervals or when it is sold out.
#ifndef SOUK_SELLER_H
#define SOUK_SELLER_H

#include "actors/clients/client.h"

enum restock_when { RESTOCK_EVERY, RESTOCK_SOLD_OUT };  // each interval, or when all is sold
enum restock_what {
    RESTOCK_SAME,    // the product that it began with
    RESTOCK_EACH,    // each product of which it has sold any; before that, the one to begin with,
                     // or one at random each time when there is none
    RESTOCK_RANDOM,  // another one at random
};

struct seller_config {
    struct client_config client;
    const char *const *products;  // the market's; copied
    size_t product_count;
    const char *product;  // to begin with; NULL: one at random
    enum restock_when when;
    enum restock_what what;
    int64_t quantity_min;     // units of a restock, drawn evenly from
    int64_t quantity_max;     // quantity_min to quantity_max
    int64_t price_cents_min;  // of a unit, drawn evenly from
    int64_t price_cents_max;  // price_cents_min to price_cents_max
    int64_t every_us;         // between restocks; sold out: how often to look whether it is
    int64_t restocks;         // how many, 0: until stopped
};

// What a seller was told: its book. Every restock is in one of `restocked`, `failed`, `gave_up`
// and `open`, so these sum to `requests`. One that was given up and turns out to have come
// moves to `restocked`.
struct seller_book {
    int64_t requests;       // restocks made
    int64_t restocked;      // lots confirmed
    int64_t units;          // in these
    int64_t sold_units;     // at least: notices may be lost. Of its last answers_kept lots
    int64_t revenue_cents;  // of these, before commission
    int64_t failed;         // refused for good
    int64_t gave_up;        // without an answer: what became of them is unknown
    int64_t open;           // no answer yet
    int64_t resent;         // messages sent again
    int64_t moved;          // restocks confirmed by another trader than the one asked first
};

// Five units of the same product every 5 s, at 100 cents, until stopped. The client's traders and
// id, and the products, are the caller's to set.
struct seller_config seller_config_default (void);

typedef struct seller seller_t;

// The caller owns the result and must destroy it. Asserts that the configuration names a trader
// and a product. `product` need not be among `products`, and may be without any.
seller_t *seller_new (const struct seller_config *config, uint64_t seed);
void seller_destroy (seller_t **self_p);

// Total: what is not for a seller is ignored. Letters are added to `out`; their products are the
// seller's and live as long as it does.
void seller_step (seller_t *self, const struct event *event, struct outbox *out);
int64_t seller_deadline (const seller_t *self);

bool seller_done (const seller_t *self);  // made its restocks (or was stopped), none is open
const struct seller_book *seller_book (const seller_t *self);

// Its client, for client_seats and client_hold. Borrowed.
client_t *seller_client (seller_t *self);

// Takes the next trader that turned out to be of another market, 0: none.
int64_t seller_next_foreign (seller_t *self);

#endif
