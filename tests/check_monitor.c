// What the monitor knows to have missed, and the lines that it writes.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/monitor/monitor_line.h"
#include "schemas/codec.h"
#include "tests/kit/message_cases.h"

static monitor_t *monitor;
static char line[LINE_BYTES];

static void setup (void)
{
    monitor = monitor_new ();
}

static void teardown (void)
{
    monitor_destroy (&monitor);
    ck_assert_ptr_null (monitor);
    monitor_destroy (&monitor);
}

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

static void expect (const struct message *message, const char *topic, bool anew, int64_t missed)
{
    struct notice notice = monitor_note (monitor, message, topic);
    ck_assert_int_eq (notice.anew, anew);
    ck_assert_int_eq (notice.missed, missed);
}

static void expect_sale (int64_t epoch, int64_t seq, bool anew, int64_t missed)
{
    struct message message = sale (epoch, seq);
    expect (&message, "sale.salt", anew, missed);
}

START_TEST (test_monitor_misses_nothing_where_seq_counts_by_one)
{
    expect_sale (2, 40, false, 0);  // It came late, which is no gap.
    expect_sale (2, 41, false, 0);
    expect_sale (2, 42, false, 0);
}
END_TEST

START_TEST (test_monitor_counts_what_is_missing_between_two_messages)
{
    expect_sale (2, 1, false, 0);
    expect_sale (2, 5, false, 3);
    expect_sale (2, 6, false, 0);
    expect_sale (2, 8, false, 1);
}
END_TEST

// A fresh store, which has come to the same epoch.
START_TEST (test_monitor_takes_a_seq_that_goes_back_for_one_that_begins_anew)
{
    struct message notice = oversell (WAREHOUSE_NODE, 2, 1);
    expect_sale (2, 7, false, 0);
    expect (&notice, "oversell.5", false, 0);
    expect_sale (2, 1, true, 0);
    notice.oversell.seq = 4;
    expect (&notice, "oversell.5", false, 3);
    expect_sale (2, 2, false, 0);
    expect_sale (2, 2, true, 1);
}
END_TEST

START_TEST (test_monitor_counts_each_topic_and_publisher_by_itself)
{
    struct message warehouse = oversell (WAREHOUSE_NODE, 2, 1);
    struct message trader = oversell (5, 3, 10);
    expect (&warehouse, "oversell.5", false, 0);
    expect (&trader, "oversell.5", false, 0);
    expect_sale (2, 100, false, 0);
    warehouse.oversell.seq = 2;
    trader.oversell.seq = 13;
    expect (&warehouse, "oversell.5", false, 0);
    expect (&trader, "oversell.5", false, 2);
}
END_TEST

START_TEST (test_monitor_tells_a_new_epoch_once_and_what_was_missed_of_it)
{
    struct message notice = oversell (WAREHOUSE_NODE, 3, 2);
    expect_sale (2, 7, false, 0);
    expect_sale (3, 1, true, 0);
    expect_sale (3, 2, false, 0);
    expect (&notice, "oversell.5", false, 1);  // The epoch began before the monitor's eyes.
    expect_sale (9, 4, true, 3);
}
END_TEST

static void expect_socket (int64_t epoch, int64_t seq, bool anew, int64_t missed)
{
    struct message message = {.type = MESSAGE_SOCKET, .from = 5, .socket = {.epoch = epoch}};
    message.socket.seq = seq;
    expect (&message, "socket.5", anew, missed);
}

START_TEST (test_monitor_does_not_take_a_trader_that_joins_for_one_that_begins_anew)
{
    expect_socket (0, 1, false, 0);
    expect_socket (0, 2, false, 0);
    expect_socket (3, 2, false, 1);  // The epoch began before the monitor's eyes.
    expect_socket (0, 1, true, 0);   // The next process of this trader, which joins as well.
    expect_socket (4, 1, false, 0);
    expect_socket (5, 1, true, 0);
}
END_TEST

START_TEST (test_monitor_lets_oversells_count_anew_for_a_client_that_was_forgotten)
{
    struct message notice = oversell (1, 2, 6);
    expect (&notice, "oversell.5", false, 0);
    notice.oversell.seq = 1;
    expect (&notice, "oversell.5", false, 0);
    notice.oversell.seq = 3;
    expect (&notice, "oversell.5", false, 1);
}
END_TEST

START_TEST (test_monitor_takes_a_lower_epoch_for_one_that_begins_anew)
{
    struct message notice = oversell (WAREHOUSE_NODE, 1, 2);
    expect_sale (3, 50, false, 0);
    expect_sale (1, 1, true, 0);
    expect_sale (1, 2, false, 0);
    expect_sale (1, 4, false, 1);
    expect (&notice, "oversell.5", false, 1);
    expect_sale (2, 1, true, 0);
}
END_TEST

START_TEST (test_monitor_follows_a_bounded_number_of_topics)
{
    struct message message = oversell (1, 1, 1);
    char topic[TOPIC_BYTES];
    for (int i = 0; i <= MONITOR_TOPICS_MAX; i++) {
        snprintf (topic, sizeof topic, "oversell.%d", i);
        expect (&message, topic, false, 0);
    }
    message.oversell.seq = 3;
    expect (&message, topic, false, 0);  // One too many: not followed.
    expect (&message, "oversell.0", false, 1);
}
END_TEST

START_TEST (test_monitor_knows_the_topic_of_a_message)
{
    struct message sold = sale (1, 1);
    struct message of_warehouse = oversell (WAREHOUSE_NODE, 1, 1);
    struct message of_trader = oversell (1, 1, 1);
    struct message ping = {.type = MESSAGE_PING, .from = 1};
    of_warehouse.oversell.trader = 2;
    ck_assert (monitor_topic_fits (&sold, "sale.salt"));
    ck_assert (!monitor_topic_fits (&sold, "sale.sal"));
    ck_assert (!monitor_topic_fits (&sold, "stock.salt"));
    ck_assert (monitor_topic_fits (&of_warehouse, "oversell.2"));
    ck_assert (!monitor_topic_fits (&of_warehouse, "oversell.5"));
    of_trader.oversell.trader = 1;  // It tells its buyer, the warehouse tells the trader.
    of_trader.oversell.buyer = 6;
    ck_assert (monitor_topic_fits (&of_trader, "oversell.6"));
    ck_assert (!monitor_topic_fits (&of_trader, "oversell.1"));
    ck_assert (!monitor_topic_fits (&ping, "ping"));
}
END_TEST

// Lines.

static const struct line_style plain = {0}, colored = {.color = true}, json = {.json = true};
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
    expect_line (line_message (plain, noon, "sale.salt", &message, line),
                 "12:00:00.123 sale.salt        sold: 2 salt at 10.00 from seller 9 (lot 3) to "
                 "buyer 5 (order 17) through trader 1\n"
                 "12:00:00.123 sale.salt        sold: 1 salt at 12.00 from seller 9 (lot 4) to "
                 "buyer 6 (order 1) through trader 1\n");
    expect_line (line_message (json, noon, "sale.salt", &message, line),
                 "{\"type\":\"message\",\"time_ms\":1790000000123,\"topic\":\"sale.salt\","
                 "\"message\":{\"type\":\"sale\",\"v\":1,\"from\":0,\"clock\":0,\"epoch\":2,"
                 "\"seq\":7,\"trader\":1,\"product\":\"salt\","
                 "\"sales\":[[5,17,9,3,2,1000],[6,1,9,4,1,1200]]}}\n");
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
    struct notice gap = {.missed = 1};
    const struct {
        const struct message *message;  // NULL: the gap
        const char *color;
    } rows[] = {{&sold, " \033[32m"},
                {&oversold, " \033[1;31m"},
                {&socket, " \033[33m"},
                {&stock, " \033[36m"},
                {NULL, " \033[1;35m"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t length = rows[i].message ? line_message (colored, noon, "t", rows[i].message, line)
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
    size_t length = line_message (plain, noon, "socket.0", &message, line);
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
        size_t length = line_message (plain, noon, "socket.0", &message, line);
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
        size_t told = line_message (colored, noon, topic, &message, line);
        ck_assert_uint_gt (told, 0);
        ck_assert_uint_le (told, sizeof line);
        size_t length = line_message (json, noon, topic, &message, line);
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

static Suite *monitor_suite (void)
{
    Suite *suite = suite_create ("monitor");
    TCase *gaps = tcase_create ("what was missed");
    tcase_add_checked_fixture (gaps, setup, teardown);
    tcase_add_test (gaps, test_monitor_misses_nothing_where_seq_counts_by_one);
    tcase_add_test (gaps, test_monitor_counts_what_is_missing_between_two_messages);
    tcase_add_test (gaps, test_monitor_takes_a_seq_that_goes_back_for_one_that_begins_anew);
    tcase_add_test (gaps, test_monitor_counts_each_topic_and_publisher_by_itself);
    tcase_add_test (gaps, test_monitor_tells_a_new_epoch_once_and_what_was_missed_of_it);
    tcase_add_test (gaps, test_monitor_does_not_take_a_trader_that_joins_for_one_that_begins_anew);
    tcase_add_test (gaps, test_monitor_lets_oversells_count_anew_for_a_client_that_was_forgotten);
    tcase_add_test (gaps, test_monitor_takes_a_lower_epoch_for_one_that_begins_anew);
    tcase_add_test (gaps, test_monitor_follows_a_bounded_number_of_topics);
    tcase_add_test (gaps, test_monitor_knows_the_topic_of_a_message);
    suite_add_tcase (suite, gaps);

    TCase *lines = tcase_create ("lines");
    tcase_add_test (lines, test_line_tells_when_of_what_and_what_happened);
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
    SRunner *runner = srunner_create (monitor_suite ());
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
