// Convergence: when all is quiet, every cache that follows the warehouse, or expires, holds what
// is stored.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/durable.h"

struct convergence {
    const struct rules *rules;
    durable_t *durable;
};

static void *make (const struct rules *rules)
{
    struct convergence *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->durable = durable_new ();
    return self;
}

static void destroy (void *checker)
{
    struct convergence *self = checker;
    durable_destroy (&self->durable);
    free (self);
}

// A cache that is told of no sales is right all the same where it expires.
static bool follows (const struct rules *rules, const char *product)
{
    enum mode mode = rules_mode (rules, product);
    return mode == MODE_BATCHED || (mode == MODE_CACHED && rules->invalidation);
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct convergence *self = checker;
    if (fact->type == FACT_STORED) {
        for (size_t i = 0; i < fact->record_count; i++) {
            (void) durable_add (self->durable, &fact->records[i]);
        }
        return true;
    }
    if (fact->type != FACT_BELIEVED || !follows (self->rules, fact->product)) {
        return true;
    }
    int64_t left = durable_left (self->durable, fact->product);
    if (fact->units == left) {
        return true;
    }
    snprintf (text, CHECKER_TEXT,
              "trader %" PRId64 " takes %" PRId64 " units of %s for available, %" PRId64
              " are left of the lots that are stored",
              fact->node, fact->units, fact->product, left);
    return false;
}

const struct checker_class convergence_checker = {
    .name = "convergence",
    .about = "when all is quiet, every cache holds the stock that the warehouse has",
    .make = make,
    .see = see,
    .destroy = destroy,
};
