#include "tests/sim/experiment/meter.h"

#include <assert.h>
#include <stdlib.h>

#include "schemas/limits.h"

// An order that was made and not answered for good.
struct open_order {
    int64_t number;  // 0: none stands here
    int64_t made_us;
    bool accepted;
};

// The buyer's open orders: number n stands at n % size, a power of two that grows until they fit.
struct buyer {
    struct open_order *ring;
    int64_t size;
};

struct meter {
    int64_t first_buyer;
    int64_t buyer_count;
    struct buyer *buyers;
    struct figures figures;
};

static void *zeroed (size_t count, size_t size)
{
    void *memory = calloc (count, size);
    if (!memory) {
        abort ();
    }
    return memory;
}

meter_t *meter_new (int64_t first_buyer, int64_t buyers)
{
    meter_t *self = zeroed (1, sizeof *self);
    self->first_buyer = first_buyer;
    self->buyer_count = buyers;
    self->buyers = zeroed ((size_t) buyers, sizeof *self->buyers);
    return self;
}

void meter_destroy (meter_t **self_p)
{
    assert (self_p);
    meter_t *self = *self_p;
    if (!self) {
        return;
    }
    for (int64_t i = 0; i < self->buyer_count; i++) {
        free (self->buyers[i].ring);
    }
    free (self->buyers);
    free (self);
    *self_p = NULL;
}

void meter_begin (meter_t *self)
{
    self->figures = (struct figures){0};
}

const struct figures *meter_figures (const meter_t *self)
{
    return &self->figures;
}

static struct buyer *buyer_of (const meter_t *self, int64_t node)
{
    int64_t index = node - self->first_buyer;
    return index >= 0 && index < self->buyer_count ? &self->buyers[index] : NULL;
}

static struct open_order *slot (const struct buyer *buyer, int64_t number)
{
    return &buyer->ring[number & (buyer->size - 1)];
}

static void grow (struct buyer *buyer)
{
    struct buyer larger = {.size = buyer->size ? 2 * buyer->size : 1};
    larger.ring = zeroed ((size_t) larger.size, sizeof *larger.ring);
    for (int64_t i = 0; i < buyer->size; i++) {
        if (buyer->ring[i].number) {
            *slot (&larger, buyer->ring[i].number) = buyer->ring[i];
        }
    }
    free (buyer->ring);
    *buyer = larger;
}

// A buyer's open numbers are never further apart than the warehouse's answers, so one that is in
// the way in a ring of that size was given up.
static void make (struct buyer *buyer, int64_t number, int64_t now_us)
{
    while (buyer->size == 0 || (slot (buyer, number)->number && buyer->size < LIMIT_ANSWERS)) {
        grow (buyer);
    }
    *slot (buyer, number) = (struct open_order){.number = number, .made_us = now_us};
}

static void see_asked (meter_t *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    struct buyer *buyer = buyer_of (self, fact->node);
    int64_t attempt = message->type == MESSAGE_BUY       ? message->buy.attempt
                      : message->type == MESSAGE_RESTOCK ? message->restock.attempt
                                                         : 0;
    self->figures.resent += attempt > 1;
    self->figures.asked += message->type == MESSAGE_ORDER_STATUS;
    if (message->type == MESSAGE_BUY && attempt == 1 && buyer) {
        make (buyer, message->buy.number, fact->now_us);
    }
}

static void count_first (meter_t *self, const struct open_order *order, int64_t now_us)
{
    if (!order->accepted) {
        histogram_add (&self->figures.first_answer, now_us - order->made_us);
    }
}

static void count_status (struct figures *figures, enum status status, int64_t units,
                          int64_t missing)
{
    figures->units += units;
    figures->missing_units += missing;
    if (status == STATUS_SOLD) {
        figures->sold++;
    } else if (status == STATUS_OVERSOLD) {
        figures->oversold++;
    } else {
        figures->refused++;
    }
}

static void answer (meter_t *self, struct open_order *order, enum status status, int64_t units,
                    int64_t missing, int64_t now_us)
{
    if (status != STATUS_ACCEPTED && !status_is_final (status)) {
        return;
    }
    count_first (self, order, now_us);
    if (!order->accepted && units > 0) {
        self->figures.promised_units += units;
        self->figures.promised_us = now_us;
    }
    if (status == STATUS_ACCEPTED) {
        order->accepted = true;
        return;
    }
    count_status (&self->figures, status, units, missing);
    histogram_add (&self->figures.final_answer, now_us - order->made_us);
    self->figures.accepted += order->accepted;
    self->figures.orders++;
    order->number = 0;
}

static void refuse (meter_t *self, struct open_order *order, enum reason reason)
{
    if (reason == REASON_BUSY || reason == REASON_UNAVAILABLE) {
        self->figures.turned_away++;
        return;
    }
    self->figures.failed++;
    self->figures.accepted += order->accepted;
    self->figures.orders++;
    order->number = 0;
}

static void see_told (meter_t *self, const struct fact *fact)
{
    const struct message *message = fact->message;
    struct buyer *buyer = buyer_of (self, fact->node);
    int64_t number =
        message->type == MESSAGE_OVERSELL ? message->oversell.number : message_number (message);
    if (!buyer || !buyer->ring || number < 1 || slot (buyer, number)->number != number) {
        return;
    }
    struct open_order *order = slot (buyer, number);
    switch (message->type) {
    case MESSAGE_RECEIPT:
    case MESSAGE_OVERSOLD:
        answer (self, order, message->receipt.status, message->receipt.units,
                message->receipt.missing, fact->now_us);
        break;
    case MESSAGE_OVERSELL:
        answer (self, order, STATUS_OVERSOLD, message->oversell.units, message->oversell.missing,
                fact->now_us);
        break;
    case MESSAGE_ERROR:
        refuse (self, order, message->error.reason);
        break;
    default:
        break;
    }
}

static void see_answered (meter_t *self, const struct fact *fact)
{
    if (fact->message->type != MESSAGE_COMMITTED) {
        return;
    }
    const struct committed *committed = &fact->message->committed;
    self->figures.batches++;
    for (size_t i = 0; i < committed->result_count; i++) {
        enum result_kind kind = committed->results[i].kind;
        self->figures.batched += kind == RESULT_RECEIPT || kind == RESULT_SETTLED;
    }
}

static void see_stored (meter_t *self, const struct fact *fact)
{
    for (size_t i = 0; i < fact->record_count; i++) {
        if (fact->records[i].type == RECORD_FILL) {
            self->figures.settled_units += fact->records[i].fill.units;
            self->figures.settled_us = fact->now_us;
        }
    }
}

void meter_see (meter_t *self, const struct fact *fact)
{
    switch (fact->type) {
    case FACT_ASKED:
        see_asked (self, fact);
        break;
    case FACT_TOLD:
        see_told (self, fact);
        break;
    case FACT_STORED:
        see_stored (self, fact);
        break;
    case FACT_ANSWERED:
        see_answered (self, fact);
        break;
    default:
        break;
    }
}
