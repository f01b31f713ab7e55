// Numbers to decimal digits, for what is written as text all day: messages and journals.
#ifndef SOUK_DIGITS_H
#define SOUK_DIGITS_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS_BYTES = 19 };  // of the longest number

// How many digits a number has.
static inline size_t digits_of (uint64_t value)
{
    size_t count = 1;
    for (; value >= 10000; value /= 10000) {
        count += 4;
    }
    return count + (value >= 10) + (value >= 100) + (value >= 1000);
}

// Writes a number that is not negative to `at`, which has room for DIGITS_BYTES, without leading
// zeros and without a NUL. Returns its end. From the last digit to the first, two at a time, where
// they belong; here and not in a file of its own, since it is called ten times for each order.
static inline char *digits_write (char *at, int64_t value)
{
    static const char pairs[] =
        "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
        "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
        "8081828384858687888990919293949596979899";
    assert (value >= 0);
    uint64_t rest = (uint64_t) value;
    char *end = at + digits_of (rest);
    char *first = end;
    for (; rest >= 10; rest /= 100) {
        first -= 2;
        memcpy (first, pairs + rest % 100 * 2, 2);
    }
    if (first > at) {
        *at = (char) ('0' + rest);
    }
    return end;
}

#endif
