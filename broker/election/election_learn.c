// What a peer believes of who leads. The warehouse grants terms, so what it says counts; peers pass
// on what they know, and a peer that misses its leader follows one that lives.
#include <string.h>

#include "broker/election/election_state.h"

void election_follow (election_t *self)
{
    self->state = ELECTION_FOLLOWING;
    self->due_us = DEADLINE_NONE;
    self->appoints = false;
    election_watch_begin (self);
}

static bool same_seats (const struct seat_list *list, const struct seating *seating)
{
    return list->count == seating->seat_count
           && memcmp (list->ids, seating->seats, list->count * sizeof *list->ids) == 0;
}

static void granted (election_t *self, const struct seating *seating)
{
    election_adopt (self, seating);
    self->counters.won++;
    self->counters.appointed += self->appoints;
    election_note (self, (struct election_note){.news = ELECTION_NEWS_WON,
                                                .peer = self->config.id,
                                                .term = self->term});
    election_follow (self);
}

// Another term is the current one than this candidate took for it: a later one mostly, or an
// earlier one, where the store was put back or somebody lied. What the warehouse says counts. A
// higher leader that may live is followed, and suspected if it does not; else the warehouse is
// asked again, for the one after that.
static void refused (election_t *self, const struct seating *seating, struct outbox *out)
{
    self->counters.refused++;
    election_adopt (self, seating);
    election_note (self, (struct election_note){.news = ELECTION_NEWS_REFUSED,
                                                .peer = self->leader,
                                                .term = self->term});
    if (self->leader > self->config.id) {
        election_follow (self);
        return;
    }
    self->campaign_term = self->term;
    election_ask_again (self, out);
}

// A leader has asked whether it still leads. If somebody doubts that, all are told. One answer of
// an earlier term may be a late one.
static void confirmed (election_t *self, const struct seating *seating, struct outbox *out)
{
    bool leads_on = election_leads (self) && seating->term == self->term;
    if (leads_on && self->doubted) {
        election_tell_all_leader (self, out, 0, 0);
    }
    self->doubted = self->doubted && !leads_on;
    if (seating->term >= self->term || !election_leads (self)) {
        self->contradicted = 0;
        election_learn (self, seating, WAREHOUSE_NODE, out);
    } else if (++self->contradicted < CONTRADICTIONS) {
        election_doubt (self);
    } else {
        self->contradicted = 0;
        election_adopt (self, seating);
        election_follow (self);
    }
}

void election_told (election_t *self, const struct seats *told, struct outbox *out)
{
    const struct seating *seating = &told->seating;
    if (self->state == ELECTION_FOLLOWING) {
        confirmed (self, seating, out);
        return;
    }
    if (self->state != ELECTION_CAMPAIGNING) {
        return;
    }
    if (seating->term == self->campaign_term + 1 && seating->leader == self->config.id
        && same_seats (&self->proposed, seating)) {
        granted (self, seating);
    } else if (seating->term != self->campaign_term) {
        refused (self, seating, out);
    }
}

// Whether a newer leader ends this peer's own election, or it would rather lead itself.
bool election_accepts (const election_t *self)
{
    return !self->config.reclaim || self->leader >= self->config.id
           || election_has_seat (self, self->config.id);
}

static void note_follows (election_t *self)
{
    election_note (self, (struct election_note){.news = ELECTION_NEWS_FOLLOWS,
                                                .peer = self->leader,
                                                .term = self->term});
}

// It led before it was started again. It has not stood: its time begins now.
static void lead_on (election_t *self)
{
    self->began_us = self->now_us;
    self->messages = 0;
    election_follow (self);
}

// What is said of the seats, against what this peer knows.
enum belief { BELIEF_NONE, BELIEF_KNOWN, BELIEF_NEWS };

// Whoever misses a leader believes one that says so itself, even in an earlier term: the warehouse
// knows which one counts, and a leader asks it. Nobody can lead who is no peer.
static enum belief weigh (election_t *self, const struct seating *seating, bool by_leader)
{
    bool misses =
        !self->appoints && (election_in_progress (self) || self->state == ELECTION_SETTLING);
    if (seating->term == 0 || !election_peer_of (self, seating->leader)) {
        return BELIEF_NONE;
    }
    if (seating->term == self->term && seating->leader == self->leader) {
        return BELIEF_KNOWN;
    }
    return seating->term > self->term || (misses && by_leader) ? BELIEF_NEWS : BELIEF_NONE;
}

// Whether the peer that this one follows says that another one leads, in an earlier term.
static bool is_denied (const election_t *self, const struct seating *seating, int64_t from)
{
    return self->state == ELECTION_FOLLOWING && from == self->leader && seating->leader != from
           && seating->term > 0 && seating->term < self->term;
}

// Nobody's word but the warehouse's counts against a leader.
void election_learn (election_t *self, const struct seating *seating, int64_t from,
                     struct outbox *out)
{
    bool by_leader = from == seating->leader;
    if (is_denied (self, seating, from)) {
        election_settle (self, self->config.answer_wait_us, out);
        return;
    }
    enum belief belief = weigh (self, seating, by_leader);
    bool is_news = belief == BELIEF_NEWS;
    if (belief == BELIEF_NONE) {
        return;
    }
    if (is_news && election_leads (self) && from != WAREHOUSE_NODE) {
        election_doubt (self);
        return;
    }
    bool comes_back = by_leader && election_in_progress (self) && !is_news;
    if (is_news || (self->evicted && by_leader && seating->term > self->over_term)) {
        election_adopt (self, seating);
        note_follows (self);
    }
    if (self->state == ELECTION_OUT || self->leader == self->config.id) {
        if (is_news && self->state != ELECTION_OUT) {
            lead_on (self);
        }
        return;
    }
    if (election_accepts (self)) {
        // By hearsay alone a leader that is missed is not back.
        if (is_news || comes_back || (by_leader && self->state == ELECTION_SETTLING)) {
            election_follow (self);
        }
        if (comes_back) {
            note_follows (self);
        }
    } else if (is_news && self->state == ELECTION_FOLLOWING) {
        election_stand (self, ELECTION_WHY_HIGHER, self->leader, out);
    } else if (is_news && self->state == ELECTION_WAITING) {
        election_stand (self, ELECTION_WHY_HIGHER, self->leader, out);
    }
}
