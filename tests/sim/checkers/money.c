// I6, money: each fill moves its amount, in whole cents, from the buyer to the seller and the
// trader, and nothing else moves any; so all accounts sum to zero. When all is quiet, the book of
// each client is the ledger's.
#include <inttypes.h>
#include <stdlib.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/client_books.h"
#include "tests/sim/checkers/shelf.h"

struct lot {
    int64_t id;
    int64_t seller;
    int64_t number;
    int64_t price_cents;
    UT_hash_handle hh;
};

struct account {
    int64_t node;
    int64_t balance_cents;   // that all fills so far make
    int64_t recorded_cents;  // that the warehouse has stored last
    bool touched;            // in this batch
    struct account *next_touched;
    UT_hash_handle hh;
};

struct money {
    const struct rules *rules;
    client_books_t *books;
    struct shelf shelf;
    struct account *accounts;
    struct lot *lots;
    struct account *touched;
    const struct record_order *order;  // whose fills follow; NULL: none
    int64_t filled_cents;              // of it so far
};

static void *money_make (const struct rules *rules)
{
    struct money *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->books = client_books_new ();
    return self;
}

static void money_destroy (void *context)
{
    struct money *self = context;
    HASH_CLEAR (hh, self->accounts);
    HASH_CLEAR (hh, self->lots);
    client_books_destroy (&self->books);
    shelf_free (&self->shelf);
    free (self);
}

static struct account *account_of (struct money *self, int64_t node)
{
    struct account *account;
    HASH_FIND (hh, self->accounts, &node, sizeof node, account);
    if (!account) {
        account = shelf_take (&self->shelf, sizeof *account);
        account->node = node;
        HASH_ADD (hh, self->accounts, node, sizeof account->node, account);
    }
    return account;
}

static void touch (struct money *self, struct account *account)
{
    if (!account->touched) {
        account->touched = true;
        account->next_touched = self->touched;
        self->touched = account;
    }
}

static void move (struct money *self, int64_t node, int64_t cents)
{
    struct account *account = account_of (self, node);
    account->balance_cents += cents;
    touch (self, account);
}

static void see_lot (struct money *self, const struct record_lot *record)
{
    struct lot *lot = shelf_take (&self->shelf, sizeof *lot);
    lot->id = record->lot;
    lot->seller = record->seller;
    lot->number = record->number;
    lot->price_cents = record->price_cents;
    HASH_ADD (hh, self->lots, id, sizeof lot->id, lot);
}

static bool see_fill (struct money *self, const struct record_fill *record, char *text)
{
    const struct record_order *order = self->order;
    if (!order || order->buyer != record->buyer || order->number != record->number
        || order->trader != record->trader) {
        return complain (text,
                         "a fill of order %" PRId64 " of buyer %" PRId64 " by trader %" PRId64
                         " does not follow such an order",
                         record->number, record->buyer, record->trader);
    }
    struct lot *lot;
    HASH_FIND (hh, self->lots, &record->lot, sizeof record->lot, lot);
    if (!lot || lot->seller != record->seller || lot->number != record->seller_number) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " pays seller %" PRId64
                         " for lot %" PRId64 " as its number %" PRId64 ", which is not so",
                         record->number, record->buyer, record->seller, record->lot,
                         record->seller_number);
    }
    if (record->price_cents != lot->price_cents) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " pays %" PRId64
                         " cents a unit of lot %" PRId64 ", which costs %" PRId64,
                         record->number, record->buyer, record->price_cents, lot->id,
                         lot->price_cents);
    }
    int64_t amount_cents = record->units * record->price_cents;
    int64_t commission_cents = amount_cents * self->rules->commission_percent / 100;
    if (record->commission_cents != commission_cents) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " brings its trader %" PRId64
                         " cents for lot %" PRId64 ", it should %" PRId64,
                         record->number, record->buyer, record->commission_cents, lot->id,
                         commission_cents);
    }
    self->filled_cents += amount_cents;
    move (self, record->buyer, -amount_cents);
    move (self, record->seller, amount_cents - commission_cents);
    move (self, record->trader, commission_cents);
    return true;
}

// All fills of the last order have been seen.
static bool close_order (struct money *self, char *text)
{
    const struct record_order *order = self->order;
    self->order = NULL;
    if (order && order->amount_cents != self->filled_cents) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " costs %" PRId64
                         " cents, its fills %" PRId64,
                         order->number, order->buyer, order->amount_cents, self->filled_cents);
    }
    return true;
}

static bool close_batch (struct money *self, char *text)
{
    while (self->touched) {
        struct account *account = self->touched;
        self->touched = account->next_touched;
        account->touched = false;
        if (account->recorded_cents != account->balance_cents) {
            return complain (text,
                             "account %" PRId64 " is stored with %" PRId64
                             " cents, its sales make %" PRId64,
                             account->node, account->recorded_cents, account->balance_cents);
        }
    }
    return true;
}

static bool see_record (struct money *self, const struct record *record, char *text)
{
    if (record->type != RECORD_FILL && !close_order (self, text)) {
        return false;
    }
    switch (record->type) {
    case RECORD_LOT:
        see_lot (self, &record->lot);
        break;
    case RECORD_ORDER:
        self->order = &record->order;
        self->filled_cents = 0;
        break;
    case RECORD_FILL:
        return see_fill (self, &record->fill, text);
    case RECORD_ACCOUNT: {
        struct account *account = account_of (self, record->account.node);
        account->recorded_cents = record->account.balance_cents;
        touch (self, account);
        break;
    }
    default:
        break;
    }
    return true;
}

static bool see_batch (struct money *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (!see_record (self, &fact->records[i], text)) {
            return false;
        }
    }
    return close_order (self, text) && close_batch (self, text);
}

static bool money_see (void *context, const struct fact *fact, char *text)
{
    struct money *self = context;
    return (fact->type != FACT_STORED || see_batch (self, fact, text))
           && client_books_see (self->books, fact, text);
}

const struct checker_class money_checker = {
    .name = "money",
    .about = "I6: each fill is paid to the cent, and the clients' books are the ledger's",
    .make = money_make,
    .see = money_see,
    .destroy = money_destroy,
};
