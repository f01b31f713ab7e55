#include "tests/sim/checkers/linear_order.h"

#include <stdlib.h>

// A lot by its name, for a binary search.
struct lot_name {
    int64_t seller;
    int64_t number;
    int32_t restock;
};

static int compare_names (const void *a, const void *b)
{
    const struct lot_name *left = a;
    const struct lot_name *right = b;
    if (left->seller != right->seller) {
        return left->seller < right->seller ? -1 : 1;
    }
    return (left->number > right->number) - (left->number < right->number);
}

static struct lot_name *name_lots (const struct linear_operation *operations, size_t count,
                                   size_t *lots)
{
    struct lot_name *names = calloc (count + 1, sizeof *names);
    if (!names) {
        abort ();
    }
    *lots = 0;
    for (size_t i = 0; i < count; i++) {
        if (operations[i].kind == LINEAR_RESTOCK) {
            names[(*lots)++] =
                (struct lot_name){operations[i].client, operations[i].number, (int32_t) i};
        }
    }
    qsort (names, *lots, sizeof *names, compare_names);
    return names;
}

// An order that comes after another one, and gets its units from another lot, gets them from a
// later one; and so does an order from one of its lots to the next.
static void read_receipt (const struct linear_operation *buy, const struct lot_name *names,
                          size_t lots, struct linear_order *orders, int64_t *unsold)
{
    int32_t before = -1;
    for (size_t i = 0; i < buy->fill_count; i++) {
        const struct lot_name wanted = {.seller = buy->fills[i].seller,
                                        .number = buy->fills[i].lot};
        const struct lot_name *name = bsearch (&wanted, names, lots, sizeof *names, compare_names);
        if (!name) {
            return;
        }
        struct linear_order *order = &orders[name->restock];
        if (buy->end < order->first_end) {
            order->first_end = buy->end;
        }
        if (buy->begin > order->last_begin) {
            order->last_begin = buy->begin;
        }
        if (before >= 0) {
            order->after = before;
            orders[before].before = name->restock;
        }
        unsold[name->restock] -= buy->fills[i].units;
        before = name->restock;
    }
}

void linear_order_find (const struct linear_operation *operations, size_t count,
                        struct linear_order *orders)
{
    size_t lots;
    struct lot_name *names = name_lots (operations, count, &lots);
    int64_t *unsold = calloc (count + 1, sizeof *unsold);
    if (!unsold) {
        abort ();
    }
    for (size_t i = 0; i < count; i++) {
        orders[i] = (struct linear_order){-1, -1, INT64_MAX, INT64_MIN};
        unsold[i] = operations[i].quantity;
    }
    int64_t untold = 0;  // Units that may have gone to orders whose buyers were never told.
    for (size_t i = 0; i < count; i++) {
        if (operations[i].kind == LINEAR_BUY && operations[i].end != INT64_MAX) {
            read_receipt (&operations[i], names, lots, orders, unsold);
        } else if (operations[i].kind == LINEAR_BUY) {
            untold += operations[i].quantity;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (unsold[i] > untold) {
            orders[i].last_begin = INT64_MAX;  // It is never empty, so no later one is sold from.
        }
    }
    free (unsold);
    free (names);
}
