// A trader as the backup of others: it keeps a copy of what they decide, durably, and says so.
#include <stdlib.h>

#include "tests/kit/copy_fixture.h"

START_TEST (test_a_copy_is_acknowledged_with_its_records)
{
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    fix_nothing ();  // Nothing is told before the round's records are known.
    copy_drain ();
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, false);
    ck_assert_uint_eq (copy_records (RECORD_COPY), 1);
    ck_assert_uint_eq (copy_records (RECORD_COPIED), 3);
    ck_assert_int_eq (trader_counters (fix.trader)->copied, 3);
}
END_TEST

START_TEST (test_a_copy_is_acknowledged_once_a_round)
{
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, 1, 2);
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, 3, 2);
    copy_drain ();
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 4, false);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
}
END_TEST

START_TEST (test_a_decision_that_comes_again_is_kept_once)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 2, 4);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 5, false);
    ck_assert_uint_eq (copy_records (RECORD_COPIED), 2);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 5);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 5, false);
    ck_assert_uint_eq (fix.out.record_count, 0);
}
END_TEST

START_TEST (test_a_copy_takes_nothing_behind_a_gap)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 5, 2);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, false);
    ck_assert_uint_eq (fix.out.record_count, 0);
}
END_TEST

START_TEST (test_what_the_warehouse_has_closes_a_gap)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 7, 8, 2);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 9, false);
    ck_assert_uint_eq (copy_records (RECORD_COPY_SETTLED), 1);
    ck_assert_uint_eq (copy_records (RECORD_COPIED), 2);
    copy_restart ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 7, 10, 0);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 9, false);
}
END_TEST

START_TEST (test_a_copy_whose_beginning_is_missing_does_not_begin)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 3, 5, 2);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 0, false);
    ck_assert_uint_eq (fix.out.record_count, 0);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 3, 4, 2);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 5, false);
}
END_TEST

START_TEST (test_a_newer_view_begins_a_new_copy)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 2, 1, 5, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 2, 0, false);
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 2, 1, 2, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 2, 2, false);
    ck_assert_uint_eq (copy_records (RECORD_COPY), 1);
    ck_assert_uint_eq (copy_records (RECORD_COPIED), 1);
}
END_TEST

START_TEST (test_an_older_view_is_ignored)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_tell (FIRST_PRIMARY, COPY_VIEW - 1, 0, 4, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, false);
    ck_assert_uint_eq (fix.out.record_count, 0);
}
END_TEST

START_TEST (test_a_sealed_copy_refuses)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_silence ();
    ck_assert_uint_eq (copy_records (RECORD_SEALED), 1);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 4, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, true);
    ck_assert_uint_eq (fix.out.record_count, 0);
    copy_restart ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 4, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, true);
}
END_TEST

START_TEST (test_a_newer_view_begins_behind_a_sealed_copy)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    copy_silence ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 2, 0, 1, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 2, 1, false);
    copy_restart ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 2, 0, 2, 1);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 2, 2, false);
}
END_TEST

START_TEST (test_nothing_is_acknowledged_that_found_no_room)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, 2, 2);
    copy_lose ();
    ck_assert_uint_eq (fix.out.letter_count, 0);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    copy_wait (fix_due_in ());
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, false);
    ck_assert_uint_eq (copy_records (RECORD_COPY), 0);
    ck_assert_uint_eq (copy_records (RECORD_COPIED), 2);
    copy_restart ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 4, 0);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 3, false);
}
END_TEST

START_TEST (test_a_copy_that_found_no_room_to_begin_replaces_the_one_before)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 4);
    copy_hear (FIRST_PRIMARY, COPY_VIEW + 2, 2, 3, 1);
    copy_lose ();
    copy_wait (fix_due_in ());
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 2, 3, false);
    ck_assert_uint_eq (copy_records (RECORD_COPY), 1);
    copy_restart ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW + 2, 2, 4, 0);
    copy_acks (FIRST_PRIMARY, COPY_VIEW + 2, 3, false);
}
END_TEST

// Both are asked the same in the end: they must hold the same.
static void check_holds (void)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 80, 0);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 100, true);
    copy_tell (SECOND_PRIMARY, COPY_VIEW, 0, 9, 0);
    copy_acks (SECOND_PRIMARY, COPY_VIEW, 3, false);
    copy_grant (FIRST_PRIMARY, 0, 61);
    copy_commits (FIRST_PRIMARY, 1, 62, 39);
}

static void hold_some (void)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 70);
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 60, 71, 30);
    copy_silence ();
    copy_tell (SECOND_PRIMARY, COPY_VIEW, 1, 2, 2);
}

START_TEST (test_a_restarted_backup_has_its_copies)
{
    hold_some ();
    copy_restart ();
    check_holds ();
}
END_TEST

// What was sold from a lease is settled as it was sold, and by nobody's memory but the copy's.
START_TEST (test_a_copied_sale_keeps_what_was_taken)
{
    fix_client (copy_sale (FIRST_PRIMARY, COPY_VIEW));
    copy_drain ();
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 1, false);
    if (_i == 1) {
        copy_restart ();
    } else if (_i == 2) {
        copy_rebuild ();
    }
    copy_wait (0);
    copy_silence ();
    copy_asks (FIRST_PRIMARY, COPY_VIEW, false);
    copy_grant (FIRST_PRIMARY, 0, 0);
    const struct item *item = &fix_only (MESSAGE_COMMIT)->message.commit.items[0];
    ck_assert_uint_eq (item->taken_count, 2);
    ck_assert_int_eq (item->taken[0].id, 4);
    ck_assert_int_eq (item->taken[0].units, 2);
    ck_assert_int_eq (item->taken[1].id, 9);
    ck_assert_int_eq (item->taken[1].seller, SUE);
    ck_assert_int_eq (item->taken[1].lot, 7);
    ck_assert_int_eq (item->taken[1].units, 1);
    ck_assert_int_eq (item->taken[1].price_cents, 130);
}
END_TEST

START_TEST (test_a_journal_that_begins_anew_has_the_copies)
{
    hold_some ();
    copy_rebuild ();
    check_holds ();
}
END_TEST

START_TEST (test_a_journal_that_begins_anew_within_a_round_has_them_too)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 2);
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 1, 3, 2);
    copy_hear (SECOND_PRIMARY, COPY_VIEW, 0, 1, 1);
    copy_rebuild ();
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 1, 9, 0);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, 4, false);
}
END_TEST

START_TEST (test_records_may_be_told_twice)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    struct record again[8];
    size_t count = fix.out.record_count;
    for (size_t i = 0; i < count; i++) {
        again[i] = fix.out.records[i];
    }
    trader_t *other = trader_new (&fix.config, FIX_SEED);
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < count; i++) {
            ck_assert (trader_restore (other, &again[i]));
        }
    }
    ck_assert (trader_restore (other, &again[count - 1]));
    trader_destroy (&other);
}
END_TEST

START_TEST (test_records_that_contradict_each_other_are_refused)
{
    copy_tell (FIRST_PRIMARY, COPY_VIEW, 0, 1, 3);
    ck_assert_uint_eq (fix.out.record_count, 4);
    const struct record *records = fix.out.records;
    trader_t *other = trader_new (&fix.config, FIX_SEED);
    ck_assert (!trader_restore (other, &records[1]));  // No copy has begun.
    ck_assert (trader_restore (other, &records[0]));
    ck_assert (!trader_restore (other, &records[2]));  // One is missing.
    struct record sealed = {.type = RECORD_SEALED,
                            .copy = {.trader = FIRST_PRIMARY, .view = COPY_VIEW + 1}};
    ck_assert (!trader_restore (other, &sealed));  // Of a view that there is no copy for.
    struct record own = records[0];
    own.copy.trader = FIX_TRADER;
    ck_assert (!trader_restore (other, &own));
    trader_destroy (&other);
}
END_TEST

START_TEST (test_a_copy_is_bounded)
{
    for (int64_t write = 1; write <= LIMIT_QUEUE; write += LIMIT_COPIES) {
        copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, write, LIMIT_COPIES);
    }
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 0, LIMIT_QUEUE + 1, 2);
    fix_step (EVENT_DRAINED);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, LIMIT_QUEUE, false);
    copy_hear (FIRST_PRIMARY, COPY_VIEW, 1, LIMIT_QUEUE + 1, 2);
    fix_step (EVENT_DRAINED);
    copy_acks (FIRST_PRIMARY, COPY_VIEW, LIMIT_QUEUE + 1, false);
}
END_TEST

START_TEST (test_copies_of_too_many_are_refused)
{
    for (int64_t trader = 2; trader < 2 + LIMIT_TRADERS; trader++) {
        copy_hear (trader, COPY_VIEW, 0, 1, 1);
        fix_nothing ();
    }
    copy_hear (2 + LIMIT_TRADERS, COPY_VIEW, 0, 1, 1);
    fix_refuses (2 + LIMIT_TRADERS, REASON_LIMIT, 0);
}
END_TEST

START_TEST (test_what_is_no_decision_is_refused)
{
    struct message message = copy_journal (FIRST_PRIMARY, COPY_VIEW, 0, 1, 2);
    struct item odd[2] = {message.journal.items[0], message.journal.items[1]};
    message.journal.items = odd;
    odd[1].behind = false;
    fix_client (message);
    fix_refuses (FIRST_PRIMARY, REASON_BAD_REQUEST, 0);
    odd[1].behind = true;
    odd[1].kind = ITEM_ORDER_STATUS;
    fix_client (message);
    fix_refuses (FIRST_PRIMARY, REASON_BAD_REQUEST, 0);
    message = copy_journal (FIX_TRADER, COPY_VIEW, 0, 1, 1);
    fix_client (message);
    fix_refuses (FIX_TRADER, REASON_BAD_REQUEST, 0);
    message = copy_journal (FIRST_PRIMARY, COPY_VIEW, 0, LIMIT_INTEGER, 1);
    fix_client (message);
    fix_refuses (FIRST_PRIMARY, REASON_BAD_REQUEST, 0);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader_copy");
    TCase *append = tcase_create ("append");
    tcase_add_checked_fixture (append, copy_set_up, copy_tear_down);
    tcase_add_test (append, test_a_copy_is_acknowledged_with_its_records);
    tcase_add_test (append, test_a_copy_is_acknowledged_once_a_round);
    tcase_add_test (append, test_a_decision_that_comes_again_is_kept_once);
    tcase_add_test (append, test_a_copy_takes_nothing_behind_a_gap);
    tcase_add_test (append, test_what_the_warehouse_has_closes_a_gap);
    suite_add_tcase (suite, append);

    TCase *views = tcase_create ("views");
    tcase_add_checked_fixture (views, copy_set_up, copy_tear_down);
    tcase_add_test (views, test_a_copy_whose_beginning_is_missing_does_not_begin);
    tcase_add_test (views, test_a_newer_view_begins_a_new_copy);
    tcase_add_test (views, test_an_older_view_is_ignored);
    tcase_add_test (views, test_a_sealed_copy_refuses);
    tcase_add_test (views, test_a_newer_view_begins_behind_a_sealed_copy);
    suite_add_tcase (suite, views);

    TCase *durable = tcase_create ("durable");
    tcase_add_checked_fixture (durable, copy_set_up, copy_tear_down);
    tcase_add_test (durable, test_nothing_is_acknowledged_that_found_no_room);
    tcase_add_test (durable, test_a_copy_that_found_no_room_to_begin_replaces_the_one_before);
    tcase_add_test (durable, test_a_restarted_backup_has_its_copies);
    tcase_add_loop_test (durable, test_a_copied_sale_keeps_what_was_taken, 0, 3);
    tcase_add_test (durable, test_a_journal_that_begins_anew_has_the_copies);
    tcase_add_test (durable, test_a_journal_that_begins_anew_within_a_round_has_them_too);
    tcase_add_test (durable, test_records_may_be_told_twice);
    tcase_add_test (durable, test_records_that_contradict_each_other_are_refused);
    suite_add_tcase (suite, durable);

    TCase *bounds = tcase_create ("bounds");
    tcase_add_checked_fixture (bounds, copy_set_up, copy_tear_down);
    tcase_add_test (bounds, test_a_copy_is_bounded);
    tcase_add_test (bounds, test_copies_of_too_many_are_refused);
    tcase_add_test (bounds, test_what_is_no_decision_is_refused);
    suite_add_tcase (suite, bounds);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
