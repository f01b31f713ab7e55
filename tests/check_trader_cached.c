// The trader that decides by its cached stock: a promise is answered at once, all is written
// behind and settled later; a refusal is told only then.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

START_TEST (test_trader_with_a_cache_asks_for_a_snapshot_before_it_serves)
{
    const struct level levels[] = {{"fish", 3}};
    fix.config.policy = policy_default (MODE_CACHED);
    fix_begin ();
    fix_warehouse (fix_view (FIX_SEED, 1));
    fix.epoch = 1;
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    fix_nothing ();
    ck_assert (!trader_ready (fix.trader));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_alone (MESSAGE_SNAPSHOT)->port, PORT_WAREHOUSE);
    ck_assert_int_eq (fix.out.letters[0].to, WAREHOUSE_NODE);
    fix_ask (fix_buy (BOB, 1, "fish", 1));
    fix_nothing ();
    fix.version = 6;
    fix_warehouse (fix_snapshot (levels, 1));
    fix_nothing ();
    ck_assert (trader_ready (fix.trader));
    fix_step (EVENT_DRAINED);
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 1);
    fix_receipts (BOB, 1, STATUS_ACCEPTED, 1);
    ck_assert_uint_eq (fix_commit (1)->item_count, 2);
    ck_assert_int_eq (trader_counters (fix.trader)->snapshots, 1);
}
END_TEST

START_TEST (test_trader_asks_for_its_snapshot_again_when_none_comes)
{
    fix.config.policy = policy_default (MODE_CACHED);
    fix.now_us = _i == 0 ? 0 : 77;  // A virtual clock may begin at nothing.
    fix_join ();
    for (int i = 0; i < 3; i++) {
        (void) fix_alone (MESSAGE_SNAPSHOT);
        fix_step (EVENT_DRAINED);
        fix_nothing ();
        int wait = fix_due_in ();
        ck_assert_int_gt (wait, 0);
        fix_wait (wait - 1);
        fix_nothing ();
        fix_wait (1);
    }
    fix_warehouse (fix_snapshot (NULL, 0));
    fix_step (EVENT_DRAINED);
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_trader_accepts_at_once_and_tells_the_final_receipt_after_the_commit)
{
    const struct fill fill = {SAM, 4, 2, 100};
    fix_cached ();
    fix_stock ("fish", 5);
    fix_client (fix_plain (MESSAGE_PING, SAM));
    fix_ask (fix_buy (ALICE, 1, "fish", 2));
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 2);
    const struct receipt *receipt = &fix_only (MESSAGE_RECEIPT)->message.receipt;
    ck_assert_str_eq (receipt->product, "fish");
    ck_assert_int_eq (receipt->amount_cents, 0);
    ck_assert_uint_eq (receipt->fill_count, 0);
    ck_assert_int_eq (receipt->seen.version, 1);
    ck_assert_uint_eq (receipt->seen.count, 1);
    ck_assert_int_eq (receipt->seen.traders[0].trader, FIX_TRADER);
    ck_assert_int_eq (receipt->seen.traders[0].epoch, 1);
    ck_assert_int_eq (receipt->seen.traders[0].count, 1);
    const struct item *item = &fix_commit (1)->items[0];
    ck_assert (item->behind);
    ck_assert_int_eq (item->promised, 2);
    ck_assert_int_eq (item->quantity, 2);

    struct result sold = fix_receipt (STATUS_SOLD, "fish", 2);
    sold.fills = &fill;
    sold.fill_count = 1;
    fix.version = 2;
    fix_settle (1, sold);
    fix_receipts (ALICE, 1, STATUS_SOLD, 2);
    ck_assert_int_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.amount_cents, 200);
    // Of this one write the cache has seen all; of the warehouse's version it has seen no more.
    ck_assert_int_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.version, 1);
    ck_assert_int_eq (fix_only (MESSAGE_RECEIPT)->message.receipt.seen.traders[0].count, 1);
    ck_assert_int_eq (fix_only (MESSAGE_SOLD)->to, SAM);
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (trader_counters (fix.trader)->accepted, 1);
}
END_TEST

START_TEST (test_trader_sells_a_part_or_nothing_from_its_cache)
{
    fix_cached ();
    fix_stock ("fish", 3);
    struct message buy = fix_buy (BOB, 1, "fish", 4);
    buy.buy.all_or_nothing = true;
    fix_ask (buy);
    fix_refuses_behind (1, BOB, 1);
    ck_assert (fix_commit (1)->items[0].all_or_nothing);
    fix_ask (fix_buy (BOB, 2, "fish", 4));
    fix_receipts (BOB, 2, STATUS_ACCEPTED, 3);
    ck_assert_int_eq (fix_commit (2)->items[0].promised, 3);
    ck_assert_int_eq (fix_commit (2)->items[0].quantity, 4);
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_silent ();  // Two batches are under way.
    fix_refused_by_commit (1, BOB, 1);
    fix_step (EVENT_DRAINED);
    fix_refuses_behind (3, ALICE, 1);
    fix_stock ("fish", 7);  // Of which bob's 3 are still to be taken.
    buy.buy.number = 3;
    fix_ask (buy);
    fix_receipts (BOB, 3, STATUS_ACCEPTED, 4);
    ck_assert_int_eq (trader_counters (fix.trader)->accepted, 2);
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 3));
    fix_refused_by_commit (3, ALICE, 1);
}
END_TEST

START_TEST (test_trader_tells_a_refusal_once_and_only_when_it_is_committed)
{
    fix_cached ();
    fix_stock ("fish", 5);
    fix_ask (fix_buy (ALICE, 1, "unheard-of", 1));
    fix_refuses_behind (1, ALICE, 1);
    fix_wait (fix_due_in ());  // The commit again, and still no word to the buyer.
    fix_refuses_behind (1, ALICE, 1);
    ck_assert (!trader_idle (fix.trader));
    fix.version = 2;
    fix_refused_by_commit (1, ALICE, 1);
    // The cache has seen this one write, and no more of the warehouse's version.
    const struct seen *seen = &fix_only (MESSAGE_RECEIPT)->message.receipt.seen;
    ck_assert_int_eq (seen->version, 1);
    ck_assert_uint_eq (seen->count, 1);
    ck_assert_int_eq (seen->traders[0].trader, FIX_TRADER);
    ck_assert_int_eq (seen->traders[0].epoch, 1);
    ck_assert_int_eq (seen->traders[0].count, 1);
    ck_assert (trader_idle (fix.trader));
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "", 0));  // Doubled.
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    fix_silent ();
    ck_assert_int_eq (trader_counters (fix.trader)->accepted, 0);
}
END_TEST

// It sells from the lot at once; that the lot is in it says when the warehouse has it.
START_TEST (test_trader_takes_a_restock_into_its_cache_at_once)
{
    fix_cached ();
    fix_ask (fix_restock (SAM, 1, "fish", 5));
    ck_assert (fix_commit (1)->items[0].behind);
    fix_promises (1, 9, 5);
    fix_settle (1, fix_restocked ("fish", 5));
    const struct letter *letter = fix_alone (MESSAGE_RESTOCKED);
    ck_assert_int_eq (letter->to, SAM);
    ck_assert_int_eq (letter->message.restocked.number, 1);
    ck_assert_int_eq (letter->message.restocked.quantity, 5);
    ck_assert_int_eq (letter->message.restocked.price_cents, 100);
    ck_assert_int_eq (letter->message.restocked.seen.traders[0].count, 1);
}
END_TEST

// A request that may have been decided before, by another trader or by this one in another life,
// is the warehouse's to decide.
START_TEST (test_trader_passes_on_what_may_have_been_decided_before)
{
    struct message request = fix_buy (ALICE, 5, "fish", 1);
    fix_cached ();
    fix_stock ("fish", 5);
    switch (_i) {
    case 0:
        request.buy.attempt = 2;
        break;
    case 1:  // An older number than one that was decided here.
        fix_promises (6, 1, 1);
        fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
        break;
    case 2:  // The very number, settled and forgotten.
        fix_promises (5, 1, 1);
        fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
        break;
    default:
        request = fix_restock (ALICE, 5, "fish", 1);
        request.restock.attempt = 7;
    }
    fix_ask (request);
    ck_assert_uint_eq (fix.out.letter_count, 1);
    ck_assert (!fix_commit (_i == 0 || _i == 3 ? 1 : 2)->items[0].behind);
    fix_ask (fix_buy (ALICE, 7, "fish", 1));  // A new one is decided here again.
    fix_receipts (ALICE, 7, STATUS_ACCEPTED, 1);
}
END_TEST

START_TEST (test_trader_answers_a_repeated_order_as_it_was_answered)
{
    struct route moved = fix_route (ALICE, 9);
    struct message again = fix_buy (ALICE, 1, "fish", 4);
    again.buy.attempt = 2;
    fix_cached ();
    fix_stock ("fish", 3);
    fix_promises (1, 4, 3);
    fix_stock ("fish", 8);
    fix_client_at (again, moved);
    const struct letter *letter = fix_alone (MESSAGE_RECEIPT);
    ck_assert_int_eq (letter->message.receipt.status, STATUS_ACCEPTED);
    ck_assert_int_eq (letter->message.receipt.units, 3);
    ck_assert (fix_same_route (&letter->route, &moved));
    again.buy.quantity = 5;
    fix_ask (again);
    fix_refuses (ALICE, REASON_CONFLICT, 1);
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    (void) fix_alone (MESSAGE_RECEIPT);  // The warehouse may not know of it yet.
    fix_receipts (ALICE, 1, STATUS_ACCEPTED, 3);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 3));
    ck_assert (fix_same_route (&fix_alone (MESSAGE_RECEIPT)->route, &moved));
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    ck_assert_int_eq (fix_commit (2)->items[0].kind, ITEM_ORDER_STATUS);  // Now it does.
}
END_TEST

// A question about an order whose refusal is not committed is the warehouse's to answer.
START_TEST (test_trader_passes_on_a_question_about_a_refusal_that_it_has_not_told)
{
    fix_cached ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_refuses_behind (1, ALICE, 1);
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    (void) fix_alone (MESSAGE_COMMIT);
    ck_assert_int_eq (fix_commit (2)->items[0].kind, ITEM_ORDER_STATUS);
    ck_assert_int_eq (fix_commit (2)->items[0].number, 1);
    fix_refused_by_commit (1, ALICE, 1);
    fix_refused_by_commit (2, ALICE, 1);  // The answer to the question.
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_answers_a_repeated_refusal_and_restock_as_they_were_answered)
{
    struct route moved = fix_route (ALICE, 9);
    struct message again = fix_buy (ALICE, 1, "fish", 1);
    fix_cached ();
    fix_ask (again);
    fix_refuses_behind (1, ALICE, 1);
    fix_stock ("fish", 8);
    fix_ask (again);
    fix_nothing ();
    again.buy.attempt = 2;
    fix_client_at (again, moved);
    fix_nothing ();
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "", 0));
    const struct letter *letter = fix_alone (MESSAGE_RECEIPT);
    ck_assert_int_eq (letter->message.receipt.number, 1);
    ck_assert_int_eq (letter->message.receipt.status, STATUS_OUT_OF_STOCK);
    ck_assert_int_eq (letter->to, ALICE);
    ck_assert (fix_same_route (&letter->route, &moved));
    fix_ask (fix_restock (SAM, 1, "fish", 2));
    (void) fix_commit (2);
    fix_ask (fix_restock (SAM, 1, "fish", 2));
    fix_nothing ();
    fix_promises (2, 99, 10);  // The lot came once.
    fix_settle (2, fix_restocked ("fish", 2));
    (void) fix_alone (MESSAGE_RESTOCKED);
}
END_TEST

// Of a lot only the warehouse knows what is left; an order that waits is not decided.
START_TEST (test_trader_passes_questions_on_that_it_cannot_answer)
{
    const struct trader_seen ahead[] = {{FIX_OTHER, 1, 3}};
    fix_cached ();
    fix_ask (fix_restock (SAM, 1, "fish", 2));
    fix_ask (fix_question (MESSAGE_LOT_STATUS, SAM, 1));
    ck_assert_int_eq (fix_commit (2)->items[0].kind, ITEM_LOT_STATUS);
    fix_settle (1, fix_restocked ("fish", 2));
    struct message waits = fix_buy (ALICE, 1, "fish", 1);
    waits.buy.seen = (struct seen){.version = 0, .traders = ahead, .count = 1};
    fix_ask (waits);
    fix_silent ();
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    ck_assert_int_eq (fix_commit (3)->items[0].kind, ITEM_ORDER_STATUS);
}
END_TEST

// What was answered here and the warehouse would not have is taken back, and told.
START_TEST (test_trader_takes_back_what_the_warehouse_refuses)
{
    fix_cached ();
    fix_stock ("fish", 3);
    fix_promises (1, 2, 2);
    fix_settle (1, fix_error (REASON_LIMIT));
    fix_refuses (ALICE, REASON_LIMIT, 1);
    fix_ask (fix_restock (SAM, 1, "fish", 4));
    fix_settle (2, fix_error (REASON_CONFLICT));
    fix_refuses (SAM, REASON_CONFLICT, 1);
    fix_promises (2, 99, 3);
}
END_TEST

START_TEST (test_trader_has_a_mode_for_each_product)
{
    const struct product_policy policies[] = {
        {"salt", policy_default (MODE_CACHED)},
        {"fish", policy_default (MODE_SYNC)},
    };
    const struct level levels[] = {{"fish", 5}, {"salt", 5}};
    fix.config.products = policies;
    fix.config.product_count = 2;
    fix_join ();
    (void) fix_alone (MESSAGE_SNAPSHOT);
    fix_ask (fix_buy (ALICE, 1, "fish", 1));  // Needs no cache.
    ck_assert (!fix_commit (1)->items[0].behind);
    fix_ask (fix_buy (ALICE, 2, "salt", 1));
    fix_nothing ();
    fix.version = 1;
    fix_warehouse (fix_snapshot (levels, 2));
    fix_step (EVENT_DRAINED);
    fix_receipts (ALICE, 2, STATUS_ACCEPTED, 1);
    ck_assert (fix_commit (2)->items[0].behind);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_settle (2, fix_receipt (STATUS_SOLD, "salt", 1));
    fix_ask (fix_buy (ALICE, 3, "pepper", 1));  // As the market's.
    ck_assert (!fix_commit (3)->items[0].behind);
}
END_TEST

START_TEST (test_trader_that_stops_writes_all_of_it_behind)
{
    fix.config.in_flight_max = 1;
    fix_cached ();
    fix_stock ("fish", 3);
    fix_promises (1, 1, 1);
    fix_promises (2, 1, 1);
    fix_step (EVENT_STOP);
    fix_ask (fix_buy (ALICE, 3, "fish", 1));
    fix_refuses (ALICE, REASON_UNAVAILABLE, 3);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    ck_assert (!trader_idle (fix.trader));
    fix_step (EVENT_DRAINED);
    fix_commits (2, (int64_t[]){2, 0});
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 1));
    ck_assert (trader_idle (fix.trader));
}
END_TEST

// More writes than the cache can hold, of which the warehouse's news say nothing: the trader
// fetches a snapshot before it sells on.
START_TEST (test_trader_fetches_a_snapshot_when_too_many_writes_are_unconfirmed)
{
    int64_t writes_max = 2 * fix.config.queue_max + LIMIT_BATCH;
    fix_cached ();
    fix_stock ("fish", 100000);
    for (int64_t n = 1; n <= writes_max; n++) {
        fix_promises (n, 1, 1);
        fix_settle (n, fix_receipt (STATUS_SOLD, "fish", 1));
    }
    fix_ask (fix_buy (ALICE, writes_max + 1, "fish", 1));
    fix_wait (fix_due_in ());
    (void) fix_alone (MESSAGE_SNAPSHOT);
    const struct level level = {"fish", 1};
    const struct trader_seen own = {FIX_TRADER, 1, writes_max};
    fix_warehouse (fix_with_traders (fix_snapshot (&level, 1), &own, 1));
    fix_step (EVENT_DRAINED);
    fix_receipts (ALICE, writes_max + 1, STATUS_ACCEPTED, 1);
    fix_ask (fix_buy (ALICE, writes_max + 2, "fish", 1));
    fix_refuses_behind (writes_max + 2, ALICE, writes_max + 2);
    fix_settle (writes_max + 1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_refused_by_commit (writes_max + 2, ALICE, writes_max + 2);
}
END_TEST

static void add_tests (Suite *suite)
{
    TCase *begin = tcase_create ("begin");
    tcase_add_checked_fixture (begin, fix_set_up, fix_tear_down);
    tcase_add_test (begin, test_trader_with_a_cache_asks_for_a_snapshot_before_it_serves);
    tcase_add_loop_test (begin, test_trader_asks_for_its_snapshot_again_when_none_comes, 0, 2);
    suite_add_tcase (suite, begin);
    TCase *decide = tcase_create ("decide");
    tcase_add_checked_fixture (decide, fix_set_up, fix_tear_down);
    tcase_add_test (decide,
                    test_trader_accepts_at_once_and_tells_the_final_receipt_after_the_commit);
    tcase_add_test (decide, test_trader_sells_a_part_or_nothing_from_its_cache);
    tcase_add_test (decide, test_trader_tells_a_refusal_once_and_only_when_it_is_committed);
    tcase_add_test (decide, test_trader_takes_a_restock_into_its_cache_at_once);
    tcase_add_test (decide, test_trader_has_a_mode_for_each_product);
    tcase_add_test (decide, test_trader_takes_back_what_the_warehouse_refuses);
    tcase_add_test (decide, test_trader_that_stops_writes_all_of_it_behind);
    tcase_add_test (decide, test_trader_fetches_a_snapshot_when_too_many_writes_are_unconfirmed);
    suite_add_tcase (suite, decide);
    TCase *again = tcase_create ("again");
    tcase_add_checked_fixture (again, fix_set_up, fix_tear_down);
    tcase_add_loop_test (again, test_trader_passes_on_what_may_have_been_decided_before, 0, 4);
    tcase_add_test (again, test_trader_answers_a_repeated_order_as_it_was_answered);
    tcase_add_test (again,
                    test_trader_answers_a_repeated_refusal_and_restock_as_they_were_answered);
    tcase_add_test (again, test_trader_passes_on_a_question_about_a_refusal_that_it_has_not_told);
    tcase_add_test (again, test_trader_passes_questions_on_that_it_cannot_answer);
    suite_add_tcase (suite, again);
}

int main (void)
{
    Suite *suite = suite_create ("trader cached");
    add_tests (suite);
    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
