#include "tests/kit/escrow_fixture.h"

void fix_escrow (void)
{
    fix.config.policy = policy_default (MODE_ESCROW);
    fix_join ();
    fix_silent ();
}

struct leased_units fix_units (int64_t lot, int64_t units)
{
    if (lot == 0) {
        return (struct leased_units){.units = units};
    }
    return (struct leased_units){
        .id = lot, .seller = SAM, .lot = lot, .units = units, .price_cents = 100 + lot};
}

void fix_leases (const char *product, int64_t number, int64_t applied,
                 const struct leased_units *held, size_t count)
{
    struct message message = fix_plain (MESSAGE_LEASED, WAREHOUSE_NODE);
    message.leased = (struct leased){
        .epoch = fix.epoch,
        .number = number,
        .product = product,
        .applied = applied,
        .held = held,
        .held_count = count,
    };
    outbox_clear (&fix.out);
    fix_warehouse (message);
    fix_step (EVENT_DRAINED);
}

void fix_stocked (const char *product, int64_t units)
{
    const struct leased_units held = fix_units (1, units);
    fix_ask (fix_buy (ALICE, 1, product, 1));
    ck_assert_int_ge (fix_lease (1)->wanted, 1);
    fix_leases (product, 1, 0, &held, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
}

const struct lease *fix_lease (int64_t number)
{
    const struct lease *lease = &fix_only (MESSAGE_LEASE)->message.lease;
    ck_assert_int_eq (lease->number, number);
    ck_assert_int_eq (lease->epoch, fix.epoch);
    return lease;
}

void fix_recall (const char *product)
{
    struct message message = fix_plain (MESSAGE_RECALL, WAREHOUSE_NODE);
    message.recall = (struct recall){.epoch = 1, .seq = 1, .product = product};
    fix_news (message);
    fix_step (EVENT_DRAINED);
}

struct result fix_settled (void)
{
    return (struct result){.kind = RESULT_SETTLED};
}

void fix_order (int64_t from, int64_t number, int64_t quantity)
{
    fix_ask (fix_buy (from, number, "fish", quantity));
}

void fix_sell_fish_by (struct policy policy)
{
    static struct product_policy products[1];
    products[0] = (struct product_policy){.product = "fish", .policy = policy};
    fix.config.products = products;
    fix.config.product_count = 1;
}

const struct receipt *fix_receipt_to (int64_t to, int64_t number)
{
    const struct letter *letter = fix_only (MESSAGE_RECEIPT);
    ck_assert_int_eq (letter->to, to);
    ck_assert_int_eq (letter->message.receipt.number, number);
    return &letter->message.receipt;
}

void fix_filled (const struct receipt *receipt, size_t at, int64_t lot, int64_t units)
{
    struct leased_units wanted = fix_units (lot, units);
    ck_assert_uint_lt (at, receipt->fill_count);
    ck_assert_int_eq (receipt->fills[at].seller, wanted.seller);
    ck_assert_int_eq (receipt->fills[at].lot, wanted.lot);
    ck_assert_int_eq (receipt->fills[at].units, units);
    ck_assert_int_eq (receipt->fills[at].price_cents, wanted.price_cents);
}

void fix_took (const struct item *item, size_t at, int64_t lot, int64_t units)
{
    struct leased_units wanted = fix_units (lot, units);
    ck_assert_uint_lt (at, item->taken_count);
    ck_assert_int_eq (item->taken[at].id, lot);
    ck_assert_int_eq (item->taken[at].seller, wanted.seller);
    ck_assert_int_eq (item->taken[at].lot, wanted.lot);
    ck_assert_int_eq (item->taken[at].units, units);
    ck_assert_int_eq (item->taken[at].price_cents, wanted.price_cents);
}

void fix_passes (int64_t batch, int64_t from, int64_t number)
{
    const struct commit *commit = fix_commit (batch);
    ck_assert_uint_eq (commit->item_count, 1);
    ck_assert_int_eq (commit->items[0].client, from);
    ck_assert_int_eq (commit->items[0].number, number);
    ck_assert (!commit->items[0].behind);
    ck_assert_uint_eq (commit->items[0].taken_count, 0);
}

void fix_gives_back (int64_t number, int64_t units)
{
    const struct lease *lease = fix_lease (number);
    ck_assert (lease->all);
    ck_assert_int_eq (lease->wanted, 0);
    ck_assert_uint_eq (lease->returned_count, units > 0);
    if (units > 0) {
        ck_assert_int_eq (lease->returned[0].id, 1);
        ck_assert_int_eq (lease->returned[0].units, units);
    }
}

void fix_asks_for (int64_t number, int64_t wanted)
{
    const struct lease *lease = fix_lease (number);
    ck_assert (!lease->all);
    ck_assert_int_eq (lease->wanted, wanted);
    ck_assert_uint_eq (lease->returned_count, 0);
}

void fix_tell (int64_t number, int64_t applied, int64_t units)
{
    const struct leased_units held = fix_units (1, units);
    fix_leases ("fish", number, applied, &held, units > 0);
}

void fix_sells (void)
{
    fix_escrow ();
    fix_order (ALICE, 1, 1);
    fix_asks_for (1, FIX_TARGET + 1);
    fix_tell (1, 0, FIX_TARGET + 1);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), FIX_TARGET);
}

void fix_resumes (void)
{
    fix_sells ();
    fix_order (BOB, 1, 3);
    fix_restart ();
    struct message view = fix_view_of (2, 2, 0);
    fix.epoch = 2;
    fix_warehouse (view);
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_commit (1)->item_count, 2);
    ck_assert_uint_eq (fix_count (MESSAGE_LEASE), 0);
    ck_assert_int_eq (trader_held (fix.trader, "fish"), 0);
}
