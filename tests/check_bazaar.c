// Whole markets of real cores, run to a quiet end: units and money are conserved, the buyers'
// books are the warehouse's records, nobody is sold what is not there but where that is the mode,
// and then everybody is told.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "actors/clients/random.h"
#include "broker/trader_state.h"  // To look into the traders' caches.
#include "tests/kit/bazaar.h"
#include "tests/kit/warehouse_store.h"

enum {
    TRADERS_MAX = 3,
    BUYERS = 3,
    SELLERS = 2,
    PRODUCTS = 3,
    FIRST_BUYER = 11,
    FIRST_SELLER = 21,
    HAND = 31,
    FRIEND = 32,
    QUIET_BY = 300 * BAZAAR_SECOND
};

static const char *const products[PRODUCTS] = {"fish", "garum", "salt"};
static const int64_t trader_ids[TRADERS_MAX] = {1, 2, 3};

// What a test draws its market from.
struct market {
    struct random dice;
    enum mode mode;
    bool invalidation;
    int64_t traders;
    bazaar_t *bazaar;
};

static struct market market;

static void tear_down (void)
{
    bazaar_destroy (&market.bazaar);
}

static struct trader_config trader_of (int64_t id)
{
    struct trader_config config = trader_config_default ();
    config.id = id;
    config.mode = market.mode;
    config.invalidation = market.invalidation;
    config.order_by = (enum queue_order) random_between (&market.dice, 0, ORDER_COUNT - 1);
    config.queue_max = random_between (&market.dice, 2, 32);
    config.batch_max = random_between (&market.dice, 1, 16);
    config.in_flight_max = random_between (&market.dice, 1, 4);
    config.commit_timeout_us = 50 * BAZAAR_MS;
    return config;
}

static struct client_config client_of (int64_t id)
{
    struct client_config config = client_config_default ();
    config.id = id;
    config.traders = trader_ids;
    config.trader_count = (size_t) market.traders;
    config.bound = market.mode != MODE_SYNC;
    config.vector_clock = id % 2;
    config.timeout_us = 100 * BAZAAR_MS;
    config.settle_timeout_us = 200 * BAZAAR_MS;
    config.ping_every_us = 0;
    return config;
}

static void add_clients (void)
{
    for (int64_t i = 0; i < BUYERS; i++) {
        struct buyer_config config = buyer_config_default ();
        config.client = client_of (FIRST_BUYER + i);
        config.products = products;
        config.product_count = PRODUCTS;
        config.quantity_max = 3;
        config.all_or_nothing = random_between (&market.dice, 0, 1);
        config.think_time_us = random_between (&market.dice, 0, 8) * BAZAAR_MS;
        config.orders = 60;
        config.window = random_between (&market.dice, 1, 4);
        bazaar_add_buyer (market.bazaar, &config);
    }
    for (int64_t i = 0; i < SELLERS; i++) {
        struct seller_config config = seller_config_default ();
        config.client = client_of (FIRST_SELLER + i);
        config.products = products;
        config.product_count = PRODUCTS;
        config.what = RESTOCK_RANDOM;
        config.quantity = 4;
        config.price_cents_max = 300;
        config.every_us = 15 * BAZAAR_MS;
        config.restocks = 12;
        bazaar_add_seller (market.bazaar, &config);
    }
    bazaar_add_hand (market.bazaar, HAND);
}

static void open_market (int seed, enum mode mode, bool invalidation, int64_t loss, int64_t crashes)
{
    struct bazaar_config config = bazaar_config_default ();
    market.dice = random_seeded ((uint64_t) seed);
    market.mode = mode;
    market.invalidation = invalidation;
    market.traders = random_between (&market.dice, 2, TRADERS_MAX);
    config.seed = (uint64_t) seed;
    config.delay_min_us = 100;
    config.delay_max_us = random_between (&market.dice, 1, 5) * BAZAAR_MS;
    config.loss = loss;
    config.crashes = crashes;
    market.bazaar = bazaar_new (&config);
    for (int64_t i = 0; i < market.traders; i++) {
        struct trader_config trader = trader_of (trader_ids[i]);
        bazaar_add_trader (market.bazaar, &trader);
    }
    add_clients ();
}

// A buyer's book as the records have it.
struct records {
    int64_t buyer;
    struct buyer_book book;
};

static bool enter (void *context, const struct record *record)
{
    struct records *self = context;
    const struct record_order *order = &record->order;
    if (record->type == RECORD_ORDER && order->buyer == self->buyer) {
        self->book.requests++;
        self->book.sold += order->status == STATUS_SOLD;
        self->book.oversold += order->status == STATUS_OVERSOLD;
        self->book.refused +=
            order->status == STATUS_OUT_OF_STOCK || order->status == STATUS_TOO_MANY_LOTS;
        self->book.units += order->units;
        self->book.missing_units += order->missing;
        self->book.spent_cents += order->amount_cents;
    }
    return true;
}

// Returns the number of oversold orders.
static int64_t compare_book (int64_t buyer)
{
    const struct buyer_book *book = bazaar_buyer_book (market.bazaar, buyer);
    struct records records = {.buyer = buyer};
    ck_assert (wh_store_load (bazaar_store (market.bazaar), LIMIT_INTEGER, enter, &records));
    ck_assert_int_eq (book->requests, 60);
    ck_assert_int_eq (book->failed + book->gave_up + book->open, 0);
    ck_assert_int_eq (book->requests, records.book.requests);
    ck_assert_int_eq (book->sold, records.book.sold);
    ck_assert_int_eq (book->refused, records.book.refused);
    ck_assert_int_eq (book->oversold, records.book.oversold);
    ck_assert_int_eq (book->units, records.book.units);
    ck_assert_int_eq (book->missing_units, records.book.missing_units);
    ck_assert_int_eq (book->spent_cents, records.book.spent_cents);
    ck_assert_int_eq (-wh_store_balance (bazaar_store (market.bazaar), buyer),
                      records.book.spent_cents);
    return book->oversold;
}

struct left {
    int64_t ids[PRODUCTS + 1];  // by product of the store, its place in `products`
    int64_t units[PRODUCTS];
};

static bool count_left (void *context, const struct record *record)
{
    struct left *self = context;
    if (record->type == RECORD_PRODUCT) {
        for (int i = 0; i < PRODUCTS; i++) {
            if (strcmp (record->product.name, products[i]) == 0) {
                self->ids[record->product.product] = i;
            }
        }
    } else if (record->type == RECORD_LOT) {
        self->units[self->ids[record->lot.product]] += record->lot.left;
    }
    return true;
}

static void compare_caches (void)
{
    struct left left = {.units = {0}};
    ck_assert (wh_store_load (bazaar_store (market.bazaar), LIMIT_INTEGER, count_left, &left));
    for (int64_t i = 0; i < market.traders; i++) {
        const trader_t *trader = bazaar_trader (market.bazaar, trader_ids[i]);
        for (int product = 0; product < PRODUCTS; product++) {
            ck_assert_int_eq (cache_available (trader->cache, products[product]),
                              left.units[product]);
        }
    }
}

// An order that has seen all that the warehouse did: each trader needs a snapshot for it.
static void refresh_caches (void)
{
    bazaar_set_loss (market.bazaar, 0);
    for (int64_t i = 0; i < market.traders; i++) {
        struct message buy = {.type = MESSAGE_BUY, .from = HAND, .clock = 1};
        buy.buy = (struct buy){.number = i + 1,
                               .attempt = 1,
                               .product = "unheard-of",
                               .quantity = 1,
                               .seen = {.version = bazaar_version (market.bazaar)}};
        bazaar_say (market.bazaar, HAND, trader_ids[i], &buy);
        ck_assert (bazaar_run (market.bazaar, QUIET_BY));
        const struct message *heard = bazaar_heard (market.bazaar, HAND);
        ck_assert_int_eq (heard->type, MESSAGE_RECEIPT);
        ck_assert_int_eq (heard->receipt.status, STATUS_OUT_OF_STOCK);
    }
}

// Runs the market and returns how many orders were oversold.
static int64_t run_market (void)
{
    int64_t oversold = 0;
    ck_assert (bazaar_run (market.bazaar, QUIET_BY));
    wh_store_check (bazaar_store (market.bazaar));
    for (int64_t i = 0; i < BUYERS; i++) {
        oversold += compare_book (FIRST_BUYER + i);
    }
    for (int64_t i = 0; i < SELLERS; i++) {
        const struct seller_book *book = bazaar_seller_book (market.bazaar, FIRST_SELLER + i);
        ck_assert_int_eq (book->restocked, 12);
        ck_assert_int_eq (book->requests, 12);
    }
    for (int64_t i = 0; i < market.traders; i++) {
        ck_assert (trader_idle (bazaar_trader (market.bazaar, trader_ids[i])));
        ck_assert (!trader_fenced (bazaar_trader (market.bazaar, trader_ids[i])));
    }
    return oversold;
}

START_TEST (test_bazaar_of_sync_traders_never_oversells)
{
    open_market (_i, MODE_SYNC, true, 0, 0);
    ck_assert_int_eq (run_market (), 0);
    int64_t busy = 0;
    int64_t resent = 0;
    for (int64_t i = 0; i < market.traders; i++) {
        busy += trader_counters (bazaar_trader (market.bazaar, trader_ids[i]))->busy;
    }
    for (int64_t i = 0; i < BUYERS; i++) {
        resent += bazaar_buyer_book (market.bazaar, FIRST_BUYER + i)->resent;
    }
    ck_assert_int_le (resent, busy);  // Nothing else keeps an answer away.
}
END_TEST

START_TEST (test_bazaar_of_sync_traders_survives_losses_and_crashes)
{
    open_market (_i, MODE_SYNC, true, 30, 30);
    ck_assert_int_eq (run_market (), 0);
    ck_assert_int_gt (bazaar_lost (market.bazaar), 0);
}
END_TEST

static int64_t counted_oversold (void)
{
    int64_t oversold = 0;
    for (int64_t i = 0; i < market.traders; i++) {
        oversold += trader_counters (bazaar_trader (market.bazaar, trader_ids[i]))->oversold;
    }
    return oversold;
}

START_TEST (test_bazaar_of_caches_comes_to_rest_with_every_cache_right)
{
    open_market (_i, MODE_CACHED, true, 0, 0);
    ck_assert_int_eq (run_market (), counted_oversold ());
    compare_caches ();
}
END_TEST

START_TEST (test_bazaar_of_caches_without_news_agrees_when_asked)
{
    open_market (_i, MODE_CACHED, false, 0, 0);
    ck_assert_int_eq (run_market (), counted_oversold ());
    refresh_caches ();
    compare_caches ();
}
END_TEST

START_TEST (test_bazaar_of_caches_survives_losses_and_crashes)
{
    open_market (_i, MODE_CACHED, _i % 4 != 0, 30, 30);
    (void) run_market ();
    ck_assert_int_gt (bazaar_lost (market.bazaar), 0);
    refresh_caches ();
    compare_caches ();
}
END_TEST

// The rare thing does happen in these markets, or the tests above show nothing.
START_TEST (test_bazaar_reaches_what_it_is_for)
{
    int64_t oversold = 0;
    int64_t crashes = 0;
    int64_t gaps = 0;
    int64_t waits = 0;
    int64_t busy = 0;
    for (int seed = 0; seed < 6; seed++) {
        open_market (seed, MODE_CACHED, true, 30, 30);
        oversold += run_market ();
        crashes += bazaar_crashes (market.bazaar);
        for (int64_t i = 0; i < market.traders; i++) {
            const struct trader_counters *counters =
                trader_counters (bazaar_trader (market.bazaar, trader_ids[i]));
            gaps += counters->gaps;
            waits += counters->causal_waits;
            busy += counters->busy;
        }
        bazaar_destroy (&market.bazaar);
    }
    ck_assert_int_gt (oversold, 0);
    ck_assert_int_gt (crashes, 0);
    ck_assert_int_gt (gaps, 0);
    ck_assert_int_gt (waits, 0);
    ck_assert_int_gt (busy, 0);
}
END_TEST

// What a client brought to one trader, it and whoever has it from it finds at every other, however
// far behind that one is.
START_TEST (test_bazaar_lets_a_client_find_at_one_trader_what_it_knows_from_another)
{
    struct bazaar_config config = bazaar_config_default ();
    market = (struct market){.mode = MODE_CACHED, .invalidation = _i % 2, .traders = 2};
    config.seed = (uint64_t) _i;
    market.dice = random_seeded (config.seed);
    market.bazaar = bazaar_new (&config);
    for (int64_t i = 0; i < 2; i++) {
        struct trader_config trader = trader_of (trader_ids[i]);
        bazaar_add_trader (market.bazaar, &trader);
    }
    bazaar_add_hand (market.bazaar, HAND);
    bazaar_add_hand (market.bazaar, FRIEND);
    bazaar_set_delay (market.bazaar, 1, 0, 60 * BAZAAR_MS);  // The write-behind takes its time,
    bazaar_set_delay (market.bazaar, 0, 2, 30 * BAZAAR_MS);  // and so do news and snapshots.
    ck_assert (bazaar_run (market.bazaar, BAZAAR_SECOND));
    struct message restock = {.type = MESSAGE_RESTOCK, .from = HAND, .clock = 1};
    restock.restock = (struct restock){
        .number = 1, .attempt = 1, .product = "fish", .quantity = 3, .price_cents = 100};
    bazaar_say (market.bazaar, HAND, 1, &restock);
    (void) bazaar_run (market.bazaar, 2 * BAZAAR_MS);
    const struct message *heard = bazaar_heard (market.bazaar, HAND);
    ck_assert_ptr_nonnull (heard);
    ck_assert_int_eq (heard->type, MESSAGE_RESTOCKED);
    ck_assert_uint_gt (heard->restocked.seen.count, 0);
    struct message buy = {.type = MESSAGE_BUY, .from = FRIEND, .clock = 1};
    buy.buy = (struct buy){
        .number = 1, .attempt = 1, .product = "fish", .quantity = 9, .seen = heard->restocked.seen};
    bazaar_say (market.bazaar, FRIEND, 2, &buy);
    ck_assert (bazaar_run (market.bazaar, QUIET_BY));
    heard = bazaar_heard (market.bazaar, FRIEND);
    ck_assert_int_eq (heard->type, MESSAGE_RECEIPT);
    ck_assert_int_eq (heard->receipt.status, STATUS_SOLD);
    ck_assert_int_eq (heard->receipt.units, 3);
    ck_assert_int_gt (trader_counters (bazaar_trader (market.bazaar, 2))->causal_waits, 0);
}
END_TEST

START_TEST (test_bazaar_is_the_same_for_the_same_seed)
{
    struct buyer_book books[2];
    int64_t lost[2];
    for (int round = 0; round < 2; round++) {
        open_market (_i, MODE_CACHED, true, 20, 10);
        (void) run_market ();
        books[round] = *bazaar_buyer_book (market.bazaar, FIRST_BUYER);
        lost[round] = bazaar_lost (market.bazaar);
        bazaar_destroy (&market.bazaar);
    }
    ck_assert_mem_eq (&books[0], &books[1], sizeof books[0]);
    ck_assert_int_eq (lost[0], lost[1]);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("bazaar");
    TCase *markets = tcase_create ("markets");
    tcase_add_checked_fixture (markets, NULL, tear_down);
    tcase_set_timeout (markets, 120);
    tcase_add_loop_test (markets, test_bazaar_of_sync_traders_never_oversells, 0, 8);
    tcase_add_loop_test (markets, test_bazaar_of_sync_traders_survives_losses_and_crashes, 0, 12);
    tcase_add_loop_test (markets, test_bazaar_of_caches_comes_to_rest_with_every_cache_right, 0,
                         12);
    tcase_add_loop_test (markets, test_bazaar_of_caches_without_news_agrees_when_asked, 0, 8);
    tcase_add_loop_test (markets, test_bazaar_of_caches_survives_losses_and_crashes, 0, 16);
    tcase_add_test (markets, test_bazaar_reaches_what_it_is_for);
    tcase_add_loop_test (markets, test_bazaar_is_the_same_for_the_same_seed, 0, 2);
    suite_add_tcase (suite, markets);
    TCase *causal = tcase_create ("causal");
    tcase_add_checked_fixture (causal, NULL, tear_down);
    tcase_add_loop_test (
        causal, test_bazaar_lets_a_client_find_at_one_trader_what_it_knows_from_another, 0, 2);
    suite_add_tcase (suite, causal);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
