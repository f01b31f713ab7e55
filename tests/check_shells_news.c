// What the shells publish: what somebody has subscribed to, and nothing else.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "broker/shells/topics_shell.h"
#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

static zsock_t *subscribed (const char *endpoint, const char *topic)
{
    zsock_t *socket = zsock_new (ZMQ_SUB);
    zsock_set_rcvtimeo (socket, KIT_BOUND_MS);
    zsock_set_subscribe (socket, topic);
    ck_assert_int_eq (zsock_connect (socket, "%s", endpoint), 0);
    return socket;
}

// The topic of what comes next under a subscription; valid until the next call.
static const char *published (zsock_t *socket)
{
    static char topic[TOPIC_BYTES];
    zmsg_t *frames = zmsg_recv (socket);
    ck_assert_msg (frames != NULL, "nothing was published");
    ck_assert_uint_eq (zmsg_size (frames), 2);
    char *text = zframe_strdup (zmsg_first (frames));
    snprintf (topic, sizeof topic, "%s", text);
    free (text);
    zmsg_destroy (&frames);
    return topic;
}

// Commits until the subscription is known and something comes under it.
static int64_t commit_until_heard (zsock_t *peer, int64_t epoch, int64_t batch, zsock_t *news)
{
    for (;; batch++) {
        ck_assert_int_lt (batch, 10000);
        kit_ask_commit (peer, epoch, batch, 1);
        kit_committed (peer, batch);
        if (zsock_events (news) & ZMQ_POLLIN) {
            return batch + 1;
        }
    }
}

START_TEST (test_warehouse_shell_publishes_the_topics_that_are_wanted_alone)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *peer = kit_connect (ZMQ_DEALER, kit.rep);
    int64_t epoch = kit_join (peer).view.epoch;
    zsock_t *sales = subscribed (kit.pub, "sale.salt");
    int64_t batch = commit_until_heard (peer, epoch, 1, sales);
    zsock_t *stock = subscribed (kit.pub, "stock.");
    batch = commit_until_heard (peer, epoch, batch, stock);
    ck_assert_str_eq (published (stock), "stock.salt");
    ck_assert_str_eq (published (sales), "sale.salt");
    zsock_destroy (&stock);
    zsock_destroy (&sales);
    zsock_destroy (&peer);
    kit_stop (&warehouse);
}
END_TEST

// What an XPUB is sent as a subscription, and what is none.
static void subscribe_raw (zsock_t *xsub, const char *bytes, size_t size)
{
    ck_assert_int_eq (zmq_send (zsock_resolve (xsub), bytes, size, 0), (int) size);
}

START_TEST (test_warehouse_shell_survives_subscriptions_that_are_none)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *peer = kit_connect (ZMQ_DEALER, kit.rep);
    int64_t epoch = kit_join (peer).view.epoch;
    zsock_t *all = subscribed (kit.pub, "");
    int64_t batch = commit_until_heard (peer, epoch, 1, all);
    zsock_t *odd = kit_connect (ZMQ_XSUB, kit.pub);
    char long_topic[600] = "\1";
    memset (long_topic + 1, 'a', sizeof long_topic - 1);
    subscribe_raw (odd, "", 0);
    subscribe_raw (odd, "\2what", 5);
    subscribe_raw (odd, "\0never.subscribed", 17);
    subscribe_raw (odd, "\1\0stock", 7);
    subscribe_raw (odd, "\0\0stock", 7);
    subscribe_raw (odd, long_topic, sizeof long_topic);
    zsock_t *odder = kit_connect (ZMQ_XSUB, kit.pub);
    subscribe_raw (odder, "\1sale.", 6);  // Heard once all before it are taken in.
    batch = commit_until_heard (peer, epoch, batch, odder);
    while (zsock_events (all) & ZMQ_POLLIN) {
        published (all);
    }
    batch = commit_until_heard (peer, epoch, batch, all);
    zsock_destroy (&odd);
    zsock_destroy (&odder);
    zsock_destroy (&all);
    zsock_destroy (&peer);
    kit_stop (&warehouse);
}
END_TEST

// The topics themselves, since a test cannot see over a wire what was not even built.
static bool wants (const struct topics *topics, const char *product)
{
    struct letter letter = {
        .port = PORT_NEWS,
        .message = {.type = MESSAGE_SALE, .sale = {.product = product}},
    };
    return topics_want (topics, &letter);
}

// Takes in what was subscribed, once there is some.
static void update (struct topics *topics, zsock_t *xpub)
{
    zmq_pollitem_t item = {zsock_resolve (xpub), 0, ZMQ_POLLIN, 0};
    ck_assert_int_eq (zmq_poll (&item, 1, KIT_BOUND_MS), 1);
    topics_update (topics, xpub);
}

START_TEST (test_topics_are_those_that_somebody_has_subscribed_to)
{
    char error[KIT_TEXT_BYTES];
    struct topics topics;
    zsock_t *xpub = wire_socket (ZMQ_XPUB, WIRE_BIND, kit.pub, TOPIC_BYTES, error, sizeof error);
    zsock_t *sub = zsock_new (ZMQ_SUB);
    topics_init (&topics);
    ck_assert_int_eq (zsock_connect (sub, "%s", kit.pub), 0);
    ck_assert (!wants (&topics, "salt"));
    zsock_set_subscribe (sub, "sale.salt");
    update (&topics, xpub);
    ck_assert (wants (&topics, "salt"));
    ck_assert (wants (&topics, "salty"));  // A subscription is a prefix.
    ck_assert (!wants (&topics, "sal"));
    zsock_set_unsubscribe (sub, "sale.salt");
    update (&topics, xpub);
    ck_assert (!wants (&topics, "salt"));
    zsock_set_subscribe (sub, "");
    update (&topics, xpub);
    ck_assert (wants (&topics, "anything"));
    zsock_destroy (&sub);  // One who leaves wants nothing.
    update (&topics, xpub);
    ck_assert (!wants (&topics, "anything"));
    topics_free (&topics);
    zsock_destroy (&xpub);
}
END_TEST

START_TEST (test_topics_of_one_are_not_ended_by_another_with_a_nul)
{
    char error[KIT_TEXT_BYTES];
    struct topics topics;
    zsock_t *xpub = wire_socket (ZMQ_XPUB, WIRE_BIND, kit.pub, TOPIC_BYTES, error, sizeof error);
    zsock_t *sub = kit_connect (ZMQ_XSUB, kit.pub);
    topics_init (&topics);
    subscribe_raw (sub, "\1", 1);
    update (&topics, xpub);
    subscribe_raw (sub, "\1\0", 2);
    update (&topics, xpub);
    subscribe_raw (sub, "\0\0", 2);
    update (&topics, xpub);
    ck_assert (wants (&topics, "salt"));
    topics_free (&topics);
    zsock_destroy (&sub);
    zsock_destroy (&xpub);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_news");
    kit_add (suite, "warehouse",
             (const TTest *const[]){
                 test_warehouse_shell_publishes_the_topics_that_are_wanted_alone,
                 test_warehouse_shell_survives_subscriptions_that_are_none,
                 NULL,
             },
             1);
    kit_add (suite, "topics",
             (const TTest *const[]){
                 test_topics_are_those_that_somebody_has_subscribed_to,
                 test_topics_of_one_are_not_ended_by_another_with_a_nul,
                 NULL,
             },
             1);
    return kit_run (suite);
}
