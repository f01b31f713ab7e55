// What a trader's shell tells whoever runs it: lines of report.h, from its core's own figures.
#ifndef SOUK_TRADER_REPORT_H
#define SOUK_TRADER_REPORT_H

#include "broker/shells/report.h"
#include "broker/trader/trader.h"

// Each writes one line, begins and ends it, and returns it; it is borrowed from the report.
const char *report_trader_ready (struct report *self, bool json, int64_t id, const char *router,
                                 const char *pub);
const char *report_trader_member (struct report *self, bool json, int64_t id,
                                  const struct membership *member);
const char *report_trader_summary (struct report *self, bool json, int64_t id,
                                   const struct trader_counters *counters, int64_t backup);

// Puts the figures into a report that was begun.
void report_trader_counters (struct report *self, const struct trader_counters *counters);

#endif
