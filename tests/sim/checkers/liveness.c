// I5: once faults have ended, every request comes to an end that its client hears of. Judged at
// the end, of the clients that keep a book: the others never ask again for what was lost.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/final_answer.h"
#include "tests/sim/checkers/pairs.h"

struct asked {
    int64_t life;  // of the client's process that asked last; 0: none did
    bool told;     // something final
    bool told_oversold;
    bool stored_oversold;
};

struct liveness {
    pairs_t *numbers;  // (client, number)
    struct asked *asked;
    size_t asked_size;
    pairs_t *ended;   // (node, life)
    pairs_t *booked;  // (node, 0)
};

static void *make (const struct rules *rules)
{
    (void) rules;
    struct liveness *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->numbers = pairs_new ();
    self->ended = pairs_new ();
    self->booked = pairs_new ();
    return self;
}

static void destroy (void *checker)
{
    struct liveness *self = checker;
    pairs_destroy (&self->numbers);
    pairs_destroy (&self->ended);
    pairs_destroy (&self->booked);
    free (self->asked);
    free (self);
}

static struct asked *asked_of (struct liveness *self, int64_t client, int64_t number)
{
    size_t place = pairs_place (self->numbers, client, number);
    self->asked = array_room (self->asked, &self->asked_size, place + 1, sizeof *self->asked);
    return &self->asked[place];
}

static void see_asked (struct liveness *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    if (message->type == MESSAGE_BUY) {
        asked_of (self, fact->node, message->buy.number)->life = fact->life;
    } else if (message->type == MESSAGE_RESTOCK) {
        asked_of (self, fact->node, message->restock.number)->life = fact->life;
    }
}

static void see_told (struct liveness *self, const struct fact *fact)
{
    struct final_answer answer;
    int64_t refused = final_refusal_number (fact->message);
    if (refused) {
        asked_of (self, fact->node, refused)->told = true;
    } else if (final_answer_read (fact, &answer) && answer.client == fact->node) {
        struct asked *asked = asked_of (self, fact->node, answer.number);
        asked->told = true;
        asked->told_oversold =
            asked->told_oversold || (!answer.lot && answer.status == STATUS_OVERSOLD);
    }
}

static void see_stored (struct liveness *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_ORDER && record->order.status == STATUS_OVERSOLD) {
            asked_of (self, record->order.buyer, record->order.number)->stored_oversold = true;
        }
    }
}

static bool see_book (struct liveness *self, const struct fact *fact, char *text)
{
    (void) pairs_place (self->booked, fact->node, 0);
    if (fact->book.open == 0) {
        return true;
    }
    snprintf (text, CHECKER_TEXT,
              "%s %" PRId64 " has %" PRId64 " requests without a final answer, or given up",
              fact->book.seller ? "seller" : "buyer", fact->node, fact->book.open);
    return false;
}

static bool waits_for_an_answer (const struct liveness *self, int64_t client,
                                 const struct asked *asked)
{
    return asked->life != 0 && pairs_find (self->booked, client, 0) != PAIRS_NONE
           && pairs_find (self->ended, client, asked->life) == PAIRS_NONE;
}

static bool see_over (const struct liveness *self, char *text)
{
    for (size_t i = 0; i < pairs_count (self->numbers); i++) {
        const struct asked *asked = &self->asked[i];
        int64_t client = pairs_first (self->numbers, i);
        int64_t number = pairs_second (self->numbers, i);
        bool oversold = asked->stored_oversold && !asked->told_oversold;
        if ((asked->told && !oversold) || !waits_for_an_answer (self, client, asked)) {
            continue;
        }
        if (!asked->told) {
            snprintf (text, CHECKER_TEXT,
                      "client %" PRId64 " was never told what became of its request %" PRId64,
                      client, number);
        } else {
            snprintf (text, CHECKER_TEXT,
                      "client %" PRId64 " was never told that its order %" PRId64 " is oversold",
                      client, number);
        }
        return false;
    }
    return true;
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct liveness *self = checker;
    switch (fact->type) {
    case FACT_ASKED:
        see_asked (self, fact);
        return true;
    case FACT_TOLD:
        see_told (self, fact);
        return true;
    case FACT_STORED:
        see_stored (self, fact);
        return true;
    case FACT_ENDED:
        (void) pairs_place (self->ended, fact->node, fact->life);
        return true;
    case FACT_BOOK:
        return see_book (self, fact, text);
    case FACT_OVER:
        return see_over (self, text);
    default:
        return true;
    }
}

const struct checker_class liveness_checker = {
    .name = "liveness",
    .about = "I5: every request comes to an end that its client hears of",
    .make = make,
    .see = see,
    .destroy = destroy,
};
