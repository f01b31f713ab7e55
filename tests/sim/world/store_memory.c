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
    char **names;           // of products and routers, that records borrow
    size_t name_count;
    size_t name_size;
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
static const char *keep_name (struct store_memory *self, const char *name)
{
    char *copy = strdup (name);
    if (!copy) {
        abort ();
    }
    self->names =
        tables_grown (self->names, &self->name_size, self->name_count, sizeof *self->names);
    self->names[self->name_count++] = copy;
    return copy;
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
            if (to[i].type == RECORD_PRODUCT) {
                to[i].product.name = keep_name (self, to[i].product.name);
            } else if (to[i].type == RECORD_VIEW) {
                to[i].view.router = keep_name (self, to[i].view.router);
            }
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
    for (size_t i = 0; i < self->name_count; i++) {
        free (self->names[i]);
    }
    free (self->names);
    tables_destroy (&self->tables);
    free (self);
}

const struct store_class store_memory = {
    .open = open_memory,
    .close = close_memory,
    .load = load_memory,
    .write = write_memory,
};
