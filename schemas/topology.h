// A market's topology: who takes part, where each listens and how each behaves. One JSON file
// (topology.schema.json), written by tools/launch.py and read by every node at its start. Flags
// of a command go over what the file says.
#ifndef SOUK_TOPOLOGY_H
#define SOUK_TOPOLOGY_H

#include "schemas/arena.h"
#include "schemas/message.h"

enum { TOPOLOGY_VERSION = 1, TOPOLOGY_BYTES_MAX = 16 * 1024 * 1024 };

// Modes, orders and choices stay the words of the file here; the cores' headers parse them.
// A number that the file leaves out is -1, a string NULL.

// The oversell budget of a product: units, or percent of all that was ever stocked, and the other
// one -1; both -1 where it is left out.
struct topology_budget {
    int64_t units;
    int64_t percent;
};

// How a product is sold. What is left out comes with the mode.
struct topology_selling {
    const char *mode;  // "sync", "cached", "batched", "escrow"
    int64_t flush_count;
    int64_t flush_ms;
    int64_t expiry_ms;
    struct topology_budget oversell_budget;
};

struct topology_product {
    const char *name;
    struct topology_selling selling;  // without a mode: the market's, and its settings
};

struct topology_warehouse {
    const char *rep;  // endpoint that the REP binds, or traders connect to
    const char *pub;
    const char *store;  // file, relative to the topology's own folder
    int64_t commission_percent;
    int64_t answers_kept;
};

struct topology_trader {
    int64_t id;
    const char *router;
    const char *pub;
    int64_t queue_max;
    int64_t batch_max;
    int64_t in_flight_max;
    const char *journal;  // file, relative to the topology's own folder
};

struct topology_buyer {
    int64_t id;
    const char *product;     // a name, or "random"
    const char *on_refusal;  // "keep", "switch"
    int64_t quantity_min;
    int64_t quantity_max;
    bool all_or_nothing;
    int64_t think_time_us;
    int64_t orders;  // 0: until stopped
    int64_t window;
    int64_t first_number;
};

struct topology_seller {
    int64_t id;
    const char *product;       // a name, or "random"
    const char *restock_when;  // "every", "sold-out"
    const char *restock_what;  // "same", "each", "random"
    int64_t quantity_min;
    int64_t quantity_max;
    int64_t price_cents_min;
    int64_t price_cents_max;
    int64_t every_us;
    int64_t restocks;  // 0: until stopped
    int64_t first_number;
};

// A node that is a buyer or a seller and may become a trader.
struct topology_peer {
    int64_t id;
    const char *router;
    const char *pub;
    bool sick_from_start;
    int64_t sick_at_us;                    // from its start; -1: not at a given time
    const struct topology_buyer *buyer;    // what it does: one of the two, of the same id, and the
    const struct topology_seller *seller;  // other one NULL
};

// How the peers elect their traders. What is left out comes with the program.
struct topology_election {
    int64_t seats;
    int64_t ping_every_us;
    int64_t answer_wait_us;
    int64_t settle_us;
    bool reclaim;            // a higher peer that comes back takes a seat at once
    int64_t sick_per_million;  // chance that a trader falls sick, of each sale; -1: left out
    const char *on_sick;     // "drain", "handover"
    int64_t recover_after_us;  // 0: never; -1: left out
};

struct topology {
    const char *folder;               // that holds the file; "." for none
    struct topology_selling selling;  // of products that name no mode
    const char *order_by;             // "arrival", "lamport", "vector"
    const char *trader_choice;        // "random", "round-robin"
    bool invalidation;
    bool trace;  // every node writes trace-<id>.jsonl beside this file
    int64_t seed;
    int64_t ping_every_us;  // traders' interval for signs of life
    struct topology_warehouse warehouse;
    const struct topology_product *products;
    size_t product_count;
    const struct topology_trader *traders;
    size_t trader_count;
    const struct topology_buyer *buyers;
    size_t buyer_count;
    const struct topology_seller *sellers;
    size_t seller_count;
    struct topology_election election;   // of peers
    const struct topology_peer *peers;   // an elected market: then there are no traders, buyers and
    size_t peer_count;                   // sellers beside them; 0: it is none
};

// Reads the file strictly: unknown keys, wrong types and numbers out of bounds are refused, with
// the path to what was wrong in `error` ("buyers[2].orders: must be an integer from 0"). Returns
// false then. All strings and lists are borrowed from `arena`.
bool topology_read (const char *path, arena_t *arena, struct topology *topology, char *error,
                    size_t error_size);

// Whether the text is an endpoint as a topology has it: tcp://HOST:PORT, tcp://HOST:*, ipc://PATH.
bool topology_endpoint_valid (const char *text);

// Reads "10", units, or "5%", percent of what was stocked. Returns false for anything else.
bool topology_budget_parse (const char *text, struct topology_budget *budget);

#endif
