#include "tests/kit/message_cases.h"

#include <assert.h>
#include <string.h>

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

struct maker {
    struct draw *draw;
    arena_t *arena;
    enum case_size size;
};

// Small numbers and both ends are as likely as all others together.
static int64_t number (struct maker *self, int64_t min, int64_t max)
{
    if (self->size == CASE_SMALLEST) {
        return min;
    }
    if (self->size == CASE_LARGEST) {
        return max;
    }
    switch (draw_next (self->draw) % 6) {
    case 0:
        return min;
    case 1:
        return max;
    case 2:
        return draw_between (self->draw, min, max - min < 200 ? max : min + 200);
    default:
        return draw_between (self->draw, min, max);
    }
}

static bool flag (struct maker *self)
{
    // As JSON, false is the longer word.
    return self->size == CASE_ANY ? draw_next (self->draw) & 1 : self->size == CASE_SMALLEST;
}

static size_t many (struct maker *self, size_t max)
{
    if (self->size == CASE_ANY && draw_next (self->draw) % 4) {
        return (size_t) draw_between (self->draw, 0, max < 5 ? (int64_t) max : 5);
    }
    return (size_t) number (self, 0, (int64_t) max);
}

static const char *product (struct maker *self)
{
    static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    char name[LIMIT_PRODUCT_NAME + 1];
    size_t length = (size_t) number (self, 1, LIMIT_PRODUCT_NAME);
    for (size_t i = 0; i < length; i++) {
        name[i] = bytes[draw_next (self->draw) % (sizeof bytes - 1)];
    }
    return arena_string (self->arena, name, length);
}

static const char *error_text (struct maker *self)
{
    static const char *const pieces[] = {
        "a", "\"", "\\", " ", "/", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x97", "{", "]", ","};
    char text[LIMIT_TEXT + 1] = "";
    size_t length = 0;
    size_t wanted = many (self, LIMIT_TEXT);
    while (length < wanted) {
        const char *piece = self->size == CASE_LARGEST ? "\"" : pieces[draw_next (self->draw) % 11];
        if (length + strlen (piece) > LIMIT_TEXT) {
            break;
        }
        strcpy (text + length, piece);
        length += strlen (piece);
    }
    return arena_string (self->arena, text, length);
}

// Ascending node ids: the one at `index` of `count`.
static int64_t ascending (size_t index, size_t count)
{
    return LIMIT_NODE - (int64_t) (count - 1 - index);
}

static const struct trader_seen *traders (struct maker *self, size_t *count)
{
    *count = many (self, LIMIT_TRADERS);
    struct trader_seen *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct trader_seen){ascending (i, *count), number (self, 0, LIMIT_INTEGER),
                                       number (self, 0, LIMIT_INTEGER)};
    }
    return *count ? list : NULL;
}

static struct seen seen (struct maker *self)
{
    struct seen token = {.version = number (self, 0, LIMIT_INTEGER)};
    token.traders = traders (self, &token.count);
    return token;
}

static struct vector vector (struct maker *self)
{
    struct vector clock = {.count = many (self, LIMIT_VECTOR)};
    struct tick *ticks = arena_take (self->arena, clock.count, sizeof *ticks);
    for (size_t i = 0; i < clock.count; i++) {
        ticks[i] = (struct tick){ascending (i, clock.count), number (self, 0, LIMIT_INTEGER)};
    }
    clock.ticks = clock.count ? ticks : NULL;
    return clock;
}

static const struct fill *fills (struct maker *self, size_t *count)
{
    *count = many (self, LIMIT_FILLS);
    struct fill *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] =
            (struct fill){number (self, 1, LIMIT_NODE), number (self, 1, LIMIT_INTEGER),
                          number (self, 1, LIMIT_QUANTITY), number (self, 1, LIMIT_PRICE_CENTS)};
    }
    return *count ? list : NULL;
}

static const struct sold_units *sales (struct maker *self, size_t *count)
{
    *count = 1 + many (self, LIMIT_SALES - 1);
    struct sold_units *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct sold_units){
            number (self, 1, LIMIT_NODE),     number (self, 1, LIMIT_INTEGER),
            number (self, 1, LIMIT_NODE),     number (self, 1, LIMIT_INTEGER),
            number (self, 1, LIMIT_QUANTITY), number (self, 1, LIMIT_PRICE_CENTS)};
    }
    return list;
}

static const struct level *levels (struct maker *self, size_t max, size_t *count)
{
    *count = many (self, max);
    struct level *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct level){product (self), number (self, 0, LIMIT_INTEGER)};
    }
    return *count ? list : NULL;
}

static enum status status (struct maker *self)
{
    return self->size == CASE_LARGEST ? STATUS_TOO_MANY_LOTS
                                      : (enum status) number (self, 0, STATUS_COUNT - 1);
}

static enum reason reason (struct maker *self)
{
    return self->size == CASE_LARGEST ? REASON_BAD_REQUEST
                                      : (enum reason) number (self, 0, REASON_COUNT - 1);
}

static const char *product_of (struct maker *self, enum status what)
{
    return what != STATUS_SOLD && what != STATUS_ACCEPTED && flag (self) ? "" : product (self);
}

static struct item item (struct maker *self)
{
    struct item made = {.kind = self->size == CASE_LARGEST
                                    ? ITEM_BUY
                                    : (enum item_kind) number (self, 0, ITEM_KIND_COUNT - 1)};
    made.client = number (self, 1, LIMIT_NODE);
    made.number = number (self, 1, LIMIT_INTEGER);
    if (made.kind == ITEM_BUY || made.kind == ITEM_RESTOCK) {
        made.clock = number (self, 0, LIMIT_INTEGER);
        made.product = product (self);
        made.quantity = number (self, 1, LIMIT_QUANTITY);
        made.behind = flag (self);
    }
    if (made.kind == ITEM_BUY) {
        made.all_or_nothing = flag (self);
        made.promised = number (self, 0, LIMIT_QUANTITY);
    }
    if (made.kind == ITEM_RESTOCK) {
        made.price_cents = number (self, 1, LIMIT_PRICE_CENTS);
    }
    return made;
}

static struct result result (struct maker *self)
{
    struct result made = {.kind = self->size == CASE_LARGEST
                                      ? RESULT_RECEIPT
                                      : (enum result_kind) number (self, 0, RESULT_KIND_COUNT - 1)};
    switch (made.kind) {
    case RESULT_RECEIPT:
        made.status = status (self);
        made.product = product_of (self, made.status);
        made.units = number (self, 0, LIMIT_QUANTITY);
        made.missing = number (self, 0, LIMIT_QUANTITY);
        made.amount_cents = number (self, 0, LIMIT_INTEGER);
        made.fills = fills (self, &made.fill_count);
        break;
    case RESULT_LOT:
        made.left = number (self, 0, LIMIT_QUANTITY);
        // fall through
    case RESULT_RESTOCKED:
        made.product = product (self);
        made.quantity = number (self, 1, LIMIT_QUANTITY);
        made.price_cents = number (self, 1, LIMIT_PRICE_CENTS);
        break;
    default:
        made.reason = reason (self);
    }
    return made;
}

static void make_receipt (struct maker *self, bool oversold, struct receipt *receipt)
{
    receipt->number = number (self, 1, LIMIT_INTEGER);
    receipt->status = oversold ? STATUS_OVERSOLD : status (self);
    receipt->product = oversold ? product (self) : product_of (self, receipt->status);
    receipt->units = number (self, 0, LIMIT_QUANTITY);
    receipt->missing = number (self, oversold, LIMIT_QUANTITY);
    receipt->amount_cents = number (self, 0, LIMIT_INTEGER);
    receipt->fills = fills (self, &receipt->fill_count);
    receipt->seen = seen (self);
    receipt->vector = vector (self);
}

static void make_buy (struct maker *self, struct buy *buy)
{
    buy->number = number (self, 1, LIMIT_INTEGER);
    buy->attempt = number (self, 1, LIMIT_INTEGER);
    buy->product = product (self);
    buy->quantity = number (self, 1, LIMIT_QUANTITY);
    buy->all_or_nothing = self->size == CASE_LARGEST || (self->size == CASE_ANY && flag (self));
    buy->seen = seen (self);
    buy->vector = vector (self);
}

static void make_restock (struct maker *self, struct restock *restock)
{
    restock->number = number (self, 1, LIMIT_INTEGER);
    restock->attempt = number (self, 1, LIMIT_INTEGER);
    restock->product = product (self);
    restock->quantity = number (self, 1, LIMIT_QUANTITY);
    restock->price_cents = number (self, 1, LIMIT_PRICE_CENTS);
    restock->seen = seen (self);
    restock->vector = vector (self);
}

static void make_restocked (struct maker *self, struct restocked *restocked)
{
    restocked->number = number (self, 1, LIMIT_INTEGER);
    restocked->product = product (self);
    restocked->quantity = number (self, 1, LIMIT_QUANTITY);
    restocked->price_cents = number (self, 1, LIMIT_PRICE_CENTS);
    restocked->seen = seen (self);
    restocked->vector = vector (self);
}

static void make_commit (struct maker *self, struct commit *commit)
{
    commit->epoch = number (self, 0, LIMIT_INTEGER);
    commit->batch = number (self, 1, LIMIT_INTEGER);
    commit->item_count = many (self, LIMIT_BATCH);
    struct item *items = arena_take (self->arena, commit->item_count, sizeof *items);
    for (size_t i = 0; i < commit->item_count; i++) {
        items[i] = item (self);
    }
    commit->items = commit->item_count ? items : NULL;
}

static void make_committed (struct maker *self, struct committed *committed)
{
    committed->epoch = number (self, 0, LIMIT_INTEGER);
    committed->batch = number (self, 1, LIMIT_INTEGER);
    committed->version = number (self, 0, LIMIT_INTEGER);
    committed->applied = number (self, 0, LIMIT_INTEGER);
    committed->result_count = many (self, LIMIT_BATCH);
    struct result *results = arena_take (self->arena, committed->result_count, sizeof *results);
    for (size_t i = 0; i < committed->result_count; i++) {
        results[i] = result (self);
    }
    committed->results = committed->result_count ? results : NULL;
    committed->stock = levels (self, LIMIT_BATCH, &committed->stock_count);
}

static void make_published (struct maker *self, struct message *message)
{
    if (message->type == MESSAGE_INVALIDATION) {
        message->invalidation = (struct invalidation){.epoch = number (self, 0, LIMIT_INTEGER),
                                                      .seq = number (self, 0, LIMIT_INTEGER),
                                                      .version = number (self, 0, LIMIT_INTEGER),
                                                      .product = product (self),
                                                      .available = number (self, 0, LIMIT_INTEGER),
                                                      .more = number (self, 0, 1) == 1};
        message->invalidation.traders = traders (self, &message->invalidation.trader_count);
        return;
    }
    if (message->type == MESSAGE_OVERSELL) {
        message->oversell = (struct oversell){.epoch = number (self, 0, LIMIT_INTEGER),
                                              .seq = number (self, 0, LIMIT_INTEGER),
                                              .trader = number (self, 1, LIMIT_NODE),
                                              .buyer = number (self, 1, LIMIT_NODE),
                                              .number = number (self, 1, LIMIT_INTEGER),
                                              .product = product (self),
                                              .units = number (self, 0, LIMIT_QUANTITY),
                                              .missing = number (self, 1, LIMIT_QUANTITY),
                                              .amount_cents = number (self, 0, LIMIT_INTEGER)};
        return;
    }
    if (message->type == MESSAGE_SOCKET) {
        message->socket =
            (struct socket_event){number (self, 0, LIMIT_INTEGER),
                                  number (self, 0, LIMIT_INTEGER),
                                  (enum socket_name) number (self, 0, SOCKET_COUNT - 1),
                                  (enum happening) number (self, 0, HAPPENING_COUNT - 1),
                                  error_text (self),
                                  error_text (self)};
        return;
    }
    message->sale = (struct sale){.epoch = number (self, 0, LIMIT_INTEGER),
                                  .seq = number (self, 0, LIMIT_INTEGER),
                                  .trader = number (self, 1, LIMIT_NODE),
                                  .product = product (self)};
    message->sale.sales = sales (self, &message->sale.sale_count);
}

static void make_small (struct maker *self, struct message *message)
{
    switch (message->type) {
    case MESSAGE_ORDER_STATUS:
    case MESSAGE_LOT_STATUS:
        message->order_status.number = number (self, 1, LIMIT_INTEGER);  // both are a number alone
        return;
    case MESSAGE_LOT:
        message->lot = (struct lot_state){
            number (self, 1, LIMIT_INTEGER), product (self), number (self, 1, LIMIT_QUANTITY),
            number (self, 0, LIMIT_QUANTITY), number (self, 1, LIMIT_PRICE_CENTS)};
        return;
    case MESSAGE_SOLD:
        message->sold =
            (struct sold){number (self, 1, LIMIT_NODE),     number (self, 1, LIMIT_INTEGER),
                          number (self, 1, LIMIT_INTEGER),  product (self),
                          number (self, 1, LIMIT_QUANTITY), number (self, 1, LIMIT_PRICE_CENTS)};
        return;
    case MESSAGE_ERROR:
        message->error =
            (struct error){reason (self), number (self, 0, LIMIT_INTEGER), error_text (self)};
        return;
    case MESSAGE_JOIN:
        message->join =
            (struct join){number (self, 0, LIMIT_INTEGER), number (self, 0, LIMIT_INTEGER)};
        return;
    case MESSAGE_VIEW:
        message->view =
            (struct view_granted){number (self, 0, LIMIT_INTEGER), number (self, 0, LIMIT_INTEGER)};
        return;
    default:
        assert (message->type == MESSAGE_PING || message->type == MESSAGE_PONG
                || message->type == MESSAGE_SNAPSHOT);
    }
}

void message_case (enum message_type type, enum case_size size, struct draw *draw, arena_t *arena,
                   struct message *message)
{
    struct maker maker = {.draw = draw, .arena = arena, .size = size};
    memset (message, 0, sizeof *message);
    message->type = type;
    message->from = number (&maker, 1, LIMIT_NODE);
    message->clock = number (&maker, 0, LIMIT_INTEGER);
    switch (type) {
    case MESSAGE_BUY:
        make_buy (&maker, &message->buy);
        break;
    case MESSAGE_RECEIPT:
        make_receipt (&maker, false, &message->receipt);
        break;
    case MESSAGE_OVERSOLD:
        make_receipt (&maker, true, &message->oversold);
        break;
    case MESSAGE_RESTOCK:
        make_restock (&maker, &message->restock);
        break;
    case MESSAGE_RESTOCKED:
        make_restocked (&maker, &message->restocked);
        break;
    case MESSAGE_COMMIT:
        make_commit (&maker, &message->commit);
        break;
    case MESSAGE_COMMITTED:
        make_committed (&maker, &message->committed);
        break;
    case MESSAGE_STOCK:
        message->stock.epoch = number (&maker, 0, LIMIT_INTEGER);
        message->stock.version = number (&maker, 0, LIMIT_INTEGER);
        message->stock.stock = levels (&maker, LIMIT_PRODUCTS, &message->stock.stock_count);
        message->stock.traders = traders (&maker, &message->stock.trader_count);
        break;
    case MESSAGE_INVALIDATION:
    case MESSAGE_OVERSELL:
    case MESSAGE_SALE:
    case MESSAGE_SOCKET:
        make_published (&maker, message);
        break;
    default:
        make_small (&maker, message);
    }
}
