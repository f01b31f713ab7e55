#include "actors/warehouse/economy.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOVES_MAX = 16, MONEY_BYTES = 32 };

enum role { BUYER, SELLER, TRADER, ROLE_COUNT };

static const char *const role_names[ROLE_COUNT] = {"buyer", "seller", "trader"};
static const char *const role_verbs[ROLE_COUNT] = {"spent", "earned", "got"};

// What a node paid or was paid, as what it was in it.
struct move {
    enum role role;
    int64_t node;
    int64_t cents;
};

struct moves {
    struct move list[MOVES_MAX];  // in the order of the first of each
    size_t count;
    bool more;  // than there is room for
};

static void add (struct moves *self, enum role role, int64_t node, int64_t cents)
{
    size_t i = 0;
    while (i < self->count && (self->list[i].role != role || self->list[i].node != node)) {
        i++;
    }
    if (i == MOVES_MAX) {
        self->more = true;
        return;
    }
    if (i == self->count) {
        self->list[self->count++] = (struct move){.role = role, .node = node};
    }
    self->list[i].cents += cents;
}

static void add_fill (struct moves *self, const struct record_fill *fill)
{
    int64_t amount = fill->units * fill->price_cents;
    add (self, BUYER, fill->buyer, amount);
    add (self, SELLER, fill->seller, amount - fill->commission_cents);
    add (self, TRADER, fill->trader, fill->commission_cents);
}

// "-12.05".
static const char *money (int64_t cents, char text[MONEY_BYTES])
{
    int64_t size = cents < 0 ? -cents : cents;
    snprintf (text, MONEY_BYTES, "%s%" PRId64 ".%02" PRId64, cents < 0 ? "-" : "", size / 100,
              size % 100);
    return text;
}

// What the account stands at: a batch tells of each that it has changed. One that has got nothing
// is not told, and its move is left out.
static const struct record_account *account_of (const struct record *records, size_t count,
                                                int64_t node)
{
    for (size_t i = 0; i < count; i++) {
        if (records[i].type == RECORD_ACCOUNT && records[i].account.node == node) {
            return &records[i].account;
        }
    }
    return NULL;
}

bool economy_text (const struct record *records, size_t count, char text[ECONOMY_TEXT_BYTES])
{
    struct moves moves = {0};
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (records[i].type == RECORD_FILL) {
            add_fill (&moves, &records[i].fill);
        }
    }
    for (size_t i = 0; i < moves.count && length < ECONOMY_TEXT_BYTES; i++) {
        const struct move *move = &moves.list[i];
        const struct record_account *account = account_of (records, count, move->node);
        char moved[MONEY_BYTES];
        char stands_at[MONEY_BYTES];
        if (account && move->cents != 0) {
            length += (size_t) snprintf (
                text + length, ECONOMY_TEXT_BYTES - length, "%s%s %" PRId64 " %s %s (%s)",
                length > 0 ? ", " : "", role_names[move->role], move->node, role_verbs[move->role],
                money (move->cents, moved), money (account->balance_cents, stands_at));
        }
    }
    if (moves.more && length < ECONOMY_TEXT_BYTES) {
        length += (size_t) snprintf (text + length, ECONOMY_TEXT_BYTES - length, ", and others");
    }
    return length > 0;
}
