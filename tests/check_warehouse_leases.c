// Leases at the warehouse: how they are granted and given back, and what becomes of them when a
// trader's view changes.
#include <stdlib.h>

#include "tests/kit/lease_fixture.h"
#include "tests/kit/warehouse_store.h"

#define COUNT(list) (sizeof (list) / sizeof *(list))

START_TEST (test_warehouse_leases_the_oldest_lots_by_share)
{
    lf_begin (3, 10);
    // Two traders are live: half of what is free, and no more.
    const struct leased_units first[] = {lf_units (1, 10), lf_units (2, 5)};
    lf_is_held (lf_lease (TRADER, 100), first, 2);
    ck_assert_int_eq (wh_available ("salt"), 15);
    const struct leased_units second[] = {lf_units (2, 4)};
    lf_is_held (lf_lease (OTHER_TRADER, 4), second, 1);
    ck_assert_int_eq (wh_available ("salt"), 11);
    lf_leave (OTHER_TRADER);
    ck_assert_int_eq (wh_available ("salt"), 15);
    const struct leased_units all[] = {lf_units (1, 10), lf_units (2, 10), lf_units (3, 10)};
    lf_is_held (lf_lease (TRADER, 100), all, 3);
    ck_assert_int_eq (wh_available ("salt"), 0);
    ck_assert_int_eq (wh_store_leased (wh.store, 1), 30);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->leased, 15 + 4 + 15);
}
END_TEST

START_TEST (test_warehouse_leases_each_trader_as_much_as_any_other)
{
    lf_begin (1, 10);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 100)), 5);
    ck_assert_int_eq (lf_sum (lf_lease (OTHER_TRADER, 100)), 5);
    ck_assert_int_eq (wh_available ("salt"), 0);
    // Of 30 units half again, whoever asks first, and however often.
    (void) wh_one (wh_restock (SAM, 2, "salt", 20, 10));
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 2)), 7);
    ck_assert_int_eq (lf_sum (lf_lease (OTHER_TRADER, 100)), 15);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 100)), 15);
    ck_assert_int_eq (wh_available ("salt"), 0);
}
END_TEST

START_TEST (test_warehouse_leases_a_part_of_what_is_free_also_to_whoever_holds_most)
{
    lf_begin (1, 10);
    lf_leave (OTHER_TRADER);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 100)), 10);
    ck_assert (lf_join_again (OTHER_TRADER, false, false));
    (void) wh_one (wh_restock (SAM, 2, "salt", 4, 10));
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 100)), 12);
    // It lacks 7, but no more than 2 are free.
    ck_assert_int_eq (lf_sum (lf_lease (OTHER_TRADER, 100)), 2);
}
END_TEST

START_TEST (test_warehouse_counts_nothing_that_is_sold_for_the_share)
{
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 5);
    const struct leased_units one = lf_units (1, 1);
    ck_assert_int_eq (lf_sum (lf_return (TRADER, &one, 1, true)), 4);
    // Those 4 are on their way, and 6 are to be shared.
    ck_assert_int_eq (lf_sum (lf_lease (OTHER_TRADER, 100)), 3);
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, 100)), 4 + 3);
}
END_TEST

START_TEST (test_warehouse_leases_nothing_where_there_is_less_than_one_for_each)
{
    lf_begin (1, 1);
    lf_is_held (lf_lease (TRADER, 5), NULL, 0);
    ck_assert_int_eq (wh_available ("salt"), 1);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 0);
}
END_TEST

START_TEST (test_warehouse_answers_a_lease_that_comes_again_as_before)
{
    lf_begin (2, 10);
    struct message request = lf_message (TRADER, 1, 4);
    const struct leased_units four = lf_units (1, 4);
    lf_is_held (lf_ask (&request), &four, 1);
    lf_is_held (lf_ask (&request), &four, 1);
    ck_assert_uint_eq (wh.out.record_count, 0);
    wh_restart ();
    lf_is_held (lf_ask (&request), &four, 1);
    struct message back = lf_message (TRADER, 2, 0);
    const struct leased_units one = lf_units (1, 1);
    back.lease.returned = &one;
    back.lease.returned_count = 1;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq (lf_sum (lf_ask (&back)), 3);
        ck_assert_int_eq (wh_available ("salt"), 17);
    }
    // Neither the one before nor one ahead.
    ck_assert_int_eq (wh_refused (&request, REASON_GAP)->number, 0);
    ck_assert_int_eq (wh.out.letters[0].message.error.epoch, 1);
    request.lease.number = 4;
    (void) wh_refused (&request, REASON_GAP);
    ck_assert_uint_eq (wh.out.record_count, 0);
    ck_assert_int_eq (lf_held (TRADER), 3);
}
END_TEST

START_TEST (test_warehouse_refuses_to_take_back_what_it_has_not_leased)
{
    lf_begin (3, 10);
    (void) lf_lease (TRADER, 12);
    (void) lf_lease (OTHER_TRADER, 5);
    const struct leased_units bad[][2] = {
        {lf_units (1, 10), lf_units (2, 3)},  // more than it has
        {lf_units (2, 1), lf_units (1, 1)},   // not in order
        {lf_units (1, 1), lf_units (1, 1)},   // twice
        {lf_units (1, 1), lf_units (3, 1)},   // never leased
        {lf_units (1, 1), lf_units (9, 1)},   // never came
        {lf_units (0, 1), lf_units (1, 1)},   // no budget
        {lf_units (1, 0), lf_units (2, 1)},   // nothing
    };
    for (size_t i = 0; i < COUNT (bad); i++) {
        struct message request = lf_message (TRADER, 2, 1);
        request.lease.returned = bad[i];
        request.lease.returned_count = 2;
        ck_assert_int_eq (wh_refused (&request, REASON_BAD_REQUEST)->number, 0);
        ck_assert_uint_eq (wh.out.record_count, 0);
    }
    ck_assert_int_eq (lf_held (TRADER), 12);
    ck_assert_int_eq (wh_available ("salt"), 13);
}
END_TEST

START_TEST (test_warehouse_leases_to_a_live_trader_under_its_epoch_alone)
{
    lf_begin (1, 10);
    struct message request = lf_message (TRADER, 1, 1);
    request.lease.epoch = 2;
    ck_assert_int_eq (wh_refused (&request, REASON_FENCED)->epoch, 2);
    request.from = 7;
    (void) wh_refused (&request, REASON_FENCED);
    request = lf_message (TRADER, 1, 1);
    ck_assert (lf_join_again (TRADER, true, false));
    (void) wh_refused (&request, REASON_FENCED);
    lf_backed_by (TRADER, OTHER_TRADER);
    lf_take_over (TRADER, OTHER_TRADER, false);
    request.lease.epoch = 3;
    (void) wh_refused (&request, REASON_TAKEN);
    lf_leave (OTHER_TRADER);
    request = lf_message (OTHER_TRADER, 1, 1);
    (void) wh_refused (&request, REASON_TAKEN);
    ck_assert_int_eq (wh_available ("salt"), 10);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->fenced, 5);
}
END_TEST

START_TEST (test_warehouse_leases_nothing_of_what_never_came)
{
    wh_begin ();
    struct message request = lf_message (TRADER, 1, 5);
    const struct leased *leased = lf_ask (&request);
    lf_is_held (leased, NULL, 0);
    ck_assert_int_eq (leased->number, 0);
    ck_assert_uint_eq (wh.out.record_count, 0);
    const struct leased_units one = lf_units (1, 1);
    request.lease.returned = &one;
    request.lease.returned_count = 1;
    (void) wh_refused (&request, REASON_BAD_REQUEST);
    // Its number is not used up.
    (void) wh_one (wh_restock (SAM, 1, "salt", 8, 10));
    request = lf_message (TRADER, 2, 3);
    (void) wh_refused (&request, REASON_GAP);
    request = lf_message (TRADER, 1, 3);
    ck_assert_int_eq (lf_sum (lf_ask (&request)), 3);
    request.lease.number = 0;
    (void) wh_refused (&request, REASON_BAD_REQUEST);
}
END_TEST

START_TEST (test_warehouse_leases_so_many_lots_at_most)
{
    wh.unchecked = true;
    lf_begin (LIMIT_LEASED_LOTS + 8, 2);
    lf_leave (OTHER_TRADER);
    const struct leased *leased = lf_lease (TRADER, LIMIT_QUANTITY);
    ck_assert_uint_eq (leased->held_count, LIMIT_LEASED_LOTS);
    ck_assert_int_eq (wh_available ("salt"), 16);
    const struct leased_units back[] = {lf_units (1, 1), lf_units (2, 2)};
    ck_assert_int_eq (lf_sum (lf_return (TRADER, back, 2, false)), 2 * LIMIT_LEASED_LOTS - 3);
    // Room for one lot more, and for all of a lot that it has a part of.
    ck_assert_int_eq (lf_sum (lf_lease (TRADER, LIMIT_QUANTITY)), 2 * LIMIT_LEASED_LOTS);
    ck_assert_int_eq (lf_lease (TRADER, 0)->held[1].id, 2);
}
END_TEST

START_TEST (test_warehouse_takes_leases_back_from_whoever_leaves)
{
    lf_budget (2, 0);
    lf_begin (2, 4);
    (void) lf_lease (TRADER, 9);
    wh_is_error (wh_one_by (OTHER_TRADER, wh_buy (ALICE, 1, "salt", 8)), REASON_RECALLING);
    lf_leave (TRADER);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 1);
    ck_assert_int_eq (wh_available ("salt"), 8);
    wh_restart ();
    ck_assert_int_eq (wh_available ("salt"), 8);
    ck_assert_int_eq (lf_budget_of (lf_lease (OTHER_TRADER, 99)), 2);
    ck_assert (lf_join_again (TRADER, false, false));
    ck_assert_int_eq (lf_held (TRADER), 0);
}
END_TEST

START_TEST (test_warehouse_takes_leases_back_when_all_that_was_sold_is_settled)
{
    lf_begin (1, 10);
    lf_backed_by (TRADER, OTHER_TRADER);
    (void) lf_lease (TRADER, 4);
    lf_take_over (TRADER, OTHER_TRADER, false);
    ck_assert_int_eq (wh_available ("salt"), 6);
    wh_is_error (wh_one_by (OTHER_TRADER, wh_buy (BOB, 1, "salt", 8)), REASON_RECALLING);
    wh_restart ();
    const struct leased_units three = lf_units (1, 3);
    const struct item sold = lf_sold (wh_buy (ALICE, 1, "salt", 3), &three, 1);
    struct message request = wh_batch (OTHER_TRADER, wh.streams[TRADER].epoch, 1, &sold, 1);
    request.commit.trader = TRADER;
    ck_assert_int_eq (wh_ask (&request)->committed.results[0].kind, RESULT_SETTLED);
    lf_take_over (TRADER, OTHER_TRADER, true);
    ck_assert_int_eq (wh_available ("salt"), 7);
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_buy_all (BOB, 1, "salt", 8)), STATUS_OUT_OF_STOCK, 0,
                   0, 0);
}
END_TEST

START_TEST (test_warehouse_takes_what_a_resumed_trader_holds_for_idle)
{
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 5);
    const struct leased_units two = lf_units (1, 2);
    (void) lf_return (TRADER, &two, 1, true);
    const struct item order = wh_buy_all (ALICE, 1, "salt", 9);
    wh_is_receipt (wh_one_by (OTHER_TRADER, order), STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert (lf_join_again (TRADER, true, false));
    wh_is_error (wh_one_by (OTHER_TRADER, wh_buy_all (ALICE, 2, "salt", 9)), REASON_RECALLING);
    wh_restart ();
    wh_is_error (wh_one_by (OTHER_TRADER, wh_buy_all (ALICE, 2, "salt", 9)), REASON_RECALLING);
    // The numbers begin anew with the epoch.
    struct message request = lf_message (TRADER, 2, 0);
    (void) wh_refused (&request, REASON_GAP);
    ck_assert_int_eq (lf_held (TRADER), 3);
}
END_TEST

START_TEST (test_warehouse_lets_nobody_in_without_the_journal_while_leases_are_out)
{
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 4);
    ck_assert (!lf_join_again (TRADER, false, false));
    ck_assert_int_eq (wh_available ("salt"), 6);
    struct item order = wh_buy (ALICE, 1, "salt", 1);
    order.first = (struct first){.trader = TRADER, .epoch = 1};
    wh_is_error (wh_one_by (OTHER_TRADER, order), REASON_PENDING);
    ck_assert (lf_join_again (TRADER, false, true));
    ck_assert_int_eq (wh_available ("salt"), 10);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->abandoned, 1);
    // What it was asked in its epoch before, others may decide.
    wh_is_receipt (wh_one_by (OTHER_TRADER, order), STATUS_SOLD, 1, 0, 10);
    order = wh_buy (ALICE, 2, "salt", 1);
    order.first = (struct first){.trader = TRADER, .epoch = 2};
    wh_is_error (wh_one_by (OTHER_TRADER, order), REASON_PENDING);
    ck_assert_int_eq (lf_held (TRADER), 0);
    // With nothing out, nothing is given up.
    ck_assert (lf_join_again (TRADER, false, true));
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->abandoned, 1);
    lf_budget (1, 0);
    wh_restart ();
    ck_assert_int_eq (lf_budget_of (lf_lease (TRADER, 99)), 1);
    (void) lf_return (TRADER, (const struct leased_units[]){lf_units (1, 4)}, 1, false);
    ck_assert (!lf_join_again (TRADER, false, false));
}
END_TEST

START_TEST (test_warehouse_gives_nothing_up_of_whoever_has_the_journal_that_counts)
{
    lf_begin (1, 10);
    (void) lf_lease (TRADER, 4);
    ck_assert (lf_join_again (TRADER, true, true));
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->abandoned, 0);
    ck_assert_int_eq (wh_available ("salt"), 6);
    ck_assert_int_eq (lf_held (TRADER), 4);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_leases");
    TCase *grants = wh_tcase (suite, "grants");
    tcase_add_test (grants, test_warehouse_leases_the_oldest_lots_by_share);
    tcase_add_test (grants, test_warehouse_leases_each_trader_as_much_as_any_other);
    tcase_add_test (grants,
                    test_warehouse_leases_a_part_of_what_is_free_also_to_whoever_holds_most);
    tcase_add_test (grants, test_warehouse_counts_nothing_that_is_sold_for_the_share);
    tcase_add_test (grants, test_warehouse_leases_nothing_where_there_is_less_than_one_for_each);
    tcase_add_test (grants, test_warehouse_answers_a_lease_that_comes_again_as_before);
    tcase_add_test (grants, test_warehouse_refuses_to_take_back_what_it_has_not_leased);
    tcase_add_test (grants, test_warehouse_leases_to_a_live_trader_under_its_epoch_alone);
    tcase_add_test (grants, test_warehouse_leases_nothing_of_what_never_came);
    tcase_add_test (grants, test_warehouse_leases_so_many_lots_at_most);
    TCase *views = wh_tcase (suite, "views");
    tcase_add_test (views, test_warehouse_takes_leases_back_from_whoever_leaves);
    tcase_add_test (views, test_warehouse_takes_leases_back_when_all_that_was_sold_is_settled);
    tcase_add_test (views, test_warehouse_takes_what_a_resumed_trader_holds_for_idle);
    tcase_add_test (views, test_warehouse_lets_nobody_in_without_the_journal_while_leases_are_out);
    tcase_add_test (views, test_warehouse_gives_nothing_up_of_whoever_has_the_journal_that_counts);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
