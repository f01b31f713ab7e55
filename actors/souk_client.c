#include "actors/souk_client.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAIT_MIN_US = 1000 };  // shorter waits would only flood the traders

const char client_options_help[] =
    "  --trader N=ROUTER[,PUB]   a trader's id and endpoints; once for each\n"
    "                            (1=tcp://127.0.0.1:5560,tcp://127.0.0.1:5561)\n"
    "  --products A,B,...        the market's products, for random choices (salt)\n"
    "  --choice HOW              which trader is asked: random or round-robin (random)\n"
    "  --bound                   ask again only where it was asked first, until that trader has\n"
    "                            failed: needed for every product that is not sold in sync mode\n"
    "  --first-number N          of the first request: above all that this id ever used (1)\n"
    "  --timeout TIME            without an answer: ask again (1s)\n"
    "  --give-up TIME            without an answer: give up (60s)\n"
    "  --seed N                  of its random choices\n"
    "  --topology FILE           take all this from a topology; the options above go over it\n"
    "  --trace FILE              every message that comes or goes, for souk trace (none)\n"
    "  --log LEVEL               on stderr: quiet, events or messages (events)\n"
    "  --json                    reports as JSON, one object a line, on stdout\n"
    "  --help\n";

static void add_trader (struct client_options *self, const char *command, int64_t id,
                        const char *router, const char *pub)
{
    if (self->shell.trader_count == LIMIT_TRADERS) {
        usage_error (command, "--trader: more than %d traders", LIMIT_TRADERS);
    }
    for (size_t i = 0; i < self->shell.trader_count; i++) {
        if (self->trader_ids[i] == id) {
            usage_error (command, "--trader: %lld is there twice", (long long) id);
        }
    }
    self->trader_ids[self->shell.trader_count] = id;
    self->traders[self->shell.trader_count++] =
        (struct client_trader){.id = id, .router = router, .pub = pub};
}

// "1=tcp://127.0.0.1:5560,tcp://127.0.0.1:5561"; cut in place.
static void parse_trader (struct client_options *self, const char *command, char *text)
{
    char *router = strchr (text, '=');
    if (!router) {
        usage_error (command, "--trader: '%s' wants an id and an endpoint: 1=tcp://host:5560",
                     text);
    }
    *router++ = 0;
    char *pub = strchr (router, ',');
    if (pub) {
        *pub++ = 0;
    }
    add_trader (self, command, parse_integer (command, "trader", text, 1, LIMIT_NODE), router, pub);
}

static void parse_products (struct client_options *self, const char *command, char *text)
{
    self->product_count = 0;
    for (char *name = strtok (text, ","); name; name = strtok (NULL, ",")) {
        if (!product_name_valid (name) || self->product_count == LIMIT_PRODUCTS) {
            usage_error (command, "--products: '%s' must be 1 to %d of a-z, 0-9, _ and -", name,
                         LIMIT_PRODUCT_NAME);
        }
        self->products[self->product_count++] = name;
    }
    if (self->product_count == 0) {
        usage_error (command, "--products: there is none: write salt,fish");
    }
}

// Whether any product may be decided by a trader itself: a request must not move then.
static bool decided_by_traders (const struct topology *topology)
{
    const char *rest = topology->selling.mode;
    bool bound = rest && strcmp (rest, "sync") != 0;
    for (size_t i = 0; i < topology->product_count; i++) {
        const char *mode = topology->products[i].selling.mode;
        bound = bound || (mode && strcmp (mode, "sync") != 0);
    }
    return bound;
}

static void use_topology (struct client_options *self, const char *command,
                          const struct topology *topology, int64_t id)
{
    for (size_t i = 0; i < topology->trader_count; i++) {
        const struct topology_trader *trader = &topology->traders[i];
        add_trader (self, command, trader->id, trader->router, trader->pub);
    }
    self->product_count = topology->product_count;
    for (size_t i = 0; i < topology->product_count; i++) {
        self->products[i] = topology->products[i].name;
    }
    self->client.bound = decided_by_traders (topology);
    self->client.vector_clock = topology->order_by && strcmp (topology->order_by, "vector") == 0;
    if (topology->trader_choice && strcmp (topology->trader_choice, "round-robin") == 0) {
        self->client.choice = CHOICE_ROUND_ROBIN;
    }
    if (topology->warehouse.answers_kept > 0) {
        self->client.answers_kept = topology->warehouse.answers_kept;
    }
    self->shell.trace = topology_trace (topology, id);
    if (topology->seed >= 0) {
        self->seed = node_seed (topology->seed, id);
    }
}

void client_options_begin (struct client_options *self, const char *command,
                           const struct topology *topology, int64_t id)
{
    memset (self, 0, sizeof *self);
    self->shell.log = LOG_EVENTS;
    self->client = client_config_default ();
    self->client.id = id;
    self->client.first_number = 1;
    self->seed = node_seed (time (NULL) * 1000 + getpid (), id);
    if (topology) {
        use_topology (self, command, topology, id);
    }
}

void client_options_take (struct client_options *self, int option, char **argv)
{
    const char *command = argv[0];
    switch (option) {
    case 'T':
        if (self->client.traders != self->trader_ids) {  // The first one: instead of a topology's.
            self->client.traders = self->trader_ids;
            self->shell.trader_count = 0;
        }
        parse_trader (self, command, optarg);
        break;
    case 'P':
        parse_products (self, command, optarg);
        break;
    case 'C':
        if (strcmp (optarg, "random") != 0 && strcmp (optarg, "round-robin") != 0) {
            usage_error (command, "--choice: '%s' must be random or round-robin", optarg);
        }
        self->client.choice = strcmp (optarg, "random") == 0 ? CHOICE_RANDOM : CHOICE_ROUND_ROBIN;
        break;
    case 'B':
        self->client.bound = true;
        break;
    case 'N':
        self->client.first_number =
            parse_integer (command, "first-number", optarg, 1, LIMIT_INTEGER);
        break;
    case 'U':
        self->client.timeout_us = parse_duration_us (command, "timeout", optarg, WAIT_MIN_US);
        break;
    case 'G':
        self->client.give_up_us = parse_duration_us (command, "give-up", optarg, WAIT_MIN_US);
        break;
    case 'S':
        self->seed =
            node_seed (parse_integer (command, "seed", optarg, 0, LIMIT_INTEGER), self->client.id);
        break;
    case 'R':
        self->shell.trace = optarg;
        break;
    case 'l':
        self->shell.log = parse_log (command, optarg);
        break;
    case 'j':
        self->shell.json = true;
        break;
    case 'i':
    case 't':
        break;  // Read before the others.
    default:
        option_error (command, option, argv);
    }
}

void client_options_end (struct client_options *self, const char *command, int argc, char **argv)
{
    if (optind < argc) {
        usage_error (command, "'%s' is no option", argv[optind]);
    }
    if (!self->client.id) {
        usage_error (command, "--id is missing: any number from 1 that no other node has");
    }
    if (self->shell.trader_count == 0) {
        add_trader (self, command, 1, "tcp://127.0.0.1:5560", "tcp://127.0.0.1:5561");
    }
    if (self->product_count == 0) {
        self->products[self->product_count++] = "salt";
    }
    for (size_t i = 0; i < self->shell.trader_count; i++) {
        if (self->traders[i].id == self->client.id) {
            usage_error (command, "--id: %lld is a trader's", (long long) self->client.id);
        }
    }
    self->client.traders = self->trader_ids;
    self->client.trader_count = self->shell.trader_count;
    self->shell.traders = self->traders;
    self->shell.id = self->client.id;
}
