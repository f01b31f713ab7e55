#include "tests/kit/bazaar_post.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { PARCELS_MAX = 16384 };

struct post {
    struct random random;
    int64_t delay_min_us;
    int64_t delay_max_us;
    int64_t loss;
    int64_t lost;
    struct parcel parcels[PARCELS_MAX];  // a heap, the first to arrive on top
    size_t count;
    int64_t sequence;
    int64_t delays_us[POST_NODES_MAX][POST_NODES_MAX];   // -1: drawn
    int64_t last_us[POST_NODES_MAX][POST_NODES_MAX][2];  // arrival of the last one, news apart
    char *buffer;
};

post_t *post_new (uint64_t seed, int64_t delay_min_us, int64_t delay_max_us, int64_t loss)
{
    post_t *self = calloc (1, sizeof *self);
    ck_assert_ptr_nonnull (self);
    self->random = random_seeded (seed);
    self->delay_min_us = delay_min_us;
    self->delay_max_us = delay_max_us;
    self->loss = loss;
    memset (self->delays_us, -1, sizeof self->delays_us);
    self->buffer = malloc (LIMIT_BATCH_BYTES);
    ck_assert_ptr_nonnull (self->buffer);
    return self;
}

void post_destroy (post_t **self_p)
{
    post_t *self = *self_p;
    if (!self) {
        return;
    }
    for (size_t i = 0; i < self->count; i++) {
        free (self->parcels[i].bytes);
    }
    free (self->buffer);
    free (self);
    *self_p = NULL;
}

void post_set_delay (post_t *self, size_t from, size_t to, int64_t delay_us)
{
    self->delays_us[from][to] = delay_us;
}

void post_set_loss (post_t *self, int64_t loss)
{
    self->loss = loss;
}

static bool before (const struct parcel *a, const struct parcel *b)
{
    return a->at_us != b->at_us ? a->at_us < b->at_us : a->sequence < b->sequence;
}

static void put (post_t *self, struct parcel parcel)
{
    ck_assert_uint_lt (self->count, PARCELS_MAX);
    size_t i = self->count++;
    for (; i > 0 && before (&parcel, &self->parcels[(i - 1) / 2]); i = (i - 1) / 2) {
        self->parcels[i] = self->parcels[(i - 1) / 2];
    }
    self->parcels[i] = parcel;
}

static struct parcel take (post_t *self)
{
    struct parcel first = self->parcels[0];
    struct parcel last = self->parcels[--self->count];
    size_t i = 0;
    for (size_t child = 1; child < self->count; child = 2 * i + 1) {
        if (child + 1 < self->count && before (&self->parcels[child + 1], &self->parcels[child])) {
            child++;
        }
        if (!before (&self->parcels[child], &last)) {
            break;
        }
        self->parcels[i] = self->parcels[child];
        i = child;
    }
    self->parcels[i] = last;
    return first;
}

static int64_t arrival (post_t *self, size_t from, size_t to, enum port port, int64_t now_us)
{
    int64_t delay_us = self->delays_us[from][to];
    if (delay_us < 0) {
        delay_us = random_between (&self->random, self->delay_min_us, self->delay_max_us);
    }
    int64_t *last_us = &self->last_us[from][to][port == PORT_NEWS];
    int64_t at_us = now_us + delay_us;
    *last_us = at_us > *last_us ? at_us : *last_us;
    return *last_us;
}

void post_send (post_t *self, size_t from, size_t to, enum port port, const struct message *message,
                int64_t now_us)
{
    size_t size = message_encode (message, self->buffer, LIMIT_BATCH_BYTES);
    ck_assert_uint_gt (size, 0);
    if (random_between (&self->random, 0, 999) < self->loss) {
        self->lost++;
        return;
    }
    struct parcel parcel = {
        .at_us = arrival (self, from, to, port, now_us),
        .sequence = ++self->sequence,
        .from = from,
        .to = to,
        .port = port,
        .bytes = malloc (size),
        .size = size,
    };
    ck_assert_ptr_nonnull (parcel.bytes);
    memcpy (parcel.bytes, self->buffer, size);
    put (self, parcel);
}

int64_t post_next_us (const post_t *self)
{
    return self->count ? self->parcels[0].at_us : DEADLINE_NONE;
}

bool post_take (post_t *self, int64_t now_us, struct parcel *parcel)
{
    if (self->count == 0 || self->parcels[0].at_us > now_us) {
        return false;
    }
    *parcel = take (self);
    return true;
}

int64_t post_lost (const post_t *self)
{
    return self->lost;
}
