#include "tests/kit/warehouse_fixture.h"

#include <string.h>

#include "tests/kit/warehouse_store.h"

struct wh_fixture wh;

void wh_set_up (void)
{
    wh = (struct wh_fixture){.config = warehouse_config_default (), .store = wh_store_new ()};
    wh.config.elected = true;  // It may be; without a campaign its traders are as any others.
    outbox_init (&wh.out);
}

void wh_tear_down (void)
{
    warehouse_destroy (&wh.warehouse);
    outbox_free (&wh.out);
    wh_store_destroy (&wh.store);
}

TCase *wh_tcase (Suite *suite, const char *name)
{
    TCase *tcase = tcase_create (name);
    tcase_add_checked_fixture (tcase, wh_set_up, wh_tear_down);
    suite_add_tcase (suite, tcase);
    return tcase;
}

void wh_begin (void)
{
    wh_restart ();
    (void) wh_join (TRADER, 1);
    (void) wh_join (OTHER_TRADER, 1);
}

static bool restore (void *context, const struct record *record)
{
    return warehouse_restore (context, record);
}

void wh_restart (void)
{
    warehouse_destroy (&wh.warehouse);
    wh.warehouse = warehouse_new (&wh.config, 1);
    ck_assert (wh_store_load (wh.store, wh.config.answers_kept, restore, wh.warehouse));
    wh.clock = 0;
    wh.losing = false;
    wh_step (&(struct event){.type = EVENT_START});
}

static void check_letters (const struct event *event)
{
    bool request = event->type == EVENT_RECEIVE || event->type == EVENT_MALFORMED;
    size_t answers = 0;
    int64_t clock = event->type == EVENT_RECEIVE ? event->message->clock : 0;
    for (size_t i = 0; i < wh.out.letter_count; i++) {
        const struct letter *letter = &wh.out.letters[i];
        answers += letter->port == PORT_WAREHOUSE;
        ck_assert_int_eq (letter->message.from, WAREHOUSE_NODE);
        ck_assert_int_eq (letter->message.market, warehouse_market (wh.warehouse));
        ck_assert_int_gt (letter->message.clock, clock);
        ck_assert_int_gt (letter->message.clock, wh.clock);
        wh.clock = letter->message.clock;
        ck_assert (letter->port == PORT_WAREHOUSE || wh.config.publish);
    }
    ck_assert_uint_eq (answers, request ? 1 : 0);
    ck_assert (request || wh.out.letter_count == 0);
}

void wh_step (const struct event *event)
{
    outbox_clear (&wh.out);
    warehouse_step (wh.warehouse, event, &wh.out);
    check_letters (event);
    ck_assert (warehouse_deadline (wh.warehouse) == DEADLINE_NONE);
    if (wh.losing) {
        return;
    }
    for (size_t i = 0; i < wh.out.record_count; i++) {
        wh_store_put (wh.store, &wh.out.records[i]);
    }
    if (!wh.unchecked && wh.out.record_count > 0) {
        wh_store_check (wh.store);
    }
}

const struct message *wh_ask (const struct message *request)
{
    wh_step (&(struct event){.type = EVENT_RECEIVE, .port = PORT_WAREHOUSE, .message = request});
    for (size_t i = 0; i < wh.out.letter_count; i++) {
        if (wh.out.letters[i].port == PORT_WAREHOUSE) {
            ck_assert_int_eq (wh.out.letters[i].to, request->from);
            return &wh.out.letters[i].message;
        }
    }
    return NULL;  // wh_step has seen the answer.
}

const struct error *wh_refused (const struct message *request, enum reason reason)
{
    const struct message *answer = wh_ask (request);
    ck_assert_int_eq (answer->type, MESSAGE_ERROR);
    ck_assert_str_eq (reason_name (answer->error.reason), reason_name (reason));
    ck_assert_uint_gt (strlen (answer->error.text), 0);
    return &answer->error;
}

int64_t wh_join (int64_t trader, int64_t nonce)
{
    struct message request = {.type = MESSAGE_JOIN, .from = trader, .join = {.nonce = nonce}};
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_VIEW);
    if (answer->view.nonce != nonce) {  // Somebody had this place before.
        ck_assert_uint_eq (wh.out.record_count, 0);
        request.join.epoch = answer->view.epoch;
        answer = wh_ask (&request);
        ck_assert_int_eq (answer->type, MESSAGE_VIEW);
    }
    ck_assert_int_eq (answer->view.nonce, nonce);
    if (trader < WH_TRADERS && wh.streams[trader].epoch != answer->view.epoch) {
        wh.streams[trader] = (struct wh_stream){.epoch = answer->view.epoch};
    }
    return answer->view.epoch;
}

const struct stock *wh_snapshot (void)
{
    struct message request = {.type = MESSAGE_SNAPSHOT, .from = TRADER};
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_STOCK);
    return &answer->stock;
}

int64_t wh_available (const char *product)
{
    const struct stock *stock = wh_snapshot ();
    for (size_t i = 0; i < stock->stock_count; i++) {
        if (strcmp (stock->stock[i].product, product) == 0) {
            return stock->stock[i].available;
        }
    }
    return -1;
}

int64_t wh_version (void)
{
    return wh_snapshot ()->version;
}

struct message wh_batch (int64_t trader, int64_t epoch, int64_t batch, const struct item *items,
                         size_t count)
{
    return (struct message){
        .type = MESSAGE_COMMIT,
        .from = trader,
        .commit = {.epoch = epoch, .batch = batch, .items = items, .item_count = count},
    };
}

const struct committed *wh_commit_as (int64_t trader, int64_t batch, const struct item *items,
                                      size_t count)
{
    struct message request = wh_batch (trader, wh.streams[trader].epoch, batch, items, count);
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_COMMITTED);
    ck_assert_int_eq (answer->committed.epoch, request.commit.epoch);
    ck_assert_int_eq (answer->committed.batch, batch);
    ck_assert_uint_eq (answer->committed.result_count, count);
    return &answer->committed;
}

const struct committed *wh_commit (int64_t trader, const struct item *items, size_t count)
{
    return wh_commit_as (trader, ++wh.streams[trader].batch, items, count);
}

struct result wh_one (struct item item)
{
    return wh_one_by (TRADER, item);
}

struct result wh_one_by (int64_t trader, struct item item)
{
    return wh_commit (trader, &item, 1)->results[0];
}

struct item wh_buy (int64_t client, int64_t number, const char *product, int64_t quantity)
{
    return (struct item){.kind = ITEM_BUY,
                         .client = client,
                         .number = number,
                         .product = product,
                         .quantity = quantity};
}

struct item wh_buy_all (int64_t client, int64_t number, const char *product, int64_t quantity)
{
    struct item item = wh_buy (client, number, product, quantity);
    item.all_or_nothing = true;
    return item;
}

struct item wh_promised (struct item item, int64_t promised)
{
    item.behind = true;
    item.promised = promised;
    return item;
}

struct item wh_restock (int64_t client, int64_t number, const char *product, int64_t quantity,
                        int64_t price_cents)
{
    return (struct item){.kind = ITEM_RESTOCK,
                         .client = client,
                         .number = number,
                         .product = product,
                         .quantity = quantity,
                         .price_cents = price_cents};
}

struct item wh_behind (struct item item)
{
    item.behind = true;
    return item;
}

struct item wh_order_status (int64_t client, int64_t number)
{
    return (struct item){.kind = ITEM_ORDER_STATUS, .client = client, .number = number};
}

struct item wh_lot_status (int64_t client, int64_t number)
{
    return (struct item){.kind = ITEM_LOT_STATUS, .client = client, .number = number};
}

void wh_is_receipt (struct result result, enum status status, int64_t units, int64_t missing,
                    int64_t amount_cents)
{
    ck_assert_int_eq (result.kind, RESULT_RECEIPT);
    ck_assert_str_eq (status_name (result.status), status_name (status));
    ck_assert_int_eq (result.units, units);
    ck_assert_int_eq (result.missing, missing);
    ck_assert_int_eq (result.amount_cents, amount_cents);
    int64_t filled = 0;
    for (size_t i = 0; i < result.fill_count; i++) {
        filled += result.fills[i].units;
    }
    ck_assert_int_eq (filled, units);
}

void wh_is_error (struct result result, enum reason reason)
{
    ck_assert_int_eq (result.kind, RESULT_ERROR);
    ck_assert_str_eq (reason_name (result.reason), reason_name (reason));
}

static void same_fill (const struct fill *a, const struct fill *b)
{
    ck_assert_int_eq (a->seller, b->seller);
    ck_assert_int_eq (a->lot, b->lot);
    ck_assert_int_eq (a->units, b->units);
    ck_assert_int_eq (a->price_cents, b->price_cents);
}

void wh_is_fill (struct result result, size_t index, struct fill fill)
{
    ck_assert_uint_gt (result.fill_count, index);
    same_fill (&result.fills[index], &fill);
}

void wh_same_result (const struct result *a, const struct result *b)
{
    ck_assert_int_eq (a->kind, b->kind);
    ck_assert_int_eq (a->status, b->status);
    ck_assert_int_eq (a->reason, b->reason);
    ck_assert (a->kind == RESULT_ERROR || strcmp (a->product, b->product) == 0);
    ck_assert_int_eq (a->units, b->units);
    ck_assert_int_eq (a->missing, b->missing);
    ck_assert_int_eq (a->amount_cents, b->amount_cents);
    ck_assert_int_eq (a->quantity, b->quantity);
    ck_assert_int_eq (a->price_cents, b->price_cents);
    ck_assert_int_eq (a->left, b->left);
    ck_assert_uint_eq (a->fill_count, b->fill_count);
    for (size_t i = 0; i < a->fill_count; i++) {
        same_fill (&a->fills[i], &b->fills[i]);
    }
}

void wh_keep (struct wh_kept *self, const struct result *result)
{
    self->result = *result;
    self->result.fills = self->fills;
    self->result.product = self->product;
    self->product[0] = 0;
    if (result->kind != RESULT_ERROR) {
        strcpy (self->product, result->product);
    }
    for (size_t i = 0; i < result->fill_count; i++) {
        self->fills[i] = result->fills[i];
    }
}

size_t wh_letters (enum message_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < wh.out.letter_count; i++) {
        count += wh.out.letters[i].message.type == type;
    }
    return count;
}

const struct letter *wh_letter (enum message_type type, size_t n)
{
    for (size_t i = 0; i < wh.out.letter_count; i++) {
        if (wh.out.letters[i].message.type == type && n-- == 0) {
            return &wh.out.letters[i];
        }
    }
    ck_abort_msg ("no such letter");
    return NULL;
}
