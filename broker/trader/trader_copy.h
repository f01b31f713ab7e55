// What a trader does as the backup of others: it keeps a copy of each one's decisions, watches its
// life, and when it hears nothing of it any more, takes over: seals the copy, asks the warehouse,
// settles as the other trader what that one had decided, and says when it is done. Parts of the
// trader, for its files alone.
#ifndef SOUK_TRADER_COPY_H
#define SOUK_TRADER_COPY_H

#include "broker/trader/trader_state.h"

// A `journal` came (PORT_CLIENTS). Its answer waits for copies_proceed.
void copies_append (trader_t *self, const struct event *event, struct outbox *out);

// Anything came from another trader, on whatever port.
void copies_heard (trader_t *self, int64_t trader);

// When all that waited has been read: acknowledges, pings, suspects, takes over, asks again.
void copies_proceed (trader_t *self, struct outbox *out);
int64_t copies_due (const trader_t *self);

// The warehouse's answers that are about another trader.
void copies_view (trader_t *self, const struct view_told *view, struct outbox *out);
void copies_committed (trader_t *self, const struct committed *committed, struct outbox *out);
void copies_refused (trader_t *self, const struct error *error, struct outbox *out);

// Another trader has left in peace, under this view: nothing of its copy is needed any more.
void copies_left (trader_t *self, int64_t trader, int64_t view);

// Whether a takeover that was granted is under way: ending now would leave it half done.
bool copies_busy (const trader_t *self);

// A round begins: all records that were emitted before it are durable. And: those of the last round
// are not, and must come again.
void copies_begin_round (trader_t *self);
void copies_unwritten (trader_t *self);

// The records RECORD_COPY to RECORD_COPY_END; false when one contradicts those before it.
bool copies_restore (trader_t *self, const struct record *record);
void copies_checkpoint (const trader_t *self, struct outbox *out);

void copies_free (trader_t *self);

#endif
