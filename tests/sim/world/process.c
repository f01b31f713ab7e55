// A node's process: it takes in what has arrived, works on it for a while, and only then lets the
// letters of that round leave. It can die or be stopped anywhere in between.
#include <assert.h>
#include <string.h>

#include "tests/sim/world/world_state.h"

void process_step (world_t *self, struct node *node, const struct event *event)
{
    self->steps++;
    node->class->step (node->core, event, node->out);
    if (node->role == ROLE_TRADER) {
        held_look (self, node);
    } else if (node->role == ROLE_PEER) {
        peer_process_look (self, node);
    }
}

static void step_simply (world_t *self, struct node *node, enum event_type type)
{
    struct event event = {.type = type, .now_us = self->now_us};
    process_step (self, node, &event);
}

static int64_t deadline_of (const struct node *node)
{
    return node->core ? node->class->deadline (node->core) : DEADLINE_NONE;
}

static bool is_free (const struct node *node)
{
    return node->state == NODE_UP && node->core && !node->busy;
}

int64_t process_due (const struct node *node)
{
    return node->state == NODE_DOWN || node->gone ? DEADLINE_NONE : deadline_of (node);
}

static void plan_wake (world_t *self, struct node *node)
{
    if (!is_free (node) || node->gone) {
        return;
    }
    int64_t due_us = deadline_of (node);
    if (due_us < self->now_us) {
        due_us = self->now_us;
    }
    if (due_us < node->wake_us) {
        node->wake_us = due_us;
        agenda_add (&self->agenda, due_us, ENTRY_WAKE, node, node->life);
    }
}

// Puts it among those that have something to do once all that arrives now has arrived.
static void be_ready (world_t *self, struct node *node)
{
    if (node->queued) {
        return;
    }
    node->queued = true;
    node->ready_next = NULL;
    if (self->ready_last) {
        self->ready_last->ready_next = node;
    } else {
        self->ready_first = node;
    }
    self->ready_last = node;
}

static struct route route_of (const struct mail *mail)
{
    struct route_bytes bytes = {(uint32_t) mail->from->index, (uint32_t) mail->incarnation};
    struct route route = {.size = sizeof bytes};
    memcpy (route.bytes, &bytes, sizeof bytes);
    return route;
}

static void hear_by_hand (struct node *node, struct mail *mail)
{
    struct decode_error error;
    char bytes[LIMIT_MESSAGE_BYTES];
    const struct message *message = parcel_open (mail->parcel, &error);
    size_t size = message_encode (message, bytes, sizeof bytes);
    arena_reset (node->memory);  // The last one is what it has heard.
    node->has_heard =
        message_decode (bytes, size, sizeof bytes, node->memory, &node->heard, &error);
    assert (node->has_heard);
}

void process_take_in (world_t *self, struct mail *mail)
{
    struct node *node = mail->to;
    if (node->role == ROLE_HAND) {
        hear_by_hand (node, mail);
        mail->opened = &node->heard;
        post_told (self, mail);
        mail_free (self, mail);
        return;
    }
    mail_append (&node->inbox, mail);
    if (is_free (node)) {
        be_ready (self, node);
    }
}

static void receive (world_t *self, struct node *node, struct mail *mail)
{
    struct decode_error error;
    struct event event = {
        .type = EVENT_RECEIVE,
        .port = mail->port,
        .now_us = self->now_us,
        .route = route_of (mail),
    };
    if (mail->parcel) {
        mail->opened = parcel_open (mail->parcel, &error);
        event.message = mail->opened;
    } else {
        struct message none;
        bool valid = message_decode (mail->garbage, strlen (mail->garbage), LIMIT_MESSAGE_BYTES,
                                     self->shared_out.arena, &none, &error);
        assert (!valid);
        self->sometimes.count[SOMETIMES_MALFORMED]++;
        event.type = EVENT_MALFORMED;
        event.error = &error;
    }
    if (node_is_client (node) || node->role == ROLE_PEER) {
        post_told (self, mail);
    }
    process_step (self, node, &event);
}

// Work in this round: so much for each message, and at the warehouse for each item of a batch.
static int64_t work_us (world_t *self, const struct node *node)
{
    int64_t work_us = self->config.message_us * (int64_t) node->round.count;
    if (node->role == ROLE_WAREHOUSE && node->round.first && node->round.first->opened
        && node->round.first->opened->type == MESSAGE_COMMIT) {
        int64_t items = (int64_t) node->round.first->opened->commit.item_count;
        work_us += self->config.item_us * items;
    }
    const struct outbox *out = node->out;
    bool stores = node->role == ROLE_WAREHOUSE && out->record_count > 0;
    bool records = node->role == ROLE_TRADER;  // A peer keeps no journal.
    if (stores || (records && trader_disk_must_sync (out->records, out->record_count))) {
        work_us +=
            world_draw (self, STREAM_WORK, self->config.fsync_min_us, self->config.fsync_max_us);
    }
    return work_us;
}

static void die_at_work (world_t *self, struct node *node)
{
    story_event (self, "%s %lld is killed at work", node->class->name, (long long) node->id);
    node->doomed = false;
    node->busy = true;
    process_end_and_restart (self, node);
}

void process_work (world_t *self, struct node *node)
{
    if (node->doomed && node->out->letter_count > 0) {
        die_at_work (self, node);
        return;
    }
    int64_t takes_us = node_is_client (node) ? 0 : work_us (self, node);
    if (takes_us == 0) {
        process_round_end (self, node);
        return;
    }
    node->busy = true;
    node->worked_us += takes_us;
    agenda_add (&self->agenda, self->now_us + takes_us, ENTRY_ROUND_END, node, node->life);
}

void process_take_round (struct node *node)
{
    size_t most = node->role == ROLE_WAREHOUSE ? 1 : LIMIT_DRAIN;  // It answers one at a time.
    while (node->round.count < most && node->inbox.count > 0) {
        mail_append (&node->round, mail_take (&node->inbox));
    }
}

void process_round (world_t *self, struct node *node)
{
    node->queued = false;
    if (!is_free (node) || node->gone) {
        return;
    }
    if (node->inbox.count == 0 && deadline_of (node) > self->now_us) {
        plan_wake (self, node);
        return;
    }
    if (node->outdated && !warehouse_process_refresh (self, node)) {
        return;
    }
    process_take_round (node);
    for (struct mail *mail = node->round.first; mail; mail = mail->next) {
        receive (self, node, mail);
    }
    if (node->round.count > 0) {
        step_simply (self, node, EVENT_DRAINED);
    }
    if (deadline_of (node) <= self->now_us) {
        step_simply (self, node, EVENT_DEADLINE);
    }
    process_work (self, node);
}

static void retire (world_t *self, struct node *node)
{
    node->gone = true;
    mail_drop_all (self, &node->inbox);
}

void process_round_end (world_t *self, struct node *node)
{
    if (node->state == NODE_PAUSED) {
        node->overdue = true;
        return;
    }
    node->busy = false;
    if (node->role == ROLE_WAREHOUSE) {
        warehouse_process_round_end (self, node);
    } else if (node->role == ROLE_TRADER) {
        trader_process_round_end (self, node);
    } else if (node->role == ROLE_PEER) {
        peer_process_round_end (self, node);
    } else {
        post_letters (self, node, node->out->letter_count);
        outbox_clear (node->out);
        mail_drop_all (self, &node->round);
    }
    if (node->state != NODE_UP) {
        return;  // The disk has ended it.
    }
    if (node->role == ROLE_TRADER && !trader_process_stays (self, node)) {
        return;
    }
    if (node->class->done && node->class->done (node->core)) {
        retire (self, node);
    } else if (node->inbox.count > 0) {
        be_ready (self, node);
    } else {
        plan_wake (self, node);
    }
}

void process_wake (world_t *self, struct node *node)
{
    if (node->wake_us == self->now_us) {
        node->wake_us = DEADLINE_NONE;
    }
    if (is_free (node)) {
        be_ready (self, node);
    }
}

// Two processes under one id have no life in common.
static int64_t next_life (const world_t *self, const struct node *node)
{
    int64_t life = node->life;
    for (size_t i = 0; node->role == ROLE_TRADER && i < self->trader_count; i++) {
        const struct node *other = self->traders[i];
        life = other->id == node->id && other->life > life ? other->life : life;
    }
    return life + 1;
}

void process_begin_life (world_t *self, struct node *node)
{
    node->life = next_life (self, node);
    node->wake_us = DEADLINE_NONE;
    node->was_paused = false;
    held_forget (node);
    peer_process_forget (node);
    self->stirred_us = self->now_us;
    world_fact (self, (struct fact){.type = FACT_STARTED, .node = node->id, .life = node->life});
}

void process_start (world_t *self, struct node *node)
{
    if (node->state != NODE_DOWN || node->gone) {
        return;
    }
    node->state = NODE_UP;
    node_count_on (node);
    if (self->started && node->life > 0) {
        story_event (self, "%s %lld is started again", node->class->name, (long long) node->id);
    }
    process_begin_life (self, node);
    if (node->role == ROLE_WAREHOUSE) {
        if (!warehouse_process_start (self, node)) {
            return;
        }
    } else if (node->role == ROLE_TRADER) {
        trader_process_start (self, node);
    } else if (node->class->make) {
        uint64_t seed = random_next (&self->streams[STREAM_SEEDS]);
        node->core = node->class->make (&node->config, seed);
        step_simply (self, node, EVENT_START);
        process_work (self, node);
    }
    network_release_all (self, node);
}

int64_t process_leave_half (world_t *self, struct node *node)
{
    int64_t letters = (int64_t) node->out->letter_count;
    int64_t sent = world_draw (self, STREAM_CRASH, 0, letters);
    if (letters > 0 && sent > 0 && sent < letters) {
        self->sometimes.count[SOMETIMES_CRASH_HALF_SAID]++;
    }
    post_letters (self, node, (size_t) sent);
    return sent;
}

void process_end (world_t *self, struct node *node)
{
    if (node->state == NODE_DOWN || node->gone) {
        return;
    }
    if (node->busy && node->role == ROLE_WAREHOUSE) {
        warehouse_process_crash (self, node);
    } else if (node->busy && node->role == ROLE_TRADER) {
        trader_process_crash (self, node);
    } else if (node->busy && world_draw (self, STREAM_CRASH, 0, 1)) {
        (void) process_leave_half (self, node);
    }
    if (node->role == ROLE_TRADER && trader_unsettled (node->core) > 0) {
        self->sometimes.count[SOMETIMES_CRASH_DECIDED]++;
    }
    trader_disk_crash (&node->disk);
    self->stirred_us = self->now_us;
    node_count_life (self, node);
    node->state = NODE_DOWN;
    node->busy = false;
    node->overdue = false;
    outbox_clear (node->out);
    mail_drop_all (self, &node->round);
    mail_drop_all (self, &node->inbox);
    if (node->core) {
        node->class->unmake (&node->core);
    }
    network_break_all (self, node);
    world_fact (self, (struct fact){.type = FACT_ENDED, .node = node->id, .life = node->life});
}

void process_end_and_restart (world_t *self, struct node *node)
{
    process_end (self, node);
    if (node->aside) {
        node->gone = true;
        return;
    }
    int64_t after_us = world_draw (self, STREAM_CRASH, RESTART_MIN_US, RESTART_MAX_US);
    agenda_add (&self->agenda, self->now_us + after_us, ENTRY_RESTART, node, node->life);
}

void process_pause (world_t *self, struct node *node)
{
    if (node->state == NODE_UP && !node->gone) {
        node->state = NODE_PAUSED;
        node->was_paused = true;
        self->sometimes.count[SOMETIMES_PAUSED]++;
        story_event (self, "%s %lld is stopped", node->class->name, (long long) node->id);
    }
}

void process_resume (world_t *self, struct node *node)
{
    if (node->state != NODE_PAUSED) {
        return;
    }
    node->state = NODE_UP;
    story_event (self, "%s %lld goes on", node->class->name, (long long) node->id);
    if (node->overdue) {
        node->overdue = false;
        process_round_end (self, node);
    } else if (!node->busy) {
        be_ready (self, node);
    }
}
