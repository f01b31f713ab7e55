// The tuples of lists, as tables, and the words of the enums in them.
#include "schemas/codec_rows.h"

// The words of the enums.
#define NAME(name, text) text,
const char *const codec_status_words[] = {STATUSES (NAME)};
const char *const codec_reason_words[] = {REASONS (NAME)};
const char *const codec_state_words[] = {MEMBER_STATES (NAME)};
#undef NAME

static const struct field tick_fields[] = {
    {AT (struct tick, node, "node"), NODE},
    {AT (struct tick, count, "count"), CLOCK},
};
static const struct shape tick_shape[] = {SHAPE (NULL, tick_fields, 0)};
const struct list codec_tick_list = {tick_shape, 1, sizeof (struct tick), ORDER_ASCENDING, false};

static const struct field trader_seen_fields[] = {
    {AT (struct trader_seen, trader, "trader"), NODE},
    {AT (struct trader_seen, epoch, "epoch"), COUNT},
    {AT (struct trader_seen, count, "count"), COUNT},
};
static const struct shape trader_seen_shape[] = {SHAPE (NULL, trader_seen_fields, 0)};
const struct list trader_seen_list = {trader_seen_shape, 1, sizeof (struct trader_seen),
                                      ORDER_ASCENDING, false};

static const struct field fill_fields[] = {
    {AT (struct fill, seller, "seller"), NODE},
    {AT (struct fill, lot, "lot"), NUMBER},
    {AT (struct fill, units, "units"), QUANTITY},
    {AT (struct fill, price_cents, "price_cents"), PRICE},
};
static const struct shape fill_shape[] = {SHAPE (NULL, fill_fields, 0)};
const struct list codec_fill_list = {fill_shape, 1, sizeof (struct fill), ORDER_ANY, false};

// Units of the oversell budget are of no lot, and so of no seller and without a price.
static const struct field leased_fields[] = {
    {AT (struct leased_units, id, "id"), COUNT},
    {AT (struct leased_units, seller, "seller"), NODE_OR_NONE},
    {AT (struct leased_units, lot, "lot"), COUNT},
    {AT (struct leased_units, units, "units"), QUANTITY},
    {AT (struct leased_units, price_cents, "price_cents"), INTEGER (0, LIMIT_PRICE_CENTS)},
};
static const struct shape leased_shape[] = {SHAPE (NULL, leased_fields, 0)};
const struct list codec_leased_list = {leased_shape, 1, sizeof (struct leased_units),
                                       ORDER_ASCENDING, false};
static const struct list taken_list = {leased_shape, 1, sizeof (struct leased_units),
                                       ORDER_ASCENDING_ZERO_LAST, false};

static const struct field level_fields[] = {
    {AT (struct level, product, "product"), PRODUCT},
    {AT (struct level, available, "available"), COUNT},
};
static const struct shape level_shape[] = {SHAPE (NULL, level_fields, 0)};
const struct list codec_level_list = {level_shape, 1, sizeof (struct level), ORDER_ANY, false};

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
    {AT (struct item, taken, "taken"), LIST (struct item, taken_count, taken_list, LIMIT_FILLS),
     OPTIONAL (0)},
    {AT (struct item, rank, "rank"), CLOCK, OPTIONAL (0)},
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
    {AT (struct item, rank, "rank"), CLOCK, OPTIONAL (0)},
};
static const struct field item_status_fields[] = {
    {AT (struct item, client, "client"), NODE},
    {AT (struct item, number, "number"), NUMBER},
    {AT (struct item, rank, "rank"), CLOCK, OPTIONAL (0)},
};
static const struct shape item_shapes[ITEM_KIND_COUNT] = {
    [ITEM_BUY] = SHAPE ("buy", item_buy_fields, 0),
    [ITEM_RESTOCK] = SHAPE ("restock", item_restock_fields, 0),
    [ITEM_ORDER_STATUS] = SHAPE ("order_status", item_status_fields, 0),
    [ITEM_LOT_STATUS] = SHAPE ("lot_status", item_status_fields, 0),
};
const struct list codec_item_list = {item_shapes, ITEM_KIND_COUNT, sizeof (struct item), ORDER_ANY,
                                     false};

static const struct field result_receipt_fields[] = {
    {AT (struct result, status, "status"), STATUS},
    {AT (struct result, product, "product"), .kind = VALUE_PRODUCT_OR_NONE,
     .beside = offsetof (struct result, status)},
    {AT (struct result, units, "units"), UNITS},
    {AT (struct result, missing, "missing"), UNITS},
    {AT (struct result, amount_cents, "amount_cents"), COUNT},
    {AT (struct result, fills, "fills"),
     LIST (struct result, fill_count, codec_fill_list, LIMIT_FILLS)},
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
    [RESULT_SETTLED] = {.name = "settled"},
};
const struct list codec_result_list = {result_shapes, RESULT_KIND_COUNT, sizeof (struct result),
                                       ORDER_ANY, false};
