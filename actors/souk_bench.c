#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/bench/bench.h"
#include "actors/souk_commands.h"
#include "actors/souk_options.h"
#include "actors/souk_policy.h"
#include "broker/shells/wire_shell.h"
#include "broker/trader/trader.h"

static const char help[] =
    "Measures a market of real processes, and a bare ZeroMQ echo beside it.\n"
    "\n"
    "  souk bench --clients 50 --window 16\n"
    "  souk bench --clients 50 --rate 10000 --json\n"
    "  souk bench --mode escrow --traders 4 --market nearly-sold-out\n"
    "\n"
    "  --mode MODE[:KEY=VALUE...]\n"
    "                    how the product is sold: sync, cached, batched or escrow, and with which\n"
    "                    settings, as souk trader has them (sync)\n"
    "  --market NAME     plenty: nobody is refused; nearly-sold-out: small lots come while orders\n"
    "                    do, so that there is always less than half of what is outstanding; many\n"
    "                    are refused, and in the end everything is sold (plenty)\n"
    "  --traders N       each a process, with as many of the clients (1); in all modes but sync\n"
    "                    several back each other up\n"
    "  --backup          one more trader, which no client knows: the single one's backup\n"
    "  --kill-trader ID  kills that one when orders are under way; measured is what flows when "
    "its\n"
    "                    clients have turned to the others\n"
    "  --clients N       connections (50)\n"
    "  --window N        orders that each has outstanding (1)\n"
    "  --orders N        measured (8000 for each that is outstanding, at most 400000)\n"
    "  --rate N          orders a second, however fast they are answered; latency then counts\n"
    "                    from when an order was due\n"
    "  --batch N         orders of one commit, at most (512)\n"
    "  --in-flight N     commits under way at once, at most (2)\n"
    "  --transport NAME  tcp (on loopback) or ipc (tcp)\n"
    "  --dir DIR         where its store is made, and removed again; on a disk (/var/tmp)\n"
    "  --monitor         measure as many orders again while souk monitor watches, in turns\n"
    "  --json            one JSON object on stdout\n"
    "  --help\n"
    "\n"
    "The echo has as many clients and as much outstanding, and its messages are as long: `ratio`\n"
    "is what the market keeps of its rate (of promises, where a cache makes them). In escrow the\n"
    "first answer to a sale is its receipt, and final. In the end the store is verified. Traders "
    "that\n"
    "decide keep a journal in its folder, and where there are several, or --backup is given, "
    "nothing\n"
    "is measured before each has its backup: then a promise is told when both have it on the "
    "disk.\n"
    "`requests` and the units are of the whole run, with its warm-up. Exit status: 0 when it is\n"
    "conserved, 1 when it is not or something failed, 2 when it was called wrongly. Killed, it "
    "leaves\n"
    "its folder in DIR, and no process.\n";

static const struct option options[] = {
    {"mode", required_argument, NULL, 'm'},
    {"market", required_argument, NULL, 'K'},
    {"traders", required_argument, NULL, 't'},
    {"backup", no_argument, NULL, 'B'},
    {"kill-trader", required_argument, NULL, 'k'},
    {"clients", required_argument, NULL, 'c'},
    {"window", required_argument, NULL, 'w'},
    {"orders", required_argument, NULL, 'n'},
    {"rate", required_argument, NULL, 'r'},
    {"batch", required_argument, NULL, 'b'},
    {"in-flight", required_argument, NULL, 'f'},
    {"transport", required_argument, NULL, 'T'},
    {"dir", required_argument, NULL, 'd'},
    {"monitor", no_argument, NULL, 'M'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

enum { ORDERS_EACH = 8000, ORDERS_DEFAULT_MAX = 400000, RATE_MAX = 10000000, MODE_BYTES_MAX = 127 };

static const char *own_program (void)
{
    static char path[4096];
    ssize_t length = readlink ("/proc/self/exe", path, sizeof path - 1);
    return length > 0 ? path : "/proc/self/exe";
}

// What stands behind the mode is for the traders and the warehouse to read.
static void take_mode (struct bench_config *config, const char *command, const char *text)
{
    if (strlen (text) > MODE_BYTES_MAX) {
        usage_error (command, "--mode: at most %d bytes", MODE_BYTES_MAX);
    }
    config->kind = parse_policy (command, "mode", text).mode;
    config->mode = text;
}

// Whether the market is nearly sold out.
static bool parse_market (const char *command, const char *text)
{
    bool scarce = strcmp (text, "nearly-sold-out") == 0;
    if (!scarce && strcmp (text, "plenty") != 0) {
        usage_error (command, "--market: '%s' is none; write plenty or nearly-sold-out", text);
    }
    return scarce;
}

static const char *parse_transport (const char *command, const char *text)
{
    if (strcmp (text, "tcp") != 0 && strcmp (text, "ipc") != 0) {
        usage_error (command, "--transport: '%s' is none; write tcp or ipc", text);
    }
    return text;
}

static void take_option (struct bench_config *config, const char *command, int option)
{
    switch (option) {
    case 'm':
        take_mode (config, command, optarg);
        break;
    case 'K':
        config->scarce = parse_market (command, optarg);
        break;
    case 't':
        config->traders = parse_integer (command, "traders", optarg, 1, BENCH_TRADERS_MAX);
        break;
    case 'k':
        config->kill_trader = parse_integer (command, "kill-trader", optarg, 1, BENCH_TRADERS_MAX);
        break;
    case 'c':
        config->clients = parse_integer (command, "clients", optarg, 1, BENCH_CLIENTS_MAX);
        break;
    case 'w':
        config->window = parse_integer (command, "window", optarg, 1, BENCH_WINDOW_MAX);
        break;
    case 'n':
        config->orders = parse_integer (command, "orders", optarg, 1, BENCH_ORDERS_MAX);
        break;
    case 'r':
        config->rate = parse_integer (command, "rate", optarg, 1, RATE_MAX);
        break;
    case 'b':
        config->batch = parse_integer (command, "batch", optarg, 1, LIMIT_BATCH);
        break;
    case 'f':
        config->in_flight = parse_integer (command, "in-flight", optarg, 1, 16);
        break;
    case 'T':
        config->transport = parse_transport (command, optarg);
        break;
    default:
        if (!*optarg) {
            usage_error (command, "--dir: wants a folder");
        }
        config->folder = optarg;
        break;
    }
}

// What is wrong only with other options.
static void check_together (const struct bench_config *config, const char *command)
{
    if (config->orders > 0 && config->orders < config->clients * config->window) {
        usage_error (command, "--orders: %lld are fewer than the %lld outstanding",
                     (long long) config->orders, (long long) (config->clients * config->window));
    }
    if (config->kill_trader > config->traders) {
        usage_error (command, "--kill-trader: there is no trader %lld of %lld",
                     (long long) config->kill_trader, (long long) config->traders);
    }
    if (config->kill_trader > 0 && config->traders < 2) {
        usage_error (command, "--kill-trader: its clients need another one; write --traders 2");
    }
    if (config->kill_trader > 0 && config->scarce) {
        usage_error (command,
                     "--kill-trader: not with --market nearly-sold-out: what a dead trader "
                     "sold is not told to the load, which must know what is left");
    }
}

// Ends the program where the options ask for that.
static bool read_options (int argc, char **argv, struct bench_config *config, bool *json)
{
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 'j':
            *json = true;
            break;
        case 'M':
            config->monitor = true;
            break;
        case 'B':
            config->backup = true;
            break;
        case 'h':
            fputs (help, stdout);
            return false;
        case '?':
        case ':':
            option_error (argv[0], option, argv);
        default:
            take_option (config, argv[0], option);
        }
    }
    if (optind < argc) {
        usage_error (argv[0], "'%s' is no option", argv[optind]);
    }
    check_together (config, argv[0]);
    if (config->orders == 0) {
        int64_t orders = config->clients * config->window * ORDERS_EACH;
        config->orders = orders < ORDERS_DEFAULT_MAX ? orders : ORDERS_DEFAULT_MAX;
    }
    return true;
}

int souk_bench (int argc, char **argv)
{
    static struct bench_result result;
    struct bench_config config = bench_config_default ();
    char error[BENCH_ERROR];
    bool json = false;
    if (!read_options (argc, argv, &config, &json)) {
        return EXIT_FINE;
    }
    config.program = own_program ();
    config.progress = !json && isatty (STDERR_FILENO);
    bool fine = bench_run (&config, &result, error);
    if (config.progress) {
        fputs ("\r\033[K", stderr);
    }
    if (!fine) {
        fprintf (stderr, "souk bench: %s\n", error);
        return EXIT_FAILED;
    }
    (json ? bench_print_json : bench_print_text) (&config, &result, stdout);
    return result.books.conserved ? EXIT_FINE : EXIT_FAILED;
}
