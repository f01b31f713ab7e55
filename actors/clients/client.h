// The client core that buyers and sellers share: numbers the requests, chooses a trader, sends,
// waits, sends the same request again (to another trader where that is safe), and gives up after
// a bound, saying so. No answer is ever invented.
//
// A bound client tells with each request which trader it went to first, and in which epoch of that
// one. It stays with that trader until it hears that the trader has failed and all that it had
// decided is settled, or finds it silent; then any living trader may have the request, which is
// answered `pending` there until it is safe to decide.
//
// A request is open from client_ask until its final answer. An `accepted` receipt is an answer
// but not the final one: the request stays open, unsettled, until the trader tells what the
// warehouse made of it; if that does not come, the client asks (order_status).
#ifndef SOUK_CLIENT_H
#define SOUK_CLIENT_H

#include "broker/core.h"

enum trader_choice { CHOICE_RANDOM, CHOICE_ROUND_ROBIN };

struct client_config {
    int64_t id;              // own node id
    const int64_t *traders;  // node ids; copied
    size_t trader_count;     // at most LIMIT_TRADERS
    enum trader_choice choice;
    bool elected;               // its traders hold seats (client_seats); none is asked without one
    bool bound;                 // a request stays with its first trader: every mode but sync; where
                                // traders are elected it has no effect
    bool vector_clock;          // send vector clocks (the market orders by them)
    int64_t first_number;       // of the first request, 1 unless this client lived before
    int64_t answers_kept;       // of the warehouse: numbers never run ahead further than this
    int64_t timeout_us;         // unanswered: sent again, doubling each time up to 8 of these
    int64_t settle_timeout_us;  // accepted but not settled: asked for
    int64_t give_up_us;         // from client_ask, or from when it was accepted
    int64_t ping_every_us;      // quiet for so long: a PING; three times: suspected; 0: neither
};

// timeout 1 s, settle 2 s, give up 60 s, ping 1 s, random choice.
struct client_config client_config_default (void);

// What buyers and sellers ask for. `product` is borrowed until the request's final answer.
struct client_request {
    enum message_type type;  // MESSAGE_BUY or MESSAGE_RESTOCK
    const char *product;
    int64_t quantity;
    int64_t price_cents;  // restock
    bool all_or_nothing;  // buy
    int64_t tag;          // the caller's own, handed back with each answer
};

enum client_outcome {
    CLIENT_ACCEPTED,  // a buy was promised `units`; another answer follows
    CLIENT_DECIDED,   // final: see `status`, or the restock is in
    CLIENT_FAILED,    // final: refused for good, see `reason`
    CLIENT_GAVE_UP,   // final: nobody answered in time, what became of it is unknown
};

struct client_answer {
    enum client_outcome outcome;
    enum message_type type;  // of the request
    int64_t number;
    int64_t tag;
    bool first;            // no answer came before this one
    int64_t latency_us;    // since client_ask
    int64_t first_trader;  // that it was first sent to; 0: it never was, there was none
    int64_t moved_from;    // that one, where another trader answered; else 0
    int64_t quantity;      // asked for
    enum status status;    // of a decided buy: SOLD, OVERSOLD, OUT_OF_STOCK or TOO_MANY_LOTS
    enum reason reason;    // CLIENT_FAILED
    int64_t units;         // of a buy: what the buyer has, or is promised
    int64_t missing;       // of a buy: promised, but not there
    int64_t amount_cents;  // of a buy: paid for `units`
};

typedef struct client client_t;

// The caller owns the result and must destroy it. Asserts that the configuration names a trader.
// `seed` makes its choices and its jitter.
client_t *client_new (const struct client_config *config, uint64_t seed);
void client_destroy (client_t **self_p);

// Total: what is late, doubled, foreign or not for a client is ignored. Letters are added to
// `out`; their lists are in its arena, their products are those of the requests. Returns whether
// the event was a message that one of the client's traders sent to it (not published), so that
// the caller may believe what of it the client core leaves alone: `sold` and `lot`.
bool client_step (client_t *self, const struct event *event, struct outbox *out);

// Takes the next of the answers that the last step brought; call it until it returns false.
bool client_next (client_t *self, struct client_answer *answer);

// May be early, never late: a step with nothing to do then finds the right time.
int64_t client_deadline (const client_t *self);

// Whether the next request may be made: false after EVENT_STOP, while it is held, and while an open
// request is so old that the warehouse would forget it.
bool client_can_ask (const client_t *self);

// Sends a request and returns its number; 0, and nothing is sent, unless client_can_ask. Where
// nobody holds a seat it waits for one, open like the others.
int64_t client_ask (client_t *self, const struct client_request *request, int64_t now_us,
                    struct outbox *out);

// Asks any trader for a lot's state. Nothing waits for the `lot` that may come, and nothing is
// asked where nobody holds a seat.
void client_ask_lot (client_t *self, int64_t number, int64_t now_us, struct outbox *out);

// The request that it has just sent under this number could not leave: nobody is connected there.
// It is sent again soon, as if that trader had been busy.
void client_undelivered (client_t *self, int64_t number, int64_t now_us);

// In an elected market: these hold the seats from now on, and requests go to them alone. What waits
// at a trader without a seat is sent to one of these at once; what was asked for while there was
// none has waited, and is sent now. Ids that are not among the client's traders are left out.
// Before the first call nobody has a seat.
void client_seats (client_t *self, const int64_t *seats, size_t count, int64_t now_us,
                   struct outbox *out);

// Its vector clock, empty unless the market orders by them; borrowed until the next step. And what
// its node has seen and done otherwise, as a trader: no two events of a node may have the same
// count.
struct vector client_vector (const client_t *self);
void client_saw (client_t *self, const struct vector *vector);

// While it is held the client asks nothing new (client_can_ask), and goes on with what is open.
void client_hold (client_t *self, bool hold);

// All answers of the last step, in order, whether they were taken or not. Borrowed until the next
// step or request.
const struct client_answer *client_answers (const client_t *self, size_t *count);

// Takes the next trader that turned out to be of another market, 0: none. It is left alone.
int64_t client_next_foreign (client_t *self);

int64_t client_market (const client_t *self);       // that it trades in, 0: nobody told it yet
int64_t client_next_number (const client_t *self);  // of the next request
int64_t client_open (const client_t *self);         // requests without a final answer
int64_t client_resent (const client_t *self);       // messages sent again
bool client_stopped (const client_t *self);         // EVENT_STOP came

// Adds a span to a time; stops at DEADLINE_NONE. A negative span counts as 0.
int64_t client_later (int64_t now_us, int64_t span_us);

#endif
