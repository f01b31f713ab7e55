// A trader that resigns: it decides nothing more, and what waits goes to its successor, once and in
// order.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

enum { TERM = 7, MANY = 700 };

static void join_elected (void)
{
    fix.config.elected = true;
    fix.config.ping_every_us = 0;
    fix_join ();
}

// The warehouse knows that it left.
static void left (void)
{
    struct message view = fix_view_of (1, 2, 0);
    view.view.state = MEMBER_LEFT;
    fix_warehouse (view);
    fix_nothing ();
    ck_assert (trader_yielded (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
}

// It yields with nothing under way, and leaves when its deadline is due.
static void yield_and_leave (void)
{
    trader_yield (fix.trader);
    ck_assert (!trader_yielded (fix.trader));
    ck_assert_int_le (fix_due_in (), 0);
    fix_wait (0);
    ck_assert (fix_alone (MESSAGE_CLAIM)->message.claim.leaves);
    left ();
}

static void hand_over (void)
{
    outbox_clear (&fix.out);
    trader_hand_over (fix.trader, FIX_OTHER, TERM, &fix.out);
}

// The only `handover` of the last step, and that it holds these numbers in this order (0 ends
// them).
static const struct item *handed (const int64_t *numbers)
{
    const struct letter *letter = fix_alone (MESSAGE_HANDOVER);
    const struct handover *handover = &letter->message.handover;
    size_t i = 0;
    ck_assert_int_eq (letter->port, PORT_TRADER);
    ck_assert_int_eq (letter->to, FIX_OTHER);
    ck_assert_int_eq (letter->message.from, FIX_TRADER);
    ck_assert_int_eq (handover->term, TERM);
    for (; numbers[i]; i++) {
        ck_assert_uint_lt (i, handover->item_count);
        ck_assert_int_eq (handover->items[i].number, numbers[i]);
        ck_assert (!handover->items[i].behind);
    }
    ck_assert_uint_eq (handover->item_count, i);
    return handover->items;
}

static struct message at_clock (struct message message, int64_t clock)
{
    message.clock = clock;
    return message;
}

START_TEST (test_trader_that_yields_finishes_what_is_under_way_and_hands_over_the_rest)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    (void) fix_commit (1);
    trader_yield (fix.trader);
    fix_ask (fix_restock (SAM, 2, "salt", 5));
    fix_nothing ();
    fix_ask (fix_buy (BOB, 3, "fish", 4));
    fix_nothing ();
    ck_assert (!trader_yielded (fix.trader));
    fix_wait (fix.config.commit_timeout_us);
    fix_commits (1, (const int64_t[]){1, 0});  // Only what was under way is sent again.
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
    fix_step (EVENT_DRAINED);
    ck_assert (fix_alone (MESSAGE_CLAIM)->message.claim.leaves);
    left ();
    fix_ask (fix_buy (CAROL, 4, "fish", 1));
    fix_nothing ();
    ck_assert_int_eq (trader_kept (fix.trader), 3);
    hand_over ();
    ck_assert_int_eq (trader_kept (fix.trader), 0);
    const struct item *items = handed ((const int64_t[]){2, 3, 4, 0});
    ck_assert_int_eq (fix_only (MESSAGE_HANDOVER)->message.market, FIX_MARKET);
    ck_assert_int_eq (items[0].kind, ITEM_RESTOCK);
    ck_assert_int_eq (items[0].client, SAM);
    ck_assert_str_eq (items[0].product, "salt");
    ck_assert_int_eq (items[0].quantity, 5);
    ck_assert_int_eq (items[0].price_cents, 100);
    ck_assert_int_eq (items[1].kind, ITEM_BUY);
    ck_assert_str_eq (items[1].product, "fish");
    ck_assert_int_eq (items[1].first.trader, FIX_TRADER);
    ck_assert_int_eq (trader_counters (fix.trader)->handed_over, 3);
    ck_assert (trader_idle (fix.trader));
}
END_TEST

START_TEST (test_trader_that_yields_asks_on_while_the_warehouse_cannot_take_what_is_under_way)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    trader_yield (fix.trader);
    fix_warehouse (fix_refused (REASON_UNAVAILABLE, 1));
    fix_refuses (ALICE, REASON_UNAVAILABLE, 1);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_wait (fix.config.commit_timeout_us);
    fix_commits (1, (const int64_t[]){1, 0});
}
END_TEST

START_TEST (test_trader_that_has_handed_over_is_of_no_use_any_more)
{
    join_elected ();
    yield_and_leave ();
    hand_over ();
    fix_nothing ();  // There was nothing.
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_refuses (ALICE, REASON_UNAVAILABLE, 1);
    struct message handover = fix_plain (MESSAGE_HANDOVER, FIX_OTHER);
    const struct item item = {
        .kind = ITEM_BUY, .client = ALICE, .number = 2, .product = "fish", .quantity = 1};
    handover.handover = (struct handover){.term = TERM, .items = &item, .item_count = 1};
    fix_client (handover);
    fix_nothing ();
    ck_assert (trader_idle (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_trader_yields_at_once_when_it_has_not_joined)
{
    fix.config.elected = true;
    fix_begin ();
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    trader_yield (fix.trader);
    ck_assert (trader_yielded (fix.trader));
    fix_warehouse (fix_view (FIX_SEED, 1));  // It comes too late.
    ck_assert (trader_yielded (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    hand_over ();
    (void) handed ((const int64_t[]){1, 0});
}
END_TEST

START_TEST (test_trader_has_yielded_when_its_place_was_given_up)
{
    join_elected ();
    trader_yield (fix.trader);
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    (void) fix_alone (MESSAGE_CLAIM);
    struct message view = fix_view_of (1, 2, 0);
    view.view.state = MEMBER_FAILED;
    fix_warehouse (view);
    ck_assert (trader_yielded (fix.trader));
    ck_assert (!trader_unseated (fix.trader));
}
END_TEST

START_TEST (test_trader_that_yields_merges_what_comes_twice)
{
    join_elected ();
    trader_yield (fix.trader);
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    struct message again = fix_buy (ALICE, 1, "fish", 1);
    again.buy.attempt = 2;
    fix_client (again);
    fix_nothing ();
    fix_client (fix_buy (ALICE, 1, "fish", 2));
    fix_refuses (ALICE, REASON_CONFLICT, 1);
    fix_step (EVENT_DRAINED);
    left ();
    hand_over ();
    (void) handed ((const int64_t[]){1, 0});
}
END_TEST

START_TEST (test_trader_that_yields_with_a_full_queue_is_busy)
{
    join_elected ();
    trader_yield (fix.trader);
    for (int64_t number = 1; number <= fix.config.queue_max; number++) {
        fix_client (fix_buy (ALICE, number, "fish", 1));
        fix_nothing ();
    }
    fix_client (fix_buy (ALICE, fix.config.queue_max + 1, "fish", 1));
    fix_refuses (ALICE, REASON_BUSY, fix.config.queue_max + 1);
}
END_TEST

START_TEST (test_trader_hands_over_in_the_order_of_its_queue)
{
    const struct tick ticks[] = {{.node = CAROL, .count = 5}};
    fix.config.order_by = (enum queue_order) _i;
    join_elected ();
    trader_yield (fix.trader);
    struct message last = at_clock (fix_buy (CAROL, 4, "fish", 1), 1);
    last.buy.vector = (struct vector){.ticks = ticks, .count = 1};
    fix_client (last);
    fix_client (at_clock (fix_buy (BOB, 3, "fish", 1), 9));
    fix_client (at_clock (fix_buy (ALICE, 2, "fish", 1), 9));
    fix_step (EVENT_DRAINED);
    left ();
    hand_over ();
    const int64_t orders[ORDER_COUNT][4] = {
        [ORDER_ARRIVAL] = {4, 3, 2, 0},
        [ORDER_LAMPORT] = {4, 2, 3, 0},
        [ORDER_VECTOR] = {2, 3, 4, 0},
    };
    const struct item *items = handed (orders[_i]);
    ck_assert_int_eq (items[2].rank, _i == ORDER_VECTOR ? 5 : _i == ORDER_LAMPORT ? 9 : 3);
}
END_TEST

START_TEST (test_trader_hands_over_more_than_a_letter_holds)
{
    int64_t next = 1;
    fix.config.queue_max = MANY;
    join_elected ();
    trader_yield (fix.trader);
    for (int64_t number = 1; number <= MANY; number++) {
        fix_client (fix_buy (ALICE, number, "fish", 1));
    }
    fix_step (EVENT_DRAINED);
    left ();
    hand_over ();
    ck_assert_uint_eq (fix_count (MESSAGE_HANDOVER), fix.out.letter_count);
    for (size_t n = 0; n < fix.out.letter_count; n++) {
        const struct handover *handover = &fix.out.letters[n].message.handover;
        ck_assert_uint_ge (handover->item_count, 1);
        ck_assert_uint_le (handover->item_count, LIMIT_BATCH);
        for (size_t i = 0; i < handover->item_count; i++) {
            ck_assert_int_eq (handover->items[i].number, next++);
        }
    }
    ck_assert_int_eq (next, MANY + 1);
    ck_assert_int_eq (trader_counters (fix.trader)->handed_over, MANY);
}
END_TEST

START_TEST (test_trader_hands_on_what_it_inherits_while_it_yields)
{
    join_elected ();
    trader_yield (fix.trader);
    const struct item items[] = {
        {.kind = ITEM_BUY, .client = ALICE, .number = 5, .product = "fish", .quantity = 2},
        {.kind = ITEM_RESTOCK, .client = SAM, .number = 6, .product = "salt", .quantity = 4},
        {.kind = ITEM_ORDER_STATUS, .client = BOB, .number = 7},
    };
    struct message handover = fix_plain (MESSAGE_HANDOVER, FIX_OTHER);
    handover.handover = (struct handover){.term = TERM, .items = items, .item_count = 3};
    fix_client (handover);
    fix_step (EVENT_DRAINED);
    left ();
    hand_over ();
    const struct item *rest = handed ((const int64_t[]){5, 6, 7, 0});
    ck_assert_str_eq (rest[1].product, "salt");
    ck_assert_int_eq (rest[2].kind, ITEM_ORDER_STATUS);
}
END_TEST

static void add (Suite *suite, TCase *tcase)
{
    tcase_add_checked_fixture (tcase, fix_set_up, fix_tear_down);
    suite_add_tcase (suite, tcase);
}

int main (void)
{
    Suite *suite = suite_create ("trader handover");
    TCase *yields = tcase_create ("yields");
    tcase_add_test (yields,
                    test_trader_that_yields_finishes_what_is_under_way_and_hands_over_the_rest);
    tcase_add_test (
        yields, test_trader_that_yields_asks_on_while_the_warehouse_cannot_take_what_is_under_way);
    tcase_add_test (yields, test_trader_that_has_handed_over_is_of_no_use_any_more);
    tcase_add_test (yields, test_trader_yields_at_once_when_it_has_not_joined);
    tcase_add_test (yields, test_trader_has_yielded_when_its_place_was_given_up);
    tcase_add_test (yields, test_trader_that_yields_merges_what_comes_twice);
    tcase_add_test (yields, test_trader_that_yields_with_a_full_queue_is_busy);
    tcase_add_loop_test (yields, test_trader_hands_over_in_the_order_of_its_queue, 0, ORDER_COUNT);
    tcase_add_test (yields, test_trader_hands_over_more_than_a_letter_holds);
    tcase_add_test (yields, test_trader_hands_on_what_it_inherits_while_it_yields);
    add (suite, yields);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
