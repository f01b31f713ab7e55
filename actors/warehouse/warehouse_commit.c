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
    lots_tell_changed (self->lots, record_lot, out);
    ledger_tell_changed (self->ledger, record_account, out);
    warehouse_record_view (view, out);
    outbox_record (out, RECORD_WAREHOUSE)->warehouse = (struct record_warehouse){
        .epoch = self->epoch,
        .version = self->version,
    };
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

void warehouse_commit (warehouse_t *self, const struct message *message, struct outbox *out)
{
    const struct commit *commit = &message->commit;
    struct view *view = warehouse_view (self, message->from);
    if (!view || (view->epoch != commit->epoch && !PLANTED (3))) {
        self->counters.fenced++;
        warehouse_error (self, out, message->from, REASON_FENCED, commit->batch,
                         "another process has joined under this id since: join again");
        return;
    }
    if (!PLANTED (11) && commit->batch > view->batch + 1) {
        warehouse_error (self, out, message->from, REASON_GAP, view->batch + 1,
                         "batches before this one are missing: send from the expected one on");
        return;
    }
    struct batch batch = {
        .view = view,
        .again = commit->batch <= view->batch && !PLANTED (10),
        .out = out,
    };
    struct result *results = arena_take (out->arena, commit->item_count, sizeof *results);
    for (size_t i = 0; i < commit->item_count; i++) {
        results[i] = warehouse_item (self, &batch, &commit->items[i]);
    }
    if (!batch.again) {
        view->batch = commit->batch;
        self->counters.batches++;
        warehouse_publish_sales (self, view, out);
        warehouse_publish_stock (self, out);
        record_batch (self, view, out);
    }
    answer_batch (self, &batch, message, results);
}
