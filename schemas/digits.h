// Numbers to decimal digits, for what is written as text all day: messages and journals.
#ifndef SOUK_DIGITS_H
#define SOUK_DIGITS_H

#include <stdint.h>

enum { DIGITS_BYTES = 19 };  // of the longest number

// Writes a number that is not negative to `at`, which has room for DIGITS_BYTES, without leading
// zeros and without a NUL. Returns its end.
char *digits_write (char *at, int64_t value);

#endif
