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
