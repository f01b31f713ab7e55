// The shells and a disk that has no room, or fails.
#include <check.h>
#include <czmq.h>
#include <errno.h>
#include <stdlib.h>

#include "tests/kit/client_kit.h"
#include "tests/kit/faulty_disk.h"
#include "tests/kit/shell_kit.h"

START_TEST (test_warehouse_shell_refuses_for_want_of_room_and_goes_on_when_there_is_some)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *peer = kit_connect (ZMQ_DEALER, kit.rep);
    int64_t epoch = kit_join (peer).view.epoch;
    kit_ask_commit (peer, epoch, 1, 1);
    kit_committed (peer, 1);
    faulty_disk_break_writes (WRITE_FAILS, ENOSPC, 0);
    for (int i = 0; i < 3; i++) {
        kit_ask_commit (peer, epoch, 2, i == 2 ? LIMIT_INTEGER : 1);
        kit_refused (peer, REASON_UNAVAILABLE);
    }
    faulty_disk_mend ();
    kit_ask_commit (peer, epoch, 2, 1);
    kit_committed (peer, 2);
    kit_ask_commit (peer, epoch, 2, 1);  // The answer was lost, say: it is the same one.
    kit_committed (peer, 2);
    kit_ask (peer, (struct message){.type = MESSAGE_SNAPSHOT, .from = KIT_TRADER, .clock = 1});
    struct message stock = kit_heard (peer, MESSAGE_STOCK);
    ck_assert_int_eq (stock.stock.stock[0].available, 6);
    zsock_destroy (&peer);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_shells_tell_a_client_of_a_full_disk_and_take_the_same_order_later)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_SYNC);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    kit_say (client, kit_restock (1));
    kit_heard (client, MESSAGE_RESTOCKED);
    faulty_disk_break_writes (WRITE_FAILS, ENOSPC, 0);
    kit_say (client, kit_buy (1, 1));
    kit_refused (client, REASON_UNAVAILABLE);
    kit_refused (client, REASON_UNAVAILABLE);  // The trader asked again.
    faulty_disk_mend ();
    struct message message;
    int64_t attempt = 1;
    do {
        kit_say (client, kit_buy (1, ++attempt));
        zmsg_t *frames = zmsg_recv (client);
        ck_assert_ptr_nonnull (frames);
        message = kit_decode (frames);
        zmsg_destroy (&frames);
    } while (message.type == MESSAGE_ERROR);
    ck_assert_int_eq (message.type, MESSAGE_RECEIPT);
    ck_assert_int_eq (message.receipt.units, 2);
    zsock_destroy (&client);
    kit_stop (&trader);
    ck_assert_int_eq (kit_number_in (kit_stop (&warehouse), "units_sold"), 2);
}
END_TEST

START_TEST (test_warehouse_shell_ends_without_an_answer_when_the_disk_fails)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zsock_t *peer = kit_connect (ZMQ_DEALER, kit.rep);
    int64_t epoch = kit_join (peer).view.epoch;
    faulty_disk_break_syncs (EIO, 0);
    kit_ask_commit (peer, epoch, 1, 1);
    ck_assert_ptr_nonnull (strstr (kit_told (warehouse, "FAILED"), "nothing of the last batch"));
    kit_told (warehouse, "DONE");
    zactor_destroy (&warehouse);
    zsock_set_rcvtimeo (peer, 100);
    ck_assert_ptr_null (zmsg_recv (peer));
    faulty_disk_mend ();
    warehouse = kit_start_warehouse ();
    zsock_destroy (&peer);
    peer = kit_connect (ZMQ_DEALER, kit.rep);
    epoch = kit_join (peer).view.epoch;
    kit_ask_commit (peer, epoch, 1, 1);
    kit_committed (peer, 1);
    zsock_destroy (&peer);
    kit_stop (&warehouse);
}
END_TEST

static void break_journal (int error)
{
    faulty_disk_only (kit.journal);
    faulty_disk_break_writes (WRITE_FAILS, error, 0);
}

// Asks until one order is refused for want of room, and returns its number. No order is promised
// anything meanwhile, though the warehouse may settle one: then no journal has to keep it.
static int64_t buy_until_refused (zsock_t *client, int64_t number)
{
    for (;; number++) {
        zmsg_t *frames;
        kit_say (client, kit_buy (number, 1));
        zsock_set_rcvtimeo (client, 10);
        while ((frames = zmsg_recv (client))) {
            struct message message = kit_decode (frames);
            zmsg_destroy (&frames);
            if (message.type == MESSAGE_ERROR) {
                ck_assert_str_eq (reason_name (message.error.reason), "unavailable");
                zsock_set_rcvtimeo (client, KIT_BOUND_MS);
                return message.error.number;
            }
            ck_assert_int_eq (message.type, MESSAGE_RECEIPT);
            ck_assert (status_is_final (message.receipt.status));
        }
    }
}

// Asks for this order, from that attempt on, until it is final: while the journal is still taken to
// have no room it is put off. Of others there may be answers, too.
static struct message final_receipt (zsock_t *client, int64_t number, int64_t attempt)
{
    kit_say (client, kit_buy (number, attempt));
    for (;;) {
        zmsg_t *frames = zmsg_recv (client);
        ck_assert_msg (frames != NULL, "no final receipt of order %lld came", (long long) number);
        struct message message = kit_decode (frames);
        zmsg_destroy (&frames);
        if (message_number (&message) != number) {
            continue;
        }
        if (message.type == MESSAGE_ERROR) {
            kit_say (client, kit_buy (number, ++attempt));
        } else if (status_is_final (message.receipt.status)) {
            return message;
        }
    }
}

START_TEST (test_trader_shell_refuses_for_want_of_room_in_its_journal_and_goes_on_later)
{
    static const int full[] = {ENOSPC, EFBIG};
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_CACHED);
    zsock_t *seller = kit_connect (ZMQ_DEALER, kit.router);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    struct message lot = kit_restock (1);
    lot.restock.quantity = 100000;
    kit_say (seller, lot);
    kit_heard (seller, MESSAGE_RESTOCKED);
    break_journal (full[_i]);
    int64_t refused = buy_until_refused (client, 1);
    ck_assert_int_gt (refused, 1);  // The first one found out.
    ck_assert_int_gt (faulty_disk_failures (), 0);
    faulty_disk_mend ();
    ck_assert_int_eq (final_receipt (client, refused, 2).receipt.units, 2);
    ck_assert_int_eq (final_receipt (client, refused + 1000, 1).receipt.units, 2);
    zsock_destroy (&seller);
    zsock_destroy (&client);
    int64_t oversold = kit_number_in (kit_stop (&trader), "oversold");
    ck_assert_int_eq (oversold, 0);
    ck_assert_int_ge (kit_number_in (kit_stop (&warehouse), "units_sold"), 6);
}
END_TEST

START_TEST (test_trader_shell_ends_without_an_answer_when_its_journal_fails)
{
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *trader = kit_start_trader (MODE_CACHED);
    zsock_t *seller = kit_connect (ZMQ_DEALER, kit.router);
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    kit_say (seller, kit_restock (1));
    kit_heard (seller, MESSAGE_RESTOCKED);
    if (_i == 0) {
        break_journal (EIO);
    } else {
        faulty_disk_only (kit.journal);
        faulty_disk_break_syncs (EIO, 0);
    }
    kit_say (client, kit_buy (1, 1));
    ck_assert_ptr_nonnull (strstr (kit_told (trader, "FAILED"), kit.journal));
    kit_finish (&trader);
    zsock_set_rcvtimeo (client, 100);
    ck_assert_ptr_null (zmsg_recv (client));
    zsock_destroy (&client);
    faulty_disk_mend ();
    kit.trader.seed++;  // Another process draws another nonce.
    trader = kit_start_trader (MODE_CACHED);
    client = kit_connect (ZMQ_DEALER, kit.router);
    ck_assert_int_eq (final_receipt (client, 1, 2).receipt.units, 2);
    zsock_destroy (&seller);
    zsock_destroy (&client);
    kit_stop (&trader);
    ck_assert_int_eq (kit_number_in (kit_stop (&warehouse), "units_sold"), 2);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_disk");
    kit_add (suite, "room",
             (const TTest *const[]){
                 test_warehouse_shell_refuses_for_want_of_room_and_goes_on_when_there_is_some,
                 test_shells_tell_a_client_of_a_full_disk_and_take_the_same_order_later,
                 NULL,
             },
             1);
    kit_add (suite, "failure",
             (const TTest *const[]){
                 test_warehouse_shell_ends_without_an_answer_when_the_disk_fails,
                 NULL,
             },
             1);
    kit_add (suite, "a trader's journal",
             (const TTest *const[]){
                 test_trader_shell_refuses_for_want_of_room_in_its_journal_and_goes_on_later,
                 test_trader_shell_ends_without_an_answer_when_its_journal_fails,
                 NULL,
             },
             2);
    return kit_run (suite);
}
