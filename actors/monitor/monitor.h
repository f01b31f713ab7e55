// The monitor's memory of what is published: who is in which epoch, and how far each topic has
// come, so that it can say what it has missed. A core of one verb: it has no sockets and no clock.
#ifndef SOUK_MONITOR_H
#define SOUK_MONITOR_H

#include "schemas/message.h"
#include "schemas/message_text.h"

enum { MONITOR_TOPICS_MAX = 65536 };  // topics followed at once; gaps of others are not told

// What a message shows to have happened before it.
struct notice {
    bool anew;       // the publisher has begun anew (not: a trader has joined)
    int64_t epoch;   // of the message
    int64_t missed;  // messages of its topic that were lost on the way
    // Of a `member`: in which epoch its publisher told of that trader before, or
    // MEMBER_EPOCH_UNKNOWN.
    int64_t epoch_before;
};

typedef struct monitor monitor_t;

// The caller owns the result and must destroy it.
monitor_t *monitor_new (void);
void monitor_destroy (monitor_t **self_p);

// Takes note of a published message and its topic (message_is_published, message_topic), in the
// order in which its publisher sent it. The first of a topic tells of no gap, unless its publisher
// began anew before the monitor's eyes.
struct notice monitor_note (monitor_t *self, const struct message *message, const char *topic);

// Whether `topic` is the one under which this message is published.
bool monitor_topic_fits (const struct message *message, const char *topic);

#endif
