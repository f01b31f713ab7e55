// I3: what was told as final is on the disk, and stays there: an answer to an order, or that a lot
// is in, is stored before it is said. But units of a lease are sold by whoever holds it: they stand in
// its journal first (promise.c).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/excuses.h"
#include "tests/sim/checkers/final_answer.h"

struct durability {
    durable_t *durable;
    excuses_t *excuses;
};

static void *make (const struct rules *rules)
{
    struct durability *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->durable = durable_new ();
    self->excuses = excuses_new (rules);
    return self;
}

static void destroy (void *checker)
{
    struct durability *self = checker;
    durable_destroy (&self->durable);
    excuses_destroy (&self->excuses);
    free (self);
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
    if (excuses_early (self->excuses, fact)
        && (entry->kind == DURABLE_NOTHING
            || excuses_promise (self->excuses, answer->client, answer->number, fact->node, 0))) {
        return true;
    }
    return final_answer_stored (answer, self->durable, entry)
           || differs (self, fact, answer, entry, text);
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
    if (message->type == MESSAGE_LOT) {
        return see_lot (self, fact, text);
    }
    if (message->type == MESSAGE_SOLD) {
        return see_sold (self, fact, text);
    }
    return true;
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct durability *self = checker;
    excuses_see (self->excuses, fact);
    switch (fact->type) {
    case FACT_STORED:
        for (size_t i = 0; i < fact->record_count; i++) {
            (void) durable_add (self->durable, &fact->records[i]);
        }
        return true;
    case FACT_SAID:
        return see_said (self, fact, text);
    default:
        return true;
    }
}

const struct checker_class durability_checker = {
    .name = "durability",
    .about = "I3: what was told as final is stored, and stays so whoever dies",
    .make = make,
    .see = see,
    .destroy = destroy,
};
