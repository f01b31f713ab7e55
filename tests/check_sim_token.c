// Causal tokens as checkers print them.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/checkers/token.h"

START_TEST (test_a_token_is_printed_as_far_as_there_is_room)
{
    struct trader_seen traders[64];
    char text[TOKEN_TEXT];
    token_print ((struct seen){.version = 12, .traders = traders, .count = 0}, text);
    ck_assert_str_eq (text, "[12]");
    for (int64_t i = 0; i < 64; i++) {
        traders[i] = (struct trader_seen){i + 1, INT64_MAX, i};
        token_print ((struct seen){.version = 12, .traders = traders, .count = (size_t) i + 1},
                     text);
        ck_assert_uint_lt (strlen (text), TOKEN_TEXT);
        ck_assert_int_eq (text[strlen (text) - 1], ']');
    }
    ck_assert_ptr_nonnull (strstr (text, "...]"));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_token");
    TCase *tokens = tcase_create ("tokens");
    tcase_add_test (tokens, test_a_token_is_printed_as_far_as_there_is_room);
    suite_add_tcase (suite, tokens);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
