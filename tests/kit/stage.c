#include "tests/kit/stage.h"

#include <check.h>
#include <stdlib.h>

struct stage stage;

static void *grown (void *array, size_t *size, size_t index, size_t each)
{
    size_t grown = *size ? *size : 64;
    while (grown <= index) {
        grown *= 2;
    }
    if (grown > *size) {
        array = realloc (array, grown * each);
        ck_assert_ptr_nonnull (array);
        *size = grown;
    }
    return array;
}

static void note_message (struct noted *noted, const struct message *message)
{
    noted->about = message->type;
    noted->number = message_number (message);
    if (message->type == MESSAGE_RECEIPT || message->type == MESSAGE_OVERSOLD) {
        noted->status = message->receipt.status;
        noted->units = message->receipt.units;
    } else if (message->type == MESSAGE_ERROR) {
        noted->reason = message->error.reason;
    }
}

static void note_left (int64_t lot, int64_t left, bool is_new)
{
    stage.lots = grown (stage.lots, &stage.lot_size, (size_t) lot, sizeof *stage.lots);
    stage.left += left - (is_new ? 0 : stage.lots[lot]);
    stage.lots[lot] = left;
}

static void note_record (struct noted *noted, const struct record *record)
{
    if (record->type == RECORD_ORDER) {
        noted->orders++;
    } else if (record->type == RECORD_WAREHOUSE) {
        stage.version = record->warehouse.version;
    } else if (record->type == RECORD_LOT) {
        noted->lots++;
        note_left (record->lot.lot, record->lot.left, true);
    } else if (record->type == RECORD_LOT_LEFT) {
        note_left (record->lot_left.lot, record->lot_left.left, false);
    }
}

static bool note (void *context, const struct fact *fact)
{
    (void) context;
    stage.facts = grown (stage.facts, &stage.size, stage.count, sizeof *stage.facts);
    struct noted *noted = &stage.facts[stage.count++];
    *noted = (struct noted){
        .type = fact->type,
        .now_us = fact->now_us,
        .node = fact->node,
        .life = fact->life,
        .peer = fact->peer,
        .about = MESSAGE_TYPE_COUNT,
        .units = fact->units,
    };
    if (fact->message) {
        note_message (noted, fact->message);
    }
    for (size_t i = 0; i < fact->record_count; i++) {
        note_record (noted, &fact->records[i]);
    }
    return stage.facts_max == 0 || (int64_t) stage.count < stage.facts_max;
}

void stage_open (const struct world_config *config)
{
    stage = (struct stage){.world = world_new (config, note, NULL)};
    world_add_hand (stage.world, ALICE);
    world_add_hand (stage.world, BOB);
    world_add_hand (stage.world, SAM);
}

void stage_close (void)
{
    world_destroy (&stage.world);
    free (stage.facts);
    free (stage.lots);
    stage = (struct stage){0};
}

void stage_add_trader (int64_t id, enum mode mode)
{
    struct trader_config config = trader_config_default ();
    config.id = id;
    config.policy = policy_default (mode);
    config.commit_timeout_us = 20 * WORLD_MS;
    world_add_trader (stage.world, &config);
}

void stage_say (int64_t from, int64_t to, enum message_type about, int64_t number)
{
    struct message message = {.type = about, .from = from, .clock = 1};
    if (about == MESSAGE_ORDER_STATUS) {
        message.order_status.number = number;
    } else if (about == MESSAGE_LOT_STATUS) {
        message.lot_status.number = number;
    }
    world_say (stage.world, from, to, &message);
}

// The trader itself, in the epoch that it has.
static struct first first_of (int64_t trader)
{
    const trader_t *core = world_trader (stage.world, trader);
    return (struct first){.trader = trader, .epoch = core ? trader_epoch (core) : 0};
}

void stage_buy (int64_t buyer, int64_t trader, int64_t number, int64_t quantity)
{
    struct message message = {.type = MESSAGE_BUY, .from = buyer, .clock = 1};
    message.buy = (struct buy){.number = number,
                               .attempt = 1,
                               .product = "fish",
                               .quantity = quantity,
                               .first = first_of (trader)};
    world_say (stage.world, buyer, trader, &message);
}

void stage_restock (int64_t seller, int64_t trader, int64_t number, int64_t quantity)
{
    struct message message = {.type = MESSAGE_RESTOCK, .from = seller, .clock = 1};
    message.restock = (struct restock){.number = number,
                                       .attempt = 1,
                                       .product = "fish",
                                       .quantity = quantity,
                                       .price_cents = 250,
                                       .first = first_of (trader)};
    world_say (stage.world, seller, trader, &message);
}

void stage_run (int64_t time_us)
{
    enum world_end end = world_run (stage.world, world_now_us (stage.world) + time_us, STAGE_STEPS);
    ck_assert (end == WORLD_TIME || end == WORLD_QUIET);
}

void stage_quiet (void)
{
    int64_t until_us = world_now_us (stage.world) + 10 * WORLD_SECOND;
    ck_assert_int_eq (world_run (stage.world, until_us, STAGE_STEPS), WORLD_QUIET);
}

void stage_set_up_shop (const struct world_config *config, enum mode mode)
{
    stage_open (config);
    stage_add_trader (1, mode);
    stage_quiet ();
    stage_restock (SAM, 1, 1, 6);
    stage_quiet ();
    ck_assert_int_eq (stage.left, 6);
}

static bool is_sought (const struct noted *noted, enum fact_type type, int64_t node,
                       enum message_type about)
{
    return noted->type == type && noted->node == node
           && (about == MESSAGE_TYPE_COUNT || noted->about == about);
}

int64_t stage_count (enum fact_type type, int64_t node, enum message_type about)
{
    int64_t count = 0;
    for (size_t i = 0; i < stage.count; i++) {
        count += is_sought (&stage.facts[i], type, node, about);
    }
    return count;
}

const struct noted *stage_last (enum fact_type type, int64_t node, enum message_type about)
{
    const struct noted *last = NULL;
    for (size_t i = 0; i < stage.count; i++) {
        last = is_sought (&stage.facts[i], type, node, about) ? &stage.facts[i] : last;
    }
    ck_assert_ptr_nonnull (last);
    return last;
}

int64_t stage_orders (void)
{
    int64_t count = 0;
    for (size_t i = 0; i < stage.count; i++) {
        count += stage.facts[i].orders;
    }
    return count;
}

int64_t stage_reached (int sometimes)
{
    struct sometimes reached;
    world_count (stage.world, &reached);
    return reached.count[sometimes];
}
