#include "tests/kit/bazaar_warehouse.h"

#include <check.h>

#include "tests/kit/warehouse_store.h"

void bazaar_warehouse_init (struct bazaar_warehouse *self, uint64_t seed, int64_t answers_kept,
                            int64_t crash_per_mille)
{
    *self = (struct bazaar_warehouse){
        .random = random_seeded (seed),
        .crash_per_mille = crash_per_mille,
        .answers_kept = answers_kept,
        .store = wh_store_new (),
    };
}

void bazaar_warehouse_free (struct bazaar_warehouse *self)
{
    warehouse_destroy (&self->core);
    wh_store_destroy (&self->store);
}

static bool restore (void *context, const struct record *record)
{
    return warehouse_restore (context, record);
}

static void write_records (struct bazaar_warehouse *self, struct outbox *out)
{
    for (size_t i = 0; i < out->record_count; i++) {
        const struct record *record = &out->records[i];
        wh_store_put (self->store, record);
        if (record->type == RECORD_WAREHOUSE) {
            self->version = record->warehouse.version;
        }
    }
    out->record_count = 0;
}

void bazaar_warehouse_start (struct bazaar_warehouse *self, int64_t now_us, struct outbox *out)
{
    struct warehouse_config config = warehouse_config_default ();
    struct event start = {.type = EVENT_START, .now_us = now_us};
    config.answers_kept = self->answers_kept;
    warehouse_destroy (&self->core);
    outbox_clear (out);
    self->core = warehouse_new (&config, 1);
    ck_assert (wh_store_load (self->store, config.answers_kept, restore, self->core));
    warehouse_step (self->core, &start, out);
    write_records (self, out);
}

void bazaar_warehouse_step (struct bazaar_warehouse *self, const struct event *event,
                            struct outbox *out)
{
    warehouse_step (self->core, event, out);
    if (event->type == EVENT_RECEIVE
        && random_between (&self->random, 0, 999) < self->crash_per_mille) {
        if (random_between (&self->random, 0, 1)) {
            write_records (self, out);
        }
        self->crashes++;
        bazaar_warehouse_start (self, event->now_us, out);
    }
    write_records (self, out);
}
