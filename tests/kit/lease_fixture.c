#include "tests/kit/lease_fixture.h"

#include <string.h>

enum { KEPT = LIMIT_LEASED_LOTS + 1 };

int64_t lf_numbers[WH_TRADERS];

static int64_t nonces[WH_TRADERS];
static struct leased_units kept[KEPT];
static struct product_policy salt;

void lf_policy (struct policy policy)
{
    salt = (struct product_policy){.product = "salt", .policy = policy};
    wh.config.products = &salt;
    wh.config.product_count = 1;
}

void lf_budget (int64_t units, int64_t percent)
{
    struct policy policy = policy_default (MODE_ESCROW);
    policy.budget_units = units;
    policy.budget_percent = percent;
    lf_policy (policy);
}

void lf_begin (size_t lots, int64_t units)
{
    memset (lf_numbers, 0, sizeof lf_numbers);
    memset (nonces, 0, sizeof nonces);
    wh_begin ();
    for (size_t i = 1; i <= lots; i++) {
        int64_t number = (int64_t) i;
        ck_assert_int_eq (wh_one (wh_restock (SAM, number, "salt", units, 10 * number)).kind,
                          RESULT_RESTOCKED);
    }
}

struct message lf_message (int64_t trader, int64_t number, int64_t wanted)
{
    return (struct message){
        .type = MESSAGE_LEASE,
        .from = trader,
        .lease = {.epoch = wh.streams[trader].epoch,
                  .number = number,
                  .product = "salt",
                  .wanted = wanted},
    };
}

const struct leased *lf_ask (const struct message *request)
{
    const struct message *answer = wh_ask (request);
    ck_assert_int_eq (answer->type, MESSAGE_LEASED);
    const struct leased *leased = &answer->leased;
    ck_assert_int_eq (leased->epoch, request->lease.epoch);
    ck_assert (leased->number == request->lease.number || leased->number == 0);
    ck_assert_str_eq (leased->product, request->lease.product);
    ck_assert_uint_le (leased->held_count, LIMIT_LEASED_LOTS);
    for (size_t i = 0; i < leased->held_count; i++) {
        ck_assert_int_ge (leased->held[i].units, 1);
        ck_assert (i == 0 || leased->held[i].id > leased->held[i - 1].id);
        kept[i] = leased->held[i];
    }
    lf_numbers[request->from] = request->lease.number;
    return leased;
}

const struct leased *lf_lease (int64_t trader, int64_t wanted)
{
    struct message request = lf_message (trader, lf_numbers[trader] + 1, wanted);
    return lf_ask (&request);
}

const struct leased *lf_return (int64_t trader, const struct leased_units *units, size_t count,
                                bool all)
{
    struct message request = lf_message (trader, lf_numbers[trader] + 1, 0);
    request.lease.returned = units;
    request.lease.returned_count = count;
    request.lease.all = all;
    return lf_ask (&request);
}

const struct leased *lf_return_all (int64_t trader)
{
    size_t count = lf_lease (trader, 0)->held_count;
    return lf_return (trader, kept, count, true);
}

struct leased_units lf_units (int64_t lot, int64_t units)
{
    if (lot == 0) {
        return (struct leased_units){.units = units};
    }
    return (struct leased_units){
        .id = lot, .seller = SAM, .lot = lot, .units = units, .price_cents = 10 * lot};
}

struct item lf_sold (struct item buy, const struct leased_units *taken, size_t count)
{
    buy.behind = true;
    buy.taken = taken;
    buy.taken_count = count;
    buy.promised = 0;
    for (size_t i = 0; i < count; i++) {
        buy.promised += taken[i].units;
    }
    return buy;
}

void lf_is_held (const struct leased *leased, const struct leased_units *held, size_t count)
{
    ck_assert_uint_eq (leased->held_count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq (leased->held[i].id, held[i].id);
        ck_assert_int_eq (leased->held[i].seller, held[i].seller);
        ck_assert_int_eq (leased->held[i].lot, held[i].lot);
        ck_assert_int_eq (leased->held[i].units, held[i].units);
        ck_assert_int_eq (leased->held[i].price_cents, held[i].price_cents);
    }
}

int64_t lf_budget_of (const struct leased *leased)
{
    bool budget = leased->held_count > 0 && leased->held[0].id == 0;
    return budget ? leased->held[0].units : 0;
}

int64_t lf_sum (const struct leased *leased)
{
    int64_t units = 0;
    for (size_t i = 0; i < leased->held_count; i++) {
        units += leased->held[i].id == 0 ? 0 : leased->held[i].units;
    }
    return units;
}

int64_t lf_held (int64_t trader)
{
    return lf_sum (lf_lease (trader, 0));
}

static struct view_told view_of (int64_t trader)
{
    // A claim of a view that never was changes nothing, and is answered with the view as it is.
    struct message request = {.type = MESSAGE_CLAIM, .from = trader};
    return wh_ask (&request)->view;
}

static void claim (int64_t trader, int64_t backup, bool leaves)
{
    struct view_told view = view_of (trader);
    struct message request = {
        .type = MESSAGE_CLAIM,
        .from = trader,
        .claim = {.epoch = view.epoch, .view = view.view, .backup = backup, .leaves = leaves},
    };
    ck_assert_int_eq (wh_ask (&request)->view.view, view.view + 1);
}

void lf_backed_by (int64_t trader, int64_t backup)
{
    claim (trader, backup, false);
}

void lf_leave (int64_t trader)
{
    claim (trader, 0, true);
}

void lf_take_over (int64_t trader, int64_t taker, bool complete)
{
    struct view_told view = view_of (trader);
    struct message request = {
        .type = MESSAGE_TAKEOVER,
        .from = taker,
        .takeover = {.trader = trader, .view = view.view, .complete = complete},
    };
    ck_assert_int_eq (wh_ask (&request)->view.view, view.view + 1);
    wh.streams[trader] = (struct wh_stream){.epoch = view_of (trader).epoch};
}

bool lf_join_again (int64_t trader, bool journal, bool abandon)
{
    struct view_told view = view_of (trader);
    int64_t nonce = 100 + ++nonces[trader];
    struct message request = {
        .type = MESSAGE_JOIN,
        .from = trader,
        .join = {.nonce = nonce,
                 .epoch = view.epoch,
                 .began = journal ? view.began : 0,
                 .abandon = abandon},
    };
    struct view_told answer = wh_ask (&request)->view;
    if (answer.nonce != nonce) {
        ck_assert_int_eq (answer.epoch, view.epoch);
        ck_assert_uint_eq (wh.out.record_count, 0);
        return false;
    }
    wh.streams[trader] = (struct wh_stream){.epoch = answer.epoch};
    lf_numbers[trader] = 0;
    return true;
}
