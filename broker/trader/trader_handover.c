// Traders that are elected hold their seats for a while. One that resigns decides nothing more,
// finishes what is under way, and gives the rest to its successor, where each request counts as if
// its client had sent it there. One that has lost its seat leaves all to its clients, who ask
// again: what it had sent to the warehouse may have been decided or not, and the warehouse knows.
#include <assert.h>
#include <string.h>

#include "broker/trader/trader_handover.h"
#include "schemas/planted.h"

void trader_yield (trader_t *self)
{
    assert (self->config.elected);
    self->yields = true;
}

// In sync all that is not queued for the warehouse is on its way there.
bool handover_settled (const trader_t *self)
{
    return self->pending_count == queue_size (self->to_pass);
}

bool trader_yielded (const trader_t *self)
{
    return self->yields && handover_settled (self) && (self->epoch == 0 || self->left);
}

int64_t trader_kept (const trader_t *self)
{
    return self->yields ? (int64_t) queue_size (self->to_pass) : 0;
}

// Puts as many into one letter as a frame between traders surely holds.
static void hand_some (trader_t *self, int64_t successor, int64_t term, struct outbox *out)
{
    size_t waiting = queue_size (self->to_pass);
    size_t count = waiting < LIMIT_COPIES ? waiting : LIMIT_COPIES;
    struct item *items = arena_take (out->arena, count, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        struct request *request = trader_request (self, queue_pop (self->to_pass));
        if (PLANTED (73) && request->kind == ITEM_RESTOCK) {
            reply_restocked (self, request, (struct seen){0}, out);
        }
        items[i] = writes_item (self, request);
        items[i].product = arena_string (out->arena, request->product, strlen (request->product));
        items[i].rank = request->rank.first;
        trader_forget (self, request);
    }
    self->counters.handed_over += (int64_t) count;
    trader_letter (self, out, PORT_TRADER, successor, MESSAGE_HANDOVER)->message.handover =
        (struct handover){.term = term, .items = items, .item_count = count};
}

void trader_hand_over (trader_t *self, int64_t successor, int64_t term, struct outbox *out)
{
    assert (trader_yielded (self));
    while (queue_size (self->to_pass) > 0) {
        hand_some (self, successor, term, out);
    }
    self->handed = true;
}

static struct request request_of (const trader_t *self, const struct item *item)
{
    bool asks = item->kind == ITEM_ORDER_STATUS || item->kind == ITEM_LOT_STATUS;
    const char *product = asks ? "" : item->product;
    struct request request = {
        .key = {.client = item->client, .number = item->number, .question = asks ? item->kind : 0},
        .state = REQUEST_QUEUED,
        .kind = item->kind,
        .mode = MODE_SYNC,
        .attempt = 1,
        .clock = item->clock,
        .quantity = item->quantity,
        .price_cents = item->price_cents,
        .all_or_nothing = item->all_or_nothing,
        .first = item->first,
        .token = NOTHING,
        .next = NOTHING,
    };
    memcpy (request.product, product, strlen (product) + 1);
    if (PLANTED (75)) {
        request.key.client = self->config.id;
    }
    return request;
}

// Its client may have been faster, and have sent it here already; then it keeps its place, and the
// way to its client. One that comes too late, after its answer, is answered by the warehouse again.
static void inherit (trader_t *self, const struct item *item, struct outbox *out)
{
    struct request request = request_of (self, item);
    if (item->behind || item->client == WAREHOUSE_NODE || self->unused == NOTHING
        || trader_find_pending (self, &request.key)) {
        return;
    }
    struct client_entry *client = trader_hear (self, request.key.client, &request.route);
    bool was_here = !request.key.question && request.key.number <= client->highest;
    request.attempt = was_here ? 2 : 1;
    request.rank = trader_rank (self, &request, item->rank);
    self->counters.inherited++;
    trader_enqueue (self, &request, &(struct seen){0}, client, out);
}

void handover_receive (trader_t *self, const struct handover *handover, struct outbox *out)
{
    if (self->config.order_by == ORDER_VECTOR) {
        (void) clock_tick (&self->vector, self->config.id);
    }
    for (size_t i = 0; i < handover->item_count; i++) {
        inherit (self, &handover->items[i], out);
    }
}

// What is under way is answered by whoever its client asks next.
static void lose_seat (trader_t *self, struct outbox *out)
{
    self->unseated = true;
    for (const struct request *request = self->pending; PLANTED (74) && request;
         request = request->hh.next) {
        if (request->kind == ITEM_BUY && request->state == REQUEST_BATCHED) {
            struct result refused = {.status = STATUS_OUT_OF_STOCK, .product = ""};
            reply_receipt (self, request, &refused, (struct seen){0}, out);
        }
    }
}

// An answer to its join names no epoch; one to what an earlier trader of this node had committed
// names that one's.
void handover_unseated (trader_t *self, const struct error *error, struct outbox *out)
{
    bool joins = self->epoch == 0 && error->number == 0;
    bool commits = self->epoch > 0 && error->epoch == self->epoch;
    if (self->config.elected && (joins || commits)) {
        lose_seat (self, out);
    } else {
        self->counters.refused_input++;
    }
}

void handover_removed (trader_t *self)
{
    if (backup_leaving (self)) {
        self->left = true;  // It was to leave anyway, and has nothing under way.
    } else {
        self->unseated = true;
    }
}

bool trader_unseated (const trader_t *self)
{
    return self->unseated;
}
