#include "tests/kit/cache_world.h"

#include <string.h>

const char *const world_names[PRODUCTS] = {"fish", "garum", "menhir", "salt"};

int world_product (struct world *self)
{
    return (int) random_between (&self->random, 0, PRODUCTS - 1);
}

static void publish (struct world *self, const bool *touched)
{
    for (int i = 0; i < PRODUCTS; i++) {
        if (touched[i]) {
            self->version++;
            ck_assert_uint_lt (self->news_next, NEWS);
            self->news[self->news_next++] = (struct news){
                .epoch = self->epoch,
                .version = self->version,
                .applied = self->applied,
                .other = self->other,
                .product = i,
                .available = self->available[i],
            };
        }
    }
}

static struct reply *add_reply (struct world *self)
{
    ck_assert_uint_lt (self->reply_next, REPLIES);
    struct reply *reply = &self->replies[self->reply_next++];
    memset (reply, 0, sizeof *reply);
    return reply;
}

static void stamp (struct world *self, struct reply *reply)
{
    reply->epoch = self->epoch;
    reply->version = self->version;
    reply->applied = self->applied;
    reply->other = self->other;
    memcpy (reply->available, self->available, sizeof reply->available);
}

void world_commit (struct world *self)
{
    bool touched[PRODUCTS] = {false};
    if (self->applied == self->written) {
        return;
    }
    struct reply *reply = add_reply (self);
    reply->first = self->applied + 1;
    for (int i = 0; i < BATCH && self->applied < self->written; i++) {
        const struct write *write = &self->writes[++self->applied];
        int64_t after = self->available[write->product] + write->units;
        reply->short_by[reply->count++] = after < 0 ? -after : 0;
        reply->told[write->product] = reply->told[write->product] || after < 0;
        self->available[write->product] = after < 0 ? 0 : after;
        touched[write->product] = touched[write->product] || write->units != 0;
    }
    publish (self, touched);
    stamp (self, reply);
}

void world_others_write (struct world *self)
{
    bool touched[PRODUCTS] = {false};
    for (int64_t i = random_between (&self->random, 1, 3); i > 0; i--) {
        int product = world_product (self);
        int64_t after = self->available[product] + random_between (&self->random, -4, 3);
        self->available[product] = after < 0 ? 0 : after;
        touched[product] = true;
        self->other++;
    }
    publish (self, touched);
}

void world_snapshot (struct world *self)
{
    struct reply *reply = add_reply (self);
    reply->snapshot = true;
    stamp (self, reply);
    memset (reply->told, true, sizeof reply->told);
}

void world_restart (struct world *self)
{
    self->epoch++;
    self->news_first +=
        (size_t) random_between (&self->random, 0, (int64_t) (self->news_next - self->news_first));
}
