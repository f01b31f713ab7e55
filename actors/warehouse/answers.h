// The warehouse's answers, by (client, number): each client's last ones, so that a request that
// comes again gets the same answer. Older numbers are expired; but of those that are not too old it
// is known which of them were skipped: they were never answered. Memory grows with the answers that
// are kept and is reused from then on.
#ifndef SOUK_ANSWERS_H
#define SOUK_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/message.h"

// What was asked and what was answered. The first fill of an order stands where a restock's lot
// does, for most orders have no other: see answers_fills.
struct answer {
    int64_t number;        // 0: no answer stands here
    int64_t amount_cents;  // an order's
    int64_t lot;           // a restock's lot, or the seller's number for the first fill's
    uint32_t quantity;     // asked for
    uint32_t units;        // sold
    uint32_t missing;      // promised but not sold
    uint32_t price_cents;  // a restock's, or the first fill's
    uint32_t fill_units;   // of the first fill
    uint32_t fills;        // where its further fills begin
    uint16_t fill_seller;  // of the first fill
    uint16_t product;      // id
    uint8_t fill_count;    // at most LIMIT_FILLS
    uint8_t kind;          // ITEM_BUY or ITEM_RESTOCK
    uint8_t status;        // an order's
    bool all_or_nothing;
};

enum answer_state {
    ANSWER_NEW,  // the number was not used before
    ANSWER_KNOWN,
    ANSWER_SKIPPED,  // too old to be kept, and never answered
    ANSWER_EXPIRED,  // too old to tell
    ANSWER_NO_ROOM,  // a new client beyond LIMIT_CLIENTS
};

typedef struct answers answers_t;

// `kept`: how many numbers back from a client's highest are remembered. The caller owns the
// result and must destroy it.
answers_t *answers_new (int64_t kept);
void answers_destroy (answers_t **self_p);

// Looks (client, number) up. `found` is borrowed until the next answers_add; NULL unless known.
enum answer_state answers_find (const answers_t *self, int64_t client, int64_t number,
                                const struct answer **found);

// Keeps an answer whose number is new, with its fills; forgets what that makes too old. Of a number
// that was skipped it keeps only that it is not skipped any more. Returns false, keeping nothing,
// when the number is expired or there is no room.
bool answers_add (answers_t *self, int64_t client, const struct answer *answer,
                  const struct fill *fills);

// Keeps an answer without fills that a store hands over, in any order of numbers. Which numbers
// were skipped the store tells by itself, behind all answers and ascending: nothing is concluded
// from what it does not hand over. Both return false as answers_add, and where the numbers are none
// that can be skipped.
bool answers_restore (answers_t *self, int64_t client, const struct answer *answer);
bool answers_restore_skipped (answers_t *self, int64_t client, int64_t first, int64_t last);

// Adds a fill to the answer that an order of this client and number has: for restoring from a
// store. Returns false where there is no such order, or LIMIT_FILLS are there.
bool answers_add_fill (answers_t *self, int64_t client, int64_t number, const struct fill *fill);

// Copies the answer's fills, answer->fill_count of them, in order.
void answers_fills (const answers_t *self, const struct answer *answer, struct fill *fills);

#endif
