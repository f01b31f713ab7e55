#include "tests/sim/checkers/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_SIZE = 4 };

void token_free (struct token *self)
{
    free (self->traders);
    *self = (struct token){0};
}

void token_clear (struct token *self)
{
    self->version = 0;
    self->count = 0;
}

struct seen token_view (const struct token *self)
{
    return (struct seen){.version = self->version, .traders = self->traders, .count = self->count};
}

// Looks from `*from` on and around. Tokens name their traders in the same order as a rule, so who
// goes on from where the last one was found finds the next one at once.
static size_t find (const struct trader_seen *traders, size_t count, int64_t trader, size_t *from)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = *from + i < count ? *from + i : *from + i - count;
        if (traders[at].trader == trader) {
            *from = at + 1 < count ? at + 1 : 0;
            return at;
        }
    }
    return count;
}

static bool is_less (const struct trader_seen *a, const struct trader_seen *b)
{
    return a->epoch < b->epoch || (a->epoch == b->epoch && a->count < b->count);
}

static void append (struct token *self, const struct trader_seen *trader)
{
    if (self->count == self->size) {
        self->size = self->size ? 2 * self->size : FIRST_SIZE;
        self->traders = realloc (self->traders, self->size * sizeof *self->traders);
        if (!self->traders) {
            abort ();
        }
    }
    self->traders[self->count++] = *trader;
}

void token_merge (struct token *self, struct seen other)
{
    if (self->version < other.version) {
        self->version = other.version;
    }
    size_t from = 0;
    for (size_t i = 0; i < other.count; i++) {
        const struct trader_seen *theirs = &other.traders[i];
        size_t at = find (self->traders, self->count, theirs->trader, &from);
        if (at == self->count) {
            append (self, theirs);
        } else if (is_less (&self->traders[at], theirs)) {
            self->traders[at] = *theirs;
        }
    }
}

bool token_dominates (struct seen self, struct seen other)
{
    if (self.version < other.version) {
        return false;
    }
    size_t from = 0;
    for (size_t i = 0; i < other.count; i++) {
        const struct trader_seen nothing = {0};
        size_t at = find (self.traders, self.count, other.traders[i].trader, &from);
        if (is_less (at < self.count ? &self.traders[at] : &nothing, &other.traders[i])) {
            return false;
        }
    }
    return true;
}

const struct trader_seen *token_of (struct seen self, int64_t trader)
{
    size_t from = 0;
    size_t at = find (self.traders, self.count, trader, &from);
    return at < self.count ? &self.traders[at] : NULL;
}

void token_print (struct seen self, char text[TOKEN_TEXT])
{
    enum { ONE = 72, END = sizeof "...]" };
    size_t length = (size_t) snprintf (text, TOKEN_TEXT, "[%lld", (long long) self.version);
    for (size_t i = 0; i < self.count; i++) {
        const struct trader_seen *trader = &self.traders[i];
        char one[ONE];
        size_t size =
            (size_t) snprintf (one, sizeof one, ",[%lld,%lld,%lld]", (long long) trader->trader,
                               (long long) trader->epoch, (long long) trader->count);
        if (length + size + END > TOKEN_TEXT) {
            memcpy (text + length, "...", sizeof "...");
            length += strlen ("...");
            break;
        }
        memcpy (text + length, one, size + 1);
        length += size;
    }
    memcpy (text + length, "]", sizeof "]");
}
