// The journal on a bad disk and in a process that is killed: what was reported is there, and a batch
// that was refused is not.
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kit/faulty_disk.h"
#include "tests/kit/journal_case.h"

static enum journal_status decide (journal_t *journal, int64_t first, int64_t last)
{
    struct record records[100];
    size_t count = (size_t) (last - first + 1);
    ck_assert_uint_le (count, 100);
    for (size_t i = 0; i < count; i++) {
        records[i] = journal_case_decision (first + (int64_t) i);
    }
    return journal_append (journal, records, count);
}

START_TEST (test_journal_syncs_a_batch_when_one_of_it_must_be_durable)
{
    journal_t *journal = journal_case_open ();
    for (size_t i = 0; i < JOURNAL_CASE_KINDS; i++) {
        enum record_type type = journal_case_records[i].type;
        bool rides = type == RECORD_SETTLED || type == RECORD_COPY_SETTLED
                     || type == RECORD_FORWARDED || type == RECORD_COPY_END;
        int syncs = faulty_disk_syncs ();
        journal_case_append (journal, &journal_case_records[i], 1);
        ck_assert_int_eq (faulty_disk_syncs () - syncs, rides ? 0 : 1);
    }
    int writes = faulty_disk_writes (), syncs = faulty_disk_syncs ();
    journal_case_append (journal, journal_case_records, JOURNAL_CASE_KINDS);
    ck_assert_int_eq (faulty_disk_writes () - writes, 1);
    ck_assert_int_eq (faulty_disk_syncs () - syncs, 1);
    journal_case_append (journal, NULL, 0);
    ck_assert_int_eq (faulty_disk_syncs () - syncs, 1);
    journal_close (&journal);
}
END_TEST

// What was not made durable belongs to the write that makes it so: a hole in it is a torn write.
START_TEST (test_journal_counts_what_was_not_durable_to_the_next_write_that_is)
{
    static const struct record settled = {.type = RECORD_SETTLED, .write = {7, 1}};
    size_t size;
    journal_t *journal = journal_case_open ();
    journal_case_decide (journal, 1, 1);
    size_t before = (journal_case_read (journal_case_path (), &size), size);
    journal_case_append (journal, &settled, 1);
    journal_case_append (journal, &settled, 1);
    journal_case_decide (journal, 2, 2);
    journal_close (&journal);
    char bytes[1024];
    const char *read = journal_case_read (journal_case_path (), &size);
    memcpy (bytes, read, size);
    ck_assert_ptr_nonnull (strstr (read, " 2 2 settled"));
    ck_assert_ptr_nonnull (strstr (read, " 3 2 settled"));
    ck_assert_ptr_nonnull (strstr (read, " 4 2 decided"));
    bytes[before + 3] = 0;
    journal_case_write (journal_case_path (), bytes, size);
    ck_assert_int_eq (journal_case_found (), 1);
}
END_TEST

static void check_full (enum write_fault fault, int error)
{
    journal_t *journal = journal_case_open ();
    journal_case_decide (journal, 1, 10);
    faulty_disk_break_writes (fault, error, 0);
    ck_assert_int_eq (decide (journal, 11, 60), JOURNAL_FULL);
    ck_assert_ptr_nonnull (strstr (journal_error (journal), strerror (error)));
    ck_assert_int_eq (decide (journal, 11, 60), JOURNAL_FULL);
    faulty_disk_mend ();
    journal_case_holds (journal, 1, 10);
    ck_assert_int_eq (decide (journal, 11, 12), JOURNAL_OK);
    journal_case_holds (journal, 1, 12);
    journal_close (&journal);
    ck_assert_int_eq (journal_case_found (), 12);
}

START_TEST (test_journal_keeps_nothing_of_a_batch_without_room_and_goes_on_when_there_is)
{
    static const int full[] = {ENOSPC, EDQUOT, EFBIG};
    check_full (WRITE_FAILS, full[_i]);
}
END_TEST

START_TEST (test_journal_takes_a_short_write_back)
{
    static const int full[] = {ENOSPC, EDQUOT, EFBIG};
    check_full (WRITE_FAILS_SHORT, full[_i]);
}
END_TEST

START_TEST (test_journal_goes_on_through_interrupted_and_short_writes)
{
    journal_t *journal = journal_case_open ();
    faulty_disk_break_writes (WRITE_STUTTERS, 0, 0);
    ck_assert_int_eq (decide (journal, 1, 50), JOURNAL_OK);
    ck_assert_int_gt (faulty_disk_failures (), 10);
    faulty_disk_mend ();
    journal_close (&journal);
    ck_assert_int_eq (journal_case_found (), 50);
}
END_TEST

static void expect_failed_for_good (journal_t *journal)
{
    faulty_disk_mend ();
    ck_assert_str_ne (journal_error (journal), "");
    int writes = faulty_disk_writes (), syncs = faulty_disk_syncs ();
    ck_assert_int_eq (decide (journal, 11, 12), JOURNAL_FAILED);
    ck_assert_int_eq (journal_rotate (journal, NULL, 0), JOURNAL_FAILED);
    journal_close (&journal);
    ck_assert_int_eq (faulty_disk_writes (), writes);
    ck_assert_int_eq (faulty_disk_syncs (), syncs);
}

START_TEST (test_journal_fails_for_good_when_a_write_or_a_sync_fails)
{
    static const int errors[] = {EIO, ENOSPC};
    journal_t *journal = journal_case_open ();
    journal_case_decide (journal, 1, 10);
    if (_i == 0) {
        faulty_disk_break_writes (WRITE_FAILS, EIO, 0);
    } else {
        faulty_disk_break_syncs (errors[_i - 1], 0);
    }
    ck_assert_int_eq (decide (journal, 11, 12), JOURNAL_FAILED);
    expect_failed_for_good (journal);
    ck_assert_int_ge (journal_case_found (), 10);
}
END_TEST

START_TEST (test_journal_is_not_begun_on_a_disk_that_is_full_or_fails)
{
    if (_i < 2) {
        faulty_disk_break_writes (_i ? WRITE_FAILS_SHORT : WRITE_FAILS, ENOSPC, 0);
    } else {
        faulty_disk_break_syncs (EIO, _i - 2);
    }
    journal_case_refused ("cannot be begun");
    faulty_disk_mend ();
    ck_assert_int_eq (journal_case_found (), 0);
}
END_TEST

static const char *kept (int n)
{
    static char name[512];
    snprintf (name, sizeof name, "%s.%d", journal_case_path (), n);
    return name;
}

static enum journal_status rotate (journal_t *journal, int64_t first, int64_t last)
{
    struct record records[100];
    for (int64_t i = first; i <= last; i++) {
        records[i - first] = journal_case_decision (i);
    }
    return journal_rotate (journal, records, (size_t) (last - first + 1));
}

START_TEST (test_journal_begins_anew_with_what_is_open_and_keeps_the_last_four)
{
    size_t size;
    journal_t *journal = journal_case_open ();
    journal_rotate_at (journal, 1000);
    for (int64_t n = 1; n <= 6; n++) {
        journal_case_decide (journal, 100 * n + 2, 100 * n + 20);
        ck_assert (journal_grown (journal));
        ck_assert_int_eq (rotate (journal, 100 * n + 101, 100 * n + 101), JOURNAL_OK);
        ck_assert (!journal_grown (journal));
    }
    journal_case_holds (journal, 701, 701);
    journal_close (&journal);
    journal = journal_case_open ();
    journal_case_holds (journal, 701, 701);
    journal_close (&journal);
    for (int n = 1; n <= 4; n++) {
        char first[32];
        snprintf (first, sizeof first, " decided buy 7 %d ", 100 * (7 - n) + 1);
        ck_assert_ptr_nonnull (strstr (journal_case_read (kept (n), &size), first));
    }
    ck_assert_int_ne (access (kept (5), F_OK), 0);
}
END_TEST

START_TEST (test_journal_goes_on_as_it_is_when_there_is_no_room_to_begin_anew)
{
    journal_t *journal = journal_case_open ();
    journal_rotate_at (journal, 1000);
    journal_case_decide (journal, 1, 50);
    faulty_disk_break_writes (_i ? WRITE_FAILS_SHORT : WRITE_FAILS, ENOSPC, _i / 2);
    ck_assert_int_eq (rotate (journal, 51, 60), JOURNAL_FULL);
    faulty_disk_mend ();
    ck_assert (!journal_grown (journal));
    journal_case_decide (journal, 51, 52);
    ck_assert_int_ne (access (kept (1), F_OK), 0);
    journal_case_holds (journal, 1, 52);
    journal_case_decide (journal, 53, 100);
    ck_assert (journal_grown (journal));
    journal_close (&journal);
}
END_TEST

// Runs a deadly rotation in a process of its own. Returns whether it died of it.
static bool dies_rotating (int calls)
{
    pid_t child = fork ();
    if (child == 0) {
        journal_t *journal = journal_case_open ();
        faulty_disk_kill_at (calls);
        enum journal_status status = rotate (journal, 31, 35);
        _exit (status == JOURNAL_OK ? 0 : 1);
    }
    int status;
    ck_assert_int_eq (waitpid (child, &status, 0), child);
    ck_assert (WIFSIGNALED (status) ? WTERMSIG (status) == SIGKILL : WEXITSTATUS (status) == 0);
    return WIFSIGNALED (status);
}

static bool note_first (void *context, const struct record *record)
{
    int64_t *first = context;
    *first = *first == 0 ? record->decided.write : *first;
    return true;
}

START_TEST (test_journal_killed_at_any_step_of_a_rotation_is_the_old_one_or_the_new_one)
{
    bool died = true;
    int steps = 0;
    for (; died; steps++) {
        journal_case_end ();
        journal_case_begin ();
        journal_t *journal = journal_case_open ();
        for (int64_t n = 0; n < 6; n++) {
            ck_assert_int_eq (rotate (journal, 1 + 5 * n, 5 + 5 * n), JOURNAL_OK);
        }
        journal_close (&journal);
        died = dies_rotating (steps);
        journal = journal_case_open ();
        int64_t first = 0;
        ck_assert_int_eq (journal_load (journal, note_first, &first), JOURNAL_OK);
        ck_assert (first == 26 || (first == 31 && steps > 0));
        journal_case_holds (journal, first, first + 4);
        journal_case_decide (journal, first + 5, first + 6);
        journal_case_holds (journal, first, first + 6);
        ck_assert_int_eq (rotate (journal, 91, 95), JOURNAL_OK);
        journal_close (&journal);
        journal = journal_case_open ();
        journal_case_holds (journal, 91, 95);
        journal_close (&journal);
    }
    ck_assert_int_gt (steps, 7);  // Each write, sync and change of a name was one.
}
END_TEST

// Decides in a process of its own that reports each batch, until it is killed within a write.
static int64_t decide_and_die (int writes)
{
    int pipes[2];
    ck_assert_int_eq (pipe (pipes), 0);
    pid_t child = fork ();
    if (child == 0) {
        journal_t *journal = journal_case_open ();
        faulty_disk_break_writes (WRITE_KILLS, 0, writes);
        for (int64_t n = 1;; n += 10) {
            int64_t last = n + 9;
            if (decide (journal, n, last) != JOURNAL_OK
                || write (pipes[1], &last, sizeof last) != (ssize_t) sizeof last) {
                _exit (1);
            }
        }
    }
    close (pipes[1]);
    int64_t last = 0;
    while (read (pipes[0], &last, sizeof last) == (ssize_t) sizeof last) {
    }
    close (pipes[0]);
    int status;
    ck_assert_int_eq (waitpid (child, &status, 0), child);
    ck_assert (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
    return last;
}

START_TEST (test_journal_holds_all_that_was_reported_when_it_is_killed_within_a_write)
{
    int64_t reported = decide_and_die (_i);
    ck_assert_int_eq (reported, 10 * _i);
    int64_t found = journal_case_found ();
    ck_assert_int_ge (found, reported);
    ck_assert_int_lt (found, reported + 10);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("journal_faults");
    TCase *disk = tcase_create ("a bad disk");
    tcase_add_checked_fixture (disk, journal_case_begin, journal_case_end);
    tcase_add_test (disk, test_journal_syncs_a_batch_when_one_of_it_must_be_durable);
    tcase_add_test (disk, test_journal_counts_what_was_not_durable_to_the_next_write_that_is);
    tcase_add_loop_test (
        disk, test_journal_keeps_nothing_of_a_batch_without_room_and_goes_on_when_there_is, 0, 3);
    tcase_add_loop_test (disk, test_journal_takes_a_short_write_back, 0, 3);
    tcase_add_test (disk, test_journal_goes_on_through_interrupted_and_short_writes);
    tcase_add_loop_test (disk, test_journal_fails_for_good_when_a_write_or_a_sync_fails, 0, 3);
    tcase_add_loop_test (disk, test_journal_is_not_begun_on_a_disk_that_is_full_or_fails, 0, 4);
    suite_add_tcase (suite, disk);

    TCase *rotation = tcase_create ("rotation");
    tcase_add_checked_fixture (rotation, journal_case_begin, journal_case_end);
    tcase_set_timeout (rotation, 60);
    tcase_add_test (rotation, test_journal_begins_anew_with_what_is_open_and_keeps_the_last_four);
    tcase_add_loop_test (rotation,
                         test_journal_goes_on_as_it_is_when_there_is_no_room_to_begin_anew, 0, 4);
    tcase_add_test (rotation,
                    test_journal_killed_at_any_step_of_a_rotation_is_the_old_one_or_the_new_one);
    suite_add_tcase (suite, rotation);

    TCase *killed = tcase_create ("killed");
    tcase_add_checked_fixture (killed, journal_case_begin, journal_case_end);
    tcase_add_loop_test (
        killed, test_journal_holds_all_that_was_reported_when_it_is_killed_within_a_write, 0, 5);
    suite_add_tcase (suite, killed);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
