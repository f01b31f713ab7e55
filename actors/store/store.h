// Where the warehouse's records are kept. A batch is written whole and durably, or not at all.
// Behind it is SQLite (WAL, synchronous=FULL), in tables that anybody may query while the market
// runs; another database is another `struct store_class`.
#ifndef SOUK_STORE_H
#define SOUK_STORE_H

#include <stddef.h>

#include "schemas/record.h"

enum store_status {
    STORE_OK,
    STORE_FULL,    // no room: nothing was written, and the same batch may go in later
    STORE_FAILED,  // nobody knows what is on the disk: the process must end without a reply
};

typedef struct store store_t;

// Is told one record; returns false to refuse it, which ends the loading with STORE_FAILED.
typedef bool store_visit_fn (void *context, const struct record *record);

// The caller owns the result and must close it. Returns NULL and a reason in `error` when the
// file is no store of this version, is in use by another warehouse, or cannot be opened. `path`
// may be ":memory:".
store_t *store_open (const char *path, char *error, size_t error_size);
void store_close (store_t **self_p);

// Hands over all that a warehouse is rebuilt from, in this order: the warehouse's own record, who
// holds the seats (where anybody was ever elected), products (each with what was ever stocked and
// oversold of it, which the store sums), lots in order of arrival (those with units left, those
// among their seller's last `answers_kept` numbers, and the last that came), accounts, traders,
// their views, leases by trader and lot, how each trader stands with the leases of a product, by
// both of them, then in order of arrival those orders that are among their buyer's last
// `answers_kept` numbers, each with its fills behind it; and at last, by client and number, which
// numbers have neither order nor lot that are below the client's last `answers_kept` ones, counted
// over orders and lots together, and among its last LIMIT_SKIPPED_BACK: the ranges, in all
// LIMIT_SKIPPED of them at most.
enum store_status store_load (store_t *self, int64_t answers_kept, store_visit_fn *visit,
                              void *context) __attribute__ ((warn_unused_result));

// Writes the batch in one transaction, durable when it returns STORE_OK. An order's fills, at most
// LIMIT_FILLS, are right behind it. A lot came before a lease of it; a lease of 0 units is one that
// is over, and is handed over no more. Terms rise: an older seating, or another one of the same
// term, is a contradiction.
enum store_status store_write (store_t *self, const struct record *records, size_t count)
    __attribute__ ((warn_unused_result));

// What the last failure was, for a person.
const char *store_error (const store_t *self);

#endif
