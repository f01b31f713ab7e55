// What all parts of the warehouse stand on: its letters and the traders' views.
#include "actors/warehouse/warehouse_state.h"

#include <stdlib.h>
#include <string.h>

#include "broker/clocks.h"

struct message *warehouse_letter (warehouse_t *self, struct outbox *out, enum port port, int64_t to,
                                  enum message_type type)
{
    struct message *message = &outbox_letter (out, port, to, type)->message;
    message->from = WAREHOUSE_NODE;
    message->clock = lamport_send (&self->clock);
    message->market = self->market;
    return message;
}

void warehouse_error (warehouse_t *self, struct outbox *out, int64_t to, enum reason reason,
                      int64_t number, const char *text)
{
    struct message *message = warehouse_letter (self, out, PORT_WAREHOUSE, to, MESSAGE_ERROR);
    message->error = (struct error){.reason = reason, .number = number, .text = text};
}

void warehouse_decline (warehouse_t *self, const struct message *message, struct outbox *out,
                        enum reason reason, int64_t number, const char *text)
{
    struct message *answer =
        warehouse_letter (self, out, PORT_WAREHOUSE, message->from, MESSAGE_ERROR);
    answer->error = (struct error){
        .reason = reason,
        .number = number,
        .trader = message->type == MESSAGE_COMMIT ? message->commit.trader : 0,
        .epoch = message->type == MESSAGE_COMMIT  ? message->commit.epoch
                 : message->type == MESSAGE_LEASE ? message->lease.epoch
                                                  : 0,
        .text = text,
    };
}

void warehouse_record (const warehouse_t *self, struct outbox *out)
{
    outbox_record (out, RECORD_WAREHOUSE)->warehouse = (struct record_warehouse){
        .epoch = self->epoch,
        .version = self->version,
        .market = self->market,
    };
}

const struct policy *warehouse_policy (const warehouse_t *self, const char *product)
{
    const struct own_policy *own;
    HASH_FIND_STR (self->policies, product, own);
    return own ? &own->policy : &self->config.policy;
}

void warehouse_touch (warehouse_t *self, struct product *product)
{
    if (!product->touched) {
        product->touched = true;
        self->touched[self->touched_count++] = product;
    }
}

const char *warehouse_product_name (const warehouse_t *self, int64_t id)
{
    const struct product *product = lots_product (self->lots, id);
    return product ? product->name : "";
}

struct view *warehouse_view (const warehouse_t *self, int64_t trader)
{
    struct view *view;
    HASH_FIND (hh, self->views, &trader, sizeof trader, view);
    return view;
}

static int by_trader (const struct view *a, const struct view *b)
{
    return a->trader < b->trader ? -1 : a->trader > b->trader;
}

struct view *warehouse_add_view (warehouse_t *self, int64_t trader)
{
    if (HASH_COUNT (self->views) == LIMIT_TRADERS) {
        return NULL;
    }
    struct view *view = calloc (1, sizeof *view);
    if (!view) {
        abort ();
    }
    view->trader = trader;
    HASH_ADD (hh, self->views, trader, sizeof view->trader, view);
    HASH_SORT (self->views, by_trader);
    return view;
}

void warehouse_record_trader (const struct view *view, struct outbox *out)
{
    outbox_record (out, RECORD_TRADER)->trader = (struct record_trader){
        .trader = view->trader,
        .epoch = view->epoch,
        .nonce = view->nonce,
        .batch = view->batch,
        .applied = view->applied,
    };
}

void warehouse_record_view (const struct view *view, struct outbox *out)
{
    outbox_record (out, RECORD_VIEW)->view = (struct record_view){
        .trader = view->trader,
        .view = view->view,
        .began = view->began,
        .state = view->state,
        .backup = view->backup,
        .taker = view->taker,
        .closed = view->closed,
        .router = view->router,
    };
}

const struct trader_seen *warehouse_traders (const warehouse_t *self, struct outbox *out,
                                             size_t *count)
{
    size_t i = 0;
    *count = HASH_COUNT (self->views);
    struct trader_seen *traders = arena_take (out->arena, *count, sizeof *traders);
    for (const struct view *view = self->views; view; view = view->hh.next) {
        traders[i++] = (struct trader_seen){
            .trader = view->trader,
            .epoch = view->began,
            .count = view->applied,
        };
    }
    return traders;
}
