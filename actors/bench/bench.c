// The course of a bench: processes up, echo, market, echo again, verdict, everything gone.
#include "actors/bench/bench.h"

#include <czmq.h>
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "actors/bench/echo_shell.h"
#include "actors/bench/processes.h"
#include "actors/store/verify.h"
#include "schemas/limits.h"

enum {
    FOLDER_BYTES = 256,
    TEXT_BYTES = 384,
    FIRST_CLIENT = 100,
    WARM_UP_MAX = 5000,
    TURNS = 6,  // with a monitor and without
    VERDICT_BLOCK = 1 << 20,
};

struct bench {
    const struct bench_config *config;
    struct bench_result *result;
    struct process echo;
    struct process warehouse;
    struct process traders[BENCH_TRADERS_MAX];
    char folder[FOLDER_BYTES];  // made for this run
    char store[FOLDER_BYTES + 16];
    char routers[BENCH_TRADERS_MAX][TEXT_BYTES];
    const char *endpoints[BENCH_TRADERS_MAX];
    char *error;
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
        .folder = "/var/tmp",
        .transport = "tcp",
        .traders = 1,
        .clients = 50,
        .window = 1,
        .batch = 512,
        .in_flight = 2,
    };
}

static bool make_folder (struct bench *self)
{
    struct statfs system;
    snprintf (self->folder, sizeof self->folder, "%s/souk-bench-XXXXXX", self->config->folder);
    if (!mkdtemp (self->folder)) {
        snprintf (self->error, BENCH_ERROR, "no folder can be made in %s: %s", self->config->folder,
                  strerror (errno));
        self->folder[0] = 0;
        return false;
    }
    self->result->in_memory = statfs (self->folder, &system) == 0 && system.f_type == TMPFS_MAGIC;
    snprintf (self->store, sizeof self->store, "%s/warehouse.db", self->folder);
    return true;
}

// With all that is in it: the store's files, and sockets of processes that were killed.
static void remove_folder (struct bench *self)
{
    DIR *folder = self->folder[0] ? opendir (self->folder) : NULL;
    for (struct dirent *entry; folder && (entry = readdir (folder));) {
        if (entry->d_name[0] != '.') {
            (void) unlinkat (dirfd (folder), entry->d_name, 0);
        }
    }
    if (folder) {
        closedir (folder);
    }
    if (self->folder[0] && rmdir (self->folder) == -1) {
        fprintf (stderr, "souk bench: %s could not be removed: %s\n", self->folder,
                 strerror (errno));
    }
}

// An endpoint for a process that binds it: a free port, or a file in the run's folder.
static char *endpoint (const struct bench *self, const char *name, char text[TEXT_BYTES])
{
    if (strcmp (self->config->transport, "ipc") == 0) {
        snprintf (text, TEXT_BYTES, "ipc://%s/%s", self->folder, name);
    } else {
        snprintf (text, TEXT_BYTES, "tcp://127.0.0.1:*");
    }
    return text;
}

static bool start_warehouse (struct bench *self)
{
    char program[TEXT_BYTES];
    char rep[TEXT_BYTES];
    char pub[TEXT_BYTES];
    snprintf (program, sizeof program, "%s", self->config->program);
    char *const words[] = {program,   "warehouse",
                           "--store", self->store,
                           "--rep",   endpoint (self, "rep", rep),
                           "--pub",   endpoint (self, "pub", pub),
                           "--log",   "quiet",
                           "--json",  NULL};
    return process_start (&self->warehouse, words, self->error, BENCH_ERROR);
}

static bool start_trader (struct bench *self, int64_t index)
{
    char texts[9][TEXT_BYTES];
    char name[32];
    struct process *process = &self->traders[index];
    snprintf (texts[0], TEXT_BYTES, "%s", self->config->program);
    snprintf (texts[1], TEXT_BYTES, "%lld", (long long) index + 1);
    snprintf (texts[2], TEXT_BYTES, "%s", self->config->mode);
    snprintf (texts[3], TEXT_BYTES, "%lld", (long long) self->config->batch);
    snprintf (texts[4], TEXT_BYTES, "%lld", (long long) self->config->in_flight);
    snprintf (name, sizeof name, "router-%lld", (long long) index + 1);
    endpoint (self, name, texts[5]);
    snprintf (name, sizeof name, "pub-%lld", (long long) index + 1);
    endpoint (self, name, texts[6]);
    if (!process_ready_text (&self->warehouse, "rep", texts[7], TEXT_BYTES)
        || !process_ready_text (&self->warehouse, "pub", texts[8], TEXT_BYTES)) {
        snprintf (self->error, BENCH_ERROR, "the warehouse did not say where it listens");
        return false;
    }
    char *const words[] = {
        texts[0],  "trader", "--id",        texts[1], "--mode",          texts[2],
        "--batch", texts[3], "--in-flight", texts[4], "--router",        texts[5],
        "--pub",   texts[6], "--warehouse", texts[7], "--warehouse-pub", texts[8],
        "--log",   "quiet",  "--json",      NULL};
    if (!process_start (process, words, self->error, BENCH_ERROR)) {
        return false;
    }
    self->endpoints[index] =
        process_ready_text (process, "router", self->routers[index], TEXT_BYTES);
    if (!self->endpoints[index]) {
        snprintf (self->error, BENCH_ERROR, "a trader did not say where it listens");
    }
    return self->endpoints[index] != NULL;
}

static bool start_all (struct bench *self)
{
    char echo[TEXT_BYTES];
    bool started = process_fork (&self->echo, echo_shell, endpoint (self, "echo", echo),
                                 self->error, BENCH_ERROR)
                   && start_warehouse (self);
    for (int64_t i = 0; started && i < self->config->traders; i++) {
        started = start_trader (self, i);
    }
    return started;
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
        .progress = self->config->progress,
        .interrupted = &interrupted,
    };
}

static int64_t warm_up (const struct bench *self)
{
    int64_t tenth = self->config->orders / 10;
    return tenth < 1 ? 1 : tenth < WARM_UP_MAX ? tenth : WARM_UP_MAX;
}

static bool run_echo (struct bench *self)
{
    char router[TEXT_BYTES];
    struct load_config config = load_config (self);
    struct load_result warm = {0};
    config.endpoints =
        (const char *const[]){process_ready_text (&self->echo, "router", router, sizeof router)};
    config.endpoint_count = 1;
    config.echo = true;
    config.rate = 0;
    load_t *load = load_new (&config, self->error, BENCH_ERROR);
    bool fine =
        load && load_run (load, warm_up (self), &warm, self->error, BENCH_ERROR)
        && load_run (load, self->config->orders, &self->result->echo, self->error, BENCH_ERROR);
    load_destroy (&load);
    return fine;
}

// Enough stock for every order of the run, so that none is refused.
static bool bring_stock (struct bench *self, load_t *load)
{
    int64_t units = self->config->orders + warm_up (self);
    units += self->config->monitor ? self->config->orders + 2 * TURNS * warm_up (self) : 0;
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

// Adds what each process has used to its row, with this sign: -1 at the start, 1 at the end.
static void count_cpu (struct bench *self, double sign)
{
    struct bench_process *row = self->result->processes;
    self->result->process_count = (size_t) self->config->traders + 2;
    struct rusage own;
    getrusage (RUSAGE_SELF, &own);
    snprintf (row->name, sizeof row->name, "load");
    row->peak_kib = own.ru_maxrss;
    row++->cpu_us += sign * own_cpu_us ();
    for (int64_t i = 0; i < self->config->traders; i++, row++) {
        snprintf (row->name, sizeof row->name, "trader-%lld", (long long) i + 1);
        row->cpu_us += sign * process_cpu_us (&self->traders[i]);
        row->peak_kib = process_peak_kib (&self->traders[i]);
    }
    snprintf (row->name, sizeof row->name, "warehouse");
    row->cpu_us += sign * process_cpu_us (&self->warehouse);
    row->peak_kib = process_peak_kib (&self->warehouse);
}

// As a person would start it: to all who publish.
static bool start_monitor (struct bench *self, struct process *monitor)
{
    char program[TEXT_BYTES];
    char pubs[BENCH_TRADERS_MAX + 1][TEXT_BYTES];
    char *words[2 * BENCH_TRADERS_MAX + 5] = {program, "monitor"};
    size_t count = 2;
    snprintf (program, sizeof program, "%s", self->config->program);
    for (int64_t i = 0; i <= self->config->traders; i++) {
        const struct process *process = i == 0 ? &self->warehouse : &self->traders[i - 1];
        words[count++] = "--pub";
        words[count++] = pubs[i];
        if (!process_ready_text (process, "pub", pubs[i], TEXT_BYTES)) {
            snprintf (self->error, BENCH_ERROR, "a node did not say where it publishes");
            return false;
        }
    }
    return process_start_watched (monitor, words, self->error, BENCH_ERROR);
}

static bool load_some (struct bench *self, load_t *load, int64_t orders, struct load_result *result)
{
    return load_run (load, orders, result, self->error, BENCH_ERROR);
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

// A monitor that heard nothing would seem to cost nothing.
static bool run_watched (struct bench *self, load_t *load, int64_t orders)
{
    struct process monitor = {.pid = 0};
    struct load_result warm = {0};
    bool fine = start_monitor (self, &monitor) && load_some (self, load, warm_up (self), &warm)
                && load_some (self, load, orders, &self->result->watched);
    bool ended = process_stop (&monitor);
    interrupted = interrupted == PROCESS_ENDED ? GOES_ON : interrupted;  // It was asked to.
    const char *heard = strstr (monitor.last, "monitor: ");
    if (fine && (!ended || !heard || strtoll (heard + strlen ("monitor: "), NULL, 10) == 0)) {
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

static bool run_market (struct bench *self)
{
    struct load_config config = load_config (self);
    struct load_result warm = {0};
    load_t *load = load_new (&config, self->error, BENCH_ERROR);
    bool fine = load && bring_stock (self, load)
                && load_run (load, warm_up (self), &warm, self->error, BENCH_ERROR);
    if (fine && self->config->monitor) {
        fine = run_turns (self, load);
    } else if (fine) {
        count_cpu (self, -1);
        fine = load_some (self, load, self->config->orders, &self->result->market);
        count_cpu (self, 1);
    }
    load_destroy (&load);
    return fine;
}

static bool judge (struct bench *self)
{
    struct stat file;
    arena_t *arena = arena_new (VERDICT_BLOCK);
    struct verdict verdict;
    bool read = verify_store (self->store, arena, &verdict, self->error, BENCH_ERROR);
    self->result->conserved = read && verdict.conserved;
    self->result->store_bytes = stat (self->store, &file) == 0 ? file.st_size : 0;
    if (read && !verdict.conserved) {
        fprintf (stderr, "souk bench: the store is not conserved: %s\n", verdict.problems[0]);
    }
    arena_destroy (&arena);
    return read;
}

// Returns false where one had ended before, or ends badly: then that is why the run has failed.
static bool stop_market (struct bench *self)
{
    bool fine = true;
    for (int64_t i = 0; i < self->config->traders; i++) {
        if (!process_stop (&self->traders[i])) {
            snprintf (self->error, BENCH_ERROR, "trader %lld died, or ended with an error",
                      (long long) i + 1);
            fine = false;
        }
    }
    if (!process_stop (&self->warehouse)) {
        snprintf (self->error, BENCH_ERROR, "the warehouse died, or ended with an error");
        fine = false;
    }
    return fine;
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
    bool fine = make_folder (&self) && start_all (&self) && run_echo (&self) && run_market (&self)
                && run_echo (&self);
    fine = stop_market (&self) && fine;
    (void) process_stop (&self.echo);
    if (interrupted == INTERRUPTED) {
        snprintf (error, BENCH_ERROR, "interrupted");
    }
    fine = fine && interrupted != INTERRUPTED && judge (&self);
    remove_folder (&self);
    return fine;
}
