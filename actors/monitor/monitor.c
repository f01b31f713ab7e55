#include "actors/monitor/monitor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

// A topic is its publisher's own: the warehouse and a trader both have an oversell.5.
struct topic_key {
    int64_t from;
    char name[TOPIC_BYTES];
};

struct topic {
    struct topic_key key;
    int64_t life;  // of its publisher, that `seq` counts in
    int64_t seq;
    int64_t trader_epoch;  // that a `member` told last
    UT_hash_handle hh;
};

struct publisher {
    int64_t life;  // 0: not known; from the second on, each topic counts from 1
    int64_t epoch;
};

struct monitor {
    struct topic *topics;  // uthash
    struct publisher publishers[LIMIT_NODE + 1];
};

monitor_t *monitor_new (void)
{
    monitor_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    return self;
}

void monitor_destroy (monitor_t **self_p)
{
    monitor_t *self = *self_p;
    if (!self) {
        return;
    }
    struct topic *topic, *next;
    HASH_ITER (hh, self->topics, topic, next) {
        HASH_DEL (self->topics, topic);
        free (topic);
    }
    free (self);
    *self_p = NULL;
}

// The entry of a topic, made where there is none; NULL when there are too many.
static struct topic *find (monitor_t *self, int64_t from, const char *name)
{
    struct topic_key key;
    struct topic *topic;
    memset (&key, 0, sizeof key);
    key.from = from;
    size_t length = strlen (name);
    assert (length < sizeof key.name);
    memcpy (key.name, name, length);
    HASH_FIND (hh, self->topics, &key, sizeof key, topic);
    if (topic || HASH_COUNT (self->topics) >= MONITOR_TOPICS_MAX) {
        return topic;
    }
    topic = calloc (1, sizeof *topic);
    if (!topic) {
        abort ();
    }
    topic->key = key;
    topic->trader_epoch = MEMBER_EPOCH_UNKNOWN;
    HASH_ADD (hh, self->topics, key, sizeof key, topic);
    return topic;
}

static void place_of (const struct message *message, int64_t *epoch, int64_t *seq)
{
    switch (message->type) {
    case MESSAGE_INVALIDATION:
        *epoch = message->invalidation.epoch;
        *seq = message->invalidation.seq;
        return;
    case MESSAGE_OVERSELL:
        *epoch = message->oversell.epoch;
        *seq = message->oversell.seq;
        return;
    case MESSAGE_SALE:
        *epoch = message->sale.epoch;
        *seq = message->sale.seq;
        return;
    case MESSAGE_RECALL:
        *epoch = message->recall.epoch;
        *seq = message->recall.seq;
        return;
    case MESSAGE_MEMBER:
        *epoch = message->member.epoch;
        *seq = message->member.seq;
        return;
    case MESSAGE_SOCKET:
        *epoch = message->socket.epoch;
        *seq = message->socket.seq;
        return;
    case MESSAGE_SEATS:
        *epoch = message->seats.epoch;
        *seq = message->seats.seq;
        return;
    case MESSAGE_CLOCK:
        *epoch = message->tick.epoch;
        *seq = message->tick.seq;
        return;
    default:
        assert (false);  // No other type is published.
    }
}

struct notice monitor_note (monitor_t *self, const struct message *message, const char *name)
{
    assert (message->from >= 0 && message->from <= LIMIT_NODE);
    struct publisher *publisher = &self->publishers[message->from];
    struct topic *topic = find (self, message->from, name);
    struct notice notice = {.epoch_before = MEMBER_EPOCH_UNKNOWN};
    int64_t seq;
    place_of (message, &notice.epoch, &seq);
    bool counted = topic && publisher->life > 0 && topic->life == publisher->life;
    // What one publisher sends comes in its order. Another epoch is another life, a lower one with
    // a fresh store; and where seq goes back, that store has come as far as the one before. Not
    // where oversells count anew: they do for a client that was forgotten meanwhile.
    bool back = counted && notice.epoch == publisher->epoch && seq <= topic->seq
                && message->type != MESSAGE_OVERSELL;
    if (publisher->life == 0 || notice.epoch != publisher->epoch || back) {
        // A trader has epoch 0 until it has joined: that is its beginning, and none anew.
        notice.anew = publisher->life > 0 && (publisher->epoch > 0 || back);
        *publisher = (struct publisher){publisher->life + 1, notice.epoch};
        counted = false;
    }
    if (!topic) {
        return notice;
    }
    int64_t expected = counted ? topic->seq + 1 : publisher->life > 1 ? 1 : seq;
    notice.missed = seq > expected ? seq - expected : 0;
    topic->life = publisher->life;
    topic->seq = seq;
    if (message->type == MESSAGE_MEMBER) {
        notice.epoch_before = topic->trader_epoch;
        topic->trader_epoch = message->member.trader_epoch;
    }
    return notice;
}

bool monitor_topic_fits (const struct message *message, const char *name)
{
    char topic[TOPIC_BYTES];
    if (!message_is_published (message->type)) {
        return false;
    }
    int64_t addressee = 0;
    if (message->type == MESSAGE_OVERSELL) {
        bool warehouse = message->from == WAREHOUSE_NODE;
        addressee = warehouse ? message->oversell.trader : message->oversell.buyer;
    }
    (void) message_topic (message, addressee, topic);
    return strcmp (topic, name) == 0;
}
