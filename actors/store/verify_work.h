// A verdict that is under way. Private to verify.
#ifndef SOUK_VERIFY_WORK_H
#define SOUK_VERIFY_WORK_H

#include <sqlite3.h>

#include "actors/store/verify.h"

struct verify {
    sqlite3 *db;
    arena_t *arena;
    struct verdict *verdict;
};

enum { VERIFY_READINGS = 6 };  // questions of verify_read, each of which may fail

// Reads the verdict's lists and totals.
void verify_read (struct verify *self);

// Prepares a question. Returns NULL when it cannot be asked, which is a problem then: a store
// without the tables that it needs is as unreadable as a damaged one. The caller must finalize the
// result.
sqlite3_stmt *verify_ask (struct verify *self, const char *what, const char *sql);

// Tells the problem that SQLite has just had with a question.
void verify_unreadable (struct verify *self, const char *what);

#endif
