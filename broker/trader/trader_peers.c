// The other traders, as the warehouse tells of them: with each view, and on its PUB. What comes by
// PUB is passed on to the clients.
#include <stdlib.h>
#include <string.h>

#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_handover.h"

static struct peer *find (const trader_t *self, int64_t id)
{
    struct peer *peer;
    HASH_FIND (hh, self->peers, &id, sizeof id, peer);
    return peer;
}

static int by_id (const struct peer *a, const struct peer *b)
{
    return a->id < b->id ? -1 : a->id > b->id;
}

static struct peer *find_or_add (trader_t *self, int64_t id)
{
    struct peer *peer = find (self, id);
    if (peer || HASH_COUNT (self->peers) == LIMIT_TRADERS) {
        return peer;
    }
    peer = calloc (1, sizeof *peer);
    if (!peer) {
        abort ();
    }
    peer->id = id;
    HASH_ADD (hh, self->peers, id, sizeof peer->id, peer);
    HASH_SORT (self->peers, by_id);
    return peer;
}

// What is told late, of an epoch before the one that is known, is not learned.
static void learn (trader_t *self, int64_t id, int64_t epoch, enum member_state state,
                   const char *router)
{
    struct peer *peer = id != self->config.id ? find_or_add (self, id) : NULL;
    if (!peer || epoch < peer->epoch) {
        return;
    }
    bool is_new = peer->state != state || peer->epoch != epoch;
    peer->epoch = epoch;
    peer->state = state;
    size_t length = strlen (router);
    memcpy (peer->router, router, length < LIMIT_ENDPOINT ? length : LIMIT_ENDPOINT);
    peer->router[length < LIMIT_ENDPOINT ? length : LIMIT_ENDPOINT] = 0;
    if (is_new && state == MEMBER_LIVE && self->backup.state == BACKING_NONE) {
        self->backup.due_us = self->now_us;
    }
}

void peers_learn (trader_t *self, const struct view_told *view)
{
    for (size_t i = 0; i < view->member_count; i++) {
        const struct member *member = &view->members[i];
        learn (self, member->trader, member->epoch, member->state, member->router);
    }
}

// News of this trader itself: a zombie learns of its takeover here, even if it is idle.
static void look_at_own (trader_t *self, const struct membership *member)
{
    if (self->config.elected && self->epoch > 0 && member->trader_epoch >= self->epoch
        && member->state == MEMBER_FAILED) {
        handover_removed (self);
        return;
    }
    if (self->epoch == 0 || member->trader_epoch <= self->epoch) {
        return;
    }
    if (member->state == MEMBER_TAKING || member->state == MEMBER_FAILED) {
        self->taken = true;
    } else {
        self->fenced = true;
    }
}

// The number of the next message about this trader: each has a topic of its own.
static int64_t next_seq (trader_t *self, int64_t trader)
{
    struct peer *peer = find (self, trader);
    return peer ? ++peer->member_seq : ++self->member_seq;
}

void peers_joined (trader_t *self)
{
    self->member_seq = 0;
    for (struct peer *peer = self->peers; peer; peer = peer->hh.next) {
        peer->member_seq = 0;
    }
}

void peers_member (trader_t *self, const struct message *message, struct outbox *out)
{
    const struct membership *member = &message->member;
    if (message->from != WAREHOUSE_NODE) {
        return;
    }
    if (member->trader == self->config.id) {
        look_at_own (self, member);
    } else {
        learn (self, member->trader, member->trader_epoch, member->state, member->router);
        if (member->state == MEMBER_LEFT) {
            copies_left (self, member->trader, member->view);
        }
    }
    struct letter *letter = trader_letter (self, out, PORT_NEWS, member->trader, MESSAGE_MEMBER);
    letter->message.member = *member;
    letter->message.member.epoch = self->epoch;
    letter->message.member.seq = next_seq (self, member->trader);
}

// Downwards: where traders are started one after the other each finds the one before it, while the
// first one is what all of them would find upwards.
int64_t peers_next (const trader_t *self, int64_t before)
{
    int64_t below = 0;
    int64_t last = 0;
    for (const struct peer *peer = self->peers; peer; peer = peer->hh.next) {
        if (peer->state == MEMBER_LIVE) {
            below = peer->id < before ? peer->id : below;
            last = peer->id;
        }
    }
    return below ? below : last;
}

const int64_t *peers_remaining (const trader_t *self, arena_t *arena, size_t *count)
{
    int64_t *remaining = arena_take (arena, LIMIT_TRADERS, sizeof *remaining);
    bool told = false;
    *count = 0;
    for (const struct peer *peer = self->peers; peer && *count < LIMIT_TRADERS - 1;
         peer = peer->hh.next) {
        if (!told && peer->id > self->config.id) {
            remaining[(*count)++] = self->config.id;
            told = true;
        }
        if (peer->state == MEMBER_LIVE) {
            remaining[(*count)++] = peer->id;
        }
    }
    if (!told) {
        remaining[(*count)++] = self->config.id;
    }
    return remaining;
}

void peers_publish (trader_t *self, const struct view_told *view, struct outbox *out)
{
    struct peer *peer = find (self, view->trader);
    size_t count;
    if (peer && view->epoch > 0) {
        learn (self, view->trader, view->epoch, view->state, peer->router);
    }
    const int64_t *remaining = peers_remaining (self, out->arena, &count);
    struct letter *letter = trader_letter (self, out, PORT_NEWS, view->trader, MESSAGE_MEMBER);
    letter->message.member = (struct membership){
        .epoch = self->epoch,
        .seq = next_seq (self, view->trader),
        .trader = view->trader,
        .trader_epoch = view->epoch > 0 || !peer ? view->epoch : peer->epoch,
        .view = view->view,
        .state = view->state,
        .backup = view->backup,
        .taker = view->taker,
        .router = peer ? peer->router : "",
        .remaining = remaining,
        .remaining_count = count,
    };
}

bool peers_any (const trader_t *self)
{
    return peers_next (self, 0) != 0;
}

const char *trader_peer_router (const trader_t *self, int64_t id)
{
    const struct peer *peer = find (self, id);
    return peer ? peer->router : NULL;
}

void peers_free (trader_t *self)
{
    struct peer *peer;
    struct peer *next;
    HASH_ITER (hh, self->peers, peer, next) {
        HASH_DEL (self->peers, peer);
        free (peer);
    }
}
