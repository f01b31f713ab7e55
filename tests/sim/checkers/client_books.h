// What clients have booked for themselves, held against what the warehouse has stored: the half
// of the money checker (money.c) that looks at FACT_BOOK.
#ifndef SOUK_CLIENT_BOOKS_H
#define SOUK_CLIENT_BOOKS_H

#include "tests/sim/checkers/history.h"

typedef struct client_books client_books_t;

// The caller owns the result and must destroy it.
client_books_t *client_books_new (void);
void client_books_destroy (client_books_t **self_p);

// As checker_class.see (checker.h). Wants all facts; complains at FACT_BOOK alone.
bool client_books_see (client_books_t *self, const struct fact *fact, char *text);

#endif
