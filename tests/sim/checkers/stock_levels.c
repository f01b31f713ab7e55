#include "tests/sim/checkers/stock_levels.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "tests/sim/checkers/names.h"
#include "tests/sim/checkers/pairs.h"

struct shelved {
    const char *name;  // NULL: its record has not come
    int64_t left;
    int64_t changed;  // state of its latest stretch but the first
    struct stretch *stretches;
    size_t count;
    size_t size;
    UT_hash_handle hh;  // by name
};

struct kept_lot {
    size_t product;  // place
    int64_t left;
};

struct stock_levels {
    int64_t state;
    int64_t version;
    names_t *names;
    pairs_t *product_ids;       // (0, product)
    struct shelved **products;  // by their places
    size_t product_size;
    struct shelved *by_name;
    pairs_t *lot_ids;  // (0, lot)
    struct kept_lot *lots;
    size_t lot_size;
};

stock_levels_t *stock_levels_new (void)
{
    stock_levels_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->names = names_new ();
    self->product_ids = pairs_new ();
    self->lot_ids = pairs_new ();
    return self;
}

void stock_levels_destroy (stock_levels_t **self_p)
{
    assert (self_p);
    stock_levels_t *self = *self_p;
    if (!self) {
        return;
    }
    HASH_CLEAR (hh, self->by_name);
    for (size_t i = 0; i < pairs_count (self->product_ids); i++) {
        free (self->products[i]->stretches);
        free (self->products[i]);
    }
    names_destroy (&self->names);
    pairs_destroy (&self->product_ids);
    pairs_destroy (&self->lot_ids);
    free (self->products);
    free (self->lots);
    free (self);
    *self_p = NULL;
}

static size_t place_of_product (stock_levels_t *self, int64_t id)
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
    return place;
}

static void add_product (stock_levels_t *self, const struct record_product *record)
{
    size_t place = place_of_product (self, record->product);
    struct shelved *product = self->products[place];
    struct shelved *same;
    HASH_FIND_STR (self->by_name, record->name, same);
    if (product->name || same) {
        return;
    }
    product->name = names_keep (self->names, record->name);
    HASH_ADD_KEYPTR (hh, self->by_name, product->name, strlen (product->name), product);
}

// A batch may change a product several times: that is one stretch more.
static void change (stock_levels_t *self, struct shelved *product, int64_t units)
{
    if (units == 0) {
        return;
    }
    product->left += units;
    if (product->changed != self->state) {
        product->changed = self->state;
        product->stretches = array_room (product->stretches, &product->size, product->count + 1,
                                         sizeof *product->stretches);
        product->stretches[product->count++].first = self->state;
    }
    product->stretches[product->count - 1].level = product->left;
    product->stretches[product->count - 1].version = self->version;
}

static void set_lot (stock_levels_t *self, int64_t id, int64_t left)
{
    size_t place = pairs_find (self->lot_ids, 0, id);
    if (place != PAIRS_NONE) {
        struct kept_lot *lot = &self->lots[place];
        change (self, self->products[lot->product], left - lot->left);
        lot->left = left;
    }
}

static void add_lot (stock_levels_t *self, const struct record_lot *record)
{
    if (pairs_find (self->lot_ids, 0, record->lot) == PAIRS_NONE) {
        size_t place = pairs_place (self->lot_ids, 0, record->lot);
        self->lots = array_room (self->lots, &self->lot_size, place + 1, sizeof *self->lots);
        self->lots[place].product = place_of_product (self, record->product);
    }
    set_lot (self, record->lot, record->left);
}

// The version comes last in a batch, and holds for all of it.
static int64_t version_after (const stock_levels_t *self, const struct fact *fact)
{
    for (size_t i = fact->record_count; i-- > 0;) {
        if (fact->records[i].type == RECORD_WAREHOUSE) {
            return fact->records[i].warehouse.version;
        }
    }
    return self->version;
}

void stock_levels_stored (stock_levels_t *self, const struct fact *fact)
{
    self->state++;
    self->version = version_after (self, fact);
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_PRODUCT) {
            add_product (self, &record->product);
        } else if (record->type == RECORD_LOT) {
            add_lot (self, &record->lot);
        } else if (record->type == RECORD_LOT_LEFT) {
            set_lot (self, record->lot_left.lot, record->lot_left.left);
        }
    }
}

int64_t stock_levels_state (const stock_levels_t *self)
{
    return self->state;
}

bool stock_levels_back (const stock_levels_t *self, const char *name, size_t back,
                        struct stretch *stretch)
{
    struct shelved *product;
    HASH_FIND_STR (self->by_name, name, product);
    size_t count = product ? product->count : 0;
    if (back > count) {
        return false;
    }
    *stretch = back < count ? product->stretches[count - 1 - back] : (struct stretch){0};
    stretch->last = back == 0 ? self->state : product->stretches[count - back].first - 1;
    return true;
}
