// The scenarios of `launch.py --scenario`, in virtual time and by many seeds: what each shows must
// hold, all checkers are asked, and everybody leaves in the end.
#include <check.h>
#include <stdlib.h>

#include "actors/clients/random.h"
#include "tests/sim/checkers/checker.h"
#include "tests/sim/world/world.h"

enum {
    SEEDS = 20,
    PEERS_MAX = 8,
    STEPS = 2 * 1000 * 1000,
    SLICE_US = 50 * WORLD_MS,
    LONGEST_US = 600 * WORLD_SECOND,
    KILLED_AT_US = 500 * WORLD_MS,
};

static const char *const products[] = {"fish", "boar"};
static const int64_t ids[PEERS_MAX] = {1, 2, 3, 4, 5, 6, 7, 8};

struct outcome;

struct scenario {
    const char *name;
    int64_t buyers;  // the first ones
    int64_t sellers;
    int64_t orders;  // of each buyer
    int64_t window;
    int64_t restock;  // units of each, at most
    bool random_roles;
    bool spread;           // the buyers want one product each; else both the first
    bool boar;             // is all that is sold
    bool switches;         // buyers and sellers take another product, at random
    bool sick_from_start;  // the highest
    int64_t sick_at_us;    // the highest, 0: not
    int64_t per_million;   // of the sales
    bool killed;           // the trader is, for good
    enum queue_order order_by;
    void (*verdict) (const struct outcome *outcome);
};

// What came of one run.
struct outcome {
    const struct scenario *scenario;
    world_t *world;
    struct sometimes sometimes;
    int64_t first_leader;
    int64_t asked;
    int64_t sold;
    int64_t refused;
    int64_t sellers_sold;  // how many sold anything
    int64_t answered_after_kill;
};

static panel_t *panel;
static struct outcome *watched;

static bool witness (void *context, const struct fact *fact)
{
    (void) context;
    bool killed = watched->scenario->killed && fact->now_us > KILLED_AT_US;
    watched->answered_after_kill +=
        killed && fact->type == FACT_TOLD && fact->message->type == MESSAGE_RECEIPT;
    for (size_t i = 0; fact->type == FACT_STORED && i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_SEATS && watched->first_leader == 0) {
            watched->first_leader = fact->records[i].seats.seating.leader;
        }
    }
    const struct checker_class *unhappy = panel_see (panel, fact);
    ck_assert_msg (!unhappy, "%s: %s", unhappy ? unhappy->name : "", panel_text (panel));
    return true;
}

static int64_t peers_of (const struct scenario *scenario)
{
    return scenario->buyers + scenario->sellers;
}

static struct client_config client (const struct scenario *scenario, int64_t id)
{
    struct client_config config = client_config_default ();
    config.id = id;
    config.elected = true;
    config.traders = ids;
    config.trader_count = (size_t) peers_of (scenario);
    config.vector_clock = scenario->order_by == ORDER_VECTOR;
    return config;
}

static void want (const struct scenario *scenario, int64_t id, struct peer_config *peer)
{
    struct buyer_config *buyer = &peer->buyer;
    struct seller_config *seller = &peer->seller;
    *buyer = buyer_config_default ();
    *seller = seller_config_default ();
    buyer->client = seller->client = client (scenario, id);
    buyer->products = seller->products = products;
    buyer->product_count = seller->product_count = scenario->boar ? 0 : 2;
    buyer->product = products[scenario->spread && id == 2];
    buyer->switch_on_refusal = scenario->switches;
    buyer->think_time_us = WORLD_MS;
    buyer->orders = scenario->orders;
    buyer->window = scenario->window ? scenario->window : 1;
    seller->product = products[scenario->boar];
    seller->when = scenario->switches ? RESTOCK_SOLD_OUT : RESTOCK_EVERY;
    seller->what = scenario->switches ? RESTOCK_RANDOM : RESTOCK_SAME;
    seller->quantity_min = 1;
    seller->quantity_max = scenario->restock ? scenario->restock : 5;
    seller->every_us = 20 * WORLD_MS;
}

static void add_peer (world_t *world, const struct scenario *scenario, int64_t id,
                      struct random *random)
{
    int64_t peers = peers_of (scenario);
    bool highest = id == peers;
    bool drawn = random_next (random) % 2;
    struct peer_config peer = {
        .election = election_config_default (ids, (size_t) peers),
        .trader = trader_config_default (),
        .sells = scenario->random_roles ? drawn : id > scenario->buyers,
        .sickness = {.per_million = scenario->per_million,
                     .at_us = highest && scenario->sick_at_us ? scenario->sick_at_us : -1,
                     .from_start = highest && scenario->sick_from_start,
                     .on_sick = random_next (random) % 2 ? SICK_HANDOVER : SICK_DRAIN,
                     .recover_after_us = scenario->sick_from_start ? 0 : 300 * WORLD_MS},
    };
    peer.election.id = peer.trader.id = id;
    peer.trader.elected = true;
    peer.trader.ping_every_us = 0;
    peer.trader.order_by = scenario->order_by;
    want (scenario, id, &peer);
    world_add_peer (world, &peer);
}

static void run_for (world_t *world, int64_t time_us)
{
    enum world_end end = world_run (world, world_now_us (world) + time_us, STEPS);
    ck_assert (end == WORLD_TIME || end == WORLD_QUIET);
}

// Who buys has all its answers. Whoever trades for good never asks for what it wanted.
static bool is_content (const struct outcome *self, int64_t id)
{
    const peer_t *peer = world_peer (self->world, id);
    bool trades = peer && self->scenario->random_roles && peer_role (peer) == PEER_TRADER;
    return !peer || trades || !world_buyer (self->world, id) || peer_content (peer);
}

static void run_to_the_end (struct outcome *self)
{
    bool content = false;
    while (!content) {
        ck_assert_int_lt (world_now_us (self->world), LONGEST_US);
        run_for (self->world, SLICE_US);
        content = true;
        for (int64_t id = 1; id <= peers_of (self->scenario); id++) {
            content = content && is_content (self, id);
        }
    }
}

static void all_leave (world_t *world)
{
    enum world_end end = WORLD_TIME;
    int64_t until_us = world_now_us (world) + LONGEST_US;
    for (bool told = true; told || end != WORLD_QUIET || !world_clients_done (world);) {
        ck_assert_int_lt (world_now_us (world), until_us);
        bool traders_too = world_clients_done (world);
        told = world_stop_peers (world, traders_too);
        end = world_run (world, world_now_us (world) + SLICE_US, STEPS);
    }
}

static void sum_up (struct outcome *self)
{
    for (int64_t id = 1; id <= peers_of (self->scenario); id++) {
        if (world_peer (self->world, id) && world_buyer (self->world, id)) {
            const struct buyer_book *book = buyer_book (world_buyer (self->world, id));
            ck_assert_int_eq (book->open + book->gave_up + book->failed, 0);
            self->asked += book->requests;
            self->sold += book->sold;
            self->refused += book->refused;
        } else if (world_peer (self->world, id)) {
            self->sellers_sold += seller_book (world_seller (self->world, id))->sold_units > 0;
        }
    }
    world_count (self->world, &self->sometimes);
}

static void play (const struct scenario *scenario, int64_t seed)
{
    struct outcome outcome = {.scenario = scenario};
    struct random random = random_seeded ((uint64_t) seed);
    struct world_config config = world_config_default ();
    const struct rules rules = {.elected = true,
                                .answers_kept = config.warehouse.answers_kept,
                                .commission_percent = config.warehouse.commission_percent};
    config.seed = (uint64_t) seed;
    config.delay_min_us = random_between (&random, 10, 500);
    config.delay_max_us = config.delay_min_us + random_between (&random, 0, 2000);
    config.message_us = random_between (&random, 0, 20);
    config.fsync_max_us = random_between (&random, 0, 2000);
    watched = &outcome;
    panel = panel_new (&rules);
    outcome.world = world_new (&config, witness, NULL);
    for (int64_t id = 1; id <= peers_of (scenario); id++) {
        add_peer (outcome.world, scenario, id, &random);
    }
    if (scenario->killed) {
        run_for (outcome.world, KILLED_AT_US);
        world_crash (outcome.world, world_leader (outcome.world));
    }
    run_to_the_end (&outcome);
    all_leave (outcome.world);
    sum_up (&outcome);
    world_tell_books (outcome.world);
    (void) witness (
        NULL, &(const struct fact){.type = FACT_OVER, .now_us = world_now_us (outcome.world)});
    scenario->verdict (&outcome);
    world_destroy (&outcome.world);
    panel_destroy (&panel);
}

// Verdicts.

static int64_t ordered (const struct outcome *self)
{
    return self->scenario->buyers * self->scenario->orders;
}

static void highest_leads (const struct outcome *self, int64_t below)
{
    ck_assert_int_eq (self->first_leader, peers_of (self->scenario) - below);
    ck_assert_int_eq (self->asked, ordered (self));
    ck_assert_int_eq (self->sold + self->refused, ordered (self));
}

static void is_happy (const struct outcome *self)
{
    highest_leads (self, 0);
    ck_assert_int_eq (self->sometimes.count[SOMETIMES_TERM], 1);
    ck_assert_int_gt (self->sold, 0);
    ck_assert_int_ge (self->sellers_sold, self->scenario->sellers - 1);
}

static void passes_the_sick_over (const struct outcome *self)
{
    highest_leads (self, 1);
    ck_assert_int_gt (self->sold, 0);
    ck_assert_int_eq (self->sometimes.count[SOMETIMES_SICK_LEADER], 0);
}

static void elects_itself (const struct outcome *self)
{
    highest_leads (self, 0);
    ck_assert_int_eq (self->sometimes.count[SOMETIMES_TERM], 1);
    ck_assert_int_eq (self->sometimes.count[SOMETIMES_ORDERS], 0);
}

static void refuses_all (const struct outcome *self)
{
    highest_leads (self, 0);
    ck_assert_int_eq (self->refused, ordered (self));
}

static void elects_again (const struct outcome *self)
{
    highest_leads (self, 0);
    ck_assert_int_gt (self->sold, 0);
    ck_assert_int_gt (self->sometimes.count[SOMETIMES_SICK_LEADER], 0);
    ck_assert_int_gt (self->sometimes.count[SOMETIMES_TERM], 1);
}

static void elects_and_ends (const struct outcome *self)
{
    ck_assert_int_eq (self->first_leader, peers_of (self->scenario));
    ck_assert_int_ge (self->sometimes.count[SOMETIMES_TERM], 1);
}

static void goes_on (const struct outcome *self)
{
    highest_leads (self, 0);
    ck_assert_int_gt (self->sometimes.count[SOMETIMES_TERM], 1);
    ck_assert_int_gt (self->answered_after_kill, 0);
    ck_assert_int_gt (self->sold, 0);
}

static const struct scenario scenarios[] = {
    {.name = "happy", .buyers = 1, .sellers = 2, .orders = 10, .verdict = is_happy},
    {.name = "two-sellers", .buyers = 1, .sellers = 3, .orders = 40, .verdict = is_happy},
    {.name = "sick-peer",
     .buyers = 2,
     .sellers = 3,
     .orders = 10,
     .sick_from_start = true,
     .verdict = passes_the_sick_over},
    {.name = "alone", .sellers = 1, .verdict = elects_itself},
    {.name = "nothing-to-buy",
     .buyers = 1,
     .sellers = 2,
     .orders = 10,
     .boar = true,
     .verdict = refuses_all},
    {.name = "case-1",
     .buyers = 2,
     .sellers = 5,
     .orders = 60,
     .spread = true,
     .switches = true,
     .sick_at_us = 100 * WORLD_MS,
     .per_million = 50000,
     .verdict = elects_again},
    {.name = "case-2",
     .buyers = 1,
     .sellers = 4,
     .orders = 1000,
     .restock = 100,
     .sick_from_start = true,
     .verdict = passes_the_sick_over},
    {.name = "case-3",
     .buyers = 2,
     .sellers = 5,
     .orders = 100,
     .window = 4,
     .restock = 100,
     .sick_at_us = 30 * WORLD_MS,
     .per_million = 10000,
     .order_by = ORDER_LAMPORT,
     .verdict = elects_again},
    {.name = "normal",
     .buyers = 3,
     .sellers = 3,
     .orders = 100,
     .random_roles = true,
     .switches = true,
     .per_million = 10000,
     .order_by = ORDER_VECTOR,
     .verdict = elects_and_ends},
    {.name = "kill-the-trader",
     .buyers = 3,
     .sellers = 3,
     .orders = 500,
     .restock = 50,
     .killed = true,
     .verdict = goes_on},
};

enum { SCENARIOS = sizeof scenarios / sizeof scenarios[0] };

START_TEST (test_scenario_ends_as_its_name_says)
{
    const struct scenario *scenario = &scenarios[_i / SEEDS];
    ck_assert_str_ne (scenario->name, "");
    play (scenario, _i % SEEDS + 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_scenarios");
    TCase *elected = tcase_create ("elected");
    tcase_set_timeout (elected, 60);
    tcase_add_loop_test (elected, test_scenario_ends_as_its_name_says, 0, SCENARIOS * SEEDS);
    suite_add_tcase (suite, elected);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
