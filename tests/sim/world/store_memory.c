// The log is chunks of records as they came. A load folds it into tables and empties it; the tables
// stay, so that no record is folded twice.
#include "tests/sim/world/store_memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/world/store_tables.h"

enum { CHUNK_RECORDS = 256 };

struct chunk {
    struct chunk *next;
    size_t count;
    struct record records[CHUNK_RECORDS];
};

struct store_memory {
    struct store base;
    struct chunk *first;    // of the log
    struct chunk *last;     // the one to append to; those behind it are empty
    struct tables *tables;  // what was folded
    void **kept;            // names, routers and seats, that records borrow
    size_t kept_count;
    size_t kept_size;
};

static struct chunk *chunk_new (void)
{
    struct chunk *chunk = malloc (sizeof *chunk);
    if (!chunk) {
        abort ();
    }
    chunk->next = NULL;
    chunk->count = 0;
    return chunk;
}

// Returns a copy that lives as long as the store.
static const void *keep (struct store_memory *self, const void *bytes, size_t size)
{
    void *copy = malloc (size);
    if (!copy) {
        abort ();
    }
    memcpy (copy, bytes, size);
    self->kept = tables_grown (self->kept, &self->kept_size, self->kept_count, sizeof *self->kept);
    self->kept[self->kept_count++] = copy;
    return copy;
}

// Makes a record that was written the store's own.
static void keep_record (struct store_memory *self, struct record *record)
{
    const char **name = record->type == RECORD_PRODUCT ? &record->product.name
                        : record->type == RECORD_VIEW  ? &record->view.router
                                                       : NULL;
    if (name) {
        *name = keep (self, *name, strlen (*name) + 1);
    } else if (record->type == RECORD_SEATS) {
        struct seating *seating = &record->seats.seating;
        seating->seats = keep (self, seating->seats, seating->seat_count * sizeof *seating->seats);
    }
}

static enum store_status write_memory (store_t *store, const struct record *records, size_t count)
{
    struct store_memory *self = (struct store_memory *) store;
    while (count > 0) {
        if (self->last->count == CHUNK_RECORDS) {
            if (!self->last->next) {
                self->last->next = chunk_new ();
            }
            self->last = self->last->next;
        }
        struct record *to = &self->last->records[self->last->count];
        size_t room = CHUNK_RECORDS - self->last->count;
        size_t fits = count < room ? count : room;
        memcpy (to, records, fits * sizeof *to);
        for (size_t i = 0; i < fits; i++) {
            keep_record (self, &to[i]);
        }
        self->last->count += fits;
        records += fits;
        count -= fits;
    }
    return STORE_OK;
}

static void fold (struct store_memory *self)
{
    for (struct chunk *chunk = self->first; chunk; chunk = chunk->next) {
        for (size_t i = 0; i < chunk->count; i++) {
            tables_fold (self->tables, &chunk->records[i]);
        }
        chunk->count = 0;
    }
    self->last = self->first;
}

static enum store_status load_memory (store_t *store, int64_t answers_kept, store_visit_fn *visit,
                                      void *context)
{
    struct store_memory *self = (struct store_memory *) store;
    fold (self);
    const char *refused = tables_load (self->tables, answers_kept, visit, context);
    if (refused) {
        snprintf (self->base.error, sizeof self->base.error,
                  "loading the store: a record of the %s contradicts those before it", refused);
        return STORE_FAILED;
    }
    return STORE_OK;
}

store_t *store_memory_open (void)
{
    struct store_memory *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->base.class = &store_memory;
    self->first = self->last = chunk_new ();
    self->tables = tables_new ();
    return &self->base;
}

static store_t *open_memory (const char *path, char *error, size_t error_size)
{
    (void) path;
    (void) error;
    (void) error_size;
    return store_memory_open ();
}

static void close_memory (store_t *store)
{
    struct store_memory *self = (struct store_memory *) store;
    for (struct chunk *chunk = self->first; chunk;) {
        struct chunk *next = chunk->next;
        free (chunk);
        chunk = next;
    }
    for (size_t i = 0; i < self->kept_count; i++) {
        free (self->kept[i]);
    }
    free (self->kept);
    tables_destroy (&self->tables);
    free (self);
}

const struct store_class store_memory = {
    .open = open_memory,
    .close = close_memory,
    .load = load_memory,
    .write = write_memory,
};
