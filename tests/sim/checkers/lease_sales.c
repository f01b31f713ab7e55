#include "tests/sim/checkers/lease_sales.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/excuses.h"
#include "tests/sim/checkers/pairs.h"
#include "tests/sim/checkers/shelf.h"

// Told to a buyer, and not stored yet.
struct promise {
    int64_t trader;
    int64_t began;    // of that trader
    int64_t product;  // id; 0: none is open
    int64_t units;
};

// Units that a write has taken from a lease, and the warehouse does not have yet.
struct open_sale {
    int64_t write;
    int64_t product;  // id, of the budget; else 0
    int64_t lot;      // id; 0: of the budget
    int64_t units;
};

struct seller {
    struct record_trader trader;  // as stored last
    enum member_state state;
    int64_t life;   // of the process that has joined last,
    int64_t epoch;  // under this epoch,
    bool gone;      // and has ended
    int64_t began;
    struct open_sale *open;
    size_t open_count;
    size_t open_size;
};

// Of a product.
struct sum {
    int64_t stored;  // units that were sold
    int64_t told;    // more that are told as sold or accepted
};

struct lease_sales {
    const struct rules *rules;
    const lease_book_t *leases;
    excuses_t *excuses;
    pairs_t *numbers;  // (client, number)
    struct promise *promises;
    size_t promise_size;
    pairs_t *product_ids;  // (0, product)
    struct sum *sums;
    size_t sum_size;
    pairs_t *seller_ids;  // (0, trader)
    struct seller *sellers;
    size_t seller_size;
};

lease_sales_t *lease_sales_new (const struct rules *rules, const lease_book_t *leases)
{
    lease_sales_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->rules = rules;
    self->leases = leases;
    self->excuses = excuses_new (rules);
    self->numbers = pairs_new ();
    self->product_ids = pairs_new ();
    self->seller_ids = pairs_new ();
    return self;
}

void lease_sales_destroy (lease_sales_t **self_p)
{
    assert (self_p);
    lease_sales_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < pairs_count (self->seller_ids); i++) {
        free (self->sellers[i].open);
    }
    excuses_destroy (&self->excuses);
    pairs_destroy (&self->numbers);
    pairs_destroy (&self->product_ids);
    pairs_destroy (&self->seller_ids);
    free (self->promises);
    free (self->sums);
    free (self->sellers);
    free (self);
    *self_p = NULL;
}

static struct promise *promise_of (lease_sales_t *self, int64_t client, int64_t number)
{
    size_t place = pairs_place (self->numbers, client, number);
    self->promises =
        array_room (self->promises, &self->promise_size, place + 1, sizeof *self->promises);
    return &self->promises[place];
}

static struct sum *sum_of (lease_sales_t *self, int64_t product)
{
    size_t place = pairs_place (self->product_ids, 0, product);
    self->sums = array_room (self->sums, &self->sum_size, place + 1, sizeof *self->sums);
    return &self->sums[place];
}

static struct seller *seller_of (lease_sales_t *self, int64_t trader)
{
    size_t place = pairs_place (self->seller_ids, 0, trader);
    self->sellers =
        array_room (self->sellers, &self->seller_size, place + 1, sizeof *self->sellers);
    return &self->sellers[place];
}

// What nobody has ever offered has no name here, and no lease.
static bool is_leased (const lease_sales_t *self, const struct lease_product *product)
{
    return product && product->product > 0
           && rules_mode (self->rules, product->name) == MODE_ESCROW;
}

// Of what was told and is nobody's fault, nothing counts.
static int64_t told_rightly (const lease_sales_t *self, int64_t product)
{
    int64_t units = 0;
    for (size_t i = 0; i < pairs_count (self->numbers) && i < self->promise_size; i++) {
        const struct promise *promise = &self->promises[i];
        if (promise->product == product
            && !excuses_promise (self->excuses, pairs_first (self->numbers, i),
                                 pairs_second (self->numbers, i), promise->trader,
                                 promise->began)) {
            units += promise->units;
        }
    }
    return units;
}

static bool check_sum (lease_sales_t *self, const struct lease_product *product, char *text)
{
    const struct sum *sum = sum_of (self, product->product);
    int64_t budget = rules_budget (self->rules, product->name, product->stocked);
    if (product->oversold + product->budget > budget) {
        return complain (text,
                         "of %s, %" PRId64 " units are oversold and %" PRId64
                         " more are leased that are not there: the budget is %" PRId64,
                         product->name, product->oversold, product->budget, budget);
    }
    int64_t most = product->stocked + budget - product->oversold;
    if (sum->stored + sum->told <= most
        || sum->stored + told_rightly (self, product->product) <= most) {
        return true;
    }
    return complain (text,
                     "of %s, %" PRId64 " units are sold and %" PRId64
                     " more are told as sold: there were %" PRId64 ", with the budget",
                     product->name, sum->stored, sum->told, most);
}

// A number counts once, whoever tells it and however often.
static bool see_said (lease_sales_t *self, const struct fact *fact, char *text)
{
    const struct receipt *receipt = &fact->message->receipt;
    if (fact->message->type != MESSAGE_RECEIPT
        || (receipt->status != STATUS_SOLD && receipt->status != STATUS_ACCEPTED)) {
        return true;
    }
    const struct lease_product *product = lease_book_named (self->leases, receipt->product);
    struct promise *promise = promise_of (self, fact->peer, receipt->number);
    if (!is_leased (self, product) || promise->product != 0) {
        return true;
    }
    *promise = (struct promise){
        .trader = fact->node,
        .began = excuses_began (self->excuses, fact->node, fact->life),
        .product = product->product,
        .units = receipt->units,
    };
    sum_of (self, product->product)->told += receipt->units;
    return check_sum (self, product, text);
}

static void add_open (struct seller *seller, struct open_sale open)
{
    seller->open =
        array_room (seller->open, &seller->open_size, seller->open_count + 1, sizeof *seller->open);
    seller->open[seller->open_count++] = open;
}

static int64_t product_id (const lease_sales_t *self, const char *name)
{
    const struct lease_product *product = lease_book_named (self->leases, name);
    return product ? product->product : 0;
}

// Whether the trader has sold no more of it than it was leased, by what the warehouse has stored.
static bool check_open (const lease_sales_t *self, int64_t trader, const struct seller *seller,
                        const struct open_sale *of, char *text)
{
    int64_t sold = 0;
    for (size_t i = 0; i < seller->open_count; i++) {
        const struct open_sale *open = &seller->open[i];
        sold += open->lot == of->lot && open->product == of->product ? open->units : 0;
    }
    const struct lease_holder *holder = lease_book_of (self->leases, trader, of->product);
    int64_t leased = of->lot          ? lease_book_units (self->leases, trader, of->lot)
                     : holder != NULL ? holder->budget
                                      : 0;
    return sold <= leased
           || complain (text,
                        "trader %" PRId64 " has sold %" PRId64 " units of %s %" PRId64
                        " that the warehouse has not settled: it is leased %" PRId64,
                        trader, sold, of->lot ? "lot" : "the budget of product",
                        of->lot ? of->lot : of->product, leased);
}

static bool is_current (const struct seller *seller)
{
    return seller->state == MEMBER_LIVE && seller->trader.epoch == seller->epoch && seller->life > 0
           && !seller->gone;
}

static bool see_decided (lease_sales_t *self, const struct fact *fact, struct seller *seller,
                         const struct record_decided *decided, char *text)
{
    const struct item *item = &decided->item;
    for (size_t i = 0; i < item->taken_count; i++) {
        struct open_sale open = {
            .write = decided->write,
            .product = item->taken[i].id ? 0 : product_id (self, item->product),
            .lot = item->taken[i].id,
            .units = item->taken[i].units,
        };
        if (decided->write <= seller->trader.applied) {
            continue;
        }
        add_open (seller, open);
        if (is_current (seller) && !check_open (self, fact->node, seller, &open, text)) {
            return false;
        }
    }
    return true;
}

// Only the process that has joined last decides what counts.
static bool see_recorded (lease_sales_t *self, const struct fact *fact, char *text)
{
    struct seller *seller = seller_of (self, fact->node);
    for (size_t i = 0; i < fact->record_count; i++) {
        const struct record *record = &fact->records[i];
        if (record->type == RECORD_JOINED) {
            seller->open_count = record->joined.began == seller->began ? seller->open_count : 0;
            seller->began = record->joined.began;
            seller->epoch = record->joined.epoch;
            seller->life = fact->life;
            seller->gone = false;
        } else if (fact->life == seller->life && record->type == RECORD_VOID) {
            seller->open_count = 0;
        } else if (fact->life == seller->life && record->type == RECORD_DECIDED
                   && !see_decided (self, fact, seller, &record->decided, text)) {
            return false;
        }
    }
    return true;
}

static void drop_settled (struct seller *seller)
{
    size_t kept = 0;
    for (size_t i = 0; i < seller->open_count; i++) {
        if (seller->open[i].write > seller->trader.applied) {
            seller->open[kept++] = seller->open[i];
        }
    }
    seller->open_count = kept;
}

static void see_order (lease_sales_t *self, const struct record_order *record)
{
    struct promise *promise = promise_of (self, record->buyer, record->number);
    if (promise->product > 0) {
        sum_of (self, promise->product)->told -= promise->units;
    }
    *promise = (struct promise){.product = -1};  // What is told from now on is stored.
    sum_of (self, record->product)->stored += record->units;
}

static void see_record (lease_sales_t *self, const struct record *record)
{
    if (record->type == RECORD_TRADER) {
        seller_of (self, record->trader.trader)->trader = record->trader;
    } else if (record->type == RECORD_VIEW) {
        seller_of (self, record->view.trader)->state = record->view.state;
    } else if (record->type == RECORD_ORDER) {
        see_order (self, &record->order);
    }
}

static bool check_leases (lease_sales_t *self, const struct record *record, char *text)
{
    if (record->type != RECORD_LEASE && record->type != RECORD_LEASE_STATE) {
        return true;
    }
    bool real = record->type == RECORD_LEASE;
    int64_t trader = real ? record->lease.trader : record->lease_state.trader;
    struct open_sale of = {.lot = real ? record->lease.lot : 0,
                           .product = real ? 0 : record->lease_state.product};
    const struct seller *seller = seller_of (self, trader);
    return !is_current (seller) || check_open (self, trader, seller, &of, text);
}

static bool see_stored (lease_sales_t *self, const struct fact *fact, char *text)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        see_record (self, &fact->records[i]);
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_TRADER) {
            drop_settled (seller_of (self, fact->records[i].trader.trader));
        }
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        if (!check_leases (self, &fact->records[i], text)) {
            return false;
        }
    }
    const struct lease_product *product;
    for (size_t i = 0; (product = lease_book_product_at (self->leases, i)); i++) {
        if (is_leased (self, product) && !check_sum (self, product, text)) {
            return false;
        }
    }
    return true;
}

bool lease_sales_see (lease_sales_t *self, const struct fact *fact, char *text)
{
    excuses_see (self->excuses, fact);
    switch (fact->type) {
    case FACT_ENDED: {
        struct seller *seller = seller_of (self, fact->node);
        seller->gone = seller->gone || seller->life == fact->life;
        return true;
    }
    case FACT_RECORDED:
        return see_recorded (self, fact, text);
    case FACT_STORED:
        return see_stored (self, fact, text);
    case FACT_SAID:
        return see_said (self, fact, text);
    default:
        return true;
    }
}

bool lease_sales_is_live (const lease_sales_t *self, int64_t trader)
{
    size_t place = pairs_find (self->seller_ids, 0, trader);
    return place != PAIRS_NONE && is_current (&self->sellers[place]);
}

int64_t lease_sales_applied (const lease_sales_t *self, int64_t trader)
{
    size_t place = pairs_find (self->seller_ids, 0, trader);
    return place == PAIRS_NONE ? 0 : self->sellers[place].trader.applied;
}

int64_t lease_sales_open (const lease_sales_t *self, int64_t trader, int64_t product)
{
    size_t place = pairs_find (self->seller_ids, 0, trader);
    int64_t units = 0;
    for (size_t i = 0; place != PAIRS_NONE && i < self->sellers[place].open_count; i++) {
        const struct open_sale *open = &self->sellers[place].open[i];
        const struct lease_lot *lot = open->lot ? lease_book_lot (self->leases, open->lot) : NULL;
        units += lot && lot->product == product ? open->units : 0;
    }
    return units;
}
