#include "tests/sim/world/trader_disk.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_FIRST = 64, ANEW_MIN = 8, ANEW_MAX = 512, LENT_BYTES = 1024 };

static void draw_length (struct trader_disk *self)
{
    self->anew_at = self->count + (size_t) random_between (&self->random, ANEW_MIN, ANEW_MAX);
}

void trader_disk_init (struct trader_disk *self, bool bare, uint64_t seed)
{
    *self = (struct trader_disk){.bare = bare, .random = random_seeded (seed)};
    self->lent = arena_new (LENT_BYTES);
    draw_length (self);
}

void trader_disk_free (struct trader_disk *self)
{
    free (self->records);
    arena_destroy (&self->lent);
}

static bool must_sync (const struct record *record)
{
    switch (record->type) {
    case RECORD_SETTLED:
    case RECORD_COPY_SETTLED:
    case RECORD_FORWARDED:
    case RECORD_COPY_END:
        return false;
    default:
        return true;
    }
}

bool trader_disk_must_sync (const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (must_sync (&records[i])) {
            return true;
        }
    }
    return false;
}

// Copies what the item borrows.
static void keep_item (arena_t *arena, struct item *item)
{
    item->product = arena_string (arena, item->product, strlen (item->product));
    if (item->taken_count > 0) {
        struct leased_units *taken = arena_take (arena, item->taken_count, sizeof *taken);
        memcpy (taken, item->taken, item->taken_count * sizeof *taken);
        item->taken = taken;
    }
}

static void append (struct trader_disk *self, const struct record *record)
{
    if (self->count == self->size) {
        self->size = self->size ? 2 * self->size : RECORDS_FIRST;
        self->records = realloc (self->records, self->size * sizeof *self->records);
        if (!self->records) {
            abort ();
        }
    }
    struct record *kept = &self->records[self->count++];
    *kept = *record;
    if (record->type == RECORD_DECIDED || record->type == RECORD_COPIED) {
        keep_item (self->lent, &kept->decided.item);
    }
}

static void append_all (struct trader_disk *self, const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        append (self, &records[i]);
    }
}

enum store_status trader_disk_write (struct trader_disk *self, const struct record *records,
                                     size_t count, size_t *kept)
{
    *kept = count;
    if (self->bare || count == 0) {
        return STORE_OK;
    }
    if (self->full) {
        *kept = 0;
        return STORE_FULL;
    }
    if (!trader_disk_must_sync (records, count)) {
        append_all (self, records, count);
        return STORE_OK;
    }
    if (self->fsync_fails) {
        self->fsync_fails = false;
        *kept = trader_disk_tear (self, records, count);
        return STORE_FAILED;
    }
    append_all (self, records, count);
    self->synced = self->count;
    return STORE_OK;
}

size_t trader_disk_tear (struct trader_disk *self, const struct record *records, size_t count)
{
    if (self->bare || self->full || count == 0) {
        return 0;
    }
    size_t kept = (size_t) random_between (&self->random, 0, (int64_t) count);
    append_all (self, records, kept);
    self->synced = self->count;
    return kept;
}

void trader_disk_crash (struct trader_disk *self)
{
    int64_t open = (int64_t) (self->count - self->synced);
    if (open > 0 && random_between (&self->random, 0, 1)) {
        self->count = self->synced + (size_t) random_between (&self->random, 0, open);
    }
    self->synced = self->count;
}

void trader_disk_reopen (struct trader_disk *self)
{
    self->anew_at = (size_t) random_between (&self->random, ANEW_MIN, ANEW_MAX);
}

bool trader_disk_is_long (const struct trader_disk *self)
{
    return !self->full && self->count >= self->anew_at;
}

void trader_disk_begin_anew (struct trader_disk *self, const struct record *records, size_t count)
{
    if (self->full) {
        return;
    }
    arena_t *old = self->lent;  // The records may borrow from what was written before.
    self->lent = arena_new (LENT_BYTES);
    self->count = 0;
    append_all (self, records, count);
    self->synced = self->count;
    arena_destroy (&old);
    draw_length (self);
}
