#include "tests/kit/shell_kit.h"

#include <check.h>
#include <stdlib.h>

#include "broker/shells/report.h"
#include "tests/kit/faulty_disk.h"

enum { DECODED_BLOCK = 64 * 1024, CASE_TIMEOUT_S = 60 };

struct shell_kit kit;

static arena_t *decoded;

static void setup (void)
{
    kit = (struct shell_kit){.folder = "/tmp/souk-shells-XXXXXX"};
    ck_assert_ptr_nonnull (mkdtemp (kit.folder));
    snprintf (kit.rep, sizeof kit.rep, "ipc://%s/rep", kit.folder);
    snprintf (kit.pub, sizeof kit.pub, "ipc://%s/pub", kit.folder);
    snprintf (kit.router, sizeof kit.router, "ipc://%s/router", kit.folder);
    snprintf (kit.trader_pub, sizeof kit.trader_pub, "ipc://%s/trader", kit.folder);
    snprintf (kit.other, sizeof kit.other, "ipc://%s/other", kit.folder);
    snprintf (kit.store, sizeof kit.store, "%s/market.db", kit.folder);
    snprintf (kit.journal, sizeof kit.journal, "%s/trader.journal", kit.folder);
    zsys_handler_set (NULL);
    zsys_init ();
    faulty_disk_mend ();
    decoded = arena_new (DECODED_BLOCK);
    kit.warehouse = (struct warehouse_shell_config){
        .warehouse = warehouse_config_default (),
        .rep = kit.rep,
        .pub = kit.pub,
        .store = kit.store,
        .log = LOG_QUIET,
        .json = true,
    };
    kit.warehouse.warehouse.elected = true;  // Where nobody campaigns that changes nothing.
    kit.trader = (struct trader_shell_config){
        .trader = trader_config_default (),
        .router = kit.router,
        .pub = kit.trader_pub,
        .warehouse = kit.rep,
        .warehouse_pub = kit.pub,
        .journal = kit.journal,
        .seed = 7,
        .log = LOG_QUIET,
        .json = true,
    };
    kit.trader.trader.commit_timeout_us = 100000;
}

static void teardown (void)
{
    char command[KIT_TEXT_BYTES];
    arena_destroy (&decoded);
    snprintf (command, sizeof command, "rm -rf '%s'", kit.folder);
    ck_assert_int_eq (system (command), 0);
}

// Actors and what they tell.

zactor_t *kit_start (zactor_fn *shell, void *config)
{
    zactor_t *actor = zactor_new (shell, config);
    ck_assert_ptr_nonnull (actor);
    zsock_set_rcvtimeo (zactor_sock (actor), KIT_BOUND_MS);
    zsock_set_sndtimeo (zactor_sock (actor), 0);  // It may have ended already.
    return actor;
}

const char *kit_told (zactor_t *actor, const char *kind)
{
    static char line[REPORT_BYTES];
    char *command = NULL;
    char *text = NULL;
    do {
        zstr_free (&command);
        zstr_free (&text);
        ck_assert_int_ne (zstr_recvx (actor, &command, &text, NULL), -1);
    } while (streq (command, "PROGRESS") && !streq (kind, "PROGRESS"));
    ck_assert_str_eq (command, kind);
    snprintf (line, sizeof line, "%s", text);
    zstr_free (&command);
    zstr_free (&text);
    return line;
}

zactor_t *kit_start_warehouse (void)
{
    zactor_t *actor = kit_start (warehouse_shell, &kit.warehouse);
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), kit.rep));
    return actor;
}

zactor_t *kit_start_trader (enum mode mode)
{
    kit.trader.trader.policy = policy_default (mode);
    zactor_t *actor = kit_start (trader_shell, &kit.trader);
    ck_assert_ptr_nonnull (strstr (kit_told (actor, "READY"), kit.router));
    return actor;
}

const char *kit_finish (zactor_t **actor_p)
{
    static char summary[REPORT_BYTES];
    snprintf (summary, sizeof summary, "%s", kit_told (*actor_p, "SUMMARY"));
    kit_told (*actor_p, "DONE");
    zactor_destroy (actor_p);
    return summary;
}

const char *kit_stop (zactor_t **actor_p)
{
    zstr_send (*actor_p, "STOP");
    return kit_finish (actor_p);
}

const char *kit_failed (zactor_fn *shell, void *config)
{
    static char reason[KIT_TEXT_BYTES];
    zactor_t *actor = kit_start (shell, config);
    snprintf (reason, sizeof reason, "%s", kit_told (actor, "FAILED"));
    kit_told (actor, "DONE");
    zactor_destroy (&actor);
    return reason;
}

int64_t kit_number_in (const char *report, const char *name)
{
    char key[64];
    snprintf (key, sizeof key, "\"%s\":", name);
    const char *at = strstr (report, key);
    ck_assert_msg (at, "no %s in %s", name, report);
    return strtoll (at + strlen (key), NULL, 10);
}

// A client or a peer of few lines.

zsock_t *kit_connect (int type, const char *endpoint)
{
    zsock_t *socket = zsock_new (type);
    ck_assert_ptr_nonnull (socket);
    zsock_set_rcvtimeo (socket, KIT_BOUND_MS);
    zsock_set_sndtimeo (socket, KIT_BOUND_MS);
    ck_assert_int_eq (zsock_connect (socket, "%s", endpoint), 0);
    return socket;
}

zframe_t *kit_frame (const struct message *message)
{
    static char buffer[LIMIT_BATCH_BYTES];
    size_t size = message_encode (message, buffer, sizeof buffer);
    ck_assert_uint_gt (size, 0);
    return zframe_new (buffer, size);
}

void kit_say (zsock_t *socket, struct message message)
{
    zframe_t *frame = kit_frame (&message);
    ck_assert_int_eq (zframe_send (&frame, socket, 0), 0);
}

void kit_ask (zsock_t *socket, struct message message)
{
    ck_assert_int_eq (zstr_sendm (socket, ""), 0);
    kit_say (socket, message);
}

struct message kit_decode (zmsg_t *frames)
{
    struct message message;
    struct decode_error error;
    zframe_t *frame = zmsg_last (frames);
    ck_assert_msg (message_decode ((const char *) zframe_data (frame), zframe_size (frame),
                                   LIMIT_BATCH_BYTES, decoded, &message, &error),
                   "%s", error.text);
    return message;
}

struct message kit_heard (zsock_t *socket, enum message_type type)
{
    zmsg_t *frames = zmsg_recv (socket);
    ck_assert_msg (frames != NULL, "no %s came", message_type_name (type));
    struct message message = kit_decode (frames);
    zmsg_destroy (&frames);
    ck_assert_str_eq (message_type_name (message.type), message_type_name (type));
    return message;
}

void kit_refused (zsock_t *socket, enum reason reason)
{
    struct message message = kit_heard (socket, MESSAGE_ERROR);
    ck_assert_str_eq (reason_name (message.error.reason), reason_name (reason));
    ck_assert_str_ne (message.error.text, "");
}

struct message kit_ping (void)
{
    return (struct message){.type = MESSAGE_PING, .from = KIT_BUYER, .clock = 1};
}

struct message kit_buy (int64_t number, int64_t attempt)
{
    return (struct message){
        .type = MESSAGE_BUY,
        .from = KIT_BUYER,
        .clock = 1,
        .buy = {.number = number,
                .attempt = attempt,
                .product = "salt",
                .quantity = 2,
                .first = {KIT_TRADER, 1}},
    };
}

struct message kit_restock (int64_t number)
{
    return (struct message){
        .type = MESSAGE_RESTOCK,
        .from = KIT_SELLER,
        .clock = 1,
        .restock =
            {.number = number, .attempt = 1, .product = "salt", .quantity = 5, .price_cents = 250},
    };
}

void kit_answers_a_ping (zsock_t *socket)
{
    kit_say (socket, kit_ping ());
    kit_heard (socket, MESSAGE_PONG);
}

void kit_serves_a_new_client (void)
{
    zsock_t *client = kit_connect (ZMQ_DEALER, kit.router);
    kit_answers_a_ping (client);
    zsock_destroy (&client);
}

// A trader of the test.

struct message kit_join (zsock_t *peer)
{
    kit_ask (peer, (struct message){.type = MESSAGE_JOIN,
                                    .from = KIT_TRADER,
                                    .clock = 1,
                                    .join = {.nonce = 77, .router = ""}});
    return kit_heard (peer, MESSAGE_VIEW);
}

void kit_ask_commit (zsock_t *peer, int64_t epoch, int64_t batch, int64_t clock)
{
    struct item items[] = {
        {.kind = ITEM_RESTOCK,
         .client = KIT_SELLER,
         .number = batch,
         .clock = 1,
         .product = "salt",
         .quantity = 5,
         .price_cents = 250},
        {.kind = ITEM_BUY,
         .client = KIT_BUYER,
         .number = batch,
         .clock = 1,
         .product = "salt",
         .quantity = 2},
    };
    kit_ask (peer,
             (struct message){
                 .type = MESSAGE_COMMIT,
                 .from = KIT_TRADER,
                 .clock = clock,
                 .commit = {.epoch = epoch, .batch = batch, .items = items, .item_count = 2}});
}

void kit_committed (zsock_t *peer, int64_t batch)
{
    struct message message = kit_heard (peer, MESSAGE_COMMITTED);
    ck_assert_int_eq (message.committed.batch, batch);
    ck_assert_uint_eq (message.committed.result_count, 2);
    ck_assert_int_eq (message.committed.results[0].quantity, 5);
    ck_assert_int_eq (message.committed.results[1].units, 2);
}

void kit_add (Suite *suite, const char *name, const TTest *const *tests, int rounds)
{
    TCase *themed = tcase_create (name);
    tcase_add_checked_fixture (themed, setup, teardown);
    tcase_set_timeout (themed, CASE_TIMEOUT_S);
    for (; *tests; tests++) {
        tcase_add_loop_test (themed, *tests, 0, rounds);
    }
    suite_add_tcase (suite, themed);
}
