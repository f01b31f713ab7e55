#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sim/campaign/tail.h"

enum { TEXT_SIZE = 256 * 1024 };

static void assert_tail (const tail_t *tail, size_t lines, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream (&text, &size);
    tail_print (tail, lines, "> ", to);
    fclose (to);
    ck_assert_str_eq (text, expected);
    free (text);
}

START_TEST (test_tail_has_the_last_lines)
{
    tail_t *tail = tail_new ();
    assert_tail (tail, 2, "");
    fputs ("one\n", tail_stream (tail));
    assert_tail (tail, 2, "> one\n");
    fputs ("two\n\nthree\n", tail_stream (tail));
    assert_tail (tail, 1, "> \n> three\n");
    assert_tail (tail, 2, "> two\n> \n> three\n");
    assert_tail (tail, 3, "> one\n> two\n> \n> three\n");
    assert_tail (tail, 9, "> one\n> two\n> \n> three\n");
    assert_tail (tail, 0, "");
    tail_destroy (&tail);
    ck_assert_ptr_null (tail);
    tail_destroy (&tail);
}
END_TEST

// However much was written before, and wherever the ring's end falls.
START_TEST (test_tail_has_whole_lines_when_it_is_full)
{
    tail_t *tail = tail_new ();
    char *expected = malloc (TEXT_SIZE);
    FILE *stream = tail_stream (tail);
    fprintf (stream, "%*d\n", 100 + _i, 0);
    for (int i = 0; i < 20000; i++) {
        fprintf (stream, "line %d\n", i);
    }
    char *to = expected;
    for (int i = 20000 - 40; i < 20000; i++) {
        to += sprintf (to, "> line %d\n", i);
    }
    assert_tail (tail, 40, expected);
    free (expected);
    tail_destroy (&tail);
}
END_TEST

START_TEST (test_tail_leaves_out_a_line_whose_begin_is_lost)
{
    tail_t *tail = tail_new ();
    FILE *stream = tail_stream (tail);
    for (int i = 0; i < 10; i++) {
        fprintf (stream, "%*d\n", 30000, i);
    }
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream (&text, &size);
    tail_print (tail, 40, "", to);
    fclose (to);
    ck_assert_uint_eq (size, 2 * 30001);
    ck_assert_int_eq (text[30001 - 2], '8');
    free (text);
    tail_destroy (&tail);
}
END_TEST

START_TEST (test_tail_outlives_the_child_that_wrote_it)
{
    tail_t *tail = tail_new ();
    pid_t child = fork ();
    if (child == 0) {
        fputs ("the last word\nand half a", tail_stream (tail));
        raise (SIGKILL);
    }
    int status;
    ck_assert_int_eq (waitpid (child, &status, 0), child);
    ck_assert (WIFSIGNALED (status));
    assert_tail (tail, 40, "> the last word\n");
    tail_destroy (&tail);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_tail");
    TCase *lines = tcase_create ("lines");
    tcase_add_test (lines, test_tail_has_the_last_lines);
    tcase_add_loop_test (lines, test_tail_has_whole_lines_when_it_is_full, 0, 16);
    tcase_add_test (lines, test_tail_leaves_out_a_line_whose_begin_is_lost);
    tcase_add_test (lines, test_tail_outlives_the_child_that_wrote_it);
    suite_add_tcase (suite, lines);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
