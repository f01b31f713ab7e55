#include "tests/sim/experiment/experiment.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/sim/experiment/experiment_report.h"
#include "tests/sim/experiment/units.h"

enum {
    EXIT_USAGE = 2,
    SLICE_STEPS = 20000,  // core events between two looks at signals and the clock
    SHOW_EVERY_US = 200000,
    ERROR_TEXT = 256,
};

static volatile sig_atomic_t stopped;

static void stop (int signal)
{
    (void) signal;
    stopped = 1;
}

// The first one asks for what there is, a second one ends the program as ever.
static void catch_signals (void)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = (int) SA_RESETHAND};
    sigaction (SIGINT, &action, NULL);
    sigaction (SIGTERM, &action, NULL);
}

static int64_t wall_now_us (void)
{
    struct timespec now;
    clock_gettime (CLOCK_MONOTONIC, &now);
    return (int64_t) now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

struct run {
    struct experiment experiment;
    struct experiment_market market;
    meter_t *meter;
    int64_t settled_before;  // units, before anything was counted
    int64_t told_before;
    int64_t begun_us;  // on the wall
    int64_t shown_us;
    bool terminal;  // where progress is shown
};

static bool witness (void *context, const struct fact *fact)
{
    struct run *self = context;
    meter_see (self->meter, fact);
    return true;
}

static void show_progress (struct run *self)
{
    int64_t now_us = wall_now_us ();
    if (!self->terminal || now_us - self->shown_us < SHOW_EVERY_US) {
        return;
    }
    self->shown_us = now_us;
    double done = (double) world_now_us (self->market.world);
    double all = (double) (self->experiment.warm_up_us + self->experiment.duration_us);
    double spent = (double) (now_us - self->begun_us);
    fprintf (stderr, "\r\033[K%.2f of %.2f s  %lld orders  %.0f core events/s  %.0f s to go",
             done / 1e6, all / 1e6, (long long) meter_figures (self->meter)->orders,
             (double) world_steps (self->market.world) * 1e6 / spent,
             done > 0 ? spent * (all - done) / done / 1e6 : 0.0);
}

// Where nobody brings more, a sale is over when all that there was is sold, and the buyers know.
static bool is_sold_out (const struct run *self)
{
    const struct experiment *experiment = &self->experiment;
    int64_t stock = experiment->sellers == 0 ? experiment->stock * experiment->products : 0;
    const struct figures *figures = meter_figures (self->meter);
    return stock > 0 && self->settled_before + figures->settled_units >= stock
           && self->told_before + figures->promised_units >= stock;
}

static void run_until (struct run *self, int64_t until_us)
{
    enum world_end end = WORLD_STEPS;
    while (!stopped && end == WORLD_STEPS && !is_sold_out (self)) {
        show_progress (self);
        end = world_run (self->market.world, until_us, SLICE_STEPS);
    }
}

static int64_t peak_memory_bytes (void)
{
    struct rusage usage;
    return getrusage (RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss * INT64_C (1024) : 0;
}

static void measure (struct run *self)
{
    struct finding finding = {.experiment = &self->experiment};
    const struct experiment *experiment = &self->experiment;
    int64_t stocked_us = self->market.stocked_us;
    run_until (self, stocked_us + experiment->warm_up_us);
    self->settled_before = meter_figures (self->meter)->settled_units;
    self->told_before = meter_figures (self->meter)->promised_units;
    meter_begin (self->meter);
    census_take (&finding.begin, &self->market, experiment->traders);
    run_until (self, stocked_us + experiment->warm_up_us + experiment->duration_us);
    census_take (&finding.end, &self->market, experiment->traders);
    finding.interrupted = stopped;
    finding.figures = meter_figures (self->meter);
    finding.core_events = world_steps (self->market.world);
    finding.wall_us = wall_now_us () - self->begun_us;
    finding.peak_memory_bytes = peak_memory_bytes ();
    if (self->terminal) {
        fputs ("\r\033[K", stderr);
    }
    experiment_report (&finding, stdout);
}

static int answer (const struct experiment *experiment)
{
    struct run self = {.experiment = *experiment, .terminal = isatty (STDERR_FILENO)};
    catch_signals ();
    self.begun_us = wall_now_us ();
    self.meter = meter_new (experiment->traders + 1, experiment->buyers);
    experiment_market_open (&self.market, &self.experiment, witness, &self);
    measure (&self);
    experiment_market_close (&self.market);
    meter_destroy (&self.meter);
    if (fflush (stdout) != 0 || ferror (stdout)) {
        fputs ("souk-sim: cannot write what was measured\n", stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

static int usage (const char *error)
{
    fprintf (stderr, "souk-sim: %s; souk-sim --experiment --help shows how it is used\n", error);
    return EXIT_USAGE;
}

// Takes the option at argv[at], `--word value` or `--word=value`. Returns how many words that were;
// 0, with `error`: it is wrong.
static int take (struct experiment *experiment, char **argv, int at, char *error)
{
    char word[32];
    const char *equals = strchr (argv[at], '=');
    size_t length = equals ? (size_t) (equals - argv[at]) : strlen (argv[at]);
    if (strncmp (argv[at], "--", 2) != 0) {
        snprintf (error, ERROR_TEXT, "'%.60s' is no option", argv[at]);
        return 0;
    }
    snprintf (word, sizeof word, "%.*s", (int) length, argv[at]);
    const char *value = equals ? equals + 1 : argv[at + 1];
    return !experiment_take (experiment, word, value, error, ERROR_TEXT) ? 0 : equals ? 1 : 2;
}

int experiment_main (int argc, char **argv)
{
    struct experiment experiment = experiment_default ();
    char error[ERROR_TEXT] = "no memory";
    for (int i = 1; i < argc; i++) {
        if (strcmp (argv[i], "--help") == 0) {
            experiment_print_help (stdout);
            return fflush (stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        }
    }
    for (int at = 1; at < argc;) {
        int words = take (&experiment, argv, at, error);
        if (words == 0) {
            return usage (error);
        }
        at += words;
    }
    return experiment_check (&experiment, error, sizeof error) ? answer (&experiment)
                                                               : usage (error);
}
