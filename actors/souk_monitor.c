#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/monitor/monitor_shell.h"
#include "actors/souk_commands.h"
#include "actors/souk_node.h"
#include "actors/souk_options.h"

enum { TOPICS_MAX = 64, LOWEST_PRIORITY = 19 };

static const char latest[] = "runs/latest";

static const char help[] =
    "Shows what happens in a market: sales, stock, oversells, recalls, which traders live and "
    "who\n"
    "backs them up, and the life of the nodes' sockets.\n"
    "\n"
    "  souk monitor                               the market in runs/latest\n"
    "  souk monitor --topic sale. --topic oversell.\n"
    "  souk monitor --topic member.               which traders live, and who backs them up\n"
    "  souk monitor --run-dir runs/mine --json | jq -c 'select(.type == \"gap\")'\n"
    "  souk monitor --pub tcp://127.0.0.1:5551 --pub tcp://127.0.0.1:5561 --for 10s\n"
    "\n"
    "  --run-dir DIR    the folder of a run: all who publish in its topology (runs/latest)\n"
    "  --pub ENDPOINT   who publishes, instead; more than once for more of them\n"
    "  --topic PREFIX   what begins so, of stock.<product>, sale.<product>, recall.<product>,\n"
    "                   oversell.<node>, member.<trader>, socket.<node>, seats (who is elected)\n"
    "                   and clock; more than once for more of it (everything; clock with --json)\n"
    "  --json           one object a line: type (message, gap, epoch, malformed), time_ms, topic,\n"
    "                   and the message as it was published\n"
    "  --color WHEN     auto, always or never; auto is on a terminal, unless NO_COLOR is set "
    "(auto)\n"
    "  --for TIME       ends after so long: 500ms, 10s, 2m\n"
    "  --count N        ends after so many messages\n"
    "  --help\n"
    "\n"
    "Each line begins with the time at which its message arrived here. A message may tell of\n"
    "several sales, which are a line each; messages are what --count and the end count.\n"
    "What becomes of a trader is told by the warehouse, and passed on by the traders.\n"
    "In escrow `free` are the units that are leased to no trader, and a recall wants back what\n"
    "is. Who holds what is in the nodes' logs, and in souk verify at any moment.\n"
    "It may be started before the market or after it, and waits for it: for the folder of the run\n"
    "and the topology.json in it, for the next run where this one has ended (it has a\n"
    "summary.json), and until somebody publishes. It runs at the lowest priority and\n"
    "asks nothing of anybody: where it cannot follow, publishers drop what they have for it at\n"
    "their high-water mark, and it tells how many messages of which topic it has missed.\n"
    "It ends on ^C, SIGTERM, or when nobody reads its output any more.\n";

static const struct option options[] = {
    {"run-dir", required_argument, NULL, 'd'},
    {"pub", required_argument, NULL, 'p'},
    {"topic", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'j'},
    {"color", required_argument, NULL, 'c'},
    {"for", required_argument, NULL, 'f'},
    {"count", required_argument, NULL, 'n'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void add_endpoint (const char *command, struct endpoints *endpoints, const char *text)
{
    size_t length = strlen (text);
    bool any_port = length >= 2 && strcmp (text + length - 2, ":*") == 0;
    if (!topology_endpoint_valid (text) || any_port) {
        usage_error (command, "--pub: '%s' must be tcp://HOST:PORT or ipc://PATH", text);
    }
    if (endpoints_have (endpoints, text)) {
        return;
    }
    if (endpoints->count == ENDPOINTS_MAX) {
        usage_error (command, "--pub: at most %d of them", ENDPOINTS_MAX);
    }
    endpoints->list[endpoints->count++] = text;
}

// Whether there are topics that begin so.
static bool can_match (const char *prefix)
{
    static const char *const kinds[] = {"stock.",  "sale.",   "recall.", "oversell.",
                                        "member.", "socket.", "seats",   "clock"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t kind = strlen (kinds[i]), length = strlen (prefix);
        if (strncmp (prefix, kinds[i], length < kind ? length : kind) == 0) {
            return true;
        }
    }
    return false;
}

static void add_topic (const char *command, struct monitor_shell_config *config, const char *text)
{
    // A publisher drops the connection over a longer subscription.
    if (strlen (text) > TOPIC_BYTES - 2) {
        usage_error (command, "--topic: '%s' is longer than any topic, %d bytes", text,
                     TOPIC_BYTES - 2);
    }
    if (config->topic_count == TOPICS_MAX) {
        usage_error (command, "--topic: at most %d of them", TOPICS_MAX);
    }
    if (!can_match (text)) {
        fprintf (stderr,
                 "souk %s: --topic: nothing is published under '%s': topics begin with stock., "
                 "sale., recall., oversell., member. or socket., or are seats or clock\n",
                 command, text);
    }
    config->topics[config->topic_count++] = text;
}

static bool parse_color (const char *command, const char *text)
{
    const char *none = getenv ("NO_COLOR");  // no-color.org: set and not empty
    if (strcmp (text, "auto") == 0) {
        return isatty (STDOUT_FILENO) && !(none && none[0]);
    }
    if (strcmp (text, "always") != 0 && strcmp (text, "never") != 0) {
        usage_error (command, "--color: '%s' must be auto, always or never", text);
    }
    return strcmp (text, "always") == 0;
}

static void use_option (struct monitor_shell_config *config, int option, char **argv)
{
    switch (option) {
    case 'd':
        config->endpoints.run_dir = optarg;
        break;
    case 'p':
        add_endpoint (argv[0], &config->endpoints, optarg);
        break;
    case 't':
        add_topic (argv[0], config, optarg);
        break;
    case 'j':
        config->style.json = true;
        break;
    case 'c':
        config->style.color = parse_color (argv[0], optarg);
        break;
    case 'f':
        config->for_us = parse_duration_us (argv[0], "for", optarg, 1);
        break;
    case 'n':
        config->count = parse_integer (argv[0], "count", optarg, 1, LIMIT_INTEGER);
        break;
    default:
        option_error (argv[0], option, argv);
    }
}

static void check_source (const char *command, struct endpoints *endpoints)
{
    if (endpoints->run_dir && endpoints->count > 0) {
        usage_error (command, "--run-dir and --pub: one of them");
    }
    if (!endpoints->run_dir && endpoints->count == 0) {
        endpoints->run_dir = latest;
    }
}

// Whoever watches must not slow what he watches. Before there are any threads, which have the
// priority of the one that starts them; where the system refuses, it runs as any other.
static void step_back (void)
{
    const struct sched_param none = {0};
    (void) setpriority (PRIO_PROCESS, 0, LOWEST_PRIORITY);
    (void) sched_setscheduler (0, SCHED_IDLE, &none);
}

int souk_monitor (int argc, char **argv)
{
    static const char *topics[TOPICS_MAX];
    static struct monitor_shell_config config;
    config = (struct monitor_shell_config){.topics = topics, .output = STDOUT_FILENO};
    endpoints_init (&config.endpoints, NULL);
    config.style.color = parse_color (argv[0], "auto");
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs (help, stdout);
            endpoints_free (&config.endpoints);
            return EXIT_FINE;
        }
        use_option (&config, option, argv);
    }
    if (optind < argc) {
        usage_error (argv[0], "'%s' is no option", argv[optind]);
    }
    check_source (argv[0], &config.endpoints);
    step_back ();
    int status = node_run (monitor_shell, &config, false);
    endpoints_free (&config.endpoints);
    return status;
}
