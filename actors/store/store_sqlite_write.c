// Writing a batch of records in one transaction.
//
// Every record may be written again and changes nothing then. A record that contradicts what is
// there (an order with another outcome, a lot that nobody brought) finds no row that fits it, and
// that is how it is found. What comes with every order is inserted as new, and looked for among
// what is there only when a key says that it is not.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "actors/store/store_schema.h"
#include "actors/store/store_sqlite.h"

#define COUNT(array) (sizeof (array) / sizeof *(array))

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

static void bind (struct store_sqlite *self, enum put put, const int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int rc = sqlite3_bind_int64 (self->put[put], (int) i + 1, values[i]);
        assert (rc == SQLITE_OK);
    }
}

// The first values are the key.
static enum store_status contradiction (struct store_sqlite *self, enum put put,
                                        const int64_t *values, size_t count)
{
    snprintf (self->base.error, sizeof self->base.error,
              "the %s of key %lld, %lld contradicts what the store holds",
              store_sqlite_put_names[put], (long long) values[0],
              (long long) (count > 1 ? values[1] : 0));
    return STORE_FAILED;
}

// Puts one row, of which the first values are the key.
static enum store_status put_row (struct store_sqlite *self, enum put put, const int64_t *values,
                                  size_t count)
{
    bind (self, put, values, count);
    enum store_status status = step (self, put);
    if (status == STORE_OK && sqlite3_changes (self->db) != 1) {
        return contradiction (self, put, values, count);
    }
    return status;
}

static bool is_key_taken (int rc)
{
    return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY
           || rc == SQLITE_CONSTRAINT_ROWID;
}

// Finds with the statement behind `put` the very row that is to be put; `id` gets the row's.
static enum store_status find_row (struct store_sqlite *self, enum put put, const int64_t *values,
                                   size_t count, int64_t *id)
{
    enum put again = put + 1;
    enum store_status status = STORE_OK;
    bind (self, again, values, count);
    int rc = sqlite3_step (self->put[again]);
    if (rc == SQLITE_ROW) {
        *id = sqlite3_column_int64 (self->put[again], 0);
    } else {
        status = rc == SQLITE_DONE ? contradiction (self, put, values, count)
                                   : fail (self, rc, wal_errno (self));
    }
    sqlite3_reset (self->put[again]);
    return status;
}

// Inserts a row; where its key is taken, it must be there already. `id` gets the row's, `known`
// whether it was there.
static enum store_status put_new (struct store_sqlite *self, enum put put, const int64_t *values,
                                  size_t count, int64_t *id, bool *known)
{
    bind (self, put, values, count);
    int rc = sqlite3_step (self->put[put]);
    enum store_status status = STORE_OK;
    *known = is_key_taken (rc);
    if (rc == SQLITE_DONE) {
        *id = sqlite3_last_insert_rowid (self->db);
    } else if (!*known) {
        status = fail (self, rc, wal_errno (self));
    }
    sqlite3_reset (self->put[put]);
    return *known ? find_row (self, put, values, count, id) : status;
}

static void bind_text (struct store_sqlite *self, enum put put, int position, const char *text)
{
    int rc = sqlite3_bind_text (self->put[put], position, text, -1, SQLITE_STATIC);
    assert (rc == SQLITE_OK);
}

static enum store_status put_lot (struct store_sqlite *self, const struct record_lot *lot,
                                  int64_t at_ms)
{
    const int64_t values[] = {lot->lot,     lot->seller,      lot->number,   lot->trader,
                              lot->product, lot->price_cents, lot->quantity, lot->left,
                              at_ms,        lot->rank};
    return put_row (self, PUT_LOT, values, COUNT (values));
}

// How many of the records behind an order are its fills, as far as there are places for them.
static size_t count_fills (const struct record *order, size_t count)
{
    size_t fills = 0;
    while (fills < STORE_FILL_PLACES && fills + 1 < count && order[fills + 1].type == RECORD_FILL
           && order[fills + 1].fill.buyer == order->order.buyer
           && order[fills + 1].fill.number == order->order.number) {
        fills++;
    }
    return fills;
}

// The last positions of an order's own values, of its first fill's, and of its time.
enum { ORDER_VALUES = 10, ORDER_FILL_VALUES = 15, ORDER_TIME = 16 };

static void bind_no_fill (struct store_sqlite *self, enum put put)
{
    for (int position = ORDER_VALUES + 1; position <= ORDER_FILL_VALUES; position++) {
        int rc = sqlite3_bind_null (self->put[put], position);
        assert (rc == SQLITE_OK);
    }
}

// Puts the row of an order, with its first fill if it has one. The seller's own number for the lot
// stands with the lot, the time is bound already.
static enum store_status put_order_row (struct store_sqlite *self, const struct record_order *order,
                                        const struct record_fill *fill, int64_t *id, bool *known)
{
    int64_t values[ORDER_FILL_VALUES] = {
        order->buyer,
        order->number,
        order->trader,
        order->product,
        order->quantity,
        order->all_or_nothing,
        store_schema_outcome (order->status),
        order->units,
        order->missing,
        order->amount_cents,
    };
    if (!fill) {
        bind_no_fill (self, PUT_ORDER);
        bind_no_fill (self, PUT_ORDER_AGAIN);
        return put_new (self, PUT_ORDER, values, ORDER_VALUES, id, known);
    }
    const int64_t first[] = {fill->lot, fill->seller, fill->units, fill->price_cents,
                             fill->commission_cents};
    static_assert (ORDER_VALUES + COUNT (first) == ORDER_FILL_VALUES, "one value a position");
    memcpy (&values[ORDER_VALUES], first, sizeof first);
    return put_new (self, PUT_ORDER, values, ORDER_FILL_VALUES, id, known);
}

// The further fills of an order that was there before must have been, too.
static enum store_status put_further_fill (struct store_sqlite *self,
                                           const struct record_fill *fill, int64_t id, bool known)
{
    const int64_t values[] = {id,          fill->lot,         fill->seller,
                              fill->units, fill->price_cents, fill->commission_cents};
    return known ? find_row (self, PUT_FILL, values, COUNT (values), &id)
                 : put_new (self, PUT_FILL, values, COUNT (values), &id, &known);
}

// Puts an order and its fills, which are behind it.
static enum store_status put_order (struct store_sqlite *self, const struct record *record,
                                    size_t fills)
{
    int64_t id;
    bool known;
    const struct record_fill *first = fills > 0 ? &record[1].fill : NULL;
    enum store_status status = put_order_row (self, &record->order, first, &id, &known);
    for (size_t place = 1; place < fills && status == STORE_OK; place++) {
        int64_t fill_id = id * STORE_FILL_PLACES + (int64_t) place;
        status = put_further_fill (self, &record[1 + place].fill, fill_id, known);
    }
    return status;
}

static enum store_status put_trader (struct store_sqlite *self, const struct record_trader *trader)
{
    const int64_t values[] = {trader->trader, trader->epoch, trader->nonce, trader->batch,
                              trader->applied};
    return put_row (self, PUT_TRADER, values, COUNT (values));
}

static enum store_status put_view (struct store_sqlite *self, const struct record_view *view)
{
    const char *state = store_schema_state_name (view->state);
    if (!state) {
        snprintf (self->base.error, sizeof self->base.error,
                  "the view of trader %lld is in no state that a view can be in",
                  (long long) view->trader);
        return STORE_FAILED;
    }
    const int64_t values[] = {view->trader, view->view,  view->began,
                              view->backup, view->taker, view->closed};
    bind_text (self, PUT_VIEW, COUNT (values) + 1, state);
    bind_text (self, PUT_VIEW, COUNT (values) + 2, view->router);
    return put_row (self, PUT_VIEW, values, COUNT (values));
}

static enum store_status put_warehouse (struct store_sqlite *self,
                                        const struct record_warehouse *warehouse)
{
    const int64_t values[] = {warehouse->epoch, warehouse->version, warehouse->market};
    return put_row (self, PUT_WAREHOUSE, values, COUNT (values));
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

// One that is over may be gone already.
static enum store_status put_lease (struct store_sqlite *self, const struct record_lease *lease)
{
    const int64_t values[] = {lease->trader, lease->lot, lease->units};
    if (lease->units == 0) {
        bind (self, PUT_LEASE_OVER, values, 2);
        return step (self, PUT_LEASE_OVER);
    }
    return put_row (self, PUT_LEASE, values, COUNT (values));
}

static enum store_status put_lease_state (struct store_sqlite *self,
                                          const struct record_lease_state *state)
{
    const int64_t values[] = {state->trader, state->product, state->epoch,
                              state->number, state->budget,  state->clean};
    return put_row (self, PUT_LEASE_STATE, values, COUNT (values));
}

static enum store_status put_seats (struct store_sqlite *self, const struct seating *seating)
{
    char text[SEATS_TEXT_BYTES];
    const int64_t values[] = {seating->term, seating->leader};
    if (!store_sqlite_seats_text (seating, text)) {
        snprintf (self->base.error, sizeof self->base.error, "a seating has too many seats");
        return STORE_FAILED;
    }
    bind_text (self, PUT_SEATS, COUNT (values) + 1, text);
    return put_row (self, PUT_SEATS, values, COUNT (values));
}

static enum store_status refuse_fill (struct store_sqlite *self, const struct record_fill *fill)
{
    snprintf (self->base.error, sizeof self->base.error,
              "a fill of order %lld of buyer %lld is not behind its order, or one too many",
              (long long) fill->number, (long long) fill->buyer);
    return STORE_FAILED;
}

// Puts the first of the records, and those behind it that go with it; `taken` tells how many.
static enum store_status put_records (struct store_sqlite *self, const struct record *record,
                                      size_t count, int64_t at_ms, size_t *taken)
{
    *taken = 1;
    switch (record->type) {
    case RECORD_WAREHOUSE:
        return put_warehouse (self, &record->warehouse);
    case RECORD_PRODUCT:
        return put_product (self, &record->product);
    case RECORD_LOT:
        return put_lot (self, &record->lot, at_ms);
    case RECORD_LOT_LEFT:
        return put_pair (self, PUT_LOT_LEFT, record->lot_left.lot, record->lot_left.left);
    case RECORD_ORDER:
        *taken += count_fills (record, count);
        return put_order (self, record, *taken - 1);
    case RECORD_FILL:
        return refuse_fill (self, &record->fill);
    case RECORD_ACCOUNT:
        return put_pair (self, PUT_ACCOUNT, record->account.node, record->account.balance_cents);
    case RECORD_TRADER:
        return put_trader (self, &record->trader);
    case RECORD_VIEW:
        return put_view (self, &record->view);
    case RECORD_LEASE:
        return put_lease (self, &record->lease);
    case RECORD_LEASE_STATE:
        return put_lease_state (self, &record->lease_state);
    case RECORD_SEATS:
        return put_seats (self, &record->seats.seating);
    default:
        break;  // Those of a trader's journal are not kept here.
    }
    snprintf (self->base.error, sizeof self->base.error, "no record of a warehouse has the type %d",
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
// about the next batch either. What a reader keeps here is tried again when as much more has come,
// so that a long look at the store costs the market nothing.
static enum store_status checkpoint (struct store_sqlite *self)
{
    self->checkpoint_pages = self->wal_pages + CHECKPOINT_PAGES;
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
    size_t taken;
    sqlite3_bind_int64 (self->put[PUT_ORDER], ORDER_TIME, at_ms);
    for (size_t i = 0; i < count && status == STORE_OK; i += taken) {
        status = put_records (self, &records[i], count - i, at_ms, &taken);
    }
    if (status == STORE_OK) {
        status = step (self, PUT_COMMIT);
    }
    if (status != STORE_OK) {
        return roll_back (self, status);
    }
    return self->wal_pages < self->checkpoint_pages ? STORE_OK : checkpoint (self);
}
