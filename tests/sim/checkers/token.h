// Causal tokens as checkers compare them (schemas/protocol.md, "Causal tokens"): component by
// component, where a trader's (epoch, count) compares epoch first, and one that a token does not
// name stands at (0, 0).
#ifndef SOUK_TOKEN_H
#define SOUK_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "schemas/message.h"

// One that grows; all zeros has seen nothing. Its owner must free it.
struct token {
    int64_t version;
    struct trader_seen *traders;
    size_t count;
    size_t size;
};

void token_free (struct token *self);
void token_clear (struct token *self);  // to what has seen nothing

// Raises the token to the least one that dominates both.
void token_merge (struct token *self, struct seen other);

// As messages carry it: borrowed, valid until the token changes.
struct seen token_view (const struct token *self);

// Whether `self` has seen all that `other` has.
bool token_dominates (struct seen self, struct seen other);

// The component of a trader; NULL: it is not named.
const struct trader_seen *token_of (struct seen self, int64_t trader);

enum { TOKEN_TEXT = 120 };

// As it stands on the wire; one that is too long ends in "...".
void token_print (struct seen self, char text[TOKEN_TEXT]);

#endif
