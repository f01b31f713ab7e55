#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/campaign/campaign.h"
#include "tests/sim/campaign/reduce.h"
#include "tests/sim/experiment/experiment.h"

enum {
    EXIT_USAGE = 2,
    PATIENCE_S = 60,
    STEPS_A_SECOND = 20000,  // at least, on a slow and busy machine
    DAY_S = 24 * 3600,
    JOBS_MAX = 1024,
    ERROR_TEXT = 256
};

static const char help[] =
    "Runs markets in virtual time, breaks them, and holds them against the invariants.\n"
    "\n"
    "  souk-sim --seed 7 --trace                  one run, told letter by letter\n"
    "  souk-sim --seeds 1..1000                   many runs, on all processors\n"
    "  souk-sim --seed 7 --shrink                 the smallest run that fails like this one\n"
    "  souk-sim --experiment --help               questions about scale\n"
    "\n"
    "The seed decides all that is not given.\n"
    "\n"
    "  --seed N            one run\n"
    "  --seeds A..B        one run for each seed, both included\n"
    "  --steps N           events of cores until faults end and the market comes to rest (5000)\n"
    "  --faults A,B        classes of faults at work; all or none\n"
    "  --skip N,A..B       planned faults that are left out, by their place in the plan\n"
    "  --mode MODE         of the products: sync, cached, batched, escrow or mixed\n"
    "  --store STORE       memory or sqlite\n"
    "  --codec 0|1         1: letters travel as bytes, through the real codec\n"
    "  --elect 1           peers elect their traders; --traders says how many peers there are\n"
    "  --traders N         how many take part, likewise:\n"
    "  --buyers N\n"
    "  --sellers N\n"
    "  --strangers N       clients that say what comes to their mind\n"
    "\n"
    "  --trace             with --seed: tells the story, in this process\n"
    "  --shrink            with --seed: leaves out what a failing run does not need to fail\n"
    "  --hashes            prints only the seeds and the hashes of their runs\n"
    "  --jobs N            runs at once (one for each processor)\n"
    "  --patience N        seconds until a run counts as hung (60, or more where --steps is "
    "large)\n"
    "  --keep-going        goes on after a failure\n"
    "  --no-sometimes      leaves out the counts of what must happen sometimes\n"
    "  --help              this page\n"
    "\n"
    "Exit status: 0, all passed; 1, one failed, or what must happen sometimes never did in 500\n"
    "seeds or more; 2, a wrong call.\n"
    "\n"
    "Classes of faults:\n";

// What the command line asks for.
struct call {
    struct campaign campaign;
    bool seed;
    bool seeds;
    bool trace;
    bool shrink;
};

__attribute__ ((format (printf, 1, 2), noreturn)) static void usage (const char *format, ...)
{
    va_list arguments;
    fputs ("souk-sim: ", stderr);
    va_start (arguments, format);
    vfprintf (stderr, format, arguments);
    va_end (arguments);
    fputs ("; souk-sim --help shows how it is used\n", stderr);
    exit (EXIT_USAGE);
}

static void print_help (void)
{
    fputs (help, stdout);
    for (int class = 0; class < FAULT_COUNT; class ++) {
        printf ("%s%s",
                class == 0       ? "  "
                : class % 5 == 0 ? ",\n  "
                                 : ", ",
                fault_name ((enum fault_class) class));
    }
    putchar ('\n');
}

// A whole number up to `end`.
static bool read_number (const char *text, const char *end, uint64_t max, uint64_t *number)
{
    *number = 0;
    for (const char *at = text; at < end; at++) {
        uint64_t digit = (uint64_t) (*at - '0');
        if (*at < '0' || *at > '9' || *number > (max - digit) / 10) {
            return false;
        }
        *number = 10 * *number + digit;
    }
    return text < end && *number <= max;
}

static int64_t take_number (const char *word, const char *value, int64_t max)
{
    uint64_t number;
    if (!read_number (value, value + strlen (value), (uint64_t) max, &number) || number < 1) {
        usage ("%s: '%.60s' must be a whole number from 1 to %lld", word, value, (long long) max);
    }
    return (int64_t) number;
}

static void take_seeds (struct many *many, const char *value)
{
    const char *dots = strstr (value, "..");
    const char *end = value + strlen (value);
    if (!dots || !read_number (value, dots, UINT64_MAX, &many->first)
        || !read_number (dots + 2, end, UINT64_MAX, &many->last)) {
        usage ("--seeds: '%.60s' must be two seeds, like 1..1000", value);
    }
    if (many->first > many->last) {
        usage ("--seeds: '%.60s' begins above its end", value);
    }
}

// Options that stand alone. Returns false when `word` is none of them.
static bool take_flag (struct call *call, const char *word)
{
    struct campaign *campaign = &call->campaign;
    const struct {
        const char *word;
        bool *flag;
        bool value;
    } flags[] = {
        {"--trace", &call->trace, true},
        {"--shrink", &call->shrink, true},
        {"--hashes", &campaign->hashes, true},
        {"--keep-going", &campaign->keep_going, true},
        {"--no-sometimes", &campaign->sometimes, false},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (strcmp (word, flags[i].word) == 0) {
            *flags[i].flag = flags[i].value;
            return true;
        }
    }
    return false;
}

// Options with a value, other than those of a run. Returns false when `word` is none of them.
static bool take_value (struct call *call, const char *word, const char *value)
{
    struct many *many = &call->campaign.many;
    if (strcmp (word, "--seeds") != 0 && strcmp (word, "--jobs") != 0
        && strcmp (word, "--patience") != 0) {
        return false;
    }
    if (!value) {
        usage ("%s: wants a value", word);
    }
    if (strcmp (word, "--seeds") == 0) {
        take_seeds (many, value);
        call->seeds = true;
    } else if (strcmp (word, "--jobs") == 0) {
        many->jobs = take_number (word, value, JOBS_MAX);
    } else {
        many->patience_ms = 1000 * take_number (word, value, DAY_S);
    }
    return true;
}

// Takes the option at argv[at], `--word value` or `--word=value`. Returns how many words that were.
static int take (struct call *call, char **argv, int at)
{
    char word[32];
    char error[ERROR_TEXT];
    const char *given = argv[at];
    const char *equals = strchr (given, '=');
    size_t length = equals ? (size_t) (equals - given) : strlen (given);
    if (strncmp (given, "--", 2) != 0) {
        usage ("'%.60s' is no option", given);
    }
    if (length >= sizeof word) {
        usage ("%.60s: no such option", given);
    }
    memcpy (word, given, length);
    word[length] = '\0';
    if (take_flag (call, word)) {
        if (equals) {
            usage ("%s: takes no value", word);
        }
        return 1;
    }
    const char *value = equals ? equals + 1 : argv[at + 1];
    if (!take_value (call, word, value)) {
        int taken = options_take (&call->campaign.many.options, word, value, error, sizeof error);
        if (taken <= 0) {
            usage ("%s%s", taken < 0 ? error : word, taken < 0 ? "" : ": no such option");
        }
        call->seed = call->seed || strcmp (word, "--seed") == 0;
    }
    return equals ? 1 : 2;
}

static struct call read_call (int argc, char **argv)
{
    long processors = sysconf (_SC_NPROCESSORS_ONLN);
    struct call call = {
        .campaign = {.program = argv[0], .sometimes = true},
    };
    struct many *many = &call.campaign.many;
    many->options = options_default ();
    many->jobs = processors < 1 ? 1 : processors > JOBS_MAX ? JOBS_MAX : processors;
    for (int at = 1; at < argc;) {
        at += take (&call, argv, at);
    }
    if (many->patience_ms == 0) {  // A long run may take longer.
        int64_t steps_s = many->options.steps / STEPS_A_SECOND;
        many->patience_ms = 1000 * (steps_s > PATIENCE_S ? steps_s : PATIENCE_S);
    }
    if (call.seed == call.seeds) {
        usage (call.seed ? "--seed and --seeds: one of them is enough"
                         : "--seed or --seeds is missing");
    }
    if (call.seeds && (call.trace || call.shrink)) {
        usage ("%s wants one --seed", call.trace ? "--trace" : "--shrink");
    }
    if (call.trace + call.shrink + call.campaign.hashes > 1) {
        usage ("--trace, --shrink and --hashes exclude each other");
    }
    if (call.seed) {
        many->first = many->last = many->options.seed;
    }
    if (call.campaign.hashes && many->last - many->first >= HASHES_MAX) {
        usage ("--hashes: no more than %d seeds at once", HASHES_MAX);
    }
    if (many->last - many->first < (uint64_t) many->jobs) {
        many->jobs = (int64_t) (many->last - many->first) + 1;
    }
    return call;
}

// In this process, where a debugger can follow it, and with each line out at once, since a crash
// would keep the last of them.
static int trace (const struct options *options)
{
    struct run_result result;
    memset (&result, 0, sizeof result);
    setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
    run (options, stdout, &result);
    campaign_print_run (options, &result);
    if (result.failed) {
        printf ("  %s\n", result.text);
    }
    return result.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int answer (const struct call *call)
{
    if (call->trace) {
        return trace (&call->campaign.many.options);
    }
    many_catch_signals ();
    return call->shrink ? reduce_run (call->campaign.program, &call->campaign.many)
                        : campaign_run (&call->campaign);
}

// Cores begin with large pools, cleared, of which a short run uses little. Fresh pages come cleared
// from the system; without this the C library would keep and clear them anew for each run, which
// takes a quarter of the time.
static void keep_large_blocks_fresh (void)
{
    (void) mallopt (M_MMAP_THRESHOLD, 128 * 1024);
}

// What was said must have been heard.
static int end (int status)
{
    if (fflush (stdout) != 0 || ferror (stdout)) {
        fprintf (stderr, "souk-sim: cannot write what was found\n");
        return EXIT_FAILURE;
    }
    return status;
}

int main (int argc, char **argv)
{
    keep_large_blocks_fresh ();
    if (argc > 1 && strcmp (argv[1], "--experiment") == 0) {
        return experiment_main (argc - 1, argv + 1);
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp (argv[i], "--help") == 0) {
            print_help ();
            return end (EXIT_SUCCESS);
        }
    }
    struct call call = read_call (argc, argv);
    return end (answer (&call));
}
