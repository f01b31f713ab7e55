#include "broker/trader/trader_life.h"

#include "broker/trader/trader_report.h"

static bool restore (void *trader, const struct record *record)
{
    return trader_restore (trader, record);
}

static bool make (struct life *self)
{
    struct trader_config config = self->config->trader;
    config.router = self->router;
    config.abandon = config.abandon && self->cores == 0;  // Later it has lost nothing.
    self->trader = trader_new (&config, self->config->seed + (uint64_t) self->cores++);
    return !self->journal || journal_load (self->journal, restore, self->trader) == JOURNAL_OK;
}

bool life_begin (struct life *self, const char *router, const struct wire *wire, char *error,
                 size_t error_size)
{
    const char *path = self->config->journal;
    self->router = router;
    if (path) {
        self->journal = journal_open (path, self->config->trader.id, error, error_size);
        if (!self->journal) {
            return false;
        }
    }
    if (self->journal && journal_cut (self->journal) > 0) {
        wire_log (wire, "%lld bytes of a torn write were cut off the journal",
                  (long long) journal_cut (self->journal));
    }
    if (!make (self)) {
        snprintf (error, error_size, "%s", journal_error (self->journal));
        return false;
    }
    return true;
}

bool life_again (struct life *self)
{
    self->before = life_counters (self);
    trader_destroy (&self->trader);
    return make (self);
}

void life_end (struct life *self)
{
    trader_destroy (&self->trader);
    journal_close (&self->journal);
}

enum journal_status life_write (struct life *self, const struct wire *wire)
{
    if (!self->journal) {
        return JOURNAL_OK;
    }
    enum journal_status status =
        journal_append (self->journal, wire->out.records, wire->out.record_count);
    if (status == JOURNAL_FULL) {
        wire_log (wire, "nothing is told: the journal has no room (%s)",
                  journal_error (self->journal));
    }
    return status;
}

enum journal_status life_rotate (struct life *self, const struct wire *wire)
{
    if (!self->journal || !journal_grown (self->journal)) {
        return JOURNAL_OK;
    }
    struct outbox open;
    outbox_init (&open);
    enum journal_status status = JOURNAL_OK;
    if (trader_checkpoint (self->trader, &open)) {
        status = journal_rotate (self->journal, open.records, open.record_count);
    }
    if (status == JOURNAL_FULL) {
        wire_log (wire, "%s", journal_error (self->journal));
    }
    outbox_free (&open);
    return status;
}

const char *life_warning (struct life *self)
{
    const char *why = trader_why_waiting (self->trader);
    bool is_new = why != self->warned;
    self->warned = why ? why : self->warned;
    return is_new ? why : NULL;
}

struct trader_counters life_counters (const struct life *self)
{
    struct trader_counters sum = self->before;
    trader_counters_add (&sum, trader_counters (self->trader));
    return sum;
}
