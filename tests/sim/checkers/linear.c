// Products sold in sync are linearizable, each by itself: what clients were told of their orders
// and lots could have happened at once, one after the other (linear_search.h). Nothing is ever
// promised of them.
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/linear_replay.h"
#include "tests/sim/checkers/linear_requests.h"

// What the search for one product may take, beyond a step for each of its operations. What is
// not decided by then is not held against anybody.
enum { STEPS_MAX = 200 * 1000 };

struct linear {
    const struct rules *rules;
    bool idle;  // no product is sold in sync
    linear_requests_t *requests;
};

static void *make (const struct rules *rules)
{
    struct linear *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->idle = !rules_any (rules, MODE_SYNC);
    self->requests = linear_requests_new (rules);
    return self;
}

static void destroy (void *context)
{
    struct linear *self = context;
    linear_requests_destroy (&self->requests);
    free (self);
}

static bool see_told (struct linear *self, const struct fact *fact, char *text)
{
    const struct receipt *receipt = &fact->message->receipt;
    if (fact->message->type == MESSAGE_RECEIPT && receipt->status == STATUS_ACCEPTED
        && rules_mode (self->rules, receipt->product) == MODE_SYNC) {
        snprintf (text, CHECKER_TEXT,
                  "%s is sold in sync, but trader %lld promised buyer %lld %lld units for order "
                  "%lld before the warehouse had sold them",
                  receipt->product, (long long) fact->peer, (long long) fact->node,
                  (long long) receipt->units, (long long) receipt->number);
        return false;
    }
    linear_requests_told (self->requests, fact->node, fact->message);
    return true;
}

static const char *name_of (enum status status)
{
#define STATUS_NAME(name, text) text,
    static const char *const names[] = {STATUSES (STATUS_NAME)};
#undef STATUS_NAME
    return names[status];
}

static void complain (const struct linear_product *product, const struct linear_result *result,
                      char *text)
{
    const struct linear_operation *operation = &product->operations[result->blocked];
    if (operation->kind == LINEAR_RESTOCK) {
        snprintf (text, CHECKER_TEXT,
                  "%s is not linearizable: seller %lld was told that its lot %lld of %lld units is "
                  "in, but no order of events has it in at any time until then. The longest one "
                  "that is possible explains %zu other answers",
                  product->name, (long long) operation->client, (long long) operation->number,
                  (long long) operation->quantity, result->placed);
        return;
    }
    snprintf (text, CHECKER_TEXT,
              "%s is not linearizable: for order %lld of %lld units buyer %lld was told %s, %lld "
              "units for %lld cents from %zu lots, but no order of events explains that. After "
              "the longest one that is possible, which explains %zu other answers, there are %lld "
              "units, and it would be %s, %lld units for %lld cents",
              product->name, (long long) operation->number, (long long) operation->quantity,
              (long long) operation->client, name_of (operation->status),
              (long long) operation->units, (long long) operation->amount_cents,
              operation->fill_count, result->placed, (long long) result->available,
              name_of (result->status), (long long) result->units,
              (long long) result->amount_cents);
}

static bool search_all (struct linear *self, char *text)
{
    const struct linear_product *product = linear_requests_collect (self->requests);
    for (; product; product = product->hh.next) {
        struct linear_result result = product->ranked
                                          ? linear_replay (product->operations, product->count)
                                          : linear_search (product->operations, product->count,
                                                           STEPS_MAX + (int64_t) product->count);
        if (result.verdict == LINEAR_NO) {
            complain (product, &result, text);
            return false;
        }
    }
    return true;
}

static bool see (void *context, const struct fact *fact, char *text)
{
    struct linear *self = context;
    if (self->idle) {
        return true;
    }
    switch (fact->type) {
    case FACT_ASKED:
        linear_requests_asked (self->requests, fact->node, fact->message);
        return true;
    case FACT_TOLD:
        return see_told (self, fact, text);
    case FACT_STORED:
        for (size_t i = 0; i < fact->record_count; i++) {
            linear_requests_stored (self->requests, &fact->records[i]);
        }
        return true;
    case FACT_OVER:
        return search_all (self, text);
    default:
        return true;
    }
}

const struct checker_class linear_checker = {
    .name = "linear",
    .about = "sync: what clients saw of a product is linearizable",
    .make = make,
    .see = see,
    .destroy = destroy,
};
