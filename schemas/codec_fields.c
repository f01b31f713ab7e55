#include "schemas/codec_fields.h"

#include <string.h>

// The parts of a row: what it is called and where it is, and what it may be.
#define AT(type, member, text)                                                          \
    .name = text, .key = ",\"" text "\":", .key_length = sizeof (",\"" text "\":") - 1, \
    .offset = offsetof (type, member)
#define INTEGER(least, most) .kind = VALUE_INTEGER, .min = least, .max = most
#define CLOCK .kind = VALUE_CLOCK, .max = LIMIT_INTEGER
#define LIST(type, counter, of, most) \
    .kind = VALUE_LIST, .beside = offsetof (type, counter), .list = &of, .max = most
#define WORD(names, count) .kind = VALUE_WORD, .words = names, .max = count
#define OPTIONAL(value) .optional = true, .absent = value
#define SHAPE(text, rows, node)                                                    \
    {                                                                              \
        .name = text, .fields = rows, .field_count = sizeof rows / sizeof rows[0], \
        .from_min = node                                                           \
    }
#define MESSAGE(member, text) AT (struct message, member, text)

// What recurs: node ids of traders and clients, a client's numbers, units, prices, counters.
#define NODE INTEGER (1, LIMIT_NODE)
#define NUMBER INTEGER (1, LIMIT_INTEGER)
#define QUANTITY INTEGER (1, LIMIT_QUANTITY)
#define UNITS INTEGER (0, LIMIT_QUANTITY)
#define PRICE INTEGER (1, LIMIT_PRICE_CENTS)
#define COUNT INTEGER (0, LIMIT_INTEGER)
#define PRODUCT .kind = VALUE_PRODUCT
#define STATUS WORD (status_words, STATUS_COUNT)
#define REASON WORD (reason_words, REASON_COUNT)
#define STATE WORD (state_words, MEMBER_STATE_COUNT)
#define NODE_OR_NONE INTEGER (0, LIMIT_NODE)
#define ENDPOINT .kind = VALUE_TEXT, .max = LIMIT_ENDPOINT

// The words of the enums.
#define NAME(name, text) text,
static const char *const status_words[] = {STATUSES (NAME)};
static const char *const reason_words[] = {REASONS (NAME)};
static const char *const state_words[] = {MEMBER_STATES (NAME)};
static const char *const socket_words[] = {SOCKETS (NAME)};
static const char *const happening_words[] = {HAPPENINGS (NAME)};
#undef NAME

// Lists.

static const struct field tick_fields[] = {
    {AT (struct tick, node, "node"), NODE},
    {AT (struct tick, count, "count"), CLOCK},
};
static const struct shape tick_shape[] = {SHAPE (NULL, tick_fields, 0)};
static const struct list tick_list = {tick_shape, 1, sizeof (struct tick), true};

static const struct field trader_seen_fields[] = {
    {AT (struct trader_seen, trader, "trader"), NODE},
    {AT (struct trader_seen, epoch, "epoch"), COUNT},
    {AT (struct trader_seen, count, "count"), COUNT},
};
static const struct shape trader_seen_shape[] = {SHAPE (NULL, trader_seen_fields, 0)};
const struct list trader_seen_list = {trader_seen_shape, 1, sizeof (struct trader_seen), true};

static const struct field fill_fields[] = {
    {AT (struct fill, seller, "seller"), NODE},
    {AT (struct fill, lot, "lot"), NUMBER},
    {AT (struct fill, units, "units"), QUANTITY},
    {AT (struct fill, price_cents, "price_cents"), PRICE},
};
static const struct shape fill_shape[] = {SHAPE (NULL, fill_fields, 0)};
static const struct list fill_list = {fill_shape, 1, sizeof (struct fill), false};

static const struct field level_fields[] = {
    {AT (struct level, product, "product"), PRODUCT},
    {AT (struct level, available, "available"), COUNT},
};
static const struct shape level_shape[] = {SHAPE (NULL, level_fields, 0)};
static const struct list level_list = {level_shape, 1, sizeof (struct level), false};

static const struct field item_buy_fields[] = {
    {AT (struct item, client, "client"), NODE},
    {AT (struct item, number, "number"), NUMBER},
    {AT (struct item, clock, "clock"), CLOCK},
    {AT (struct item, product, "product"), PRODUCT},
    {AT (struct item, quantity, "quantity"), QUANTITY},
    {AT (struct item, all_or_nothing, "all_or_nothing"), .kind = VALUE_BOOL},
    {AT (struct item, behind, "behind"), .kind = VALUE_BOOL},
    {AT (struct item, promised, "promised"), UNITS},
    {AT (struct item, first.trader, "first"), NODE_OR_NONE},
    {AT (struct item, first.epoch, "first_epoch"), COUNT},
};
static const struct field item_restock_fields[] = {
    {AT (struct item, client, "client"), NODE},
    {AT (struct item, number, "number"), NUMBER},
    {AT (struct item, clock, "clock"), CLOCK},
    {AT (struct item, product, "product"), PRODUCT},
    {AT (struct item, quantity, "quantity"), QUANTITY},
    {AT (struct item, price_cents, "price_cents"), PRICE},
    {AT (struct item, behind, "behind"), .kind = VALUE_BOOL},
    {AT (struct item, first.trader, "first"), NODE_OR_NONE},
    {AT (struct item, first.epoch, "first_epoch"), COUNT},
};
static const struct field item_status_fields[] = {
    {AT (struct item, client, "client"), NODE},
    {AT (struct item, number, "number"), NUMBER},
};
static const struct shape item_shapes[ITEM_KIND_COUNT] = {
    [ITEM_BUY] = SHAPE ("buy", item_buy_fields, 0),
    [ITEM_RESTOCK] = SHAPE ("restock", item_restock_fields, 0),
    [ITEM_ORDER_STATUS] = SHAPE ("order_status", item_status_fields, 0),
    [ITEM_LOT_STATUS] = SHAPE ("lot_status", item_status_fields, 0),
};
static const struct list item_list = {item_shapes, ITEM_KIND_COUNT, sizeof (struct item), false};

static const struct field result_receipt_fields[] = {
    {AT (struct result, status, "status"), STATUS},
    {AT (struct result, product, "product"), .kind = VALUE_PRODUCT_OR_NONE,
     .beside = offsetof (struct result, status)},
    {AT (struct result, units, "units"), UNITS},
    {AT (struct result, missing, "missing"), UNITS},
    {AT (struct result, amount_cents, "amount_cents"), COUNT},
    {AT (struct result, fills, "fills"), LIST (struct result, fill_count, fill_list, LIMIT_FILLS)},
};
static const struct field result_restocked_fields[] = {
    {AT (struct result, product, "product"), PRODUCT},
    {AT (struct result, quantity, "quantity"), QUANTITY},
    {AT (struct result, price_cents, "price_cents"), PRICE},
};
static const struct field result_lot_fields[] = {
    {AT (struct result, product, "product"), PRODUCT},
    {AT (struct result, quantity, "quantity"), QUANTITY},
    {AT (struct result, left, "left"), UNITS},
    {AT (struct result, price_cents, "price_cents"), PRICE},
};
static const struct field result_error_fields[] = {
    {AT (struct result, reason, "reason"), REASON},
};
static const struct shape result_shapes[RESULT_KIND_COUNT] = {
    [RESULT_RECEIPT] = SHAPE ("receipt", result_receipt_fields, 0),
    [RESULT_RESTOCKED] = SHAPE ("restocked", result_restocked_fields, 0),
    [RESULT_LOT] = SHAPE ("lot", result_lot_fields, 0),
    [RESULT_ERROR] = SHAPE ("error", result_error_fields, 0),
};
static const struct list result_list = {result_shapes, RESULT_KIND_COUNT, sizeof (struct result),
                                        false};

// The same in several messages.
#define SEEN(member)                                                                         \
    {                                                                                        \
        MESSAGE (member, "seen"), .kind = VALUE_SEEN, .optional = true, .max = LIMIT_TRADERS \
    }
#define VECTOR(member)                                                                 \
    {                                                                                  \
        MESSAGE (member.ticks, "vector"),                                              \
            LIST (struct message, member.count, tick_list, LIMIT_VECTOR), OPTIONAL (0) \
    }

// Messages between clients and traders.

static const struct field buy_fields[] = {
    {MESSAGE (buy.number, "number"), NUMBER},
    {MESSAGE (buy.attempt, "attempt"), NUMBER, OPTIONAL (1)},
    {MESSAGE (buy.product, "product"), PRODUCT},
    {MESSAGE (buy.quantity, "quantity"), QUANTITY},
    {MESSAGE (buy.all_or_nothing, "all_or_nothing"), .kind = VALUE_BOOL, OPTIONAL (false)},
    {MESSAGE (buy.first.trader, "first"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (buy.first.epoch, "first_epoch"), COUNT, OPTIONAL (0)},
    SEEN (buy.seen),
    VECTOR (buy.vector),
};
static const struct field order_status_fields[] = {
    {MESSAGE (order_status.number, "number"), NUMBER},
};
static const struct field receipt_fields[] = {
    {MESSAGE (receipt.number, "number"), NUMBER},
    {MESSAGE (receipt.status, "status"), STATUS},
    {MESSAGE (receipt.product, "product"), .kind = VALUE_PRODUCT_OR_NONE,
     .beside = offsetof (struct message, receipt.status)},
    {MESSAGE (receipt.units, "units"), UNITS},
    {MESSAGE (receipt.missing, "missing"), UNITS, OPTIONAL (0)},
    {MESSAGE (receipt.amount_cents, "amount_cents"), COUNT},
    {MESSAGE (receipt.fills, "fills"),
     LIST (struct message, receipt.fill_count, fill_list, LIMIT_FILLS), OPTIONAL (0)},
    SEEN (receipt.seen),
    VECTOR (receipt.vector),
};
static const struct field oversold_fields[] = {
    {MESSAGE (oversold.number, "number"), NUMBER},
    {MESSAGE (oversold.product, "product"), PRODUCT},
    {MESSAGE (oversold.units, "units"), UNITS},
    {MESSAGE (oversold.missing, "missing"), QUANTITY},
    {MESSAGE (oversold.amount_cents, "amount_cents"), COUNT},
    {MESSAGE (oversold.fills, "fills"),
     LIST (struct message, oversold.fill_count, fill_list, LIMIT_FILLS), OPTIONAL (0)},
    SEEN (oversold.seen),
    VECTOR (oversold.vector),
};
static const struct field restock_fields[] = {
    {MESSAGE (restock.number, "number"), NUMBER},
    {MESSAGE (restock.attempt, "attempt"), NUMBER, OPTIONAL (1)},
    {MESSAGE (restock.product, "product"), PRODUCT},
    {MESSAGE (restock.quantity, "quantity"), QUANTITY},
    {MESSAGE (restock.price_cents, "price_cents"), PRICE},
    {MESSAGE (restock.first.trader, "first"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (restock.first.epoch, "first_epoch"), COUNT, OPTIONAL (0)},
    SEEN (restock.seen),
    VECTOR (restock.vector),
};
static const struct field restocked_fields[] = {
    {MESSAGE (restocked.number, "number"), NUMBER},
    {MESSAGE (restocked.product, "product"), PRODUCT},
    {MESSAGE (restocked.quantity, "quantity"), QUANTITY},
    {MESSAGE (restocked.price_cents, "price_cents"), PRICE},
    SEEN (restocked.seen),
    VECTOR (restocked.vector),
};
static const struct field lot_status_fields[] = {
    {MESSAGE (lot_status.number, "number"), NUMBER},
};
static const struct field lot_fields[] = {
    {MESSAGE (lot.number, "number"), NUMBER},          {MESSAGE (lot.product, "product"), PRODUCT},
    {MESSAGE (lot.quantity, "quantity"), QUANTITY},    {MESSAGE (lot.left, "left"), UNITS},
    {MESSAGE (lot.price_cents, "price_cents"), PRICE},
};
static const struct field sold_fields[] = {
    {MESSAGE (sold.buyer, "buyer"), NODE},     {MESSAGE (sold.order, "order"), NUMBER},
    {MESSAGE (sold.lot, "lot"), NUMBER},       {MESSAGE (sold.product, "product"), PRODUCT},
    {MESSAGE (sold.units, "units"), QUANTITY}, {MESSAGE (sold.price_cents, "price_cents"), PRICE},
};
static const struct field pong_fields[] = {
    {MESSAGE (pong.epoch, "epoch"), COUNT, OPTIONAL (0)},
};
static const struct field error_fields[] = {
    {MESSAGE (error.reason, "reason"), REASON},
    {MESSAGE (error.number, "number"), COUNT, OPTIONAL (0)},
    {MESSAGE (error.trader, "trader"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (error.epoch, "epoch"), COUNT, OPTIONAL (0)},
    {MESSAGE (error.text, "text"), .kind = VALUE_TEXT, .max = LIMIT_TEXT},
};

// Messages between traders and the warehouse.

static const struct field join_fields[] = {
    {MESSAGE (join.nonce, "nonce"), COUNT},
    {MESSAGE (join.epoch, "epoch"), COUNT},
    {MESSAGE (join.began, "began"), COUNT},
    {MESSAGE (join.router, "router"), ENDPOINT},
};
static const struct field claim_fields[] = {
    {MESSAGE (claim.epoch, "epoch"), NUMBER},
    {MESSAGE (claim.view, "view"), NUMBER},
    {MESSAGE (claim.backup, "backup"), NODE_OR_NONE},
    {MESSAGE (claim.leaves, "leaves"), .kind = VALUE_BOOL, OPTIONAL (false)},
};
static const struct field takeover_fields[] = {
    {MESSAGE (takeover.trader, "trader"), NODE},
    {MESSAGE (takeover.view, "view"), NUMBER},
    {MESSAGE (takeover.complete, "complete"), .kind = VALUE_BOOL, OPTIONAL (false)},
};
static const struct field member_entry_fields[] = {
    {AT (struct member, trader, "trader"), NODE},
    {AT (struct member, epoch, "epoch"), COUNT},
    {AT (struct member, state, "state"), STATE},
    {AT (struct member, router, "router"), ENDPOINT},
};
static const struct shape member_entry_shape[] = {SHAPE (NULL, member_entry_fields, 0)};
static const struct list member_entry_list = {member_entry_shape, 1, sizeof (struct member), true};
static const struct field view_fields[] = {
    {MESSAGE (view.trader, "trader"), NODE},
    {MESSAGE (view.nonce, "nonce"), COUNT},
    {MESSAGE (view.epoch, "epoch"), COUNT},
    {MESSAGE (view.view, "view"), COUNT},
    {MESSAGE (view.state, "state"), STATE},
    {MESSAGE (view.backup, "backup"), NODE_OR_NONE},
    {MESSAGE (view.taker, "taker"), NODE_OR_NONE},
    {MESSAGE (view.began, "began"), COUNT},
    {MESSAGE (view.applied, "applied"), COUNT},
    {MESSAGE (view.batch, "batch"), COUNT},
    {MESSAGE (view.members, "members"),
     LIST (struct message, view.member_count, member_entry_list, LIMIT_TRADERS), OPTIONAL (0)},
};
static const struct field commit_fields[] = {
    {MESSAGE (commit.trader, "trader"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (commit.epoch, "epoch"), COUNT},
    {MESSAGE (commit.batch, "batch"), NUMBER},
    {MESSAGE (commit.items, "items"),
     LIST (struct message, commit.item_count, item_list, LIMIT_BATCH)},
};
static const struct field committed_fields[] = {
    {MESSAGE (committed.trader, "trader"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (committed.epoch, "epoch"), COUNT},
    {MESSAGE (committed.batch, "batch"), NUMBER},
    {MESSAGE (committed.version, "version"), COUNT},
    {MESSAGE (committed.applied, "applied"), COUNT},
    {MESSAGE (committed.results, "results"),
     LIST (struct message, committed.result_count, result_list, LIMIT_BATCH)},
    {MESSAGE (committed.stock, "stock"),
     LIST (struct message, committed.stock_count, level_list, LIMIT_BATCH), OPTIONAL (0)},
};
static const struct field stock_fields[] = {
    {MESSAGE (stock.epoch, "epoch"), COUNT},
    {MESSAGE (stock.version, "version"), COUNT},
    {MESSAGE (stock.stock, "stock"),
     LIST (struct message, stock.stock_count, level_list, LIMIT_PRODUCTS)},
    {MESSAGE (stock.traders, "traders"),
     LIST (struct message, stock.trader_count, trader_seen_list, LIMIT_TRADERS), OPTIONAL (0)},
};

// Messages between traders.

static const struct field journal_fields[] = {
    {MESSAGE (journal.view, "view"), NUMBER},
    {MESSAGE (journal.holder, "holder"), COUNT},
    {MESSAGE (journal.began, "began"), NUMBER},
    {MESSAGE (journal.settled, "settled"), COUNT},
    {MESSAGE (journal.write, "write"), NUMBER},
    {MESSAGE (journal.items, "items"),
     LIST (struct message, journal.item_count, item_list, LIMIT_COPIES)},
};
static const struct field journaled_fields[] = {
    {MESSAGE (journaled.view, "view"), NUMBER},
    {MESSAGE (journaled.holder, "holder"), NUMBER},
    {MESSAGE (journaled.write, "write"), COUNT},
    {MESSAGE (journaled.sealed, "sealed"), .kind = VALUE_BOOL, OPTIONAL (false)},
};

// Published messages.

static const struct field invalidation_fields[] = {
    {MESSAGE (invalidation.epoch, "epoch"), COUNT},
    {MESSAGE (invalidation.seq, "seq"), COUNT},
    {MESSAGE (invalidation.version, "version"), COUNT},
    {MESSAGE (invalidation.product, "product"), PRODUCT},
    {MESSAGE (invalidation.available, "available"), COUNT},
    {MESSAGE (invalidation.traders, "traders"),
     LIST (struct message, invalidation.trader_count, trader_seen_list, LIMIT_TRADERS),
     OPTIONAL (0)},
    {MESSAGE (invalidation.more, "more"), .kind = VALUE_BOOL, OPTIONAL (false)},
};
static const struct field oversell_fields[] = {
    {MESSAGE (oversell.epoch, "epoch"), COUNT},
    {MESSAGE (oversell.seq, "seq"), COUNT},
    {MESSAGE (oversell.trader, "trader"), NODE},
    {MESSAGE (oversell.buyer, "buyer"), NODE},
    {MESSAGE (oversell.number, "number"), NUMBER},
    {MESSAGE (oversell.product, "product"), PRODUCT},
    {MESSAGE (oversell.units, "units"), UNITS},
    {MESSAGE (oversell.missing, "missing"), QUANTITY},
    {MESSAGE (oversell.amount_cents, "amount_cents"), COUNT},
};
static const struct field sold_units_fields[] = {
    {AT (struct sold_units, buyer, "buyer"), NODE},
    {AT (struct sold_units, number, "number"), NUMBER},
    {AT (struct sold_units, seller, "seller"), NODE},
    {AT (struct sold_units, lot, "lot"), NUMBER},
    {AT (struct sold_units, units, "units"), QUANTITY},
    {AT (struct sold_units, price_cents, "price_cents"), PRICE},
};
static const struct shape sold_units_shape[] = {SHAPE (NULL, sold_units_fields, 0)};
static const struct list sold_units_list = {sold_units_shape, 1, sizeof (struct sold_units), false};
static const struct field sale_fields[] = {
    {MESSAGE (sale.epoch, "epoch"), COUNT},
    {MESSAGE (sale.seq, "seq"), COUNT},
    {MESSAGE (sale.trader, "trader"), NODE},
    {MESSAGE (sale.product, "product"), PRODUCT},
    {MESSAGE (sale.sales, "sales"),
     LIST (struct message, sale.sale_count, sold_units_list, LIMIT_SALES), .min = 1},
};

static const struct field remaining_fields[] = {{
    .name = "trader",
    .key = ",\"trader\":",
    .key_length = sizeof (",\"trader\":") - 1,
    NODE,
}};
static const struct shape remaining_shape[] = {SHAPE (NULL, remaining_fields, 0)};
static const struct list remaining_list = {remaining_shape, 1, sizeof (int64_t), true};
static const struct field member_fields[] = {
    {MESSAGE (member.epoch, "epoch"), COUNT},
    {MESSAGE (member.seq, "seq"), COUNT},
    {MESSAGE (member.trader, "trader"), NODE},
    {MESSAGE (member.trader_epoch, "trader_epoch"), COUNT},
    {MESSAGE (member.view, "view"), COUNT},
    {MESSAGE (member.state, "state"), STATE},
    {MESSAGE (member.backup, "backup"), NODE_OR_NONE},
    {MESSAGE (member.taker, "taker"), NODE_OR_NONE},
    {MESSAGE (member.router, "router"), ENDPOINT},
    {MESSAGE (member.remaining, "remaining"),
     LIST (struct message, member.remaining_count, remaining_list, LIMIT_TRADERS)},
};

static const struct field socket_fields[] = {
    {MESSAGE (socket.epoch, "epoch"), COUNT},
    {MESSAGE (socket.seq, "seq"), COUNT},
    {MESSAGE (socket.socket, "socket"), WORD (socket_words, SOCKET_COUNT)},
    {MESSAGE (socket.event, "event"), WORD (happening_words, HAPPENING_COUNT)},
    {MESSAGE (socket.address, "address"), .kind = VALUE_TEXT, .max = LIMIT_TEXT},
    {MESSAGE (socket.error, "error"), .kind = VALUE_TEXT, .max = LIMIT_TEXT},
};

// The warehouse is node 0 and sends what only it knows; the rest comes from nodes above it.
const struct shape message_shapes[MESSAGE_TYPE_COUNT] = {
    [MESSAGE_BUY] = SHAPE ("buy", buy_fields, 1),
    [MESSAGE_ORDER_STATUS] = SHAPE ("order_status", order_status_fields, 1),
    [MESSAGE_RECEIPT] = SHAPE ("receipt", receipt_fields, 1),
    [MESSAGE_OVERSOLD] = SHAPE ("oversold", oversold_fields, 1),
    [MESSAGE_RESTOCK] = SHAPE ("restock", restock_fields, 1),
    [MESSAGE_RESTOCKED] = SHAPE ("restocked", restocked_fields, 1),
    [MESSAGE_LOT_STATUS] = SHAPE ("lot_status", lot_status_fields, 1),
    [MESSAGE_LOT] = SHAPE ("lot", lot_fields, 1),
    [MESSAGE_SOLD] = SHAPE ("sold", sold_fields, 1),
    [MESSAGE_PING] = {.name = "ping", .from_min = 1},
    [MESSAGE_PONG] = SHAPE ("pong", pong_fields, 1),
    [MESSAGE_ERROR] = SHAPE ("error", error_fields, 0),
    [MESSAGE_JOIN] = SHAPE ("join", join_fields, 1),
    [MESSAGE_CLAIM] = SHAPE ("claim", claim_fields, 1),
    [MESSAGE_TAKEOVER] = SHAPE ("takeover", takeover_fields, 1),
    [MESSAGE_VIEW] = SHAPE ("view", view_fields, 0),
    [MESSAGE_COMMIT] = SHAPE ("commit", commit_fields, 1),
    [MESSAGE_COMMITTED] = SHAPE ("committed", committed_fields, 0),
    [MESSAGE_SNAPSHOT] = {.name = "snapshot", .from_min = 1},
    [MESSAGE_STOCK] = SHAPE ("stock", stock_fields, 0),
    [MESSAGE_JOURNAL] = SHAPE ("journal", journal_fields, 1),
    [MESSAGE_JOURNALED] = SHAPE ("journaled", journaled_fields, 1),
    [MESSAGE_INVALIDATION] = SHAPE ("invalidation", invalidation_fields, 0),
    [MESSAGE_OVERSELL] = SHAPE ("oversell", oversell_fields, 0),
    [MESSAGE_SALE] = SHAPE ("sale", sale_fields, 0),
    [MESSAGE_MEMBER] = SHAPE ("member", member_fields, 0),
    [MESSAGE_SOCKET] = SHAPE ("socket", socket_fields, 0),
};

bool codec_product_may_be_empty (enum status status)
{
    return status != STATUS_SOLD && status != STATUS_ACCEPTED;
}

const bool codec_product_byte[256] = {
    ['-'] = true, ['_'] = true, ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true,
    ['4'] = true, ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
    ['a'] = true, ['b'] = true, ['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
    ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true, ['l'] = true,
    ['m'] = true, ['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true,
    ['s'] = true, ['t'] = true, ['u'] = true, ['v'] = true, ['w'] = true, ['x'] = true,
    ['y'] = true, ['z'] = true,
};

void codec_set_absent (const struct field *field, char *base)
{
    if (field->kind == VALUE_INTEGER) {
        memcpy (base + field->offset, &field->absent, sizeof field->absent);
    }
}
