#include "broker/election/election.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/election/election_state.h"

enum {
    PING_EVERY_US = 150000,
    SETTLE_US = 500000,
    ANSWER_US = 20000,
    ANSWER_EACH_US = 2000,
    COORDINATOR_ANSWERS = 10,
};

struct election_config election_config_default (const int64_t *peers, size_t peer_count)
{
    int64_t answer_us = ANSWER_US + (int64_t) peer_count * ANSWER_EACH_US;
    return (struct election_config){
        .peers = peers,
        .peer_count = peer_count,
        .seats = 1,
        .ping_every_us = PING_EVERY_US,
        .answer_wait_us = answer_us,
        .coordinator_wait_us = COORDINATOR_ANSWERS * answer_us,
        .settle_us = SETTLE_US,
        .reclaim = true,
    };
}

election_t *election_new (const struct election_config *config)
{
    assert (config->peer_count >= 1 && config->peer_count <= LIMIT_VECTOR);
    assert (config->seats >= 1 && config->seats <= LIMIT_VECTOR);
    assert (config->ping_every_us > 0 && config->answer_wait_us > 0 && config->settle_us >= 0);
    assert (config->coordinator_wait_us > 0);
    election_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->config = *config;
    self->config.peers = NULL;
    self->own = config->peer_count;
    for (size_t i = 0; i < config->peer_count; i++) {
        assert (i == 0 || config->peers[i] > config->peers[i - 1]);
        self->peers[i].id = config->peers[i];
        self->own = config->peers[i] == config->id ? i : self->own;
    }
    assert (self->own < config->peer_count);
    self->due_us = DEADLINE_NONE;
    return self;
}

void election_destroy (election_t **self_p)
{
    assert (self_p);
    free (*self_p);
    *self_p = NULL;
}

static void hear (election_t *self, struct election_peer *peer, enum message_type type)
{
    peer->heard = true;
    peer->reached = peer->reached || type == MESSAGE_PONG;
    peer->heard_us = self->now_us;
    peer->silent = false;
    peer->out = type == MESSAGE_RESIGN;
    liveness_heard (&peer->life, self->now_us);
}

// A seat is given up. Its holder is not waited for, nor appointed, until it is heard again.
static void resigned (election_t *self, const struct election_peer *peer, struct outbox *out)
{
    bool was_leader = peer->id == self->leader;
    if (self->state == ELECTION_WAITING
        || (self->state == ELECTION_FOLLOWING && was_leader && !election_leads (self))) {
        election_stand (self, ELECTION_WHY_RESIGNED, peer->id, out);
    }
}

// Whoever is told a term that is over, by somebody who believes to lead it, tells what is known.
static void coordinated (election_t *self, const struct message *message, struct outbox *out)
{
    const struct seating *seating = &message->coordinator.seating;
    int64_t term = self->term;
    election_learn (self, seating, message->from, out);
    if (seating->term < self->term && self->term == term && self->state != ELECTION_OUT
        && !self->evicted) {
        election_tell_leader (self, out, message->from, 0, 0);
    }
    if (self->state == ELECTION_OUT && election_has_seat (self, self->config.id)) {
        election_letter (self, out, message->from, MESSAGE_RESIGN)->resign.term = self->term;
    }
}

static void receive (election_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    if (event->port == PORT_WAREHOUSE) {
        if (message->type == MESSAGE_SEATS) {
            election_told (self, &message->seats, out);
        }
        return;
    }
    struct election_peer *peer = election_peer_of (self, message->from);
    if (!peer || message->from == self->config.id
        || (event->port != PORT_CLIENTS && event->port != PORT_TRADER)) {
        return;
    }
    hear (self, peer, message->type);
    if (self->state == ELECTION_OUT && message->type != MESSAGE_COORDINATOR
        && message->type != MESSAGE_PONG) {
        return;
    }
    switch (message->type) {
    case MESSAGE_ELECTION:
        election_asked (self, event, out);
        break;
    case MESSAGE_ANSWER:
        election_answered (self, peer);
        break;
    case MESSAGE_COORDINATOR:
        coordinated (self, message, out);
        break;
    case MESSAGE_RESIGN:
        resigned (self, peer, out);
        break;
    case MESSAGE_PONG:
        election_learn (self, &message->pong.seating, message->from, out);
        break;
    default:
        break;  // A sign of life.
    }
    election_look_early (self, out);
}

void election_step (election_t *self, const struct event *event, struct outbox *out)
{
    self->now_us = event->now_us;
    switch (event->type) {
    case EVENT_START:
        election_watch_begin (self);
        if (self->state != ELECTION_OUT) {
            election_settle (self, self->config.settle_us, out);
            election_look_early (self, out);  // There may be nobody else.
        }
        break;
    case EVENT_RECEIVE:
        receive (self, event, out);
        break;
    case EVENT_DRAINED:
    case EVENT_DEADLINE:
        election_watch (self, out);
        election_run_due (self, out);
        break;
    default:
        break;
    }
}

int64_t election_deadline (const election_t *self)
{
    int64_t watch_us = election_watch_due (self);
    return self->due_us < watch_us ? self->due_us : watch_us;
}

enum election_state election_state (const election_t *self)
{
    return self->state;
}

bool election_knows (const election_t *self, int64_t id)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (self->peers[i].id == id) {
            return true;
        }
    }
    return false;
}

bool election_seated (const election_t *self)
{
    return self->state != ELECTION_OUT && !self->evicted
           && election_has_seat (self, self->config.id);
}

bool election_leads (const election_t *self)
{
    return election_seated (self) && self->leader == self->config.id;
}

size_t election_serving (const election_t *self, int64_t *ids)
{
    size_t count = 0;
    for (size_t i = 0; i < self->config.peer_count; i++) {
        const struct election_peer *peer = &self->peers[i];
        bool own = i == self->own;
        bool serves = own ? election_seated (self) && self->served_term == self->term
                          : !peer->out && !peer->silent;
        if (serves && election_has_seat (self, peer->id)) {
            ids[count++] = peer->id;
        }
    }
    return count;
}

void election_serve (election_t *self, int64_t now_us, struct outbox *out)
{
    self->now_us = now_us;
    if (!election_seated (self) || self->served_term == self->term) {
        return;
    }
    self->served_term = self->term;
    if (!election_leads (self)) {
        return;
    }
    int64_t took_us = now_us - self->began_us;
    int64_t messages = self->messages;
    election_tell_all_leader (self, out, took_us, messages);
    election_note (self, (struct election_note){.news = ELECTION_NEWS_SERVES,
                                                .peer = self->config.id,
                                                .term = self->term,
                                                .took_us = took_us,
                                                .messages = self->messages});
}

void election_leave (election_t *self, int64_t now_us, struct outbox *out)
{
    self->now_us = now_us;
    if (election_seated (self)) {
        election_tell_all (self, out, MESSAGE_RESIGN);
    }
    self->state = ELECTION_OUT;
    self->appoints = false;
    self->due_us = DEADLINE_NONE;
}

void election_return (election_t *self, int64_t now_us, struct outbox *out)
{
    self->now_us = now_us;
    election_watch_begin (self);
    // It gave its seat up, whatever others know of that.
    self->evicted = election_has_seat (self, self->config.id);
    election_settle (self, self->config.answer_wait_us, out);
    election_look_early (self, out);
}

void election_unseated (election_t *self, int64_t now_us, struct outbox *out)
{
    self->now_us = now_us;
    self->counters.unseated++;
    self->evicted = true;
    self->over_term = self->term;
    election_settle (self, self->config.answer_wait_us, out);
    election_look_early (self, out);
}

const struct election_counters *election_counters (const election_t *self)
{
    return &self->counters;
}

const char *election_why_text (enum election_why why)
{
    switch (why) {
    case ELECTION_WHY_START:
        return "knows of no leader";
    case ELECTION_WHY_SILENT:
        return "is silent";
    case ELECTION_WHY_RESIGNED:
        return "has resigned";
    case ELECTION_WHY_ASKED:
        return "has asked for one";
    case ELECTION_WHY_HIGHER:
        return "leads, and is lower";
    case ELECTION_WHY_UNENDED:
        break;
    }
    return "nobody has won the one before";
}
