// Everything that is told to clients.
#include <string.h>

#include "broker/trader/trader_handover.h"

// What each reason means to whoever gets it with an answer of the warehouse.
static const char *text_of (enum reason reason)
{
    switch (reason) {
    case REASON_CONFLICT:
        return "this number names another request already: use a new one";
    case REASON_EXPIRED:
        return "this number is older than the answers that are kept: nothing was done";
    case REASON_LIMIT:
        return "this would pass a bound of the market: nothing was done";
    case REASON_PENDING:
        return "the trader that it was sent to first may have decided it: send it again later";
    case REASON_UNAVAILABLE:
    case REASON_RECALLING:
        return "this cannot be decided now: send the same request again later";
    default:
        return "the warehouse refused this: nothing was done";
    }
}

// Where the request's client is: where it came from, or, if that was to a process before this one,
// where its client was heard since. False: nowhere yet, and whoever asks again will be answered.
static bool find_route (trader_t *self, const struct request *request, struct route *route)
{
    const struct client_entry *client = trader_client (self, request->key.client);
    *route = request->route;
    if (route->size == 0 && client) {
        *route = client->route;
    }
    return route->size > 0;
}

static struct message *reply (trader_t *self, const struct request *request,
                              const struct route *route, enum message_type type, struct outbox *out)
{
    struct letter *letter = trader_letter (self, out, PORT_CLIENTS, request->key.client, type);
    letter->route = *route;
    return &letter->message;
}

// The trader's vector clock, where the market orders by them.
static struct vector vector_for (trader_t *self, struct outbox *out)
{
    struct vector own = clock_view (&self->vector);
    if (self->config.order_by != ORDER_VECTOR || own.count == 0) {
        return (struct vector){0};
    }
    struct tick *ticks = arena_take (out->arena, own.count, sizeof *ticks);
    memcpy (ticks, own.ticks, own.count * sizeof *ticks);
    return (struct vector){.ticks = ticks, .count = own.count};
}

static const char *product_of (const struct request *request, const struct result *result,
                               struct outbox *out)
{
    if (request->key.question) {
        return result->product;
    }
    return arena_string (out->arena, request->product, strlen (request->product));
}

static struct receipt receipt_of (trader_t *self, const struct request *request,
                                  const struct result *result, struct seen seen, struct outbox *out)
{
    return (struct receipt){
        .number = request->key.number,
        .status = result->status,
        .product = product_of (request, result, out),
        .units = result->units,
        .missing = result->missing,
        .amount_cents = result->amount_cents,
        .fills = result->fills,
        .fill_count = result->fill_count,
        .seen = seen,
        .vector = vector_for (self, out),
    };
}

void reply_receipt (trader_t *self, const struct request *request, const struct result *result,
                    struct seen seen, struct outbox *out)
{
    struct route route;
    if (find_route (self, request, &route)) {
        struct receipt receipt = receipt_of (self, request, result, seen, out);
        reply (self, request, &route, MESSAGE_RECEIPT, out)->receipt = receipt;
    }
}

void reply_restocked (trader_t *self, const struct request *request, struct seen seen,
                      struct outbox *out)
{
    struct route route;
    if (!find_route (self, request, &route)) {
        return;
    }
    struct restocked restocked = {
        .number = request->key.number,
        .product = product_of (request, NULL, out),
        .quantity = request->quantity,
        .price_cents = request->price_cents,
        .seen = seen,
        .vector = vector_for (self, out),
    };
    reply (self, request, &route, MESSAGE_RESTOCKED, out)->restocked = restocked;
}

void reply_lot (trader_t *self, const struct request *request, const struct result *result,
                struct outbox *out)
{
    struct route route;
    if (!find_route (self, request, &route)) {
        return;
    }
    reply (self, request, &route, MESSAGE_LOT, out)->lot = (struct lot_state){
        .number = request->key.number,
        .product = result->product,
        .quantity = result->quantity,
        .left = result->left,
        .price_cents = result->price_cents,
    };
}

bool reply_can_tell (const struct result *receipt)
{
    return receipt->kind != RESULT_RECEIPT || receipt->status != STATUS_OVERSOLD
           || receipt->missing > 0;
}

// Told to the buyer directly, and on PUB, where it may be subscribed to it.
void reply_oversold (trader_t *self, const struct request *request, const struct result *result,
                     struct seen seen, struct outbox *out)
{
    struct receipt receipt = receipt_of (self, request, result, seen, out);
    struct route route;
    if (find_route (self, request, &route)) {
        reply (self, request, &route, MESSAGE_OVERSOLD, out)->oversold = receipt;
    }
    struct client_entry *client = trader_client (self, request->key.client);
    struct letter *news =
        trader_letter (self, out, PORT_NEWS, request->key.client, MESSAGE_OVERSELL);
    news->message.oversell = (struct oversell){
        .epoch = self->epoch,
        .seq = client ? ++client->oversell_seq : 1,
        .trader = self->config.id,
        .buyer = request->key.client,
        .number = request->key.number,
        .product = receipt.product,
        .units = receipt.units,
        .missing = receipt.missing,
        .amount_cents = receipt.amount_cents,
    };
}

void reply_error (trader_t *self, int64_t to, const struct route *route, enum reason reason,
                  int64_t number, const char *text, struct outbox *out)
{
    struct letter *letter = trader_letter (self, out, PORT_CLIENTS, to, MESSAGE_ERROR);
    letter->route = *route;
    letter->message.error = (struct error){.reason = reason, .number = number, .text = text};
}

void reply_failed (trader_t *self, const struct request *request, enum reason reason,
                   struct outbox *out)
{
    struct route route;
    if (find_route (self, request, &route)) {
        reply_error (self, request->key.client, &route, reason, request->key.number,
                     text_of (reason), out);
    }
}

struct result sold_result (const char *product, const struct leased_units *taken, size_t count,
                           struct outbox *out)
{
    struct result result = {
        .kind = RESULT_RECEIPT,
        .status = STATUS_SOLD,
        .product = arena_string (out->arena, product, strlen (product)),
    };
    struct fill *fills = arena_take (out->arena, count, sizeof *fills);
    for (size_t i = 0; i < count; i++) {
        fills[i] = (struct fill){
            .seller = taken[i].seller,
            .lot = taken[i].lot,
            .units = taken[i].units,
            .price_cents = taken[i].price_cents,
        };
        result.units += taken[i].units;
        result.amount_cents += taken[i].units * taken[i].price_cents;
    }
    result.fills = fills;
    result.fill_count = count;
    return result;
}

// An order that may have been settled before was told to its sellers then, if at all, so only what
// was queued as a first attempt is told.
void notify_sellers (trader_t *self, const struct request *request, const struct result *result,
                     struct outbox *out)
{
    if (request->key.question || request->attempt > 1) {
        return;
    }
    for (size_t i = 0; i < result->fill_count; i++) {
        const struct fill *fill = &result->fills[i];
        const struct client_entry *seller = trader_client (self, fill->seller);
        if (!seller) {
            continue;
        }
        struct letter *letter = trader_letter (self, out, PORT_CLIENTS, fill->seller, MESSAGE_SOLD);
        letter->route = seller->route;
        letter->message.sold = (struct sold){
            .buyer = request->key.client,
            .order = request->key.number,
            .lot = fill->lot,
            .product = result->product,
            .units = fill->units,
            .price_cents = fill->price_cents,
        };
    }
}

// Whether the order's sale was not published yet. An answer comes again where its client has asked
// again; one so old that nobody knows any more counts as published.
static bool is_news (struct client_entry *client, int64_t number)
{
    int64_t above = number - client->sale_highest;
    if (above > 0) {
        bool any = client->sale_highest > 0;
        client->sales_below = above < 64 ? client->sales_below << above : 0;
        client->sales_below |= any && above <= 64 ? UINT64_C (1) << (above - 1) : 0;
        client->sale_highest = number;
        return true;
    }
    if (above == 0 || above < -64) {
        return false;
    }
    uint64_t bit = UINT64_C (1) << (-above - 1);
    bool is_new = !(client->sales_below & bit);
    client->sales_below |= bit;
    return is_new;
}

void publish_clock (trader_t *self, const struct request *request, const struct result *result,
                    struct outbox *out)
{
    struct client_entry *client = trader_client (self, request->key.client);
    if (!self->config.elected || request->kind != ITEM_BUY || result->units == 0 || !client
        || !is_news (client, request->key.number)) {
        return;
    }
    struct vector vector = vector_for (self, out);
    struct letter *letter =
        trader_letter (self, out, PORT_NEWS, request->key.client, MESSAGE_CLOCK);
    letter->message.tick = (struct clock_news){
        .epoch = self->epoch,
        .seq = ++self->clock_seq,
        .buyer = request->key.client,
        .number = request->key.number,
        .vector = vector,
    };
}
