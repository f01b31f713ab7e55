#include <check.h>

#include "tests/kit/stall.h"

START_TEST (test_seller_restocks_at_once_and_then_each_interval)
{
    stall_begin ();
    int64_t start_us = stall.now_us;
    ck_assert_int_eq (the_restock ()->number, 1);
    ck_assert_int_eq (the_restock ()->quantity, 5);
    ck_assert_str_eq (the_restock ()->product, "menhir");
    for (int64_t number = 2; number <= 5; number++) {
        stall_tell (kit_restocked (1, number - 1, "menhir"));
        stall_run_to (MESSAGE_RESTOCK);
        ck_assert_int_eq (stall.now_us, start_us + (number - 1) * stall.config.every_us);
        ck_assert_int_eq (the_restock ()->number, number);
        ck_assert_str_eq (the_restock ()->product, "menhir");
    }
    ck_assert_int_eq (seller_book (stall.seller)->units, 20);
}
END_TEST

START_TEST (test_seller_restocks_while_an_older_one_is_open_up_to_the_answers_kept)
{
    stall.config.client.answers_kept = 3;
    stall.config.client.give_up_us = 1000 * (int64_t) KIT_S;
    stall_begin ();
    for (int i = 0; i < 20; i++) {
        stall.now_us += stall.config.every_us;
        stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
    }
    ck_assert_int_eq (seller_book (stall.seller)->open, 3);
    stall_tell (kit_restocked (1, 1, "menhir"));
    stall.now_us += stall.config.every_us;
    stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
    ck_assert_int_eq (seller_book (stall.seller)->requests, 4);
}
END_TEST

START_TEST (test_seller_makes_its_restocks_and_is_done)
{
    stall.config.restocks = 2;
    stall_begin ();
    stall_tell (kit_restocked (1, 1, "menhir"));
    ck_assert (!seller_done (stall.seller));
    stall_run_to (MESSAGE_RESTOCK);
    ck_assert (!seller_done (stall.seller));
    stall_tell (kit_restocked (1, 2, "menhir"));
    ck_assert (seller_done (stall.seller));
    ck_assert_int_eq (seller_deadline (stall.seller), DEADLINE_NONE);
}
END_TEST

START_TEST (test_seller_does_not_catch_up_on_missed_intervals_in_a_burst)
{
    stall_begin ();
    stall_tell (kit_restocked (1, 1, "menhir"));
    stall.now_us += 10 * stall.config.every_us + 5;
    stall_step (kit_event (EVENT_DEADLINE, stall.now_us));
    ck_assert_int_eq (the_restock ()->number, 2);
    stall_tell (kit_restocked (1, 2, "menhir"));
    ck_assert_int_eq (seller_deadline (stall.seller), stall.now_us + stall.config.every_us);
}
END_TEST

START_TEST (test_seller_restocks_when_all_is_sold_and_not_before)
{
    stall.config.when = RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_tell (kit_restocked (1, 1, "menhir"));
    stall_tell (stall_sold (1, 1, "menhir", 3));
    ck_assert_uint_eq (stall.out.letter_count, 0);
    stall_tell (stall_sold (1, 1, "menhir", 3));  // doubled
    ck_assert_uint_eq (stall.out.letter_count, 0);
    stall_tell (stall_sold (1, 2, "menhir", 3));  // more than is left: cannot be
    ck_assert_uint_eq (stall.out.letter_count, 0);
    stall_tell (stall_sold (1, 3, "fish", 2));  // not what the lot is
    ck_assert_uint_eq (stall.out.letter_count, 0);
    stall_tell (stall_sold (1, 4, "menhir", 2));
    ck_assert_int_eq (the_restock ()->number, 2);
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 5);
    ck_assert_int_eq (seller_book (stall.seller)->revenue_cents, 500);
}
END_TEST

START_TEST (test_seller_restocks_once_what_was_sold_before_it_heard_that_it_is_in)
{
    stall.config.when = RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_tell (stall_sold (1, 1, "menhir", 5));
    ck_assert_uint_eq (stall.out.letter_count, 0);
    stall_tell (kit_restocked (1, 1, "menhir"));
    ck_assert_int_eq (the_restock ()->number, 2);
}
END_TEST

START_TEST (test_seller_asks_for_a_lot_whose_notices_were_lost)
{
    stall.config.when = RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_tell (kit_restocked (1, 1, "menhir"));
    stall_tell (stall_sold (1, 1, "menhir", 2));
    int64_t quiet_us = stall.now_us;
    stall_run_to (MESSAGE_LOT_STATUS);
    ck_assert_int_eq (stall.now_us, quiet_us + stall.config.every_us);
    ck_assert_int_eq (kit_letter (&stall.out, MESSAGE_LOT_STATUS, 0)->message.lot_status.number, 1);
    stall_tell (stall_lot (1, "menhir", 1));
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 4);
    stall_tell (stall_sold (1, 2, "menhir", 2));  // a late one, which the lot's state included
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 4);
    stall_tell (stall_lot (1, "menhir", 3));  // an old word on the lot
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 4);
    stall_run_to (MESSAGE_LOT_STATUS);
    stall_tell (stall_lot (1, "menhir", 0));
    ck_assert_int_eq (the_restock ()->number, 2);
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 5);
}
END_TEST

// What was confirmed is in the warehouse, so it is asked for until a trader can say how it stands.
START_TEST (test_seller_counts_restocks_that_another_trader_confirmed)
{
    stall.config.client.bound = true;
    stall_begin ();
    int64_t to = stall.out.letters[stall.out.letter_count - 1].to;
    ck_assert_int_eq (the_restock ()->first.trader, to);
    struct message failed = kit_news (to % 3 + 1, to, 2, 5, MEMBER_FAILED);
    stall_step (kit_receive (PORT_NEWS, &failed, stall.now_us));
    int64_t moved_to = kit_letter (&stall.out, MESSAGE_RESTOCK, 0)->to;
    ck_assert_int_ne (moved_to, to);
    ck_assert_int_eq (the_restock ()->first.trader, to);
    ck_assert_int_eq (seller_book (stall.seller)->moved, 0);
    stall_tell (kit_restocked (moved_to, 1, "menhir"));
    ck_assert_int_eq (seller_book (stall.seller)->restocked, 1);
    ck_assert_int_eq (seller_book (stall.seller)->moved, 1);
    stall_run_to (MESSAGE_RESTOCK);
    stall_tell (kit_restocked (kit_letter (&stall.out, MESSAGE_RESTOCK, 0)->to, 2, "menhir"));
    ck_assert_int_eq (seller_book (stall.seller)->moved, 1);
}
END_TEST

START_TEST (test_seller_keeps_a_lot_that_nobody_can_tell_of)
{
    const enum reason reasons[] = {REASON_UNAVAILABLE, REASON_BUSY, REASON_LIMIT};
    stall.config.when = RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_tell (kit_restocked (1, 1, "menhir"));
    for (int i = 0; i < 30; i++) {
        stall_run_to (MESSAGE_LOT_STATUS);
        stall_tell (kit_error (1, 1, reasons[i % 3]));
        ck_assert_uint_eq (kit_count (&stall.out, MESSAGE_RESTOCK), 0);
    }
    ck_assert_int_eq (seller_book (stall.seller)->restocked, 1);
    ck_assert_int_eq (seller_book (stall.seller)->units, 5);
    ck_assert_int_eq (seller_book (stall.seller)->gave_up + seller_book (stall.seller)->failed, 0);
}
END_TEST

START_TEST (test_seller_takes_a_lot_back_that_it_gave_up_when_it_hears_of_a_sale)
{
    stall_begin ();
    while (!seller_book (stall.seller)->gave_up) {
        stall.now_us = seller_deadline (stall.seller);
        stall_step ((struct event){.type = EVENT_DEADLINE, .now_us = stall.now_us});
    }
    ck_assert_int_eq (seller_book (stall.seller)->restocked, 0);
    stall_tell (stall_sold (1, 1, "menhir", 1));
    ck_assert_int_eq (seller_book (stall.seller)->gave_up, 0);
    ck_assert_int_eq (seller_book (stall.seller)->restocked, 1);
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 1);
}
END_TEST

START_TEST (test_seller_does_not_hurry_after_a_refusal_for_good)
{
    stall.config.when = RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_tell (kit_error (1, 1, REASON_LIMIT));
    ck_assert_uint_eq (stall.out.letter_count, 0);
    int64_t failed_us = stall.now_us;
    stall_run_to (MESSAGE_RESTOCK);
    ck_assert_int_eq (stall.now_us - failed_us, stall.config.every_us);
}
END_TEST

START_TEST (test_seller_stops_when_it_is_told_to)
{
    stall.config.when = _i ? RESTOCK_EVERY : RESTOCK_SOLD_OUT;
    stall_begin ();
    stall_step (kit_event (EVENT_STOP, stall.now_us));
    ck_assert (!seller_done (stall.seller));
    stall_tell (kit_restocked (1, 1, "menhir"));
    ck_assert (seller_done (stall.seller));
    ck_assert_int_eq (seller_deadline (stall.seller), DEADLINE_NONE);
    stall_tell (stall_sold (1, 1, "menhir", 5));
    ck_assert_uint_eq (stall.out.letter_count, 0);
    ck_assert_int_eq (seller_book (stall.seller)->sold_units, 5);
}
END_TEST

static void add_restocks (Suite *suite)
{
    TCase *restocks = tcase_create ("restocks");
    tcase_add_checked_fixture (restocks, stall_set_up, stall_tear_down);
    tcase_add_test (restocks, test_seller_restocks_at_once_and_then_each_interval);
    tcase_add_test (restocks,
                    test_seller_restocks_while_an_older_one_is_open_up_to_the_answers_kept);
    tcase_add_test (restocks, test_seller_makes_its_restocks_and_is_done);
    tcase_add_test (restocks, test_seller_does_not_catch_up_on_missed_intervals_in_a_burst);
    tcase_add_test (restocks, test_seller_does_not_hurry_after_a_refusal_for_good);
    tcase_add_loop_test (restocks, test_seller_stops_when_it_is_told_to, 0, 2);
    suite_add_tcase (suite, restocks);
}

static void add_lots (Suite *suite)
{
    TCase *lots = tcase_create ("lots");
    tcase_add_checked_fixture (lots, stall_set_up, stall_tear_down);
    tcase_add_test (lots, test_seller_restocks_when_all_is_sold_and_not_before);
    tcase_add_test (lots, test_seller_restocks_once_what_was_sold_before_it_heard_that_it_is_in);
    tcase_add_test (lots, test_seller_asks_for_a_lot_whose_notices_were_lost);
    tcase_add_test (lots, test_seller_counts_restocks_that_another_trader_confirmed);
    tcase_add_test (lots, test_seller_keeps_a_lot_that_nobody_can_tell_of);
    tcase_add_test (lots, test_seller_takes_a_lot_back_that_it_gave_up_when_it_hears_of_a_sale);
    suite_add_tcase (suite, lots);
}

int main (void)
{
    Suite *suite = suite_create ("seller");
    add_restocks (suite);
    add_lots (suite);
    return kit_run (suite);
}
