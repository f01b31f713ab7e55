#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/seller.h"
#include "actors/souk_client.h"
#include "actors/souk_commands.h"
#include "actors/souk_node.h"

static const char help[] =
    "Runs a seller: brings goods, at intervals or when it is sold out.\n"
    "\n"
    "  souk seller --id 9 --product salt --quantity 5 --every 5s --price 10.00\n"
    "  souk seller --id 9 --topology run/topology.json\n"
    "\n"
    "  --id N                    its node id, 1 to 65535, no other node's\n"
    "  --product NAME|random     what it brings first (random)\n"
    "  --quantity N|A-B          units of a restock, drawn evenly (5)\n"
    "  --every TIME              between restocks (5s)\n"
    "  --when every|sold-out     each interval, or when all is sold (every)\n"
    "  --what same|each|random   the same product, each that it has sold of, or a random one\n"
    "                            (same)\n"
    "  --price P|A-B             of a unit, drawn evenly (1.00)\n"
    "  --restocks N              how many; 0: until it is stopped (0)\n";

static const struct option options[] = {
    CLIENT_OPTIONS,
    {"product", required_argument, NULL, 'p'},
    {"quantity", required_argument, NULL, 'q'},
    {"every", required_argument, NULL, 'e'},
    {"when", required_argument, NULL, 'w'},
    {"what", required_argument, NULL, 'a'},
    {"price", required_argument, NULL, 'c'},
    {"restocks", required_argument, NULL, 'o'},
    {0},
};

static bool parse_when (const char *text, enum restock_when *when)
{
    *when = strcmp (text, "every") == 0 ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
    return *when == RESTOCK_EVERY || strcmp (text, "sold-out") == 0;
}

static bool parse_what (const char *text, enum restock_what *what)
{
    *what = strcmp (text, "same") == 0   ? RESTOCK_SAME
            : strcmp (text, "each") == 0 ? RESTOCK_EACH
                                         : RESTOCK_RANDOM;
    return *what != RESTOCK_RANDOM || strcmp (text, "random") == 0;
}

static void parse_prices (const char *command, char *text, struct seller_config *config)
{
    char *dash = strchr (text, '-');
    if (dash) {
        *dash++ = 0;
    }
    config->price_cents_min = parse_price_cents (command, "price", text);
    config->price_cents_max =
        dash ? parse_price_cents (command, "price", dash) : config->price_cents_min;
    if (config->price_cents_min > config->price_cents_max) {
        usage_error (command, "--price: %s is more than %s", text, dash);
    }
}

void seller_use_topology (struct seller_config *config, struct client_options *common,
                          const struct topology_seller *seller)
{
    bool fixed = seller->product && strcmp (seller->product, "random") != 0;
    config->product = fixed ? seller->product : NULL;
    if (seller->restock_when) {
        (void) parse_when (seller->restock_when, &config->when);
    }
    if (seller->restock_what) {
        (void) parse_what (seller->restock_what, &config->what);
    }
    if (seller->quantity_min > 0) {
        config->quantity_min = config->quantity_max = seller->quantity_min;
    }
    if (seller->quantity_max > 0) {
        config->quantity_max = seller->quantity_max;
    }
    if (seller->price_cents_min > 0) {
        config->price_cents_min = config->price_cents_max = seller->price_cents_min;
    }
    if (seller->price_cents_max > 0) {
        config->price_cents_max = seller->price_cents_max;
    }
    if (seller->every_us > 0) {
        config->every_us = seller->every_us;
    }
    if (seller->restocks >= 0) {
        config->restocks = seller->restocks;
    }
    if (seller->first_number > 0) {
        common->client.first_number = seller->first_number;
    }
}

static bool use_option (struct seller_config *config, int option, const char *command)
{
    switch (option) {
    case 'p':
        config->product = parse_product (command, "product", optarg);
        return true;
    case 'q':
        parse_range (command, "quantity", optarg, LIMIT_QUANTITY, &config->quantity_min,
                     &config->quantity_max);
        return true;
    case 'e':
        config->every_us = parse_duration_us (command, "every", optarg, 1);
        return true;
    case 'w':
        if (!parse_when (optarg, &config->when)) {
            usage_error (command, "--when: '%s' must be every or sold-out", optarg);
        }
        return true;
    case 'a':
        if (!parse_what (optarg, &config->what)) {
            usage_error (command, "--what: '%s' must be same, each or random", optarg);
        }
        return true;
    case 'c':
        parse_prices (command, optarg, config);
        return true;
    case 'o':
        config->restocks = parse_integer (command, "restocks", optarg, 0, LIMIT_INTEGER);
        return true;
    default:
        return false;
    }
}

int souk_seller (int argc, char **argv)
{
    static struct client_options common;
    struct seller_config config = seller_config_default ();
    const struct topology *topology = find_topology (argc, argv, options);
    client_options_begin (&common, argv[0], topology, find_id (argc, argv, options));
    if (topology && common.client.id) {
        seller_use_topology (&config, &common,
                             topology_seller_of (argv[0], topology, common.client.id));
    }
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            printf ("%s%s", help, client_options_help);
            return EXIT_FINE;
        }
        if (!use_option (&config, option, argv[0])) {
            client_options_take (&common, option, argv);
        }
    }
    client_options_end (&common, argv[0], argc, argv);
    config.client = common.client;
    config.products = common.products;
    config.product_count = common.product_count;
    seller_t *seller = seller_new (&config, common.seed);
    common.shell.class = &seller_class;
    common.shell.core = seller;
    int status = node_run (client_shell, &common.shell, common.shell.json);
    seller_destroy (&seller);
    return status;
}
