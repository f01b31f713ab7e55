#include "tests/sim/campaign/shrink.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct shrinking {
    const struct shrink_task *task;
    struct options best;  // the smallest that failed
    bool smaller;         // than it was when this round began
};

__attribute__ ((format (printf, 3, 4))) static bool
try (struct shrinking *self, const struct options *candidate, const char *format, ...)
{
    char what[160];
    va_list arguments;
    va_start (arguments, format);
    vsnprintf (what, sizeof what, format, arguments);
    va_end (arguments);
    if (self->task->tell) {
        self->task->tell (self->task->context, what);
    }
    if (!self->task->still_fails (self->task->context, candidate)) {
        return false;
    }
    self->best = *candidate;
    self->smaller = true;
    return true;
}

// The numbers that can be lowered, and how far.
struct number {
    const char *name;
    size_t at;  // in struct options
    int64_t min;
};

static const struct number numbers[] = {
    {"strangers", offsetof (struct options, strangers), 0},
    {"sellers", offsetof (struct options, sellers), 1},
    {"buyers", offsetof (struct options, buyers), 1},
    {"traders", offsetof (struct options, traders), 1},
    {"steps", offsetof (struct options, steps), 1},
};

enum { NUMBERS = sizeof numbers / sizeof *numbers };

static int64_t get (const struct options *options, const struct number *number)
{
    int64_t value;
    memcpy (&value, (const char *) options + number->at, sizeof value);
    return value;
}

static struct options with (const struct options *options, const struct number *number,
                            int64_t value)
{
    struct options other = *options;
    memcpy ((char *) &other + number->at, &value, sizeof value);
    return other;
}

// What is drawn cannot be made smaller. Where naming all that was drawn makes another run of it,
// naming a part may not.
static void name_what_is_drawn (struct shrinking *self, const struct options *drawn)
{
    if (try (self, drawn, "all that the seed had drawn, named")) {
        return;
    }
    struct options candidate = self->best;
    candidate.faults = drawn->faults;
    if (self->best.faults != drawn->faults) {
        try (self, &candidate, "the faults that it had drawn, named");
    }
    for (int i = 0; i < NUMBERS; i++) {
        int64_t value = get (drawn, &numbers[i]);
        if (get (&self->best, &numbers[i]) != value) {
            candidate = with (&self->best, &numbers[i], value);
            try (self, &candidate, "the %s that it had drawn, named", numbers[i].name);
        }
    }
}

static void leave_out_classes (struct shrinking *self)
{
    if (self->best.faults == DRAWN || self->best.faults == 0) {
        return;
    }
    struct options candidate = self->best;
    candidate.faults = 0;
    if (try (self, &candidate, "without any fault")) {
        return;
    }
    for (int class = 0; class < FAULT_COUNT; class ++) {
        int64_t bit = INT64_C (1) << class;
        if ((self->best.faults & bit) && self->best.faults != bit) {
            candidate = self->best;
            candidate.faults &= ~bit;
            try (self, &candidate, "without %s", fault_name ((enum fault_class) class));
        }
    }
}

static bool skips (const struct options *options, int64_t place)
{
    for (size_t i = 0; i < options->skip_count; i++) {
        if (options->skip[i] == place) {
            return true;
        }
    }
    return false;
}

// The planned faults that are left, as far as they can be named. Returns how many.
static size_t places_left (const struct options *options, int64_t planned, int64_t *places)
{
    size_t count = 0;
    for (int64_t place = 0; place < planned && options->skip_count + count < SKIP_MAX; place++) {
        if (!skips (options, place)) {
            places[count++] = place;
        }
    }
    return count;
}

static void skip (struct options *options, int64_t place)
{
    size_t at = options->skip_count++;
    for (; at > 0 && options->skip[at - 1] > place; at--) {
        options->skip[at] = options->skip[at - 1];
    }
    options->skip[at] = place;
}

static bool try_without (struct shrinking *self, const int64_t *places, size_t count)
{
    struct options candidate = self->best;
    for (size_t i = 0; i < count; i++) {
        skip (&candidate, places[i]);
    }
    if (count == 1) {
        return try (self, &candidate, "without planned fault %lld", (long long) *places);
    }
    return try (self, &candidate, "without %zu planned faults, %lld to %lld", count,
                (long long) places[0], (long long) places[count - 1]);
}

// All, then halves, then quarters, at last each by itself.
static void leave_out_planned (struct shrinking *self)
{
    int64_t places[SKIP_MAX];
    int64_t planned = self->task->planned (self->task->context);
    size_t left = places_left (&self->best, planned, places);
    for (size_t size = left; size > 0; size = size / 2 < left ? size / 2 : left) {
        size_t at = 0;
        while (at < left) {
            size_t count = size < left - at ? size : left - at;
            if (try_without (self, &places[at], count)) {
                left -= count;
                memmove (&places[at], &places[at + count], (left - at) * sizeof *places);
            } else {
                at += count;
            }
        }
    }
}

// The least first, then by halves.
static void lower (struct shrinking *self, const struct number *number)
{
    int64_t passes = number->min - 1;
    int64_t fails = get (&self->best, number);
    if (fails == DRAWN) {
        return;
    }
    while (fails - passes > 1) {
        int64_t value = passes < number->min ? number->min : passes + (fails - passes) / 2;
        struct options candidate = with (&self->best, number, value);
        if (try (self, &candidate, "%lld %s", (long long) value, number->name)) {
            fails = value;
        } else {
            passes = value;
        }
    }
}

struct options shrink (const struct options *start, const struct options *drawn,
                       const struct shrink_task *task)
{
    struct shrinking self = {.task = task, .best = *start};
    name_what_is_drawn (&self, drawn);
    // One thing left out may make another one needless. Each round but the last makes it smaller.
    do {
        self.smaller = false;
        leave_out_classes (&self);
        leave_out_planned (&self);
        for (int i = 0; i < NUMBERS; i++) {
            lower (&self, &numbers[i]);
        }
    } while (self.smaller);
    return self.best;
}
