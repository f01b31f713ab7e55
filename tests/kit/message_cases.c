#include "tests/kit/message_cases.h"

#include <assert.h>
#include <string.h>

#include "tests/kit/message_parts.h"
#include "tests/kit/peer_cases.h"

uint64_t draw_next (struct draw *self)
{
    uint64_t z = self->state += UINT64_C (0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C (0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C (0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int64_t draw_between (struct draw *self, int64_t min, int64_t max)
{
    return min + (int64_t) (draw_next (self) % (uint64_t) (max - min + 1));
}

static struct result result (struct maker *self)
{
    struct result made = {.kind = RESULT_RECEIPT};
    if (self->size != CASE_LARGEST) {
        made.kind = (enum result_kind) part_number (self, 0, RESULT_KIND_COUNT - 1);
    }
    switch (made.kind) {
    case RESULT_RECEIPT:
        made.status = part_status (self);
        made.product = part_product_of (self, made.status);
        made.units = part_number (self, 0, LIMIT_QUANTITY);
        made.missing = part_number (self, 0, LIMIT_QUANTITY);
        made.amount_cents = part_number (self, 0, LIMIT_INTEGER);
        made.fills = part_fills (self, &made.fill_count);
        break;
    case RESULT_LOT:
        made.left = part_number (self, 0, LIMIT_QUANTITY);
        // fall through
    case RESULT_RESTOCKED:
        made.product = part_product (self);
        made.quantity = part_number (self, 1, LIMIT_QUANTITY);
        made.price_cents = part_number (self, 1, LIMIT_PRICE_CENTS);
        break;
    case RESULT_ERROR:
        made.reason = part_reason (self);
        break;
    default:
        assert (made.kind == RESULT_SETTLED);
    }
    return made;
}

static void make_receipt (struct maker *self, bool oversold, struct receipt *receipt)
{
    receipt->number = part_number (self, 1, LIMIT_INTEGER);
    receipt->status = oversold ? STATUS_OVERSOLD : part_status (self);
    receipt->product = oversold ? part_product (self) : part_product_of (self, receipt->status);
    receipt->units = part_number (self, 0, LIMIT_QUANTITY);
    receipt->missing = part_number (self, oversold, LIMIT_QUANTITY);
    receipt->amount_cents = part_number (self, 0, LIMIT_INTEGER);
    receipt->fills = part_fills (self, &receipt->fill_count);
    receipt->seen = part_seen (self);
    receipt->vector = part_vector (self);
}

static void make_buy (struct maker *self, struct buy *buy)
{
    buy->number = part_number (self, 1, LIMIT_INTEGER);
    buy->attempt = part_number (self, 1, LIMIT_INTEGER);
    buy->product = part_product (self);
    buy->quantity = part_number (self, 1, LIMIT_QUANTITY);
    buy->all_or_nothing =
        self->size == CASE_LARGEST || (self->size == CASE_ANY && part_flag (self));
    buy->first = part_first (self);
    buy->seen = part_seen (self);
    buy->vector = part_vector (self);
}

static void make_restock (struct maker *self, struct restock *restock)
{
    restock->number = part_number (self, 1, LIMIT_INTEGER);
    restock->attempt = part_number (self, 1, LIMIT_INTEGER);
    restock->product = part_product (self);
    restock->quantity = part_number (self, 1, LIMIT_QUANTITY);
    restock->price_cents = part_number (self, 1, LIMIT_PRICE_CENTS);
    restock->first = part_first (self);
    restock->seen = part_seen (self);
    restock->vector = part_vector (self);
}

static void make_restocked (struct maker *self, struct restocked *restocked)
{
    restocked->number = part_number (self, 1, LIMIT_INTEGER);
    restocked->product = part_product (self);
    restocked->quantity = part_number (self, 1, LIMIT_QUANTITY);
    restocked->price_cents = part_number (self, 1, LIMIT_PRICE_CENTS);
    restocked->seen = part_seen (self);
    restocked->vector = part_vector (self);
}

static void make_commit (struct maker *self, struct commit *commit)
{
    commit->trader = part_number (self, 0, LIMIT_NODE);
    commit->epoch = part_number (self, 0, LIMIT_INTEGER);
    commit->batch = part_number (self, 1, LIMIT_INTEGER);
    commit->items = part_items (self, LIMIT_BATCH, &commit->item_count);
}

static void make_committed (struct maker *self, struct committed *committed)
{
    committed->trader = part_number (self, 0, LIMIT_NODE);
    committed->epoch = part_number (self, 0, LIMIT_INTEGER);
    committed->batch = part_number (self, 1, LIMIT_INTEGER);
    committed->version = part_number (self, 0, LIMIT_INTEGER);
    committed->applied = part_number (self, 0, LIMIT_INTEGER);
    committed->result_count = part_many (self, LIMIT_BATCH);
    struct result *results = arena_take (self->arena, committed->result_count, sizeof *results);
    for (size_t i = 0; i < committed->result_count; i++) {
        results[i] = result (self);
    }
    committed->results = committed->result_count ? results : NULL;
    committed->stock = part_levels (self, LIMIT_BATCH, &committed->stock_count);
}

static void make_published (struct maker *self, struct message *message)
{
    if (message->type == MESSAGE_INVALIDATION) {
        message->invalidation =
            (struct invalidation){.epoch = part_number (self, 0, LIMIT_INTEGER),
                                  .seq = part_number (self, 0, LIMIT_INTEGER),
                                  .version = part_number (self, 0, LIMIT_INTEGER),
                                  .product = part_product (self),
                                  .available = part_number (self, 0, LIMIT_INTEGER),
                                  .more = part_number (self, 0, 1) == 1};
        message->invalidation.traders = part_traders (self, &message->invalidation.trader_count);
        return;
    }
    if (message->type == MESSAGE_OVERSELL) {
        message->oversell = (struct oversell){.epoch = part_number (self, 0, LIMIT_INTEGER),
                                              .seq = part_number (self, 0, LIMIT_INTEGER),
                                              .trader = part_number (self, 1, LIMIT_NODE),
                                              .buyer = part_number (self, 1, LIMIT_NODE),
                                              .number = part_number (self, 1, LIMIT_INTEGER),
                                              .product = part_product (self),
                                              .units = part_number (self, 0, LIMIT_QUANTITY),
                                              .missing = part_number (self, 1, LIMIT_QUANTITY),
                                              .amount_cents = part_number (self, 0, LIMIT_INTEGER)};
        return;
    }
    if (message->type == MESSAGE_SOCKET) {
        message->socket =
            (struct socket_event){part_number (self, 0, LIMIT_INTEGER),
                                  part_number (self, 0, LIMIT_INTEGER),
                                  (enum socket_name) part_number (self, 0, SOCKET_COUNT - 1),
                                  (enum happening) part_number (self, 0, HAPPENING_COUNT - 1),
                                  part_error_text (self),
                                  part_error_text (self)};
        return;
    }
    message->sale = (struct sale){.epoch = part_number (self, 0, LIMIT_INTEGER),
                                  .seq = part_number (self, 0, LIMIT_INTEGER),
                                  .trader = part_number (self, 1, LIMIT_NODE),
                                  .product = part_product (self)};
    message->sale.sales = part_sales (self, &message->sale.sale_count);
}

static void make_view (struct maker *self, struct view_told *view)
{
    view->trader = part_number (self, 1, LIMIT_NODE);
    view->nonce = part_number (self, 0, LIMIT_INTEGER);
    view->epoch = part_number (self, 0, LIMIT_INTEGER);
    view->view = part_number (self, 0, LIMIT_INTEGER);
    view->state = part_state (self);
    view->backup = part_number (self, 0, LIMIT_NODE);
    view->taker = part_number (self, 0, LIMIT_NODE);
    view->began = part_number (self, 0, LIMIT_INTEGER);
    view->applied = part_number (self, 0, LIMIT_INTEGER);
    view->batch = part_number (self, 0, LIMIT_INTEGER);
    view->members = part_members (self, &view->member_count);
}

static void make_member (struct maker *self, struct membership *member)
{
    member->epoch = part_number (self, 0, LIMIT_INTEGER);
    member->seq = part_number (self, 0, LIMIT_INTEGER);
    member->trader = part_number (self, 1, LIMIT_NODE);
    member->trader_epoch = part_number (self, 0, LIMIT_INTEGER);
    member->view = part_number (self, 0, LIMIT_INTEGER);
    member->state = part_state (self);
    member->backup = part_number (self, 0, LIMIT_NODE);
    member->taker = part_number (self, 0, LIMIT_NODE);
    member->router = part_endpoint (self);
    member->remaining = part_remaining (self, &member->remaining_count);
}

// What traders tell each other, and the warehouse, of who has which orders.
static void make_takeover (struct maker *self, struct message *message)
{
    switch (message->type) {
    case MESSAGE_JOIN:
        message->join = (struct join){part_number (self, 0, LIMIT_INTEGER),
                                      part_number (self, 0, LIMIT_INTEGER),
                                      part_number (self, 0, LIMIT_INTEGER), part_endpoint (self),
                                      part_number (self, 0, 1) == 1};
        return;
    case MESSAGE_CLAIM:
        message->claim = (struct claim){
            part_number (self, 1, LIMIT_INTEGER), part_number (self, 1, LIMIT_INTEGER),
            part_number (self, 0, LIMIT_NODE), part_number (self, 0, 1) == 1};
        return;
    case MESSAGE_TAKEOVER:
        message->takeover =
            (struct takeover){part_number (self, 1, LIMIT_NODE),
                              part_number (self, 1, LIMIT_INTEGER), part_number (self, 0, 1) == 1};
        return;
    case MESSAGE_JOURNAL:
        message->journal = (struct journal){.view = part_number (self, 1, LIMIT_INTEGER),
                                            .holder = part_number (self, 0, LIMIT_INTEGER),
                                            .began = part_number (self, 1, LIMIT_INTEGER),
                                            .settled = part_number (self, 0, LIMIT_INTEGER),
                                            .write = part_number (self, 1, LIMIT_INTEGER)};
        message->journal.items = part_items (self, LIMIT_COPIES, &message->journal.item_count);
        return;
    default:
        assert (message->type == MESSAGE_JOURNALED);
        message->journaled = (struct journaled){
            part_number (self, 1, LIMIT_INTEGER), part_number (self, 1, LIMIT_INTEGER),
            part_number (self, 0, LIMIT_INTEGER), part_number (self, 0, 1) == 1,
            part_number (self, 0, 1) == 1};
    }
}

static void make_lease (struct maker *self, struct lease *lease)
{
    lease->epoch = part_number (self, 0, LIMIT_INTEGER);
    lease->number = part_number (self, 1, LIMIT_INTEGER);
    lease->product = part_product (self);
    lease->wanted = part_number (self, 0, LIMIT_QUANTITY);
    lease->all = part_number (self, 0, 1) == 1;
    lease->returned = part_leased (self, LIMIT_LEASED_LOTS, false, &lease->returned_count);
}

static void make_leased (struct maker *self, struct leased *leased)
{
    leased->epoch = part_number (self, 0, LIMIT_INTEGER);
    leased->number = part_number (self, 1, LIMIT_INTEGER);
    leased->product = part_product (self);
    leased->applied = part_number (self, 0, LIMIT_INTEGER);
    leased->held = part_leased (self, LIMIT_LEASED_LOTS, false, &leased->held_count);
}

static void make_small (struct maker *self, struct message *message)
{
    switch (message->type) {
    case MESSAGE_ORDER_STATUS:
    case MESSAGE_LOT_STATUS:
        message->order_status.number =
            part_number (self, 1, LIMIT_INTEGER);  // both are a number alone
        return;
    case MESSAGE_LOT:
        message->lot = (struct lot_state){part_number (self, 1, LIMIT_INTEGER), part_product (self),
                                          part_number (self, 1, LIMIT_QUANTITY),
                                          part_number (self, 0, LIMIT_QUANTITY),
                                          part_number (self, 1, LIMIT_PRICE_CENTS)};
        return;
    case MESSAGE_SOLD:
        message->sold = (struct sold){
            part_number (self, 1, LIMIT_NODE),     part_number (self, 1, LIMIT_INTEGER),
            part_number (self, 1, LIMIT_INTEGER),  part_product (self),
            part_number (self, 1, LIMIT_QUANTITY), part_number (self, 1, LIMIT_PRICE_CENTS)};
        return;
    case MESSAGE_ERROR:
        message->error =
            (struct error){part_reason (self), part_number (self, 0, LIMIT_INTEGER),
                           part_number (self, 0, LIMIT_NODE), part_number (self, 0, LIMIT_INTEGER),
                           part_error_text (self)};
        return;
    case MESSAGE_RECALL:
        message->recall =
            (struct recall){part_number (self, 0, LIMIT_INTEGER),
                            part_number (self, 0, LIMIT_INTEGER), part_product (self)};
        return;
    case MESSAGE_PONG:
        message->pong.epoch = part_number (self, 0, LIMIT_INTEGER);
        message->pong.seating = part_seating (self, 0);
        return;
    default:
        assert (message->type == MESSAGE_PING || message->type == MESSAGE_SNAPSHOT);
    }
}

static void make_stock (struct maker *self, struct stock *stock)
{
    stock->epoch = part_number (self, 0, LIMIT_INTEGER);
    stock->version = part_number (self, 0, LIMIT_INTEGER);
    stock->stock = part_levels (self, LIMIT_PRODUCTS, &stock->stock_count);
    stock->traders = part_traders (self, &stock->trader_count);
}

static void make_others (struct maker *self, struct message *message)
{
    switch (message->type) {
    case MESSAGE_JOIN:
    case MESSAGE_CLAIM:
    case MESSAGE_TAKEOVER:
    case MESSAGE_JOURNAL:
    case MESSAGE_JOURNALED:
        make_takeover (self, message);
        break;
    case MESSAGE_CAMPAIGN:
    case MESSAGE_SEATS:
    case MESSAGE_ELECTION:
    case MESSAGE_ANSWER:
    case MESSAGE_COORDINATOR:
    case MESSAGE_RESIGN:
    case MESSAGE_HANDOVER:
    case MESSAGE_CLOCK:
        make_peers (self, message);
        break;
    default:
        make_small (self, message);
    }
}

// The body, without what all messages have.
static void make_body (struct maker *self, struct message *message)
{
    switch (message->type) {
    case MESSAGE_BUY:
        make_buy (self, &message->buy);
        break;
    case MESSAGE_RECEIPT:
        make_receipt (self, false, &message->receipt);
        break;
    case MESSAGE_OVERSOLD:
        make_receipt (self, true, &message->oversold);
        break;
    case MESSAGE_RESTOCK:
        make_restock (self, &message->restock);
        break;
    case MESSAGE_RESTOCKED:
        make_restocked (self, &message->restocked);
        break;
    case MESSAGE_COMMIT:
        make_commit (self, &message->commit);
        break;
    case MESSAGE_COMMITTED:
        make_committed (self, &message->committed);
        break;
    case MESSAGE_STOCK:
        make_stock (self, &message->stock);
        break;
    case MESSAGE_LEASE:
        make_lease (self, &message->lease);
        break;
    case MESSAGE_LEASED:
        make_leased (self, &message->leased);
        break;
    case MESSAGE_INVALIDATION:
    case MESSAGE_OVERSELL:
    case MESSAGE_SALE:
    case MESSAGE_SOCKET:
        make_published (self, message);
        break;
    case MESSAGE_VIEW:
        make_view (self, &message->view);
        break;
    case MESSAGE_MEMBER:
        make_member (self, &message->member);
        break;
    default:
        make_others (self, message);
    }
}

void message_case (enum message_type type, enum case_size size, struct draw *draw, arena_t *arena,
                   struct message *message)
{
    struct maker maker = {.draw = draw, .arena = arena, .size = size};
    memset (message, 0, sizeof *message);
    message->type = type;
    message->from = part_number (&maker, 1, LIMIT_NODE);
    message->clock = part_number (&maker, 0, LIMIT_INTEGER);
    message->market = part_number (&maker, 0, LIMIT_INTEGER);
    make_body (&maker, message);
}
