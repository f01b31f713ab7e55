// What an experiment has found, as one JSON object. Everything but its last three members follows
// from the options alone.
#ifndef SOUK_SIM_EXPERIMENT_REPORT_H
#define SOUK_SIM_EXPERIMENT_REPORT_H

#include "tests/sim/experiment/experiment_market.h"
#include "tests/sim/experiment/meter.h"

// What the world and its traders have counted, up to a time.
struct census {
    int64_t now_us;
    int64_t client_trader;  // messages, both ways
    int64_t trader_warehouse;
    int64_t published;  // copies of messages on PUB
    int64_t batches_resent;
    int64_t snapshots;
    int64_t causal_waits;
    int64_t warehouse_worked_us;
    int64_t traders_worked_us[LIMIT_TRADERS];
};

struct finding {
    const struct experiment *experiment;
    const struct figures *figures;
    struct census begin;  // when the warm-up was over
    struct census end;
    bool interrupted;
    int64_t core_events;        // with those of the warm-up
    int64_t wall_us;            // that this took
    int64_t peak_memory_bytes;  // of the whole process
};

void census_take (struct census *self, const struct experiment_market *market, int64_t traders);

void experiment_report (const struct finding *finding, FILE *file);

#endif
