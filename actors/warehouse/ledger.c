#include "actors/warehouse/ledger.h"

#include <assert.h>
#include <stdlib.h>

#include "schemas/limits.h"
#include "schemas/planted.h"

struct account {
    int64_t balance_cents;
    bool changed;  // stands in the list of changed ones
};

struct ledger {
    struct account accounts[LIMIT_NODE + 1];
    int32_t changed[LIMIT_NODE + 1];  // nodes whose account changed, in order of first change
    int32_t changed_count;
};

ledger_t *ledger_new (void)
{
    ledger_t *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    return self;
}

void ledger_destroy (ledger_t **self_p)
{
    assert (self_p);
    free (*self_p);
    *self_p = NULL;
}

int64_t ledger_commission (int64_t amount_cents, int64_t percent)
{
    return (amount_cents * percent + (PLANTED (7) ? 99 : 0)) / 100;
}

bool ledger_bears (const ledger_t *self, int64_t node, int64_t amount_cents)
{
    int64_t balance = self->accounts[node].balance_cents + amount_cents;
    return balance >= -LIMIT_INTEGER && balance <= LIMIT_INTEGER;
}

static void change (ledger_t *self, int64_t node, int64_t amount_cents)
{
    assert (node >= 0 && node <= LIMIT_NODE && ledger_bears (self, node, amount_cents));
    struct account *account = &self->accounts[node];
    account->balance_cents += amount_cents;
    if (!account->changed) {
        account->changed = true;
        self->changed[self->changed_count++] = (int32_t) node;
    }
}

void ledger_move (ledger_t *self, int64_t from, int64_t to, int64_t amount_cents)
{
    if (amount_cents != 0) {
        change (self, from, -amount_cents);
        change (self, to, amount_cents);
    }
}

int64_t ledger_balance (const ledger_t *self, int64_t node)
{
    return self->accounts[node].balance_cents;
}

void ledger_restore (ledger_t *self, int64_t node, int64_t balance_cents)
{
    self->accounts[node].balance_cents = balance_cents;
}

void ledger_tell_changed (ledger_t *self, ledger_changed_fn *tell, void *context)
{
    for (int32_t i = 0; i < self->changed_count; i++) {
        struct account *account = &self->accounts[self->changed[i]];
        account->changed = false;
        tell (context, self->changed[i], account->balance_cents);
    }
    self->changed_count = 0;
}
