#include "tests/sim/checkers/lease_book.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/shelf.h"

struct lease_book {
    const struct rules *rules;
    names_t *names;
    pairs_t *lot_ids;  // (0, lot)
    struct lease_lot *lots;
    size_t lot_size;
    pairs_t *product_ids;  // (0, product)
    struct lease_product *products;
    size_t product_size;
    pairs_t *holder_ids;  // (trader, product)
    struct lease_holder *holders;
    size_t holder_size;
    pairs_t *lease_ids;  // (trader, lot)
    int64_t *units;
    size_t unit_size;
};

lease_book_t *lease_book_new (const struct rules *rules)
{
    lease_book_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->names = names_new ();
    self->lot_ids = pairs_new ();
    self->product_ids = pairs_new ();
    self->holder_ids = pairs_new ();
    self->lease_ids = pairs_new ();
    return self;
}

void lease_book_destroy (lease_book_t **self_p)
{
    assert (self_p);
    lease_book_t *self = *self_p;
    if (!self) {
        return;
    }
    names_destroy (&self->names);
    pairs_destroy (&self->lot_ids);
    pairs_destroy (&self->product_ids);
    pairs_destroy (&self->holder_ids);
    pairs_destroy (&self->lease_ids);
    free (self->lots);
    free (self->products);
    free (self->holders);
    free (self->units);
    free (self);
    *self_p = NULL;
}

static struct lease_lot *lot_of (lease_book_t *self, int64_t lot)
{
    size_t place = pairs_place (self->lot_ids, 0, lot);
    self->lots = array_room (self->lots, &self->lot_size, place + 1, sizeof *self->lots);
    return &self->lots[place];
}

static struct lease_product *product_of (lease_book_t *self, int64_t id)
{
    size_t place = pairs_place (self->product_ids, 0, id);
    self->products =
        array_room (self->products, &self->product_size, place + 1, sizeof *self->products);
    struct lease_product *product = &self->products[place];
    product->product = id;
    product->name = product->name ? product->name : "";
    return product;
}

static struct lease_holder *holder_of (lease_book_t *self, int64_t trader, int64_t product)
{
    size_t place = pairs_place (self->holder_ids, trader, product);
    self->holders =
        array_room (self->holders, &self->holder_size, place + 1, sizeof *self->holders);
    self->holders[place].trader = trader;
    self->holders[place].product = product;
    return &self->holders[place];
}

static void add_lot (lease_book_t *self, const struct record_lot *record)
{
    struct lease_product *product = product_of (self, record->product);
    *lot_of (self, record->lot) = (struct lease_lot){
        .product = record->product,
        .seller = record->seller,
        .number = record->number,
        .price_cents = record->price_cents,
        .left = record->left,
    };
    product->stocked += record->quantity;
    product->left += record->left;
}

static void set_left (lease_book_t *self, const struct record_lot_left *record)
{
    struct lease_lot *lot = lot_of (self, record->lot);
    product_of (self, lot->product)->left += record->left - lot->left;
    lot->left = record->left;
}

static void set_lease (lease_book_t *self, const struct record_lease *record)
{
    size_t place = pairs_place (self->lease_ids, record->trader, record->lot);
    self->units = array_room (self->units, &self->unit_size, place + 1, sizeof *self->units);
    int64_t more = record->units - self->units[place];
    struct lease_lot *lot = lot_of (self, record->lot);
    self->units[place] = record->units;
    lot->leased += more;
    product_of (self, lot->product)->leased += more;
    holder_of (self, record->trader, lot->product)->units += more;
}

static void set_budget (lease_book_t *self, const struct record_lease_state *record)
{
    struct lease_holder *holder = holder_of (self, record->trader, record->product);
    product_of (self, record->product)->budget += record->budget - holder->budget;
    holder->budget = record->budget;
}

static void add_record (lease_book_t *self, const struct record *record)
{
    switch (record->type) {
    case RECORD_PRODUCT:
        product_of (self, record->product.product)->name =
            names_keep (self->names, record->product.name);
        break;
    case RECORD_LOT:
        add_lot (self, &record->lot);
        break;
    case RECORD_LOT_LEFT:
        set_left (self, &record->lot_left);
        break;
    case RECORD_ORDER:
        product_of (self, record->order.product)->oversold += record->order.missing;
        break;
    case RECORD_LEASE:
        set_lease (self, &record->lease);
        break;
    case RECORD_LEASE_STATE:
        set_budget (self, &record->lease_state);
        break;
    default:
        break;
    }
}

static bool check_lot (const lease_book_t *self, int64_t id, char *text)
{
    const struct lease_lot *lot = lease_book_lot (self, id);
    const struct lease_product *product = lot ? lease_book_product (self, lot->product) : NULL;
    if (!lot || (lot->leased > 0 && rules_mode (self->rules, product->name) != MODE_ESCROW)) {
        return complain (text, "units of lot %" PRId64 " are leased, which is not sold from leases",
                         id);
    }
    return lot->leased <= lot->left
           || complain (text,
                        "of lot %" PRId64 ", %" PRId64 " units are left and %" PRId64 " are leased",
                        id, lot->left, lot->leased);
}

static bool check_record (const lease_book_t *self, const struct record *record, char *text)
{
    const struct record_lease *lease = &record->lease;
    const struct record_lease_state *state = &record->lease_state;
    switch (record->type) {
    case RECORD_LOT_LEFT:
        return check_lot (self, record->lot_left.lot, text);
    case RECORD_LEASE:
        if (lease->units < 0) {
            return complain (text,
                             "%" PRId64 " units of lot %" PRId64 " are leased to trader %" PRId64,
                             lease->units, lease->lot, lease->trader);
        }
        return check_lot (self, lease->lot, text);
    case RECORD_LEASE_STATE:
        return state->budget >= 0
               || complain (text, "%" PRId64 " units of a budget are leased to trader %" PRId64,
                            state->budget, state->trader);
    default:
        return true;
    }
}

// The records of a transaction say together how a lot stands.
bool lease_book_stored (lease_book_t *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        add_record (self, &fact->records[i]);
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (!check_record (self, &fact->records[i], text)) {
            return false;
        }
    }
    return true;
}

const struct lease_lot *lease_book_lot (const lease_book_t *self, int64_t lot)
{
    size_t place = pairs_find (self->lot_ids, 0, lot);
    return place == PAIRS_NONE || self->lots[place].product == 0 ? NULL : &self->lots[place];
}

const struct lease_product *lease_book_product (const lease_book_t *self, int64_t product)
{
    size_t place = pairs_find (self->product_ids, 0, product);
    return place == PAIRS_NONE ? NULL : &self->products[place];
}

const struct lease_product *lease_book_named (const lease_book_t *self, const char *name)
{
    for (size_t i = 0; i < pairs_count (self->product_ids); i++) {
        if (strcmp (self->products[i].name, name) == 0) {
            return &self->products[i];
        }
    }
    return NULL;
}

const struct lease_holder *lease_book_of (const lease_book_t *self, int64_t trader, int64_t product)
{
    size_t place = pairs_find (self->holder_ids, trader, product);
    return place == PAIRS_NONE ? NULL : &self->holders[place];
}

int64_t lease_book_units (const lease_book_t *self, int64_t trader, int64_t lot)
{
    size_t place = pairs_find (self->lease_ids, trader, lot);
    return place == PAIRS_NONE ? 0 : self->units[place];
}

const struct lease_holder *lease_book_holder_at (const lease_book_t *self, size_t place)
{
    return place < pairs_count (self->holder_ids) ? &self->holders[place] : NULL;
}

const struct lease_product *lease_book_product_at (const lease_book_t *self, size_t place)
{
    return place < pairs_count (self->product_ids) ? &self->products[place] : NULL;
}
