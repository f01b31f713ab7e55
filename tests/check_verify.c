#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/store/store_sqlite.h"
#include "actors/store/verify.h"
#include "tests/kit/store_case.h"
#include "tests/kit/verify_breaks.h"

enum { NOBODY = 65534 };

static const char *path;
static arena_t *arena;

static void setup (void)
{
    path = store_case_begin ();
    arena = arena_new (4096);
    store_t *store = must_open (path);
    must_write (store, market, market_count);
    store_close (&store);
}

static void teardown (void)
{
    arena_destroy (&arena);
    store_case_end ();
}

static struct verdict must_verify (const char *file)
{
    char error[256] = "";
    struct verdict verdict;
    ck_assert_msg (verify_store (file, arena, &verdict, error, sizeof error), "%s", error);
    return verdict;
}

static void expect_unreadable (const char *file, const char *reason)
{
    char error[256] = "";
    struct verdict verdict;
    ck_assert (!verify_store (file, arena, &verdict, error, sizeof error));
    ck_assert_msg (strstr (error, reason) != NULL, "\"%s\" does not tell \"%s\"", error, reason);
}

static bool tells (const struct verdict *verdict, const char *problem)
{
    for (size_t i = 0; i < verdict->problem_count; i++) {
        if (strcmp (verdict->problems[i], problem) == 0) {
            return true;
        }
    }
    return false;
}

static const char *all_problems (const struct verdict *verdict)
{
    static char text[8192];
    text[0] = 0;
    for (size_t i = 0; i < verdict->problem_count; i++) {
        size_t used = strlen (text);
        snprintf (text + used, sizeof text - used, "\n  %s", verdict->problems[i]);
    }
    return text;
}

// The market of store_case.h, as verify finds it.
static void expect_market (void)
{
    struct verdict verdict = must_verify (path);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_uint_eq (verdict.problem_count, 0);
    ck_assert_int_eq (verdict.restocked_units, 18);
    ck_assert_int_eq (verdict.sold_units, 15);
    ck_assert_int_eq (verdict.left_units, 3);
    ck_assert_int_eq (verdict.orders, 6);
    ck_assert_int_eq (verdict.sold_orders, 2);
    ck_assert_int_eq (verdict.out_of_stock, 2);
    ck_assert_int_eq (verdict.too_many_lots, 1);
    ck_assert_int_eq (verdict.oversold, 1);
    ck_assert_int_eq (verdict.missing_units, 4);
    ck_assert_int_eq (verdict.spent_cents, 1241);
    ck_assert_int_eq (verdict.products[0].sold, 12);
    ck_assert_int_eq (verdict.products[1].sold, 3);
    ck_assert_int_eq (verdict.books[0].sold, 2);
    ck_assert_int_eq (verdict.books[1].refused, 3);
    ck_assert_int_eq (verdict.books[1].oversold, 1);
}

START_TEST (test_verify_finds_a_market_conserved)
{
    expect_market ();
}
END_TEST

START_TEST (test_verify_is_not_misled_by_a_view_that_was_changed)
{
    run_sql (path, "DROP VIEW fills; CREATE VIEW fills (id, lot, units) AS"
                   " SELECT id, lot, 2 * units FROM orders");
    expect_market ();
    run_sql (path, "DROP VIEW fills");
    expect_market ();
}
END_TEST

START_TEST (test_verify_is_not_misled_by_a_word_that_was_changed)
{
    run_sql (path, "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
                   " replace (sql, 'THEN ''sold''', 'THEN ''oversold''') WHERE name = 'orders'");
    ck_assert_int_eq (ask_sql (path, "SELECT count (*) FROM orders WHERE status = 'sold'"), 0);
    expect_market ();
}
END_TEST

START_TEST (test_verify_counts_an_order_that_was_oversold_in_part_as_oversold)
{
    run_sql (path, "UPDATE orders SET outcome = 2, missing = 2"
                   " WHERE buyer = 7 AND number = 2");
    struct verdict verdict = must_verify (path);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_int_eq (verdict.sold_orders, 1);
    ck_assert_int_eq (verdict.oversold, 2);
    ck_assert_int_eq (verdict.books[0].sold, 1);
    ck_assert_int_eq (verdict.books[0].oversold, 1);
    ck_assert_int_eq (verdict.books[0].missing_units, 2);
    ck_assert_int_eq (verdict.books[0].units, 15);
}
END_TEST

START_TEST (test_verify_finds_an_empty_market_conserved)
{
    char fresh[128];
    snprintf (fresh, sizeof fresh, "%s.fresh", path);
    store_t *store = must_open (fresh);
    store_close (&store);
    struct verdict verdict = must_verify (fresh);
    ck_assert_msg (verdict.conserved, "%s", all_problems (&verdict));
    ck_assert_int_eq (verdict.orders, 0);
}
END_TEST

START_TEST (test_verify_names_the_record_that_breaks_a_rule)
{
    run_sql (path, verify_breaks[_i].sql);
    struct verdict verdict = must_verify (path);
    ck_assert (!verdict.conserved);
    ck_assert_msg (tells (&verdict, verify_breaks[_i].problem), "not told: %s\ntold:%s",
                   verify_breaks[_i].problem, all_problems (&verdict));
}
END_TEST

START_TEST (test_verify_tells_what_it_cannot_tell)
{
    run_sql (path, "DROP VIEW sales; DROP TABLE accounts");
    struct verdict verdict = must_verify (path);
    ck_assert (!verdict.conserved);
    ck_assert (tells (&verdict, "the accounts: cannot be told: no such table: accounts"));
    ck_assert_int_eq (verdict.orders, 6);
}
END_TEST

// Overwrites the head of the page at which the orders begin.
static void damage (const char *file)
{
    static const char rubbish[512] = "rubbish";
    int64_t page = ask_sql (file, "SELECT rootpage FROM sqlite_schema WHERE name = 'orders'");
    int fd = open (file, O_RDWR);
    ssize_t written = pwrite (fd, rubbish, sizeof rubbish, (off_t) (page - 1) * PAGE_BYTES);
    ck_assert_int_eq (written, (int) sizeof rubbish);
    close (fd);
}

START_TEST (test_verify_finds_a_damaged_file)
{
    damage (path);
    struct verdict verdict = must_verify (path);
    ck_assert (!verdict.conserved);
    const char *told = all_problems (&verdict);
    ck_assert_msg (strstr (told, "the file is damaged: ") != NULL, "%s", told);
    ck_assert_msg (strstr (told, "***") == NULL, "%s", told);
}
END_TEST

START_TEST (test_verify_sees_a_running_market_at_one_instant)
{
    store_t *store = must_open (path);
    const struct record more = {.type = RECORD_LOT, .lot = {4, 10, 2, 1, 2, 5, 100, 100}};
    must_write (store, &more, 1);
    struct verdict verdict = must_verify (path);
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
    const struct record more = {.type = RECORD_LOT, .lot = {4, 10, 2, 1, 2, 5, 100, 100}};
    must_write (store, &more, 1);
    ck_assert_int_eq (must_verify (link_name).left_units, 103);
    store_close (&store);
    ck_assert_int_eq (must_verify (link_name).left_units, 103);
}
END_TEST

START_TEST (test_verify_reads_a_path_with_any_characters)
{
    char odd[128];
    snprintf (odd, sizeof odd, "%s 100%%41?mode=rw#", path);
    ck_assert_int_eq (rename (path, odd), 0);
    ck_assert (must_verify (odd).conserved);
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
    ck_assert (must_verify (path).conserved);
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
    bool judged = verify_store (path, arena, &verdict, error, sizeof error);
    regain_rights ();
    ck_assert_msg (judged, "%s", error);
    ck_assert (verdict.conserved);
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

static char *run_verify (bool json, int expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream (&text, &size);
    ck_assert_int_eq (verify_run (path, json, out), expected);
    fclose (out);
    return text;
}

START_TEST (test_verify_prints_its_verdict_last)
{
    char *text = run_verify (false, 0);
    ck_assert_str_eq (strrchr (text, ':') - strlen ("conserved"), "conserved: yes\n");
    ck_assert_ptr_nonnull (strstr (text, "apple                              15           12"
                                         "            3\n"));
    free (text);
    run_sql (path, "UPDATE accounts SET balance_cents = -1240 WHERE node = 7");
    text = run_verify (false, 1);
    ck_assert_str_eq (strrchr (text, ':') - strlen ("conserved"), "conserved: NO\n");
    ck_assert_ptr_nonnull (strstr (text, "problem: the accounts sum to 1 cents\n"));
    free (text);
}
END_TEST

static int64_t member (const json_t *object, const char *name)
{
    const json_t *value = json_object_get (object, name);
    ck_assert_msg (json_is_integer (value), "%s", name);
    return json_integer_value (value);
}

static void check_json_lists (const json_t *report)
{
    const json_t *product = json_array_get (json_object_get (report, "products"), 1);
    ck_assert_str_eq (json_string_value (json_object_get (product, "name")), "pear");
    ck_assert_int_eq (member (product, "restocked"), member (product, "sold"));
    ck_assert_int_eq (member (product, "unsold"), 0);
    const json_t *account = json_array_get (json_object_get (report, "accounts"), 2);
    ck_assert_int_eq (member (account, "node"), 7);
    ck_assert_int_eq (member (account, "balance_cents"), -1241);
    const json_t *books = json_object_get (report, "books");
    ck_assert_uint_eq (json_array_size (books), 2);
    const json_t *book = json_array_get (books, 0);
    ck_assert_int_eq (member (book, "node"), 7);
    ck_assert_int_eq (member (book, "orders"), 2);
    ck_assert_int_eq (member (book, "sold"), 2);
    ck_assert_int_eq (member (book, "units"), 15);
    ck_assert_int_eq (member (book, "spent_cents"), 1241);
    book = json_array_get (books, 1);
    ck_assert_int_eq (member (book, "refused"), 3);
    ck_assert_int_eq (member (book, "oversold"), 1);
    ck_assert_int_eq (member (book, "missing_units"), 4);
}

START_TEST (test_verify_prints_json)
{
    char *text = run_verify (true, 0);
    json_t *report = json_loads (text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg (report != NULL, "%s", text);
    ck_assert (json_is_true (json_object_get (report, "conserved")));
    ck_assert_uint_eq (json_array_size (json_object_get (report, "problems")), 0);
    ck_assert_int_eq (member (report, "restocked_units"), 18);
    ck_assert_int_eq (member (report, "sold_units"), 15);
    ck_assert_int_eq (member (report, "left_units"), 3);
    ck_assert_int_eq (member (report, "orders"), 6);
    ck_assert_int_eq (member (report, "refused"), 3);
    ck_assert_int_eq (member (report, "oversold"), 1);
    ck_assert_int_eq (member (report, "missing_units"), 4);
    check_json_lists (report);
    json_decref (report);
    free (text);
}
END_TEST

START_TEST (test_verify_escapes_what_json_must)
{
    run_sql (path, "UPDATE products SET name = 'a\"b\\' || char (10, 233) WHERE id = 1;"
                   "UPDATE lots SET unsold = 4 WHERE id = 2");
    char *text = run_verify (true, 1);
    json_t *report = json_loads (text, 0, NULL);
    ck_assert_msg (report != NULL, "%s", text);
    ck_assert (json_is_false (json_object_get (report, "conserved")));
    const json_t *product = json_array_get (json_object_get (report, "products"), 0);
    ck_assert_str_eq (json_string_value (json_object_get (product, "name")), "a\"b\\\n??");
    const json_t *problem = json_array_get (json_object_get (report, "problems"), 0);
    ck_assert_ptr_nonnull (strstr (json_string_value (problem), "15 units came"));
    json_decref (report);
    free (text);
}
END_TEST

static Suite *verify_suite (void)
{
    Suite *suite = suite_create ("verify");
    TCase *rules = tcase_create ("rules");
    tcase_add_checked_fixture (rules, setup, teardown);
    tcase_set_timeout (rules, 60);
    tcase_add_test (rules, test_verify_finds_a_market_conserved);
    tcase_add_test (rules, test_verify_is_not_misled_by_a_view_that_was_changed);
    tcase_add_test (rules, test_verify_is_not_misled_by_a_word_that_was_changed);
    tcase_add_test (rules, test_verify_counts_an_order_that_was_oversold_in_part_as_oversold);
    tcase_add_test (rules, test_verify_finds_an_empty_market_conserved);
    tcase_add_loop_test (rules, test_verify_names_the_record_that_breaks_a_rule, 0,
                         (int) verify_break_count);
    tcase_add_test (rules, test_verify_tells_what_it_cannot_tell);
    tcase_add_test (rules, test_verify_finds_a_damaged_file);
    suite_add_tcase (suite, rules);
    TCase *files = tcase_create ("files");
    tcase_add_checked_fixture (files, setup, teardown);
    tcase_set_timeout (files, 60);
    tcase_add_test (files, test_verify_sees_a_running_market_at_one_instant);
    tcase_add_test (files, test_verify_follows_a_link_to_a_running_market);
    tcase_add_test (files, test_verify_reads_a_path_with_any_characters);
    tcase_add_test (files, test_verify_leaves_nothing_behind);
    tcase_add_loop_test (files, test_verify_needs_no_right_to_write, 0, 2);
    tcase_add_test (files, test_verify_cannot_read_what_is_no_store);
    suite_add_tcase (suite, files);
    TCase *output = tcase_create ("output");
    tcase_add_checked_fixture (output, setup, teardown);
    tcase_set_timeout (output, 60);
    tcase_add_test (output, test_verify_prints_its_verdict_last);
    tcase_add_test (output, test_verify_prints_json);
    tcase_add_test (output, test_verify_escapes_what_json_must);
    suite_add_tcase (suite, output);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (verify_suite ());
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
