// What is sold from leases (O'Neil 1986) is sold once: no more is told or stored as sold than there
// was, but for a budget that is never passed, and no trader sells what it is not leased
// (lease_sales.h). What a trader is told that it holds is what is stored.
//
// And nobody is refused what somebody had: an order that gets nothing, or a part, got all that was
// idle the whole time from asking to deciding, with a trader that could sell it or free at the
// warehouse. In the end nothing idles where nobody could get it: what is not sold is free, or held by
// a trader that is there and can be asked for it.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/checker.h"
#include "tests/sim/checkers/idle.h"
#include "tests/sim/checkers/lease_sales.h"
#include "tests/sim/checkers/lease_steps.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/shelf.h"

// What a trader's process says that it holds.
struct held {
    int64_t life;
    int64_t units;
    int64_t budget;
};

struct escrow {
    const struct rules *rules;
    bool nothing_leased;  // no product is sold from leases
    lease_book_t *leases;
    lease_sales_t *sales;
    lease_steps_t *steps;
    idle_t *idle;
    pairs_t *numbers;  // (client, number)
    int64_t *asked;    // the moment of the first time
    size_t asked_size;
    pairs_t *held_ids;  // (trader, product)
    struct held *held;
    size_t held_size;
};

static void *make (const struct rules *rules)
{
    struct escrow *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->nothing_leased = !rules_any (rules, MODE_ESCROW);
    self->leases = lease_book_new (rules);
    self->sales = lease_sales_new (rules, self->leases);
    self->steps = lease_steps_new (self->leases, self->sales);
    self->idle = idle_new ();
    self->numbers = pairs_new ();
    self->held_ids = pairs_new ();
    return self;
}

static void destroy (void *checker)
{
    struct escrow *self = checker;
    lease_steps_destroy (&self->steps);
    lease_sales_destroy (&self->sales);
    lease_book_destroy (&self->leases);
    idle_destroy (&self->idle);
    pairs_destroy (&self->numbers);
    pairs_destroy (&self->held_ids);
    free (self->asked);
    free (self->held);
    free (self);
}

static void see_asked (struct escrow *self, const struct fact *fact, int64_t moment)
{
    if (fact->message->type != MESSAGE_BUY) {
        return;
    }
    size_t known = pairs_count (self->numbers);
    size_t place = pairs_place (self->numbers, fact->node, fact->message->buy.number);
    self->asked = array_room (self->asked, &self->asked_size, place + 1, sizeof *self->asked);
    self->asked[place] = place == known ? moment : self->asked[place];
}

static struct held *held_of (struct escrow *self, int64_t trader, int64_t product)
{
    size_t place = pairs_place (self->held_ids, trader, product);
    self->held = array_room (self->held, &self->held_size, place + 1, sizeof *self->held);
    return &self->held[place];
}

// What a trader believes to hold, and the warehouse has not leased to it, is not there.
static void note_idle (struct escrow *self, int64_t trader, int64_t product)
{
    const struct lease_holder *holder = lease_book_of (self->leases, trader, product);
    int64_t leased = holder ? holder->units : 0;
    int64_t held = held_of (self, trader, product)->units;
    idle_set (self->idle, trader, product, held < leased ? held : leased);
}

static void see_held (struct escrow *self, const struct fact *fact)
{
    const struct lease_product *product = lease_book_named (self->leases, fact->product);
    if (product) {
        *held_of (self, fact->node, product->product) =
            (struct held){.life = fact->life, .units = fact->units, .budget = fact->budget};
        note_idle (self, fact->node, product->product);
    }
}

static void see_ended (struct escrow *self, const struct fact *fact)
{
    for (size_t i = 0; i < pairs_count (self->held_ids); i++) {
        if (pairs_first (self->held_ids, i) == fact->node && self->held[i].life == fact->life) {
            self->held[i] = (struct held){0};
            note_idle (self, fact->node, pairs_second (self->held_ids, i));
        }
    }
}

// Units that went to orders of the product with these records.
static int64_t sold_with (const struct escrow *self, const struct fact *fact, int64_t product)
{
    int64_t units = 0;
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record_fill *fill = &fact->records[i].fill;
        const struct lease_lot *lot =
            fact->records[i].type == RECORD_FILL ? lease_book_lot (self->leases, fill->lot) : NULL;
        units += lot && lot->product == product ? fill->units : 0;
    }
    return units;
}

static int64_t free_of (const struct lease_product *product)
{
    return product->left - product->leased;
}

// Within a batch as few may have been free as there were before it, less all that it sells.
static void note_free_least (struct escrow *self, const struct fact *fact)
{
    const struct lease_product *product;
    for (size_t i = 0; (product = lease_book_product_at (self->leases, i)); i++) {
        int64_t sold = sold_with (self, fact, product->product);
        int64_t least = free_of (product) - sold;
        idle_set (self->idle, WAREHOUSE_NODE, product->product, least > 0 ? least : 0);
    }
}

static void note_free (struct escrow *self)
{
    const struct lease_product *product;
    const struct lease_holder *holder;
    for (size_t i = 0; (product = lease_book_product_at (self->leases, i)); i++) {
        idle_set (self->idle, WAREHOUSE_NODE, product->product, free_of (product));
    }
    for (size_t i = 0; (holder = lease_book_holder_at (self->leases, i)); i++) {
        note_idle (self, holder->trader, holder->product);
    }
}

// An order takes from so many lots and no more.
static bool has_many_fills (const struct record *order, const struct record *end)
{
    const struct record *fill = order + 1;
    while (fill < end && fill->type == RECORD_FILL) {
        fill++;
    }
    return fill - order > LIMIT_FILLS;
}

static bool check_refusal (const struct escrow *self, const struct record_order *order, char *text)
{
    size_t place = pairs_find (self->numbers, order->buyer, order->number);
    if (place == PAIRS_NONE) {
        return true;
    }
    int64_t idle = idle_through (self->idle, order->product, self->asked[place]);
    int64_t enough = order->all_or_nothing ? order->quantity : order->units + 1;
    if (idle >= enough) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " for %" PRId64
                         " units of %s%s gets %" PRId64 ", while %" PRId64
                         " were idle all the time since it was asked for",
                         order->number, order->buyer, order->quantity,
                         lease_book_product (self->leases, order->product)->name,
                         order->all_or_nothing ? " or nothing" : "", order->units, idle);
    }
    int64_t unclean = lease_steps_unclean (self->steps, order->product);
    if (unclean >= (order->all_or_nothing ? order->quantity : 1)) {
        return complain (text,
                         "order %" PRId64 " of buyer %" PRId64 " gets %" PRId64
                         " units, while %" PRId64 " are leased that nobody has recalled",
                         order->number, order->buyer, order->units, unclean);
    }
    return true;
}

static bool is_refusal (const struct escrow *self, const struct record *record)
{
    const struct record_order *order = &record->order;
    const struct lease_product *product =
        record->type == RECORD_ORDER ? lease_book_product (self->leases, order->product) : NULL;
    return product && rules_mode (self->rules, product->name) == MODE_ESCROW
           && (order->status == STATUS_OUT_OF_STOCK
               || (order->status == STATUS_SOLD && order->units < order->quantity));
}

static bool check_refusals (const struct escrow *self, const struct fact *fact, char *text)
{
    const struct record *end = fact->records + fact->record_count;
    for (const struct record *record = fact->records; record < end; record++) {
        if (is_refusal (self, record) && !has_many_fills (record, end)
            && !check_refusal (self, &record->order, text)) {
            return false;
        }
    }
    return true;
}

// The leases are taken in between two looks at what is idle: before and behind this batch.
static bool see_stored (struct escrow *self, const struct fact *fact, char *text)
{
    note_free_least (self, fact);
    if (!lease_book_stored (self->leases, fact, text) || !lease_sales_see (self->sales, fact, text)
        || !lease_steps_stored (self->steps, fact, text)) {
        return false;
    }
    note_free (self);
    return check_refusals (self, fact, text);
}

static bool is_leased_so (const struct escrow *self, int64_t trader, const struct lease_lot *lot,
                          const struct leased_units *told)
{
    return lot && told->seller == lot->seller && told->lot == lot->number
           && told->price_cents == lot->price_cents
           && told->units == lease_book_units (self->leases, trader, told->id);
}

// All that is leased to a trader is told, and nothing else, when that is durable.
static bool see_leased (const struct escrow *self, const struct fact *fact, char *text)
{
    const struct leased *leased = &fact->message->leased;
    const struct lease_product *product = lease_book_named (self->leases, leased->product);
    const struct lease_holder *holder =
        product ? lease_book_of (self->leases, fact->peer, product->product) : NULL;
    int64_t units = 0;
    int64_t budget = 0;
    bool right = leased->applied == lease_sales_applied (self->sales, fact->peer);
    for (size_t i = 0; i < leased->held_count; i++) {
        const struct leased_units *told = &leased->held[i];
        right =
            right && told->units > 0 && (i == 0 || told->id > leased->held[i - 1].id)
            && (told->id == 0
                || is_leased_so (self, fact->peer, lease_book_lot (self->leases, told->id), told));
        units += told->id ? told->units : 0;
        budget += told->id ? 0 : told->units;
    }
    if (right && units == (holder ? holder->units : 0) && budget == (holder ? holder->budget : 0)) {
        return true;
    }
    return complain (text,
                     "trader %" PRId64 " is told that it holds %" PRId64 " units of %s and %" PRId64
                     " of the budget, after %" PRId64 " writes; stored are %" PRId64 ", %" PRId64
                     " and %" PRId64,
                     fact->peer, units, leased->product, budget, leased->applied,
                     holder ? holder->units : 0, holder ? holder->budget : 0,
                     lease_sales_applied (self->sales, fact->peer));
}

static bool see_over (struct escrow *self, char *text)
{
    const struct lease_holder *holder;
    for (size_t i = 0; (holder = lease_book_holder_at (self->leases, i)); i++) {
        const char *name = lease_book_product (self->leases, holder->product)->name;
        const struct held *held = held_of (self, holder->trader, holder->product);
        bool leased = holder->units > 0 || holder->budget > 0;
        if (leased && !lease_sales_is_live (self->sales, holder->trader)) {
            return complain (text,
                             "%" PRId64 " units of %s, and %" PRId64
                             " of the budget, are leased to trader %" PRId64
                             " to the end, which is not there",
                             holder->units, name, holder->budget, holder->trader);
        }
        if (held->units > 0 || held->budget > 0) {
            return complain (text,
                             "trader %" PRId64 " has kept %" PRId64
                             " idle units of %s, and %" PRId64 " of the budget, to the end",
                             holder->trader, held->units, name, held->budget);
        }
    }
    return true;
}

static bool see (void *checker, const struct fact *fact, char *text)
{
    struct escrow *self = checker;
    if (self->nothing_leased) {
        return true;
    }
    int64_t moment = idle_next (self->idle);
    switch (fact->type) {
    case FACT_ASKED:
        see_asked (self, fact, moment);
        break;
    case FACT_STORED:
        return see_stored (self, fact, text);
    case FACT_HELD:
        see_held (self, fact);
        break;
    case FACT_ENDED:
        see_ended (self, fact);
        break;
    case FACT_ANSWERED:
        return fact->message->type != MESSAGE_LEASED || see_leased (self, fact, text);
    case FACT_OVER:
        return see_over (self, text);
    default:
        break;
    }
    return lease_sales_see (self->sales, fact, text);
}

const struct checker_class escrow_checker = {
    .name = "escrow",
    .about = "escrow: sold once, never beyond the budget, and refused only when nothing was idle",
    .make = make,
    .see = see,
    .destroy = destroy,
};
