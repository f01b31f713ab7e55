// Who is silent. Followers watch the leader, and their PINGs tell it that they live; a leader
// watches all of them, asks after those that it does not hear, and fills the seats. It asks each
// that is silent now and then for another reason, too: it may be the leader who is cut off, and
// others were elected.
#include <string.h>

#include "broker/election/election_state.h"

void election_watch_begin (election_t *self)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        liveness_begin (&self->peers[i].life, self->config.ping_every_us, self->now_us);
    }
    self->appoint_due_us = self->now_us + WELL_INTERVALS * self->config.ping_every_us;
    self->confirm_due_us = self->now_us + REACH_INTERVALS * self->config.ping_every_us;
}

// Somebody may have been granted a term, and died before telling anybody. So a leader asks now and
// then, by the campaign that it won: granted long ago, it changes nothing, and the answer tells who
// leads.
static void confirm (election_t *self, struct outbox *out)
{
    if (self->now_us >= self->confirm_due_us) {
        self->confirmed_us = self->now_us;
        self->confirm_due_us = self->now_us + REACH_INTERVALS * self->config.ping_every_us;
        election_ask (self, self->term - 1, &self->seats, out);
    }
}

void election_doubt (election_t *self)
{
    self->doubted = true;
    int64_t soonest_us = self->confirmed_us + self->config.ping_every_us;
    int64_t due_us = soonest_us > self->now_us ? soonest_us : self->now_us;
    self->confirm_due_us = due_us < self->confirm_due_us ? due_us : self->confirm_due_us;
}

static bool is_well (const election_t *self, const struct election_peer *peer)
{
    return !peer->out && !peer->silent && peer->heard
           && self->now_us - peer->heard_us <= WELL_INTERVALS * self->config.ping_every_us;
}

static bool may_keep (const election_t *self, size_t i)
{
    const struct election_peer *peer = &self->peers[i];
    return i != self->own && election_has_seat (self, peer->id) && !peer->out && !peer->silent;
}

// The peers that should hold the seats: the leader, and the highest that are well. Where seats are
// reclaimed, one that is higher than the leader stands itself; where not, whoever has a seat keeps
// it.
static void choose (const election_t *self, struct seat_list *seats)
{
    bool chosen[LIMIT_VECTOR] = {false};
    size_t free_seats = (size_t) self->config.seats - 1;
    chosen[self->own] = true;
    for (int keeping = 1; keeping >= 0; keeping--) {
        size_t highest = self->config.reclaim ? self->own : self->config.peer_count;
        for (size_t i = highest; i > 0 && free_seats > 0; i--) {
            const struct election_peer *peer = &self->peers[i - 1];
            bool keeps = may_keep (self, i - 1);
            bool takes = keeping && !self->config.reclaim ? keeps : keeps || is_well (self, peer);
            if (takes && !chosen[i - 1]) {
                chosen[i - 1] = true;
                free_seats--;
            }
        }
    }
    seats->count = 0;
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (chosen[i]) {
            seats->ids[seats->count++] = self->peers[i].id;
        }
    }
}

static bool seat_is_lost (const election_t *self)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        const struct election_peer *peer = &self->peers[i];
        if ((peer->out || peer->silent) && election_has_seat (self, peer->id)) {
            return true;
        }
    }
    return false;
}

static void appoint (election_t *self, struct outbox *out)
{
    struct seat_list seats;
    if (self->config.seats == 1 || (self->now_us < self->appoint_due_us && !seat_is_lost (self))) {
        return;
    }
    self->appoint_due_us = self->now_us + WELL_INTERVALS * self->config.ping_every_us;
    choose (self, &seats);
    bool same = seats.count == self->seats.count
                && memcmp (seats.ids, self->seats.ids, seats.count * sizeof *seats.ids) == 0;
    if (!same) {
        self->appoints = true;
        self->began_us = self->now_us;
        self->messages = 0;
        election_campaign (self, &seats, out);
    }
}

// Returns whether the peer is suspected since now.
static bool look (election_t *self, struct election_peer *peer, struct outbox *out)
{
    liveness_look (&peer->life, self->now_us);
    bool suspected = liveness_suspects (&peer->life, self->now_us);
    int64_t reach_us = peer->life.pinged_us + REACH_INTERVALS * self->config.ping_every_us;
    bool pings =
        suspected ? self->now_us >= reach_us : liveness_wants_ping (&peer->life, self->now_us);
    if (pings) {
        election_ping (self, peer, out);
    }
    bool newly = suspected && !peer->silent;
    peer->silent = peer->silent || suspected;
    return newly;
}

void election_watch (election_t *self, struct outbox *out)
{
    if (self->state != ELECTION_FOLLOWING) {
        return;
    }
    if (!election_leads (self)) {
        struct election_peer *leader = election_peer_of (self, self->leader);
        if (!leader || look (self, leader, out) || leader->silent) {
            election_stand (self, ELECTION_WHY_SILENT, self->leader, out);
        }
        return;
    }
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (i != self->own) {
            (void) look (self, &self->peers[i], out);
        }
    }
    confirm (self, out);
    if (self->served_term == self->term) {
        appoint (self, out);
    }
}

int64_t election_watch_due (const election_t *self)
{
    int64_t due_us = DEADLINE_NONE;
    bool leads = election_leads (self);
    if (self->state != ELECTION_FOLLOWING) {
        return due_us;
    }
    for (size_t i = 0; i < self->config.peer_count; i++) {
        const struct election_peer *peer = &self->peers[i];
        if (i == self->own || (!leads && peer->id != self->leader)) {
            continue;
        }
        int64_t peer_us = liveness_deadline (&peer->life);
        due_us = peer_us < due_us ? peer_us : due_us;
    }
    return leads && self->confirm_due_us < due_us ? self->confirm_due_us : due_us;
}
