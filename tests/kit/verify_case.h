// What the tests of verify share: the market of store_case.h in a store of its own, and verdicts.
#ifndef SOUK_VERIFY_CASE_H
#define SOUK_VERIFY_CASE_H

#include "actors/store/verify.h"
#include "tests/kit/store_case.h"

// Makes a store with the market in a new folder; returns its path, valid until the next call. The
// folder, and all that was told of the store, goes with verify_case_end.
const char *verify_case_begin (void);
void verify_case_end (void);

// The verdict on a store that can be read.
struct verdict must_verify (const char *file, const struct verify_budgets *budgets);

// Whether the problem is told, word for word.
bool tells (const struct verdict *verdict, const char *problem);

// All of them, a line each; valid until the next call.
const char *all_problems (const struct verdict *verdict);

// What verify prints, with this exit status; valid until the next call.
const char *verify_text (const char *file, const struct verify_budgets *budgets, bool json,
                         int status);

#endif
