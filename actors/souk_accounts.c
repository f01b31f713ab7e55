// souk accounts: who stands where, and what was moved.
#include <stdio.h>
#include <string.h>

#include "actors/souk_commands.h"
#include "actors/souk_options.h"
#include "actors/store/accounts.h"

static const char help[] =
    "Tells from a store what each node has spent, earned and got in commissions, and what its\n"
    "account stands at. All accounts sum to zero: what one gets another one has paid.\n"
    "\n"
    "  souk accounts runs/latest/warehouse.db\n"
    "  souk accounts warehouse.db --sales     each sale: 15.00 = 12.00 to the seller + 3.00 to "
    "the\n"
    "                                         trader\n"
    "  souk accounts --topology runs/latest/topology.json --json\n"
    "\n"
    "  --sales           each sale in its order, with what they all come to so far; a line for "
    "each\n"
    "                    seller that an order was filled by\n"
    "  --topology FILE   tells the nodes of a run's topology that have done nothing, too; and "
    "finds\n"
    "                    the store there where none is named\n"
    "  --json            one JSON object a line; without --sales the last one is of all accounts\n"
    "  --help\n"
    "\n"
    "It only reads, and may run while the market does.\n";

static const struct option options[] = {
    {"sales", no_argument, NULL, 's'},
    {"topology", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void know (struct accounts *known, int64_t node, enum account_role role)
{
    known->nodes[node].roles |= role;
}

static void know_topology (struct accounts *known, const struct topology *topology)
{
    for (size_t i = 0; i < topology->buyer_count; i++) {
        know (known, topology->buyers[i].id, ACCOUNT_BUYER);
    }
    for (size_t i = 0; i < topology->seller_count; i++) {
        know (known, topology->sellers[i].id, ACCOUNT_SELLER);
    }
    for (size_t i = 0; i < topology->trader_count; i++) {
        know (known, topology->traders[i].id, ACCOUNT_TRADER);
    }
    for (size_t i = 0; i < topology->peer_count; i++) {
        know (known, topology->peers[i].id,
              topology->peers[i].seller ? ACCOUNT_SELLER : ACCOUNT_BUYER);
    }
}

int souk_accounts (int argc, char **argv)
{
    static struct accounts known;
    struct accounts_wanted wanted = {0};
    const struct topology *topology = find_topology (argc, argv, options);
    if (topology) {
        know_topology (&known, topology);
        wanted.known = &known;
    }
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 's':
            wanted.sales = true;
            break;
        case 't':
            break;  // Read before all others.
        case 'j':
            wanted.json = true;
            break;
        case 'h':
            fputs (help, stdout);
            return EXIT_FINE;
        default:
            option_error (argv[0], option, argv);
        }
    }
    const char *store = optind < argc ? argv[optind]
                        : topology    ? topology_file (topology, topology->warehouse.store)
                                      : NULL;
    if (!store || optind + 1 < argc) {
        usage_error (argv[0], "wants one store: souk accounts warehouse.db");
    }
    return accounts_run (store, &wanted, stdout);
}
