// The values and lists that messages to test with are made of, each within its limits. Private to
// message_cases.c. Strings and lists are the arena's; a list of nothing is NULL.
#ifndef SOUK_MESSAGE_PARTS_H
#define SOUK_MESSAGE_PARTS_H

#include "tests/kit/message_cases.h"

struct maker {
    struct draw *draw;
    arena_t *arena;
    enum case_size size;
};

// Small numbers and both ends are as likely as all others together.
int64_t part_number (struct maker *self, int64_t min, int64_t max);

// How many entries a list has, mostly few.
size_t part_many (struct maker *self, size_t max);

// As `size` asks: what is shortest as JSON, what is longest, or any.
bool part_flag (struct maker *self);
const char *part_product (struct maker *self);
const char *part_error_text (struct maker *self);
const char *part_endpoint (struct maker *self);
enum status part_status (struct maker *self);
enum reason part_reason (struct maker *self);
enum member_state part_state (struct maker *self);

// Empty, in some messages, where the status is one that allows it.
const char *part_product_of (struct maker *self, enum status what);

struct seen part_seen (struct maker *self);
struct vector part_vector (struct maker *self);
const struct trader_seen *part_traders (struct maker *self, size_t *count);
const struct fill *part_fills (struct maker *self, size_t *count);
const struct sold_units *part_sales (struct maker *self, size_t *count);
const struct leased_units *part_leased (struct maker *self, size_t most, bool budget_last,
                                        size_t *count);
const struct level *part_levels (struct maker *self, size_t max, size_t *count);
struct first part_first (struct maker *self);
const struct item *part_items (struct maker *self, size_t most, size_t *count);
const struct member *part_members (struct maker *self, size_t *count);
const int64_t *part_remaining (struct maker *self, size_t *count);

#endif
