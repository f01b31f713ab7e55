// Ways to break the market of store_case.h behind its store's back, one or more for each rule
// that verify knows.
#ifndef SOUK_VERIFY_BREAKS_H
#define SOUK_VERIFY_BREAKS_H

#include <stddef.h>

struct verify_break {
    const char *sql;      // what is done to the store
    const char *problem;  // that must be told, word for word
};

extern const struct verify_break verify_breaks[];
extern const size_t verify_break_count;

#endif
