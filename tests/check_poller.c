// What a shell waits for: nothing that came may be overlooked.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "broker/shells/poller_shell.h"
#include "broker/shells/wire_shell.h"

enum { BOUND_US = 20000000, MANY = 200 };

struct pair {
    zsock_t *near;
    zsock_t *far;
};

static struct pair pair_new (const char *endpoint)
{
    struct pair pair = {.near = zsock_new (ZMQ_PAIR), .far = zsock_new (ZMQ_PAIR)};
    ck_assert_int_eq (zsock_bind (pair.near, "%s", endpoint), 0);
    ck_assert_int_eq (zsock_connect (pair.far, "%s", endpoint), 0);
    return pair;
}

static void pair_free (struct pair *pair)
{
    zsock_destroy (&pair->near);
    zsock_destroy (&pair->far);
}

static int64_t in_the_end (void)
{
    return wire_now_us () + BOUND_US;
}

// Receives all that waits and says so. Returns how much it was.
static int drain (struct poller *poller, size_t index, zsock_t *socket)
{
    struct frames frames;
    int count = 0;
    while (wire_receive (socket, &frames)) {
        wire_close (&frames);
        count++;
    }
    poller_drained (poller, index);
    return count;
}

START_TEST (test_a_socket_is_ready_when_something_came)
{
    struct pair pair = pair_new ("inproc://poller");
    struct poller poller = {0};
    size_t index = poller_add (&poller, pair.near);
    (void) drain (&poller, index, pair.near);
    ck_assert (!poller_ready (&poller, index));
    ck_assert_int_eq (zstr_send (pair.far, "news"), 0);
    poller_wait (&poller, in_the_end ());
    ck_assert (poller_ready (&poller, index));
    ck_assert_int_eq (drain (&poller, index, pair.near), 1);
    pair_free (&pair);
}
END_TEST

START_TEST (test_waiting_ends_at_the_deadline)
{
    struct pair pair = pair_new ("inproc://poller");
    struct poller poller = {0};
    size_t index = poller_add (&poller, pair.near);
    (void) drain (&poller, index, pair.near);
    int64_t deadline_us = wire_now_us () + 3000;
    poller_wait (&poller, deadline_us);
    ck_assert (!poller_ready (&poller, index));
    ck_assert_int_ge (wire_now_us (), deadline_us);
    pair_free (&pair);
}
END_TEST

START_TEST (test_a_socket_that_is_ready_hides_no_other)
{
    struct pair busy = pair_new ("inproc://busy");
    struct pair quiet = pair_new ("inproc://quiet");
    struct poller poller = {0};
    size_t first = poller_add (&poller, busy.near);
    size_t second = poller_add (&poller, quiet.near);
    (void) drain (&poller, second, quiet.near);
    ck_assert_int_eq (zstr_send (quiet.far, "news"), 0);
    poller_wait (&poller, DEADLINE_NONE);  // The first is ready still: this must not wait for ever.
    ck_assert (poller_ready (&poller, first));
    ck_assert (poller_ready (&poller, second));
    pair_free (&busy);
    pair_free (&quiet);
}
END_TEST

// Sending takes in what its descriptor had to tell: many times, since libzmq does so now and then.
START_TEST (test_nothing_that_came_before_something_was_sent_is_overlooked)
{
    struct pair pair = pair_new ("inproc://poller");
    struct poller poller = {0};
    size_t index = poller_add (&poller, pair.near);
    int received = drain (&poller, index, pair.near);
    for (int i = 1; i <= MANY; i++) {
        ck_assert_int_eq (zstr_send (pair.far, "question"), 0);
        ck_assert (zsock_events (pair.near) & ZMQ_POLLIN);  // As sending does, now and then.
        ck_assert_int_eq (zstr_send (pair.near, "answer"), 0);
        poller_sent (&poller, index);
        poller_wait (&poller, in_the_end ());
        ck_assert (poller_ready (&poller, index));
        received += drain (&poller, index, pair.near);
        ck_assert_int_eq (received, i);
    }
    pair_free (&pair);
}
END_TEST

// One that is obeyed while another one waits would leave that one with no bell of its own.
START_TEST (test_every_order_of_whoever_runs_a_shell_is_heard)
{
    struct pair pair = pair_new ("inproc://poller");
    struct poller poller = {0};
    size_t index = poller_add (&poller, pair.near);
    ck_assert_int_eq (wire_order (pair.near), WIRE_NO_ORDER);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq (zstr_send (pair.far, "STOP"), 0);
        ck_assert_int_eq (zstr_send (pair.far, "STOP"), 0);
        poller_wait (&poller, in_the_end ());
        ck_assert (poller_ready (&poller, index));
        ck_assert_int_eq (wire_order (pair.near), WIRE_STOP);
        poller_drained (&poller, index);
    }
    ck_assert_int_eq (zstr_send (pair.far, "STOP"), 0);
    ck_assert_int_eq (zstr_send (pair.far, "$TERM"), 0);
    poller_wait (&poller, in_the_end ());
    ck_assert (poller_ready (&poller, index));
    ck_assert_int_eq (wire_order (pair.near), WIRE_END);
    pair_free (&pair);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("poller");
    TCase *test_case = tcase_create ("poller");
    tcase_add_test (test_case, test_a_socket_is_ready_when_something_came);
    tcase_add_test (test_case, test_waiting_ends_at_the_deadline);
    tcase_add_test (test_case, test_a_socket_that_is_ready_hides_no_other);
    tcase_add_test (test_case, test_nothing_that_came_before_something_was_sent_is_overlooked);
    tcase_add_test (test_case, test_every_order_of_whoever_runs_a_shell_is_heard);
    suite_add_tcase (suite, test_case);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
