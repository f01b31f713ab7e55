#include "tests/sim/world/world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world/world_state.h"

enum { CALM_LEAST_US = 2 * WORLD_SECOND, CALM_INTERVALS = 6 };

struct world_config world_config_default (void)
{
    return (struct world_config){
        .delay_min_us = WORLD_MS,
        .delay_max_us = WORLD_MS,
        .warehouse = warehouse_config_default (),
    };
}

world_t *world_new (const struct world_config *config, world_witness_fn *witness, void *context)
{
    world_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->config = *config;
    self->witness = witness;
    self->context = context;
    self->told_us = -1;
    struct random seeds = random_seeded (config->seed);
    for (int i = 0; i < STREAM_COUNT; i++) {
        self->streams[i] = random_seeded (random_next (&seeds));
    }
    outbox_init (&self->shared_out);
    disk_init (&self->disk, config->sqlite, random_next (&seeds));
    self->disk.bare = config->bare;
    (void) world_add_node (self, ROLE_WAREHOUSE, WAREHOUSE_NODE);
    return self;
}

static void free_node (world_t *self, struct node *node)
{
    mail_drop_all (self, &node->inbox);
    mail_drop_all (self, &node->round);
    if (node->core) {
        node->class->unmake (&node->core);
    }
    if (node->out != &self->shared_out) {
        outbox_free (node->out);
        free (node->out);
    }
    arena_destroy (&node->memory);
    trader_disk_free (&node->disk);
    free (node->lines);
    free (node);
}

void world_destroy (world_t **self_p)
{
    world_t *self = *self_p;
    if (!self) {
        return;
    }
    while (agenda_first (&self->agenda)) {
        struct entry entry = agenda_take (&self->agenda);
        if (entry.kind == ENTRY_ARRIVAL) {
            mail_free (self, entry.what);
        }
    }
    for (size_t i = 0; i < self->node_count; i++) {
        free_node (self, self->nodes[i]);
    }
    network_free (self);
    agenda_free (&self->agenda);
    disk_free (&self->disk);
    outbox_free (&self->shared_out);
    free (self->nodes);
    free (self->traders);
    free (self);
    *self_p = NULL;
}

void world_fact (world_t *self, struct fact fact)
{
    if (!self->witness || self->halted) {
        return;
    }
    fact.now_us = self->now_us;
    self->halted = !self->witness (self->context, &fact);
}

static struct node *add (world_t *self, enum role role, int64_t id)
{
    assert (!self->started && id >= 1 && !self->by_id[id]);
    return world_add_node (self, role, id);
}

void world_add_trader (world_t *self, const struct trader_config *config)
{
    int64_t calm_us = CALM_LEAST_US + CALM_INTERVALS * config->ping_every_us;
    self->calm_us = calm_us > self->calm_us ? calm_us : self->calm_us;
    add (self, ROLE_TRADER, config->id)->config.trader = *config;
}

void world_add_buyer (world_t *self, const struct buyer_config *config)
{
    add (self, ROLE_BUYER, config->client.id)->config.buyer = *config;
}

void world_add_seller (world_t *self, const struct seller_config *config)
{
    add (self, ROLE_SELLER, config->client.id)->config.seller = *config;
}

// It may be sick for a while in which nothing is to be heard of it.
void world_add_peer (world_t *self, const struct peer_config *config)
{
    int64_t quiet_us = CALM_LEAST_US + CALM_INTERVALS * config->election.ping_every_us;
    int64_t calm_us = quiet_us + config->election.settle_us + config->sickness.recover_after_us
                      + config->election.coordinator_wait_us;
    self->calm_us = calm_us > self->calm_us ? calm_us : self->calm_us;
    self->config.warehouse.elected = true;
    add (self, ROLE_PEER, config->election.id)->config.peer = *config;
}

void world_add_stranger (world_t *self, const struct stranger_config *config)
{
    add (self, ROLE_STRANGER, config->id)->config.stranger = *config;
}

void world_add_hand (world_t *self, int64_t id)
{
    (void) add (self, ROLE_HAND, id);
}

void world_set_delay (world_t *self, int64_t from, int64_t to, int64_t delay_us)
{
    struct node *sender = world_node (self, from);
    struct line *line = line_between (self, sender, world_node (self, to));
    line->ways[line->ends[0] != sender].delay_us = delay_us;
}

void world_set_begin (world_t *self, int64_t id, int64_t begin_us)
{
    assert (!self->started);
    world_node (self, id)->begin_us = begin_us;
}

static void start_all (world_t *self)
{
    if (self->started) {
        return;
    }
    for (size_t i = 0; i < self->node_count; i++) {
        struct node *node = self->nodes[i];
        if (node->begin_us > self->now_us) {
            agenda_add (&self->agenda, node->begin_us, ENTRY_RESTART, node, node->life);
        } else {
            process_start (self, node);
        }
    }
    self->started = true;
}

void world_say (world_t *self, int64_t from, int64_t to, const struct message *message)
{
    start_all (self);
    struct node *hand = world_node (self, from);
    assert (hand->role == ROLE_HAND);
    struct letter *letter = outbox_letter (hand->out, PORT_TRADER, to, message->type);
    letter->message = *message;
    post_letters (self, hand, hand->out->letter_count);
    outbox_clear (hand->out);
}

const struct message *world_heard (const world_t *self, int64_t hand)
{
    const struct node *node = world_node (self, hand);
    return node->has_heard ? &node->heard : NULL;
}

static void happen (world_t *self, const struct entry *entry)
{
    struct node *node = entry->what;
    switch (entry->kind) {
    case ENTRY_ARRIVAL:
        network_arrive (self, entry->what);
        break;
    case ENTRY_WAKE:
        if (entry->life == node->life) {
            process_wake (self, node);
        }
        break;
    case ENTRY_ROUND_END:
        if (entry->life == node->life && node->busy) {
            process_round_end (self, node);
        }
        break;
    case ENTRY_RELEASE:
        network_release (self, entry->what);
        break;
    case ENTRY_RESTART:
        if (entry->life == node->life) {
            process_start (self, node);
        }
        break;
    }
}

// Everything that arrives at one instant has arrived before anybody works on it.
static bool work_first (const world_t *self)
{
    const struct entry *next = agenda_first (&self->agenda);
    return self->ready_first && (!next || next->at_us > self->now_us);
}

static void work (world_t *self)
{
    struct node *node = self->ready_first;
    self->ready_first = node->ready_next;
    if (!self->ready_first) {
        self->ready_last = NULL;
    }
    process_round (self, node);
}

static bool is_calm (const world_t *self)
{
    return self->now_us - self->stirred_us >= self->calm_us;
}

static bool is_needless (const struct entry *entry)
{
    switch (entry->kind) {
    case ENTRY_WAKE:
        return true;
    case ENTRY_RELEASE:
        return !network_holds (entry->what);
    case ENTRY_ARRIVAL:
        return ((const struct mail *) entry->what)->life_sign;
    default:
        return false;
    }
}

// Whether nothing is under way. A wake that is planned may have become needless: what counts is
// what the cores say. Traders look after each other for ever; when they have done nothing else for
// longer than any of their other patiences, that is quiet.
static bool is_quiet (const world_t *self)
{
    for (size_t i = 0; i < self->agenda.count; i++) {
        if (!is_needless (&self->agenda.entries[i])) {
            return false;
        }
    }
    bool calm = is_calm (self);
    for (size_t i = 0; i < self->node_count; i++) {
        const struct node *node = self->nodes[i];
        bool watches = calm && (node->role == ROLE_TRADER || node->role == ROLE_PEER);
        if (!watches && process_due (node) != DEADLINE_NONE) {
            return false;
        }
    }
    return true;
}

enum world_end world_run (world_t *self, int64_t until_us, int64_t steps)
{
    int64_t last_step = self->steps + steps;
    start_all (self);
    for (;;) {
        if (self->halted) {
            return WORLD_ENDED_BY_WITNESS;
        }
        if (self->steps >= last_step) {
            return WORLD_STEPS;
        }
        if (work_first (self)) {
            work (self);
            continue;
        }
        if (until_us == DEADLINE_NONE && is_calm (self) && is_quiet (self)) {
            return WORLD_QUIET;
        }
        const struct entry *next = agenda_first (&self->agenda);
        if (!next || next->at_us > until_us) {
            bool ends = until_us != DEADLINE_NONE && until_us > self->now_us;
            self->now_us = ends ? until_us : self->now_us;
            return is_quiet (self) ? WORLD_QUIET : WORLD_TIME;
        }
        struct entry entry = agenda_take (&self->agenda);
        self->now_us = entry.at_us > self->now_us ? entry.at_us : self->now_us;
        self->last_us = self->now_us;
        happen (self, &entry);
    }
}

int64_t world_now_us (const world_t *self)
{
    return self->now_us;
}

int64_t world_last_us (const world_t *self)
{
    return self->last_us;
}

int64_t world_steps (const world_t *self)
{
    return self->steps;
}

int64_t world_sent (const world_t *self, enum port port)
{
    return self->sent[port];
}

int64_t world_worked_us (const world_t *self, int64_t id)
{
    return world_node (self, id)->worked_us;
}

uint64_t world_hash (const world_t *self)
{
    return self->hash;
}

void world_count (const world_t *self, struct sometimes *sometimes)
{
    world_t counted = {.sometimes = self->sometimes};
    for (size_t i = 0; i < self->node_count; i++) {
        node_count_life (&counted, self->nodes[i]);
    }
    *sometimes = counted.sometimes;
}

static void *core_of (const world_t *self, int64_t id, enum role role)
{
    const struct node *node = world_node (self, id);
    assert (node->role == role);
    return node->core;
}

const trader_t *world_trader (const world_t *self, int64_t id)
{
    return core_of (self, id, ROLE_TRADER);
}

static bool is_peer (const world_t *self, int64_t id)
{
    return world_node (self, id)->role == ROLE_PEER;
}

const buyer_t *world_buyer (const world_t *self, int64_t id)
{
    return is_peer (self, id) ? peer_buyer (world_peer (self, id)) : core_of (self, id, ROLE_BUYER);
}

const seller_t *world_seller (const world_t *self, int64_t id)
{
    return is_peer (self, id) ? peer_seller (world_peer (self, id))
                              : core_of (self, id, ROLE_SELLER);
}

peer_t *world_peer (const world_t *self, int64_t id)
{
    return core_of (self, id, ROLE_PEER);
}
