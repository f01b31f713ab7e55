// The shell of buyers and sellers as an actor, with two traders of the test: what a client does when
// one of them fails, what it reports of that, and the book that it writes.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "actors/clients/buyer.h"
#include "actors/clients/client_shell.h"
#include "tests/kit/client_kit.h"
#include "tests/kit/shell_kit.h"

enum { POLL_MS = 50, HEADING = 128 };

static const int64_t IDS[] = {1, 2};
static const char *const PRODUCTS[] = {"salt"};

// A trader of the test: it answers PINGs, and what else the test has it say.
struct stall {
    zsock_t *router;
    zsock_t *pub;
    zframe_t *client;  // who sent its last message
};

static struct stall stalls[2];
static buyer_t *buyer;
static struct client_trader traders[2];
static struct client_shell_config config;
static char pub[KIT_TEXT_BYTES];
static char book[KIT_TEXT_BYTES];

static zsock_t *bound (int type, const char *endpoint)
{
    zsock_t *socket = zsock_new (type);
    ck_assert_int_ne (zsock_bind (socket, "%s", endpoint), -1);
    return socket;
}

static zactor_t *start_buyer (void)
{
    struct buyer_config core = buyer_config_default ();
    snprintf (pub, sizeof pub, "ipc://%s/second", kit.folder);
    snprintf (book, sizeof book, "%s/book.csv", kit.folder);
    stalls[0] = (struct stall){bound (ZMQ_ROUTER, kit.router), bound (ZMQ_PUB, kit.trader_pub), 0};
    stalls[1] = (struct stall){bound (ZMQ_ROUTER, kit.other), bound (ZMQ_PUB, pub), 0};
    traders[0] = (struct client_trader){1, kit.router, kit.trader_pub};
    traders[1] = (struct client_trader){2, kit.other, pub};
    core.client.id = KIT_BUYER;
    core.client.traders = IDS;
    core.client.trader_count = 2;
    core.client.bound = true;
    core.client.timeout_us = KIT_BOUND_MS * 1000;  // Only what it is told makes it move.
    core.products = PRODUCTS;
    core.product_count = 1;
    core.orders = 1;
    buyer = buyer_new (&core, 1);
    config = (struct client_shell_config){
        .class = &buyer_class,
        .core = buyer,
        .id = KIT_BUYER,
        .traders = traders,
        .trader_count = 2,
        .book = book,
        .log = LOG_QUIET,
        .json = true,
    };
    return kit_start (client_shell, &config);
}

static void close_all (zactor_t **actor_p)
{
    zactor_destroy (actor_p);
    for (int i = 0; i < 2; i++) {
        zsock_destroy (&stalls[i].router);
        zsock_destroy (&stalls[i].pub);
        zframe_destroy (&stalls[i].client);
    }
    buyer_destroy (&buyer);
}

static void say (struct stall *stall, struct message message)
{
    message.market = KIT_MARKET;
    if (message.type == MESSAGE_RECEIPT) {
        message.receipt.product = "salt";
    }
    zframe_t *client = zframe_dup (stall->client);
    ck_assert_int_eq (zframe_send (&client, stall->router, ZFRAME_MORE), 0);
    kit_say (stall->router, message);
}

// Takes what has come to the trader, and answers a PING. Returns whether it was an order.
static bool take (int index, struct message *message)
{
    struct stall *stall = &stalls[index];
    if (!(zsock_events (stall->router) & ZMQ_POLLIN)) {
        return false;
    }
    zmsg_t *frames = zmsg_recv (stall->router);
    zframe_destroy (&stall->client);
    stall->client = zframe_dup (zmsg_first (frames));
    *message = kit_decode (frames);
    zmsg_destroy (&frames);
    if (message->type == MESSAGE_PING) {
        say (stall, kit_pong (IDS[index], 1));
    }
    return message->type == MESSAGE_BUY;
}

// Waits for an order, while trader 2 - `failed` goes on saying that the other one has failed.
static int wait_for_order (int failed, struct message *message)
{
    for (int64_t by_ms = zclock_mono () + KIT_BOUND_MS; zclock_mono () < by_ms;) {
        zmq_pollitem_t items[] = {{zsock_resolve (stalls[0].router), 0, ZMQ_POLLIN, 0},
                                  {zsock_resolve (stalls[1].router), 0, ZMQ_POLLIN, 0}};
        (void) zmq_poll (items, 2, POLL_MS);
        for (int i = 0; i < 2; i++) {
            if (take (i, message)) {
                return i;
            }
        }
        if (failed >= 0) {
            struct message news = kit_news (IDS[1 - failed], IDS[failed], 2, 5, MEMBER_FAILED);
            char topic[TOPIC_BYTES];
            (void) message_topic (&news, 0, topic);
            ck_assert_int_eq (zstr_sendm (stalls[1 - failed].pub, topic), 0);
            kit_say (stalls[1 - failed].pub, news);
        }
    }
    ck_abort_msg ("no order came");
}

// The buyer's report that its answers have moved: others come between.
static const char *recovered (zactor_t *actor)
{
    for (;;) {
        const char *line = kit_told (actor, "PROGRESS");
        if (strstr (line, "\"recovered\"")) {
            return line;
        }
    }
}

static const char *summary (zactor_t *actor)
{
    static char line[REPORT_BYTES];
    char *command = NULL;
    char *text = NULL;
    do {
        zstr_free (&command);
        zstr_free (&text);
        ck_assert_int_ne (zstr_recvx (actor, &command, &text, NULL), -1);
    } while (streq (command, "PROGRESS"));
    ck_assert_str_eq (command, "SUMMARY");
    snprintf (line, sizeof line, "%s", text);
    zstr_free (&command);
    zstr_free (&text);
    kit_told (actor, "DONE");
    return line;
}

static void check_book (const char *second_line)
{
    char heading[HEADING] = "";
    char line[HEADING] = "";
    char more[HEADING] = "";
    FILE *file = fopen (book, "r");
    ck_assert_ptr_nonnull (file);
    ck_assert_ptr_nonnull (fgets (heading, sizeof heading, file));
    ck_assert_str_eq (heading,
                      "number,product,quantity,status,units,missing,amount_cents,first_trader\n");
    ck_assert_ptr_nonnull (fgets (line, sizeof line, file));
    ck_assert_str_eq (line, second_line);
    ck_assert_ptr_null (fgets (more, sizeof more, file));
    fclose (file);
}

START_TEST (test_client_shell_moves_on_the_news_and_reports_that_it_got_through)
{
    struct message order;
    struct message again;
    char line[HEADING];
    zactor_t *actor = start_buyer ();
    (void) kit_told (actor, "READY");
    int first = wait_for_order (-1, &order);
    ck_assert_int_eq (order.buy.first.trader, IDS[first]);
    int second = wait_for_order (first, &again);
    ck_assert_int_ne (second, first);
    ck_assert_int_eq (again.buy.number, order.buy.number);
    ck_assert_int_eq (again.buy.first.trader, IDS[first]);
    ck_assert_int_eq (again.buy.first.epoch, order.buy.first.epoch);
    say (&stalls[second], kit_receipt (IDS[second], 1, STATUS_SOLD, 1, 0, 250));
    ck_assert_int_eq (kit_number_in (recovered (actor), "moved"), 1);
    ck_assert_int_eq (kit_number_in (summary (actor), "moved"), 1);
    snprintf (line, sizeof line, "1,salt,1,sold,1,0,250,%d\n", first + 1);
    check_book (line);
    close_all (&actor);
}
END_TEST

START_TEST (test_client_shell_keeps_a_book_that_is_there)
{
    zactor_t *actor = start_buyer ();
    struct message order;
    (void) kit_told (actor, "READY");
    int to = wait_for_order (-1, &order);
    say (&stalls[to], kit_receipt (IDS[to], 1, STATUS_OUT_OF_STOCK, 0, 0, 0));
    ck_assert_int_eq (kit_number_in (summary (actor), "moved"), 0);
    ck_assert_ptr_nonnull (strstr (kit_failed (client_shell, &config), "there already"));
    config.book = "/no/such/folder/book.csv";
    ck_assert_ptr_nonnull (strstr (kit_failed (client_shell, &config), "/no/such/folder"));
    check_book (to ? "1,salt,1,out_of_stock,0,0,0,2\n" : "1,salt,1,out_of_stock,0,0,0,1\n");
    close_all (&actor);
}
END_TEST

START_TEST (test_book_tells_that_it_could_not_be_written)
{
    const struct buyer_entry entry = {.number = 1, .product = "salt"};
    char error[KIT_TEXT_BYTES] = "";
    struct book full = {.file = fopen ("/dev/full", "w"), .path = "/dev/full"};
    ck_assert_ptr_nonnull (full.file);
    ck_assert (book_flush (&full, error, sizeof error));
    book_add (&full, &entry);
    ck_assert (!book_flush (&full, error, sizeof error));
    ck_assert_ptr_nonnull (strstr (error, "No space left"));
    ck_assert (!book_close (&full, error, sizeof error));
    ck_assert_ptr_null (full.file);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_clients");
    kit_add (suite, "failover",
             (const TTest *const[]){
                 test_client_shell_moves_on_the_news_and_reports_that_it_got_through, NULL},
             1);
    kit_add (suite, "book",
             (const TTest *const[]){test_client_shell_keeps_a_book_that_is_there,
                                    test_book_tells_that_it_could_not_be_written, NULL},
             1);
    return kit_run (suite);
}
