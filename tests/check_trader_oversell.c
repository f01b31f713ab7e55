// The trader when the warehouse finds that what it sold was not there: the buyer is told, twice
// over, and the cache learns the truth.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

static struct result oversold (int64_t units, int64_t missing)
{
    struct result result = fix_receipt (STATUS_OVERSOLD, "fish", units);
    result.missing = missing;
    return result;
}

// The warehouse commits the batch of one oversold order; `level` is what it has of the product.
static void finds_out (int64_t batch, struct result result, int64_t available, int64_t applied)
{
    const struct level level = {"fish", available};
    struct message message = fix_committed (batch, &result, 1);
    message.committed.applied = applied;
    message.committed.stock = &level;
    message.committed.stock_count = 1;
    fix_warehouse (message);
}

START_TEST (test_trader_tells_the_buyer_directly_and_publishes_it)
{
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 3, 3);
    fix.version = 2;
    finds_out (1, oversold (1, 2), 0, 1);
    ck_assert_uint_eq (fix.out.letter_count, 2);
    const struct letter *letter = fix_only (MESSAGE_OVERSOLD);
    struct route route = fix_route (ALICE, 0);
    ck_assert_int_eq (letter->port, PORT_CLIENTS);
    ck_assert_int_eq (letter->to, ALICE);
    ck_assert (fix_same_route (&letter->route, &route));
    const struct receipt *receipt = &letter->message.oversold;
    ck_assert_int_eq (receipt->number, 1);
    ck_assert_int_eq (receipt->status, STATUS_OVERSOLD);
    ck_assert_str_eq (receipt->product, "fish");
    ck_assert_int_eq (receipt->units, 1);
    ck_assert_int_eq (receipt->missing, 2);
    ck_assert_int_eq (receipt->amount_cents, 100);

    letter = fix_only (MESSAGE_OVERSELL);
    const struct oversell *oversell = &letter->message.oversell;
    ck_assert_int_eq (letter->port, PORT_NEWS);
    ck_assert_int_eq (letter->to, ALICE);
    ck_assert_int_eq (oversell->epoch, 1);
    ck_assert_int_eq (oversell->seq, 1);
    ck_assert_int_eq (oversell->trader, FIX_TRADER);
    ck_assert_int_eq (oversell->buyer, ALICE);
    ck_assert_int_eq (oversell->number, 1);
    ck_assert_str_eq (oversell->product, "fish");
    ck_assert_int_eq (oversell->units, 1);
    ck_assert_int_eq (oversell->missing, 2);
    ck_assert_int_eq (oversell->amount_cents, 100);
    ck_assert_int_eq (trader_counters (fix.trader)->oversold, 1);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_tells_the_sellers_of_the_units_that_were_there)
{
    const struct fill fill = {SAM, 4, 1, 100};
    struct result result = oversold (1, 2);
    result.fills = &fill;
    result.fill_count = 1;
    fix_cached ();
    fix_stock ("fish", 5);
    fix_client (fix_plain (MESSAGE_PING, SAM));
    fix_promises (1, 3, 3);
    finds_out (1, result, 0, 1);
    ck_assert_uint_eq (fix_only (MESSAGE_OVERSOLD)->message.oversold.fill_count, 1);
    ck_assert_int_eq (fix_only (MESSAGE_SOLD)->message.sold.units, 1);
}
END_TEST

START_TEST (test_trader_counts_what_it_publishes_for_each_buyer)
{
    fix_cached ();
    fix_stock ("fish", 9);
    const int64_t buyers[] = {ALICE, BOB, ALICE, ALICE};
    const int64_t expected[] = {1, 1, 2, 3};
    for (int64_t i = 0; i < 4; i++) {
        fix_ask (fix_buy (buyers[i], i + 1, "fish", 2));
        fix_receipts (buyers[i], i + 1, STATUS_ACCEPTED, 2);
        finds_out (i + 1, oversold (0, 2), 9, i + 1);
        ck_assert_int_eq (fix_only (MESSAGE_OVERSELL)->message.oversell.seq, expected[i]);
        ck_assert_int_eq (fix_only (MESSAGE_OVERSELL)->to, buyers[i]);
    }
}
END_TEST

START_TEST (test_trader_corrects_its_cache)
{
    fix.config.invalidation = _i == 0;
    fix_cached ();
    const struct level level = {"fish", 5};
    fix.version = 1;
    fix_warehouse (fix_snapshot (&level, 1));
    fix_promises (1, 3, 3);
    fix.version = 4;
    finds_out (1, oversold (1, 2), 0, 1);
    fix_ask (fix_buy (ALICE, 2, "fish", 9));
    fix_refuses_behind (2, ALICE, 2);
    fix_refused_by_commit (2, ALICE, 2);
}
END_TEST

// A restock that the warehouse does not have yet stays on top of what it says.
START_TEST (test_trader_keeps_later_writes_on_top_of_a_correction)
{
    fix.config.invalidation = _i == 0;
    fix.config.in_flight_max = 1;
    fix_cached ();
    const struct level level = {"fish", 2};
    fix.version = 1;
    fix_warehouse (fix_snapshot (&level, 1));
    fix_promises (1, 2, 2);
    fix_ask (fix_restock (SAM, 1, "fish", 4));
    fix.version = 2;
    finds_out (1, oversold (0, 2), 0, 1);
    fix_step (EVENT_DRAINED);
    fix_commits (2, (int64_t[]){1, 0});
    fix_settle (2, fix_restocked ("fish", 4));
    fix_promises (2, 9, 4);
}
END_TEST

// The warehouse's news of the oversell may come before the commit's answer or after it.
START_TEST (test_trader_corrects_once_whatever_comes_first)
{
    const struct trader_seen own[] = {{FIX_TRADER, 1, 1}};
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 3, 3);
    fix_stock ("fish", 1);  // Somebody else was faster.
    fix.version = 3;
    struct message news = fix_with_traders (fix_news_of ("fish", 0), own, 1);
    if (_i == 0) {
        fix_news (news);
    }
    finds_out (1, oversold (1, 2), 0, 1);
    if (_i == 1) {
        fix_news (news);
    }
    fix_ask (fix_buy (ALICE, 2, "fish", 9));
    fix_refuses_behind (2, ALICE, 2);
    fix.version = 4;
    fix_news (fix_with_traders (fix_news_of ("fish", 6), own, 1));
    fix_promises (3, 9, 6);
    fix_refused_by_commit (2, ALICE, 2);
    ck_assert_int_eq (trader_counters (fix.trader)->gaps, 0);
}
END_TEST

START_TEST (test_trader_lets_the_warehouse_tell_of_an_oversold_order_later)
{
    struct message again = fix_buy (ALICE, 1, "fish", 3);
    again.buy.attempt = 2;
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 3, 3);
    finds_out (1, oversold (1, 2), 0, 1);
    fix_ask (_i == 0 ? again : fix_question (MESSAGE_ORDER_STATUS, ALICE, 1));
    ck_assert (!fix_commit (2)->items[0].behind);
    fix_settle (2, oversold (1, 2));
    const struct receipt *receipt = &fix_alone (MESSAGE_RECEIPT)->message.receipt;
    fix_receipts (ALICE, 1, STATUS_OVERSOLD, 1);
    ck_assert_int_eq (receipt->missing, 2);
    ck_assert_int_eq (trader_counters (fix.trader)->oversold, 1);
}
END_TEST

START_TEST (test_trader_tells_of_an_oversell_where_the_buyer_was_heard_last)
{
    struct route moved = fix_route (ALICE, 5);
    struct message again = fix_buy (ALICE, 1, "fish", 3);
    again.buy.attempt = 2;
    fix_cached ();
    fix_stock ("fish", 5);
    fix_promises (1, 3, 3);
    fix_client_at (again, moved);
    finds_out (1, oversold (0, 3), 0, 1);
    ck_assert (fix_same_route (&fix_only (MESSAGE_OVERSOLD)->route, &moved));
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("trader oversell");
    TCase *told = tcase_create ("told");
    tcase_add_checked_fixture (told, fix_set_up, fix_tear_down);
    tcase_add_test (told, test_trader_tells_the_buyer_directly_and_publishes_it);
    tcase_add_test (told, test_trader_tells_the_sellers_of_the_units_that_were_there);
    tcase_add_test (told, test_trader_counts_what_it_publishes_for_each_buyer);
    tcase_add_loop_test (told, test_trader_lets_the_warehouse_tell_of_an_oversold_order_later, 0,
                         2);
    tcase_add_test (told, test_trader_tells_of_an_oversell_where_the_buyer_was_heard_last);
    suite_add_tcase (suite, told);
    TCase *corrected = tcase_create ("corrected");
    tcase_add_checked_fixture (corrected, fix_set_up, fix_tear_down);
    tcase_add_loop_test (corrected, test_trader_corrects_its_cache, 0, 2);
    tcase_add_loop_test (corrected, test_trader_keeps_later_writes_on_top_of_a_correction, 0, 2);
    tcase_add_loop_test (corrected, test_trader_corrects_once_whatever_comes_first, 0, 2);
    suite_add_tcase (suite, corrected);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
