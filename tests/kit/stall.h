// A stall: a seller under test with what it is configured by, its outbox and the virtual time. It
// is node 20, knows the traders 1, 2 and 3 and the products fish, menhir and potion, and begins
// with menhir.
#ifndef SOUK_STALL_H
#define SOUK_STALL_H

#include "actors/clients/seller.h"
#include "tests/kit/client_kit.h"

enum { STALL_PRODUCTS = 3 };

extern const char *const stall_products[STALL_PRODUCTS];

struct stall {
    struct seller_config config;
    seller_t *seller;
    struct outbox out;  // of the last step
    int64_t now_us;
};

extern struct stall stall;

// A checked fixture. Tests change `config` and then begin.
void stall_set_up (void);
void stall_tear_down (void);
void stall_step (struct event event);  // and checks that the book adds up
void stall_begin (void);
void stall_tell (struct message message);
const struct restock *the_restock (void);
void stall_run_to (enum message_type type);  // until a letter of the type leaves

// What trader 2 says of a lot.
struct message stall_sold (int64_t lot, int64_t order, const char *product, int64_t units);
struct message stall_lot (int64_t number, const char *product, int64_t left);

#endif
