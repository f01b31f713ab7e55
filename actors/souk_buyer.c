#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/buyer.h"
#include "actors/souk_client.h"
#include "actors/souk_commands.h"
#include "actors/souk_node.h"

static const char help[] =
    "Runs a buyer: orders, thinks, orders again, and keeps its own book.\n"
    "\n"
    "  souk buyer --id 5 --product salt --quantity 1-5 --orders 10\n"
    "  souk buyer --id 5 --topology run/topology.json\n"
    "\n"
    "  --id N                    its node id, 1 to 65535, no other node's\n"
    "  --product NAME|random     what it buys (random: another one each time)\n"
    "  --quantity N|A-B          units of an order (1)\n"
    "  --all-or-nothing          no partial fills\n"
    "  --on-refusal HOW          refused: keep asking, or switch to another product (keep)\n"
    "  --think-time TIME         between an answer and the next order (0.5s)\n"
    "  --orders N                how many; 0: until it is stopped (0)\n"
    "  --window N                orders that wait for an answer at once (1)\n"
    "  --book FILE               its book as CSV: a line for each order with its final answer;\n"
    "                            FILE must not be there yet\n";

static const struct option options[] = {
    CLIENT_OPTIONS,
    {"product", required_argument, NULL, 'p'},
    {"quantity", required_argument, NULL, 'q'},
    {"all-or-nothing", no_argument, NULL, 'a'},
    {"on-refusal", required_argument, NULL, 'r'},
    {"think-time", required_argument, NULL, 'k'},
    {"orders", required_argument, NULL, 'o'},
    {"window", required_argument, NULL, 'w'},
    {"book", required_argument, NULL, 'b'},
    {0},
};

void buyer_use_topology (struct buyer_config *config, struct client_options *common,
                         const struct topology_buyer *buyer)
{
    bool fixed = buyer->product && strcmp (buyer->product, "random") != 0;
    config->product = fixed ? buyer->product : NULL;
    config->switch_on_refusal = buyer->on_refusal && strcmp (buyer->on_refusal, "switch") == 0;
    config->all_or_nothing = buyer->all_or_nothing;
    if (buyer->quantity_min > 0) {
        config->quantity_min = config->quantity_max = buyer->quantity_min;
    }
    if (buyer->quantity_max > 0) {
        config->quantity_max = buyer->quantity_max;
    }
    if (buyer->think_time_us >= 0) {
        config->think_time_us = buyer->think_time_us;
    }
    if (buyer->orders >= 0) {
        config->orders = buyer->orders;
    }
    if (buyer->window > 0) {
        config->window = buyer->window;
    }
    if (buyer->first_number > 0) {
        common->client.first_number = buyer->first_number;
    }
}

static bool use_option (struct buyer_config *config, int option, const char *command)
{
    switch (option) {
    case 'p':
        config->product = parse_product (command, "product", optarg);
        return true;
    case 'q':
        parse_range (command, "quantity", optarg, LIMIT_QUANTITY, &config->quantity_min,
                     &config->quantity_max);
        return true;
    case 'a':
        config->all_or_nothing = true;
        return true;
    case 'r':
        if (strcmp (optarg, "keep") != 0 && strcmp (optarg, "switch") != 0) {
            usage_error (command, "--on-refusal: '%s' must be keep or switch", optarg);
        }
        config->switch_on_refusal = strcmp (optarg, "switch") == 0;
        return true;
    case 'k':
        config->think_time_us = parse_duration_us (command, "think-time", optarg, 0);
        return true;
    case 'o':
        config->orders = parse_integer (command, "orders", optarg, 0, LIMIT_INTEGER);
        return true;
    case 'w':
        config->window = parse_integer (command, "window", optarg, 1, 1024);
        return true;
    default:
        return false;
    }
}

int souk_buyer (int argc, char **argv)
{
    static struct client_options common;
    struct buyer_config config = buyer_config_default ();
    const struct topology *topology = find_topology (argc, argv, options);
    config.think_time_us = 500000;
    client_options_begin (&common, argv[0], topology, find_id (argc, argv, options));
    if (topology && common.client.id) {
        buyer_use_topology (&config, &common,
                            topology_buyer_of (argv[0], topology, common.client.id));
    }
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            printf ("%s%s", help, client_options_help);
            return EXIT_FINE;
        }
        if (option == 'b') {
            common.shell.book = optarg;
        } else if (!use_option (&config, option, argv[0])) {
            client_options_take (&common, option, argv);
        }
    }
    client_options_end (&common, argv[0], argc, argv);
    config.client = common.client;
    config.products = common.products;
    config.product_count = common.product_count;
    buyer_t *buyer = buyer_new (&config, common.seed);
    common.shell.class = &buyer_class;
    common.shell.core = buyer;
    int status = node_run (client_shell, &common.shell, common.shell.json);
    buyer_destroy (&buyer);
    return status;
}
