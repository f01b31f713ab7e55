#include "tests/sim/experiment/units.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { DIGITS_MAX = 16, WHOLE_MAX = 9, FRACTION_MAX = 6 };

static const struct {
    const char *name;
    int64_t us;
} units[] = {{"h", HOUR_US}, {"m", 60 * SECOND_US}, {"s", SECOND_US}, {"ms", 1000}, {"us", 1}};

enum { UNITS = sizeof units / sizeof *units };

// -1 where there are none, or more than `max`.
static int64_t take_digits (const char **text, int max)
{
    int64_t number = 0;
    int count = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++, count++) {
        number = count < max ? 10 * number + (**text - '0') : 0;
    }
    return count > 0 && count <= max ? number : -1;
}

// The digits behind a point, in millionths.
static int64_t take_fraction (const char **text)
{
    const char *from = *text;
    int64_t fraction = take_digits (text, FRACTION_MAX);
    for (ptrdiff_t digits = *text - from; fraction > 0 && digits < FRACTION_MAX; digits++) {
        fraction *= 10;
    }
    return fraction;
}

// Takes the name of a unit, which no letter follows. Returns what it is worth; -1: there is none.
static int64_t take_unit (const char **text)
{
    size_t length = strspn (*text, "abcdefghijklmnopqrstuvwxyz");
    for (size_t i = 0; i < UNITS; i++) {
        if (strlen (units[i].name) == length && strncmp (*text, units[i].name, length) == 0) {
            *text += length;
            return units[i].us;
        }
    }
    return -1;
}

int64_t units_take_number (const char **text)
{
    return take_digits (text, DIGITS_MAX);
}

int64_t units_take_time_us (const char **text)
{
    int64_t whole = take_digits (text, WHOLE_MAX);
    bool bare = true;
    int64_t millionths = 0;
    if (whole >= 0 && **text == '.') {
        (*text)++;
        bare = false;
        millionths = take_fraction (text);
    }
    if (whole < 0 || millionths < 0) {
        return -1;
    }
    int64_t unit_us = take_unit (text);
    if (unit_us < 0) {
        return bare && whole == 0 ? 0 : -1;
    }
    return whole * unit_us + millionths * unit_us / SECOND_US;
}

// Hours and minutes only where they are whole; the others with no more than three decimals.
static bool fits (size_t unit, int64_t time_us)
{
    int64_t us = units[unit].us;
    int64_t step_us = us > SECOND_US ? us : us > 1 ? us / 1000 : 1;
    return time_us >= us && time_us % step_us == 0;
}

void units_print_time (int64_t time_us, FILE *file)
{
    size_t i = 0;
    while (i < UNITS - 1 && !fits (i, time_us)) {
        i++;
    }
    int64_t us = units[i].us;
    fprintf (file, "%" PRId64, time_us / us);
    int64_t thousandths = time_us % us * 1000 / us;
    if (thousandths > 0) {
        int digits = thousandths % 100 == 0 ? 1 : thousandths % 10 == 0 ? 2 : 3;
        int64_t cut = digits == 1 ? 100 : digits == 2 ? 10 : 1;
        fprintf (file, ".%0*" PRId64, digits, thousandths / cut);
    }
    fputs (time_us > 0 ? units[i].name : "", file);
}
