// What the files of the SQLite store share. Private to them.
#ifndef SOUK_STORE_SQLITE_H
#define SOUK_STORE_SQLITE_H

#include <sqlite3.h>

#include "actors/store/store_class.h"

// Pages that come to the WAL until it is moved to the database: 16 MiB.
enum { PAGE_BYTES = 2048, CHECKPOINT_PAGES = 8192 };

enum { SEATS_TEXT_BYTES = LIMIT_VECTOR * 24 };

// A statement that finds the row of the one before it is told by _AGAIN.
enum put {
    PUT_BEGIN,
    PUT_COMMIT,
    PUT_ROLLBACK,
    PUT_WAREHOUSE,
    PUT_PRODUCT,
    PUT_LOT,
    PUT_LOT_LEFT,
    PUT_ORDER,
    PUT_ORDER_AGAIN,
    PUT_FILL,
    PUT_FILL_AGAIN,
    PUT_ACCOUNT,
    PUT_TRADER,
    PUT_VIEW,
    PUT_LEASE,
    PUT_LEASE_OVER,
    PUT_LEASE_STATE,
    PUT_SEATS,
    PUT_COUNT
};

// What each statement puts, in words; NULL for those that put nothing of their own.
extern const char *const store_sqlite_put_names[PUT_COUNT];

// Used by one thread at a time.
struct store_sqlite {
    struct store base;
    sqlite3 *db;
    int lock;                      // descriptor of the lock file, -1 for none
    int wal_pages;                 // in the WAL after the last commit
    int checkpoint_pages;          // in the WAL when it is to be moved to the database
    sqlite3_stmt *put[PUT_COUNT];  // prepared when opened
};

// Prepares the statements. Returns SQLite's result code.
int store_sqlite_prepare (struct store_sqlite *self);

enum store_status store_sqlite_load (store_t *store, int64_t answers_kept, store_visit_fn *visit,
                                     void *context);

// Hands over who holds the seats, where that was ever stored. Returns false, with the reason in the
// store's error, where it cannot be read or is refused.
bool store_sqlite_load_seats (struct store_sqlite *self, store_visit_fn *visit, void *context);

// The seats as their column holds them, in `text`; NULL when they are too many.
const char *store_sqlite_seats_text (const struct seating *seating, char text[SEATS_TEXT_BYTES]);

enum store_status store_sqlite_write (store_t *store, const struct record *records, size_t count);

#endif
