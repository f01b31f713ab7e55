#include "tests/kit/handover_world.h"

#include <string.h>

enum { BLOCK = 64 * 1024 };

struct handover_world hw;

int64_t hw_draw (int64_t min, int64_t max)
{
    return random_between (&hw.random, min, max);
}

bool hw_chance (int64_t of_hundred)
{
    return hw_draw (0, 99) < of_hundred;
}

static const struct item *kept_items (const struct item *items, size_t count)
{
    struct item *kept = arena_take (hw.arena, count, sizeof *kept);
    for (size_t i = 0; i < count; i++) {
        kept[i] = items[i];
        kept[i].product = arena_string (hw.arena, items[i].product, strlen (items[i].product));
    }
    return kept;
}

// What the message borrows would not outlive its sender's next step.
static struct message kept (const struct message *message)
{
    struct message copy = *message;
    if (message->type == MESSAGE_COMMIT) {
        copy.commit.items = kept_items (message->commit.items, message->commit.item_count);
    } else if (message->type == MESSAGE_HANDOVER) {
        copy.handover.items = kept_items (message->handover.items, message->handover.item_count);
    } else if (message->type == MESSAGE_COMMITTED) {
        size_t count = message->committed.result_count;
        struct result *results = arena_take (hw.arena, count, sizeof *results);
        for (size_t i = 0; i < count; i++) {
            results[i] = message->committed.results[i];
            results[i].fill_count = 0;
            results[i].product = "fish";
        }
        copy.committed.results = results;
        copy.committed.stock_count = 0;
    } else if (message->type == MESSAGE_VIEW) {
        copy.view.member_count = 0;
    }
    return copy;
}

static void send (enum port port, int64_t to, int64_t life, const struct message *message)
{
    for (int copies = hw_chance (hw.loss) ? 2 : 1; copies > 0; copies--) {
        if (!hw_chance (hw.loss) && hw.waiting < HW_LINE) {
            hw.line[hw.waiting++] =
                (struct hw_post){.port = port, .to = to, .life = life, .message = kept (message)};
        }
    }
}

// The same request has the same body, whenever it is sent.
static struct message request_of (int64_t client, int64_t number, struct tick *tick)
{
    bool sells = client > HW_CLIENTS - HW_SELLERS;
    struct message message = {.type = sells ? MESSAGE_RESTOCK : MESSAGE_BUY, .from = client};
    *tick = (struct tick){.node = client, .count = number};
    struct vector vector = {.ticks = tick, .count = 1};
    message.clock = number;
    if (sells) {
        message.restock = (struct restock){.number = number,
                                           .attempt = hw.attempts[client][number],
                                           .product = "fish",
                                           .quantity = 1 + number % 5,
                                           .price_cents = 100,
                                           .vector = vector};
    } else {
        message.buy = (struct buy){.number = number,
                                   .attempt = hw.attempts[client][number],
                                   .product = "fish",
                                   .quantity = 1 + number % 3,
                                   .all_or_nothing = number % 2 == 0,
                                   .vector = vector};
    }
    return message;
}

void hw_ask (int64_t client, int64_t number)
{
    struct tick *tick = arena_take (hw.arena, 1, sizeof *tick);
    hw.attempts[client][number]++;
    struct message message = request_of (client, number, tick);
    send (PORT_CLIENTS, hw_draw (1, HW_TRADERS), 0, &message);
}

bool hw_open_request (int64_t client, int64_t number)
{
    return hw.answers[client][number].type == MESSAGE_TYPE_COUNT;
}

static bool is_same (const struct hw_answer *a, const struct hw_answer *b)
{
    return a->type == b->type && a->status == b->status && a->units == b->units
           && a->amount_cents == b->amount_cents;
}

static void note_answer (int64_t client, const struct message *message)
{
    int64_t number = message_number (message);
    struct hw_answer answer = {.type = message->type};
    if (message->type == MESSAGE_ERROR) {
        enum reason reason = message->error.reason;
        ck_assert_msg (reason == REASON_UNAVAILABLE || reason == REASON_BUSY, "%s",
                       reason_name (reason));
        return;
    }
    if (message->type == MESSAGE_RECEIPT) {
        answer.status = message->receipt.status;
        answer.units = message->receipt.units;
        answer.amount_cents = message->receipt.amount_cents;
        ck_assert (is_same (&answer, &hw.orders[client][number]));  // As the store has it.
    } else {
        ck_assert_int_eq (message->type, MESSAGE_RESTOCKED);
        ck_assert_int_gt (hw.lots[client][number], 0);
    }
    struct hw_answer *known = &hw.answers[client][number];
    ck_assert (hw_open_request (client, number) || is_same (known, &answer));
    hw.repeated += !hw_open_request (client, number);
    *known = answer;
}

// Decided once: an order has one record, a restock one lot.
static void note_record (const struct record *record)
{
    if (record->type == RECORD_ORDER) {
        const struct record_order *order = &record->order;
        struct hw_answer *decided = &hw.orders[order->buyer][order->number];
        ck_assert_int_eq (decided->type, MESSAGE_TYPE_COUNT);
        *decided = (struct hw_answer){.type = MESSAGE_RECEIPT,
                                      .status = order->status,
                                      .units = order->units,
                                      .amount_cents = order->amount_cents};
    } else if (record->type == RECORD_LOT) {
        int64_t *lot = &hw.lots[record->lot.seller][record->lot.number];
        ck_assert (*lot == 0 || *lot == record->lot.lot);
        *lot = record->lot.lot;
    }
}

static void serve (const struct hw_post *post)
{
    struct event event = {.type = EVENT_RECEIVE,
                          .port = PORT_WAREHOUSE,
                          .now_us = hw.now_us,
                          .message = &post->message};
    outbox_clear (&hw.out);
    warehouse_step (hw.warehouse, &event, &hw.out);
    for (size_t i = 0; i < hw.out.record_count; i++) {
        note_record (&hw.out.records[i]);
    }
    for (size_t i = 0; i < hw.out.letter_count; i++) {
        const struct letter *letter = &hw.out.letters[i];
        if (letter->port == PORT_WAREHOUSE) {
            send (PORT_WAREHOUSE, post->message.from, post->life, &letter->message);
        }
    }
}

static void take_letters (int64_t id)
{
    for (size_t i = 0; i < hw.out.letter_count; i++) {
        const struct letter *letter = &hw.out.letters[i];
        if (letter->port == PORT_WAREHOUSE) {
            send (PORT_WAREHOUSE, WAREHOUSE_NODE, hw.lives[id], &letter->message);
        } else if (letter->port == PORT_TRADER) {
            send (PORT_CLIENTS, letter->to, 0, &letter->message);
        } else if (letter->port == PORT_CLIENTS && letter->message.type != MESSAGE_SOLD) {
            note_answer (letter->to, &letter->message);
        }
    }
}

static void step (int64_t id, struct event event)
{
    event.now_us = hw.now_us;
    outbox_clear (&hw.out);
    trader_step (hw.traders[id], &event, &hw.out);
    take_letters (id);
}

void hw_end_life (int64_t id)
{
    if (hw.traders[id]) {
        hw.handed += trader_counters (hw.traders[id])->handed_over;
        hw.inherited += trader_counters (hw.traders[id])->inherited;
    }
    trader_destroy (&hw.traders[id]);
}

void hw_begin_life (int64_t id)
{
    hw_end_life (id);
    hw.config.id = id;
    hw.traders[id] = trader_new (&hw.config, random_next (&hw.random));
    hw.lives[id]++;
    hw.yields[id] = false;
    step (id, (struct event){.type = EVENT_START});
}

// Any message that is under way comes next.
static void deliver (void)
{
    if (hw.waiting == 0) {
        return;
    }
    size_t at = (size_t) hw_draw (0, (int64_t) hw.waiting - 1);
    struct hw_post post = hw.line[at];
    hw.line[at] = hw.line[--hw.waiting];
    if (post.to == WAREHOUSE_NODE) {
        serve (&post);
    } else if (post.life == 0 || post.life == hw.lives[post.to]) {
        struct event event = {.type = EVENT_RECEIVE, .port = post.port, .message = &post.message};
        event.route = (struct route){.size = 1, .bytes = {(uint8_t) post.message.from}};
        step (post.to, event);
    }
}

static void finish_yielding (int64_t id)
{
    if (hw.yields[id] && trader_yielded (hw.traders[id]) && hw_chance (30)) {
        outbox_clear (&hw.out);
        trader_hand_over (hw.traders[id], hw_draw (1, HW_TRADERS), 1, &hw.out);
        take_letters (id);
        ck_assert (trader_idle (hw.traders[id]));
        hw_begin_life (id);
    }
}

static void drain (int64_t id)
{
    bool due = trader_deadline (hw.traders[id]) <= hw.now_us;
    if (due || hw_chance (50)) {
        step (id, (struct event){.type = due ? EVENT_DEADLINE : EVENT_DRAINED});
    }
    finish_yielding (id);
    if (trader_fenced (hw.traders[id]) || trader_taken (hw.traders[id])) {
        hw_begin_life (id);
    }
}

void hw_set_up (void)
{
    memset (&hw, 0, sizeof hw);
    hw.arena = arena_new (BLOCK);
    outbox_init (&hw.out);
    for (int64_t client = 1; client <= HW_CLIENTS; client++) {
        for (int64_t number = 0; number <= HW_NUMBERS; number++) {
            hw.answers[client][number].type = MESSAGE_TYPE_COUNT;
            hw.orders[client][number].type = MESSAGE_TYPE_COUNT;
        }
    }
}

void hw_tear_down (void)
{
    for (int64_t id = 1; id <= HW_TRADERS; id++) {
        trader_destroy (&hw.traders[id]);
    }
    warehouse_destroy (&hw.warehouse);
    outbox_free (&hw.out);
    arena_destroy (&hw.arena);
}

void hw_open_market (int seed)
{
    struct warehouse_config config = warehouse_config_default ();
    config.elected = true;
    struct event start = {.type = EVENT_START};
    hw.random = random_seeded ((uint64_t) seed);
    hw.loss = hw_draw (0, 2) * 5;
    hw.warehouse = warehouse_new (&config, 1);
    warehouse_step (hw.warehouse, &start, &hw.out);
    hw.config = trader_config_default ();
    hw.config.elected = true;
    hw.config.ping_every_us = 0;
    hw.config.commit_timeout_us = 20000;
    hw.config.order_by = (enum queue_order) hw_draw (0, ORDER_COUNT - 1);
    hw.config.queue_max = hw_draw (4, 40);
    hw.config.batch_max = hw_draw (1, 8);
    hw.config.in_flight_max = hw_draw (1, 3);
    for (int64_t id = 1; id <= HW_TRADERS; id++) {
        hw_begin_life (id);
    }
}

void hw_round (void)
{
    for (int64_t n = hw_draw (0, 8); n > 0; n--) {
        deliver ();
    }
    for (int64_t id = 1; id <= HW_TRADERS; id++) {
        drain (id);
    }
    hw.now_us += hw_draw (0, 3000);
}
