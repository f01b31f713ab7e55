// What `souk buyer` and `souk seller` share in their options: who the client is, which traders it
// knows, how it retries.
#ifndef SOUK_SOUK_CLIENT_H
#define SOUK_SOUK_CLIENT_H

#include "actors/clients/buyer.h"
#include "actors/clients/seller.h"
#include "actors/souk_options.h"

struct client_options {
    struct client_shell_config shell;
    struct client_config client;
    struct client_trader traders[LIMIT_TRADERS];
    int64_t trader_ids[LIMIT_TRADERS];
    const char *products[LIMIT_PRODUCTS];
    size_t product_count;
    uint64_t seed;
};

#define CLIENT_OPTIONS                                                                        \
    {"id", required_argument, NULL, 'i'}, {"trader", required_argument, NULL, 'T'},           \
        {"products", required_argument, NULL, 'P'}, {"choice", required_argument, NULL, 'C'}, \
        {"bound", no_argument, NULL, 'B'}, {"first-number", required_argument, NULL, 'N'},    \
        {"timeout", required_argument, NULL, 'U'}, {"give-up", required_argument, NULL, 'G'}, \
        {"seed", required_argument, NULL, 'S'}, {"topology", required_argument, NULL, 't'},   \
        {"log", required_argument, NULL, 'l'}, {"json", no_argument, NULL, 'j'},              \
        {"trace", required_argument, NULL, 'R'},                                              \
    {                                                                                         \
        "help", no_argument, NULL, 'h'                                                        \
    }

// The lines of --help on the options above.
extern const char client_options_help[];

// Defaults, then what the topology says of all clients.
void client_options_begin (struct client_options *self, const char *command,
                           const struct topology *topology, int64_t id);

// Takes one of the options above; a usage error for any other.
void client_options_take (struct client_options *self, int option, char **argv);

// Checks that all is there; what the cores need is filled in.
void client_options_end (struct client_options *self, const char *command, int argc, char **argv);

// Take what the topology says of this buyer, or this seller.
void buyer_use_topology (struct buyer_config *config, struct client_options *common,
                         const struct topology_buyer *buyer);
void seller_use_topology (struct seller_config *config, struct client_options *common,
                          const struct topology_seller *seller);

#endif
