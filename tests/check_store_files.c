// The files of a store in SQLite: who may look, who may write, and what is no store.
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kit/store_case.h"

static const char *path;

static void setup (void)
{
    path = store_case_begin ();
}

static void expect_no_store (const char *file, const char *reason)
{
    char error[256] = "";
    ck_assert_ptr_null (store_open (file, error, sizeof error));
    ck_assert_msg (strstr (error, reason) != NULL, "\"%s\" does not tell \"%s\"", error, reason);
}

START_TEST (test_store_lets_readers_look_while_it_writes)
{
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    sqlite3 *reader;
    ck_assert_int_eq (sqlite3_open_v2 (path, &reader, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    const char *look = "BEGIN; SELECT count (*) FROM lots";
    ck_assert_int_eq (sqlite3_exec (reader, look, NULL, NULL, NULL), SQLITE_OK);
    const struct record more = {.type = RECORD_LOT, .lot = {4, 10, 2, 1, 2, 5, 100, 100, 0}};
    must_write (store, &more, 1);
    sqlite3_stmt *count;
    sqlite3_prepare_v2 (reader, "SELECT count (*) FROM lots", -1, &count, NULL);
    ck_assert_int_eq (sqlite3_step (count), SQLITE_ROW);
    ck_assert_int_eq (sqlite3_column_int64 (count, 0), 3);  // as it stood when it began to look
    sqlite3_finalize (count);
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM lots"), 4);
    store_close (&store);
    sqlite3_close (reader);
}
END_TEST

// Whoever writes to the file by hand holds the market up, and no longer than that.
START_TEST (test_store_is_full_while_another_program_writes)
{
    store_t *store = must_open (path);
    sqlite3 *writer;
    ck_assert_int_eq (sqlite3_open (path, &writer), SQLITE_OK);
    ck_assert_int_eq (sqlite3_exec (writer, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq (store_write (store, market, market_count), STORE_FULL);
    sqlite3_close (writer);
    must_write (store, market, market_count);
    ck_assert_str_eq (load_text (store, 16), market_text);
    store_close (&store);
}
END_TEST

START_TEST (test_store_refuses_a_second_warehouse)
{
    char mine[64], link_name[128];
    snprintf (mine, sizeof mine, "in use by another warehouse (process %ld)", (long) getpid ());
    snprintf (link_name, sizeof link_name, "%s-link", path);
    ck_assert_int_eq (symlink (path, link_name), 0);
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    expect_no_store (path, mine);
    expect_no_store (link_name, mine);
    must_write (store, market, market_count);
    store_close (&store);
    ck_assert_str_eq (load_file (link_name, 16), market_text);
}
END_TEST

START_TEST (test_store_is_free_once_its_process_was_killed)
{
    int pipes[2];
    ck_assert_int_eq (pipe (pipes), 0);
    pid_t child = fork ();
    if (child == 0) {
        must_write (must_open (path), market, market_count);
        ck_assert_int_eq (write (pipes[1], "!", 1), 1);
        pause ();
    }
    char ready;
    ck_assert_int_eq (read (pipes[0], &ready, 1), 1);
    expect_no_store (path, "in use by another warehouse");
    kill (child, SIGKILL);
    ck_assert_int_eq (waitpid (child, NULL, 0), child);
    ck_assert_str_eq (load_file (path, 16), market_text);
}
END_TEST

START_TEST (test_store_leaves_no_wal_behind_when_it_is_closed)
{
    char wal[128];
    snprintf (wal, sizeof wal, "%s-wal", path);
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    ck_assert_int_eq (access (wal, F_OK), 0);
    store_close (&store);
    ck_assert_int_ne (access (wal, F_OK), 0);
}
END_TEST

START_TEST (test_store_refuses_a_database_of_another_program)
{
    run_sql (path, "CREATE TABLE recipes (name TEXT)");
    expect_no_store (path, "another program");
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM sqlite_schema"), 1);
    ck_assert_int_eq (ask_sql (path, "SELECT journal_mode = 'delete' FROM pragma_journal_mode"), 1);
}
END_TEST

START_TEST (test_store_refuses_another_version)
{
    static const char *const versions[] = {"PRAGMA user_version = 4", "PRAGMA user_version = 6"};
    load_file (path, 16);
    run_sql (path, versions[_i]);
    expect_no_store (path, _i == 0 ? "a store of version 4" : "a store of version 6");
}
END_TEST

START_TEST (test_store_refuses_a_file_that_is_no_database)
{
    FILE *file = fopen (path, "w");
    fputs ("name,price\napple,100\n", file);
    fclose (file);
    expect_no_store (path, "not a database");
}
END_TEST

START_TEST (test_store_refuses_a_path_that_leads_nowhere)
{
    expect_no_store ("", "the path is empty");
    expect_no_store ("/nonexistent/souk.db", "unable to open");
    expect_no_store ("/tmp", "cannot open the store /tmp");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("store_files");
    TCase *files = tcase_create ("files");
    tcase_add_checked_fixture (files, setup, store_case_end);
    tcase_set_timeout (files, 60);
    tcase_add_test (files, test_store_lets_readers_look_while_it_writes);
    tcase_add_test (files, test_store_is_full_while_another_program_writes);
    tcase_add_test (files, test_store_refuses_a_second_warehouse);
    tcase_add_test (files, test_store_is_free_once_its_process_was_killed);
    tcase_add_test (files, test_store_leaves_no_wal_behind_when_it_is_closed);
    tcase_add_test (files, test_store_refuses_a_database_of_another_program);
    tcase_add_loop_test (files, test_store_refuses_another_version, 0, 2);
    tcase_add_test (files, test_store_refuses_a_file_that_is_no_database);
    tcase_add_test (files, test_store_refuses_a_path_that_leads_nowhere);
    suite_add_tcase (suite, files);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
