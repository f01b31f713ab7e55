// Every bound of the system, in one place. At a bound the answer is a typed error (see
// `enum reason` in message.h); nothing is dropped in silence and nothing grows without end.
// protocol.md tells the same numbers to whoever writes a client.
#ifndef SOUK_LIMITS_H
#define SOUK_LIMITS_H

enum {
    LIMIT_MESSAGE_BYTES = 64 * 1024,  // one frame between a client and a trader
    LIMIT_BATCH_BYTES = 1024 * 1024,  // one frame between a trader and the warehouse
    LIMIT_JSON_DEPTH = 16,            // nesting of arrays and objects
    LIMIT_FRAMES = 8,                 // frames of one ZeroMQ message
    LIMIT_DRAIN = 512,                // messages a shell hands to its core between two DRAINED
    LIMIT_NODE = 65535,               // highest node id; the warehouse is 0
    LIMIT_TRADERS = 256,              // traders of one warehouse
    LIMIT_CLIENTS = 16384,            // clients that one trader, or the warehouse, remembers
    LIMIT_PRODUCTS = 1024,            // products of one market
    LIMIT_PRODUCT_NAME = 63,          // bytes of a product's name, [a-z0-9_-]
    LIMIT_LOTS = 1024 * 1024,         // lots with unsold units
    LIMIT_QUANTITY = 1000 * 1000,     // units of one order or restock
    LIMIT_PRICE_CENTS = 1000 * 1000 * 1000,  // price of one unit
    LIMIT_FILLS = 16,                        // lots that one order is filled from
    LIMIT_LEASED_LOTS = 512,                 // lots of one product that a trader holds leases of
    LIMIT_BATCH = 512,                       // items of one commit
    LIMIT_SALES = 256,                       // sales that one message tells of
    LIMIT_COPIES = 256,                      // decisions that one message copies
    LIMIT_QUEUE = 65536,                     // highest setting of a trader's queue
    LIMIT_WAITING = 512,          // requests of a trader that wait for what precedes them
    LIMIT_VECTOR = 64,            // components of a vector clock
    LIMIT_ANSWERS = 1024,         // answers kept for each client, unless set otherwise
    LIMIT_SKIPPED_BACK = 65536,   // numbers down from a client's highest that may still be settled
    LIMIT_SKIPPED = 1024 * 1024,  // ranges of such numbers, of all clients
    LIMIT_TEXT = 255,             // bytes of an error's text
    LIMIT_ROUTE = 15,             // bytes of a ROUTER's routing id
    LIMIT_ENDPOINT = 127,         // bytes of an endpoint that nodes tell each other
};

// Integers travel as JSON numbers, which many languages hold as doubles: RFC 8259, section 6.
#define LIMIT_INTEGER INT64_C (9007199254740991)

#endif
