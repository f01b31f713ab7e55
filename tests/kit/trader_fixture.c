#include "tests/kit/trader_fixture.h"

#include <string.h>

struct fixture fix;

void fix_set_up (void)
{
    memset (&fix, 0, sizeof fix);
    outbox_init (&fix.out);
    fix.now_us = 5000000;
    fix.warehouse_epoch = 1;
    fix.config = trader_config_default ();
    fix.config.id = FIX_TRADER;
    fix.config.queue_max = 16;
}

void fix_tear_down (void)
{
    trader_destroy (&fix.trader);
    outbox_free (&fix.out);
}

void fix_begin (void)
{
    fix.trader = trader_new (&fix.config, FIX_SEED);
    fix_step (EVENT_START);
}

void fix_join (void)
{
    fix_begin ();
    fix_warehouse (fix_view (FIX_SEED, 1));
    fix.epoch = 1;
    fix_step (EVENT_DRAINED);
}

void fix_cached (void)
{
    fix.config.mode = MODE_CACHED;
    fix_join ();
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix_warehouse (fix_snapshot (NULL, 0));
    fix_step (EVENT_DRAINED);
    fix_nothing ();
}

struct event fix_event (enum event_type type)
{
    return (struct event){.type = type, .now_us = fix.now_us};
}

struct event fix_received (enum port port, const struct message *message)
{
    struct event event = fix_event (EVENT_RECEIVE);
    event.port = port;
    event.message = message;
    return event;
}

static void step (struct event event)
{
    trader_step (fix.trader, &event, &fix.out);
}

void fix_step (enum event_type type)
{
    outbox_clear (&fix.out);
    step (fix_event (type));
}

void fix_client_at (struct message message, struct route route)
{
    struct event event = fix_received (PORT_CLIENTS, &message);
    event.route = route;
    outbox_clear (&fix.out);
    step (event);
}

void fix_client (struct message message)
{
    fix_client_at (message, fix_route (message.from, 0));
}

void fix_warehouse (struct message message)
{
    outbox_clear (&fix.out);
    step (fix_received (PORT_WAREHOUSE, &message));
}

void fix_news (struct message message)
{
    outbox_clear (&fix.out);
    step (fix_received (PORT_NEWS, &message));
}

void fix_wait (int64_t us)
{
    fix.now_us += us;
    fix_step (EVENT_DEADLINE);
}

int fix_due_in (void)
{
    int64_t due_us = trader_deadline (fix.trader);
    return due_us == DEADLINE_NONE ? -1 : (int) (due_us - fix.now_us);
}

void fix_ask (struct message message)
{
    fix_client (message);
    step (fix_event (EVENT_DRAINED));
}

struct route fix_route (int64_t node, uint8_t connection)
{
    return (struct route){.size = 3, .bytes = {(uint8_t) (node >> 8), (uint8_t) node, connection}};
}

bool fix_same_route (const struct route *a, const struct route *b)
{
    return a->size == b->size && memcmp (a->bytes, b->bytes, a->size) == 0;
}

struct message fix_plain (enum message_type type, int64_t from)
{
    return (struct message){.type = type, .from = from, .clock = 1};
}

// As a client sends it that knows the trader's epoch, which is the first one mostly.
static struct first fix_first (void)
{
    return (struct first){.trader = FIX_TRADER, .epoch = fix.epoch ? fix.epoch : 1};
}

struct message fix_buy (int64_t from, int64_t number, const char *product, int64_t quantity)
{
    struct message message = fix_plain (MESSAGE_BUY, from);
    message.buy = (struct buy){.number = number,
                               .attempt = 1,
                               .product = product,
                               .quantity = quantity,
                               .first = fix_first ()};
    return message;
}

struct message fix_restock (int64_t from, int64_t number, const char *product, int64_t quantity)
{
    struct message message = fix_plain (MESSAGE_RESTOCK, from);
    message.restock = (struct restock){
        .number = number,
        .attempt = 1,
        .product = product,
        .quantity = quantity,
        .price_cents = 100,
        .first = fix_first (),
    };
    return message;
}

struct message fix_question (enum message_type type, int64_t from, int64_t number)
{
    struct message message = fix_plain (type, from);
    if (type == MESSAGE_ORDER_STATUS) {
        message.order_status.number = number;
    } else {
        message.lot_status.number = number;
    }
    return message;
}

struct message fix_view (int64_t nonce, int64_t epoch)
{
    struct message message = fix_plain (MESSAGE_VIEW, WAREHOUSE_NODE);
    message.market = FIX_MARKET;
    message.view = (struct view_told){
        .trader = FIX_TRADER,
        .nonce = nonce,
        .epoch = epoch,
        .view = epoch,
        .state = MEMBER_LIVE,
        .began = epoch,
    };
    return message;
}

struct message fix_committed (int64_t batch, const struct result *results, size_t count)
{
    struct message message = fix_plain (MESSAGE_COMMITTED, WAREHOUSE_NODE);
    message.committed = (struct committed){
        .epoch = fix.epoch,
        .batch = batch,
        .version = fix.version,
        .results = results,
        .result_count = count,
    };
    return message;
}

struct message fix_refused (enum reason reason, int64_t batch)
{
    struct message message = fix_plain (MESSAGE_ERROR, WAREHOUSE_NODE);
    message.error = (struct error){.reason = reason, .number = batch, .text = "no"};
    return message;
}

struct message fix_snapshot (const struct level *stock, size_t count)
{
    struct message message = fix_plain (MESSAGE_STOCK, WAREHOUSE_NODE);
    message.stock = (struct stock){
        .epoch = fix.warehouse_epoch,
        .version = fix.version,
        .stock = stock,
        .stock_count = count,
    };
    return message;
}

struct message fix_news_of (const char *product, int64_t available)
{
    struct message message = fix_plain (MESSAGE_INVALIDATION, WAREHOUSE_NODE);
    message.invalidation = (struct invalidation){
        .epoch = fix.warehouse_epoch,
        .seq = 1,
        .version = fix.version,
        .product = product,
        .available = available,
    };
    return message;
}

struct message fix_with_traders (struct message message, const struct trader_seen *traders,
                                 size_t count)
{
    if (message.type == MESSAGE_STOCK) {
        message.stock.traders = traders;
        message.stock.trader_count = count;
    } else {
        ck_assert_int_eq (message.type, MESSAGE_INVALIDATION);
        message.invalidation.traders = traders;
        message.invalidation.trader_count = count;
    }
    return message;
}

struct result fix_receipt (enum status status, const char *product, int64_t units)
{
    return (struct result){
        .kind = RESULT_RECEIPT,
        .status = status,
        .product = product,
        .units = units,
        .amount_cents = units * 100,
    };
}

struct result fix_restocked (const char *product, int64_t quantity)
{
    return (struct result){
        .kind = RESULT_RESTOCKED, .product = product, .quantity = quantity, .price_cents = 100};
}

struct result fix_error (enum reason reason)
{
    return (struct result){.kind = RESULT_ERROR, .reason = reason};
}

void fix_settle (int64_t batch, struct result result)
{
    fix_warehouse (fix_committed (batch, &result, 1));
}

size_t fix_count (enum message_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < fix.out.letter_count; i++) {
        count += fix.out.letters[i].message.type == type;
    }
    return count;
}

const struct letter *fix_letter (enum message_type type, size_t n)
{
    for (size_t i = 0; i < fix.out.letter_count; i++) {
        if (fix.out.letters[i].message.type == type && n-- == 0) {
            return &fix.out.letters[i];
        }
    }
    return NULL;
}

const struct letter *fix_only (enum message_type type)
{
    ck_assert_uint_eq (fix_count (type), 1);
    return fix_letter (type, 0);
}

void fix_nothing (void)
{
    ck_assert_uint_eq (fix.out.letter_count, 0);
    ck_assert_uint_eq (fix.out.record_count, 0);
}

void fix_silent (void)
{
    ck_assert_uint_eq (fix.out.letter_count, 0);
}

const struct letter *fix_alone (enum message_type type)
{
    ck_assert_uint_eq (fix.out.letter_count, 1);
    return fix_only (type);
}

void fix_refuses (int64_t to, enum reason reason, int64_t number)
{
    const struct letter *letter = fix_alone (MESSAGE_ERROR);
    struct route route = fix_route (to, 0);
    ck_assert_int_eq (letter->port, PORT_CLIENTS);
    ck_assert_int_eq (letter->to, to);
    ck_assert (fix_same_route (&letter->route, &route));
    ck_assert_str_eq (reason_name (letter->message.error.reason), reason_name (reason));
    ck_assert_int_eq (letter->message.error.number, number);
    ck_assert_str_ne (letter->message.error.text, "");
}

void fix_receipts (int64_t to, int64_t number, enum status status, int64_t units)
{
    for (size_t i = 0; i < fix_count (MESSAGE_RECEIPT); i++) {
        const struct letter *letter = fix_letter (MESSAGE_RECEIPT, i);
        const struct receipt *receipt = &letter->message.receipt;
        struct route route = fix_route (to, 0);
        if (letter->to == to && receipt->number == number) {
            ck_assert_int_eq (letter->port, PORT_CLIENTS);
            ck_assert (fix_same_route (&letter->route, &route));
            ck_assert_str_eq (status_name (receipt->status), status_name (status));
            ck_assert_int_eq (receipt->units, units);
            return;
        }
    }
    ck_abort_msg ("no receipt to %lld for order %lld", (long long) to, (long long) number);
}

const struct commit *fix_commit (int64_t batch)
{
    const struct letter *letter = fix_only (MESSAGE_COMMIT);
    ck_assert_int_eq (letter->port, PORT_WAREHOUSE);
    ck_assert_int_eq (letter->message.commit.epoch, fix.epoch);
    ck_assert_int_eq (letter->message.commit.batch, batch);
    return &letter->message.commit;
}

void fix_commits (int64_t batch, const int64_t *numbers)
{
    const struct commit *commit = fix_commit (batch);
    size_t i = 0;
    for (; numbers[i]; i++) {
        ck_assert_uint_lt (i, commit->item_count);
        ck_assert_int_eq (commit->items[i].number, numbers[i]);
    }
    ck_assert_uint_eq (commit->item_count, i);
}

void fix_refuses_behind (int64_t batch, int64_t from, int64_t number)
{
    (void) fix_alone (MESSAGE_COMMIT);
    const struct commit *commit = fix_commit (batch);
    ck_assert_uint_eq (commit->item_count, 1);
    ck_assert_int_eq (commit->items[0].kind, ITEM_BUY);
    ck_assert_int_eq (commit->items[0].client, from);
    ck_assert_int_eq (commit->items[0].number, number);
    ck_assert (commit->items[0].behind);
    ck_assert_int_eq (commit->items[0].promised, 0);
}

void fix_refused_by_commit (int64_t batch, int64_t to, int64_t number)
{
    fix_settle (batch, fix_receipt (STATUS_OUT_OF_STOCK, "", 0));
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (to, number, STATUS_OUT_OF_STOCK, 0);
}

void fix_stock (const char *product, int64_t available)
{
    fix.version++;
    fix_news (fix_news_of (product, available));
    fix_nothing ();
}

void fix_promises (int64_t number, int64_t quantity, int64_t units)
{
    fix_ask (fix_buy (ALICE, number, "fish", quantity));
    fix_receipts (ALICE, number, STATUS_ACCEPTED, units);
}
