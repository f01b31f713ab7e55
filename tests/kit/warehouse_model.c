#include "tests/kit/warehouse_model.h"

#include <string.h>

#include "tests/kit/warehouse_store.h"

const char *const model_products[MODEL_PRODUCTS] = {"salt", "oil", "fish", "ghost"};

// What a batch is expected to bring, besides the results.
struct news {
    int64_t oversells;  // letters so far
    size_t sale_counts[MODEL_PRODUCTS];
    size_t sold_order[MODEL_PRODUCTS];  // products, in the order of their first sale
    size_t sold_count;
    bool touched[MODEL_PRODUCTS];
    size_t touched_order[MODEL_PRODUCTS];
    size_t touched_count;
    size_t corrected[MODEL_PRODUCTS];  // products oversold, each once
    size_t corrected_count;
};

// What the batch sells, by product.
static struct sold_units sales[MODEL_PRODUCTS][LIMIT_BATCH * LIMIT_FILLS];

static size_t product_of (const char *name)
{
    for (size_t i = 0; i < MODEL_PRODUCTS; i++) {
        if (strcmp (model_products[i], name) == 0) {
            return i;
        }
    }
    ck_abort_msg ("nobody asked for %s", name);
    return 0;
}

static bool is_lot_of (const struct model_request *request, const char *product)
{
    return request->item.kind == ITEM_RESTOCK && strcmp (request->item.product, product) == 0;
}

static bool is_offered (const struct model *self, const char *product)
{
    for (size_t i = 0; i < self->request_count; i++) {
        if (is_lot_of (&self->requests[i], product)) {
            return true;
        }
    }
    return false;
}

static int64_t available (const struct model *self, const char *product)
{
    int64_t units = 0;
    for (size_t i = 0; i < self->request_count; i++) {
        units += is_lot_of (&self->requests[i], product) ? self->requests[i].left : 0;
    }
    return units;
}

void model_start (struct model *self)
{
    self->epoch++;
    memset (self->stock_seq, 0, sizeof self->stock_seq);
    memset (self->sale_seq, 0, sizeof self->sale_seq);
    for (size_t i = 0; i < MODEL_TRADERS; i++) {
        self->traders[i].oversell_seq = 0;
    }
}

void model_join (struct model *self, int64_t trader, int64_t nonce)
{
    struct model_trader *entry = &self->traders[trader];
    if (entry->epoch == 0 || entry->nonce != nonce) {
        *entry = (struct model_trader){
            .epoch = entry->epoch + 1, .nonce = nonce, .oversell_seq = entry->oversell_seq};
    }
}

static bool is_expired (const struct model *self, int64_t client, int64_t number)
{
    return self->highest[client] - number >= self->kept;
}

const struct model_request *model_find (const struct model *self, int64_t client, int64_t number)
{
    for (size_t i = 0; i < self->request_count; i++) {
        const struct item *item = &self->requests[i].item;
        if (item->client == client && item->number == number) {
            return is_expired (self, client, number) ? NULL : &self->requests[i];
        }
    }
    return NULL;
}

// Which units a buyer would get, and from where, were there no limit to the lots.
static size_t gather (struct model *self, struct model_request *order, int64_t wanted,
                      struct model_request *lots[LIMIT_FILLS], bool *more)
{
    size_t count = 0;
    *more = false;
    for (size_t i = 0; i < self->request_count && order->units < wanted; i++) {
        struct model_request *lot = &self->requests[i];
        if (!is_lot_of (lot, order->item.product) || lot->left == 0) {
            continue;
        }
        if (count == LIMIT_FILLS) {
            *more = true;
            break;
        }
        int64_t units = wanted - order->units < lot->left ? wanted - order->units : lot->left;
        lots[count] = lot;
        order->fills[count++] = (struct fill){.seller = lot->item.client,
                                              .lot = lot->item.number,
                                              .units = units,
                                              .price_cents = lot->item.price_cents};
        order->units += units;
        order->amount_cents += units * lot->item.price_cents;
    }
    return count;
}

static void pay (struct model *self, int64_t trader, const struct model_request *order)
{
    for (size_t i = 0; i < order->fill_count; i++) {
        int64_t amount = order->fills[i].units * order->fills[i].price_cents;
        int64_t commission = (amount * self->percent - amount * self->percent % 100) / 100;
        self->cents[order->item.client] -= amount;
        self->cents[order->fills[i].seller] += amount - commission;
        self->cents[trader] += commission;
    }
}

static void decide_order (struct model *self, int64_t trader, struct model_request *order)
{
    struct model_request *lots[LIMIT_FILLS];
    const struct item *item = &order->item;
    int64_t wanted = item->behind ? item->promised : item->quantity;
    bool more;
    bool enough = !item->all_or_nothing || available (self, item->product) >= wanted;
    order->offered = is_offered (self, item->product);
    order->fill_count = enough ? gather (self, order, wanted, lots, &more) : 0;
    order->status = order->units > 0 ? STATUS_SOLD : STATUS_OUT_OF_STOCK;
    if (item->all_or_nothing && order->units > 0 && order->units < wanted) {
        ck_assert (more);
        order->units = order->amount_cents = 0;
        order->fill_count = 0;
        order->status = STATUS_TOO_MANY_LOTS;
    }
    if (item->behind && order->units < item->promised) {
        order->missing = item->promised - order->units;
        order->status = STATUS_OVERSOLD;
    }
    for (size_t i = 0; i < order->fill_count; i++) {
        lots[i]->left -= order->fills[i].units;
    }
    pay (self, trader, order);
}

static void touch (struct news *news, size_t product)
{
    if (!news->touched[product]) {
        news->touched[product] = true;
        news->touched_order[news->touched_count++] = product;
    }
}

static void correct (struct news *news, size_t product)
{
    for (size_t i = 0; i < news->corrected_count; i++) {
        if (news->corrected[i] == product) {
            return;
        }
    }
    news->corrected[news->corrected_count++] = product;
}

static void note_sales (const struct model_request *order, struct news *news)
{
    size_t product = product_of (order->item.product);
    if (order->fill_count > 0 && news->sale_counts[product] == 0) {
        news->sold_order[news->sold_count++] = product;
    }
    for (size_t i = 0; i < order->fill_count; i++) {
        const struct fill *fill = &order->fills[i];
        sales[product][news->sale_counts[product]++] =
            (struct sold_units){order->item.client, order->item.number, fill->seller,
                                fill->lot,          fill->units,        fill->price_cents};
    }
}

// The letters tell each product's sales in their order, as many in one as it holds.
static void check_sales (struct model *self, int64_t trader, const struct news *news)
{
    size_t letters = 0;
    for (size_t i = 0; i < news->sold_count; i++) {
        size_t product = news->sold_order[i];
        size_t told = 0;
        while (told < news->sale_counts[product]) {
            const struct sale *sale = &wh_letter (MESSAGE_SALE, letters++)->message.sale;
            size_t left = news->sale_counts[product] - told;
            ck_assert_str_eq (sale->product, model_products[product]);
            ck_assert_int_eq (sale->epoch, self->epoch);
            ck_assert_int_eq (sale->seq, ++self->sale_seq[product]);
            ck_assert_int_eq (sale->trader, trader);
            ck_assert_uint_eq (sale->sale_count, left < LIMIT_SALES ? left : LIMIT_SALES);
            ck_assert_mem_eq (sale->sales, &sales[product][told],
                              sale->sale_count * sizeof *sale->sales);
            told += sale->sale_count;
        }
    }
    ck_assert_uint_eq (wh_letters (MESSAGE_SALE), letters);
}

static void check_oversell (struct model *self, int64_t trader, const struct model_request *order,
                            struct news *news)
{
    const struct letter *letter = wh_letter (MESSAGE_OVERSELL, (size_t) news->oversells++);
    const struct oversell *told = &letter->message.oversell;
    ck_assert (letter->to == trader && told->trader == trader && told->epoch == self->epoch
               && told->seq == ++self->traders[trader].oversell_seq
               && told->buyer == order->item.client && told->number == order->item.number
               && told->units == order->units && told->missing == order->missing
               && told->amount_cents == order->amount_cents
               && strcmp (told->product, order->item.product) == 0);
}

static const struct model_request *decide (struct model *self, int64_t trader,
                                           const struct item *item, struct news *news)
{
    ck_assert_uint_lt (self->request_count, MODEL_REQUESTS);
    struct model_request request = {.item = *item, .offered = true};
    size_t product = product_of (item->product);
    if (item->kind == ITEM_BUY) {
        decide_order (self, trader, &request);
        note_sales (&request, news);
    } else {
        request.left = item->quantity;
        if (!is_offered (self, item->product)) {
            self->products[self->product_count++] = product;
        }
    }
    if (item->kind == ITEM_RESTOCK || (request.offered && request.units + request.missing > 0)) {
        touch (news, product);
    }
    if (request.status == STATUS_OVERSOLD) {
        check_oversell (self, trader, &request, news);
    }
    if (item->number > self->highest[item->client]) {
        self->highest[item->client] = item->number;
    }
    self->requests[self->request_count] = request;
    return &self->requests[self->request_count++];
}

static bool same_body (const struct item *a, const struct model_request *known)
{
    const struct item *b = &known->item;
    // The name of what nobody offered was not kept.
    bool product = !known->offered || strcmp (a->product, b->product) == 0;
    return a->kind == b->kind && product && a->quantity == b->quantity
           && (a->kind == ITEM_BUY ? a->all_or_nothing == b->all_or_nothing
                                   : a->price_cents == b->price_cents);
}

static struct result result_of (const struct item *item, const struct model_request *known)
{
    if (item->kind == ITEM_LOT_STATUS || known->item.kind == ITEM_RESTOCK) {
        bool lot = item->kind == ITEM_LOT_STATUS;
        return (struct result){.kind = lot ? RESULT_LOT : RESULT_RESTOCKED,
                               .product = known->item.product,
                               .quantity = known->item.quantity,
                               .price_cents = known->item.price_cents,
                               .left = lot ? known->left : 0};
    }
    const char *product = known->offered ? known->item.product : "";
    return (struct result){.kind = RESULT_RECEIPT,
                           .status = known->status,
                           .product = item->kind == ITEM_BUY ? item->product : product,
                           .units = known->units,
                           .missing = known->missing,
                           .amount_cents = known->amount_cents,
                           .fills = known->fills,
                           .fill_count = known->fill_count};
}

static struct result error (enum reason reason)
{
    return (struct result){.kind = RESULT_ERROR, .reason = reason};
}

// Ever, whether its answer is still kept or not.
static bool is_answered (const struct model *self, int64_t client, int64_t number)
{
    for (size_t i = 0; i < self->request_count; i++) {
        const struct item *item = &self->requests[i].item;
        if (item->client == client && item->number == number) {
            return true;
        }
    }
    return false;
}

static bool is_skipped (const struct model *self, int64_t client, int64_t number)
{
    return number > self->highest[client] - LIMIT_SKIPPED_BACK
           && !is_answered (self, client, number);
}

static struct result foretell (struct model *self, int64_t trader, const struct item *item,
                               bool again, struct news *news)
{
    const struct model_request *known = model_find (self, item->client, item->number);
    if (is_expired (self, item->client, item->number)
        && !(item->behind && is_skipped (self, item->client, item->number))) {
        return error (REASON_EXPIRED);
    }
    self->late += is_expired (self, item->client, item->number);
    if (item->kind == ITEM_ORDER_STATUS) {
        return known && known->item.kind == ITEM_BUY ? result_of (item, known)
                                                     : (struct result){.kind = RESULT_RECEIPT,
                                                                       .status = STATUS_UNKNOWN,
                                                                       .product = ""};
    }
    if (item->kind == ITEM_LOT_STATUS) {
        return known && known->item.kind == ITEM_RESTOCK ? result_of (item, known)
                                                         : error (REASON_UNAVAILABLE);
    }
    if (known && !same_body (item, known)) {
        return error (REASON_CONFLICT);
    }
    if (!known && again) {
        return error (REASON_UNAVAILABLE);
    }
    bool repeated = known != NULL;
    if (!known) {
        known = decide (self, trader, item, news);
    }
    bool oversold = item->kind == ITEM_BUY && known->status == STATUS_OVERSOLD;
    if (item->behind && (oversold || (repeated && is_offered (self, item->product)))) {
        correct (news, product_of (item->product));
    }
    return result_of (item, known);
}

static void check_stock (struct model *self, const struct committed *committed,
                         const struct news *news)
{
    ck_assert_uint_eq (wh_letters (MESSAGE_OVERSELL), (size_t) news->oversells);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), news->touched_count);
    for (size_t i = 0; i < news->touched_count; i++) {
        size_t product = news->touched_order[i];
        const struct invalidation *told =
            &wh_letter (MESSAGE_INVALIDATION, i)->message.invalidation;
        ck_assert_str_eq (told->product, model_products[product]);
        ck_assert_int_eq (told->available, available (self, told->product));
        ck_assert_int_eq (told->version, ++self->version);
        ck_assert_int_eq (told->more, i + 1 < news->touched_count);
        ck_assert_int_eq (told->epoch, self->epoch);
        ck_assert_int_eq (told->seq, ++self->stock_seq[product]);
    }
    ck_assert_int_eq (committed->version, self->version);
    ck_assert_uint_eq (committed->stock_count, news->corrected_count);
    for (size_t i = 0; i < news->corrected_count; i++) {
        const struct level *level = &committed->stock[i];
        ck_assert_str_eq (level->product, model_products[news->corrected[i]]);
        ck_assert_int_eq (level->available, available (self, level->product));
    }
}

void model_commit (struct model *self, int64_t trader, const struct item *items,
                   const struct committed *committed, bool again)
{
    struct news news = {.oversells = 0};
    struct model_trader *entry = &self->traders[trader];
    for (size_t i = 0; i < committed->result_count; i++) {
        struct result expected = foretell (self, trader, &items[i], again, &news);
        wh_same_result (&committed->results[i], &expected);
        entry->applied += items[i].behind && !again;
    }
    entry->batch = again ? entry->batch : committed->batch;
    ck_assert_int_eq (committed->applied, entry->applied);
    check_sales (self, trader, &news);
    check_stock (self, committed, &news);
}

void model_compare (const struct model *self)
{
    const struct stock *stock = wh_snapshot ();
    ck_assert_int_eq (stock->epoch, self->epoch);
    ck_assert_int_eq (stock->version, self->version);
    ck_assert_uint_eq (stock->stock_count, self->product_count);
    for (size_t i = 0; i < stock->stock_count; i++) {
        const char *product = model_products[self->products[i]];
        int64_t id = (int64_t) i + 1;
        ck_assert_str_eq (stock->stock[i].product, product);
        ck_assert_int_eq (stock->stock[i].available, available (self, product));
        ck_assert_int_eq (wh_store_left (wh.store, id), available (self, product));
        ck_assert_int_eq (wh_store_restocked (wh.store, id),
                          wh_store_left (wh.store, id) + wh_store_sold (wh.store, id));
    }
    size_t count = 0;
    for (int64_t trader = 0; trader < MODEL_TRADERS; trader++) {
        const struct model_trader *entry = &self->traders[trader];
        if (entry->epoch > 0) {
            ck_assert_int_eq (stock->traders[count].trader, trader);
            ck_assert_int_eq (stock->traders[count].epoch, entry->epoch);
            ck_assert_int_eq (stock->traders[count++].count, entry->applied);
        }
    }
    ck_assert_uint_eq (stock->trader_count, count);
    for (int64_t node = 0; node < MODEL_NODES; node++) {
        ck_assert_int_eq (wh_store_balance (wh.store, node), self->cents[node]);
    }
}
