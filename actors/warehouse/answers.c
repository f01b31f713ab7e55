#include "actors/warehouse/answers.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "actors/warehouse/skipped.h"
#include "schemas/limits.h"

enum { RING_FIRST = 8, FILLS_FIRST = 1024 };

static_assert (sizeof (struct answer) == 56, "each client has many of them");
static_assert (LIMIT_FILLS <= UINT8_MAX && LIMIT_NODE <= UINT16_MAX, "a fill must fit");

// A further fill in the pool; those of an answer are linked by index.
struct kept_fill {
    int64_t lot;
    uint32_t price_cents;
    uint32_t units;
    uint32_t next;
    uint16_t seller;
};

struct client {
    int64_t node;
    int64_t highest;         // number
    struct answer *ring;     // number n stands at n % ring_size, if at all
    int64_t ring_size;       // a power of two; grows until what is kept fits
    struct skipped skipped;  // below what is kept
    UT_hash_handle hh;
};

struct answers {
    int64_t kept;
    struct client *clients;
    size_t skipped_room;  // ranges that all clients together may still have
    struct kept_fill *fills;
    uint32_t fill_size;
    uint32_t fill_unused;  // first free one, 0: none (entry 0 is never used)
};

answers_t *answers_new (int64_t kept)
{
    answers_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->kept = kept;
    self->skipped_room = LIMIT_SKIPPED;
    return self;
}

void answers_destroy (answers_t **self_p)
{
    assert (self_p);
    answers_t *self = *self_p;
    if (!self) {
        return;
    }
    struct client *client;
    struct client *next;
    HASH_ITER (hh, self->clients, client, next) {
        HASH_DEL (self->clients, client);
        skipped_clear (&client->skipped, &self->skipped_room);
        free (client->ring);
        free (client);
    }
    free (self->fills);
    free (self);
    *self_p = NULL;
}

static struct client *find_client (const answers_t *self, int64_t node)
{
    struct client *client;
    HASH_FIND (hh, self->clients, &node, sizeof node, client);
    return client;
}

static struct answer *slot (const struct client *client, int64_t number)
{
    return &client->ring[number & (client->ring_size - 1)];
}

static bool is_expired (const answers_t *self, const struct client *client, int64_t number)
{
    return number <= client->highest - self->kept;
}

enum answer_state answers_find (const answers_t *self, int64_t client_node, int64_t number,
                                const struct answer **found)
{
    *found = NULL;
    const struct client *client = find_client (self, client_node);
    if (!client) {
        return HASH_COUNT (self->clients) < LIMIT_CLIENTS ? ANSWER_NEW : ANSWER_NO_ROOM;
    }
    if (is_expired (self, client, number)) {
        return skipped_has (&client->skipped, number) ? ANSWER_SKIPPED : ANSWER_EXPIRED;
    }
    const struct answer *answer = slot (client, number);
    if (answer->number != number) {
        return ANSWER_NEW;
    }
    *found = answer;
    return ANSWER_KNOWN;
}

static void grow_fills (answers_t *self)
{
    uint32_t size = self->fill_size ? self->fill_size * 2 : FILLS_FIRST;
    struct kept_fill *fills = realloc (self->fills, size * sizeof *fills);
    if (!fills) {
        abort ();
    }
    for (uint32_t i = size; i-- > (self->fill_size ? self->fill_size : 1);) {
        fills[i].next = self->fill_unused;
        self->fill_unused = i;
    }
    self->fills = fills;
    self->fill_size = size;
}

static void set_first_fill (struct answer *answer, const struct fill *fill)
{
    answer->lot = fill->lot;
    answer->price_cents = (uint32_t) fill->price_cents;
    answer->fill_units = (uint32_t) fill->units;
    answer->fill_seller = (uint16_t) fill->seller;
    answer->fill_count = 1;
}

static void append_fill (answers_t *self, struct answer *answer, const struct fill *fill)
{
    if (answer->fill_count == 0) {
        set_first_fill (answer, fill);
        return;
    }
    if (!self->fill_unused) {
        grow_fills (self);
    }
    uint32_t index = self->fill_unused;
    self->fill_unused = self->fills[index].next;
    self->fills[index] = (struct kept_fill){
        .lot = fill->lot,
        .price_cents = (uint32_t) fill->price_cents,
        .units = (uint32_t) fill->units,
        .seller = (uint16_t) fill->seller,
    };
    uint32_t *link = &answer->fills;
    for (int i = 1; i < answer->fill_count; i++) {
        link = &self->fills[*link].next;
    }
    *link = index;
    answer->fill_count++;
}

static void forget (answers_t *self, struct answer *answer)
{
    uint32_t index = answer->fills;
    for (int i = 1; i < answer->fill_count; i++) {
        uint32_t next = self->fills[index].next;
        self->fills[index].next = self->fill_unused;
        self->fill_unused = index;
        index = next;
    }
    *answer = (struct answer){0};
}

static struct client *add_client (answers_t *self, int64_t node)
{
    if (HASH_COUNT (self->clients) >= LIMIT_CLIENTS) {
        return NULL;
    }
    struct client *client = calloc (1, sizeof *client);
    struct answer *ring = calloc (RING_FIRST, sizeof *ring);
    if (!client || !ring) {
        abort ();
    }
    client->node = node;
    client->ring = ring;
    client->ring_size = RING_FIRST;
    HASH_ADD (hh, self->clients, node, sizeof client->node, client);
    return client;
}

// Doubles the ring. Each answer has a slot of its own in the larger one.
static void grow_ring (struct client *client)
{
    struct answer *old = client->ring;
    int64_t old_size = client->ring_size;
    client->ring_size *= 2;
    client->ring = calloc ((size_t) client->ring_size, sizeof *client->ring);
    if (!client->ring) {
        abort ();
    }
    for (int64_t i = 0; i < old_size; i++) {
        if (old[i].number) {
            *slot (client, old[i].number) = old[i];
        }
    }
    free (old);
}

// The slot for `number`, free. A ring at least as large as what is kept has one for each number
// that is not expired, so the growing ends.
static struct answer *free_slot (answers_t *self, struct client *client, int64_t number)
{
    for (;;) {
        struct answer *answer = slot (client, number);
        if (answer->number == 0 || is_expired (self, client, answer->number)) {
            forget (self, answer);
            return answer;
        }
        assert (client->ring_size < 2 * self->kept);
        grow_ring (client);
    }
}

static int64_t max (int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t skipped_least (int64_t highest)
{
    return max (1, highest - LIMIT_SKIPPED_BACK + 1);
}

// Notes which numbers `highest` makes too old that have no answer: of those above the highest so
// far none has one.
static void note_skipped (answers_t *self, struct client *client, int64_t highest)
{
    int64_t least = skipped_least (highest);
    int64_t last = highest - self->kept;
    int64_t number = max (least, client->highest - self->kept + 1);
    skipped_trim (&client->skipped, least, &self->skipped_room);
    for (; number <= last && number <= client->highest; number++) {
        if (slot (client, number)->number != number) {
            skipped_add (&client->skipped, number, number, &self->skipped_room);
        }
    }
    if (number <= last) {
        skipped_add (&client->skipped, number, last, &self->skipped_room);
    }
}

// Keeps the answer, without its fills. Returns NULL where its number has no place.
static struct answer *keep (answers_t *self, struct client *client, const struct answer *answer)
{
    if (is_expired (self, client, answer->number)) {
        return NULL;
    }
    client->highest = max (client->highest, answer->number);
    struct answer *kept = free_slot (self, client, answer->number);
    *kept = *answer;
    kept->fills = 0;
    kept->fill_count = 0;
    return kept;
}

static struct client *client_of (answers_t *self, int64_t node)
{
    struct client *client = find_client (self, node);
    return client ? client : add_client (self, node);
}

bool answers_add (answers_t *self, int64_t client_node, const struct answer *answer,
                  const struct fill *fills)
{
    assert (answer->number >= 1);
    struct client *client = client_of (self, client_node);
    if (!client) {
        return false;
    }
    if (answer->number > client->highest) {
        note_skipped (self, client, answer->number);
    }
    struct answer *kept = keep (self, client, answer);
    if (!kept) {
        return skipped_take (&client->skipped, answer->number, &self->skipped_room);
    }
    for (int i = 0; i < answer->fill_count; i++) {
        append_fill (self, kept, &fills[i]);
    }
    return true;
}

bool answers_restore (answers_t *self, int64_t client_node, const struct answer *answer)
{
    assert (answer->number >= 1);
    struct client *client = client_of (self, client_node);
    return client && keep (self, client, answer);
}

bool answers_restore_skipped (answers_t *self, int64_t client_node, int64_t first, int64_t last)
{
    struct client *client = find_client (self, client_node);
    if (!client || first > last || first < skipped_least (client->highest)
        || last > client->highest - self->kept || first <= skipped_last (&client->skipped)) {
        return false;
    }
    skipped_add (&client->skipped, first, last, &self->skipped_room);
    return true;
}

bool answers_add_fill (answers_t *self, int64_t client_node, int64_t number,
                       const struct fill *fill)
{
    struct client *client = find_client (self, client_node);
    if (!client || slot (client, number)->number != number
        || slot (client, number)->kind != ITEM_BUY
        || slot (client, number)->fill_count == LIMIT_FILLS) {
        return false;
    }
    append_fill (self, slot (client, number), fill);
    return true;
}

void answers_fills (const answers_t *self, const struct answer *answer, struct fill *fills)
{
    if (answer->fill_count > 0) {
        fills[0] = (struct fill){
            .seller = answer->fill_seller,
            .lot = answer->lot,
            .units = answer->fill_units,
            .price_cents = answer->price_cents,
        };
    }
    uint32_t index = answer->fills;
    for (int i = 1; i < answer->fill_count; i++) {
        const struct kept_fill *kept = &self->fills[index];
        fills[i] = (struct fill){
            .seller = kept->seller,
            .lot = kept->lot,
            .units = kept->units,
            .price_cents = kept->price_cents,
        };
        index = kept->next;
    }
}
