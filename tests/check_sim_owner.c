#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/kit/history_case.h"

enum { NONCE = 77, NEXT_NONCE = 88 };

static const struct rules rules = {0};

#define COUNT(facts) (sizeof (facts) / sizeof (facts)[0])
#define COMPLAINT(facts) complaint_of (&owner_checker, &rules, facts, COUNT (facts))

START_TEST (test_owner_is_content_with_traders_that_come_and_go)
{
    struct fact facts[] = {
        STORED (of_warehouse (1, 0)),
        STORED (of_trader (1, 1, NONCE, 0, 0), of_trader (2, 1, NONCE, 0, 0)),
        answered (1, view (NONCE, 1)),
        answered (2, view (NONCE, 1)),
        answered (1, view (NONCE, 1)),
        STORED (of_trader (1, 1, NONCE, 1, 4), of_warehouse (1, 2), of_trader (1, 1, NONCE, 2, 4),
                of_trader (2, 1, NONCE, 1, 0), of_warehouse (1, 3)),
        answered (1, committed (1, 2)),
        answered (1, committed (1, 1)),
        answered (2, committed (1, 1)),
        // The warehouse is killed, and started again.
        STORED (of_warehouse (2, 3)),
        answered (1, committed (1, 2)),
        // A batch of the old process and the join of a new one, in one round.
        STORED (of_trader (1, 1, NONCE, 3, 4), of_warehouse (2, 3),
                of_trader (1, 2, NEXT_NONCE, 0, 0)),
        answered (1, committed (1, 3)),
        answered (1, view (NEXT_NONCE, 2)),
        answered (1, refusal (0, 4, REASON_FENCED)),
        // The old one joins again: nobody knows that it is old.
        STORED (of_trader (1, 3, NONCE, 0, 0)),
        answered (1, view (NONCE, 3)),
        STORED (of_trader (1, 3, NONCE, 1, 0), of_warehouse (2, 4)),
        answered (1, committed (3, 1)),
        over (),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
}
END_TEST

START_TEST (test_owner_does_not_mind_what_traders_say_late)
{
    struct fact facts[] = {
        STORED (of_trader (1, 1, NONCE, 0, 0)),
        answered (1, view (NONCE, 1)),
        STORED (of_trader (1, 2, NEXT_NONCE, 0, 0)),
        answered (1, view (NEXT_NONCE, 2)),
        said (1, 1, 5, receipt (1, 3, STATUS_SOLD, "salt", 1, 100)),
        told (5, 1, receipt (1, 3, STATUS_SOLD, "salt", 1, 100)),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
}
END_TEST

START_TEST (test_owner_wants_granted_epochs_to_rise)
{
    struct fact facts[] = {
        STORED (of_trader (1, 1, NONCE, 0, 0)),
        answered (1, view (NONCE, 1)),
        STORED (of_trader (1, 2, NEXT_NONCE, 0, 0)),
        answered (1, view (NEXT_NONCE, 2)),
        answered (1, view (NONCE, 1)),
    };
    ck_assert_str_eq (COMPLAINT (facts), "trader 1 is granted epoch 1 for nonce 77, after epoch "
                                         "2 for nonce 88");
    facts[4] = answered (1, view (NEXT_NONCE, 2));
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[4] = answered (1, view (NEXT_NONCE, 1));
    ck_assert_str_eq (COMPLAINT (facts), "trader 1 is granted epoch 1 for nonce 88, after epoch "
                                         "2 for nonce 88");
}
END_TEST

START_TEST (test_owner_wants_another_epoch_for_another_process)
{
    struct fact facts[] = {
        STORED (of_trader (1, 1, NONCE, 0, 0), of_trader (2, 1, NEXT_NONCE, 0, 0)),
        answered (1, view (NONCE, 1)),
        answered (1, view (NEXT_NONCE, 1)),
    };
    ck_assert_str_eq (COMPLAINT (facts), "trader 1 is granted epoch 1 for nonce 88, after epoch "
                                         "1 for nonce 77");
    facts[2] = answered (2, view (NEXT_NONCE, 1));
    ck_assert_ptr_null (COMPLAINT (facts));
}
END_TEST

START_TEST (test_owner_wants_one_epoch_for_a_join_sent_twice)
{
    struct fact facts[] = {
        STORED (of_trader (1, 1, NONCE, 0, 0)),
        answered (1, view (NONCE, 1)),
        answered (1, view (NONCE, 2)),
    };
    ck_assert_str_eq (COMPLAINT (facts), "trader 1 is granted epoch 2 for nonce 77, after epoch "
                                         "1 for nonce 77");
}
END_TEST

START_TEST (test_owner_wants_an_epoch_stored_before_it_is_granted)
{
    struct fact facts[] = {
        answered (1, view (NONCE, 1)),
        STORED (of_trader (1, 1, NONCE, 0, 0)),
    };
    ck_assert_str_eq (COMPLAINT (facts), "trader 1 is granted epoch 1, which is not stored");
    struct fact swapped[] = {facts[1], facts[0]};
    ck_assert_ptr_null (COMPLAINT (swapped));
}
END_TEST

START_TEST (test_owner_wants_batches_of_the_latest_epoch)
{
    struct fact facts[] = {
        STORED (of_trader (1, 1, NONCE, 0, 0), of_trader (1, 1, NONCE, 1, 0)),
        answered (1, view (NONCE, 1)),
        answered (1, committed (1, 1)),
        STORED (of_trader (1, 2, NEXT_NONCE, 0, 0)),
        answered (1, view (NEXT_NONCE, 2)),
        answered (1, committed (1, 1)),
    };
    ck_assert_ptr_null (complaint_of (&owner_checker, &rules, facts, 5));
    ck_assert_str_eq (COMPLAINT (facts), "batch 1 of trader 1 is committed under epoch 1, the "
                                         "latest one granted is 2");
    facts[5] = answered (2, committed (1, 1));
    ck_assert_str_eq (COMPLAINT (facts), "batch 1 of trader 2 is committed under epoch 1, the "
                                         "latest one granted is 0");
    facts[5] = answered (2, committed (0, 1));
    ck_assert_str_eq (COMPLAINT (facts), "batch 1 of trader 2 is committed under epoch 0, the "
                                         "latest one granted is 0");
}
END_TEST

START_TEST (test_owner_wants_no_batch_left_out)
{
    struct fact facts[] = {
        STORED (of_trader (1, 1, NONCE, 0, 0), of_trader (1, 1, NONCE, 1, 0)),
        answered (1, view (NONCE, 1)),
        answered (1, committed (1, 2)),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[2] = answered (1, committed (1, 3));
    ck_assert_str_eq (COMPLAINT (facts), "batch 3 of trader 1 is committed in epoch 1, the last "
                                         "one applied is 1");
    facts[2] = answered (1, committed (1, 0));
    ck_assert_str_eq (COMPLAINT (facts), "batch 0 of trader 1 is committed in epoch 1, the last "
                                         "one applied is 1");
}
END_TEST

// What may be stored of trader 1 after epoch 3, nonce 77, batch 4, applied 9.
static const struct step {
    struct record_trader next;
    const char *complaint;  // how it begins; NULL: none
} steps[] = {
    {{1, 3, NONCE, 5, 9}, NULL},
    {{1, 3, NONCE, 5, 20}, NULL},
    {{1, 3, NONCE, 4, 9}, NULL},
    {{1, 4, NEXT_NONCE, 0, 0}, NULL},
    {{1, 6, NEXT_NONCE, 0, 0}, NULL},
    {{2, 1, NONCE, 0, 0}, NULL},
    {{1, 2, NONCE, 0, 0}, "trader 1 is stored with epoch 2, nonce 77, batch 0, applied 0"},
    {{1, 2, NEXT_NONCE, 0, 0}, "trader 1 is stored with epoch 2, nonce 88, batch 0, applied 0"},
    {{1, 3, NONCE, 6, 9}, "trader 1 is stored with epoch 3, nonce 77, batch 6, applied 9"},
    {{1, 3, NONCE, 3, 9}, "trader 1 is stored with epoch 3, nonce 77, batch 3, applied 9"},
    {{1, 3, NONCE, 5, 8}, "trader 1 is stored with epoch 3, nonce 77, batch 5, applied 8"},
    {{1, 3, NEXT_NONCE, 5, 9}, "trader 1 is stored with epoch 3, nonce 88, batch 5, applied 9"},
    {{1, 4, NONCE, 0, 0}, "trader 1 is stored with epoch 4, nonce 77, batch 0, applied 0"},
    {{1, 4, NEXT_NONCE, 1, 0}, "trader 1 is stored with epoch 4, nonce 88, batch 1, applied 0"},
    {{1, 4, NEXT_NONCE, 0, 1}, "trader 1 is stored with epoch 4, nonce 88, batch 0, applied 1"},
};

START_TEST (test_owner_wants_a_trader_stored_in_order)
{
    const struct step *step = &steps[_i];
    struct record next = {.type = RECORD_TRADER, .trader = step->next};
    struct fact facts[] = {
        STORED (of_trader (1, 3, NONCE, 0, 0), of_trader (1, 3, NONCE, 1, 3),
                of_trader (1, 3, NONCE, 2, 3), of_trader (1, 3, NONCE, 3, 3)),
        STORED (of_trader (1, 3, NONCE, 4, 9)),
        stored (&next, 1),
    };
    if (step->complaint) {
        char whole[CHECKER_TEXT];
        snprintf (whole, sizeof whole, "%s after 3, 77, 4, 9", step->complaint);
        ck_assert_str_eq (COMPLAINT (facts), whole);
    } else {
        ck_assert_ptr_null (COMPLAINT (facts));
    }
}
END_TEST

START_TEST (test_owner_wants_a_new_trader_to_begin_at_nothing)
{
    struct fact good[] = {STORED (of_trader (1, 1, 0, 0, 0)), answered (1, view (0, 1))};
    ck_assert_ptr_null (COMPLAINT (good));
    struct fact bad[] = {STORED (of_trader (1, 1, NONCE, 1, 0))};
    ck_assert_str_eq (COMPLAINT (bad), "trader 1 is stored with epoch 1, nonce 77, batch 1, "
                                       "applied 0 after 0, 0, 0, 0");
    struct fact odd[] = {STORED (of_trader (1, 0, 0, 0, 0))};
    ck_assert_str_eq (COMPLAINT (odd), "trader 1 is stored with epoch 0, nonce 0, batch 0, "
                                       "applied 0 after 0, 0, 0, 0");
}
END_TEST

START_TEST (test_owner_wants_the_warehouse_to_count_its_starts)
{
    struct fact facts[] = {
        STORED (of_warehouse (1, 0)),
        STORED (of_warehouse (1, 5)),
        STORED (of_warehouse (2, 5)),
        STORED (of_warehouse (3, 5), of_warehouse (3, 6)),
    };
    ck_assert_ptr_null (COMPLAINT (facts));
    facts[3] = STORED (of_warehouse (4, 5));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 4, version 5 after 2, 5");
    facts[3] = STORED (of_warehouse (1, 5));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 1, version 5 after 2, 5");
    facts[3] = STORED (of_warehouse (2, 4));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 2, version 4 after 2, 5");
    facts[3] = STORED (of_warehouse (3, 4));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 3, version 4 after 2, 5");
    facts[0] = STORED (of_warehouse (0, 0));
    ck_assert_str_eq (COMPLAINT (facts),
                      "the warehouse is stored with epoch 0, version 0 after 0, 0");
}
END_TEST

START_TEST (test_owner_wants_a_higher_epoch_of_each_process_of_the_warehouse)
{
    struct fact facts[] = {
        started (WAREHOUSE_NODE, 1), STORED (of_warehouse (1, 0)), STORED (of_warehouse (1, 5)),
        started (WAREHOUSE_NODE, 2), STORED (of_warehouse (2, 5)),
    };
    ck_assert_ptr_null (complaint_of (&owner_checker, &rules, facts, 5));
    facts[4] = STORED (of_warehouse (1, 5));
    ck_assert_str_eq (complaint_of (&owner_checker, &rules, facts, 5),
                      "the warehouse is stored with epoch 1, version 5 after 1, 5");
}
END_TEST

int main (void)
{
    Suite *suite = suite_create ("sim_owner");
    TCase *all = tcase_create ("all");
    tcase_add_test (all, test_owner_is_content_with_traders_that_come_and_go);
    tcase_add_test (all, test_owner_does_not_mind_what_traders_say_late);
    suite_add_tcase (suite, all);

    TCase *answers = tcase_create ("answers");
    tcase_add_test (answers, test_owner_wants_granted_epochs_to_rise);
    tcase_add_test (answers, test_owner_wants_another_epoch_for_another_process);
    tcase_add_test (answers, test_owner_wants_one_epoch_for_a_join_sent_twice);
    tcase_add_test (answers, test_owner_wants_an_epoch_stored_before_it_is_granted);
    tcase_add_test (answers, test_owner_wants_batches_of_the_latest_epoch);
    tcase_add_test (answers, test_owner_wants_no_batch_left_out);
    suite_add_tcase (suite, answers);

    TCase *records = tcase_create ("records");
    tcase_add_loop_test (records, test_owner_wants_a_trader_stored_in_order, 0,
                         (int) COUNT (steps));
    tcase_add_test (records, test_owner_wants_a_new_trader_to_begin_at_nothing);
    tcase_add_test (records, test_owner_wants_the_warehouse_to_count_its_starts);
    tcase_add_test (records, test_owner_wants_a_higher_epoch_of_each_process_of_the_warehouse);
    suite_add_tcase (suite, records);

    SRunner *runner = srunner_create (suite);
    srunner_run_all (runner, CK_NORMAL);
    int failed = srunner_ntests_failed (runner);
    srunner_free (runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
