#include "broker/election/election_state.h"

#include "schemas/seating.h"

#include <string.h>

struct election_peer *election_peer_of (election_t *self, int64_t id)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (self->peers[i].id == id) {
            return &self->peers[i];
        }
    }
    return NULL;
}

static struct seating known (const election_t *self)
{
    return (struct seating){
        .term = self->term,
        .leader = self->leader,
        .seats = self->seats.ids,
        .seat_count = self->seats.count,
    };
}

bool election_has_seat (const election_t *self, int64_t id)
{
    const struct seating seating = known (self);
    return seating_has (&seating, id);
}

struct seating election_seating (const election_t *self)
{
    return self->evicted ? (struct seating){.seats = self->seats.ids} : known (self);
}

// Whoever holds a seat of a newer term was well when it got it.
void election_adopt (election_t *self, const struct seating *seating)
{
    self->term = seating->term;
    self->leader = seating->leader;
    self->evicted = false;
    self->seats.count = seating->seat_count < LIMIT_VECTOR ? seating->seat_count : LIMIT_VECTOR;
    for (size_t i = 0; i < self->seats.count; i++) {
        self->seats.ids[i] = seating->seats[i];
        struct election_peer *peer = election_peer_of (self, seating->seats[i]);
        if (peer) {
            peer->silent = false;
            peer->out = false;
        }
    }
}

void election_wait (election_t *self, enum election_state state, int64_t wait_us)
{
    self->state = state;
    self->due_us = self->now_us + wait_us;
}

bool election_in_progress (const election_t *self)
{
    return self->state >= ELECTION_STANDING && self->state <= ELECTION_CAMPAIGNING;
}

void election_count (election_t *self)
{
    self->messages++;
    self->counters.messages++;
}

struct message *election_letter (election_t *self, struct outbox *out, int64_t to,
                                 enum message_type type)
{
    struct letter *letter = outbox_letter (out, PORT_TRADER, to, type);
    letter->message.from = self->config.id;
    if (type != MESSAGE_PING) {
        election_count (self);
    }
    return &letter->message;
}

void election_tell_all (election_t *self, struct outbox *out, enum message_type type)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (i != self->own) {
            election_letter (self, out, self->peers[i].id, type)->election.term = self->term;
        }
    }
}

void election_ping (election_t *self, struct election_peer *peer, struct outbox *out)
{
    liveness_sent (&peer->life, self->now_us);
    (void) election_letter (self, out, peer->id, MESSAGE_PING);
}

static const int64_t *copy_ids (const struct seat_list *list, struct outbox *out)
{
    int64_t *ids = arena_take (out->arena, list->count ? list->count : 1, sizeof *ids);
    memcpy (ids, list->ids, list->count * sizeof *ids);
    return ids;
}

struct seating election_copy (const election_t *self, struct outbox *out)
{
    const struct seating seating = known (self);
    return seating_copy (&seating, out->arena);
}

void election_tell_leader (election_t *self, struct outbox *out, int64_t to, int64_t took_us,
                           int64_t messages)
{
    struct seating seating = election_copy (self, out);
    election_letter (self, out, to, MESSAGE_COORDINATOR)->coordinator = (struct coordinator){
        .seating = seating,
        .took_us = took_us,
        .messages = messages,
    };
}

void election_tell_all_leader (election_t *self, struct outbox *out, int64_t took_us,
                               int64_t messages)
{
    for (size_t i = 0; i < self->config.peer_count; i++) {
        if (i != self->own) {
            election_tell_leader (self, out, self->peers[i].id, took_us, messages);
        }
    }
}

void election_ask (election_t *self, int64_t term, const struct seat_list *seats,
                   struct outbox *out)
{
    const int64_t *ids = copy_ids (seats, out);
    struct letter *letter = outbox_letter (out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_CAMPAIGN);
    letter->message.from = self->config.id;
    letter->message.campaign =
        (struct campaign){.term = term, .seats = ids, .seat_count = seats->count};
}

void election_note (election_t *self, struct election_note note)
{
    if (self->note_count == NOTES) {
        self->note_at++;
        self->note_count--;
    }
    self->notes[(self->note_at + self->note_count++) % NOTES] = note;
}

bool election_next_note (election_t *self, struct election_note *note)
{
    if (self->note_count == 0) {
        return false;
    }
    *note = self->notes[self->note_at % NOTES];
    self->note_at = (self->note_at + 1) % NOTES;
    self->note_count--;
    return true;
}
