// What an experiment is asked for: a topology, how its clients behave, and how long things take.
// One table says for each option its name, its bounds and its default; the command line is read by
// it, the help and the JSON of the configuration are printed by it.
#ifndef SOUK_SIM_EXPERIMENT_OPTIONS_H
#define SOUK_SIM_EXPERIMENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

// Drawn evenly from min to max, both included.
struct span {
    int64_t min;
    int64_t max;
};

// Times are in virtual microseconds.
struct experiment {
    int64_t traders;
    int64_t buyers;
    int64_t sellers;
    int64_t products;
    int64_t traders_each;  // traders that a client knows and chooses among; 0: all
    int64_t choice;        // enum trader_choice
    int64_t mode;          // enum mode
    int64_t invalidation;  // 0 or 1
    int64_t think_time_us;
    int64_t window;
    struct span quantity;
    int64_t on_refusal;  // 0: keep asking; 1: another product
    int64_t stock;       // of each product, before anybody buys; with no sellers, all that there is
    int64_t restock;
    int64_t restock_every_us;
    int64_t commission;
    struct span client_latency_us;
    struct span warehouse_latency_us;
    int64_t message_cost_us;
    int64_t item_cost_us;
    struct span fsync_us;
    int64_t batch_max;
    int64_t in_flight_max;
    int64_t queue_max;
    int64_t timeout_us;
    int64_t ping_every_us;  // 0: never
    int64_t warm_up_us;
    int64_t duration_us;
    int64_t seed;
};

struct experiment experiment_default (void);

// Takes the option `word` ("--traders") with its value, NULL where there is none. Returns false
// and says what is wrong in `error`.
bool experiment_take (struct experiment *self, const char *word, const char *value, char *error,
                      size_t error_size);

// Whether they can be together. Returns false and says in `error` why not.
bool experiment_check (const struct experiment *self, char *error, size_t error_size);

void experiment_print_help (FILE *file);

// As a JSON object of several lines, each behind `indent`; times are integers of microseconds and
// spans arrays of two.
void experiment_print_json (const struct experiment *self, const char *indent, FILE *file);

#endif
