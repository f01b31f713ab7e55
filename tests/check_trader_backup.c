// The trader whose decisions another one copies: what it records, when it tells, how it finds a
// backup, loses it and goes on alone.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

enum { INTERVAL = 250000 };

// Alice is promised a fish, and the trader has done all that it can do for it at once.
static void promise (int64_t number)
{
    fix_ask (fix_buy (ALICE, number, "fish", 1));
}

static struct message sealed (int64_t view)
{
    struct message message = fix_plain (MESSAGE_JOURNALED, FIX_OTHER);
    message.journaled = (struct journaled){.view = view, .holder = FIX_HOLDER, .sealed = true};
    return message;
}

START_TEST (test_trader_records_a_decision_before_it_tells_it)
{
    fix_cached ();
    fix_stock ("fish", 5);
    promise (1);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 1);
    const struct record_decided *decided = &fix_record (RECORD_DECIDED, 0)->decided;
    ck_assert_int_eq (decided->trader, FIX_TRADER);
    ck_assert_int_eq (decided->write, 1);
    ck_assert_int_eq (decided->item.client, ALICE);
    ck_assert_int_eq (decided->item.promised, 1);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_record (RECORD_SETTLED, 0)->write.write, 1);
}
END_TEST

// Of an order that named another trader, or an epoch that has passed, the warehouse decides.
START_TEST (test_trader_decides_only_what_was_sent_to_it_first_and_in_this_epoch)
{
    const struct first firsts[] = {{0, 0}, {FIX_OTHER, 1}, {FIX_TRADER, 0}, {FIX_TRADER, 2}};
    fix_cached ();
    fix_stock ("fish", 5);
    struct message buy = fix_buy (ALICE, 1, "fish", 1);
    buy.buy.first = firsts[_i];
    fix_ask (buy);
    (void) fix_alone (MESSAGE_COMMIT);
    const struct item *item = &fix_commit (1)->items[0];
    ck_assert (!item->behind);
    ck_assert_int_eq (item->first.trader, firsts[_i].trader);
    ck_assert_int_eq (item->first.epoch, firsts[_i].epoch);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 0);
    fix_settle (1, fix_error (REASON_PENDING));
    fix_refuses (ALICE, REASON_PENDING, 1);
}
END_TEST

START_TEST (test_trader_brings_a_candidate_up_to_date_before_it_claims_it)
{
    fix_among_two ();
    fix_stock ("fish", 5);
    fix_wait (4 * INTERVAL);  // It has waited long enough, and tells what its journal has.
    fix_wait (4 * INTERVAL);
    promise (1);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    ck_assert_int_eq (trader_backup (fix.trader), 0);
}
END_TEST

START_TEST (test_trader_claims_a_backup_that_holds_all_that_was_told)
{
    fix_among_two ();
    fix_stock ("fish", 5);
    promise (1);  // Within the time in which it looks for a backup.
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    const struct journal *journal = &fix_only (MESSAGE_JOURNAL)->message.journal;
    ck_assert_int_eq (fix_only (MESSAGE_JOURNAL)->to, FIX_OTHER);
    ck_assert_int_eq (fix_only (MESSAGE_JOURNAL)->port, PORT_TRADER);
    ck_assert_int_eq (journal->view, 2);
    ck_assert_int_eq (journal->write, 1);
    ck_assert_uint_eq (journal->item_count, 1);
    ck_assert_int_eq (journal->items[0].number, 1);
    fix_acknowledge (2, 1);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    const struct claim *claim = &fix_only (MESSAGE_CLAIM)->message.claim;
    ck_assert_int_eq (claim->view, 1);
    ck_assert_int_eq (claim->backup, FIX_OTHER);
    promise (2);  // The claim may be granted by now.
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    fix_warehouse (fix_view_of (1, 2, FIX_OTHER));
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    fix_acknowledge (2, 2);
    fix_receipts (ALICE, 2, STATUS_ACCEPTED, 1);
    ck_assert_int_eq (trader_counters (fix.trader)->backups, 1);
}
END_TEST

// The candidate answers twice to what was sent before it had said which journal it has.
START_TEST (test_trader_claims_no_candidate_that_has_begun_no_copy)
{
    fix_among_two ();
    struct message message = fix_plain (MESSAGE_JOURNALED, FIX_OTHER);
    message.journaled = (struct journaled){.view = 2, .holder = FIX_HOLDER};
    fix_trader (message);
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
    fix_acknowledge (2, 0);
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 1);
}
END_TEST

START_TEST (test_trader_tells_no_promise_that_its_backup_lacks)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 1);  // The warehouse may have it at once.
    struct message again = fix_buy (ALICE, 1, "fish", 1);
    again.buy.attempt = 2;
    fix_ask (again);
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    fix_acknowledge (1, 1);  // For another view.
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    fix_acknowledge (2, 1);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
}
END_TEST

START_TEST (test_trader_tells_the_outcome_alone_when_the_warehouse_is_faster_than_the_backup)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_acknowledge (2, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
}
END_TEST

// It hears nothing of its backup, or is told that the copy takes no more, or stands in another
// journal, and so nowhere.
START_TEST (test_trader_asks_the_warehouse_before_it_goes_on_alone)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    if (_i == 0) {
        for (int i = 0; i < 3; i++) {
            ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
            fix_wait (INTERVAL);
        }
    } else {
        struct message message = sealed (2);
        message.journaled.sealed = _i == 1;
        message.journaled.holder += _i == 2;
        fix_trader (message);
        fix_step (EVENT_DRAINED);
    }
    const struct claim *claim = &fix_only (MESSAGE_CLAIM)->message.claim;
    ck_assert_int_eq (claim->view, 2);
    ck_assert_int_eq (claim->backup, 0);
    fix_wait (INTERVAL);
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 1);  // Again, until it is answered.
    fix_acknowledge (2, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    fix_warehouse (fix_view_of (1, 3, 0));
    fix_step (EVENT_DRAINED);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    ck_assert_int_eq (trader_counters (fix.trader)->alone, 1);
}
END_TEST

// The copy for another view begins anew, with all that is not settled.
START_TEST (test_trader_looks_for_another_backup_when_it_goes_on_alone)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    fix_trader (sealed (2));
    fix_step (EVENT_DRAINED);
    fix_warehouse (fix_view_of (1, 3, 0));
    fix_wait (INTERVAL);
    ck_assert_uint_eq (fix_only (MESSAGE_JOURNAL)->message.journal.item_count, 0);
    fix_acknowledge (4, 0);
    const struct journal *journal = &fix_only (MESSAGE_JOURNAL)->message.journal;
    ck_assert_int_eq (journal->view, 4);
    ck_assert_int_eq (journal->write, 1);
    ck_assert_uint_eq (journal->item_count, 1);
}
END_TEST

// What was sent is sent again from what is acknowledged, and heartbeats go on when all is quiet.
START_TEST (test_trader_sends_again_what_its_backup_has_not_acknowledged)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    promise (2);
    ck_assert_int_eq (fix_only (MESSAGE_JOURNAL)->message.journal.write, 2);
    fix_acknowledge (2, 1);
    fix_wait (INTERVAL);
    const struct journal *journal = &fix_only (MESSAGE_JOURNAL)->message.journal;
    ck_assert_int_eq (journal->write, 2);
    ck_assert_uint_eq (journal->item_count, 1);
    fix_acknowledge (2, 2);
    fix_wait (INTERVAL);
    ck_assert_uint_eq (fix_only (MESSAGE_JOURNAL)->message.journal.item_count, 0);
}
END_TEST

// This trader joins with this id, where the traders 1 to 4 are: `lost` is not live.
static void join_among_four (int64_t id, int64_t lost)
{
    struct member members[4];
    for (int64_t i = 0; i < 4; i++) {
        members[i] = (struct member){.trader = i + 1,
                                     .epoch = 1,
                                     .state = i + 1 == lost ? MEMBER_FAILED : MEMBER_LIVE,
                                     .router = "tcp://127.0.0.1:1"};
    }
    fix.config.id = id;
    fix.config.policy = policy_default (MODE_CACHED);
    fix_begin ();
    struct message view = fix_view (FIX_SEED, 1);
    view.view.trader = id;
    view.view.members = members;
    view.view.member_count = 4;
    fix_warehouse (view);
    fix_step (EVENT_DRAINED);
}

START_TEST (test_trader_looks_for_its_backup_downwards)
{
    const struct {
        int64_t id;
        int64_t lost;
        int64_t backup;
    } cases[] = {{1, 0, 4}, {2, 0, 1}, {3, 0, 2}, {4, 0, 3}, {4, 3, 2}, {2, 1, 4}, {1, 4, 3}};
    join_among_four (cases[_i].id, cases[_i].lost);
    ck_assert_int_eq (fix_only (MESSAGE_JOURNAL)->to, cases[_i].backup);
}
END_TEST

// Nobody answers: each is given up, and the one below it is tried next.
START_TEST (test_trader_tries_all_others_in_turn)
{
    const int64_t candidates[] = {2, 1, 4, 2};
    join_among_four (3, 0);
    for (int64_t i = 0; i < 4; i++) {
        ck_assert_int_eq (fix_only (MESSAGE_JOURNAL)->to, candidates[i]);
        for (int silent = 0; silent < 3; silent++) {
            ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
            fix_wait (INTERVAL);
        }
        ck_assert_int_eq (fix_only (MESSAGE_CLAIM)->message.claim.backup, 0);
        struct message view = fix_view_of (1, i + 2, 0);
        view.view.trader = 3;
        fix_warehouse (view);
        fix_wait (INTERVAL);
    }
}
END_TEST

START_TEST (test_trader_that_was_taken_over_tells_nothing_more)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    struct message view = fix_view_of (2, 3, 0);
    view.view.state = MEMBER_TAKING;
    if (_i == 0) {
        fix_warehouse (fix_refused (REASON_TAKEN, 1));
    } else if (_i == 1) {
        fix_warehouse (view);
    } else {
        struct message news = fix_plain (MESSAGE_MEMBER, WAREHOUSE_NODE);
        news.member = (struct membership){.epoch = 1,
                                          .seq = 1,
                                          .trader = FIX_TRADER,
                                          .trader_epoch = 2,
                                          .view = 3,
                                          .state = MEMBER_FAILED,
                                          .router = ""};
        fix_news (news);
    }
    ck_assert (trader_taken (fix.trader));
    fix_acknowledge (2, 1);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_trader_leaves_when_it_stops_and_everything_is_settled)
{
    fix_backed ();
    fix_stock ("fish", 5);
    promise (1);
    fix_step (EVENT_STOP);
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_step (EVENT_DRAINED);
    ck_assert (fix_only (MESSAGE_CLAIM)->message.claim.leaves);
    ck_assert (!trader_done (fix.trader));
    struct message view = fix_view_of (1, 3, 0);
    view.view.state = MEMBER_LEFT;
    fix_warehouse (view);
    ck_assert (trader_done (fix.trader));
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_count (MESSAGE_CLAIM), 0);
}
END_TEST

START_TEST (test_trader_refuses_a_node_of_another_market)
{
    fix_cached ();
    struct message buy = fix_buy (ALICE, 1, "fish", 1);
    buy.market = FIX_MARKET + 1;
    fix_client (buy);
    fix_refuses (ALICE, REASON_FOREIGN, 1);
    struct message news = fix_news_of ("fish", 9);
    news.market = FIX_MARKET + 1;
    fix_news (news);
    fix_nothing ();
    struct message stray = fix_plain (MESSAGE_PONG, FIX_OTHER);  // Of a node that knows no market.
    struct event event = fix_received (PORT_TRADER, &stray);
    int64_t refused = trader_counters (fix.trader)->refused_input;
    trader_step (fix.trader, &event, &fix.out);
    ck_assert_int_eq (trader_counters (fix.trader)->refused_input, refused + 1);
    ck_assert_int_eq (trader_available (fix.trader, "fish"), 0);
    buy.market = FIX_MARKET;
    fix_ask (buy);
    ck_assert_int_eq (fix_only (MESSAGE_COMMIT)->message.market, FIX_MARKET);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader backup");
    TCase *decide = tcase_create ("decide");
    tcase_add_checked_fixture (decide, fix_set_up, fix_tear_down);
    tcase_add_test (decide, test_trader_records_a_decision_before_it_tells_it);
    tcase_add_loop_test (
        decide, test_trader_decides_only_what_was_sent_to_it_first_and_in_this_epoch, 0, 4);
    tcase_add_test (decide, test_trader_refuses_a_node_of_another_market);
    suite_add_tcase (suite, decide);
    TCase *found = tcase_create ("found");
    tcase_add_checked_fixture (found, fix_set_up, fix_tear_down);
    tcase_add_loop_test (found, test_trader_looks_for_its_backup_downwards, 0, 7);
    tcase_add_test (found, test_trader_tries_all_others_in_turn);
    suite_add_tcase (suite, found);
    TCase *backed = tcase_create ("backed");
    tcase_add_checked_fixture (backed, fix_set_up, fix_tear_down);
    tcase_add_test (backed, test_trader_brings_a_candidate_up_to_date_before_it_claims_it);
    tcase_add_test (backed, test_trader_claims_a_backup_that_holds_all_that_was_told);
    tcase_add_test (backed, test_trader_claims_no_candidate_that_has_begun_no_copy);
    tcase_add_test (backed, test_trader_tells_no_promise_that_its_backup_lacks);
    tcase_add_test (
        backed, test_trader_tells_the_outcome_alone_when_the_warehouse_is_faster_than_the_backup);
    tcase_add_test (backed, test_trader_sends_again_what_its_backup_has_not_acknowledged);
    suite_add_tcase (suite, backed);
    TCase *lost = tcase_create ("lost");
    tcase_add_checked_fixture (lost, fix_set_up, fix_tear_down);
    tcase_add_loop_test (lost, test_trader_asks_the_warehouse_before_it_goes_on_alone, 0, 3);
    tcase_add_test (lost, test_trader_looks_for_another_backup_when_it_goes_on_alone);
    tcase_add_loop_test (lost, test_trader_that_was_taken_over_tells_nothing_more, 0, 3);
    tcase_add_test (lost, test_trader_leaves_when_it_stops_and_everything_is_settled);
    suite_add_tcase (suite, lost);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
