// The lines that the monitor writes.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/monitor/monitor_line.h"
#include "schemas/codec.h"
#include "tests/kit/message_cases.h"

static char line[LINE_BYTES];

static struct message sale (int64_t epoch, int64_t seq)
{
    static const struct sold_units sales[] = {{5, 17, 9, 3, 2, 1000}, {6, 1, 9, 4, 1, 1200}};
    return (struct message){.type = MESSAGE_SALE, .sale = {epoch, seq, 1, "salt", sales, 2}};
}

static struct message oversell (int64_t from, int64_t epoch, int64_t seq)
{
    return (struct message){.type = MESSAGE_OVERSELL,
                            .from = from,
                            .oversell = {epoch, seq, 5, 5, 19, "salt", 1, 1, 1000}};
}

static struct message member (int64_t from, int64_t trader_epoch, int64_t seq)
{
    return (struct message){.type = MESSAGE_MEMBER,
                            .from = from,
                            .member = {.epoch = 2,
                                       .seq = seq,
                                       .trader = 1,
                                       .trader_epoch = trader_epoch,
                                       .view = 9,
                                       .router = ""}};
}

static const struct line_style plain = {0}, colored = {.color = true}, json = {.json = true};
static const struct notice before = {.epoch_before = MEMBER_EPOCH_UNKNOWN};
static const struct line_time noon = {"12:00:00.123", 1790000000123};

static void expect_line (size_t length, const char *text)
{
    ck_assert_uint_lt (length, sizeof line);
    line[length] = 0;
    ck_assert_str_eq (line, text);
}

START_TEST (test_line_tells_when_of_what_and_what_happened)
{
    struct message message = sale (2, 7);
    expect_line (line_message (plain, noon, "sale.salt", &message, &before, line),
                 "12:00:00.123 sale.salt        sold: 2 salt at 10.00 from seller 9 (lot 3) to "
                 "buyer 5 (order 17) through trader 1\n"
                 "12:00:00.123 sale.salt        sold: 1 salt at 12.00 from seller 9 (lot 4) to "
                 "buyer 6 (order 1) through trader 1\n");
    expect_line (line_message (json, noon, "sale.salt", &message, &before, line),
                 "{\"type\":\"message\",\"time_ms\":1790000000123,\"topic\":\"sale.salt\","
                 "\"message\":{\"type\":\"sale\",\"v\":1,\"from\":0,\"clock\":0,\"epoch\":2,"
                 "\"seq\":7,\"trader\":1,\"product\":\"salt\","
                 "\"sales\":[[5,17,9,3,2,1000],[6,1,9,4,1,1200]]}}\n");
}
END_TEST

START_TEST (test_line_tells_what_becomes_of_a_trader)
{
    struct notice known = {.epoch_before = 5};
    struct message message = member (WAREHOUSE_NODE, 5, 1);
    expect_line (line_message (plain, noon, "member.1", &message, &known, line),
                 "12:00:00.123 member.1         trader 1 goes on without a backup\n");
    known.epoch_before = 4;
    expect_line (line_message (plain, noon, "member.1", &message, &known, line),
                 "12:00:00.123 member.1         trader 1 is back (epoch 5)\n");
    message.from = 2;
    message.member.state = MEMBER_FAILED;
    expect_line (line_message (plain, noon, "member.1", &message, &known, line),
                 "12:00:00.123 member.1         trader 2 passes on: trader 1 has failed, no trader "
                 "remains\n");
    expect_line (line_message (json, noon, "member.1", &message, &known, line),
                 "{\"type\":\"message\",\"time_ms\":1790000000123,\"topic\":\"member.1\","
                 "\"message\":{\"type\":\"member\",\"v\":1,\"from\":2,\"clock\":0,\"epoch\":2,"
                 "\"seq\":1,\"trader\":1,\"trader_epoch\":5,\"view\":9,\"state\":\"failed\","
                 "\"backup\":0,\"taker\":0,\"router\":\"\",\"remaining\":[]}}\n");
}
END_TEST

START_TEST (test_line_tells_what_is_recalled)
{
    struct message message = {.type = MESSAGE_RECALL, .recall = {2, 4, "salt"}};
    expect_line (line_message (plain, noon, "recall.salt", &message, &before, line),
                 "12:00:00.123 recall.salt      the warehouse recalls salt from all traders\n");
    expect_line (line_message (colored, noon, "recall.salt", &message, &before, line),
                 "\033[2m12:00:00.123\033[0m \033[33mrecall.salt      the warehouse recalls salt "
                 "from all traders\033[0m\n");
    expect_line (line_message (json, noon, "recall.salt", &message, &before, line),
                 "{\"type\":\"message\",\"time_ms\":1790000000123,\"topic\":\"recall.salt\","
                 "\"message\":{\"type\":\"recall\",\"v\":1,\"from\":0,\"clock\":0,\"epoch\":2,"
                 "\"seq\":4,\"product\":\"salt\"}}\n");
}
END_TEST

START_TEST (test_line_tells_who_is_elected_and_whose_clock_it_is)
{
    static const int64_t seats[] = {5, 6};
    struct message message = {.type = MESSAGE_SEATS, .seats = {2, 3, {8, 6, seats, 2}}};
    expect_line (line_message (plain, noon, "seats", &message, &before, line),
                 "12:00:00.123 seats            the warehouse grants term 8 to peer 6, the traders "
                 "are 5 and 6\n");
    expect_line (line_message (json, noon, "seats", &message, &before, line),
                 "{\"type\":\"message\",\"time_ms\":1790000000123,\"topic\":\"seats\","
                 "\"message\":{\"type\":\"seats\",\"v\":1,\"from\":0,\"clock\":0,\"epoch\":2,"
                 "\"seq\":3,\"term\":8,\"leader\":6,\"seats\":[5,6]}}\n");
    message = (struct message){
        .type = MESSAGE_CLOCK, .from = 6, .clock = 84, .tick = {.buyer = 3, .number = 17}};
    expect_line (line_message (colored, noon, "clock", &message, &before, line),
                 "\033[2m12:00:00.123\033[0m \033[2mclock            trader 6 has sold to buyer 3 "
                 "(order 17), its clock is 84\033[0m\n");
}
END_TEST

START_TEST (test_line_tells_what_was_missed)
{
    struct notice nothing = {.epoch = 2};
    struct notice gap = {.epoch = 2, .missed = 3};
    struct notice both = {.anew = true, .epoch = 3, .missed = 1};
    ck_assert_uint_eq (line_notice (plain, noon, "sale.salt", 0, &nothing, line), 0);
    expect_line (line_notice (plain, noon, "sale.salt", 0, &gap, line),
                 "12:00:00.123 sale.salt        missed 3 messages of this topic\n");
    expect_line (line_notice (plain, noon, "oversell.5", 1, &both, line),
                 "12:00:00.123 trader 1         has begun anew, in epoch 3\n"
                 "12:00:00.123 oversell.5       missed 1 message of this topic\n");
    expect_line (line_notice (json, noon, "sale.salt", 0, &both, line),
                 "{\"type\":\"epoch\",\"time_ms\":1790000000123,\"from\":0,\"epoch\":3}\n"
                 "{\"type\":\"gap\",\"time_ms\":1790000000123,\"topic\":\"sale.salt\",\"from\":0,"
                 "\"epoch\":3,\"missed\":1}\n");
}
END_TEST

START_TEST (test_line_tells_what_is_no_message)
{
    expect_line (line_malformed (plain, noon, "?", "type must be a \"string\"", line),
                 "12:00:00.123 ?                is no message: type must be a \"string\"\n");
    expect_line (line_malformed (json, noon, "?", "type must be a \"\\\"", line),
                 "{\"type\":\"malformed\",\"time_ms\":1790000000123,\"topic\":\"?\","
                 "\"error\":\"type must be a \\\"\\\\\\\"\"}\n");
}
END_TEST

START_TEST (test_line_has_a_color_for_each_kind)
{
    struct message sold = sale (2, 7);
    struct message oversold = oversell (0, 2, 1);
    struct message socket = {.type = MESSAGE_SOCKET,
                             .socket = {1, 1, SOCKET_REP, HAPPENING_ACCEPTED, "a", ""}};
    struct message stock = {.type = MESSAGE_INVALIDATION, .invalidation = {.product = "salt"}};
    struct message alone = member (0, 5, 1), backed = alone, failed = alone;
    struct notice gap = {.missed = 1};
    backed.member.backup = 2;
    failed.member.state = MEMBER_FAILED;
    const struct {
        const struct message *message;  // NULL: the gap
        const char *color;
    } rows[] = {{&sold, " \033[32m"},     {&oversold, " \033[1;31m"}, {&socket, " \033[33m"},
                {&stock, " \033[36m"},    {&alone, " \033[1;33m"},    {&backed, " \033[32m"},
                {&failed, " \033[1;31m"}, {NULL, " \033[1;35m"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = rows[i].message
                            ? line_message (colored, noon, "t", rows[i].message, &before, line)
                            : line_notice (colored, noon, "t", 0, &gap, line);
        line[length] = 0;
        ck_assert_msg (strstr (line, rows[i].color) != NULL, "%s", line);
        ck_assert_str_eq (line + length - 5, "\033[0m\n");
    }
}
END_TEST

START_TEST (test_line_has_no_byte_that_a_terminal_would_obey)
{
    struct message message = {.type = MESSAGE_SOCKET,
                              .socket = {1, 1, SOCKET_REP, HAPPENING_HANDSHAKE_FAILED,
                                         "caf\xc3\xa9",
                                         "\xc2\x9b"
                                         "2J"}};
    size_t length = line_message (plain, noon, "socket.0", &message, &before, line);
    line[length] = 0;
    ck_assert_ptr_null (strchr (line, 0x9b));
    ck_assert_ptr_nonnull (strstr (line, "caf\xc3\xa9: ??2J\n"));
}
END_TEST

START_TEST (test_line_has_nothing_that_turns_or_ends_a_line)
{
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {{"\xe2\x80\xa7", "\xe2\x80\xa7"}, {"\xe2\x80\xa8", "???"},
                {"\xe2\x80\xa9", "???"},          {"\xe2\x80\xaa", "???"},
                {"\xe2\x80\xae", "???"},          {"\xe2\x80\xaf", "\xe2\x80\xaf"},
                {"\xe2\x81\xa5", "\xe2\x81\xa5"}, {"\xe2\x81\xa6", "???"},
                {"\xe2\x81\xa9", "???"},          {"\xe2\x81\xaa", "\xe2\x81\xaa"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct message message = {
            .type = MESSAGE_SOCKET,
            .socket = {1, 1, SOCKET_REP, HAPPENING_HANDSHAKE_FAILED, "there", rows[i].text}};
        char end[32];
        size_t length = line_message (plain, noon, "socket.0", &message, &before, line);
        line[length] = 0;
        snprintf (end, sizeof end, " there: %s\n", rows[i].shown);
        ck_assert_ptr_nonnull (strstr (line, end));
    }
}
END_TEST

START_TEST (test_line_has_room_for_the_largest_message)
{
    arena_t *arena = arena_new (64 * 1024);
    struct draw draw = {.state = 3};
    struct message message;
    struct message again;
    struct decode_error error;
    char topic[TOPIC_BYTES];
    message_case ((enum message_type) _i, CASE_LARGEST, &draw, arena, &message);
    if (message_is_published (message.type)) {
        (void) message_topic (&message, LIMIT_NODE, topic);
        size_t told = line_message (colored, noon, topic, &message, &before, line);
        ck_assert_uint_gt (told, 0);
        ck_assert_uint_le (told, sizeof line);
        size_t length = line_message (json, noon, topic, &message, &before, line);
        ck_assert_uint_le (length, sizeof line);
        char *body = strstr (line, "\"message\":{");
        ck_assert_ptr_nonnull (body);
        body += strlen ("\"message\":");
        size_t size = (size_t) (line + length - 2 - body);
        ck_assert (message_decode (body, size, LIMIT_MESSAGE_BYTES, arena, &again, &error));
        ck_assert (messages_equal (&message, &again));
        ck_assert_ptr_null (memchr (line, '\n', length - 1));
    }
    arena_destroy (&arena);
}
END_TEST

static Suite *monitor_line_suite (void)
{
    Suite *suite = suite_create ("monitor_line");
    TCase *lines = tcase_create ("lines");
    tcase_add_test (lines, test_line_tells_when_of_what_and_what_happened);
    tcase_add_test (lines, test_line_tells_what_becomes_of_a_trader);
    tcase_add_test (lines, test_line_tells_what_is_recalled);
    tcase_add_test (lines, test_line_tells_who_is_elected_and_whose_clock_it_is);
    tcase_add_test (lines, test_line_tells_what_was_missed);
    tcase_add_test (lines, test_line_tells_what_is_no_message);
    tcase_add_test (lines, test_line_has_a_color_for_each_kind);
    tcase_add_test (lines, test_line_has_no_byte_that_a_terminal_would_obey);
    tcase_add_test (lines, test_line_has_nothing_that_turns_or_ends_a_line);
    tcase_add_loop_test (lines, test_line_has_room_for_the_largest_message, 0, MESSAGE_TYPE_COUNT);
    suite_add_tcase (suite, lines);
    return suite;
}

int main (void)
{
    SRunner *runner = srunner_create (monitor_line_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
