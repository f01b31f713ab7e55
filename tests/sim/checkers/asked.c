#include "tests/sim/checkers/asked.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"

struct body {
    bool lot;  // a restock; else a buy
    bool all_or_nothing;
    const char *product;
    int64_t quantity;
    int64_t price_cents;  // of a restock
    uint32_t next;        // another one under the same number; 0: none
};

struct asked {
    names_t *names;
    uint32_t *first;  // body of each number, by place; 0: none, so body 0 is never used
    size_t first_size;
    struct body *bodies;
    size_t body_count;
    size_t body_size;
    pairs_t *clients;  // (client, 0)
    int64_t *highest;  // number of each
    size_t highest_size;
};

asked_t *asked_new (void)
{
    asked_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->names = names_new ();
    self->clients = pairs_new ();
    self->body_count = 1;
    return self;
}

void asked_destroy (asked_t **self_p)
{
    assert (self_p);
    asked_t *self = *self_p;
    if (!self) {
        return;
    }
    names_destroy (&self->names);
    pairs_destroy (&self->clients);
    free (self->first);
    free (self->bodies);
    free (self->highest);
    free (self);
    *self_p = NULL;
}

static bool same_body (const struct body *a, const struct body *b)
{
    return a->lot == b->lot && a->all_or_nothing == b->all_or_nothing && a->quantity == b->quantity
           && a->price_cents == b->price_cents && strcmp (a->product, b->product) == 0;
}

// The bodies asked for under a number, one a call: the first after NULL, NULL after the last.
static const struct body *next_body (const asked_t *self, size_t place, const struct body *before)
{
    uint32_t place_of_next = 0;
    if (before) {
        place_of_next = before->next;
    } else if (place < self->first_size) {
        place_of_next = self->first[place];
    }
    return place_of_next ? &self->bodies[place_of_next] : NULL;
}

static void note_body (asked_t *self, size_t place, const struct body *body)
{
    for (const struct body *at = NULL; (at = next_body (self, place, at));) {
        if (same_body (at, body)) {
            return;
        }
    }
    self->first = array_room (self->first, &self->first_size, place + 1, sizeof *self->first);
    self->bodies =
        array_room (self->bodies, &self->body_size, self->body_count + 1, sizeof *self->bodies);
    struct body *kept = &self->bodies[self->body_count];
    *kept = *body;
    kept->product = names_keep (self->names, body->product);
    kept->next = self->first[place];
    self->first[place] = (uint32_t) self->body_count++;
}

static void note_highest (asked_t *self, int64_t client, int64_t number)
{
    size_t place = pairs_place (self->clients, client, 0);
    self->highest =
        array_room (self->highest, &self->highest_size, place + 1, sizeof *self->highest);
    if (number > self->highest[place]) {
        self->highest[place] = number;
    }
}

void asked_add (asked_t *self, size_t place, const struct fact *fact)
{
    const struct message *message = fact->message;
    if (message->type == MESSAGE_BUY) {
        const struct buy *buy = &message->buy;
        note_body (self, place,
                   &(struct body){.all_or_nothing = buy->all_or_nothing,
                                  .product = buy->product ? buy->product : "",
                                  .quantity = buy->quantity});
        note_highest (self, fact->node, buy->number);
    } else if (message->type == MESSAGE_RESTOCK) {
        const struct restock *restock = &message->restock;
        note_body (self, place,
                   &(struct body){.lot = true,
                                  .product = restock->product ? restock->product : "",
                                  .quantity = restock->quantity,
                                  .price_cents = restock->price_cents});
        note_highest (self, fact->node, restock->number);
    }
}

int64_t asked_highest (const asked_t *self, int64_t client)
{
    size_t place = pairs_find (self->clients, client, 0);
    return place == PAIRS_NONE ? 0 : self->highest[place];
}

bool asked_twice (const asked_t *self, size_t place)
{
    const struct body *first = next_body (self, place, NULL);
    return first && first->next;
}

static bool asks_for (const struct body *body, const durable_t *durable, const struct entry *entry)
{
    bool lot = entry->kind == DURABLE_LOT;
    if (body->lot != lot || body->quantity != entry->quantity) {
        return false;
    }
    if (!lot && entry->product == 0) {
        return body->all_or_nothing == entry->all_or_nothing
               && !durable_offered (durable, body->product);
    }
    return strcmp (body->product, durable_product (durable, entry->product)) == 0
           && (lot ? body->price_cents == entry->price_cents
                   : body->all_or_nothing == entry->all_or_nothing);
}

bool asked_for_entry (const asked_t *self, size_t place, const durable_t *durable,
                      const struct entry *entry)
{
    for (const struct body *body = NULL; (body = next_body (self, place, body));) {
        if (asks_for (body, durable, entry)) {
            return true;
        }
    }
    return false;
}

static bool tells_of_body (const struct final_answer *answer, const struct body *body)
{
    if (answer->lot != body->lot) {
        return false;
    }
    bool same_product = strcmp (answer->product, body->product) == 0;
    if (answer->lot) {
        return same_product && answer->quantity == body->quantity
               && answer->price_cents == body->price_cents;
    }
    return same_product || (answer->product[0] == '\0' && answer->units == 0);
}

bool asked_for_answer (const asked_t *self, size_t place, const struct final_answer *answer)
{
    for (const struct body *body = NULL; (body = next_body (self, place, body));) {
        if (tells_of_body (answer, body)) {
            return true;
        }
    }
    return false;
}
