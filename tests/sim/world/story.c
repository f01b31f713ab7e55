// What is told and hashed of all that happens. The hash is over the same things as the story, told
// or not, so two runs with one hash are the same run. A bare world has neither.
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schemas/message_text.h"
#include "tests/sim/world/digest.h"
#include "tests/sim/world/world_state.h"

enum { SCENE_US = 5000, LINE_BYTES = MESSAGE_TEXT_BYTES + 64 };

static const char *const struck[] = {
    [PASSAGE_GOES] = "",
    [PASSAGE_TWICE] = " (twice)",
    [PASSAGE_LATE] = " (late)",
    [PASSAGE_LOST] = " (lost)",
    [PASSAGE_HELD] = " (waits for the connection)",
    [PASSAGE_NOWHERE] = " (nowhere to go)",
};

static uint64_t mix (uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C (0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

static uint64_t mix_text (uint64_t hash, const char *text)
{
    for (const char *byte = text; *byte; byte++) {
        hash = mix (hash, (uint64_t) (unsigned char) *byte);
    }
    return hash;
}

// An empty line where nothing was said for a while, then the time.
static void tell_time (world_t *self)
{
    bool scene = self->told_us >= 0 && self->now_us - self->told_us > SCENE_US;
    self->told_us = self->now_us;
    fprintf (self->config.story, "%s%4" PRId64 " ms  ", scene ? "\n" : "", self->now_us / WORLD_MS);
}

static void tell (world_t *self, const struct node *from, const char *to, int64_t to_id,
                  const struct message *message, enum passage passage)
{
    char text[MESSAGE_TEXT_BYTES];
    (void) message_text (message, to_id, text, sizeof text);
    tell_time (self);
    fprintf (self->config.story, "%2" PRId64 " -> %-3s  %s%s\n", from->id, to, text,
             struck[passage]);
}

void story_letter (world_t *self, const struct node *from, const struct node *to,
                   const struct message *message, enum passage passage)
{
    if (self->config.bare) {
        return;
    }
    uint64_t hash = mix (self->hash, (uint64_t) self->now_us);
    hash = mix (hash, (uint64_t) to->index << 32 | (uint64_t) from->index << 8 | passage);
    self->hash = message_digest (hash, message);
    if (self->config.story) {
        char name[24];
        snprintf (name, sizeof name, "%" PRId64, to->id);
        tell (self, from, name, to->id, message, passage);
    }
}

void story_news (world_t *self, const struct node *from, const struct message *message)
{
    if (self->config.bare) {
        return;
    }
    self->hash = message_digest (mix (self->hash, (uint64_t) self->now_us), message);
    if (self->config.story) {
        tell (self, from, "all", 0, message, PASSAGE_GOES);
    }
}

void story_lost (world_t *self, const struct mail *mail)
{
    if (self->config.story) {
        tell_time (self);
        fprintf (self->config.story,
                 "          a letter of %" PRId64 " to %" PRId64 " is lost with its connection\n",
                 mail->from->id, mail->to->id);
    }
}

void story_heard (world_t *self, const struct node *to, enum passage passage)
{
    if (!self->config.bare) {
        self->hash = mix (self->hash, (uint64_t) to->index << 8 | passage);
    }
}

void story_garbage (world_t *self, const struct node *from, const struct node *to,
                    const char *garbage)
{
    if (self->config.bare) {
        return;
    }
    self->hash = mix (self->hash, (uint64_t) self->now_us);
    self->hash = mix_text (self->hash, garbage);
    if (self->config.story) {
        tell_time (self);
        fprintf (self->config.story, "%2" PRId64 " -> %-3" PRId64 "  bytes that are no message\n",
                 from->id, to->id);
    }
}

void story_event (world_t *self, const char *format, ...)
{
    char text[256];
    va_list arguments;
    if (self->config.bare) {
        return;
    }
    va_start (arguments, format);
    vsnprintf (text, sizeof text, format, arguments);
    va_end (arguments);
    self->hash = mix (self->hash, (uint64_t) self->now_us);
    self->hash = mix_text (self->hash, text);
    if (self->config.story) {
        tell_time (self);
        fprintf (self->config.story, "          %s\n", text);
    }
}

// A struct of 64-bit numbers and nothing else.
static uint64_t mix_numbers (uint64_t hash, const void *numbers, size_t size)
{
    for (size_t at = 0; at < size; at += sizeof (uint64_t)) {
        uint64_t number;
        memcpy (&number, (const char *) numbers + at, sizeof number);
        hash = mix (hash, number);
    }
    return hash;
}

static uint64_t order_digest (uint64_t hash, const struct record_order *order)
{
    const int64_t numbers[] = {
        order->buyer,          order->number, order->trader,  order->product,      order->quantity,
        order->all_or_nothing, order->status, order->missing, order->amount_cents, order->units,
    };
    return mix_numbers (hash, numbers, sizeof numbers);
}

static uint64_t view_digest (uint64_t hash, const struct record_view *view)
{
    const int64_t numbers[] = {
        view->trader, view->view, view->began, view->state, view->backup, view->taker, view->closed,
    };
    return mix_text (mix_numbers (hash, numbers, sizeof numbers), view->router);
}

static uint64_t decided_digest (uint64_t hash, const struct record_decided *decided)
{
    const struct item *item = &decided->item;
    const int64_t numbers[] = {
        decided->trader, decided->write,     item->kind,        item->client,
        item->number,    item->quantity,     item->price_cents, item->all_or_nothing,
        item->promised,  item->first.trader, item->first.epoch,
    };
    hash = mix_numbers (hash, numbers, sizeof numbers);
    hash = mix_numbers (hash, item->taken, item->taken_count * sizeof *item->taken);
    return mix_text (hash, item->product);
}

static uint64_t lease_state_digest (uint64_t hash, const struct record_lease_state *state)
{
    const int64_t numbers[] = {
        state->trader, state->product, state->epoch, state->number, state->budget, state->clean,
    };
    return mix_numbers (hash, numbers, sizeof numbers);
}

// A product is known by its number.
static uint64_t record_digest (uint64_t hash, const struct record *record)
{
    hash = mix (hash, record->type);
    switch (record->type) {
    case RECORD_WAREHOUSE:
        return mix_numbers (hash, &record->warehouse, sizeof record->warehouse);
    case RECORD_PRODUCT:
        return mix (hash, (uint64_t) record->product.product);
    case RECORD_LOT:
        return mix_numbers (hash, &record->lot, sizeof record->lot);
    case RECORD_LOT_LEFT:
        return mix_numbers (hash, &record->lot_left, sizeof record->lot_left);
    case RECORD_ORDER:
        return order_digest (hash, &record->order);
    case RECORD_FILL:
        return mix_numbers (hash, &record->fill, sizeof record->fill);
    case RECORD_ACCOUNT:
        return mix_numbers (hash, &record->account, sizeof record->account);
    case RECORD_TRADER:
        return mix_numbers (hash, &record->trader, sizeof record->trader);
    case RECORD_VIEW:
        return view_digest (hash, &record->view);
    case RECORD_LEASE:
        return mix_numbers (hash, &record->lease, sizeof record->lease);
    case RECORD_LEASE_STATE:
        return lease_state_digest (hash, &record->lease_state);
    case RECORD_SEATS:
        hash = mix (hash, (uint64_t) record->seats.seating.term);
        hash = mix (hash, (uint64_t) record->seats.seating.leader);
        return mix_numbers (hash, record->seats.seating.seats,
                            record->seats.seating.seat_count * sizeof (int64_t));
    case RECORD_SKIPPED:
        return mix_numbers (hash, &record->skipped, sizeof record->skipped);
    case RECORD_JOINED:
        return mix_numbers (hash, &record->joined, sizeof record->joined);
    case RECORD_DECIDED:
    case RECORD_COPIED:
        return decided_digest (hash, &record->decided);
    case RECORD_SETTLED:
    case RECORD_VOID:
    case RECORD_COPY_SETTLED:
    case RECORD_FORWARDED:
        return mix_numbers (hash, &record->write, sizeof record->write);
    case RECORD_COPY:
    case RECORD_SEALED:
    case RECORD_COPY_END:
        return mix_numbers (hash, &record->copy, sizeof record->copy);
    }
    return hash;
}

void story_records (world_t *self, const struct record *records, size_t count)
{
    if (self->config.bare) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        self->hash = record_digest (self->hash, &records[i]);
    }
}
