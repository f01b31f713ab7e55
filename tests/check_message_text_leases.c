// Leases in words.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/message_text.h"

static const struct leased_units units[] = {
    {0, 0, 0, 2, 0},       {4, 9, 3, 60, 1000},   {5, 9, 4, 4, 1200}, {6, 9, 5, 1, 1200},
    {7, 9, 6, 1, 1200},    {8, 9, 7, 1, 1200},    {9, 9, 8, 1, 1200}, {10, 9, 9, 1, 1200},
    {11, 9, 10, 10, 1200}, {12, 9, 11, 10, 1200},
};

static const struct result results[] = {
    {.kind = RESULT_RECEIPT, .status = STATUS_SOLD},
    {.kind = RESULT_SETTLED},
    {.kind = RESULT_SETTLED},
    {.kind = RESULT_ERROR, .reason = REASON_RECALLING},
};

static const struct {
    struct message message;
    const char *text;
} rows[] = {
    {{.type = MESSAGE_LEASE, .from = 2, .lease = {1, 7, "salt", 64, false, NULL, 0}},
     "trader 2 asks for 64 salt (lease 7)"},
    {{.type = MESSAGE_LEASE, .from = 2, .lease = {1, 7, "salt", 64, false, units, 1}},
     "trader 2 asks for 64 salt, gives back 2 (lease 7)"},
    {{.type = MESSAGE_LEASE, .from = 2, .lease = {1, 8, "salt", 0, false, units, 3}},
     "trader 2 gives back 66 salt (lease 8)"},
    {{.type = MESSAGE_LEASE, .from = 2, .lease = {1, 8, "salt", 0, true, units, 3}},
     "trader 2 gives back 66 salt, holds no more (lease 8)"},
    {{.type = MESSAGE_LEASE, .from = 2, .lease = {1, 9, "salt", 0, true, NULL, 0}},
     "trader 2 holds no salt (lease 9)"},
    {{.type = MESSAGE_LEASE, .from = 2, .lease = {1, 1, "salt", 0, false, NULL, 0}},
     "trader 2 asks what it holds of salt (lease 1)"},
    {{.type = MESSAGE_LEASED, .leased = {1, 7, "salt", 3, units + 1, 2}},
     "trader 2 holds 64 salt: 60 of 9's lot 3, 4 of 9's lot 4 (lease 7)"},
    {{.type = MESSAGE_LEASED, .leased = {1, 7, "salt", 3, units, 2}},
     "trader 2 holds 62 salt: 2 of the budget, 60 of 9's lot 3 (lease 7)"},
    {{.type = MESSAGE_LEASED, .leased = {1, 7, "salt", 3, units, 10}},
     "trader 2 holds 91 salt: 2 of the budget, 60 of 9's lot 3, 4 of 9's lot 4, 1 of 9's lot 5, 1 "
     "of 9's lot 6, "
     "1 of 9's lot 7, 1 of 9's lot 8, 1 of 9's lot 9 and 2 more lots (lease 7)"},
    {{.type = MESSAGE_LEASED, .leased = {1, 9, "salt", 3, NULL, 0}},
     "trader 2 holds 0 salt (lease 9)"},
    {{.type = MESSAGE_RECALL, .recall = {1, 1, "salt"}},
     "the warehouse recalls salt from all traders"},
    {{.type = MESSAGE_COMMITTED, .committed = {0, 3, 4, 14, 0, results, 4, NULL, 0}},
     "trader 2 is told that batch 4 is committed: 1 sold, 2 settled, 1 recalling (version 14)"},
    {{.type = MESSAGE_JOIN, .from = 2, .join = {7, 2, 0, "a", true}},
     "trader 2 asks to join, after epoch 2, and gives up what it held"},
};

START_TEST (test_message_text_says_what_becomes_of_a_lease)
{
    char text[MESSAGE_TEXT_BYTES];
    size_t length = message_text (&rows[_i].message, 2, text, sizeof text);
    ck_assert_str_eq (text, rows[_i].text);
    ck_assert_uint_eq (length, strlen (text));
}
END_TEST

START_TEST (test_message_text_names_the_topic_of_a_recall)
{
    char topic[TOPIC_BYTES];
    const struct message message = {.type = MESSAGE_RECALL, .recall = {1, 1, "salt"}};
    ck_assert (message_is_published (MESSAGE_RECALL));
    ck_assert (!message_is_published (MESSAGE_LEASE) && !message_is_published (MESSAGE_LEASED));
    ck_assert_uint_eq (message_topic (&message, 0, topic), strlen ("recall.salt"));
    ck_assert_str_eq (topic, "recall.salt");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("message_text, leases");
    TCase *words = tcase_create ("words");
    tcase_add_loop_test (words, test_message_text_says_what_becomes_of_a_lease, 0,
                         (int) (sizeof rows / sizeof rows[0]));
    tcase_add_test (words, test_message_text_names_the_topic_of_a_recall);
    suite_add_tcase (suite, words);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
