// Elections in words, and the topics of what is published of them.
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schemas/message_text.h"

static const int64_t peers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};

static const struct item items[] = {{.kind = ITEM_BUY}, {.kind = ITEM_RESTOCK}};

static const struct {
    struct message message;
    int64_t to;
    const char *text;
} rows[] = {
    {{.type = MESSAGE_ELECTION, .from = 3, .election = {7}},
     6,
     "peer 3 stands for election, unless peer 6 does (term 7)"},
    {{.type = MESSAGE_ANSWER, .from = 6, .answer = {7}},
     3,
     "peer 6 answers peer 3: it takes over from here (term 7)"},
    {{.type = MESSAGE_RESIGN, .from = 6, .resign = {8}},
     3,
     "peer 6 tells peer 3 that it gives up its seat (term 8)"},
    {{.type = MESSAGE_COORDINATOR, .from = 6, .coordinator = {{8, 6, peers + 4, 2}, 4149, 9}},
     3,
     "peer 6 tells peer 3: peer 6 leads in term 8, the traders are 5 and 6, 4.1 ms after it stood, "
     "9 messages"},
    {{.type = MESSAGE_COORDINATOR, .from = 6, .coordinator = {{8, 6, peers + 5, 1}, 1000, 1}},
     3,
     "peer 6 tells peer 3: peer 6 leads in term 8, the trader is 6, 1.0 ms after it stood, 1 "
     "message"},
    {{.type = MESSAGE_COORDINATOR, .from = 6, .coordinator = {{8, 6, peers + 3, 3}, 0, 0}},
     3,
     "peer 6 tells peer 3: peer 6 leads in term 8, the traders are 4, 5 and 6"},
    {{.type = MESSAGE_CAMPAIGN, .from = 6, .campaign = {7, peers + 4, 2}},
     0,
     "peer 6 asks the warehouse for the term after 7, with seats for 5 and 6"},
    {{.type = MESSAGE_SEATS, .seats = {2, 3, {8, 6, peers + 4, 2}}},
     0,
     "the warehouse grants term 8 to peer 6, the traders are 5 and 6"},
    {{.type = MESSAGE_SEATS, .seats = {2, 3, {8, 18, peers, 18}}},
     0,
     "the warehouse grants term 8 to peer 18, the traders are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "
     "12, 13, 14, 15, 16 and 2 more"},
    {{.type = MESSAGE_SEATS, .seats = {2, 3, {8, 16, peers, 16}}},
     0,
     "the warehouse grants term 8 to peer 16, the traders are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "
     "12, 13, 14, 15 and 16"},
    {{.type = MESSAGE_SEATS, .seats = {2, 3, {8, 6, peers + 4, 2}}},
     5,
     "peer 5 is told that peer 6 leads in term 8, the traders are 5 and 6"},
    {{.type = MESSAGE_SEATS, .seats = {2, 3, {0}}},
     5,
     "peer 5 is told that nobody was ever elected"},
    {{.type = MESSAGE_SEATS, .seats = {2, 3, {0}}}, 0, "nobody was ever elected"},
    {{.type = MESSAGE_HANDOVER, .from = 6, .handover = {9, items, 2}},
     5,
     "trader 6 hands 2 requests over to trader 5 (term 9)"},
    {{.type = MESSAGE_HANDOVER, .from = 6, .handover = {9, items, 1}},
     5,
     "trader 6 hands 1 request over to trader 5 (term 9)"},
    {{.type = MESSAGE_CLOCK, .from = 6, .clock = 84, .tick = {.buyer = 3, .number = 17}},
     0,
     "trader 6 has sold to buyer 3 (order 17), its clock is 84"},
    {{.type = MESSAGE_PONG, .from = 3, .pong = {0, {8, 6, peers + 4, 2}}},
     5,
     "3 tells 5 that it is there, peer 6 leads in term 8, the traders are 5 and 6"},
    {{.type = MESSAGE_ERROR, .error = {REASON_UNSEATED, 4, 0, 2, "others were elected"}},
     6,
     "error to 6 about 4: unseated, others were elected"},
};

START_TEST (test_message_text_says_who_is_elected)
{
    char text[MESSAGE_TEXT_BYTES];
    size_t length = message_text (&rows[_i].message, rows[_i].to, text, sizeof text);
    ck_assert_str_eq (text, rows[_i].text);
    ck_assert_uint_eq (length, strlen (text));
}
END_TEST

START_TEST (test_message_topic_of_seats_and_clocks_is_their_name)
{
    char topic[TOPIC_BYTES];
    const struct message seats = {.type = MESSAGE_SEATS}, clock = {.type = MESSAGE_CLOCK};
    ck_assert_uint_eq (message_topic (&seats, 0, topic), strlen ("seats"));
    ck_assert_str_eq (topic, "seats");
    ck_assert_uint_eq (message_topic (&clock, 0, topic), strlen ("clock"));
    ck_assert_str_eq (topic, "clock");
}
END_TEST

START_TEST (test_message_of_peers_is_published_for_seats_and_clocks_alone)
{
    ck_assert (message_is_published (MESSAGE_SEATS) && message_is_published (MESSAGE_CLOCK));
    ck_assert (!message_is_published (MESSAGE_ELECTION) && !message_is_published (MESSAGE_ANSWER));
    ck_assert (!message_is_published (MESSAGE_COORDINATOR)
               && !message_is_published (MESSAGE_RESIGN));
    ck_assert (!message_is_published (MESSAGE_CAMPAIGN)
               && !message_is_published (MESSAGE_HANDOVER));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("message_text, elections");
    TCase *words = tcase_create ("words");
    tcase_add_loop_test (words, test_message_text_says_who_is_elected, 0,
                         (int) (sizeof rows / sizeof rows[0]));
    tcase_add_test (words, test_message_topic_of_seats_and_clocks_is_their_name);
    tcase_add_test (words, test_message_of_peers_is_published_for_seats_and_clocks_alone);
    suite_add_tcase (suite, words);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
