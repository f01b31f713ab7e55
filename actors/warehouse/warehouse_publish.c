#include "actors/warehouse/warehouse_state.h"

void warehouse_publish_sale (warehouse_t *self, const struct view *view, const struct item *item,
                             const struct plan *plan, struct outbox *out)
{
    if (!self->config.publish) {
        return;
    }
    for (size_t i = 0; i < plan->count; i++) {
        const struct lot *lot = plan->lots[i];
        struct message *news = warehouse_letter (self, out, PORT_NEWS, 0, MESSAGE_SALE);
        news->sale = (struct sale){
            .epoch = self->epoch,
            .seq = ++lot->product->sale_seq,
            .trader = view->trader,
            .buyer = item->client,
            .number = item->number,
            .seller = lot->seller,
            .lot = lot->number,
            .product = lot->product->name,
            .units = plan->taken[i],
            .price_cents = lot->price_cents,
        };
    }
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
