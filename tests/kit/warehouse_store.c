#include "tests/kit/warehouse_store.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "tests/kit/used_numbers.h"

// What a record is of. Fills have the lot as their third part, all others have 0.
struct key {
    int64_t type;
    int64_t a;
    int64_t b;
    int64_t c;
};

struct row {
    struct key key;
    struct record record;
    char name[LIMIT_ENDPOINT + 1];  // a product's, or the router of a view
    int64_t seats[LIMIT_VECTOR];
    UT_hash_handle hh;
};

struct wh_store {
    struct row *rows;  // uthash
};

struct wh_store *wh_store_new (void)
{
    struct wh_store *self = calloc (1, sizeof *self);
    ck_assert_ptr_nonnull (self);
    return self;
}

void wh_store_destroy (struct wh_store **self_p)
{
    struct wh_store *self = *self_p;
    if (!self) {
        return;
    }
    struct row *row;
    struct row *next;
    HASH_ITER (hh, self->rows, row, next) {
        HASH_DEL (self->rows, row);
        free (row);
    }
    free (self);
    *self_p = NULL;
}

static struct key key_of (const struct record *record)
{
    struct key key = {.type = record->type};
    switch (record->type) {
    case RECORD_WAREHOUSE:
    case RECORD_SEATS:
        break;
    case RECORD_PRODUCT:
        key.a = record->product.product;
        break;
    case RECORD_LOT:
        key.a = record->lot.lot;
        break;
    case RECORD_LOT_LEFT:
        key.type = RECORD_LOT;
        key.a = record->lot_left.lot;
        break;
    case RECORD_ORDER:
        key.a = record->order.buyer;
        key.b = record->order.number;
        break;
    case RECORD_FILL:
        key.type = RECORD_ORDER;  // Its fills are loaded right behind an order.
        key.a = record->fill.buyer;
        key.b = record->fill.number;
        key.c = record->fill.lot;
        break;
    case RECORD_ACCOUNT:
        key.a = record->account.node;
        break;
    case RECORD_TRADER:
        key.a = record->trader.trader;
        break;
    case RECORD_VIEW:
        key.a = record->view.trader;
        break;
    case RECORD_LEASE:
        key.a = record->lease.trader;
        key.b = record->lease.lot;
        break;
    case RECORD_LEASE_STATE:
        key.a = record->lease_state.trader;
        key.b = record->lease_state.product;
        break;
    default:
        ck_abort_msg ("a warehouse makes no record of type %d", (int) record->type);
    }
    return key;
}

static struct row *find (const struct wh_store *self, struct key key)
{
    struct row *row;
    HASH_FIND (hh, self->rows, &key, sizeof key, row);
    return row;
}

// Facts that happened once cannot happen again, or differently.
static bool is_fact (enum record_type type)
{
    return type == RECORD_PRODUCT || type == RECORD_LOT || type == RECORD_ORDER
           || type == RECORD_FILL;
}

void wh_store_put (struct wh_store *self, const struct record *record)
{
    struct key key = key_of (record);
    struct row *row = find (self, key);
    if (record->type == RECORD_LOT_LEFT) {
        ck_assert_msg (row != NULL, "lot %lld has units left and never came", (long long) key.a);
        row->record.lot.left = record->lot_left.left;
        return;
    }
    ck_assert_msg (!row || !is_fact (record->type), "record type %d of %lld, %lld is told twice",
                   (int) record->type, (long long) key.a, (long long) key.b);
    if (!row) {
        row = calloc (1, sizeof *row);
        ck_assert_ptr_nonnull (row);
        row->key = key;
        HASH_ADD (hh, self->rows, key, sizeof row->key, row);
    }
    if (record->type == RECORD_SEATS) {
        const struct seating *seating = &record->seats.seating;
        ck_assert_msg (seating->term == row->record.seats.seating.term + 1,
                       "term %lld is not the next one", (long long) seating->term);
        memcpy (row->seats, seating->seats, seating->seat_count * sizeof *row->seats);
    }
    row->record = *record;
    if (record->type == RECORD_SEATS) {
        row->record.seats.seating.seats = row->seats;
    } else if (record->type == RECORD_PRODUCT) {
        strcpy (row->name, record->product.name);
        row->record.product.name = row->name;
    } else if (record->type == RECORD_VIEW) {
        strcpy (row->name, record->view.router);
        row->record.view.router = row->name;
    }
}

// The place of a type in the order of store_load.
static int rank (int64_t type)
{
    static const int ranks[] = {
        [RECORD_WAREHOUSE] = 0,   [RECORD_SEATS] = 1,  [RECORD_PRODUCT] = 2, [RECORD_LOT] = 3,
        [RECORD_ACCOUNT] = 4,     [RECORD_TRADER] = 5, [RECORD_VIEW] = 6,    [RECORD_LEASE] = 7,
        [RECORD_LEASE_STATE] = 8, [RECORD_ORDER] = 9,
    };
    return ranks[type];
}

static int compare (int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

// Orders, each with its fills behind it, stay in the order in which they came.
static int by_load_order (const struct row *a, const struct row *b)
{
    int order = rank (a->key.type) - rank (b->key.type);
    if (order || a->key.type == RECORD_ORDER) {
        return order;
    }
    order = compare (a->key.a, b->key.a);
    return order ? order : compare (a->key.b, b->key.b);
}

// The highest number that a seller used for a lot, or a buyer for an order.
static int64_t highest (const struct wh_store *self, enum record_type type, int64_t client)
{
    int64_t highest = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        const struct record *record = &row->record;
        int64_t number = 0;
        if (record->type == type && type == RECORD_LOT && record->lot.seller == client) {
            number = record->lot.number;
        } else if (record->type == type && type == RECORD_ORDER && row->key.a == client) {
            number = record->order.number;
        }
        highest = number > highest ? number : highest;
    }
    return highest;
}

static bool is_loaded (const struct wh_store *self, const struct row *row, int64_t kept)
{
    const struct record_lot *lot = &row->record.lot;
    switch (row->record.type) {
    case RECORD_LOT:
        return lot->left > 0 || lot->number > highest (self, RECORD_LOT, lot->seller) - kept;
    case RECORD_LEASE:
        return row->record.lease.units > 0;
    case RECORD_ORDER:
    case RECORD_FILL:
        return row->key.b > highest (self, RECORD_ORDER, row->key.a) - kept;
    default:
        return true;
    }
}

static bool load_skipped (const struct wh_store *self, int64_t kept, store_visit_fn *visit,
                          void *context)
{
    struct used_numbers used = {0};
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        if (row->record.type == RECORD_LOT) {
            used_add (&used, row->record.lot.seller, row->record.lot.number);
        } else if (row->record.type == RECORD_ORDER) {
            used_add (&used, row->record.order.buyer, row->record.order.number);
        }
    }
    bool loaded = used_load_skipped (&used, kept, visit, context);
    used_clear (&used);
    return loaded;
}

bool wh_store_load (struct wh_store *self, int64_t answers_kept, store_visit_fn *visit,
                    void *context)
{
    HASH_SORT (self->rows, by_load_order);
    for (struct row *row = self->rows; row; row = row->hh.next) {
        if (row->record.type == RECORD_PRODUCT) {
            row->record.product.stocked = wh_store_restocked (self, row->key.a);
            row->record.product.oversold = wh_store_oversold (self, row->key.a);
        }
        if (is_loaded (self, row, answers_kept) && !visit (context, &row->record)) {
            return false;
        }
    }
    return load_skipped (self, answers_kept, visit, context);
}

int64_t wh_store_restocked (const struct wh_store *self, int64_t product)
{
    int64_t units = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        bool counts = row->record.type == RECORD_LOT && row->record.lot.product == product;
        units += counts ? row->record.lot.quantity : 0;
    }
    return units;
}

int64_t wh_store_left (const struct wh_store *self, int64_t product)
{
    int64_t units = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        bool counts = row->record.type == RECORD_LOT && row->record.lot.product == product;
        units += counts ? row->record.lot.left : 0;
    }
    return units;
}

int64_t wh_store_sold (const struct wh_store *self, int64_t product)
{
    int64_t units = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        bool counts = row->record.type == RECORD_ORDER && row->record.order.product == product;
        units += counts ? row->record.order.units : 0;
    }
    return units;
}

int64_t wh_store_oversold (const struct wh_store *self, int64_t product)
{
    int64_t units = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        bool counts = row->record.type == RECORD_ORDER && row->record.order.product == product;
        units += counts ? row->record.order.missing : 0;
    }
    return units;
}

int64_t wh_store_leased (const struct wh_store *self, int64_t product)
{
    int64_t units = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        if (row->record.type == RECORD_LEASE) {
            const struct row *lot =
                find (self, (struct key){.type = RECORD_LOT, .a = row->record.lease.lot});
            bool counts = lot && lot->record.lot.product == product;
            units += counts ? row->record.lease.units : 0;
        }
    }
    return units;
}

int64_t wh_store_balance (const struct wh_store *self, int64_t node)
{
    const struct row *row = find (self, (struct key){.type = RECORD_ACCOUNT, .a = node});
    return row ? row->record.account.balance_cents : 0;
}

// Fails the test. Passing here costs nothing, other than ck_assert, which notes each line.
static void must (bool holds, const char *what, int64_t a, int64_t b)
{
    if (!holds) {
        ck_abort_msg ("stored records: %s (%lld, %lld)", what, (long long) a, (long long) b);
    }
}

static void check_fill (struct wh_store *self, const struct record_fill *fill, int64_t *sums)
{
    const struct row *lot = find (self, (struct key){.type = RECORD_LOT, .a = fill->lot});
    const struct row *order =
        find (self, (struct key){.type = RECORD_ORDER, .a = fill->buyer, .b = fill->number});
    must (lot && order, "a fill without its lot or order", fill->buyer, fill->number);
    must (lot->record.lot.seller == fill->seller && lot->record.lot.number == fill->seller_number
              && lot->record.lot.price_cents == fill->price_cents,
          "a fill differs from its lot", fill->buyer, fill->number);
    must (lot->record.lot.product == order->record.order.product
              && order->record.order.trader == fill->trader,
          "a fill differs from its order", fill->buyer, fill->number);
    int64_t amount = fill->units * fill->price_cents;
    must (fill->units >= 1 && fill->commission_cents >= 0 && fill->commission_cents <= amount,
          "a fill of nothing, or for too much", fill->units, fill->commission_cents);
    sums[fill->buyer] -= amount;
    sums[fill->seller] += amount - fill->commission_cents;
    sums[fill->trader] += fill->commission_cents;
}

static void check_order (const struct wh_store *self, const struct record_order *order)
{
    int64_t units = 0;
    int64_t amount = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        const struct record_fill *fill = &row->record.fill;
        if (row->record.type == RECORD_FILL && fill->buyer == order->buyer
            && fill->number == order->number) {
            units += fill->units;
            amount += fill->units * fill->price_cents;
        }
    }
    must (order->units == units && order->amount_cents == amount,
          "an order is not what its fills sum to", order->buyer, order->number);
    must (order->missing >= 0 && order->units + order->missing <= order->quantity
              && (order->missing > 0) == (order->status == STATUS_OVERSOLD)
              && (order->units > 0 || order->status != STATUS_SOLD)
              && (!order->all_or_nothing || order->units == 0 || order->units == order->quantity),
          "an order's status does not fit its units", order->buyer, order->number);
}

static void check_lot (const struct wh_store *self, const struct record_lot *lot)
{
    int64_t units = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        bool counts = row->record.type == RECORD_FILL && row->record.fill.lot == lot->lot;
        units += counts ? row->record.fill.units : 0;
    }
    int64_t leased = 0;
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        bool counts = row->record.type == RECORD_LEASE && row->record.lease.lot == lot->lot;
        leased += counts ? row->record.lease.units : 0;
    }
    must (leased <= lot->left, "more of a lot is leased than is left", leased, lot->left);
    must (lot->left >= 0 && lot->quantity == lot->left + units, "a lot's units are not conserved",
          lot->lot, lot->left);
}

static void check_accounts (const struct wh_store *self, const int64_t *sums)
{
    int64_t all = 0;
    for (int64_t node = 0; node <= LIMIT_NODE; node++) {
        must (sums[node] == 0 || wh_store_balance (self, node) == sums[node],
              "an account is not what its fills sum to", node, sums[node]);
    }
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        const struct record_account *account = &row->record.account;
        if (row->record.type == RECORD_ACCOUNT) {
            must (account->balance_cents == sums[account->node],
                  "an account holds more than its fills sum to", account->node,
                  account->balance_cents);
            all += account->balance_cents;
        }
    }
    must (all == 0, "the accounts do not sum to zero", all, 0);
}

void wh_store_check (struct wh_store *self)
{
    static int64_t sums[LIMIT_NODE + 1];  // what the fills make of each account
    memset (sums, 0, sizeof sums);
    for (const struct row *row = self->rows; row; row = row->hh.next) {
        switch (row->record.type) {
        case RECORD_FILL:
            check_fill (self, &row->record.fill, sums);
            break;
        case RECORD_ORDER:
            check_order (self, &row->record.order);
            break;
        case RECORD_LOT:
            check_lot (self, &row->record.lot);
            break;
        default:
            break;
        }
    }
    check_accounts (self, sums);
}
