#include "tests/kit/message_parts.h"

#include <string.h>

int64_t part_number (struct maker *self, int64_t min, int64_t max)
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

bool part_flag (struct maker *self)
{
    // As JSON, false is the longer word.
    return self->size == CASE_ANY ? draw_next (self->draw) & 1 : self->size == CASE_SMALLEST;
}

size_t part_many (struct maker *self, size_t max)
{
    if (self->size == CASE_ANY && draw_next (self->draw) % 4) {
        return (size_t) draw_between (self->draw, 0, max < 5 ? (int64_t) max : 5);
    }
    return (size_t) part_number (self, 0, (int64_t) max);
}

const char *part_product (struct maker *self)
{
    static const char bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    char name[LIMIT_PRODUCT_NAME + 1];
    size_t length = (size_t) part_number (self, 1, LIMIT_PRODUCT_NAME);
    for (size_t i = 0; i < length; i++) {
        name[i] = bytes[draw_next (self->draw) % (sizeof bytes - 1)];
    }
    return arena_string (self->arena, name, length);
}

static const char *text_of (struct maker *self, size_t length_max)
{
    static const char *const pieces[] = {
        "a", "\"", "\\", " ", "/", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x97", "{", "]", ","};
    char text[LIMIT_TEXT + 1] = "";
    size_t length = 0;
    size_t wanted = part_many (self, length_max);
    while (length < wanted) {
        const char *piece = self->size == CASE_LARGEST ? "\"" : pieces[draw_next (self->draw) % 11];
        if (length + strlen (piece) > length_max) {
            break;
        }
        strcpy (text + length, piece);
        length += strlen (piece);
    }
    return arena_string (self->arena, text, length);
}

const char *part_error_text (struct maker *self)
{
    return text_of (self, LIMIT_TEXT);
}

const char *part_endpoint (struct maker *self)
{
    return text_of (self, LIMIT_ENDPOINT);
}

// Ascending node ids: the one at `index` of `count`.
static int64_t ascending (size_t index, size_t count)
{
    return LIMIT_NODE - (int64_t) (count - 1 - index);
}

const struct trader_seen *part_traders (struct maker *self, size_t *count)
{
    *count = part_many (self, LIMIT_TRADERS);
    struct trader_seen *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct trader_seen){ascending (i, *count), part_number (self, 0, LIMIT_INTEGER),
                                       part_number (self, 0, LIMIT_INTEGER)};
    }
    return *count ? list : NULL;
}

struct seen part_seen (struct maker *self)
{
    struct seen token = {.version = part_number (self, 0, LIMIT_INTEGER)};
    token.traders = part_traders (self, &token.count);
    return token;
}

struct vector part_vector (struct maker *self)
{
    struct vector clock = {.count = part_many (self, LIMIT_VECTOR)};
    struct tick *ticks = arena_take (self->arena, clock.count, sizeof *ticks);
    for (size_t i = 0; i < clock.count; i++) {
        ticks[i] = (struct tick){ascending (i, clock.count), part_number (self, 0, LIMIT_INTEGER)};
    }
    clock.ticks = clock.count ? ticks : NULL;
    return clock;
}

const struct fill *part_fills (struct maker *self, size_t *count)
{
    *count = part_many (self, LIMIT_FILLS);
    struct fill *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct fill){
            part_number (self, 1, LIMIT_NODE), part_number (self, 1, LIMIT_INTEGER),
            part_number (self, 1, LIMIT_QUANTITY), part_number (self, 1, LIMIT_PRICE_CENTS)};
    }
    return *count ? list : NULL;
}

const struct sold_units *part_sales (struct maker *self, size_t *count)
{
    *count = 1 + part_many (self, LIMIT_SALES - 1);
    struct sold_units *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct sold_units){
            part_number (self, 1, LIMIT_NODE),     part_number (self, 1, LIMIT_INTEGER),
            part_number (self, 1, LIMIT_NODE),     part_number (self, 1, LIMIT_INTEGER),
            part_number (self, 1, LIMIT_QUANTITY), part_number (self, 1, LIMIT_PRICE_CENTS)};
    }
    return list;
}

// Units of lots in ascending order, and of the budget (0) at the one end or the other.
const struct leased_units *part_leased (struct maker *self, size_t most, bool budget_last,
                                        size_t *count)
{
    *count = part_many (self, most);
    struct leased_units *list = arena_take (self->arena, *count, sizeof *list);
    bool budget = *count > 0 && self->size != CASE_LARGEST && part_flag (self);
    size_t at = budget && budget_last ? *count - 1 : 0;
    int64_t id = LIMIT_INTEGER - (int64_t) *count;
    for (size_t i = 0; i < *count; i++) {
        bool of_budget = budget && i == at;
        list[i] = (struct leased_units){of_budget ? 0 : ++id, part_number (self, 0, LIMIT_NODE),
                                        part_number (self, 0, LIMIT_INTEGER),
                                        part_number (self, 1, LIMIT_QUANTITY),
                                        part_number (self, 0, LIMIT_PRICE_CENTS)};
    }
    return *count ? list : NULL;
}

const struct level *part_levels (struct maker *self, size_t max, size_t *count)
{
    *count = part_many (self, max);
    struct level *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct level){part_product (self), part_number (self, 0, LIMIT_INTEGER)};
    }
    return *count ? list : NULL;
}

enum status part_status (struct maker *self)
{
    return self->size == CASE_LARGEST ? STATUS_TOO_MANY_LOTS
                                      : (enum status) part_number (self, 0, STATUS_COUNT - 1);
}

enum reason part_reason (struct maker *self)
{
    return self->size == CASE_LARGEST ? REASON_BAD_REQUEST
                                      : (enum reason) part_number (self, 0, REASON_COUNT - 1);
}

enum member_state part_state (struct maker *self)
{
    return self->size == CASE_LARGEST
               ? MEMBER_SUSPECTED
               : (enum member_state) part_number (self, 0, MEMBER_STATE_COUNT - 1);
}

struct first part_first (struct maker *self)
{
    return (struct first){part_number (self, 0, LIMIT_NODE), part_number (self, 0, LIMIT_INTEGER)};
}

static struct item item (struct maker *self)
{
    struct item made = {.kind = self->size == CASE_LARGEST
                                    ? ITEM_BUY
                                    : (enum item_kind) part_number (self, 0, ITEM_KIND_COUNT - 1)};
    made.client = part_number (self, 1, LIMIT_NODE);
    made.number = part_number (self, 1, LIMIT_INTEGER);
    made.rank = part_number (self, 0, LIMIT_INTEGER);
    if (made.kind == ITEM_BUY || made.kind == ITEM_RESTOCK) {
        made.clock = part_number (self, 0, LIMIT_INTEGER);
        made.product = part_product (self);
        made.quantity = part_number (self, 1, LIMIT_QUANTITY);
        made.behind = part_flag (self);
        made.first = part_first (self);
    }
    if (made.kind == ITEM_BUY) {
        made.all_or_nothing = part_flag (self);
        made.promised = part_number (self, 0, LIMIT_QUANTITY);
        made.taken = part_leased (self, LIMIT_FILLS, true, &made.taken_count);
    }
    if (made.kind == ITEM_RESTOCK) {
        made.price_cents = part_number (self, 1, LIMIT_PRICE_CENTS);
    }
    return made;
}

const struct item *part_items (struct maker *self, size_t most, size_t *count)
{
    *count = part_many (self, most);
    struct item *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = item (self);
    }
    return *count ? list : NULL;
}

const struct member *part_members (struct maker *self, size_t *count)
{
    *count = part_many (self, LIMIT_TRADERS);
    struct member *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = (struct member){ascending (i, *count), part_number (self, 0, LIMIT_INTEGER),
                                  part_state (self), part_endpoint (self)};
    }
    return *count ? list : NULL;
}

const int64_t *part_remaining (struct maker *self, size_t *count)
{
    *count = part_many (self, LIMIT_TRADERS);
    int64_t *list = arena_take (self->arena, *count, sizeof *list);
    for (size_t i = 0; i < *count; i++) {
        list[i] = ascending (i, *count);
    }
    return *count ? list : NULL;
}

const char *part_product_of (struct maker *self, enum status what)
{
    return what != STATUS_SOLD && what != STATUS_ACCEPTED && part_flag (self) ? ""
                                                                              : part_product (self);
}
