// What the tests of the shells share: a folder and endpoints of their own, shells as actors in this
// process, and clients, traders and warehouses of few lines to talk to them. Nothing here waits
// for ever: what does not come fails the test.
#ifndef SOUK_SHELL_KIT_H
#define SOUK_SHELL_KIT_H

#include <check.h>
#include <czmq.h>

#include "actors/warehouse/warehouse_shell.h"
#include "broker/trader/trader_shell.h"

enum {
    KIT_BOUND_MS = 20000,  // what takes longer has failed
    KIT_TEXT_BYTES = 512,
    KIT_TRADER = 1,  // node ids
    KIT_BUYER = 5,
    KIT_SELLER = 9,
};

// Made anew for each test, and its folder removed behind it.
struct shell_kit {
    char folder[64];
    char rep[KIT_TEXT_BYTES];  // endpoints; of the warehouse
    char pub[KIT_TEXT_BYTES];
    char router[KIT_TEXT_BYTES];  // of the trader
    char trader_pub[KIT_TEXT_BYTES];
    char other[KIT_TEXT_BYTES];  // that nobody has yet
    char store[KIT_TEXT_BYTES];  // paths
    char journal[KIT_TEXT_BYTES];
    struct warehouse_shell_config warehouse;
    struct trader_shell_config trader;  // commits are sent again after 100 ms
};

extern struct shell_kit kit;

// Adds a test case; `tests` ends with NULL, and each is run for every _i below `rounds`.
void kit_add (Suite *suite, const char *name, const TTest *const *tests, int rounds);

// Starts an actor, which the caller owns. The second two wait until it is READY.
zactor_t *kit_start (zactor_fn *shell, void *config);
zactor_t *kit_start_warehouse (void);
zactor_t *kit_start_trader (enum mode mode);

// The line of the actor's next report, which must be of this kind; valid until the next call. One
// of PROGRESS is passed over where another one is wanted.
const char *kit_told (zactor_t *actor, const char *kind);

// Waits for the actor's end, which is near, or tells it to STOP and waits. Destroys it and returns
// its summary, valid until the next call.
const char *kit_finish (zactor_t **actor_p);
const char *kit_stop (zactor_t **actor_p);

// Why an actor of this kind cannot start; valid until the next call.
const char *kit_failed (zactor_fn *shell, void *config);

// The number of this name in a report.
int64_t kit_number_in (const char *report, const char *name);

// A socket, which the caller owns.
zsock_t *kit_connect (int type, const char *endpoint);

// A message as a frame, which the caller owns; and the last of the frames as a message, valid to
// the test's end.
zframe_t *kit_frame (const struct message *message);
struct message kit_decode (zmsg_t *frames);

// Sends a message alone; as traders do to a REP, behind an empty delimiter.
void kit_say (zsock_t *socket, struct message message);
void kit_ask (zsock_t *socket, struct message message);

// The next message, which must be of this type; what stands before its body is dropped. `refused`
// wants an error of this reason.
struct message kit_heard (zsock_t *socket, enum message_type type);
void kit_refused (zsock_t *socket, enum reason reason);

// Messages of the buyer and the seller: two salt, and five at 2.50.
struct message kit_ping (void);
struct message kit_buy (int64_t number, int64_t attempt);
struct message kit_restock (int64_t number);

// That the trader serves this client, or one that comes now.
void kit_answers_a_ping (zsock_t *socket);
void kit_serves_a_new_client (void);

// What a trader says to the warehouse: it joins; it commits a batch of a restock and a buy with
// the numbers of the batch, and hears that it is committed.
struct message kit_join (zsock_t *peer);
void kit_ask_commit (zsock_t *peer, int64_t epoch, int64_t batch, int64_t clock);
void kit_committed (zsock_t *peer, int64_t batch);

#endif
