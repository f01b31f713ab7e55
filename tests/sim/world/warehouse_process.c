// What a warehouse's process does with its disk, as its shell does it: the core is rebuilt from
// what is stored, each batch is durable before its answer leaves, a full disk refuses and forgets,
// and after a failed fsync the process ends.
#include <stdlib.h>

#include "tests/sim/world/world_state.h"

struct loading {
    warehouse_t *core;
    bool orders;
};

static bool restore (void *context, const struct record *record)
{
    struct loading *self = context;
    self->orders = self->orders || record->type == RECORD_ORDER;
    return warehouse_restore (self->core, record);
}

static void count_record (int64_t *count, const struct record *record)
{
    const struct record_order *order = &record->order;
    if (record->type != RECORD_ORDER) {
        return;
    }
    count[SOMETIMES_REFUSED] += order->status == STATUS_OUT_OF_STOCK;
    count[SOMETIMES_TOO_MANY_LOTS] += order->status == STATUS_TOO_MANY_LOTS;
    count[SOMETIMES_OVERSOLD] += order->status == STATUS_OVERSOLD;
    count[SOMETIMES_OVERSOLD_PARTLY] += order->status == STATUS_OVERSOLD && order->units > 0;
    count[SOMETIMES_PARTIAL] += order->status == STATUS_SOLD && order->units < order->quantity;
}

static void count_records (int64_t *count, const struct record *records, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        count_record (count, &records[i]);
        count[SOMETIMES_SEVERAL_LOTS] += records[i].type == RECORD_ORDER && i + 2 < size
                                         && records[i + 1].type == RECORD_FILL
                                         && records[i + 2].type == RECORD_FILL;
    }
}

static enum store_status write_records (world_t *self, struct node *node)
{
    bool kept;
    const struct record *records = node->out->records;
    size_t count = node->out->record_count;
    enum store_status status = disk_write (&self->disk, records, count, &kept);
    if (kept && count > 0) {
        story_records (self, records, count);
        count_records (self->sometimes.count, records, count);
        tally_stored (self, records, count);
        self->stirred_us = self->now_us;
        world_fact (self, (struct fact){.type = FACT_STORED,
                                        .node = node->id,
                                        .life = node->life,
                                        .records = records,
                                        .record_count = count});
    }
    if (status == STORE_FAILED) {
        self->sometimes.count[SOMETIMES_FSYNC_FAILED]++;
        self->sometimes.count[kept ? SOMETIMES_FSYNC_KEPT : SOMETIMES_FSYNC_LOST]++;
    }
    return status;
}

// Makes the core anew from what is stored, and starts it.
static enum store_status rebuild (world_t *self, struct node *node)
{
    struct event start = {.type = EVENT_START, .now_us = self->now_us};
    struct loading loading = {.orders = false};
    if (node->core) {
        node_count_life (self, node);
        node->class->unmake (&node->core);
    }
    outbox_clear (node->out);
    loading.core = warehouse_new (&self->config.warehouse, 1);
    node->core = loading.core;
    if (store_load (self->disk.store, self->config.warehouse.answers_kept, restore, &loading)
        != STORE_OK) {
        fprintf (stderr, "the store cannot be loaded: %s\n", store_error (self->disk.store));
        abort ();
    }
    self->sometimes.count[SOMETIMES_RESTORED] += loading.orders;
    process_step (self, node, &start);
    enum store_status status = write_records (self, node);
    node->outdated = status != STORE_OK;
    outbox_clear (node->out);
    return status;
}

bool warehouse_process_start (world_t *self, struct node *node)
{
    if (rebuild (self, node) != STORE_OK) {
        story_event (self, "the warehouse cannot start: its store takes nothing");
        process_end_and_restart (self, node);
        return false;
    }
    return true;
}

static void refuse (world_t *self, struct node *node)
{
    const struct mail *mail = node->round.first;
    if (!mail) {
        return;
    }
    struct event event = {
        .type = EVENT_RECEIVE,
        .port = PORT_WAREHOUSE,
        .now_us = self->now_us,
        .message = mail->opened,
    };
    if (!mail->opened) {
        struct decode_error error;
        event.message = parcel_open (mail->parcel, &error);
    }
    self->sometimes.count[SOMETIMES_DISK_FULL]++;
    warehouse_refuse (node->core, &event, node->out);
    node->outdated = true;
}

static void end_by_fsync (world_t *self, struct node *node)
{
    story_event (self, "an fsync fails: the warehouse ends");
    outbox_clear (node->out);
    process_end_and_restart (self, node);
}

static void reply (world_t *self, struct node *node)
{
    post_letters (self, node, node->out->letter_count);
    outbox_clear (node->out);
    mail_drop_all (self, &node->round);
}

bool warehouse_process_refresh (world_t *self, struct node *node)
{
    switch (rebuild (self, node)) {
    case STORE_OK:
        return true;
    case STORE_FULL:
        process_take_round (node);
        refuse (self, node);
        reply (self, node);
        process_wake (self, node);
        break;
    case STORE_FAILED:
        end_by_fsync (self, node);
        break;
    }
    return false;
}

void warehouse_process_round_end (world_t *self, struct node *node)
{
    switch (write_records (self, node)) {
    case STORE_OK:
        break;
    case STORE_FULL:
        refuse (self, node);
        break;
    case STORE_FAILED:
        end_by_fsync (self, node);
        return;
    }
    reply (self, node);
}

// Dies before or after its batch is written, and before all of its letters have left.
void warehouse_process_crash (world_t *self, struct node *node)
{
    if (node->out->record_count == 0) {
        return;
    }
    if (world_draw (self, STREAM_CRASH, 0, 1)) {
        self->sometimes.count[SOMETIMES_CRASH_UNWRITTEN]++;
    } else if (write_records (self, node) == STORE_OK) {
        // Its news leave first, one by one, and its answer last.
        int64_t letters = (int64_t) node->out->letter_count;
        self->sometimes.count[SOMETIMES_CRASH_UNSAID] += process_leave_half (self, node) < letters;
    }
}
