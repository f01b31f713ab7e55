#include "tests/kit/lease_model.h"

#include "tests/kit/warehouse_store.h"

static int64_t leased_of (const struct lm_lot *lot)
{
    int64_t units = 0;
    for (size_t i = 0; i < LM_TRADERS; i++) {
        units += lot->leased[i];
    }
    return units;
}

static int64_t free_of (const struct lm_lot *lot)
{
    return lot->left - leased_of (lot);
}

static int64_t smaller (int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger (int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t lm_available (const struct lm *self)
{
    int64_t units = 0;
    for (size_t i = 0; i < self->lot_count; i++) {
        units += free_of (&self->lots[i]);
    }
    return units;
}

int64_t lm_held (const struct lm *self, int64_t trader)
{
    int64_t units = 0;
    for (size_t i = 0; i < self->lot_count; i++) {
        units += self->lots[i].leased[trader];
    }
    return units;
}

// What the trader may have unsold; of one that is clean, nothing.
static int64_t idle_of (const struct lm *self, int64_t trader)
{
    return self->traders[trader].clean ? 0 : lm_held (self, trader);
}

static int64_t idle (const struct lm *self)
{
    int64_t units = 0;
    for (int64_t i = 1; i < LM_TRADERS; i++) {
        units += idle_of (self, i);
    }
    return units;
}

bool lm_holds (const struct lm *self, int64_t trader)
{
    return lm_held (self, trader) > 0 || self->traders[trader].budget > 0;
}

// wh_restock has it as SAM's next lot.
void lm_restock (struct lm *self, int64_t units)
{
    ck_assert_uint_lt (self->lot_count, LM_LOTS);
    self->lots[self->lot_count++] = (struct lm_lot){.left = units};
    self->stocked += units;
}

static int64_t live (const struct lm *self)
{
    int64_t count = 0;
    for (size_t i = 1; i < LM_TRADERS; i++) {
        count += self->traders[i].state == MEMBER_LIVE;
    }
    return count;
}

// As many as any other trader would have of all that may be unsold, but never less than a part of
// what is free.
static int64_t share_of (const struct lm *self, int64_t trader)
{
    int64_t available = lm_available (self);
    int64_t lacks = (available + idle (self)) / live (self) - idle_of (self, trader);
    return smaller (larger (lacks, available / live (self)), available);
}

static int64_t budget_leased (const struct lm *self)
{
    int64_t units = 0;
    for (size_t i = 1; i < LM_TRADERS; i++) {
        units += self->traders[i].budget;
    }
    return units;
}

static int64_t budget_of (const struct lm *self)
{
    return self->budget_units + self->stocked * self->budget_percent / 100;
}

static void give_back (struct lm *self, int64_t trader, const struct leased_units *units)
{
    int64_t *held =
        units->id == 0 ? &self->traders[trader].budget : &self->lots[units->id - 1].leased[trader];
    *held -= units->units;
    ck_assert_int_ge (*held, 0);
}

void lm_lease (struct lm *self, int64_t trader, const struct lease *lease)
{
    struct lm_trader *taker = &self->traders[trader];
    taker->known = true;
    for (size_t i = 0; i < lease->returned_count; i++) {
        give_back (self, trader, &lease->returned[i]);
    }
    taker->clean = taker->clean || lease->all;
    int64_t share = share_of (self, trader);
    int64_t real = self->recalling ? 0 : smaller (lease->wanted, share);
    int64_t rest = lease->wanted - real;
    for (size_t i = 0; i < self->lot_count && real > 0; i++) {
        int64_t units = smaller (free_of (&self->lots[i]), real);
        self->lots[i].leased[trader] += units;
        real -= units;
        taker->clean = taker->clean && units == 0;
    }
    int64_t left = budget_of (self) - self->oversold - budget_leased (self);
    if (rest > 0 && share < lease->wanted && left > 0) {
        taker->budget += smaller (rest, (left + live (self) - 1) / live (self));
        taker->clean = false;
    }
}

// Sells up to `wanted` free units of the oldest lots, of `room` lots that are not in `lots` yet.
static void sell_free (struct lm *self, int64_t wanted, bool *lots, int room,
                       struct lm_outcome *outcome)
{
    for (size_t i = 0; i < self->lot_count && wanted > 0; i++) {
        int64_t units = smaller (free_of (&self->lots[i]), wanted);
        if (units == 0) {
            continue;
        }
        room -= !lots[i];
        if (room < 0) {
            return;
        }
        lots[i] = true;
        self->lots[i].left -= units;
        outcome->units += units;
        outcome->amount_cents += units * 10 * ((int64_t) i + 1);
        wanted -= units;
    }
}

struct lm_outcome lm_buy (struct lm *self, const struct item *item)
{
    struct lm_outcome outcome = {.status = STATUS_OUT_OF_STOCK};
    struct lm before = *self;
    bool lots[LM_LOTS] = {false};
    int64_t available = lm_available (self);
    int64_t unsold = idle (self);
    if (available < item->quantity && unsold > 0
        && (!item->all_or_nothing || available + unsold >= item->quantity)) {
        self->recalling = true;
        outcome.recalling = true;
        return outcome;
    }
    self->recalling = before.recalling = false;
    sell_free (self, item->quantity, lots, LIMIT_FILLS, &outcome);
    if (item->all_or_nothing && outcome.units < item->quantity) {
        *self = before;
        bool many = available >= item->quantity;
        return (struct lm_outcome){.status = many ? STATUS_TOO_MANY_LOTS : STATUS_OUT_OF_STOCK};
    }
    outcome.status = outcome.units > 0 ? STATUS_SOLD : STATUS_OUT_OF_STOCK;
    self->sold += outcome.units;
    return outcome;
}

void lm_free_taken (struct lm *self, int64_t trader, const struct item *item)
{
    for (size_t i = 0; i < item->taken_count; i++) {
        give_back (self, trader, &item->taken[i]);
    }
}

struct lm_outcome lm_sell (struct lm *self, int64_t trader, const struct item *item)
{
    struct lm_outcome outcome = {.status = STATUS_SOLD};
    struct lm before = *self;
    bool lots[LM_LOTS] = {false};
    int room = LIMIT_FILLS;
    int64_t budget = 0;
    lm_free_taken (self, trader, item);
    for (size_t i = 0; i < item->taken_count; i++) {
        const struct leased_units *taken = &item->taken[i];
        if (taken->id == 0) {
            budget = taken->units;
            continue;
        }
        lots[taken->id - 1] = true;
        room--;
        self->lots[taken->id - 1].left -= taken->units;
        outcome.units += taken->units;
        outcome.amount_cents += taken->units * 10 * taken->id;
    }
    int64_t real = outcome.units;
    sell_free (self, budget, lots, room, &outcome);
    outcome.missing = budget - (outcome.units - real);
    if (outcome.missing > 0) {
        outcome.status = STATUS_OVERSOLD;
        if (item->all_or_nothing) {
            *self = before;
            lm_free_taken (self, trader, item);
            outcome.units = outcome.amount_cents = 0;
        }
    }
    self->oversold += outcome.missing;
    self->sold += outcome.units;
    return outcome;
}

void lm_free_all (struct lm *self, int64_t trader)
{
    for (size_t i = 0; i < self->lot_count; i++) {
        self->lots[i].leased[trader] = 0;
    }
    self->traders[trader].budget = 0;
}

void lm_is_held (const struct lm *self, int64_t trader, const struct leased *leased)
{
    size_t at = 0;
    int64_t budget = self->traders[trader].budget;
    if (budget > 0) {
        ck_assert_uint_gt (leased->held_count, 0);
        ck_assert_int_eq (leased->held[at].id, 0);
        ck_assert_int_eq (leased->held[at++].units, budget);
    }
    for (size_t i = 0; i < self->lot_count; i++) {
        if (self->lots[i].leased[trader] > 0) {
            ck_assert_uint_gt (leased->held_count, at);
            ck_assert_int_eq (leased->held[at].id, (int64_t) i + 1);
            ck_assert_int_eq (leased->held[at].lot, (int64_t) i + 1);
            ck_assert_int_eq (leased->held[at++].units, self->lots[i].leased[trader]);
        }
    }
    ck_assert_uint_eq (leased->held_count, at);
}

void lm_compare (const struct lm *self)
{
    int64_t left = 0;
    int64_t leased = 0;
    for (size_t i = 0; i < self->lot_count; i++) {
        ck_assert_int_ge (free_of (&self->lots[i]), 0);
        left += self->lots[i].left;
        leased += leased_of (&self->lots[i]);
    }
    ck_assert_int_eq (self->stocked, lm_available (self) + leased + self->sold);
    ck_assert_int_le (self->oversold + budget_leased (self), budget_of (self));
    ck_assert_int_eq (wh_store_restocked (wh.store, 1), self->stocked);
    ck_assert_int_eq (wh_store_left (wh.store, 1), left);
    ck_assert_int_eq (wh_store_leased (wh.store, 1), leased);
    ck_assert_int_eq (wh_store_sold (wh.store, 1), self->sold);
    ck_assert_int_eq (wh_store_oversold (wh.store, 1), self->oversold);
    ck_assert_int_eq (wh_available ("salt"), lm_available (self));
}

int64_t lm_trader_in (const struct lm *self, struct random *dice, enum member_state state)
{
    int64_t first = random_between (dice, 1, LM_TRADERS - 1);
    for (int64_t i = 0; i < LM_TRADERS - 1; i++) {
        int64_t trader = 1 + (first + i) % (LM_TRADERS - 1);
        if (self->traders[trader].state == state) {
            return trader;
        }
    }
    return 0;
}

size_t lm_pick (const struct lm *self, struct random *dice, int64_t trader,
                struct leased_units *units, size_t max, bool budget_first)
{
    size_t count = 0;
    bool all = random_between (dice, 1, 3) == 1;
    struct leased_units budget = {.units = random_between (dice, 0, self->traders[trader].budget)};
    if (budget_first && budget.units > 0) {
        units[count++] = budget;
    }
    for (size_t i = 0; i < self->lot_count && count + 1 < max; i++) {
        int64_t held = self->lots[i].leased[trader];
        if (held > 0 && (all || random_between (dice, 1, 2) == 1)) {
            units[count++] =
                lf_units ((int64_t) i + 1, all ? held : random_between (dice, 1, held));
        }
    }
    if (!budget_first && budget.units > 0) {
        units[count++] = budget;
    }
    return count;
}

struct result lm_commit_for (const struct lm *self, int64_t trader, const struct item *item)
{
    struct wh_stream *stream = &wh.streams[trader];
    bool taken = self->traders[trader].state == MEMBER_TAKING;
    int64_t from = taken ? self->traders[trader].taker : trader;
    struct message request = wh_batch (from, stream->epoch, ++stream->batch, item, 1);
    request.commit.trader = taken ? trader : 0;
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_COMMITTED);
    return answer->committed.results[0];
}
