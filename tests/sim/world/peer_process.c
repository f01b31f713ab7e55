// What is to be seen of a peer's process: when it trades for the others and when it may be elected,
// which are facts; what its election came to, which is told; and the orders that wait for somebody
// to be elected. A peer keeps no journal, so that its letters leave at once.
#include "tests/sim/world/world_state.h"

enum { HELD_LEAST_US = 5 * WORLD_MS };  // for so long an order waits that waits for an election

static bool serves (const peer_t *peer)
{
    const trader_t *trader = peer_trader (peer);
    return peer_role (peer) == PEER_TRADER && trader && trader_ready (trader);
}

static bool stands (const struct node *node)
{
    enum peer_role role = peer_role (node->core);
    return !node->seen.stopped && (role == PEER_CLIENT || role == PEER_TRADER);
}

static void tell (world_t *self, const struct node *node, enum fact_type type, bool begins)
{
    world_fact (self,
                (struct fact){.type = type, .node = node->id, .life = node->life, .units = begins});
}

static void tell_election (world_t *self, const struct node *node, const struct election_note *note)
{
    long long id = node->id;
    long long peer = note->peer;
    long long term = note->term;
    switch (note->news) {
    case ELECTION_NEWS_STANDS:
        story_event (self, "peer %lld stands: %lld %s", id, peer, election_why_text (note->why));
        break;
    case ELECTION_NEWS_ANSWERED:
        story_event (self, "peer %lld has been answered by %lld", id, peer);
        break;
    case ELECTION_NEWS_REFUSED:
        story_event (self, "peer %lld is refused: %lld leads in term %lld", id, peer, term);
        break;
    case ELECTION_NEWS_WON:
        story_event (self, "peer %lld is granted term %lld", id, term);
        break;
    case ELECTION_NEWS_SERVES:
        story_event (self, "peer %lld serves in term %lld, %lld.%lld ms after it stood", id, term,
                     (long long) note->took_us / WORLD_MS,
                     (long long) note->took_us % WORLD_MS / 100);
        break;
    case ELECTION_NEWS_FOLLOWS:
        story_event (self, "peer %lld follows %lld in term %lld", id, peer, term);
        break;
    }
}

static void tell_note (world_t *self, const struct node *node, const struct peer_note *note)
{
    long long id = node->id;
    switch (note->news) {
    case PEER_NEWS_SICK:
        story_event (self, "peer %lld falls sick", id);
        self->sometimes.count[SOMETIMES_SICK]++;
        self->sometimes.count[SOMETIMES_SICK_LEADER] += world_leader (self) == node->id;
        break;
    case PEER_NEWS_RESIGNED:
        story_event (self, "peer %lld has resigned, %lld requests wait", id,
                     (long long) note->count);
        break;
    case PEER_NEWS_HANDED:
        story_event (self, "peer %lld hands %lld requests to %lld", id, (long long) note->count,
                     (long long) note->peer);
        break;
    case PEER_NEWS_WELL:
        story_event (self, "peer %lld is well again", id);
        break;
    case PEER_NEWS_UNSEATED:
        story_event (self, "peer %lld is told that it holds no seat", id);
        break;
    }
}

static void tell_notes (world_t *self, const struct node *node)
{
    struct election_note election;
    struct peer_note note;
    while (peer_next_election_note (node->core, &election)) {
        tell_election (self, node, &election);
    }
    while (peer_next_note (node->core, &note)) {
        tell_note (self, node, &note);
    }
}

void peer_process_look (world_t *self, struct node *node)
{
    bool begins = serves (node->core);
    bool may = stands (node);
    tell_notes (self, node);
    if (begins != node->seen.serves) {
        node->seen.serves = begins;
        tell (self, node, FACT_SERVES, begins);
    }
    if (may != node->seen.stands || !node->seen.told) {
        node->seen.stands = may;
        node->seen.told = true;
        tell (self, node, FACT_STANDS, may);
    }
}

// The highest number that the client in this peer has given to a request.
static int64_t last_made (const struct node *node)
{
    const struct peer_config *config = &node->config.peer;
    if (config->sells) {
        return config->seller.client.first_number - 1
               + seller_book (peer_seller (node->core))->requests;
    }
    return config->buyer.client.first_number - 1 + buyer_book (peer_buyer (node->core))->requests;
}

// A request that was made and has not left waits until somebody holds a seat.
static void look_for_held (world_t *self, struct node *node)
{
    struct peer_seen *seen = &node->seen;
    int64_t made = last_made (node);
    if (seen->waits_for && node->last_number >= seen->waits_for) {
        self->sometimes.count[SOMETIMES_ORDER_HELD] +=
            self->now_us - seen->since_us >= HELD_LEAST_US;
        seen->waits_for = 0;
    }
    if (!seen->waits_for && made > node->last_number) {
        seen->waits_for = made;
        seen->since_us = self->now_us;
    }
}

void peer_process_round_end (world_t *self, struct node *node)
{
    post_letters (self, node, node->out->letter_count);
    outbox_clear (node->out);
    mail_drop_all (self, &node->round);
    look_for_held (self, node);
}

void peer_process_forget (struct node *node)
{
    node->seen = (struct peer_seen){.serves = false};
}

bool peer_process_rests (const struct node *node)
{
    if (!node->core || node->gone) {
        return true;
    }
    int64_t open = node->config.peer.sells ? seller_book (peer_seller (node->core))->open
                                           : buyer_book (peer_buyer (node->core))->open;
    bool for_good = !node->seen.stands && node->config.peer.sickness.recover_after_us == 0;
    return (node->seen.serves || for_good) && !node->seen.stopped && open == 0;
}

int64_t world_leader (const world_t *self)
{
    return self->seating.leader;
}

int64_t world_serving (const world_t *self)
{
    int64_t serving = 0;
    for (size_t i = 0; i < self->node_count; i++) {
        const struct node *node = self->nodes[i];
        bool now = node->role == ROLE_PEER && node->seen.serves && node->state == NODE_UP;
        if (now && (serving == 0 || node->id == world_leader (self))) {
            serving = node->id;
        }
    }
    return serving;
}
