#include "tests/kit/lease_warehouse.h"

#include <string.h>

enum { REMEMBERED = 32 };  // batches whose answers are kept

struct lease_warehouse lw;

static struct {
    struct message messages[LW_LINE];
    struct item items[LW_LINE][LW_ITEMS];
    struct leased_units taken[LW_LINE][LW_ITEMS][LIMIT_FILLS];
    struct leased_units returned[LW_LINE][LW_LOTS + 1];
    size_t first;
    size_t next;
} line;

static struct result answers[REMEMBERED][LW_ITEMS];  // by batch
static struct leased_units held[LW_LOTS + 1];

static struct lw_product *product_of (const char *name)
{
    struct lw_product *product = lw.products;
    while (strcmp (product->name, name) != 0) {
        ck_assert_ptr_ne (++product, lw.products + LW_PRODUCTS);
    }
    return product;
}

static int64_t lesser (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void lw_begin (int64_t traders, int64_t budget)
{
    memset (&lw, 0, sizeof lw);
    memset (&line, 0, sizeof line);
    lw.traders = traders;
    lw.products[0].name = "fish";
    lw.products[1].name = "salt";
    lw.products[0].budget = budget;
}

void lw_restock (struct lw_product *product, int64_t units)
{
    if (product->lot_count < LW_LOTS) {
        product->lots[++product->lot_count].free = units;
        product->stocked += units;
    }
}

int64_t lw_available (const struct lw_product *product)
{
    int64_t units = 0;
    for (int64_t id = 1; id <= product->lot_count; id++) {
        units += product->lots[id].free;
    }
    return units;
}

int64_t lw_leased (const struct lw_product *product)
{
    int64_t units = 0;
    for (int64_t id = 1; id <= product->lot_count; id++) {
        units += product->lots[id].leased;
    }
    return units;
}

void lw_sell_elsewhere (struct lw_product *product, int64_t units)
{
    for (int64_t id = 1; id <= product->lot_count && units > 0; id++) {
        int64_t sold = lesser (units, product->lots[id].free);
        product->lots[id].free -= sold;
        product->elsewhere += sold;
        units -= sold;
    }
}

static void copy_items (size_t at, struct message *message)
{
    ck_assert_uint_le (message->commit.item_count, LW_ITEMS);
    for (size_t i = 0; i < message->commit.item_count; i++) {
        struct item *item = &line.items[at][i];
        *item = message->commit.items[i];
        item->product = product_of (item->product)->name;
        for (size_t n = 0; n < item->taken_count; n++) {
            line.taken[at][i][n] = item->taken[n];
        }
        item->taken = line.taken[at][i];
    }
    message->commit.items = line.items[at];
}

void lw_post (const struct message *message)
{
    if (line.next - line.first == LW_LINE) {
        return;
    }
    size_t at = line.next++ % LW_LINE;
    struct message *copy = &line.messages[at];
    *copy = *message;
    if (message->type == MESSAGE_COMMIT) {
        copy_items (at, copy);
    } else if (message->type == MESSAGE_LEASE) {
        ck_assert_uint_le (message->lease.returned_count, LW_LOTS + 1);
        for (size_t n = 0; n < message->lease.returned_count; n++) {
            line.returned[at][n] = message->lease.returned[n];
        }
        copy->lease.returned = line.returned[at];
        copy->lease.product = product_of (message->lease.product)->name;
    }
}

bool lw_waits (void)
{
    return line.first < line.next;
}

static void add_fill (struct lw_order *order, int64_t id, int64_t units)
{
    order->fills[order->fill_count++] =
        (struct fill){.seller = SAM, .lot = id, .units = units, .price_cents = 100 + id};
    order->units += units;
    order->amount_cents += units * (100 + id);
}

static void fill_from_free (struct lw_product *product, struct lw_order *order, int64_t units)
{
    for (int64_t id = 1; id <= product->lot_count && units > 0 && order->fill_count < LIMIT_FILLS;
         id++) {
        int64_t sold = lesser (units, product->lots[id].free);
        if (sold > 0) {
            product->lots[id].free -= sold;
            product->sold += sold;
            add_fill (order, id, sold);
            units -= sold;
        }
    }
}

static struct result told (const struct lw_order *order, const struct lw_product *product)
{
    return (struct result){
        .kind = RESULT_RECEIPT,
        .status = order->status,
        .product = product->name,
        .units = order->units,
        .missing = order->missing,
        .amount_cents = order->amount_cents,
        .fills = order->fills,
        .fill_count = order->fill_count,
    };
}

static struct result settle (struct lw_product *product, struct lw_order *order,
                             const struct item *item)
{
    int64_t budget = 0;
    int64_t promised = 0;
    ck_assert_msg (!order->decided, "order %d was decided twice", (int) item->number);
    order->decided = true;
    for (size_t n = 0; n < item->taken_count; n++) {
        const struct leased_units *taken = &item->taken[n];
        ck_assert_int_ge (taken->units, 1);
        promised += taken->units;
        if (taken->id == 0) {
            ck_assert_uint_eq (n, item->taken_count - 1);
            ck_assert_int_le (taken->units, product->budget_leased);
            budget = taken->units;
            continue;
        }
        ck_assert_int_ge (product->lots[taken->id].leased, taken->units);
        ck_assert_int_eq (taken->price_cents, 100 + taken->id);
        product->lots[taken->id].leased -= taken->units;
        product->sold += taken->units;
        add_fill (order, taken->id, taken->units);
    }
    ck_assert_int_eq (promised, item->promised);
    ck_assert_int_eq (promised, item->quantity);
    product->budget_leased -= budget;
    fill_from_free (product, order, budget);
    order->missing = promised - order->units;
    product->oversold += order->missing;
    order->status = order->missing > 0 ? STATUS_OVERSOLD : STATUS_SOLD;
    lw.counters.settled++;
    return budget > 0 ? told (order, product) : (struct result){.kind = RESULT_SETTLED};
}

static struct result decide (const struct item *item)
{
    struct lw_product *product = product_of (item->product);
    struct lw_order *order = &lw.orders[item->client - LW_FIRST_CLIENT][item->number];
    ck_assert_int_eq (item->kind, ITEM_BUY);
    if (item->behind) {
        ck_assert_uint_ge (item->taken_count, 1);
        return settle (product, order, item);
    }
    ck_assert_uint_eq (item->taken_count, 0);
    if (order->decided) {
        return told (order, product);
    }
    bool idle = lw_leased (product) + product->budget_leased > 0 && !product->clean;
    if (lw_available (product) < item->quantity && idle) {
        product->recalling = true;
        product->publishes = true;
        lw.counters.recalls++;
        return fix_error (REASON_RECALLING);
    }
    order->decided = true;
    product->recalling = false;
    fill_from_free (product, order, item->quantity);
    order->status = order->units > 0 ? STATUS_SOLD : STATUS_OUT_OF_STOCK;
    return told (order, product);
}

static bool serve_commit (const struct commit *commit, struct message *answer)
{
    if (commit->epoch != lw.epoch || commit->batch > lw.batch + 1) {
        *answer =
            fix_refused (commit->epoch != lw.epoch ? REASON_FENCED : REASON_GAP, commit->batch);
        answer->error.epoch = commit->epoch;
        return true;
    }
    if (commit->batch <= lw.batch - REMEMBERED) {
        return false;
    }
    struct result *results = answers[commit->batch % REMEMBERED];
    if (commit->batch == lw.batch + 1) {
        lw.batch++;
        for (size_t i = 0; i < commit->item_count; i++) {
            results[i] = decide (&commit->items[i]);
            lw.applied += commit->items[i].behind;
        }
    }
    *answer = fix_committed (commit->batch, results, commit->item_count);
    answer->committed.applied = lw.applied;
    return true;
}

static void take_back (struct lw_product *product, const struct lease *lease)
{
    for (size_t n = 0; n < lease->returned_count; n++) {
        const struct leased_units *returned = &lease->returned[n];
        ck_assert_int_ge (returned->units, 1);
        ck_assert (n == 0 || returned->id > returned[-1].id);
        lw.counters.returned += returned->units;
        if (returned->id == 0) {
            ck_assert_int_le (returned->units, product->budget_leased);
            product->budget_leased -= returned->units;
        } else {
            ck_assert_int_le (returned->units, product->lots[returned->id].leased);
            product->lots[returned->id].leased -= returned->units;
            product->lots[returned->id].free += returned->units;
        }
    }
    product->clean = product->clean || lease->all;
}

static void grant (struct lw_product *product, int64_t wanted)
{
    int64_t share = product->recalling ? 0 : lw_available (product) / lw.traders;
    int64_t rest = lesser (wanted, share);
    int64_t budget =
        lesser (wanted - rest, product->budget - product->oversold - product->budget_leased);
    product->clean = product->clean && rest == 0 && budget <= 0;
    lw.counters.granted += rest;
    for (int64_t id = 1; id <= product->lot_count; id++) {
        int64_t units = lesser (rest, product->lots[id].free);
        product->lots[id].free -= units;
        product->lots[id].leased += units;
        rest -= units;
    }
    product->budget_leased += budget > 0 ? budget : 0;
}

static bool serve_lease (const struct lease *lease, struct message *answer)
{
    struct lw_product *product = product_of (lease->product);
    if (lease->epoch != lw.epoch) {
        *answer = fix_refused (REASON_FENCED, 0);
        answer->error.epoch = lease->epoch;
        return true;
    }
    ck_assert (lease->wanted >= 0 && lease->wanted <= LIMIT_QUANTITY);
    bool known = product->stocked > 0;
    if (known && lease->number == product->number + 1) {
        product->number++;
        take_back (product, lease);
        grant (product, lease->wanted);
    } else if (known) {
        ck_assert_int_le (lease->number, product->number);  // One at a time is under way.
        lw.counters.repeated++;
    }
    size_t count = 0;
    if (product->budget_leased > 0) {
        held[count++] = (struct leased_units){.units = product->budget_leased};
    }
    for (int64_t id = 1; id <= product->lot_count; id++) {
        if (product->lots[id].leased > 0) {
            held[count++] = (struct leased_units){.id = id,
                                                  .seller = SAM,
                                                  .lot = id,
                                                  .units = product->lots[id].leased,
                                                  .price_cents = 100 + id};
        }
    }
    *answer = fix_plain (MESSAGE_LEASED, WAREHOUSE_NODE);
    answer->leased = (struct leased){.epoch = lease->epoch,
                                     .number = known ? lease->number : 0,
                                     .product = product->name,
                                     .applied = lw.applied,
                                     .held = held,
                                     .held_count = count};
    return !known || lease->number == product->number;  // An older one was answered long ago.
}

// The next process goes on with what its journal has.
static void serve_join (int64_t nonce, struct message *answer)
{
    static int64_t last_nonce;
    if (lw.epoch == 0 || nonce != last_nonce) {
        last_nonce = nonce;
        lw.epoch++;
        lw.batch = 0;
        for (int i = 0; i < LW_PRODUCTS; i++) {
            lw.products[i].number = 0;
            lw.products[i].clean = false;
        }
    }
    *answer = fix_view (nonce, lw.epoch);
    answer->view.began = 1;
    answer->view.applied = lw.applied;
}

bool lw_serve (struct message *answer)
{
    const struct message *message = &line.messages[line.first++ % LW_LINE];
    switch (message->type) {
    case MESSAGE_COMMIT:
        return serve_commit (&message->commit, answer);
    case MESSAGE_LEASE:
        return serve_lease (&message->lease, answer);
    case MESSAGE_JOIN:
        serve_join (message->join.nonce, answer);
        return true;
    default:
        return false;  // It looks for a backup, or leaves.
    }
}
