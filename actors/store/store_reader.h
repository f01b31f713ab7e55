// A look into a store's file, for verify and for whoever else only reads. It may be taken while the
// market runs: it sees the store as it stood at one instant, between two batches. Nothing is
// written, and nothing is left beside the file.
#ifndef SOUK_STORE_READER_H
#define SOUK_STORE_READER_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

// `at_rest`: no warehouse has the store open. Returns false where it found what it cannot read, and
// has told why.
typedef bool store_look_fn (void *context, sqlite3 *db, bool at_rest);

// Calls `look` in a transaction that reads; once more where a warehouse started meanwhile, as if it
// had not been called before. Returns false, with the reason in `error`, when the file is missing
// or is no store of this version; or when `look` did.
bool store_reader_look (const char *path, store_look_fn *look, void *context, char *error,
                        size_t error_size);

#endif
