// How the warehouse takes what is sent to it: joins and epochs, batches that come twice, too early
// or from a process that was replaced, and what is not for it.
#include <stdlib.h>
#include <string.h>

#include "tests/kit/warehouse_fixture.h"

START_TEST (test_warehouse_grants_each_new_process_an_epoch)
{
    wh_restart ();
    ck_assert_int_eq (wh_join (TRADER, 70), 1);
    ck_assert_str_eq (wh_records (), "trader 1 epoch 1 nonce 70 batch 0 applied 0\n"
                                     "view 1 of 1 live began 1 backup 0 taker 0 closed 0 at \n");
    ck_assert_int_eq (wh_join (TRADER, 70), 1);  // the same join, sent twice
    ck_assert_uint_eq (wh.out.record_count, 0);
    ck_assert_int_eq (wh_join (OTHER_TRADER, 70), 1);
    ck_assert_int_eq (wh_join (TRADER, 71), 2);
    wh_restart ();
    ck_assert_int_eq (wh_join (TRADER, 71), 2);
    ck_assert_int_eq (wh_join (TRADER, 0), 3);
    ck_assert_int_eq (wh_join (OTHER_TRADER, 70), 1);
}
END_TEST

START_TEST (test_warehouse_grants_a_place_only_to_who_knows_the_epoch_before)
{
    wh_restart ();
    (void) wh_join (TRADER, 70);
    (void) wh_join (TRADER, 71);
    const int64_t stale[] = {0, 1, 3};  // The first of 70 come late, and one from the future.
    for (size_t i = 0; i < 3; i++) {
        struct message late = {
            .type = MESSAGE_JOIN, .from = TRADER, .join = {.nonce = 70, .epoch = stale[i]}};
        const struct message *answer = wh_ask (&late);
        ck_assert_int_eq (answer->type, MESSAGE_VIEW);
        ck_assert_int_eq (answer->view.nonce, 71);
        ck_assert_int_eq (answer->view.epoch, 2);
        ck_assert_uint_eq (wh.out.record_count, 0);
    }
}
END_TEST

START_TEST (test_warehouse_takes_a_first_join_of_nonce_0)
{
    wh_restart ();
    ck_assert_int_eq (wh_join (TRADER, 0), 1);
    ck_assert_int_eq (wh_join (TRADER, 0), 1);
    wh_restart ();
    ck_assert_int_eq (wh_join (TRADER, 0), 1);
}
END_TEST

START_TEST (test_warehouse_goes_on_after_a_join_that_comes_again)
{
    wh_begin ();
    struct item item = wh_behind (wh_restock (SAM, 1, "salt", 5, 1));
    (void) wh_commit (TRADER, &item, 1);
    (void) wh_join (TRADER, 1);
    item = wh_promised (wh_buy (ALICE, 1, "salt", 5), 5);
    ck_assert_int_eq (wh_commit (TRADER, &item, 1)->applied, 2);
}
END_TEST

START_TEST (test_warehouse_fences_whoever_has_not_the_newest_epoch)
{
    wh_begin ();
    struct item item = wh_behind (wh_restock (SAM, 1, "salt", 5, 1));
    (void) wh_commit (TRADER, &item, 1);
    ck_assert_int_eq (wh_join (TRADER, 2), 2);
    item = wh_buy (ALICE, 1, "salt", 1);
    for (int round = 0; round < 2; round++) {
        // An older epoch's batch, new or repeated; an epoch that nobody was granted; a stranger.
        const struct message requests[] = {
            wh_batch (TRADER, 1, 2, &item, 1), wh_batch (TRADER, 1, 1, &item, 1),
            wh_batch (TRADER, 3, 1, &item, 1), wh_batch (TRADER, 0, 1, &item, 1),
            wh_batch (7, 1, 1, &item, 1),      wh_batch (7, 0, 1, &item, 1),
        };
        for (size_t i = 0; i < 6; i++) {
            const struct error *error = wh_refused (&requests[i], REASON_FENCED);
            ck_assert_int_eq (error->number, requests[i].commit.batch);
            ck_assert_uint_eq (wh.out.record_count, 0);
            ck_assert_uint_eq (wh.out.letter_count, 1);
        }
        ck_assert_int_eq (warehouse_counters (wh.warehouse)->fenced, 6);
        wh_restart ();
    }
    // The new epoch counts batches and write-behinds from the beginning.
    item = wh_promised (wh_buy (ALICE, 1, "salt", 1), 1);
    const struct committed *committed = wh_commit_as (TRADER, 1, &item, 1);
    wh_is_receipt (committed->results[0], STATUS_SOLD, 1, 0, 1);
    ck_assert_int_eq (committed->applied, 1);
}
END_TEST

START_TEST (test_warehouse_applies_a_repeated_batch_once)
{
    wh_begin ();
    const struct item items[] = {
        wh_behind (wh_restock (SAM, 1, "salt", 5, 10)),
        wh_promised (wh_buy (ALICE, 1, "salt", 3), 3),
        wh_promised (wh_buy (ALICE, 2, "salt", 3), 3),
        wh_buy (BOB, 1, "ghost", 1),
    };
    static struct wh_kept kept[4];
    const struct committed *committed = wh_commit_as (TRADER, 1, items, 4);
    for (size_t i = 0; i < 4; i++) {
        wh_keep (&kept[i], &committed->results[i]);
    }
    wh_is_receipt (kept[2].result, STATUS_OVERSOLD, 2, 1, 20);
    int64_t version = committed->version;
    for (int round = 0; round < 3; round++) {
        committed = wh_commit_as (TRADER, 1, items, 4);
        ck_assert_int_eq (committed->applied, 3);
        ck_assert_int_eq (committed->version, version);
        for (size_t i = 0; i < 4; i++) {
            wh_same_result (&committed->results[i], &kept[i].result);
        }
        ck_assert_uint_eq (wh.out.letter_count, 1);
        ck_assert_uint_eq (wh.out.record_count, 0);
        if (round == 1) {
            wh_restart ();
        }
    }
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->batches, 0);
    ck_assert_int_eq (wh_available ("salt"), 0);
}
END_TEST

START_TEST (test_warehouse_decides_nothing_new_in_a_repeated_batch)
{
    wh_begin ();
    (void) wh_one (wh_restock (SAM, 1, "salt", 5, 10));
    (void) wh_one (wh_buy (ALICE, 1, "salt", 1));
    const struct item changed[] = {wh_promised (wh_buy (BOB, 1, "salt", 1), 1),
                                   wh_restock (SUE, 1, "oil", 1, 1), wh_lot_status (SAM, 1)};
    const struct committed *committed = wh_commit_as (TRADER, 2, changed, 3);
    wh_is_error (committed->results[0], REASON_UNAVAILABLE);
    wh_is_error (committed->results[1], REASON_UNAVAILABLE);
    ck_assert_int_eq (committed->results[2].left, 4);
    ck_assert_int_eq (committed->applied, 0);
    ck_assert_int_eq (wh_available ("salt"), 4);
    wh_is_receipt (wh_one (wh_buy (BOB, 1, "salt", 2)), STATUS_SOLD, 2, 0, 20);
}
END_TEST

START_TEST (test_warehouse_asks_for_the_batches_that_are_missing)
{
    wh_begin ();
    struct item item = wh_behind (wh_restock (SAM, 1, "salt", 5, 10));
    static const int64_t early[] = {2, 3, 1000, LIMIT_INTEGER};
    for (int64_t applied = 0; applied < 3; applied++) {
        for (size_t i = 0; i < 4; i++) {
            if (early[i] > applied + 1) {
                struct message request = wh_batch (TRADER, 1, early[i], &item, 1);
                ck_assert_int_eq (wh_refused (&request, REASON_GAP)->number, applied + 1);
                ck_assert_uint_eq (wh.out.record_count, 0);
            }
        }
        item.number = applied + 1;
        ck_assert_int_eq (wh_commit_as (TRADER, applied + 1, &item, 1)->applied, applied + 1);
        wh_restart ();
    }
    ck_assert_int_eq (wh_available ("salt"), 15);
}
END_TEST

START_TEST (test_warehouse_counts_each_traders_batches_and_writes)
{
    wh_begin ();
    struct item item = wh_behind (wh_restock (SAM, 1, "salt", 5, 10));
    ck_assert_int_eq (wh_commit_as (TRADER, 1, &item, 1)->applied, 1);
    item.number = 2;
    ck_assert_int_eq (wh_commit_as (OTHER_TRADER, 1, &item, 1)->applied, 1);
    // What another trader has done already was a write of this one all the same; so was what is
    // refused. Questions and what waits for its answer are none.
    const struct item items[] = {
        item,
        wh_promised (wh_buy (ALICE, 1, "salt", 1), 0),
        wh_promised (wh_buy (ALICE, 1, "salt", 2), 2),  // a conflict
        wh_buy (ALICE, 2, "salt", 1),
        wh_order_status (ALICE, 1),
        wh_lot_status (SAM, 1),
    };
    ck_assert_int_eq (wh_commit_as (TRADER, 2, items, 6)->applied, 4);
    for (int round = 0; round < 2; round++) {
        const struct stock *stock = wh_snapshot ();
        ck_assert_uint_eq (stock->trader_count, 2);
        ck_assert_int_eq (stock->traders[0].trader, TRADER);
        ck_assert_int_eq (stock->traders[0].epoch, 1);
        ck_assert_int_eq (stock->traders[0].count, 4);
        ck_assert_int_eq (stock->traders[1].trader, OTHER_TRADER);
        ck_assert_int_eq (stock->traders[1].count, 1);
        wh_restart ();
    }
}
END_TEST

START_TEST (test_warehouse_takes_an_empty_batch)
{
    wh_begin ();
    ck_assert_int_eq (wh_commit (TRADER, NULL, 0)->version, 0);
    ck_assert_str_eq (wh_records (), "trader 1 epoch 1 nonce 1 batch 1 applied 0\n"
                                     "warehouse epoch 1 version 0 market 2433363436\n");
    ck_assert_int_eq (wh_commit_as (TRADER, 1, NULL, 0)->version, 0);
}
END_TEST

START_TEST (test_warehouse_tells_all_stock_in_a_snapshot)
{
    wh_begin ();
    ck_assert_uint_eq (wh_snapshot ()->stock_count, 0);
    (void) wh_join (5, 9);
    (void) wh_join (3, 9);
    const struct item items[] = {wh_restock (SAM, 1, "salt", 5, 10),
                                 wh_restock (SAM, 2, "oil", 2, 1),
                                 wh_restock (SUE, 1, "salt", 4, 11), wh_buy (ALICE, 1, "oil", 2)};
    (void) wh_commit (TRADER, items, 4);
    (void) wh_one (wh_buy (ALICE, 2, "salt", 1));
    for (int64_t round = 0; round < 2; round++) {
        const struct stock *stock = wh_snapshot ();
        ck_assert_uint_eq (wh.out.record_count, 0);
        ck_assert_int_eq (stock->epoch, 1 + round);
        ck_assert_int_eq (stock->version, 3);
        ck_assert_uint_eq (stock->stock_count, 2);
        ck_assert_str_eq (stock->stock[0].product, "salt");
        ck_assert_int_eq (stock->stock[0].available, 8);
        ck_assert_str_eq (stock->stock[1].product, "oil");
        ck_assert_int_eq (stock->stock[1].available, 0);
        static const int64_t traders[] = {TRADER, OTHER_TRADER, 3, 5};
        ck_assert_uint_eq (stock->trader_count, 4);
        for (size_t i = 0; i < 4; i++) {
            ck_assert_int_eq (stock->traders[i].trader, traders[i]);
            ck_assert_int_eq (stock->traders[i].epoch, 1);
        }
        wh_restart ();
    }
}
END_TEST

START_TEST (test_warehouse_counts_versions_by_one_over_all_products)
{
    wh_begin ();
    const struct item items[] = {
        wh_restock (SAM, 1, "salt", 5, 10), wh_restock (SAM, 2, "oil", 5, 10),
        wh_buy (ALICE, 1, "salt", 1),       wh_buy (ALICE, 2, "salt", 1),
        wh_buy (ALICE, 3, "ghost", 1),      wh_order_status (ALICE, 1),
    };
    ck_assert_int_eq (wh_commit (TRADER, items, 6)->version, 2);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 2);
    ck_assert_int_eq (wh_letter (MESSAGE_INVALIDATION, 0)->message.invalidation.version, 1);
    ck_assert_int_eq (wh_letter (MESSAGE_INVALIDATION, 1)->message.invalidation.version, 2);
    ck_assert_int_eq (wh_commit (TRADER, items, 6)->version, 2);  // all known
    wh_is_receipt (wh_one (wh_buy_all (ALICE, 4, "oil", 6)), STATUS_OUT_OF_STOCK, 0, 0, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_INVALIDATION), 0);
    wh_restart ();
    ck_assert_int_eq (wh_version (), 2);
    (void) wh_one (wh_buy (ALICE, 5, "oil", 1));
    ck_assert_int_eq (wh_letter (MESSAGE_INVALIDATION, 0)->message.invalidation.version, 3);
}
END_TEST

START_TEST (test_warehouse_answers_every_message_once)
{
    wh_begin ();
    enum message_type type = (enum message_type) _i;
    for (int64_t from = 0; from <= 2; from++) {
        struct message request = {.type = type, .from = from, .clock = 100};
        const struct message *answer = wh_ask (&request);
        bool fenced = (type == MESSAGE_COMMIT || type == MESSAGE_LEASE) && from > 0;
        bool known = type == MESSAGE_JOIN || type == MESSAGE_CLAIM || type == MESSAGE_TAKEOVER
                     || type == MESSAGE_SNAPSHOT || type == MESSAGE_CAMPAIGN;
        if (!(known && from > 0)) {
            ck_assert_int_eq (answer->type, MESSAGE_ERROR);
            ck_assert_int_eq (answer->error.reason, fenced ? REASON_FENCED : REASON_BAD_REQUEST);
            ck_assert_uint_eq (wh.out.record_count, 0);
        }
    }
    bool taken = type == MESSAGE_JOIN || type == MESSAGE_CLAIM || type == MESSAGE_TAKEOVER
                 || type == MESSAGE_SNAPSHOT || type == MESSAGE_CAMPAIGN || type == MESSAGE_COMMIT
                 || type == MESSAGE_LEASE;
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->refused_input, taken ? 1 : 3);
}
END_TEST

START_TEST (test_warehouse_answers_what_is_no_message)
{
    wh_begin ();
    struct decode_error error = {.text = "not JSON", .from = 7, .number = 12};
    wh_step (&(struct event){.type = EVENT_MALFORMED, .port = PORT_WAREHOUSE, .error = &error});
    memset (&error, 0, sizeof error);  // The letter has a text of its own.
    ck_assert_uint_eq (wh.out.letter_count, 1);
    const struct letter *letter = wh_letter (MESSAGE_ERROR, 0);
    ck_assert_int_eq (letter->to, 7);
    ck_assert_int_eq (letter->message.error.reason, REASON_BAD_REQUEST);
    ck_assert_int_eq (letter->message.error.number, 12);
    ck_assert_str_eq (letter->message.error.text, "not JSON");
    ck_assert_int_eq (warehouse_counters (wh.warehouse)->refused_input, 1);
    ck_assert_uint_eq (wh.out.record_count, 0);
}
END_TEST

START_TEST (test_warehouse_needs_no_other_events)
{
    wh_begin ();
    struct item item = wh_restock (SAM, 1, "salt", 1, 1);
    struct message message = wh_batch (TRADER, 1, 1, &item, 1);
    static const enum event_type types[] = {EVENT_DRAINED, EVENT_DEADLINE, EVENT_UNDELIVERABLE,
                                            EVENT_UNWRITTEN, EVENT_STOP};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        wh_step (&(struct event){.type = types[i], .now_us = 5, .message = &message});
        ck_assert_uint_eq (wh.out.letter_count + wh.out.record_count, 0);
    }
    ck_assert_int_eq (wh_available ("salt"), -1);
}
END_TEST

START_TEST (test_warehouse_keeps_its_clock_past_all_it_heard)
{
    wh_begin ();
    static const int64_t clocks[] = {50, 3, 900, 900, LIMIT_INTEGER - 50};
    for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        struct message request = {.type = MESSAGE_SNAPSHOT, .from = TRADER, .clock = clocks[i]};
        int64_t before = wh.clock;
        const struct message *answer = wh_ask (&request);  // wh_step holds it above both
        int64_t least = clocks[i] > before ? clocks[i] : before;
        ck_assert_int_le (answer->clock, least + 2);
    }
    // A clock from the wire cannot overflow this one.
    outbox_clear (&wh.out);
    struct message request = {.type = MESSAGE_SNAPSHOT, .from = TRADER, .clock = LIMIT_INTEGER};
    struct event event = {.type = EVENT_RECEIVE, .port = PORT_WAREHOUSE, .message = &request};
    warehouse_step (wh.warehouse, &event, &wh.out);
    ck_assert_int_eq (wh.out.letters[0].message.clock, LIMIT_INTEGER);
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("warehouse_batches");
    TCase *joins = wh_tcase (suite, "joins");
    tcase_add_test (joins, test_warehouse_grants_each_new_process_an_epoch);
    tcase_add_test (joins, test_warehouse_grants_a_place_only_to_who_knows_the_epoch_before);
    tcase_add_test (joins, test_warehouse_takes_a_first_join_of_nonce_0);
    tcase_add_test (joins, test_warehouse_goes_on_after_a_join_that_comes_again);
    tcase_add_test (joins, test_warehouse_fences_whoever_has_not_the_newest_epoch);
    TCase *batches = wh_tcase (suite, "batches");
    tcase_add_test (batches, test_warehouse_applies_a_repeated_batch_once);
    tcase_add_test (batches, test_warehouse_decides_nothing_new_in_a_repeated_batch);
    tcase_add_test (batches, test_warehouse_asks_for_the_batches_that_are_missing);
    tcase_add_test (batches, test_warehouse_counts_each_traders_batches_and_writes);
    tcase_add_test (batches, test_warehouse_takes_an_empty_batch);
    tcase_add_test (batches, test_warehouse_tells_all_stock_in_a_snapshot);
    tcase_add_test (batches, test_warehouse_counts_versions_by_one_over_all_products);
    TCase *input = wh_tcase (suite, "input");
    tcase_add_loop_test (input, test_warehouse_answers_every_message_once, 0, MESSAGE_TYPE_COUNT);
    tcase_add_test (input, test_warehouse_answers_what_is_no_message);
    tcase_add_test (input, test_warehouse_needs_no_other_events);
    tcase_add_test (input, test_warehouse_keeps_its_clock_past_all_it_heard);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
