// I2: a client's number has one outcome for ever. All final answers to it are the same and say
// what is stored, which is what was asked, once. A refusal of the number must have its
// cause.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/asked.h"
#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/excuses.h"
#include "tests/sim/checkers/final_answer.h"
#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"

// Told before anything was stored. Its fills stand behind it.
struct early_answer {
    int64_t trader;  // that sold from its lease; 0: none did
    struct final_answer answer;
    struct fill fills[];
};

struct request {
    bool asked_unstored;  // order_status was asked while no order was stored
    struct early_answer *early;
};

struct outcome {
    const struct rules *rules;
    durable_t *durable;
    asked_t *asked;
    excuses_t *excuses;
    names_t *names;
    struct request *requests;  // by place in `durable`
    size_t request_size;
};

static void *make (const struct rules *rules)
{
    struct outcome *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->durable = durable_new ();
    self->names = names_new ();
    self->asked = asked_new ();
    self->excuses = excuses_new (rules);
    return self;
}

static void destroy (void *checker)
{
    struct outcome *self = checker;
    for (size_t i = 0; i < self->request_size; i++) {
        free (self->requests[i].early);
    }
    durable_destroy (&self->durable);
    names_destroy (&self->names);
    asked_destroy (&self->asked);
    excuses_destroy (&self->excuses);
    free (self->requests);
    free (self);
}

static size_t place_of (struct outcome *self, int64_t client, int64_t number)
{
    size_t place = durable_place (self->durable, client, number);
    self->requests =
        array_room (self->requests, &self->request_size, place + 1, sizeof *self->requests);
    return place;
}

static void see_asked (struct outcome *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    if (message->type == MESSAGE_BUY || message->type == MESSAGE_RESTOCK) {
        bool buy = message->type == MESSAGE_BUY;
        int64_t number = buy ? message->buy.number : message->restock.number;
        size_t place = place_of (self, fact->node, number);
        asked_add (self->asked, place, fact);
    } else if (message->type == MESSAGE_ORDER_STATUS) {
        size_t place = place_of (self, fact->node, message->order_status.number);
        if (durable_at (self->durable, place)->kind != DURABLE_ORDER) {
            self->requests[place].asked_unstored = true;
        }
    }
}

static bool add_request (struct outcome *self, const struct record *record, int64_t client,
                         int64_t number, char *text)
{
    const char *what = record->type == RECORD_LOT ? "lot" : "order";
    size_t place = place_of (self, client, number);
    if (!durable_add (self->durable, record)) {
        snprintf (text, CHECKER_TEXT,
                  "%s %" PRId64 " of client %" PRId64
                  " is stored, and the number was stored before",
                  what, number, client);
        return false;
    }
    const struct entry *entry = durable_at (self->durable, place);
    if (!asked_for_entry (self->asked, place, self->durable, entry)) {
        char stored[FINAL_ANSWER_TEXT];
        entry_print (self->durable, entry, stored);
        snprintf (text, CHECKER_TEXT,
                  "%s %" PRId64 " of client %" PRId64 " is stored, of another body than any that "
                  "was asked for: %s",
                  what, number, client, stored);
        return false;
    }
    return true;
}

static bool add_record (struct outcome *self, const struct record *record, char *text)
{
    switch (record->type) {
    case RECORD_ORDER:
        return add_request (self, record, record->order.buyer, record->order.number, text);
    case RECORD_LOT:
        return add_request (self, record, record->lot.seller, record->lot.number, text);
    default:
        return durable_add (self->durable, record);
    }
}

static bool differs (const struct outcome *self, const struct final_answer *answer,
                     const struct entry *entry, char *text)
{
    char told[FINAL_ANSWER_TEXT];
    char stored[FINAL_ANSWER_TEXT];
    final_answer_print (answer, told);
    entry_print (self->durable, entry, stored);
    snprintf (text, CHECKER_TEXT,
              "client %" PRId64 " is told of its number %" PRId64 ": %s; stored is: %s",
              answer->client, answer->number, told, stored);
    return false;
}

// Of what a trader has sold from its lease, as nobody could keep.
static bool is_excused (const struct outcome *self, const struct final_answer *answer,
                        int64_t trader)
{
    return trader && excuses_promise (self->excuses, answer->client, answer->number, trader, 0);
}

static bool agrees_with_early (struct outcome *self, int64_t client, int64_t number, char *text)
{
    size_t place = place_of (self, client, number);
    const struct early_answer *early = self->requests[place].early;
    const struct entry *entry = durable_at (self->durable, place);
    return !early || final_answer_stored (&early->answer, self->durable, entry)
           || is_excused (self, &early->answer, early->trader)
           || differs (self, &early->answer, entry, text);
}

static bool see_stored (struct outcome *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (!add_record (self, &fact->records[i], text)) {
            return false;
        }
    }
    // An order's fills come behind it, so it is whole only now.
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        bool well = true;
        if (record->type == RECORD_ORDER) {
            well = agrees_with_early (self, record->order.buyer, record->order.number, text);
        } else if (record->type == RECORD_LOT) {
            well = agrees_with_early (self, record->lot.seller, record->lot.number, text);
        }
        if (!well) {
            return false;
        }
    }
    return true;
}

static bool tells_what_was_asked (const struct outcome *self, size_t place,
                                  const struct final_answer *answer, char *text)
{
    if (asked_for_answer (self->asked, place, answer)) {
        return true;
    }
    char told[FINAL_ANSWER_TEXT];
    final_answer_print (answer, told);
    snprintf (text, CHECKER_TEXT,
              "client %" PRId64 " is told of its number %" PRId64 ", and never asked for it: %s",
              answer->client, answer->number, told);
    return false;
}

static void keep_early (struct outcome *self, size_t place, const struct final_answer *answer,
                        int64_t trader)
{
    struct early_answer *early =
        calloc (1, sizeof *early + answer->fill_count * sizeof early->fills[0]);
    if (!early) {
        abort ();
    }
    early->trader = trader;
    early->answer = *answer;
    early->answer.product = names_keep (self->names, answer->product);
    early->answer.fills = early->fills;
    for (size_t i = 0; i < answer->fill_count; i++) {
        early->fills[i] = answer->fills[i];
    }
    self->requests[place].early = early;
}

static bool is_same_as_early (const struct final_answer *early, const struct final_answer *answer,
                              char *text)
{
    if (final_answer_same (early, answer)) {
        return true;
    }
    char before[FINAL_ANSWER_TEXT];
    char now[FINAL_ANSWER_TEXT];
    final_answer_print (early, before);
    final_answer_print (answer, now);
    snprintf (text, CHECKER_TEXT,
              "client %" PRId64 " is told of its number %" PRId64 ": %s; told before: %s",
              answer->client, answer->number, now, before);
    return false;
}

// `trader`: that has sold from its lease; 0: the answer is another one.
static bool see_final (struct outcome *self, const struct final_answer *answer, int64_t trader,
                       char *text)
{
    size_t place = place_of (self, answer->client, answer->number);
    if (!tells_what_was_asked (self, place, answer, text)) {
        return false;
    }
    const struct entry *entry = durable_at (self->durable, place);
    if (entry->kind != DURABLE_NOTHING) {
        return final_answer_stored (answer, self->durable, entry)
               || is_excused (self, answer, trader) || differs (self, answer, entry, text);
    }
    const struct early_answer *early = self->requests[place].early;
    if (early) {
        return is_excused (self, &early->answer, early->trader)
               || is_same_as_early (&early->answer, answer, text);
    }
    keep_early (self, place, answer, trader);
    return true;
}

static bool may_expire (const struct outcome *self, int64_t client, int64_t number)
{
    return asked_highest (self->asked, client) >= number + self->rules->answers_kept;
}

static bool see_error (struct outcome *self, const struct fact *fact, char *text)
{
    const struct error *error = &fact->message->error;
    int64_t client = fact->type == FACT_SAID ? fact->peer : fact->node;
    if (error->reason == REASON_CONFLICT
        && !asked_twice (self->asked, place_of (self, client, error->number))) {
        snprintf (text, CHECKER_TEXT,
                  "client %" PRId64 " is told of a conflict, and asked for no two different things "
                  "under its number %" PRId64,
                  client, error->number);
        return false;
    }
    if (error->reason == REASON_EXPIRED && !may_expire (self, client, error->number)) {
        snprintf (text, CHECKER_TEXT,
                  "client %" PRId64 " is told that its number %" PRId64
                  " is expired, and asked under none that is %" PRId64 " higher",
                  client, error->number, self->rules->answers_kept);
        return false;
    }
    return true;
}

static bool see_unknown (struct outcome *self, const struct fact *fact, char *text)
{
    int64_t number = fact->message->receipt.number;
    size_t place = place_of (self, fact->peer, number);
    if (durable_at (self->durable, place)->kind != DURABLE_ORDER
        || self->requests[place].asked_unstored) {
        return true;
    }
    snprintf (text, CHECKER_TEXT,
              "trader %" PRId64 " does not know order %" PRId64 " of client %" PRId64
              ", which was stored before the client asked about it",
              fact->node, number, fact->peer);
    return false;
}

static bool see_answer (struct outcome *self, const struct fact *fact, char *text)
{
    const struct message *message = fact->message;
    struct final_answer answer;
    if (final_answer_read (fact, &answer)) {
        int64_t trader = fact->type == FACT_SAID ? fact->node : fact->peer;
        return see_final (self, &answer, excuses_early (self->excuses, fact) ? trader : 0, text);
    }
    if (message->type == MESSAGE_ERROR) {
        return see_error (self, fact, text);
    }
    bool unknown = message->type == MESSAGE_RECEIPT && message->receipt.status == STATUS_UNKNOWN;
    return !unknown || fact->type == FACT_TOLD || see_unknown (self, fact, text);
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct outcome *self = checker;
    excuses_see (self->excuses, fact);
    switch (fact->type) {
    case FACT_ASKED:
        see_asked (self, fact);
        return true;
    case FACT_STORED:
        return see_stored (self, fact, text);
    case FACT_SAID:
    case FACT_TOLD:
        return see_answer (self, fact, text);
    default:
        return true;
    }
}

const struct checker_class outcome_checker = {
    .name = "outcome",
    .about = "I2: a client's number has one outcome, which is what was asked for",
    .make = make,
    .see = see,
    .destroy = destroy,
};
