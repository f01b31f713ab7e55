// Whole markets of real cores in the world, most of them without a fault: they come to rest, their
// books agree, and the same seed gives the same market.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/stage.h"

enum { BUYER = 101, BUYERS = 3, SELLER = 201, STRANGER = 301, ORDERS = 40, LOTS = 60 };

static const int64_t traders[] = {1, 2};
static const char *const products[] = {"fish", "garum", "salt"};

static struct client_config client_of (int64_t id, bool bound)
{
    struct client_config config = client_config_default ();
    config.id = id;
    config.traders = traders;
    config.trader_count = 2;
    config.bound = bound;
    config.timeout_us = 100 * WORLD_MS;
    config.ping_every_us = 0;
    return config;
}

static struct buyer_config buyer_of (int64_t id, bool bound)
{
    struct buyer_config config = buyer_config_default ();
    config.client = client_of (id, bound);
    config.products = products;
    config.product_count = 3;
    config.quantity_max = 3;
    config.think_time_us = 2 * WORLD_MS;
    config.orders = ORDERS;
    config.window = 2;
    return config;
}

// Two traders, three buyers and a seller, who do so much and no more.
static void open_market (const struct world_config *config, enum mode mode, bool invalidation)
{
    stage_open (config);
    for (int i = 0; i < 2; i++) {
        struct trader_config trader = trader_config_default ();
        trader.id = traders[i];
        trader.policy = policy_default (mode);
        trader.invalidation = invalidation;
        trader.commit_timeout_us = 50 * WORLD_MS;
        trader.ping_every_us = 0;  // So that at rest nothing happens at all.
        world_add_trader (stage.world, &trader);
    }
    for (int64_t i = 0; i < BUYERS; i++) {
        struct buyer_config buyer = buyer_of (BUYER + i, mode != MODE_SYNC);
        world_add_buyer (stage.world, &buyer);
    }
    struct seller_config seller = seller_config_default ();
    seller.client = client_of (SELLER, mode != MODE_SYNC);
    seller.products = products;
    seller.product_count = 3;
    seller.what = RESTOCK_RANDOM;
    seller.every_us = 8 * WORLD_MS;
    seller.restocks = LOTS;
    world_add_seller (stage.world, &seller);
}

static struct world_config lively (int seed)
{
    struct world_config config = world_config_default ();
    config.seed = (uint64_t) seed;
    config.delay_min_us = 100;
    config.delay_max_us = 3 * WORLD_MS;
    config.message_us = 20;
    config.item_us = 10;
    config.fsync_max_us = WORLD_MS;
    return config;
}

static uint64_t hash_of (int seed)
{
    struct world_config config = lively (seed);
    config.faults = 1 << FAULT_LOSS | 1 << FAULT_REORDER | 1 << FAULT_DOUBLE;
    config.per_mille = 20;
    open_market (&config, MODE_CACHED, true);
    stage_run (WORLD_SECOND);
    uint64_t hash = world_hash (stage.world);
    stage_close ();
    return hash;
}

START_TEST (test_market_of_the_same_seed_has_the_same_hash)
{
    uint64_t hash = hash_of (_i);
    ck_assert_uint_ne (hash_of (_i + 1), hash);
    ck_assert_uint_eq (hash_of (_i), hash);
}
END_TEST

// Facts about books and beliefs sum to what the seller brought.
static void compare_books (enum mode mode)
{
    int64_t bought = 0;
    int64_t believed = 0;
    world_tell_caches (stage.world, products, 3);
    world_tell_books (stage.world);
    for (int64_t i = 0; i < BUYERS; i++) {
        const struct buyer_book *book = buyer_book (world_buyer (stage.world, BUYER + i));
        ck_assert_int_eq (book->requests, ORDERS);
        ck_assert_int_eq (book->open + book->gave_up + book->failed, 0);
        ck_assert (mode != MODE_SYNC || book->oversold == 0);
        ck_assert (mode != MODE_SYNC || book->resent == 0);  // Nothing keeps an answer away.
        bought += book->units;
    }
    for (size_t i = 0; i < stage.count; i++) {
        believed += stage.facts[i].type == FACT_BELIEVED ? stage.facts[i].units : 0;
    }
    const struct seller_book *book = seller_book (world_seller (stage.world, SELLER));
    ck_assert_int_eq (book->restocked, LOTS);
    ck_assert_int_eq (bought + stage.left, book->units);
    ck_assert_int_eq (believed, mode == MODE_SYNC ? 0 : 2 * stage.left);
    for (int64_t node = BUYER; node < BUYER + BUYERS; node++) {
        ck_assert_int_eq (stage_count (FACT_BOOK, node, MESSAGE_TYPE_COUNT), 1);
    }
    ck_assert_int_eq (stage_count (FACT_BOOK, SELLER, MESSAGE_TYPE_COUNT), 1);
}

START_TEST (test_market_without_faults_comes_to_rest_and_its_books_agree)
{
    struct world_config config = lively (_i);
    enum mode mode = _i % 2 ? MODE_CACHED : MODE_SYNC;
    open_market (&config, mode, true);
    stage_run (10 * WORLD_MS);
    ck_assert (!world_clients_done (stage.world));
    stage_quiet ();
    int64_t steps = world_steps (stage.world);
    int64_t last_us = world_last_us (stage.world);
    ck_assert_int_eq (
        world_run (stage.world, world_now_us (stage.world) + 3600 * (int64_t) WORLD_SECOND, 1),
        WORLD_QUIET);
    ck_assert_int_eq (world_steps (stage.world), steps);
    ck_assert_int_eq (world_last_us (stage.world), last_us);
    for (size_t i = 0; i < 2; i++) {
        ck_assert (trader_idle (world_trader (stage.world, traders[i])));
    }
    compare_books (mode);
    world_stop_clients (stage.world);
    ck_assert (world_clients_done (stage.world));
}
END_TEST

// How many caches believe what is not so, each with its products together.
static int64_t wrong_caches (void)
{
    int64_t wrong = 0;
    size_t before = stage.count;
    world_tell_caches (stage.world, products, 3);
    world_tell_books (stage.world);
    for (int i = 0; i < 2; i++) {
        int64_t believed = 0;
        for (size_t at = before; at < stage.count; at++) {
            const struct noted *fact = &stage.facts[at];
            bool is_its = fact->type == FACT_BELIEVED && fact->node == traders[i];
            believed += is_its ? fact->units : 0;
        }
        wrong += believed != stage.left;
    }
    return wrong;
}

// One lot more of each product, without a fault: its news show that others were missed.
static void close_market (void)
{
    for (int64_t i = 0; i < 3; i++) {
        struct message lot = {.type = MESSAGE_RESTOCK, .from = SAM, .clock = 1};
        lot.restock = (struct restock){.number = i + 1,
                                       .attempt = 1,
                                       .product = products[i],
                                       .quantity = 1,
                                       .price_cents = 100};
        world_say (stage.world, SAM, 1, &lot);
        stage_quiet ();
        ck_assert_int_eq (world_heard (stage.world, SAM)->type, MESSAGE_RESTOCKED);
    }
}

START_TEST (test_closing_of_a_market_shows_every_cache_right)
{
    int64_t wrong = 0;
    for (int seed = 0; seed < 12; seed++) {
        struct world_config config = lively (seed);
        config.faults = 1 << FAULT_NEWS_LOSS;
        config.per_mille = 900;
        open_market (&config, MODE_CACHED, true);
        stage_run (WORLD_SECOND);
        world_heal (stage.world);
        stage_quiet ();
        wrong += wrong_caches ();
        world_heal_news (stage.world);
        close_market ();
        ck_assert_int_eq (wrong_caches (), 0);
        stage_close ();
    }
    ck_assert_int_gt (wrong, 0);  // Else there was nothing to be shown.
}
END_TEST

// An order that has seen all that the warehouse did: each trader needs a snapshot for it.
static struct first itself (int64_t trader)
{
    return (struct first){.trader = trader,
                          .epoch = trader_epoch (world_trader (stage.world, trader))};
}

static void ask_for_the_latest (void)
{
    struct message buy = {.type = MESSAGE_BUY, .from = ALICE, .clock = 1};
    for (int64_t i = 0; i < 2; i++) {
        buy.buy = (struct buy){.number = i + 1,
                               .attempt = 1,
                               .product = "unheard-of",
                               .quantity = 1,
                               .first = itself (traders[i]),
                               .seen = {.version = stage.version}};
        world_say (stage.world, ALICE, traders[i], &buy);
        stage_quiet ();
        ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->number, i + 1);
        ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status,
                          STATUS_OUT_OF_STOCK);
    }
}

START_TEST (test_caches_without_news_are_right_when_they_are_asked_to_be)
{
    int64_t wrong = 0;
    for (int seed = 0; seed < 6; seed++) {
        struct world_config config = lively (seed);
        open_market (&config, MODE_CACHED, false);
        stage_quiet ();
        wrong += wrong_caches ();
        ask_for_the_latest ();
        ck_assert_int_eq (wrong_caches (), 0);
        stage_close ();
    }
    ck_assert_int_gt (wrong, 0);
}
END_TEST

START_TEST (test_client_that_starts_again_numbers_on)
{
    struct world_config config = lively (_i);
    open_market (&config, MODE_SYNC, true);
    stage_run (60 * WORLD_MS);
    world_crash (stage.world, BUYER);
    ck_assert_ptr_null (world_buyer (stage.world, BUYER));
    stage_run (5 * WORLD_MS);
    world_start (stage.world, BUYER);
    stage_quiet ();
    int64_t highest[3] = {0};
    for (size_t i = 0; i < stage.count; i++) {
        const struct noted *fact = &stage.facts[i];
        if (fact->type == FACT_ASKED && fact->node == BUYER) {
            ck_assert_int_le (fact->life, 2);
            ck_assert (fact->life == 1 || fact->number > highest[1]);
            highest[fact->life] =
                fact->number > highest[fact->life] ? fact->number : highest[fact->life];
        }
    }
    ck_assert_int_gt (highest[1], 0);
    ck_assert_int_eq (highest[2], highest[1] + ORDERS);
}
END_TEST

START_TEST (test_strangers_say_what_is_refused)
{
    int64_t refused[REASON_COUNT] = {0};
    struct stranger_config stranger = {.id = STRANGER,
                                       .traders = traders,
                                       .trader_count = 2,
                                       .products = products,
                                       .product_count = 3,
                                       .every_us = WORLD_MS};
    struct world_config config = lively (1);
    config.warehouse.answers_kept = 8;
    open_market (&config, MODE_SYNC, true);
    world_add_stranger (stage.world, &stranger);
    stage_run (2 * WORLD_SECOND);
    world_stop_clients (stage.world);
    stage_quiet ();
    for (size_t i = 0; i < stage.count; i++) {
        const struct noted *fact = &stage.facts[i];
        if (fact->type == FACT_SAID && fact->peer == STRANGER && fact->about == MESSAGE_ERROR) {
            refused[fact->reason]++;
        }
        ck_assert (fact->type != FACT_SAID || fact->peer == STRANGER
                   || fact->about != MESSAGE_ERROR);
    }
    ck_assert_int_gt (refused[REASON_BAD_REQUEST], 0);
    ck_assert_int_gt (refused[REASON_CONFLICT], 0);
    ck_assert_int_gt (refused[REASON_EXPIRED], 0);
    ck_assert_int_gt (stage_reached (SOMETIMES_MALFORMED), 0);
    ck_assert_int_gt (stage_count (FACT_TOLD, STRANGER, MESSAGE_PONG), 0);
    ck_assert_int_gt (stage_count (FACT_TOLD, STRANGER, MESSAGE_RECEIPT), 0);
}
END_TEST

// What a client was promised by one trader, whoever has it from it finds at every other, however
// far behind that one is: else the second one would promise the same fish again.
START_TEST (test_market_lets_a_client_find_at_one_trader_what_it_knows_from_another)
{
    struct world_config config = world_config_default ();
    struct trader_config trader = trader_config_default ();
    stage_open (&config);
    trader.policy = policy_default (MODE_CACHED);
    trader.invalidation = _i % 2;
    trader.ping_every_us = 0;
    for (trader.id = 1; trader.id <= 2; trader.id++) {
        world_add_trader (stage.world, &trader);
    }
    stage_quiet ();  // They have joined: who brings something knows their epochs.
    stage_restock (SAM, 1, 1, 3);
    stage_quiet ();
    world_set_delay (stage.world, 1, 0, 60 * WORLD_MS);  // The write-behind takes its time,
    world_set_delay (stage.world, 0, 2, 30 * WORLD_MS);  // and so do news and snapshots.
    stage_buy (ALICE, 1, 1, 2);
    stage_run (2 * WORLD_MS);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_ACCEPTED);
    const struct message *heard = world_heard (stage.world, ALICE);
    ck_assert_uint_gt (heard->receipt.seen.count, 0);
    struct message buy = {.type = MESSAGE_BUY, .from = BOB, .clock = 1};
    buy.buy = (struct buy){.number = 1,
                           .attempt = 1,
                           .product = "fish",
                           .quantity = 9,
                           .first = itself (2),
                           .seen = heard->receipt.seen};
    world_say (stage.world, BOB, 2, &buy);
    stage_quiet ();
    const struct noted *told = stage_last (FACT_TOLD, BOB, MESSAGE_RECEIPT);
    ck_assert_int_eq (told->status, STATUS_SOLD);
    ck_assert_int_eq (told->units, 1);
    ck_assert_int_eq (stage_count (FACT_TOLD, BOB, MESSAGE_OVERSOLD), 0);
    ck_assert_int_gt (stage_reached (SOMETIMES_CAUSAL_WAIT), 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_markets");
    TCase *markets = tcase_create ("markets");
    tcase_add_checked_fixture (markets, NULL, stage_close);
    tcase_add_loop_test (markets, test_market_of_the_same_seed_has_the_same_hash, 0, 4);
    tcase_add_loop_test (markets, test_market_without_faults_comes_to_rest_and_its_books_agree, 0,
                         8);
    tcase_add_test (markets, test_closing_of_a_market_shows_every_cache_right);
    tcase_add_test (markets, test_caches_without_news_are_right_when_they_are_asked_to_be);
    tcase_add_loop_test (markets, test_client_that_starts_again_numbers_on, 0, 4);
    tcase_add_test (markets, test_strangers_say_what_is_refused);
    tcase_add_loop_test (
        markets, test_market_lets_a_client_find_at_one_trader_what_it_knows_from_another, 0, 2);
    suite_add_tcase (suite, markets);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
