// How the trader's batches go to the warehouse and come back: grouped, numbered, sent again.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

static const struct result *sold (size_t count)
{
    static struct result results[LIMIT_BATCH];
    for (size_t i = 0; i < count; i++) {
        results[i] = fix_receipt (STATUS_SOLD, "fish", 1);
    }
    return results;
}

// Buys `from` to `to` of alice, all before anything is sent.
static void arrive (int64_t from, int64_t to)
{
    for (int64_t number = from; number <= to; number++) {
        fix_client (fix_buy (ALICE, number, "fish", 1));
        fix_nothing ();
    }
}

static void commit (int64_t batch, size_t count)
{
    fix_warehouse (fix_committed (batch, sold (count), count));
}

START_TEST (test_trader_sends_the_first_at_once_and_what_gathers_with_the_next)
{
    fix.config.in_flight_max = 1;
    fix_join ();
    arrive (1, 1);
    fix_step (EVENT_DRAINED);
    fix_commits (1, (int64_t[]){1, 0});
    arrive (2, 3);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    arrive (4, 4);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    commit (1, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_step (EVENT_DRAINED);
    fix_commits (2, (int64_t[]){2, 3, 4, 0});
    commit (2, 3);
    ck_assert_uint_eq (fix_count (MESSAGE_RECEIPT), 3);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
    ck_assert_int_eq (trader_counters (fix.trader)->batches, 2);
    ck_assert_int_eq (trader_counters (fix.trader)->resent, 0);
}
END_TEST

START_TEST (test_trader_has_no_more_batches_under_way_than_it_is_set_to)
{
    int64_t many = 1 + _i * 15;  // 1 and 16, the least and the most
    fix.config.queue_max = 64;
    fix.config.in_flight_max = many;
    fix_join ();
    for (int64_t i = 1; i <= many; i++) {
        arrive (i, i);
        fix_step (EVENT_DRAINED);
        fix_commits (i, (int64_t[]){i, 0});
    }
    arrive (many + 1, many + 2);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    commit (1, 1);
    fix_step (EVENT_DRAINED);
    fix_commits (many + 1, (int64_t[]){many + 1, many + 2, 0});
}
END_TEST

START_TEST (test_trader_fills_no_batch_beyond_its_bound)
{
    fix.config.batch_max = 3;
    fix.config.in_flight_max = 2;
    fix_join ();
    arrive (1, 8);
    fix_step (EVENT_DRAINED);
    ck_assert_uint_eq (fix.out.letter_count, 2);
    for (int64_t batch = 1; batch <= 2; batch++) {
        const struct commit *commit =
            &fix_letter (MESSAGE_COMMIT, (size_t) batch - 1)->message.commit;
        ck_assert_int_eq (commit->batch, batch);
        ck_assert_uint_eq (commit->item_count, 3);
        ck_assert_int_eq (commit->items[0].number, 3 * batch - 2);
    }
    commit (1, 3);
    commit (2, 3);
    fix_step (EVENT_DRAINED);
    fix_commits (3, (int64_t[]){7, 8, 0});
}
END_TEST

START_TEST (test_trader_sends_all_that_is_under_way_again_in_order)
{
    fix_join ();
    for (int64_t i = 1; i <= 2; i++) {
        arrive (i, i);
        fix_step (EVENT_DRAINED);
        fix.now_us += 10;
    }
    int wait = fix_due_in ();
    ck_assert_int_eq (wait, fix.config.commit_timeout_us - 20);
    fix_wait (wait - 1);
    fix_nothing ();
    for (int round = 0; round < 3; round++) {
        fix_wait (fix_due_in ());
        ck_assert_uint_eq (fix.out.letter_count, 2);
        for (size_t i = 0; i < 2; i++) {
            const struct commit *commit = &fix_letter (MESSAGE_COMMIT, i)->message.commit;
            ck_assert_int_eq (commit->batch, (int64_t) i + 1);
            ck_assert_int_eq (commit->items[0].number, (int64_t) i + 1);
        }
        ck_assert_int_eq (fix_due_in (), fix.config.commit_timeout_us);
    }
    ck_assert_int_eq (trader_counters (fix.trader)->resent, 6);
    commit (1, 1);
    commit (1, 1);  // The answer to each sending may come.
    fix_nothing ();
    commit (2, 1);
    fix_receipts (ALICE, 2, STATUS_SOLD, 1);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_takes_answers_in_order_alone)
{
    fix_join ();
    for (int64_t i = 1; i <= 2; i++) {
        arrive (i, i);
        fix_step (EVENT_DRAINED);
    }
    commit (2, 1);
    fix_nothing ();
    commit (3, 1);
    fix_nothing ();
    commit (0, 1);
    fix_nothing ();
    commit (1, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    commit (1, 1);
    fix_nothing ();
    ck_assert (!trader_idle (fix.trader));
    fix_wait (fix_due_in ());  // The answer that came too early comes again.
    fix_commits (2, (int64_t[]){2, 0});
    commit (2, 1);
    fix_receipts (ALICE, 2, STATUS_SOLD, 1);
    commit (2, 1);
    fix_nothing ();
    commit (3, 1);
    fix_nothing ();
}
END_TEST

START_TEST (test_trader_ignores_an_answer_that_does_not_fit_its_batch)
{
    struct message message = fix_committed (1, sold (1), 1);
    fix_join ();
    arrive (1, 1);
    fix_step (EVENT_DRAINED);
    message = fix_committed (1, sold (1), 1);
    message.committed.epoch = 2;
    fix_warehouse (message);
    fix_nothing ();
    fix_warehouse (fix_committed (1, sold (2), 2));
    fix_nothing ();
    fix_warehouse (fix_committed (1, NULL, 0));
    fix_nothing ();
    commit (1, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
}
END_TEST

// An answer of another kind than the question: a warehouse that says this is not to be believed,
// and must not bring the trader down.
START_TEST (test_trader_ignores_an_answer_of_another_kind)
{
    const struct message requests[] = {
        fix_buy (ALICE, 1, "fish", 1),
        fix_restock (ALICE, 1, "fish", 1),
        fix_question (MESSAGE_ORDER_STATUS, ALICE, 1),
        fix_question (MESSAGE_LOT_STATUS, ALICE, 1),
    };
    const enum result_kind fitting[] = {RESULT_RECEIPT, RESULT_RESTOCKED, RESULT_RECEIPT,
                                        RESULT_LOT};
    if (_i >= 4) {
        fix_cached ();
    } else {
        fix_join ();
    }
    fix_ask (requests[_i % 4]);
    (void) fix_commit (1);
    for (int kind = 0; kind < RESULT_ERROR; kind++) {
        struct result result = {
            .kind = (enum result_kind) kind, .status = STATUS_SOLD, .product = "fish"};
        if (result.kind != fitting[_i % 4]) {
            fix_settle (1, result);
            fix_nothing ();
            ck_assert (!trader_idle (fix.trader));
        }
    }
    fix_settle (1, fix_error (REASON_LIMIT));
    fix_refuses (ALICE, REASON_LIMIT, 1);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

// Nor is one that oversold nothing: what its buyer would be told is no message.
START_TEST (test_trader_ignores_an_order_that_is_oversold_by_nothing)
{
    struct result result = fix_receipt (STATUS_OVERSOLD, "fish", 1);
    result.missing = 0;
    fix_cached ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    (void) fix_commit (1);
    fix_settle (1, result);
    fix_nothing ();
    result.missing = 1;
    result.units = 0;
    fix_settle (1, result);
    ck_assert_uint_eq (fix_count (MESSAGE_OVERSOLD), 1);
}
END_TEST

START_TEST (test_trader_waits_out_a_gap)
{
    fix_join ();
    for (int64_t i = 1; i <= 2; i++) {
        arrive (i, i);
        fix_step (EVENT_DRAINED);
    }
    int64_t refused = trader_counters (fix.trader)->refused_input;
    fix_warehouse (fix_refused (REASON_GAP, 1));  // 1 was lost, and 2 came.
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    ck_assert_int_eq (trader_counters (fix.trader)->refused_input, refused);
    fix_wait (fix_due_in ());
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 2);
    commit (1, 1);
    commit (2, 1);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_tells_who_waits_that_a_batch_is_unavailable_and_sends_it_again)
{
    fix_join ();
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    fix_client (fix_buy (BOB, 1, "fish", 1));
    fix_step (EVENT_DRAINED);
    fix_warehouse (fix_refused (REASON_UNAVAILABLE, 2));  // No such batch.
    fix_nothing ();
    fix_warehouse (fix_refused (REASON_UNAVAILABLE, 1));
    ck_assert_uint_eq (fix_count (MESSAGE_ERROR), 2);
    for (size_t i = 0; i < 2; i++) {
        const struct letter *letter = fix_letter (MESSAGE_ERROR, i);
        ck_assert_int_eq (letter->to, i == 0 ? ALICE : BOB);
        ck_assert_int_eq (letter->message.error.number, 1);
        ck_assert_int_eq (letter->message.error.reason, REASON_UNAVAILABLE);
    }
    ck_assert (!trader_idle (fix.trader));
    struct message again = fix_buy (ALICE, 1, "fish", 1);
    again.buy.attempt = 2;
    fix_ask (again);
    fix_nothing ();  // Still under way, as far as anybody knows.
    fix_wait (fix_due_in ());
    ck_assert_uint_eq (fix_commit (1)->item_count, 2);
    commit (1, 2);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_receipts (BOB, 1, STATUS_SOLD, 1);
}
END_TEST

// Whoever was promised units has an answer, which stands.
// Whoever was promised something has an answer; who brings a lot still waits for one.
START_TEST (test_trader_tells_who_waits_that_a_write_behind_is_unavailable)
{
    fix_cached ();
    fix_stock ("fish", 5);
    fix_ask (_i == 0 ? fix_restock (SAM, 1, "fish", 5) : fix_buy (SAM, 1, "fish", 5));
    (void) fix_commit (1);
    fix_warehouse (fix_refused (REASON_UNAVAILABLE, 1));
    if (_i == 0) {
        fix_refuses (SAM, REASON_UNAVAILABLE, 1);
    } else {
        fix_nothing ();
    }
    fix_wait (fix_due_in ());
    fix_commits (1, (int64_t[]){1, 0});
}
END_TEST

START_TEST (test_trader_ends_when_another_process_took_its_place)
{
    fix_join ();
    fix_warehouse (fix_refused (REASON_FENCED, 1));  // Of nothing that this one sent.
    ck_assert (!trader_fenced (fix.trader));
    arrive (1, 2);
    fix_step (EVENT_DRAINED);
    ck_assert (!trader_fenced (fix.trader));
    fix_warehouse (fix_refused (REASON_FENCED, 1));
    ck_assert (trader_fenced (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
    fix_ask (fix_buy (BOB, 1, "fish", 1));
    fix_refuses (BOB, REASON_UNAVAILABLE, 1);
    fix_wait (10 * fix.config.commit_timeout_us);
    fix_nothing ();
}
END_TEST

START_TEST (test_trader_goes_on_after_a_refusal_that_names_no_batch)
{
    fix_join ();
    arrive (1, 1);
    fix_step (EVENT_DRAINED);
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        if (reason != REASON_FENCED && reason != REASON_UNAVAILABLE) {
            fix_warehouse (fix_refused ((enum reason) reason, 1));
            fix_nothing ();
        }
    }
    fix_warehouse (fix_refused (REASON_UNAVAILABLE, 0));  // To a join, or a snapshot.
    fix_nothing ();
    commit (1, 1);
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
}
END_TEST

// Cached sales and orders that wait share the batches, and neither keeps the other out.
START_TEST (test_trader_shares_a_batch_between_those_that_wait_and_write_behinds)
{
    const struct product_policy policies[] = {{"salt", policy_default (MODE_SYNC)}};
    const struct level level = {"fish", 100};
    fix.config.products = policies;
    fix.config.product_count = 1;
    fix.config.in_flight_max = 1;
    fix.config.batch_max = _i;
    fix_cached ();
    fix.version = 1;
    fix_warehouse (fix_snapshot (&level, 1));
    fix_ask (fix_buy (CAROL, 1, "fish", 1));
    (void) fix_commit (1);
    for (int64_t n = 1; n <= 6; n++) {
        fix_ask (fix_buy (ALICE, n, "fish", 1));
        (void) fix_alone (MESSAGE_RECEIPT);
        fix_ask (fix_buy (BOB, n, "salt", 1));
        fix_nothing ();
    }
    int64_t next[2] = {1, 1};
    size_t count = 1;
    int64_t first_bob = 0;
    for (int64_t batch = 2; next[0] <= 6 || next[1] <= 6; batch++) {
        commit (batch - 1, count);
        fix_step (EVENT_DRAINED);
        const struct commit *commit = fix_commit (batch);
        count = commit->item_count;
        for (size_t i = 0; i < count; i++) {  // Each in the order of its own.
            bool bob = commit->items[i].client == BOB;
            ck_assert_int_eq (commit->items[i].number, next[bob]++);
            ck_assert_int_eq (commit->items[i].behind, !bob);
            first_bob = bob && !first_bob ? batch : first_bob;
        }
        if (next[0] <= 6 || next[1] <= 6) {
            ck_assert_uint_eq (count, (size_t) _i);  // No room is left unused.
        }
    }
    ck_assert_int_le (first_bob, 3);
}
END_TEST

START_TEST (test_trader_leaves_to_those_that_wait_no_more_room_than_they_need)
{
    const struct product_policy policies[] = {{"salt", policy_default (MODE_SYNC)}};
    fix.config.products = policies;
    fix.config.product_count = 1;
    fix.config.in_flight_max = 1;
    fix.config.batch_max = 4;
    fix_cached ();
    fix_ask (fix_restock (SAM, 1, "fish", 5));
    (void) fix_commit (1);
    for (int64_t n = 1; n <= 6; n++) {
        fix_ask (fix_buy (ALICE, n, "fish", 1));
    }
    fix_ask (fix_buy (BOB, 7, "salt", 1));
    fix_settle (1, fix_restocked ("fish", 5));
    fix_step (EVENT_DRAINED);
    fix_commits (2, (int64_t[]){1, 2, 3, 7, 0});
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader commit");
    TCase *groups = tcase_create ("groups");
    tcase_add_checked_fixture (groups, fix_set_up, fix_tear_down);
    tcase_add_test (groups, test_trader_sends_the_first_at_once_and_what_gathers_with_the_next);
    tcase_add_loop_test (groups, test_trader_has_no_more_batches_under_way_than_it_is_set_to, 0, 2);
    tcase_add_test (groups, test_trader_fills_no_batch_beyond_its_bound);
    tcase_add_loop_test (
        groups, test_trader_shares_a_batch_between_those_that_wait_and_write_behinds, 1, 6);
    tcase_add_test (groups, test_trader_leaves_to_those_that_wait_no_more_room_than_they_need);
    suite_add_tcase (suite, groups);
    TCase *again = tcase_create ("again");
    tcase_add_checked_fixture (again, fix_set_up, fix_tear_down);
    tcase_add_test (again, test_trader_sends_all_that_is_under_way_again_in_order);
    tcase_add_test (again, test_trader_takes_answers_in_order_alone);
    tcase_add_test (again, test_trader_ignores_an_answer_that_does_not_fit_its_batch);
    tcase_add_loop_test (again, test_trader_ignores_an_answer_of_another_kind, 0, 6);
    tcase_add_test (again, test_trader_ignores_an_order_that_is_oversold_by_nothing);
    suite_add_tcase (suite, again);
    TCase *refused = tcase_create ("refused");
    tcase_add_checked_fixture (refused, fix_set_up, fix_tear_down);
    tcase_add_test (refused, test_trader_waits_out_a_gap);
    tcase_add_test (refused,
                    test_trader_tells_who_waits_that_a_batch_is_unavailable_and_sends_it_again);
    tcase_add_loop_test (refused, test_trader_tells_who_waits_that_a_write_behind_is_unavailable, 0,
                         2);
    tcase_add_test (refused, test_trader_ends_when_another_process_took_its_place);
    tcase_add_test (refused, test_trader_goes_on_after_a_refusal_that_names_no_batch);
    suite_add_tcase (suite, refused);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
