// What a trader's journal tells of the copies that it keeps of others' decisions: recorded, told
// again to a journal that begins anew, and taken back.
#include "broker/trader/copy_state.h"
#include "schemas/planted.h"

static struct record_copy record_of (const struct copy *self)
{
    return (struct record_copy){.trader = self->trader, .view = self->view, .began = self->began};
}

static void record_items (const struct copy *self, struct copy_mark *mark, struct outbox *out)
{
    for (int64_t write = mark->held + 1; write <= self->held && !PLANTED (29); write++) {
        outbox_record (out, RECORD_COPIED)->decided = (struct record_decided){
            .trader = self->trader, .write = write, .item = copy_item (self, write)};
    }
    mark->held = self->held;
}

// Adds what `mark` lacks.
static void record (const struct copy *self, struct copy_mark *mark, struct outbox *out)
{
    if (mark->passed < self->passed) {
        outbox_record (out, RECORD_COPY_END)->copy =
            (struct record_copy){.trader = self->trader, .view = self->passed};
        *mark = (struct copy_mark){.passed = self->passed};
    }
    if (self->state == COPY_NONE) {
        return;
    }
    if (mark->view != self->view) {
        struct record *record = outbox_record (out, RECORD_COPY);
        record->copy = record_of (self);
        record->copy.settled = self->base;
        *mark = (struct copy_mark){
            .passed = mark->passed, .view = self->view, .base = self->base, .held = self->base};
    }
    if (mark->base < self->base) {
        outbox_record (out, self->granted ? RECORD_FORWARDED : RECORD_COPY_SETTLED)->write =
            (struct record_write){.trader = self->trader, .write = self->base};
        mark->base = self->base;
        mark->held = mark->held > self->base ? mark->held : self->base;
    }
    record_items (self, mark, out);
    if (self->state >= COPY_SEALED && !mark->sealed) {
        outbox_record (out, RECORD_SEALED)->copy = record_of (self);
        mark->sealed = true;
    }
}

void copy_record (struct copy *self, struct outbox *out)
{
    record (self, &self->recorded, out);
}

void copies_checkpoint (const trader_t *self, struct outbox *out)
{
    for (const struct copy *copy = self->copies; copy; copy = copy->hh.next) {
        struct copy_mark mark = {0};
        record (copy, &mark, out);
    }
}

static bool restore_copy (struct copy *copy, const struct record_copy *record)
{
    bool again = copy->state != COPY_NONE && record->view == copy->view;
    if (record->began < 1 || record->settled < 0 || record->view <= copy->passed
        || !(again || copy_is_newer (copy, record->view))) {
        return false;
    }
    copy_begin (copy, record->view, record->began, record->settled);
    return true;
}

static bool restore_copied (struct copy *copy, const struct record_decided *record)
{
    if (copy->state == COPY_NONE || record->write > copy->held + 1 || !copy_takes (&record->item)) {
        return false;
    }
    return record->write <= copy->held || copy_take (copy, &record->item);
}

static bool restore_sealed (struct copy *copy, const struct record_copy *record)
{
    if (copy->state == COPY_NONE || record->view != copy->view) {
        return false;
    }
    copy->state = COPY_SEALED;
    return true;
}

static bool restore_end (struct copy *copy, const struct record_copy *record)
{
    if (record->view < 1 || (copy->state != COPY_NONE && record->view < copy->view)) {
        return false;
    }
    copy_end (copy, record->view);
    return true;
}

static int64_t trader_of (const struct record *record)
{
    switch (record->type) {
    case RECORD_COPIED:
        return record->decided.trader;
    case RECORD_COPY_SETTLED:
    case RECORD_FORWARDED:
        return record->write.trader;
    default:
        return record->copy.trader;
    }
}

// A record that comes twice changes nothing: a journal that begins anew may tell what those of the
// round at hand tell again.
static bool restore (struct copy *copy, const struct record *record)
{
    switch (record->type) {
    case RECORD_COPY:
        return restore_copy (copy, &record->copy);
    case RECORD_COPIED:
        return restore_copied (copy, &record->decided);
    case RECORD_COPY_SETTLED:
    case RECORD_FORWARDED:
        copy_settled (copy, record->write.write);
        return copy->state != COPY_NONE;
    case RECORD_SEALED:
        return restore_sealed (copy, &record->copy);
    case RECORD_COPY_END:
        return restore_end (copy, &record->copy);
    default:
        return false;
    }
}

bool copies_restore (trader_t *self, const struct record *record)
{
    int64_t trader = trader_of (record);
    if (PLANTED (34)) {
        return true;
    }
    struct copy *copy =
        trader >= 1 && trader != self->config.id ? copy_find_or_add (self, trader) : NULL;
    if (!copy || !restore (copy, record)) {
        return false;
    }
    copy->recorded = (struct copy_mark){.passed = copy->passed};
    if (copy->state != COPY_NONE) {
        copy->recorded.view = copy->view;
        copy->recorded.base = copy->base;
        copy->recorded.held = copy->held;
        copy->recorded.sealed = copy->state == COPY_SEALED;
    }
    copy->acked = copy->held;
    copy->durable = copy->recorded;
    return true;
}
