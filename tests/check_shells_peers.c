// The peer's shell as actors in this process, with a warehouse's shell: handshakes, elections, a
// trader that ends, frames that are no messages.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "actors/peer/peer_shell.h"
#include "broker/shells/report.h"
#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

enum { PEERS = 3, SETTLE_US = 200000, LONG_PRODUCT = LIMIT_PRODUCT_NAME };

static const int64_t IDS[PEERS] = {1, 2, 3};
static const char *const PRODUCTS[] = {"salt"};

// A village of the test: peer 2 sells, the others buy.
static struct villager {
    char router[KIT_TEXT_BYTES];
    char pub[KIT_TEXT_BYTES];
    peer_t *peer;
    zactor_t *actor;
    struct peer_shell_config config;
} village[PEERS];

static struct client_trader known[PEERS];
static size_t village_size;

static struct peer_config core_config (int index)
{
    struct client_config client = client_config_default ();
    struct peer_config config = {
        .election = election_config_default (IDS, village_size),
        .trader = trader_config_default (),
        .sells = IDS[index] == 2,
        .buyer = buyer_config_default (),
        .seller = seller_config_default (),
        .sickness = {.at_us = -1},
    };
    client.id = IDS[index];
    client.elected = true;
    client.traders = IDS;
    client.trader_count = village_size;
    client.first_number = 1;
    config.election.id = config.trader.id = IDS[index];
    config.election.settle_us = SETTLE_US;
    config.trader.elected = true;
    config.trader.ping_every_us = 0;
    config.trader.router = village[index].router;
    config.buyer.client = config.seller.client = client;
    config.buyer.products = config.seller.products = PRODUCTS;
    config.buyer.product_count = config.seller.product_count = 1;
    config.buyer.think_time_us = 1000;
    return config;
}

// Names who there is; none of them runs yet.
static void found (size_t size)
{
    village_size = size;
    for (size_t i = 0; i < size; i++) {
        struct villager *villager = &village[i];
        *villager = (struct villager){0};
        snprintf (villager->router, sizeof villager->router, "ipc://%s/router-%zu", kit.folder, i);
        snprintf (villager->pub, sizeof villager->pub, "ipc://%s/pub-%zu", kit.folder, i);
        known[i] = (struct client_trader){IDS[i], villager->router, villager->pub};
    }
}

static void settle (int index)
{
    struct villager *villager = &village[index];
    struct peer_config core = core_config (index);
    villager->peer = peer_new (&core, (uint64_t) index + 1);
    villager->config = (struct peer_shell_config){
        .peer = villager->peer,
        .id = IDS[index],
        .router = villager->router,
        .pub = villager->pub,
        .peers = known,
        .peer_count = village_size,
        .warehouse = kit.rep,
        .warehouse_pub = kit.pub,
        .log = LOG_QUIET,
        .json = true,
    };
}

static zactor_t *start (int index)
{
    settle (index);
    village[index].actor = kit_start (peer_shell, &village[index].config);
    ck_assert_ptr_nonnull (
        strstr (kit_told (village[index].actor, "READY"), village[index].router));
    return village[index].actor;
}

// At once, without a word to the others.
static void end (int index)
{
    zactor_destroy (&village[index].actor);
    peer_destroy (&village[index].peer);
}

static const char *stop (int index)
{
    const char *summary = kit_stop (&village[index].actor);
    peer_destroy (&village[index].peer);
    return summary;
}

// The next report in which all of this stands.
static const char *told (zactor_t *actor, const char *this, const char *and_this)
{
    for (;;) {
        const char *line = kit_told (actor, "PROGRESS");
        if (strstr (line, this) && strstr (line, and_this)) {
            return line;
        }
    }
}

static int64_t serves (int index)
{
    return kit_number_in (told (village[index].actor, "\"election\"", "\"serves\""), "term");
}

// That the peer at this index serves a seller and a buyer.
static void trades (int index, int64_t number)
{
    struct message order = kit_buy (number, 1);
    zsock_t *seller = kit_connect (ZMQ_DEALER, village[index].router);
    zsock_t *buyer = kit_connect (ZMQ_DEALER, village[index].router);
    kit_say (seller, kit_restock (number));
    ck_assert_int_eq (kit_heard (seller, MESSAGE_RESTOCKED).restocked.quantity, 5);
    order.buy.first = (struct first){0};  // In sync it is bound to no trader.
    kit_say (buyer, order);
    struct message receipt = kit_heard (buyer, MESSAGE_RECEIPT);
    ck_assert_str_eq (status_name (receipt.receipt.status), "sold");
    ck_assert_int_eq (receipt.receipt.units, 2);
    zsock_destroy (&seller);
    zsock_destroy (&buyer);
}

static int64_t leader_by (int index)
{
    zsock_t *client = kit_connect (ZMQ_DEALER, village[index].router);
    kit_say (client, kit_ping ());
    int64_t leader = kit_heard (client, MESSAGE_PONG).pong.seating.leader;
    zsock_destroy (&client);
    return leader;
}

START_TEST (test_peer_shell_is_ready_before_there_is_a_warehouse)
{
    found (1);
    zactor_t *actor = start (0);
    ck_assert_int_eq (leader_by (0), 0);
    told (actor, "\"news\":\"stands\"", "\"why\":\"start\"");
    zactor_t *warehouse = kit_start_warehouse ();
    ck_assert_int_eq (serves (0), 1);
    stop (0);
    kit_stop (&warehouse);
}
END_TEST

START_TEST (test_peer_shell_refuses_an_endpoint_that_is_in_use)
{
    found (2);
    start (0);
    settle (1);
    village[1].config.router = village[0].router;
    ck_assert_ptr_nonnull (strstr (kit_failed (peer_shell, &village[1].config), "in use"));
    village[1].config.router = village[1].router;
    village[1].config.pub = village[0].pub;
    ck_assert_ptr_nonnull (strstr (kit_failed (peer_shell, &village[1].config), village[0].pub));
    peer_destroy (&village[1].peer);
    ck_assert_int_eq (leader_by (0), 0);
    end (0);
}
END_TEST

START_TEST (test_peer_shell_keeps_a_book_that_is_there)
{
    found (1);
    settle (0);
    village[0].config.book = "/dev/null";
    ck_assert_ptr_nonnull (strstr (kit_failed (peer_shell, &village[0].config), "there already"));
    peer_destroy (&village[0].peer);
}
END_TEST

START_TEST (test_peer_shell_leaves_no_file_of_its_endpoints_behind)
{
    found (1);
    start (0);
    end (0);
    ck_assert_int_eq (access (village[0].router + strlen ("ipc://"), F_OK), -1);
    ck_assert_int_eq (access (village[0].pub + strlen ("ipc://"), F_OK), -1);
}
END_TEST

START_TEST (test_peer_shell_elects_itself_in_a_market_of_one)
{
    found (1);
    zactor_t *warehouse = kit_start_warehouse ();
    zactor_t *actor = start (0);
    told (actor, "\"progress\"", "\"state\":\"trader\"");
    ck_assert_int_eq (serves (0), 1);
    ck_assert_int_eq (leader_by (0), IDS[0]);
    trades (0, 1);
    const char *summary = stop (0);
    // It trades for itself, too: over the wire, as for all.
    int64_t own = kit_number_in (summary, "requests");
    int64_t units = kit_number_in (summary, "units");
    ck_assert_int_eq (kit_number_in (summary, "open"), 0);
    ck_assert_int_eq (kit_number_in (strstr (summary, "\"trader\":{"), "requests"), 2 + own);
    ck_assert_int_eq (kit_number_in (strstr (summary, "\"election\":{"), "won"), 1);
    ck_assert_int_eq (kit_number_in (strstr (summary, "\"peer\":{"), "seated"), 1);
    ck_assert_int_eq (kit_number_in (kit_stop (&warehouse), "units_sold"), 2 + units);
}
END_TEST

START_TEST (test_peer_shells_elect_the_highest_and_the_next_when_that_one_ends)
{
    found (PEERS);
    zactor_t *warehouse = kit_start_warehouse ();
    for (int i = 0; i < PEERS; i++) {
        start (i);
    }
    int64_t term = serves (2);
    ck_assert_int_eq (leader_by (2), IDS[2]);
    trades (2, 1);
    end (2);
    int64_t next = 0;
    while (next <= term) {  // Where it began before the highest did, it may have led before.
        next = serves (1);
    }
    ck_assert_int_eq (leader_by (1), IDS[1]);
    trades (1, 2);
    told (village[0].actor, "\"follows\"", "\"peer\":2");
    stop (0);
    stop (1);
    kit_stop (&warehouse);
}
END_TEST

// The buyer is answered by the peer that trades, through whom the other one has sold.
START_TEST (test_peer_shells_buy_and_sell_through_the_one_that_trades)
{
    found (PEERS);
    zactor_t *warehouse = kit_start_warehouse ();
    for (int i = 0; i < PEERS; i++) {
        start (i);
    }
    int64_t units = 0;
    while (units == 0) {
        units = kit_number_in (told (village[0].actor, "\"progress\"", "\"state\":\"client\""),
                               "units");
    }
    for (int i = 0; i < PEERS; i++) {
        stop (i);
    }
    ck_assert_int_ge (kit_number_in (kit_stop (&warehouse), "units_sold"), units);
}
END_TEST

static const char *const BROKEN[] = {"", "salt!", "[]", "{\"type\":\"elect"};

START_TEST (test_peer_shell_answers_what_is_no_message_and_serves_on)
{
    found (1);
    start (0);
    zsock_t *client = kit_connect (ZMQ_DEALER, village[0].router);
    for (size_t i = 0; i < sizeof BROKEN / sizeof *BROKEN; i++) {
        ck_assert_int_eq (zstr_send (client, BROKEN[i]), 0);
        kit_refused (client, REASON_BAD_REQUEST);
    }
    ck_assert_int_eq (zstr_sendm (client, "two"), 0);
    ck_assert_int_eq (zstr_send (client, "frames"), 0);
    kit_refused (client, REASON_BAD_REQUEST);
    kit_answers_a_ping (client);
    zsock_destroy (&client);
    end (0);
}
END_TEST

START_TEST (test_peer_shell_ignores_a_client_that_names_its_own_long_route)
{
    found (1);
    start (0);
    zsock_t *client = zsock_new (ZMQ_DEALER);
    zsock_set_identity (client, "twenty-bytes-of-name");
    ck_assert_int_eq (zsock_connect (client, "%s", village[0].router), 0);
    kit_say (client, kit_ping ());
    ck_assert_int_eq (leader_by (0), 0);
    zsock_set_rcvtimeo (client, 0);
    ck_assert_ptr_null (zmsg_recv (client));
    zsock_destroy (&client);
    end (0);
}
END_TEST

// As many requests as one message hands over, each as long as can be; and one of a node that is no
// peer, which it does not take.
START_TEST (test_peer_shell_takes_what_it_is_handed_over)
{
    static struct item items[LIMIT_COPIES];
    char product[LONG_PRODUCT + 1];
    memset (product, 'x', LONG_PRODUCT);
    product[LONG_PRODUCT] = '\0';
    for (int i = 0; i < LIMIT_COPIES; i++) {
        items[i] = (struct item){.kind = ITEM_BUY,
                                 .client = LIMIT_NODE - 1,
                                 .number = LIMIT_INTEGER - i,
                                 .clock = LIMIT_INTEGER / 2,
                                 .product = product,
                                 .quantity = LIMIT_QUANTITY,
                                 .rank = LIMIT_INTEGER};
    }
    struct message handover = {
        .type = MESSAGE_HANDOVER,
        .from = IDS[1],
        .clock = 1,
        .handover = {.term = 1, .items = items, .item_count = LIMIT_COPIES},
    };
    struct item other = items[0];
    struct message strange = handover;
    other.number -= LIMIT_COPIES;
    strange.from = LIMIT_NODE;
    strange.handover = (struct handover){.term = 1, .items = &other, .item_count = 1};
    zframe_t *frame = kit_frame (&handover);
    ck_assert_uint_le (zframe_size (frame), LIMIT_MESSAGE_BYTES);
    zframe_destroy (&frame);
    found (2);
    zactor_t *warehouse = kit_start_warehouse ();
    start (0);
    serves (0);
    zsock_t *former = kit_connect (ZMQ_DEALER, village[0].router);
    kit_say (former, strange);
    kit_say (former, handover);
    kit_answers_a_ping (former);
    zsock_destroy (&former);
    ck_assert_int_eq (kit_number_in (strstr (stop (0), "\"trader\":{"), "inherited"), LIMIT_COPIES);
    kit_stop (&warehouse);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_peers");
    kit_add (suite, "handshake",
             (const TTest *const[]){
                 test_peer_shell_is_ready_before_there_is_a_warehouse,
                 test_peer_shell_refuses_an_endpoint_that_is_in_use,
                 test_peer_shell_keeps_a_book_that_is_there,
                 test_peer_shell_leaves_no_file_of_its_endpoints_behind,
                 NULL,
             },
             1);
    kit_add (suite, "elections",
             (const TTest *const[]){
                 test_peer_shell_elects_itself_in_a_market_of_one,
                 test_peer_shells_elect_the_highest_and_the_next_when_that_one_ends,
                 test_peer_shells_buy_and_sell_through_the_one_that_trades,
                 NULL,
             },
             1);
    kit_add (suite, "broken frames",
             (const TTest *const[]){
                 test_peer_shell_answers_what_is_no_message_and_serves_on,
                 test_peer_shell_ignores_a_client_that_names_its_own_long_route,
                 test_peer_shell_takes_what_it_is_handed_over,
                 NULL,
             },
             1);
    return kit_run (suite);
}
