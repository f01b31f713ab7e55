// What traders do with their journals in a world, and what becomes of those that are dead.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/stage.h"

enum { SEEDS = 40 };

static void set_up_shop (uint64_t seed, enum mode mode)
{
    struct world_config config = world_config_default ();
    config.seed = seed;
    stage_set_up_shop (&config, mode);
}

// Two traders, that back each other up.
static void set_up_two (void)
{
    struct world_config config = world_config_default ();
    stage_open (&config);
    stage_add_trader (1, MODE_CACHED);
    stage_add_trader (2, MODE_CACHED);
    stage_quiet ();
}

static int64_t lives_of (int64_t node)
{
    return stage_count (FACT_STARTED, node, MESSAGE_TYPE_COUNT);
}

static int64_t told_receipts (int64_t client)
{
    return stage_count (FACT_TOLD, client, MESSAGE_RECEIPT);
}

START_TEST (test_trader_that_dies_takes_from_its_journal_what_it_had_decided)
{
    set_up_shop (1, MODE_CACHED);
    world_set_delay (stage.world, 1, 0, 50 * WORLD_MS);
    stage_buy (ALICE, 1, 1, 2);
    stage_run (2 * WORLD_MS);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_ACCEPTED);
    world_crash (stage.world, 1);
    ck_assert_ptr_null (world_trader (stage.world, 1));
    ck_assert_int_eq (stage_reached (SOMETIMES_CRASH_DECIDED), 1);
    world_start (stage.world, 1);
    stage_quiet ();
    ck_assert_int_eq (lives_of (1), 2);
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_RECOVERED), 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_RESUMED), 1);
    ck_assert_int_eq (trader_available (world_trader (stage.world, 1), "fish"), 4);
}
END_TEST

START_TEST (test_trader_promises_nothing_that_finds_no_room_in_its_journal)
{
    set_up_shop (1, MODE_CACHED);
    world_fill_disk (stage.world, 1, true);
    stage_buy (ALICE, 1, 1, 2);
    stage_run (100 * WORLD_MS);
    ck_assert_int_gt (stage_reached (SOMETIMES_UNWRITTEN), 0);
    world_fill_disk (stage.world, 1, false);
    stage_quiet ();
    ck_assert_int_eq (lives_of (1), 1);
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (told_receipts (ALICE), 1);  // When it was sold, and not before.
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_SOLD);
}
END_TEST

START_TEST (test_trader_ends_when_an_fsync_fails_and_comes_back_with_a_prefix_of_the_batch)
{
    int64_t kept = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        set_up_shop (seed, MODE_CACHED);
        world_fail_fsync (stage.world, 1);
        stage_buy (ALICE, 1, 1, 2);
        stage_run (2 * WORLD_MS);
        ck_assert_ptr_nonnull (stage_last (FACT_ENDED, 1, MESSAGE_TYPE_COUNT));
        ck_assert_int_eq (told_receipts (ALICE), 0);
        stage_quiet ();
        ck_assert_int_eq (lives_of (1), 2);
        ck_assert_int_eq (stage_orders (), stage_reached (SOMETIMES_FSYNC_KEPT));
        kept += stage_orders ();
        stage_close ();
    }
    ck_assert_int_gt (kept, 0);
    ck_assert_int_lt (kept, SEEDS);
}
END_TEST

// One of two traders is dead for good: the other one settles what it had decided.
START_TEST (test_trader_that_stays_dead_is_taken_over)
{
    set_up_two ();
    stage_restock (SAM, 2, 1, 6);
    stage_quiet ();
    world_cut (stage.world, 1, 0, true);
    stage_buy (ALICE, 1, 1, 2);
    stage_run (20 * WORLD_MS);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_RECEIPT)->status, STATUS_ACCEPTED);
    world_crash (stage.world, 1);
    world_cut (stage.world, 1, 0, false);
    stage_quiet ();
    ck_assert_int_eq (stage_orders (), 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_TAKEOVER_DONE), 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_FORWARDED), 1);
}
END_TEST

START_TEST (test_process_without_a_journal_is_not_let_in_while_a_backup_holds)
{
    set_up_two ();
    world_replace (stage.world, 1, false);
    stage_run (5 * WORLD_SECOND);
    ck_assert_int_eq (stage_reached (SOMETIMES_REPLACED), 0);
    world_withdraw (stage.world, 1);
    ck_assert_int_eq (stage_reached (SOMETIMES_NOT_LET_IN), 1);
    stage_quiet ();
    ck_assert_int_eq (stage_reached (SOMETIMES_FENCED), 0);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_traders");
    TCase *journals = tcase_create ("journals");
    tcase_add_checked_fixture (journals, NULL, stage_close);
    tcase_add_test (journals, test_trader_that_dies_takes_from_its_journal_what_it_had_decided);
    tcase_add_test (journals, test_trader_promises_nothing_that_finds_no_room_in_its_journal);
    tcase_add_test (journals,
                    test_trader_ends_when_an_fsync_fails_and_comes_back_with_a_prefix_of_the_batch);
    suite_add_tcase (suite, journals);

    TCase *deaths = tcase_create ("deaths");
    tcase_add_checked_fixture (deaths, NULL, stage_close);
    tcase_add_test (deaths, test_trader_that_stays_dead_is_taken_over);
    tcase_add_test (deaths, test_process_without_a_journal_is_not_let_in_while_a_backup_holds);
    suite_add_tcase (suite, deaths);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
