#include <string.h>

#include "actors/warehouse/warehouse_state.h"

// Room for the sales of a product that a batch begins with; it is doubled when it is full.
enum { ROOM_FIRST = LIMIT_FILLS };

// Makes room for `count` more sales of the product, of at most LIMIT_FILLS, and counts them. What
// moves leaves its old place to the arena.
static struct sold_units *add_sales (warehouse_t *self, struct product *product, size_t count,
                                     struct outbox *out)
{
    if (product->sale_count == 0) {
        self->sold[self->sold_count++] = product;
    }
    if (product->sale_count + count > product->sale_room) {
        product->sale_room = product->sale_room ? 2 * product->sale_room : ROOM_FIRST;
        struct sold_units *sales = arena_take (out->arena, product->sale_room, sizeof *sales);
        if (product->sale_count > 0) {
            memcpy (sales, product->sales, product->sale_count * sizeof *sales);
        }
        product->sales = sales;
    }
    product->sale_count += count;
    return product->sales + product->sale_count - count;
}

void warehouse_gather_sales (warehouse_t *self, const struct item *item, const struct plan *plan,
                             struct outbox *out)
{
    if (!self->config.publish || plan->count == 0) {
        return;
    }
    struct sold_units *sales = add_sales (self, plan->lots[0]->product, plan->count, out);
    for (size_t i = 0; i < plan->count; i++) {
        const struct lot *lot = plan->lots[i];
        sales[i] = (struct sold_units){
            .buyer = item->client,
            .number = item->number,
            .seller = lot->seller,
            .lot = lot->number,
            .units = plan->taken[i],
            .price_cents = lot->price_cents,
        };
    }
}

// Who is live, ascending. The list is taken from the arena of `out`.
static const int64_t *live_traders (const warehouse_t *self, struct outbox *out, size_t *count)
{
    int64_t *traders = arena_take (out->arena, HASH_COUNT (self->views), sizeof *traders);
    *count = 0;
    for (const struct view *view = self->views; view; view = view->hh.next) {
        if (view->state == MEMBER_LIVE) {
            traders[(*count)++] = view->trader;
        }
    }
    return traders;
}

void warehouse_publish_member (warehouse_t *self, struct view *view, struct outbox *out)
{
    if (!self->config.publish) {
        return;
    }
    size_t count;
    const int64_t *remaining = live_traders (self, out, &count);
    warehouse_letter (self, out, PORT_NEWS, view->trader, MESSAGE_MEMBER)->member =
        (struct membership){
            .epoch = self->epoch,
            .seq = ++view->member_seq,
            .trader = view->trader,
            .trader_epoch = view->epoch,
            .view = view->view,
            .state = view->state,
            .backup = view->backup,
            .taker = view->taker,
            .router = view->router,
            .remaining = remaining,
            .remaining_count = count,
        };
}

static void publish_sales_of (warehouse_t *self, const struct view *view, struct product *product,
                              struct outbox *out)
{
    for (size_t at = 0; at < product->sale_count; at += LIMIT_SALES) {
        size_t left = product->sale_count - at;
        struct message *news = warehouse_letter (self, out, PORT_NEWS, 0, MESSAGE_SALE);
        news->sale = (struct sale){
            .epoch = self->epoch,
            .seq = ++product->sale_seq,
            .trader = view->trader,
            .product = product->name,
            .sales = product->sales + at,
            .sale_count = left < LIMIT_SALES ? left : LIMIT_SALES,
        };
    }
    product->sales = NULL;
    product->sale_count = 0;
    product->sale_room = 0;
}

void warehouse_publish_sales (warehouse_t *self, const struct view *view, struct outbox *out)
{
    for (size_t i = 0; i < self->sold_count; i++) {
        publish_sales_of (self, view, self->sold[i], out);
    }
    self->sold_count = 0;
}

void warehouse_publish_oversell (warehouse_t *self, struct view *view, const struct item *item,
                                 const struct answer *answer, struct outbox *out)
{
    if (!self->config.publish) {
        return;
    }
    struct message *news = warehouse_letter (self, out, PORT_NEWS, view->trader, MESSAGE_OVERSELL);
    news->oversell = (struct oversell){
        .epoch = self->epoch,
        .seq = ++view->oversell_seq,
        .trader = view->trader,
        .buyer = item->client,
        .number = item->number,
        .product = item->product,
        .units = answer->units,
        .missing = answer->missing,
        .amount_cents = answer->amount_cents,
    };
}

void warehouse_recall (warehouse_t *self, struct product *product)
{
    product->recalling = true;
    if (!product->recalled) {
        product->recalled = true;
        self->recalled[self->recalled_count++] = product;
    }
}

void warehouse_publish_recalls (warehouse_t *self, struct outbox *out)
{
    for (size_t i = 0; i < self->recalled_count; i++) {
        struct product *product = self->recalled[i];
        product->recalled = false;
        self->counters.recalls++;
        if (self->config.publish) {
            warehouse_letter (self, out, PORT_NEWS, 0, MESSAGE_RECALL)->recall = (struct recall){
                .epoch = self->epoch,
                .seq = ++product->recall_seq,
                .product = product->name,
            };
        }
    }
    self->recalled_count = 0;
}

// Versions count by one for each message here, over all products, so that a subscriber of all
// of them knows when one was lost. They count whether or not anything is published: a causal
// token needs them too.
void warehouse_publish_stock (warehouse_t *self, struct outbox *out)
{
    size_t trader_count = 0;
    const struct trader_seen *traders = NULL;
    if (self->config.publish && self->touched_count > 0) {
        traders = warehouse_traders (self, out, &trader_count);
    }
    for (size_t i = 0; i < self->touched_count; i++) {
        struct product *product = self->touched[i];
        product->touched = false;
        self->version++;
        if (!self->config.publish) {
            continue;
        }
        struct message *news = warehouse_letter (self, out, PORT_NEWS, 0, MESSAGE_INVALIDATION);
        news->invalidation = (struct invalidation){
            .epoch = self->epoch,
            .seq = ++product->stock_seq,
            .version = self->version,
            .product = product->name,
            .available = product->available,
            .traders = traders,
            .trader_count = trader_count,
            .more = i + 1 < self->touched_count,
        };
    }
    self->touched_count = 0;
}
