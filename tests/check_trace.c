// One request's way through the nodes, from lines as they stand in traces: what belongs to it, in
// which order, and what became of each message.
#include <check.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/trace/trail_line.h"
#include "actors/trace/trail_print.h"

enum { LINES_MAX = 64, LINE_MAX_BYTES = 512, TOLD_BYTES = 32 * 1024 };

static char lines[LINES_MAX][LINE_MAX_BYTES];
static size_t line_count;
static struct trail trail;
static arena_t *arena;
static size_t bad;

static void setup (void)
{
    line_count = 0;
    bad = 0;
    arena = arena_new (4096);
    trail_init (&trail, 5, 17);
}

static void teardown (void)
{
    trail_free (&trail);
    arena_destroy (&arena);
}

static void line (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

// One more line of the trace; quotation marks are written as '.
static void line (const char *format, ...)
{
    va_list arguments;
    ck_assert_uint_lt (line_count, LINES_MAX);
    va_start (arguments, format);
    vsnprintf (lines[line_count], LINE_MAX_BYTES, format, arguments);
    va_end (arguments);
    for (char *at = lines[line_count++]; (at = strchr (at, '\'')) != NULL;) {
        *at = '"';
    }
}

static void heading (int64_t node, const char *role)
{
    line ("{'trace':1,'node':%" PRId64 ",'role':'%s'}", node, role);
}

static int64_t time_us;

static void sent (int64_t node, int64_t to, const char *type, int64_t clock, const char *rest)
{
    line ("{'us':%" PRId64 ",'wall_us':7,'node':%" PRId64 ",'did':'sent','from':%" PRId64
          ",'to':%" PRId64 ",'port':'trader','type':'%s','clock':%" PRId64 "%s}",
          time_us += 100, node, node, to, type, clock, rest);
}

static void received (int64_t node, int64_t from, const char *type, int64_t clock, int64_t at,
                      const char *rest)
{
    line ("{'us':%" PRId64 ",'wall_us':7,'node':%" PRId64 ",'did':'received','from':%" PRId64
          ",'to':%" PRId64 ",'port':'trader','type':'%s','clock':%" PRId64 ",'at':%" PRId64 "%s}",
          time_us += 100, node, from, node, type, clock, at, rest);
}

static void read_pass (struct trail_filter *filter)
{
    struct step step;
    for (size_t i = 0; i < line_count; i++) {
        if (!trail_filter_wants (filter, &trail, lines[i])) {
            continue;
        }
        enum trail_line kind =
            trail_line_read (filter, &trail, lines[i], strlen (lines[i]), arena, &step);
        if (kind == LINE_STEP) {
            trail_add (&trail, &step);
        }
        bad += kind == LINE_BAD;
    }
}

static void read_all (void)
{
    struct trail_filter filter;
    trail_filter_init (&filter, &trail);
    read_pass (&filter);
    filter.answers = true;
    read_pass (&filter);
    trail_join (&trail);
}

#define OURS ",'requests':[[5,17]]"
#define BUY ",'product':'fish','quantity':2,'attempt':1" OURS
#define BATCH ",'trader':0,'epoch':3,'batch':12"
#define SOLD ",'product':'fish','status':'sold','units':2" OURS

// The nodes' traces one behind the other, the warehouse's first, as a folder has them.
static void whole_order (void)
{
    time_us = 0;
    heading (0, "warehouse");
    received (0, 6, "commit", 34, 40, BATCH ",'requests':[[4,2],[5,17]]");
    sent (0, 6, "committed", 41, BATCH);
    heading (5, "buyer");
    sent (5, 6, "buy", 31, BUY);
    received (5, 6, "receipt", 43, 44, SOLD);
    heading (6, "trader");
    received (6, 5, "buy", 31, 33, BUY);
    sent (6, 0, "commit", 34, BATCH ",'requests':[[4,2],[5,17]]");
    received (6, 0, "committed", 41, 42, BATCH);
    sent (6, 5, "receipt", 43, SOLD);
}

static void expect_told (void (*print) (const struct trail *, FILE *), const char *text)
{
    char told[TOLD_BYTES];
    FILE *file = fmemopen (told, sizeof told, "w");
    ck_assert_ptr_nonnull (file);
    print (&trail, file);
    fclose (file);
    ck_assert_msg (strstr (told, text) != NULL, "not told: %s\nin: %s", text, told);
}

START_TEST (test_trail_goes_from_node_to_node_by_the_clocks)
{
    static const int64_t clocks[] = {31, 33, 34, 40, 41, 42, 43, 44};
    static const int64_t nodes[] = {5, 6, 6, 0, 0, 6, 6, 5};
    whole_order ();
    read_all ();
    ck_assert_uint_eq (trail.step_count, 8);
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq (trail.steps[i].at, clocks[i]);
        ck_assert_int_eq (trail.steps[i].node, nodes[i]);
        ck_assert_int_eq (trail.steps[i].fate, FATE_ARRIVED);
        ck_assert (!trail.steps[i].again);
        if (trail.steps[i].did == DID_RECEIVE) {
            ck_assert_uint_eq (trail.steps[i].sender, i - 1);
        }
    }
    ck_assert_uint_eq (bad, 0);
}
END_TEST

START_TEST (test_trail_leaves_out_what_is_of_others)
{
    whole_order ();
    sent (6, 4, "receipt", 45, ",'status':'sold','units':1,'requests':[[4,2]]");
    sent (6, 0, "commit", 46, ",'trader':0,'epoch':3,'batch':13,'requests':[[5,171],[51,7]]");
    received (6, 0, "committed", 47, 48, ",'trader':0,'epoch':3,'batch':13");
    received (6, 0, "committed", 49, 50, ",'trader':0,'epoch':4,'batch':12");
    received (7, 0, "committed", 49, 50, BATCH);
    received (6, 0, "error", 51, 52, ",'reason':'fenced','trader':0,'epoch':3");
    sent (6, 5, "pong", 53, "");
    read_all ();
    ck_assert_uint_eq (trail.step_count, 8);
}
END_TEST

START_TEST (test_trail_tells_how_the_order_ended)
{
    whole_order ();
    read_all ();
    struct trail_end end = trail_end (&trail);
    ck_assert_ptr_eq (end.asked, &trail.steps[0]);
    ck_assert_ptr_eq (end.answered, &trail.steps[7]);
    ck_assert_ptr_null (end.last);
    ck_assert_uint_eq (end.again, 0);
    ck_assert_uint_eq (end.lost, 0);
    expect_told (trail_print_text, "order 5/17: 2 fish, answered sold after 0.1 ms by trader 6\n");
    expect_told (trail_print_text,
                 "trader 6        sends commit (epoch 3, batch 12, 2 requests) to "
                 "the warehouse\n");
}
END_TEST

START_TEST (test_trail_says_what_was_lost_and_asked_again_elsewhere)
{
    heading (5, "buyer");
    sent (5, 6, "buy", 31, BUY);
    sent (5, 7, "buy", 60, ",'product':'fish','quantity':2,'attempt':2" OURS);
    received (5, 7, "receipt", 62, 63, SOLD);
    heading (6, "trader");
    heading (7, "trader");
    received (7, 5, "buy", 60, 61, ",'product':'fish','quantity':2,'attempt':2" OURS);
    sent (7, 5, "receipt", 62, SOLD);
    read_all ();
    ck_assert_int_eq (trail.steps[0].fate, FATE_LOST);
    ck_assert_int_eq (trail.steps[1].fate, FATE_ARRIVED);
    ck_assert (!trail.steps[0].again && trail.steps[1].again);
    struct trail_end end = trail_end (&trail);
    ck_assert_uint_eq (end.again, 1);
    ck_assert_uint_eq (end.lost, 1);
    ck_assert_int_eq (end.answered->from, 7);
    expect_told (trail_print_text, "sends buy (2 fish) to trader 6: lost\n");
    expect_told (trail_print_text, "sends buy again (2 fish) to trader 7\n");
    expect_told (trail_print_json, "\"type\":\"buy\",\"from\":5,\"to\":6,\"fate\":\"lost\"");
    expect_told (trail_print_dot, "s1 -> l1 [label=\"buy\", style=dashed, color=red];");
}
END_TEST

START_TEST (test_trail_does_not_say_lost_where_nobody_can_know)
{
    heading (5, "buyer");
    sent (5, 6, "buy", 31, BUY);
    sent (5, 7, "buy", 60, BUY);
    heading (7, "trader");
    line ("{'ended':'full','node':7}");
    read_all ();
    ck_assert_int_eq (trail.steps[0].fate, FATE_UNKNOWN);
    ck_assert_int_eq (trail.steps[1].fate, FATE_UNKNOWN);
    ck_assert_uint_eq (trail_end (&trail).lost, 0);
    expect_told (trail_print_text, "to node 6, whose trace is not here\n");
    expect_told (trail_print_text, "to trader 7, whose trace ends before\n");
}
END_TEST

START_TEST (test_trail_has_a_refusal_of_the_commit_that_names_no_request)
{
    heading (0, "warehouse");
    received (0, 6, "commit", 34, 40, BATCH ",'requests':[[5,17]]");
    sent (0, 6, "error", 41, ",'reason':'unseated','trader':0,'epoch':3");
    received (0, 6, "commit", 44, 45, BATCH ",'requests':[[4,1]]");
    sent (0, 6, "error", 46, ",'reason':'unseated','trader':0,'epoch':3");
    heading (6, "trader");
    sent (6, 0, "commit", 34, BATCH ",'requests':[[5,17]]");
    received (6, 0, "error", 41, 43, ",'reason':'unseated','trader':0,'epoch':3");
    received (6, 0, "error", 46, 47, ",'reason':'unseated','trader':0,'epoch':3");
    read_all ();
    ck_assert_uint_eq (trail.step_count, 4);
    ck_assert_int_eq (trail.steps[3].type, MESSAGE_ERROR);
    ck_assert_int_eq (trail.steps[3].at, 43);
    ck_assert_uint_eq (trail.steps[3].sender, 2);
    expect_told (trail_print_text, "receives error (unseated) from the warehouse\n");
}
END_TEST

START_TEST (test_trail_has_the_first_confirmation_of_a_journal_that_reaches_its_write)
{
    heading (1, "trader");
    sent (1, 2, "journal", 10, ",'view':2,'write':20,'requests':[[4,1],[5,17],[6,1]]");
    received (1, 2, "journaled", 12, 13, ",'view':2,'write':20");
    received (1, 2, "journaled", 14, 15, ",'view':2,'write':22");
    received (1, 2, "journaled", 16, 17, ",'view':2,'write':23");
    read_all ();
    ck_assert_uint_eq (trail.step_count, 2);
    ck_assert_int_eq (trail.steps[0].write, 21);
    ck_assert_int_eq (trail.steps[1].write, 22);
}
END_TEST

START_TEST (test_trail_joins_what_is_published_with_all_who_heard_it)
{
    heading (6, "peer");
    line ("{'us':1,'wall_us':7,'node':6,'did':'sent','from':6,'port':'news','type':'clock',"
          "'clock':50" OURS "}");
    for (int node = 3; node <= 4; node++) {
        heading (node, "peer");
        line ("{'us':2,'wall_us':7,'node':%d,'did':'received','from':6,'port':'news',"
              "'type':'clock','clock':50,'at':%d" OURS "}",
              node, 50 + node);
    }
    read_all ();
    ck_assert_uint_eq (trail.step_count, 3);
    ck_assert_uint_eq (trail.steps[1].sender, 0);
    ck_assert_uint_eq (trail.steps[2].sender, 0);
    expect_told (trail_print_text, "peer 6          publishes clock\n");
    expect_told (trail_print_text, "as the others saw it: node 5 has no trace of it\n");
}
END_TEST

START_TEST (test_trail_tells_a_handover_and_what_could_not_go)
{
    heading (6, "peer");
    sent (6, 5, "handover", 20, ",'term':4,'requests':[[4,1],[5,17]]");
    line ("{'us':9,'wall_us':7,'node':6,'did':'dropped','from':6,'to':5,'port':'clients',"
          "'type':'receipt','clock':22" SOLD "}");
    heading (5, "peer");
    received (5, 6, "handover", 20, 21, ",'term':4,'requests':[[4,1],[5,17]]");
    read_all ();
    ck_assert_int_eq (trail.steps[1].fate, FATE_ARRIVED);
    ck_assert_int_eq (trail.steps[2].fate, FATE_DROPPED);
    ck_assert_uint_eq (trail_end (&trail).lost, 1);
    expect_told (trail_print_text, "sends handover (term 4, 2 requests) to peer 5\n");
    expect_told (trail_print_text, "to peer 5: nobody is there\n");
}
END_TEST

START_TEST (test_trail_of_an_accepted_order_tells_both_answers)
{
    whole_order ();
    received (5, 6, "oversold", 60, 61, ",'product':'fish','status':'oversold','units':1" OURS);
    read_all ();
    struct trail_end end = trail_end (&trail);
    ck_assert_str_eq (end.answered->word, "sold");
    ck_assert_str_eq (end.last->word, "oversold");
    ck_assert_int_eq (trail.steps[8].fate, FATE_UNKNOWN);
    expect_told (trail_print_text, "from trader 6, in whose trace it is not\n");
}
END_TEST

START_TEST (test_trail_leaves_out_a_line_that_cannot_be_read)
{
    static const char *const wrong[] = {
        "{'us':1,'requests':[[5,17]]}",
        "{'us':1,'wall_us':7,'node':5,'did':'sent','from':5,'to':6,'type':'buy" OURS,
        "[[5,17]]",
        "{'us':1,'wall_us':7,'node':5,'did':'ate','from':5,'to':6,'type':'buy','clock':3" OURS "}",
        "{'us':1,'wall_us':7,'node':5,'did':'sent','from':5,'to':-6,'type':'buy','clock':3" OURS
        "}",
        "{'us':1,'wall_us':7,'node':5,'did':'sent','from':5,'to':6,'type':'bye','clock':3" OURS "}",
        "{'us':1,'wall_us':7,'node':5,'did':'received','from':6,'to':5,'type':'receipt',"
        "'clock':3,'at':2" OURS "}",
        "{'trace':2,'node':5,'role':'buyer'}",
    };
    line ("%s", wrong[_i]);
    read_all ();
    ck_assert_uint_eq (bad, 1);
    ck_assert_uint_eq (trail.step_count, 0);
    ck_assert_uint_eq (trail.node_count, 0);
}
END_TEST

START_TEST (test_trail_is_bounded)
{
    struct step step = {.node = 5, .type = MESSAGE_PING, .product = "", .word = ""};
    for (int i = 0; i < TRAIL_STEPS_MAX; i++) {
        trail_add (&trail, &step);
    }
    ck_assert (!trail.full);
    trail_add (&trail, &step);
    ck_assert (trail.full);
    ck_assert_uint_eq (trail.step_count, TRAIL_STEPS_MAX);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trace");
    TCase *way = tcase_create ("way");
    tcase_add_checked_fixture (way, setup, teardown);
    tcase_add_test (way, test_trail_goes_from_node_to_node_by_the_clocks);
    tcase_add_test (way, test_trail_leaves_out_what_is_of_others);
    tcase_add_test (way, test_trail_has_a_refusal_of_the_commit_that_names_no_request);
    tcase_add_test (way, test_trail_has_the_first_confirmation_of_a_journal_that_reaches_its_write);
    tcase_add_test (way, test_trail_joins_what_is_published_with_all_who_heard_it);
    suite_add_tcase (suite, way);
    TCase *fate = tcase_create ("fate");
    tcase_add_checked_fixture (fate, setup, teardown);
    tcase_add_test (fate, test_trail_tells_how_the_order_ended);
    tcase_add_test (fate, test_trail_says_what_was_lost_and_asked_again_elsewhere);
    tcase_add_test (fate, test_trail_does_not_say_lost_where_nobody_can_know);
    tcase_add_test (fate, test_trail_tells_a_handover_and_what_could_not_go);
    tcase_add_test (fate, test_trail_of_an_accepted_order_tells_both_answers);
    suite_add_tcase (suite, fate);
    TCase *bounds = tcase_create ("bounds");
    tcase_add_checked_fixture (bounds, setup, teardown);
    tcase_add_loop_test (bounds, test_trail_leaves_out_a_line_that_cannot_be_read, 0, 8);
    tcase_add_test (bounds, test_trail_is_bounded);
    suite_add_tcase (suite, bounds);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_ENV);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
