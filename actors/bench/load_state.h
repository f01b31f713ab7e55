// The inside of a load, shared by its files alone: load_shell.c (connections, orders out and answers
// in), load_greet_shell.c (which trader serves in which epoch), load_leave_shell.c (what to do when a
// trader has failed), load_stock_shell.c (the seller and its lots) and load_phase_shell.c (phases:
// when to order, when to ask again, when it is over).
#ifndef SOUK_LOAD_STATE_H
#define SOUK_LOAD_STATE_H

#include "actors/bench/load_shell.h"
#include "actors/bench/window.h"
#include "broker/shells/poller_shell.h"
#include "broker/shells/wire_shell.h"
#include "schemas/codec.h"

enum {
    LOOK_US = 1000,       // how often what is to be sent again is looked for
    RESEND_US = 3000000,  // without an answer
};

enum {
    NAME_BYTES = 4,
    NAME_AGAIN = 0x4000,  // is added in the name of a client's second connection
    LOTS_OPEN_MAX = 16,   // restocks of the seller that are under way at once
};

// A connection's name in our own ROUTER: what it sends to and hears from. Never begins with 0.
struct name {
    char bytes[5];
};

struct buyer {
    struct name name;
    int64_t node;
    int64_t clock;
    int64_t promised;         // its orders that were accepted, and are not settled
    struct first first;       // its trader, as all its orders tell; 0 until that one was greeted
    int64_t past;             // orders up to this number went to another trader first; 0: none
    struct first past_first;  // that one
    struct window window;
};

struct load {
    struct load_config config;
    // One connection a client: a poll over as many sockets would cost more than all else.
    zsock_t *router;
    void *socket;  // the same, of libzmq
    struct poller poller;
    struct buyer *buyers;
    struct order *orders;
    arena_t *arena;
    int64_t market;                     // 0: not known
    struct order lots[LOTS_OPEN_MAX];   // the seller's window
    int64_t quantities[LOTS_OPEN_MAX];  // of those lots
    int64_t stocked;                    // units that were brought, or are on their way
    int64_t bought;                     // units that were sold, or promised and not taken back
    load_attend_fn *attend;
    void *attend_context;

    // Of the phase that runs:
    struct load_result *result;
    int64_t wanted;
    int64_t issued;
    int64_t answered;
    int64_t promised;  // accepted, and not yet settled
    int64_t begun_us;
    int64_t answered_us;  // when the last first answer came
    int64_t heard_us;     // when the last answer of any kind came
    int64_t look_us;
    int64_t progress_us;
    size_t turn;  // whose order is next in an open loop
    char *error;
    size_t error_size;
    bool failed;
    char told[LIMIT_TEXT + 1];  // the text of the last error that came
};

// load_stock_shell.c.
struct buyer *load_seller (load_t *self);
void load_bring (load_t *self, int64_t now_us);  // what the level asks for
bool load_send_lot (load_t *self, struct order *order, int64_t now_us);
void load_take_restocked (load_t *self, int64_t number);

// load_shell.c. Those that return a bool return false when the phase has failed, or, load_open, when
// the client's window is full.
bool load_fail (load_t *self, const char *format, const char *detail);
bool load_connect (load_t *self, struct buyer *buyer, size_t name, size_t endpoint);
bool load_send (load_t *self, struct buyer *buyer, struct message *message);
bool load_send_order (load_t *self, struct buyer *buyer, struct order *order, int64_t now_us);
bool load_open (load_t *self, struct buyer *buyer, int64_t due_us, int64_t now_us);
void load_top_up (load_t *self, struct buyer *buyer, int64_t now_us);  // fills its window
int64_t load_next_due (const load_t *self);                            // of an open loop
void load_poll (load_t *self);  // waits a little, and takes what has come
void load_begin (load_t *self, char *error, size_t error_size);  // a phase
bool load_look (load_t *self);  // after what answers alone do not move; false when it is over

#endif
