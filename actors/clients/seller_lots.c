#include "actors/clients/seller_lots.h"

#include <assert.h>
#include <stdlib.h>

struct seller_lots seller_lots_new (int64_t first_number, int64_t size)
{
    assert (first_number >= 1 && size >= 1);
    struct seller_lots self = {.size = (size_t) size, .first = first_number, .next = first_number};
    self.lots = calloc (self.size, sizeof *self.lots);
    if (!self.lots) {
        abort ();
    }
    return self;
}

void seller_lots_free (struct seller_lots *self)
{
    free (self->lots);
    self->lots = NULL;
}

int64_t seller_lot_sold (const struct seller_lot *lot)
{
    return lot->noticed > lot->reported ? lot->noticed : lot->reported;
}

static bool is_unsold (const struct seller_lot *lot)
{
    return lot->state == LOT_IN && seller_lot_sold (lot) < lot->quantity;
}

static struct seller_lot *slot (struct seller_lots *self, int64_t number)
{
    return &self->lots[(uint64_t) number % self->size];
}

void seller_lots_add (struct seller_lots *self, const struct seller_lot *lot)
{
    assert (lot->number == self->next && lot->state == LOT_ASKED);
    struct seller_lot *mine = slot (self, lot->number);
    if (mine->number && is_unsold (mine)) {
        self->unsold--;
    }
    *mine = *lot;
    self->next++;
}

struct seller_lot *seller_lots_find (struct seller_lots *self, int64_t number)
{
    if (number < self->first || number >= self->next) {
        return NULL;
    }
    struct seller_lot *lot = slot (self, number);
    return lot->number == number ? lot : NULL;
}

static void recount (struct seller_lots *self, const struct seller_lot *lot, bool was_unsold)
{
    self->unsold += (int64_t) is_unsold (lot) - (int64_t) was_unsold;
}

void seller_lots_set_state (struct seller_lots *self, struct seller_lot *lot,
                            enum lot_state_believed state)
{
    bool was_unsold = is_unsold (lot);
    lot->state = state;
    recount (self, lot, was_unsold);
}

// Whether the notice came before. An order gets units of a lot once, so these three name it.
static bool known (struct seller_lots *self, const struct sold *sold)
{
    uint64_t mixed = (uint64_t) sold->buyer * UINT64_C (0x9e3779b97f4a7c15);
    mixed = (mixed ^ (uint64_t) sold->order) * UINT64_C (0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (uint64_t) sold->lot) * UINT64_C (0x94d049bb133111eb);
    struct notice *notice = &self->notices[(mixed >> 32) % SELLER_NOTICES];
    if (notice->buyer == sold->buyer && notice->order == sold->order && notice->lot == sold->lot) {
        return true;
    }
    *notice = (struct notice){.buyer = sold->buyer, .order = sold->order, .lot = sold->lot};
    return false;
}

int64_t seller_lots_notice (struct seller_lots *self, struct seller_lot *lot,
                            const struct sold *sold)
{
    if (sold->units < 1 || sold->units > lot->quantity - lot->noticed || known (self, sold)) {
        return 0;
    }
    bool was_unsold = is_unsold (lot);
    int64_t before = seller_lot_sold (lot);
    lot->noticed += sold->units;
    recount (self, lot, was_unsold);
    return seller_lot_sold (lot) - before;
}

int64_t seller_lots_report (struct seller_lots *self, struct seller_lot *lot, int64_t left)
{
    int64_t reported = lot->quantity - left;
    if (left < 0 || reported <= lot->reported) {
        return 0;
    }
    bool was_unsold = is_unsold (lot);
    int64_t before = seller_lot_sold (lot);
    lot->reported = reported;
    recount (self, lot, was_unsold);
    return seller_lot_sold (lot) - before;
}

struct seller_lot *seller_lots_oldest_unsold (struct seller_lots *self)
{
    if (!self->unsold) {
        return NULL;
    }
    int64_t from = self->next - (int64_t) self->size;
    for (int64_t number = from > self->first ? from : self->first; number < self->next; number++) {
        struct seller_lot *lot = seller_lots_find (self, number);
        if (lot && is_unsold (lot)) {
            return lot;
        }
    }
    return NULL;
}
