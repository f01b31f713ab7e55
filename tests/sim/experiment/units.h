// Numbers and times as people write them: 5, 0.5s, 200ms, 50us.
#ifndef SOUK_SIM_UNITS_H
#define SOUK_SIM_UNITS_H

#include <stdint.h>
#include <stdio.h>

#define SECOND_US INT64_C (1000000)
#define HOUR_US (3600 * SECOND_US)

// Both take what begins at *text, which moves behind it, and return -1 where there is none, or one
// with more than sixteen digits. A fraction of a microsecond is left out; a bare 0 is a time.
int64_t units_take_number (const char **text);
int64_t units_take_time_us (const char **text);

// A time as it would be written: 90s, 1.2ms, 50us; a bare 0.
void units_print_time (int64_t time_us, FILE *file);

#endif
