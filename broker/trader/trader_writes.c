// What was decided here, until the warehouse has it: recorded in the journal, told when it may be,
// and taken back from the journal by the process that comes after.
//
// Writes follow each other without a gap, and are settled in their order, so what is open is always
// those from settled + 1 to the last one.
#include <string.h>

#include "broker/trader/trader_copy.h"
#include "broker/trader/trader_lease.h"
#include "schemas/planted.h"

enum { ROOM_RETRY_US = 100000 };

static int32_t *place_of (const trader_t *self, int64_t write)
{
    return &self->decided[write % self->config.queue_max];
}

static int64_t last_write (const trader_t *self)
{
    return cache_writes (self->cache);
}

void writes_add (trader_t *self, struct request *request)
{
    *place_of (self, request->write) = trader_index (self, request);
}

const struct request *writes_request (const trader_t *self, int64_t write)
{
    return trader_request (self, *place_of (self, write));
}

struct item writes_item (const trader_t *self, const struct request *request)
{
    return (struct item){
        .kind = request->kind,
        .client = request->key.client,
        .number = request->key.number,
        .clock = request->clock,
        .product = request->product,
        .quantity = request->quantity,
        .price_cents = request->price_cents,
        .all_or_nothing = request->all_or_nothing,
        .behind = request->behind,
        .promised = request->promised,
        .first = request->first,
        .taken = request->taken_count > 0 ? trader_units (self, request) : NULL,
        .taken_count = request->taken_count,
    };
}

void writes_begin_round (trader_t *self)
{
    self->recorded_then = self->recorded;
    self->settled_recorded_then = self->settled_recorded;
    self->told_then = self->told;
    self->joined_recorded_then = self->joined_recorded;
}

// Records and letters of the last round are gone: both must come again, when there is room. Its
// batches are sent again for want of an answer.
void writes_unwritten (trader_t *self)
{
    self->recorded = self->recorded_then;
    self->settled_recorded = self->settled_recorded_then;
    self->told = self->told_then;
    self->joined_recorded = self->joined_recorded_then;
    self->room_due_us = self->now_us + ROOM_RETRY_US;
}

bool writes_may_leave_early (const trader_t *self)
{
    return self->joined_recorded_then;
}

bool writes_full (const trader_t *self)
{
    return self->room_due_us > 0;
}

bool writes_told (const trader_t *self, const struct request *request)
{
    return request->write <= self->told;
}

static void record_joined (const trader_t *self, struct outbox *out)
{
    outbox_record (out, RECORD_JOINED)->joined = (struct record_joined){
        .market = self->market,
        .epoch = self->epoch,
        .began = self->began,
        .settled = self->settled,
    };
}

// Until then nothing may be done under the new epoch: a journal that does not know of it could not
// be resumed.
bool writes_joined (trader_t *self, struct outbox *out)
{
    if (self->joined_recorded) {
        return true;
    }
    if (self->now_us < self->room_due_us) {
        return false;
    }
    self->room_due_us = 0;
    if (self->void_first) {
        outbox_record (out, RECORD_VOID)->write.trader = self->config.id;
    }
    record_joined (self, out);
    self->joined_recorded = true;
    return true;
}

static void record_decided (const trader_t *self, int64_t write, struct outbox *out)
{
    outbox_record (out, RECORD_DECIDED)->decided = (struct record_decided){
        .trader = self->config.id,
        .write = write,
        .item = writes_item (self, writes_request (self, write)),
    };
}

static int64_t greater (int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// What the process before this one has decided is told when this one has seen as much of the stock.
void writes_tell (trader_t *self, struct outbox *out)
{
    if (writes_full (self) || (self->caches && !self->stocked)) {
        return;
    }
    int64_t most = backup_may_tell (self);
    for (int64_t write = greater (self->told, self->settled) + 1; write <= most; write++) {
        decide_promise (self, writes_request (self, write), out);
    }
    self->told = greater (self->told, most);
}

// What was settled before it could be recorded, for want of room, needs no record any more.
void writes_record (trader_t *self, struct outbox *out)
{
    if (writes_full (self)) {
        if (self->now_us < self->room_due_us) {
            return;
        }
        self->room_due_us = 0;
    }
    if (self->settled > self->settled_recorded) {
        outbox_record (out, RECORD_SETTLED)->write =
            (struct record_write){.trader = self->config.id, .write = self->settled};
        self->settled_recorded = self->settled;
    }
    for (int64_t write = greater (self->recorded, self->settled) + 1; write <= last_write (self);
         write++) {
        record_decided (self, write, out);
    }
    self->recorded = greater (last_write (self), self->settled);
}

void writes_settled (trader_t *self, int64_t write)
{
    self->settled = write;
}

int64_t writes_due (const trader_t *self)
{
    return writes_full (self) ? self->room_due_us : DEADLINE_NONE;
}

// Those up to `write` are not open any more.
static void close_up_to (trader_t *self, int64_t write)
{
    while (self->behind.first != NOTHING
           && trader_request (self, self->behind.first)->write <= write) {
        trader_forget (self, list_take (self, &self->behind));
    }
}

// By how much a write changes the stock that the cache tells of: what was leased is not in that.
// Where nothing is sold from caches any more nobody tells the stock, and the write would wait for
// it.
static int64_t units_of (const trader_t *self, const struct request *request)
{
    if (!self->caches || request->taken_count > 0) {
        return 0;
    }
    return request->kind == ITEM_BUY ? -request->promised : request->quantity;
}

// What the process before this one has decided, and the warehouse does not have yet, is written
// behind by this one, under the numbers that it has.
static void resume (trader_t *self, const struct view_told *view)
{
    close_up_to (self, view->applied);
    self->settled = view->applied;
    self->settled_recorded = view->applied;  // By RECORD_JOINED.
    self->counters.recovered += (int64_t) self->behind.count;
    cache_begin (self->cache, self->began, view->applied);
    for (int32_t at = self->behind.first; at != NOTHING; at = trader_request (self, at)->next) {
        struct request *request = trader_request (self, at);
        request->write = cache_write (self->cache, request->product, units_of (self, request));
        writes_add (self, request);
    }
    self->flush_due_us = self->behind.count > 0 ? self->now_us : DEADLINE_NONE;
    self->recorded = last_write (self);
    self->told = view->applied;
}

void writes_granted (trader_t *self, const struct view_told *view)
{
    bool resumes = self->began > 0 && view->began == self->began;
    self->void_first = self->began > 0 && !resumes;
    if (!resumes) {
        close_up_to (self, PLANTED (37) ? 0 : INT64_MAX);
    }
    self->began = view->began;
    resume (self, view);
    self->joined_recorded = false;
    writes_begin_round (self);
}

static bool restore_joined (trader_t *self, const struct record_joined *joined)
{
    if ((self->market > 0 && joined->market != self->market) || joined->epoch <= self->epoch_before
        || joined->began < 1 || joined->began > joined->epoch || joined->settled < 0
        || joined->market < 1) {
        return false;
    }
    if (joined->began != self->began && self->behind.count > 0) {
        return false;
    }
    bool goes_on = joined->began == self->began && joined->settled < self->recorded;
    close_up_to (self, joined->settled);
    self->recorded = goes_on ? self->recorded : joined->settled;
    self->market = joined->market;
    self->epoch_before = joined->epoch;
    self->began = joined->began;
    return true;
}

static bool restore_taken (trader_t *self, struct request *request, const struct item *item)
{
    if (item->taken_count == 0) {
        return true;
    }
    request->supply = lease_supply (self, request->product);
    if (!request->supply || item->taken_count > LIMIT_FILLS || item->kind != ITEM_BUY) {
        return false;
    }
    request->taken_count = (uint8_t) item->taken_count;
    memcpy (trader_units (self, request), item->taken, item->taken_count * sizeof *item->taken);
    return true;
}

static bool restore_decided (trader_t *self, const struct record_decided *decided)
{
    const struct item *item = &decided->item;
    bool known = item->kind == ITEM_BUY || item->kind == ITEM_RESTOCK;
    if (decided->trader != self->config.id || self->began == 0 || !known || !item->behind
        || decided->write <= self->recorded || self->unused == NOTHING) {
        return false;
    }
    if (self->behind.count > 0 && decided->write != self->recorded + 1) {
        return false;
    }
    struct request request = {
        .key = {.client = item->client, .number = item->number},
        .state = REQUEST_BEHIND,
        .kind = item->kind,
        .mode = trader_policy_of (self, item->product)->mode,
        .attempt = 1,
        .clock = item->clock,
        .quantity = item->quantity,
        .price_cents = item->price_cents,
        .all_or_nothing = item->all_or_nothing,
        .behind = true,
        .promised = item->promised,
        .write = decided->write,
        .first = item->first,
        .token = NOTHING,
    };
    memcpy (request.product, item->product, strlen (item->product) + 1);
    struct request *pending = trader_make_pending (self, &request);
    if (!pending || !restore_taken (self, pending, item)) {
        return false;
    }
    list_append (self, &self->behind, pending);
    self->recorded = decided->write;
    return true;
}

bool trader_restore (trader_t *self, const struct record *record)
{
    switch (record->type) {
    case RECORD_JOINED:
        return restore_joined (self, &record->joined);
    case RECORD_DECIDED:
        return restore_decided (self, &record->decided);
    case RECORD_SETTLED:
        close_up_to (self, record->write.write);
        self->recorded = greater (self->recorded, record->write.write);
        return true;
    case RECORD_VOID:
        close_up_to (self, INT64_MAX);
        self->began = 0;
        self->recorded = 0;
        return true;
    case RECORD_COPY:
    case RECORD_COPIED:
    case RECORD_COPY_SETTLED:
    case RECORD_SEALED:
    case RECORD_FORWARDED:
    case RECORD_COPY_END:
        return copies_restore (self, record);
    default:
        return false;  // Of a warehouse.
    }
}

bool trader_checkpoint (trader_t *self, struct outbox *out)
{
    if (!self->joined_recorded) {
        return false;
    }
    record_joined (self, out);
    for (int64_t write = self->settled + 1; write <= self->recorded; write++) {
        record_decided (self, write, out);
    }
    copies_checkpoint (self, out);
    return true;
}
