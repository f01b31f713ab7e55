// What a bench hears of its traders: which one backs up which, and that one has failed. Each tells
// it, as a line of JSON, on its standard output.
#include <stdlib.h>
#include <string.h>

#include "actors/bench/bench_market.h"

enum {
    BACKUPS_MS = 15000,
    STEP_MS = 20,
    LINES_MAX = 64,  // read at a time
};

struct news {
    long long trader;
    char state[16];
    long long backup;
};

int64_t market_traders (const struct bench_config *config)
{
    return config->traders + config->backup;
}

const char *market_trader_name (const struct bench_config *config, int64_t index,
                                char name[MARKET_NAME_BYTES])
{
    if (index == config->traders) {
        return "backup";
    }
    snprintf (name, MARKET_NAME_BYTES, "trader-%lld", (long long) index + 1);
    return name;
}

static bool read_news (const char *line, struct news *news)
{
    const char *trader = strstr (line, "\"trader\":");
    const char *backup = strstr (line, "\"backup\":");
    return strncmp (line, "{\"event\":\"member\"", strlen ("{\"event\":\"member\"")) == 0 && trader
           && backup
           && sscanf (trader, "\"trader\":%lld,\"state\":\"%15[a-z]\"", &news->trader, news->state)
                  == 2
           && sscanf (backup, "\"backup\":%lld", &news->backup) == 1;
}

// Whether the trader tells within the step that another one has become its backup.
static bool is_backed (struct process *process, int64_t id)
{
    char line[PROCESS_LINE];
    struct news news;
    return process_line (process, STEP_MS, line) && read_news (line, &news) && news.trader == id
           && news.backup > 0;
}

bool market_wait_backups (struct bench *self, const volatile sig_atomic_t *interrupted)
{
    bool wanted = bench_decides (self->config) && market_traders (self->config) > 1;
    int steps = BACKUPS_MS / STEP_MS;
    for (int64_t i = 0; wanted && i < self->config->traders; i++) {
        while (!is_backed (&self->traders[i], i + 1)) {
            if (*interrupted || --steps == 0) {
                snprintf (self->error, BENCH_ERROR, "trader %lld found no backup",
                          (long long) i + 1);
                return false;
            }
        }
    }
    return true;
}

// Whether a trader that lives has told that the one with this id has failed.
static bool is_told (struct bench *self, int64_t id)
{
    struct process *teller = &self->traders[id == 1 ? 1 : 0];
    char line[PROCESS_LINE];
    for (int i = 0; i < LINES_MAX && process_line (teller, 0, line); i++) {
        struct news news;
        if (read_news (line, &news) && news.trader == id && strcmp (news.state, "failed") == 0) {
            return true;
        }
    }
    return false;
}

void market_attend_kill (struct bench *self, load_t *load, int64_t answered)
{
    int64_t id = self->config->kill_trader;
    if (answered > 0 && !self->killed) {
        process_kill (&self->traders[id - 1]);
        self->killed = true;
    }
    // Where the warehouse decides all, any trader may be asked at once.
    if (self->killed && !self->left && (!bench_decides (self->config) || is_told (self, id))) {
        load_leave (load, (size_t) id - 1);
        self->left = true;
    }
}
