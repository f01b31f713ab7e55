#include "tests/sim/campaign/campaign.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/campaign/tail.h"

enum {
    FAILURES_TOLD = 20,  // in full; more are only counted
    EVENTS_TOLD = 40,
    SEEDS_ENOUGH = 500,  // for every rare case to have been there
    PROGRESS_MS = 200,
    COMMAND_TEXT = 2048,
    NUMBER_TEXT = 32,
};

struct failure {
    uint64_t seed;
    struct run_result result;
};

struct hash_slot {
    bool known;
    bool whole;  // the run did not die before it had one
    uint64_t hash;
};

struct count {
    const struct campaign *campaign;
    FILE *report;  // where all but the hashes goes
    int64_t seeds;
    int64_t steps;
    int64_t virtual_us;
    struct sometimes sometimes;
    struct run_result last;
    struct failure failures[FAILURES_TOLD];
    int64_t failure_count;
    struct hash_slot *hashes;  // by place; NULL where they are not wanted
    uint64_t hashes_told;
    int64_t begun_ms;
    int64_t progress_ms;  // when it was shown last
    bool progress;        // is shown
};

// With commas, for eyes: 1,234,567.
static const char *grouped (int64_t number, char *text)
{
    char digits[NUMBER_TEXT];
    int length = snprintf (digits, sizeof digits, "%lld", (long long) number);
    char *to = text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    *to = '\0';
    return text;
}

static const char *duration (int64_t us, char *text)
{
    int64_t ms = us / 1000;
    int64_t minutes = ms / 1000 / 60;
    if (minutes < 2) {
        snprintf (text, NUMBER_TEXT, "%lld.%03d s", (long long) (ms / 1000), (int) (ms % 1000));
    } else if (minutes < 120) {
        snprintf (text, NUMBER_TEXT, "%d min", (int) minutes);
    } else {
        snprintf (text, NUMBER_TEXT, "%lld h %02d min", (long long) (minutes / 60),
                  (int) (minutes % 60));
    }
    return text;
}

static double rate (const struct count *self)
{
    int64_t ms = many_now_ms () - self->begun_ms;
    return ms > 0 ? (double) self->steps * 1000 / (double) ms : 0;
}

// Only a run that died by itself says nothing of its steps.
static bool is_whole (const struct run_result *result)
{
    return result->steps > 0 || !result->failed;
}

void campaign_print_run (const struct options *options, const struct run_result *result)
{
    char steps[2 * NUMBER_TEXT];
    char time[NUMBER_TEXT];
    printf ("seed %llu: ", (unsigned long long) options->seed);
    if (is_whole (result)) {
        printf ("%s steps, %s of market time, hash %016llx, ", grouped (result->steps, steps),
                duration (result->virtual_us, time), (unsigned long long) result->hash);
    }
    if (result->failed) {
        printf ("FAILED (%s)\n", result->checker);
    } else {
        printf ("passed\n");
    }
}

static void show_progress (struct count *self)
{
    const struct many *many = &self->campaign->many;
    int64_t now_ms = many_now_ms ();
    if (!self->progress || now_ms - self->progress_ms < PROGRESS_MS) {
        return;
    }
    char seeds[2 * NUMBER_TEXT];
    char events[2 * NUMBER_TEXT];
    self->progress_ms = now_ms;
    fprintf (stderr, "\r%s seeds of %llu..%llu, %s events a second", grouped (self->seeds, seeds),
             (unsigned long long) many->first, (unsigned long long) many->last,
             grouped ((int64_t) rate (self), events));
    if (self->failure_count > 0) {
        fprintf (stderr, ", %lld FAILED", (long long) self->failure_count);
    }
    fputs ("\033[K", stderr);
}

static void end_progress (struct count *self)
{
    if (self->progress_ms > 0) {
        fputs ("\r\033[K", stderr);
    }
}

static void note_hash (struct count *self, uint64_t seed, const struct run_result *result)
{
    uint64_t first = self->campaign->many.first;
    uint64_t count = self->campaign->many.last - first + 1;
    self->hashes[seed - first] = (struct hash_slot){true, is_whole (result), result->hash};
    for (; self->hashes_told < count && self->hashes[self->hashes_told].known;
         self->hashes_told++) {
        const struct hash_slot *slot = &self->hashes[self->hashes_told];
        printf ("%llu ", (unsigned long long) (first + self->hashes_told));
        if (slot->whole) {
            printf ("%016llx\n", (unsigned long long) slot->hash);
        } else {
            printf ("-\n");
        }
    }
}

static bool note_result (void *context, uint64_t seed, const struct run_result *result)
{
    struct count *self = context;
    self->last = *result;
    self->seeds++;
    self->steps += result->steps;
    self->virtual_us += result->virtual_us;
    sometimes_add (&self->sometimes, &result->sometimes);
    if (result->failed && self->failure_count++ < FAILURES_TOLD) {
        self->failures[self->failure_count - 1] = (struct failure){seed, *result};
    }
    if (self->hashes) {
        note_hash (self, seed, result);
    }
    show_progress (self);
    return self->campaign->keep_going || !result->failed;
}

static bool note_again (void *context, uint64_t seed, const struct run_result *result)
{
    (void) seed;
    *(struct run_result *) context = *result;
    return true;
}

static bool is_same (const struct run_result *a, const struct run_result *b)
{
    return a->failed == b->failed && strcmp (a->checker, b->checker) == 0 && a->hash == b->hash;
}

// Runs it once more, to hear what happened.
static void tell_last_events (const struct count *self, const struct failure *failure)
{
    struct many many = self->campaign->many;
    struct run_result again = {.failed = false};
    tail_t *tail = tail_new ();
    if (!tail || many_stopped ()) {
        tail_destroy (&tail);
        return;
    }
    many.first = many.last = failure->seed;
    many.jobs = 1;
    many.story = tail_stream (tail);
    if (many_run (&many, note_again, &again) && !many_stopped ()) {
        if (!is_same (&again, &failure->result)) {
            fprintf (self->report,
                     "  The second time it went otherwise (%s), so that not only the "
                     "seed decides.\n",
                     again.failed ? again.checker : "passed");
        }
        fprintf (self->report, "  the last that happened:\n");
        tail_print (tail, EVENTS_TOLD, "    ", self->report);
    }
    tail_destroy (&tail);
}

static void tell_failure (const struct count *self, const struct failure *failure)
{
    char command[COMMAND_TEXT];
    struct options options = self->campaign->many.options;
    options.seed = failure->seed;
    options_print (&options, command, sizeof command);
    fprintf (self->report,
             "\nFAILED seed %llu: %s\n  %s\n  again: %s %s\n"
             "  (with --trace: its whole story; with --shrink: the smallest that fails like it)\n",
             (unsigned long long) failure->seed, failure->result.checker, failure->result.text,
             self->campaign->program, command);
    tell_last_events (self, failure);
}

static int compare_failures (const void *a, const void *b)
{
    const struct failure *first = a;
    const struct failure *second = b;
    return (first->seed > second->seed) - (first->seed < second->seed);
}

static void tell_failures (struct count *self)
{
    int64_t told =
        self->failure_count < FAILURES_TOLD ? self->failure_count : (int64_t) FAILURES_TOLD;
    qsort (self->failures, (size_t) told, sizeof *self->failures, compare_failures);
    for (int64_t i = 0; i < told; i++) {
        tell_failure (self, &self->failures[i]);
    }
    if (self->failure_count > told) {
        fprintf (self->report, "\n%lld more seeds failed.\n",
                 (long long) (self->failure_count - told));
    }
}

static void tell_totals (const struct count *self)
{
    char seeds[2 * NUMBER_TEXT];
    char steps[2 * NUMBER_TEXT];
    char real[NUMBER_TEXT];
    char time[NUMBER_TEXT];
    char together[2 * NUMBER_TEXT];
    char each[2 * NUMBER_TEXT];
    int64_t jobs = self->campaign->many.jobs;
    fprintf (self->report,
             "%s seeds, %lld failed; %s core events in %s: %s a second, %s on each of %lld "
             "processors; virtual time: %s\n",
             grouped (self->seeds, seeds), (long long) self->failure_count,
             grouped (self->steps, steps),
             duration ((many_now_ms () - self->begun_ms) * 1000, real),
             grouped ((int64_t) rate (self), together),
             grouped ((int64_t) (rate (self) / (double) jobs), each), (long long) jobs,
             duration (self->virtual_us, time));
}

// Whether the seeds alone decided, so that everything had its chance.
static bool is_drawn_freely (const struct options *options)
{
    const struct options free = options_default ();
    return options->steps >= free.steps && options->faults == free.faults
           && options->mode == free.mode && options->store == free.store
           && options->codec == free.codec && options->traders == free.traders
           && options->buyers == free.buyers && options->sellers == free.sellers
           && options->strangers == free.strangers && options->skip_count == 0;
}

// Returns false when a counter is zero that must not be.
static bool tell_sometimes (const struct count *self)
{
    const struct options *options = &self->campaign->many.options;
    bool enough = self->seeds >= SEEDS_ENOUGH && !many_stopped () && is_drawn_freely (options);
    enum sometimes_must must = !enough ? NOWHERE : options->elect == 1 ? ELECTED : FIXED;
    printf ("\n");
    bool all = sometimes_print (&self->sometimes, must);
    if (!all) {
        printf ("\nWhat never happened in %lld seeds is not tested.\n", (long long) self->seeds);
    }
    return all;
}

static bool tell (struct count *self)
{
    const struct many *many = &self->campaign->many;
    bool all = true;
    if (self->hashes) {
        fflush (stdout);
    } else if (many->first == many->last && self->seeds > 0) {
        struct options options = many->options;
        options.seed = many->first;
        campaign_print_run (&options, &self->last);
    } else {
        tell_totals (self);
        all = !self->campaign->sometimes || tell_sometimes (self);
    }
    tell_failures (self);
    return all;
}

int campaign_run (const struct campaign *self)
{
    struct count *count = calloc (1, sizeof *count);
    struct hash_slot *hashes = NULL;
    if (count && self->hashes) {
        hashes = calloc (self->many.last - self->many.first + 1, sizeof *hashes);
    }
    if (!count || (self->hashes && !hashes)) {
        free (count);
        fprintf (stderr, "souk-sim: no memory\n");
        return EXIT_FAILURE;
    }
    count->campaign = self;
    count->report = self->hashes ? stderr : stdout;
    count->hashes = hashes;
    count->progress = isatty (STDERR_FILENO);
    count->begun_ms = many_now_ms ();
    bool ran = many_run (&self->many, note_result, count);
    end_progress (count);
    if (!ran) {
        fprintf (stderr, "souk-sim: cannot start processes\n");
    }
    bool all = tell (count);
    bool failed = !ran || !all || count->failure_count > 0;
    free (hashes);
    free (count);
    return failed ? EXIT_FAILURE : many_stopped () ? 128 + many_stopped () : EXIT_SUCCESS;
}
