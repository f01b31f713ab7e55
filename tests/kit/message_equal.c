#include <string.h>

#include "tests/kit/message_cases.h"
#include "tests/kit/peer_cases.h"

// Lists of one length; an empty one is NULL.
static bool lists_agree (const void *a, size_t a_count, const void *b, size_t b_count)
{
    return a_count == b_count && !a == (a_count == 0) && !b == (b_count == 0);
}

static bool traders_equal (const struct trader_seen *a, size_t a_count, const struct trader_seen *b,
                           size_t b_count)
{
    bool equal = lists_agree (a, a_count, b, b_count);
    for (size_t i = 0; equal && i < a_count; i++) {
        equal = a[i].trader == b[i].trader && a[i].epoch == b[i].epoch && a[i].count == b[i].count;
    }
    return equal;
}

static bool tokens_equal (const struct seen *a, const struct vector *a_clock, const struct seen *b,
                          const struct vector *b_clock)
{
    bool equal = a->version == b->version
                 && traders_equal (a->traders, a->count, b->traders, b->count)
                 && lists_agree (a_clock->ticks, a_clock->count, b_clock->ticks, b_clock->count);
    for (size_t i = 0; equal && i < a_clock->count; i++) {
        equal = a_clock->ticks[i].node == b_clock->ticks[i].node
                && a_clock->ticks[i].count == b_clock->ticks[i].count;
    }
    return equal;
}

static bool fills_equal (const struct fill *a, size_t a_count, const struct fill *b, size_t b_count)
{
    bool equal = lists_agree (a, a_count, b, b_count);
    for (size_t i = 0; equal && i < a_count; i++) {
        equal = a[i].seller == b[i].seller && a[i].lot == b[i].lot && a[i].units == b[i].units
                && a[i].price_cents == b[i].price_cents;
    }
    return equal;
}

static bool leased_equal (const struct leased_units *a, size_t a_count,
                          const struct leased_units *b, size_t b_count)
{
    bool equal = lists_agree (a, a_count, b, b_count);
    for (size_t i = 0; equal && i < a_count; i++) {
        equal = a[i].id == b[i].id && a[i].seller == b[i].seller && a[i].lot == b[i].lot
                && a[i].units == b[i].units && a[i].price_cents == b[i].price_cents;
    }
    return equal;
}

static bool levels_equal (const struct level *a, size_t a_count, const struct level *b,
                          size_t b_count)
{
    bool equal = lists_agree (a, a_count, b, b_count);
    for (size_t i = 0; equal && i < a_count; i++) {
        equal = !strcmp (a[i].product, b[i].product) && a[i].available == b[i].available;
    }
    return equal;
}

static bool receipts_equal (const struct receipt *a, const struct receipt *b)
{
    return a->number == b->number && a->status == b->status && !strcmp (a->product, b->product)
           && a->units == b->units && a->missing == b->missing && a->amount_cents == b->amount_cents
           && fills_equal (a->fills, a->fill_count, b->fills, b->fill_count)
           && tokens_equal (&a->seen, &a->vector, &b->seen, &b->vector);
}

static bool firsts_equal (const struct first *a, const struct first *b)
{
    return a->trader == b->trader && a->epoch == b->epoch;
}

static bool items_equal (const struct item *a, const struct item *b)
{
    if (a->kind != b->kind || a->client != b->client || a->number != b->number
        || a->clock != b->clock || a->quantity != b->quantity || a->price_cents != b->price_cents
        || a->all_or_nothing != b->all_or_nothing || a->behind != b->behind
        || a->promised != b->promised || a->rank != b->rank || !firsts_equal (&a->first, &b->first)
        || !a->product != !b->product
        || !leased_equal (a->taken, a->taken_count, b->taken, b->taken_count)) {
        return false;
    }
    return !a->product || !strcmp (a->product, b->product);
}

static bool results_equal (const struct result *a, const struct result *b)
{
    if (a->kind != b->kind || a->status != b->status || a->reason != b->reason
        || a->units != b->units || a->missing != b->missing || a->amount_cents != b->amount_cents
        || a->quantity != b->quantity || a->price_cents != b->price_cents || a->left != b->left
        || !a->product != !b->product) {
        return false;
    }
    return (!a->product || !strcmp (a->product, b->product))
           && fills_equal (a->fills, a->fill_count, b->fills, b->fill_count);
}

static bool item_lists_equal (const struct item *a, size_t a_count, const struct item *b,
                              size_t b_count)
{
    bool equal = lists_agree (a, a_count, b, b_count);
    for (size_t i = 0; equal && i < a_count; i++) {
        equal = items_equal (&a[i], &b[i]);
    }
    return equal;
}

static bool commits_equal (const struct commit *a, const struct commit *b)
{
    return a->trader == b->trader && a->epoch == b->epoch && a->batch == b->batch
           && item_lists_equal (a->items, a->item_count, b->items, b->item_count);
}

static bool committed_equal (const struct committed *a, const struct committed *b)
{
    bool equal = a->trader == b->trader && a->epoch == b->epoch && a->batch == b->batch
                 && a->version == b->version && a->applied == b->applied
                 && lists_agree (a->results, a->result_count, b->results, b->result_count)
                 && levels_equal (a->stock, a->stock_count, b->stock, b->stock_count);
    for (size_t i = 0; equal && i < a->result_count; i++) {
        equal = results_equal (&a->results[i], &b->results[i]);
    }
    return equal;
}

static bool requests_equal (const struct message *a, const struct message *b)
{
    switch (a->type) {
    case MESSAGE_BUY:
        return a->buy.number == b->buy.number && a->buy.attempt == b->buy.attempt
               && !strcmp (a->buy.product, b->buy.product) && a->buy.quantity == b->buy.quantity
               && a->buy.all_or_nothing == b->buy.all_or_nothing
               && firsts_equal (&a->buy.first, &b->buy.first)
               && tokens_equal (&a->buy.seen, &a->buy.vector, &b->buy.seen, &b->buy.vector);
    case MESSAGE_RESTOCK:
        return a->restock.number == b->restock.number && a->restock.attempt == b->restock.attempt
               && !strcmp (a->restock.product, b->restock.product)
               && a->restock.quantity == b->restock.quantity
               && a->restock.price_cents == b->restock.price_cents
               && firsts_equal (&a->restock.first, &b->restock.first)
               && tokens_equal (&a->restock.seen, &a->restock.vector, &b->restock.seen,
                                &b->restock.vector);
    case MESSAGE_RESTOCKED:
        return a->restocked.number == b->restocked.number
               && !strcmp (a->restocked.product, b->restocked.product)
               && a->restocked.quantity == b->restocked.quantity
               && a->restocked.price_cents == b->restocked.price_cents
               && tokens_equal (&a->restocked.seen, &a->restocked.vector, &b->restocked.seen,
                                &b->restocked.vector);
    default:
        return false;
    }
}

static bool sales_equal (const struct sold_units *a, size_t a_count, const struct sold_units *b,
                         size_t b_count)
{
    bool equal = lists_agree (a, a_count, b, b_count);
    for (size_t i = 0; equal && i < a_count; i++) {
        equal = a[i].buyer == b[i].buyer && a[i].number == b[i].number && a[i].seller == b[i].seller
                && a[i].lot == b[i].lot && a[i].units == b[i].units
                && a[i].price_cents == b[i].price_cents;
    }
    return equal;
}

static bool published_equal (const struct message *a, const struct message *b)
{
    const struct invalidation *i = &a->invalidation, *j = &b->invalidation;
    const struct oversell *o = &a->oversell, *p = &b->oversell;
    const struct sale *s = &a->sale, *t = &b->sale;
    const struct socket_event *u = &a->socket, *v = &b->socket;
    switch (a->type) {
    case MESSAGE_INVALIDATION:
        return i->epoch == j->epoch && i->seq == j->seq && i->version == j->version
               && !strcmp (i->product, j->product) && i->available == j->available
               && i->more == j->more
               && traders_equal (i->traders, i->trader_count, j->traders, j->trader_count);
    case MESSAGE_OVERSELL:
        return o->epoch == p->epoch && o->seq == p->seq && o->trader == p->trader
               && o->buyer == p->buyer && o->number == p->number && !strcmp (o->product, p->product)
               && o->units == p->units && o->missing == p->missing
               && o->amount_cents == p->amount_cents;
    case MESSAGE_SALE:
        return s->epoch == t->epoch && s->seq == t->seq && s->trader == t->trader
               && !strcmp (s->product, t->product)
               && sales_equal (s->sales, s->sale_count, t->sales, t->sale_count);
    case MESSAGE_SOCKET:
        return u->epoch == v->epoch && u->seq == v->seq && u->socket == v->socket
               && u->event == v->event && !strcmp (u->address, v->address)
               && !strcmp (u->error, v->error);
    default:
        return false;
    }
}

static bool views_equal (const struct view_told *a, const struct view_told *b)
{
    bool equal = a->trader == b->trader && a->nonce == b->nonce && a->epoch == b->epoch
                 && a->view == b->view && a->state == b->state && a->backup == b->backup
                 && a->taker == b->taker && a->began == b->began && a->applied == b->applied
                 && a->batch == b->batch
                 && lists_agree (a->members, a->member_count, b->members, b->member_count);
    for (size_t i = 0; equal && i < a->member_count; i++) {
        const struct member *m = &a->members[i], *n = &b->members[i];
        equal = m->trader == n->trader && m->epoch == n->epoch && m->state == n->state
                && !strcmp (m->router, n->router);
    }
    return equal;
}

static bool members_equal (const struct membership *a, const struct membership *b)
{
    bool equal =
        a->epoch == b->epoch && a->seq == b->seq && a->trader == b->trader
        && a->trader_epoch == b->trader_epoch && a->view == b->view && a->state == b->state
        && a->backup == b->backup && a->taker == b->taker && !strcmp (a->router, b->router)
        && lists_agree (a->remaining, a->remaining_count, b->remaining, b->remaining_count);
    for (size_t i = 0; equal && i < a->remaining_count; i++) {
        equal = a->remaining[i] == b->remaining[i];
    }
    return equal;
}

static bool takeovers_equal (const struct message *a, const struct message *b)
{
    const struct claim *c = &a->claim, *d = &b->claim;
    const struct takeover *t = &a->takeover, *u = &b->takeover;
    const struct journal *j = &a->journal, *k = &b->journal;
    switch (a->type) {
    case MESSAGE_JOIN:
        return a->join.nonce == b->join.nonce && a->join.epoch == b->join.epoch
               && a->join.began == b->join.began && !strcmp (a->join.router, b->join.router)
               && a->join.abandon == b->join.abandon;
    case MESSAGE_CLAIM:
        return c->epoch == d->epoch && c->view == d->view && c->backup == d->backup
               && c->leaves == d->leaves;
    case MESSAGE_TAKEOVER:
        return t->trader == u->trader && t->view == u->view && t->complete == u->complete;
    case MESSAGE_JOURNAL:
        return j->view == k->view && j->began == k->began && j->settled == k->settled
               && j->write == k->write && j->holder == k->holder
               && item_lists_equal (j->items, j->item_count, k->items, k->item_count);
    case MESSAGE_JOURNALED:
        return a->journaled.view == b->journaled.view && a->journaled.holder == b->journaled.holder
               && a->journaled.write == b->journaled.write
               && a->journaled.begun == b->journaled.begun
               && a->journaled.sealed == b->journaled.sealed;
    default:
        return false;
    }
}

static bool leases_equal (const struct message *a, const struct message *b)
{
    const struct lease *l = &a->lease, *m = &b->lease;
    const struct leased *h = &a->leased, *i = &b->leased;
    const struct recall *r = &a->recall, *s = &b->recall;
    switch (a->type) {
    case MESSAGE_LEASE:
        return l->epoch == m->epoch && l->number == m->number && !strcmp (l->product, m->product)
               && l->wanted == m->wanted && l->all == m->all
               && leased_equal (l->returned, l->returned_count, m->returned, m->returned_count);
    case MESSAGE_LEASED:
        return h->epoch == i->epoch && h->number == i->number && !strcmp (h->product, i->product)
               && h->applied == i->applied
               && leased_equal (h->held, h->held_count, i->held, i->held_count);
    case MESSAGE_RECALL:
        return r->epoch == s->epoch && r->seq == s->seq && !strcmp (r->product, s->product);
    default:
        return false;
    }
}

static bool small_equal (const struct message *a, const struct message *b)
{
    const struct lot_state *l = &a->lot, *m = &b->lot;
    const struct sold *s = &a->sold, *t = &b->sold;
    switch (a->type) {
    case MESSAGE_ORDER_STATUS:
        return a->order_status.number == b->order_status.number;
    case MESSAGE_LOT_STATUS:
        return a->lot_status.number == b->lot_status.number;
    case MESSAGE_LOT:
        return l->number == m->number && !strcmp (l->product, m->product)
               && l->quantity == m->quantity && l->left == m->left
               && l->price_cents == m->price_cents;
    case MESSAGE_SOLD:
        return s->buyer == t->buyer && s->order == t->order && s->lot == t->lot
               && !strcmp (s->product, t->product) && s->units == t->units
               && s->price_cents == t->price_cents;
    case MESSAGE_ERROR:
        return a->error.reason == b->error.reason && a->error.number == b->error.number
               && a->error.trader == b->error.trader && a->error.epoch == b->error.epoch
               && !strcmp (a->error.text, b->error.text);
    case MESSAGE_PONG:
        return a->pong.epoch == b->pong.epoch
               && seatings_equal (&a->pong.seating, &b->pong.seating);
    default:
        return true;  // ping and snapshot
    }
}

bool messages_equal (const struct message *a, const struct message *b)
{
    if (a->type != b->type || a->from != b->from || a->clock != b->clock
        || a->market != b->market) {
        return false;
    }
    switch (a->type) {
    case MESSAGE_BUY:
    case MESSAGE_RESTOCK:
    case MESSAGE_RESTOCKED:
        return requests_equal (a, b);
    case MESSAGE_RECEIPT:
        return receipts_equal (&a->receipt, &b->receipt);
    case MESSAGE_OVERSOLD:
        return receipts_equal (&a->oversold, &b->oversold);
    case MESSAGE_COMMIT:
        return commits_equal (&a->commit, &b->commit);
    case MESSAGE_COMMITTED:
        return committed_equal (&a->committed, &b->committed);
    case MESSAGE_STOCK:
        return a->stock.epoch == b->stock.epoch && a->stock.version == b->stock.version
               && levels_equal (a->stock.stock, a->stock.stock_count, b->stock.stock,
                                b->stock.stock_count)
               && traders_equal (a->stock.traders, a->stock.trader_count, b->stock.traders,
                                 b->stock.trader_count);
    case MESSAGE_INVALIDATION:
    case MESSAGE_OVERSELL:
    case MESSAGE_SALE:
    case MESSAGE_SOCKET:
        return published_equal (a, b);
    case MESSAGE_LEASE:
    case MESSAGE_LEASED:
    case MESSAGE_RECALL:
        return leases_equal (a, b);
    case MESSAGE_VIEW:
        return views_equal (&a->view, &b->view);
    case MESSAGE_MEMBER:
        return members_equal (&a->member, &b->member);
    case MESSAGE_JOIN:
    case MESSAGE_CLAIM:
    case MESSAGE_TAKEOVER:
    case MESSAGE_JOURNAL:
    case MESSAGE_JOURNALED:
        return takeovers_equal (a, b);
    case MESSAGE_HANDOVER:
        return a->handover.term == b->handover.term
               && item_lists_equal (a->handover.items, a->handover.item_count, b->handover.items,
                                    b->handover.item_count);
    case MESSAGE_CAMPAIGN:
    case MESSAGE_SEATS:
    case MESSAGE_ELECTION:
    case MESSAGE_ANSWER:
    case MESSAGE_COORDINATOR:
    case MESSAGE_RESIGN:
    case MESSAGE_CLOCK:
        return peers_equal (a, b);
    default:
        return small_equal (a, b);
    }
}
