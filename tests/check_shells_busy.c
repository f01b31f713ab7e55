// The trader's shell when its warehouse keeps it waiting: clients that vanish before their answer,
// a socket that is never idle, and the end.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "tests/kit/client_kit.h"
#include "tests/kit/scripted_warehouse.h"

// A trader that serves.
static zactor_t *start_joined_trader (zsock_t *warehouse)
{
    zactor_t *trader = scripted_trader (warehouse);
    kit_told (trader, "READY");
    return trader;
}

// Sells what a commit of one order asks for.
static void commit_it (zsock_t *warehouse, zmsg_t **envelope, const struct message *commit)
{
    struct fill fill = {.seller = KIT_SELLER, .lot = 1, .units = 2, .price_cents = 250};
    struct result result = {
        .kind = RESULT_RECEIPT,
        .status = STATUS_SOLD,
        .product = "salt",
        .units = 2,
        .amount_cents = 500,
        .fills = &fill,
        .fill_count = 1,
    };
    ck_assert_uint_eq (commit->commit.item_count, 1);
    scripted_answer (warehouse, envelope,
                     (struct message){.type = MESSAGE_COMMITTED,
                                      .committed = {.epoch = commit->commit.epoch,
                                                    .batch = commit->commit.batch,
                                                    .version = 1,
                                                    .results = &result,
                                                    .result_count = 1}});
}

START_TEST (test_trader_shell_outlives_clients_that_leave_before_their_answer)
{
    enum { ROUNDS = 20 };
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    for (int64_t number = 1; number <= ROUNDS; number++) {
        zmsg_t *envelope;
        zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
        kit_say (client, kit_buy (number, 1));
        struct message commit = scripted_taken (warehouse, MESSAGE_COMMIT, &envelope);
        zsock_destroy (&client);
        kit_serves_a_new_client ();  // By then the trader's socket knows that the other one left.
        commit_it (warehouse, &envelope, &commit);
    }
    kit_serves_a_new_client ();
    const char *summary = kit_stop (&trader);
    ck_assert_int_eq (kit_number_in (summary, "requests"), ROUNDS);
    ck_assert_int_gt (kit_number_in (summary, "undeliverable"), 0);
    zsock_destroy (&warehouse);
}
END_TEST

// An actor that asks as much as it can until it is told to end, and reads nothing.
static void flood (zsock_t *pipe, void *endpoint)
{
    zsock_t *client = zsock_new (ZMQ_DEALER);
    zsock_set_linger (client, 0);
    zsock_set_sndtimeo (client, 1);
    zsock_connect (client, "%s", (const char *) endpoint);
    struct message message = kit_ping ();
    char buffer[KIT_TEXT_BYTES];
    size_t size = message_encode (&message, buffer, sizeof buffer);
    zsock_signal (pipe, 0);
    while (!(zsock_events (pipe) & ZMQ_POLLIN)) {
        zmq_send (zsock_resolve (client), buffer, size, 0);
    }
    zsock_destroy (&client);
}

START_TEST (test_trader_shell_keeps_its_times_while_it_is_flooded)
{
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zactor_t *flooder = zactor_new (flood, kit.router);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    zmsg_t *envelope;
    kit_say (client, kit_buy (1, 1));
    struct message commit = scripted_taken (warehouse, MESSAGE_COMMIT, &envelope);
    for (int i = 0; i < 3; i++) {  // It is not answered, so it comes again.
        zmsg_destroy (&envelope);
        struct message again = scripted_taken (warehouse, MESSAGE_COMMIT, &envelope);
        ck_assert_int_eq (again.commit.batch, commit.commit.batch);
    }
    commit_it (warehouse, &envelope, &commit);
    ck_assert_int_eq (kit_heard (client, MESSAGE_RECEIPT).receipt.units, 2);
    ck_assert_int_ge (kit_number_in (kit_stop (&trader), "resent"), 3);
    zactor_destroy (&flooder);
    zsock_destroy (&client);
    zsock_destroy (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_finishes_what_it_has_accepted_when_it_is_stopped)
{
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    zmsg_t *envelope;
    kit_say (client, kit_buy (1, 1));
    struct message commit = scripted_taken (warehouse, MESSAGE_COMMIT, &envelope);
    zstr_send (trader, "STOP");
    int64_t number = 1;
    struct message refusal = {0};
    while (refusal.error.reason != REASON_UNAVAILABLE) {  // Until it has heard of the end.
        kit_say (client, kit_buy (++number, 1));
        ck_assert_int_lt (number, 1000 * 1000);
        zsock_set_rcvtimeo (client, 1);
        zmsg_t *frames = zmsg_recv (client);
        if (frames) {
            refusal = kit_decode (frames);
            ck_assert_int_eq (refusal.type, MESSAGE_ERROR);
            zmsg_destroy (&frames);
        }
    }
    zsock_set_rcvtimeo (client, KIT_BOUND_MS);
    commit_it (warehouse, &envelope, &commit);
    struct message receipt;
    do {
        zmsg_t *frames = zmsg_recv (client);
        ck_assert_ptr_nonnull (frames);
        receipt = kit_decode (frames);
        zmsg_destroy (&frames);
    } while (receipt.type != MESSAGE_RECEIPT);
    ck_assert_int_eq (receipt.receipt.number, 1);
    zstr_send (trader, "$TERM");  // Others may have been accepted before it heard of the end.
    kit_finish (&trader);
    zsock_destroy (&client);
    zsock_destroy (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_stops_without_its_warehouse_though_something_waits)
{
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zactor_t *flooder = zactor_new (flood, kit.router);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    zmsg_t *envelope;
    kit_say (client, kit_buy (1, 1));
    scripted_taken (warehouse, MESSAGE_COMMIT, &envelope);
    zmsg_destroy (&envelope);
    zsock_destroy (&warehouse);
    kit_stop (&trader);
    zactor_destroy (&flooder);
    zsock_destroy (&client);
}
END_TEST

START_TEST (test_trader_shell_keeps_little_for_a_warehouse_that_is_away)
{
    // A commit is resent for as long as the warehouse is away; it must not pile up for it.
    kit.trader.trader.commit_timeout_us = 1000;
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    zmsg_t *envelope;
    kit_say (client, kit_buy (1, 1));
    scripted_taken (warehouse, MESSAGE_COMMIT, &envelope);
    zmsg_destroy (&envelope);
    zsock_destroy (&warehouse);
    for (int i = 0; i < 1000; i++) {  // Each takes a round of the trader, and 1 ms passes.
        kit_answers_a_ping (client);
        zmq_poll (NULL, 0, 1);
    }
    warehouse = scripted_warehouse ();
    zstr_send (trader, "$TERM");
    int64_t resent = kit_number_in (kit_finish (&trader), "resent");
    int64_t waiting = 0;
    zsock_set_rcvtimeo (warehouse, 200);
    for (zmsg_t *frames; (frames = zmsg_recv (warehouse)); waiting++) {
        zmsg_destroy (&frames);
    }
    ck_assert_int_gt (resent, 200);
    ck_assert_int_le (waiting, 100);
    zsock_destroy (&client);
    zsock_destroy (&warehouse);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_busy");
    kit_add (suite, "clients",
             (const TTest *const[]){
                 test_trader_shell_outlives_clients_that_leave_before_their_answer,
                 NULL,
             },
             1);
    kit_add (suite, "times",
             (const TTest *const[]){
                 test_trader_shell_keeps_its_times_while_it_is_flooded,
                 test_trader_shell_keeps_little_for_a_warehouse_that_is_away,
                 NULL,
             },
             1);
    kit_add (suite, "end",
             (const TTest *const[]){
                 test_trader_shell_finishes_what_it_has_accepted_when_it_is_stopped,
                 test_trader_shell_stops_without_its_warehouse_though_something_waits,
                 NULL,
             },
             1);
    return kit_run (suite);
}
