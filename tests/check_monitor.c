// What the monitor remembers, and knows to have missed.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/monitor/monitor.h"

static monitor_t *monitor;

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

START_TEST (test_monitor_counts_recalls)
{
    struct message message = {.type = MESSAGE_RECALL, .recall = {2, 1, "salt"}};
    expect (&message, "recall.salt", false, 0);
    message.recall.seq = 4;
    expect (&message, "recall.salt", false, 2);
    message.recall.epoch = 3;
    expect (&message, "recall.salt", true, 3);
}
END_TEST

START_TEST (test_monitor_counts_terms_and_clocks)
{
    static const int64_t seats[] = {6};
    struct message term = {.type = MESSAGE_SEATS, .seats = {2, 1, {1, 6, seats, 1}}};
    struct message clock = {.type = MESSAGE_CLOCK, .from = 6, .tick = {.epoch = 4, .seq = 7}};
    expect (&term, "seats", false, 0);
    expect (&clock, "clock", false, 0);
    term.seats.seq = 3;
    clock.tick.seq = 11;
    expect (&term, "seats", false, 1);
    expect (&clock, "clock", false, 3);
    term.seats.epoch = 3;
    expect (&term, "seats", true, 2);
    ck_assert (monitor_topic_fits (&term, "seats") && monitor_topic_fits (&clock, "clock"));
    ck_assert (!monitor_topic_fits (&term, "clock") && !monitor_topic_fits (&clock, "clock.6"));
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

static void expect_before (int64_t from, int64_t trader_epoch, int64_t seq, int64_t before)
{
    struct message message = member (from, trader_epoch, seq);
    struct notice notice = monitor_note (monitor, &message, "member.1");
    ck_assert_int_eq (notice.epoch_before, before);
}

START_TEST (test_monitor_remembers_in_which_epoch_each_publisher_told_of_a_trader)
{
    struct message sold = sale (2, 1);
    expect_before (WAREHOUSE_NODE, 3, 1, MEMBER_EPOCH_UNKNOWN);
    expect_before (2, 3, 1, MEMBER_EPOCH_UNKNOWN);
    expect_before (WAREHOUSE_NODE, 4, 2, 3);
    expect_before (WAREHOUSE_NODE, 4, 3, 4);
    expect_before (2, 4, 2, 3);
    ck_assert_int_eq (monitor_note (monitor, &sold, "sale.salt").epoch_before,
                      MEMBER_EPOCH_UNKNOWN);
}
END_TEST

START_TEST (test_monitor_counts_what_is_missing_of_members)
{
    struct message message = member (WAREHOUSE_NODE, 3, 4);
    expect (&message, "member.1", false, 0);
    message.member.seq = 7;
    expect (&message, "member.1", false, 2);
    message.member.epoch = 3;
    message.member.seq = 2;
    expect (&message, "member.1", true, 1);
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
    struct message news = member (2, 1, 1);
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
    ck_assert (monitor_topic_fits (&news, "member.1"));
    ck_assert (!monitor_topic_fits (&news, "member.2"));
}
END_TEST

static Suite *monitor_suite (void)
{
    Suite *suite = suite_create ("monitor");
    TCase *gaps = tcase_create ("what was missed");
    tcase_add_checked_fixture (gaps, setup, teardown);
    tcase_add_test (gaps, test_monitor_misses_nothing_where_seq_counts_by_one);
    tcase_add_test (gaps, test_monitor_counts_what_is_missing_between_two_messages);
    tcase_add_test (gaps, test_monitor_counts_recalls);
    tcase_add_test (gaps, test_monitor_counts_terms_and_clocks);
    tcase_add_test (gaps, test_monitor_takes_a_seq_that_goes_back_for_one_that_begins_anew);
    tcase_add_test (gaps, test_monitor_counts_each_topic_and_publisher_by_itself);
    tcase_add_test (gaps, test_monitor_tells_a_new_epoch_once_and_what_was_missed_of_it);
    tcase_add_test (gaps, test_monitor_does_not_take_a_trader_that_joins_for_one_that_begins_anew);
    tcase_add_test (gaps, test_monitor_lets_oversells_count_anew_for_a_client_that_was_forgotten);
    tcase_add_test (gaps, test_monitor_takes_a_lower_epoch_for_one_that_begins_anew);
    tcase_add_test (gaps, test_monitor_remembers_in_which_epoch_each_publisher_told_of_a_trader);
    tcase_add_test (gaps, test_monitor_counts_what_is_missing_of_members);
    tcase_add_test (gaps, test_monitor_follows_a_bounded_number_of_topics);
    tcase_add_test (gaps, test_monitor_knows_the_topic_of_a_message);
    suite_add_tcase (suite, gaps);
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
