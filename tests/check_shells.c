// The shells as actors in this process, with real sockets and a real store: handshakes, a client
// of few lines, frames that are no messages, peers that keep to no rule.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

START_TEST (test_shells_refuse_an_endpoint_that_is_in_use)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_SYNC);
    kit.warehouse.store = ":memory:";
    const char *reason = kit_failed (warehouse_shell, &kit.warehouse);
    ck_assert_ptr_nonnull (strstr (reason, kit.rep));
    ck_assert_ptr_nonnull (strstr (reason, "in use"));
    kit.trader.pub = kit.other;
    reason = kit_failed (trader_shell, &kit.trader);
    ck_assert_ptr_nonnull (strstr (reason, kit.router));
    ck_assert_ptr_nonnull (strstr (reason, "in use"));
    kit_serves_a_new_client ();
    kit_stop (&trader);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_refuses_a_store_that_it_cannot_use)
{
    kit.warehouse.store = "/no/such/folder/market.db";
    ck_assert_ptr_nonnull (strstr (kit_failed (warehouse_shell, &kit.warehouse), "/no/such"));
    kit.warehouse.store = kit.store;
    zactor_t *warehouse = kit_start_warehouse ();
    kit.warehouse.rep = kit.other;
    ck_assert_ptr_nonnull (strstr (kit_failed (warehouse_shell, &kit.warehouse), "in use"));
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_is_ready_when_the_warehouse_has_let_it_join)
{
    zactor_t *trader = kit_start (trader_shell, &kit.trader);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    kit_answers_a_ping (client);
    zsock_set_rcvtimeo (zactor_sock (trader), 0);
    ck_assert_ptr_null (zstr_recv (trader));  // Nobody let it join yet.
    zsock_set_rcvtimeo (zactor_sock (trader), KIT_BOUND_MS);
    zactor_t *warehouse = kit_start_warehouse ();
    kit_told (trader, "READY");
    zsock_destroy (&client);
    kit_stop (&trader);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_shells_leave_no_file_of_their_endpoints_behind)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_CACHED);
    kit_stop (&trader);
    kit_stop (&warehouse);
    const char *const ends[] = {kit.rep, kit.pub, kit.router, kit.trader_pub};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq (access (ends[i] + strlen ("ipc://"), F_OK), -1);
    }
}
END_TEST

START_TEST (test_shells_serve_a_client_that_restocks_and_buys)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader ((enum mode) _i);
    zsock_t *seller = kit_connect (ZMQ_DEALER, kit.router);
    zsock_t *buyer = kit_connect (ZMQ_DEALER, kit.router);
    kit_say (seller, kit_restock (1));
    ck_assert_int_eq (kit_heard (seller, MESSAGE_RESTOCKED).restocked.quantity, 5);
    for (int64_t number = 1; number <= 3; number++) {
        static const int64_t units[] = {2, 2, 1};
        kit_say (buyer, kit_buy (number, 1));
        struct message receipt = kit_heard (buyer, MESSAGE_RECEIPT);
        if (_i == MODE_CACHED || _i == MODE_BATCHED) {
            ck_assert_str_eq (status_name (receipt.receipt.status), "accepted");
            ck_assert_int_eq (receipt.receipt.units, units[number - 1]);
            receipt = kit_heard (buyer, MESSAGE_RECEIPT);
        }
        ck_assert_int_eq (receipt.receipt.number, number);
        ck_assert_str_eq (status_name (receipt.receipt.status), "sold");
        ck_assert_int_eq (receipt.receipt.units, units[number - 1]);
        ck_assert_int_eq (receipt.receipt.amount_cents, units[number - 1] * 250);
        ck_assert_int_eq (kit_heard (seller, MESSAGE_SOLD).sold.units, units[number - 1]);
    }
    zsock_destroy (&seller);
    zsock_destroy (&buyer);
    ck_assert_int_eq (kit_number_in (kit_stop (&trader), "requests"), 4);
    ck_assert_int_eq (kit_number_in (kit_stop (&warehouse), "units_sold"), 5);
}
END_TEST

#define PING_TEXT "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1}"

// What is no message, and whether it is answered.
static const struct {
    const char *name;
    int frames;  // of `size` bytes each
    size_t size;
    const char *bytes;  // NULL: 'x' throughout
    bool answered;      // else the connection is closed, or the message dropped
} broken[] = {
    {"an empty frame", 1, 0, "", true},
    {"two frames", 2, 40, PING_TEXT, true},
    {"nine frames", 9, 40, PING_TEXT, true},
    {"a thousand frames", 1000, 0, "", true},
    {"more than a megabyte", 1, LIMIT_BATCH_BYTES + 1, NULL, false},
    {"what is not JSON", 1, 5, "salt!", true},
    {"half a message", 1, 15, "{\"type\":\"buy\",\"", true},
    {"a NUL", 1, 1, "\0", true},
    {"what is not UTF-8", 1, 13, "{\"type\":\"\xff\xc3\"}", true},
    {"an array", 1, 2, "[]", true},
    {"an unknown type", 1, 46, "{\"type\":\"beg\",\"v\":1,\"from\":5,\"clock\":1}        ", true},
    {"another version", 1, 42, "{\"type\":\"ping\",\"v\":2,\"from\":5,\"clock\":1}  ", true},
};

enum { BROKEN_COUNT = sizeof broken / sizeof *broken };

static void send_broken (zsock_t *socket, int i, bool delimited)
{
    zmsg_t *frames = zmsg_new ();
    char *bytes = zmalloc (broken[i].size + 1);
    memset (bytes, 'x', broken[i].size);
    if (broken[i].bytes) {
        memcpy (bytes, broken[i].bytes, broken[i].size);
    }
    if (delimited) {
        zmsg_addmem (frames, NULL, 0);
    }
    for (int n = 0; n < broken[i].frames; n++) {
        zmsg_addmem (frames, bytes, broken[i].size);
    }
    ck_assert_int_eq (zmsg_send (&frames, socket), 0);
    free (bytes);
}

START_TEST (test_trader_shell_answers_what_is_no_message_and_serves_on)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_SYNC);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    send_broken (client, _i, false);
    if (broken[_i].answered) {
        kit_refused (client, REASON_BAD_REQUEST);
        kit_answers_a_ping (client);
    }
    kit_serves_a_new_client ();
    zsock_destroy (&client);
    ck_assert_int_eq (kit_number_in (kit_stop (&trader), "refused_input"), broken[_i].answered);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_ignores_a_client_that_names_its_own_long_route)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_SYNC);
    zsock_t *client = zsock_new (ZMQ_DEALER);
    zsock_set_identity (client, "twenty-bytes-of-name");
    ck_assert_int_eq (zsock_connect (client, "%s", kit.router), 0);
    kit_say (client, kit_ping ());
    kit_serves_a_new_client ();
    zsock_set_rcvtimeo (client, 0);
    ck_assert_ptr_null (zmsg_recv (client));
    zsock_destroy (&client);
    ck_assert_int_eq (kit_number_in (kit_stop (&trader), "undeliverable"), 0);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_answers_what_is_no_message_and_serves_on)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *peer = kit_connect (ZMQ_DEALER, kit.rep);
    send_broken (peer, _i, true);
    if (broken[_i].answered) {
        kit_refused (peer, REASON_BAD_REQUEST);
    } else {
        zsock_destroy (&peer);
        peer = kit_connect (ZMQ_DEALER, kit.rep);
    }
    kit_ask (peer, (struct message){.type = MESSAGE_SNAPSHOT, .from = KIT_TRADER, .clock = 1});
    kit_heard (peer, MESSAGE_STOCK);
    zsock_destroy (&peer);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_ignores_what_has_no_delimiter_and_refuses_two)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *peer = kit_connect (ZMQ_DEALER, kit.rep);
    struct message snapshot = {.type = MESSAGE_SNAPSHOT, .from = KIT_TRADER, .clock = 1};
    kit_say (peer, snapshot);
    zstr_sendm (peer, "not");
    zstr_sendm (peer, "a");
    zstr_send (peer, "delimiter");
    zstr_sendm (peer, "");
    kit_ask (peer, snapshot);
    kit_refused (peer, REASON_BAD_REQUEST);  // Of the two delimiters: the others got no answer.
    kit_ask (peer, snapshot);
    kit_heard (peer, MESSAGE_STOCK);
    zsock_destroy (&peer);
    kit_stop (&warehouse);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells");
    kit_add (suite, "handshake",
             (const TTest *const[]){
                 test_shells_refuse_an_endpoint_that_is_in_use,
                 test_warehouse_shell_refuses_a_store_that_it_cannot_use,
                 test_trader_shell_is_ready_when_the_warehouse_has_let_it_join,
                 test_shells_leave_no_file_of_their_endpoints_behind,
                 NULL,
             },
             1);
    kit_add (suite, "market",
             (const TTest *const[]){
                 test_shells_serve_a_client_that_restocks_and_buys,
                 NULL,
             },
             MODE_COUNT);
    kit_add (suite, "broken frames",
             (const TTest *const[]){
                 test_trader_shell_answers_what_is_no_message_and_serves_on,
                 test_warehouse_shell_answers_what_is_no_message_and_serves_on,
                 NULL,
             },
             BROKEN_COUNT);
    kit_add (suite, "odd peers",
             (const TTest *const[]){
                 test_trader_shell_ignores_a_client_that_names_its_own_long_route,
                 test_warehouse_shell_ignores_what_has_no_delimiter_and_refuses_two,
                 NULL,
             },
             1);
    return kit_run (suite);
}
