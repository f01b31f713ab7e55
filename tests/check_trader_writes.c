// The trader's journal: what a process takes back from it, what it gives up, and what happens when
// there is no room.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/trader_fixture.h"

static void promise (int64_t number)
{
    fix_ask (fix_buy (ALICE, number, "fish", 1));
}

// The next process is granted the next epoch, in which the writes of the one before go on, and has
// fetched the stock: nine fish, less those that were applied.
static void resume (int64_t applied)
{
    const struct level level = {"fish", 9 - applied};
    const struct trader_seen own = {FIX_TRADER, 1, applied};
    struct message view = fix_view_of (2, 2, 0);
    view.view.applied = applied;
    fix_warehouse (view);
    fix.epoch = 2;
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), &own, 1));
    fix_step (EVENT_DRAINED);
}

static void die_with_three_promises (void)
{
    fix_cached ();
    fix_stock ("fish", 9);
    promise (1);
    promise (2);
    promise (3);
    fix_restart ();
}

START_TEST (test_trader_joins_again_with_what_its_journal_says)
{
    die_with_three_promises ();
    const struct letter *letter = fix_alone (MESSAGE_JOIN);
    ck_assert_int_eq (letter->message.join.epoch, 1);
    ck_assert_int_eq (letter->message.join.began, 1);
    ck_assert_int_eq (letter->message.market, FIX_MARKET);
    ck_assert_int_eq (trader_unsettled (fix.trader), 3);
}
END_TEST

START_TEST (test_trader_goes_on_where_the_process_before_it_was)
{
    die_with_three_promises ();
    fix_client (fix_plain (MESSAGE_PING, ALICE));  // She is heard by the new process, too.
    resume (1);                                    // The warehouse has the first one.
    fix_receipts (ALICE, 2, STATUS_ACCEPTED, 1);   // She may not have heard it.
    fix_receipts (ALICE, 3, STATUS_ACCEPTED, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 2);
    fix_commits (1, (int64_t[]){2, 3, 0});
    ck_assert (fix_commit (1)->items[0].behind);
    ck_assert_int_eq (fix_record (RECORD_JOINED, 0)->joined.epoch, 2);
    ck_assert_int_eq (fix_record (RECORD_JOINED, 0)->joined.began, 1);
    ck_assert_int_eq (fix_record (RECORD_JOINED, 0)->joined.settled, 1);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 0);  // They stand there already.
    ck_assert_int_eq (trader_counters (fix.trader)->recovered, 2);
    ck_assert_int_eq (trader_available (fix.trader, "fish"), 6);
    promise (4);
    ck_assert_int_eq (fix_record (RECORD_DECIDED, 0)->decided.write, 4);
}
END_TEST

// Who asks again while the next process has not joined yet, or where it moved, is not forgotten.
START_TEST (test_trader_answers_for_the_process_before_it)
{
    die_with_three_promises ();
    struct message again = fix_buy (ALICE, 2, "fish", 1);
    again.buy.attempt = 2;
    fix_client_at (again, fix_route (ALICE, 5));
    fix_nothing ();
    resume (0);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 3);
    again.buy.quantity = 2;
    fix_ask (again);
    fix_refuses (ALICE, REASON_CONFLICT, 2);
}
END_TEST

START_TEST (test_trader_gives_up_what_it_was_not_let_resume)
{
    die_with_three_promises ();
    struct message view = fix_view_of (3, 4, 0);
    view.view.began = 3;
    fix_warehouse (view);
    fix.epoch = 3;
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 0);
    ck_assert_int_eq (fix_record (RECORD_VOID, 0)->type, RECORD_VOID);
    ck_assert_int_eq (fix_record (RECORD_JOINED, 0)->joined.began, 3);
    ck_assert_int_eq (trader_unsettled (fix.trader), 0);
    fix_restart ();
    ck_assert_int_eq (trader_unsettled (fix.trader), 0);
    ck_assert_int_eq (fix_alone (MESSAGE_JOIN)->message.join.began, 3);
}
END_TEST

START_TEST (test_trader_ends_where_its_warehouse_is_of_another_market)
{
    die_with_three_promises ();
    fix_warehouse (fix_refused (REASON_FOREIGN, 0));
    ck_assert (trader_fenced (fix.trader));
    ck_assert_ptr_nonnull (strstr (trader_why_fenced (fix.trader), "market"));
}
END_TEST

// The shell drops the letters of the round, so nothing of it was told.
START_TEST (test_trader_records_again_what_found_no_room)
{
    fix_cached ();
    fix_stock ("fish", 9);
    promise (1);
    fix_step (EVENT_UNWRITTEN);
    fix_nothing ();
    promise (2);
    fix_refuses (ALICE, REASON_UNAVAILABLE, 2);
    fix_wait (fix_due_in ());
    ck_assert_int_eq (fix_record (RECORD_DECIDED, 0)->decided.write, 1);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    fix_step (EVENT_UNWRITTEN);  // Still none.
    fix_wait (fix_due_in ());
    ck_assert_int_eq (fix_record (RECORD_DECIDED, 0)->decided.write, 1);
    promise (3);
    fix_receipts (ALICE, 3, STATUS_ACCEPTED, 1);
}
END_TEST

// Under an epoch that the journal does not know of nothing may be decided, claimed or committed.
START_TEST (test_trader_begins_nothing_before_it_has_recorded_that_it_joined)
{
    fix.config.policy = policy_default (MODE_CACHED);
    fix_begin ();
    fix_warehouse (fix_view (FIX_SEED, 1));
    fix.epoch = 1;
    fix_step (EVENT_DRAINED);
    fix_step (EVENT_UNWRITTEN);
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    ck_assert_uint_eq (fix.out.record_count, 0);
    fix_wait (100000);
    ck_assert_int_eq (fix_record (RECORD_JOINED, 0)->joined.epoch, 1);
}
END_TEST

// What was recorded before stays recorded; what the warehouse has meanwhile needs no record.
START_TEST (test_trader_records_no_decision_that_was_settled_meanwhile)
{
    fix_cached ();
    fix_stock ("fish", 9);
    promise (1);
    promise (2);
    fix_step (EVENT_UNWRITTEN);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_step (EVENT_DRAINED);
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_wait (100000);
    ck_assert_uint_eq (fix_records (RECORD_DECIDED), 0);
    ck_assert_int_eq (fix_record (RECORD_SETTLED, 0)->write.write, 2);
    promise (3);
    ck_assert_int_eq (fix_record (RECORD_DECIDED, 0)->decided.write, 3);
}
END_TEST

START_TEST (test_trader_tells_a_new_journal_all_that_is_open)
{
    fix_cached ();
    fix_stock ("fish", 9);
    for (int64_t number = 1; number <= 4; number++) {
        promise (number);
    }
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    outbox_clear (&fix.out);
    ck_assert (trader_checkpoint (fix.trader, &fix.out));
    ck_assert_uint_eq (fix.out.letter_count, 0);
    ck_assert_uint_eq (fix.out.record_count, 4);
    ck_assert_int_eq (fix.out.records[0].joined.settled, 1);
    ck_assert_int_eq (fix.out.records[1].decided.write, 2);
    trader_t *next = trader_new (&fix.config, 1);
    for (size_t i = 0; i < fix.out.record_count; i++) {
        ck_assert (trader_restore (next, &fix.out.records[i]));
    }
    ck_assert_int_eq (trader_unsettled (next), 3);
    trader_destroy (&next);
}
END_TEST

// Before it has joined, and has said so there, nobody but the journal knows what it held.
START_TEST (test_trader_lets_no_journal_begin_anew_before_it_has_joined)
{
    die_with_three_promises ();
    outbox_clear (&fix.out);
    ck_assert (!trader_checkpoint (fix.trader, &fix.out));
    resume (0);
    ck_assert_uint_eq (fix_records (RECORD_JOINED), 1);
    ck_assert (trader_checkpoint (fix.trader, &fix.out));
}
END_TEST

// What a journal that has begun anew says of a join must not stand there a second time.
START_TEST (test_trader_lets_no_journal_begin_anew_before_it_knows_of_its_epoch)
{
    die_with_three_promises ();
    fix_warehouse (fix_view_of (2, 2, 0));
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix_records (RECORD_JOINED), 1);
    fix_step (EVENT_UNWRITTEN);
    ck_assert (!trader_checkpoint (fix.trader, &fix.out));
}
END_TEST

static struct record decided (int64_t trader, int64_t write, int64_t number)
{
    return (struct record){.type = RECORD_DECIDED,
                           .decided = {.trader = trader,
                                       .write = write,
                                       .item = {.kind = ITEM_BUY,
                                                .client = ALICE,
                                                .number = number,
                                                .product = "fish",
                                                .quantity = 1,
                                                .behind = true}}};
}

static struct record joined (int64_t epoch, int64_t began, int64_t market)
{
    return (struct record){.type = RECORD_JOINED,
                           .joined = {.market = market, .epoch = epoch, .began = began}};
}

START_TEST (test_trader_refuses_a_journal_that_contradicts_itself)
{
    const struct record wrong[] = {
        decided (FIX_OTHER, 2, 2),      // another trader's
        decided (FIX_TRADER, 3, 2),     // one is missing
        decided (FIX_TRADER, 1, 2),     // twice
        decided (FIX_TRADER, 2, 1),     // the order was decided already
        joined (1, 1, FIX_MARKET),      // no later epoch
        joined (2, 1, FIX_MARKET + 1),  // another market
        joined (2, 3, FIX_MARKET),      // it begins in the future
        joined (2, 2, FIX_MARKET),      // begins anew, and something is open
        {.type = RECORD_ORDER},         // a warehouse's
    };
    const struct record first = joined (1, 1, FIX_MARKET);
    const struct record open = decided (FIX_TRADER, 1, 1);
    const struct record second = decided (FIX_TRADER, 2, 2);
    fix.trader = trader_new (&fix.config, FIX_SEED);
    ck_assert (!trader_restore (fix.trader, &open));  // Before it has joined.
    ck_assert (trader_restore (fix.trader, &first));
    ck_assert (trader_restore (fix.trader, &open));
    ck_assert_uint_lt ((size_t) _i, sizeof wrong / sizeof *wrong);
    ck_assert (!trader_restore (fix.trader, &wrong[_i]));
    ck_assert (trader_restore (fix.trader, &second));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader writes");
    TCase *again = tcase_create ("again");
    tcase_add_checked_fixture (again, fix_set_up, fix_tear_down);
    tcase_add_test (again, test_trader_joins_again_with_what_its_journal_says);
    tcase_add_test (again, test_trader_goes_on_where_the_process_before_it_was);
    tcase_add_test (again, test_trader_answers_for_the_process_before_it);
    tcase_add_test (again, test_trader_gives_up_what_it_was_not_let_resume);
    tcase_add_test (again, test_trader_ends_where_its_warehouse_is_of_another_market);
    tcase_add_loop_test (again, test_trader_refuses_a_journal_that_contradicts_itself, 0, 9);
    suite_add_tcase (suite, again);
    TCase *room = tcase_create ("room");
    tcase_add_checked_fixture (room, fix_set_up, fix_tear_down);
    tcase_add_test (room, test_trader_records_again_what_found_no_room);
    tcase_add_test (room, test_trader_begins_nothing_before_it_has_recorded_that_it_joined);
    tcase_add_test (room, test_trader_records_no_decision_that_was_settled_meanwhile);
    tcase_add_test (room, test_trader_tells_a_new_journal_all_that_is_open);
    tcase_add_test (room, test_trader_lets_no_journal_begin_anew_before_it_has_joined);
    tcase_add_test (room, test_trader_lets_no_journal_begin_anew_before_it_knows_of_its_epoch);
    suite_add_tcase (suite, room);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
