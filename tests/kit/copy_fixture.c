#include "tests/kit/copy_fixture.h"

#include <string.h>

#include "broker/liveness.h"

enum { DISK_MAX = 8192, ROUND_US = 250000, GRANTED_EPOCH = 8 };

static struct record disk[DISK_MAX];
static size_t disk_size;
static struct item items[LIMIT_BATCH];
static arena_t *taken;  // what the decisions on the disk took

void copy_set_up (void)
{
    fix_set_up ();
    disk_size = 0;
    taken = arena_new (4096);
    fix_join ();
    copy_drain ();
}

void copy_tear_down (void)
{
    fix_tear_down ();
    arena_destroy (&taken);
}

static void keep_taken (struct item *item)
{
    struct leased_units *kept = arena_take (taken, item->taken_count, sizeof *kept);
    if (item->taken_count > 0) {
        memcpy (kept, item->taken, item->taken_count * sizeof *kept);
    }
    item->taken = kept;
}

// Every product is fish, so that no string of a record has to be kept.
static void keep (void)
{
    for (size_t i = 0; i < fix.out.record_count; i++) {
        ck_assert_uint_lt (disk_size, DISK_MAX);
        disk[disk_size] = fix.out.records[i];
        if (disk[disk_size].type == RECORD_COPIED) {
            ck_assert_str_eq (disk[disk_size].decided.item.product, "fish");
            disk[disk_size].decided.item.product = "fish";
            keep_taken (&disk[disk_size].decided.item);
        }
        disk_size++;
    }
}

static void step (enum event_type type)
{
    struct event event = fix_event (type);
    trader_step (fix.trader, &event, &fix.out);
}

void copy_drain (void)
{
    step (EVENT_DRAINED);
    keep ();
}

void copy_lose (void)
{
    step (EVENT_DRAINED);
    fix_step (EVENT_UNWRITTEN);
}

struct message copy_journal (int64_t trader, int64_t view, int64_t settled, int64_t write,
                             size_t count)
{
    ck_assert_uint_le (count, LIMIT_COPIES);
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct item){
            .kind = ITEM_BUY,
            .client = ALICE,
            .number = write + (int64_t) i,
            .product = "fish",
            .quantity = 2,
            .behind = true,
            .promised = 2,
            .first = {.trader = trader, .epoch = COPY_BEGAN},
        };
    }
    struct message message = fix_plain (MESSAGE_JOURNAL, trader);
    message.journal = (struct journal){
        .view = view,
        .holder = 1,  // The epoch in which the fixture's trader has joined.
        .began = COPY_BEGAN,
        .settled = settled,
        .write = write,
        .items = items,
        .item_count = count,
    };
    return message;
}

struct message copy_sale (int64_t trader, int64_t view)
{
    static const struct leased_units sold[] = {
        {.id = 4, .seller = SAM, .lot = 1, .units = 2, .price_cents = 100},
        {.id = 9, .seller = SUE, .lot = 7, .units = 1, .price_cents = 130},
    };
    struct message message = copy_journal (trader, view, 0, 1, 1);
    items[0].quantity = 3;
    items[0].promised = 3;
    items[0].taken = sold;
    items[0].taken_count = 2;
    return message;
}

void copy_hear (int64_t trader, int64_t view, int64_t settled, int64_t write, size_t count)
{
    fix_client (copy_journal (trader, view, settled, write, count));
}

void copy_tell (int64_t trader, int64_t view, int64_t settled, int64_t write, size_t count)
{
    copy_hear (trader, view, settled, write, count);
    copy_drain ();
}

void copy_warehouse (struct message message)
{
    fix_warehouse (message);
    copy_drain ();
}

void copy_wait (int64_t us)
{
    fix_wait (us);
    keep ();
}

void copy_silence (void)
{
    for (int i = 0; i < LIVENESS_MISSED; i++) {
        copy_wait (ROUND_US);
    }
}

void copy_die (int64_t count)
{
    for (int64_t write = 1; write <= count; write += LIMIT_COPIES) {
        int64_t rest = count - write + 1;
        copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, write,
                   (size_t) (rest < LIMIT_COPIES ? rest : LIMIT_COPIES));
    }
    copy_silence ();
}

// The next process of this trader, with what is on the disk.
static void begin_again (void)
{
    trader_destroy (&fix.trader);
    fix.trader = trader_new (&fix.config, FIX_SEED);
    for (size_t i = 0; i < disk_size; i++) {
        ck_assert (trader_restore (fix.trader, &disk[i]));
    }
    fix_step (EVENT_START);
    fix.epoch++;
    outbox_clear (&fix.out);
    struct message view = fix_view (FIX_SEED, fix.epoch);
    view.view.began = 1;  // It goes on with its journal.
    copy_warehouse (view);
}

void copy_restart (void)
{
    begin_again ();
}

void copy_rebuild (void)
{
    outbox_clear (&fix.out);
    ck_assert (trader_checkpoint (fix.trader, &fix.out));
    disk_size = 0;
    keep ();
    begin_again ();
}

struct message copy_view (int64_t trader, int64_t view, enum member_state state, int64_t taker)
{
    struct message message = fix_plain (MESSAGE_VIEW, WAREHOUSE_NODE);
    message.view = (struct view_told){
        .trader = trader,
        .epoch = GRANTED_EPOCH,
        .view = view,
        .state = state,
        .taker = taker,
        .began = COPY_BEGAN,
    };
    return message;
}

void copy_grant (int64_t trader, int64_t batch, int64_t applied)
{
    struct message message = copy_view (trader, COPY_VIEW + 1, MEMBER_TAKING, FIX_TRADER);
    message.view.batch = batch;
    message.view.applied = applied;
    copy_warehouse (message);
}

void copy_commit (int64_t trader, int64_t batch, size_t count)
{
    struct result results[LIMIT_BATCH];
    for (size_t i = 0; i < count; i++) {
        results[i] = fix_receipt (STATUS_SOLD, "fish", 2);
    }
    struct message message = fix_committed (batch, results, count);
    message.committed.trader = trader;
    message.committed.epoch = GRANTED_EPOCH;
    copy_warehouse (message);
}

struct message copy_refusal (int64_t trader, enum reason reason, int64_t batch)
{
    struct message message = fix_refused (reason, batch);
    message.error.trader = trader;
    message.error.epoch = GRANTED_EPOCH;
    return message;
}

void copy_acks (int64_t trader, int64_t view, int64_t write, bool sealed)
{
    const struct letter *letter = fix_only (MESSAGE_JOURNALED);
    struct route route = fix_route (trader, 0);
    ck_assert_int_eq (letter->port, PORT_CLIENTS);
    ck_assert_int_eq (letter->to, trader);
    ck_assert (fix_same_route (&letter->route, &route));
    ck_assert_int_eq (letter->message.journaled.view, view);
    ck_assert_int_eq (letter->message.journaled.holder, 1);
    ck_assert_int_eq (letter->message.journaled.write, write);
    ck_assert_int_eq (letter->message.journaled.sealed, sealed);
}

void copy_commits (int64_t trader, int64_t batch, int64_t first, size_t count)
{
    const struct letter *letter = fix_only (MESSAGE_COMMIT);
    const struct commit *commit = &letter->message.commit;
    ck_assert_int_eq (letter->port, PORT_WAREHOUSE);
    ck_assert_int_eq (commit->trader, trader);
    ck_assert_int_eq (commit->epoch, GRANTED_EPOCH);
    ck_assert_int_eq (commit->batch, batch);
    ck_assert_uint_eq (commit->item_count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq (commit->items[i].client, ALICE);
        ck_assert_int_eq (commit->items[i].number, first + (int64_t) i);
        ck_assert_str_eq (commit->items[i].product, "fish");
        ck_assert_int_eq (commit->items[i].promised, 2);
        ck_assert (commit->items[i].behind);
    }
}

void copy_asks (int64_t trader, int64_t view, bool complete)
{
    const struct letter *letter = fix_only (MESSAGE_TAKEOVER);
    ck_assert_int_eq (letter->port, PORT_WAREHOUSE);
    ck_assert_int_eq (letter->message.takeover.trader, trader);
    ck_assert_int_eq (letter->message.takeover.view, view);
    ck_assert_int_eq (letter->message.takeover.complete, complete);
}

size_t copy_records (enum record_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < fix.out.record_count; i++) {
        count += fix.out.records[i].type == type;
    }
    return count;
}
