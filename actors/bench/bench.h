// Measures a market: starts a warehouse and traders as processes of their own on a fresh store,
// buys from them as fast as they answer or at a given rate, and measures beside it, in the same
// run, what the wires alone would allow: a bare ZeroMQ DEALER-ROUTER echo between as many clients,
// with as much outstanding and messages as long. In the end the store is verified.
#ifndef SOUK_BENCH_H
#define SOUK_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "actors/bench/load_shell.h"
#include "broker/policy.h"

enum {
    BENCH_CLIENTS_MAX = 4096,
    BENCH_WINDOW_MAX = 512,  // well below the answers that a market keeps for each client
    BENCH_TRADERS_MAX = 16,
    BENCH_ORDERS_MAX = 100000000,
    BENCH_PROCESSES_MAX = BENCH_TRADERS_MAX + 3,
    BENCH_ERROR = 512,
};

struct bench_config {
    const char *program;    // the file of souk itself, to start the processes from
    const char *mode;       // how the product is sold: MODE, or MODE:key=value...
    enum mode kind;         // the same, without the settings
    const char *folder;     // where the store is made, and removed again
    const char *transport;  // "tcp" or "ipc"
    int64_t traders;
    int64_t clients;
    int64_t window;       // orders that each client has outstanding
    int64_t orders;       // measured; others before them warm the market up
    int64_t rate;         // open loop: orders a second, whatever the answers do; 0: closed loop
    int64_t batch;        // items of one commit
    int64_t in_flight;    // commits under way at once
    int64_t kill_trader;  // the id of one that dies before anything is measured; 0: none
    bool scarce;          // nearly sold out: stock comes in small lots and hovers around zero
    bool backup;          // one more trader, which no client knows
    bool monitor;         // measure as many orders again, watched by souk monitor
    bool progress;        // tell on stderr what is going on
};

struct bench_process {
    char name[32];     // "load", "trader-1", "backup", "warehouse"
    double cpu_us;     // that it used while the market's orders were measured
    int64_t peak_kib;  // of memory, resident
    int64_t requests;  // that it was sent in the whole run, as it says; 0 of the load
};

// What the store says of the whole run, its warm-up included.
struct bench_books {
    int64_t orders;   // that were decided
    int64_t stocked;  // units
    int64_t sold;     // units
    int64_t missing;  // units that were promised, and were not there
    bool conserved;   // the verdict
};

struct bench_result {
    struct load_result market;
    struct load_result watched;  // while a monitor watched, in turns with the others
    struct load_result echo;     // of two runs, before and after the market's
    struct bench_process processes[BENCH_PROCESSES_MAX];
    size_t process_count;
    struct histogram fsync;  // of one line in the store's folder, before the market and after it
    int64_t copied;          // decisions that traders kept for others, of the whole run
    int64_t store_bytes;
    bool in_memory;  // the store's folder is no disk: an fsync there costs nothing
    struct bench_books books;
};

// The settings of a run, where no others are given.
struct bench_config bench_config_default (void);

// Whether the traders decide by themselves: in every mode but sync.
bool bench_decides (const struct bench_config *config);

// Requests to the warehouse for each order, of the whole run.
double bench_messages_per_order (const struct bench_result *result);

// Returns false with the reason in `error` when something failed or it was interrupted; nothing
// that it started or made is left then either.
bool bench_run (const struct bench_config *config, struct bench_result *result,
                char error[BENCH_ERROR]);

void bench_print_text (const struct bench_config *config, const struct bench_result *result,
                       FILE *out);
// One JSON object on one line.
void bench_print_json (const struct bench_config *config, const struct bench_result *result,
                       FILE *out);

#endif
