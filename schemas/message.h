// The messages of the market: one struct a type, as protocol.md tells them. Plain values that
// borrow their strings and lists, from the arena they were decoded into or from the core that
// made them, until the round ends (core.h). Nothing here knows JSON; codec.h turns a message into
// bytes and back.
//
// Numbers are integers of at most 53 bits, money is in cents, a node id names its sender.
//
// The structs are in message_clients.h (between clients and traders) and message_warehouse.h
// (between traders and the warehouse, between traders, and published) and message_peers.h (between
// the peers of an elected market).
#ifndef SOUK_MESSAGE_H
#define SOUK_MESSAGE_H

#include "schemas/message_clients.h"
#include "schemas/message_peers.h"
#include "schemas/message_warehouse.h"

enum { PROTOCOL_VERSION = 1, WAREHOUSE_NODE = 0 };

struct message {
    enum message_type type;
    int64_t from;    // node id of the sender
    int64_t clock;   // its Lamport clock
    int64_t market;  // that it belongs to; 0: it does not know yet
    union {
        struct buy buy;
        struct number_only order_status;
        struct receipt receipt;
        struct receipt oversold;
        struct restock restock;
        struct restocked restocked;
        struct number_only lot_status;
        struct lot_state lot;
        struct sold sold;
        struct pong pong;
        struct error error;
        struct join join;
        struct claim claim;
        struct takeover takeover;
        struct view_told view;
        struct commit commit;
        struct committed committed;
        struct stock stock;
        struct lease lease;
        struct leased leased;
        struct recall recall;
        struct campaign campaign;
        struct seats seats;
        struct journal journal;
        struct journaled journaled;
        struct election election;
        struct election answer;
        struct coordinator coordinator;
        struct election resign;
        struct handover handover;
        struct invalidation invalidation;
        struct oversell oversell;
        struct sale sale;
        struct membership member;
        struct clock_news tick;  // clock
        struct socket_event socket;
    };  // ping and snapshot have no body
};

// Names as they stand on the wire.
const char *message_type_name (enum message_type type);
const char *status_name (enum status status);
const char *reason_name (enum reason reason);
const char *member_state_name (enum member_state state);
const char *socket_name (enum socket_name socket);
const char *happening_name (enum happening happening);

// Whether a status is a final one, which no later message takes back.
bool status_is_final (enum status status);

// Whether the name keeps to [a-z0-9_-], 1 to LIMIT_PRODUCT_NAME bytes.
bool product_name_valid (const char *name);

// The number by which the other side matches a reply to its request; 0: none.
int64_t message_number (const struct message *message);

enum { TOPIC_BYTES = LIMIT_PRODUCT_NAME + 16 };

// Whether messages of this type are published.
bool message_is_published (enum message_type type);

// Writes the topic under which a message is published: stock.<product>, sale.<product>,
// recall.<product>, oversell.<addressee>, member.<trader>, socket.<sender>, seats or clock. Returns
// its length.
size_t message_topic (const struct message *message, int64_t addressee, char topic[TOPIC_BYTES]);

#endif
