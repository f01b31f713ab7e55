#include "tests/sim/experiment/experiment_options.h"

#include <inttypes.h>
#include <string.h>

#include "actors/clients/client.h"
#include "broker/trader/trader.h"
#include "schemas/limits.h"
#include "tests/sim/experiment/units.h"

enum { WINDOW_MAX = 1024, IN_FLIGHT_MAX = 16 };

enum kind { KIND_WHOLE, KIND_TIME, KIND_WORD, KIND_WHOLES, KIND_TIMES };

struct row {
    const char *word;
    const char *value;  // what stands for it in the help; NULL: its names
    enum kind kind;
    size_t offset;  // of an int64_t; of the last two kinds, of a struct span
    int64_t min;
    int64_t max;
    const char *const *names;  // of words, NULL at the end
    const char *about;
};

static const char *const modes[] = {[MODE_SYNC] = "sync",
                                    [MODE_CACHED] = "cached",
                                    [MODE_BATCHED] = "batched",
                                    [MODE_ESCROW] = "escrow",
                                    NULL};
static const char *const off_on[] = {"off", "on", NULL};
static const char *const choices[] = {
    [CHOICE_RANDOM] = "random", [CHOICE_ROUND_ROBIN] = "round-robin", NULL};
static const char *const refusals[] = {"keep", "switch", NULL};

#define AT(field) offsetof (struct experiment, field)

static const struct row rows[] = {
    {"--traders", "N", KIND_WHOLE, AT (traders), 1, LIMIT_TRADERS, NULL, "traders"},
    {"--buyers", "N", KIND_WHOLE, AT (buyers), 1, LIMIT_CLIENTS, NULL, "buyers"},
    {"--sellers", "N", KIND_WHOLE, AT (sellers), 0, LIMIT_CLIENTS, NULL, "sellers"},
    {"--products", "N", KIND_WHOLE, AT (products), 1, LIMIT_PRODUCTS, NULL,
     "products, in turn one for each seller"},
    {"--traders-each", "N", KIND_WHOLE, AT (traders_each), 0, LIMIT_TRADERS, NULL,
     "traders that a client knows and chooses among; 0: all"},
    {"--choice", NULL, KIND_WORD, AT (choice), 0, 0, choices,
     "which of them gets a client's next order"},
    {"--mode", NULL, KIND_WORD, AT (mode), 0, 0, modes, "how products are sold"},
    {"--invalidation", NULL, KIND_WORD, AT (invalidation), 0, 0, off_on,
     "caches are told what others have sold"},
    {"--think-time", "TIME", KIND_TIME, AT (think_time_us), 0, HOUR_US, NULL,
     "from an answer to the next order"},
    {"--window", "N", KIND_WHOLE, AT (window), 1, WINDOW_MAX, NULL,
     "orders of a buyer that wait at once"},
    {"--quantity", "A-B", KIND_WHOLES, AT (quantity), 1, LIMIT_QUANTITY, NULL, "units of an order"},
    {"--on-refusal", NULL, KIND_WORD, AT (on_refusal), 0, 0, refusals,
     "keep asking, or take another product"},
    {"--stock", "N", KIND_WHOLE, AT (stock), 0, LIMIT_QUANTITY, NULL,
     "units of each product, before anybody buys"},
    {"--restock", "N", KIND_WHOLE, AT (restock), 1, LIMIT_QUANTITY, NULL,
     "units that a seller brings"},
    {"--restock-every", "TIME", KIND_TIME, AT (restock_every_us), 1000, HOUR_US, NULL,
     "between restocks of a seller"},
    {"--commission", "PERCENT", KIND_WHOLE, AT (commission), 0, 100, NULL,
     "a trader's share of a sale"},
    {"--client-latency", "A-B", KIND_TIMES, AT (client_latency_us), 1, 60 * SECOND_US, NULL,
     "one way, between clients and traders"},
    {"--warehouse-latency", "A-B", KIND_TIMES, AT (warehouse_latency_us), 1, 60 * SECOND_US, NULL,
     "one way, between traders and the warehouse"},
    {"--message-cost", "TIME", KIND_TIME, AT (message_cost_us), 0, SECOND_US, NULL,
     "of a trader or the warehouse, for each that comes"},
    {"--item-cost", "TIME", KIND_TIME, AT (item_cost_us), 0, SECOND_US, NULL,
     "of the warehouse, for each request in a batch"},
    {"--fsync", "A-B", KIND_TIMES, AT (fsync_us), 0, 10 * SECOND_US, NULL,
     "of the warehouse, for each batch"},
    {"--batch-max", "N", KIND_WHOLE, AT (batch_max), 1, LIMIT_BATCH, NULL, "requests of one batch"},
    {"--in-flight", "N", KIND_WHOLE, AT (in_flight_max), 1, IN_FLIGHT_MAX, NULL,
     "batches of a trader under way at once"},
    {"--queue", "N", KIND_WHOLE, AT (queue_max), 1, LIMIT_QUEUE, NULL,
     "requests that a trader holds at once"},
    {"--timeout", "TIME", KIND_TIME, AT (timeout_us), 1000, HOUR_US, NULL,
     "without an answer: a client asks again"},
    {"--ping-every", "TIME", KIND_TIME, AT (ping_every_us), 0, HOUR_US, NULL,
     "to traders that heard nothing; 0: never"},
    {"--warm-up", "TIME", KIND_TIME, AT (warm_up_us), 0, HOUR_US, NULL,
     "before anything is counted"},
    {"--duration", "TIME", KIND_TIME, AT (duration_us), 1000, HOUR_US, NULL, "that is counted"},
    {"--seed", "N", KIND_WHOLE, AT (seed), 0, LIMIT_INTEGER, NULL, "of all that is drawn"},
};

#undef AT

enum { ROWS = sizeof rows / sizeof *rows };

struct experiment experiment_default (void)
{
    const struct client_config client = client_config_default ();
    const struct trader_config trader = trader_config_default ();
    return (struct experiment){
        .traders = 100,
        .buyers = 10000,
        .sellers = 100,
        .products = 10,
        .choice = CHOICE_RANDOM,
        .mode = MODE_SYNC,
        .invalidation = 1,
        .think_time_us = SECOND_US,
        .window = 1,
        .quantity = {1, 1},
        .restock = 100,
        .restock_every_us = SECOND_US,
        .commission = 20,
        .client_latency_us = {200, 400},
        .warehouse_latency_us = {1000, 1200},
        .message_cost_us = 5,
        .item_cost_us = 2,
        .fsync_us = {100, 300},
        .batch_max = trader.batch_max,
        .in_flight_max = trader.in_flight_max,
        .queue_max = trader.queue_max,
        .timeout_us = client.timeout_us,
        .warm_up_us = SECOND_US,
        .duration_us = 10 * SECOND_US,
        .seed = 1,
    };
}

static void *field_of (struct experiment *self, const struct row *row)
{
    return (char *) self + row->offset;
}

static const void *value_of (const struct experiment *self, const struct row *row)
{
    return (const char *) self + row->offset;
}

static bool is_time (const struct row *row)
{
    return row->kind == KIND_TIME || row->kind == KIND_TIMES;
}

static bool is_span (const struct row *row)
{
    return row->kind == KIND_WHOLES || row->kind == KIND_TIMES;
}

static void print_number (FILE *file, const struct row *row, int64_t number)
{
    if (is_time (row)) {
        units_print_time (number, file);
    } else {
        fprintf (file, "%" PRId64, number);
    }
}

static void print_value (FILE *file, const struct row *row, const void *value)
{
    const struct span *span = value;
    switch (row->kind) {
    case KIND_WHOLE:
    case KIND_TIME:
        print_number (file, row, *(const int64_t *) value);
        break;
    case KIND_WORD:
        fputs (row->names[*(const int64_t *) value], file);
        break;
    case KIND_WHOLES:
    case KIND_TIMES:
        print_number (file, row, span->min);
        if (span->max != span->min) {
            fputc ('-', file);
            print_number (file, row, span->max);
        }
        break;
    }
}

// Says what would do: "one of random, round-robin", "a time from 1ms to 1h, like 200ms".
static void print_wanted (FILE *file, const struct row *row)
{
    if (row->kind == KIND_WORD) {
        for (size_t i = 0; row->names[i]; i++) {
            fprintf (file, "%s%s", i == 0 ? "" : " or ", row->names[i]);
        }
        return;
    }
    bool times = is_time (row);
    bool two = is_span (row);
    fprintf (file, "%s%s from ", times ? "a time" : "a whole number", two ? " or two" : "");
    print_number (file, row, row->min);
    fputs (" to ", file);
    print_number (file, row, row->max);
    fputs (!times ? (two ? ", like 1-5" : "")
           : two  ? ", like 200us-0.4ms"
                  : ", like 0.5s or 200us",
           file);
}

static bool read_word (const struct row *row, const char *text, int64_t *word)
{
    for (*word = 0; row->names[*word]; ++*word) {
        if (strcmp (row->names[*word], text) == 0) {
            return true;
        }
    }
    return false;
}

static int64_t take_number (const struct row *row, const char **text)
{
    return is_time (row) ? units_take_time_us (text) : units_take_number (text);
}

static bool read_value (const struct row *row, const char *text, struct experiment *self)
{
    void *field = field_of (self, row);
    if (row->kind == KIND_WORD) {
        return read_word (row, text, field);
    }
    struct span span;
    bool two = is_span (row);
    span.min = span.max = take_number (row, &text);
    if (two && *text == '-') {
        text++;
        span.max = take_number (row, &text);
    }
    if (*text || span.min < row->min || span.max > row->max || span.min > span.max) {
        return false;
    }
    memcpy (field, &span, two ? sizeof span : sizeof span.min);
    return true;
}

static const struct row *find_row (const char *word)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp (rows[i].word, word) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

bool experiment_take (struct experiment *self, const char *word, const char *value, char *error,
                      size_t error_size)
{
    const struct row *row = find_row (word);
    struct experiment taken = *self;
    if (!row) {
        snprintf (error, error_size, "%.60s: no such option", word);
        return false;
    }
    if (value && read_value (row, value, &taken)) {
        *self = taken;
        return true;
    }
    FILE *file = fmemopen (error, error_size, "w");
    if (!file) {
        return false;
    }
    fprintf (file, "%s: ", word);
    fprintf (file, value ? "'%.60s' must be " : "wants a value: ", value);
    print_wanted (file, row);
    fclose (file);
    return false;
}

bool experiment_check (const struct experiment *self, char *error, size_t error_size)
{
    if (self->sellers == 0 && self->stock == 0) {
        snprintf (error, error_size,
                  "--sellers 0: nobody brings anything; give --stock, what there is to sell");
        return false;
    }
    if (self->buyers + self->sellers > LIMIT_CLIENTS) {
        snprintf (error, error_size,
                  "--buyers and --sellers: %" PRId64
                  " clients are more than the %d that a warehouse remembers",
                  self->buyers + self->sellers, LIMIT_CLIENTS);
        return false;
    }
    return true;
}

static void print_row (FILE *file, const struct row *row, const struct experiment *values)
{
    char words[64];
    FILE *left = fmemopen (words, sizeof words, "w");
    if (!left) {
        return;
    }
    fprintf (left, "%s %s", row->word, row->value ? row->value : "");
    for (size_t i = 0; !row->value && row->names[i]; i++) {
        fprintf (left, "%s%s", i == 0 ? "" : "|", row->names[i]);
    }
    fclose (left);
    fprintf (file, "  %-30s%s (", words, row->about);
    print_value (file, row, value_of (values, row));
    fputs (")\n", file);
}

void experiment_print_help (FILE *file)
{
    static const char intro[] =
        "Answers questions about scale: runs a market in virtual time, without faults, and prints\n"
        "what was measured as JSON.\n"
        "\n"
        "  souk-sim --experiment                                100 traders, 10000 buyers\n"
        "  souk-sim --experiment --mode cached --traders 256    sold from 256 caches\n"
        "  souk-sim --experiment --warehouse-latency 10ms-12ms  the warehouse is far away\n"
        "  souk-sim --experiment --mode escrow --products 1 --sellers 0 --stock 1000000\n"
        "                                                       one sale: ends when all is "
        "settled\n"
        "  souk-sim --experiment --traders 1 --buyers 50 --think-time 0 --restock 100000\n"
        "  tools/scale.py --help                                series of these, as tables\n"
        "\n"
        "The cores are the real ones. How long things take is what the options say: letters on\n"
        "their way, a trader's and the warehouse's work on each message that comes, and the "
        "fsync.\n"
        "Clients take no time. The same options and seed give the same figures.\n"
        "\n";
    const struct experiment values = experiment_default ();
    fputs (intro, file);
    for (size_t i = 0; i < ROWS; i++) {
        print_row (file, &rows[i], &values);
    }
    fputs (
        "  --help                        this page\n"
        "\n"
        "TIME is like 0.5s, 200ms or 50us, A-B like 1-5 or 200us-400us: drawn evenly between.\n"
        "Interrupted, it prints what it has measured so far. Exit status: 0; 1, it failed; 2, a\n"
        "wrong call.\n",
        file);
}

// "--think-time" as "think_time_us".
static void print_name (FILE *file, const struct row *row)
{
    fputc ('"', file);
    for (const char *at = row->word + 2; *at; at++) {
        fputc (*at == '-' ? '_' : *at, file);
    }
    fputs (is_time (row) ? "_us\": " : "\": ", file);
}

void experiment_print_json (const struct experiment *self, const char *indent, FILE *file)
{
    fputs ("{\n", file);
    for (size_t i = 0; i < ROWS; i++) {
        const void *value = value_of (self, &rows[i]);
        const struct span *span = value;
        fprintf (file, "%s  ", indent);
        print_name (file, &rows[i]);
        switch (rows[i].kind) {
        case KIND_WHOLE:
        case KIND_TIME:
            fprintf (file, "%" PRId64, *(const int64_t *) value);
            break;
        case KIND_WORD:
            fprintf (file, "\"%s\"", rows[i].names[*(const int64_t *) value]);
            break;
        case KIND_WHOLES:
        case KIND_TIMES:
            fprintf (file, "[%" PRId64 ", %" PRId64 "]", span->min, span->max);
            break;
        }
        fputs (i + 1 < ROWS ? ",\n" : "\n", file);
    }
    fprintf (file, "%s}", indent);
}
