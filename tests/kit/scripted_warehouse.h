// A warehouse of few lines for tests of a trader's shell: it answers what, and when, the test says.
#ifndef SOUK_SCRIPTED_WAREHOUSE_H
#define SOUK_SCRIPTED_WAREHOUSE_H

#include "tests/kit/shell_kit.h"

// Bound where the kit's trader looks for its warehouse. The caller owns the socket.
zsock_t *scripted_warehouse (void);

// The trader's next message of the type, and where to answer it; others are dropped. The caller
// must destroy `envelope`, unless it is answered.
struct message scripted_taken (zsock_t *warehouse, enum message_type type, zmsg_t **envelope);

// Sends the message, as one of KIT_MARKET, to where the envelope came from, and takes the envelope.
void scripted_answer (zsock_t *warehouse, zmsg_t **envelope, struct message message);

// The view of the kit's trader in this epoch, live and without a backup, with nothing settled.
struct message scripted_view (int64_t nonce, int64_t epoch);

// A trader that has joined the warehouse, in epoch 1. The caller owns it.
zactor_t *scripted_trader (zsock_t *warehouse);

#endif
