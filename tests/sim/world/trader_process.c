// What a trader's process does with its journal, as its shell does it: the core is rebuilt from
// what is recorded, the records of a round are durable before its letters leave, a full disk takes
// both back, after a failed fsync the process ends, and who was taken over begins anew.
#include <stdlib.h>

#include "tests/sim/world/world_state.h"

static void tell_recorded (world_t *self, const struct node *node, size_t kept)
{
    const struct record *records = node->out->records;
    if (kept == 0) {
        return;
    }
    self->stirred_us = self->now_us;
    story_records (self, records, kept);
    tally_recorded (self, node, records, kept);
    world_fact (self, (struct fact){.type = FACT_RECORDED,
                                    .node = node->id,
                                    .life = node->life,
                                    .records = records,
                                    .record_count = kept});
}

static enum store_status write_records (world_t *self, struct node *node)
{
    size_t kept;
    const struct outbox *out = node->out;
    enum store_status status =
        trader_disk_write (&node->disk, out->records, out->record_count, &kept);
    tell_recorded (self, node, kept);
    if (status == STORE_FAILED) {
        self->sometimes.count[SOMETIMES_FSYNC_FAILED]++;
        self->sometimes.count[kept ? SOMETIMES_FSYNC_KEPT : SOMETIMES_FSYNC_LOST]++;
    }
    return status;
}

static void begin_journal_anew (world_t *self, struct node *node)
{
    struct outbox open;
    outbox_init (&open);
    if (trader_checkpoint (node->core, &open)) {
        trader_disk_begin_anew (&node->disk, open.records, open.record_count);
        self->sometimes.count[SOMETIMES_JOURNAL_ANEW]++;
        story_event (self, "trader %lld begins its journal anew", (long long) node->id);
    }
    outbox_free (&open);
}

void trader_process_start (world_t *self, struct node *node)
{
    struct event start = {.type = EVENT_START, .now_us = self->now_us};
    const struct trader_disk *disk = &node->disk;
    trader_disk_reopen (&node->disk);
    trader_t *core = trader_new (&node->config.trader, random_next (&self->streams[STREAM_SEEDS]));
    node->core = core;
    for (size_t i = 0; i < disk->count; i++) {
        if (!trader_restore (core, &disk->records[i])) {
            fprintf (stderr, "trader %lld refuses record %zu of its own journal\n",
                     (long long) node->id, i + 1);
            abort ();
        }
    }
    process_step (self, node, &start);
    process_work (self, node);
}

static void take_back (world_t *self, struct node *node)
{
    struct event unwritten = {.type = EVENT_UNWRITTEN, .now_us = self->now_us};
    story_event (self, "the journal of trader %lld takes nothing", (long long) node->id);
    self->sometimes.count[SOMETIMES_UNWRITTEN]++;
    outbox_clear (node->out);
    mail_drop_all (self, &node->round);
    world_fact (self, (struct fact){.type = FACT_UNRECORDED, .node = node->id, .life = node->life});
    process_step (self, node, &unwritten);
}

void trader_process_round_end (world_t *self, struct node *node)
{
    post_early (self, node);
    switch (write_records (self, node)) {
    case STORE_OK:
        break;
    case STORE_FULL:
        take_back (self, node);
        return;
    case STORE_FAILED:
        story_event (self, "an fsync fails: trader %lld ends", (long long) node->id);
        outbox_clear (node->out);
        process_end_and_restart (self, node);
        return;
    }
    if (trader_disk_is_long (&node->disk)) {
        begin_journal_anew (self, node);
    }
    post_letters (self, node, node->out->letter_count);
    outbox_clear (node->out);
    mail_drop_all (self, &node->round);
}

// Dies before its records are written, within that, or behind it with a part of its letters sent.
void trader_process_crash (world_t *self, struct node *node)
{
    enum { UNWRITTEN, TORN, WRITTEN };
    const struct outbox *out = node->out;
    if (world_draw (self, STREAM_CRASH, 0, 1)) {
        post_early (self, node);
    }
    int64_t how = out->record_count == 0 || node->disk.bare
                      ? WRITTEN
                      : world_draw (self, STREAM_CRASH, UNWRITTEN, WRITTEN);
    if (how == UNWRITTEN || node->disk.full) {
        self->sometimes.count[SOMETIMES_CRASH_UNWRITTEN] += out->record_count > 0;
    } else if (how == TORN) {
        size_t kept = trader_disk_tear (&node->disk, out->records, out->record_count);
        self->sometimes.count[SOMETIMES_TORN] += kept > 0 && kept < out->record_count;
        tell_recorded (self, node, kept);
    } else if (write_records (self, node) != STORE_FAILED) {
        (void) process_leave_half (self, node);
    }
}

// What waits on its sockets stays there, and its connections last. Once all is well nobody starts
// a process again in whose place there is another one.
void trader_process_begin_anew (world_t *self, struct node *node)
{
    if (node->aside && self->healed) {
        process_end_and_restart (self, node);
        return;
    }
    story_event (self, "trader %lld was taken over, and begins anew from its journal",
                 (long long) node->id);
    self->sometimes.count[SOMETIMES_TAKEN]++;
    node_count_life (self, node);
    node->class->unmake (&node->core);
    outbox_clear (node->out);
    world_fact (self, (struct fact){.type = FACT_ENDED, .node = node->id, .life = node->life});
    process_begin_life (self, node);
    trader_process_start (self, node);
}

bool trader_process_stays (world_t *self, struct node *node)
{
    if (trader_fenced (node->core)) {
        self->sometimes.count[SOMETIMES_FENCED]++;
        story_event (self, "trader %lld is fenced, and ends", (long long) node->id);
        process_end_and_restart (self, node);
        return false;
    }
    if (trader_taken (node->core)) {
        trader_process_begin_anew (self, node);
        return false;
    }
    trader_process_take_place (self, node);
    return true;
}

struct node *trader_process_twin (const world_t *self, const struct node *node)
{
    for (size_t i = 0; i < self->trader_count; i++) {
        struct node *other = self->traders[i];
        if (other != node && other->id == node->id && !other->gone) {
            return other;
        }
    }
    return NULL;
}

// Clients and other traders reach whichever process was let in last.
void trader_process_take_place (world_t *self, struct node *node)
{
    struct node *before = self->by_id[node->id];
    int64_t epoch = trader_epoch (node->core);
    node->epoch = epoch > 0 ? epoch : node->epoch;
    if (before == node || !trader_ready (node->core) || before->epoch >= epoch) {
        return;
    }
    story_event (self, "trader %lld is another process from now on", (long long) node->id);
    self->sometimes.count[SOMETIMES_REPLACED]++;
    self->sometimes.count[SOMETIMES_ABANDONED] += node->config.trader.abandon;
    self->by_id[node->id] = node;
    node->aside = false;
    before->aside = true;
    held_look (self, before);
    before->gone = before->gone || before->state == NODE_DOWN;
    if (self->healed && before->core && trader_epoch (before->core) == 0) {
        process_end (self, before);  // Its place is taken for good: it would ask for it for ever.
        before->gone = true;
    }
    for (struct line *line = self->lines; line; line = line->next) {
        bool is_clients = node_is_client (line->ends[0]) || node_is_client (line->ends[1]);
        if (is_clients && (line->ends[0] == before || line->ends[1] == before)) {
            network_break (self, line);
        }
    }
    if (self->healed) {
        world_withdraw (self, node->id);  // It could wait for ever where it has never joined.
    }
}
