// A seller's lots as it believes them to be. What is sold of a lot is known from notices, which
// can be lost, and from the warehouse's word on the lot, which ages. Neither ever says too much,
// so the greater of the two is believed. Notices that come twice count once.
//
// Holds the seller's last numbers, as many as it is made for; older ones are forgotten.
#ifndef SOUK_SELLER_LOTS_H
#define SOUK_SELLER_LOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/message.h"

enum lot_state_believed {
    LOT_ASKED,    // the restock has no answer yet
    LOT_IN,       // the market has it
    LOT_LOST,     // given up: nobody knows whether the market has it
    LOT_REFUSED,  // the market does not have it
};

struct seller_lot {
    int64_t number;  // 0: none
    enum lot_state_believed state;
    int64_t product;  // index in the catalog
    int64_t quantity;
    int64_t price_cents;
    int64_t noticed;   // units sold, by notices
    int64_t reported;  // units sold, by the warehouse's last word
};

enum { SELLER_NOTICES = 1024 };  // of the last of them each is known again

struct seller_lots {
    struct seller_lot *lots;  // by number modulo size
    size_t size;
    int64_t first;   // the first number of all
    int64_t next;    // after the last number
    int64_t unsold;  // lots that are in and believed to have units left
    struct notice {
        int64_t buyer;
        int64_t order;
        int64_t lot;
    } notices[SELLER_NOTICES];
};

// `size` is how many numbers are remembered. The caller owns the result and must free it.
struct seller_lots seller_lots_new (int64_t first_number, int64_t size);
void seller_lots_free (struct seller_lots *self);

// Adds the lot that a restock asks for; its number must be the next one.
void seller_lots_add (struct seller_lots *self, const struct seller_lot *lot);

// NULL when it is not remembered. Change it by the functions below alone.
struct seller_lot *seller_lots_find (struct seller_lots *self, int64_t number);

void seller_lots_set_state (struct seller_lots *self, struct seller_lot *lot,
                            enum lot_state_believed state);

// Takes note of a sale, or of the warehouse's word that `left` units are unsold. Returns how many
// units more than before are believed to be sold.
int64_t seller_lots_notice (struct seller_lots *self, struct seller_lot *lot,
                            const struct sold *sold);
int64_t seller_lots_report (struct seller_lots *self, struct seller_lot *lot, int64_t left);

// Units believed to be sold.
int64_t seller_lot_sold (const struct seller_lot *lot);

// The oldest lot that is in and believed to have units left; NULL when there is none.
struct seller_lot *seller_lots_oldest_unsold (struct seller_lots *self);

#endif
