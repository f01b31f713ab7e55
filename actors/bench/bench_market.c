#include "actors/bench/bench_market.h"

#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "actors/bench/echo_shell.h"

bool market_make_folder (struct bench *self)
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
void market_remove_folder (struct bench *self)
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
static char *endpoint (const struct bench *self, const char *name, char text[MARKET_TEXT_BYTES])
{
    if (strcmp (self->config->transport, "ipc") == 0) {
        snprintf (text, MARKET_TEXT_BYTES, "ipc://%s/%s", self->folder, name);
    } else {
        snprintf (text, MARKET_TEXT_BYTES, "tcp://127.0.0.1:*");
    }
    return text;
}

// Whether the warehouse has a part in how the product is sold: it sorts what traders write behind,
// or leases to them.
static bool leads_mode (const struct bench_config *config)
{
    return config->kind == MODE_BATCHED || config->kind == MODE_ESCROW;
}

static bool start_warehouse (struct bench *self)
{
    char program[MARKET_TEXT_BYTES];
    char rep[MARKET_TEXT_BYTES];
    char pub[MARKET_TEXT_BYTES];
    char mode[MARKET_TEXT_BYTES];
    snprintf (program, sizeof program, "%s", self->config->program);
    snprintf (mode, sizeof mode, "%s", self->config->mode);
    char *const words[] = {program,   "warehouse",
                           "--store", self->store,
                           "--rep",   endpoint (self, "rep", rep),
                           "--pub",   endpoint (self, "pub", pub),
                           "--log",   "quiet",
                           "--json",  leads_mode (self->config) ? "--mode" : NULL,
                           mode,      NULL};
    return process_start (&self->warehouse, words, self->error, BENCH_ERROR);
}

static bool start_trader (struct bench *self, int64_t index)
{
    char texts[10][MARKET_TEXT_BYTES];
    char name[32];
    struct process *process = &self->traders[index];
    snprintf (texts[0], MARKET_TEXT_BYTES, "%s", self->config->program);
    snprintf (texts[1], MARKET_TEXT_BYTES, "%lld", (long long) index + 1);
    snprintf (texts[2], MARKET_TEXT_BYTES, "%s", self->config->mode);
    snprintf (texts[3], MARKET_TEXT_BYTES, "%lld", (long long) self->config->batch);
    snprintf (texts[4], MARKET_TEXT_BYTES, "%lld", (long long) self->config->in_flight);
    snprintf (name, sizeof name, "router-%lld", (long long) index + 1);
    endpoint (self, name, texts[5]);
    snprintf (name, sizeof name, "pub-%lld", (long long) index + 1);
    endpoint (self, name, texts[6]);
    snprintf (texts[9], MARKET_TEXT_BYTES, "%s/trader-%lld.journal", self->folder,
              (long long) index + 1);
    if (!process_ready_text (&self->warehouse, "rep", texts[7], MARKET_TEXT_BYTES)
        || !process_ready_text (&self->warehouse, "pub", texts[8], MARKET_TEXT_BYTES)) {
        snprintf (self->error, BENCH_ERROR, "the warehouse did not say where it listens");
        return false;
    }
    char *const words[] = {texts[0],    "trader",          "--id",   texts[1],      "--mode",
                           texts[2],    "--batch",         texts[3], "--in-flight", texts[4],
                           "--router",  texts[5],          "--pub",  texts[6],      "--warehouse",
                           texts[7],    "--warehouse-pub", texts[8], "--log",       "quiet",
                           "--journal", texts[9],          "--json", NULL};
    if (!process_start (process, words, self->error, BENCH_ERROR)) {
        return false;
    }
    self->endpoints[index] =
        process_ready_text (process, "router", self->routers[index], MARKET_TEXT_BYTES);
    if (!self->endpoints[index]) {
        snprintf (self->error, BENCH_ERROR, "a trader did not say where it listens");
    }
    return self->endpoints[index] != NULL;
}

bool market_start (struct bench *self)
{
    char echo[MARKET_TEXT_BYTES];
    bool started = process_fork (&self->echo, echo_shell, endpoint (self, "echo", echo),
                                 self->error, BENCH_ERROR)
                   && start_warehouse (self);
    for (int64_t i = 0; started && i < market_traders (self->config); i++) {
        started = start_trader (self, i);
    }
    return started;
}

bool market_start_monitor (struct bench *self, struct process *monitor)
{
    char program[MARKET_TEXT_BYTES];
    char pubs[BENCH_TRADERS_MAX + 2][MARKET_TEXT_BYTES];
    char *words[2 * BENCH_TRADERS_MAX + 7] = {program, "monitor"};
    size_t count = 2;
    snprintf (program, sizeof program, "%s", self->config->program);
    for (int64_t i = 0; i <= market_traders (self->config); i++) {
        const struct process *process = i == 0 ? &self->warehouse : &self->traders[i - 1];
        words[count++] = "--pub";
        words[count++] = pubs[i];
        if (!process_ready_text (process, "pub", pubs[i], MARKET_TEXT_BYTES)) {
            snprintf (self->error, BENCH_ERROR, "a node did not say where it publishes");
            return false;
        }
    }
    return process_start_watched (monitor, words, self->error, BENCH_ERROR);
}

// A figure of the summary with which a process ended.
static int64_t told_by (const struct process *process, const char *key)
{
    char quoted[64];
    snprintf (quoted, sizeof quoted, "\"%s\":", key);
    const char *summary = strstr (process->last, "{\"event\":\"summary\"");
    const char *told = summary ? strstr (summary, quoted) : NULL;
    return told ? strtoll (told + strlen (quoted), NULL, 10) : 0;
}

static void take_requests (struct bench_result *result, const char *name,
                           const struct process *process)
{
    for (size_t i = 0; i < result->process_count; i++) {
        if (strcmp (result->processes[i].name, name) == 0) {
            result->processes[i].requests = told_by (process, "requests");
        }
    }
}

// What ends badly now that it is asked to end does so for a reason that is known by then.
static bool stop_one (struct bench *self, struct process *process, const char *name)
{
    bool lived = process_lives (process);
    bool fine = process_stop (process);
    if (!fine && (!lived || !self->error[0])) {
        snprintf (self->error, BENCH_ERROR, "%s died, or ended with an error", name);
    }
    take_requests (self->result, name, process);
    return fine;
}

bool market_stop (struct bench *self)
{
    bool fine = true;
    for (int64_t i = 0; i < market_traders (self->config); i++) {
        char name[MARKET_NAME_BYTES];
        fine =
            stop_one (self, &self->traders[i], market_trader_name (self->config, i, name)) && fine;
        self->result->copied += told_by (&self->traders[i], "copied");
    }
    fine = stop_one (self, &self->warehouse, "warehouse") && fine;
    return stop_one (self, &self->echo, "echo") && fine;
}
