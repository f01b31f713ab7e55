// A market for random tests of traders that hand over: two traders, which were elected, and the
// warehouse, all real, and clients without a core. Messages are lost, doubled and overtake each
// other. It asserts that the warehouse decides each request once, and that no client is told
// anything else. There is one such market at a time.
#ifndef SOUK_HANDOVER_WORLD_H
#define SOUK_HANDOVER_WORLD_H

#include <check.h>

#include "actors/clients/random.h"
#include "actors/warehouse/warehouse.h"
#include "broker/trader/trader.h"

enum {
    HW_TRADERS = 2,  // ids 1 and 2
    HW_CLIENTS = 6,  // ids 1 to 6: the nodes of the traders buy, too; the last two sell
    HW_SELLERS = 2,
    HW_NUMBERS = 80,  // of each client, at most
    HW_LINE = 256,    // messages under way; one more is lost
};

struct hw_answer {
    enum message_type type;  // MESSAGE_TYPE_COUNT: none yet
    enum status status;
    int64_t units;
    int64_t amount_cents;
};

struct hw_post {
    enum port port;  // where it arrives
    int64_t to;
    int64_t life;  // of the trader that it comes from or goes to, by way of the warehouse; else 0
    struct message message;
};

struct handover_world {
    struct random random;
    arena_t *arena;  // of messages under way
    int64_t now_us;
    int64_t loss;  // of 100 messages
    warehouse_t *warehouse;
    struct outbox out;
    struct trader_config config;
    trader_t *traders[HW_TRADERS + 1];  // by id
    int64_t lives[HW_TRADERS + 1];
    bool yields[HW_TRADERS + 1];  // it was told to, and is to be handed over
    struct hw_post line[HW_LINE];
    size_t waiting;                 // in the line
    int64_t asked[HW_CLIENTS + 1];  // highest number of each
    int64_t attempts[HW_CLIENTS + 1][HW_NUMBERS + 1];
    struct hw_answer answers[HW_CLIENTS + 1][HW_NUMBERS + 1];  // as clients were told
    struct hw_answer orders[HW_CLIENTS + 1][HW_NUMBERS + 1];   // as the warehouse has recorded
    int64_t lots[HW_CLIENTS + 1][HW_NUMBERS + 1];              // ids
    int64_t handed;                                            // by traders whose lives are over
    int64_t inherited;
    int64_t repeated;  // answers that came again, the same
};

extern struct handover_world hw;

// For a checked fixture of Check.
void hw_set_up (void);
void hw_tear_down (void);

void hw_open_market (int seed);  // its settings are drawn

int64_t hw_draw (int64_t min, int64_t max);
bool hw_chance (int64_t of_hundred);

// The client sends its request of this number, the same whenever it does, to any trader.
void hw_ask (int64_t client, int64_t number);
bool hw_open_request (int64_t client, int64_t number);  // it is not answered yet

// The trader of this id is gone, with all that it held; and the next one of its id is started.
void hw_end_life (int64_t id);
void hw_begin_life (int64_t id);

// Some messages arrive, time passes, and traders do what is due; who has yielded hands over to any
// trader, itself in its next life perhaps.
void hw_round (void);

#endif
