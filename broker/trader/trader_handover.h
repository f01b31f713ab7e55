// What a trader does besides where traders are elected: it yields its seat, hands over and
// inherits, loses its seat, and publishes the clock of its sales. For the trader's own files.
#ifndef SOUK_TRADER_HANDOVER_H
#define SOUK_TRADER_HANDOVER_H

#include "broker/trader/trader_state.h"

// Requests of a trader that has resigned: each is admitted as if its client had sent it, but for
// the way to that client, which is not known. What finds no room is dropped: its client asks again.
void handover_receive (trader_t *self, const struct handover *handover, struct outbox *out);

bool handover_settled (const trader_t *self);  // all that is pending waits for the successor

// The warehouse refuses this trader for want of a seat, as a reply to its join or its commit.
void handover_unseated (trader_t *self, const struct error *error, struct outbox *out);

// The warehouse has given its place up, for it holds no seat.
void handover_removed (trader_t *self);

// trader_reply.c: publishes the clock of a sale, once for each order, so that everybody's clock
// passes it.
void publish_clock (trader_t *self, const struct request *request, const struct result *result,
                    struct outbox *out);

#endif
