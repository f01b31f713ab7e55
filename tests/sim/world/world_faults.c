// Faults from outside, their end, and what is asked of the world when all is quiet.
#include <assert.h>

#include "tests/sim/world/world_state.h"

void world_note (world_t *self, const char *text)
{
    story_event (self, "%s", text);
}

void world_crash (world_t *self, int64_t id)
{
    struct node *node = world_node (self, id);
    if (node->state != NODE_DOWN && !node->gone) {
        story_event (self, "%s %lld is killed", node->class->name, (long long) id);
        self->sometimes.count[SOMETIMES_CRASH_IDLE] += !node->busy;
        process_end (self, node);
    }
}

void world_doom (world_t *self, int64_t id)
{
    world_node (self, id)->doomed = true;
}

void world_start (world_t *self, int64_t id)
{
    process_start (self, world_node (self, id));
}

void world_pause (world_t *self, int64_t id)
{
    process_pause (self, world_node (self, id));
}

void world_resume (world_t *self, int64_t id)
{
    for (size_t i = 0; i < self->node_count; i++) {
        if (self->nodes[i]->id == id) {
            process_resume (self, self->nodes[i]);
        }
    }
}

// On another machine, without a journal: only the warehouse hears of it until it is let in. Then
// the one before it is heard by the warehouse alone (trader_process_take_place). In the place of
// one that is dead, and will never come back, it is reached at once.
void world_replace (world_t *self, int64_t trader, bool abandon)
{
    struct node *first = world_node (self, trader);
    assert (first->role == ROLE_TRADER);
    if (first->gone || trader_process_twin (self, first)) {
        return;
    }
    story_event (self, "another process begins as trader %lld, without a journal",
                 (long long) trader);
    struct node *second = world_add_node (self, ROLE_TRADER, trader);
    second->config.trader = first->config.trader;
    second->config.trader.abandon = abandon;
    if (abandon) {
        world_fact (self, (struct fact){.type = FACT_FORSAKEN, .node = trader});
    }
    if (first->state == NODE_DOWN) {
        first->gone = true;
    } else {
        self->by_id[trader] = first;
        second->aside = true;
    }
    network_break (self, line_between (self, self->nodes[0], second));  // It has yet to connect.
    process_start (self, second);
}

void world_withdraw (world_t *self, int64_t trader)
{
    struct node *other = trader_process_twin (self, world_node (self, trader));
    if (!other || (other->core && trader_ready (other->core))) {
        return;
    }
    story_event (self, "the other process of trader %lld is not let in, and ends",
                 (long long) trader);
    self->sometimes.count[SOMETIMES_NOT_LET_IN]++;
    process_end (self, other);
    other->gone = true;
}

void world_cut (world_t *self, int64_t from, int64_t to, bool cut)
{
    story_event (self, "%lld %s %lld", (long long) from,
                 cut ? "is not heard any more by" : "is heard again by", (long long) to);
    network_cut (self, world_node (self, from), world_node (self, to), cut);
}

void world_disconnect (world_t *self, int64_t a, int64_t b)
{
    story_event (self, "the connection of %lld and %lld breaks", (long long) a, (long long) b);
    network_break (self, line_between (self, world_node (self, a), world_node (self, b)));
}

void world_fill_disk (world_t *self, int64_t id, bool full)
{
    struct node *node = world_node (self, id);
    story_event (self, "the disk of %s %lld %s", node->class->name, (long long) id,
                 full ? "is full" : "has room again");
    *(node->role == ROLE_WAREHOUSE ? &self->disk.full : &node->disk.full) = full;
}

void world_fail_fsync (world_t *self, int64_t id)
{
    struct node *node = world_node (self, id);
    story_event (self, "the next fsync of %s %lld will fail", node->class->name, (long long) id);
    *(node->role == ROLE_WAREHOUSE ? &self->disk.fsync_fails : &node->disk.fsync_fails) = true;
}

void world_heal_news (world_t *self)
{
    self->news_healed = true;
}

static void heal_lines (world_t *self)
{
    for (struct line *line = self->lines; line; line = line->next) {
        for (int i = 0; i < 2; i++) {
            line->ways[i].cuts = 0;
            line->ways[i].joined_us = self->now_us;
        }
        line->open_us = self->now_us;
        network_release (self, line);
    }
}

void world_heal (world_t *self)
{
    story_event (self, "all is well from now on");
    self->healed = true;
    self->stirred_us = self->now_us;
    self->disk.full = false;
    self->disk.fsync_fails = false;
    size_t count = self->node_count;
    for (size_t i = 0; i < count; i++) {
        struct node *node = self->nodes[i];
        node->doomed = false;
        node->disk.full = false;
        node->disk.fsync_fails = false;
        if (node->aside) {
            world_withdraw (self, node->id);
        }
        process_resume (self, node);
        process_start (self, node);
    }
    heal_lines (self);
    world_fact (self, (struct fact){.type = FACT_HEALED});
}

void world_stop_clients (world_t *self)
{
    story_event (self, "the clients finish what is open");
    for (size_t i = 0; i < self->node_count; i++) {
        struct node *node = self->nodes[i];
        if (node_is_client (node) && node->state == NODE_UP && node->core && !node->gone) {
            struct event stop = {.type = EVENT_STOP, .now_us = self->now_us};
            process_step (self, node, &stop);
            process_round_end (self, node);
        }
    }
}

static bool may_stop (const struct node *node, bool all)
{
    return node->role == ROLE_PEER && node->state == NODE_UP && node->core && !node->gone
           && !node->busy && !node->seen.stopped
           && (all || (node->seen.stands && !election_seated (peer_election (node->core))));
}

// Somebody trades who will go on.
static bool is_served (const world_t *self)
{
    for (size_t i = 0; i < self->node_count; i++) {
        const struct node *node = self->nodes[i];
        if (node->role == ROLE_PEER && node->seen.serves && !node->seen.stopped) {
            return true;
        }
    }
    return false;
}

bool world_stop_peers (world_t *self, bool all)
{
    bool told = false;
    for (size_t i = 0; i < self->node_count && (all || is_served (self)); i++) {
        struct node *node = self->nodes[i];
        if (may_stop (node, all)) {
            struct event stop = {.type = EVENT_STOP, .now_us = self->now_us};
            story_event (self, "peer %lld is told to stop", (long long) node->id);
            node->seen.stopped = told = true;
            process_step (self, node, &stop);
            process_round_end (self, node);
        }
    }
    return told;
}

bool world_clients_done (const world_t *self)
{
    for (size_t i = 0; i < self->node_count; i++) {
        const struct node *node = self->nodes[i];
        bool waits = node->role == ROLE_PEER ? !peer_process_rests (node) : node_is_client (node);
        if (waits && node->core && !node->gone) {
            return false;
        }
    }
    return true;
}

static void tell_buyer (world_t *self, const struct node *node, const buyer_t *buyer, int64_t first)
{
    const struct buyer_book *book = buyer_book (buyer);
    world_fact (self, (struct fact){
                          .type = FACT_BOOK,
                          .node = node->id,
                          .life = node->life,
                          .book = {.first = first,
                                   .requests = book->requests,
                                   .units = book->units,
                                   .amount_cents = book->spent_cents,
                                   .missing = book->missing_units,
                                   .open = book->open + book->gave_up},
                      });
}

static void tell_seller (world_t *self, const struct node *node, const seller_t *seller,
                         int64_t first)
{
    const struct seller_book *book = seller_book (seller);
    world_fact (self, (struct fact){
                          .type = FACT_BOOK,
                          .node = node->id,
                          .life = node->life,
                          .book = {.seller = true,
                                   .first = first,
                                   .requests = book->requests,
                                   .units = book->units,
                                   .open = book->open + book->gave_up},
                      });
}

static void tell_peer (world_t *self, const struct node *node)
{
    const struct peer_config *config = &node->config.peer;
    if (config->sells) {
        tell_seller (self, node, peer_seller (node->core), config->seller.client.first_number);
    } else {
        tell_buyer (self, node, peer_buyer (node->core), config->buyer.client.first_number);
    }
}

static void tell_trader (world_t *self, const struct node *node, const char *const *products,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world_fact (self, (struct fact){.type = FACT_BELIEVED,
                                        .node = node->id,
                                        .life = node->life,
                                        .product = products[i],
                                        .units = trader_available (node->core, products[i])});
    }
}

void world_tell_caches (world_t *self, const char *const *products, size_t count)
{
    for (size_t i = 0; i < self->node_count; i++) {
        const struct node *node = self->nodes[i];
        if (node->role == ROLE_TRADER && node->core && !node->gone) {
            tell_trader (self, node, products, count);
        }
    }
}

void world_tell_books (world_t *self)
{
    for (size_t i = 0; i < self->node_count; i++) {
        const struct node *node = self->nodes[i];
        if (node->role == ROLE_BUYER && node->core) {
            tell_buyer (self, node, node->core, node->config.buyer.client.first_number);
        } else if (node->role == ROLE_SELLER && node->core) {
            tell_seller (self, node, node->core, node->config.seller.client.first_number);
        } else if (node->role == ROLE_PEER && node->core) {
            tell_peer (self, node);
        }
    }
}
