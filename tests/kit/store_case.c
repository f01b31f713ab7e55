#include "tests/kit/store_case.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512 };  // more than any record has

static char folder[64];
static char text[STORE_TEXT_BYTES];
static size_t text_length;

const char *store_case_begin (void)
{
    static char path[sizeof folder + 16];
    strcpy (folder, "/tmp/souk-store-XXXXXX");
    ck_assert_ptr_nonnull (mkdtemp (folder));
    snprintf (path, sizeof path, "%s/souk.db", folder);
    return path;
}

void store_case_end (void)
{
    char command[sizeof folder + 16];
    snprintf (command, sizeof command, "rm -r '%s'", folder);
    ck_assert_int_eq (system (command), 0);
}

// 20 % commission. Buyer 7 empties two lots in part and in full, buyer 8 gets nothing.
const struct record market[] = {
    {.type = RECORD_PRODUCT, .product = {1, "apple", 0, 0}},
    {.type = RECORD_PRODUCT, .product = {2, "pear", 0, 0}},
    {.type = RECORD_LOT, .lot = {1, 9, 1, 1, 1, 100, 10, 10, 0}},
    {.type = RECORD_LOT, .lot = {2, 10, 1, 2, 1, 110, 5, 5, 12}},
    {.type = RECORD_LOT, .lot = {3, 9, 2, 1, 2, 7, 3, 3, 0}},
    {.type = RECORD_ORDER, .order = {7, 1, 1, 1, 12, true, STATUS_SOLD, 12, 0, 1220}},
    {.type = RECORD_FILL, .fill = {7, 1, 1, 9, 1, 1, 10, 100, 200}},
    {.type = RECORD_FILL, .fill = {7, 1, 2, 10, 1, 1, 2, 110, 44}},
    {.type = RECORD_ORDER, .order = {7, 2, 2, 2, 5, false, STATUS_SOLD, 3, 0, 21}},
    {.type = RECORD_FILL, .fill = {7, 2, 3, 9, 2, 2, 3, 7, 4}},
    {.type = RECORD_ORDER, .order = {8, 1, 1, 2, 1, false, STATUS_OUT_OF_STOCK, 0, 0, 0}},
    {.type = RECORD_ORDER, .order = {8, 2, 2, 1, 4, true, STATUS_OVERSOLD, 0, 4, 0}},
    {.type = RECORD_ORDER, .order = {8, 3, 2, 0, 1, false, STATUS_OUT_OF_STOCK, 0, 0, 0}},
    {.type = RECORD_ORDER, .order = {8, 4, 1, 1, 900, false, STATUS_TOO_MANY_LOTS, 0, 0, 0}},
    {.type = RECORD_LOT_LEFT, .lot_left = {1, 0}},
    {.type = RECORD_LOT_LEFT, .lot_left = {2, 3}},
    {.type = RECORD_LOT_LEFT, .lot_left = {3, 0}},
    {.type = RECORD_ACCOUNT, .account = {10, 176}},
    {.type = RECORD_ACCOUNT, .account = {9, 817}},
    {.type = RECORD_ACCOUNT, .account = {7, -1241}},
    {.type = RECORD_ACCOUNT, .account = {1, 244}},
    {.type = RECORD_ACCOUNT, .account = {2, 4}},
    {.type = RECORD_TRADER, .trader = {2, 1, 22, 4, 3}},
    {.type = RECORD_TRADER, .trader = {1, 2, 11, 5, 0}},
    {.type = RECORD_VIEW, .view = {2, 1, 1, MEMBER_LIVE, 1, 0, 0, "tcp://127.0.0.1:5562"}},
    {.type = RECORD_VIEW, .view = {1, 4, 2, MEMBER_LIVE, 0, 0, 2, "tcp://127.0.0.1:5560"}},
    {.type = RECORD_LEASE_STATE, .lease_state = {2, 1, 1, 6, 1, false}},
    {.type = RECORD_LEASE_STATE, .lease_state = {1, 2, 2, 4, 0, true}},
    {.type = RECORD_LEASE, .lease = {2, 2, 2}},
    {.type = RECORD_LEASE, .lease = {1, 3, 0}},
    {.type = RECORD_SEATS, .seats = {{3, 2, (const int64_t[]){1, 2}, 2}}},
    {.type = RECORD_WAREHOUSE, .warehouse = {3, 9, 77}},
};
const size_t market_count = sizeof market / sizeof *market;

const char market_text[] =
    "warehouse epoch 3 version 9 market 77\n"
    "term 3 leader 2 seats 1 2\n"
    "product 1 apple stocked 15 oversold 4\n"
    "product 2 pear stocked 3 oversold 0\n"
    "lot 1 seller 9/1 trader 1 product 1 price 100 quantity 10 left 0 rank 0\n"
    "lot 2 seller 10/1 trader 2 product 1 price 110 quantity 5 left 3 rank 12\n"
    "lot 3 seller 9/2 trader 1 product 2 price 7 quantity 3 left 0 rank 0\n"
    "account 1 244\n"
    "account 2 4\n"
    "account 7 -1241\n"
    "account 9 817\n"
    "account 10 176\n"
    "trader 1 epoch 2 nonce 11 batch 5 applied 0\n"
    "trader 2 epoch 1 nonce 22 batch 4 applied 3\n"
    "view 4 of 1 live began 2 backup 0 taker 0 closed 2 at tcp://127.0.0.1:5560\n"
    "view 1 of 2 live began 1 backup 1 taker 0 closed 0 at tcp://127.0.0.1:5562\n"
    "lease of trader 2 lot 2 units 2\n"
    "leases of trader 1 product 2 epoch 2 number 4 budget 0 clean 1\n"
    "leases of trader 2 product 1 epoch 1 number 6 budget 1 clean 0\n"
    "order 7/1 trader 1 product 1 quantity 12 all sold units 12 missing 0 amount 1220\n"
    "fill 7/1 lot 1 seller 9/1 trader 1 units 10 price 100 commission 200\n"
    "fill 7/1 lot 2 seller 10/1 trader 1 units 2 price 110 commission 44\n"
    "order 7/2 trader 2 product 2 quantity 5 part sold units 3 missing 0 amount 21\n"
    "fill 7/2 lot 3 seller 9/2 trader 2 units 3 price 7 commission 4\n"
    "order 8/1 trader 1 product 2 quantity 1 part out_of_stock units 0 missing 0 amount 0\n"
    "order 8/2 trader 2 product 1 quantity 4 all oversold units 0 missing 4 amount 0\n"
    "order 8/3 trader 2 product 0 quantity 1 part out_of_stock units 0 missing 0 amount 0\n"
    "order 8/4 trader 1 product 1 quantity 900 part too_many_lots units 0 missing 0 amount 0\n";

static void add_numbers (const char *format, const int64_t *n)
{
    ck_assert_uint_lt (text_length + LINE_BYTES, sizeof text);
    for (; *format; format++) {
        char *end = text + text_length;
        if (*format == '#') {
            text_length += (size_t) snprintf (end, sizeof text - text_length, "%" PRId64, *n++);
        } else {
            end[0] = *format;
            end[1] = 0;
            text_length++;
        }
    }
}

static void add_order (const struct record_order *order)
{
    char format[160];
    snprintf (format, sizeof format,
              "order #/# trader # product # quantity # %s %s units # missing # amount #\n",
              order->all_or_nothing ? "all" : "part", status_name (order->status));
    add_numbers (format,
                 (int64_t[]){order->buyer, order->number, order->trader, order->product,
                             order->quantity, order->units, order->missing, order->amount_cents});
}

static void add_view (const struct record_view *view)
{
    char format[64 + LIMIT_ENDPOINT];
    snprintf (format, sizeof format, "view # of # %s began # backup # taker # closed # at %s\n",
              member_state_name (view->state), view->router);
    add_numbers (format, (int64_t[]){view->view, view->trader, view->began, view->backup,
                                     view->taker, view->closed});
}

static void add_leases (const struct record_lease_state *leases)
{
    add_numbers ("leases of trader # product # epoch # number # budget # clean #\n",
                 (int64_t[]){leases->trader, leases->product, leases->epoch, leases->number,
                             leases->budget, leases->clean});
}

static void add_seating (const struct seating *seating)
{
    add_numbers ("term # leader # seats", (int64_t[]){seating->term, seating->leader});
    for (size_t i = 0; i < seating->seat_count; i++) {
        add_numbers (" #", &seating->seats[i]);
    }
    add_numbers ("\n", NULL);
}

static void add_fill (const struct record_fill *fill)
{
    add_numbers ("fill #/# lot # seller #/# trader # units # price # commission #\n",
                 (int64_t[]){fill->buyer, fill->number, fill->lot, fill->seller,
                             fill->seller_number, fill->trader, fill->units, fill->price_cents,
                             fill->commission_cents});
}

static bool add_record (void *context, const struct record *record)
{
    (void) context;
    char format[160];
    const struct record_lot *lot = &record->lot;
    const struct record_trader *trader = &record->trader;
    switch (record->type) {
    case RECORD_WAREHOUSE:
        add_numbers ("warehouse epoch # version # market #\n",
                     (int64_t[]){record->warehouse.epoch, record->warehouse.version,
                                 record->warehouse.market});
        return true;
    case RECORD_PRODUCT:
        snprintf (format, sizeof format, "product # %s stocked # oversold #\n",
                  record->product.name);
        add_numbers (format, (int64_t[]){record->product.product, record->product.stocked,
                                         record->product.oversold});
        return true;
    case RECORD_LOT:
        add_numbers ("lot # seller #/# trader # product # price # quantity # left # rank #\n",
                     (int64_t[]){lot->lot, lot->seller, lot->number, lot->trader, lot->product,
                                 lot->price_cents, lot->quantity, lot->left, lot->rank});
        return true;
    case RECORD_ORDER:
        add_order (&record->order);
        return true;
    case RECORD_FILL:
        add_fill (&record->fill);
        return true;
    case RECORD_ACCOUNT:
        add_numbers ("account # #\n",
                     (int64_t[]){record->account.node, record->account.balance_cents});
        return true;
    case RECORD_TRADER:
        add_numbers ("trader # epoch # nonce # batch # applied #\n",
                     (int64_t[]){trader->trader, trader->epoch, trader->nonce, trader->batch,
                                 trader->applied});
        return true;
    case RECORD_VIEW:
        add_view (&record->view);
        return true;
    case RECORD_LEASE:
        add_numbers ("lease of trader # lot # units #\n",
                     (int64_t[]){record->lease.trader, record->lease.lot, record->lease.units});
        return true;
    case RECORD_LEASE_STATE:
        add_leases (&record->lease_state);
        return true;
    case RECORD_SEATS:
        add_seating (&record->seats.seating);
        return true;
    case RECORD_SKIPPED:
        add_numbers (
            "skipped # from # to #\n",
            (int64_t[]){record->skipped.client, record->skipped.first, record->skipped.last});
        return true;
    default:
        ck_abort_msg ("a load hands over no record of type %d", (int) record->type);
    }
    return false;
}

store_t *must_open (const char *path)
{
    char error[256] = "";
    store_t *store = store_open (path, error, sizeof error);
    ck_assert_msg (store != NULL, "%s", error);
    return store;
}

void must_write (store_t *store, const struct record *records, size_t count)
{
    enum store_status status = store_write (store, records, count);
    ck_assert_msg (status == STORE_OK, "status %d: %s", (int) status, store_error (store));
}

const char *load_text (store_t *store, int64_t answers_kept)
{
    text[0] = 0;
    text_length = 0;
    enum store_status status = store_load (store, answers_kept, add_record, NULL);
    ck_assert_msg (status == STORE_OK, "status %d: %s", (int) status, store_error (store));
    return text;
}

const char *load_file (const char *path, int64_t answers_kept)
{
    store_t *store = must_open (path);
    load_text (store, answers_kept);
    store_close (&store);
    return text;
}

void run_sql (const char *path, const char *sql)
{
    sqlite3 *db;
    char *error = NULL;
    ck_assert_int_eq (sqlite3_open (path, &db), SQLITE_OK);
    sqlite3_exec (db, "PRAGMA ignore_check_constraints = 1", NULL, NULL, NULL);
    sqlite3_exec (db, sql, NULL, NULL, &error);
    ck_assert_msg (error == NULL, "%s: %s", sql, error);
    ck_assert_int_eq (sqlite3_close (db), SQLITE_OK);
}

int64_t ask_sql (const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    ck_assert_int_eq (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    ck_assert_int_eq (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq (sqlite3_step (statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64 (statement, 0);
    sqlite3_finalize (statement);
    sqlite3_close (db);
    return answer;
}
