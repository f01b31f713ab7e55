#include "tests/sim/checkers/excuses.h"

#include <assert.h>
#include <stdlib.h>

#include "schemas/limits.h"
#include "tests/sim/checkers/asked.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/views.h"

struct request {
    struct first first;  // as asked with first
    bool asked;
    bool wavers;  // its client has named different first traders
};

struct trader {
    struct view view;  // as stored last
    struct view next;  // with the records of one transaction
    int64_t forsaken;  // promises that began before this epoch are nobody's any more
};

struct excuses {
    const struct rules *rules;
    asked_t *asked;
    pairs_t *numbers;  // (client, number)
    struct request *requests;
    size_t request_size;
    pairs_t *trader_ids;  // (0, trader)
    struct trader *traders;
    size_t trader_size;
    pairs_t *lives;  // (trader, life)
    int64_t *began;  // of each
    size_t began_size;
};

excuses_t *excuses_new (const struct rules *rules)
{
    excuses_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->asked = asked_new ();
    self->numbers = pairs_new ();
    self->trader_ids = pairs_new ();
    self->lives = pairs_new ();
    return self;
}

void excuses_destroy (excuses_t **self_p)
{
    assert (self_p);
    excuses_t *self = *self_p;
    if (!self) {
        return;
    }
    asked_destroy (&self->asked);
    pairs_destroy (&self->numbers);
    pairs_destroy (&self->trader_ids);
    pairs_destroy (&self->lives);
    free (self->requests);
    free (self->traders);
    free (self->began);
    free (self);
    *self_p = NULL;
}

static struct trader *trader_of (excuses_t *self, int64_t id)
{
    size_t place = pairs_place (self->trader_ids, 0, id);
    self->traders =
        array_room (self->traders, &self->trader_size, place + 1, sizeof *self->traders);
    return &self->traders[place];
}

static void see_asked (excuses_t *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    bool buy = message->type == MESSAGE_BUY;
    if (!buy && message->type != MESSAGE_RESTOCK) {
        return;
    }
    int64_t number = buy ? message->buy.number : message->restock.number;
    struct first first = buy ? message->buy.first : message->restock.first;
    size_t place = pairs_place (self->numbers, fact->node, number);
    self->requests =
        array_room (self->requests, &self->request_size, place + 1, sizeof *self->requests);
    struct request *request = &self->requests[place];
    asked_add (self->asked, place, fact);
    request->wavers =
        request->wavers
        || (request->asked
            && (first.trader != request->first.trader || first.epoch != request->first.epoch));
    request->first = first;
    request->asked = true;
}

static void see_recorded (excuses_t *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_JOINED) {
            size_t place = pairs_place (self->lives, fact->node, fact->life);
            self->began =
                array_room (self->began, &self->began_size, place + 1, sizeof *self->began);
            self->began[place] = fact->records[i].joined.began;
        }
    }
}

// One trader's records of a transaction say together how it stands.
static void see_stored (excuses_t *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_TRADER) {
            trader_of (self, record->trader.trader)->next.trader = record->trader;
        } else if (record->type == RECORD_VIEW) {
            trader_of (self, record->view.trader)->next.view = record->view;
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_VIEW) {
            struct trader *trader = trader_of (self, fact->records[i].view.trader);
            if (views_forsakes (&trader->view, &trader->next)) {
                trader->forsaken = trader->next.view.began;
            }
            trader->view = trader->next;
        }
    }
}

void excuses_see (excuses_t *self, const struct fact *fact)
{
    switch (fact->type) {
    case FACT_ASKED:
        see_asked (self, fact);
        break;
    case FACT_RECORDED:
        see_recorded (self, fact);
        break;
    case FACT_STORED:
        see_stored (self, fact);
        break;
    default:
        break;
    }
}

int64_t excuses_began (const excuses_t *self, int64_t trader, int64_t life)
{
    size_t place = pairs_find (self->lives, trader, life);
    return place == PAIRS_NONE ? 0 : self->began[place];
}

bool excuses_promise (const excuses_t *self, int64_t client, int64_t number, int64_t trader,
                      int64_t began)
{
    size_t place = pairs_find (self->numbers, client, number);
    size_t promiser = pairs_find (self->trader_ids, 0, trader);
    bool unsteady =
        place != PAIRS_NONE && (self->requests[place].wavers || asked_twice (self->asked, place));
    bool expires = asked_highest (self->asked, client) >= number + LIMIT_SKIPPED_BACK;
    bool forsaken = promiser != PAIRS_NONE && began < self->traders[promiser].forsaken;
    return unsteady || expires || forsaken;
}

bool excuses_early (const excuses_t *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    return message->type == MESSAGE_RECEIPT && message->receipt.status == STATUS_SOLD
           && message->receipt.product
           && rules_mode (self->rules, message->receipt.product) == MODE_ESCROW;
}
