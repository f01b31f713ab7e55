// Which numbers of each client have neither order nor lot: found from all that have, sorted.
#include <stdlib.h>

#include "schemas/limits.h"
#include "tests/sim/world/store_rows.h"
#include "tests/sim/world/store_tables.h"

// A number that was used.
struct used {
    int64_t client;
    int64_t number;
};

static int by_number (const void *a, const void *b)
{
    const struct used *one = a;
    const struct used *other = b;
    if (one->client != other->client) {
        return one->client < other->client ? -1 : 1;
    }
    return (one->number > other->number) - (one->number < other->number);
}

// All of them, ascending by client and number; the caller frees it.
static struct used *sort_used (const struct tables *self, size_t *count)
{
    struct used *used = calloc (self->arrival_count + self->lots.size + 1, sizeof *used);
    if (!used) {
        abort ();
    }
    *count = 0;
    for (size_t i = 0; i < self->arrival_count; i++) {
        used[(*count)++] = (struct used){self->arrivals[i].buyer, self->arrivals[i].number};
    }
    for (size_t i = 0; i < self->lots.size; i++) {
        const struct record *row = &self->lots.rows[i];
        if (row->type == RECORD_LOT) {
            used[(*count)++] = (struct used){row->lot.seller, row->lot.number};
        }
    }
    qsort (used, *count, sizeof *used, by_number);
    return used;
}

// Hands over what lies between the used numbers of one client, as far as it counts.
static bool load_client (const struct used *used, size_t count, int64_t answers_kept,
                         store_visit_fn *visit, void *context)
{
    int64_t highest = used[count - 1].number;
    int64_t next = highest > LIMIT_SKIPPED_BACK ? highest - LIMIT_SKIPPED_BACK + 1 : 1;
    for (size_t i = 0; i < count; i++) {
        int64_t end = highest - answers_kept + 1;
        end = used[i].number < end ? used[i].number : end;
        struct record record = {
            .type = RECORD_SKIPPED,
            .skipped = {.client = used[i].client, .first = next, .last = end - 1},
        };
        if (next < end && !visit (context, &record)) {
            return false;
        }
        next = used[i].number >= next ? used[i].number + 1 : next;
    }
    return true;
}

const char *tables_load_skipped (const struct tables *self, int64_t answers_kept,
                                 store_visit_fn *visit, void *context)
{
    size_t count;
    struct used *used = sort_used (self, &count);
    const char *refused = NULL;
    size_t end;
    for (size_t i = 0; i < count && !refused; i = end) {
        for (end = i + 1; end < count && used[end].client == used[i].client;) {
            end++;
        }
        if (!load_client (&used[i], end - i, answers_kept, visit, context)) {
            refused = "skipped numbers";
        }
    }
    free (used);
    return refused;
}
