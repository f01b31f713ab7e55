// I1, conservation: every unit that came is unsold or sold, once, and what is unsold is free or
// leased to one trader. Held lot by lot after each batch of records, so it holds for each product:
// what came = what is free + what is leased and unsold + what was sold.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/final_answer.h"
#include "tests/sim/checkers/lease_book.h"
#include "tests/sim/checkers/shelf.h"

struct lot {
    int64_t id;
    int64_t product;
    int64_t seller;
    int64_t rank;  // by which it sells; 0: as it came
    int64_t quantity;
    int64_t left;  // as recorded last
    int64_t sold;  // by all fills
    bool touched;  // in this batch
    struct lot *next_touched;
    UT_hash_handle hh;
};

struct request {
    struct request_name name;
    bool lot;  // else an order
    UT_hash_handle hh;
};

struct product {
    char name[LIMIT_PRODUCT_NAME + 1];
    bool may_oversell;
    bool leased;     // is sold from leases
    int64_t unsold;  // units, as of the last record
};

struct conservation {
    const struct rules *rules;
    bool any_cached;  // some product is, or may be
    lease_book_t *leases;
    struct shelf shelf;
    struct lot *lots;
    int64_t last_lot;
    struct request *requests;
    struct product products[LIMIT_PRODUCTS];  // by id, from 1
    int64_t product_count;
    struct lot *touched;
    const struct record_order *order;  // whose fills follow; NULL: none
    int64_t filled;                    // units of it so far
    int64_t fills;
    int64_t filled_from[LIMIT_FILLS];  // the lots of these
};

static void *conservation_make (const struct rules *rules)
{
    struct conservation *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->any_cached = rules_any (rules, MODE_CACHED) || rules_any (rules, MODE_BATCHED);
    self->leases = lease_book_new (rules);
    return self;
}

static void conservation_destroy (void *context)
{
    struct conservation *self = context;
    HASH_CLEAR (hh, self->lots);
    HASH_CLEAR (hh, self->requests);
    lease_book_destroy (&self->leases);
    shelf_free (&self->shelf);
    free (self);
}

static struct lot *find_lot (const struct conservation *self, int64_t id)
{
    struct lot *lot;
    HASH_FIND (hh, self->lots, &id, sizeof id, lot);
    return lot;
}

static void touch (struct conservation *self, struct lot *lot)
{
    if (!lot->touched) {
        lot->touched = true;
        lot->next_touched = self->touched;
        self->touched = lot;
    }
}

// A number that names one request already cannot name another.
static bool add_request (struct conservation *self, int64_t client, int64_t number, bool lot,
                         char *text)
{
    struct request_name name = {client, number};
    struct request *request;
    HASH_FIND (hh, self->requests, &name, sizeof name, request);
    if (request) {
        return complain (text,
                         "number %" PRId64 " of client %" PRId64 " is stored twice: as %s "
                         "and as %s",
                         number, client, request->lot ? "a lot" : "an order",
                         lot ? "a lot" : "an order");
    }
    request = shelf_take (&self->shelf, sizeof *request);
    request->name = name;
    request->lot = lot;
    HASH_ADD (hh, self->requests, name, sizeof name, request);
    return true;
}

static bool see_product (struct conservation *self, const struct record_product *record, char *text)
{
    if (record->product != self->product_count + 1 || record->product > LIMIT_PRODUCTS) {
        return complain (text, "product %s has the id %" PRId64 ", the last one had %" PRId64,
                         record->name, record->product, self->product_count);
    }
    for (int64_t i = 0; i < self->product_count; i++) {
        if (strcmp (self->products[i].name, record->name) == 0) {
            return complain (text, "product %s has two ids: %" PRId64 " and %" PRId64, record->name,
                             i + 1, record->product);
        }
    }
    struct product *product = &self->products[self->product_count++];
    strncpy (product->name, record->name, sizeof product->name - 1);
    product->leased = rules_mode (self->rules, record->name) == MODE_ESCROW;
    product->may_oversell = rules_may_oversell (self->rules, record->name);
    return true;
}

static bool see_lot (struct conservation *self, const struct record_lot *record, char *text)
{
    if (record->lot <= self->last_lot) {
        return complain (text, "lot %" PRId64 " comes behind lot %" PRId64, record->lot,
                         self->last_lot);
    }
    if (record->product < 1 || record->product > self->product_count) {
        return complain (text, "lot %" PRId64 " is of the unknown product %" PRId64, record->lot,
                         record->product);
    }
    if (record->quantity < 1 || record->left != record->quantity) {
        return complain (text,
                         "lot %" PRId64 " comes with %" PRId64 " units, %" PRId64 " of them "
                         "left",
                         record->lot, record->quantity, record->left);
    }
    struct lot *lot = shelf_take (&self->shelf, sizeof *lot);
    lot->id = self->last_lot = record->lot;
    lot->product = record->product;
    lot->seller = record->seller;
    lot->rank = record->rank;
    lot->quantity = record->quantity;
    lot->left = record->left;
    self->products[record->product - 1].unsold += record->quantity;
    HASH_ADD (hh, self->lots, id, sizeof lot->id, lot);
    return add_request (self, record->seller, record->number, true, text);
}

static bool see_left (struct conservation *self, const struct record_lot_left *record, char *text)
{
    struct lot *lot = find_lot (self, record->lot);
    if (!lot) {
        return complain (text, "%" PRId64 " units are left of the unknown lot %" PRId64,
                         record->left, record->lot);
    }
    if (record->left < 0 || record->left > lot->left) {
        return complain (text, "%" PRId64 " units are left of lot %" PRId64 ", which had %" PRId64,
                         record->left, lot->id, lot->left);
    }
    lot->left = record->left;
    touch (self, lot);
    return true;
}

// Whether an order may end like this, from what its status means (protocol.md, "Statuses").
static bool outcome_fits (const struct record_order *order)
{
    bool part = order->units > 0 && order->units < order->quantity;
    if (order->quantity < 1 || order->units < 0 || order->missing < 0
        || order->units + order->missing > order->quantity || (order->all_or_nothing && part)) {
        return false;
    }
    switch (order->status) {
    case STATUS_SOLD:
        return order->units > 0 && order->missing == 0;
    case STATUS_OVERSOLD:
        return order->missing > 0;
    case STATUS_OUT_OF_STOCK:
        return order->units == 0 && order->missing == 0;
    case STATUS_TOO_MANY_LOTS:  // Each of them would have given a unit at least.
        return order->units == 0 && order->missing == 0 && order->quantity > LIMIT_FILLS;
    default:
        return false;
    }
}

// A product without an id is one that nobody ever brought, so nobody knows its name here.
static bool may_be_oversold (const struct conservation *self, const struct record_order *order)
{
    return order->product == 0 ? self->any_cached : self->products[order->product - 1].may_oversell;
}

static bool see_order (struct conservation *self, const struct record_order *record, char *text)
{
    self->order = record;
    self->filled = self->fills = 0;
    if (record->product < 0 || record->product > self->product_count) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " is for the unknown product "
                         "%" PRId64,
                         record->number, record->buyer, record->product);
    }
    if (!outcome_fits (record)) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " for %" PRId64 "%s ends as "
                         "%s with %" PRId64 " units and %" PRId64 " missing",
                         record->number, record->buyer, record->quantity,
                         record->all_or_nothing ? " or nothing" : "",
                         final_status_name (record->status), record->units, record->missing);
    }
    if (record->missing > 0 && !may_be_oversold (self, record)) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " is oversold, and its "
                         "product is neither sold from caches nor has a budget",
                         record->number, record->buyer);
    }
    return add_request (self, record->buyer, record->number, false, text);
}

// Whether the one lot sells before the other: by rank, those of one rank by seller, and those of
// one seller, or without a rank, as they came.
static bool sells_before (const struct lot *lot, const struct lot *other)
{
    if (lot->rank != other->rank) {
        return lot->rank < other->rank;
    }
    if (lot->rank > 0 && lot->seller != other->seller) {
        return lot->seller < other->seller;
    }
    return lot->id < other->id;
}

// Each lot gives to an order once, in the order in which they sell; but units of a budget come from
// whichever lot has some by then, behind those of the lease.
static bool is_next_lot (const struct conservation *self, const struct lot *lot)
{
    bool leased = self->products[self->order->product - 1].leased;
    for (int64_t i = 0; i < self->fills; i++) {
        const struct lot *other = find_lot (self, self->filled_from[i]);
        if (other == lot || (sells_before (lot, other) && !leased)) {
            return false;
        }
    }
    return true;
}

static bool see_fill (struct conservation *self, const struct record_fill *record, char *text)
{
    const struct record_order *order = self->order;
    if (!order || order->buyer != record->buyer || order->number != record->number) {
        return complain (text, "a fill does not follow its order: %" PRId64 " of buyer %" PRId64,
                         record->number, record->buyer);
    }
    struct lot *lot = find_lot (self, record->lot);
    if (!lot || lot->product != order->product) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " gets units of %s lot "
                         "%" PRId64,
                         order->number, order->buyer, lot ? "another product's" : "the unknown",
                         record->lot);
    }
    int64_t last = self->fills > 0 ? self->filled_from[self->fills - 1] : 0;
    if (record->units < 1 || self->fills == LIMIT_FILLS || !is_next_lot (self, lot)) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " has an odd fill: %" PRId64
                         " units of lot %" PRId64 " after lot %" PRId64,
                         order->number, order->buyer, record->units, record->lot, last);
    }
    self->filled_from[self->fills++] = record->lot;
    self->filled += record->units;
    lot->sold += record->units;
    self->products[order->product - 1].unsold -= record->units;
    touch (self, lot);
    return true;
}

// An order is short only of what is not there: in the end nothing that it could have had is left,
// unless it is leased to others.
// An order takes from so many lots and no more, which leaves some of a long row of them.
static bool is_short_rightly (const struct conservation *self, const struct record_order *order)
{
    int64_t promised = order->units + order->missing;
    bool many_lots =
        self->fills == LIMIT_FILLS || (order->all_or_nothing && promised > LIMIT_FILLS);
    if (order->missing == 0 || order->product == 0 || many_lots
        || self->products[order->product - 1].leased) {
        return true;
    }
    int64_t unsold = self->products[order->product - 1].unsold;
    return order->all_or_nothing ? unsold < promised : unsold == 0;
}

// All fills of the last order have been seen.
static bool close_order (struct conservation *self, char *text)
{
    const struct record_order *order = self->order;
    self->order = NULL;
    if (order && self->filled != order->units) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " got %" PRId64 " units, its "
                         "fills have %" PRId64,
                         order->number, order->buyer, order->units, self->filled);
    }
    if (order && !is_short_rightly (self, order)) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " is %" PRId64
                         " units short, while %" PRId64 " are unsold",
                         order->number, order->buyer, order->missing,
                         self->products[order->product - 1].unsold);
    }
    return true;
}

static bool close_batch (struct conservation *self, char *text)
{
    while (self->touched) {
        struct lot *lot = self->touched;
        self->touched = lot->next_touched;
        lot->touched = false;
        if (lot->left != lot->quantity - lot->sold) {
            return complain (text,
                             "of lot %" PRId64 ", %" PRId64 " units came, %" PRId64
                             " are left and %" PRId64 " were sold",
                             lot->id, lot->quantity, lot->left, lot->sold);
        }
    }
    return true;
}

static bool see_record (struct conservation *self, const struct record *record, char *text)
{
    if (record->type != RECORD_FILL && !close_order (self, text)) {
        return false;
    }
    switch (record->type) {
    case RECORD_PRODUCT:
        return see_product (self, &record->product, text);
    case RECORD_LOT:
        return see_lot (self, &record->lot, text);
    case RECORD_LOT_LEFT:
        return see_left (self, &record->lot_left, text);
    case RECORD_ORDER:
        return see_order (self, &record->order, text);
    case RECORD_FILL:
        return see_fill (self, &record->fill, text);
    default:
        return true;
    }
}

static bool conservation_see (void *context, const struct fact *fact, char *text)
{
    struct conservation *self = context;
    if (fact->type != FACT_STORED) {
        return true;
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (!see_record (self, &fact->records[i], text)) {
            return false;
        }
    }
    return close_order (self, text) && close_batch (self, text)
           && lease_book_stored (self->leases, fact, text);
}

const struct checker_class conservation_checker = {
    .name = "conservation",
    .about = "I1: what came = what is free + what is leased + what was sold, per lot",
    .make = conservation_make,
    .see = conservation_see,
    .destroy = conservation_destroy,
};
