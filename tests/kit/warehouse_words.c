// The records of a step in words (warehouse_fixture.h).
#include <stdio.h>

#include "tests/kit/warehouse_fixture.h"

#define N(value) ((long long) (value))

// What becomes of traders: their views and their leases.
static int say_of_traders (char *text, size_t size, const struct record *record)
{
    switch (record->type) {
    case RECORD_VIEW:
        return snprintf (
            text, size,
            "view %lld of %lld %s began %lld backup %lld taker %lld closed %lld at %s\n",
            N (record->view.view), N (record->view.trader), member_state_name (record->view.state),
            N (record->view.began), N (record->view.backup), N (record->view.taker),
            N (record->view.closed), record->view.router);
    case RECORD_LEASE:
        return snprintf (text, size, "lease of %lld lot %lld units %lld\n",
                         N (record->lease.trader), N (record->lease.lot), N (record->lease.units));
    case RECORD_LEASE_STATE:
        return snprintf (text, size,
                         "leases of %lld product %lld epoch %lld number %lld budget %lld%s\n",
                         N (record->lease_state.trader), N (record->lease_state.product),
                         N (record->lease_state.epoch), N (record->lease_state.number),
                         N (record->lease_state.budget), record->lease_state.clean ? " clean" : "");
    default:
        return 0;
    }
}

static const char *rank_words (int64_t rank)
{
    static char words[32];
    snprintf (words, sizeof words, " rank %lld", N (rank));
    return rank > 0 ? words : "";
}

static int say_seats (char *text, size_t size, const struct seating *seating)
{
    int length = snprintf (text, size, "term %lld leader %lld seats", N (seating->term),
                           N (seating->leader));
    for (size_t i = 0; i < seating->seat_count; i++) {
        length += snprintf (text + length, size - (size_t) length, " %lld", N (seating->seats[i]));
    }
    return length + snprintf (text + length, size - (size_t) length, "\n");
}

static int say (char *text, size_t size, const struct record *record)
{
    switch (record->type) {
    case RECORD_WAREHOUSE:
        return snprintf (text, size, "warehouse epoch %lld version %lld market %lld\n",
                         N (record->warehouse.epoch), N (record->warehouse.version),
                         N (record->warehouse.market));
    case RECORD_PRODUCT:
        return snprintf (text, size, "product %lld %s\n", N (record->product.product),
                         record->product.name);
    case RECORD_LOT:
        return snprintf (
            text, size,
            "lot %lld seller %lld/%lld trader %lld product %lld price %lld quantity %lld left"
            " %lld%s\n",
            N (record->lot.lot), N (record->lot.seller), N (record->lot.number),
            N (record->lot.trader), N (record->lot.product), N (record->lot.price_cents),
            N (record->lot.quantity), N (record->lot.left), rank_words (record->lot.rank));
    case RECORD_LOT_LEFT:
        return snprintf (text, size, "lot %lld left %lld\n", N (record->lot_left.lot),
                         N (record->lot_left.left));
    case RECORD_ORDER:
        return snprintf (
            text, size,
            "order %lld/%lld trader %lld product %lld quantity %lld %s %s units %lld missing"
            " %lld amount %lld\n",
            N (record->order.buyer), N (record->order.number), N (record->order.trader),
            N (record->order.product), N (record->order.quantity),
            record->order.all_or_nothing ? "all" : "part", status_name (record->order.status),
            N (record->order.units), N (record->order.missing), N (record->order.amount_cents));
    case RECORD_FILL:
        return snprintf (
            text, size,
            "fill %lld/%lld lot %lld seller %lld/%lld trader %lld units %lld price %lld"
            " commission %lld\n",
            N (record->fill.buyer), N (record->fill.number), N (record->fill.lot),
            N (record->fill.seller), N (record->fill.seller_number), N (record->fill.trader),
            N (record->fill.units), N (record->fill.price_cents),
            N (record->fill.commission_cents));
    case RECORD_ACCOUNT:
        return snprintf (text, size, "account %lld %lld\n", N (record->account.node),
                         N (record->account.balance_cents));
    case RECORD_TRADER:
        return snprintf (text, size, "trader %lld epoch %lld nonce %lld batch %lld applied %lld\n",
                         N (record->trader.trader), N (record->trader.epoch),
                         N (record->trader.nonce), N (record->trader.batch),
                         N (record->trader.applied));
    case RECORD_SEATS:
        return say_seats (text, size, &record->seats.seating);
    default:
        return say_of_traders (text, size, record);
    }
}

const char *wh_records (void)
{
    static char text[8192];
    size_t length = 0;
    text[0] = 0;
    for (size_t i = 0; i < wh.out.record_count && length < sizeof text; i++) {
        length += (size_t) say (text + length, sizeof text - length, &wh.out.records[i]);
    }
    return text;
}
