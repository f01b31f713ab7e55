// What befalls processes and the warehouse's disk: each fault alone, as it looks from outside.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/stage.h"

enum { SEEDS = 40, HELD = 64 };

static void set_up_shop (uint64_t seed, enum mode mode)
{
    struct world_config config = world_config_default ();
    config.seed = seed;
    stage_set_up_shop (&config, mode);
}

// Where the latest fact of this type about the node stands among all; -1: there is none.
static int64_t place_of (enum fact_type type, int64_t node)
{
    int64_t place = -1;
    for (size_t i = 0; i < stage.count; i++) {
        bool is_it = stage.facts[i].type == type && stage.facts[i].node == node;
        place = is_it ? (int64_t) i : place;
    }
    return place;
}

static int64_t place_of_order (void)
{
    for (size_t i = 0; i < stage.count; i++) {
        if (stage.facts[i].orders > 0) {
            return (int64_t) i;
        }
    }
    return -1;
}

static int64_t lives_of (int64_t node)
{
    return stage_count (FACT_STARTED, node, MESSAGE_TYPE_COUNT);
}

static int64_t told_receipts (int64_t client)
{
    return stage_count (FACT_TOLD, client, MESSAGE_RECEIPT);
}

// However the warehouse ended, the order was taken once, and was told.
static void must_be_sold_once (void)
{
    ck_assert_int_eq (lives_of (0), 2);
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (stage.left, 5);
    ck_assert_int_eq (told_receipts (ALICE), 1);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_SOLD);
    ck_assert_int_gt (stage_reached (SOMETIMES_RESENT), 0);
}

START_TEST (test_warehouse_may_die_before_its_batch_is_durable_or_after)
{
    int64_t unwritten = 0;
    int64_t unsaid = 0;
    int64_t said = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        set_up_shop (seed, MODE_SYNC);
        int64_t answered = stage_count (FACT_ANSWERED, 0, MESSAGE_COMMITTED);
        world_doom (stage.world, 0);
        stage_buy (ALICE, 1, 1, 1);
        stage_run (4 * WORLD_MS);
        ck_assert_ptr_nonnull (stage_last (FACT_ENDED, 0, MESSAGE_TYPE_COUNT));
        bool told = stage_count (FACT_ANSWERED, 0, MESSAGE_COMMITTED) > answered;
        bool written = place_of_order () >= 0 && place_of_order () < place_of (FACT_ENDED, 0);
        ck_assert (written || !told);
        ck_assert_int_eq (stage_reached (SOMETIMES_CRASH_UNSAID), written && !told);
        ck_assert_int_eq (stage_reached (SOMETIMES_CRASH_UNWRITTEN), !written);
        said += told;
        unsaid += written && !told;
        unwritten += !written;
        stage_quiet ();
        must_be_sold_once ();
        ck_assert (!written || told || stage_reached (SOMETIMES_REPEATED) > 0);
        stage_close ();
    }
    ck_assert_int_gt (unwritten, 0);
    ck_assert_int_gt (unsaid, 0);
    ck_assert_int_gt (said, 0);
}
END_TEST

START_TEST (test_warehouse_that_is_killed_stays_down_until_it_is_started)
{
    set_up_shop (1, MODE_SYNC);
    world_crash (stage.world, 0);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (stage_orders (), 0);
    ck_assert_int_eq (lives_of (0), 1);
    world_start (stage.world, 0);
    stage_quiet ();
    must_be_sold_once ();
}
END_TEST

START_TEST (test_warehouse_ends_when_an_fsync_fails_whether_the_batch_is_kept_or_not)
{
    int64_t kept = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        set_up_shop (seed, MODE_SYNC);
        world_fail_fsync (stage.world, 0);
        stage_buy (ALICE, 1, 1, 1);
        stage_run (4 * WORLD_MS);
        ck_assert_ptr_nonnull (stage_last (FACT_ENDED, 0, MESSAGE_TYPE_COUNT));
        ck_assert_int_eq (told_receipts (ALICE), 0);
        bool written = place_of_order () >= 0;
        ck_assert_int_eq (stage_reached (SOMETIMES_FSYNC_KEPT), written);
        ck_assert_int_eq (stage_reached (SOMETIMES_FSYNC_LOST), !written);
        kept += written;
        stage_quiet ();
        must_be_sold_once ();
        stage_close ();
    }
    ck_assert_int_gt (kept, 0);
    ck_assert_int_lt (kept, SEEDS);
}
END_TEST

START_TEST (test_warehouse_refuses_while_its_disk_is_full_and_goes_on_when_there_is_room)
{
    set_up_shop (1, MODE_SYNC);
    world_fill_disk (stage.world, 0, true);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (100 * WORLD_MS);
    ck_assert_int_eq (stage_orders (), 0);
    ck_assert_int_gt (stage_reached (SOMETIMES_DISK_FULL), 1);
    ck_assert_int_eq (stage_last (FACT_ANSWERED, 0, MESSAGE_ERROR)->reason, REASON_UNAVAILABLE);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_ERROR)->reason, REASON_UNAVAILABLE);
    ck_assert_int_eq (told_receipts (ALICE), 0);
    world_fill_disk (stage.world, 0, false);
    stage_quiet ();
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_SOLD);
    ck_assert_int_eq (lives_of (0), 1);
}
END_TEST

// What it would say as it starts again is stored first: it cannot, and ends once more.
START_TEST (test_warehouse_ends_when_an_fsync_fails_as_it_begins_anew_after_a_full_disk)
{
    set_up_shop (1, MODE_SYNC);
    world_fill_disk (stage.world, 0, true);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (10 * WORLD_MS);
    ck_assert_int_gt (stage_reached (SOMETIMES_DISK_FULL), 0);
    world_fill_disk (stage.world, 0, false);
    world_fail_fsync (stage.world, 0);
    stage_quiet ();
    ck_assert_int_eq (stage_reached (SOMETIMES_FSYNC_FAILED), 1);
    must_be_sold_once ();
}
END_TEST

// It has three pongs to say when it dies at work, and is started again by itself.
START_TEST (test_trader_may_die_with_a_part_of_its_letters_sent)
{
    int64_t half = 0;
    int64_t whole = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        set_up_shop (seed, MODE_SYNC);
        world_doom (stage.world, 1);
        stage_say (ALICE, 1, MESSAGE_PING, 0);
        stage_say (BOB, 1, MESSAGE_PING, 0);
        stage_say (SAM, 1, MESSAGE_PING, 0);
        stage_quiet ();
        int64_t said = stage_count (FACT_SAID, 1, MESSAGE_PONG);
        ck_assert_int_le (said, 3);
        ck_assert_int_eq (stage_reached (SOMETIMES_CRASH_HALF_SAID), said == 1 || said == 2);
        ck_assert_int_eq (lives_of (1), 2);
        ck_assert_int_eq (stage_count (FACT_TOLD, ALICE, MESSAGE_PONG), 0);  // The line broke too.
        half += said == 1 || said == 2;
        whole += said == 3;
        stage_close ();
    }
    ck_assert_int_gt (half, 0);
    ck_assert_int_gt (whole, 0);
    ck_assert_int_lt (half + whole, SEEDS);
}
END_TEST

START_TEST (test_trader_that_is_down_is_written_to_and_hears_so_much_when_it_is_back)
{
    set_up_shop (1, MODE_SYNC);
    world_crash (stage.world, 1);
    for (int i = 0; i < HELD + 10; i++) {
        stage_say (ALICE, 1, MESSAGE_PING, 0);
    }
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (stage_count (FACT_SAID, 1, MESSAGE_PONG), 0);
    world_start (stage.world, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_count (FACT_TOLD, ALICE, MESSAGE_PONG), HELD);
}
END_TEST

START_TEST (test_trader_that_is_paused_answers_when_it_goes_on)
{
    struct world_config config = world_config_default ();
    config.message_us = 300;
    stage_set_up_shop (&config, MODE_SYNC);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (1100);  // It is at work,
    world_pause (stage.world, 1);
    stage_say (BOB, 1, MESSAGE_PING, 0);  // and this one comes meanwhile.
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (stage_count (FACT_SAID, 1, MESSAGE_PONG), 0);
    int64_t now_us = world_now_us (stage.world);
    world_resume (stage.world, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_PONG)->now_us - now_us, 1000);
    ck_assert_int_eq (stage_last (FACT_TOLD, BOB, MESSAGE_PONG)->now_us - now_us, 1300);
    ck_assert_int_eq (stage_reached (SOMETIMES_PAUSED), 1);
    ck_assert_int_eq (lives_of (1), 1);
}
END_TEST

START_TEST (test_warehouse_that_is_paused_stores_nothing_until_it_goes_on)
{
    set_up_shop (1, MODE_SYNC);
    world_pause (stage.world, 0);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (WORLD_SECOND);
    ck_assert_int_eq (stage_orders (), 0);
    world_resume (stage.world, 0);
    stage_quiet ();
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (told_receipts (ALICE), 1);
    ck_assert_int_eq (lives_of (0), 1);
}
END_TEST

// The order is on its way from the trader to the warehouse when the trader is replaced; or it has
// only come, to one that is paused, which works on it when it goes on.
START_TEST (test_trader_that_is_replaced_is_fenced_and_ends)
{
    set_up_shop (1, MODE_SYNC);
    if (_i) {
        world_pause (stage.world, 1);
    } else {
        world_set_delay (stage.world, 1, 0, 500 * WORLD_MS);
    }
    stage_buy (ALICE, 1, 1, 1);
    stage_run (2 * WORLD_MS);
    world_replace (stage.world, 1, false);
    stage_run (WORLD_SECOND);
    world_resume (stage.world, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_orders (), 0);
    ck_assert_int_eq (lives_of (1), 2);
    ck_assert_int_eq (stage_count (FACT_ENDED, 1, MESSAGE_TYPE_COUNT), 1);
    ck_assert_int_eq (stage_last (FACT_ENDED, 1, MESSAGE_TYPE_COUNT)->life, 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_FENCED), 1);
    ck_assert_int_eq (told_receipts (ALICE), 0);
    stage_buy (ALICE, 1, 1, 1);
    stage_quiet ();
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (told_receipts (ALICE), 1);
    ck_assert_int_eq (stage_last (FACT_SAID, 1, MESSAGE_RECEIPT)->life, 2);
}
END_TEST

START_TEST (test_heal_ends_what_befalls_processes)
{
    set_up_shop (1, MODE_SYNC);
    world_pause (stage.world, 1);
    world_crash (stage.world, 0);
    world_doom (stage.world, 0);
    world_fill_disk (stage.world, 0, true);
    world_fail_fsync (stage.world, 0);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (WORLD_SECOND);
    world_heal (stage.world);
    stage_quiet ();
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (told_receipts (ALICE), 1);
    ck_assert_int_eq (lives_of (0), 2);
    ck_assert_int_eq (lives_of (1), 1);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_processes");
    TCase *warehouse = tcase_create ("warehouse");
    tcase_add_checked_fixture (warehouse, NULL, stage_close);
    tcase_add_test (warehouse, test_warehouse_may_die_before_its_batch_is_durable_or_after);
    tcase_add_test (warehouse, test_warehouse_that_is_killed_stays_down_until_it_is_started);
    tcase_add_test (warehouse,
                    test_warehouse_ends_when_an_fsync_fails_whether_the_batch_is_kept_or_not);
    tcase_add_test (warehouse,
                    test_warehouse_refuses_while_its_disk_is_full_and_goes_on_when_there_is_room);
    tcase_add_test (warehouse,
                    test_warehouse_ends_when_an_fsync_fails_as_it_begins_anew_after_a_full_disk);
    tcase_add_test (warehouse, test_warehouse_that_is_paused_stores_nothing_until_it_goes_on);
    suite_add_tcase (suite, warehouse);

    TCase *traders = tcase_create ("traders");
    tcase_add_checked_fixture (traders, NULL, stage_close);
    tcase_add_test (traders, test_trader_may_die_with_a_part_of_its_letters_sent);
    tcase_add_test (traders,
                    test_trader_that_is_down_is_written_to_and_hears_so_much_when_it_is_back);
    tcase_add_test (traders, test_trader_that_is_paused_answers_when_it_goes_on);
    tcase_add_loop_test (traders, test_trader_that_is_replaced_is_fenced_and_ends, 0, 2);
    tcase_add_test (traders, test_heal_ends_what_befalls_processes);
    suite_add_tcase (suite, traders);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
