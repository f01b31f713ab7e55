// What befalls letters: each fault of the network alone, as it looks from outside.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/stage.h"

enum { LETTERS = 60 };

static struct world_config struck_by (enum fault_class class, int64_t per_mille)
{
    struct world_config config = world_config_default ();
    config.faults = INT64_C (1) << class;
    config.per_mille = per_mille;
    return config;
}

static void set_up (enum fault_class class, int64_t per_mille)
{
    struct world_config config = struck_by (class, per_mille);
    stage_open (&config);
    stage_add_trader (1, MODE_SYNC);
    stage_quiet ();
}

// A shop in a world without faults, for those that a test brings about.
static void set_up_shop (void)
{
    struct world_config config = world_config_default ();
    stage_set_up_shop (&config, MODE_SYNC);
}

static int64_t pongs_said (int64_t peer)
{
    int64_t count = 0;
    for (size_t i = 0; i < stage.count; i++) {
        const struct noted *fact = &stage.facts[i];
        count += fact->type == FACT_SAID && fact->about == MESSAGE_PONG && fact->peer == peer;
    }
    return count;
}

static int64_t pongs_told (int64_t client)
{
    return stage_count (FACT_TOLD, client, MESSAGE_PONG);
}

static void ping_often (void)
{
    for (int i = 0; i < LETTERS; i++) {
        stage_say (ALICE, 1, MESSAGE_PING, 0);
        stage_run (WORLD_MS);
    }
    stage_quiet ();
}

// Asks about orders 1, 2, 3 and so on, a millisecond apart. Returns how many were answered behind
// one of a higher number.
static int64_t ask_in_order (void)
{
    int64_t late = 0;
    int64_t highest = 0;
    for (int64_t number = 1; number <= LETTERS; number++) {
        stage_say (ALICE, 1, MESSAGE_ORDER_STATUS, number);
        stage_run (WORLD_MS);
    }
    stage_quiet ();
    for (size_t i = 0; i < stage.count; i++) {
        const struct noted *fact = &stage.facts[i];
        if (fact->type == FACT_TOLD && fact->about == MESSAGE_RECEIPT) {
            late += fact->number < highest;
            highest = fact->number > highest ? fact->number : highest;
        }
    }
    ck_assert_int_ge (stage_count (FACT_TOLD, ALICE, MESSAGE_RECEIPT), LETTERS);
    return late;
}

START_TEST (test_letter_may_be_lost)
{
    set_up (FAULT_LOSS, 300);
    int64_t before = stage_reached (SOMETIMES_LOST);
    ping_often ();
    ck_assert_int_lt (pongs_said (ALICE), LETTERS);  // Some were lost on their way there,
    ck_assert_int_lt (pongs_told (ALICE), pongs_said (ALICE));  // and some on their way back.
    ck_assert_int_eq (stage_reached (SOMETIMES_LOST) - before, LETTERS - pongs_told (ALICE));
}
END_TEST

START_TEST (test_letter_may_come_twice)
{
    set_up (FAULT_DOUBLE, 1000);
    int64_t before = stage_reached (SOMETIMES_DOUBLED);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_quiet ();
    ck_assert_int_eq (pongs_said (ALICE), 2);
    ck_assert_int_eq (pongs_told (ALICE), 4);
    ck_assert_int_eq (stage_reached (SOMETIMES_DOUBLED) - before, 3);
    stage_buy (ALICE, 1, 1, 1);
    stage_quiet ();
    ck_assert_int_ge (stage_count (FACT_TOLD, ALICE, MESSAGE_RECEIPT), 2);
    ck_assert_int_eq (stage_orders (), 1);
}
END_TEST

START_TEST (test_letter_may_take_long_and_those_behind_it_wait)
{
    set_up (FAULT_DELAY, 300);
    ck_assert_int_eq (ask_in_order (), 0);
    const struct noted *asked = stage_last (FACT_ASKED, ALICE, MESSAGE_ORDER_STATUS);
    const struct noted *told = stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT);
    ck_assert_int_gt (told->now_us - asked->now_us, 4 * WORLD_MS);  // Four letters of 1 ms each.
    ck_assert_int_eq (stage_reached (SOMETIMES_OVERTAKEN), 0);
}
END_TEST

START_TEST (test_letter_may_be_overtaken)
{
    set_up (FAULT_REORDER, 300);
    ck_assert_int_gt (ask_in_order (), 0);
}
END_TEST

START_TEST (test_letter_may_be_dropped_by_a_router_without_a_word)
{
    set_up (FAULT_SILENT, 300);
    ping_often ();
    ck_assert_int_eq (pongs_said (ALICE), LETTERS);
    ck_assert_int_gt (pongs_told (ALICE), 0);
    ck_assert_int_lt (pongs_told (ALICE), LETTERS);
    ck_assert_int_eq (stage_reached (SOMETIMES_UNDELIVERABLE), 0);
}
END_TEST

static int64_t fish_at (int64_t trader)
{
    return trader_available (world_trader (stage.world, trader), "fish");
}

START_TEST (test_news_may_be_lost_and_the_gap_is_found_with_the_next_ones)
{
    struct world_config config = struck_by (FAULT_NEWS_LOSS, 1000);
    stage_open (&config);
    stage_add_trader (1, MODE_CACHED);
    stage_add_trader (2, MODE_CACHED);
    stage_quiet ();
    int64_t missed = stage_reached (SOMETIMES_NEWS_MISSED);  // That others have joined.
    stage_restock (SAM, 1, 1, 3);
    stage_quiet ();
    ck_assert_int_eq (fish_at (1), 3);
    ck_assert_int_eq (fish_at (2), 0);
    ck_assert_int_eq (stage_reached (SOMETIMES_NEWS_MISSED), missed + 2);
    ck_assert_int_eq (stage_reached (SOMETIMES_GAP_NEWS), 1);  // Trader 1 knows of its own commit.
    int64_t snapshots = stage_reached (SOMETIMES_SNAPSHOT);
    world_heal (stage.world);
    world_heal_news (stage.world);
    stage_restock (SAM, 1, 2, 2);
    stage_quiet ();
    ck_assert_int_eq (fish_at (1), 5);
    ck_assert_int_eq (fish_at (2), 5);
    ck_assert_int_eq (stage_reached (SOMETIMES_GAP_NEWS), 2);
    ck_assert_int_gt (stage_reached (SOMETIMES_SNAPSHOT), snapshots);
}
END_TEST

// How long it takes to connect and subscribe again is drawn.
START_TEST (test_news_are_missed_while_the_subscriber_connects_again)
{
    int64_t missed = 0;
    for (uint64_t seed = 0; seed < 8; seed++) {
        struct world_config config = world_config_default ();
        config.seed = seed;
        stage_open (&config);
        stage_add_trader (1, MODE_CACHED);
        stage_add_trader (2, MODE_CACHED);
        stage_quiet ();
        world_disconnect (stage.world, 0, 2);
        stage_restock (SAM, 1, 1, 3);
        stage_quiet ();
        missed += stage_reached (SOMETIMES_NEWS_MISSED);
        ck_assert_int_eq (fish_at (2), stage_reached (SOMETIMES_NEWS_MISSED) ? 0 : 3);
        stage_restock (SAM, 1, 2, 2);
        stage_quiet ();
        ck_assert_int_eq (fish_at (2), 5);
        stage_close ();
    }
    ck_assert_int_gt (missed, 0);
}
END_TEST

START_TEST (test_cut_may_let_requests_pass_and_no_answers)
{
    set_up_shop ();
    world_cut (stage.world, 1, ALICE, true);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (stage_count (FACT_SAID, 1, MESSAGE_RECEIPT), 1);
    ck_assert_int_eq (stage_count (FACT_TOLD, ALICE, MESSAGE_RECEIPT), 0);
    ck_assert_int_eq (stage_reached (SOMETIMES_CUT), 1);
    world_cut (stage.world, 1, ALICE, false);
    stage_quiet ();
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_SOLD);
}
END_TEST

START_TEST (test_cut_may_let_answers_pass_and_no_requests)
{
    set_up_shop ();
    stage_buy (ALICE, 1, 1, 1);
    stage_run (3500);  // The answer is on its way.
    world_cut (stage.world, ALICE, 1, true);
    stage_buy (ALICE, 1, 2, 1);
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->number, 1);
    ck_assert_int_eq (stage_count (FACT_ASKED, ALICE, MESSAGE_BUY), 2);
    ck_assert_int_eq (stage_orders (), 1);
    world_cut (stage.world, ALICE, 1, false);
    stage_quiet ();
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->number, 2);
}
END_TEST

START_TEST (test_cut_of_both_ways_concerns_nobody_else)
{
    set_up_shop ();
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (1500);  // The pong is on its way.
    world_cut (stage.world, ALICE, 1, true);
    world_cut (stage.world, 1, ALICE, true);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_say (BOB, 1, MESSAGE_PING, 0);
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (pongs_told (ALICE), 0);
    ck_assert_int_eq (pongs_said (ALICE), 1);
    ck_assert_int_eq (pongs_told (BOB), 1);
    world_cut (stage.world, 1, ALICE, false);
    stage_run (WORLD_SECOND / 2);
    ck_assert_int_eq (pongs_told (ALICE), 1);
    world_cut (stage.world, ALICE, 1, false);
    stage_quiet ();
    ck_assert_int_eq (pongs_told (ALICE), 2);
}
END_TEST

START_TEST (test_cut_ends_when_all_that_lie_over_each_other_have_ended)
{
    set_up_shop ();
    for (int i = 0; i < 2; i++) {
        world_cut (stage.world, ALICE, 1, true);
    }
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (100 * WORLD_MS);
    world_cut (stage.world, ALICE, 1, false);
    stage_run (100 * WORLD_MS);
    ck_assert_int_eq (pongs_said (ALICE), 0);
    world_cut (stage.world, ALICE, 1, false);
    stage_quiet ();
    ck_assert_int_eq (pongs_said (ALICE), 1);
}
END_TEST

START_TEST (test_cut_keeps_the_order_of_what_it_held_back)
{
    set_up_shop ();
    world_cut (stage.world, ALICE, 1, true);
    stage_say (ALICE, 1, MESSAGE_ORDER_STATUS, 1);
    stage_run (2 * WORLD_MS);  // Now it is held back,
    stage_say (ALICE, 1, MESSAGE_ORDER_STATUS, 2);
    stage_run (500);  // and this one will arrive when the cut has ended.
    world_cut (stage.world, ALICE, 1, false);
    stage_run (100 * WORLD_MS);
    ck_assert_int_eq (stage_count (FACT_TOLD, ALICE, MESSAGE_RECEIPT), 2);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->number, 2);
}
END_TEST

START_TEST (test_cut_that_lasts_breaks_the_connection)
{
    set_up_shop ();
    world_cut (stage.world, ALICE, 1, true);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (3 * WORLD_SECOND);
    world_cut (stage.world, ALICE, 1, false);
    stage_quiet ();
    ck_assert_int_eq (stage_count (FACT_SAID, 1, MESSAGE_RECEIPT), 0);
    ck_assert_int_eq (stage_reached (SOMETIMES_QUEUE_LOST), 1);
    stage_buy (ALICE, 1, 1, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_SOLD);
}
END_TEST

START_TEST (test_cut_from_the_warehouse_makes_a_trader_send_its_batch_again)
{
    set_up_shop ();
    world_cut (stage.world, 0, 1, true);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (100 * WORLD_MS);
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_gt (stage_reached (SOMETIMES_RESENT), 1);
    ck_assert_int_gt (stage_reached (SOMETIMES_REPEATED), 1);
    ck_assert_int_eq (stage_count (FACT_SAID, 1, MESSAGE_RECEIPT), 0);
    world_cut (stage.world, 0, 1, false);
    stage_quiet ();
    ck_assert_int_eq (stage_count (FACT_TOLD, ALICE, MESSAGE_RECEIPT), 1);
    ck_assert_int_eq (stage.left, 5);
}
END_TEST

START_TEST (test_disconnect_loses_what_is_under_way_and_keeps_what_is_said_meanwhile)
{
    set_up_shop ();
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (500);
    world_disconnect (stage.world, ALICE, 1);
    stage_quiet ();
    ck_assert_int_eq (pongs_said (ALICE), 0);
    ck_assert_int_eq (stage_reached (SOMETIMES_QUEUE_LOST), 1);
    world_disconnect (stage.world, ALICE, 1);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_quiet ();
    ck_assert_int_eq (pongs_told (ALICE), 1);
}
END_TEST

START_TEST (test_disconnect_makes_a_client_undeliverable_until_it_speaks_again)
{
    set_up_shop ();
    world_disconnect (stage.world, 1, SAM);
    stage_quiet ();
    stage_buy (ALICE, 1, 1, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_count (FACT_SAID, 1, MESSAGE_SOLD), 1);
    ck_assert_int_eq (stage_count (FACT_TOLD, SAM, MESSAGE_SOLD), 0);
    ck_assert_int_eq (stage_reached (SOMETIMES_UNDELIVERABLE), 1);
    stage_say (SAM, 1, MESSAGE_PING, 0);
    stage_buy (ALICE, 1, 2, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_count (FACT_TOLD, SAM, MESSAGE_SOLD), 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_UNDELIVERABLE), 1);
}
END_TEST

START_TEST (test_heal_ends_what_befalls_letters)
{
    struct world_config config = struck_by (FAULT_LOSS, 1000);
    stage_open (&config);
    stage_add_trader (1, MODE_SYNC);
    world_cut (stage.world, ALICE, 1, true);
    world_cut (stage.world, 1, BOB, true);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (3 * WORLD_SECOND);
    world_heal (stage.world);
    ck_assert_int_eq (stage.facts[stage.count - 1].type, FACT_HEALED);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_say (BOB, 1, MESSAGE_PING, 0);
    stage_quiet ();
    ck_assert_int_eq (pongs_told (ALICE), 1);
    ck_assert_int_eq (pongs_told (BOB), 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_faults");
    TCase *letters = tcase_create ("letters");
    tcase_add_checked_fixture (letters, NULL, stage_close);
    tcase_add_test (letters, test_letter_may_be_lost);
    tcase_add_test (letters, test_letter_may_come_twice);
    tcase_add_test (letters, test_letter_may_take_long_and_those_behind_it_wait);
    tcase_add_test (letters, test_letter_may_be_overtaken);
    tcase_add_test (letters, test_letter_may_be_dropped_by_a_router_without_a_word);
    tcase_add_test (letters, test_news_may_be_lost_and_the_gap_is_found_with_the_next_ones);
    tcase_add_test (letters, test_news_are_missed_while_the_subscriber_connects_again);
    suite_add_tcase (suite, letters);

    TCase *connections = tcase_create ("connections");
    tcase_add_checked_fixture (connections, NULL, stage_close);
    tcase_add_test (connections, test_cut_may_let_requests_pass_and_no_answers);
    tcase_add_test (connections, test_cut_may_let_answers_pass_and_no_requests);
    tcase_add_test (connections, test_cut_of_both_ways_concerns_nobody_else);
    tcase_add_test (connections, test_cut_ends_when_all_that_lie_over_each_other_have_ended);
    tcase_add_test (connections, test_cut_keeps_the_order_of_what_it_held_back);
    tcase_add_test (connections, test_cut_that_lasts_breaks_the_connection);
    tcase_add_test (connections, test_cut_from_the_warehouse_makes_a_trader_send_its_batch_again);
    tcase_add_test (connections,
                    test_disconnect_loses_what_is_under_way_and_keeps_what_is_said_meanwhile);
    tcase_add_test (connections,
                    test_disconnect_makes_a_client_undeliverable_until_it_speaks_again);
    tcase_add_test (connections, test_heal_ends_what_befalls_letters);
    suite_add_tcase (suite, connections);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
