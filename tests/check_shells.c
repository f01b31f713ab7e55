// The shells as actors in this process, with real sockets and a real store: handshakes, a client
// of few lines, frames that are no messages, clients that vanish, sockets that are never idle,
// a disk without room, and the end.
#include <check.h>
#include <czmq.h>
#include <errno.h>
#include <stdlib.h>

#include "actors/warehouse_shell.h"
#include "broker/report.h"
#include "broker/trader_shell.h"
#include "tests/faulty_disk.h"

enum {
    BOUND_MS = 20000,  // what takes longer has failed
    TRADER = 1,
    BUYER = 5,
    SELLER = 9,
    TEXT_BYTES = 512,
    MEGABYTE = 1024 * 1024,
};

static char folder[64];
static char ends[6][TEXT_BYTES];
static char *const rep = ends[0], *const pub = ends[1], *const router = ends[2];
static char *const trader_pub = ends[3], *const store = ends[4], *const other = ends[5];
static struct warehouse_shell_config warehouse_config;
static struct trader_shell_config trader_config;
static arena_t *decoded;

static void setup (void)
{
    static const char *const names[] = {"ipc://%s/rep",    "ipc://%s/pub", "ipc://%s/router",
                                        "ipc://%s/trader", "%s/market.db", "ipc://%s/other"};
    strcpy (folder, "/tmp/souk-shells-XXXXXX");
    ck_assert_ptr_nonnull (mkdtemp (folder));
    for (int i = 0; i < 6; i++) {
        char format[64];
        strcpy (format, names[i]);
        *strstr (format, "%s") = 0;
        snprintf (ends[i], TEXT_BYTES, "%s%s%s", format, folder, strstr (names[i], "%s") + 2);
    }
    zsys_handler_set (NULL);
    zsys_init ();
    faulty_disk_mend ();
    decoded = arena_new (64 * 1024);
    warehouse_config = (struct warehouse_shell_config){
        .warehouse = warehouse_config_default (), .rep = rep, .pub = pub, .store = store,
        .log = LOG_QUIET, .json = true,
    };
    trader_config = (struct trader_shell_config){
        .trader = trader_config_default (), .router = router, .pub = trader_pub,
        .warehouse = rep, .warehouse_pub = pub, .seed = 7, .log = LOG_QUIET, .json = true,
    };
    trader_config.trader.commit_timeout_us = 100000;
}

static void teardown (void)
{
    char command[TEXT_BYTES];
    arena_destroy (&decoded);
    snprintf (command, sizeof command, "rm -rf '%s'", folder);
    ck_assert_int_eq (system (command), 0);
}

// Actors and what they tell.

static zactor_t *start (zactor_fn *shell, void *config)
{
    zactor_t *actor = zactor_new (shell, config);
    ck_assert_ptr_nonnull (actor);
    zsock_set_rcvtimeo (zactor_sock (actor), BOUND_MS);
    zsock_set_sndtimeo (zactor_sock (actor), 0);  // It may have ended already.
    return actor;
}

// The line of the next report, which must be of this kind; valid until the next call.
static const char *told (zactor_t *actor, const char *kind)
{
    static char line[REPORT_BYTES];
    char *command = NULL;
    char *text = NULL;
    ck_assert_int_ne (zstr_recvx (actor, &command, &text, NULL), -1);
    ck_assert_str_eq (command, kind);
    snprintf (line, sizeof line, "%s", text);
    zstr_free (&command);
    zstr_free (&text);
    return line;
}

static zactor_t *start_warehouse (void)
{
    zactor_t *actor = start (warehouse_shell, &warehouse_config);
    ck_assert_ptr_nonnull (strstr (told (actor, "READY"), rep));
    return actor;
}

static zactor_t *start_trader (enum mode mode)
{
    trader_config.trader.mode = mode;
    zactor_t *actor = start (trader_shell, &trader_config);
    ck_assert_ptr_nonnull (strstr (told (actor, "READY"), router));
    return actor;
}

// Its end after it was told to, with the summary; valid until the next call.
static const char *finish (zactor_t **actor_p)
{
    static char summary[TEXT_BYTES];
    snprintf (summary, sizeof summary, "%s", told (*actor_p, "SUMMARY"));
    told (*actor_p, "DONE");
    zactor_destroy (actor_p);
    return summary;
}

static const char *stop (zactor_t **actor_p)
{
    zstr_send (*actor_p, "STOP");
    return finish (actor_p);
}

// It could not start: why.
static const char *failed (zactor_fn *shell, void *config)
{
    static char reason[TEXT_BYTES];
    zactor_t *actor = start (shell, config);
    snprintf (reason, sizeof reason, "%s", told (actor, "FAILED"));
    told (actor, "DONE");
    zactor_destroy (&actor);
    return reason;
}

static int64_t number_in (const char *report, const char *name)
{
    char key[64];
    snprintf (key, sizeof key, "\"%s\":", name);
    const char *at = strstr (report, key);
    ck_assert_msg (at, "no %s in %s", name, report);
    return strtoll (at + strlen (key), NULL, 10);
}

// A client or a peer of few lines.

static zsock_t *connected (int type, const char *endpoint)
{
    zsock_t *socket = zsock_new (type);
    ck_assert_ptr_nonnull (socket);
    zsock_set_rcvtimeo (socket, BOUND_MS);
    zsock_set_sndtimeo (socket, BOUND_MS);
    ck_assert_int_eq (zsock_connect (socket, "%s", endpoint), 0);
    return socket;
}

static zframe_t *frame_of (const struct message *message)
{
    static char buffer[LIMIT_BATCH_BYTES];
    size_t size = message_encode (message, buffer, sizeof buffer);
    ck_assert_uint_gt (size, 0);
    return zframe_new (buffer, size);
}

static void say (zsock_t *socket, struct message message)
{
    zframe_t *frame = frame_of (&message);
    ck_assert_int_eq (zframe_send (&frame, socket, 0), 0);
}

// As traders do to a REP: behind an empty delimiter.
static void ask (zsock_t *socket, struct message message)
{
    ck_assert_int_eq (zstr_sendm (socket, ""), 0);
    say (socket, message);
}

static struct message decode_last (zmsg_t *frames)
{
    struct message message;
    struct decode_error error;
    zframe_t *frame = zmsg_last (frames);
    ck_assert_msg (message_decode ((const char *) zframe_data (frame), zframe_size (frame),
                                   LIMIT_BATCH_BYTES, decoded, &message, &error),
                   "%s", error.text);
    return message;
}

// The next message, which must be of this type. What stands before its body is dropped.
static struct message heard (zsock_t *socket, enum message_type type)
{
    zmsg_t *frames = zmsg_recv (socket);
    ck_assert_msg (frames != NULL, "no %s came", message_type_name (type));
    struct message message = decode_last (frames);
    zmsg_destroy (&frames);
    ck_assert_str_eq (message_type_name (message.type), message_type_name (type));
    return message;
}

static void refused (zsock_t *socket, enum reason reason)
{
    struct message message = heard (socket, MESSAGE_ERROR);
    ck_assert_str_eq (reason_name (message.error.reason), reason_name (reason));
    ck_assert_str_ne (message.error.text, "");
}

static struct message ping (void)
{
    return (struct message){.type = MESSAGE_PING, .from = BUYER, .clock = 1};
}

static struct message buy (int64_t number, int64_t attempt)
{
    return (struct message){
        .type = MESSAGE_BUY, .from = BUYER, .clock = 1,
        .buy = {.number = number, .attempt = attempt, .product = "salt", .quantity = 2},
    };
}

static struct message restock (int64_t number)
{
    return (struct message){
        .type = MESSAGE_RESTOCK, .from = SELLER, .clock = 1,
        .restock = {.number = number, .attempt = 1, .product = "salt", .quantity = 5,
                    .price_cents = 250},
    };
}

static void answers_a_ping (zsock_t *socket)
{
    say (socket, ping ());
    heard (socket, MESSAGE_PONG);
}

static void serves_a_new_client (void)
{
    zsock_t *client = connected (ZMQ_DEALER, router);
    answers_a_ping (client);
    zsock_destroy (&client);
}

START_TEST (test_shells_refuse_an_endpoint_that_is_in_use)
{
    zactor_t *warehouse = start_warehouse ();
    zactor_t *trader = start_trader (MODE_SYNC);
    warehouse_config.store = ":memory:";
    const char *reason = failed (warehouse_shell, &warehouse_config);
    ck_assert_ptr_nonnull (strstr (reason, rep));
    ck_assert_ptr_nonnull (strstr (reason, "in use"));
    trader_config.pub = other;
    reason = failed (trader_shell, &trader_config);
    ck_assert_ptr_nonnull (strstr (reason, router));
    ck_assert_ptr_nonnull (strstr (reason, "in use"));
    serves_a_new_client ();
    stop (&trader);
    stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_refuses_a_store_that_it_cannot_use)
{
    warehouse_config.store = "/no/such/folder/market.db";
    ck_assert_ptr_nonnull (strstr (failed (warehouse_shell, &warehouse_config), "/no/such"));
    warehouse_config.store = store;
    zactor_t *warehouse = start_warehouse ();
    warehouse_config.rep = other;
    ck_assert_ptr_nonnull (strstr (failed (warehouse_shell, &warehouse_config), "in use"));
    stop (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_is_ready_when_the_warehouse_has_let_it_join)
{
    zactor_t *trader = start (trader_shell, &trader_config);
    zsock_t *client = connected (ZMQ_DEALER, router);
    answers_a_ping (client);
    zsock_set_rcvtimeo (zactor_sock (trader), 0);
    ck_assert_ptr_null (zstr_recv (trader));  // Nobody let it join yet.
    zsock_set_rcvtimeo (zactor_sock (trader), BOUND_MS);
    zactor_t *warehouse = start_warehouse ();
    told (trader, "READY");
    zsock_destroy (&client);
    stop (&trader);
    stop (&warehouse);
}
END_TEST

START_TEST (test_shells_leave_no_file_of_their_endpoints_behind)
{
    zactor_t *warehouse = start_warehouse ();
    zactor_t *trader = start_trader (MODE_CACHED);
    stop (&trader);
    stop (&warehouse);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq (access (ends[i] + strlen ("ipc://"), F_OK), -1);
    }
}
END_TEST

START_TEST (test_shells_serve_a_client_that_restocks_and_buys)
{
    zactor_t *warehouse = start_warehouse ();
    zactor_t *trader = start_trader ((enum mode) _i);
    zsock_t *seller = connected (ZMQ_DEALER, router);
    zsock_t *buyer = connected (ZMQ_DEALER, router);
    say (seller, restock (1));
    ck_assert_int_eq (heard (seller, MESSAGE_RESTOCKED).restocked.quantity, 5);
    for (int64_t number = 1; number <= 3; number++) {
        static const int64_t units[] = {2, 2, 1};
        say (buyer, buy (number, 1));
        struct message receipt = heard (buyer, MESSAGE_RECEIPT);
        if (_i == MODE_CACHED) {
            ck_assert_str_eq (status_name (receipt.receipt.status), "accepted");
            ck_assert_int_eq (receipt.receipt.units, units[number - 1]);
            receipt = heard (buyer, MESSAGE_RECEIPT);
        }
        ck_assert_int_eq (receipt.receipt.number, number);
        ck_assert_str_eq (status_name (receipt.receipt.status), "sold");
        ck_assert_int_eq (receipt.receipt.units, units[number - 1]);
        ck_assert_int_eq (receipt.receipt.amount_cents, units[number - 1] * 250);
        ck_assert_int_eq (heard (seller, MESSAGE_SOLD).sold.units, units[number - 1]);
    }
    zsock_destroy (&seller);
    zsock_destroy (&buyer);
    ck_assert_int_eq (number_in (stop (&trader), "requests"), 4);
    ck_assert_int_eq (number_in (stop (&warehouse), "units_sold"), 5);
}
END_TEST

#define PING_TEXT "{\"type\":\"ping\",\"v\":1,\"from\":5,\"clock\":1}"

// What is no message, and whether it is answered.
static const struct {
    const char *name;
    int frames;         // of `size` bytes each
    size_t size;
    const char *bytes;  // NULL: 'x' throughout
    bool answered;      // else the connection is closed, or the message dropped
} broken[] = {
    {"an empty frame", 1, 0, "", true},
    {"two frames", 2, 40, PING_TEXT, true},
    {"nine frames", 9, 40, PING_TEXT, true},
    {"a thousand frames", 1000, 0, "", true},
    {"a megabyte", 1, MEGABYTE, NULL, false},
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
    zactor_t *warehouse = start_warehouse ();
    zactor_t *trader = start_trader (MODE_SYNC);
    zsock_t *client = connected (ZMQ_DEALER, router);
    send_broken (client, _i, false);
    if (broken[_i].answered) {
        refused (client, REASON_BAD_REQUEST);
        answers_a_ping (client);
    }
    serves_a_new_client ();
    zsock_destroy (&client);
    ck_assert_int_eq (number_in (stop (&trader), "refused_input"), broken[_i].answered);
    stop (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_ignores_a_client_that_names_its_own_long_route)
{
    zactor_t *warehouse = start_warehouse ();
    zactor_t *trader = start_trader (MODE_SYNC);
    zsock_t *client = zsock_new (ZMQ_DEALER);
    zsock_set_identity (client, "twenty-bytes-of-name");
    ck_assert_int_eq (zsock_connect (client, "%s", router), 0);
    say (client, ping ());
    serves_a_new_client ();
    zsock_set_rcvtimeo (client, 0);
    ck_assert_ptr_null (zmsg_recv (client));
    zsock_destroy (&client);
    ck_assert_int_eq (number_in (stop (&trader), "undeliverable"), 0);
    stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_answers_what_is_no_message_and_serves_on)
{
    zactor_t *warehouse = start_warehouse ();
    zsock_t *peer = connected (ZMQ_DEALER, rep);
    send_broken (peer, _i, true);
    if (broken[_i].answered) {
        refused (peer, REASON_BAD_REQUEST);
    } else {
        zsock_destroy (&peer);
        peer = connected (ZMQ_DEALER, rep);
    }
    ask (peer, (struct message){.type = MESSAGE_SNAPSHOT, .from = TRADER, .clock = 1});
    heard (peer, MESSAGE_STOCK);
    zsock_destroy (&peer);
    stop (&warehouse);
}
END_TEST

START_TEST (test_warehouse_shell_ignores_what_has_no_delimiter_and_refuses_two)
{
    zactor_t *warehouse = start_warehouse ();
    zsock_t *peer = connected (ZMQ_DEALER, rep);
    struct message snapshot = {.type = MESSAGE_SNAPSHOT, .from = TRADER, .clock = 1};
    say (peer, snapshot);
    zstr_sendm (peer, "not");
    zstr_sendm (peer, "a");
    zstr_send (peer, "delimiter");
    zstr_sendm (peer, "");
    ask (peer, snapshot);
    refused (peer, REASON_BAD_REQUEST);  // Of the two delimiters: the others got no answer.
    ask (peer, snapshot);
    heard (peer, MESSAGE_STOCK);
    zsock_destroy (&peer);
    stop (&warehouse);
}
END_TEST

// A warehouse of the test: it can keep the trader waiting.

static zsock_t *bound_warehouse (void)
{
    zsock_t *socket = zsock_new (ZMQ_ROUTER);
    ck_assert_ptr_nonnull (socket);
    zsock_set_rcvtimeo (socket, BOUND_MS);
    ck_assert_int_eq (zsock_bind (socket, "%s", rep), 0);
    return socket;
}

// The trader's next message of the type, and where to answer it; others are dropped. The caller
// must destroy `envelope`.
static struct message taken (zsock_t *warehouse, enum message_type type, zmsg_t **envelope)
{
    for (;;) {
        zmsg_t *frames = zmsg_recv (warehouse);
        ck_assert_msg (frames != NULL, "no %s came", message_type_name (type));
        struct message message = decode_last (frames);
        zframe_t *body = zmsg_last (frames);
        zmsg_remove (frames, body);
        zframe_destroy (&body);
        if (message.type == type) {
            *envelope = frames;
            return message;
        }
        zmsg_destroy (&frames);
    }
}

static void answer (zsock_t *warehouse, zmsg_t **envelope, struct message message)
{
    zframe_t *frame = frame_of (&message);
    zmsg_append (*envelope, &frame);
    ck_assert_int_eq (zmsg_send (envelope, warehouse), 0);
}

// A trader that has joined the test's warehouse.
static zactor_t *start_joined_trader (zsock_t *warehouse)
{
    zmsg_t *envelope;
    zactor_t *trader = start (trader_shell, &trader_config);
    struct message join = taken (warehouse, MESSAGE_JOIN, &envelope);
    answer (warehouse, &envelope,
            (struct message){.type = MESSAGE_VIEW, .from = WAREHOUSE_NODE, .clock = 1,
                             .view = {.nonce = join.join.nonce, .epoch = 1}});
    told (trader, "READY");
    return trader;
}

// Sells what a commit of one order asks for.
static void commit_it (zsock_t *warehouse, zmsg_t **envelope, const struct message *commit)
{
    struct fill fill = {.seller = SELLER, .lot = 1, .units = 2, .price_cents = 250};
    struct result result = {
        .kind = RESULT_RECEIPT, .status = STATUS_SOLD, .product = "salt", .units = 2,
        .amount_cents = 500, .fills = &fill, .fill_count = 1,
    };
    ck_assert_uint_eq (commit->commit.item_count, 1);
    answer (warehouse, envelope,
            (struct message){.type = MESSAGE_COMMITTED, .from = WAREHOUSE_NODE, .clock = 1,
                             .committed = {.epoch = commit->commit.epoch,
                                           .batch = commit->commit.batch, .version = 1,
                                           .results = &result, .result_count = 1}});
}

START_TEST (test_trader_shell_outlives_clients_that_leave_before_their_answer)
{
    enum { ROUNDS = 20 };
    zsock_t *warehouse = bound_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    for (int64_t number = 1; number <= ROUNDS; number++) {
        zmsg_t *envelope;
        zsock_t *client = connected (ZMQ_DEALER, router);
        say (client, buy (number, 1));
        struct message commit = taken (warehouse, MESSAGE_COMMIT, &envelope);
        zsock_destroy (&client);
        serves_a_new_client ();  // By then the trader's socket knows that the other one left.
        commit_it (warehouse, &envelope, &commit);
    }
    serves_a_new_client ();
    const char *summary = stop (&trader);
    ck_assert_int_eq (number_in (summary, "requests"), ROUNDS);
    ck_assert_int_gt (number_in (summary, "undeliverable"), 0);
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
    struct message message = ping ();
    char buffer[TEXT_BYTES];
    size_t size = message_encode (&message, buffer, sizeof buffer);
    zsock_signal (pipe, 0);
    while (!(zsock_events (pipe) & ZMQ_POLLIN)) {
        zmq_send (zsock_resolve (client), buffer, size, 0);
    }
    zsock_destroy (&client);
}

START_TEST (test_trader_shell_keeps_its_times_while_it_is_flooded)
{
    zsock_t *warehouse = bound_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zactor_t *flooder = zactor_new (flood, router);
    zsock_t *client = connected (ZMQ_DEALER, router);
    zmsg_t *envelope;
    say (client, buy (1, 1));
    struct message commit = taken (warehouse, MESSAGE_COMMIT, &envelope);
    for (int i = 0; i < 3; i++) {  // It is not answered, so it comes again.
        zmsg_destroy (&envelope);
        struct message again = taken (warehouse, MESSAGE_COMMIT, &envelope);
        ck_assert_int_eq (again.commit.batch, commit.commit.batch);
    }
    commit_it (warehouse, &envelope, &commit);
    ck_assert_int_eq (heard (client, MESSAGE_RECEIPT).receipt.units, 2);
    ck_assert_int_ge (number_in (stop (&trader), "resent"), 3);
    zactor_destroy (&flooder);
    zsock_destroy (&client);
    zsock_destroy (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_finishes_what_it_has_accepted_when_it_is_stopped)
{
    zsock_t *warehouse = bound_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zsock_t *client = connected (ZMQ_DEALER, router);
    zmsg_t *envelope;
    say (client, buy (1, 1));
    struct message commit = taken (warehouse, MESSAGE_COMMIT, &envelope);
    zstr_send (trader, "STOP");
    int64_t number = 1;
    struct message refusal = {0};
    while (refusal.error.reason != REASON_UNAVAILABLE) {  // Until it has heard of the end.
        say (client, buy (++number, 1));
        ck_assert_int_lt (number, 1000 * 1000);
        zsock_set_rcvtimeo (client, 1);
        zmsg_t *frames = zmsg_recv (client);
        if (frames) {
            refusal = decode_last (frames);
            ck_assert_int_eq (refusal.type, MESSAGE_ERROR);
            zmsg_destroy (&frames);
        }
    }
    zsock_set_rcvtimeo (client, BOUND_MS);
    commit_it (warehouse, &envelope, &commit);
    struct message receipt;
    do {
        zmsg_t *frames = zmsg_recv (client);
        ck_assert_ptr_nonnull (frames);
        receipt = decode_last (frames);
        zmsg_destroy (&frames);
    } while (receipt.type != MESSAGE_RECEIPT);
    ck_assert_int_eq (receipt.receipt.number, 1);
    zstr_send (trader, "$TERM");  // Others may have been accepted before it heard of the end.
    finish (&trader);
    zsock_destroy (&client);
    zsock_destroy (&warehouse);
}
END_TEST

START_TEST (test_trader_shell_stops_without_its_warehouse_though_something_waits)
{
    zsock_t *warehouse = bound_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zactor_t *flooder = zactor_new (flood, router);
    zsock_t *client = connected (ZMQ_DEALER, router);
    zmsg_t *envelope;
    say (client, buy (1, 1));
    taken (warehouse, MESSAGE_COMMIT, &envelope);
    zmsg_destroy (&envelope);
    zsock_destroy (&warehouse);
    stop (&trader);
    zactor_destroy (&flooder);
    zsock_destroy (&client);
}
END_TEST

START_TEST (test_trader_shell_keeps_little_for_a_warehouse_that_is_away)
{
    // A commit is resent for as long as the warehouse is away; it must not pile up for it.
    trader_config.trader.commit_timeout_us = 1000;
    zsock_t *warehouse = bound_warehouse ();
    zactor_t *trader = start_joined_trader (warehouse);
    zsock_t *client = connected (ZMQ_DEALER, router);
    zmsg_t *envelope;
    say (client, buy (1, 1));
    taken (warehouse, MESSAGE_COMMIT, &envelope);
    zmsg_destroy (&envelope);
    zsock_destroy (&warehouse);
    for (int i = 0; i < 1000; i++) {  // Each takes a round of the trader, and 1 ms passes.
        answers_a_ping (client);
        zmq_poll (NULL, 0, 1);
    }
    warehouse = bound_warehouse ();
    zstr_send (trader, "$TERM");
    int64_t resent = number_in (finish (&trader), "resent");
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

// A trader of the test.

static struct message joined (zsock_t *peer)
{
    ask (peer, (struct message){.type = MESSAGE_JOIN, .from = TRADER, .clock = 1,
                                .join = {.nonce = 77}});
    return heard (peer, MESSAGE_VIEW);
}

// A batch of a restock and a buy.
static void ask_commit (zsock_t *peer, int64_t epoch, int64_t batch, int64_t clock)
{
    struct item items[] = {
        {.kind = ITEM_RESTOCK, .client = SELLER, .number = batch, .clock = 1, .product = "salt",
         .quantity = 5, .price_cents = 250},
        {.kind = ITEM_BUY, .client = BUYER, .number = batch, .clock = 1, .product = "salt",
         .quantity = 2},
    };
    ask (peer, (struct message){.type = MESSAGE_COMMIT, .from = TRADER, .clock = clock,
                                .commit = {.epoch = epoch, .batch = batch, .items = items,
                                           .item_count = 2}});
}

static void committed (zsock_t *peer, int64_t batch)
{
    struct message message = heard (peer, MESSAGE_COMMITTED);
    ck_assert_int_eq (message.committed.batch, batch);
    ck_assert_uint_eq (message.committed.result_count, 2);
    ck_assert_int_eq (message.committed.results[0].quantity, 5);
    ck_assert_int_eq (message.committed.results[1].units, 2);
}

START_TEST (test_warehouse_shell_refuses_for_want_of_room_and_goes_on_when_there_is_some)
{
    zactor_t *warehouse = start_warehouse ();
    zsock_t *peer = connected (ZMQ_DEALER, rep);
    int64_t epoch = joined (peer).view.epoch;
    ask_commit (peer, epoch, 1, 1);
    committed (peer, 1);
    faulty_disk_break_writes (WRITE_FAILS, ENOSPC, 0);
    for (int i = 0; i < 3; i++) {
        ask_commit (peer, epoch, 2, i == 2 ? LIMIT_INTEGER : 1);
        refused (peer, REASON_UNAVAILABLE);
    }
    faulty_disk_mend ();
    ask_commit (peer, epoch, 2, 1);
    committed (peer, 2);
    ask_commit (peer, epoch, 2, 1);  // The answer was lost, say: it is the same one.
    committed (peer, 2);
    ask (peer, (struct message){.type = MESSAGE_SNAPSHOT, .from = TRADER, .clock = 1});
    struct message stock = heard (peer, MESSAGE_STOCK);
    ck_assert_int_eq (stock.stock.stock[0].available, 6);
    zsock_destroy (&peer);
    stop (&warehouse);
}
END_TEST

START_TEST (test_shells_tell_a_client_of_a_full_disk_and_take_the_same_order_later)
{
    zactor_t *warehouse = start_warehouse ();
    zactor_t *trader = start_trader (MODE_SYNC);
    zsock_t *client = connected (ZMQ_DEALER, router);
    say (client, restock (1));
    heard (client, MESSAGE_RESTOCKED);
    faulty_disk_break_writes (WRITE_FAILS, ENOSPC, 0);
    say (client, buy (1, 1));
    refused (client, REASON_UNAVAILABLE);
    refused (client, REASON_UNAVAILABLE);  // The trader asked again.
    faulty_disk_mend ();
    struct message message;
    int64_t attempt = 1;
    do {
        say (client, buy (1, ++attempt));
        zmsg_t *frames = zmsg_recv (client);
        ck_assert_ptr_nonnull (frames);
        message = decode_last (frames);
        zmsg_destroy (&frames);
    } while (message.type == MESSAGE_ERROR);
    ck_assert_int_eq (message.type, MESSAGE_RECEIPT);
    ck_assert_int_eq (message.receipt.units, 2);
    zsock_destroy (&client);
    stop (&trader);
    ck_assert_int_eq (number_in (stop (&warehouse), "units_sold"), 2);
}
END_TEST

START_TEST (test_warehouse_shell_ends_without_an_answer_when_the_disk_fails)
{
    zactor_t *warehouse = start_warehouse ();
    zsock_t *peer = connected (ZMQ_DEALER, rep);
    int64_t epoch = joined (peer).view.epoch;
    faulty_disk_break_syncs (EIO, 0);
    ask_commit (peer, epoch, 1, 1);
    ck_assert_ptr_nonnull (strstr (told (warehouse, "FAILED"), "nothing of the last batch"));
    told (warehouse, "DONE");
    zactor_destroy (&warehouse);
    zsock_set_rcvtimeo (peer, 100);
    ck_assert_ptr_null (zmsg_recv (peer));
    faulty_disk_mend ();
    warehouse = start_warehouse ();
    zsock_destroy (&peer);
    peer = connected (ZMQ_DEALER, rep);
    epoch = joined (peer).view.epoch;
    ask_commit (peer, epoch, 1, 1);
    committed (peer, 1);
    zsock_destroy (&peer);
    stop (&warehouse);
}
END_TEST

// News.

static zsock_t *subscribed (const char *endpoint, const char *topic)
{
    zsock_t *socket = zsock_new (ZMQ_SUB);
    zsock_set_rcvtimeo (socket, BOUND_MS);
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
        ask_commit (peer, epoch, batch, 1);
        committed (peer, batch);
        if (zsock_events (news) & ZMQ_POLLIN) {
            return batch + 1;
        }
    }
}

START_TEST (test_warehouse_shell_publishes_the_topics_that_are_wanted_alone)
{
    zactor_t *warehouse = start_warehouse ();
    zsock_t *peer = connected (ZMQ_DEALER, rep);
    int64_t epoch = joined (peer).view.epoch;
    zsock_t *sales = subscribed (pub, "sale.salt");
    int64_t batch = commit_until_heard (peer, epoch, 1, sales);
    zsock_t *stock = subscribed (pub, "stock.");
    batch = commit_until_heard (peer, epoch, batch, stock);
    ck_assert_str_eq (published (stock), "stock.salt");
    ck_assert_str_eq (published (sales), "sale.salt");
    zsock_destroy (&stock);
    zsock_destroy (&sales);
    zsock_destroy (&peer);
    stop (&warehouse);
}
END_TEST

// What an XPUB is sent as a subscription, and what is none.
static void subscribe_raw (zsock_t *xsub, const char *bytes, size_t size)
{
    ck_assert_int_eq (zmq_send (zsock_resolve (xsub), bytes, size, 0), (int) size);
}

START_TEST (test_warehouse_shell_survives_subscriptions_that_are_none)
{
    zactor_t *warehouse = start_warehouse ();
    zsock_t *peer = connected (ZMQ_DEALER, rep);
    int64_t epoch = joined (peer).view.epoch;
    zsock_t *all = subscribed (pub, "");
    int64_t batch = commit_until_heard (peer, epoch, 1, all);
    zsock_t *odd = connected (ZMQ_XSUB, pub);
    char long_topic[600] = "\1";
    memset (long_topic + 1, 'a', sizeof long_topic - 1);
    subscribe_raw (odd, "", 0);
    subscribe_raw (odd, "\2what", 5);
    subscribe_raw (odd, "\0never.subscribed", 17);
    subscribe_raw (odd, "\1\0stock", 7);
    subscribe_raw (odd, "\0\0stock", 7);
    subscribe_raw (odd, long_topic, sizeof long_topic);
    zsock_t *odder = connected (ZMQ_XSUB, pub);
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
    stop (&warehouse);
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
    ck_assert_int_eq (zmq_poll (&item, 1, BOUND_MS), 1);
    topics_update (topics, xpub);
}

START_TEST (test_topics_are_those_that_somebody_has_subscribed_to)
{
    char error[TEXT_BYTES];
    struct topics topics;
    zsock_t *xpub = wire_socket (ZMQ_XPUB, WIRE_BIND, pub, TOPIC_BYTES, error, sizeof error);
    zsock_t *sub = zsock_new (ZMQ_SUB);
    topics_init (&topics);
    ck_assert_int_eq (zsock_connect (sub, "%s", pub), 0);
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
    char error[TEXT_BYTES];
    struct topics topics;
    zsock_t *xpub = wire_socket (ZMQ_XPUB, WIRE_BIND, pub, TOPIC_BYTES, error, sizeof error);
    zsock_t *sub = connected (ZMQ_XSUB, pub);
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

static void add (Suite *suite, const char *name, const TTest *const *tests, int rounds)
{
    TCase *themed = tcase_create (name);
    tcase_add_checked_fixture (themed, setup, teardown);
    tcase_set_timeout (themed, 60);
    for (; *tests; tests++) {
        tcase_add_loop_test (themed, *tests, 0, rounds);
    }
    suite_add_tcase (suite, themed);
}

int main (void)
{
    Suite *suite = suite_create ("shells");
    add (suite, "handshake", (const TTest *const[]){
        test_shells_refuse_an_endpoint_that_is_in_use,
        test_warehouse_shell_refuses_a_store_that_it_cannot_use,
        test_trader_shell_is_ready_when_the_warehouse_has_let_it_join,
        test_shells_leave_no_file_of_their_endpoints_behind,
        NULL}, 1);
    add (suite, "market", (const TTest *const[]){
        test_shells_serve_a_client_that_restocks_and_buys,
        NULL}, MODE_COUNT);
    add (suite, "broken frames", (const TTest *const[]){
        test_trader_shell_answers_what_is_no_message_and_serves_on,
        test_warehouse_shell_answers_what_is_no_message_and_serves_on,
        NULL}, BROKEN_COUNT);
    add (suite, "odd peers", (const TTest *const[]){
        test_trader_shell_ignores_a_client_that_names_its_own_long_route,
        test_warehouse_shell_ignores_what_has_no_delimiter_and_refuses_two,
        test_trader_shell_outlives_clients_that_leave_before_their_answer,
        NULL}, 1);
    add (suite, "busy", (const TTest *const[]){
        test_trader_shell_keeps_its_times_while_it_is_flooded,
        test_trader_shell_finishes_what_it_has_accepted_when_it_is_stopped,
        test_trader_shell_stops_without_its_warehouse_though_something_waits,
        test_trader_shell_keeps_little_for_a_warehouse_that_is_away,
        NULL}, 1);
    add (suite, "disk", (const TTest *const[]){
        test_warehouse_shell_refuses_for_want_of_room_and_goes_on_when_there_is_some,
        test_shells_tell_a_client_of_a_full_disk_and_take_the_same_order_later,
        test_warehouse_shell_ends_without_an_answer_when_the_disk_fails,
        NULL}, 1);
    add (suite, "news", (const TTest *const[]){
        test_warehouse_shell_publishes_the_topics_that_are_wanted_alone,
        test_warehouse_shell_survives_subscriptions_that_are_none,
        test_topics_are_those_that_somebody_has_subscribed_to,
        test_topics_of_one_are_not_ended_by_another_with_a_nul,
        NULL}, 1);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failures = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
