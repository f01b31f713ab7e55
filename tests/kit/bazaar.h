// A whole market of real cores in one thread and in virtual time, for tests: a warehouse with a
// store in memory, traders, buyers and sellers, and clients that a test moves by hand. Letters
// travel encoded, in order on each link, and may be lost; the warehouse may crash. The same seed
// gives the same market to the last letter.
#ifndef SOUK_BAZAAR_H
#define SOUK_BAZAAR_H

#include "actors/clients/buyer.h"
#include "actors/clients/seller.h"
#include "actors/warehouse/warehouse.h"
#include "broker/trader.h"

enum { BAZAAR_MS = 1000, BAZAAR_SECOND = 1000 * 1000 };

struct bazaar_config {
    uint64_t seed;
    int64_t delay_min_us;  // of a letter on its way, drawn for each
    int64_t delay_max_us;
    int64_t loss;          // of 1000 letters
    int64_t crashes;       // of 1000 batches, on which the warehouse crashes and starts again
    int64_t answers_kept;  // by the warehouse
    bool told;             // keep a transcript
};

// 1 ms on every link, nothing lost, no transcript.
struct bazaar_config bazaar_config_default (void);

typedef struct bazaar bazaar_t;

// The caller owns the result and must destroy it.
bazaar_t *bazaar_new (const struct bazaar_config *config);
void bazaar_destroy (bazaar_t **self_p);

// Who takes part, to be added before the first run. The ids must be given, and be new. A hand is
// a client without a core: it says what bazaar_say is told to.
void bazaar_add_trader (bazaar_t *self, const struct trader_config *config);
void bazaar_add_buyer (bazaar_t *self, const struct buyer_config *config);
void bazaar_add_seller (bazaar_t *self, const struct seller_config *config);
void bazaar_add_hand (bazaar_t *self, int64_t id);

// All letters from one node to another take this long from now on.
void bazaar_set_delay (bazaar_t *self, int64_t from, int64_t to, int64_t delay_us);
void bazaar_set_loss (bazaar_t *self, int64_t loss);

// A hand sends a message to a trader, now. Strings and lists are borrowed for the call.
void bazaar_say (bazaar_t *self, int64_t from, int64_t to, const struct message *message);

// What a hand has heard last from anybody; NULL: nothing. Valid until it hears again.
const struct message *bazaar_heard (const bazaar_t *self, int64_t hand);

// Runs for this long, or until nothing is left to happen. Returns whether it is quiet.
bool bazaar_run (bazaar_t *self, int64_t time_us);

// The parts, to be looked at. The bazaar owns them.
const trader_t *bazaar_trader (const bazaar_t *self, int64_t id);
const struct buyer_book *bazaar_buyer_book (const bazaar_t *self, int64_t id);
const struct seller_book *bazaar_seller_book (const bazaar_t *self, int64_t id);
struct wh_store *bazaar_store (const bazaar_t *self);
int64_t bazaar_version (const bazaar_t *self);  // of the warehouse, as stored
int64_t bazaar_crashes (const bazaar_t *self);
int64_t bazaar_lost (const bazaar_t *self);

// All letters that somebody listens for, a line each, in the order of their sending:
//     12 ms   1 -> 0    trader 1 commits batch 1: 1 order
// and an empty line where nothing was said for a while.
const char *bazaar_transcript (const bazaar_t *self);

#endif
