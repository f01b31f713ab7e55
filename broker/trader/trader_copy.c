// Copies of what other traders have decided: they begin, grow, and shrink as the warehouse settles
// what they hold. All that changes in a round is recorded at its end, and acknowledged behind that,
// so an acknowledgement leaves when what it tells of is on the disk.
//
// A copy is for one view of its trader. What comes for an older one is from a process that does not
// know yet that it was replaced, and must not be acknowledged: so the latest view that is over is
// remembered, in the journal too, when the copy is long gone.
#include <stdlib.h>
#include <string.h>

#include "broker/trader/copy_state.h"
#include "schemas/planted.h"

enum { RING_FIRST = 64, ROOM_RETRY_US = 100000 };

struct copy *copy_find (const trader_t *self, int64_t trader)
{
    struct copy *copy;
    HASH_FIND (hh, self->copies, &trader, sizeof trader, copy);
    return copy;
}

static int by_trader (const struct copy *a, const struct copy *b)
{
    return a->trader < b->trader ? -1 : a->trader > b->trader;
}

// NULL: there are too many.
struct copy *copy_find_or_add (trader_t *self, int64_t trader)
{
    struct copy *copy = copy_find (self, trader);
    if (copy || HASH_COUNT (self->copies) == LIMIT_TRADERS) {
        return copy;
    }
    copy = calloc (1, sizeof *copy);
    if (!copy) {
        abort ();
    }
    copy->trader = trader;
    HASH_ADD (hh, self->copies, trader, sizeof copy->trader, copy);
    HASH_SORT (self->copies, by_trader);
    return copy;
}

static struct copied *place_of (const struct copy *self, int64_t write)
{
    return &self->ring[write & (self->size - 1)];
}

struct item copy_item (const struct copy *self, int64_t write)
{
    const struct copied *copied = place_of (self, write);
    struct item item = copied->item;
    item.product = copied->product;
    item.taken = copied->taken;
    return item;
}

static void grow (struct copy *self)
{
    struct copy larger = *self;
    larger.size = self->size ? 2 * self->size : RING_FIRST;
    larger.ring = malloc ((size_t) larger.size * sizeof *larger.ring);
    if (!larger.ring) {
        abort ();
    }
    for (int64_t write = self->base + 1; write <= self->held; write++) {
        *place_of (&larger, write) = *place_of (self, write);
    }
    free (self->ring);
    self->ring = larger.ring;
    self->size = larger.size;
}

// Takes the next decision. Returns false when the copy is full.
bool copy_take (struct copy *self, const struct item *item)
{
    if (self->held - self->base >= LIMIT_QUEUE) {
        return false;
    }
    if (self->held - self->base == self->size) {
        grow (self);
    }
    struct copied *copied = place_of (self, ++self->held);
    copied->item = *item;
    memcpy (copied->product, item->product, strlen (item->product) + 1);
    if (item->taken_count > 0) {
        memcpy (copied->taken, item->taken, item->taken_count * sizeof *item->taken);
    }
    return true;
}

void copy_settled (struct copy *self, int64_t write)
{
    if (write > self->base) {
        self->base = write;
        self->held = write > self->held ? write : self->held;
    }
}

static void drop_ring (struct copy *self)
{
    free (self->ring);
    self->ring = NULL;
    self->size = 0;
    self->base = 0;
    self->held = 0;
}

void copy_end (struct copy *self, int64_t passed)
{
    drop_ring (self);
    self->state = COPY_NONE;
    self->passed = passed > self->passed ? passed : self->passed;
}

bool copy_is_sealed (const struct copy *self)
{
    return self->state >= COPY_SEALED;
}

void copy_begin (struct copy *self, int64_t view, int64_t began, int64_t settled)
{
    drop_ring (self);
    self->state = COPY_OPEN;
    self->view = view;
    self->began = began;
    self->base = settled;
    self->held = settled;
    self->acked = settled;
    self->watched = false;
    self->granted = 0;
    self->batch_count = 0;
}

bool copy_takes (const struct item *item)
{
    return (item->kind == ITEM_BUY || item->kind == ITEM_RESTOCK) && item->behind
           && product_name_valid (item->product) && item->taken_count <= LIMIT_FILLS;
}

static bool is_sound (const struct journal *journal)
{
    if (journal->view < 1 || journal->began < 1 || journal->settled < 0 || journal->write < 1
        || journal->item_count > LIMIT_COPIES || journal->write > LIMIT_INTEGER - LIMIT_BATCH) {
        return false;
    }
    for (size_t i = 0; i < journal->item_count; i++) {
        if (!copy_takes (&journal->items[i])) {
            return false;
        }
    }
    return true;
}

bool copy_is_newer (const struct copy *self, int64_t view)
{
    int64_t latest = self->granted > self->view ? self->granted : self->view;
    return self->state == COPY_NONE || view > latest;
}

// Only what is meant for this very journal is taken: of a copy that stood in one that is lost, the
// beginning is missing, whatever the message says.
static void append (struct copy *self, int64_t holder, const struct journal *journal)
{
    if (journal->holder != holder) {
        return;
    }
    if (journal->view <= self->passed && !PLANTED (35)) {
        return;
    }
    if (copy_is_newer (self, journal->view)) {
        if (journal->write > journal->settled + 1) {
            return;  // The beginning is missing: a copy that was never begun, or is lost.
        }
        copy_begin (self, journal->view, journal->began, journal->settled);
    }
    if (journal->view < self->view || copy_is_sealed (self)) {
        return;
    }
    copy_settled (self, journal->settled);
    for (size_t i = 0; i < journal->item_count; i++) {
        int64_t write = journal->write + (int64_t) i;
        if (write > self->held
            && (write > self->held + 1 || !copy_take (self, &journal->items[i]))) {
            break;
        }
    }
}

static void refuse (trader_t *self, const struct event *event, enum reason reason, const char *text,
                    struct outbox *out)
{
    self->counters.refused_input++;
    reply_error (self, event->message->from, &event->route, reason, 0, text, out);
}

void copies_append (trader_t *self, const struct event *event, struct outbox *out)
{
    const struct message *message = event->message;
    if (message->from < 1 || message->from == self->config.id || !is_sound (&message->journal)) {
        refuse (self, event, REASON_BAD_REQUEST,
                "journal: not decisions of another trader, in the order of their writes", out);
        return;
    }
    if (self->epoch == 0) {
        return;  // It does not know yet which journal it goes on with.
    }
    struct copy *copy = copy_find_or_add (self, message->from);
    if (!copy) {
        refuse (self, event, REASON_LIMIT, "this trader keeps copies of too many: ask another one",
                out);
        return;
    }
    copy->answers = true;
    copy->route = event->route;
    copy->asked = message->journal.view;
    append (copy, self->began, &message->journal);
}

// What the trader asked for and is not kept here is told as such: a view that is over as sealed, so
// that whoever still believes in it asks the warehouse.
void copy_acknowledge (trader_t *trader, struct copy *self, struct outbox *out)
{
    if (!self->answers) {
        return;
    }
    self->answers = false;
    struct letter *letter =
        trader_letter (trader, out, PORT_CLIENTS, self->trader, MESSAGE_JOURNALED);
    letter->route = self->route;
    bool over = self->asked <= self->passed;
    if (over || copy_is_newer (self, self->asked)) {
        letter->message.journaled =
            (struct journaled){.view = self->asked, .holder = trader->began, .sealed = over};
        return;
    }
    letter->message.journaled = (struct journaled){
        .view = self->view,
        .holder = trader->began,
        .write = self->held,
        .begun = true,
        .sealed = copy_is_sealed (self),
    };
    if (self->held > self->acked) {
        trader->counters.copied += self->held - self->acked;
        self->acked = self->held;
    }
}

static void release (trader_t *self, struct copy *copy)
{
    HASH_DEL (self->copies, copy);
    free (copy->ring);
    free (copy);
}

void copies_begin_round (trader_t *self)
{
    struct copy *copy;
    struct copy *next;
    HASH_ITER (hh, self->copies, copy, next) {
        copy->durable = copy->recorded;
        if (copy->state == COPY_NONE && copy->passed == 0 && !copy->answers) {
            release (self, copy);
        }
    }
}

// The copies stand as they are. They are recorded once more when there is room, and only then what
// has gone with the records is told again.
void copies_unwritten (trader_t *self)
{
    for (struct copy *copy = self->copies; copy; copy = copy->hh.next) {
        copy->recorded = copy->durable;
        copy->answers = copy->answers || copy->asked > 0;
        copy->due_us = self->now_us;
        copy->room_due_us = self->now_us + ROOM_RETRY_US;
    }
}

void copies_free (trader_t *self)
{
    struct copy *copy;
    struct copy *next;
    HASH_ITER (hh, self->copies, copy, next) {
        release (self, copy);
    }
}
