// The accounts, in double entry: what one node gains another one pays, so the sum over all
// accounts is zero, always. Node ids are the accounts; a balance may be negative (the market
// lends to its buyers).
#ifndef SOUK_LEDGER_H
#define SOUK_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ledger ledger_t;

// The caller owns the result and must destroy it.
ledger_t *ledger_new (void);
void ledger_destroy (ledger_t **self_p);

// The trader's part of an amount: `percent` of it, rounded down to whole cents, once a fill.
int64_t ledger_commission (int64_t amount_cents, int64_t percent);

// Whether an amount more or less keeps the account within LIMIT_INTEGER.
bool ledger_bears (const ledger_t *self, int64_t node, int64_t amount_cents);

// Moves the amount from one account to another. Both must bear it.
void ledger_move (ledger_t *self, int64_t from, int64_t to, int64_t amount_cents);

int64_t ledger_balance (const ledger_t *self, int64_t node);

// Takes back a balance that was told before.
void ledger_restore (ledger_t *self, int64_t node, int64_t balance_cents);

// Tells each account that changed since the last call.
typedef void ledger_changed_fn (void *context, int64_t node, int64_t balance_cents);
void ledger_tell_changed (ledger_t *self, ledger_changed_fn *tell, void *context);

#endif
