// The store on a bad disk and in a process that is killed: a batch is there whole or not at all,
// and what was reported is there.
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kit/faulty_disk.h"
#include "tests/kit/store_case.h"

enum {
    BATCH_ORDERS = 40,
    BATCH_RECORDS = BATCH_ORDERS + 2,
    WRITES_TRIED = 20,       // more than a batch has: see the test that counts them
    LOTS = 20000,            // a few hundred pages of them
    APART = 25,              // lots that fill a page
    CHANGES = LOTS / APART,  // one on each page: some twenty such batches fill the WAL
};

static const char *path;

static void setup (void)
{
    faulty_disk_mend ();
    path = store_case_begin ();
}

// Batch n brings lot n, decides BATCH_ORDERS orders of as many buyers, and makes the warehouse's
// version n.
static enum store_status write_batch (store_t *store, int64_t n)
{
    struct record batch[BATCH_RECORDS] = {
        {.type = RECORD_LOT, .lot = {n, 9, n, 1, 1, 100, 1, 1, 0}},
        {.type = RECORD_WAREHOUSE, .warehouse = {1, n, 0}},
    };
    for (int64_t i = 0; i < BATCH_ORDERS; i++) {
        batch[2 + i] = (struct record){
            .type = RECORD_ORDER,
            .order = {.buyer = 10 + i,
                      .number = n,
                      .trader = 1,
                      .product = 1,
                      .quantity = 1,
                      .status = STATUS_OUT_OF_STOCK},
        };
    }
    return store_write (store, batch, BATCH_RECORDS);
}

struct tally {
    int64_t version;
    int64_t lots;
    int64_t orders;
};

static bool count_record (void *context, const struct record *record)
{
    struct tally *tally = context;
    if (record->type == RECORD_WAREHOUSE) {
        tally->version = record->warehouse.version;
    }
    tally->lots += record->type == RECORD_LOT;
    tally->orders += record->type == RECORD_ORDER;
    return true;
}

// Opens the store and returns how many batches are in it, each of them whole.
static int64_t whole_batches (const char *file)
{
    struct tally tally = {0};
    store_t *store = must_open (file);
    ck_assert_int_eq (store_load (store, 1000 * 1000, count_record, &tally), STORE_OK);
    store_close (&store);
    ck_assert_int_eq (tally.lots, tally.version);
    ck_assert_int_eq (tally.orders, tally.version * BATCH_ORDERS);
    ck_assert_int_eq (ask_sql (file, "SELECT quick_check = 'ok' FROM pragma_quick_check"), 1);
    return tally.version;
}

// What would be found if the power went now: the files as they are.
static int64_t whole_batches_after_a_crash (void)
{
    char command[512], copy[128];
    snprintf (copy, sizeof copy, "%s.crash", path);
    snprintf (command, sizeof command, "cp '%s' '%s' && cp '%s-wal' '%s-wal'", path, copy, path,
              copy);
    ck_assert_int_eq (system (command), 0);
    return whole_batches (copy);
}

START_TEST (test_store_syncs_every_batch_before_it_is_reported)
{
    store_t *store = must_open (path);
    for (int64_t n = 1; n <= 5; n++) {
        int syncs = faulty_disk_syncs ();
        ck_assert_int_eq (write_batch (store, n), STORE_OK);
        ck_assert_int_gt (faulty_disk_syncs (), syncs);
        ck_assert_int_eq (whole_batches_after_a_crash (), n);
    }
    store_close (&store);
}
END_TEST

START_TEST (test_store_writes_less_often_than_the_tests_try)
{
    store_t *store = must_open (path);
    int before = faulty_disk_writes ();
    ck_assert_int_eq (write_batch (store, 1), STORE_OK);
    int first = faulty_disk_writes () - before;
    ck_assert_int_eq (write_batch (store, 2), STORE_OK);
    int second = faulty_disk_writes () - before - first;
    ck_assert_int_gt (second, 4);
    ck_assert_int_lt (first, WRITES_TRIED);
    ck_assert_int_lt (second, WRITES_TRIED);
    store_close (&store);
}
END_TEST

// The disk is full from the _i-th write on, in the middle of the write or before it.
static void check_full (enum write_fault fault, int error, int writes)
{
    store_t *store = must_open (path);
    ck_assert_int_eq (write_batch (store, 1), STORE_OK);
    faulty_disk_break_writes (fault, error, writes);
    enum store_status status = write_batch (store, 2);
    if (status == STORE_FULL) {
        ck_assert_str_ne (store_error (store), "");
        ck_assert_int_eq (write_batch (store, 2), STORE_FULL);
    }
    faulty_disk_mend ();
    if (status == STORE_FULL) {
        ck_assert_int_eq (whole_batches_after_a_crash (), 1);
        ck_assert_int_eq (write_batch (store, 2), STORE_OK);
    }
    ck_assert_msg (status == STORE_FULL || (status == STORE_OK && writes >= 5), "status %d: %s",
                   (int) status, store_error (store));
    ck_assert_int_eq (whole_batches_after_a_crash (), 2);
    ck_assert_int_eq (write_batch (store, 3), STORE_OK);
    store_close (&store);
    ck_assert_int_eq (whole_batches (path), 3);
}

START_TEST (test_store_writes_nothing_on_a_full_disk_and_goes_on_when_there_is_room)
{
    check_full (WRITE_FAILS, ENOSPC, _i);
}
END_TEST

START_TEST (test_store_takes_a_short_write_on_a_full_disk_back)
{
    check_full (WRITE_FAILS_SHORT, ENOSPC, _i);
}
END_TEST

START_TEST (test_store_takes_a_quota_or_a_limit_of_size_for_a_full_disk)
{
    check_full (_i % 2 ? WRITE_FAILS : WRITE_FAILS_SHORT, _i < 2 ? EDQUOT : EFBIG, _i);
}
END_TEST

START_TEST (test_store_goes_on_through_interrupted_and_short_writes)
{
    store_t *store = must_open (path);
    faulty_disk_break_writes (WRITE_STUTTERS, 0, 0);
    ck_assert_int_eq (write_batch (store, 1), STORE_OK);
    ck_assert_int_eq (write_batch (store, 2), STORE_OK);
    faulty_disk_mend ();
    ck_assert_int_eq (whole_batches_after_a_crash (), 2);
    store_close (&store);
}
END_TEST

// Closing is no second attempt: not a byte is written after the failure.
static void expect_failed_for_good (store_t *store)
{
    faulty_disk_mend ();
    ck_assert_str_ne (store_error (store), "");
    int writes = faulty_disk_writes (), syncs = faulty_disk_syncs ();
    ck_assert_int_eq (write_batch (store, 2), STORE_FAILED);
    store_close (&store);
    ck_assert_int_eq (faulty_disk_writes (), writes);
    ck_assert_int_eq (faulty_disk_syncs (), syncs);
}

START_TEST (test_store_fails_for_good_when_a_write_fails)
{
    store_t *store = must_open (path);
    ck_assert_int_eq (write_batch (store, 1), STORE_OK);
    faulty_disk_break_writes (WRITE_FAILS, EIO, _i);
    ck_assert_int_eq (write_batch (store, 2), STORE_FAILED);
    expect_failed_for_good (store);
    ck_assert_int_eq (whole_batches (path), 1);
}
END_TEST

// The batch may be there or not: that is why the process has to end.
START_TEST (test_store_fails_for_good_when_a_sync_fails)
{
    store_t *store = must_open (path);
    ck_assert_int_eq (write_batch (store, 1), STORE_OK);
    faulty_disk_break_syncs (EIO, 0);
    ck_assert_int_eq (write_batch (store, 2), STORE_FAILED);
    expect_failed_for_good (store);
    ck_assert_int_ge (whole_batches (path), 1);
}
END_TEST

static void write_lots (store_t *store)
{
    struct record *lots = calloc (LOTS, sizeof *lots);
    ck_assert_ptr_nonnull (lots);
    for (int64_t i = 0; i < LOTS; i++) {
        lots[i] =
            (struct record){.type = RECORD_LOT, .lot = {i + 1, 9, i + 1, 1, 1, 100, 99, 99, 0}};
    }
    must_write (store, lots, LOTS);
    free (lots);
}

// Leaves so many units of one lot on each page.
static enum store_status change_lots (store_t *store, int64_t left)
{
    struct record changes[CHANGES];
    for (int64_t i = 0; i < CHANGES; i++) {
        changes[i] = (struct record){.type = RECORD_LOT_LEFT, .lot_left = {1 + APART * i, left}};
    }
    return store_write (store, changes, CHANGES);
}

static int64_t lots_with (int64_t left)
{
    char question[64];
    snprintf (question, sizeof question, "SELECT count (*) FROM lots WHERE unsold = %d",
              (int) left);
    return ask_sql (path, question);
}

// Changes lots until the WAL is moved to the database, which is a second sync in one batch that
// fails here; returns how many are left then.
static int64_t change_until_checkpoint (store_t *store)
{
    for (int64_t left = 98; left > 0; left--) {
        faulty_disk_break_syncs (EIO, 1);
        int syncs = faulty_disk_syncs ();
        enum store_status status = change_lots (store, left);
        if (faulty_disk_syncs () - syncs > 1) {
            ck_assert_int_eq (status, STORE_FAILED);
            return left;
        }
        ck_assert_int_eq (status, STORE_OK);
    }
    ck_abort_msg ("the WAL was never moved to the database");
    return 0;
}

START_TEST (test_store_fails_when_a_sync_fails_as_the_wal_is_moved)
{
    store_t *store = must_open (path);
    write_lots (store);
    int64_t left = change_until_checkpoint (store);
    expect_failed_for_good (store);
    ck_assert_int_eq (lots_with (left), CHANGES);
}
END_TEST

START_TEST (test_store_moves_the_wal_later_when_the_disk_is_full)
{
    static const int full[] = {ENOSPC, EDQUOT};
    store_t *store = must_open (path);
    write_lots (store);
    faulty_disk_only (path);
    faulty_disk_break_writes (WRITE_FAILS, full[_i], 0);
    for (int64_t left = 98; left > 60; left--) {
        ck_assert_int_eq (change_lots (store, left), STORE_OK);
    }
    ck_assert_int_gt (faulty_disk_failures (), 0);
    faulty_disk_mend ();
    store_close (&store);
    ck_assert_int_eq (lots_with (61), CHANGES);
}
END_TEST

// Writes batches in a process of its own that reports each one, until that process is killed.
// Returns the last that it reported. `reports`: after so many it is killed from outside; 0: it
// dies by itself at the write that `deadly` names.
static int64_t write_and_die (int64_t first, int reports, int deadly)
{
    int pipes[2];
    ck_assert_int_eq (pipe (pipes), 0);
    pid_t child = fork ();
    if (child == 0) {
        store_t *store = must_open (path);
        if (reports == 0) {
            faulty_disk_break_writes (WRITE_KILLS, 0, deadly);
        }
        for (int64_t n = first;; n++) {
            if (write_batch (store, n) != STORE_OK
                || write (pipes[1], &n, sizeof n) != (ssize_t) sizeof n) {
                _exit (1);
            }
        }
    }
    close (pipes[1]);
    int64_t last = first - 1;
    for (int i = 0; read (pipes[0], &last, sizeof last) == (ssize_t) sizeof last; i++) {
        if (reports > 0 && i == reports) {
            kill (child, SIGKILL);
        }
    }
    close (pipes[0]);
    int status;
    ck_assert_int_eq (waitpid (child, &status, 0), child);
    ck_assert (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
    return last;
}

START_TEST (test_store_holds_whole_batches_when_it_is_killed_within_any_write)
{
    int64_t reported = write_and_die (1, 0, _i);
    int64_t found = whole_batches (path);
    ck_assert_int_ge (found, reported);
    ck_assert_int_le (found, reported + 1);
}
END_TEST

START_TEST (test_store_holds_what_it_reported_when_it_is_killed_time_and_again)
{
    int64_t found = 0;
    for (int round = 0; round < 20; round++) {
        int64_t reported = write_and_die (found + 1, 3 + 7 * (round % 5), 0);
        ck_assert_int_gt (reported, found);
        found = whole_batches (path);
        ck_assert_int_ge (found, reported);
        ck_assert_int_le (found, reported + 1);
    }
}
END_TEST

static Suite *store_faults_suite (void)
{
    Suite *suite = suite_create ("store_faults");
    TCase *full = tcase_create ("full disk");
    tcase_add_checked_fixture (full, setup, store_case_end);
    tcase_set_timeout (full, 120);
    tcase_add_test (full, test_store_writes_less_often_than_the_tests_try);
    tcase_add_loop_test (full,
                         test_store_writes_nothing_on_a_full_disk_and_goes_on_when_there_is_room, 0,
                         WRITES_TRIED);
    tcase_add_loop_test (full, test_store_takes_a_short_write_on_a_full_disk_back, 0, WRITES_TRIED);
    tcase_add_loop_test (full, test_store_takes_a_quota_or_a_limit_of_size_for_a_full_disk, 0, 4);
    tcase_add_test (full, test_store_goes_on_through_interrupted_and_short_writes);
    suite_add_tcase (suite, full);
    TCase *bad = tcase_create ("bad disk");
    tcase_add_checked_fixture (bad, setup, store_case_end);
    tcase_set_timeout (bad, 120);
    tcase_add_test (bad, test_store_syncs_every_batch_before_it_is_reported);
    tcase_add_loop_test (bad, test_store_fails_for_good_when_a_write_fails, 0, 5);
    tcase_add_test (bad, test_store_fails_for_good_when_a_sync_fails);
    tcase_add_test (bad, test_store_fails_when_a_sync_fails_as_the_wal_is_moved);
    tcase_add_loop_test (bad, test_store_moves_the_wal_later_when_the_disk_is_full, 0, 2);
    suite_add_tcase (suite, bad);
    TCase *killed = tcase_create ("killed");
    tcase_add_checked_fixture (killed, setup, store_case_end);
    tcase_set_timeout (killed, 120);
    tcase_add_loop_test (killed, test_store_holds_whole_batches_when_it_is_killed_within_any_write,
                         0, 2 * WRITES_TRIED);
    tcase_add_test (killed, test_store_holds_what_it_reported_when_it_is_killed_time_and_again);
    suite_add_tcase (suite, killed);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (store_faults_suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
