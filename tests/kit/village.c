#include "tests/kit/village.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { READY_US = 2 * VILLAGE_MS, DELAY_MAX_US = 500 };

int64_t village_draw (village_t *self, int64_t min, int64_t max)
{
    self->random = self->random * UINT64_C (6364136223846793005) + UINT64_C (1442695040888963407);
    return min + (int64_t) ((self->random >> 33) % (uint64_t) (max - min + 1));
}

village_t *village_new (size_t count, int64_t seats, bool reclaim, uint64_t seed)
{
    village_t *self = calloc (1, sizeof *self);
    struct warehouse_config config = warehouse_config_default ();
    config.elected = true;
    ck_assert_ptr_nonnull (self);
    self->count = count;
    self->random = seed * 2 + 1;
    self->delay_max_us = DELAY_MAX_US;
    for (size_t i = 0; i < count; i++) {
        self->ids[i] = (int64_t) i + 1;
        self->peers[i].id = self->ids[i];
    }
    self->config = election_config_default (self->ids, count);
    self->config.seats = seats;
    self->config.reclaim = reclaim;
    self->memory = arena_new (4096);
    outbox_init (&self->out);
    self->warehouse = warehouse_new (&config, seed);
    struct event start = {.type = EVENT_START};
    warehouse_step (self->warehouse, &start, &self->out);
    outbox_clear (&self->out);
    return self;
}

void village_destroy (village_t **self_p)
{
    village_t *self = *self_p;
    for (size_t i = 0; i < self->count; i++) {
        election_destroy (&self->peers[i].election);
    }
    warehouse_destroy (&self->warehouse);
    outbox_free (&self->out);
    arena_destroy (&self->memory);
    free (self);
    *self_p = NULL;
}

static struct village_peer *peer_of (village_t *self, int64_t id)
{
    ck_assert (id >= 1 && id <= (int64_t) self->count);
    return &self->peers[id - 1];
}

election_t *village_peer (village_t *self, int64_t id)
{
    return peer_of (self, id)->election;
}

static const int64_t *copy_ids (village_t *self, const int64_t *ids, size_t count)
{
    int64_t *copy = arena_take (self->memory, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++) {
        copy[i] = ids[i];
    }
    return copy;
}

// What a letter on its way must not borrow.
static void own_lists (village_t *self, struct message *message)
{
    struct seating *seating = NULL;
    if (message->type == MESSAGE_COORDINATOR) {
        seating = &message->coordinator.seating;
    } else if (message->type == MESSAGE_SEATS) {
        seating = &message->seats.seating;
    } else if (message->type == MESSAGE_PONG) {
        seating = &message->pong.seating;
    } else if (message->type == MESSAGE_CAMPAIGN) {
        message->campaign.seats =
            copy_ids (self, message->campaign.seats, message->campaign.seat_count);
    }
    if (seating) {
        seating->seats = copy_ids (self, seating->seats, seating->seat_count);
    }
}

static void post (village_t *self, int64_t from, int64_t to, enum port port,
                  const struct message *message)
{
    self->sent[message->type]++;
    if (village_draw (self, 1, 1000) <= self->loss_per_mille) {
        return;
    }
    ck_assert_uint_lt (self->letter_count, VILLAGE_LETTERS);
    struct village_letter *letter = &self->letters[self->letter_count++];
    *letter = (struct village_letter){
        .at_us = self->now_us + village_draw (self, 50, self->delay_max_us),
        .seq = self->seq++,
        .from = from,
        .to = to,
        .port = port,
        .message = *message,
    };
    own_lists (self, &letter->message);
}

static void post_all (village_t *self, struct village_peer *from)
{
    for (size_t i = 0; i < self->out.letter_count; i++) {
        const struct letter *letter = &self->out.letters[i];
        enum port arrives = letter->port == PORT_TRADER    ? PORT_CLIENTS
                            : letter->port == PORT_CLIENTS ? PORT_TRADER
                                                           : PORT_WAREHOUSE;
        if (!from->cut) {
            post (self, from->id, letter->to, arrives, &letter->message);
        }
    }
    outbox_clear (&self->out);
}

static void step (village_t *self, struct village_peer *peer, const struct event *event)
{
    election_step (peer->election, event, &self->out);
    if (event->type != EVENT_DRAINED) {
        struct event drained = {.type = EVENT_DRAINED, .now_us = self->now_us};
        election_step (peer->election, &drained, &self->out);
    }
    bool seated = election_seated (peer->election);
    peer->ready_us = !seated ? 0 : peer->ready_us == 0 ? self->now_us + READY_US : peer->ready_us;
    if (seated && self->now_us >= peer->ready_us) {
        election_serve (peer->election, self->now_us, &self->out);
    }
    post_all (self, peer);
}

void village_start (village_t *self, int64_t id)
{
    struct village_peer *peer = peer_of (self, id);
    struct event event = {.type = EVENT_START, .now_us = self->now_us};
    ck_assert (!peer->election);
    self->config.id = id;
    self->config.peers = self->ids;
    peer->election = election_new (&self->config);
    step (self, peer, &event);
}

void village_start_all (village_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        village_start (self, self->ids[i]);
    }
}

void village_kill (village_t *self, int64_t id)
{
    struct village_peer *peer = peer_of (self, id);
    election_destroy (&peer->election);
    peer->ready_us = 0;
}

void village_leave (village_t *self, int64_t id)
{
    struct village_peer *peer = peer_of (self, id);
    election_leave (peer->election, self->now_us, &self->out);
    peer->ready_us = 0;
    post_all (self, peer);
}

void village_return (village_t *self, int64_t id)
{
    election_return (village_peer (self, id), self->now_us, &self->out);
    post_all (self, peer_of (self, id));
}

static void reach_warehouse (village_t *self, const struct village_letter *letter)
{
    struct event event = {.type = EVENT_RECEIVE,
                          .port = PORT_WAREHOUSE,
                          .now_us = self->now_us,
                          .message = &letter->message};
    if (self->closed) {
        return;
    }
    warehouse_step (self->warehouse, &event, &self->out);
    struct village_peer nobody = {.id = WAREHOUSE_NODE};
    for (size_t i = 0; i < self->out.letter_count; i++) {
        const struct message *message = &self->out.letters[i].message;
        if (self->out.letters[i].port != PORT_WAREHOUSE) {
            continue;
        }
        const struct seating *seating = &message->seats.seating;
        if (message->type == MESSAGE_SEATS && seating->term > self->granted) {
            ck_assert_int_eq (seating->term, self->granted + 1);
            ck_assert_int_lt (seating->term, VILLAGE_TERMS);
            self->granted = seating->term;
            self->leaders[seating->term] = seating->leader;
        }
        post (self, nobody.id, self->out.letters[i].to, PORT_WAREHOUSE, message);
    }
    outbox_clear (&self->out);
}

// A peer answers a PING with what it knows, as its owner would.
static void answer_ping (village_t *self, struct village_peer *peer, int64_t to)
{
    if (election_state (peer->election) != ELECTION_OUT && !peer->cut) {
        struct message pong = {.type = MESSAGE_PONG,
                               .from = peer->id,
                               .pong = {.seating = election_seating (peer->election)}};
        post (self, peer->id, to, PORT_TRADER, &pong);
    }
}

static void arrive (village_t *self, const struct village_letter *letter)
{
    if (letter->to == WAREHOUSE_NODE) {
        reach_warehouse (self, letter);
        return;
    }
    struct village_peer *peer = peer_of (self, letter->to);
    struct event event = {.type = EVENT_RECEIVE,
                          .port = letter->port,
                          .now_us = self->now_us,
                          .route = {.size = 1},
                          .message = &letter->message};
    if (!peer->election || peer->cut) {
        return;
    }
    if (letter->message.type == MESSAGE_PING) {
        answer_ping (self, peer, letter->from);
    }
    step (self, peer, &event);
}

void village_tell (village_t *self, int64_t id, enum port port, const struct message *message)
{
    struct village_letter letter = {
        .from = message->from, .to = id, .port = port, .message = *message};
    arrive (self, &letter);
}

static struct village_letter *next_letter (village_t *self)
{
    struct village_letter *next = NULL;
    for (size_t i = 0; i < self->letter_count; i++) {
        struct village_letter *letter = &self->letters[i];
        if (!next || letter->at_us < next->at_us
            || (letter->at_us == next->at_us && letter->seq < next->seq)) {
            next = letter;
        }
    }
    return next;
}

static int64_t due_of (const struct village_peer *peer)
{
    if (!peer->election) {
        return DEADLINE_NONE;
    }
    int64_t due_us = election_deadline (peer->election);
    bool to_serve = peer->ready_us > 0 && election_seated (peer->election);
    int64_t ids[LIMIT_VECTOR];
    size_t count = election_serving (peer->election, ids);
    for (size_t i = 0; i < count; i++) {
        to_serve = to_serve && ids[i] != peer->id;
    }
    return to_serve && peer->ready_us < due_us ? peer->ready_us : due_us;
}

void village_run (village_t *self, int64_t for_us)
{
    int64_t end_us = self->now_us + for_us;
    for (;;) {
        struct village_letter *letter = next_letter (self);
        struct village_peer *peer = &self->peers[0];
        for (size_t i = 1; i < self->count; i++) {
            peer = due_of (&self->peers[i]) < due_of (peer) ? &self->peers[i] : peer;
        }
        int64_t due_us = due_of (peer);
        int64_t letter_us = letter ? letter->at_us : DEADLINE_NONE;
        if (due_us > end_us && letter_us > end_us) {
            self->now_us = end_us;
            return;
        }
        if (letter_us <= due_us) {
            struct village_letter taken = *letter;
            *letter = self->letters[--self->letter_count];
            self->now_us = taken.at_us > self->now_us ? taken.at_us : self->now_us;
            arrive (self, &taken);
        } else {
            self->now_us = due_us > self->now_us ? due_us : self->now_us;
            struct event event = {.type = EVENT_DRAINED, .now_us = self->now_us};
            step (self, peer, &event);
        }
    }
}

int64_t village_leader (village_t *self)
{
    int64_t leader = 0;
    for (size_t i = 0; i < self->count; i++) {
        const struct village_peer *peer = &self->peers[i];
        if (!peer->election || peer->cut || election_state (peer->election) == ELECTION_OUT) {
            continue;
        }
        struct seating seating = election_seating (peer->election);
        bool settled = election_state (peer->election) == ELECTION_FOLLOWING;
        if (!settled || seating.term != self->granted || (leader && seating.leader != leader)) {
            return 0;
        }
        leader = seating.leader;
    }
    if (leader) {
        int64_t ids[LIMIT_VECTOR];
        election_t *leading = village_peer (self, leader);
        bool serves = leading && election_leads (leading);
        size_t count = serves ? election_serving (leading, ids) : 0;
        for (size_t i = 0; i < count; i++) {
            if (ids[i] == leader) {
                return leader;
            }
        }
    }
    return 0;
}
