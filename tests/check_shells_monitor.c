// The monitor's shell against a publisher of the test: raw, so that it can leave something out.
#include <check.h>
#include <czmq.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/monitor/monitor_shell.h"
#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

static struct monitor_shell_config config;
static zsock_t *publisher;  // XPUB
static FILE *lines;         // what the monitor writes

// Listens to the publisher: by the topology in this folder, or without one. The topic "" is none
// given.
static zactor_t *start_monitor_on (const char *topic, struct line_style style, const char *run_dir)
{
    static const char *topics[1];
    char subscribed[TOPIC_BYTES + 1];
    int ends[2];
    char error[KIT_TEXT_BYTES];
    ck_assert_int_eq (pipe2 (ends, O_CLOEXEC), 0);
    publisher = wire_socket (ZMQ_XPUB, WIRE_BIND, kit.other, TOPIC_BYTES, error, sizeof error);
    ck_assert_msg (publisher != NULL, "%s", error);
    zsock_set_rcvtimeo (publisher, KIT_BOUND_MS);
    config = (struct monitor_shell_config){
        .topics = topics, .topic_count = topic[0] ? 1 : 0, .style = style, .output = ends[1]};
    topics[0] = topic;
    snprintf (subscribed, sizeof subscribed, "\1%s", topic);
    endpoints_init (&config.endpoints, run_dir);
    if (!run_dir) {
        config.endpoints.list[config.endpoints.count++] = kit.other;
    }
    lines = fdopen (ends[0], "r");
    zactor_t *actor = kit_start (monitor_shell, &config);
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), kit.other));
    zmsg_t *subscription = zmsg_recv (publisher);
    ck_assert (zframe_streq (zmsg_first (subscription), subscribed));
    zmsg_destroy (&subscription);
    return actor;
}

static zactor_t *start_monitor (const char *run_dir)
{
    return start_monitor_on ("sale.", (struct line_style){.json = true}, run_dir);
}

static void end_monitor (zactor_t **actor_p, const char *summary)
{
    ck_assert_str_eq (kit_told (*actor_p, "READY"), summary);
    kit_told (*actor_p, "DONE");
    zactor_destroy (actor_p);
    zsock_destroy (&publisher);
    endpoints_free (&config.endpoints);
    close (config.output);
}

static void publish_sale (int64_t epoch, int64_t seq)
{
    const struct sold_units sales[] = {{5, seq, 9, 3, 2, 1000}};
    zframe_t *frame = kit_frame (
        &(struct message){.type = MESSAGE_SALE, .sale = {epoch, seq, 1, "salt", sales, 1}});
    zstr_sendm (publisher, "sale.salt");
    ck_assert_int_eq (zframe_send (&frame, publisher, 0), 0);
}

static void expect_line (const char *begin, const char *part)
{
    char line[2048];
    ck_assert_ptr_nonnull (fgets (line, sizeof line, lines));
    ck_assert_msg (!strncmp (line, begin, strlen (begin)) && strstr (line, part), "%s", line);
}

START_TEST (test_monitor_shell_tells_of_what_is_left_out)
{
    zactor_t *actor = start_monitor (NULL);
    publish_sale (2, 7);
    expect_line ("{\"type\":\"message\"", "\"seq\":7,");
    publish_sale (2, 11);
    expect_line ("{\"type\":\"gap\"",
                 "\"topic\":\"sale.salt\",\"from\":0,\"epoch\":2,\"missed\":3}");
    expect_line ("{\"type\":\"message\"", "\"seq\":11,");
    publish_sale (3, 2);
    expect_line ("{\"type\":\"epoch\"", "\"from\":0,\"epoch\":3}");
    expect_line ("{\"type\":\"gap\"", "\"missed\":1}");
    expect_line ("{\"type\":\"message\"", "\"epoch\":3,\"seq\":2,");
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 3 messages, 4 missed, 0 malformed");
    fclose (lines);
}
END_TEST

static void publish_member (int64_t trader_epoch, int64_t seq)
{
    zframe_t *frame = kit_frame (&(struct message){
        .type = MESSAGE_MEMBER,
        .member = {2, seq, 1, trader_epoch, seq, MEMBER_LIVE, 0, 0, "tcp://127.0.0.1:1", NULL, 0}});
    zstr_sendm (publisher, "member.1");
    ck_assert_int_eq (zframe_send (&frame, publisher, 0), 0);
}

START_TEST (test_monitor_shell_tells_a_trader_that_is_back_from_one_without_a_backup)
{
    static const char *const expected[] = {
        "trader 1 is there, without a backup (epoch 3)\n",
        "trader 1 goes on without a backup\n",
        "trader 1 is back (epoch 4)\n",
    };
    char line[256];
    zactor_t *actor = start_monitor_on ("member.", (struct line_style){0}, NULL);
    publish_member (3, 7);
    publish_member (3, 8);
    publish_member (4, 9);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        ck_assert_ptr_nonnull (fgets (line, sizeof line, lines));
        ck_assert_msg (strstr (line, expected[i]) != NULL, "%s", line);
    }
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 3 messages, 0 missed, 0 malformed");
    fclose (lines);
}
END_TEST

static void publish_clock (int64_t seq)
{
    zframe_t *frame =
        kit_frame (&(struct message){.type = MESSAGE_CLOCK,
                                     .from = 6,
                                     .tick = {.epoch = 2, .seq = seq, .buyer = 5, .number = 1}});
    zstr_sendm (publisher, "clock");
    ck_assert_int_eq (zframe_send (&frame, publisher, 0), 0);
}

START_TEST (test_monitor_shell_shows_a_person_no_clock_that_was_not_asked_for)
{
    zactor_t *actor = start_monitor_on ("", (struct line_style){0}, NULL);
    publish_clock (1);
    publish_clock (5);
    publish_sale (2, 7);
    char line[256];
    ck_assert_ptr_nonnull (fgets (line, sizeof line, lines));
    ck_assert_msg (strstr (line, " sale.salt ") != NULL, "%s", line);
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 1 messages, 0 missed, 0 malformed");
    fclose (lines);
}
END_TEST

START_TEST (test_monitor_shell_shows_clocks_to_whoever_asks)
{
    zactor_t *actor = start_monitor_on ("clock", (struct line_style){0}, NULL);
    publish_clock (1);
    char line[256];
    ck_assert_ptr_nonnull (fgets (line, sizeof line, lines));
    ck_assert_msg (strstr (line, "trader 6 has sold to buyer 5 (order 1)") != NULL, "%s", line);
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 1 messages, 0 missed, 0 malformed");
    fclose (lines);
}
END_TEST

START_TEST (test_monitor_shell_survives_what_is_no_message)
{
    zactor_t *actor = start_monitor (NULL);
    zstr_send (publisher, "sale.salt");
    expect_line ("{\"type\":\"malformed\"", "\"topic\":\"sale.salt\"");
    zstr_sendx (publisher, "sale.\033[2J", "{}", NULL);
    expect_line ("{\"type\":\"malformed\"", "\"topic\":\"?\"");
    zstr_sendx (publisher, "sale.salt", "{\"type\":\"ping\",\"v\":1,\"from\":1,\"clock\":1}", NULL);
    expect_line ("{\"type\":\"malformed\"", "not published under this topic");
    zstr_sendx (publisher, "sale.salt", "{}", "{}", NULL);
    expect_line ("{\"type\":\"malformed\"", "one frame");
    publish_sale (2, 1);
    expect_line ("{\"type\":\"message\"", "\"seq\":1,");
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 1 messages, 0 missed, 4 malformed");
    fclose (lines);
}
END_TEST

START_TEST (test_monitor_shell_ends_when_nobody_reads)
{
    signal (SIGPIPE, SIG_IGN);
    zactor_t *actor = start_monitor (NULL);
    fclose (lines);  // While it waits, and writes nothing.
    end_monitor (&actor, "monitor: 0 messages, 0 missed, 0 malformed");
}
END_TEST

START_TEST (test_monitor_shell_ends_when_it_is_told_to_while_its_reader_stands_still)
{
    zactor_t *actor = start_monitor (NULL);
    char byte;
    int flags = fcntl (config.output, F_GETFL);
    fcntl (config.output, F_SETFL, flags | O_NONBLOCK);
    while (write (config.output, "\n", 1) == 1) {
    }
    fcntl (config.output, F_SETFL, flags);
    publish_sale (2, 1);
    zstr_send (actor, "STOP");
    kit_told (actor, "READY");
    kit_told (actor, "DONE");
    zactor_destroy (&actor);
    ck_assert_int_eq (read (fileno (lines), &byte, 1), 1);
    zsock_destroy (&publisher);
    endpoints_free (&config.endpoints);
    close (config.output);
    fclose (lines);
}
END_TEST

// What is written later is newer, however fast the test.
static void stamp (const char *path)
{
    static time_t written = 1000000000;
    written++;
    const struct timespec times[] = {{.tv_sec = written}, {.tv_sec = written}};
    ck_assert_int_eq (utimensat (AT_FDCWD, path, times, 0), 0);
}

// The topology of a run, whole at once, as whoever starts a market writes it.
static void write_topology (const char *text)
{
    char fresh[KIT_TEXT_BYTES];
    char path[KIT_TEXT_BYTES];
    snprintf (fresh, sizeof fresh, "%s/new", kit.folder);
    snprintf (path, sizeof path, "%s/topology.json", kit.folder);
    FILE *file = fopen (fresh, "w");
    ck_assert_ptr_nonnull (file);
    fputs (text, file);
    fclose (file);
    stamp (fresh);
    ck_assert_int_eq (rename (fresh, path), 0);
}

static zactor_t *start_monitor_of (const char *run_dir)
{
    config = (struct monitor_shell_config){.output = dup (STDERR_FILENO)};
    endpoints_init (&config.endpoints, run_dir);
    zactor_t *actor = kit_start (monitor_shell, &config);
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), "waits for"));
    return actor;
}

START_TEST (test_monitor_shell_waits_for_a_topology)
{
    zactor_t *actor = start_monitor_of (kit.folder);
    write_topology ("{\"version\":1,\"warehouse\":{\"rep\":\"ipc:///a\",\"pub\":\"ipc:///b\"},"
                    "\"products\":[{\"name\":\"salt\"}],\"buyers\":[],\"sellers\":[],"
                    "\"traders\":[{\"id\":1,\"router\":\"ipc:///c\",\"pub\":\"ipc:///d\"}]}");
    ck_assert_str_eq (kit_told (actor, "READY"), "monitor: listens to ipc:///b");
    ck_assert_str_eq (kit_told (actor, "READY"), "monitor: listens to ipc:///d");
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 0 messages, 0 missed, 0 malformed");
}
END_TEST

static void write_market (const char *trader_pub)
{
    char text[2 * KIT_TEXT_BYTES];
    snprintf (text, sizeof text,
              "{\"version\":1,\"warehouse\":{\"rep\":\"ipc:///a\",\"pub\":\"%s\"},"
              "\"products\":[{\"name\":\"salt\"}],\"buyers\":[],\"sellers\":[],"
              "\"traders\":[{\"id\":1,\"router\":\"ipc:///c\",\"pub\":\"%s\"}]}",
              kit.other, trader_pub);
    write_topology (text);
}

static void write_summary (void)
{
    char path[KIT_TEXT_BYTES];
    snprintf (path, sizeof path, "%s/summary.json", kit.folder);
    FILE *file = fopen (path, "w");
    ck_assert_ptr_nonnull (file);
    fclose (file);
    stamp (path);
}

// What was known stays known, and the connection to whom the next topology names as well.
START_TEST (test_monitor_shell_tells_of_what_is_left_out_from_one_topology_to_the_next)
{
    write_market ("ipc:///d");
    zactor_t *actor = start_monitor (kit.folder);
    ck_assert_str_eq (kit_told (actor, "READY"), "monitor: listens to ipc:///d");
    publish_sale (2, 7);
    expect_line ("{\"type\":\"message\"", "\"seq\":7,");
    write_market ("ipc:///e");
    ck_assert_str_eq (kit_told (actor, "READY"), "monitor: listens to ipc:///e");
    publish_sale (2, 11);
    expect_line ("{\"type\":\"gap\"", "\"epoch\":2,\"missed\":3}");
    expect_line ("{\"type\":\"message\"", "\"seq\":11,");
    ck_assert (!(zsock_events (publisher) & ZMQ_POLLIN));  // Nobody has subscribed anew.
    write_summary ();
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), "the market has ended"));
    write_market ("ipc:///f");  // The summary is older than the next market.
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), kit.other));
    ck_assert_str_eq (kit_told (actor, "READY"), "monitor: listens to ipc:///f");
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 2 messages, 3 missed, 0 malformed");
    fclose (lines);
}
END_TEST

START_TEST (test_monitor_shell_does_not_listen_to_a_run_that_has_ended)
{
    write_market ("ipc:///d");
    write_summary ();
    zactor_t *actor = start_monitor_of (kit.folder);  // It waits for the next one.
    write_market ("ipc:///e");
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), kit.other));
    ck_assert_str_eq (kit_told (actor, "READY"), "monitor: listens to ipc:///e");
    zstr_send (actor, "STOP");
    end_monitor (&actor, "monitor: 0 messages, 0 missed, 0 malformed");
}
END_TEST

START_TEST (test_monitor_shell_does_not_wait_behind_what_is_no_topology)
{
    zactor_t *actor = start_monitor_of (kit.folder);
    write_topology ("{}");
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "FAILED"), "topology.json: "));
    kit_told (actor, "DONE");
    zactor_destroy (&actor);
    endpoints_free (&config.endpoints);
    close (config.output);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_monitor");
    kit_add (suite, "monitor",
             (const TTest *const[]){
                 test_monitor_shell_tells_of_what_is_left_out,
                 test_monitor_shell_tells_a_trader_that_is_back_from_one_without_a_backup,
                 test_monitor_shell_shows_a_person_no_clock_that_was_not_asked_for,
                 test_monitor_shell_shows_clocks_to_whoever_asks,
                 test_monitor_shell_survives_what_is_no_message,
                 test_monitor_shell_waits_for_a_topology,
                 test_monitor_shell_tells_of_what_is_left_out_from_one_topology_to_the_next,
                 test_monitor_shell_does_not_listen_to_a_run_that_has_ended,
                 test_monitor_shell_does_not_wait_behind_what_is_no_topology,
                 test_monitor_shell_ends_when_nobody_reads,
                 test_monitor_shell_ends_when_it_is_told_to_while_its_reader_stands_still,
                 NULL,
             },
             1);
    return kit_run (suite);
}
