#include <stdio.h>
#include <stdlib.h>

#include "actors/souk_commands.h"
#include "actors/souk_node.h"
#include "actors/souk_policy.h"
#include "broker/trader/trader_shell.h"

static const char help[] =
    "Runs a trader: takes orders and restocks, decides or asks the warehouse, answers.\n"
    "\n"
    "  souk trader --id 1 --router tcp://127.0.0.1:5560 --pub tcp://127.0.0.1:5561\n"
    "  souk trader --id 1 --topology run/topology.json\n"
    "\n"
    "  --id N                    its node id, 1 to 65535\n"
    "  --router ENDPOINT         where clients reach it (tcp://127.0.0.1:5560; port * for a free "
    "one)\n"
    "  --pub ENDPOINT            where it publishes oversells (tcp://127.0.0.1:5561)\n"
    "  --advertise ENDPOINT      where other traders reach it (its --router, as it is bound)\n"
    "  --journal FILE            what it decides, for when it dies (trader-<id>.journal)\n"
    "  --warehouse ENDPOINT      the warehouse's --rep (tcp://127.0.0.1:5550)\n"
    "  --warehouse-pub ENDPOINT  and its --pub (tcp://127.0.0.1:5551)\n" POLICY_OPTIONS_HELP
    "  --order-by ORDER          which request goes first: arrival, lamport or vector (arrival)\n"
    "  --invalidation on|off     whether caches hear of the warehouse's changes (on)\n"
    "  --queue N                 requests held at once; beyond: busy (8192)\n"
    "  --batch N                 requests of one commit, at most (512)\n"
    "  --in-flight N             commits under way at once, at most (2)\n"
    "  --topology FILE           take all this from a topology; the options above go over it\n"
    "  --trace FILE              every message that comes or goes, for souk trace (none)\n"
    "  --log LEVEL               on stderr: quiet, events or messages (events)\n"
    "  --json                    reports as JSON, one object a line, on stdout\n"
    "  --help\n"
    "\n"
    "When its journal is lost:\n"
    "  --abandon                 joins without it: gives up what it had decided and the warehouse\n"
    "                            does not have (buyers may have been told of it), and the units\n"
    "                            that were leased to it. Without this it waits, in case the\n"
    "                            journal comes back. Nothing is given up where it is there\n"
    "\n"
    "To break it on purpose:\n"
    "  --crash POINT@N           it kills itself at the N-th buy, at one of these points:\n"
    "                            before-processing: the buy has come, nothing is done about it\n"
    "                            after-processing: all is done but its first answer\n"
    "\n"
    "SIGTERM ends it when what it has taken is answered, or after three seconds; what is not\n"
    "answered then can be asked again.\n";

static const struct option options[] = {
    {"id", required_argument, NULL, 'i'},
    {"router", required_argument, NULL, 'r'},
    {"pub", required_argument, NULL, 'p'},
    {"advertise", required_argument, NULL, 'a'},
    {"journal", required_argument, NULL, 'J'},
    {"crash", required_argument, NULL, 'c'},
    {"warehouse", required_argument, NULL, 'w'},
    {"warehouse-pub", required_argument, NULL, 'W'},
    POLICY_OPTIONS,
    {"abandon", no_argument, NULL, 'A'},
    {"order-by", required_argument, NULL, 'o'},
    {"invalidation", required_argument, NULL, 'v'},
    {"queue", required_argument, NULL, 'q'},
    {"batch", required_argument, NULL, 'b'},
    {"in-flight", required_argument, NULL, 'f'},
    {"topology", required_argument, NULL, 't'},
    {"log", required_argument, NULL, 'l'},
    {"trace", required_argument, NULL, 'T'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

// Its journal, where nothing else is said.
static const char *default_journal (int64_t id)
{
    static char path[64];
    snprintf (path, sizeof path, "trader-%lld.journal", (long long) id);
    return path;
}

// The words of a topology were checked when it was read.
static void use_topology (struct trader_shell_config *config, const struct topology *topology,
                          int64_t id)
{
    const struct topology_trader *trader = topology_trader_of ("trader", topology, id);
    config->router = trader->router;
    config->pub = trader->pub;
    config->warehouse = topology->warehouse.rep;
    config->warehouse_pub = topology->warehouse.pub;
    config->trace = topology_trace (topology, id);
    if (trader->journal) {
        config->journal = topology_file (topology, trader->journal);
    }
    if (topology->ping_every_us > 0) {
        config->trader.ping_every_us = topology->ping_every_us;
    }
    config->trader.invalidation = topology->invalidation;
    if (topology->order_by) {
        (void) queue_order_parse (topology->order_by, &config->trader.order_by);
    }
    if (trader->queue_max > 0) {
        config->trader.queue_max = trader->queue_max;
    }
    if (trader->batch_max > 0) {
        config->trader.batch_max = trader->batch_max;
    }
    if (trader->in_flight_max > 0) {
        config->trader.in_flight_max = trader->in_flight_max;
    }
}

// What of it others are shown.
static bool use_telling_option (struct trader_shell_config *config, int option, char **argv)
{
    switch (option) {
    case 'T':
        config->trace = optarg;
        return true;
    case 'l':
        config->log = parse_log (argv[0], optarg);
        return true;
    case 'j':
        config->json = true;
        return true;
    default:
        return false;
    }
}

static void use_option (struct trader_shell_config *config, struct policies *policies, int option,
                        char **argv)
{
    struct trader_config *trader = &config->trader;
    switch (option) {
    case 'r':
        config->router = optarg;
        break;
    case 'p':
        config->pub = optarg;
        break;
    case 'a':
        config->advertise = parse_endpoint (argv[0], "advertise", optarg);
        break;
    case 'J':
        config->journal = optarg;
        break;
    case 'c':
        config->crash = parse_crash (argv[0], optarg, "before-processing", "after-processing");
        break;
    case 'w':
        config->warehouse = optarg;
        break;
    case 'W':
        config->warehouse_pub = optarg;
        break;
    case 'A':
        trader->abandon = true;
        break;
    case 'o':
        if (!queue_order_parse (optarg, &trader->order_by)) {
            usage_error (argv[0], "--order-by: '%s' must be arrival, lamport or vector", optarg);
        }
        break;
    case 'v':
        trader->invalidation = parse_on_off (argv[0], "invalidation", optarg);
        break;
    case 'q':
        trader->queue_max = parse_integer (argv[0], "queue", optarg, 1, LIMIT_QUEUE);
        break;
    case 'b':
        trader->batch_max = parse_integer (argv[0], "batch", optarg, 1, LIMIT_BATCH);
        break;
    case 'f':
        trader->in_flight_max = parse_integer (argv[0], "in-flight", optarg, 1, 16);
        break;
    case 'i':
    case 't':
        break;  // Read before the others.
    default:
        if (!use_telling_option (config, option, argv)
            && !policies_option (policies, argv[0], option, optarg)) {
            option_error (argv[0], option, argv);
        }
    }
}

int souk_trader (int argc, char **argv)
{
    struct trader_shell_config config = {
        .trader = trader_config_default (),
        .router = "tcp://127.0.0.1:5560",
        .pub = "tcp://127.0.0.1:5561",
        .warehouse = "tcp://127.0.0.1:5550",
        .warehouse_pub = "tcp://127.0.0.1:5551",
        .log = LOG_EVENTS,
    };
    const struct topology *topology = find_topology (argc, argv, options);
    int64_t id = find_id (argc, argv, options);
    if (topology && id) {
        use_topology (&config, topology, id);
    }
    static struct policies policies;
    policies_begin (&policies, argv[0], topology);
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs (help, stdout);
            return EXIT_FINE;
        }
        use_option (&config, &policies, option, argv);
    }
    if (optind < argc) {
        usage_error (argv[0], "'%s' is no option", argv[optind]);
    }
    if (!id) {
        usage_error (argv[0], "--id is missing: traders are numbered from 1");
    }
    if (!config.journal) {
        config.journal = default_journal (id);
    }
    config.trader.id = id;
    config.trader.policy = policies.rest;
    config.trader.products = policies.products;
    config.trader.product_count = policies.count;
    config.seed = process_seed (id);  // Its nonce: the warehouse tells it from the one before it.
    if (config.trader.abandon) {
        fputs ("souk: --abandon: where its journal is gone, what this trader had decided and the "
               "warehouse does not have is given up, with the units that were leased to it\n",
               stderr);
    }
    return node_run (trader_shell, &config, config.json);
}
