// What every core shares: the events it is stepped with and the outbox it answers into.
//
// A core is a state machine without sockets, clock, files, threads or randomness of its own: the
// same events give the same output, always. It has four verbs (trader.h shows them). A shell
// feeds it: it hands over each message that is waiting, then EVENT_DRAINED, writes the records
// that came out in one durable transaction, and only then sends the letters. That order is the
// whole durability story: what a letter tells is on disk before the letter leaves. Only a letter that
// is marked as early need not wait.
#ifndef SOUK_CORE_H
#define SOUK_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/arena.h"
#include "schemas/codec.h"
#include "schemas/message.h"
#include "schemas/record.h"

enum event_type {
    EVENT_START,          // the first one
    EVENT_RECEIVE,        // a message came
    EVENT_MALFORMED,      // a frame came that is no message
    EVENT_DRAINED,        // nothing more waits: send what was gathered
    EVENT_DEADLINE,       // the time that x_deadline named has come
    EVENT_UNDELIVERABLE,  // a letter of an earlier step had nowhere to go
    EVENT_UNWRITTEN,      // the records of the last round found no room: they and its letters are gone
    EVENT_STOP,           // finish what is accepted, begin nothing new
};

// The socket that a message came through or leaves by.
enum port {
    PORT_CLIENTS,    // a trader's ROUTER
    PORT_WAREHOUSE,  // a trader's DEALER to the warehouse; the warehouse's REP
    PORT_NEWS,       // PUB when sending, SUB when receiving
    PORT_TRADER,     // a client's or a trader's DEALER to the trader that the letter's `to` names
};

// Where a ROUTER sends: opaque to the core, which only gives back what it was given.
struct route {
    uint8_t size;
    uint8_t bytes[LIMIT_ROUTE];
};

struct event {
    enum event_type type;
    enum port port;                    // RECEIVE, MALFORMED
    int64_t now_us;                    // monotonic
    struct route route;                // RECEIVE, MALFORMED on PORT_CLIENTS; UNDELIVERABLE
    const struct message *message;     // RECEIVE, UNDELIVERABLE
    const struct decode_error *error;  // MALFORMED
};

struct letter {
    enum port port;
    struct route route;  // PORT_CLIENTS
    int64_t to;          // node id: a client, a trader; the addressee within a topic
    bool early;          // it may leave while the records of its round are written: it tells nobody
                         // what they say, and whoever gets it may know more than they do
    struct message message;
};

// What steps leave behind: those of one round, from the first message that was waiting to DRAINED.
// Growing, never shrinking, so that a warm one asks the heap for nothing; what a round can fill is
// bounded by LIMIT_DRAIN messages and the pools of the cores. Its letters borrow from
// its arena, from the core and from the messages of the round, so a shell encodes them before it
// clears the outbox, frees those messages or begins another round.
struct outbox {
    arena_t *arena;          // lists and strings of the letters
    struct letter *letters;  // in the order in which they are to be sent
    size_t letter_count;
    size_t letter_size;
    struct record *records;  // to be durable before any letter leaves
    size_t record_count;
    size_t record_size;
};

// No time at all: nothing is due.
#define DEADLINE_NONE INT64_MAX

void outbox_init (struct outbox *self);
void outbox_free (struct outbox *self);
void outbox_clear (struct outbox *self);

// Adds a letter or a record, cleared but for its type, for the caller to fill in. The outbox owns
// it; the pointer is valid until the next one is added.
struct letter *outbox_letter (struct outbox *self, enum port port, int64_t to,
                              enum message_type type);
struct record *outbox_record (struct outbox *self, enum record_type type);

#endif
