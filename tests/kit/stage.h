// A world for tests to move by hand: a warehouse, the traders that a test adds, three clients
// without a core, and a witness that notes each fact. There is one stage at a time.
#ifndef SOUK_STAGE_H
#define SOUK_STAGE_H

#include "tests/sim/world/world.h"

enum { ALICE = 11, BOB = 12, SAM = 21, STAGE_STEPS = 1000 * 1000 };

// What a fact said, kept beyond its time.
struct noted {
    enum fact_type type;
    int64_t now_us;
    int64_t node;
    int64_t life;
    int64_t peer;
    enum message_type about;  // of its message; MESSAGE_TYPE_COUNT: it has none
    int64_t number;           // of the message
    enum status status;       // of a receipt
    enum reason reason;       // of an error
    int64_t units;            // of a receipt or a belief
    int64_t orders;           // among its records
    int64_t lots;
};

struct stage {
    world_t *world;
    struct noted *facts;  // in the order in which they happened
    size_t count;
    size_t size;
    int64_t facts_max;  // the witness ends the run when it has noted so many; 0: never
    int64_t version;    // of the warehouse, as stored
    int64_t left;       // units that are unsold, of all products, as stored
    int64_t *lots;      // the same for each lot, by id
    size_t lot_size;
};

extern struct stage stage;

// Opens a world with ALICE, BOB and SAM in it. Whoever opens it must close it.
void stage_open (const struct world_config *config);
void stage_close (void);

// With the settings that a market starts with, but batches are sent again after 20 ms.
void stage_add_trader (int64_t id, enum mode mode);

// What a hand says, all of it about fish. `about` is a message without a body, or with nothing but
// a number.
void stage_say (int64_t from, int64_t to, enum message_type about, int64_t number);
void stage_buy (int64_t buyer, int64_t trader, int64_t number, int64_t quantity);
void stage_restock (int64_t seller, int64_t trader, int64_t number, int64_t quantity);

// Lets so much time pass.
void stage_run (int64_t time_us);

// Lets ten seconds pass and wants everything to have come to an end.
void stage_quiet (void);

// A market with this trader, which has joined, and six fish that SAM brought as his number 1.
void stage_set_up_shop (const struct world_config *config, enum mode mode);

// Facts of this type about this node; of this kind of message, MESSAGE_TYPE_COUNT: of any.
int64_t stage_count (enum fact_type type, int64_t node, enum message_type about);

// The latest of them; there must be one. Valid until something happens.
const struct noted *stage_last (enum fact_type type, int64_t node, enum message_type about);

// Orders that have become durable.
int64_t stage_orders (void);

// How often one of SOMETIMES has happened so far.
int64_t stage_reached (int sometimes);

#endif
