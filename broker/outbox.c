#include <stdlib.h>
#include <string.h>

#include "broker/core.h"

enum { OUTBOX_BLOCK = 256 * 1024, OUTBOX_FIRST = 64 };

// Doubles an array of `*size` things of `each` bytes.
static void *grown (void *array, size_t *size, size_t each)
{
    *size = *size ? *size * 2 : OUTBOX_FIRST;
    void *larger = realloc (array, *size * each);
    if (!larger) {
        abort ();
    }
    return larger;
}

void outbox_init (struct outbox *self)
{
    *self = (struct outbox){.arena = arena_new (OUTBOX_BLOCK)};
}

void outbox_free (struct outbox *self)
{
    arena_destroy (&self->arena);
    free (self->letters);
    free (self->records);
    *self = (struct outbox){0};
}

void outbox_clear (struct outbox *self)
{
    arena_reset (self->arena);
    self->letter_count = 0;
    self->record_count = 0;
}

struct letter *outbox_letter (struct outbox *self, enum port port, int64_t to,
                              enum message_type type)
{
    if (self->letter_count == self->letter_size) {
        self->letters = grown (self->letters, &self->letter_size, sizeof *self->letters);
    }
    struct letter *letter = &self->letters[self->letter_count++];
    memset (letter, 0, sizeof *letter);
    letter->port = port;
    letter->to = to;
    letter->message.type = type;
    return letter;
}

struct record *outbox_record (struct outbox *self, enum record_type type)
{
    if (self->record_count == self->record_size) {
        self->records = grown (self->records, &self->record_size, sizeof *self->records);
    }
    struct record *record = &self->records[self->record_count++];
    memset (record, 0, sizeof *record);
    record->type = type;
    return record;
}
