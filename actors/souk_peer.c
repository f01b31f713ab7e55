#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/peer/peer_shell.h"
#include "actors/souk_client.h"
#include "actors/souk_commands.h"
#include "actors/souk_node.h"
#include "actors/souk_policy.h"

enum {
    WAIT_MIN_US = 1000,
    WAIT_MAX_US = 60 * 1000 * 1000,
    WINNER_WAITS = 10,  // how much longer a winner may take than an answer
};

static const char help[] =
    "Runs a peer: a buyer or a seller that trades for the others while it is elected to.\n"
    "\n"
    "  souk peer --id 3 --topology market.json\n"
    "  souk peer --id 3 --topology market.json --sick-chance 0.1% --recover-after 10s\n"
    "\n"
    "By hand a market is souk warehouse --topology market.json, and a peer for each in it.\n"
    "\n"
    "  --id N                    its node id: of the topology's peers\n"
    "  --topology FILE           all peers, what each does, and how they elect; the options below\n"
    "                            go over it\n"
    "  --seats N                 how many of the peers trade at once (1)\n"
    "  --reclaim on|off          back again, it takes a seat from a lower peer at once, and not\n"
    "                            only at the next election (on)\n"
    "  --ping-every TIME         how often it looks whether the leader lives (150ms)\n"
    "  --answer-wait TIME        how long a higher peer may take to answer (20ms, and 2ms more\n"
    "                            for each peer)\n"
    "  --settle TIME             how long it listens for others before it stands (500ms)\n"
    "  --order-by ORDER          which request goes first when it trades: arrival, lamport or\n"
    "                            vector (arrival)\n"
    "  --first-number N          of its first request: above all that this id ever used (1)\n"
    "  --book FILE               a buyer's book as CSV: a line for each order with its final\n"
    "                            answer; FILE must not be there yet\n"
    "  --trace FILE              every message that comes or goes, for souk trace (none)\n"
    "  --log LEVEL               on stderr: quiet, events or messages (events)\n"
    "  --json                    reports as JSON, one object a line, on stdout\n"
    "  --help\n"
    "\n"
    "To make it sick:\n"
    "  --sick-chance P           of each sale that it makes as a trader: 0.1% or 0.001 (0)\n"
    "  --sick-at TIME            after its start\n"
    "  --sick-from-start\n"
    "  --on-sick HOW             as a trader: drain, finish what it has accepted and resign, or\n"
    "                            handover, resign and give it to its successor (drain)\n"
    "  --recover-after TIME      so long after it resigned it is well again; 0s: never (0s)\n"
    "\n"
    "SIGTERM ends it when what it has asked and accepted is answered, or after five seconds.\n";

static const struct option options[] = {
    {"id", required_argument, NULL, 'i'},
    {"topology", required_argument, NULL, 't'},
    {"seats", required_argument, NULL, 's'},
    {"reclaim", required_argument, NULL, 'R'},
    {"ping-every", required_argument, NULL, 'p'},
    {"answer-wait", required_argument, NULL, 'w'},
    {"settle", required_argument, NULL, 'e'},
    {"order-by", required_argument, NULL, 'o'},
    {"first-number", required_argument, NULL, 'N'},
    {"book", required_argument, NULL, 'b'},
    {"trace", required_argument, NULL, 'T'},
    {"log", required_argument, NULL, 'l'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {"sick-chance", required_argument, NULL, 'c'},
    {"sick-at", required_argument, NULL, 'a'},
    {"sick-from-start", no_argument, NULL, 'f'},
    {"on-sick", required_argument, NULL, 'S'},
    {"recover-after", required_argument, NULL, 'r'},
    {0},
};

// What the options and the topology say of this peer.
struct settings {
    struct peer_config peer;
    struct peer_shell_config shell;
    struct client_options common;
    struct client_trader peers[LIMIT_VECTOR];
    int64_t ids[LIMIT_VECTOR];
};

static void set_answer_wait (struct election_config *election, int64_t wait_us)
{
    election->answer_wait_us = wait_us;
    election->coordinator_wait_us = WINNER_WAITS * wait_us;
}

// The election wants the peers in the order of their ids.
static int by_id (const void *a, const void *b)
{
    const struct client_trader *one = a;
    const struct client_trader *other = b;
    return (one->id > other->id) - (one->id < other->id);
}

static void use_peers (struct settings *self, const struct topology *topology)
{
    size_t count = topology->peer_count;
    for (size_t i = 0; i < count; i++) {
        const struct topology_peer *peer = &topology->peers[i];
        self->peers[i] =
            (struct client_trader){.id = peer->id, .router = peer->router, .pub = peer->pub};
    }
    qsort (self->peers, count, sizeof *self->peers, by_id);
    for (size_t i = 0; i < count; i++) {
        self->ids[i] = self->peers[i].id;
    }
    self->shell.peers = self->peers;
    self->shell.peer_count = count;
    self->shell.warehouse = topology->warehouse.rep;
    self->shell.warehouse_pub = topology->warehouse.pub;
    self->peer.election = election_config_default (self->ids, count);
}

static void use_election (struct settings *self, const struct topology_election *said)
{
    struct election_config *election = &self->peer.election;
    struct sickness *sickness = &self->peer.sickness;
    election->reclaim = said->reclaim;
    election->seats = said->seats > 0 ? said->seats : election->seats;
    if (said->ping_every_us > 0) {
        election->ping_every_us = said->ping_every_us;
    }
    if (said->answer_wait_us > 0) {
        set_answer_wait (election, said->answer_wait_us);
    }
    if (said->settle_us >= 0) {
        election->settle_us = said->settle_us;
    }
    if (said->sick_per_million > 0) {
        sickness->per_million = said->sick_per_million;
    }
    if (said->on_sick) {
        sickness->on_sick = strcmp (said->on_sick, "drain") == 0 ? SICK_DRAIN : SICK_HANDOVER;
    }
    if (said->recover_after_us > 0) {
        sickness->recover_after_us = said->recover_after_us;
    }
}

static void use_peer (struct settings *self, const struct topology_peer *peer)
{
    self->shell.router = peer->router;
    self->shell.pub = peer->pub;
    self->peer.sickness.from_start = peer->sick_from_start;
    self->peer.sickness.at_us = peer->sick_at_us;
    self->peer.sells = peer->seller != NULL;
    if (peer->buyer) {
        buyer_use_topology (&self->peer.buyer, &self->common, peer->buyer);
    } else {
        seller_use_topology (&self->peer.seller, &self->common, peer->seller);
    }
}

// The words of a topology were checked when it was read.
static void use_topology (struct settings *self, const char *command,
                          const struct topology *topology, int64_t id)
{
    static struct policies policies;  // For what it refuses: no product has a policy of its own.
    policies_begin (&policies, command, topology);
    use_peers (self, topology);
    use_election (self, &topology->election);
    use_peer (self, topology_peer_of (command, topology, id));
    self->shell.trace = topology_trace (topology, id);
    if (topology->order_by) {
        (void) queue_order_parse (topology->order_by, &self->peer.trader.order_by);
    }
}

static int64_t parse_wait (const char *command, const char *option, int64_t min_us)
{
    int64_t us = parse_duration_us (command, option, optarg, min_us);
    if (us > WAIT_MAX_US) {
        usage_error (command, "--%s: '%s' is too long: write 60s or less", option, optarg);
    }
    return us;
}

static void parse_on_sick (const char *command, enum on_sick *on_sick)
{
    if (strcmp (optarg, "drain") != 0 && strcmp (optarg, "handover") != 0) {
        usage_error (command, "--on-sick: '%s' must be drain or handover", optarg);
    }
    *on_sick = strcmp (optarg, "drain") == 0 ? SICK_DRAIN : SICK_HANDOVER;
}

static bool use_sickness (struct sickness *sickness, int option, const char *command)
{
    switch (option) {
    case 'c':
        sickness->per_million = parse_chance (command, "sick-chance", optarg);
        return true;
    case 'a':
        sickness->at_us = parse_duration_us (command, "sick-at", optarg, 0);
        return true;
    case 'f':
        sickness->from_start = true;
        return true;
    case 'S':
        parse_on_sick (command, &sickness->on_sick);
        return true;
    case 'r':
        sickness->recover_after_us = parse_duration_us (command, "recover-after", optarg, 0);
        return true;
    default:
        return false;
    }
}

static bool use_election_option (struct election_config *election, int option, const char *command)
{
    switch (option) {
    case 's':
        election->seats = parse_integer (command, "seats", optarg, 1, LIMIT_VECTOR);
        return true;
    case 'R':
        election->reclaim = parse_on_off (command, "reclaim", optarg);
        return true;
    case 'p':
        election->ping_every_us = parse_wait (command, "ping-every", WAIT_MIN_US);
        return true;
    case 'w':
        set_answer_wait (election, parse_wait (command, "answer-wait", WAIT_MIN_US));
        return true;
    case 'e':
        election->settle_us = parse_wait (command, "settle", 0);
        return true;
    default:
        return false;
    }
}

static void use_option (struct settings *self, int option, char **argv)
{
    switch (option) {
    case 'o':
        if (!queue_order_parse (optarg, &self->peer.trader.order_by)) {
            usage_error (argv[0], "--order-by: '%s' must be arrival, lamport or vector", optarg);
        }
        break;
    case 'b':
        self->shell.book = optarg;
        break;
    case 'T':
        self->shell.trace = optarg;
        break;
    case 'i':
    case 't':
        break;  // Read before the others.
    default:
        if (!use_sickness (&self->peer.sickness, option, argv[0])
            && !use_election_option (&self->peer.election, option, argv[0])) {
            client_options_take (&self->common, option, argv);
        }
    }
}

static void begin (struct settings *self, const char *command, const struct topology *topology,
                   int64_t id)
{
    client_options_begin (&self->common, command, topology, id);
    self->peer.trader = trader_config_default ();
    self->peer.buyer = buyer_config_default ();
    self->peer.seller = seller_config_default ();
    self->peer.buyer.think_time_us = 500000;
    self->peer.sickness.at_us = -1;
    if (topology && id) {
        use_topology (self, command, topology, id);
    }
}

static void check (const struct settings *self, int argc, char **argv,
                   const struct topology *topology)
{
    if (optind < argc) {
        usage_error (argv[0], "'%s' is no option", argv[optind]);
    }
    if (!topology) {
        usage_error (argv[0], "--topology is missing: it names the peers");
    }
    if (!self->common.client.id) {
        usage_error (argv[0], "--id is missing: one of the topology's peers");
    }
    if (self->shell.book && self->peer.sells) {
        usage_error (argv[0], "--book: peer %lld is a seller, a book is a buyer's",
                     (long long) self->common.client.id);
    }
}

// What the options mean for the cores.
static void finish (struct settings *self)
{
    struct client_config *client = &self->common.client;
    struct peer_config *peer = &self->peer;
    client->elected = true;
    client->traders = self->ids;
    client->trader_count = self->shell.peer_count;
    client->vector_clock = peer->trader.order_by == ORDER_VECTOR;
    peer->election.id = client->id;
    peer->trader.id = client->id;
    peer->trader.elected = true;
    peer->trader.ping_every_us = 0;  // In sync there is nothing that a backup could keep.
    peer->trader.router = self->shell.router;
    peer->buyer.client = peer->seller.client = *client;
    peer->buyer.products = peer->seller.products = self->common.products;
    peer->buyer.product_count = peer->seller.product_count = self->common.product_count;
    enum queue_order order = peer->trader.order_by;
    self->shell.order = order == ORDER_ARRIVAL ? NULL : queue_order_name (order);
    self->shell.id = client->id;
    self->shell.log = self->common.shell.log;
    self->shell.json = self->common.shell.json;
}

int souk_peer (int argc, char **argv)
{
    static struct settings settings;
    const struct topology *topology = find_topology (argc, argv, options);
    int64_t id = find_id (argc, argv, options);
    begin (&settings, argv[0], topology, id);
    for (int option; (option = getopt_long (argc, argv, ":", options, NULL)) != -1;) {
        if (option == 'h') {
            fputs (help, stdout);
            return EXIT_FINE;
        }
        use_option (&settings, option, argv);
    }
    check (&settings, argc, argv, topology);
    finish (&settings);
    // No other process has this one: of each trader that it becomes, the warehouse tells it by that
    // from those of its id before it.
    settings.shell.peer = peer_new (&settings.peer, process_seed (id));
    int status = node_run (peer_shell, &settings.shell, settings.shell.json);
    peer_destroy (&settings.shell.peer);
    return status;
}
