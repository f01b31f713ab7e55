#include "actors/peer/peer.h"

#include <assert.h>
#include <stdlib.h>

#include "actors/peer/peer_state.h"
#include "broker/clocks.h"

static void make_client (peer_t *self, const struct peer_config *config)
{
    if (config->sells) {
        self->seller = seller_new (&config->seller, random_next (&self->random));
        self->client = seller_client (self->seller);
    } else {
        self->buyer = buyer_new (&config->buyer, random_next (&self->random));
        self->client = buyer_client (self->buyer);
    }
}

peer_t *peer_new (const struct peer_config *config, uint64_t seed)
{
    assert (config->trader.elected && config->trader.id == config->election.id);
    assert (config->trader.policy.mode == MODE_SYNC && config->trader.product_count == 0);
    peer_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->config = *config;
    self->random = random_seeded (seed);
    self->election = election_new (&config->election);
    make_client (self, config);
    self->sick_at_us = DEADLINE_NONE;
    self->well_us = DEADLINE_NONE;
    return self;
}

void peer_destroy (peer_t **self_p)
{
    assert (self_p);
    peer_t *self = *self_p;
    if (!self) {
        return;
    }
    trader_destroy (&self->former);
    trader_destroy (&self->trader);
    buyer_destroy (&self->buyer);
    seller_destroy (&self->seller);
    election_destroy (&self->election);
    free (self);
    *self_p = NULL;
}

void peer_note (peer_t *self, enum peer_news news, int64_t peer, int64_t count)
{
    if (self->note_count == PEER_NOTES) {
        self->note_at++;
        self->note_count--;
    }
    self->notes[(self->note_at + self->note_count++) % PEER_NOTES] =
        (struct peer_note){.news = news, .peer = peer, .count = count};
}

bool peer_next_note (peer_t *self, struct peer_note *note)
{
    if (self->note_count == 0) {
        return false;
    }
    *note = self->notes[self->note_at % PEER_NOTES];
    self->note_at = (self->note_at + 1) % PEER_NOTES;
    self->note_count--;
    return true;
}

bool peer_next_election_note (peer_t *self, struct election_note *note)
{
    return election_next_note (self->election, note);
}

void peer_step_client (peer_t *self, const struct event *event, struct outbox *out)
{
    if (self->buyer) {
        buyer_step (self->buyer, event, out);
    } else {
        seller_step (self->seller, event, out);
    }
}

static int64_t client_due (const peer_t *self)
{
    return self->buyer ? buyer_deadline (self->buyer) : seller_deadline (self->seller);
}

static void start (peer_t *self, const struct event *event, struct outbox *out)
{
    const struct sickness *sickness = &self->config.sickness;
    if (sickness->at_us >= 0) {
        self->sick_at_us = client_later (self->now_us, sickness->at_us);
    }
    if (sickness->from_start) {
        peer_fall_sick (self, out);
    }
    if (self->health == WELL) {
        election_step (self->election, event, out);
    }
    client_hold (self->client, self->health != WELL);
    peer_step_client (self, event, out);
}

static void stop (peer_t *self, const struct event *event, struct outbox *out)
{
    self->stopping = true;
    peer_step_client (self, event, out);
}

// Each core looks at what is due.
static void look (peer_t *self, const struct event *event, struct outbox *out)
{
    election_step (self->election, event, out);
    peer_step_client (self, event, out);
    if (event->type == EVENT_DRAINED && self->now_us >= client_due (self)) {
        struct event due = {.type = EVENT_DEADLINE, .now_us = self->now_us};
        peer_step_client (self, &due, out);
    }
    if (self->trader) {
        trader_step (self->trader, event, out);
    }
}

// One node, one clock.
static void stamp (peer_t *self, size_t first, struct outbox *out)
{
    for (size_t i = first; i < out->letter_count; i++) {
        struct message *message = &out->letters[i].message;
        message->clock = lamport_send (&self->clock);
        message->market = message->market > 0 ? message->market : self->market;
    }
}

// A reply of its trader, or a request of its client. Of what the election says nothing has to
// arrive.
static void undelivered (peer_t *self, const struct event *event, struct outbox *out)
{
    enum message_type type = event->message->type;
    if (event->port == PORT_CLIENTS && self->trader) {
        trader_step (self->trader, event, out);
    } else if (event->port == PORT_TRADER && (type == MESSAGE_BUY || type == MESSAGE_RESTOCK)) {
        client_undelivered (self->client, message_number (event->message), event->now_us);
    }
}

void peer_step (peer_t *self, const struct event *event, struct outbox *out)
{
    size_t first = out->letter_count;
    self->now_us = event->now_us;
    if (event->type == EVENT_UNDELIVERABLE) {
        undelivered (self, event, out);
        return;  // A round's letters are leaving: nothing else happens now.
    }
    if (first == 0) {
        trader_destroy (&self->former);
    }
    switch (event->type) {
    case EVENT_START:
        start (self, event, out);
        break;
    case EVENT_RECEIVE:
        peer_receive (self, event, out);
        break;
    case EVENT_MALFORMED:
        peer_malformed (self, event, out);
        break;
    case EVENT_DRAINED:
    case EVENT_DEADLINE:
        look (self, event, out);
        break;
    case EVENT_STOP:
        stop (self, event, out);
        break;
    case EVENT_UNDELIVERABLE:
    case EVENT_UNWRITTEN:
        break;  // It keeps nothing that would have to be written.
    }
    peer_proceed (self, first, out);
    stamp (self, first, out);
}

static int64_t earlier (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t peer_deadline (const peer_t *self)
{
    int64_t due_us = earlier (election_deadline (self->election), client_due (self));
    if (self->former && !self->trader && election_seated (self->election)) {
        return self->now_us;  // It takes its seat as soon as the one before has gone.
    }
    if (self->trader) {
        due_us = earlier (due_us, trader_deadline (self->trader));
    }
    return earlier (due_us, earlier (self->sick_at_us, self->well_us));
}

enum peer_role peer_role (const peer_t *self)
{
    switch (self->health) {
    case FINISHING:
        return PEER_LEAVING;
    case HOLDING:
        return PEER_HOLDING;
    case ILL:
        return self->sick ? PEER_SICK : PEER_CLIENT;  // Else it has stopped.
    case WELL:
        break;
    }
    return self->trader ? PEER_TRADER : PEER_CLIENT;
}

const char *peer_role_name (enum peer_role role)
{
    static const char *const names[] = {"client", "trader", "leaving", "holding", "sick"};
    return names[role];
}

bool peer_done (const peer_t *self)
{
    return self->stopping && !self->trader && client_open (self->client) == 0;
}

bool peer_content (const peer_t *self)
{
    return self->buyer ? buyer_done (self->buyer) : client_open (self->client) == 0;
}

const trader_t *peer_trader (const peer_t *self)
{
    return self->trader;
}

buyer_t *peer_buyer (peer_t *self)
{
    return self->buyer;
}

seller_t *peer_seller (peer_t *self)
{
    return self->seller;
}

const election_t *peer_election (const peer_t *self)
{
    return self->election;
}

int64_t peer_market (const peer_t *self)
{
    return self->market;
}

int64_t peer_tick (peer_t *self)
{
    return lamport_send (&self->clock);
}

const struct peer_counters *peer_counters (const peer_t *self)
{
    return &self->counters;
}

struct trader_counters peer_trader_counters (const peer_t *self)
{
    struct trader_counters sum = self->before;
    if (self->trader) {
        trader_counters_add (&sum, trader_counters (self->trader));
    }
    return sum;
}
