#include "tests/kit/used_numbers.h"

#include <check.h>
#include <stdlib.h>

#include "schemas/limits.h"

void used_add (struct used_numbers *self, int64_t client, int64_t number)
{
    if (self->count == self->size) {
        self->size = self->size ? 2 * self->size : 64;
        self->list = realloc (self->list, self->size * sizeof *self->list);
        ck_assert_ptr_nonnull (self->list);
    }
    self->list[self->count++] = (struct used_number){client, number};
}

void used_clear (struct used_numbers *self)
{
    free (self->list);
    *self = (struct used_numbers){0};
}

static int by_number (const void *a, const void *b)
{
    const struct used_number *one = a;
    const struct used_number *other = b;
    if (one->client != other->client) {
        return one->client < other->client ? -1 : 1;
    }
    return (one->number > other->number) - (one->number < other->number);
}

static int64_t highest_of (const struct used_numbers *self, size_t index)
{
    while (index + 1 < self->count && self->list[index + 1].client == self->list[index].client) {
        index++;
    }
    return self->list[index].number;
}

bool used_load_skipped (struct used_numbers *self, int64_t answers_kept, store_visit_fn *visit,
                        void *context)
{
    if (self->count > 0) {
        qsort (self->list, self->count, sizeof *self->list, by_number);
    }
    int64_t before = 0;
    int64_t highest = 0;
    for (size_t i = 0; i < self->count; i++) {
        const struct used_number *used = &self->list[i];
        if (i == 0 || self->list[i - 1].client != used->client) {
            highest = highest_of (self, i);
            before = highest > LIMIT_SKIPPED_BACK ? highest - LIMIT_SKIPPED_BACK : 0;
        }
        int64_t kept = highest - answers_kept + 1;
        int64_t end = used->number < kept ? used->number : kept;
        struct record record = {
            .type = RECORD_SKIPPED,
            .skipped = {.client = used->client, .first = before + 1, .last = end - 1},
        };
        if (before + 1 < end && !visit (context, &record)) {
            return false;
        }
        before = used->number > before ? used->number : before;
    }
    return true;
}
