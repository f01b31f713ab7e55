// souk verify: proves a store.
#include <stdio.h>
#include <string.h>

#include "actors/souk_commands.h"
#include "actors/souk_options.h"
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
    "  --json              one JSON object on stdout\n"
    "  --help\n"
    "\n"
    "It only reads, and may run while the market does. Exit status: 0 conserved, 1 not.\n";

static const struct option options[] = {
    {"budget", required_argument, NULL, 'b'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct verify_command {
    struct verify_budget list[LIMIT_PRODUCTS];
    size_t count;
    bool json;
};

// The product's entry, a new one where it has none.
static struct verify_budget *budget_of (struct verify_command *self, const char *command,
                                        const char *product)
{
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp (self->list[i].product, product) == 0) {
            return &self->list[i];
        }
    }
    if (self->count == LIMIT_PRODUCTS) {
        usage_error (command, "--budget: a market has at most %d products", LIMIT_PRODUCTS);
    }
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
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        switch (option) {
        case 'b':
            add_budget (&self, argv[0], optarg);
            break;
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
    const struct verify_budgets budgets = {self.list, self.count, NULL};
    return verify_run (argv[optind], &budgets, self.json, stdout);
}
