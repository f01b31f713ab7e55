// What is drawn of an elected market besides: its peers, made of the trader, the buyer and the
// seller that the market has in each place, how they elect, and how often they fall sick.
#include "tests/sim/market_peers.h"

static const int64_t one_in_a_million[] = {0, 3000, 20000, 100000, 300000};

enum { CHANCES = sizeof one_in_a_million / sizeof one_in_a_million[0] };

void market_peers_begin (struct market *self, const struct options *options, struct random *random)
{
    int64_t drawn = random_between (random, 1, MARKET_PEERS);
    self->peer_count = (size_t) (options->traders == DRAWN ? drawn : options->traders);
    self->faults &= ~(INT64_C (1) << FAULT_REPLACE);  // A peer has nothing to lose but its place.
    self->rules.elected = true;
}

// Waits that are long enough for what the world's delays make of a question and its answer, so that
// elections end once nothing fails, and short enough to be wrong before that.
static struct election_config draw_election (const struct market *self, struct random *random)
{
    const struct world_config *world = &self->world;
    int64_t there_and_back_us = 2 * world->delay_max_us + 4 * WORLD_MS;
    int64_t peers = (int64_t) self->peer_count;
    int64_t seats = random_between (random, 1, 3);
    struct election_config election = election_config_default (self->trader_ids, self->peer_count);
    election.seats = seats < peers ? seats : peers > 1 ? peers - 1 : 1;
    election.ping_every_us = random_between (random, 8, 40) * WORLD_MS;
    election.answer_wait_us = there_and_back_us + random_between (random, 1, 30) * WORLD_MS;
    election.coordinator_wait_us = 6 * there_and_back_us + 4 * world->fsync_max_us
                                   + random_between (random, 20, 300) * WORLD_MS;
    election.settle_us = random_between (random, 0, 60) * WORLD_MS;
    election.reclaim = random_next (random) % 2;
    return election;
}

// Often enough that leaders fall sick within a run, and never for good.
static struct sickness draw_sickness (struct random *random)
{
    bool dated = random_between (random, 0, 5) == 0;
    int64_t at_us = random_between (random, 0, 1500) * WORLD_MS;
    return (struct sickness){
        .per_million = one_in_a_million[random_between (random, 0, CHANCES - 1)],
        .at_us = dated ? at_us : -1,
        .from_start = random_between (random, 0, 9) == 0,
        .on_sick = random_next (random) % 2 ? SICK_HANDOVER : SICK_DRAIN,
        .recover_after_us = random_between (random, 20, 1500) * WORLD_MS,
    };
}

static void be_elected (struct client_config *client, int64_t id)
{
    client->id = id;
    client->elected = true;
    client->bound = false;
}

void market_peers_end (struct market *self, struct random *random)
{
    struct election_config election = draw_election (self, random);
    struct sickness sickness = draw_sickness (random);
    bool all_alike = random_next (random) % 2;
    for (size_t i = 0; i < self->peer_count; i++) {
        struct peer_config *peer = &self->peers[i];
        *peer = (struct peer_config){
            .election = election,
            .trader = self->traders[i],
            .buyer = self->buyers[i],
            .seller = self->sellers[i],
            .sells = i == 0 ? random_next (random) % 2 : random_next (random) % 3 == 0,
            .sickness = all_alike ? sickness : draw_sickness (random),
        };
        peer->election.id = self->trader_ids[i];
        peer->trader.elected = true;
        peer->trader.ping_every_us = 0;
        peer->trader.products = NULL;  // All is sold alike.
        peer->trader.product_count = 0;
        be_elected (&peer->buyer.client, self->trader_ids[i]);
        be_elected (&peer->seller.client, self->trader_ids[i]);
        self->begin_us[i] = random_between (random, 0, 3) ? 0 : random_between (random, 1, 300000);
    }
    self->watch_us = election.ping_every_us;
    self->buyer_count = 0;
    self->seller_count = 0;
}
