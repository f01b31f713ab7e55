// A trader that was elected: it serves its own node too, tells everybody the clock of each sale,
// and ends when others are elected.
#include <stdlib.h>

#include "actors/clients/random.h"
#include "tests/kit/trader_fixture.h"

enum {
    ORDERS = 64,  // that one buyer has open at once, at most: a window of clients
    NUMBERS = 8192,
};

static void join_elected (void)
{
    fix.config.elected = true;
    fix.config.ping_every_us = 0;
    fix_join ();
}

// It has ended: nothing leaves it any more, and it waits for nothing.
static void has_ended (void)
{
    ck_assert (trader_unseated (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
    fix_step (EVENT_DRAINED);
    fix_nothing ();
    fix_wait (fix.config.commit_timeout_us);
    fix_nothing ();
}

START_TEST (test_trader_ends_when_it_is_refused_a_place_for_want_of_a_seat)
{
    fix.config.elected = true;
    fix_begin ();
    (void) fix_alone (MESSAGE_JOIN);
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    fix_warehouse (fix_refused (REASON_UNSEATED, 0));
    fix_nothing ();
    has_ended ();
    fix_warehouse (fix_view (FIX_SEED, 1));
    has_ended ();
    ck_assert_int_eq (trader_epoch (fix.trader), 0);
}
END_TEST

START_TEST (test_trader_ends_when_its_batch_is_refused_for_want_of_a_seat)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    (void) fix_commit (1);
    fix_client (fix_buy (BOB, 1, "fish", 1));
    fix_warehouse (fix_refused (REASON_UNSEATED, 1));
    fix_nothing ();
    has_ended ();
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_nothing ();  // Whoever serves now says so, once it is asked.
    fix_client (fix_buy (ALICE, 1, "fish", 1));
    fix_nothing ();
    fix_client (fix_buy (CAROL, 1, "fish", 1));
    fix_refuses (CAROL, REASON_UNAVAILABLE, 1);
}
END_TEST

START_TEST (test_trader_minds_no_refusal_of_what_an_earlier_trader_of_its_node_sent)
{
    fix.config.elected = true;
    fix_begin ();
    struct message late = fix_refused (REASON_UNSEATED, 4);
    late.error.epoch = 3;
    fix_warehouse (late);
    ck_assert (!trader_unseated (fix.trader));
    fix_warehouse (fix_view (FIX_SEED, 5));
    fix.epoch = 5;
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_warehouse (late);
    late.error.number = 0;
    late.error.epoch = 0;
    fix_warehouse (late);
    ck_assert (!trader_unseated (fix.trader));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_receipts (ALICE, 1, STATUS_SOLD, 1);
}
END_TEST

START_TEST (test_trader_that_was_not_elected_knows_of_no_seats)
{
    fix_join ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_warehouse (fix_refused (REASON_UNSEATED, 1));
    ck_assert (!trader_unseated (fix.trader));
    ck_assert_int_eq (trader_counters (fix.trader)->refused_input, 1);
    struct message handover = fix_plain (MESSAGE_HANDOVER, FIX_OTHER);
    handover.handover.term = 1;
    fix_client (handover);
    fix_refuses (FIX_OTHER, REASON_BAD_REQUEST, 0);
}
END_TEST

static struct message removed (int64_t epoch)
{
    struct message message = fix_plain (MESSAGE_MEMBER, WAREHOUSE_NODE);
    message.member = (struct membership){
        .trader = FIX_TRADER,
        .trader_epoch = epoch,
        .view = 2,
        .state = MEMBER_FAILED,
        .router = "tcp://127.0.0.1:1",
    };
    return message;
}

START_TEST (test_trader_ends_when_it_hears_that_its_place_was_given_up)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_news (removed (0));
    ck_assert (!trader_unseated (fix.trader));  // It was an earlier trader of this node.
    fix_news (removed (1 + _i));
    has_ended ();
}
END_TEST

START_TEST (test_trader_that_leaves_has_left_when_its_place_was_given_up)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 1));
    fix_step (EVENT_STOP);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    fix_step (EVENT_DRAINED);
    ck_assert (fix_alone (MESSAGE_CLAIM)->message.claim.leaves);
    ck_assert (!trader_done (fix.trader));
    struct message view = fix_view_of (1, 2, 0);
    view.view.state = MEMBER_FAILED;
    fix_warehouse (view);
    ck_assert (trader_done (fix.trader));
    ck_assert (!trader_unseated (fix.trader));
    ck_assert_int_eq (fix_due_in (), -1);
}
END_TEST

START_TEST (test_trader_takes_requests_of_its_own_node_where_it_was_elected)
{
    fix.config.elected = _i == 1;
    fix_join ();
    fix_ask (fix_buy (FIX_TRADER, 1, "fish", 2));
    if (!fix.config.elected) {
        fix_refuses (FIX_TRADER, REASON_BAD_REQUEST, 1);
        return;
    }
    ck_assert_int_eq (fix_commit (1)->items[0].client, FIX_TRADER);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    fix_receipts (FIX_TRADER, 1, STATUS_SOLD, 2);
}
END_TEST

// The last step published the clock of this sale alone.
static const struct clock_news *clock_of (int64_t seq, int64_t buyer, int64_t number)
{
    const struct letter *letter = fix_only (MESSAGE_CLOCK);
    const struct clock_news *news = &letter->message.tick;
    ck_assert_int_eq (letter->port, PORT_NEWS);
    ck_assert_int_eq (letter->message.from, FIX_TRADER);
    ck_assert_int_eq (news->epoch, fix.epoch);
    ck_assert_int_eq (news->seq, seq);
    ck_assert_int_eq (news->buyer, buyer);
    ck_assert_int_eq (news->number, number);
    return news;
}

START_TEST (test_trader_publishes_the_clock_of_each_sale_once)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 2));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    const struct letter *receipt = fix_letter (MESSAGE_RECEIPT, 0);
    ck_assert_uint_eq (clock_of (1, ALICE, 1)->vector.count, 0);
    ck_assert_int_gt (fix_only (MESSAGE_CLOCK)->message.clock, receipt->message.clock);
    fix_ask (fix_buy (BOB, 1, "fish", 5));
    fix_settle (2, fix_receipt (STATUS_SOLD, "fish", 1));
    (void) clock_of (2, BOB, 1);
    struct message again = fix_buy (ALICE, 1, "fish", 2);
    again.buy.attempt = 2;
    fix_ask (again);
    fix_settle (3, fix_receipt (STATUS_SOLD, "fish", 2));
    (void) fix_alone (MESSAGE_RECEIPT);
}
END_TEST

START_TEST (test_trader_publishes_the_clock_of_sales_alone)
{
    join_elected ();
    fix_ask (fix_buy (ALICE, 1, "fish", 2));
    fix_settle (1, fix_receipt (STATUS_OUT_OF_STOCK, "fish", 0));
    (void) fix_alone (MESSAGE_RECEIPT);
    fix_ask (fix_restock (SAM, 1, "fish", 2));
    fix_settle (2, fix_restocked ("fish", 2));
    (void) fix_alone (MESSAGE_RESTOCKED);
    fix_ask (fix_question (MESSAGE_ORDER_STATUS, BOB, 7));
    fix_settle (3, fix_receipt (STATUS_SOLD, "fish", 1));
    (void) fix_alone (MESSAGE_RECEIPT);
}
END_TEST

START_TEST (test_trader_that_was_not_elected_publishes_no_clock)
{
    fix_join ();
    fix_ask (fix_buy (ALICE, 1, "fish", 2));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    (void) fix_alone (MESSAGE_RECEIPT);
}
END_TEST

// A buyer's orders come in any order, and some of them again, as far back as a window reaches.
START_TEST (test_trader_publishes_each_clock_once_in_whatever_order_they_are_sold)
{
    struct random random = random_seeded ((uint64_t) _i);
    bool published[NUMBERS] = {false};
    int64_t seq = 0;
    int64_t highest = 1;
    join_elected ();
    for (int64_t batch = 1; batch <= 600; batch++) {
        int64_t lowest = highest > ORDERS ? highest - ORDERS : 1;
        int64_t ahead = random_between (&random, 0, 99) < 5 ? 3 * ORDERS / 2 : 10;
        int64_t number = random_between (&random, lowest, highest + ahead);
        ck_assert_int_lt (number, NUMBERS);
        highest = number > highest ? number : highest;
        fix_ask (fix_buy (ALICE, number, "fish", 1));
        fix_settle (batch, fix_receipt (STATUS_SOLD, "fish", 1));
        if (published[number]) {
            (void) fix_alone (MESSAGE_RECEIPT);
        } else {
            (void) clock_of (++seq, ALICE, number);
        }
        published[number] = true;
    }
    ck_assert_int_gt (seq, ORDERS);
}
END_TEST

static struct message with_vector (struct message message, const struct tick *ticks, size_t count)
{
    struct vector vector = {.ticks = ticks, .count = count};
    if (message.type == MESSAGE_BUY) {
        message.buy.vector = vector;
    } else {
        message.restock.vector = vector;
    }
    return message;
}

START_TEST (test_trader_tells_its_vector_with_the_clock_of_a_sale)
{
    const struct tick ticks[] = {{.node = ALICE, .count = 4}, {.node = SAM, .count = 2}};
    const struct tick before[] = {{.node = FIX_TRADER, .count = 9}, {.node = SUE, .count = 1}};
    fix.config.order_by = ORDER_VECTOR;
    fix.config.elected = true;
    fix.trader = trader_new (&fix.config, FIX_SEED);
    trader_saw (fix.trader, &(struct vector){.ticks = before, .count = 2});
    fix_step (EVENT_START);
    fix_warehouse (fix_view (FIX_SEED, 1));
    fix.epoch = 1;
    fix_ask (with_vector (fix_buy (ALICE, 1, "fish", 1), ticks, 2));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 1));
    struct vector told = clock_of (1, ALICE, 1)->vector;
    struct vector own = trader_vector (fix.trader);
    ck_assert_uint_eq (told.count, 4);
    ck_assert_uint_eq (own.count, 4);
    ck_assert_int_eq (told.ticks[0].node, FIX_TRADER);
    ck_assert_int_eq (told.ticks[0].count, 10);  // It goes on from what its node has counted.
    ck_assert_int_eq (told.ticks[1].count, 4);
    ck_assert_int_eq (told.ticks[2].count, 2);
    ck_assert_int_eq (told.ticks[3].node, SUE);
}
END_TEST

START_TEST (test_trader_tells_the_rank_of_a_restock_by_its_vector)
{
    const struct tick ticks[] = {{.node = SAM, .count = 4}, {.node = SUE, .count = 3}};
    fix.config.order_by = (enum queue_order) _i;
    join_elected ();
    fix_client (with_vector (fix_restock (SAM, 1, "fish", 1), ticks, 2));
    fix_ask (with_vector (fix_buy (ALICE, 2, "fish", 1), ticks, 2));
    const struct commit *commit = fix_commit (1);
    for (size_t i = 0; i < commit->item_count; i++) {
        bool ranks = commit->items[i].kind == ITEM_RESTOCK && _i == ORDER_VECTOR;
        ck_assert_int_eq (commit->items[i].rank, ranks ? 7 : 0);
    }
}
END_TEST

START_TEST (test_trader_sends_no_rank_beyond_what_a_message_carries)
{
    const struct tick ticks[] = {{.node = SAM, .count = LIMIT_INTEGER},
                                 {.node = SUE, .count = LIMIT_INTEGER}};
    fix.config.order_by = ORDER_VECTOR;
    join_elected ();
    fix_ask (with_vector (fix_restock (SAM, 1, "fish", 1), ticks, 2));
    ck_assert_int_eq (fix_commit (1)->items[0].rank, LIMIT_INTEGER);
}
END_TEST

static void add (Suite *suite, TCase *tcase)
{
    tcase_add_checked_fixture (tcase, fix_set_up, fix_tear_down);
    suite_add_tcase (suite, tcase);
}

int main (void)
{
    Suite *suite = suite_create ("trader seats");
    TCase *seats = tcase_create ("seats");
    tcase_add_test (seats, test_trader_ends_when_it_is_refused_a_place_for_want_of_a_seat);
    tcase_add_test (seats, test_trader_ends_when_its_batch_is_refused_for_want_of_a_seat);
    tcase_add_test (seats, test_trader_minds_no_refusal_of_what_an_earlier_trader_of_its_node_sent);
    tcase_add_test (seats, test_trader_that_was_not_elected_knows_of_no_seats);
    tcase_add_loop_test (seats, test_trader_ends_when_it_hears_that_its_place_was_given_up, 0, 2);
    tcase_add_test (seats, test_trader_that_leaves_has_left_when_its_place_was_given_up);
    tcase_add_loop_test (seats, test_trader_takes_requests_of_its_own_node_where_it_was_elected, 0,
                         2);
    add (suite, seats);
    TCase *clocks = tcase_create ("clocks");
    tcase_add_test (clocks, test_trader_publishes_the_clock_of_each_sale_once);
    tcase_add_test (clocks, test_trader_publishes_the_clock_of_sales_alone);
    tcase_add_test (clocks, test_trader_that_was_not_elected_publishes_no_clock);
    tcase_add_loop_test (
        clocks, test_trader_publishes_each_clock_once_in_whatever_order_they_are_sold, 0, 10);
    tcase_add_test (clocks, test_trader_tells_its_vector_with_the_clock_of_a_sale);
    add (suite, clocks);
    TCase *ranks = tcase_create ("ranks");
    tcase_add_loop_test (ranks, test_trader_tells_the_rank_of_a_restock_by_its_vector, 0,
                         ORDER_COUNT);
    tcase_add_test (ranks, test_trader_sends_no_rank_beyond_what_a_message_carries);
    add (suite, ranks);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
