// The watch over a node's sockets by itself: when it begins and ends, how it counts, and whom it
// names. The test is the node, and its subscriber.
#include <arpa/inet.h>
#include <check.h>
#include <czmq.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/shells/socket_shell.h"
#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

enum { MANY = 600 };  // clients, of whom each is accepted and shakes hands: more than two drains

static struct watch watch;
static struct wire wire;
static struct topics topics;
static zsock_t *router;  // that is watched
static zsock_t *xpub;
static zsock_t *news;  // SUB, to the XPUB

static int64_t tick (void *context)
{
    (void) context;
    return 1;
}

static void begin (const char *endpoint)
{
    char error[KIT_TEXT_BYTES];
    wire_init (&wire, LOG_QUIET);
    topics_init (&topics);
    router =
        wire_socket (ZMQ_ROUTER, WIRE_BIND, endpoint, LIMIT_MESSAGE_BYTES, error, sizeof error);
    ck_assert_msg (router != NULL, "%s", error);
    zsock_set_rcvtimeo (router, KIT_BOUND_MS);
    xpub = zsock_new (ZMQ_XPUB);
    news = zsock_new (ZMQ_SUB);
    zsock_set_sndhwm (xpub, 0);
    zsock_set_rcvhwm (news, 0);
    ck_assert_int_eq (zsock_bind (xpub, "inproc://news"), 0);
    ck_assert_int_eq (zsock_connect (news, "inproc://news"), 0);
    watch_init (&watch, KIT_TRADER, tick, NULL);
    watch_add (&watch, SOCKET_ROUTER, router);
}

static void end (void)
{
    watch_end (&watch);
    zsock_destroy (&news);
    zsock_destroy (&xpub);
    zsock_destroy (&router);
    topics_free (&topics);
    wire_free (&wire);
}

static void follow (void)
{
    ck_assert (watch_follow (&watch, &topics, xpub));
}

static void subscribe (void)
{
    zsock_set_subscribe (news, "socket.1");
    follow ();
}

// Looks as soon as something has happened, and returns what is told of it.
static struct socket_event next_told (int64_t epoch)
{
    while (!(zsock_events (news) & ZMQ_POLLIN)) {
        zmq_pollitem_t item = {zsock_resolve (watch.sockets[0].events), 0, ZMQ_POLLIN, 0};
        ck_assert_int_eq (zmq_poll (&item, 1, KIT_BOUND_MS), 1);
        watch.look_us = 0;
        (void) watch_tell (&watch, epoch, &wire, xpub);
        wire_round (&wire);
    }
    return kit_heard (news, MESSAGE_SOCKET).socket;
}

// A client that the router has heard, and whose handshake is therefore over.
static zsock_t *heard_client (const char *endpoint)
{
    zsock_t *client = kit_connect (ZMQ_DEALER, endpoint);
    zstr_send (client, "here");
    zmsg_t *frames = zmsg_recv (router);
    ck_assert_ptr_nonnull (frames);
    zmsg_destroy (&frames);
    return client;
}

START_TEST (test_watch_is_on_only_while_somebody_subscribes_to_its_node)
{
    begin (kit.router);
    zsock_set_subscribe (news, "socket.2");
    follow ();
    ck_assert (!watch.on);
    for (int i = 0; i < 3; i++) {
        subscribe ();
        ck_assert (watch.on);
        zsock_t *client = heard_client (kit.router);
        ck_assert_int_eq ((int) next_told (1).socket, SOCKET_ROUTER);
        zsock_set_unsubscribe (news, "socket.1");
        follow ();
        ck_assert (!watch.on);
        ck_assert_ptr_null (watch.sockets[0].events);
        ck_assert_ptr_null (watch.peers);
        watch.look_us = 0;
        ck_assert (!watch_tell (&watch, 1, &wire, xpub));
        ck_assert_int_eq (watch_wake (&watch, DEADLINE_NONE), DEADLINE_NONE);
        zsock_destroy (&client);
        while (zsock_events (news) & ZMQ_POLLIN) {
            (void) kit_heard (news, MESSAGE_SOCKET);
        }
    }
    end ();
}
END_TEST

START_TEST (test_watch_counts_from_one_in_each_epoch)
{
    begin (kit.router);
    subscribe ();
    for (int64_t epoch = 1; epoch <= 2; epoch++) {
        int64_t seq = 0;
        zsock_t *client = heard_client (kit.router);
        zsock_destroy (&client);
        struct socket_event told;
        do {
            told = next_told (epoch);
            ck_assert_int_eq (told.epoch, epoch);
            ck_assert_int_eq (told.seq, ++seq);
        } while (told.event != HAPPENING_DISCONNECTED);
    }
    end ();
}
END_TEST

// A connection of bare tcp, which the router has accepted and greeted; its own address is written.
static int accepted_peer (char address[WATCH_ADDRESS_BYTES])
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    struct timeval bound = {.tv_sec = KIT_BOUND_MS / 1000};
    socklen_t size = sizeof at;
    char greeting;
    int port = atoi (strrchr (wire_endpoint (router), ':') + 1);
    int peer = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_port = htons ((uint16_t) port);
    at.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
    setsockopt (peer, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    ck_assert_int_eq (connect (peer, (struct sockaddr *) &at, sizeof at), 0);
    ck_assert_int_eq (recv (peer, &greeting, 1, 0), 1);
    ck_assert_int_eq (getsockname (peer, (struct sockaddr *) &at, &size), 0);
    snprintf (address, WATCH_ADDRESS_BYTES, "tcp://127.0.0.1:%d", ntohs (at.sin_port));
    return peer;
}

START_TEST (test_watch_names_who_goes_and_was_there_before_it)
{
    char address[WATCH_ADDRESS_BYTES];
    begin ("tcp://127.0.0.1:*");
    int peer = accepted_peer (address);
    subscribe ();
    close (peer);
    struct socket_event told;
    do {
        told = next_told (1);
        ck_assert_int_ne ((int) told.event, HAPPENING_ACCEPTED);
    } while (told.event != HAPPENING_DISCONNECTED);
    ck_assert_str_eq (told.address, address);
    end ();
}
END_TEST

START_TEST (test_watch_takes_all_of_a_flood_before_it_rests)
{
    int accepted = 0, shaken = 0;
    int64_t seq = 0;
    begin (kit.router);
    subscribe ();
    for (int i = 0; i < MANY; i++) {
        zsock_t *client = heard_client (kit.router);
        zsock_destroy (&client);
    }
    while (watch_wake (&watch, DEADLINE_NONE) <= wire_now_us ()) {
        (void) watch_tell (&watch, 1, &wire, xpub);
        wire_round (&wire);
    }
    while (zsock_events (news) & ZMQ_POLLIN) {
        struct socket_event told = kit_heard (news, MESSAGE_SOCKET).socket;
        ck_assert_int_eq (told.seq, ++seq);
        accepted += told.event == HAPPENING_ACCEPTED;
        shaken += told.event == HAPPENING_HANDSHAKE_SUCCEEDED;
    }
    ck_assert_int_eq (accepted, MANY);
    ck_assert_int_eq (shaken, MANY);
    end ();
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_watch");
    kit_add (suite, "watch",
             (const TTest *const[]){
                 test_watch_is_on_only_while_somebody_subscribes_to_its_node,
                 test_watch_counts_from_one_in_each_epoch,
                 test_watch_names_who_goes_and_was_there_before_it,
                 test_watch_takes_all_of_a_flood_before_it_rests,
                 NULL,
             },
             1);
    return kit_run (suite);
}
