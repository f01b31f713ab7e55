// What a bench measures: its folder, and the processes in it. For bench.c alone.
#ifndef SOUK_BENCH_MARKET_H
#define SOUK_BENCH_MARKET_H

#include "actors/bench/bench.h"
#include "actors/bench/processes.h"

enum { MARKET_FOLDER_BYTES = 256, MARKET_TEXT_BYTES = 384 };

struct bench {
    const struct bench_config *config;
    struct bench_result *result;
    struct process echo;
    struct process warehouse;
    struct process traders[BENCH_TRADERS_MAX + 1];  // the backup behind the others
    char folder[MARKET_FOLDER_BYTES];               // made for this run
    char store[MARKET_FOLDER_BYTES + 16];
    char routers[BENCH_TRADERS_MAX][MARKET_TEXT_BYTES];
    const char *endpoints[BENCH_TRADERS_MAX];  // of the traders' ROUTERs, in `routers`
    bool killed;                               // config.kill_trader has been
    bool left;                                 // and its clients have turned to others
    char *error;                               // BENCH_ERROR: why it failed
};

// Makes the folder, and removes it with all that is in it. `result` is told whether it is a disk.
bool market_make_folder (struct bench *self);
void market_remove_folder (struct bench *self);

// Starts the echo, the warehouse and the traders. Those that were started are there also when it
// fails, for market_stop.
bool market_start (struct bench *self);

// Starts a monitor, as a person would: of all who publish. The caller stops it.
bool market_start_monitor (struct bench *self, struct process *monitor);

// Waits until each trader that the load uses is backed up by another one, where there is another
// one and traders decide by themselves. Returns false with the reason when that takes too long or
// `interrupted` is set.
bool market_wait_backups (struct bench *self, const volatile sig_atomic_t *interrupted);

// Kills the trader of config.kill_trader once orders are under way, and turns its clients to the
// others as soon as one of these tells that it has failed; in sync, at once. To be called while the
// load goes on.
void market_attend_kill (struct bench *self, load_t *load, int64_t answered);

// How many traders there are, with the backup.
int64_t market_traders (const struct bench_config *config);

// What the trader at this place is called among the processes of a result.
enum { MARKET_NAME_BYTES = 32 };
const char *market_trader_name (const struct bench_config *config, int64_t index,
                                char name[MARKET_NAME_BYTES]);

// Measures what a write of one line and its fsync take in the run's folder; adds to `result`.
bool market_measure_fsync (struct bench *self);

// Stops all, and takes from what each told last how many requests it had. Returns false where one
// had ended before, or ends badly: then that is why the run has failed.
bool market_stop (struct bench *self);

#endif
