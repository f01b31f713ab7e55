// Which of its traders the client asks, and how it watches them.
#include "actors/clients/client_state.h"
#include "schemas/planted.h"

enum { ASK_INTERVALS = 5 };  // after so many a trader that talks is asked for its epoch, too

// How willingly a trader is asked: a lesser one never while there is a greater one.
enum fitness {
    FIT,       // nothing speaks against it
    SLOW,      // it let a request time out, and has got nothing done since
    SILENT,    // suspected, by the client or by its backup
    GONE,      // taken over, or ended
    FOREIGN,   // of another market
    UNSEATED,  // not to be asked at all
};

bool client_find_trader (const client_t *self, int64_t id, size_t *at)
{
    for (size_t i = 0; i < self->trader_count; i++) {
        if (self->traders[i].id == id) {
            *at = i;
            return true;
        }
    }
    return false;
}

static enum fitness fitness (const client_t *self, size_t at, int64_t now_us)
{
    const struct trader_state *trader = &self->traders[at];
    if (!trader->seated) {
        return UNSEATED;
    }
    if (trader->foreign) {
        return FOREIGN;
    }
    if (trader->state != MEMBER_LIVE && trader->state != MEMBER_SUSPECTED) {
        return GONE;
    }
    if (trader->state == MEMBER_SUSPECTED || trader->silent) {
        return SILENT;
    }
    return trader->suspect_until_us > now_us ? SLOW : FIT;
}

// Index of the next trader in the order of choice among those that are as fit as this: there is
// one.
static size_t pick (client_t *self, int64_t now_us, size_t avoid, enum fitness wanted,
                    size_t passing)
{
    size_t skip = 0;
    size_t at = self->cursor;
    if (self->config.choice == CHOICE_RANDOM) {
        skip = (size_t) random_between (&self->random, 0, (int64_t) passing - 1);
        at = 0;
    }
    for (;; at++) {
        size_t i = at % self->trader_count;
        if (i != avoid && fitness (self, i, now_us) == wanted) {
            if (!skip) {
                self->cursor = (i + 1) % self->trader_count;
                return i;
            }
            skip--;
        }
    }
}

size_t client_choose (client_t *self, int64_t now_us, size_t avoid)
{
    enum fitness best = FOREIGN;
    size_t passing = 0;
    for (size_t i = 0; i < self->trader_count; i++) {
        enum fitness this = fitness (self, i, now_us);
        if (i == avoid || this > best) {
            continue;
        }
        passing = this < best ? 1 : passing + 1;
        best = this;
    }
    // The only one that lives may be the one that the caller would rather leave.
    if (!passing || (avoid != SIZE_MAX && fitness (self, avoid, now_us) < best)) {
        return avoid;
    }
    return pick (self, now_us, avoid, best, passing);
}

// Without pings, only news can tell that a suspicion was wrong, or a takeover cancelled, and news
// may be lost. Then the first trader has its turn between the others, which may put the request off
// for ever.
static bool must_ask_itself (const client_t *self, const struct request *request)
{
    const struct trader_state *first = &self->traders[request->first_at];
    return self->config.ping_every_us == 0 && request->trader != request->first_at
           && !first->foreign;
}

size_t client_next_trader (client_t *self, const struct request *request, int64_t now_us)
{
    if (!request->attempt) {
        return client_choose (self, now_us, SIZE_MAX);
    }
    if (PLANTED (72) && self->config.elected) {
        return request->trader;
    }
    if (self->config.bound) {
        size_t first_at = request->first_at;
        if (self->traders[first_at].closed <= request->first.epoch) {
            // Nobody else can decide it, so it is worth asking that one as long as it may live.
            return fitness (self, first_at, now_us) < SILENT || must_ask_itself (self, request)
                       ? first_at
                       : client_choose (self, now_us, first_at);
        }
    }
    return client_choose (self, now_us, request->trader);
}

size_t client_status_trader (client_t *self, const struct request *request, int64_t now_us)
{
    bool stays = !request->asked || (self->config.bound && request->trader == request->first_at);
    return stays && fitness (self, request->trader, now_us) < SILENT
               ? request->trader
               : client_choose (self, now_us, request->trader);
}

// When it is to be asked for its epoch. Missing a restart costs no more than speed, since the
// warehouse then decides what the trader would have.
static int64_t ask_due (const client_t *self, const struct trader_state *trader)
{
    bool known = trader->epoch && trader->state == MEMBER_LIVE && !trader->foreign;
    return client_later (trader->asked_us,
                         (known ? ASK_INTERVALS : 1) * self->config.ping_every_us);
}

// The next look is no later than this trader needs it.
static void watch_until (client_t *self, const struct trader_state *trader)
{
    int64_t due_us = liveness_deadline (&trader->liveness);
    int64_t ask_us = ask_due (self, trader);
    due_us = ask_us < due_us ? ask_us : due_us;
    self->watch_us = due_us < self->watch_us ? due_us : self->watch_us;
}

static void begin_to_watch (client_t *self, size_t trader, int64_t now_us, struct outbox *out)
{
    liveness_begin (&self->traders[trader].liveness, self->config.ping_every_us, now_us);
    client_send_ping (self, trader, now_us, out);
}

void client_watch_begin (client_t *self, int64_t now_us, struct outbox *out)
{
    self->watch_us = self->config.ping_every_us > 0 ? now_us : DEADLINE_NONE;
    for (size_t i = 0; i < self->trader_count; i++) {
        if (self->traders[i].seated) {
            begin_to_watch (self, i, now_us, out);
        }
    }
    client_watch (self, now_us, out);
}

void client_watch_seated (client_t *self, size_t trader, int64_t now_us, struct outbox *out)
{
    // What it did without a seat, or before it lost that, does not speak against it.
    self->traders[trader].silent = false;
    self->traders[trader].suspect_until_us = 0;
    begin_to_watch (self, trader, now_us, out);
    if (self->config.ping_every_us > 0) {
        watch_until (self, &self->traders[trader]);
    }
}

void client_watch (client_t *self, int64_t now_us, struct outbox *out)
{
    if (self->watch_us > now_us) {
        return;
    }
    self->watch_us = DEADLINE_NONE;
    for (size_t i = 0; i < self->trader_count; i++) {
        struct trader_state *trader = &self->traders[i];
        if (!trader->seated) {
            continue;
        }
        liveness_look (&trader->liveness, now_us);
        trader->silent = liveness_suspects (&trader->liveness, now_us);
        if (liveness_wants_ping (&trader->liveness, now_us) || ask_due (self, trader) <= now_us) {
            client_send_ping (self, i, now_us, out);
        }
        watch_until (self, trader);
    }
}

void client_heard (client_t *self, size_t trader, int64_t now_us)
{
    liveness_heard (&self->traders[trader].liveness, now_us);
    self->traders[trader].silent = false;
}
