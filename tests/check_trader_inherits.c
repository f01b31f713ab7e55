// A trader that inherits what another one had accepted: it counts as if its client had sent it
// here.
#include <stdlib.h>

#include "tests/kit/trader_fixture.h"

enum { TERM = 7 };

static void join_elected (void)
{
    fix.config.elected = true;
    fix.config.ping_every_us = 0;
    fix_join ();
}

// What the trader before this one leaves: two orders and a restock.
static struct item inheritance[] = {
    {.kind = ITEM_BUY,
     .client = ALICE,
     .number = 5,
     .clock = 30,
     .product = "fish",
     .quantity = 2,
     .all_or_nothing = true,
     .first = {FIX_OTHER, 3},
     .rank = 20},
    {.kind = ITEM_RESTOCK,
     .client = SAM,
     .number = 6,
     .clock = 20,
     .product = "salt",
     .quantity = 4,
     .price_cents = 100,
     .first = {FIX_OTHER, 3},
     .rank = 30},
    {.kind = ITEM_ORDER_STATUS, .client = BOB, .number = 7, .clock = 10, .rank = 40},
};

static struct message inherited (const struct item *items, size_t count)
{
    struct message message = fix_plain (MESSAGE_HANDOVER, FIX_OTHER);
    message.handover = (struct handover){.term = TERM, .items = items, .item_count = count};
    return message;
}

START_TEST (test_trader_decides_what_it_inherits_in_the_order_of_its_queue)
{
    fix.config.order_by = (enum queue_order) _i;
    join_elected ();
    fix_ask (inherited (inheritance, 3));
    const int64_t orders[ORDER_COUNT][4] = {
        [ORDER_ARRIVAL] = {5, 6, 7, 0},
        [ORDER_LAMPORT] = {7, 6, 5, 0},
        [ORDER_VECTOR] = {5, 6, 7, 0},
    };
    fix_commits (1, orders[_i]);
    const struct commit *commit = fix_commit (1);
    for (size_t i = 0; i < 3; i++) {
        const struct item *item = &commit->items[i];
        const struct item *as = &inheritance[item->number - 5];
        ck_assert_int_eq (item->kind, as->kind);
        ck_assert_int_eq (item->client, as->client);
        ck_assert_int_eq (item->clock, as->clock);
        ck_assert_str_eq (item->product, as->product ? as->product : "");
        ck_assert_int_eq (item->quantity, as->quantity);
        ck_assert_int_eq (item->price_cents, as->price_cents);
        ck_assert_int_eq (item->all_or_nothing, as->all_or_nothing);
        ck_assert_int_eq (item->first.trader, as->first.trader);
        bool ranks = item->kind == ITEM_RESTOCK && _i == ORDER_VECTOR;
        ck_assert_int_eq (item->rank, ranks ? as->rank : 0);
    }
    ck_assert_int_eq (trader_counters (fix.trader)->inherited, 3);
}
END_TEST

START_TEST (test_trader_answers_what_it_inherits_when_its_client_has_asked)
{
    join_elected ();
    fix_ask (inherited (inheritance, 2));
    (void) fix_commit (1);
    struct message again = fix_buy (ALICE, 5, "fish", 2);
    again.buy.attempt = 2;
    again.buy.all_or_nothing = true;
    fix_client (again);
    fix_nothing ();
    const struct result results[] = {fix_receipt (STATUS_SOLD, "fish", 2),
                                     fix_restocked ("salt", 4)};
    fix_warehouse (fix_committed (1, results, 2));
    fix_receipts (ALICE, 5, STATUS_SOLD, 2);
    ck_assert_uint_eq (fix_count (MESSAGE_RESTOCKED), 0);  // Nobody knows where the seller is.
    ck_assert_uint_eq (fix_count (MESSAGE_CLOCK), 1);
    ck_assert (trader_idle (fix.trader));
    fix_ask (fix_restock (SAM, 6, "salt", 4));
    fix_commits (2, (const int64_t[]){6, 0});  // And then it asks.
}
END_TEST

START_TEST (test_trader_answers_what_it_inherits_where_its_client_was_heard_before)
{
    join_elected ();
    fix_client (fix_plain (MESSAGE_PING, ALICE));
    fix_ask (inherited (inheritance, 1));
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    fix_receipts (ALICE, 5, STATUS_SOLD, 2);
}
END_TEST

START_TEST (test_trader_leaves_alone_what_it_has_already_of_what_it_inherits)
{
    join_elected ();
    struct message buy = fix_buy (ALICE, 5, "fish", 2);
    buy.buy.all_or_nothing = true;
    fix_client (buy);
    fix_client (inherited (inheritance, 1));
    fix_ask (inherited (inheritance, 1));
    fix_commits (1, (const int64_t[]){5, 0});
    ck_assert_int_eq (trader_counters (fix.trader)->inherited, 0);
    fix_settle (1, fix_receipt (STATUS_SOLD, "fish", 2));
    fix_receipts (ALICE, 5, STATUS_SOLD, 2);
}
END_TEST

START_TEST (test_trader_passes_on_again_what_it_inherits_after_its_answer)
{
    join_elected ();
    fix_client (fix_plain (MESSAGE_PING, SAM));
    struct message buy = fix_buy (ALICE, 5, "fish", 2);
    buy.buy.all_or_nothing = true;
    const struct fill fills[] = {{SAM, 4, 2, 100}};
    struct result sold = fix_receipt (STATUS_SOLD, "fish", 2);
    sold.fills = fills;
    sold.fill_count = 1;
    fix_ask (buy);
    fix_settle (1, sold);
    ck_assert_uint_eq (fix_count (MESSAGE_SOLD), 1);
    fix_ask (inherited (inheritance, 1));
    fix_settle (2, sold);
    (void) fix_alone (MESSAGE_RECEIPT);  // Its seller knows, and so does everybody's clock.
}
END_TEST

START_TEST (test_trader_drops_what_it_has_no_room_for_of_what_it_inherits)
{
    fix.config.queue_max = 2;
    join_elected ();
    fix_ask (inherited (inheritance, 3));
    fix_commits (1, (const int64_t[]){5, 6, 0});
    ck_assert_int_eq (trader_counters (fix.trader)->inherited, 2);
    ck_assert_int_eq (trader_counters (fix.trader)->busy, 0);
}
END_TEST

START_TEST (test_trader_inherits_nothing_that_was_decided_or_is_nobodys)
{
    struct item items[] = {inheritance[0], inheritance[1]};
    items[0].behind = true;
    items[1].client = WAREHOUSE_NODE;
    join_elected ();
    fix_ask (inherited (items, 2));
    fix_nothing ();
    ck_assert (trader_idle (fix.trader));
}
END_TEST

static void add (Suite *suite, TCase *tcase)
{
    tcase_add_checked_fixture (tcase, fix_set_up, fix_tear_down);
    suite_add_tcase (suite, tcase);
}

int main (void)
{
    Suite *suite = suite_create ("trader inherits");
    TCase *inherits = tcase_create ("inherits");
    tcase_add_loop_test (inherits, test_trader_decides_what_it_inherits_in_the_order_of_its_queue,
                         0, ORDER_COUNT);
    tcase_add_test (inherits, test_trader_answers_what_it_inherits_when_its_client_has_asked);
    tcase_add_test (inherits,
                    test_trader_answers_what_it_inherits_where_its_client_was_heard_before);
    tcase_add_test (inherits, test_trader_leaves_alone_what_it_has_already_of_what_it_inherits);
    tcase_add_test (inherits, test_trader_passes_on_again_what_it_inherits_after_its_answer);
    tcase_add_test (inherits, test_trader_drops_what_it_has_no_room_for_of_what_it_inherits);
    tcase_add_test (inherits, test_trader_inherits_nothing_that_was_decided_or_is_nobodys);
    add (suite, inherits);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
