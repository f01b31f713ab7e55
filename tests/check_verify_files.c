// What files verify reads, and what it needs and leaves there.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kit/verify_case.h"

enum { NOBODY = 65534 };

static const char *path;

static void setup (void)
{
    path = verify_case_begin ();
}

static void expect_unreadable (const char *file, const char *reason)
{
    char error[256] = "";
    struct verdict verdict;
    arena_t *arena = arena_new (4096);
    ck_assert (!verify_store (file, NULL, arena, &verdict, error, sizeof error));
    ck_assert_msg (strstr (error, reason) != NULL, "\"%s\" does not tell \"%s\"", error, reason);
    arena_destroy (&arena);
}

START_TEST (test_verify_sees_a_running_market_at_one_instant)
{
    store_t *store = must_open (path);
    const struct record more = {.type = RECORD_LOT, .lot = {4, 10, 2, 1, 2, 5, 100, 100, 0}};
    must_write (store, &more, 1);
    struct verdict verdict = must_verify (path, NULL);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_int_eq (verdict.left_units, 103);
    store_close (&store);
}
END_TEST

START_TEST (test_verify_follows_a_link_to_a_running_market)
{
    char link_name[128];
    snprintf (link_name, sizeof link_name, "%s 100%%?#", path);
    ck_assert_int_eq (symlink (path, link_name), 0);
    store_t *store = must_open (path);
    const struct record more = {.type = RECORD_LOT, .lot = {4, 10, 2, 1, 2, 5, 100, 100, 0}};
    must_write (store, &more, 1);
    ck_assert_int_eq (must_verify (link_name, NULL).left_units, 103);
    store_close (&store);
    ck_assert_int_eq (must_verify (link_name, NULL).left_units, 103);
}
END_TEST

START_TEST (test_verify_reads_a_path_with_any_characters)
{
    char odd[128];
    snprintf (odd, sizeof odd, "%s 100%%41?mode=rw#", path);
    ck_assert_int_eq (rename (path, odd), 0);
    ck_assert (must_verify (odd, NULL).conserved);
}
END_TEST

static size_t folder_entries (void)
{
    char command[160];
    snprintf (command, sizeof command, "ls \"$(dirname '%s')\" | wc -l", path);
    FILE *list = popen (command, "r");
    unsigned long count = 0;
    ck_assert_int_eq (fscanf (list, "%lu", &count), 1);
    pclose (list);
    return count;
}

START_TEST (test_verify_leaves_nothing_behind)
{
    size_t before = folder_entries ();
    ck_assert (must_verify (path, NULL).conserved);
    ck_assert_uint_eq (folder_entries (), before);
}
END_TEST

// Gives up the right to write anywhere; the test's own process is forked and ends with it.
static void lose_rights (void)
{
    char command[160];
    snprintf (command, sizeof command, "chmod -R a+rX,a-w \"$(dirname '%s')\"", path);
    ck_assert_int_eq (system (command), 0);
    if (geteuid () == 0) {
        ck_assert_int_eq (seteuid (NOBODY), 0);
    }
}

static void regain_rights (void)
{
    if (getuid () == 0) {
        ck_assert_int_eq (seteuid (0), 0);
    }
    char command[160];
    snprintf (command, sizeof command, "chmod -R u+w \"$(dirname '%s')\"", path);
    ck_assert_int_eq (system (command), 0);
}

START_TEST (test_verify_needs_no_right_to_write)
{
    store_t *store = _i == 0 ? NULL : must_open (path);
    lose_rights ();
    char error[256] = "";
    struct verdict verdict;
    arena_t *arena = arena_new (4096);
    bool judged = verify_store (path, NULL, arena, &verdict, error, sizeof error);
    regain_rights ();
    ck_assert_msg (judged, "%s", error);
    ck_assert (verdict.conserved);
    arena_destroy (&arena);
    store_close (&store);
}
END_TEST

START_TEST (test_verify_cannot_read_what_is_no_store)
{
    char other[128];
    snprintf (other, sizeof other, "%s.other", path);
    expect_unreadable (other, "No such file");
    expect_unreadable ("/tmp", "/tmp");
    FILE *file = fopen (other, "w");
    expect_unreadable (other, "it is empty");
    fputs ("name,price\napple,100\n", file);
    fclose (file);
    expect_unreadable (other, "not a database");
    ck_assert_int_eq (unlink (other), 0);
    run_sql (other, "CREATE TABLE recipes (name TEXT)");
    expect_unreadable (other, "another program");
    run_sql (path, "PRAGMA user_version = 1");
    expect_unreadable (path, "version 1");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("verify_files");
    TCase *files = tcase_create ("files");
    tcase_add_checked_fixture (files, setup, verify_case_end);
    tcase_set_timeout (files, 60);
    tcase_add_test (files, test_verify_sees_a_running_market_at_one_instant);
    tcase_add_test (files, test_verify_follows_a_link_to_a_running_market);
    tcase_add_test (files, test_verify_reads_a_path_with_any_characters);
    tcase_add_test (files, test_verify_leaves_nothing_behind);
    tcase_add_loop_test (files, test_verify_needs_no_right_to_write, 0, 2);
    tcase_add_test (files, test_verify_cannot_read_what_is_no_store);
    suite_add_tcase (suite, files);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
