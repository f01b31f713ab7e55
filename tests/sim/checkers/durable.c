#include "tests/sim/checkers/durable.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"

struct product {
    const char *name;  // NULL: its record has not come
    int64_t left;
    UT_hash_handle hh;
};

// Lists: `next` is the place of the next one, 0 for none. So place 0 is never used.
struct kept_fill {
    struct fill fill;
    uint32_t next;
};

struct kept_left {
    int64_t left;
    uint32_t next;  // the value before this one
};

struct durable {
    pairs_t *numbers;  // (client, number)
    struct entry *entries;
    size_t entry_size;
    pairs_t *lots;       // (0, lot)
    size_t *lot_places;  // in `entries`
    size_t lot_size;
    pairs_t *product_ids;       // (0, product)
    struct product **products;  // by their places
    size_t product_size;
    struct product *by_name;
    names_t *names;
    struct kept_fill *fills;
    size_t fill_count;
    size_t fill_size;
    struct kept_left *lefts;
    size_t left_count;
    size_t left_size;
};

durable_t *durable_new (void)
{
    durable_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->numbers = pairs_new ();
    self->lots = pairs_new ();
    self->product_ids = pairs_new ();
    self->names = names_new ();
    self->fill_count = 1;
    self->left_count = 1;
    return self;
}

void durable_destroy (durable_t **self_p)
{
    assert (self_p);
    durable_t *self = *self_p;
    if (!self) {
        return;
    }
    HASH_CLEAR (hh, self->by_name);
    for (size_t i = 0; i < pairs_count (self->product_ids); i++) {
        free (self->products[i]);
    }
    pairs_destroy (&self->numbers);
    pairs_destroy (&self->lots);
    pairs_destroy (&self->product_ids);
    names_destroy (&self->names);
    free (self->entries);
    free (self->lot_places);
    free (self->products);
    free (self->fills);
    free (self->lefts);
    free (self);
    *self_p = NULL;
}

size_t durable_place (durable_t *self, int64_t client, int64_t number)
{
    size_t place = pairs_place (self->numbers, client, number);
    self->entries = array_room (self->entries, &self->entry_size, place + 1, sizeof *self->entries);
    self->entries[place].client = client;
    self->entries[place].number = number;
    return place;
}

size_t durable_count (const durable_t *self)
{
    return pairs_count (self->numbers);
}

const struct entry *durable_at (const durable_t *self, size_t place)
{
    assert (place < durable_count (self));
    return &self->entries[place];
}

static struct product *product_of (durable_t *self, int64_t id)
{
    size_t place = pairs_place (self->product_ids, 0, id);
    self->products =
        array_room (self->products, &self->product_size, place + 1, sizeof *self->products);
    if (!self->products[place]) {
        self->products[place] = calloc (1, sizeof *self->products[place]);
        if (!self->products[place]) {
            abort ();
        }
    }
    return self->products[place];
}

static void add_product (durable_t *self, const struct record_product *record)
{
    struct product *product = product_of (self, record->product);
    struct product *same;
    HASH_FIND_STR (self->by_name, record->name, same);
    if (product->name || same) {
        return;
    }
    product->name = names_keep (self->names, record->name);
    HASH_ADD_KEYPTR (hh, self->by_name, product->name, strlen (product->name), product);
}

static void note_left (durable_t *self, struct entry *lot, int64_t left)
{
    self->lefts =
        array_room (self->lefts, &self->left_size, self->left_count + 1, sizeof *self->lefts);
    self->lefts[self->left_count] = (struct kept_left){.left = left, .next = lot->lefts};
    lot->lefts = (uint32_t) self->left_count++;
    lot->unsold = left;
}

static bool add_lot (durable_t *self, const struct record_lot *record)
{
    size_t place = durable_place (self, record->seller, record->number);
    struct entry *lot = &self->entries[place];
    if (lot->kind != DURABLE_NOTHING) {
        return false;
    }
    lot->kind = DURABLE_LOT;
    lot->product = record->product;
    lot->quantity = record->quantity;
    lot->price_cents = record->price_cents;
    lot->left = record->left;
    note_left (self, lot, record->left);
    product_of (self, record->product)->left += record->left;
    size_t id_place = pairs_place (self->lots, 0, record->lot);
    self->lot_places =
        array_room (self->lot_places, &self->lot_size, id_place + 1, sizeof *self->lot_places);
    self->lot_places[id_place] = place;
    return true;
}

static struct entry *lot_of (durable_t *self, int64_t id)
{
    size_t place = pairs_find (self->lots, 0, id);
    return place == PAIRS_NONE ? NULL : &self->entries[self->lot_places[place]];
}

static void set_left (durable_t *self, const struct record_lot_left *record)
{
    struct entry *lot = lot_of (self, record->lot);
    if (!lot) {
        return;
    }
    product_of (self, lot->product)->left += record->left - lot->left;
    lot->left = record->left;
    if (lot->unsold != record->left) {
        note_left (self, lot, record->left);
    }
}

static bool add_order (durable_t *self, const struct record_order *record)
{
    size_t place = durable_place (self, record->buyer, record->number);
    struct entry *order = &self->entries[place];
    if (order->kind != DURABLE_NOTHING) {
        return false;
    }
    order->kind = DURABLE_ORDER;
    order->product = record->product;
    order->quantity = record->quantity;
    order->all_or_nothing = record->all_or_nothing;
    order->status = record->status;
    order->units = record->units;
    order->missing = record->missing;
    order->amount_cents = record->amount_cents;
    return true;
}

static void add_fill (durable_t *self, const struct record_fill *record)
{
    struct entry *lot = lot_of (self, record->lot);
    if (lot) {
        note_left (self, lot, lot->unsold - record->units);
    }
    struct entry *order = &self->entries[durable_place (self, record->buyer, record->number)];
    if (order->kind != DURABLE_ORDER) {
        return;
    }
    self->fills =
        array_room (self->fills, &self->fill_size, self->fill_count + 1, sizeof *self->fills);
    uint32_t place = (uint32_t) self->fill_count++;
    self->fills[place].fill = (struct fill){
        .seller = record->seller,
        .lot = record->seller_number,
        .units = record->units,
        .price_cents = record->price_cents,
    };
    if (order->fill_last) {
        self->fills[order->fill_last].next = place;
    } else {
        order->fill_first = place;
    }
    order->fill_last = place;
    order->fill_count++;
}

bool durable_add (durable_t *self, const struct record *record)
{
    switch (record->type) {
    case RECORD_PRODUCT:
        add_product (self, &record->product);
        return true;
    case RECORD_LOT:
        return add_lot (self, &record->lot);
    case RECORD_LOT_LEFT:
        set_left (self, &record->lot_left);
        return true;
    case RECORD_ORDER:
        return add_order (self, &record->order);
    case RECORD_FILL:
        add_fill (self, &record->fill);
        return true;
    default:
        return true;
    }
}

const char *durable_product (const durable_t *self, int64_t id)
{
    size_t place = pairs_find (self->product_ids, 0, id);
    return place == PAIRS_NONE || !self->products[place]->name ? "" : self->products[place]->name;
}

bool durable_offered (const durable_t *self, const char *name)
{
    const struct product *product;
    HASH_FIND_STR (self->by_name, name, product);
    return product != NULL;
}

int64_t durable_left (const durable_t *self, const char *name)
{
    const struct product *product;
    HASH_FIND_STR (self->by_name, name, product);
    return product ? product->left : 0;
}

bool durable_next_fill (const durable_t *self, uint32_t *at, struct fill *fill)
{
    if (!*at) {
        return false;
    }
    *fill = self->fills[*at].fill;
    *at = self->fills[*at].next;
    return true;
}

// Units only ever go, so the values before a greater one are greater still.
bool durable_was_left (const durable_t *self, const struct entry *lot, int64_t left)
{
    for (uint32_t at = lot->lefts; at; at = self->lefts[at].next) {
        if (self->lefts[at].left >= left) {
            return self->lefts[at].left == left;
        }
    }
    return false;
}
