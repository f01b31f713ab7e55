// What a run of the simulator is asked for. The seed decides all that is not given here, so these
// few words are a run: they are printed when it fails, and parsed to run it again.
#ifndef SOUK_SIM_OPTIONS_H
#define SOUK_SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Classes of faults, each left out of half of all runs (swarm testing: Groce et al. 2012). Those
// that are planned come at times of their own; the others strike letters on their way.
#define FAULTS(X)                                                                             \
    X (LOSS, "loss")             /* a letter is lost */                                       \
    X (DOUBLE, "double")         /* it arrives twice */                                       \
    X (DELAY, "delay")           /* it takes much longer than usual, sometimes seconds */     \
    X (REORDER, "reorder")       /* later ones may overtake it */                             \
    X (SILENT, "silent")         /* a ROUTER drops it without a word */                       \
    X (NEWS_LOSS, "news-loss")   /* a PUB drops it, or its subscriber joined late */          \
    X (PARTITION, "partition")   /* planned: nodes do not hear each other, one way or both */ \
    X (DISCONNECT, "disconnect") /* planned: a connection breaks, what was queued is lost */  \
    X (CRASH_WAREHOUSE, "crash-warehouse") /* planned: killed, and started again */           \
    X (CRASH_TRADER, "crash-trader")       /* planned */                                      \
    X (CRASH_CLIENT, "crash-client")       /* planned */                                      \
    X (PAUSE, "pause")         /* planned: stopped for a while, then goes on (SIGSTOP) */     \
    X (REPLACE, "replace")     /* planned: another process, without a journal, under an id */ \
    X (DISK_FULL, "disk-full") /* planned: store or journal have no room for a while */       \
    X (FSYNC, "fsync")         /* planned: an fsync fails; who called it must end */

#define FAULT_ENUM(name, text) FAULT_##name,
enum fault_class { FAULTS (FAULT_ENUM) FAULT_COUNT };
#undef FAULT_ENUM

const char *fault_name (enum fault_class class);

enum { ALL_FAULTS = (1 << FAULT_COUNT) - 1, SKIP_MAX = 256, DRAWN = -1 };

enum market_mode {
    MARKET_DRAWN,
    MARKET_SYNC,
    MARKET_CACHED,
    MARKET_BATCHED,
    MARKET_ESCROW,
    MARKET_MIXED
};
enum market_store { STORE_DRAWN, STORE_IN_MEMORY, STORE_SQLITE };

struct options {
    uint64_t seed;
    int64_t steps;          // core events before the market heals
    int64_t faults;         // bits by class; DRAWN: some of them
    enum market_mode mode;  // of the products
    enum market_store store;
    int64_t codec;  // 1: letters travel as bytes; 0: as copies; DRAWN
    int64_t elect;  // 1: peers elect their traders, and `traders` counts peers; DRAWN: never
    int64_t traders;
    int64_t buyers;
    int64_t sellers;
    int64_t strangers;       // clients without a core, that say what they like
    int64_t skip[SKIP_MAX];  // planned faults that are left out, by their place in the plan
    size_t skip_count;
};

struct options options_default (void);

// Takes one of `--seed 7`, `--steps 20000`, `--faults loss,pause|all|none`, `--mode sync|cached|
// batched|escrow|mixed`, `--store memory|sqlite`, `--codec 0|1`, `--traders 2`, `--buyers 4`,
// `--sellers 2`, `--strangers 1`, `--elect 0|1`, `--skip 3,5`. Returns 0 when `word` is none of
// them, 1 when it was taken, -1 when its value is not valid, with the reason in `error`.
int options_take (struct options *self, const char *word, const char *value, char *error,
                  size_t error_size);

// The same, as a command line without the program's name; what is drawn is left out.
void options_print (const struct options *self, char *text, size_t size);

#endif
