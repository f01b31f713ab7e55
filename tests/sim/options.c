#include "tests/sim/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/market.h"

enum {
    STEPS = 5000,      // unless asked for others
    PLACE_MAX = 9999,  // in a plan
    WORD_MAX = 64,
};

static const char *const mode_names[] = {
    [MARKET_SYNC] = "sync",     [MARKET_CACHED] = "cached", [MARKET_BATCHED] = "batched",
    [MARKET_ESCROW] = "escrow", [MARKET_MIXED] = "mixed",
};
static const char *const store_names[] = {[STORE_IN_MEMORY] = "memory", [STORE_SQLITE] = "sqlite"};

enum { MODES = sizeof mode_names / sizeof *mode_names };
enum { STORES = sizeof store_names / sizeof *store_names };

const char *fault_name (enum fault_class class)
{
#define FAULT_TEXT(name, text) text,
    static const char *const names[] = {FAULTS (FAULT_TEXT)};
#undef FAULT_TEXT
    return names[class];
}

struct options options_default (void)
{
    return (struct options){
        .steps = STEPS,
        .faults = DRAWN,
        .codec = DRAWN,
        .elect = DRAWN,
        .traders = DRAWN,
        .buyers = DRAWN,
        .sellers = DRAWN,
        .strangers = DRAWN,
    };
}

// What is being read, and where to say what is wrong with it.
struct reading {
    const char *word;
    const char *value;
    char *error;
    size_t error_size;
};

__attribute__ ((format (printf, 2, 3))) static int refuse (const struct reading *reading,
                                                           const char *format, ...)
{
    char reason[256];
    va_list arguments;
    va_start (arguments, format);
    vsnprintf (reason, sizeof reason, format, arguments);
    va_end (arguments);
    snprintf (reading->error, reading->error_size, "%s: '%.60s' %s", reading->word, reading->value,
              reason);
    return -1;
}

// Digits alone, from `text` up to `end`, to be no more than `max`.
static bool read_digits (const char *text, const char *end, uint64_t max, uint64_t *number)
{
    *number = 0;
    for (const char *at = text; at < end; at++) {
        uint64_t digit = (uint64_t) (*at - '0');
        if (*at < '0' || *at > '9' || *number > (max - digit) / 10) {
            return false;
        }
        *number = 10 * *number + digit;
    }
    return text < end && *number <= max;
}

static int read_seed (const struct reading *reading, uint64_t *seed)
{
    uint64_t read;
    const char *end = reading->value + strlen (reading->value);
    if (!read_digits (reading->value, end, UINT64_MAX, &read)) {
        return refuse (reading, "must be a whole number from 0 to 2^64 - 1");
    }
    *seed = read;
    return 1;
}

static int read_integer (const struct reading *reading, int64_t min, int64_t max, int64_t *number)
{
    uint64_t read;
    const char *end = reading->value + strlen (reading->value);
    if (!read_digits (reading->value, end, (uint64_t) max, &read) || read < (uint64_t) min) {
        return refuse (reading, "must be a whole number from %lld to %lld", (long long) min,
                       (long long) max);
    }
    *number = (int64_t) read;
    return 1;
}

// The next of some words between commas: returns its length; `*text` is behind it and its comma.
static size_t next_word (const char **text, const char **word)
{
    *word = *text;
    size_t length = strcspn (*text, ",");
    *text += length + ((*text)[length] == ',');
    return length;
}

static bool is_word (const char *word, size_t length, const char *name)
{
    return strlen (name) == length && strncmp (word, name, length) == 0;
}

static int64_t fault_bit (const char *word, size_t length)
{
    for (int class = 0; class < FAULT_COUNT; class ++) {
        if (is_word (word, length, fault_name ((enum fault_class) class))) {
            return INT64_C (1) << class;
        }
    }
    return 0;
}

static int read_faults (const struct reading *reading, int64_t *faults)
{
    if (strcmp (reading->value, "all") == 0 || strcmp (reading->value, "none") == 0) {
        *faults = strcmp (reading->value, "all") == 0 ? ALL_FAULTS : 0;
        return 1;
    }
    int64_t read = 0;
    size_t length;
    const char *word;
    const char *text = reading->value;
    do {
        length = next_word (&text, &word);
        int64_t bit = fault_bit (word, length);
        if (!bit) {
            return refuse (reading, "must be all, none or some of loss, pause, ...: '%.*s' is none",
                           (int) (length < WORD_MAX ? length : WORD_MAX), word);
        }
        read |= bit;
    } while (word[length] == ',');
    *faults = read;
    return 1;
}

// Keeps the places in order, each once. Returns false when there is no room.
static bool skip_place (struct options *self, int64_t place)
{
    size_t at = 0;
    while (at < self->skip_count && self->skip[at] < place) {
        at++;
    }
    if (at < self->skip_count && self->skip[at] == place) {
        return true;
    }
    if (self->skip_count == SKIP_MAX) {
        return false;
    }
    memmove (&self->skip[at + 1], &self->skip[at], (self->skip_count - at) * sizeof *self->skip);
    self->skip[at] = place;
    self->skip_count++;
    return true;
}

// "3" or "3..5".
static bool read_places (const char *word, size_t length, uint64_t *first, uint64_t *last)
{
    const char *end = word + length;
    const char *dots = memchr (word, '.', length);
    if (!dots) {
        bool read = read_digits (word, end, PLACE_MAX, first);
        *last = *first;
        return read;
    }
    return end - dots > 2 && dots[1] == '.' && read_digits (word, dots, PLACE_MAX, first)
           && read_digits (dots + 2, end, PLACE_MAX, last) && *first <= *last;
}

static int read_skip (const struct reading *reading, struct options *options)
{
    struct options read = *options;
    read.skip_count = 0;
    size_t length;
    const char *word;
    const char *text = reading->value;
    do {
        uint64_t first;
        uint64_t last;
        length = next_word (&text, &word);
        if (!read_places (word, length, &first, &last)) {
            return refuse (reading, "must be places in the plan, like 3 or 3,5..9, up to %d",
                           PLACE_MAX);
        }
        for (uint64_t place = first; place <= last; place++) {
            if (!skip_place (&read, (int64_t) place)) {
                return refuse (reading, "is too much: no more than %d can be left out", SKIP_MAX);
            }
        }
    } while (word[length] == ',');
    *options = read;
    return 1;
}

// One of the names, from 1 on: 0 is what is drawn.
static int read_name (const struct reading *reading, const char *const *names, int count,
                      const char *choice, int *value)
{
    for (int i = 1; i < count; i++) {
        if (strcmp (reading->value, names[i]) == 0) {
            *value = i;
            return 1;
        }
    }
    return refuse (reading, "must be %s", choice);
}

static int read_mode (const struct reading *reading, struct options *options)
{
    int mode = MARKET_DRAWN;
    int taken =
        read_name (reading, mode_names, MODES, "sync, cached, batched, escrow or mixed", &mode);
    if (taken > 0) {
        options->mode = (enum market_mode) mode;
    }
    return taken;
}

static int read_store (const struct reading *reading, struct options *options)
{
    int store = STORE_DRAWN;
    int taken = read_name (reading, store_names, STORES, "memory or sqlite", &store);
    if (taken > 0) {
        options->store = (enum market_store) store;
    }
    return taken;
}

// The options that are a plain number.
struct number {
    const char *name;
    size_t at;  // in struct options
    int64_t min;
    int64_t max;
};

static const struct number numbers[] = {
    {"steps", offsetof (struct options, steps), 1, INT64_C (1000) * 1000 * 1000 * 1000},
    {"codec", offsetof (struct options, codec), 0, 1},
    {"elect", offsetof (struct options, elect), 0, 1},
    {"traders", offsetof (struct options, traders), 1, MARKET_TRADERS},
    {"buyers", offsetof (struct options, buyers), 1, MARKET_CLIENTS},
    {"sellers", offsetof (struct options, sellers), 1, MARKET_CLIENTS},
    {"strangers", offsetof (struct options, strangers), 0, MARKET_CLIENTS},
};

enum { NUMBERS = sizeof numbers / sizeof *numbers };

static int64_t *number_of (struct options *options, size_t i)
{
    return (int64_t *) (void *) ((char *) options + numbers[i].at);
}

static const char *const other_names[] = {"seed", "faults", "mode", "store", "skip"};

static int take_other (struct options *self, const struct reading *reading, const char *name)
{
    if (strcmp (name, "seed") == 0) {
        return read_seed (reading, &self->seed);
    }
    if (strcmp (name, "faults") == 0) {
        return read_faults (reading, &self->faults);
    }
    if (strcmp (name, "mode") == 0) {
        return read_mode (reading, self);
    }
    if (strcmp (name, "store") == 0) {
        return read_store (reading, self);
    }
    return read_skip (reading, self);
}

int options_take (struct options *self, const char *word, const char *value, char *error,
                  size_t error_size)
{
    const struct reading reading = {word, value, error, error_size};
    size_t number = 0;
    size_t other = 0;
    if (strncmp (word, "--", 2) != 0) {
        return 0;
    }
    while (number < NUMBERS && strcmp (word + 2, numbers[number].name) != 0) {
        number++;
    }
    while (other < sizeof other_names / sizeof *other_names
           && strcmp (word + 2, other_names[other]) != 0) {
        other++;
    }
    if (number == NUMBERS && other == sizeof other_names / sizeof *other_names) {
        return 0;
    }
    if (!value) {
        snprintf (error, error_size, "%s: wants a value", word);
        return -1;
    }
    return number < NUMBERS ? read_integer (&reading, numbers[number].min, numbers[number].max,
                                            number_of (self, number))
                            : take_other (self, &reading, other_names[other]);
}

// A text that is filled word by word.
struct writing {
    char *text;
    size_t size;
    size_t length;
};

__attribute__ ((format (printf, 2, 3))) static void put (struct writing *self, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start (arguments, format);
    int length =
        vsnprintf (self->text + self->length, self->size - self->length, format, arguments);
    va_end (arguments);
    self->length += (size_t) length;
    if (self->length >= self->size) {
        self->length = self->size - 1;
    }
}

static void put_faults (struct writing *writing, int64_t faults)
{
    if (faults == 0 || faults == ALL_FAULTS) {
        put (writing, " --faults %s", faults ? "all" : "none");
        return;
    }
    const char *before = " --faults ";
    for (int class = 0; class < FAULT_COUNT; class ++) {
        if (faults >> class & 1) {
            put (writing, "%s%s", before, fault_name ((enum fault_class) class));
            before = ",";
        }
    }
}

static void put_skip (struct writing *writing, const struct options *options)
{
    const char *before = " --skip ";
    for (size_t i = 0; i < options->skip_count; i++) {
        size_t first = i;
        while (i + 1 < options->skip_count && options->skip[i + 1] == options->skip[i] + 1) {
            i++;
        }
        put (writing, "%s%lld", before, (long long) options->skip[first]);
        if (i > first) {
            put (writing, "%s%lld", i > first + 1 ? ".." : ",", (long long) options->skip[i]);
        }
        before = ",";
    }
}

void options_print (const struct options *self, char *text, size_t size)
{
    struct options copy = *self;
    struct writing writing = {.text = text, .size = size};
    put (&writing, "--seed %llu", (unsigned long long) self->seed);
    for (size_t i = 0; i < NUMBERS; i++) {
        int64_t number = *number_of (&copy, i);
        if (number != DRAWN) {
            put (&writing, " --%s %lld", numbers[i].name, (long long) number);
        }
    }
    if (self->faults != DRAWN) {
        put_faults (&writing, self->faults);
    }
    if (self->mode != MARKET_DRAWN) {
        put (&writing, " --mode %s", mode_names[self->mode]);
    }
    if (self->store != STORE_DRAWN) {
        put (&writing, " --store %s", store_names[self->store]);
    }
    put_skip (&writing, self);
}
