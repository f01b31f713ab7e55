#include "actors/warehouse/leases.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct leases {
    struct lease_entry *entries;       // uthash
    struct lease_entry **by_product;   // the first of each, LIMIT_PRODUCTS of them
    struct lease_entry *found;         // the last that was asked for: most are asked for again
    struct lease_entry *changed;       // since they were last told, the oldest first
    struct lease_entry **changed_end;  // where the next goes
};

leases_t *leases_new (void)
{
    leases_t *self = calloc (1, sizeof *self);
    if (self) {
        self->by_product = calloc (LIMIT_PRODUCTS, sizeof *self->by_product);
    }
    if (!self || !self->by_product) {
        abort ();
    }
    self->changed_end = &self->changed;
    return self;
}

void leases_destroy (leases_t **self_p)
{
    assert (self_p);
    leases_t *self = *self_p;
    if (!self) {
        return;
    }
    struct lease_entry *entry;
    struct lease_entry *next;
    HASH_ITER (hh, self->entries, entry, next) {
        HASH_DEL (self->entries, entry);
        free (entry->lots);
        free (entry);
    }
    free (self->by_product);
    free (self);
    *self_p = NULL;
}

struct lease_entry *leases_find (leases_t *self, int64_t trader, const struct product *product)
{
    struct lease_key key = {.trader = trader, .product = product->id};
    struct lease_entry *entry = self->found;
    if (!entry || entry->key.trader != trader || entry->product != product) {
        HASH_FIND (hh, self->entries, &key, sizeof key, entry);
        self->found = entry;
    }
    return entry;
}

struct lease_entry *leases_entry (leases_t *self, int64_t trader, struct product *product)
{
    struct lease_entry *entry = leases_find (self, trader, product);
    if (entry) {
        return entry;
    }
    entry = calloc (1, sizeof *entry);
    if (!entry) {
        abort ();
    }
    entry->key = (struct lease_key){.trader = trader, .product = product->id};
    entry->product = product;
    HASH_ADD (hh, self->entries, key, sizeof entry->key, entry);
    struct lease_entry **first = &self->by_product[product->id - 1];
    entry->next = *first;
    *first = entry;
    self->found = entry;
    return entry;
}

// Where the lot is among those of the entry, or would be.
static size_t place_of (const struct lease_entry *entry, int64_t lot)
{
    size_t low = 0;
    size_t high = entry->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (entry->lots[middle].lot->id < lot) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct leased_lot *find_lot (const struct lease_entry *entry, int64_t lot)
{
    size_t at = place_of (entry, lot);
    bool found = at < entry->count && entry->lots[at].lot->id == lot;
    return found ? &entry->lots[at] : NULL;
}

static struct leased_lot *add_lot (struct lease_entry *entry, struct lot *lot)
{
    if (entry->count == entry->size) {
        entry->size = entry->size ? 2 * entry->size : 4;
        entry->lots = realloc (entry->lots, entry->size * sizeof *entry->lots);
        if (!entry->lots) {
            abort ();
        }
    }
    size_t at = place_of (entry, lot->id);
    struct leased_lot *leased = &entry->lots[at];
    memmove (leased + 1, leased, (entry->count - at) * sizeof *leased);
    entry->count++;
    *leased = (struct leased_lot){.lot = lot};
    return leased;
}

int64_t leases_held (const struct lease_entry *entry, int64_t lot)
{
    if (lot == 0) {
        return entry->budget;
    }
    const struct leased_lot *leased = find_lot (entry, lot);
    return leased ? leased->units : 0;
}

struct lot *leases_lot (const struct lease_entry *entry, int64_t lot)
{
    const struct leased_lot *leased = find_lot (entry, lot);
    return leased && leased->units > 0 ? leased->lot : NULL;
}

int64_t leases_idle (const leases_t *self, const struct product *product)
{
    int64_t units = 0;
    const struct lease_entry *entry = self->by_product[product->id - 1];
    for (; entry; entry = entry->next) {
        units += entry->clean ? 0 : entry->units;
    }
    return units;
}

int64_t leases_budget (const leases_t *self, const struct product *product)
{
    int64_t units = 0;
    const struct lease_entry *entry = self->by_product[product->id - 1];
    for (; entry; entry = entry->next) {
        units += entry->budget;
    }
    return units;
}

bool leases_holds (const struct lease_entry *entry)
{
    return entry->units > 0 || entry->budget > 0;
}

size_t leases_room (const struct lease_entry *entry)
{
    return LIMIT_LEASED_LOTS - entry->held - (entry->budget > 0);
}

void leases_change (leases_t *self, struct lease_entry *entry)
{
    if (!entry->changed) {
        entry->changed = true;
        entry->changed_next = NULL;
        *self->changed_end = entry;
        self->changed_end = &entry->changed_next;
    }
}

static void count_units (struct lease_entry *entry, struct leased_lot *leased, int64_t units)
{
    entry->held -= leased->units > 0;
    entry->held += units > 0;
    entry->units += units - leased->units;
    leased->units = units;
}

static void set_units (leases_t *self, struct lease_entry *entry, struct leased_lot *leased,
                       int64_t units)
{
    count_units (entry, leased, units);
    leased->changed = true;
    leases_change (self, entry);
}

void leases_grant (leases_t *self, struct lease_entry *entry, struct lot *lot, int64_t units)
{
    struct leased_lot *leased = find_lot (entry, lot->id);
    if (!leased) {
        leased = add_lot (entry, lot);
    }
    assert (leased->units > 0 || leases_room (entry) > 0);
    lots_lease (lot, units);
    set_units (self, entry, leased, leased->units + units);
}

void leases_grant_budget (leases_t *self, struct lease_entry *entry, int64_t units)
{
    assert (entry->budget > 0 || leases_room (entry) > 0);
    entry->budget += units;
    leases_change (self, entry);
}

void leases_restore (struct lease_entry *entry, struct lot *lot, int64_t units)
{
    assert (!find_lot (entry, lot->id) && leases_room (entry) > 0);
    lots_lease (lot, units);
    count_units (entry, add_lot (entry, lot), units);
}

void leases_free (leases_t *self, struct lease_entry *entry, int64_t lot, int64_t units)
{
    if (lot == 0) {
        assert (entry->budget >= units);
        entry->budget -= units;
        leases_change (self, entry);
        return;
    }
    struct leased_lot *leased = find_lot (entry, lot);
    assert (leased && leased->units >= units);
    lots_free (leased->lot, units);
    set_units (self, entry, leased, leased->units - units);
}

void leases_sell (leases_t *self, struct lease_entry *entry, lots_t *lots, int64_t lot,
                  int64_t units)
{
    struct leased_lot *leased = find_lot (entry, lot);
    assert (leased && leased->units >= units);
    lots_sell_leased (lots, leased->lot, units);
    set_units (self, entry, leased, leased->units - units);
}

int64_t leases_free_all (leases_t *self, struct lease_entry *entry)
{
    int64_t units = entry->units;
    for (size_t i = 0; i < entry->count; i++) {
        struct leased_lot *leased = &entry->lots[i];
        if (leased->units > 0) {
            lots_free (leased->lot, leased->units);
            set_units (self, entry, leased, 0);
        }
    }
    entry->budget = 0;
    entry->clean = true;
    leases_change (self, entry);
    return units;
}

// Tells the changed lots of an entry, and drops those that it holds nothing of any more.
static void tell_lots (struct lease_entry *entry, leases_lot_fn *tell, void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < entry->count; i++) {
        struct leased_lot *leased = &entry->lots[i];
        if (leased->changed) {
            leased->changed = false;
            tell (context, entry, leased->lot->id, leased->units);
        }
        if (leased->units > 0) {
            entry->lots[kept++] = *leased;
        }
    }
    entry->count = kept;
}

void leases_tell_changed (leases_t *self, leases_lot_fn *tell_lot, leases_entry_fn *tell_entry,
                          void *context)
{
    for (struct lease_entry *entry = self->changed; entry; entry = entry->changed_next) {
        entry->changed = false;
        tell_lots (entry, tell_lot, context);
        tell_entry (context, entry);
    }
    self->changed = NULL;
    self->changed_end = &self->changed;
}
