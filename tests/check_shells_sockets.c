// What the nodes publish of their sockets, to whoever watches them.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

// The next socket message under a subscription of it, of this socket; others are passed over.
static struct socket_event next_of (zsock_t *news, enum socket_name socket)
{
    while (true) {
        struct message message = kit_heard (news, MESSAGE_SOCKET);
        if (message.socket.socket == socket) {
            return message.socket;
        }
    }
}

static void await_event (zsock_t *news, enum socket_name socket, enum happening event)
{
    while (next_of (news, socket).event != event) {
    }
}

// Connects clients until the watch has begun.
static zsock_t *watched (const char *pub, const char *node, const char *endpoint, int type)
{
    zsock_t *news = zsock_new (ZMQ_SUB);
    zsock_set_subscribe (news, node);
    ck_assert_int_eq (zsock_connect (news, "%s", pub), 0);
    for (int i = 0; i < 1000 && !(zsock_events (news) & ZMQ_POLLIN); i++) {
        zsock_t *client = kit_connect (type, endpoint);
        zmq_pollitem_t item = {zsock_resolve (news), 0, ZMQ_POLLIN, 0};
        (void) zmq_poll (&item, 1, 20);
        zsock_destroy (&client);
    }
    zsock_set_rcvtimeo (news, KIT_BOUND_MS);
    return news;
}

START_TEST (test_trader_shell_publishes_who_comes_and_who_goes)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_SYNC);
    zsock_t *news = watched (kit.trader_pub, "socket.1", kit.router, ZMQ_DEALER);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    kit_answers_a_ping (client);
    await_event (news, SOCKET_ROUTER, HAPPENING_ACCEPTED);
    await_event (news, SOCKET_ROUTER, HAPPENING_HANDSHAKE_SUCCEEDED);
    zsock_destroy (&client);
    await_event (news, SOCKET_ROUTER, HAPPENING_DISCONNECTED);
    kit_stop (&warehouse);
    await_event (news, SOCKET_DEALER, HAPPENING_DISCONNECTED);
    await_event (news, SOCKET_SUB, HAPPENING_DISCONNECTED);
    await_event (news, SOCKET_DEALER, HAPPENING_CONNECT_RETRIED);
    warehouse = kit_start_warehouse ();
    await_event (news, SOCKET_DEALER, HAPPENING_CONNECTED);
    zsock_destroy (&news);
    kit_stop (&trader);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_publishes_that_a_handshake_failed_and_counts)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *news = watched (kit.pub, "socket.0", kit.rep, ZMQ_DEALER);
    zsock_t *stranger = kit_connect (ZMQ_SUB, kit.rep);
    int64_t seq = 0;
    struct message message;
    do {
        message = kit_heard (news, MESSAGE_SOCKET);
        ck_assert_int_eq (message.from, WAREHOUSE_NODE);
        ck_assert_int_eq (message.socket.epoch, 1);
        ck_assert (seq == 0 || message.socket.seq == seq + 1);
        seq = message.socket.seq;
    } while (message.socket.event != HAPPENING_HANDSHAKE_FAILED);
    ck_assert_int_eq ((int) message.socket.socket, SOCKET_REP);
    ck_assert_str_eq (message.socket.address, kit.rep);
    ck_assert_str_ne (message.socket.error, "");
    zsock_destroy (&stranger);
    zsock_destroy (&news);
    kit_stop (&warehouse);
}
END_TEST

// One who watches, leaves and comes again: watching ends and begins anew.
START_TEST (test_trader_shell_watches_again_for_the_next_one)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_SYNC);
    for (int i = 0; i < 3; i++) {
        zsock_t *news = watched (kit.trader_pub, "socket.", kit.router, ZMQ_DEALER);
        zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
        await_event (news, SOCKET_ROUTER, HAPPENING_ACCEPTED);
        zsock_destroy (&client);
        zsock_destroy (&news);
        kit_serves_a_new_client ();
    }
    kit_stop (&trader);
    kit_stop (&warehouse);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_sockets");
    kit_add (suite, "sockets",
             (const TTest *const[]){
                 test_trader_shell_publishes_who_comes_and_who_goes,
                 test_warehouse_shell_publishes_that_a_handshake_failed_and_counts,
                 test_trader_shell_watches_again_for_the_next_one,
                 NULL,
             },
             1);
    return kit_run (suite);
}
