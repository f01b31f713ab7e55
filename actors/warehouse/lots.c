#include "actors/warehouse/lots.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/planted.h"

enum { LOT_BLOCK = 1024 };

struct lot_block {
    struct lot_block *next;
    struct lot lots[LOT_BLOCK];
};

struct lots {
    struct product *products;  // LIMIT_PRODUCTS of them
    size_t product_count;
    struct product *by_name;  // uthash
    struct lot *by_id;        // uthash of the lots with units left
    size_t lot_count;         // of these
    int64_t last_id;
    struct lot_block *blocks;  // all memory for lots
    struct lot *unused;        // free ones
    struct lot *changed;       // sold from since they were last told
};

lots_t *lots_new (void)
{
    lots_t *self = calloc (1, sizeof *self);
    if (self) {
        self->products = calloc (LIMIT_PRODUCTS, sizeof *self->products);
    }
    if (!self || !self->products) {
        abort ();
    }
    return self;
}

void lots_destroy (lots_t **self_p)
{
    assert (self_p);
    lots_t *self = *self_p;
    if (!self) {
        return;
    }
    HASH_CLEAR (hh, self->by_name);
    HASH_CLEAR (hh, self->by_id);
    while (self->blocks) {
        struct lot_block *next = self->blocks->next;
        free (self->blocks);
        self->blocks = next;
    }
    free (self->products);
    free (self);
    *self_p = NULL;
}

struct product *lots_find_product (const lots_t *self, const char *name)
{
    struct product *product;
    HASH_FIND_STR (self->by_name, name, product);
    return product;
}

struct product *lots_product (const lots_t *self, int64_t id)
{
    bool known = id >= 1 && (size_t) id <= self->product_count;
    return known ? &self->products[id - 1] : NULL;
}

struct product *lots_add_product (lots_t *self, const char *name)
{
    assert (product_name_valid (name));
    if (self->product_count == LIMIT_PRODUCTS) {
        return NULL;
    }
    struct product *product = &self->products[self->product_count++];
    product->id = (int64_t) self->product_count;
    memcpy (product->name, name, strlen (name) + 1);
    HASH_ADD_STR (self->by_name, name, product);
    return product;
}

size_t lots_product_count (const lots_t *self)
{
    return self->product_count;
}

static struct lot *take_unused (lots_t *self)
{
    if (!self->unused) {
        struct lot_block *block = calloc (1, sizeof *block);
        if (!block) {
            abort ();
        }
        block->next = self->blocks;
        self->blocks = block;
        for (size_t i = LOT_BLOCK; i-- > 0;) {
            block->lots[i].next = self->unused;
            self->unused = &block->lots[i];
        }
    }
    struct lot *lot = self->unused;
    self->unused = lot->next;
    return lot;
}

bool lots_full (const lots_t *self)
{
    return self->lot_count == LIMIT_LOTS;
}

int64_t lots_free_units (const struct lot *lot)
{
    return lot->left - lot->leased;
}

// Puts a lot into the list of those with free units, behind `before`; NULL: first.
static void link_behind (struct lot *lot, struct lot *before)
{
    struct product *product = lot->product;
    struct lot *after = before ? before->next : product->first;
    lot->prev = before;
    lot->next = after;
    *(before ? &before->next : &product->first) = lot;
    *(after ? &after->prev : &product->last) = lot;
}

static void unlink_lot (struct lot *lot)
{
    struct product *product = lot->product;
    *(lot->prev ? &lot->prev->next : &product->first) = lot->next;
    *(lot->next ? &lot->next->prev : &product->last) = lot->prev;
    if (product->freed == lot) {
        product->freed = lot->prev;
    }
}

// Which of two lots of a product sells first.
static bool precedes (const struct lot *a, const struct lot *b)
{
    if (a->rank != b->rank) {
        return a->rank < b->rank;
    }
    return a->rank > 0 && a->seller != b->seller ? a->seller < b->seller : a->id < b->id;
}

// Puts a new lot at its place. Ranks are clocks, mostly, and grow: it is near the last one.
static void link_new (struct lot *lot)
{
    struct lot *before = lot->product->last;
    if (before && precedes (lot, lot->product->first)) {
        before = NULL;
    }
    while (before && precedes (lot, before)) {
        before = before->prev;
    }
    link_behind (lot, before);
}

// Puts a lot back at its place. Leased are the first ones, so the way is short from the first lot
// or, when many come back one after the other, from the one before.
static void put_back (struct lot *lot)
{
    struct product *product = lot->product;
    struct lot *before = NULL;
    if (product->freed && precedes (product->freed, lot)) {
        before = product->freed;
    }
    struct lot *after = before ? before->next : product->first;
    while (after && precedes (after, lot)) {
        before = after;
        after = after->next;
    }
    link_behind (lot, before);
    product->freed = lot;
}

struct lot *lots_add (lots_t *self, struct product *product, const struct lot *came)
{
    assert (came->left > 0 && came->left <= came->quantity && came->rank >= 0);
    assert (came->id == 0 || came->id > self->last_id);
    if (lots_full (self)) {
        return NULL;
    }
    struct lot *lot = take_unused (self);
    self->last_id = came->id ? came->id : self->last_id + 1;
    *lot = (struct lot){
        .id = self->last_id,
        .seller = came->seller,
        .number = came->number,
        .price_cents = came->price_cents,
        .quantity = came->quantity,
        .left = came->left,
        .rank = came->rank,
        .product = product,
    };
    HASH_ADD (hh, self->by_id, id, sizeof lot->id, lot);
    self->lot_count++;
    link_new (lot);
    product->available += lot->left;
    return lot;
}

struct lot *lots_find (const lots_t *self, int64_t id)
{
    struct lot *lot;
    HASH_FIND (hh, self->by_id, &id, sizeof id, lot);
    return lot;
}

int64_t lots_last_id (const lots_t *self)
{
    return self->last_id;
}

void lots_skip_to (lots_t *self, int64_t id)
{
    if (id > self->last_id) {
        self->last_id = id;
    }
}

struct plan lots_plan (const struct product *product, int64_t quantity, bool all_or_nothing)
{
    assert (quantity >= 1);
    struct plan plan = {.status = STATUS_SOLD};
    if (product->available < (all_or_nothing ? quantity : 1)
        || (PLANTED (23) && all_or_nothing && lots_free_units (product->first) < quantity)) {
        plan.status = STATUS_OUT_OF_STOCK;
        return plan;
    }
    for (struct lot *lot = product->first; lot && plan.count < LIMIT_FILLS; lot = lot->next) {
        int64_t wanted = quantity - plan.units;
        int64_t there = lots_free_units (lot);
        int64_t taken = there < wanted ? there : wanted;
        plan.lots[plan.count] = lot;
        plan.taken[plan.count++] = taken;
        plan.units += taken;
        plan.amount_cents += taken * lot->price_cents;
        if (plan.units == quantity) {
            return plan;
        }
    }
    if (all_or_nothing) {
        plan = (struct plan){.status = STATUS_TOO_MANY_LOTS};
    }
    return plan;
}

static void note_change (lots_t *self, struct lot *lot)
{
    if (!lot->changed) {
        lot->changed = true;
        lot->changed_next = self->changed;
        self->changed = lot;
    }
}

void lots_sell (lots_t *self, const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct lot *lot = plan->lots[i];
        assert (plan->taken[i] >= 1 && plan->taken[i] <= lots_free_units (lot));
        lot->left -= plan->taken[i];
        lot->product->available -= plan->taken[i];
        note_change (self, lot);
        if (lots_free_units (lot) == 0) {
            unlink_lot (lot);
        }
    }
}

void lots_lease (struct lot *lot, int64_t units)
{
    assert (units >= 1 && units <= lots_free_units (lot));
    lot->leased += units;
    lot->product->available -= units;
    if (lots_free_units (lot) == 0) {
        unlink_lot (lot);
    }
}

void lots_free (struct lot *lot, int64_t units)
{
    assert (units >= 1 && units <= lot->leased);
    if (lots_free_units (lot) == 0) {
        put_back (lot);
    }
    lot->leased -= units;
    lot->product->available += units;
}

void lots_sell_leased (lots_t *self, struct lot *lot, int64_t units)
{
    assert (units >= 1 && units <= lot->leased);
    lot->leased -= units;
    lot->left -= units;
    note_change (self, lot);
}

void lots_tell_changed (lots_t *self, lots_changed_fn *tell, void *context)
{
    while (self->changed) {
        struct lot *lot = self->changed;
        self->changed = lot->changed_next;
        lot->changed = false;
        tell (context, lot);
        if (lot->left == 0) {
            HASH_DEL (self->by_id, lot);
            self->lot_count--;
            lot->next = self->unused;
            self->unused = lot;
        }
    }
}
