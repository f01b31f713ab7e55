// What the trader itself asks the warehouse for: its epoch, and snapshots for its cache.
#include "broker/trader_state.h"

void trader_start (trader_t *self, struct outbox *out)
{
    self->join_due_us = self->now_us;
    trader_ask (self, out);
}

// A join that was sent twice is granted twice, and the same epoch unless another process joined
// under this id in between: what is under way belongs to the first one, so that one is kept, and
// the warehouse fences it if it has to.
void trader_view (trader_t *self, const struct message *message)
{
    if (message->view.nonce != self->nonce || self->epoch > 0) {
        return;
    }
    self->epoch = message->view.epoch;
    self->batch_first = 1;
    self->batch_next = 1;
    cache_begin (self->cache, self->epoch);
    self->snapshot_due_us = self->now_us;
}

void trader_stock (trader_t *self, const struct message *message)
{
    self->snapshot_due_us = self->now_us + SNAPSHOT_PAUSE_US;
    if (self->decides && self->epoch > 0) {
        cache_snapshot (self->cache, &message->stock);
    }
}

void trader_news (trader_t *self, const struct message *message)
{
    if (message->type != MESSAGE_INVALIDATION || !trader_follows (self) || self->epoch == 0) {
        return;
    }
    bool was_stale = cache_stale (self->cache);
    if (!cache_news (self->cache, &message->invalidation) && !was_stale) {
        self->counters.gaps++;
    }
}

// Whether a snapshot is wanted: nothing can be decided, or something waits for a newer cache.
static bool wants_snapshot (const trader_t *self)
{
    return self->decides && self->epoch > 0
           && (cache_stale (self->cache) || self->waiting.count > 0);
}

static int64_t snapshot_due (const trader_t *self)
{
    return wants_snapshot (self) ? self->snapshot_due_us : DEADLINE_NONE;
}

void trader_ask (trader_t *self, struct outbox *out)
{
    if (self->epoch == 0) {
        if (self->now_us >= self->join_due_us) {
            struct letter *letter =
                trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_JOIN);
            letter->message.join.nonce = self->nonce;
            self->join_due_us = self->now_us + JOIN_RETRY_US;
        }
        return;
    }
    if (self->now_us >= snapshot_due (self)) {
        (void) trader_letter (self, out, PORT_WAREHOUSE, WAREHOUSE_NODE, MESSAGE_SNAPSHOT);
        self->snapshot_due_us = self->now_us + SNAPSHOT_RETRY_US;
        self->counters.snapshots++;
    }
}

int64_t trader_ask_due (const trader_t *self)
{
    return self->epoch == 0 ? self->join_due_us : snapshot_due (self);
}
