#include "broker/trader/trader_report.h"

#include <assert.h>

const char *report_trader_ready (struct report *self, bool json, int64_t id, const char *router,
                                 const char *pub)
{
    report_begin (self, json, "ready", id, "trader");
    report_open (self, "endpoints");
    report_text (self, "router", router);
    report_text (self, "pub", pub);
    report_close (self);
    return report_end (self);
}

const char *report_trader_member (struct report *self, bool json, int64_t id,
                                  const struct membership *member)
{
    report_begin (self, json, "member", id, "trader");
    report_number (self, "trader", member->trader);
    report_text (self, "state", member_state_name (member->state));
    report_number (self, "epoch", member->trader_epoch);
    report_number (self, "view", member->view);
    report_number (self, "backup", member->backup);
    report_number (self, "taker", member->taker);
    return report_end (self);
}

// The figures by their names, in the order in which they are told.
static const struct {
    const char *name;
    size_t offset;
} figures[] = {
#define FIGURE(name)                                  \
    {                                                 \
#name, offsetof(struct trader_counters, name) \
    }
    FIGURE (requests),  FIGURE (busy),        FIGURE (refused_input), FIGURE (batches),
    FIGURE (resent),    FIGURE (accepted),    FIGURE (oversold),      FIGURE (causal_waits),
    FIGURE (gaps),      FIGURE (snapshots),   FIGURE (undeliverable), FIGURE (copied),
    FIGURE (takeovers), FIGURE (forwarded),   FIGURE (recovered),     FIGURE (backups),
    FIGURE (alone),     FIGURE (leases),      FIGURE (leased),        FIGURE (returned),
    FIGURE (recalls),   FIGURE (handed_over), FIGURE (inherited),     FIGURE (recall_waits),
    FIGURE (budgeted),
#undef FIGURE
};

enum { FIGURES = sizeof figures / sizeof *figures };

static_assert (FIGURES * sizeof (int64_t) == sizeof (struct trader_counters), "all are told");

static int64_t *figure (struct trader_counters *counters, size_t i)
{
    return (int64_t *) (void *) ((char *) counters + figures[i].offset);
}

void report_trader_counters (struct report *self, const struct trader_counters *counters)
{
    struct trader_counters told = *counters;
    for (size_t i = 0; i < FIGURES; i++) {
        report_number (self, figures[i].name, *figure (&told, i));
    }
}

const char *report_trader_summary (struct report *self, bool json, int64_t id,
                                   const struct trader_counters *counters, int64_t backup)
{
    report_begin (self, json, "summary", id, "trader");
    report_trader_counters (self, counters);
    report_number (self, "backup", backup);
    return report_end (self);
}
