#include "schemas/codec_fields.h"

#include <string.h>

#include "schemas/codec_rows.h"

#define NAME(name, text) text,
static const char *const socket_words[] = {SOCKETS (NAME)};
static const char *const happening_words[] = {HAPPENINGS (NAME)};
#undef NAME

// The same in several messages.
#define SEEN(member)                                                                         \
    {                                                                                        \
        MESSAGE (member, "seen"), .kind = VALUE_SEEN, .optional = true, .max = LIMIT_TRADERS \
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
     LIST (struct message, receipt.fill_count, codec_fill_list, LIMIT_FILLS), OPTIONAL (0)},
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
     LIST (struct message, oversold.fill_count, codec_fill_list, LIMIT_FILLS), OPTIONAL (0)},
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
    {MESSAGE (pong.seating.term, "term"), COUNT, OPTIONAL (0)},
    {MESSAGE (pong.seating.leader, "leader"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (pong.seating.seats, "seats"),
     LIST (struct message, pong.seating.seat_count, codec_seat_list, LIMIT_VECTOR), OPTIONAL (0)},
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
    {MESSAGE (join.abandon, "abandon"), .kind = VALUE_BOOL, OPTIONAL (false)},
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
static const struct list member_entry_list = {member_entry_shape, 1, sizeof (struct member),
                                              ORDER_ASCENDING, false};
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
     LIST (struct message, commit.item_count, codec_item_list, LIMIT_BATCH)},
};
static const struct field committed_fields[] = {
    {MESSAGE (committed.trader, "trader"), NODE_OR_NONE, OPTIONAL (0)},
    {MESSAGE (committed.epoch, "epoch"), COUNT},
    {MESSAGE (committed.batch, "batch"), NUMBER},
    {MESSAGE (committed.version, "version"), COUNT},
    {MESSAGE (committed.applied, "applied"), COUNT},
    {MESSAGE (committed.results, "results"),
     LIST (struct message, committed.result_count, codec_result_list, LIMIT_BATCH)},
    {MESSAGE (committed.stock, "stock"),
     LIST (struct message, committed.stock_count, codec_level_list, LIMIT_BATCH), OPTIONAL (0)},
};
static const struct field stock_fields[] = {
    {MESSAGE (stock.epoch, "epoch"), COUNT},
    {MESSAGE (stock.version, "version"), COUNT},
    {MESSAGE (stock.stock, "stock"),
     LIST (struct message, stock.stock_count, codec_level_list, LIMIT_PRODUCTS)},
    {MESSAGE (stock.traders, "traders"),
     LIST (struct message, stock.trader_count, trader_seen_list, LIMIT_TRADERS), OPTIONAL (0)},
};

static const struct field lease_fields[] = {
    {MESSAGE (lease.epoch, "epoch"), COUNT},
    {MESSAGE (lease.number, "number"), NUMBER},
    {MESSAGE (lease.product, "product"), PRODUCT},
    {MESSAGE (lease.wanted, "wanted"), UNITS},
    {MESSAGE (lease.all, "all"), .kind = VALUE_BOOL, OPTIONAL (false)},
    {MESSAGE (lease.returned, "returned"),
     LIST (struct message, lease.returned_count, codec_leased_list, LIMIT_LEASED_LOTS),
     OPTIONAL (0)},
};
static const struct field leased_fields[] = {
    {MESSAGE (leased.epoch, "epoch"), COUNT},
    {MESSAGE (leased.number, "number"), COUNT},
    {MESSAGE (leased.product, "product"), PRODUCT},
    {MESSAGE (leased.applied, "applied"), COUNT},
    {MESSAGE (leased.held, "held"),
     LIST (struct message, leased.held_count, codec_leased_list, LIMIT_LEASED_LOTS), OPTIONAL (0)},
};

// Messages between traders.

static const struct field journal_fields[] = {
    {MESSAGE (journal.view, "view"), NUMBER},
    {MESSAGE (journal.holder, "holder"), COUNT},
    {MESSAGE (journal.began, "began"), NUMBER},
    {MESSAGE (journal.settled, "settled"), COUNT},
    {MESSAGE (journal.write, "write"), NUMBER},
    {MESSAGE (journal.items, "items"),
     LIST (struct message, journal.item_count, codec_item_list, LIMIT_COPIES)},
};
static const struct field journaled_fields[] = {
    {MESSAGE (journaled.view, "view"), NUMBER},
    {MESSAGE (journaled.holder, "holder"), NUMBER},
    {MESSAGE (journaled.write, "write"), COUNT},
    {MESSAGE (journaled.begun, "begun"), .kind = VALUE_BOOL, OPTIONAL (false)},
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
static const struct list sold_units_list = {sold_units_shape, 1, sizeof (struct sold_units),
                                            ORDER_ANY, false};
static const struct field sale_fields[] = {
    {MESSAGE (sale.epoch, "epoch"), COUNT},
    {MESSAGE (sale.seq, "seq"), COUNT},
    {MESSAGE (sale.trader, "trader"), NODE},
    {MESSAGE (sale.product, "product"), PRODUCT},
    {MESSAGE (sale.sales, "sales"),
     LIST (struct message, sale.sale_count, sold_units_list, LIMIT_SALES), .min = 1},
};
static const struct field recall_fields[] = {
    {MESSAGE (recall.epoch, "epoch"), COUNT},
    {MESSAGE (recall.seq, "seq"), COUNT},
    {MESSAGE (recall.product, "product"), PRODUCT},
};

static const struct field remaining_fields[] = {{
    .name = "trader",
    .key = ",\"trader\":",
    .key_length = sizeof (",\"trader\":") - 1,
    NODE,
}};
static const struct shape remaining_shape[] = {SHAPE (NULL, remaining_fields, 0)};
static const struct list remaining_list = {remaining_shape, 1, sizeof (int64_t), ORDER_ASCENDING,
                                           false};
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
    [MESSAGE_LEASE] = SHAPE ("lease", lease_fields, 1),
    [MESSAGE_LEASED] = SHAPE ("leased", leased_fields, 0),
    [MESSAGE_CAMPAIGN] = SHAPE ("campaign", codec_campaign_fields, 1),
    [MESSAGE_SEATS] = SHAPE ("seats", codec_seats_fields, 0),
    [MESSAGE_JOURNAL] = SHAPE ("journal", journal_fields, 1),
    [MESSAGE_JOURNALED] = SHAPE ("journaled", journaled_fields, 1),
    [MESSAGE_ELECTION] = SHAPE ("election", codec_election_fields, 1),
    [MESSAGE_ANSWER] = SHAPE ("answer", codec_election_fields, 1),
    [MESSAGE_COORDINATOR] = SHAPE ("coordinator", codec_coordinator_fields, 1),
    [MESSAGE_RESIGN] = SHAPE ("resign", codec_election_fields, 1),
    [MESSAGE_HANDOVER] = SHAPE ("handover", codec_handover_fields, 1),
    [MESSAGE_INVALIDATION] = SHAPE ("invalidation", invalidation_fields, 0),
    [MESSAGE_OVERSELL] = SHAPE ("oversell", oversell_fields, 0),
    [MESSAGE_SALE] = SHAPE ("sale", sale_fields, 0),
    [MESSAGE_RECALL] = SHAPE ("recall", recall_fields, 0),
    [MESSAGE_MEMBER] = SHAPE ("member", member_fields, 0),
    [MESSAGE_CLOCK] = SHAPE ("clock", codec_clock_fields, 1),
    [MESSAGE_SOCKET] = SHAPE ("socket", socket_fields, 0),
};

bool codec_product_may_be_empty (enum status status)
{
    return status != STATUS_SOLD && status != STATUS_ACCEPTED;
}

bool codec_in_order (enum tuple_order order, const char *element, size_t element_bytes)
{
    int64_t pair[2];
    if (order == ORDER_ANY) {
        return true;
    }
    memcpy (&pair[0], element - element_bytes, sizeof pair[0]);
    memcpy (&pair[1], element, sizeof pair[1]);
    if (order == ORDER_ASCENDING_ZERO_LAST) {
        return pair[0] != 0 && (pair[1] == 0 || pair[0] < pair[1]);
    }
    return pair[0] < pair[1];
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
