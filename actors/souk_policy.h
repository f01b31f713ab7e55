// How products are sold, from a topology and from a command's options: what a mode comes with,
// over it what the file says, over that the options. One reading for the traders and the warehouse,
// who must mean the same.
#ifndef SOUK_SOUK_POLICY_H
#define SOUK_SOUK_POLICY_H

#include "actors/souk_options.h"
#include "broker/policy.h"

// Lines of --help on --mode and --product, for a command whose options are indented alike.
#define POLICY_OPTIONS_HELP                                                                      \
    "  --mode MODE[:KEY=VALUE]   how products are sold: sync, cached, batched or escrow, with\n" \
    "                            settings behind it, each as :KEY=VALUE (sync). The keys:\n"     \
    "                            flush        decisions written behind together (cached 1,\n"    \
    "                                         batched 5, escrow 128)\n"                          \
    "                            flush-time   how long one waits for the others (cached 0s,\n"   \
    "                                         batched 100ms, escrow 5ms)\n"                      \
    "                            expiry       batched: an older cache decides nothing (500ms)\n" \
    "                            budget       escrow: units that may be oversold, or a\n"        \
    "                                         percentage of what was stocked: 10, 5% (0)\n"      \
    "  --product NAME=MODE       how this one is sold, in the same words; once for each, such "  \
    "as\n"                                                                                       \
    "                            salt=escrow:budget=10 or boar=batched:flush=5:flush-time=100ms\n"

#define POLICY_OPTIONS                          \
    {"mode", required_argument, NULL, 'm'},     \
    {                                           \
        "product", required_argument, NULL, 'P' \
    }

struct policies {
    const struct topology *topology;  // NULL: none
    struct policy rest;               // of products not listed below
    struct product_policy products[LIMIT_PRODUCTS];
    bool from_option[LIMIT_PRODUCTS];
    size_t count;
};

// Takes what the topology says, NULL: sync for all. A usage error, with the path to it, where it
// gives a setting to a mode that has none such. Names are borrowed from the topology.
void policies_begin (struct policies *self, const char *command, const struct topology *topology);

// Takes the value of an option of POLICY_OPTIONS, as below. Returns false for any other option.
bool policies_option (struct policies *self, const char *command, int option, char *value);

// Takes the value of --mode: of all products but those of --product, whatever the topology says.
void policies_mode (struct policies *self, const char *command, const char *text);

// Takes the value of --product, which is cut in place and whose name is borrowed.
void policies_product (struct policies *self, const char *command, char *text);

// Reads "MODE[:KEY=VALUE]...", as in "batched:flush=5:flush-time=100ms", the value of the option,
// or of what is called so; a bad one is a usage error.
struct policy parse_policy (const char *command, const char *option, const char *text);

#endif
