// The trader that sells from a cache which expires, and writes behind a few at a time.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

enum { FLUSH_US = 100000, FLUSH_COUNT = 5, EXPIRY_US = 500000 };

static void stock (int64_t available)
{
    const struct level level = {"fish", available};
    fix_warehouse (fix_snapshot (&level, 1));
    fix_step (EVENT_DRAINED);
}

// There are ten fish, and no news.
static void begin (void)
{
    fix.config.policy = policy_default (MODE_BATCHED);
    fix.config.invalidation = false;
    fix_join ();
    (void) fix_alone (MESSAGE_SNAPSHOT);
    stock (10);
    fix_nothing ();
}

static void order (int64_t from, int64_t number, int64_t quantity)
{
    fix_ask (fix_buy (from, number, "fish", quantity));
}

START_TEST (test_an_order_is_accepted_at_once_and_gathered)
{
    begin ();
    order (ALICE, 1, 3);
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 3);
    order (BOB, 1, 9);
    fix_receipts (BOB, 1, STATUS_ACCEPTED, 7);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
}
END_TEST

START_TEST (test_a_batch_leaves_when_enough_have_gathered)
{
    begin ();
    for (int64_t number = 1; number < FLUSH_COUNT; number++) {
        order (ALICE, number, 1);
        ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    }
    struct message last = fix_buy (BOB, 7, "fish", 1);
    last.clock = 42;
    fix_ask (last);
    fix_commits (1, (const int64_t[]){1, 2, 3, 4, 7, 0});
    ck_assert_int_eq (fix_commit (1)->items[4].clock, 42);  // The warehouse sorts by it.
    ck_assert (fix_commit (1)->items[4].behind);
}
END_TEST

START_TEST (test_a_batch_leaves_when_its_oldest_has_waited_long_enough)
{
    begin ();
    order (ALICE, 1, 1);
    fix.now_us += 1000;
    order (BOB, 2, 1);
    ck_assert_int_eq (fix_due_in (), FLUSH_US - 1000);
    fix_wait (FLUSH_US - 1001);
    fix_nothing ();
    fix_wait (1);
    fix_commits (1, (const int64_t[]){1, 2, 0});
}
END_TEST

START_TEST (test_a_batch_leaves_with_what_is_passed_on)
{
    begin ();
    order (ALICE, 1, 1);
    fix_ask (fix_question (MESSAGE_LOT_STATUS, SAM, 9));
    fix_commits (1, (const int64_t[]){1, 9, 0});
}
END_TEST

START_TEST (test_a_trader_that_stops_leaves_no_batch_behind)
{
    begin ();
    order (ALICE, 1, 1);
    fix_step (EVENT_STOP);
    fix_step (EVENT_DRAINED);
    fix_commits (1, (const int64_t[]){1, 0});
}
END_TEST

// What others have seen it need not wait for, and nobody has to wait for what it has decided.
START_TEST (test_answers_carry_no_tokens_and_none_is_waited_for)
{
    const struct trader_seen other = {FIX_OTHER, 1, 5};
    begin ();
    struct message message = fix_buy (ALICE, 1, "fish", 1);
    message.buy.seen = (struct seen){.version = 99, .traders = &other, .count = 1};
    fix_ask (message);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    ck_assert_int_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.version, 0);
    ck_assert_uint_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.count, 0);
    fix_wait (FLUSH_US);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    ck_assert_uint_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.count, 0);
}
END_TEST

START_TEST (test_a_cache_that_expired_decides_nothing)
{
    begin ();
    fix.now_us += EXPIRY_US - 1;
    order (ALICE, 1, 1);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    fix.now_us += 1;
    order (ALICE, 2, 1);
    ck_assert_uint_eq (fix.out.letter_count, 2);
    (void) fix_only (MESSAGE_SNAPSHOT);
    fix_commits (1, (const int64_t[]){1, 2, 0});
    ck_assert (!fix_commit (1)->items[1].behind);
    const struct result results[] = {fix_receipt (STATUS_SOLD, "fish", 1),
                                     fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0)};
    fix_warehouse (fix_committed (1, results, 2));
    fix_receipts (ALICE, 2, STATUS_OUT_OF_STOCK, 0);
    ck_assert_int_eq (trader_counters (fix.trader)->accepted, 1);
}
END_TEST

START_TEST (test_a_fresh_snapshot_lets_it_decide_again)
{
    begin ();
    fix_wait (EXPIRY_US);
    (void) fix_alone (MESSAGE_SNAPSHOT);
    stock (2);
    order (ALICE, 1, 5);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 2);
}
END_TEST

// What the warehouse had when it was asked may be gone by the time that the answer comes.
START_TEST (test_a_cache_is_as_old_as_the_question)
{
    begin ();
    fix_wait (EXPIRY_US);
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix.now_us += 300000;
    stock (10);
    ck_assert_int_eq (fix_due_in (), EXPIRY_US - 300000);
    fix.now_us += EXPIRY_US - 300000;
    order (ALICE, 1, 1);
    ck_assert (!fix_commit (1)->items[0].behind);
}
END_TEST

START_TEST (test_snapshots_are_taken_by_the_clock)
{
    begin ();
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq (fix_due_in (), EXPIRY_US);
        fix_wait (EXPIRY_US - 1);
        fix_nothing ();
        fix_wait (1);
        (void) fix_alone (MESSAGE_SNAPSHOT);
        stock (10);
        fix_nothing ();
    }
    ck_assert_int_eq (trader_counters (fix.trader)->snapshots, 4);
}
END_TEST

START_TEST (test_a_snapshot_that_does_not_come_is_asked_for_again)
{
    begin ();
    fix_wait (EXPIRY_US);
    for (int i = 0; i < 3; i++) {
        (void) fix_alone (MESSAGE_SNAPSHOT);
        int wait = fix_due_in ();
        ck_assert_int_gt (wait, 0);
        fix_wait (wait - 1);
        fix_nothing ();
        fix_wait (1);
    }
}
END_TEST

// The first answer comes when it was asked for twice: how old it is is told by the first question.
START_TEST (test_a_late_snapshot_is_as_old_as_the_first_question)
{
    begin ();
    fix_wait (EXPIRY_US);
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    stock (10);
    order (ALICE, 1, 1);
    ck_assert (!fix_commit (1)->items[0].behind);
}
END_TEST

START_TEST (test_nothing_is_decided_before_the_first_snapshot)
{
    fix.config.policy = policy_default (MODE_BATCHED);
    fix_join ();
    order (ALICE, 1, 1);
    fix_commits (1, (const int64_t[]){1, 0});
    ck_assert (!fix_commit (1)->items[0].behind);
}
END_TEST

// With news it knows when it has missed something.
START_TEST (test_a_cache_with_a_gap_decides_nothing)
{
    fix.config.policy = policy_default (MODE_BATCHED);
    fix_join ();
    stock (10);
    fix_stock ("fish", 9);
    order (ALICE, 1, 10);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 9);
    fix.version++;
    fix_stock ("fish", 7);
    fix.now_us += 2000;
    order (BOB, 2, 1);
    (void) fix_only (MESSAGE_SNAPSHOT);
    fix_commits (1, (const int64_t[]){1, 2, 0});
    ck_assert (!fix_commit (1)->items[1].behind);
}
END_TEST

START_TEST (test_each_product_has_its_own_way)
{
    static const struct level levels[] = {{"boar", 9}, {"fish", 9}, {"salt", 9}};
    struct product_policy products[] = {{"boar", policy_default (MODE_CACHED)},
                                        {"salt", policy_default (MODE_SYNC)}};
    fix.config.products = products;
    fix.config.product_count = 2;
    begin ();
    fix.version = 1;
    fix_warehouse (fix_snapshot (levels, 3));
    order (ALICE, 1, 1);
    ck_assert_uint_eq (fix_count (MESSAGE_COMMIT), 0);
    fix_ask (fix_buy (BOB, 2, "boar", 1));
    fix_receipts (BOB, 2, STATUS_ACCEPTED, 1);
    ck_assert_uint_gt (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.count, 0);
    fix_commits (1, (const int64_t[]){1, 2, 0});
    fix_ask (fix_buy (CAROL, 3, "salt", 1));
    (void) fix_alone (MESSAGE_COMMIT);
    ck_assert (!fix_commit (2)->items[0].behind);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader batched");
    TCase *batches = tcase_create ("batches");
    tcase_add_checked_fixture (batches, fix_set_up, fix_tear_down);
    tcase_add_test (batches, test_an_order_is_accepted_at_once_and_gathered);
    tcase_add_test (batches, test_a_batch_leaves_when_enough_have_gathered);
    tcase_add_test (batches, test_a_batch_leaves_when_its_oldest_has_waited_long_enough);
    tcase_add_test (batches, test_a_batch_leaves_with_what_is_passed_on);
    tcase_add_test (batches, test_a_trader_that_stops_leaves_no_batch_behind);
    tcase_add_test (batches, test_answers_carry_no_tokens_and_none_is_waited_for);
    tcase_add_test (batches, test_each_product_has_its_own_way);
    suite_add_tcase (suite, batches);

    TCase *cache = tcase_create ("cache");
    tcase_add_checked_fixture (cache, fix_set_up, fix_tear_down);
    tcase_add_test (cache, test_a_cache_that_expired_decides_nothing);
    tcase_add_test (cache, test_a_fresh_snapshot_lets_it_decide_again);
    tcase_add_test (cache, test_a_cache_is_as_old_as_the_question);
    tcase_add_test (cache, test_snapshots_are_taken_by_the_clock);
    tcase_add_test (cache, test_a_snapshot_that_does_not_come_is_asked_for_again);
    tcase_add_test (cache, test_a_late_snapshot_is_as_old_as_the_first_question);
    tcase_add_test (cache, test_nothing_is_decided_before_the_first_snapshot);
    tcase_add_test (cache, test_a_cache_with_a_gap_decides_nothing);
    suite_add_tcase (suite, cache);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
