// The world of the simulator while nothing fails in it: how letters travel, how long work takes, and
// when a run ends.
#include <check.h>
#include <stdlib.h>

#include "tests/kit/stage.h"

START_TEST (test_letters_of_one_connection_keep_their_order)
{
    struct world_config config = world_config_default ();
    config.seed = (uint64_t) _i;
    config.delay_min_us = 100;
    config.delay_max_us = 20 * WORLD_MS;
    stage_set_up_shop (&config, MODE_CACHED);
    for (int64_t number = 2; number <= 40; number++) {
        stage_restock (SAM, 1, number, 1);
        stage_run (500);
    }
    stage_quiet ();
    int64_t said = 0;
    int64_t told = 0;
    int64_t told_us[41] = {0};
    for (size_t i = 0; i < stage.count; i++) {
        const struct noted *fact = &stage.facts[i];
        if (fact->type == FACT_SAID && fact->about == MESSAGE_RESTOCKED) {
            ck_assert_int_eq (fact->number, ++said);
        } else if (fact->type == FACT_TOLD && fact->about == MESSAGE_RESTOCKED) {
            ck_assert_int_eq (fact->number, ++told);
            told_us[told] = fact->now_us;
        }
    }
    ck_assert_int_eq (told, 40);
    ck_assert_int_eq (stage_reached (SOMETIMES_OVERTAKEN), 0);
    int64_t together = 0;  // Had all delays been the same, no two would arrive at one time.
    for (int64_t number = 3; number <= 40; number++) {
        together += told_us[number] == told_us[number - 1];
    }
    ck_assert_int_gt (together, 0);
}
END_TEST

START_TEST (test_letters_of_another_connection_may_overtake)
{
    struct world_config config = world_config_default ();
    stage_set_up_shop (&config, MODE_SYNC);
    int64_t began_us = world_now_us (stage.world);
    world_set_delay (stage.world, ALICE, 1, 5 * WORLD_MS);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (WORLD_MS);
    stage_say (BOB, 1, MESSAGE_PING, 0);
    stage_quiet ();
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_PONG)->now_us - began_us, 6000);
    ck_assert_int_eq (stage_last (FACT_TOLD, BOB, MESSAGE_PONG)->now_us - began_us, 3000);
}
END_TEST

// Two orders, the second one so much later: in one batch, or in two?
static const struct together {
    int64_t later_us;
    int64_t batches;
} together[] = {{0, 1}, {1, 2}};

START_TEST (test_letters_that_arrive_at_one_instant_are_one_round)
{
    struct world_config config = world_config_default ();
    stage_set_up_shop (&config, MODE_SYNC);
    int64_t before = stage_count (FACT_ANSWERED, 0, MESSAGE_COMMITTED);
    stage_buy (ALICE, 1, 1, 1);
    stage_run (together[_i].later_us);
    stage_buy (BOB, 1, 1, 1);
    stage_quiet ();
    int64_t batches = stage_count (FACT_ANSWERED, 0, MESSAGE_COMMITTED) - before;
    ck_assert_int_eq (batches, together[_i].batches);
    ck_assert_int_eq (stage_orders (), 2);
    ck_assert_int_eq (stage.left, 4);
}
END_TEST

START_TEST (test_work_on_a_message_takes_its_time_and_what_comes_meanwhile_waits)
{
    struct world_config config = world_config_default ();
    config.message_us = 300;
    stage_set_up_shop (&config, MODE_SYNC);
    int64_t began_us = world_now_us (stage.world);
    stage_say (ALICE, 1, MESSAGE_PING, 0);
    stage_run (100);
    stage_say (BOB, 1, MESSAGE_PING, 0);
    stage_run (100);
    stage_say (SAM, 1, MESSAGE_PING, 0);
    stage_quiet ();
    int64_t said = 0;
    for (size_t i = 0; i < stage.count; i++) {
        const struct noted *fact = &stage.facts[i];
        if (fact->type == FACT_SAID && fact->about == MESSAGE_PONG) {
            ck_assert_int_eq (fact->now_us - began_us, said++ == 0 ? 1300 : 1900);
        }
    }
    ck_assert_int_eq (said, 3);
    ck_assert_int_eq (stage_last (FACT_TOLD, ALICE, MESSAGE_PONG)->now_us - began_us, 2300);
    ck_assert_int_eq (stage_last (FACT_TOLD, SAM, MESSAGE_PONG)->now_us - began_us, 2900);
}
END_TEST

START_TEST (test_work_on_a_batch_takes_longer_with_each_item_and_with_its_fsync)
{
    struct world_config config = world_config_default ();
    config.message_us = 10;
    config.item_us = 100;
    config.fsync_min_us = config.fsync_max_us = 1000;
    stage_set_up_shop (&config, MODE_SYNC);
    int64_t began_us = world_now_us (stage.world);
    stage_buy (ALICE, 1, 1, 1);
    stage_buy (BOB, 1, 1, 1);
    stage_quiet ();
    // 1000 on the way, 20 for two orders, 1000 on the way, 10 + 200 + 1000 at the warehouse.
    const struct noted *answered = stage_last (FACT_ANSWERED, 0, MESSAGE_COMMITTED);
    ck_assert_int_eq (stage_last (FACT_STORED, 0, MESSAGE_TYPE_COUNT)->now_us - began_us, 3230);
    ck_assert_int_eq (answered->now_us - began_us, 3230);
    ck_assert_int_eq (stage_last (FACT_SAID, 1, MESSAGE_RECEIPT)->now_us - began_us, 4240);
    ck_assert_int_eq (stage_last (FACT_TOLD, BOB, MESSAGE_RECEIPT)->now_us - began_us, 5240);
}
END_TEST

START_TEST (test_run_ends_in_time_or_after_so_many_steps_or_when_all_is_quiet)
{
    struct world_config config = world_config_default ();
    stage_set_up_shop (&config, MODE_SYNC);
    int64_t now_us = world_now_us (stage.world);
    int64_t steps = world_steps (stage.world);
    stage_buy (ALICE, 1, 1, 1);
    ck_assert_int_eq (world_run (stage.world, now_us + 500, 100), WORLD_TIME);
    ck_assert_int_eq (world_now_us (stage.world), now_us + 500);
    ck_assert_int_eq (world_steps (stage.world), steps);
    ck_assert_int_eq (world_run (stage.world, now_us + WORLD_SECOND, 2), WORLD_STEPS);
    ck_assert_int_eq (world_steps (stage.world), steps + 2);  // The trader took it, and drained.
    ck_assert_int_eq (world_run (stage.world, now_us + 2 * WORLD_SECOND, 100), WORLD_QUIET);
    ck_assert_int_eq (stage.left, 5);
}
END_TEST

START_TEST (test_run_ends_when_the_witness_has_seen_enough)
{
    struct world_config config = world_config_default ();
    stage_set_up_shop (&config, MODE_SYNC);
    int64_t now_us = world_now_us (stage.world);
    size_t before = stage.count;
    stage.facts_max = (int64_t) before + 2;
    stage_buy (ALICE, 1, 1, 1);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq (world_run (stage.world, now_us + WORLD_SECOND, 100),
                          WORLD_ENDED_BY_WITNESS);
        ck_assert_uint_eq (stage.count, before + 2);  // It was asked, and stored.
    }
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_world");
    TCase *letters = tcase_create ("letters");
    tcase_add_checked_fixture (letters, NULL, stage_close);
    tcase_add_loop_test (letters, test_letters_of_one_connection_keep_their_order, 0, 4);
    tcase_add_test (letters, test_letters_of_another_connection_may_overtake);
    suite_add_tcase (suite, letters);

    TCase *work = tcase_create ("work");
    tcase_add_checked_fixture (work, NULL, stage_close);
    tcase_add_loop_test (work, test_letters_that_arrive_at_one_instant_are_one_round, 0, 2);
    tcase_add_test (work, test_work_on_a_message_takes_its_time_and_what_comes_meanwhile_waits);
    tcase_add_test (work, test_work_on_a_batch_takes_longer_with_each_item_and_with_its_fsync);
    suite_add_tcase (suite, work);

    TCase *runs = tcase_create ("runs");
    tcase_add_checked_fixture (runs, NULL, stage_close);
    tcase_add_test (runs, test_run_ends_in_time_or_after_so_many_steps_or_when_all_is_quiet);
    tcase_add_test (runs, test_run_ends_when_the_witness_has_seen_enough);
    suite_add_tcase (suite, runs);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
