// What the tests of the store and of verify share: a folder of their own, a small market as
// records, and records as text that can be compared and read.
#ifndef SOUK_STORE_CASE_H
#define SOUK_STORE_CASE_H

#include <sqlite3.h>

#include "actors/store/store.h"

enum { STORE_TEXT_BYTES = 256 * 1024 };

// Makes a new folder; returns the path of a store in it, valid until the next call. The folder
// and all in it go with store_case_end.
const char *store_case_begin (void);
void store_case_end (void);

// Two products, two sellers, three lots, two buyers, two traders with a seat; an order of each
// status; a lease of apples, which has a unit of the budget, and one of pears that was sold and is
// over.
extern const struct record market[];
extern const size_t market_count;

// The market as store_load hands it over.
extern const char market_text[];

store_t *must_open (const char *path);
void must_write (store_t *store, const struct record *records, size_t count);

// All that a load hands over, a line a record; valid until the next call.
const char *load_text (store_t *store, int64_t answers_kept);
const char *load_file (const char *path, int64_t answers_kept);

// Runs SQL on the file through a connection of its own, checks switched off.
void run_sql (const char *path, const char *sql);

// The one integer that a question yields.
int64_t ask_sql (const char *path, const char *sql);

#endif
