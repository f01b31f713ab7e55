// I3: what was told is on the disk, and stays there. A final answer, to an order or that a lot is
// in, must be stored before it is said. An order that a cached trader has accepted may be stored
// later, but must be at the end: unless the process that accepted it has died since, which has no
// journal, or has taken it back with an error that refuses the request for good.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/final_answer.h"
#include "tests/sim/checkers/pairs.h"

// Of a trader's process, to a client: it has accepted an order.
struct promise {
    int64_t trader;
    int64_t life;
    bool taken_back;
    uint32_t next;  // of the same number; 0: none, so place 0 is never used
};

struct durability {
    durable_t *durable;
    pairs_t *ended;   // (node, life)
    uint32_t *first;  // promise of each number, by place in `durable`
    size_t first_size;
    struct promise *promises;
    size_t promise_count;
    size_t promise_size;
};

static void *make (const struct rules *rules)
{
    struct durability *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    (void) rules;
    self->durable = durable_new ();
    self->ended = pairs_new ();
    self->promise_count = 1;
    return self;
}

static void destroy (void *checker)
{
    struct durability *self = checker;
    durable_destroy (&self->durable);
    pairs_destroy (&self->ended);
    free (self->first);
    free (self->promises);
    free (self);
}

static uint32_t *first_of (struct durability *self, size_t place)
{
    self->first = array_room (self->first, &self->first_size, place + 1, sizeof *self->first);
    return &self->first[place];
}

static void add_promise (struct durability *self, size_t place, const struct promise *promise)
{
    uint32_t *first = first_of (self, place);
    for (uint32_t at = *first; at; at = self->promises[at].next) {
        struct promise *old = &self->promises[at];
        if (old->trader == promise->trader && old->life == promise->life) {
            old->taken_back = false;
            return;
        }
    }
    self->promises = array_room (self->promises, &self->promise_size, self->promise_count + 1,
                                 sizeof *self->promises);
    self->promises[self->promise_count] = *promise;
    self->promises[self->promise_count].next = *first;
    *first = (uint32_t) self->promise_count++;
}

static void take_back (struct durability *self, const struct fact *fact, int64_t number)
{
    size_t place = durable_place (self->durable, fact->peer, number);
    for (uint32_t at = *first_of (self, place); at; at = self->promises[at].next) {
        struct promise *promise = &self->promises[at];
        if (promise->trader == fact->node && promise->life == fact->life) {
            promise->taken_back = true;
        }
    }
}

static bool differs (const struct durability *self, const struct fact *fact,
                     const struct final_answer *answer, const struct entry *entry, char *text)
{
    char told[FINAL_ANSWER_TEXT];
    char stored[FINAL_ANSWER_TEXT];
    final_answer_print (answer, told);
    entry_print (self->durable, entry, stored);
    snprintf (text, CHECKER_TEXT,
              "trader %" PRId64 " tells client %" PRId64 " of its number %" PRId64
              ": %s; stored is: %s",
              fact->node, answer->client, answer->number, told, stored);
    return false;
}

static bool see_final (struct durability *self, const struct fact *fact,
                       const struct final_answer *answer, char *text)
{
    size_t place = durable_place (self->durable, answer->client, answer->number);
    const struct entry *entry = durable_at (self->durable, place);
    return final_answer_stored (answer, self->durable, entry)
           || differs (self, fact, answer, entry, text);
}

static void see_accepted (struct durability *self, const struct fact *fact)
{
    size_t place = durable_place (self->durable, fact->peer, fact->message->receipt.number);
    if (durable_at (self->durable, place)->kind == DURABLE_ORDER) {
        return;
    }
    add_promise (self, place, &(struct promise){.trader = fact->node, .life = fact->life});
}

static bool see_lot (struct durability *self, const struct fact *fact, char *text)
{
    const struct lot_state *lot = &fact->message->lot;
    const struct entry *entry =
        durable_at (self->durable, durable_place (self->durable, fact->peer, lot->number));
    const char *product = durable_product (self->durable, entry->product);
    if (entry->kind == DURABLE_LOT && lot->product && strcmp (lot->product, product) == 0
        && lot->quantity == entry->quantity && lot->price_cents == entry->price_cents
        && lot->left >= 0 && lot->left <= lot->quantity
        && durable_was_left (self->durable, entry, lot->left)) {
        return true;
    }
    char stored[FINAL_ANSWER_TEXT];
    entry_print (self->durable, entry, stored);
    snprintf (text, CHECKER_TEXT,
              "trader %" PRId64 " tells seller %" PRId64 " that its lot %" PRId64 " has %" PRId64
              " of %" PRId64 " left at %" PRId64 " cents; stored is: %s, %" PRId64 " left",
              fact->node, fact->peer, lot->number, lot->left, lot->quantity, lot->price_cents,
              stored, entry->left);
    return false;
}

static bool see_sold (struct durability *self, const struct fact *fact, char *text)
{
    const struct sold *sold = &fact->message->sold;
    const struct entry *entry =
        durable_at (self->durable, durable_place (self->durable, sold->buyer, sold->order));
    struct fill fill;
    for (uint32_t at = entry->fill_first; durable_next_fill (self->durable, &at, &fill);) {
        if (fill.seller == fact->peer && fill.lot == sold->lot && fill.units == sold->units
            && fill.price_cents == sold->price_cents) {
            return true;
        }
    }
    char stored[FINAL_ANSWER_TEXT];
    entry_print (self->durable, entry, stored);
    snprintf (text, CHECKER_TEXT,
              "trader %" PRId64 " tells seller %" PRId64 " that %" PRId64 " of its lot %" PRId64
              " went to order %" PRId64 " of buyer %" PRId64 " at %" PRId64 " cents; stored is: %s",
              fact->node, fact->peer, sold->units, sold->lot, sold->order, sold->buyer,
              sold->price_cents, stored);
    return false;
}

static bool see_said (struct durability *self, const struct fact *fact, char *text)
{
    struct final_answer answer;
    const struct message *message = fact->message;
    if (final_answer_read (fact, &answer)) {
        return see_final (self, fact, &answer, text);
    }
    if (message->type == MESSAGE_RECEIPT && message->receipt.status == STATUS_ACCEPTED) {
        see_accepted (self, fact);
        return true;
    }
    if (message->type == MESSAGE_LOT) {
        return see_lot (self, fact, text);
    }
    if (message->type == MESSAGE_SOLD) {
        return see_sold (self, fact, text);
    }
    int64_t refused = final_refusal_number (message);
    if (refused) {
        take_back (self, fact, refused);
    }
    return true;
}

static bool is_kept (const struct durability *self, const struct promise *promise,
                     const struct entry *entry)
{
    return entry->kind == DURABLE_ORDER || promise->taken_back
           || pairs_find (self->ended, promise->trader, promise->life) != PAIRS_NONE;
}

static bool see_over (struct durability *self, char *text)
{
    for (size_t place = 0; place < durable_count (self->durable); place++) {
        const struct entry *entry = durable_at (self->durable, place);
        for (uint32_t at = *first_of (self, place); at; at = self->promises[at].next) {
            const struct promise *promise = &self->promises[at];
            if (is_kept (self, promise, entry)) {
                continue;
            }
            char stored[FINAL_ANSWER_TEXT];
            entry_print (self->durable, entry, stored);
            snprintf (text, CHECKER_TEXT,
                      "trader %" PRId64 " lives and has accepted order %" PRId64
                      " of client %" PRId64 "; stored in the end is: %s",
                      promise->trader, entry->number, entry->client, stored);
            return false;
        }
    }
    return true;
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct durability *self = checker;
    switch (fact->type) {
    case FACT_STORED:
        for (size_t i = 0; i < fact->record_count; i++) {
            (void) durable_add (self->durable, &fact->records[i]);
        }
        return true;
    case FACT_SAID:
        return see_said (self, fact, text);
    case FACT_ENDED:
        (void) pairs_place (self->ended, fact->node, fact->life);
        return true;
    case FACT_OVER:
        return see_over (self, text);
    default:
        return true;
    }
}

const struct checker_class durability_checker = {
    .name = "durability",
    .about = "I3: what was told is stored, and stays so whoever dies",
    .make = make,
    .see = see,
    .destroy = destroy,
};
