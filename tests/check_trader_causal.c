// What causally precedes a request: the trader's cache must have seen all that the client has.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

enum { WAITING_MAX = LIMIT_WAITING };

static struct message seen (struct message message, int64_t version,
                            const struct trader_seen *traders, size_t count)
{
    struct seen token = {.version = version, .traders = traders, .count = count};
    if (message.type == MESSAGE_BUY) {
        message.buy.seen = token;
    } else {
        message.restock.seen = token;
    }
    return message;
}

// Bob's order waits for version 9; the trader asks for a snapshot as soon as it may.
static void bob_waits (void)
{
    fix_ask (seen (fix_buy (BOB, 1, "fish", 1), 9, NULL, 0));
    fix_nothing ();
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
}

START_TEST (test_trader_decides_at_once_what_it_has_seen_all_of)
{
    const struct trader_seen ticks[] = {{FIX_TRADER, 1, 1}, {FIX_OTHER, 0, 0}};
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 1, 1);
    fix_ask (seen (fix_buy (BOB, 1, "fish", 1), 1, ticks, 2));
    fix_receipts (BOB, 1, STATUS_ACCEPTED, 1);
    ck_assert_int_eq (trader_counters (fix.trader)->causal_waits, 0);
}
END_TEST

START_TEST (test_trader_fetches_a_snapshot_for_a_client_that_has_seen_more)
{
    const struct trader_seen ahead[] = {{FIX_OTHER, 1, 3}};
    struct message request =
        _i == 1 ? fix_restock (BOB, 1, "fish", 2) : fix_buy (BOB, 1, "fish", 2);
    fix_cached ();
    fix_stock ("fish", 5);
    if (_i == 0) {
        fix_ask (seen (request, 9, NULL, 0));
    } else {
        fix_ask (seen (request, 1, ahead, 1));
    }
    fix_nothing ();
    fix_promises (1, 1, 1);  // Who has seen less need not wait.
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    const struct level level = {"fish", 4};
    fix.version = 9;
    fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), ahead, 1));
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    if (_i != 1) {
        fix_receipts (BOB, 1, STATUS_ACCEPTED, 2);
        ck_assert_int_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.version, 9);
        ck_assert_uint_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.count, 2);
    }
    ck_assert (fix_commit (2)->items[0].behind);
    ck_assert_int_eq (trader_counters (fix.trader)->causal_waits, 1);
}
END_TEST

START_TEST (test_trader_needs_no_snapshot_when_the_news_bring_what_was_missing)
{
    const struct trader_seen ahead[] = {{FIX_OTHER, 1, 3}};
    fix_cached ();
    fix_stock ("fish", 5);
    fix_ask (seen (fix_buy (BOB, 1, "fish", 9), 2, ahead, 1));
    fix_nothing ();
    fix.version = 2;
    fix_news (fix_with_traders (fix_news_of ("fish", 7), ahead, 1));
    fix_step (EVENT_DRAINED);
    fix_receipts (BOB, 1, STATUS_ACCEPTED, 7);
    ck_assert_int_eq (trader_counters (fix.trader)->snapshots, 1);
    ck_assert_int_gt (fix_due_in (), 100000);  // For its commit alone.
}
END_TEST

START_TEST (test_trader_asks_on_and_then_tells_that_it_cannot_decide)
{
    fix_cached ();
    fix_stock ("fish", 5);
    int64_t until_us = fix.now_us + fix.config.causal_wait_us;
    bob_waits ();
    int asked = 1;
    while (fix.out.letter_count == 0 || fix_count (MESSAGE_ERROR) == 0) {
        ck_assert_int_le (fix.now_us, until_us);
        ck_assert_int_gt (fix_due_in (), 0);
        if (fix_count (MESSAGE_SNAPSHOT)) {
            fix.now_us += 100;
            fix_warehouse (fix_snapshot (NULL, 0));  // No newer than the one before.
        } else {
            fix_wait (fix_due_in ());
            asked += fix_count (MESSAGE_SNAPSHOT) > 0;
        }
    }
    fix_refuses (BOB, REASON_UNAVAILABLE, 1);
    ck_assert_int_eq (fix.now_us, until_us);
    ck_assert_int_gt (asked, 10);
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    // Asked once more, the warehouse decides: it has seen everything.
    struct message again = seen (fix_buy (BOB, 1, "fish", 1), 9, NULL, 0);
    again.buy.attempt = 2;
    fix_ask (again);
    ck_assert (!fix_commit (1)->items[0].behind);
}
END_TEST

// What another trader has promised and not yet passed on, the warehouse does not know either.
START_TEST (test_trader_passes_nothing_on_before_what_precedes_it_is_there)
{
    const struct trader_seen ahead[] = {{FIX_OTHER, 1, 3}};
    const struct level level = {"fish", 2};
    fix_cached ();
    fix_stock ("fish", 5);
    struct message again = seen (fix_buy (BOB, 1, "fish", 5), 1, ahead, 1);
    again.buy.attempt = 2;
    fix_ask (again);
    fix_nothing ();
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix.version = 4;
    fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), ahead, 1));
    fix_step (EVENT_DRAINED);
    ck_assert (!fix_commit (1)->items[0].behind);
}
END_TEST

// Whoever has written that behind may be dead for ever: the warehouse decides in the end.
START_TEST (test_trader_passes_a_retry_on_when_it_has_waited_long_enough)
{
    const struct trader_seen lost[] = {{FIX_OTHER, 1, 3}};
    fix_cached ();
    fix_stock ("fish", 5);
    int64_t until_us = fix.now_us + fix.config.causal_wait_us;
    struct message again = seen (fix_buy (BOB, 1, "fish", 5), 1, lost, 1);
    again.buy.attempt = 2;
    fix_ask (again);
    while (fix_count (MESSAGE_COMMIT) == 0) {
        ck_assert_int_le (fix.now_us, until_us);
        fix_wait (fix_due_in ());
    }
    ck_assert_int_eq (fix.now_us, until_us);
    ck_assert (!fix_commit (1)->items[0].behind);
}
END_TEST

// An order that is passed on comes behind what was decided here before it.
START_TEST (test_trader_keeps_the_order_of_what_it_promised_and_passes_on)
{
    fix.config.batch_max = 2;
    fix.config.in_flight_max = 1;
    fix_cached ();
    fix_stock ("fish", 9);
    fix_ask (fix_buy (ALICE, 1, "fish", 1));  // Under way alone, so that the others gather.
    for (int64_t number = 1; number <= 3; number++) {
        fix_client (fix_buy (BOB, number, "fish", 1));
        fix_step (EVENT_DRAINED);
    }
    struct message again = fix_buy (BOB, 4, "fish", 9);
    again.buy.attempt = 2;
    fix_ask (again);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_step (EVENT_DRAINED);
    fix_commits (2, (int64_t[]){1, 2, 0});
    const struct result sold[] = {fix_receipt (STATUS_SOLD, "fish", 1),
                                  fix_receipt (STATUS_SOLD, "fish", 1)};
    fix_warehouse (fix_committed (2, sold, 2));
    fix_step (EVENT_DRAINED);
    fix_commits (3, (int64_t[]){3, 4, 0});
}
END_TEST

START_TEST (test_trader_decides_nothing_of_a_client_that_comes_late)
{
    fix_cached ();
    fix_stock ("fish", 9);
    struct message second = fix_buy (BOB, 1, "fish", 1);
    second.buy.attempt = 2;
    fix_ask (second);
    ck_assert (!fix_commit (1)->items[0].behind);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_ask (fix_buy (BOB, 1, "fish", 1));  // The first attempt.
    ck_assert (!fix_commit (2)->items[0].behind);
}
END_TEST

START_TEST (test_trader_that_may_not_wait_tells_so_at_once)
{
    fix.config.causal_wait_us = 0;
    fix_cached ();
    fix_ask (seen (fix_buy (BOB, 1, "fish", 1), 9, NULL, 0));
    fix_nothing ();
    ck_assert_int_eq (fix_due_in (), 0);
    fix_step (EVENT_DEADLINE);
    fix_refuses (BOB, REASON_UNAVAILABLE, 1);
}
END_TEST

START_TEST (test_trader_lets_each_request_wait_for_its_own_time)
{
    fix_cached ();
    fix_ask (seen (fix_buy (ALICE, 1, "fish", 1), 9, NULL, 0));
    fix.now_us += 1000;
    fix_ask (seen (fix_buy (BOB, 1, "fish", 1), 8, NULL, 0));
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix_wait (fix_due_in ());
    fix_refuses (ALICE, REASON_UNAVAILABLE, 1);
    fix.version = 8;
    fix_warehouse (fix_snapshot (NULL, 0));
    fix_step (EVENT_DRAINED);
    fix_refuses_behind (1, BOB, 1);
    fix_refused_by_commit (1, BOB, 1);
}
END_TEST

START_TEST (test_trader_answers_a_repeated_request_that_waits_once)
{
    struct route moved = fix_route (BOB, 4);
    const struct level level = {"fish", 1};
    fix_cached ();
    bob_waits ();
    struct message again = seen (fix_buy (BOB, 1, "fish", 1), 9, NULL, 0);
    again.buy.attempt = 2;
    fix_client_at (again, moved);
    fix_nothing ();
    fix.version = 9;
    fix_warehouse (fix_snapshot (&level, _i == 0 ? 1 : 0));
    fix_step (EVENT_DRAINED);
    if (_i == 1) {  // Refused: that is told when it is committed.
        fix_refuses_behind (1, BOB, 1);
        fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "", 0));
        (void) fix_alone (MESSAGE_RECEIPT);
    }
    const struct letter *letter = fix_only (MESSAGE_RECEIPT);
    ck_assert_int_eq (letter->message.receipt.status,
                      _i == 0 ? STATUS_ACCEPTED : STATUS_OUT_OF_STOCK);
    ck_assert (fix_same_route (&letter->route, &moved));
}
END_TEST

// Another trader's later life has seen all of its earlier one, and not the other way round.
START_TEST (test_trader_holds_epochs_above_counts)
{
    const struct trader_seen known[] = {{FIX_OTHER, 2, 1}};
    const struct trader_seen earlier[] = {{FIX_OTHER, 1, 99}};
    const struct trader_seen later[] = {{FIX_OTHER, 3, 0}};
    const struct trader_seen own_later[] = {{FIX_TRADER, 2, 0}};
    fix_cached ();
    fix.version = 1;
    fix_news (fix_with_traders (fix_news_of ("fish", 5), known, 1));
    fix_ask (seen (fix_buy (BOB, 1, "fish", 1), 0, earlier, 1));
    fix_receipts (BOB, 1, STATUS_ACCEPTED, 1);
    fix_ask (seen (fix_buy (BOB, 2, "fish", 1), 0, later, 1));
    fix_nothing ();
    fix_ask (seen (fix_buy (BOB, 3, "fish", 1), 0, own_later, 1));
    fix_nothing ();
    ck_assert_int_eq (trader_counters (fix.trader)->causal_waits, 2);
}
END_TEST

// Each that waits holds a token; these must come back, however it ends.
START_TEST (test_trader_bounds_those_that_wait_and_forgets_none)
{
    fix.config.queue_max = WAITING_MAX + 8;
    fix_cached ();
    for (int round = 1; round <= 3; round++) {
        for (int64_t client = 1000; client < 1000 + WAITING_MAX; client++) {
            fix_client (seen (fix_buy (client, round, "fish", 1), 10 * round, NULL, 0));
            fix_nothing ();
        }
        fix_client (seen (fix_buy (ALICE, round, "fish", 1), 10 * round, NULL, 0));
        fix_refuses (ALICE, REASON_BUSY, round);
        fix_ask (fix_buy (BOB, round, "fish", 1));  // Who need not wait is served.
        fix_refuses_behind (2 * round - 1, BOB, round);
        fix_refused_by_commit (2 * round - 1, BOB, round);
        if (round == 2) {
            fix_wait (fix.config.causal_wait_us);
            ck_assert_uint_eq (fix_count (MESSAGE_ERROR), WAITING_MAX);
            fix_ask (fix_buy (CAROL, 1, "fish", 1));
            fix_refuses_behind (4, CAROL, 1);
            fix_refused_by_commit (4, CAROL, 1);
            continue;
        }
        fix.version = 10 * round;
        fix_warehouse (fix_snapshot (NULL, 0));
        fix_step (EVENT_DRAINED);
        (void) fix_alone (MESSAGE_COMMIT);
        ck_assert_uint_eq (fix_commit (2 * round)->item_count, WAITING_MAX);
        static struct result refused[WAITING_MAX];
        for (int i = 0; i < WAITING_MAX; i++) {
            refused[i] = fix_receipt (STATUS_OUT_OF_STOCK, "", 0);
        }
        fix_warehouse (fix_committed (2 * round, refused, WAITING_MAX));
        ck_assert_uint_eq (fix.out.letter_count, WAITING_MAX);
        for (int64_t client = 1000; client < 1000 + WAITING_MAX; client++) {
            fix_receipts (client, round, STATUS_OUT_OF_STOCK, 0);
        }
        ck_assert (trader_idle (fix.trader));
    }
}
END_TEST

static void add_tests (Suite *suite)
{
    TCase *tokens = tcase_create ("tokens");
    tcase_add_checked_fixture (tokens, fix_set_up, fix_tear_down);
    tcase_add_test (tokens, test_trader_decides_at_once_what_it_has_seen_all_of);
    tcase_add_loop_test (tokens, test_trader_fetches_a_snapshot_for_a_client_that_has_seen_more, 0,
                         3);
    tcase_add_test (tokens, test_trader_needs_no_snapshot_when_the_news_bring_what_was_missing);
    tcase_add_test (tokens, test_trader_asks_on_and_then_tells_that_it_cannot_decide);
    tcase_add_test (tokens, test_trader_passes_nothing_on_before_what_precedes_it_is_there);
    tcase_add_test (tokens, test_trader_passes_a_retry_on_when_it_has_waited_long_enough);
    tcase_add_test (tokens, test_trader_keeps_the_order_of_what_it_promised_and_passes_on);
    tcase_add_test (tokens, test_trader_decides_nothing_of_a_client_that_comes_late);
    tcase_add_test (tokens, test_trader_that_may_not_wait_tells_so_at_once);
    tcase_add_test (tokens, test_trader_lets_each_request_wait_for_its_own_time);
    tcase_add_loop_test (tokens, test_trader_answers_a_repeated_request_that_waits_once, 0, 2);
    tcase_add_test (tokens, test_trader_holds_epochs_above_counts);
    tcase_add_test (tokens, test_trader_bounds_those_that_wait_and_forgets_none);
    suite_add_tcase (suite, tokens);
}

int main (void)
{
    Suite *suite = suite_create ("trader causal");
    add_tests (suite);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
