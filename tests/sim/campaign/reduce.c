#include "tests/sim/campaign/reduce.h"

#include <stdlib.h>
#include <string.h>

#include "tests/sim/campaign/shrink.h"

enum { COMMAND_TEXT = 2048 };

struct reducing {
    struct many many;
    struct run_result failure;  // the last that is the first one's like
    struct run_result result;   // of the last try
};

static bool note_result (void *context, uint64_t seed, const struct run_result *result)
{
    (void) seed;
    ((struct reducing *) context)->result = *result;
    return true;
}

// Returns false when there is no result.
static bool run_once (struct reducing *self, const struct options *options)
{
    self->many.options = *options;
    self->many.first = self->many.last = options->seed;
    return many_run (&self->many, note_result, self) && !many_stopped ();
}

static void tell (void *context, const char *what)
{
    (void) context;
    if (!many_stopped ()) {
        fprintf (stderr, "%s: ", what);
    }
}

static bool still_fails (void *context, const struct options *options)
{
    struct reducing *self = context;
    if (many_stopped () || !run_once (self, options)) {
        return false;
    }
    const struct run_result *result = &self->result;
    bool fails = result->failed && strcmp (result->checker, self->failure.checker) == 0;
    fprintf (stderr, "%s%s\n",
             fails            ? "fails"
             : result->failed ? "fails otherwise, by "
                              : "passes",
             result->failed && !fails ? result->checker : "");
    if (fails) {
        self->failure = *result;
    }
    return fails;
}

// What a process that died had drawn is not known; the seed will draw it again.
static struct options name_drawn (const struct options *options, const struct run_result *result)
{
    struct options drawn = *options;
    if (result->market.traders > 0) {
        drawn.faults = result->faults;
        drawn.traders = result->market.traders;
        drawn.buyers = result->market.buyers;
        drawn.sellers = result->market.sellers;
        drawn.strangers = result->market.strangers;
    }
    return drawn;
}

// Of a process that died the plan may not be known: then it may be as long as can be left out.
static int64_t planned (void *context)
{
    const struct run_result *failure = &((struct reducing *) context)->failure;
    return failure->steps > 0 || failure->planned > 0 ? failure->planned : SKIP_MAX;
}

int reduce_run (const char *program, const struct many *many)
{
    struct reducing self = {.many = *many};
    struct options options = many->options;
    options.seed = many->first;
    self.many.jobs = 1;
    fprintf (stderr, "seed %llu: ", (unsigned long long) options.seed);
    if (!run_once (&self, &options)) {
        fprintf (stderr, "no result\n");
        return many_stopped () ? 128 + many_stopped () : EXIT_FAILURE;
    }
    if (!self.result.failed) {
        fprintf (stderr, "passes, so that there is nothing to shrink\n");
        return EXIT_SUCCESS;
    }
    fprintf (stderr, "fails by %s\n", self.result.checker);
    self.failure = self.result;
    struct options drawn = name_drawn (&options, &self.failure);
    if (self.failure.steps > 0 && self.failure.steps < options.steps) {
        options.steps = self.failure.steps;  // It did not come further.
        drawn.steps = options.steps;
    }
    const struct shrink_task task = {still_fails, planned, tell, &self};
    struct options smallest = shrink (&options, &drawn, &task);
    char command[COMMAND_TEXT];
    options_print (&smallest, command, sizeof command);
    printf ("%s %s\n%s: %s\n", program, command, self.failure.checker, self.failure.text);
    return EXIT_FAILURE;
}
