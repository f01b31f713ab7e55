// Who takes part: each role's core and how it is made and moved.
#include <assert.h>
#include <stdlib.h>

#include "tests/sim/world/world_state.h"

static void unmake_trader (void **core_p)
{
    trader_destroy ((trader_t **) core_p);
}

static void step_trader (void *core, const struct event *event, struct outbox *out)
{
    trader_step (core, event, out);
}

static int64_t trader_due (const void *core)
{
    return trader_deadline (core);
}

static void *make_buyer (const void *config, uint64_t seed)
{
    return buyer_new (config, seed);
}

static void unmake_buyer (void **core_p)
{
    buyer_destroy ((buyer_t **) core_p);
}

static void step_buyer (void *core, const struct event *event, struct outbox *out)
{
    buyer_step (core, event, out);
}

static int64_t buyer_due (const void *core)
{
    return buyer_deadline (core);
}

static bool buyer_is_done (const void *core)
{
    return buyer_done (core);
}

static void *make_seller (const void *config, uint64_t seed)
{
    return seller_new (config, seed);
}

static void unmake_seller (void **core_p)
{
    seller_destroy ((seller_t **) core_p);
}

static void step_seller (void *core, const struct event *event, struct outbox *out)
{
    seller_step (core, event, out);
}

static int64_t seller_due (const void *core)
{
    return seller_deadline (core);
}

static bool seller_is_done (const void *core)
{
    return seller_done (core);
}

static void *make_peer (const void *config, uint64_t seed)
{
    return peer_new (config, seed);
}

static void unmake_peer (void **core_p)
{
    peer_destroy ((peer_t **) core_p);
}

static void step_peer (void *core, const struct event *event, struct outbox *out)
{
    peer_step (core, event, out);
}

static int64_t peer_due (const void *core)
{
    return peer_deadline (core);
}

static bool peer_is_done (const void *core)
{
    return peer_done (core);
}

static void *make_stranger (const void *config, uint64_t seed)
{
    return stranger_new (config, seed);
}

static void unmake_stranger (void **core_p)
{
    stranger_destroy ((stranger_t **) core_p);
}

static void step_stranger (void *core, const struct event *event, struct outbox *out)
{
    stranger_step (core, event, out);
}

static int64_t stranger_due (const void *core)
{
    return stranger_deadline (core);
}

static bool stranger_is_done (const void *core)
{
    return stranger_done (core);
}

// The warehouse's core comes from its disk (warehouse_process.c), a trader's from its journal
// (trader_process.c).
static void unmake_warehouse (void **core_p)
{
    warehouse_destroy ((warehouse_t **) core_p);
}

static void step_warehouse (void *core, const struct event *event, struct outbox *out)
{
    warehouse_step (core, event, out);
}

static int64_t warehouse_due (const void *core)
{
    return warehouse_deadline (core);
}

static const struct core_class classes[] = {
    [ROLE_WAREHOUSE] = {"warehouse", NULL, unmake_warehouse, step_warehouse, warehouse_due, NULL},
    [ROLE_TRADER] = {"trader", NULL, unmake_trader, step_trader, trader_due, NULL},
    [ROLE_BUYER] = {"buyer", make_buyer, unmake_buyer, step_buyer, buyer_due, buyer_is_done},
    [ROLE_SELLER] = {"seller", make_seller, unmake_seller, step_seller, seller_due, seller_is_done},
    [ROLE_PEER] = {"peer", make_peer, unmake_peer, step_peer, peer_due, peer_is_done},
    [ROLE_STRANGER] = {"stranger", make_stranger, unmake_stranger, step_stranger, stranger_due,
                       stranger_is_done},
    [ROLE_HAND] = {"hand", NULL, NULL, NULL, NULL, NULL},
};

// An array of nodes with room for one more.
static struct node **with_room (struct node **nodes, size_t count, size_t *size)
{
    if (count < *size) {
        return nodes;
    }
    *size = *size ? 2 * *size : NODES_FIRST;
    nodes = realloc (nodes, *size * sizeof *nodes);
    if (!nodes) {
        abort ();
    }
    return nodes;
}

struct node *world_add_node (world_t *self, enum role role, int64_t id)
{
    assert (id >= 0 && id <= LIMIT_NODE);
    struct node *node = calloc (1, sizeof *node);
    if (!node) {
        abort ();
    }
    *node = (struct node){
        .index = self->node_count,
        .id = id,
        .role = role,
        .class = &classes[role],
        .state = NODE_DOWN,
        .out = &self->shared_out,
        .wake_us = DEADLINE_NONE,
    };
    if (role == ROLE_WAREHOUSE || role == ROLE_TRADER
        || role == ROLE_PEER) {  // Their work takes time.
        node->out = malloc (sizeof *node->out);
        if (!node->out) {
            abort ();
        }
        outbox_init (node->out);
    }
    if (role == ROLE_HAND) {
        node->memory = arena_new (1024);
    }
    self->nodes = with_room (self->nodes, self->node_count, &self->node_size);
    self->nodes[self->node_count++] = node;
    if (role == ROLE_TRADER) {
        self->traders = with_room (self->traders, self->trader_count, &self->trader_size);
        self->traders[self->trader_count++] = node;
        trader_disk_init (&node->disk, self->config.bare,
                          random_next (&self->streams[STREAM_DISKS]));
    }
    self->peer_count += role == ROLE_PEER;
    self->by_id[id] = node;
    return node;
}

struct node *world_node (const world_t *self, int64_t id)
{
    assert (id >= 0 && id <= LIMIT_NODE && self->by_id[id]);
    return self->by_id[id];
}

bool node_is_client (const struct node *node)
{
    return node->role != ROLE_WAREHOUSE && node->role != ROLE_TRADER && node->role != ROLE_PEER;
}

void node_count_on (struct node *node)
{
    int64_t next = node->last_number + 1;
    if (node->role == ROLE_BUYER) {
        node->config.buyer.client.first_number = next;
    } else if (node->role == ROLE_SELLER) {
        node->config.seller.client.first_number = next;
    } else if (node->role == ROLE_PEER) {
        node->config.peer.buyer.client.first_number = next;
        node->config.peer.seller.client.first_number = next;
    }
}

static void count_trader (int64_t *count, const struct trader_counters *counters)
{
    count[SOMETIMES_BUSY] += counters->busy;
    count[SOMETIMES_RESENT] += counters->resent;
    count[SOMETIMES_GAP_NEWS] += counters->gaps;
    count[SOMETIMES_SNAPSHOT] += counters->snapshots;
    count[SOMETIMES_CAUSAL_WAIT] += counters->causal_waits;
    count[SOMETIMES_UNDELIVERABLE] += counters->undeliverable;
    count[SOMETIMES_COPIED] += counters->copied;
    count[SOMETIMES_FORWARDED] += counters->forwarded;
    count[SOMETIMES_RECOVERED] += counters->recovered;
    count[SOMETIMES_BACKED] += counters->backups;
    count[SOMETIMES_ALONE] += counters->alone;
}

static void count_peer (int64_t *count, const peer_t *peer)
{
    const struct trader_counters traded = peer_trader_counters (peer);
    const struct election_counters *elections = election_counters (peer_election (peer));
    count_trader (count, &traded);
    count[SOMETIMES_ELECTION] += elections->stood;
    count[SOMETIMES_MEANWHILE] += elections->meanwhile;
    count[SOMETIMES_HANDED] += traded.handed_over;
    count[SOMETIMES_INHERITED] += traded.inherited;
    count[SOMETIMES_TURNED] += peer_counters (peer)->turned;
}

static void count_warehouse (int64_t *count, const warehouse_t *warehouse)
{
    const struct warehouse_counters *counters = warehouse_counters (warehouse);
    count[SOMETIMES_ORDERS] += counters->orders;
    count[SOMETIMES_RESTOCKS] += counters->restocks;
    count[SOMETIMES_REPEATED] += counters->repeated;
    count[SOMETIMES_FENCED_BATCH] += counters->fenced;
    count[SOMETIMES_BUDGET_LEASED] += counters->budgeted;
}

void node_count_life (world_t *self, const struct node *node)
{
    if (node->core && node->role == ROLE_TRADER) {
        count_trader (self->sometimes.count, trader_counters (node->core));
    } else if (node->core && node->role == ROLE_PEER) {
        count_peer (self->sometimes.count, node->core);
    } else if (node->core && node->role == ROLE_WAREHOUSE) {
        count_warehouse (self->sometimes.count, node->core);
    }
}
