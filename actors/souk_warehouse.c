#include <stdio.h>
#include <stdlib.h>

#include "actors/souk_commands.h"
#include "actors/souk_node.h"
#include "actors/souk_policy.h"
#include "actors/warehouse/warehouse_shell.h"

static const char help[] =
    "Runs the warehouse: the one that knows what is there and what was sold.\n"
    "\n"
    "  souk warehouse --store bazaar.db --rep tcp://127.0.0.1:5550 --pub tcp://127.0.0.1:5551\n"
    "  souk warehouse --topology run/topology.json\n"
    "\n"
    "  --store FILE              its database, made where it is missing (warehouse.db)\n"
    "  --rep ENDPOINT            where traders ask it (tcp://127.0.0.1:5550; port * for a free "
    "one)\n"
    "  --pub ENDPOINT            where it publishes stock, sales and oversells "
    "(tcp://127.0.0.1:5551)\n"
    "  --commission N            percent of each sale that its trader gets (20)\n"
    "  --answers N               answers kept for each client, for requests sent again "
    "(1024)\n" POLICY_OPTIONS_HELP
    "  --topology FILE           take all this from a topology; the options above go over it\n"
    "  --trace FILE              every message that comes or goes, for souk trace (none)\n"
    "  --log LEVEL               on stderr: quiet, events or messages (events)\n"
    "  --json                    reports as JSON, one object a line, on stdout\n"
    "  --help\n"
    "\n"
    "To break it on purpose:\n"
    "  --crash POINT@N           it kills itself at the N-th batch, at one of these points:\n"
    "                            before-commit: the batch is decided, and not stored\n"
    "                            after-commit: it is stored, and not answered\n"
    "\n"
    "SIGTERM ends it. Whatever it answered is on the disk.\n";

static const struct option options[] = {
    {"store", required_argument, NULL, 's'},
    {"rep", required_argument, NULL, 'r'},
    {"pub", required_argument, NULL, 'p'},
    {"commission", required_argument, NULL, 'c'},
    {"answers", required_argument, NULL, 'a'},
    POLICY_OPTIONS,
    {"topology", required_argument, NULL, 't'},
    {"log", required_argument, NULL, 'l'},
    {"trace", required_argument, NULL, 'T'},
    {"json", no_argument, NULL, 'j'},
    {"crash", required_argument, NULL, 'C'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static const char *store_path (const struct topology *topology)
{
    const char *store = topology->warehouse.store ? topology->warehouse.store : "warehouse.db";
    return store[0] == ':' ? store : topology_file (topology, store);
}

static void use_topology (struct warehouse_shell_config *config, const struct topology *topology)
{
    config->rep = topology->warehouse.rep;
    config->pub = topology->warehouse.pub;
    config->store = store_path (topology);
    config->trace = topology_trace (topology, WAREHOUSE_NODE);
    config->warehouse.elected = topology->peer_count > 0;
    if (topology->warehouse.commission_percent >= 0) {
        config->warehouse.commission_percent = topology->warehouse.commission_percent;
    }
    if (topology->warehouse.answers_kept >= 0) {
        config->warehouse.answers_kept = topology->warehouse.answers_kept;
    }
}

static void use_policies (struct warehouse_config *config, const struct policies *policies)
{
    config->policy = policies->rest;
    config->products = policies->products;
    config->product_count = policies->count;
}

static void use_option (struct warehouse_shell_config *config, struct policies *policies,
                        int option, char **argv)
{
    switch (option) {
    case 's':
        config->store = optarg;
        break;
    case 'r':
        config->rep = optarg;
        break;
    case 'p':
        config->pub = optarg;
        break;
    case 'c':
        config->warehouse.commission_percent =
            parse_integer (argv[0], "commission", optarg, 0, 100);
        break;
    case 'a':
        config->warehouse.answers_kept = parse_integer (argv[0], "answers", optarg, 1, 65536);
        break;
    case 'C':
        config->crash = parse_crash (argv[0], optarg, "before-commit", "after-commit");
        break;
    case 't':
        break;  // Read above.
    case 'T':
        config->trace = optarg;
        break;
    case 'l':
        config->log = parse_log (argv[0], optarg);
        break;
    case 'j':
        config->json = true;
        break;
    default:
        if (!policies_option (policies, argv[0], option, optarg)) {
            option_error (argv[0], option, argv);
        }
    }
}

int souk_warehouse (int argc, char **argv)
{
    struct warehouse_shell_config config = {
        .warehouse = warehouse_config_default (),
        .rep = "tcp://127.0.0.1:5550",
        .pub = "tcp://127.0.0.1:5551",
        .store = "warehouse.db",
        .log = LOG_EVENTS,
        .seed = process_seed (WAREHOUSE_NODE),
    };
    const struct topology *topology = find_topology (argc, argv, options);
    if (topology) {
        use_topology (&config, topology);
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
    use_policies (&config.warehouse, &policies);
    return node_run (warehouse_shell, &config, config.json);
}
