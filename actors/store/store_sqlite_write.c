// Writing a batch of records in one transaction.
//
// Every statement may be run again with the same values and changes nothing then. A record that
// contradicts what is there (an order with another outcome, a lot that nobody brought) changes no
// row, and that is how it is found.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "actors/store/store_sqlite.h"

// Pages in the WAL from which on they are moved to the database: 16 MiB.
enum { CHECKPOINT_PAGES = 4096 };

static const char *const put_sql[PUT_COUNT] = {
    [PUT_BEGIN] = "BEGIN IMMEDIATE",
    [PUT_COMMIT] = "COMMIT",
    [PUT_ROLLBACK] = "ROLLBACK",
    [PUT_WAREHOUSE] =
        "INSERT INTO warehouse (id, epoch, version) VALUES (1, ?1, ?2)"
        " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, version = excluded.version",
    [PUT_PRODUCT] = "INSERT INTO products (id, name) VALUES (?1, ?2)"
                    " ON CONFLICT (id) DO UPDATE SET name = name WHERE name = excluded.name",
    [PUT_LOT] =
        "INSERT INTO lots (id, seller, number, trader, product, price_cents, quantity, unsold,"
        "                  at_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT (id) DO UPDATE SET unsold = excluded.unsold"
        " WHERE (seller, number, trader, product, price_cents, quantity)"
        "     = (excluded.seller, excluded.number, excluded.trader, excluded.product,"
        "        excluded.price_cents, excluded.quantity)",
    [PUT_LOT_LEFT] = "UPDATE lots SET unsold = ?2 WHERE id = ?1",
    [PUT_ORDER] =
        "INSERT INTO orders (buyer, number, trader, product, quantity, all_or_nothing, units,"
        "                    missing, amount_cents, at_ms, status)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        " ON CONFLICT (buyer, number) DO UPDATE SET status = status"
        " WHERE (trader, product, quantity, all_or_nothing, units, missing, amount_cents, status)"
        "     = (excluded.trader, excluded.product, excluded.quantity, excluded.all_or_nothing,"
        "        excluded.units, excluded.missing, excluded.amount_cents, excluded.status)",
    [PUT_FILL] = "INSERT INTO fills (buyer, number, lot, seller, trader, units, price_cents,"
                 "                   commission_cents)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                 " ON CONFLICT (buyer, number, lot) DO UPDATE SET units = units"
                 " WHERE (seller, trader, units, price_cents, commission_cents)"
                 "     = (excluded.seller, excluded.trader, excluded.units, excluded.price_cents,"
                 "        excluded.commission_cents)",
    [PUT_ACCOUNT] = "INSERT INTO accounts (node, balance_cents) VALUES (?1, ?2)"
                    " ON CONFLICT (node) DO UPDATE SET balance_cents = excluded.balance_cents",
    [PUT_TRADER] =
        "INSERT INTO traders (id, epoch, nonce, batch, applied) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, nonce = excluded.nonce,"
        "   batch = excluded.batch, applied = excluded.applied",
};

static const char *const put_names[PUT_COUNT] = {
    [PUT_WAREHOUSE] = "warehouse", [PUT_PRODUCT] = "product", [PUT_LOT] = "lot",
    [PUT_LOT_LEFT] = "lot",        [PUT_ORDER] = "order",     [PUT_FILL] = "fill",
    [PUT_ACCOUNT] = "account",     [PUT_TRADER] = "trader",
};

int store_sqlite_prepare (struct store_sqlite *self)
{
    for (int i = 0; i < PUT_COUNT; i++) {
        int rc = sqlite3_prepare_v3 (self->db, put_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                     &self->put[i], NULL);
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}

// Whether a write found no room, and left nothing behind. SQLite reports ENOSPC as SQLITE_FULL,
// and the other ways of being full (a quota, a limit of file size) as a failed write; either is
// short of a whole commit frame, which a later start could take for a commit. Busy is whoever
// writes to the store by hand: the batch waits for them as it waits for room.
static bool is_full (int rc, int write_errno)
{
    if (rc == SQLITE_IOERR_WRITE) {
        return write_errno == ENOSPC || write_errno == EDQUOT || write_errno == EFBIG;
    }
    return (rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_BUSY;
}

static enum store_status fail (struct store_sqlite *self, int rc, int write_errno)
{
    snprintf (self->base.error, sizeof self->base.error, "%s (SQLite %d, errno %d)",
              sqlite3_errmsg (self->db), rc, write_errno);
    return is_full (rc, write_errno) ? STORE_FULL : STORE_FAILED;
}

// Why the last write to the WAL failed. A failed commit leaves no sqlite3_system_errno.
static int wal_errno (struct store_sqlite *self)
{
    sqlite3_file *wal = NULL;
    int reason = 0;
    if (sqlite3_file_control (self->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK
        && wal && wal->pMethods) {
        wal->pMethods->xFileControl (wal, SQLITE_FCNTL_LAST_ERRNO, &reason);
    }
    return reason;
}

static enum store_status step (struct store_sqlite *self, enum put put)
{
    int rc = sqlite3_step (self->put[put]);
    enum store_status status = rc == SQLITE_DONE ? STORE_OK : fail (self, rc, wal_errno (self));
    sqlite3_reset (self->put[put]);
    return status;
}

// Puts one row, of which the first values are the key.
static enum store_status put_row (struct store_sqlite *self, enum put put, const int64_t *values,
                                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int rc = sqlite3_bind_int64 (self->put[put], (int) i + 1, values[i]);
        assert (rc == SQLITE_OK);
    }
    enum store_status status = step (self, put);
    if (status == STORE_OK && sqlite3_changes (self->db) != 1) {
        snprintf (self->base.error, sizeof self->base.error,
                  "the %s of key %lld, %lld contradicts what the store holds", put_names[put],
                  (long long) values[0], (long long) (count > 1 ? values[1] : 0));
        return STORE_FAILED;
    }
    return status;
}

static void bind_text (struct store_sqlite *self, enum put put, int position, const char *text)
{
    int rc = sqlite3_bind_text (self->put[put], position, text, -1, SQLITE_STATIC);
    assert (rc == SQLITE_OK);
}

#define COUNT(array) (sizeof (array) / sizeof *(array))

static enum store_status put_lot (struct store_sqlite *self, const struct record_lot *lot,
                                  int64_t at_ms)
{
    const int64_t values[] = {lot->lot,      lot->seller,  lot->number,
                              lot->trader,   lot->product, lot->price_cents,
                              lot->quantity, lot->left,    at_ms};
    return put_row (self, PUT_LOT, values, COUNT (values));
}

static enum store_status put_order (struct store_sqlite *self, const struct record_order *order,
                                    int64_t at_ms)
{
    const int64_t values[] = {
        order->buyer,          order->number, order->trader,  order->product,      order->quantity,
        order->all_or_nothing, order->units,  order->missing, order->amount_cents, at_ms};
    bind_text (self, PUT_ORDER, 11, status_name (order->status));
    return put_row (self, PUT_ORDER, values, COUNT (values));
}

// The seller's own number for the lot stands with the lot.
static enum store_status put_fill (struct store_sqlite *self, const struct record_fill *fill)
{
    const int64_t values[] = {fill->buyer,       fill->number,          fill->lot,
                              fill->seller,      fill->trader,          fill->units,
                              fill->price_cents, fill->commission_cents};
    return put_row (self, PUT_FILL, values, COUNT (values));
}

static enum store_status put_trader (struct store_sqlite *self, const struct record_trader *trader)
{
    const int64_t values[] = {trader->trader, trader->epoch, trader->nonce, trader->batch,
                              trader->applied};
    return put_row (self, PUT_TRADER, values, COUNT (values));
}

static enum store_status put_product (struct store_sqlite *self,
                                      const struct record_product *product)
{
    bind_text (self, PUT_PRODUCT, 2, product->name);
    return put_row (self, PUT_PRODUCT, &product->product, 1);
}

static enum store_status put_pair (struct store_sqlite *self, enum put put, int64_t first,
                                   int64_t second)
{
    return put_row (self, put, (const int64_t[]){first, second}, 2);
}

static enum store_status put_record (struct store_sqlite *self, const struct record *record,
                                     int64_t at_ms)
{
    switch (record->type) {
    case RECORD_WAREHOUSE:
        return put_pair (self, PUT_WAREHOUSE, record->warehouse.epoch, record->warehouse.version);
    case RECORD_PRODUCT:
        return put_product (self, &record->product);
    case RECORD_LOT:
        return put_lot (self, &record->lot, at_ms);
    case RECORD_LOT_LEFT:
        return put_pair (self, PUT_LOT_LEFT, record->lot_left.lot, record->lot_left.left);
    case RECORD_ORDER:
        return put_order (self, &record->order, at_ms);
    case RECORD_FILL:
        return put_fill (self, &record->fill);
    case RECORD_ACCOUNT:
        return put_pair (self, PUT_ACCOUNT, record->account.node, record->account.balance_cents);
    case RECORD_TRADER:
        return put_trader (self, &record->trader);
    }
    snprintf (self->base.error, sizeof self->base.error, "no record has the type %d",
              (int) record->type);
    return STORE_FAILED;
}

// Undoes the batch; SQLite may have done so already. The error stays that of the batch.
static enum store_status roll_back (struct store_sqlite *self, enum store_status status)
{
    if (!sqlite3_get_autocommit (self->db)) {
        int rc = sqlite3_step (self->put[PUT_ROLLBACK]);
        sqlite3_reset (self->put[PUT_ROLLBACK]);
        if (rc != SQLITE_DONE) {
            return STORE_FAILED;
        }
    }
    return status;
}

// Moves what is in the WAL to the database. The batch is durable already, so that a lack of room
// or a reader in the way puts it off only; but whoever cannot sync or write here knows nothing
// about the next batch either.
static enum store_status checkpoint (struct store_sqlite *self)
{
    int rc = sqlite3_wal_checkpoint_v2 (self->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (rc == SQLITE_OK) {
        return STORE_OK;
    }
    int reason = 0;
    sqlite3_file_control (self->db, "main", SQLITE_FCNTL_LAST_ERRNO, &reason);
    return fail (self, rc, reason) == STORE_FULL ? STORE_OK : STORE_FAILED;
}

static int64_t now_ms (void)
{
    struct timespec now;
    clock_gettime (CLOCK_REALTIME, &now);
    return (int64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

enum store_status store_sqlite_write (store_t *store, const struct record *records, size_t count)
{
    struct store_sqlite *self = (struct store_sqlite *) store;
    int64_t at_ms = now_ms ();
    enum store_status status = step (self, PUT_BEGIN);
    for (size_t i = 0; i < count && status == STORE_OK; i++) {
        status = put_record (self, &records[i], at_ms);
    }
    if (status == STORE_OK) {
        status = step (self, PUT_COMMIT);
    }
    if (status != STORE_OK) {
        return roll_back (self, status);
    }
    return self->wal_pages < CHECKPOINT_PAGES ? STORE_OK : checkpoint (self);
}
