// The Bully algorithm. Who stands asks the higher ones; whoever of these lives answers, and stands
// itself; who hears of nobody higher in time has won, as far as it knows, and asks the warehouse. A
// peer that is known to be silent is asked, too, and not waited for.
#include <string.h>

#include "broker/election/election_state.h"
#include "schemas/planted.h"

static int64_t earlier (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// It listens who is there before it stands.
void election_settle (election_t *self, int64_t wait_us, struct outbox *out)
{
    self->settled_us = self->now_us + wait_us;
    election_wait (self, ELECTION_SETTLING, earlier (wait_us, LISTEN_US));
    self->canvass_us = self->now_us;
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (i != self->own) {
            self->peers[i].heard = self->peers[i].reached = false;
            election_ping (self, &self->peers[i], out);
        }
    }
}

// When a market opens nobody is connected yet, and what was sent is lost. That says nothing of who
// is silent, so it does not count as asked.
static void listen_on (election_t *self, struct outbox *out)
{
    self->due_us = earlier (self->settled_us, self->now_us + LISTEN_US);
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (i != self->own && !self->peers[i].reached) {
            (void) election_letter (self, out, self->peers[i].id, MESSAGE_PING);
        }
    }
}

static bool is_there (const struct election_peer *peer)
{
    return !peer->out && !peer->silent;
}

void election_ask_again (election_t *self, struct outbox *out)
{
    election_ask (self, self->campaign_term, &self->proposed, out);
    election_wait (self, ELECTION_CAMPAIGNING, CAMPAIGN_RETRY_US);
}

void election_campaign (election_t *self, const struct seat_list *seats, struct outbox *out)
{
    self->proposed = *seats;
    self->campaign_term = self->term;
    election_ask_again (self, out);
}

static bool heard_since (const election_t *self, const struct election_peer *peer)
{
    return peer->heard && peer->heard_us >= self->canvass_us;
}

// Proposes itself, and the highest of those below it that were heard since it looked for them.
static void propose (election_t *self, struct outbox *out)
{
    struct seat_list seats = {0};
    size_t first = self->own;
    for (size_t found = 1; first > 0 && found < (size_t) self->config.seats; first--) {
        const struct election_peer *peer = &self->peers[first - 1];
        found += is_there (peer) && heard_since (self, peer);
    }
    for (size_t i = first; i <= self->own; i++) {
        const struct election_peer *peer = &self->peers[i];
        if (i == self->own || (is_there (peer) && heard_since (self, peer))) {
            seats.ids[seats.count++] = peer->id;
        }
    }
    election_campaign (self, &seats, out);
}

// Whether nobody is left to be heard who might be appointed.
static bool canvassed (const election_t *self)
{
    size_t found = 1;
    for (size_t i = self->own; i > 0 && found < (size_t) self->config.seats; i--) {
        const struct election_peer *peer = &self->peers[i - 1];
        if (is_there (peer) && !heard_since (self, peer)) {
            return false;
        }
        found += is_there (peer);
    }
    return true;
}

static void win (election_t *self, struct outbox *out)
{
    self->canvass_us = self->now_us;
    if (self->config.seats > 1) {
        for (size_t i = 0; i < self->own; i++) {
            if (!self->peers[i].out) {
                election_ping (self, &self->peers[i], out);
            }
        }
        election_wait (self, ELECTION_CANVASSING, self->config.answer_wait_us);
        if (!canvassed (self)) {
            return;
        }
    }
    propose (self, out);
}

static void begin (election_t *self)
{
    if (!election_in_progress (self) || self->appoints) {
        self->began_us = self->now_us;
        self->messages = 0;
        self->counters.stood++;
    }
    self->appoints = false;
}

// Whether it was sent a PING, and has let pass the time in which who lives answers.
static bool is_overdue (const election_t *self, const struct election_peer *peer)
{
    return peer->life.pinged_us > peer->life.heard_us
           && self->now_us - peer->life.heard_us
                  >= self->config.ping_every_us + self->config.answer_wait_us;
}

void election_stand (election_t *self, enum election_why why, int64_t peer, struct outbox *out)
{
    begin (self);
    election_note (self,
                   (struct election_note){
                       .news = ELECTION_NEWS_STANDS, .why = why, .peer = peer, .term = self->term});
    size_t awaited = 0;
    for (size_t i = self->own + 1; i < self->config.peer_count; i++) {
        struct election_peer *higher = &self->peers[i];
        higher->silent = higher->silent || is_overdue (self, higher);
        if (!higher->out) {
            election_letter (self, out, higher->id, MESSAGE_ELECTION)->election.term = self->term;
            awaited += !higher->silent;
        }
    }
    if (awaited == 0) {
        win (self, out);
    } else {
        election_wait (self, ELECTION_STANDING, self->config.answer_wait_us);
        self->canvass_us = self->now_us;
    }
}

// Whether the leader, a higher one, was heard just now: whoever misses it has asked it, too.
static bool hears_leader (election_t *self)
{
    const struct election_peer *leader = election_peer_of (self, self->leader);
    return self->state == ELECTION_FOLLOWING && leader && leader->id > self->config.id
           && is_there (leader) && leader->heard
           && self->now_us - leader->heard_us < self->config.ping_every_us;
}

// A lower peer stands, which shows that it lives and misses a leader. This one lives, too, and is
// higher: it takes that on. A leader says that it is there.
void election_asked (election_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    if (message->from >= self->config.id) {
        return;
    }
    struct letter *letter = outbox_letter (out, PORT_CLIENTS, message->from, MESSAGE_ANSWER);
    letter->route = event->route;
    letter->message.from = self->config.id;
    letter->message.answer.term = self->term;
    election_count (self);
    if (election_leads (self) && message->election.term > self->term) {
        election_doubt (self);
    } else if (election_leads (self) && self->served_term == self->term) {
        election_tell_leader (self, out, message->from, 0, 0);
    } else if (election_in_progress (self)) {
        self->counters.meanwhile++;
    } else if (self->state == ELECTION_SETTLING && self->evicted) {
        return;  // Who asked may have found a leader since: it looks around first, and stands then.
    } else if (!election_leads (self) && !hears_leader (self)) {
        // Who leads was granted its term, and will soon serve.
        election_stand (self, ELECTION_WHY_ASKED, message->from, out);
    }
}

void election_answered (election_t *self, struct election_peer *peer)
{
    if (peer->id <= self->config.id) {
        return;
    }
    if (self->state == ELECTION_STANDING || self->state == ELECTION_WAITING) {
        election_note (self, (struct election_note){.news = ELECTION_NEWS_ANSWERED,
                                                    .peer = peer->id,
                                                    .term = self->term});
    }
    if (self->state == ELECTION_STANDING || self->state == ELECTION_CANVASSING) {
        election_wait (self, ELECTION_WAITING, self->config.coordinator_wait_us);
    }
}

// Nobody that it asked has answered.
static void pass_over (election_t *self)
{
    for (size_t i = self->own + 1; i < self->config.peer_count; i++) {
        struct election_peer *peer = &self->peers[i];
        peer->silent = peer->silent || !heard_since (self, peer);
    }
}

// It has listened long enough.
static void settled (election_t *self, struct outbox *out)
{
    const struct election_peer *leader = election_peer_of (self, self->leader);
    bool is_back = leader && heard_since (self, leader);
    if (self->leader > 0 && !self->evicted && is_back && is_there (leader)
        && election_accepts (self)) {
        election_follow (self);
    } else {
        bool lower = self->leader > 0 && self->leader < self->config.id;
        election_stand (self, lower ? ELECTION_WHY_HIGHER : ELECTION_WHY_START,
                        lower ? self->leader : self->config.id, out);
    }
}

void election_run_due (election_t *self, struct outbox *out)
{
    if (self->now_us < self->due_us) {
        return;
    }
    switch (self->state) {
    case ELECTION_SETTLING:
        if (self->now_us < self->settled_us) {
            listen_on (self, out);
        } else {
            settled (self, out);
        }
        break;
    case ELECTION_STANDING:
        pass_over (self);
        win (self, out);
        break;
    case ELECTION_WAITING:
        if (!PLANTED (76)) {
            election_stand (self, ELECTION_WHY_UNENDED, 0, out);
        }
        break;
    case ELECTION_CANVASSING:
        propose (self, out);
        break;
    case ELECTION_CAMPAIGNING:
        if (!PLANTED (77)) {
            election_ask_again (self, out);
        }
        break;
    case ELECTION_FOLLOWING:
    case ELECTION_OUT:
        break;
    }
}

static bool all_reached (const election_t *self)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (i != self->own && !self->peers[i].reached) {
            return false;
        }
    }
    return true;
}

void election_look_early (election_t *self, struct outbox *out)
{
    if (self->state == ELECTION_SETTLING && all_reached (self)) {
        settled (self, out);
    } else if (self->state == ELECTION_CANVASSING && canvassed (self)) {
        propose (self, out);
    }
}
