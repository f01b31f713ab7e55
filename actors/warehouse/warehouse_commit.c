// Applying a batch: its items in order, and then what every batch leaves behind.
#include "actors/warehouse/warehouse_state.h"
#include "schemas/planted.h"

static void record_lot (void *context, const struct lot *lot)
{
    if (PLANTED (15) && lot->left == 0) {
        return;
    }
    outbox_record (context, RECORD_LOT_LEFT)->lot_left =
        (struct record_lot_left){.lot = lot->id, .left = lot->left};
}

static void record_account (void *context, int64_t node, int64_t balance_cents)
{
    outbox_record (context, RECORD_ACCOUNT)->account =
        (struct record_account){.node = node, .balance_cents = balance_cents};
}

// What every batch leaves behind, whatever it did: the trader's progress is durable too, or a
// restarted warehouse would take its next batch for one too far ahead.
static void record_batch (warehouse_t *self, const struct view *view, struct outbox *out)
{
    warehouse_record_leases (self, out);
    lots_tell_changed (self->lots, record_lot, out);
    ledger_tell_changed (self->ledger, record_account, out);
    warehouse_record_trader (view, out);
    warehouse_record (self, out);
}

static void answer_batch (warehouse_t *self, const struct batch *batch,
                          const struct message *message, const struct result *results)
{
    struct level *levels = arena_take (batch->out->arena, batch->figure_count, sizeof *levels);
    for (size_t i = 0; i < batch->figure_count; i++) {
        const struct product *product = lots_find_product (self->lots, batch->figures[i]);
        levels[i] = (struct level){
            .product = batch->figures[i],
            .available = product ? product->available : 0,
        };
    }
    warehouse_letter (self, batch->out, PORT_WAREHOUSE, message->from, MESSAGE_COMMITTED)
        ->committed = (struct committed){
        .trader = message->commit.trader,
        .epoch = message->commit.epoch,
        .batch = message->commit.batch,
        .version = self->version,
        .applied = batch->view->applied,
        .results = results,
        .result_count = message->commit.item_count,
        .stock = levels,
        .stock_count = batch->figure_count,
    };
}

// Commits for a trader are taken from itself while it is live, and from its taker while that one
// settles its copy; under the epoch of the view alone.
static bool is_entitled (const struct view *view, const struct message *message)
{
    bool own = view->trader == message->from;
    bool from_whom = own ? view->state == MEMBER_LIVE
                         : view->state == MEMBER_TAKING && view->taker == message->from;
    return (from_whom && (view->epoch == message->commit.epoch || PLANTED (3)))
           || (PLANTED (47) && !own);
}

// A trader that was taken over may join again, and go on with what is left of it; one whose place
// another process has must end.
static bool is_taken (const struct view *view, const struct message *message)
{
    bool taken_over = view->state == MEMBER_TAKING || view->state == MEMBER_FAILED;
    bool own = view->trader == message->from;
    return (taken_over && message->commit.epoch < view->epoch)
           || (own && view->state != MEMBER_LIVE);
}

static void refuse_stranger (warehouse_t *self, const struct view *view,
                             const struct message *message, struct outbox *out)
{
    self->counters.fenced++;
    if (view && is_taken (view, message)) {
        warehouse_decline (self, message, out, REASON_TAKEN, message->commit.batch,
                           "the trader has left, or another one has taken it over: join again");
    } else if (message->commit.trader) {
        warehouse_decline (self, message, out, REASON_FENCED, message->commit.batch,
                           "the trader is not yours to settle for, or no longer: drop the copy");
    } else {
        warehouse_decline (self, message, out, REASON_FENCED, message->commit.batch,
                           "another process has joined under this id since: join again");
    }
}

// What was decided from a cache that is written behind a few at a time.
static bool is_batched (const warehouse_t *self, const struct item *item)
{
    return item->behind && warehouse_policy (self, item->product)->mode == MODE_BATCHED;
}

// Lamport's total order (CACM 21(7), 1978), with the client in place of the process.
static bool precedes (const struct item *a, const struct item *b)
{
    if (a->clock != b->clock) {
        return a->clock < b->clock;
    }
    return a->client != b->client ? a->client < b->client : a->number < b->number;
}

// The items in the order in which they are applied: those of batched products by their clocks, in
// the places that such items have; all others where they are. The list is taken from the arena;
// NULL: the order is the message's.
static const struct item **sorted_items (const warehouse_t *self, const struct commit *commit,
                                         struct outbox *out)
{
    if (!self->batched) {
        return NULL;
    }
    size_t places[LIMIT_BATCH];
    size_t count = 0;
    const struct item **items = arena_take (out->arena, commit->item_count, sizeof *items);
    for (size_t i = 0; i < commit->item_count; i++) {
        const struct item *item = &commit->items[i];
        items[i] = item;
        if (is_batched (self, item)) {
            size_t at = count++;
            places[at] = i;
            for (; at > 0 && precedes (item, items[places[at - 1]]); at--) {
                items[places[at]] = items[places[at - 1]];
            }
            items[places[at]] = item;
        }
    }
    return items;
}

void warehouse_commit (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct commit *commit = &message->commit;
    if (warehouse_unseated (self, message->from)) {
        warehouse_refuse_unseated (self, message, out);
        return;
    }
    int64_t trader = commit->trader ? commit->trader : message->from;
    struct view *view = warehouse_view (self, trader);
    if (!view || !is_entitled (view, message)) {
        refuse_stranger (self, view, message, out);
        return;
    }
    if (!PLANTED (11) && commit->batch > view->batch + 1) {
        warehouse_decline (self, message, out, REASON_GAP, view->batch + 1,
                           "batches before this one are missing: send from the expected one on");
        return;
    }
    struct batch batch = {
        .view = view,
        .behalf = trader != message->from,
        .again = commit->batch <= view->batch && !PLANTED (10),
        .out = out,
    };
    struct result *results = arena_take (out->arena, commit->item_count, sizeof *results);
    const struct item **sorted = sorted_items (self, commit, out);
    for (size_t i = 0; i < commit->item_count; i++) {
        const struct item *item = sorted ? sorted[i] : &commit->items[i];
        results[item - commit->items] = warehouse_item (self, &batch, item);
    }
    if (!batch.again) {
        view->batch = commit->batch;
        self->counters.batches++;
        warehouse_publish_sales (self, view, out);
        warehouse_publish_recalls (self, out);
        warehouse_publish_stock (self, out);
        record_batch (self, view, out);
    }
    answer_batch (self, &batch, message, results);
}
