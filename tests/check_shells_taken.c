// The trader's shell when another trader has taken its own over: it begins again from its journal,
// under another nonce, and tells nothing of what it had decided before.
#include <check.h>
#include <czmq.h>
#include <stdlib.h>

#include "tests/kit/client_kit.h"
#include "tests/kit/scripted_warehouse.h"

enum { PATIENCE_MS = 100 };

// Hands the trader what there is: five salt.
static void stock (zsock_t *warehouse)
{
    static const struct level level = {"salt", 5};
    zmsg_t *envelope;
    (void) scripted_taken (warehouse, MESSAGE_SNAPSHOT, &envelope);
    scripted_answer (
        warehouse, &envelope,
        (struct message){.type = MESSAGE_STOCK,
                         .stock = {.epoch = 1, .version = 1, .stock = &level, .stock_count = 1}});
}

// A trader in epoch 1 that has promised two salt to the client, and whose commit is not answered.
static zactor_t *start_promising (zsock_t *warehouse, zsock_t **client, zmsg_t **commit)
{
    kit.trader.trader.policy = policy_default (MODE_CACHED);
    zactor_t *trader = scripted_trader (warehouse);
    stock (warehouse);
    kit_told (trader, "READY");
    *client = kit_connect (ZMQ_DEALER, kit.router);
    kit_say (*client, kit_buy (1, 1));
    ck_assert_int_eq (kit_heard (*client, MESSAGE_RECEIPT).receipt.status, STATUS_ACCEPTED);
    (void) scripted_taken (warehouse, MESSAGE_COMMIT, commit);
    return trader;
}

static void refuse (zsock_t *warehouse, zmsg_t **commit)
{
    scripted_answer (
        warehouse, commit,
        (struct message){
            .type = MESSAGE_ERROR,
            .error = {.reason = REASON_TAKEN, .number = 1, .epoch = 1, .text = "join again"}});
}

// The trader's place as it is for the process before, in this state of its takeover.
static struct message place (int64_t nonce, enum member_state state)
{
    struct message view = scripted_view (nonce, 2);
    view.view.began = 1;
    view.view.state = state;
    view.view.taker = state == MEMBER_TAKING ? KIT_TRADER + 1 : 0;
    return view;
}

static bool journal_tells (const char *words)
{
    char line[KIT_TEXT_BYTES];
    bool found = false;
    FILE *file = fopen (kit.journal, "r");
    ck_assert_ptr_nonnull (file);
    while (fgets (line, sizeof line, file)) {
        found = found || strstr (line, words);
    }
    fclose (file);
    return found;
}

// It waits while the takeover is under way, and joins when that is complete. Returns its nonce.
static int64_t join_anew (zsock_t *warehouse, int64_t nonce_before)
{
    zmsg_t *envelope;
    struct message join = scripted_taken (warehouse, MESSAGE_JOIN, &envelope);
    int64_t nonce = join.join.nonce;
    ck_assert_int_ne (nonce, nonce_before);
    ck_assert_int_eq (join.join.epoch, 1);  // As its journal says.
    ck_assert_int_eq (join.join.began, 1);
    static const enum member_state states[] = {MEMBER_TAKING, MEMBER_TAKING, MEMBER_FAILED};
    for (int i = 0; i < 3; i++) {
        scripted_answer (warehouse, &envelope, place (nonce_before, states[i]));
        join = scripted_taken (warehouse, MESSAGE_JOIN, &envelope);
        ck_assert_int_eq (join.join.nonce, nonce);
        ck_assert_int_eq (join.join.epoch, 2);
    }
    scripted_answer (warehouse, &envelope, scripted_view (nonce, 3));
    stock (warehouse);
    return nonce;
}

START_TEST (test_trader_shell_that_was_taken_over_joins_anew_and_leaves_what_it_had_decided)
{
    zsock_t *client;
    zmsg_t *commit;
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_promising (warehouse, &client, &commit);
    refuse (warehouse, &commit);
    (void) join_anew (warehouse, (int64_t) kit.trader.seed);
    struct message buy = kit_buy (2, 1);
    buy.buy.first.epoch = 3;
    kit_say (client, buy);
    struct message receipt = kit_heard (client, MESSAGE_RECEIPT);
    ck_assert_int_eq (receipt.receipt.number, 2);
    ck_assert_int_eq (receipt.receipt.status, STATUS_ACCEPTED);
    struct message batch = scripted_taken (warehouse, MESSAGE_COMMIT, &commit);
    zmsg_destroy (&commit);
    ck_assert_int_eq (batch.commit.epoch, 3);
    ck_assert_int_eq (batch.commit.batch, 1);
    ck_assert_uint_eq (batch.commit.item_count, 1);
    ck_assert_int_eq (batch.commit.items[0].number, 2);
    ck_assert (journal_tells (" void 1"));
    zsock_destroy (&client);
    zstr_send (trader, "$TERM");
    const char *summary = kit_finish (&trader);
    ck_assert_int_eq (kit_number_in (summary, "accepted"), 2);  // In both of its lives.
    zsock_destroy (&warehouse);
}
END_TEST

// Its commit was sent again before it was refused, so it is refused again, when it has begun anew.
START_TEST (test_trader_shell_that_begins_again_is_not_refused_for_what_it_did_before)
{
    zsock_t *client;
    zmsg_t *commits[2];
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_promising (warehouse, &client, &commits[0]);
    (void) scripted_taken (warehouse, MESSAGE_COMMIT, &commits[1]);
    refuse (warehouse, &commits[0]);
    zmsg_t *envelope;
    struct message join = scripted_taken (warehouse, MESSAGE_JOIN, &envelope);
    refuse (warehouse, &commits[1]);
    scripted_answer (warehouse, &envelope, place ((int64_t) kit.trader.seed, MEMBER_FAILED));
    struct message again = scripted_taken (warehouse, MESSAGE_JOIN, &envelope);
    ck_assert_int_eq (again.join.nonce, join.join.nonce);
    zmsg_destroy (&envelope);
    zsock_destroy (&client);
    zstr_send (trader, "$TERM");
    kit_finish (&trader);
    zsock_destroy (&warehouse);
}
END_TEST

// The promise that it made is not its own to tell of any more: the one that took it over does.
START_TEST (test_trader_shell_that_was_taken_over_says_nothing_of_its_promises)
{
    zsock_t *client;
    zmsg_t *commit;
    zsock_t *warehouse = scripted_warehouse ();
    zactor_t *trader = start_promising (warehouse, &client, &commit);
    refuse (warehouse, &commit);
    zmsg_t *envelope;
    (void) scripted_taken (warehouse, MESSAGE_JOIN, &envelope);
    kit_say (client, kit_buy (1, 2));
    zsock_set_rcvtimeo (client, PATIENCE_MS);
    ck_assert_ptr_null (zmsg_recv (client));
    zmsg_destroy (&envelope);
    zsock_destroy (&client);
    zstr_send (trader, "$TERM");
    kit_finish (&trader);
    zsock_destroy (&warehouse);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("shells_taken");
    kit_add (suite, "taken over",
             (const TTest *const[]){
                 test_trader_shell_that_was_taken_over_joins_anew_and_leaves_what_it_had_decided,
                 test_trader_shell_that_begins_again_is_not_refused_for_what_it_did_before,
                 test_trader_shell_that_was_taken_over_says_nothing_of_its_promises,
                 NULL,
             },
             1);
    return kit_run (suite);
}
