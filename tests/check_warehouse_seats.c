// Who may trade in an elected market: terms that are granted one after the other, and what becomes
// of those who hold no seat.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/warehouse_fixture.h"

enum { THIRD_TRADER = 3, STRANGER = 4 };

static struct message campaign_of (int64_t from, int64_t term, const int64_t *seats, size_t count)
{
    return (struct message){
        .type = MESSAGE_CAMPAIGN,
        .from = from,
        .campaign = {.term = term, .seats = seats, .seat_count = count},
    };
}

static const struct seats *campaign (int64_t from, int64_t term, const int64_t *seats, size_t count)
{
    struct message request = campaign_of (from, term, seats, count);
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_SEATS);
    return &answer->seats;
}

#define CAMPAIGN(from, term, ...)                         \
    campaign (from, term, (const int64_t[]){__VA_ARGS__}, \
              sizeof ((const int64_t[]){__VA_ARGS__}) / sizeof (int64_t))

// What was told: this term, of this leader, with these seats.
static void told (const struct seats *seats, int64_t term, int64_t leader, const int64_t *list,
                  size_t count)
{
    ck_assert_int_eq (seats->seating.term, term);
    ck_assert_int_eq (seats->seating.leader, leader);
    ck_assert_uint_eq (seats->seating.seat_count, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq (seats->seating.seats[i], list[i]);
    }
    ck_assert_int_eq (seats->epoch, warehouse_epoch (wh.warehouse));
}

// Nothing came of the last step but its answer.
static void changed_nothing (void)
{
    ck_assert_uint_eq (wh.out.record_count, 0);
    ck_assert_uint_eq (wh.out.letter_count, 1);
}

static const int64_t both[] = {TRADER, OTHER_TRADER};

START_TEST (test_warehouse_grants_the_next_term_and_publishes_it)
{
    wh_begin ();
    told (campaign (OTHER_TRADER, 0, both, 2), 1, OTHER_TRADER, both, 2);
    ck_assert_str_eq (wh_records (), "term 1 leader 2 seats 1 2\n");
    ck_assert_uint_eq (wh_letters (MESSAGE_SEATS), 2);
    const struct letter *news = wh_letter (MESSAGE_SEATS, 0);
    ck_assert_int_eq (news->port, PORT_NEWS);
    told (&news->message.seats, 1, OTHER_TRADER, both, 2);
    ck_assert_int_eq (news->message.seats.seq, 1);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 0);
    told (campaign (TRADER, 1, both, 2), 2, TRADER, both, 2);
    ck_assert_int_eq (wh_letter (MESSAGE_SEATS, 0)->message.seats.seq, 2);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->terms, 2);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->campaigns, 2);
}
END_TEST

START_TEST (test_warehouse_publishes_no_term_where_it_publishes_nothing)
{
    wh.config.publish = false;
    wh_begin ();
    told (campaign (OTHER_TRADER, 0, both, 2), 1, OTHER_TRADER, both, 2);
    ck_assert_uint_eq (wh.out.letter_count, 1);
}
END_TEST

START_TEST (test_warehouse_grants_a_term_once)
{
    wh_begin ();
    (void) campaign (OTHER_TRADER, 0, both, 2);
    told (campaign (OTHER_TRADER, 0, both, 2), 1, OTHER_TRADER, both, 2);  // again
    changed_nothing ();
    told (campaign (TRADER, 0, both, 2), 1, OTHER_TRADER, both, 2);  // another winner
    changed_nothing ();
    told (CAMPAIGN (TRADER, 2, TRADER), 1, OTHER_TRADER, both, 2);  // of a term that is not there
    changed_nothing ();
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->terms, 1);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->campaigns, 4);
}
END_TEST

START_TEST (test_warehouse_grants_no_seats_that_are_none)
{
    static int64_t many[LIMIT_VECTOR + 1];
    for (size_t i = 0; i <= LIMIT_VECTOR; i++) {
        many[i] = (int64_t) i + 1;
    }
    wh_begin ();
    told (campaign (TRADER, 0, NULL, 0), 0, 0, NULL, 0);
    told (CAMPAIGN (TRADER, 0, OTHER_TRADER), 0, 0, NULL, 0);  // it is not among them
    told (CAMPAIGN (TRADER, 0, OTHER_TRADER, TRADER), 0, 0, NULL, 0);
    told (CAMPAIGN (TRADER, 0, TRADER, TRADER), 0, 0, NULL, 0);
    told (CAMPAIGN (TRADER, 0, WAREHOUSE_NODE, TRADER), 0, 0, NULL, 0);
    told (CAMPAIGN (TRADER, 0, -1, TRADER), 0, 0, NULL, 0);
    told (CAMPAIGN (TRADER, 0, TRADER, LIMIT_NODE + 1), 0, 0, NULL, 0);
    told (CAMPAIGN (TRADER, -1, TRADER), 0, 0, NULL, 0);
    told (campaign (TRADER, 0, many, LIMIT_VECTOR + 1), 0, 0, NULL, 0);
    changed_nothing ();
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->terms, 0);
    told (campaign (TRADER, 0, many, LIMIT_VECTOR), 1, TRADER, many, LIMIT_VECTOR);
    struct message request = campaign_of (WAREHOUSE_NODE, 1, many, LIMIT_VECTOR);
    (void) wh_refused (&request, REASON_BAD_REQUEST);
}
END_TEST

START_TEST (test_warehouse_lets_everybody_trade_where_nobody_was_elected)
{
    wh_begin ();
    (void) CAMPAIGN (TRADER, 7, TRADER);
    wh_is_receipt (wh_one_by (OTHER_TRADER, wh_buy (ALICE, 1, "salt", 1)), STATUS_OUT_OF_STOCK, 0,
                   0, 0);
    ck_assert_int_eq (wh_join (THIRD_TRADER, 1), 1);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->unseated, 0);
}
END_TEST

START_TEST (test_warehouse_takes_no_commit_without_a_seat)
{
    wh_begin ();
    (void) wh_one (wh_restock (SAM, 1, "salt", 5, 10));
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    struct item item = wh_buy (ALICE, 1, "salt", 1);
    struct message request = wh_batch (TRADER, 1, 2, &item, 1);
    const struct error *error = wh_refused (&request, REASON_UNSEATED);
    changed_nothing ();
    ck_assert_int_eq (error->epoch, 1);
    ck_assert_int_eq (error->number, 2);
    request.commit.epoch = 9;  // Before all other checks.
    request.commit.batch = 7;
    (void) wh_refused (&request, REASON_UNSEATED);
    request.from = STRANGER;
    (void) wh_refused (&request, REASON_UNSEATED);
    request.market = warehouse_market (wh.warehouse) + 1;
    (void) wh_refused (&request, REASON_FOREIGN);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->unseated, 3);
    ck_assert_int_eq (wh_available ("salt"), 5);
    wh_is_receipt (wh_one_by (OTHER_TRADER, item), STATUS_SOLD, 1, 0, 10);
}
END_TEST

// The same process too, which asks once more.
START_TEST (test_warehouse_lets_nobody_join_without_a_seat)
{
    wh_begin ();
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    struct message request = {.type = MESSAGE_JOIN, .from = TRADER, .join = {.nonce = 1}};
    (void) wh_refused (&request, REASON_UNSEATED);
    changed_nothing ();
    request.from = STRANGER;
    (void) wh_refused (&request, REASON_UNSEATED);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->unseated, 2);
    request.from = OTHER_TRADER;
    ck_assert_int_eq (wh_ask (&request)->view.state, MEMBER_LIVE);
}
END_TEST

START_TEST (test_warehouse_of_fixed_traders_grants_no_term)
{
    wh.config.elected = false;
    wh_begin ();
    const int64_t seats[] = {OTHER_TRADER};
    struct message request = {.type = MESSAGE_CAMPAIGN,
                              .from = OTHER_TRADER,
                              .campaign = {.term = 0, .seats = seats, .seat_count = 1}};
    const struct message *answer = wh_ask (&request);
    ck_assert_int_eq (answer->type, MESSAGE_ERROR);
    ck_assert_int_eq (answer->error.reason, REASON_BAD_REQUEST);
    ck_assert_uint_eq (wh.out.record_count, 0);
}
END_TEST

START_TEST (test_warehouse_takes_who_lost_its_seat_for_failed)
{
    wh_begin ();
    (void) wh_join (THIRD_TRADER, 1);
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    ck_assert_str_eq (wh_records (), "term 1 leader 2 seats 2\n"
                                     "trader 1 epoch 1 nonce 1 batch 0 applied 0\n"
                                     "view 2 of 1 failed began 1 backup 0 taker 0 closed 2 at \n"
                                     "trader 3 epoch 1 nonce 1 batch 0 applied 0\n"
                                     "view 2 of 3 failed began 1 backup 0 taker 0 closed 2 at \n");
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 2);
    const struct membership *member = &wh_letter (MESSAGE_MEMBER, 1)->message.member;
    ck_assert_int_eq (member->trader, THIRD_TRADER);
    ck_assert_int_eq (member->state, MEMBER_FAILED);
    ck_assert_uint_eq (member->remaining_count, 1);
    ck_assert_int_eq (member->remaining[0], OTHER_TRADER);
}
END_TEST

START_TEST (test_warehouse_leaves_who_has_left_alone)
{
    wh_begin ();
    struct message request = {
        .type = MESSAGE_CLAIM, .from = TRADER, .claim = {.epoch = 1, .view = 1, .leaves = true}};
    ck_assert_int_eq (wh_ask (&request)->view.state, MEMBER_LEFT);
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 0);
    ck_assert_str_eq (wh_records (), "term 1 leader 2 seats 2\n");
}
END_TEST

START_TEST (test_warehouse_lets_a_seated_trader_leave_and_an_unseated_one_too)
{
    wh_begin ();
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    struct message request = {.type = MESSAGE_CLAIM,
                              .from = OTHER_TRADER,
                              .claim = {.epoch = 1, .view = 1, .leaves = true}};
    ck_assert_int_eq (wh_ask (&request)->view.state, MEMBER_LEFT);
    request.from = TRADER;
    ck_assert_int_eq (wh_ask (&request)->view.state, MEMBER_FAILED);
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->unseated, 0);
}
END_TEST

START_TEST (test_warehouse_lets_a_trader_begin_anew_when_it_is_seated_again)
{
    wh_begin ();
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    (void) campaign (OTHER_TRADER, 1, both, 2);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 0);  // It is still to join.
    ck_assert_int_eq (wh_join (TRADER, 2), 2);
    (void) wh_one (wh_restock (SAM, 1, "salt", 5, 10));
    // What waited for what it had decided before waits no more.
    struct item item = wh_buy (ALICE, 1, "salt", 1);
    item.first = (struct first){.trader = TRADER, .epoch = 1};
    wh_is_receipt (wh_one_by (OTHER_TRADER, item), STATUS_SOLD, 1, 0, 10);
}
END_TEST

START_TEST (test_warehouse_knows_the_seats_after_a_restart)
{
    wh_begin ();
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    (void) campaign (OTHER_TRADER, 1, both, 2);
    (void) CAMPAIGN (OTHER_TRADER, 2, OTHER_TRADER, THIRD_TRADER);
    wh_restart ();
    struct item item = wh_buy (ALICE, 1, "salt", 1);
    struct message request = wh_batch (TRADER, 1, 1, &item, 1);
    (void) wh_refused (&request, REASON_UNSEATED);
    static const int64_t seats[] = {OTHER_TRADER, THIRD_TRADER};
    told (CAMPAIGN (TRADER, 2, TRADER), 3, OTHER_TRADER, seats, 2);
    changed_nothing ();
    wh_is_receipt (wh_one_by (OTHER_TRADER, item), STATUS_OUT_OF_STOCK, 0, 0, 0);
}
END_TEST

// The grant was told to nobody, so it may be lost with the process.
START_TEST (test_warehouse_forgets_a_term_that_was_not_stored)
{
    wh_begin ();
    wh.losing = true;
    (void) CAMPAIGN (OTHER_TRADER, 0, OTHER_TRADER);
    wh_restart ();
    told (campaign (TRADER, 0, both, 2), 1, TRADER, both, 2);
}
END_TEST

static const int64_t twice[] = {TRADER, TRADER};
static const int64_t beyond[] = {TRADER, LIMIT_NODE + 1};

static const struct seating bad[] = {
    {0, TRADER, both, 2},
    {-1, TRADER, both, 2},
    {LIMIT_INTEGER + 1, TRADER, both, 2},
    {1, THIRD_TRADER, both, 2},
    {1, 0, both, 2},
    {1, TRADER, both, 0},
    {1, TRADER, both, LIMIT_VECTOR + 1},
    {1, TRADER, twice, 2},
    {1, TRADER, beyond, 2},
    {1, TRADER, NULL, 0},
};

START_TEST (test_warehouse_takes_no_seats_back_that_are_none)
{
    const struct record record = {.type = RECORD_SEATS, .seats = {bad[_i]}};
    wh.warehouse = warehouse_new (&wh.config, 1);
    ck_assert (!warehouse_restore (wh.warehouse, &record));
}
END_TEST

START_TEST (test_warehouse_takes_seats_back_once)
{
    const struct record record = {.type = RECORD_SEATS, .seats = {{4, TRADER, both, 2}}};
    wh.warehouse = warehouse_new (&wh.config, 1);
    ck_assert (warehouse_restore (wh.warehouse, &record));
    ck_assert (!warehouse_restore (wh.warehouse, &record));
}
END_TEST

START_TEST (test_warehouse_grants_no_term_beyond_the_last_number)
{
    const struct record last = {.type = RECORD_SEATS, .seats = {{LIMIT_INTEGER, TRADER, both, 2}}};
    wh.warehouse = warehouse_new (&wh.config, 1);
    ck_assert (warehouse_restore (wh.warehouse, &last));
    wh_step (&(struct event){.type = EVENT_START});
    told (CAMPAIGN (TRADER, LIMIT_INTEGER, TRADER), LIMIT_INTEGER, TRADER, both, 2);
}
END_TEST

START_TEST (test_warehouse_sells_the_lots_of_the_least_rank_first)
{
    struct item items[] = {wh_restock (SUE, 1, "salt", 1, 10), wh_restock (SAM, 1, "salt", 1, 20),
                           wh_restock (SAM, 2, "salt", 1, 30)};
    items[0].rank = 7;
    items[1].rank = 7;
    items[2].rank = 3;
    wh_begin ();
    (void) wh_commit (TRADER, items, 3);
    ck_assert_ptr_nonnull (strstr (wh_records (), "quantity 1 left 1 rank 7\n"));
    if (_i == 1) {
        wh_restart ();
    }
    struct result result = wh_one (wh_buy (ALICE, 1, "salt", 3));
    wh_is_fill (result, 0, (struct fill){.seller = SAM, .lot = 2, .units = 1, .price_cents = 30});
    wh_is_fill (result, 1, (struct fill){.seller = SAM, .lot = 1, .units = 1, .price_cents = 20});
    wh_is_fill (result, 2, (struct fill){.seller = SUE, .lot = 1, .units = 1, .price_cents = 10});
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_seats");
    TCase *terms = wh_tcase (suite, "terms");
    tcase_add_test (terms, test_warehouse_grants_the_next_term_and_publishes_it);
    tcase_add_test (terms, test_warehouse_publishes_no_term_where_it_publishes_nothing);
    tcase_add_test (terms, test_warehouse_grants_a_term_once);
    tcase_add_test (terms, test_warehouse_grants_no_seats_that_are_none);
    tcase_add_test (terms, test_warehouse_grants_no_term_beyond_the_last_number);

    TCase *seats = wh_tcase (suite, "seats");
    tcase_add_test (seats, test_warehouse_lets_everybody_trade_where_nobody_was_elected);
    tcase_add_test (seats, test_warehouse_takes_no_commit_without_a_seat);
    tcase_add_test (seats, test_warehouse_lets_nobody_join_without_a_seat);
    tcase_add_test (seats, test_warehouse_of_fixed_traders_grants_no_term);
    tcase_add_test (seats, test_warehouse_takes_who_lost_its_seat_for_failed);
    tcase_add_test (seats, test_warehouse_leaves_who_has_left_alone);
    tcase_add_test (seats, test_warehouse_lets_a_seated_trader_leave_and_an_unseated_one_too);
    tcase_add_test (seats, test_warehouse_lets_a_trader_begin_anew_when_it_is_seated_again);

    TCase *restarts = wh_tcase (suite, "restarts");
    tcase_add_test (restarts, test_warehouse_knows_the_seats_after_a_restart);
    tcase_add_test (restarts, test_warehouse_forgets_a_term_that_was_not_stored);
    tcase_add_loop_test (restarts, test_warehouse_takes_no_seats_back_that_are_none, 0,
                         sizeof bad / sizeof *bad);
    tcase_add_test (restarts, test_warehouse_takes_seats_back_once);

    TCase *ranks = wh_tcase (suite, "ranks");
    tcase_add_loop_test (ranks, test_warehouse_sells_the_lots_of_the_least_rank_first, 0, 2);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
