#include "tests/kit/trader_fixture.h"

#include <string.h>

struct fixture fix;

void fix_set_up (void)
{
    memset (&fix, 0, sizeof fix);
    outbox_init (&fix.out);
    outbox_init (&fix.journal);
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
    outbox_free (&fix.journal);
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
    fix.config.policy = policy_default (MODE_CACHED);
    fix_join ();
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix_warehouse (fix_snapshot (NULL, 0));
    fix_step (EVENT_DRAINED);
    fix_nothing ();
}

static struct message with_other (struct message message)
{
    static const struct member members[] = {
        {.trader = FIX_TRADER, .epoch = 1, .state = MEMBER_LIVE, .router = "tcp://127.0.0.1:1"},
        {.trader = FIX_OTHER, .epoch = 1, .state = MEMBER_LIVE, .router = "tcp://127.0.0.1:2"},
    };
    message.view.members = members;
    message.view.member_count = 2;
    return message;
}

void fix_among_two (void)
{
    fix.config.policy = policy_default (MODE_CACHED);
    fix_begin ();
    fix_warehouse (with_other (fix_view (FIX_SEED, 1)));
    fix.epoch = 1;
    fix_step (EVENT_DRAINED);
    (void) fix_only (MESSAGE_JOURNAL);
    fix_warehouse (fix_snapshot (NULL, 0));
    fix_step (EVENT_DRAINED);
    fix_acknowledge (2, 0);  // It only says in which journal the copy would be.
    ck_assert_int_eq (fix_only (MESSAGE_JOURNAL)->message.journal.holder, FIX_HOLDER);
}

void fix_backed (void)
{
    fix_among_two ();
    fix_acknowledge (2, 0);
    ck_assert_int_eq (fix_only (MESSAGE_CLAIM)->message.claim.backup, FIX_OTHER);
    fix_warehouse (fix_view_of (1, 2, FIX_OTHER));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (trader_backup (fix.trader), FIX_OTHER);
}

void fix_restart (void)
{
    trader_destroy (&fix.trader);
    fix.trader = trader_new (&fix.config, FIX_SEED + (uint64_t) ++fix.lives);
    for (size_t i = 0; i < fix.journal.record_count; i++) {
        ck_assert (trader_restore (fix.trader, &fix.journal.records[i]));
    }
    fix_step (EVENT_START);
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

// Strings of a record are borrowed: a journal keeps its own.
static void keep (const struct record *record)
{
    struct record *kept = outbox_record (&fix.journal, record->type);
    *kept = *record;
    if (record->type == RECORD_DECIDED || record->type == RECORD_COPIED) {
        const char *product = record->decided.item.product;
        kept->decided.item.product = arena_string (fix.journal.arena, product, strlen (product));
        size_t count = record->decided.item.taken_count;
        struct leased_units *taken = arena_take (fix.journal.arena, count, sizeof *taken);
        for (size_t at = 0; at < count; at++) {
            taken[at] = record->decided.item.taken[at];
        }
        kept->decided.item.taken = taken;
    }
}

static void step (struct event event)
{
    size_t before = fix.out.record_count;
    trader_step (fix.trader, &event, &fix.out);
    for (size_t i = before; i < fix.out.record_count; i++) {
        keep (&fix.out.records[i]);
    }
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

// Warehouse and traders name their market, unless a test lets them name another one.
static struct message of_market (struct message message)
{
    message.market = message.market ? message.market : FIX_MARKET;
    return message;
}

void fix_warehouse (struct message message)
{
    message = of_market (message);
    outbox_clear (&fix.out);
    step (fix_received (PORT_WAREHOUSE, &message));
}

void fix_news (struct message message)
{
    message = of_market (message);
    outbox_clear (&fix.out);
    step (fix_received (PORT_NEWS, &message));
}

void fix_trader (struct message message)
{
    message = of_market (message);
    outbox_clear (&fix.out);
    step (fix_received (PORT_TRADER, &message));
}

void fix_acknowledge (int64_t view, int64_t write)
{
    struct message message = fix_plain (MESSAGE_JOURNALED, FIX_OTHER);
    message.journaled =
        (struct journaled){.view = view, .holder = FIX_HOLDER, .write = write, .begun = true};
    fix_trader (message);
    step (fix_event (EVENT_DRAINED));
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

struct message fix_view_of (int64_t epoch, int64_t view, int64_t backup)
{
    struct message message = fix_view (FIX_SEED + fix.lives, epoch);
    message.view.view = view;
    message.view.backup = backup;
    message.view.began = 1;
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
    message.error =
        (struct error){.reason = reason, .number = batch, .epoch = fix.epoch, .text = "no"};
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
