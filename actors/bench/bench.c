// The course of a bench: processes up, echo, market, echo again, verdict, everything gone.
#include "actors/bench/bench.h"

#include <czmq.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "actors/bench/bench_market.h"
#include "actors/store/verify.h"
#include "schemas/limits.h"

enum {
    FIRST_CLIENT = 100,
    WARM_UP_MAX = 5000,
    TURNS = 6,  // with a monitor and without
    VERDICT_BLOCK = 1 << 20,
};

// What ends the load early: a signal, or the end of a process.
enum { GOES_ON, INTERRUPTED, PROCESS_ENDED };
static volatile sig_atomic_t interrupted;

static void interrupt (int signal_number)
{
    if (signal_number != SIGCHLD) {
        interrupted = INTERRUPTED;
    } else if (interrupted == GOES_ON) {
        interrupted = PROCESS_ENDED;
    }
}

struct bench_config bench_config_default (void)
{
    return (struct bench_config){
        .mode = "sync",
        .kind = MODE_SYNC,
        .folder = "/var/tmp",
        .transport = "tcp",
        .traders = 1,
        .clients = 50,
        .window = 1,
        .batch = 512,
        .in_flight = 2,
    };
}

bool bench_decides (const struct bench_config *config)
{
    return config->kind != MODE_SYNC;
}

double bench_messages_per_order (const struct bench_result *result)
{
    const struct bench_process *warehouse = &result->processes[result->process_count - 1];
    return (double) warehouse->requests / (double) result->books.orders;
}

// Units that are there at most when the market is nearly sold out: half of what is outstanding.
static int64_t scarce_level (const struct bench_config *config)
{
    int64_t outstanding = config->clients * config->window;
    return outstanding / 2 > 0 ? outstanding / 2 : 1;
}

static struct load_config load_config (const struct bench *self)
{
    return (struct load_config){
        .endpoints = self->endpoints,
        .endpoint_count = (size_t) self->config->traders,
        .clients = self->config->clients,
        .window = self->config->window,
        .rate = self->config->rate,
        .first_node = FIRST_CLIENT,
        .product = "salt",
        .level = self->config->scarce ? scarce_level (self->config) : 0,
        .bound = bench_decides (self->config),
        .progress = self->config->progress,
        .interrupted = &interrupted,
    };
}

static int64_t warm_up (const struct bench *self)
{
    int64_t tenth = self->config->orders / 10;
    return tenth < 1 ? 1 : tenth < WARM_UP_MAX ? tenth : WARM_UP_MAX;
}

static bool load_some (struct bench *self, load_t *load, int64_t orders, struct load_result *result)
{
    return load_run (load, orders, result, self->error, BENCH_ERROR);
}

static bool run_echo (struct bench *self)
{
    char router[MARKET_TEXT_BYTES];
    struct load_config config = load_config (self);
    struct load_result warm = {0};
    config.endpoints =
        (const char *const[]){process_ready_text (&self->echo, "router", router, sizeof router)};
    config.endpoint_count = 1;
    config.echo = true;
    config.rate = 0;
    config.level = 0;
    load_t *load = load_new (&config, self->error, BENCH_ERROR);
    bool fine = load && load_greet (load, self->error, BENCH_ERROR)
                && load_some (self, load, warm_up (self), &warm)
                && load_some (self, load, self->config->orders, &self->result->echo);
    load_destroy (&load);
    return fine;
}

// Enough stock for every order of the run, so that none is refused; or else a first unit, so that
// the market knows the product.
static bool bring_stock (struct bench *self, load_t *load)
{
    if (self->config->scarce) {
        return load_restock (load, 1, self->error, BENCH_ERROR);
    }
    int64_t units = self->config->monitor ? 2 * (self->config->orders + TURNS * warm_up (self))
                                          : self->config->orders + warm_up (self);
    units += self->config->kill_trader ? warm_up (self) : 0;
    while (units > 0) {
        int64_t lot = units < LIMIT_QUANTITY ? units : LIMIT_QUANTITY;
        if (!load_restock (load, lot, self->error, BENCH_ERROR)) {
            return false;
        }
        units -= lot;
    }
    return true;
}

static double own_cpu_us (void)
{
    struct timespec used;
    clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double) used.tv_sec * 1e6 + (double) used.tv_nsec / 1e3;
}

static void count_process (const struct process *process, double sign, struct bench_process *row)
{
    row->cpu_us += sign * process_cpu_us (process);
    row->peak_kib = process_peak_kib (process);
}

// Adds what each process has used to its row, with this sign: -1 at the start, 1 at the end.
static void count_cpu (struct bench *self, double sign)
{
    struct bench_process *row = self->result->processes;
    struct rusage own;
    getrusage (RUSAGE_SELF, &own);
    snprintf (row->name, sizeof row->name, "load");
    row->peak_kib = own.ru_maxrss;
    row++->cpu_us += sign * own_cpu_us ();
    for (int64_t i = 0; i < market_traders (self->config); i++) {
        if (i + 1 != self->config->kill_trader) {
            char name[MARKET_NAME_BYTES];
            snprintf (row->name, sizeof row->name, "%s",
                      market_trader_name (self->config, i, name));
            count_process (&self->traders[i], sign, row++);
        }
    }
    snprintf (row->name, sizeof row->name, "warehouse");
    count_process (&self->warehouse, sign, row++);
    self->result->process_count = (size_t) (row - self->result->processes);
}

static bool run_unwatched (struct bench *self, load_t *load, int64_t orders)
{
    struct load_result warm = {0};
    bool fine = load_some (self, load, warm_up (self), &warm);
    count_cpu (self, -1);
    fine = fine && load_some (self, load, orders, &self->result->market);
    count_cpu (self, 1);
    return fine;
}

// How many messages the monitor said in the end that it had heard.
static long long heard_by (const struct process *monitor)
{
    static const char word[] = "monitor: ";
    const char *last = NULL;
    for (const char *at = monitor->last; (at = strstr (at, word)); at++) {
        last = at;
    }
    return last ? strtoll (last + sizeof word - 1, NULL, 10) : 0;
}

// A monitor that heard nothing would seem to cost nothing.
static bool run_watched (struct bench *self, load_t *load, int64_t orders)
{
    struct process monitor = {.pid = 0};
    struct load_result warm = {0};
    bool fine = market_start_monitor (self, &monitor)
                && load_some (self, load, warm_up (self), &warm)
                && load_some (self, load, orders, &self->result->watched);
    bool ended = process_stop (&monitor);
    interrupted = interrupted == PROCESS_ENDED ? GOES_ON : interrupted;  // It was asked to.
    if (fine && (!ended || heard_by (&monitor) == 0)) {
        snprintf (self->error, BENCH_ERROR, "the monitor heard nothing");
        return false;
    }
    return fine;
}

// The orders of the market, in turns with as many that are watched, each first every other time:
// so that what else the machine does hits both alike.
static bool run_turns (struct bench *self, load_t *load)
{
    int64_t turns = self->config->orders < TURNS ? self->config->orders : TURNS;
    for (int64_t i = 0; i < turns; i++) {
        int64_t orders = self->config->orders / turns + (i < self->config->orders % turns);
        bool fine = i % 2 ? run_watched (self, load, orders) && run_unwatched (self, load, orders)
                          : run_unwatched (self, load, orders) && run_watched (self, load, orders);
        if (!fine) {
            return false;
        }
    }
    return true;
}

// The death of the one that is killed is no reason to end.
static void attend_death (void *bench, load_t *load, int64_t answered)
{
    struct bench *self = bench;
    bool was_killed = self->killed;
    market_attend_kill (self, load, answered);
    if (self->killed && !was_killed && interrupted == PROCESS_ENDED) {
        interrupted = GOES_ON;
    }
}

// Has a trader die, and goes on until the load flows again: all its orders are answered then.
static bool run_death (struct bench *self, load_t *load)
{
    struct load_result mourned = {0};
    if (self->config->kill_trader == 0) {
        return true;
    }
    load_attend (load, attend_death, self);
    bool fine = load_some (self, load, warm_up (self), &mourned);
    load_attend (load, NULL, NULL);
    return fine;
}

static bool run_market (struct bench *self)
{
    struct load_config config = load_config (self);
    load_t *load = load_new (&config, self->error, BENCH_ERROR);
    bool fine = load && market_wait_backups (self, &interrupted)
                && load_greet (load, self->error, BENCH_ERROR) && bring_stock (self, load)
                && run_death (self, load)
                && (self->config->monitor ? run_turns (self, load)
                                          : run_unwatched (self, load, self->config->orders))
                && (!self->config->scarce || load_sell_out (load, self->error, BENCH_ERROR));
    load_destroy (&load);
    return fine;
}

static bool judge (struct bench *self)
{
    struct stat file;
    arena_t *arena = arena_new (VERDICT_BLOCK);
    struct verdict verdict;
    bool read = verify_store (self->store, NULL, arena, &verdict, self->error, BENCH_ERROR);
    if (read) {
        self->result->books = (struct bench_books){.orders = verdict.orders,
                                                   .stocked = verdict.restocked_units,
                                                   .sold = verdict.sold_units,
                                                   .missing = verdict.missing_units,
                                                   .conserved = verdict.conserved};
    }
    self->result->store_bytes = stat (self->store, &file) == 0 ? file.st_size : 0;
    if (read && !verdict.conserved) {
        fprintf (stderr, "souk bench: the store is not conserved: %s\n", verdict.problems[0]);
    }
    arena_destroy (&arena);
    return read;
}

// A client is a connection here and another one at its trader.
static void allow_connections (void)
{
    struct rlimit files;
    if (getrlimit (RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void) setrlimit (RLIMIT_NOFILE, &files);
    }
}

bool bench_run (const struct bench_config *config, struct bench_result *result,
                char error[BENCH_ERROR])
{
    struct bench self = {.config = config, .result = result, .error = error};
    memset (result, 0, sizeof *result);
    error[0] = 0;
    zsys_handler_set (NULL);  // czmq would take the signals for itself.
    signal (SIGINT, interrupt);
    signal (SIGTERM, interrupt);
    signal (SIGHUP, interrupt);
    signal (SIGCHLD, interrupt);
    allow_connections ();
    signal (SIGPIPE, SIG_IGN);
    bool fine = market_make_folder (&self) && market_start (&self) && market_measure_fsync (&self)
                && run_echo (&self) && run_market (&self) && run_echo (&self)
                && market_measure_fsync (&self);
    fine = market_stop (&self) && fine;
    if (interrupted == INTERRUPTED) {
        snprintf (error, BENCH_ERROR, "interrupted");
    }
    fine = fine && interrupted != INTERRUPTED && judge (&self);
    market_remove_folder (&self);
    return fine;
}
