// The peer's way through its roles: it becomes a trader when it is given a seat, stops when others
// are elected, falls sick and resigns, and comes back.
#include <assert.h>
#include <string.h>

#include "actors/peer/peer_state.h"
#include "schemas/planted.h"

// Letters of this round may borrow from it, so it lives until they have left.
static void drop_trader (peer_t *self)
{
    if (self->trader) {
        struct vector vector = trader_vector (self->trader);
        client_saw (self->client, &vector);
        trader_counters_add (&self->before, trader_counters (self->trader));
        assert (!self->former);
        self->former = self->trader;
        self->trader = NULL;
    }
}

static void step_trader (peer_t *self, enum event_type type, struct outbox *out)
{
    struct event event = {.type = type, .now_us = self->now_us};
    trader_step (self->trader, &event, out);
}

static void take_seat (peer_t *self, struct outbox *out)
{
    self->counters.seated++;
    self->trader = trader_new (&self->config.trader, random_next (&self->random));
    struct vector vector = client_vector (self->client);
    trader_saw (self->trader, &vector);
    step_trader (self, EVENT_START, out);
}

static void begin_to_finish (peer_t *self, struct outbox *out)
{
    self->health = FINISHING;
    self->yields =
        self->trader && !self->stopping && self->config.sickness.on_sick == SICK_HANDOVER;
    if (!self->trader) {
        return;
    }
    if (self->yields) {
        trader_yield (self->trader);
    } else {
        step_trader (self, EVENT_STOP, out);
    }
}

void peer_fall_sick (peer_t *self, struct outbox *out)
{
    self->sick_at_us = DEADLINE_NONE;
    if (self->health != WELL || self->stopping) {
        return;
    }
    self->sick = true;
    self->counters.sick++;
    peer_note (self, PEER_NEWS_SICK, self->config.election.id, 0);
    begin_to_finish (self, out);
}

// Others hold the seats now, or the warehouse says so. What was accepted here and not answered, its
// clients ask them for.
static void lose_seat (peer_t *self, struct outbox *out)
{
    bool told = trader_unseated (self->trader) || trader_fenced (self->trader);
    self->counters.unseated++;
    peer_note (self, PEER_NEWS_UNSEATED, election_seating (self->election).leader, 0);
    drop_trader (self);
    self->health = self->health == HOLDING ? ILL : self->health;
    if (told && election_seated (self->election)) {
        election_unseated (self->election, self->now_us, out);
    }
}

static void resign (peer_t *self, struct outbox *out)
{
    int64_t after_us = self->config.sickness.recover_after_us;
    self->resigned_term = election_seating (self->election).term;
    self->well_us =
        after_us > 0 && !self->stopping ? client_later (self->now_us, after_us) : DEADLINE_NONE;
    if (self->trader) {
        peer_note (self, PEER_NEWS_RESIGNED, self->config.election.id, trader_kept (self->trader));
    }
    election_leave (self->election, self->now_us, out);
}

// Its trader is done with what it has to finish: it resigns.
static void finish (peer_t *self, struct outbox *out)
{
    if (self->trader
        && !(self->yields ? trader_yielded (self->trader) : trader_done (self->trader))) {
        return;
    }
    resign (self, out);
    self->health = self->trader && self->yields ? HOLDING : ILL;
    if (self->health == ILL) {
        drop_trader (self);
    }
}

// The successor, once it is known to serve; 0: nobody yet.
static int64_t successor (const peer_t *self)
{
    int64_t serving[LIMIT_VECTOR];
    struct seating seating = election_seating (self->election);
    size_t count = election_serving (self->election, serving);
    for (size_t i = 0; seating.term > self->resigned_term && i < count; i++) {
        if (serving[i] == seating.leader) {
            return seating.leader;
        }
    }
    return 0;
}

static void hand_over (peer_t *self, struct outbox *out)
{
    int64_t to = successor (self);
    if (self->stopping) {
        drop_trader (self);  // Its clients ask again.
        self->health = ILL;
    }
    if (to == 0 || !self->trader) {
        return;
    }
    int64_t before = trader_counters (self->trader)->handed_over;
    trader_hand_over (self->trader, to, election_seating (self->election).term, out);
    int64_t count = trader_counters (self->trader)->handed_over - before;
    self->counters.handed += count;
    peer_note (self, PEER_NEWS_HANDED, to, count);
    drop_trader (self);
    self->health = ILL;
}

static void recover (peer_t *self, struct outbox *out)
{
    self->well_us = DEADLINE_NONE;
    self->health = WELL;
    self->sick = false;
    drop_trader (self);
    peer_note (self, PEER_NEWS_WELL, self->config.election.id, 0);
    election_return (self->election, self->now_us, out);
}

// Each buy that it has sold may make it sick. Its trader publishes each once, and may answer it
// often.
static void count_sales (peer_t *self, size_t first, struct outbox *out)
{
    int64_t sales = 0;
    for (size_t i = first; i < out->letter_count; i++) {
        sales += out->letters[i].message.type == MESSAGE_CLOCK;
    }
    self->counters.sales += sales;
    for (; sales > 0 && self->config.sickness.per_million > 0; sales--) {
        if (random_between (&self->random, 1, 1000000) <= self->config.sickness.per_million) {
            peer_fall_sick (self, out);
        }
    }
}

// Told to stop, it trades on only as long as it has an open request itself, which the last of them
// could not have answered by anybody else.
static bool may_trade (const peer_t *self)
{
    return self->health == WELL && (!self->stopping || client_open (self->client) > 0);
}

static void look_at_seat (peer_t *self, struct outbox *out)
{
    bool seated = election_seated (self->election);
    if (self->trader && (trader_unseated (self->trader) || trader_fenced (self->trader))) {
        lose_seat (self, out);
    } else if (self->trader && trader_taken (self->trader) && self->health < HOLDING) {
        drop_trader (self);  // It had lost its seat, and has another one: it joins anew.
    } else if (self->trader && !seated && self->health < HOLDING) {
        lose_seat (self, out);
    } else if (!self->trader && !self->former && seated && may_trade (self)) {
        take_seat (self, out);
    }
    if (self->trader && self->health == WELL && trader_ready (self->trader)) {
        election_serve (self->election, self->now_us, out);
    }
}

// Its client goes where the seats are, and asks nothing new while this peer trades, or is sick.
static void tell_client (peer_t *self, struct outbox *out)
{
    int64_t serving[LIMIT_VECTOR];
    size_t count = election_serving (self->election, serving);
    client_hold (self->client,
                 self->trader || self->health != WELL || election_seated (self->election));
    if (PLANTED (79) && self->serving_count > 0) {
        return;
    }
    if (count != self->serving_count
        || memcmp (serving, self->serving, count * sizeof *serving) != 0) {
        memcpy (self->serving, serving, count * sizeof *serving);
        self->serving_count = count;
        client_seats (self->client, serving, count, self->now_us, out);
    }
}

void peer_proceed (peer_t *self, size_t first, struct outbox *out)
{
    if (self->now_us >= self->sick_at_us) {
        peer_fall_sick (self, out);
    }
    if (self->now_us >= self->well_us && self->health > FINISHING) {
        recover (self, out);
    }
    look_at_seat (self, out);
    count_sales (self, first, out);
    if (self->stopping && self->health == WELL && client_open (self->client) == 0) {
        begin_to_finish (self, out);
    }
    if (self->health == FINISHING) {
        finish (self, out);
    }
    if (self->health == HOLDING && self->trader) {
        hand_over (self, out);
    }
    tell_client (self, out);
}
