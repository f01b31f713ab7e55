// souk verify: proves a store.
#include <stdio.h>
#include <string.h>

#include "actors/souk_commands.h"
#include "actors/souk_policy.h"
#include "actors/store/verify.h"

static const char help[] =
    "Proves from a store that a market was kept: per product all that came is unsold or sold,\n"
    "what is leased is unsold, every order has one outcome, the money adds up. Names the first\n"
    "record that breaks a rule, and tells what is stranded with traders that have not left.\n"
    "\n"
    "  souk verify warehouse.db\n"
    "  souk verify warehouse.db --budget fish=10 --budget salt=5%\n"
    "  souk verify warehouse.db --json | python3 -m json.tool\n"
    "\n"
    "  --budget PRODUCT=N  units that may be oversold of it, with those leased beyond its stock;\n"
    "                      N% is of all that ever came; a product may have both, which add up\n"
    "  --topology FILE     takes the budgets of a run's topology; --budget goes over them\n"
    "  --json              one JSON object on stdout\n"
    "  --help\n"
    "\n"
    "It only reads, and may run while the market does. Exit status: 0 conserved, 1 not.\n";

static const struct option options[] = {
    {"budget", required_argument, NULL, 'b'},
    {"topology", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct verify_command {
    struct verify_budget list[LIMIT_PRODUCTS];
    bool from_option[LIMIT_PRODUCTS];
    size_t count;
    struct verify_budget rest;  // of a topology: of the products that it does not name
    bool json;
};

// What is sold in sync is never oversold, and in escrow within its budget. From a cache it is
// oversold as it comes.
static struct verify_budget budget_in (const char *product, const struct policy *policy)
{
    bool bounded = policy->mode == MODE_ESCROW || policy->mode == MODE_SYNC;
    return (struct verify_budget){
        .product = product,
        .units = bounded ? policy->budget_units : LIMIT_INTEGER,
        .percent = bounded ? policy->budget_percent : 0,
    };
}

static void use_topology (struct verify_command *self, const char *command,
                          const struct topology *topology)
{
    static struct policies policies;
    policies_begin (&policies, command, topology);
    self->rest = budget_in (NULL, &policies.rest);
    for (size_t i = 0; i < policies.count; i++) {
        self->list[self->count++] =
            budget_in (policies.products[i].product, &policies.products[i].policy);
    }
}

// The product's entry, emptied of what a topology says of it; a new one where it has none.
static struct verify_budget *budget_of (struct verify_command *self, const char *command,
                                        const char *product)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp (self->list[i].product, product) == 0) {
            if (!self->from_option[i]) {
                self->list[i] = (struct verify_budget){.product = product};
            }
            self->from_option[i] = true;
            return &self->list[i];
        }
    }
    if (self->count == LIMIT_PRODUCTS) {
        usage_error (command, "--budget: a market has at most %d products", LIMIT_PRODUCTS);
    }
    self->from_option[self->count] = true;
    self->list[self->count] = (struct verify_budget){.product = product};
    return &self->list[self->count++];
}

// `text` is argv's own, and is cut at the '='.
static void add_budget (struct verify_command *self, const char *command, char *text)
{
    char *equals = strchr (text, '=');
    if (!equals || equals[1] == 0) {
        usage_error (command, "--budget: '%s' is no budget: fish=10, or fish=5%%", text);
    }
    *equals = 0;
    if (!product_name_valid (text)) {
        usage_error (command, "--budget: '%s' is no product: 1 to %d of a-z, 0-9, _ and -", text,
                     LIMIT_PRODUCT_NAME);
    }
    struct verify_budget *budget = budget_of (self, command, text);
    char *number = equals + 1;
    size_t length = strlen (number);
    if (number[length - 1] == '%') {
        number[length - 1] = 0;
        budget->percent = parse_integer (command, "budget", number, 0, 100);
    } else {
        budget->units = parse_integer (command, "budget", number, 0, LIMIT_QUANTITY);
    }
}

int souk_verify (int argc, char **argv)
{
    static struct verify_command self;
    const struct topology *topology = find_topology (argc, argv, options);
    if (topology) {
        use_topology (&self, argv[0], topology);
    }
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 'b':
            add_budget (&self, argv[0], optarg);
            break;
        case 't':
            break;  // Read before all others.
        case 'j':
            self.json = true;
            break;
        case 'h':
            fputs (help, stdout);
            return EXIT_FINE;
        default:
            option_error (argv[0], option, argv);
        }
    }
    if (optind + 1 != argc) {
        usage_error (argv[0], "wants one store: souk verify warehouse.db");
    }
    const struct verify_budgets budgets = {self.list, self.count, topology ? &self.rest : NULL};
    return verify_run (argv[optind], &budgets, self.json, stdout);
}
